"""``exchange init`` writes its day, and a mailbox in use stays as it was."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exchange.cli.main import app
from exchange.config import load_settings
from exchange.provision import OwnParty, make_folder
from tests.services.contexts import command


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-12-01T10:00", "2026-12-01"),
        ("2027-06-30T23:30:00Z", "2027-07-01"),  # by the calendar of London
    ],
)
def test_init_writes_its_day(tmp_path: Path, now: str, day: str) -> None:
    folder = tmp_path / "ours"
    said = command(app, folder, "init", "--folder", str(folder), "--signifier", "OURS", now=now)
    assert said.code == 0, said.all
    assert "not_before" in said.out
    config = folder / "config" / "exchange.toml"
    table = tomllib.loads(config.read_text())
    assert str(table["mailbox"][0]["not_before"]) == day
    begun = load_settings(folder).mailbox[0].not_before
    assert begun is not None
    assert begun.astimezone(ZoneInfo("Europe/London")).isoformat()[:16] == f"{day}T00:00"
    assert "exchange init" in next(
        line for line in config.read_text().splitlines() if line.startswith("not_before")
    )


def test_the_folder_is_named_once(tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert command(app, tmp_path / "other", "init", str(made)).code == 0
    assert (made / "config" / "exchange.toml").exists()
    assert not (tmp_path / "other").exists()
    said = command(app, made, "init", str(made), "-C", str(tmp_path / "other"))
    assert said.code == 2
    assert "name the folder once" in said.err


def test_a_folder_made_without_a_day_answers_everything(tmp_path: Path) -> None:
    make_folder(tmp_path / "ours", OwnParty())
    assert load_settings(tmp_path / "ours").mailbox[0].not_before is None


def _with(folder: Path, line: str) -> Path:
    make_folder(folder, OwnParty())
    config = folder / "config" / "exchange.toml"
    config.write_text(config.read_text().replace("[[mailbox]]\n", f"[[mailbox]]\n{line}\n", 1))
    return folder


@pytest.mark.parametrize("written", ["20261201", "1.5", "true", "[]", '"soon"', "10:00:00"])
def test_what_is_no_day_is_refused(tmp_path: Path, written: str) -> None:
    folder = _with(tmp_path / "ours", f"not_before = {written}")
    said = command(app, folder, "inbox", "list")
    assert said.code == 1
    assert "not_before" in said.err


def test_a_first_day_to_come_is_a_problem(tmp_path: Path) -> None:
    folder = _with(tmp_path / "ours", "not_before = 2062-12-01")
    told = json.loads(command(app, folder, "health", "--json").out)
    found = {one["what"]: one["found"] for one in told["problems"]}
    assert "nothing is answered until 2062-12-01" in found["mailbox requests"]


def test_two_names_for_one_inbox_are_refused(tmp_path: Path) -> None:
    folder = _with(tmp_path / "ours", "")
    config = folder / "config" / "exchange.toml"
    table = 'host = "imap.ours.example"\nusername = "install-codes@ours.example"\n'
    table += 'password_file = "secrets/imap-password"\n'
    config.write_text(
        config.read_text().replace("[smtp]", f'[[mailbox]]\nname = "b"\n{table}\n[smtp]', 1)
    )
    said = command(app, folder, "inbox", "list")
    assert said.code == 1
    assert "mailboxes requests and b are one inbox" in said.err
