"""Make cells and sheets of a workbook as XML, in the ways that programs write them."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from tests.benchmarks import made

_CODE = "83FED3407A939723A5C639B26916D505C3B5"
_RAW = st.binary(min_size=8, max_size=8) | st.sampled_from(
    (
        bytes(8),
        b"\xff" * 8,
        b"\x00\xdb\x12\x34\x00\x00\x00\x01",
        b"\x10\x00\x00\x00\x00\x00\x00\x10",
    )
)


@st.composite
def written(draw: st.DrawFn) -> str:
    digits = draw(_RAW).hex()
    if draw(st.booleans()):
        digits = digits.upper()
    size = draw(st.sampled_from((16, 2, 4)))
    mark = draw(st.sampled_from("-:. "))
    return mark.join(digits[at : at + size] for at in range(0, 16, size))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = draw(written())
    at = draw(st.integers(0, len(text) - 1))
    put = draw(st.sampled_from(("", "O", "l", "g", "-", ":", " ", "é", "–", "\u00a0", "٣", "/")))
    return text[:at] + put + text[at + draw(st.integers(0, 1)) :]


CELLS = (
    written()
    | written()
    | damaged()
    | st.sampled_from(("", "Total", "n/a", "1.23457E+15", "Device ID", "00DB123400000001 "))
    | st.text(max_size=24).filter(lambda text: not re.search(r"[\r\n,;\t|\"'\x00]", text))
)


_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="1"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)
_DATE_STYLE = 3


def workbook(sheet: str, strings: list[str]) -> bytes:
    """Return a workbook of one sheet with the rows in ``sheet`` (XML)."""
    parts = dict(made._WORKBOOK_PARTS)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(
        "</Relationships>",
        '<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/styles" Target="styles.xml"/></Relationships>',
    )
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        "</Types>",
        '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.styles+xml"/></Types>',
    )
    parts["xl/styles.xml"] = _STYLES
    parts["xl/worksheets/sheet1.xml"] = (
        f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>"
    )
    shared = "".join(f"<si>{text}</si>" for text in strings)
    parts["xl/sharedStrings.xml"] = f"<sst {main}>{shared}</sst>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


class _Sheet:
    """The rows of a sheet as XML, with the shared strings that they need."""

    def __init__(self) -> None:
        self.strings: list[str] = []

    def cell(self, place: str, kind: str, text: str) -> str:
        style = ' s="1"' if len(text) % 2 else ""
        if kind == "shared":
            self.strings.append(f"<t>{escape(text)}</t>")
            return f'<c r="{place}"{style} t="s"><v>{len(self.strings) - 1}</v></c>'
        if kind == "spaced":
            self.strings.append(f'<t xml:space="preserve"> {escape(text)}  </t>')
            return f'<c r="{place}"{style} t="s"><v>{len(self.strings) - 1}</v></c>'
        if kind == "rich":
            self.strings.append(f"<r><t>{escape(text)}</t></r><r><t>7</t></r>")
            return f'<c r="{place}"{style} t="s"><v>{len(self.strings) - 1}</v></c>'
        inner = {
            "inline": f'{style} t="inlineStr"><is><t>{escape(text)}</t></is></c>',
            "inline spaced": ' t="inlineStr"><is><t xml:space="preserve"> '
            f"{escape(text)}</t></is></c>",
            "number": f"{style}><v>{len(text) ** 9}</v></c>",
            "marked": f'{style} t="n"><v>{len(text) ** 9}</v></c>',
            "whole": f' s="2"><v>{int(text.encode().hex()[:15] or "0", 16) % 10**15}</v></c>',
            "date": f' s="{_DATE_STYLE}"><v>4{len(text):04}</v></c>',
            "fraction": f"{style}><v>{len(text)}.5</v></c>",
            "truth": f' t="b"><v>{len(text) % 2}</v></c>',
            "formula": f' t="str"><f>A1</f><v>{escape(text.strip())}</v></c>',
            "styled": f"{style}/>",
            "open": f"{style}></c>",
        }.get(kind, "")
        return f'<c r="{place}"{inner}' if inner else ""


_TEXTS = CELLS.map(lambda text: re.sub(r"[^\t -\ud7ff\ue000-\ufffd]", "", text)).filter(
    str.strip
) | st.sampled_from((_CODE, "not ours", "E&S <b>", "see below", "_x0041_", "yes", "n/a"))
_EASY = ("shared", "shared", "shared", "inline", "number", "whole", "styled", "gone", "spaced",
         "marked")  # fmt: skip
_KINDS = (*_EASY, "inline spaced", "open", "date", "fraction", "truth", "formula", "rich")
_HEADER = ("Device ID", "Device Type", "Install Code", "Comments", "MPAN")


@st.composite
def sheets(draw: st.DrawFn) -> bytes:
    """Draw a list with a few columns, cells of several kinds, and some rows left out."""
    sheet, rows, number = _Sheet(), [], draw(st.sampled_from((1, 1, 1, 1, 2)))
    header = draw(st.lists(st.sampled_from(_HEADER), min_size=1, max_size=4, unique=True))
    kinds = draw(st.sampled_from((("shared",), ("inline",), _EASY, _EASY, _KINDS)))
    table: list[list[tuple[str, str]]] = [[("shared", name) for name in header]]
    table += draw(
        st.lists(
            st.lists(st.tuples(st.sampled_from(kinds), _TEXTS), max_size=len(header) + 1),
            max_size=14,
        )
    )
    for cells in table:
        inner = "".join(
            sheet.cell(f"{'ABCDEF'[at]}{number}", kind, text)
            for at, (kind, text) in enumerate(cells)
        )
        hiding = ("",) * 30 + (' hidden="1"', ' hidden="false"', ' hidden="false"')
        hidden = draw(st.sampled_from(hiding)) if number > 1 else ""
        spans = draw(st.sampled_from(("", ' spans="1:5"', ' ht="15.75"')))
        tail = f">{inner}</row>" if inner else "/>"
        rows.append(f'<row r="{number}"{spans}{hidden}{tail}')
        number += draw(st.sampled_from((1, 1, 1, 1, 2)))
    return workbook("".join(rows), sheet.strings)


def _damage(sheet: str, strings: str, way: str) -> tuple[str, str]:
    if way == "number":
        sheet = re.sub(r' t="s"><v>\d+</v></c></row>(?=<row r="9")', "><v>7</v></c></row>", sheet)
    elif way == "marked as a number":
        sheet = re.sub(
            r' t="s"><v>\d+</v></c></row>(?=<row r="9")', ' t="n"><v>7</v></c></row>', sheet
        )
    elif way == "marked as not hidden":
        sheet = re.sub(r'<row r="(\d+)"', r'<row r="\1" hidden="false"', sheet)
    elif way == "cell left out":
        sheet = re.sub(r'<c r="C7".*?</c>', "", sheet)
    elif way == "row left out":
        sheet = re.sub(r'<row r="5".*?</row>', "", sheet)
    elif way == "hidden row":
        sheet = sheet.replace('<row r="6"', '<row r="6" hidden="1"')
    elif way == "misplaced":
        sheet = sheet.replace('<c r="A8"', '<c r="A18"')
    elif way == "entities":
        strings = strings.replace("ESME", "E&amp;S")
    elif way == "rich text":
        strings = strings.replace("<t>ESME</t>", "<r><t>ES</t></r><r><t>ME</t></r>")
    elif way == "empty string":
        strings = strings.replace("<t>ESME</t>", "<t></t>")
    elif way == "styled header":
        sheet = re.sub(r'<c r="([A-E])1"', r'<c r="\g<1>1" s="2"', sheet)
    elif way == "index beyond":
        sheet = re.sub(r'(<c r="B7" t="s"><v>)\d+', r"\g<1>999999", sheet)
    return sheet, strings


PLAIN = (
    "as it is", "styled header", "number", "cell left out", "row left out", "entities",
    "marked as a number", "marked as not hidden",
)  # fmt: skip
WAYS = (
    *PLAIN, "hidden row", "misplaced", "rich text", "empty string", "index beyond",
)  # fmt: skip


def repacked(content: bytes, way: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        held = {name: old.read(name).decode() for name in old.namelist()}
        sheet, strings = _damage(
            held["xl/worksheets/sheet1.xml"], held["xl/sharedStrings.xml"], way
        )
        held |= {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": strings}
        for name, text in held.items():
            new.writestr(name, text)
    return out.getvalue()
