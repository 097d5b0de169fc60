"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS) to tables, as a person sees them when they open one.

Hidden sheets, rows and columns are not what the sender sees: they are named, never taken.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from exchange.errors import Unreadable
from exchange.parsing.biff import check_span
from exchange.parsing.grid import Table, TypedRows
from exchange.parsing.limits import DEFAULT, Limits
from exchange.parsing.openxml import Veil, look_into


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

    They are known of XLSX only.  Raises Unreadable when the workbook is protected or damaged, or
    passes a ceiling.
    """
    veils, name, plain = look_into(where, content, limits)
    if plain is not None:
        return Workbook((Table(f"{where} > {name}" if where else name, (), plain),), ())
    check_span(where, content, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return _sheets(where, book, limits, {} if whole else veils)
    except PasswordError:
        raise Unreadable("the workbook is protected by a password", place=where) from None
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise Unreadable(f"the workbook is damaged: {error}"[:200], place=where) from None
    except BaseException as error:
        # A panic of the Rust library derives from BaseException alone and has no public name.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable("the workbook is damaged", place=where) from None


def _sheets(
    where: str, book: CalamineWorkbook, limits: Limits, veils: Mapping[str, Veil]
) -> Workbook:
    listed = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    if len(listed) > limits.sheets:
        raise Unreadable(f"more than {limits.sheets} sheets", place=where)
    seen: list[Table] = []
    hidden: list[Table] = []
    veiled: list[tuple[Table, Table]] = []
    rows_left = limits.rows
    for one in listed:
        place = f"{where} > {one.name}" if where else one.name
        sheet = book.get_sheet_by_name(one.name)
        if sheet.start is None:
            continue
        if sheet.total_height > rows_left or sheet.width > limits.columns:
            raise Unreadable(
                f"more than {limits.rows} rows or {limits.columns} columns", place=place
            )
        rows = TypedRows(sheet.iter_rows())
        if not rows:
            continue
        rows_left -= len(rows)
        left = sheet.start[1]  # the rows begin at the first filled column
        table = Table(place, (), rows, left=left)
        if one.visible != SheetVisibleEnum.Visible:
            hidden.append(table)
            continue
        veil = veils.get(one.name)
        if veil:
            shown = rows.without(veil.rows, {column - left for column in veil.columns})
            veiled.append((Table(place, (), shown, left=left), table))
            table = veiled[-1][0]
        seen.append(table)
    return Workbook(tuple(seen), tuple(hidden), tuple(veiled))
