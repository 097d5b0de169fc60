"""``--folder`` is taken before a command as well as after it; a wrong number is told its bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchange.cli.main import app
from exchange.provision import OwnParty, make_folder


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder of a party with a name of its own."""
    folder = tmp_path_factory.mktemp("early") / "ours"
    make_folder(folder, OwnParty(signifier="OURS"))
    return folder


def _run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(one) for one in words])
    return done.exit_code, " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize(
    "words",
    [
        ("-C", "@", "contacts", "list"),
        ("--folder", "@", "contacts", "list"),
        ("contacts", "-C", "@", "list"),
        ("contacts", "list", "-C", "@"),
        ("-C", "/nowhere", "contacts", "list", "-C", "@"),
        ("-C", "@", "inbox", "list", "--in", "review"),
    ],
)
def test_the_folder_is_taken_at_every_place(words: tuple[str, ...], ours: Path) -> None:
    before = os.environ.get("EXCHANGE_FOLDER")
    code, said = _run(*(ours if one == "@" else one for one in words))
    assert code == 0, said
    assert "none" in said
    assert os.environ.get("EXCHANGE_FOLDER") == before


@pytest.mark.parametrize("command", ["demo", "read"])
def test_a_command_that_would_not_use_the_folder_refuses_it(command: str, ours: Path) -> None:
    code, said = _run("-C", ours, command)
    assert code == 2
    assert f"write --folder (-C) after {command}" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "--received", "2026-12-21", "--days", "0"), "a whole number from 1 to 260"),
        (("explain", "--received", "2026-12-21", "--days", "x"), "a whole number from 1 to 260"),
        (("letters", "show", "seven"), "a whole number, 1 or more"),
        (("inbox", "list", "--page", "0"), "a whole number, 1 or more"),
    ],
)
def test_a_wrong_number_is_told_what_is_taken(words: tuple[str, ...], said: str) -> None:
    code, shown = _run(*words)
    assert code == 2
    assert f"must be {said}" in shown
    assert "Input" not in shown


def test_init_refuses_two_folders_wherever_they_are_written(tmp_path: Path) -> None:
    for words in (("-C", "@", "init", "#"), ("init", "#", "-C", "@")):
        code, said = _run(
            *({"@": tmp_path / "a", "#": tmp_path / "b"}.get(one, one) for one in words)
        )
        assert code == 2
        assert "name the folder once" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("letters", "hold"), "name letters by number, --party or --ref"),
        (("letters", "cancel", "--why", "x"), "name letters by number, --party or --ref"),
        (("contacts", "columns", "preview", "GAIN"), "give either a file or --mail"),
        (("letters", "list", "--state", "failled"), "(did you mean failed?)"),
        (("inbox", "list", "--in", "shuntd"), "(did you mean shunted?)"),
        (("inbox", "list", "--kind", "reqest"), "(did you mean request?)"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_meant(
    words: tuple[str, ...], said: str, ours: Path
) -> None:
    code, shown = _run(*words, "-C", ours)
    assert code == 2
    assert said in shown


def test_explain_speaks_of_both_kinds_of_request(ours: Path) -> None:
    done = CliRunner().invoke(app, ["explain", "MP121-OURS-2612-A00001", "-C", str(ours)])
    assert "no request, ours or theirs, has the reference" in str(done.exception)


@pytest.mark.parametrize("name", ["review", "shunted", "old"])
def test_a_working_folder_may_be_called_as_a_folder_of_mails(name: str, tmp_path: Path) -> None:
    make_folder(tmp_path / name, OwnParty(signifier="OURS"))
    for command in (("list",), ("replay", "--all", "--dry-run")):
        code, said = _run("inbox", *command, "-C", tmp_path / name)
        assert code == 0, said
