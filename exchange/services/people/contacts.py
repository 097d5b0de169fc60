"""Maintain the contacts register: import with a diff first, checks, history.

If the file lacks a column, the field stays; an empty cell clears it.  If it lacks a party, the
party stays, unless the import replaces the register: then it is made inactive, never deleted,
because its history and requests stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from exchange.domain.audit import AuditEvent
from exchange.domain.contactrow import CONTACT_COLUMNS, REQUIRED, party_from_row
from exchange.domain.party import (
    STALE_AFTER_DAYS,
    WHOLE_ENTRY,
    Change,
    Finding,
    Party,
    check_entries,
    diff,
)
from exchange.errors import BadInput
from exchange.later import Later
from exchange.services.context import Context
from exchange.services.letters import party_holds
from exchange.services.letters.party_holds import PartyHold
from exchange.store.db import Transaction
from exchange.store.parties import PastChange

# Who only looks at the register reads no workbook.
if TYPE_CHECKING:
    from exchange.parsing.reading import import_tables
    from exchange.parsing.reading.import_tables import Row, Table
    from exchange.services import import_rows
    from exchange.services.import_rows import Sheet
else:
    import_rows = Later("exchange.services.import_rows")
    import_tables = Later("exchange.parsing.reading.import_tables")

_TEXT_ONLY: Final = ("signifier", "party", "mpids")  # Excel loses digits of these in numbers
_KEPT: Final = ("mpids", "role", "sla_days", "sla_agreed", "max_mail_mb", "active", "confirmed_on")
_MISSPELT: Final = 0.92  # how like a known header a misspelt one is: some letter in ten
_HINT: Final = "config/contacts.csv of a new working folder is a sample"


@dataclass(frozen=True, slots=True)
class ContactsPlan:
    """What an import would do to the register."""

    source: str
    parties: tuple[Party, ...]  # as they will be, only those that change
    changes: tuple[Change, ...]
    rows: int
    not_in_file: tuple[str, ...]  # active parties that the file does not name
    notes: tuple[str, ...]
    seen: tuple[Party, ...]  # the register that this was compared with


def plan_import(
    ctx: Context, name: str, content: bytes, *, replacing: bool = False
) -> ContactsPlan:
    """Read a CSV or workbook and compare it with the register; changes nothing.

    Raises BadInput, or BadInputs with every bad row as ``file > sheet > row N > field``.
    """
    with ctx.store.reading() as tx:
        register = tx.parties.all()
    held = {party.signifier: party for party in register}
    sheets, notes = import_rows.open_sheets(name, content, ctx.limits, _choose)
    notes += _ignored(sheets)
    wanted: dict[str, Party] = {}
    places: dict[str, str] = {}
    faults: list[BadInput] = []
    rows = 0
    for sheet in sheets:
        for row in sheet.rows:
            rows += 1
            if any(cell.strip() for cell in row.cells[len(sheet.table.header) :]):
                notes.append(f"{sheet.place(row)}: cells beyond the last column are not read")
            signifier = sheet.cell(row, "signifier").upper()
            if signifier == ctx.signifier:
                notes.append(f"{sheet.place(row)}: {signifier} is our own party; left out")
                continue
            try:
                party = _party(sheet, row, held)
                if party.signifier in wanted:
                    raise BadInput(
                        f"{party.signifier} is also at {places[party.signifier]}",
                        place=f"{sheet.place(row)} > signifier",
                    )
                wanted[party.signifier] = party
                places[party.signifier] = sheet.place(row)
            except BadInput as error:
                faults.append(error)
    import_rows.raise_all(faults, name)
    notes += [
        f"{party.signifier} is in the file but stays inactive: yes in a column `active` changes it"
        for party in wanted.values()
        if not party.active and not _has(sheets, "active")
    ]
    missing = [p for p in register if p.active and p.signifier not in wanted]
    becomes = held | wanted
    if replacing:
        becomes |= {party.signifier: replace(party, active=False) for party in missing}
    changes = diff(register, list(becomes.values()))
    changed = {change.signifier for change in changes}
    return ContactsPlan(
        source=name,
        parties=tuple(becomes[signifier] for signifier in sorted(changed)),
        changes=changes,
        rows=rows,
        not_in_file=tuple(party.signifier for party in missing),
        notes=tuple(notes),
        seen=tuple(register),
    )


def apply_plan(ctx: Context, plan: ContactsPlan, by: str) -> int:
    """Write the plan with history and audit events; return the number of changed parties.

    Raises BadInput if the register has changed since the plan was made.
    """
    if not plan.changes:
        return 0
    now = ctx.now()
    with ctx.store.transaction("contacts") as tx:
        if tuple(tx.parties.all()) != plan.seen:
            raise BadInput(
                "somebody else changed the register meanwhile; nothing was changed",
                hint="import the file again and look at the differences",
            )
        tx.parties.apply(plan.parties, plan.changes, now, actor=by, source=plan.source)
        _record(ctx, tx, plan, by)
    return len(plan.parties)


def check_register(ctx: Context, stale_after_days: int = STALE_AFTER_DAYS) -> tuple[Finding, ...]:
    """Return what a person should check, party by party."""
    with ctx.store.reading() as tx:
        parties = tx.parties.all()
    return check_entries(
        parties,
        ctx.today(),
        stale_after_days=stale_after_days,
        ours=ctx.own_addresses,
        usual_days=ctx.settings.sla.days,
    )


def list_parties(ctx: Context) -> list[Party]:
    """Return every party, by signifier."""
    with ctx.store.reading() as tx:
        return tx.parties.all()


def holds(ctx: Context) -> Mapping[str, PartyHold]:
    """Return what holds all letters to a party, by signifier."""
    with ctx.store.reading() as tx:
        return party_holds.in_force(tx)


def history(ctx: Context, signifier: str = "") -> list[PastChange]:
    """Return what changed and when, oldest first; for one party or all."""
    with ctx.store.reading() as tx:
        return tx.parties.history(signifier.strip().upper())


def _choose(table: Table) -> Sheet:
    columns = import_tables.match_columns(table.header, CONTACT_COLUMNS)
    lacking = [field for field in REQUIRED if field not in columns]
    if not lacking:
        _refuse_misread(table, columns)
        return import_rows.Sheet(table, columns)
    if not table.header:
        reason = "there is no header row that names the columns"
    else:
        reason = (
            f"no column {', '.join(lacking)}; the columns are {import_rows.header_shown(table)}"
        )
    kind = BadInput if {"signifier", "request_address"} & columns.keys() else import_rows.NoColumns
    raise kind(reason, place=table.where, hint=_HINT)


def _refuse_misread(table: Table, columns: Mapping[str, int]) -> None:
    """Refuse a header that is there twice, or misspelt: its column would silently do nothing."""
    known = {
        import_tables.normalise_header(name): field
        for field, names in CONTACT_COLUMNS.items()
        if field not in columns
        for name in (field, *names)
    }
    read = {import_tables.normalise_header(table.header[one]) for one in columns.values()}
    for column, title in enumerate(table.header):
        header = import_tables.normalise_header(title)
        if not header or column in columns.values():
            continue
        shown = import_rows.column_name(table, column)
        if header in read:
            raise BadInput(f"the column {shown} is there twice", place=table.where, hint=_HINT)
        for close in get_close_matches(header, known, n=3, cutoff=_MISSPELT):
            if _digits(close) == _digits(header):
                raise BadInput(
                    f"there is no column {shown} in a contacts register",
                    place=table.where,
                    hint=f"did you mean {known[close]}?",
                )


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


def _party(sheet: Sheet, row: Row, held: Mapping[str, Party]) -> Party:
    place = sheet.place(row)
    lost = [
        BadInput("Excel stored it as a number; format the cell as text", place=f"{place} > {field}")
        for field in _TEXT_ONLY
        if sheet.damaged(row, field)
    ]
    import_rows.raise_all(lost, place)
    party = party_from_row({field: sheet.cell(row, field) for field in sheet.columns}, place)
    old = held.get(party.signifier)
    if old is None:
        return party
    kept: dict[str, object] = {
        field: getattr(old, field) for field in _KEPT if field not in sheet.columns
    }
    if "reply_address" not in sheet.columns and old.reply_address != old.request_address:
        kept["reply_address"] = old.reply_address
    if not any(field.startswith("escalation") for field in sheet.columns):
        kept["escalation"] = old.escalation
    return replace(party, **kept)  # type: ignore[arg-type]


def _has(sheets: Sequence[Sheet], field: str) -> bool:
    return any(field in sheet.columns for sheet in sheets)


def _ignored(sheets: Sequence[Sheet]) -> list[str]:
    """Return a note on each unknown column: a misspelt one would silently do nothing."""
    notes = []
    for sheet in sheets:
        names = [
            import_rows.column_name(sheet.table, column)
            for column, title in enumerate(sheet.table.header)
            if title and column not in sheet.columns.values()
        ]
        if names:
            notes.append(f"{sheet.table.where}: unknown columns, not read: {', '.join(names)}")
    return notes


def _record(ctx: Context, tx: Transaction, plan: ContactsPlan, by: str) -> None:
    events = []
    for party in plan.parties:
        mine = [change for change in plan.changes if change.signifier == party.signifier]
        detail: dict[str, str | int | bool | None] = {"source": plan.source}
        for change in mine:
            whole = change.field == WHOLE_ENTRY
            detail["added" if whole else change.field] = (
                change.after if whole else f"{change.before or 'none'} -> {change.after or 'none'}"
            )
        events.append(
            AuditEvent("contacts.changed", party.signifier, party.signifier, detail, actor=by)
        )
    tx.audit.append(ctx.now(), *events)
