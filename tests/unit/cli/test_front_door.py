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
# What each command loads of these; SQLModel, which every database command needs, needs the first.
_DATABASE = {"pydantic", "sqlalchemy", "exchange.bootstrap"}
_WATCHED = (
    *("pydantic", "sqlalchemy", "exchange.bootstrap", "numpy", "cryptography", "jinja2"),
    *("holidays", "structlog", "rich.progress", "python_calamine", "lxml", "olefile"),
    *("pypdf", "alembic", "imapclient", "aiosmtplib", "psycopg"),
    *("exchange.parsing", "exchange.worker", "exchange.daemon", "exchange.sandbox"),
    *("exchange.rendering.compose", "exchange.vault.vault", "exchange.services.answering.intake"),
)
_DEVICE = "00-DB-12-34-56-78-90-A0"
LOADS: dict[str, set[str]] = {
    "contacts list": set(),
    "request list": set(),
    "inbox list": set(),
    "letters list": set(),
    "audit verify": set(),
    "explain MP121-OURS-2612-A00001": set(),
    "health": {"holidays"},
    "report 2026-11": {"holidays", "jinja2"},
    f"codes find {_DEVICE}": {"numpy", "cryptography", "exchange.vault.vault"},
    "codes stats": {"numpy", "cryptography", "exchange.vault.vault"},
}
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
    program = _PROGRAM.format(words=list(words), heavy=tuple({*_HEAVY, *_OF_OTHERS, *_WATCHED}))
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
        f"print(json.dumps(sorted(set({_HEAVY + _OF_OTHERS + _WATCHED!r}) & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(json.loads(done.stdout)) <= {"pydantic"}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new working folder."""
    folder = tmp_path_factory.mktemp("front") / "ours"
    make_folder(folder, OwnParty())
    return folder


@pytest.mark.parametrize("command", LOADS)
def test_a_command_loads_what_it_needs_and_no_more(command: str, ours: Path) -> None:
    found, peak = _loaded(*command.split(), "-C", str(ours))
    assert set(found) <= _DATABASE | LOADS[command]
    assert peak < (100 if LOADS[command] else 75)


def test_a_date_is_explained_without_a_database(tmp_path: object) -> None:
    found, peak = _loaded("explain", "--received", "2026-12-21T16:45", "-C", str(tmp_path))
    assert set(found) <= {"pydantic", "holidays"}
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
