"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS, XML) to tables, as a person sees them on opening one.

Hidden sheets, rows and columns are not what the sender sees: they are named, never taken.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.grid import Table, TypedRows
from exchange.parsing.sheets.opendocument import ReadSheet, read_ods
from exchange.parsing.sheets.xls_precheck import look_into_old
from exchange.parsing.sheets.xlsb_precheck import look_into_binary
from exchange.parsing.sheets.xlsx_precheck import Veil, look_into
from exchange.parsing.sheets.xml_spreadsheet import read_xml_sheet


@dataclass(frozen=True, slots=True)
class Workbook:
    """The visible sheets that hold something, and what was left out of them."""

    tables: tuple[Table, ...]
    hidden: tuple[Table, ...]  # hidden sheets, to be named and not taken
    veiled: tuple[tuple[Table, Table], ...] = ()  # visible part and whole, where they differ


def read_workbook(
    where: str, content: bytes, limits: Limits = DEFAULT, *, whole: bool = False
) -> Workbook:
    """All sheets of a workbook; ``whole`` keeps hidden rows and columns.

    Raises Unreadable when the workbook is protected or damaged, or passes a ceiling.
    """
    veils, name, plain = look_into(where, content, limits)
    if plain is not None:
        return Workbook((Table(f"{where} > {name}" if where else name, (), plain),), ())
    veils |= look_into_binary(where, content, limits)
    opened = read_ods(where, content, limits)
    if opened is None:
        opened = read_xml_sheet(where, content, limits)
    if opened is not None:
        return _sorted(where, map(_of_read, opened), whole=whole)
    in_order = look_into_old(where, content, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            if in_order:
                veils = _by_name(book, in_order)
            return _sorted(where, _sheets(where, book, limits, veils), whole=whole)
    except PasswordError:
        raise Unreadable("the workbook is protected by a password", place=where) from None
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise Unreadable(f"the workbook is damaged: {error}"[:200], place=where) from None
    except BaseException as error:
        # A panic of the Rust library derives from BaseException alone and has no public name.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable("the workbook is damaged", place=where) from None


class _Sheet(NamedTuple):
    """One sheet that holds something; ``left``: the column that its rows begin at, from 0."""

    name: str
    rows: TypedRows
    seen: bool
    veil: Veil | None
    left: int = 0


def _of_read(sheet: ReadSheet) -> _Sheet:
    return _Sheet(sheet.name, TypedRows.numbered(sheet.rows), sheet.seen, sheet.veil)


def _by_name(book: CalamineWorkbook, veils: Sequence[Veil]) -> dict[str, Veil]:
    """The veils of an old workbook, which are in the order of its sheets, by sheet."""
    named = zip(book.sheets_metadata, veils, strict=False)
    return {one.name: veil for one, veil in named if veil}


def _sheets(
    where: str, book: CalamineWorkbook, limits: Limits, veils: Mapping[str, Veil]
) -> Iterator[_Sheet]:
    listed = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    if len(listed) > limits.sheets:
        raise Unreadable(f"more than {limits.sheets} sheets", place=where)
    rows_left = limits.rows
    for one in listed:
        sheet = book.get_sheet_by_name(one.name)
        if sheet.start is None:
            continue
        if sheet.total_height > rows_left or sheet.width > limits.columns:
            place = f"{where} > {one.name}" if where else one.name
            raise Unreadable(
                f"more than {limits.rows} rows or {limits.columns} columns", place=place
            )
        rows = TypedRows(sheet.iter_rows())
        rows_left -= len(rows)
        seen = one.visible == SheetVisibleEnum.Visible
        yield _Sheet(one.name, rows, seen, veils.get(one.name), sheet.start[1])


def _sorted(where: str, sheets: Iterable[_Sheet], *, whole: bool) -> Workbook:
    """The sheets by what the sender sees of them."""
    seen: list[Table] = []
    hidden: list[Table] = []
    veiled: list[tuple[Table, Table]] = []
    for one in sheets:
        if not one.rows:
            continue
        table = Table(f"{where} > {one.name}" if where else one.name, (), one.rows, left=one.left)
        if not one.seen:
            hidden.append(table)
            continue
        if one.veil and not whole:
            columns = {column - one.left for column in one.veil.columns}
            shown = Table(table.where, (), one.rows.without(one.veil.rows, columns), left=one.left)
            veiled.append((shown, table))
            table = shown
        seen.append(table)
    return Workbook(tuple(seen), tuple(hidden), tuple(veiled))
