"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS) to tables, as a person sees them when they open one.

Hidden sheets, rows and columns are not what the sender sees: they are named, never taken.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from exchange.errors import Unreadable
from exchange.parsing.biff import look_into_old
from exchange.parsing.binarysheet import BOOK, look_into_binary
from exchange.parsing.grid import Table, TypedRows
from exchange.parsing.limits import DEFAULT, Limits
from exchange.parsing.opendocument import look_into_ods
from exchange.parsing.openxml import Veil, look_into

_ZIP: Final = b"PK"
_XLSX: Final = "xl/workbook.xml"


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
    in_order = look_into_old(where, content, limits)
    if content.startswith(_ZIP) and not veils:
        veils = _look_elsewhere(where, content, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            if in_order:
                veils = _by_name(book, in_order)
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


def _look_elsewhere(where: str, content: bytes, limits: Limits) -> dict[str, Veil]:
    """What an ODS or XLSB hides, by sheet; nothing for another kind of workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {one.lower() for one in archive.namelist()}
            if "content.xml" in names and BOOK not in names and _XLSX not in names:
                return look_into_ods(where, archive, limits)
            if BOOK in names and _XLSX not in names:
                return look_into_binary(where, archive, limits)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, KeyError, NotImplementedError,
            EOFError, RuntimeError, IndexError, OverflowError) as error:  # fmt: skip
        raise Unreadable(f"the workbook is damaged: {error}"[:200], place=where) from None
    return {}


def _by_name(book: CalamineWorkbook, veils: Sequence[Veil]) -> dict[str, Veil]:
    """The veils of an old workbook, which are in the order of its sheets, by sheet."""
    named = zip(book.sheets_metadata, veils, strict=False)
    return {one.name: veil for one, veil in named if veil}


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
        table = Table(place, (), rows)
        if one.visible != SheetVisibleEnum.Visible:
            hidden.append(table)
            continue
        veil = veils.get(one.name)
        if veil:
            left = sheet.start[1]  # the rows begin at the first filled column
            shown = rows.without(veil.rows, {column - left for column in veil.columns})
            veiled.append((Table(place, (), shown), table))
            table = veiled[-1][0]
        seen.append(table)
    return Workbook(tuple(seen), tuple(hidden), tuple(veiled))
