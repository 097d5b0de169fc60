"""Databases that older versions made, kept as SQL: a row or more in every table, on both engines.

``python -m tests.kept`` writes those of the present schema, of a database that it makes.  Do so
before a revision follows it, and never again: what is kept here is what stands at people's sites.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from exchange.bootstrap import SetClock, open_context
from exchange.domain.audit import AuditEvent
from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.time.sla import parse_instant
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.services.answering import party_columns, party_passwords
from exchange.services.codes import holdings
from exchange.services.context import Context
from exchange.store import tables
from exchange.vault.keys.keys import WrappingKey, write_key_file
from tests.services.contexts import add_parties, make_party

HERE = Path(__file__).parent
NOW = "2026-12-01T10:00"
KEY = WrappingKey(bytes(range(32)))  # of the kept databases, and of nothing else
DEVICES = [DeviceId(bytes((0, 0xDB, 0x12, 0x34, 0x56, 0x78, 0x90, one))) for one in range(5)]
CODE = InstallCode(bytes(range(16)))
SEALED = {"mail": b"a mail", "outbox": b"a letter", "row": b"a row", "code": CODE.raw}


def kept() -> list[tuple[str, str]]:
    """(revision, dialect) of every kept database."""
    found = sorted(path.stem.split("-", 1) for path in HERE.glob("*.sql"))
    return [(revision, dialect) for revision, dialect in found]


def load(revision: str, url: str) -> None:
    """Put a kept database where ``url`` says; whatever was there is gone."""
    parsed = make_url(url)
    dialect = parsed.get_backend_name()
    sql = (HERE / f"{revision}-{dialect}.sql").read_text(encoding="utf-8")
    if dialect == "sqlite":
        path = Path(parsed.database or "")
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(sql)
        path.chmod(0o600)
        return
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute(sql.encode())


def make_place(folder: Path, url: str = "") -> None:
    """A working folder whose key opens the kept databases; with a database of its own."""
    (folder / "keys").mkdir(parents=True)
    write_key_file(folder / "keys" / "exchange.key", KEY)
    make_folder(folder, OwnParty("LOSE", "Lose Power", "codes@lose.example", url))


def fill(folder: Path) -> None:
    """A row or more in every table, as the services and the stores write them."""
    ctx = open_context(folder, SetClock(parse_instant(NOW)))
    add_parties(ctx, make_party("GAIN"), make_party("MORE"))
    party_passwords.save_passwords(ctx, "GAIN", ["only for this test"], "kim")
    party_columns.save_columns(ctx, "GAIN", ColumnMap("Meter", status="Outcome"), "kim")
    ctx.vault.put_many(
        VaultRecord(one, CODE if not at else None, True) for at, one in enumerate(DEVICES)
    )
    holdings.declare_complete(ctx, date(2026, 11, 1), "kim")
    with ctx.store.transaction("fill") as tx:
        ctx.new_ref(tx, "A")
        ctx.new_ref(tx, "Q")
        tx.audit.append(ctx.now(), AuditEvent("mail.kept", "mail 1", "GAIN", {"sender": "Ünï"}))
        session = tx.audit._session
        for row in _rows(ctx, ctx.now()):
            session.add(row)
            session.flush()
    ctx.store.dispose()


def _rows(ctx: Context, now: datetime) -> Iterator[object]:
    day, us = date(2026, 12, 15), ctx.sealer
    tag = us.tag(CODE.raw, "code")
    yield tables.MailRow(
        id=1, mailbox="codes", uidvalidity=2**32 - 1, uid=7, content_hash="ab", message_id="<m@x>",
        sender="codes@gain.example", subject="Ümlaut, and a 'quote'", size=6, arrived_at=now,
        kept_at=now, sealed=us.seal(SEALED["mail"], "mail"), state="filed", folder="review",
        kind="request", reason="a reason", party="GAIN", ref="MP121-LOSE-2612-A00001", attempts=1,
        decided_at=now,
    )  # fmt: skip
    yield tables.OutboxRow(
        id=1, message_id="<a@x>", purpose="answer", ref="MP121-LOSE-2612-A00001", party="GAIN",
        recipient="codes@gain.example", codes=1, sealed=us.seal(SEALED["outbox"], "outbox"), size=8,
        state="sent", attempts=1, created_at=now, next_attempt_at=now, attempted_at=now,
        accepted_at=now, reply="250 ok",
    )  # fmt: skip
    yield tables.InboundRequestRow(
        id=1, ref="MP121-LOSE-2612-A00001", mail_id=1, party="GAIN", their_ref="4711",
        received_at=now, day_zero=day, due_on=day, due_at=now, rule="a rule", calendar="ENG",
        answered=False,
    )  # fmt: skip
    yield tables.InboundDeviceRow(
        request_id=1, device=str(DEVICES[0]), device_type="ESME", where="row 1", state="provided",
        outbox_id=1,
    )  # fmt: skip
    yield tables.InboundDeviceRow(
        request_id=1, where="row 2", state="unreadable", reason="one digit is missing",
        seen=us.seal(SEALED["row"], "row"),
    )  # fmt: skip
    for number, device in enumerate(DEVICES[1:4], 1):
        yield tables.CaseRow(
            id=number, device=str(device), state="seeking", opened_at=now, source="gained.csv",
            sealed_code=us.seal(CODE.raw, "code") if number == 1 else None,
            code_tag=tag if number == 1 else "", closed_at=now if number == 3 else None,
        )  # fmt: skip
    yield tables.OutboundRequestRow(
        id=1, ref="MP121-LOSE-2612-Q00001", party="MORE", message_id="<q@x>", created_at=now,
        accepted_at=now, day_zero=day, due_on=day, due_at=now, rule="a rule", calendar="ENG",
        sla_days=10, returns_on=day,
    )  # fmt: skip
    for number in (1, 2):
        yield tables.LegRow(
            id=number, case_id=number, device=str(DEVICES[number]), party="MORE", position=0,
            state="sent", request_id=1, accepted_on=day, due_on=day, next_due=day, overdue=True,
            level=1, answered_at=now if number == 1 else None, answer_mail_id=1,
        )  # fmt: skip
    yield tables.LegRungRow(leg_id=1, rung="reminder 5", at=now, outbox_id=1)
    yield tables.LegRungRow(leg_id=2, rung="reminder 5", at=now)
    yield tables.CodeDisputeRow(
        code_tag=tag, case_id=1, device=str(DEVICES[1]), party="MORE", rival_case_id=2,
        rival=str(DEVICES[2]), rival_party="GAIN", mail_id=1, opened_at=now,
    )  # fmt: skip
    yield tables.DeliveryReportRow(
        mail_id=1, outbox_id=1, request_id=1, status="5.1.1", opened_at=now,
    )  # fmt: skip
