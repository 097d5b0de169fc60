"""What a clerk waits for: a command loads what it needs, and the list of commands loads none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from exchange.cli.main import COMMANDS, app
from exchange.provision import OwnParty, make_folder

_HEAVY = (
    "numpy",
    "sqlalchemy",
    "pydantic",
    "cryptography",
    "jinja2",
    "pypdf",
    "exchange.bootstrap",
)
_OF_OTHERS = ("aiosmtplib", "imapclient", "alembic", "pypdf", "rich.progress")
_PROGRAM = """
import json, sys
from exchange.__main__ import main
sys.argv = ["exchange", *{words!r}]
try:
    main()
except SystemExit:
    pass
status = open("/proc/self/status").read()
peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
print(json.dumps([sorted(set({heavy!r}) & set(sys.modules)), peak]), file=sys.stderr)
"""


def _loaded(*words: str) -> tuple[list[str], int]:
    """Which heavy modules a command loads, and its peak in MB."""
    program = _PROGRAM.format(words=list(words), heavy=(*_HEAVY, *_OF_OTHERS))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    found, peak = json.loads(done.stderr.splitlines()[-1])
    return found, peak


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["-h"], ["nonsense"], []])
def test_the_list_of_commands_loads_none_of_them(words: list[str]) -> None:
    found, peak = _loaded(*words)
    assert set(found) <= {"pydantic"}  # Typer asks for it where it has something to refuse
    assert peak < 60


def test_the_help_of_no_command_loads_what_only_its_work_needs() -> None:
    program = (
        "import json, sys; from exchange.cli.main import whole; whole(); "
        f"print(json.dumps(sorted(set({_HEAVY + _OF_OTHERS!r}) & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(json.loads(done.stdout)) <= {"pydantic", "numpy"}  # numpy: `read` alone


@pytest.mark.parametrize("group", ["contacts", "inbox", "letters", "request"])
def test_a_list_loads_no_mail_server_and_no_reading(group: str, tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    make_folder(folder, OwnParty())
    found, peak = _loaded(group, "list", "-C", str(folder))
    assert not set(found) & set(_OF_OTHERS)
    assert peak < 130


def test_a_date_is_explained_without_a_database(tmp_path: object) -> None:
    found, peak = _loaded("explain", "--received", "2026-12-21T16:45", "-C", str(tmp_path))
    assert set(found) <= {"pydantic"}
    assert peak < 60


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda one: one.name)
def test_the_list_says_of_each_command_what_its_own_help_says(entry: object) -> None:
    command = entry.load()  # type: ignore[attr-defined]
    said = " ".join((command.help or "").split("\n\n")[0].split())
    assert said == entry.help  # type: ignore[attr-defined]
    assert command.name == entry.name  # type: ignore[attr-defined]


def test_every_command_is_found_and_no_other() -> None:
    group = get_command(app)
    context = group.make_context("exchange", [], resilient_parsing=True)
    names = group.list_commands(context)  # type: ignore[attr-defined]
    assert names == [one.name for one in COMMANDS]
    assert group.get_command(context, "nonsense") is None  # type: ignore[attr-defined]


def test_a_misspelt_command_is_answered_with_the_nearest() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "exchange", "inbxo"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "inbox" in done.stderr
