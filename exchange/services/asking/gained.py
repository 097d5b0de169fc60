"""Read a list of gained devices: whom to ask about each, in which order.

Columns: Device ID, optionally Device type, Losing supplier, Former suppliers (one column
separated by semicolons, commas or slashes, or several numbered ones).  A supplier is named by
signifier, MPID or full name.  MPAN, MPRN, UPRN and other columns are not read: our request does
not need personal data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from exchange.config import OurParty
from exchange.domain.device import DeviceId, mask_codes
from exchange.domain.limits import Limits
from exchange.domain.outbound import Gained
from exchange.domain.party import Party
from exchange.errors import BadInput, BadInputs
from exchange.parsing.reading.import_tables import (
    Role,
    Row,
    Table,
    device_type_of,
    match_columns,
    normalise_header,
)
from exchange.rendering.wording import counted
from exchange.services.import_rows import (
    DEVICE,
    NO_HEADER,
    Sheet,
    by_role,
    device_column,
    flat,
    header_shown,
    named_column,
    open_sheets,
    raise_all,
    sole_column,
)

_TYPE: Final = "device type"
_LOSING: Final = "losing"
_FORMER: Final = re.compile(
    r"(?:former|previous|prior|earlier|other)(?:suppliers?|mpids?|suppliermpids?|supplierids?)?"
    r"(\d{0,2})"
)
_FORMER_AFTER: Final = re.compile(r"suppliers?(?:former|previous)(\d{0,2})")
_LOSING_WORDS: Final = (
    *("losing supplier", "losing suppliers", "losing supplier mpid", "losing mpid"),
    *("losing supplier id", "losing supplier name", "losing party", "losing", "old supplier"),
    *("outgoing supplier", "last supplier", "supplier losing"),
)
_NOBODY: Final = frozenset(("", "-", "--", "n/a", "na", "none", "nil"))
_HINT: Final = "name the columns Device ID, Losing supplier and Former suppliers"
_MOST_TYPES: Final = 20
_OURS: Final = ""  # means ourselves: no signifier is empty


@dataclass(frozen=True, slots=True)
class GainedColumns:
    """The columns that a person names, by header, letter or number; None: found by its header."""

    device: str | None = None
    losing: str | None = None
    former: tuple[str, ...] = ()  # in the order in which they are asked
    type: str | None = None  # empty: the list has none


def read_gained(
    name: str,
    content: bytes,
    parties: Sequence[Party],
    limits: Limits,
    *,
    ours: OurParty | None = None,
    columns: GainedColumns = GainedColumns(),
    notes: list[str] | None = None,
    bad: list[BadInput] | None = None,
) -> list[Gained]:
    """Return the gained devices of a CSV or workbook, each once, in file order.

    ``name`` is the file's name, for places; ``parties`` the contacts register.  Suppliers are
    returned as signifiers, the losing one first, each once, without ourselves (``ours``).
    ``notes`` collects what a person should know: sheets and rows left out, hidden rows read, rows
    that repeat others, device types that are none.  ``bad`` collects the bad rows instead of an
    error, and of a Device whose rows contradict each other none is returned.  Raises BadInput, or
    BadInputs with every bad row as ``file > sheet > row N > column``.
    """
    known = _Suppliers(parties, ours)
    notes = [] if notes is None else notes
    sheets, about = open_sheets(name, content, limits, partial(_choose, columns))
    notes += about
    found: dict[str, Gained] = {}
    faults: list[BadInput] = []
    doubtful: set[str] = set()
    repeated = 0
    for sheet in sheets:
        for row in sheet.rows:
            try:
                one = _gained(sheet, row, known)
            except BadInput as error:
                if sheet.is_beside_the_list(row):
                    notes.append(f"left out: {sheet.place(row)}, which lists no Device")
                else:
                    faults.append(error)
                continue
            repeated += one.device in found
            try:
                found[one.device] = _merged(found.get(one.device), one)
            except BadInput as error:
                doubtful.add(one.device)
                faults.append(error)
        notes += _unknown_types(sheet)
    if repeated:
        notes.append(f"{counted(repeated, 'row')} of the list {_repeat(repeated)} others")
    if bad is None:
        raise_all(faults, name)
    else:
        bad += flat(faults)
    return [one for one in found.values() if one.device not in doubtful]


def _repeat(rows: int) -> str:
    return "repeats" if rows == 1 else "repeat"


def _unknown_types(sheet: Sheet) -> list[str]:
    """Return a note for each different word that is no device type: it is read as none."""
    first: dict[str, str] = {}
    for row in sheet.rows if _TYPE in sheet.columns else ():
        word = sheet.cell(row, _TYPE)
        if word.strip() and not device_type_of(word):
            first.setdefault(word, sheet.place(row))
    return [
        f"{place}: {mask_codes(word)[:40]!r} is no device type that we know, and is not read"
        for word, place in islice(first.items(), _MOST_TYPES)
    ]


def read_listed(name: str, content: bytes, limits: Limits) -> list[DeviceId]:
    """Return the Device IDs of a CSV or workbook, each once, in file order.

    Raises BadInput, or BadInputs with every bad row as ``file > sheet > row N > column``.
    """
    sheets, _notes = open_sheets(name, content, limits, _choose_devices)
    found: dict[DeviceId, None] = {}
    faults: list[BadInput] = []
    for sheet in sheets:
        for row in sheet.rows:
            try:
                found[sheet.read_device(row)] = None
            except BadInput as error:
                if not sheet.is_beside_the_list(row):
                    faults.append(error)
    raise_all(faults, name)
    return list(found)


def _choose_devices(table: Table) -> Sheet:
    device, kind = device_column(table, "name the column Device ID")
    return Sheet(table, {DEVICE: device}, kind)


def _choose(named: GainedColumns, table: Table) -> Sheet:
    if named.device:
        device, kind = named_column(table, named.device), ""
    else:
        device, kind = device_column(table, _HINT)
    columns = {DEVICE: device}
    losing = _losing_column(named, table)
    if losing is not None:
        columns[_LOSING] = losing
    former = _former_columns(named, table, set(columns.values()))
    columns.update((f"former {at}", column) for at, column in enumerate(former))
    if not table.header and len(columns) == 1:
        raise BadInput(NO_HEADER, place=table.where, hint=_HINT)
    if len(columns) == 1:
        raise BadInput(
            f"no column names the suppliers; the columns are {header_shown(table)}",
            place=table.where,
            hint=_HINT,
        )
    if named.type:
        columns[_TYPE] = named_column(table, named.type)
    elif named.type is None:
        hint = "name one with --type-column"
        column = sole_column(table, by_role(table, Role.TYPE), "the device type", hint)
        if column is not None:
            columns[_TYPE] = column
    if len(set(columns.values())) != len(columns):
        raise BadInput("two fields are to be read from the same column", place=table.where)
    return Sheet(table, columns, kind)


def _losing_column(named: GainedColumns, table: Table) -> int | None:
    if named.losing:
        return named_column(table, named.losing)
    found = match_columns(table.header, {_LOSING: _LOSING_WORDS}).get(_LOSING)
    if found is None:
        return None
    title = _bare(table.header[found])
    alike = [at for at, other in enumerate(table.header) if _bare(other) == title]
    return sole_column(table, alike, "the losing Supplier", "name one with --losing-column")


def _former_columns(named: GainedColumns, table: Table, taken: set[int]) -> list[int]:
    """Return the columns of former Suppliers; numbered ones may be in any order."""
    if named.former:
        return [named_column(table, one) for one in named.former]
    found: list[tuple[int, int]] = []
    for column, title in enumerate(table.header):
        bare = _bare(title)
        former = _FORMER.fullmatch(bare) or _FORMER_AFTER.fullmatch(bare)
        if former and column not in taken:
            found.append((int(former[1] or 0), column))
    return [column for _, column in sorted(found)]


def _bare(title: str) -> str:
    return normalise_header(re.sub(r"[(\[][^)\]]*[)\]]", "", title))


def _gained(sheet: Sheet, row: Row, known: _Suppliers) -> Gained:
    faults: list[BadInput] = []
    device = ""
    try:
        device = str(sheet.read_device(row))
    except BadInput as error:
        faults.append(error)
    suppliers: list[str] = []
    for column in (name for name in sheet.columns if name not in (DEVICE, _TYPE)):
        try:
            if sheet.damaged(row, column):
                raise BadInput("Excel stored the supplier as a number; format the cell as text")
            suppliers += known.named(sheet.cell(row, column))
        except BadInput as error:
            faults.append(BadInput(error.message, place=sheet.place(row, column), hint=error.hint))
    others = tuple(dict.fromkeys(one for one in suppliers if one != _OURS))
    if not faults and not others:
        reason = "only we ourselves are named" if suppliers else "no supplier is named"
        faults.append(
            BadInput(f"{reason}: there is nobody to ask", place=sheet.place(row, _LOSING))
        )
    if faults:
        if len(faults) == 1:
            raise faults[0]
        raise BadInputs(f"{len(faults)} faults", faults, place=sheet.place(row))
    written = device_type_of(sheet.cell(row, _TYPE)) or sheet.device_type
    return Gained(device, others, written, sheet.place(row))


def _merged(first: Gained | None, again: Gained) -> Gained:
    """Merge two rows of a device; raises BadInput if they contradict each other."""
    if first is None:
        return again
    if first.suppliers != again.suppliers:
        raise BadInput(
            f"{again.device} is also at {first.where}, with other suppliers"
            f" ({', '.join(first.suppliers)})",
            place=again.where,
        )
    if first.device_type and again.device_type and first.device_type != again.device_type:
        raise BadInput(
            f"{again.device} is also at {first.where}, as {first.device_type}",
            place=again.where,
        )
    kind = first.device_type or again.device_type
    return Gained(first.device, first.suppliers, kind, first.where)


class _Suppliers:
    """The register, indexed by every name of a supplier."""

    def __init__(self, parties: Sequence[Party], ours: OurParty | None) -> None:
        self._by_name: dict[str, set[str]] = {}
        self._inactive = {party.signifier for party in parties if not party.active}
        for party in parties:
            for written in (party.signifier, party.name, *party.mpids):
                self._by_name.setdefault(_folded(written), set()).add(party.signifier)
        if ours is not None:
            for written in (ours.signifier, ours.name, *ours.mpids):
                self._by_name[_folded(written)] = {_OURS}

    def named(self, cell: str) -> Iterator[str]:
        """Return the signifiers of the suppliers in a cell; raises BadInput for an unknown one."""
        # A full name may contain a comma or a slash, so try the larger piece first.
        for piece in re.split(r"[;|\n]", cell):
            if _folded(piece) in self._by_name:
                yield self._one(piece)
                continue
            if _folded(piece) in _NOBODY:  # "n/a" contains a slash
                continue
            for part in re.split(r"[,/]", piece):
                if _folded(part) not in _NOBODY:
                    yield self._one(part)

    def _one(self, written: str) -> str:
        shown = mask_codes(" ".join(written.split()))[:80]
        found = self._by_name.get(_folded(written), set())
        if not found:
            raise BadInput(
                f"{shown!r} is not on the contacts register",
                hint="name a supplier by signifier, MPID or full name;"
                " `exchange contacts import` adds parties",
            )
        if len(found) > 1:
            raise BadInput(
                f"{shown!r} could be {' or '.join(sorted(found))}", hint="write the signifier"
            )
        signifier = next(iter(found))
        if signifier in self._inactive:
            raise BadInput(f"{shown!r} is not active on the contacts register")
        return signifier


def _folded(written: str) -> str:
    return " ".join(written.split()).casefold()
