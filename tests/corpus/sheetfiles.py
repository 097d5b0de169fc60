"""Workbooks byte by byte, with what they hide: XLSB ([MS-XLSB]), XLS ([MS-XLS]) and ODS."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.corpus.making import compound
from tests.corpus.outlook import compound_file
from tests.corpus.packing import zipped

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)
_ONE_TABLE = 60_000  # bytes of a stream that one sector of places can hold
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Failed(float):
    """An error cell of an XLSB: its number, 42 for #N/A."""


@dataclass
class Page:
    """One sheet; hidden rows count from 1, hidden columns from 0."""

    name: str
    rows: Sequence[Sequence[str | float]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[int, int] | None = None  # first and last
    span: tuple[int, int, int, int] | None = None  # what it claims: rows and columns, from 0
    struck_cells: frozenset[tuple[int, int]] = frozenset()  # XLSB: row from 1, column from 0
    extra: list[bytes] = field(default_factory=list)  # XLS: records before its end


# XLSB


def xlsb(*pages: Page, strings_claimed: int | None = None) -> bytes:
    """A workbook as Excel's binary format writes it, its texts shared."""
    texts = list(
        dict.fromkeys(c for page in pages for row in page.rows for c in row if isinstance(c, str))
    )
    book = _bin(131) + _bin(143)
    for number, page in enumerate(pages, 1):
        head = struct.pack("<II", 1 if page.hidden else 0, number)
        book += _bin(156, head + _wide(f"rId{number}") + _wide(page.name))
    book += _bin(144) + _bin(132)
    styles = _bin(278) + _bin(611, struct.pack("<I", 2))
    styles += b"".join(_bin(43, struct.pack("<HH", 200, flags) + bytes(21)) for flags in (0, 8))
    styles += (
        _bin(612)
        + _bin(626, struct.pack("<I", 1))
        + _bin(47, struct.pack("<3H", 0xFFFF, 0, 1) + bytes(10))
    )
    styles += _bin(627) + _bin(617, struct.pack("<I", 2))
    styles += b"".join(_bin(47, struct.pack("<3H", 0, 0, font) + bytes(10)) for font in (0, 1))
    styles += _bin(618) + _bin(279)
    claimed = len(texts) if strings_claimed is None else strings_claimed
    shared = _bin(159, struct.pack("<II", claimed, claimed))
    shared += b"".join(_bin(19, b"\x00" + _wide(text)) for text in texts) + _bin(160)
    last = len(pages) + 1
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet"'
        f' Target="worksheets/sheet{n}.bin"/>'
        for n in range(1, last)
    )
    links += (
        f'<Relationship Id="rId{last}" Type="{_RELATIONS}/sharedStrings"'
        ' Target="sharedStrings.bin"/>'
    )
    return zipped(
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.bin", book),
        ("xl/_rels/workbook.bin.rels", f"<Relationships>{links}</Relationships>".encode()),
        ("xl/sharedStrings.bin", shared),
        *([("xl/styles.bin", styles)] if any(page.struck_cells for page in pages) else []),
        *(
            (f"xl/worksheets/sheet{n}.bin", _bin_sheet(page, texts))
            for n, page in enumerate(pages, 1)
        ),
    )


def _bin_sheet(page: Page, texts: Sequence[str]) -> bytes:
    width = max(map(len, page.rows), default=1)
    span = page.span or (0, max(0, len(page.rows) - 1), 0, width - 1)
    out = _bin(129) + _bin(148, struct.pack("<4I", *span))
    if page.hidden_columns:
        first, last = page.hidden_columns
        out += _bin(390) + _bin(60, struct.pack("<4IH", first, last, 0, 0, 1)) + _bin(391)
    out += _bin(145)
    for number, row in enumerate(page.rows):
        hidden = 0x10 if number + 1 in page.hidden_rows else 0
        out += _bin(0, struct.pack("<IIHBBBI", number, 0, 300, 0, hidden, 0, 0))
        for column, value in enumerate(row):
            struck = (number + 1, column) in page.struck_cells
            place = struct.pack("<II", column, int(struck))
            if isinstance(value, Failed):
                out += _bin(3, place + bytes([int(value)]))
            elif isinstance(value, str):
                out += _bin(7, place + struct.pack("<I", texts.index(value)))
            else:
                out += _bin(5, place + struct.pack("<d", value))
    return out + _bin(146) + _bin(130)


def _bin(kind: int, content: bytes = b"") -> bytes:
    code = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(content), b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return code + length + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


# XLS


def old_xls(*pages: Page, extra: bytes = b"") -> bytes:
    """A BIFF8 workbook; ``extra``: records among those of the whole workbook."""
    head = record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 1997, 0, 6)) + extra
    sheets = [_old_sheet(page) for page in pages]
    start = len(head) + 4 + sum(4 + 8 + len(page.name) for page in pages)
    for page, sheet in zip(pages, sheets, strict=True):
        name = bytes([len(page.name), 0]) + page.name.encode("latin-1")
        head += record(0x85, struct.pack("<IBB", start, int(page.hidden), 0) + name)
        start += len(sheet)
    content = head + record(0x0A) + b"".join(sheets)
    if len(content) > _ONE_TABLE:
        return compound_file({"Workbook": content})
    return compound("Workbook", content)


def _old_sheet(page: Page) -> bytes:
    out = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    if page.hidden_columns:
        first, last = page.hidden_columns
        out += record(0x7D, struct.pack("<6H", first, last, 0, 0, 1, 0))
    if page.span:
        first_row, behind_row, first_column, behind_column = page.span
        out += record(
            0x200, struct.pack("<IIHHH", first_row, behind_row, first_column, behind_column, 0)
        )
    for number, row in enumerate(page.rows):
        flags = 0x120 if number + 1 in page.hidden_rows else 0x100
        out += record(0x208, struct.pack("<8H", number, 0, len(row), 255, 0, 0, flags, 15))
        for column, value in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if isinstance(value, str):
                text = struct.pack("<HB", len(value), 0) + value.encode("latin-1")
                out += record(0x204, place + text)
            else:
                out += record(0x203, place + struct.pack("<d", value))
    return out + b"".join(page.extra) + record(0x0A)


def record(kind: int, content: bytes = b"") -> bytes:
    """One record of an XLS."""
    return struct.pack("<HH", kind, len(content)) + content


# XML Spreadsheet 2003


def xml_2003(*pages: Page) -> bytes:
    """A workbook as reporting systems write it; empty cells are left out."""
    return (
        '<?xml version="1.0"?>\r\n<?mso-application progid="Excel.Sheet"?>\r\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        + "".join(map(_xml_page, pages))
        + "</Workbook>"
    ).encode()


def _xml_page(page: Page) -> str:
    out = f'<Worksheet ss:Name="{page.name}"><Table>'
    if page.hidden_columns:
        first, last = page.hidden_columns
        out += f'<Column ss:Index="{first + 1}" ss:Hidden="1" ss:Span="{last - first}"/>'
    before = 0
    for number, row in enumerate(page.rows, 1):
        if not row:
            continue
        index = f' ss:Index="{number}"' if number != before + 1 else ""
        gone = ' ss:Hidden="1"' if number in page.hidden_rows else ""
        out += f"<Row{index}{gone}>"
        before, behind = number, 0
        for column, cell in enumerate(row):
            if cell == "":
                continue
            index = f' ss:Index="{column + 1}"' if column != behind else ""
            behind = column + 1
            kind = "String" if isinstance(cell, str) else "Number"
            out += f'<Cell{index}><Data ss:Type="{kind}">{cell}</Data></Cell>'
        out += "</Row>"
    state = "<x:Visible>SheetHidden</x:Visible>" if page.hidden else ""
    return f"{out}</Table><x:WorksheetOptions>{state}</x:WorksheetOptions></Worksheet>"


# ODS


def ods_of(tables: str, styles: str = "") -> bytes:
    """An ODS around these ``table:table`` elements and automatic styles."""
    content = (
        f'<?xml version="1.0"?><office:document-content {_NAMES} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.encode()),
    )


def ods_row(*cells: str, attributes: str = "", each: str = "") -> str:
    """A row of texts; ``each``: attributes of every cell."""
    inner = "".join(
        f'<table:table-cell office:value-type="string"{each}><text:p>{cell}</text:p>'
        "</table:table-cell>"
        for cell in cells
    )
    return f"<table:table-row{attributes}>{inner}</table:table-row>"


def ods_table(name: str, *inner: str, attributes: str = "") -> str:
    """A sheet around its columns and rows."""
    return f'<table:table table:name="{name}"{attributes}>{"".join(inner)}</table:table>'
