"""Check an XLSB file before the library opens it: how far its sheets reach, what they hide and
what they strike out.

python-calamine reports hidden sheets but not hidden rows and columns or fonts, and allocates the
whole rectangle up to the farthest cell ([MS-XLSB]: BrtBundleSh, BrtRowHdr, BrtColInfo; BrtFont and
BrtXF for the styles of cells).
"""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
import zlib
from typing import Final

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.xlsx_precheck import HiddenCells
from exchange.parsing.text.cell_words import VALUELESS, error_name, spells_id_in

BOOK: Final = "xl/workbook.bin"
_RELATIONS: Final = "xl/_rels/workbook.bin.rels"
_STRINGS: Final = "xl/sharedstrings.bin"
_STYLES: Final = "xl/styles.bin"
_FONT, _STYLE, _BEGIN_STYLES, _END_STYLES = 43, 47, 617, 618
_STRIKES: Final = 0x08  # fStrikeout
_LONGEST_BOOK: Final = 4_000_000
_ROW, _COLUMNS, _SPAN, _SHEET, _BEGIN_STRINGS = 0, 60, 148, 156, 159
# BrtCellRk to BrtFmlaError and BrtCellRString; a BrtCellBlank (1) holds nothing.
_CELLS: Final = frozenset((*range(2, 12), 62))
_TEXT_FORMULA: Final = 8  # BrtFmlaString
_ERRORS: Final = (3, 11)  # BrtCellError, BrtFmlaError
_ROW_HIDDEN: Final = 0x10  # fDyZero
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]{1,4000}>")


def precheck_xlsb(where: str, content: bytes, limits: Limits) -> dict[str, HiddenCells]:
    """Return what the sheets of an XLSB file hide, by sheet name; empty for another kind of file.

    Raises Unreadable when the file is damaged or passes a ceiling.
    """
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            return _look(where, archive, names, limits) if BOOK in names else {}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, KeyError, NotImplementedError,
            EOFError, RuntimeError, IndexError, OverflowError):  # fmt: skip
        raise Unreadable("the workbook is damaged: it cannot be unpacked", place=where) from None


def _look(
    where: str, archive: zipfile.ZipFile, names: list[str], limits: Limits
) -> dict[str, HiddenCells]:
    if len(set(names)) != len(names):
        raise Unreadable("the workbook is damaged: it holds a file twice", place=where)
    members = {one.lower(): one for one in names}
    _check_strings(where, archive, members)
    hidden_cells: dict[str, HiddenCells] = {}
    struck = _struck_styles(where, archive, members, limits)
    for name, path in _sheets(where, archive, members).items():
        place = f"{where} > {name}" if where else name
        member = members.get(path.lower())
        if member is None:
            continue  # a missing sheet: the library reports it
        size = archive.getinfo(member).file_size
        if size > limits.inflated_bytes:
            raise Unreadable(f"the sheet has {size:,} bytes", place=place)
        hidden = _hidden_cells(place, archive.read(member), limits, struck)
        if hidden:
            hidden_cells[name] = hidden
    return hidden_cells


def _check_strings(where: str, archive: zipfile.ZipFile, members: dict[str, str]) -> None:
    """Raise Unreadable when the file declares more strings than it has room for."""
    member = members.get(_STRINGS)
    if member is None:
        return
    with archive.open(member) as stream:
        head = stream.read(64)
    kind, start, _ = _record(head, 0) if head else (0, 0, 0)
    strings = int.from_bytes(head[start + 4 : start + 8], "little")
    if kind == _BEGIN_STRINGS and strings > archive.getinfo(member).file_size:
        raise Unreadable("the workbook is damaged: its texts are missing", place=where)


def _struck_styles(
    where: str, archive: zipfile.ZipFile, members: dict[str, str], limits: Limits
) -> frozenset[int]:
    """Return the styles of cells whose font strikes out what the cell holds."""
    member = members.get(_STYLES)
    if member is None:
        return frozenset()
    size = archive.getinfo(member).file_size
    if size > limits.inflated_bytes:
        raise Unreadable(f"the styles have {size:,} bytes", place=where)
    content = archive.read(member)
    fonts: list[bool] = []
    styles: list[int] = []
    of_cells = False
    at = 0
    while at < len(content):
        kind, start, at = _record(content, at)
        if kind == _FONT and at - start >= 4:
            fonts.append(bool(content[start + 2] & _STRIKES))
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            of_cells = kind == _BEGIN_STYLES
        elif kind == _STYLE and of_cells and at - start >= 6:
            styles.append(int.from_bytes(content[start + 4 : start + 6], "little"))
    return frozenset(
        number for number, font in enumerate(styles) if font < len(fonts) and fonts[font]
    )


def _sheets(where: str, archive: zipfile.ZipFile, members: dict[str, str]) -> dict[str, str]:
    """Return the ZIP member of each sheet, by sheet name."""
    if _RELATIONS not in members:
        raise Unreadable("the workbook is damaged: it does not name its sheets", place=where)
    with archive.open(members[_RELATIONS]) as stream:
        text = stream.read(_LONGEST_BOOK).decode("utf-8", "replace")
    targets: dict[str, str] = {}
    for tag in _RELATION.findall(text):
        target = _attribute(tag, "Target")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        targets[_attribute(tag, "Id")] = path
    with archive.open(members[BOOK]) as stream:
        book = stream.read(_LONGEST_BOOK)
    found: dict[str, str] = {}
    place = 0
    while place < len(book):
        kind, start, place = _record(book, place)
        if kind == _SHEET:
            relation, after = _text(book, start + 8)
            name, _ = _text(book, after)
            found[name] = targets.get(relation, "")
    return found


def _hidden_cells(place: str, sheet: bytes, limits: Limits, struck: frozenset[int]) -> HiddenCells:
    hidden = HiddenCells()
    row = highest = widest = at = 0
    end = len(sheet)
    while at < end:
        kind, start, at = _record(sheet, at)
        if kind in _CELLS and at - start >= 4:
            column = int.from_bytes(sheet[start : start + 4], "little")
            if kind in _ERRORS:
                code = sheet[start + 8] if at - start > 8 else -1
                hidden.errors[row, column] = error_name(code)
            elif kind == _TEXT_FORMULA and _never_calculated(sheet[start + 8 : at]):
                hidden.errors[row, column] = VALUELESS
            if struck and int.from_bytes(sheet[start + 4 : start + 7], "little") in struck:
                hidden.struck_cells.add((row, column))
            widest = max(widest, column + 1)
            highest = max(highest, row)
            if widest > limits.columns or highest > limits.rows or highest * widest > limits.cells:
                raise Unreadable(
                    f"the sheet spans {highest:,} rows and {widest:,} columns: more than"
                    f" {limits.rows:,} rows, {limits.columns:,} columns or {limits.cells:,} cells",
                    place=place,
                )
        elif kind == _ROW and at - start >= 12:
            row = int.from_bytes(sheet[start : start + 4], "little") + 1
            if sheet[start + 11] & _ROW_HIDDEN:
                hidden.rows.add(row)
        elif kind == _SPAN and at - start >= 16:
            first_row, last_row, first, last = struct.unpack_from("<4I", sheet, start)
            if last_row < first_row or last < first:
                reason = "the workbook is damaged: the size of a sheet is wrong"
                raise Unreadable(reason, place=place)
        elif kind == _COLUMNS and at - start >= 18:
            first, last = struct.unpack_from("<II", sheet, start)
            if sheet[start + 16] & 1:
                hidden.columns.update(range(first, min(last + 1, limits.columns)))
    return hidden


def _never_calculated(content: bytes) -> bool:
    """Return whether a formula that spells out an ID has an empty text for its value."""
    return content[:4] == bytes(4) and spells_id_in(content[4:])


def _record(content: bytes, place: int) -> tuple[int, int, int]:
    """Return the kind of the record at ``place``, where its content begins, and the next record."""
    kind = content[place]
    place += 1
    if kind & 0x80 and place < len(content):
        kind = kind & 0x7F | content[place] << 7
        place += 1
    size = shift = 0
    for byte in content[place : place + 4]:
        place += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    return kind, place, min(place + size, len(content))


def _text(content: bytes, place: int) -> tuple[str, int]:
    """Return an XLWideString and the place after it."""
    size = int.from_bytes(content[place : place + 4], "little")
    if size > 10_000:
        return "", place + 4  # 0xFFFFFFFF means no text
    end = place + 4 + 2 * size
    return content[place + 4 : end].decode("utf-16-le", "replace"), end


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\s{name}\s?=\s?[\"']([^\"']{{0,4000}})[\"']", tag)
    return html.unescape(found.group(1)) if found else ""
