"""A working folder whose database looks as it does after years of asking: rows put in in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from exchange.bootstrap import SetClock, open_desk
from exchange.domain.party import EscalationContact, Party, diff
from exchange.domain.sla import Due, due, parse_instant
from exchange.provision import OwnParty, make_folder
from exchange.services.desk import Desk
from exchange.store.tables import CaseRow, LegRow, OutboundRequestRow, OutboxRow

NOW: Final = "2026-11-24T10:00"
SUPPLIERS: Final = 30
_AT_ONCE: Final = 10_000
_SEALED: Final = b"sealed" * 200  # letters of the past lie there unopened


def make_desk(folder: Path, now: str = NOW, database: str = "") -> Desk:
    """A fresh folder with thirty Suppliers on its register."""
    make_folder(folder, OwnParty("OURS", "Our Power", "codes@ours.example", database))
    desk = open_desk(folder, SetClock(parse_instant(now)))
    suppliers = [_supplier(number) for number in range(SUPPLIERS)]
    with desk.store.transaction("benchmark") as tx:
        tx.parties.apply(suppliers, diff([], suppliers), desk.now(), actor="bench", source="bench")
    return desk


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


class Ledger:
    """Adds requests and their legs; each call starts where the one before ended."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._requests = self._legs = 0

    def add(self, legs: int, size: int, accepted: str, next_due: date | None, state: str) -> None:
        """``legs`` legs, ``size`` a request, whose mails were taken at ``accepted``."""
        desk, first_leg, first = self._desk, self._legs, self._requests
        at = parse_instant(accepted)
        when = due(at, desk.sla(None), desk.calendar)
        requests = -(-legs // size)
        self._legs += legs
        self._requests += requests
        numbers = range(first + 1, first + requests + 1)
        legs_of = ((first + 1 + nth // size, first_leg + 1 + nth) for nth in range(legs))
        closed = state not in ("sent", "acknowledged")
        with desk.store.engine.begin() as connection:
            for rows, table in (
                ((_request(number, at, when) for number in numbers), OutboundRequestRow),
                ((_letter(number, at) for number in numbers), OutboxRow),
                ((_case(nth, at, closed) for nth in range(first_leg + 1, first_leg + legs + 1)),
                 CaseRow),
                ((_leg(nth, request, when, next_due, state) for request, nth in legs_of), LegRow),
            ):  # fmt: skip
                for chunk in chunks(rows, _AT_ONCE):
                    connection.execute(insert(table), chunk)

    def settled(self) -> None:
        """Let the engine look at what it has, as it does by itself in time."""
        with self._desk.store.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")


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


def _letter(number: int, at: datetime) -> dict[str, object]:
    return {
        "id": number, "message_id": f"<{number}.request@ours.example>", "purpose": "request",
        "ref": _ref(number), "party": _party(number), "codes": 0, "sealed": _SEALED,
        "recipient": f"codes@supplier-{number % SUPPLIERS:02}.example", "size": len(_SEALED),
        "state": "sent", "attempts": 1, "created_at": at, "next_attempt_at": at,
        "attempted_at": at, "accepted_at": at,
    }  # fmt: skip


def _case(number: int, at: datetime, closed: bool) -> dict[str, object]:
    return {
        "id": number, "device": device(number), "device_type": "ESME", "opened_at": at,
        "state": "code_received" if closed else "seeking", "source": "gained.csv",
        "code_tag": f"{number:032x}" if closed else "",
        "sealed_code": bytes(62) if closed else None,
        "closed_at": at if closed else None,
    }  # fmt: skip


def _leg(
    number: int, request: int, when: Due, next_due: date | None, state: str
) -> dict[str, object]:
    return {
        "id": number, "case_id": number, "device": device(number), "party": _party(request),
        "position": 0, "state": state, "request_id": request, "accepted_on": when.day_zero,
        "due_on": when.due_on, "next_due": next_due, "overdue": False, "level": 0,
        "answered_at": when.received if state == "provided" else None,
    }  # fmt: skip
