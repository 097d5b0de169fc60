"""Check an XLSX file before the library opens it: its true size, and what its sheets hide.

python-calamine reports neither hidden rows nor columns, and allocates the whole rectangle that the
two farthest cells span.  The members are inflated once, in chunks, under a ceiling (ECMA-376 part
1, 18.3.1.73 row, 18.3.1.13 col, 18.2.19 sheet).
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.xlsx_columns import Content, LazyRows, plain_rows
from exchange.parsing.sheets.xlsx_styles import is_hidden
from exchange.parsing.sheets.xlsx_unusual import UnusualXlsx
from exchange.parsing.text.byte_column import PADDING
from exchange.parsing.text.thread_map import start_in_thread

_PIECE: Final = 1 << 20
# The sizes of a sheet in bytes between which it pays to read a plain list ourselves.
_LARGE: Final = 100_000
_LARGEST: Final = 250_000_000
_STRINGS: Final = "xl/sharedStrings.xml"
_STYLES: Final = "xl/styles.xml"
_FIRST_SHEET: Final = "xl/worksheets/sheet1.xml"
_LISTED: Final = frozenset((_FIRST_SHEET, _STRINGS, _STYLES))
_RELATIONS: Final = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
# A row of no height, a column of no width.
_NO_SIZES: Final = (b' ht="0', b" ht='0", b' width="0', b" width='0")
_OVERLAP: Final = 400  # longer than any tag that we look for
_HARMLESS: Final = 50_000_000  # below this no ratio is suspicious
LONGEST_BOOK: Final = 4_000_000
# The errors that reading a damaged workbook can end in.
DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError,
    RuntimeError, IndexError, OverflowError,
)  # fmt: skip
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]{1,2000}>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]{1,4000}>")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]{0,380}>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]{0,380}>")
# Empty cells do not count: programs write them to give whole rows a style.
_WIDE = re.compile(rb"\br=\"([A-Z]{2,3})\d{1,7}\"(?![^<>]{0,200}/>)")
_MEMBER: Final = re.compile(r"xl/(?:[^/]{1,200}/){0,2}[^/]{1,200}\.(?:xml|rels|bin)", re.I)
_WORKSHEET: Final = re.compile(r"xl/(?:worksheets/)?[^/]{1,200}\.xml", re.I)


@dataclass(slots=True)
class HiddenCells:
    """What one sheet hides, and what the library does not report of its cells; rows count from 1,
    columns from 0."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column): "#N/A"
    struck_cells: set[tuple[int, int]] = field(default_factory=set)  # (row, column), still read
    struck: list[tuple[int, str]] = field(default_factory=list)  # row, and what was left out

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns or self.errors or self.struck_cells or self.struck)


class Precheck(NamedTuple):
    """What each sheet hides, by sheet name; the only sheet's name and rows, if it is plain; and
    whether the library may misread it (then the rest is empty)."""

    hidden_cells: dict[str, HiddenCells]
    name: str = ""
    rows: LazyRows | None = None
    unusual: bool = False


def precheck_xlsx(where: str, content: bytes, limits: Limits) -> Precheck:
    """Return what the sheets of an XLSX hide, and the rows of a long plain list.

    The result is empty for another kind of workbook.  Raises Unreadable when the file is damaged,
    inflates beyond its ceiling or spans too many cells.
    """
    if not content.startswith(b"PK"):
        return Precheck({})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _look(where, archive, len(content), limits)
    except DAMAGE:
        raise Unreadable("the workbook is damaged: it cannot be unpacked", place=where) from None


def _look(where: str, archive: zipfile.ZipFile, packed: int, limits: Limits) -> Precheck:
    members = [one for one in archive.infolist() if _MEMBER.fullmatch(one.filename)]
    total = sum(one.file_size for one in archive.infolist())
    if total > limits.inflated_bytes or unpacks_too_large(total, packed, limits):
        raise Unreadable(f"the workbook unpacks to {total:,} bytes", place=where)
    names = _sheet_names(archive, {one.filename for one in members})
    hidden_cells: dict[str, HiddenCells] = {}
    single = _single_sheet(archive, members, names)
    kept: dict[str, Content] = {}
    odd = _unusual(archive, members, names)
    listed = [one for one in members if single and one.filename in _LISTED]
    long = [one for one in listed if one.file_size > _PIECE]
    texts = {one.filename: start_in_thread(partial(_whole, archive, one)) for one in long}
    for one in members:
        if one in listed:
            kept[one.filename] = texts.get(one.filename, partial(_whole, archive, one))()
        elif _WORKSHEET.fullmatch(one.filename):
            name = names.get(one.filename.lower(), "")
            _look_at(name, _pieces(archive, one), where, limits, hidden_cells, odd)
        else:
            _check_part(archive, one, odd)
    if odd.found:
        return Precheck({}, unusual=True)
    if not single:
        return Precheck(hidden_cells)
    sheet = kept[_FIRST_SHEET]
    strings, styles = kept.get(_STRINGS, b""), kept.get(_STYLES, b"")
    rows = plain_rows(sheet, strings, styles, limits.cells)
    if rows is not None and int(rows.numbers[-1]) <= limits.rows and not odd.strikes:
        # Plain rows hide nothing and are narrow: only what is around them is left to check.
        _look_at(single, iter((_around(sheet),)), where, limits, hidden_cells, odd)
    else:
        pieces = (sheet[at : at + _PIECE] for at in range(0, len(sheet), _PIECE))
        odd.begin(strings)
        odd.look_at_strings(strings)
        _look_at(single, pieces, where, limits, hidden_cells, odd)
    if odd.found:
        return Precheck({}, unusual=True)
    return Precheck(hidden_cells, single, None if hidden_cells else rows)


def _unusual(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], names: dict[str, str]
) -> UnusualXlsx:
    """Return what looks for the unusual, its styles read."""
    known = {one.filename.lower(): one for one in members}
    styles = known.get(_STYLES)
    odd = UnusualXlsx(archive.read(styles) if styles is not None else b"")
    odd.found |= any(path not in known for path in names)
    return odd


def _check_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, odd: UnusualXlsx) -> None:
    """Inflate a part that is no sheet, which raises an error when it is longer than declared."""
    strings = member.filename.lower() == _STRINGS.lower()
    before = b""
    for at, piece in enumerate(_pieces(archive, member)):
        if not at and not member.filename.lower().endswith(".bin"):
            odd.begin(piece)
        if strings:
            odd.look_at_strings(before + piece)
            before = piece[-_OVERLAP:]


def unpacks_too_large(total: int, packed: int, limits: Limits) -> bool:
    """Return whether a file of ``packed`` bytes unpacks to more than an honest one does."""
    return total > max(packed * limits.expansion, _HARMLESS)


def _look_at(
    name: str,
    pieces: Iterator[Content],
    where: str,
    limits: Limits,
    hidden_cells: dict[str, HiddenCells],
    odd: UnusualXlsx,
) -> None:
    """Scan one sheet and note what it hides under its name, and whether it is unusual."""
    hidden = _scan(pieces, f"{where} > {name}" if name else where, limits, odd)
    if hidden and name:
        hidden_cells[name] = hidden


def _around(sheet: Content) -> Content:
    """Return the XML before and after the rows of a sheet."""
    begin, end = sheet.find(b"<sheetData>"), sheet.rfind(b"</sheetData>")
    return sheet[:begin] + sheet[end:]


def _single_sheet(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], names: dict[str, str]
) -> str:
    """Return the name of the only sheet, when it is large and laid out as usual; else empty."""
    sizes = {one.filename: one.file_size for one in members}
    if len(names) != 1 or len(sizes) != len(members):
        return ""
    if not _LARGE <= sizes.get(_FIRST_SHEET, 0) <= _LARGEST:
        return ""
    ((path, name),) = names.items()
    with archive.open("xl/workbook.xml") as stream:
        book = stream.read(LONGEST_BOOK)
    with archive.open("xl/_rels/workbook.xml.rels") as stream:
        relations = _RELATION.findall(stream.read(LONGEST_BOOK))
    tags = _SHEET.findall(book)
    targets = {attribute(tag, b"Type"): attribute(tag, b"Target") for tag in relations}
    usual = (
        path == _FIRST_SHEET
        and len(tags) == 1
        and b"state" not in tags[0]
        and b"date1904" not in book
        and targets.get(_RELATIONS + b"worksheet", b"") == b"worksheets/sheet1.xml"
        and targets.get(_RELATIONS + b"sharedStrings", b"sharedStrings.xml") == b"sharedStrings.xml"
        and targets.get(_RELATIONS + b"styles", b"styles.xml") == b"styles.xml"
        and (_RELATIONS + b"sharedStrings" in targets) == (_STRINGS in sizes)
        and (_RELATIONS + b"styles" in targets) == (_STYLES in sizes)
    )
    return name if usual else ""


def _whole(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytearray:
    """Return a member with PADDING after it, without ever holding it twice in memory."""
    content = bytearray(member.file_size + len(PADDING))  # it never inflates to more than declared
    at = 0
    for piece in _pieces(archive, member):
        content[at : at + len(piece)] = piece
        at += len(piece)
    del content[at + len(PADDING) :]
    return content


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _sheet_names(archive: zipfile.ZipFile, known: set[str]) -> dict[str, str]:
    """Return the sheet names by member, following the relationships of the workbook."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= known:
        return {}
    with archive.open("xl/_rels/workbook.xml.rels") as stream:
        targets = relations_of(stream.read(LONGEST_BOOK))
    with archive.open("xl/workbook.xml") as stream:
        return {
            targets.get(attribute(tag, rb"\w+:id"), (b"", ""))[1]: attribute_text(
                attribute(tag, b"name")
            )
            for tag in listed_sheets(stream.read(LONGEST_BOOK))
        }


def listed_sheets(book: bytes) -> list[bytes]:
    """Return the sheet tags in a ``workbook.xml``, in the order of the tabs."""
    return _SHEET.findall(book)


def relations_of(content: bytes) -> dict[bytes, tuple[bytes, str]]:
    """Return the relationships of a workbook by Id: (type, member in lower case)."""
    found: dict[bytes, tuple[bytes, str]] = {}
    for tag in _RELATION.findall(content):
        target = attribute_text(attribute(tag, b"Target"))
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found[attribute(tag, b"Id")] = attribute(tag, b"Type"), path.lower()
    return found


def _scan(pieces: Iterator[Content], place: str, limits: Limits, odd: UnusualXlsx) -> HiddenCells:
    hidden = HiddenCells()
    widest = last = begun = 0
    before = b""
    for at, piece in enumerate(pieces):
        text = before + piece
        if not at:
            odd.begin(piece)
        odd.look_at_sheet(text)
        if may_hide(text):
            _note_hidden(text, hidden)
        if _perhaps_wide(text):
            for letters in set(_WIDE.findall(text, 0, text.rfind(b">") + 1)):
                widest = max(widest, column_number(letters))
        filled = max(text.rfind(b"</c>"), text.rfind(b":c>"))
        if filled >= 0:
            # A row that began in the chunk before counts too: its cells may be in this one.
            last = max(last, begun, _row_before(text, filled))
        begun = _row_before(text, len(text)) or begun
        if widest > limits.columns or last > limits.rows or last * widest > limits.cells:
            across = f" and {widest:,} columns" if widest else ""
            raise Unreadable(
                f"the sheet spans {last:,} rows{across}: more than {limits.rows:,} rows,"
                f" {limits.columns:,} columns or {limits.cells:,} cells",
                place=place,
            )
        before = text[-_OVERLAP:]
    return hidden


def _row_before(text: bytes, end: int) -> int:
    """Return the number of the last row that begins before ``end``; 0 when none does."""
    at = max(text.rfind(b"<row ", 0, end), text.rfind(b":row ", 0, end))
    tag = _ROW.match(text, text.rfind(b"<", 0, at + 1)) if at >= 0 else None
    return _number(attribute(tag.group(), b"r")) if tag else 0


def _perhaps_wide(text: bytes) -> bool:
    """Return whether two capitals follow a quotation mark anywhere: much faster than a pattern."""
    letters = np.frombuffer(text, np.uint8)
    capital = (letters - np.uint8(65)) < 26
    quoted = letters[:-2] == 34
    quoted &= capital[1:-1]
    quoted &= capital[2:]
    return bool(quoted.any())


def may_hide(text: bytes) -> bool:
    """Return whether a row or column in a piece of a sheet may be hidden, or nothing of it show."""
    return b"hidden=" in text or any(mark in text for mark in _NO_SIZES)


def _is_hidden(tag: bytes, size: bytes) -> bool:
    given = {name.decode(): attribute(tag, name).decode("latin-1") for name in (b"hidden", size)}
    return is_hidden(given, size.decode())


def hidden_rows(text: bytes) -> set[int]:
    """Return the numbers of the hidden rows in a piece of a sheet."""
    return {_number(attribute(tag, b"r")) for tag in _ROW.findall(text) if _is_hidden(tag, b"ht")}


def _note_hidden(text: bytes, hidden: HiddenCells) -> None:
    hidden.rows.update(hidden_rows(text))
    for tag in _COLUMN.findall(text):
        if _is_hidden(tag, b"width"):
            first, last = _number(attribute(tag, b"min")), _number(attribute(tag, b"max"))
            # Excel hides "everything to the right" as one range that ends at its last column.
            hidden.columns.update(range(first - 1, min(last, first + 1000)))


def attribute(tag: bytes, name: bytes) -> bytes:
    """Return the value of the first attribute whose name matches a pattern; empty for none."""
    found = re.search(rb"\s" + name + rb"\s?=\s?[\"']([^\"']{0,4000})[\"']", tag)
    return found.group(1) if found else b""


def attribute_text(value: bytes) -> str:
    """Decode the value of an attribute, entities included."""
    return html.unescape(value.decode("utf-8", "replace"))


def _number(value: bytes) -> int:
    return int(value) if value.isdigit() and len(value) < 8 else 0


def column_number(letters: bytes) -> int:
    """Return the number of a column from 1: ``AA`` is 27."""
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value
