"""Every command has examples that it would take, and the man page and completion know them all."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from exchange.cli.help.examples import EXAMPLES
from exchange.cli.main import app, whole
from exchange.cli.manpage import commands, page

_ENTRY = "import sys; sys.argv = ['exchange']; from exchange.__main__ import main; main()"
COMMANDS = dict(commands(whole()))


def test_no_example_is_of_a_command_that_is_gone() -> None:
    assert set(EXAMPLES) == set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS)
def test_the_command_takes_its_examples(path: str) -> None:
    for line in EXAMPLES[path]:
        words = shlex.split(line)
        expected = ["exchange", *path.split()]
        assert words[: len(expected)] == expected
        # Wrong usage (an unknown option, a missing argument) raises here; nothing is run.
        assert COMMANDS[path].make_context(path, words[len(expected) :])


@pytest.mark.parametrize("path", COMMANDS)
def test_help_shows_the_examples_unbroken(path: str) -> None:
    said = CliRunner().invoke(app, [*path.split(), "--help"], env={"COLUMNS": "80"})
    lines = [line.strip() for line in said.stdout.splitlines()]
    assert said.exit_code == 0
    assert "Examples:" in lines or "Example:" in lines
    assert set(EXAMPLES[path]) <= set(lines)


@pytest.mark.parametrize("path", ["", "codes", *COMMANDS])
def test_help_speaks_no_python(path: str) -> None:
    said = CliRunner().invoke(app, [*path.split(), "--help"], env={"COLUMNS": "80"}).stdout
    assert not re.search(r"<\w+|int range|list\[|[<>]=|1000000000", said)


@pytest.mark.parametrize("path", COMMANDS)
def test_help_breaks_its_lines_at_the_edge_of_the_terminal(path: str) -> None:
    said = CliRunner().invoke(app, [*path.split(), "--help"], env={"COLUMNS": "200"}).stdout
    for paragraph in inspect.cleandoc(COMMANDS[path].help).split("\n\n"):
        if len(paragraph) < 190:
            assert paragraph in said


def _options(command: Any) -> set[str]:
    return {name for one in command.params for name in one.opts if name.startswith("--")}


def test_the_man_page_holds_every_command_with_its_options() -> None:
    head, *sections = page().split(".SS ")
    text = head.replace("\\-", "-")
    assert {name for name in _options(whole()) if name not in text} <= {"--help"}
    assert len(sections) == len(COMMANDS)
    for (path, command), section in zip(COMMANDS.items(), sections, strict=True):
        text = section.replace("\\-", "-")
        assert text.startswith(f'"exchange {path}')
        assert {name for name in _options(command) if name not in text} <= {"--help"}
        for line in EXAMPLES[path]:
            assert line in text.replace("\\(dq", '"').replace("\\(aq", "'")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_takes_the_man_page() -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-z"], input=page(), capture_output=True, text=True, check=True
    )
    assert not done.stderr


def _completed(*words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _ENTRY],
        env={
            **os.environ,
            "_EXCHANGE_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(["exchange", *words]),
            "COMP_CWORD": str(len(words)),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


def test_completion_knows_commands_and_options() -> None:
    assert _completed("con") == ["contacts"]
    assert _completed("contacts", "hi") == ["history"]
    assert _completed("inbox", "rule", "--f") == ["--first", "--folder"]


@pytest.mark.parametrize(
    ("shell", "said"), [("bash", "COMPREPLY"), ("zsh", "#compdef exchange"), ("fish", "complete ")]
)
def test_completion_is_for_the_shell_that_is_named(shell: str, said: str) -> None:
    shown = CliRunner().invoke(app, ["--show-completion", shell], prog_name="exchange")
    assert shown.exit_code == 0
    assert said in shown.stdout


def test_a_shell_without_completion_is_refused() -> None:
    shown = CliRunner().invoke(app, ["--show-completion", "tcsh"], prog_name="exchange")
    assert shown.exit_code == 2
    assert "no completion for tcsh" in " ".join(shown.output.split())
