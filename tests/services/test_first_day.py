"""``exchange init`` writes its day, and a mailbox in use stays as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exchange.cli.main import app
from exchange.config import load_settings
from exchange.provision import OwnParty, make_folder
from tests.services.desks import command


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


def test_a_folder_made_without_a_day_answers_everything(tmp_path: Path) -> None:
    make_folder(tmp_path / "ours", OwnParty())
    assert load_settings(tmp_path / "ours").mailbox[0].not_before is None
