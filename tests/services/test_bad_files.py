"""A file that is no database of ours, or only a part of one: told, and left as it is."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from exchange.bootstrap import SetClock, open_context
from exchange.domain.time.sla import parse_instant
from exchange.errors import NotStorable, StoreError
from exchange.provision import OwnParty, make_folder
from exchange.services.codes.code_file import ReadOptions
from exchange.services.codes.codes import import_codes
from exchange.services.codes.import_report import CodeSource
from exchange.services.context import Context
from tests.unit.vault.cases import code, device, record, records

CLOCK = SetClock(parse_instant("2026-11-22T10:00"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ctx"
    make_folder(made, OwnParty("OURS", "Ours", "codes@ours.example"))
    ctx = open_context(made, CLOCK)
    ctx.vault.put_many(records(6_000))
    with ctx.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ctx.store.dispose()
    return made


def _cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _cut_within_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1)


def _cut_within_the_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(50)


def _other_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")


def _of_an_older_journal(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[18:20] = b"\x01\x01"
    path.write_bytes(content[: len(content) // 3])


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (_cut, "is cut off: "),
    "cut within a page": (_cut_within_a_page, "is cut off: "),
    "cut within the header": (_cut_within_the_header, "is cut off"),
    "cut, of a copy": (_of_an_older_journal, "is cut off: "),
    "empty": (lambda path: path.write_bytes(b""), "missing or empty"),
    "a letter": (lambda path: path.write_bytes(b"Dear diary, " * 99), "not a database"),
    "another database": (_other_database, "the database of another program"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_it_is_refused_with_its_place_and_not_written_to(folder: Path, how: str) -> None:
    spoil, said = SPOILT[how]
    path = folder / "exchange.db"
    spoil(path)
    before, there = path.read_bytes(), {each.name for each in folder.iterdir()}
    with pytest.raises(StoreError, match=said) as told:
        open_context(folder, CLOCK)
    assert str(path) in str(told.value)
    assert "backup" in told.value.hint
    assert path.read_bytes() == before
    assert {each.name for each in folder.iterdir()} == there


def test_a_copy_made_by_sqlite_itself_is_taken(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "exchange.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "copy.db"),))
    assert (folder / "copy.db").read_bytes()[18] == 1
    shutil.move(folder / "copy.db", folder / "exchange.db")
    assert open_context(folder, CLOCK).vault.verify().records == 6_000


def test_what_stands_in_the_log_alone_is_no_loss(folder: Path) -> None:
    ctx = open_context(folder, CLOCK)
    ctx.vault.put_many(record(n) for n in range(6_000, 9_000))
    shutil.copytree(folder, folder.with_name("killed"))
    copied = open_context(folder.with_name("killed"), CLOCK)
    assert copied.vault.verify().records == 9_000


@pytest.fixture
def full(folder: Path) -> Iterator[Context]:
    """A context whose disk is full when it comes to the audit log."""
    ctx = open_context(folder, CLOCK)

    @event.listens_for(ctx.store.engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(
            "CREATE TEMP TRIGGER IF NOT EXISTS full BEFORE INSERT ON main.audit "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )

    yield ctx
    ctx.store.dispose()


def _delivery(folder: Path) -> CodeSource:
    file = folder / "more.csv"
    lines = [f"{device(n)},{code(n).with_crc}" for n in range(6_000, 6_005)]
    file.write_text("Device ID,Install Code\n" + "\n".join(lines))
    return CodeSource.at(file)


@pytest.mark.parametrize("resume", [False, True])
def test_codes_are_taken_with_their_audit_entry_or_not_at_all(
    full: Context, tmp_path: Path, resume: bool
) -> None:
    before = full.vault.verify()
    reading = ReadOptions(source="more")
    with pytest.raises(NotStorable, match="disk is full"):
        import_codes(full, _delivery(tmp_path), reading, "kim", resume=resume)
    assert full.vault.verify() == before
    assert full.vault.find(device(6_004)) is None
    again = open_context(full.folder, CLOCK)
    done = import_codes(again, _delivery(tmp_path), reading, "kim", resume=resume)
    assert (done.added, done.resumed) == (5, False)
    assert again.vault.find(device(6_004)) is not None
    with again.store.reading() as tx:
        tx.audit.verify()
        told = list(tx.audit.rows(event="codes.imported"))
    assert [(one.actor, json.loads(one.detail)["added"]) for one in told] == [("kim", 5)]
    again.store.dispose()
