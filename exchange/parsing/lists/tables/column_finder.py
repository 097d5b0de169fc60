"""Find out what each column of a table holds: from its header, otherwise from its content."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from exchange.domain.device_type import OUT_OF_SCOPE
from exchange.parsing.identifiers.codes import (
    CODE_DIGITS,
    code_digits,
    has_good_crc,
    looks_like_code,
)
from exchange.parsing.identifiers.devices import read_device, read_listed_device, split_devices
from exchange.parsing.identifiers.stretches import find_stretches
from exchange.parsing.lists.tables.crc_columns import crcs_by_code, holds_only_crcs
from exchange.parsing.phrases.header_terms import (
    HeaderMeaning,
    Role,
    header_meaning,
    is_of_former_ids,
)
from exchange.parsing.sheets.grid import Row
from exchange.parsing.text.lines import normalized

_SEVERAL_PIECES: Final = 3  # columns that are headed as install codes
_PIECE_OF_CODE = re.compile(r"[0-9A-Fa-f]{1,12}")
HEADER_ROWS: Final = 25
SAMPLE_ROWS: Final = 200
# The share of filled cells that must look like IDs or codes if no header names the column.
_SHARE: Final = 0.6


@dataclass(slots=True)
class Columns:
    """Column indexes by role; ``first_row`` is the index of the first row below the header."""

    first_row: int = 0
    devices: dict[int, str] = field(default_factory=dict)  # column -> device type or empty
    codes: dict[int, str] = field(default_factory=dict)
    crcs: dict[int, int] = field(default_factory=dict)  # code column -> the column of its CRC
    remarks: list[int] = field(default_factory=list)
    denial: int | None = None
    type: int | None = None
    other_ids: list[int] = field(default_factory=list)  # columns with other Device IDs, not read
    has_header: bool = False  # whether a header named the device column
    warnings: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # Device IDs that are not taken, for people
    code_parts: tuple[int, ...] = ()  # code columns that hold one code in pieces, in this order
    # How a mapping reads a second header further down.
    read_header: Callable[[Row], Columns | None] | None = None


def find_columns(rows: Sequence[Row]) -> Columns | None:
    """Return the columns of a device list; None when no column holds Device IDs.

    When several columns might and nothing says which, ``devices`` is empty and a warning says so.
    """
    sample = list(islice(rows, SAMPLE_ROWS))
    index = header_index(sample)
    if index is not None:
        columns = columns_of(sample[index], sample[index + 1 :])
        if columns:
            columns.first_row = index + 1
            return columns
        below = sample[index + 1 :]
        header = [header_meaning(cell) for cell in sample[index].cells]
        return _by_content(below, header, sample[index], index + 1)
    return _by_content(sample, [], None, 0)


def header_index(sample: Sequence[Row]) -> int | None:
    """Return the index of the row that names the most columns; titles above it name one at most."""
    best, best_score = None, 0.0
    for index, row in enumerate(sample[:HEADER_ROWS]):
        if any(map(_is_value, row.cells)):
            break  # the list has begun: no header follows
        if row.damaged:
            continue
        score = 0.0
        for cell in row.cells:
            if len(cell) > 60:
                continue
            role = header_meaning(cell).role
            if role in (Role.DEVICE, Role.MAYBE_DEVICE, Role.CODE):
                score += 1.5
            elif role is not None:
                score += 1
        if score > best_score + 0.1:
            best, best_score = index, score
    return best


def _is_value(cell: str) -> bool:
    return bool(read_device(cell) or read_listed_device(cell) or looks_like_code(cell))


def columns_of(header: Row, below: Sequence[Row]) -> Columns | None:
    """Return the columns that ``header`` names, checked against the rows; None without devices."""
    meanings = [header_meaning(cell) for cell in header.cells]
    named = [i for i, one in enumerate(meanings) if one.role is Role.DEVICE]
    maybe = [i for i, one in enumerate(meanings) if one.role is Role.MAYBE_DEVICE]
    strong = [i for i in named if not _too_long_for_ids(below, i)]
    if not strong:
        strong = [i for i in maybe if share_of_devices(below, i) >= _SHARE]
        if len(strong) > 1 and not all(meanings[i].device_type for i in strong):
            strong = strong[:1]
    if not strong:
        return None
    columns = Columns(has_header=True)
    _choose(columns, strong, meanings, below, header)
    _name_former_ids(columns, meanings, below, header)
    fill_columns(columns, meanings, below, header)
    return columns


def _choose(
    columns: Columns,
    named: list[int],
    meanings: Sequence[HeaderMeaning],
    below: Sequence[Row],
    header: Row,
) -> None:
    """Choose the device columns: hubs next to meters are left out, the first of a kind counts."""
    meters = [i for i in named if meanings[i].device_type not in OUT_OF_SCOPE]
    for index in named:
        kind = meanings[index].device_type
        if meters and kind in OUT_OF_SCOPE:
            columns.warnings.append(f"the column {header.cells[index]!r} is not asked about")
            continue
        rivals = [i for i, other in columns.devices.items() if other == kind]
        if rivals:
            first = rivals[0]
            if share_of_devices(below, index) > _SHARE > share_of_devices(below, first):
                del columns.devices[first]
                if share_of_devices(below, first) and not _same_devices(below, index, first):
                    columns.other_ids.append(first)
            else:
                if not _same_devices(below, first, index):
                    columns.other_ids.append(index)
                    title = header.cells[index]
                    columns.left_out.append(f"the Device IDs in the column {title!r}")
                    columns.warnings.append(
                        f"two columns could hold the Device IDs; {title!r} is not taken"
                    )
                continue
        columns.devices[index] = kind


def _name_former_ids(
    columns: Columns, meanings: Sequence[HeaderMeaning], below: Sequence[Row], header: Row
) -> None:
    """Name the columns of other Device IDs next to those taken: ``Old Device ID``."""
    for index, one in enumerate(meanings):
        title = header.cells[index]
        if one.role is not Role.NEVER_DEVICE or not is_of_former_ids(title):
            continue
        same = any(_same_devices(below, taken, index) for taken in columns.devices)
        if _looks_like_devices(below, index) and not same:
            columns.left_out.append(f"the Device IDs in the column {title!r}")
            columns.warnings.append(f"the Device IDs in the column {title!r} are not taken")


def fill_columns(
    columns: Columns, meanings: Sequence[HeaderMeaning], below: Sequence[Row], header: Row
) -> None:
    """Add the columns of codes, remarks and so on by header; a code column also by its content."""
    unused: list[int] = []  # columns of CRCs that are headed like codes
    for index, (role, kind) in enumerate(meanings):
        if index in columns.devices:
            continue
        if role is Role.CODE and holds_only_crcs(below, index):
            unused.append(index)
        elif role is Role.CODE:
            columns.codes[index] = kind
        elif role is Role.REMARK:
            columns.remarks.append(index)
        elif role is Role.DENIAL and columns.denial is None:
            columns.denial = index
        elif role is Role.TYPE and columns.type is None:
            columns.type = index
    width = max((len(row.cells) for row in below), default=0)
    for index in range(width):
        role = meanings[index].role if index < len(meanings) else None
        known = index in columns.devices or index in columns.codes
        if known or role is not None:
            continue
        title = header.cells[index] if index < len(header.cells) else ""
        # 36 digits include a CRC; 32 digits under an unknown header may be any hash or key.
        if not columns.codes and _looks_like_codes(below, index, checked=bool(title)):
            columns.codes[index] = ""
        elif not title:
            columns.remarks.append(index)  # words typed next to the table
    if not columns.codes or len(columns.codes) >= _SEVERAL_PIECES:
        _take_split_codes(columns, below, width)
    add_crcs(columns, _headed_as_crcs(meanings, unused), below)


def _take_split_codes(columns: Columns, below: Sequence[Row], width: int) -> None:
    """Take the columns that hold one code in pieces: nine of four digits, eighteen of two.

    Their CRC, which is the last of them, must hold in nearly all rows.
    """
    for first in range(width):
        if first in columns.devices:
            continue
        filled = [row for row in below if _cell(row, first)]
        runs = [_split_code(row, first, columns) for row in filled]
        if runs and sum(map(bool, runs)) >= _SHARE * len(runs):
            parts = range(first, first + max(runs))
            columns.codes = dict.fromkeys(parts, "")
            columns.code_parts = tuple(parts)
            columns.remarks = [one for one in columns.remarks if one not in parts]
            return


def _split_code(row: Row, first: int, columns: Columns) -> int:
    """Return how many cells from ``first`` on are one code whose CRC holds; 0 if none are."""
    joined = ""
    for at in range(first, len(row.cells)):
        piece = row.cells[at]
        if not _PIECE_OF_CODE.fullmatch(piece) or at in row.damaged or at in columns.devices:
            return 0
        joined += piece
        if len(joined) >= CODE_DIGITS[1]:
            return at + 1 - first if has_good_crc(joined) else 0
    return 0


def add_crcs(columns: Columns, meanings: Sequence[HeaderMeaning], below: Sequence[Row]) -> None:
    """Add the columns with the CRCs of the codes; such a column is one of remarks only by name."""
    known = {*columns.devices, *(one for one in (columns.denial, columns.type) if one is not None)}
    columns.crcs = crcs_by_code(columns.codes, meanings, below, known)
    columns.remarks = [
        index
        for index in columns.remarks
        if index not in columns.crcs.values()
        or (index < len(meanings) and meanings[index].role is Role.REMARK)
    ]


def _headed_as_crcs(
    meanings: Sequence[HeaderMeaning], columns: Sequence[int]
) -> list[HeaderMeaning]:
    return [
        one._replace(role=Role.CRC) if index in columns else one
        for index, one in enumerate(meanings)
    ]


def _by_content(
    below: Sequence[Row], meanings: Sequence[HeaderMeaning], header: Row | None, first: int
) -> Columns | None:
    """Find the columns of a table that has no header, or whose header names no device column."""
    width = max((len(row.cells) for row in below), default=0)
    if header is None and below and not _any_value(below[0]):
        header, below, first = below[0], below[1:], 1
    excluded = {i for i, one in enumerate(meanings) if one.role not in (None, Role.MAYBE_DEVICE)}
    found = [i for i in range(width) if i not in excluded and _looks_like_devices(below, i)]
    columns = Columns(first_row=first)
    excluded_ids = [
        i
        for i, one in enumerate(meanings)
        if one.role is Role.NEVER_DEVICE and _all_in_pairs(below, i)
    ]
    ambiguous_named = any(
        i < len(meanings) and meanings[i].role is Role.MAYBE_DEVICE for i in found
    )
    if excluded_ids and not ambiguous_named and len(found) + len(excluded_ids) > 1:
        # "Kit ref" and "Previous kit", both with Device IDs: nobody can say which is meant.
        columns.warnings.append(
            "several columns look like Device IDs and no header says which is meant"
        )
        columns.other_ids = sorted({*found, *excluded_ids})
        return columns
    if not found:
        return None
    if len(found) > 1:
        # A block of only Device IDs in several columns is one list.
        filled = [i for i in range(width) if any(_cell(row, i) for row in below)]
        if (
            header is not None
            or filled != found
            or any(share_of_devices(below, i) < 0.95 for i in found)
        ):
            columns.warnings.append(
                "several columns look like Device IDs and no header says which is meant"
            )
            columns.other_ids = found
            return columns
    columns.devices = dict.fromkeys(found, "")
    empty = Row(0, header.cells if header else (), frozenset())
    given = list(meanings) or [HeaderMeaning(None)] * len(empty.cells)
    fill_columns(columns, given, below, empty)
    return columns


def _cell(row: Row, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def _any_value(row: Row) -> bool:
    return bool(row.damaged) or any(
        _names_devices(cell)
        or looks_like_code(cell)
        or cell.isdecimal()
        or find_stretches(normalized(cell))
        for cell in row.cells
    )


def share_of_devices(rows: Sequence[Row], index: int) -> float:
    """Return the share of a column's filled cells that are Device IDs."""
    filled = [cell for row in rows if (cell := _cell(row, index))]
    if not filled:
        return 0.0
    return sum(1 for cell in filled if _names_devices(cell)) / len(filled)


def _names_devices(cell: str) -> bool:
    """Return whether a cell names one Device or several, however it is listed."""
    return bool(read_device(cell) or read_listed_device(cell) or split_devices(cell))


def _looks_like_devices(rows: Sequence[Row], index: int) -> bool:
    """Return whether most cells of a column are Device IDs, and these are not all decimal."""
    filled = [cell for row in rows if (cell := _cell(row, index))]
    ids = [cell for cell in filled if _names_devices(cell)]
    if not ids or len(ids) < _SHARE * len(filled):
        return False
    return any(not code_digits(cell).isdecimal() or len(cell) > 16 for cell in ids)


def _all_in_pairs(rows: Sequence[Row], index: int) -> bool:
    """Return whether all cells are Device IDs written in pairs, which no other number resembles."""
    filled = [cell for row in rows if (cell := _cell(row, index))]
    return bool(filled) and all(len(cell) > 16 and read_device(cell) for cell in filled)


def _too_long_for_ids(rows: Sequence[Row], index: int) -> bool:
    """Return whether every cell is far too long for a Device ID: a UUID under the header GUID."""
    filled = [cell for row in rows if (cell := _cell(row, index))]
    return bool(filled) and all(len(code_digits(cell)) >= 30 for cell in filled)


def _same_devices(rows: Sequence[Row], one: int, other: int) -> bool:
    return all(
        not _cell(row, other) or read_device(_cell(row, one)) == read_device(_cell(row, other))
        for row in rows
    )


def _looks_like_codes(rows: Sequence[Row], index: int, *, checked: bool) -> bool:
    filled = [cell for row in rows if (cell := _cell(row, index))]
    wanted = [
        cell
        for cell in filled
        if looks_like_code(cell) and (not checked or len(code_digits(cell)) == 36)
    ]
    return bool(wanted) and len(wanted) >= _SHARE * len(filled)
