"""Read workbooks (XLSX, XLSM, XLSB, XLS, ODS, XML) into tables, as a person sees them.

The sender does not see hidden sheets, rows and columns: we mention them and never take data there.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.grid import Table, WorkbookRows
from exchange.parsing.sheets.opendocument import ParsedSheet, read_ods
from exchange.parsing.sheets.xls_precheck import precheck_xls, with_usual_names
from exchange.parsing.sheets.xlsb_precheck import precheck_xlsb
from exchange.parsing.sheets.xlsx_exact import read_xlsx
from exchange.parsing.sheets.xlsx_precheck import HiddenCells, precheck_xlsx
from exchange.parsing.sheets.xml_spreadsheet import read_xml_sheet


class Struck(NamedTuple):
    """What a visible row says in words that its sender struck out: mentioned, not taken."""

    where: str  # codes.xlsx > Sheet1 > row 5
    text: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """The visible sheets that hold something, and what was left out."""

    tables: tuple[Table, ...]
    hidden: tuple[Table, ...]  # hidden sheets: mentioned, not taken
    partly_hidden: tuple[tuple[Table, Table], ...] = ()  # visible part and whole, where they differ
    struck: tuple[Struck, ...] = ()
    kept_hidden: tuple[tuple[str, int, int], ...] = ()  # sheet, hidden rows and columns in a table


def read_workbook(
    where: str, content: bytes, limits: Limits = DEFAULT, *, whole: bool = False
) -> Workbook:
    """Return all sheets of a workbook; ``whole`` keeps hidden rows and columns.

    Raises Unreadable when the workbook is protected or damaged, or passes a ceiling.
    """
    content = with_usual_names(content)
    hidden_cells, name, plain, unusual = precheck_xlsx(where, content, limits)
    if plain is not None:
        return Workbook((Table(f"{where} > {name}" if where else name, (), plain),), ())
    hidden_cells |= precheck_xlsb(where, content, limits)
    opened = read_xlsx(where, content, limits) if unusual else read_ods(where, content, limits)
    if opened is None:
        opened = read_xml_sheet(where, content, limits)
    if opened is not None:
        return _sorted(where, map(_from_parsed, opened), whole=whole)
    in_order = precheck_xls(where, content, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            if in_order:
                hidden_cells = _by_name(book, in_order)
            return _sorted(where, _sheets(where, book, limits, hidden_cells), whole=whole)
    except PasswordError:
        raise Unreadable("the workbook is protected by a password", place=where) from None
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError):
        return _read_by_us(where, content, limits, whole=whole)
    except BaseException as error:
        # A panic of the Rust library derives from BaseException alone and has no public name.
        if type(error).__name__ != "PanicException":
            raise
        return _read_by_us(where, content, limits, whole=whole)


def _read_by_us(where: str, content: bytes, limits: Limits, *, whole: bool) -> Workbook:
    """Return what the second reader finds in a workbook that the library refuses."""
    opened = read_xlsx(where, content, limits)
    if opened is None:
        raise Unreadable("the workbook is damaged", place=where)
    return _sorted(where, map(_from_parsed, opened), whole=whole)


class _Sheet(NamedTuple):
    """One sheet that holds something; ``left``: the column its rows begin at, from 0."""

    name: str
    rows: WorkbookRows
    visible: bool
    hidden_cells: HiddenCells | None
    left: int = 0


def _from_parsed(sheet: ParsedSheet) -> _Sheet:
    return _Sheet(sheet.name, WorkbookRows.numbered(sheet.rows), sheet.visible, sheet.hidden_cells)


def _by_name(book: CalamineWorkbook, hidden_cells: Sequence[HiddenCells]) -> dict[str, HiddenCells]:
    """Return what each sheet hides, by name; ``hidden_cells`` has the order of the sheets."""
    named = zip(book.sheets_metadata, hidden_cells, strict=False)
    return {one.name: hidden for one, hidden in named if hidden}


def _sheets(
    where: str, book: CalamineWorkbook, limits: Limits, hidden_cells: Mapping[str, HiddenCells]
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
        rows = WorkbookRows(sheet.iter_rows())
        rows_left -= len(rows)
        visible = one.visible == SheetVisibleEnum.Visible
        yield _Sheet(one.name, rows, visible, hidden_cells.get(one.name), sheet.start[1])


def _sorted(where: str, sheets: Iterable[_Sheet], *, whole: bool) -> Workbook:
    """Sort the sheets by what the sender sees of them."""
    visible: list[Table] = []
    hidden: list[Table] = []
    partly_hidden: list[tuple[Table, Table]] = []
    struck: list[Struck] = []
    kept: list[tuple[str, int, int]] = []
    for one in sheets:
        rows, marks = one.rows, one.hidden_cells or HiddenCells()
        rows = rows.with_texts(marks.errors, one.left)
        left_out = marks.struck
        if marks.struck_cells:
            rows, more = rows.without_cells(marks.struck_cells, one.left)
            left_out = [*left_out, *more]
        place = f"{where} > {one.name}" if where else one.name
        in_rows = frozenset(row for row, _ in left_out)
        table = Table(place, (), rows, left=one.left, struck=in_rows)
        if one.visible:
            struck += [
                Struck(table.place(row), text)
                for row, text in left_out
                if whole or row not in marks.rows
            ]
        if not rows:
            continue
        if not one.visible:
            hidden.append(table)
            continue
        if (marks.rows or marks.columns) and not whole:
            columns = {column - one.left for column in marks.columns}
            shown = replace(table, rows=rows.without(marks.rows, columns))
            partly_hidden.append((shown, table))
            table = shown
        elif marks.rows or marks.columns:
            there = int(np.isin(rows.numbers, list(marks.rows)).sum())
            filled = sum(any(rows.column(at - one.left)) for at in marks.columns if at >= one.left)
            if there or filled:
                kept.append((table.where, there, filled))
        visible.append(table)
    return Workbook(tuple(visible), tuple(hidden), tuple(partly_hidden), tuple(struck), tuple(kept))
