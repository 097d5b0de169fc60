"""Show the status of what we asked for, and the clock of a reference."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from exchange.domain.audit import AuditEvent
from exchange.domain.device import InstallCode
from exchange.domain.outbound import CaseState, Leg
from exchange.errors import BadInput, NotFound
from exchange.files import whole_file
from exchange.services.context import Context
from exchange.store.db import Transaction


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One gained device."""

    device: str
    state: str
    code_from: str
    without_crc: bool
    legs: tuple[Leg, ...]

    @property
    def asked(self) -> str:
        """Return each Supplier with its state, in order."""
        return ", ".join(f"{leg.party} {leg.state}" for leg in self.legs)

    @property
    def code_source(self) -> str:
        """Return who sent the code, and whether it came without a CRC."""
        return f"{self.code_from}, without a CRC" if self.without_crc else self.code_from

    def as_json(self) -> dict[str, object]:
        """Return it as JSON values, for programs."""
        return {
            "device_id": self.device,
            "state": self.state,
            "code_from": self.code_from,
            "without_crc": self.without_crc,
            "legs": [
                {
                    "party": leg.party,
                    "state": leg.state,
                    "due": leg.due_on.isoformat() if leg.due_on else None,
                    "overdue": leg.overdue,
                    "level": leg.level,
                }
                for leg in self.legs
            ],
        }


def case_lines(ctx: Context) -> list[CaseLine]:
    """Return every case, oldest first."""
    with ctx.store.reading() as tx:
        by_case: dict[int, list[Leg]] = {}
        for leg in tx.legs.legs():
            by_case.setdefault(leg.case_id, []).append(leg)
        return [
            CaseLine(
                case.device,
                case.state,
                case.code_from,
                case.code_without_crc,
                tuple(by_case.get(case.id, ())),
            )
            for case in tx.outbound.cases()
        ]


def write_codes(ctx: Context, path: Path, actor: str) -> int:
    """Write the received codes to a new CSV file that only its owner can read, with audit events.

    Raises BadInput if the file cannot be made; then nothing was written.  The content is on disk
    before the audit row, and the file gets its name after it: a code may be audited and not
    written, but never written and not audited.
    """
    try:
        with whole_file(path, new=True) as file, ctx.store.transaction("export") as tx:
            content, events = _codes(ctx, tx, actor)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            tx.audit.append(ctx.now(), *events)
    except FileExistsError:
        raise BadInput("already exists; nothing was written", place=str(path)) from None
    except OSError as error:
        raise BadInput(
            f"{error.strerror or 'cannot be written'}; nothing was written", place=str(path)
        ) from None
    return len(events)


def _codes(ctx: Context, tx: Transaction, actor: str) -> tuple[bytes, list[AuditEvent]]:
    events = []
    listed = io.StringIO(newline="")
    writer = csv.writer(listed, lineterminator="\r\n")
    writer.writerow(("Device ID", "Install code", "Received from"))
    for case in tx.outbound.cases(CaseState.CODE_RECEIVED):
        if case.sealed_code is not None:
            code = InstallCode(ctx.sealer.open(case.sealed_code, "code"))
            shown = code.bare_grouped if case.code_without_crc else code.grouped
            writer.writerow((case.device, shown, case.code_from))
            events.append(AuditEvent("code.exported", case.device, case.code_from, actor=actor))
    return listed.getvalue().encode(), events


@dataclass(frozen=True, slots=True)
class StoredClock:
    """A clock as stored in the database."""

    started: datetime
    rule: str
    due_on: date
    calendar: str


def clock_of(ctx: Context, ref: str) -> StoredClock:
    """Return the clock of a reference, ours or theirs; raises NotFound."""
    with ctx.store.reading() as tx:
        if ref.rpartition("-")[2].startswith("A"):
            clock = tx.inbound.find(ref).clock
            return StoredClock(clock.received_at, clock.rule, clock.due_on, clock.calendar)
        request = tx.outbound.find(ref)
    if request.accepted_at is None or request.due_on is None:
        raise NotFound(f"the clock of {ref} has not started: its mail has not been accepted yet")
    return StoredClock(request.accepted_at, request.rule, request.due_on, request.calendar)
