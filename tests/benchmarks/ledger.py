"""A working folder whose database looks as it does after years of asking: rows put in in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert

from exchange.bootstrap import SetClock, open_context
from exchange.domain.audit import instant_text
from exchange.domain.party import EscalationContact, Party, diff
from exchange.domain.time.sla import Due, due, parse_instant
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.store.tables import (
    CaseRow,
    InboundRequestRow,
    MailRow,
    OutboundRequestRow,
    OutboxRow,
)

NOW: Final = "2026-11-24T10:00"
SUPPLIERS: Final = 30
_REQUESTS: Final = ("outbound_request", "inbound_request")
_AT_ONCE: Final = 10_000
_ANSWERS: Final = 10_000_000  # outbox numbers above it are those of answers
_SEALED: Final = b"sealed" * 200  # letters of the past lie there unopened


def make_context(folder: Path, now: str = NOW, database: str = "") -> Context:
    """A fresh folder with thirty Suppliers on its register."""
    make_folder(folder, OwnParty("OURS", "Our Power", "codes@ours.example", database))
    ctx = open_context(folder, SetClock(parse_instant(now)))
    suppliers = [_supplier(number) for number in range(SUPPLIERS)]
    with ctx.store.transaction("benchmark") as tx:
        tx.parties.apply(suppliers, diff([], suppliers), ctx.now(), actor="bench", source="bench")
    return ctx


def _supplier(number: int) -> Party:
    domain = f"supplier-{number:02}.example"
    return Party(
        signifier=f"SUP{number:02}",
        name=f"Supplier {number:02} Energy",
        mpids=(f"S{number:03}",),
        role="supplier",
        request_address=f"codes@{domain}",
        reply_address=f"codes@{domain}",
        escalation=(EscalationContact(1, "", f"lead@{domain}"),),
    )


def device(number: int) -> str:
    """The Device ID of that number."""
    return (0x00DB_1234_0000_0000 + number).to_bytes(8, "big").hex("-").upper()


_NUMBERS: Final = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {})"


class Ledger:
    """Adds requests and their devices; each call starts where the one before ended."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._requests = self._legs = self._inbound = 0

    def asked(
        self, legs: int, size: int, accepted: str, next_due: date | None, answered: str = ""
    ) -> None:
        """``legs`` legs, ``size`` a request, whose mails were taken at ``accepted``.

        With ``answered`` each has its code since that instant, and its case is closed.
        """
        first_leg, first = self._legs, self._requests
        when, at = self._clock(accepted)
        requests = -(-legs // size)
        self._legs += legs
        self._requests += requests
        numbers = range(first + 1, first + requests + 1)
        closed = instant_text(parse_instant(answered)) if answered else None
        with self._ctx.store.engine.begin() as connection:
            connection.execute(insert(OutboundRequestRow), [_request(n, at, when) for n in numbers])
            connection.execute(insert(OutboxRow), [_letter(n, at) for n in numbers])
            for some in chunks(range(first_leg, first_leg + legs), _AT_ONCE):
                connection.execute(insert(CaseRow), [_case(n + 1, at, closed) for n in some])
            connection.exec_driver_sql(
                "INSERT INTO leg (id, case_id, device, party, position, state, request_id,"
                " accepted_on, due_on, next_due, overdue, level, answered_at)"
                " SELECT c.id, c.id, c.device, r.party, 0,"
                f" '{'provided' if closed else 'sent'}', r.id, r.day_zero, r.due_on,"
                f" {_quoted(next_due)}, FALSE, 0, {_quoted(closed)}"
                " FROM gained_case c JOIN outbound_request r"
                f" ON r.id = {first + 1} + (c.id - {first_leg + 1}) / {size}"
                f" WHERE c.id > {first_leg}"
            )
            _counted_on(connection)

    def asked_of_us(self, devices: int, size: int, received: str, answered: str) -> None:
        """``devices`` of requests to us, ``size`` a request, all answered by one letter each."""
        when, _ = self._clock(received)
        at, first = parse_instant(answered), self._inbound
        requests = -(-devices // size)
        self._inbound += requests
        numbers = range(first + 1, first + requests + 1)
        with self._ctx.store.engine.begin() as connection:
            connection.execute(insert(MailRow), [_mail(n, at) for n in numbers])
            connection.execute(insert(InboundRequestRow), [_received(n, when) for n in numbers])
            connection.execute(insert(OutboxRow), [_answer(n, at) for n in numbers])
            connection.exec_driver_sql(
                f"INSERT INTO inbound_device (request_id, device, device_type, place, state,"
                f" reason, outbox_id) {_NUMBERS.format(devices)}"
                f" SELECT {first + 1} + i / {size}, '00-DB-12-35-' || CAST(i AS TEXT), 'ESME',"
                " 'list.xlsx > Sheet1 > row ' || CAST(i AS TEXT),"
                " CASE WHEN i = 5 * (i / 5) THEN 'not_installer' ELSE 'provided' END, '',"
                f" {_ANSWERS + first + 1} + i / {size} FROM n"
            )
            _counted_on(connection)

    def _clock(self, at: str) -> tuple[Due, datetime]:
        ctx, instant = self._ctx, parse_instant(at)
        return due(instant, ctx.sla(None), ctx.calendar), instant

    def settled(self) -> None:
        """Let the engine look at what it has, as it does by itself in time."""
        with self._ctx.store.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")


def _counted_on(connection: Connection) -> None:
    """PostgreSQL numbers new rows from a sequence, which knows nothing of rows put in by number."""
    if connection.dialect.name == "postgresql":
        for table in ("outbox", "mail", "gained_case", "leg", *_REQUESTS):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                f" (SELECT coalesce(max(id), 1) FROM {table}))"
            )


def chunks(rows: Iterable[Any], most: int) -> Iterator[list[Any]]:
    """Some rows at a time."""
    source = iter(rows)
    while chunk := list(islice(source, most)):
        yield chunk


def _party(number: int) -> str:
    return f"SUP{number % SUPPLIERS:02}"


def _ref(number: int) -> str:
    return f"MP121-OURS-2611-Q{number:06}"


def _request(number: int, at: datetime, when: Due) -> dict[str, object]:
    return {
        "id": number, "ref": _ref(number), "party": _party(number),
        "message_id": f"<{number}.request@ours.example>", "created_at": at, "accepted_at": at,
        "day_zero": when.day_zero, "due_on": when.due_on, "due_at": when.due_at,
        "rule": when.rule_text, "calendar": when.calendar_version, "sla_days": 10,
    }  # fmt: skip


def _letter(number: int, at: datetime, purpose: str = "request") -> dict[str, object]:
    return {
        "id": number, "message_id": f"<{number}.{purpose}@ours.example>", "purpose": purpose,
        "ref": _ref(number), "party": _party(number), "codes": 0, "sealed": _SEALED,
        "recipient": f"codes@supplier-{number % SUPPLIERS:02}.example", "size": len(_SEALED),
        "state": "sent", "attempts": 1, "created_at": at, "next_attempt_at": at,
        "attempted_at": at, "accepted_at": at,
    }  # fmt: skip


def _answer(number: int, at: datetime) -> dict[str, object]:
    return {**_letter(number, at, "answer"), "id": _ANSWERS + number}


def _case(number: int, at: datetime, closed: str | None) -> dict[str, object]:
    return {
        "id": number, "device": device(number), "device_type": "ESME", "opened_at": at,
        "state": "closed" if closed else "seeking", "source": "gained.csv",
        "code_tag": f"{number:032x}" if closed else "",
        "sealed_code": bytes(62) if closed else None,
        "closed_at": at if closed else None,
    }  # fmt: skip


def _mail(number: int, at: datetime) -> dict[str, object]:
    return {
        "id": number, "mailbox": "requests", "uidvalidity": 1, "uid": number,
        "content_hash": f"{number:064x}", "sender": "", "subject": "", "size": 0,
        "arrived_at": at, "kept_at": at, "sealed": b"", "state": "filed", "folder": "processed",
    }  # fmt: skip


def _received(number: int, when: Due) -> dict[str, object]:
    return {
        "id": number, "ref": f"MP121-OURS-2610-A{number:06}", "mail_id": number,
        "party": _party(number), "received_at": when.received, "day_zero": when.day_zero,
        "due_on": when.due_on, "due_at": when.due_at, "rule": when.rule_text,
        "calendar": when.calendar_version, "answered": True,
    }  # fmt: skip


def _quoted(value: object) -> str:
    return "NULL" if value is None else f"'{value}'"
