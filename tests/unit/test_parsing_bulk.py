"""Long lists are read column by column: what comes out is what reading row by row gives."""

from __future__ import annotations

import io
import re
import zipfile
from unittest.mock import patch
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.device import InstallCode
from exchange.domain.listed import Listed, devices_of
from exchange.domain.mail import Outcome, Understanding
from exchange.parsing import bulk, delimited, listing, openxml, runs, sheetcells, weigh
from exchange.parsing.bulk import check_devices
from exchange.parsing.devices import read_device
from exchange.parsing.message import understand, understand_file
from exchange.parsing.plainsheet import PlainRows
from exchange.parsing.sheets import read_workbook
from exchange.parsing.texts import Texts
from tests.benchmarks import made

_CODE = "83FED3407A939723A5C639B26916D505C3B5"
_BLANK = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "
_RAW = st.binary(min_size=8, max_size=8) | st.sampled_from(
    (
        bytes(8),
        b"\xff" * 8,
        b"\x00\xdb\x12\x34\x00\x00\x00\x01",
        b"\x10\x00\x00\x00\x00\x00\x00\x10",
    )
)


@st.composite
def _written(draw: st.DrawFn) -> str:
    digits = draw(_RAW).hex()
    if draw(st.booleans()):
        digits = digits.upper()
    size = draw(st.sampled_from((16, 2, 4)))
    mark = draw(st.sampled_from("-:. "))
    return mark.join(digits[at : at + size] for at in range(0, 16, size))


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    text = draw(_written())
    at = draw(st.integers(0, len(text) - 1))
    put = draw(st.sampled_from(("", "O", "l", "g", "-", ":", " ", "é", "–", "\u00a0", "٣", "/")))
    return text[:at] + put + text[at + draw(st.integers(0, 1)) :]


_CELLS = (
    _written()
    | _written()
    | _damaged()
    | st.sampled_from(("", "Total", "n/a", "1.23457E+15", "Device ID", "00DB123400000001 "))
    | st.text(max_size=24).filter(lambda text: not re.search(r"[\r\n,;\t|\"'\x00]", text))
)


@given(st.lists(_CELLS, max_size=40))
def test_cells_checked_together_are_those_taken_one_by_one(cells: list[str]) -> None:
    checked = check_devices(Texts.of(cells))
    found = devices_of(checked.ids)
    for cell, good, seen in zip(cells, checked.good.tolist(), found, strict=True):
        device = read_device(cell.strip(_BLANK))  # the careful way looks at other blanks
        assert good == (device is not None), cell
        if device is not None:
            assert seen == device


def _both_ways(name: str, content: bytes) -> tuple[Understanding, Understanding]:
    with (
        patch.object(listing, "_BULK_ROWS", 1),
        patch.object(bulk, "CHUNK", 7),
        patch.object(weigh, "_MANY", 1),
    ):
        quick = understand_file(name, content)
    with (
        patch.object(listing, "_BULK_ROWS", 10**9),
        patch.object(delimited, "_quick_rows", lambda *_: None),
        patch.object(weigh, "_MANY", 10**9),
    ):
        careful = understand_file(name, content)
    assert not isinstance(careful.devices, Listed)
    return quick, careful


@settings(max_examples=150)
@given(
    st.lists(st.tuples(_CELLS, st.sampled_from(("ESME", "GSME", "", "CHF", "smoke"))), max_size=30),
    st.sampled_from((("Device ID", "Device Type"), ("Device ID", "MPAN"), ("GUID", "Postcode"))),
    st.sampled_from(",;\t"),
)
def test_a_csv_reads_alike_both_ways(
    rows: list[tuple[str, str]], header: tuple[str, str], delimiter: str
) -> None:
    lines = [delimiter.join(row) for row in [header, *rows]]
    lines.insert(len(lines) // 2, "")
    lines.insert(len(lines) // 3, delimiter)
    quick, careful = _both_ways("list.csv", "\r\n".join(lines).encode())
    assert quick == careful


@st.composite
def _code_cells(draw: st.DrawFn) -> str:
    """A code in some written form, damaged now and then; few codes, so that some meet again."""
    digits = InstallCode(draw(st.integers(1, 30)).to_bytes(16, "big")).with_crc
    digits = draw(st.sampled_from((digits, digits, digits, digits[:32], digits[:-1] + "7")))
    size = draw(st.sampled_from((36, 4, 2, 9)))
    mark = draw(st.sampled_from(" -:."))
    text = mark.join(digits[at : at + size] for at in range(0, len(digits), size))
    return draw(st.sampled_from(("{}", "{}", "{}", "{}", "IC: {}", " {} ", "{}x"))).format(text)


_OTHER_CELLS = st.sampled_from(
    ("", "", "", "C3B5", "83FED3407A939723A5C639B26916D505", "not ours", "see below", "1", "ESME",
     "not the installing supplier", "install code provided", "being looked into", "no", "yes")
)  # fmt: skip


def test_words_in_the_place_of_a_code_are_an_answer() -> None:
    lines = ["Device ID,Install Code"]
    for at in range(250):
        code = InstallCode((at + 1).to_bytes(16, "big")).with_crc
        told = "not the installing supplier" if at % 10 == 9 else code
        lines.append(f"00-DB-12-34-00-00-00-{at:02X},{told}")
    quick, careful = _both_ways("answers.csv", "\n".join(lines).encode())
    assert quick == careful
    outcomes = [one.outcome for one in quick.answers]
    assert outcomes.count(Outcome.NOT_INSTALLER) == 25
    assert outcomes.count(Outcome.PROVIDED) == 225
    assert quick.answers[9].remark == "not the installing supplier"


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(_CELLS, _code_cells() | _OTHER_CELLS, _OTHER_CELLS, _OTHER_CELLS), max_size=20
    ),
    st.sampled_from(
        (
            ("Device ID", "Install Code", "Outcome", "Reason"),
            ("Device ID", "Install Code", "", "Comments"),
            ("Device ID", "Install Code", "Postcode", "MPAN"),
            ("Device ID", "IC", "CRC", "Installed by you?"),
            ("ESME ID", "ESME Install Code", "Device Type", "Comments"),
            ("Device ID", "Postcode", "Status", "Installed by you?"),
            ("Device ID", "Install Code 1", "Install Code 2", "Comments"),
        )
    ),
)
def test_answers_read_alike_both_ways(
    rows: list[tuple[str, str, str, str]], header: tuple[str, str, str, str]
) -> None:
    text = "\n".join(";".join(row) for row in [header, *rows])
    quick, careful = _both_ways("answers.csv", text.encode())
    assert quick == careful


def _as_it_is(text: str) -> str:
    return text


_WRAPPINGS = (
    _as_it_is, _as_it_is, _as_it_is, '"{}"'.format, '"{}"'.format, '="{}"'.format, "'{}".format,
    "\"'{}\"".format, '"{}, or so"'.format, '="{}, or so"'.format, '"a ""{}"" b"'.format,
    '"{}\n"'.format, ' "{}"'.format, '"{}'.format, '"=""{}"""'.format, "= \"{}\"".format,
    "{} 1.23457E+15".format, "1.23457E+15{:.0}".format, "\u00a0{}".format, '" {} "'.format,
)  # fmt: skip
_SMALL = (_as_it_is, '"{}"'.format, '="{}"'.format, "'{}".format, '"{}, or so"'.format)


@settings(max_examples=300)
@given(st.data())
def test_a_csv_with_quotes_reads_alike_both_ways(data: st.DataObject) -> None:
    wrappings = data.draw(st.sampled_from((_SMALL, _SMALL, _WRAPPINGS)))
    header = data.draw(
        st.sampled_from(("Device ID,Device Type,Comments", "Device ID,Install Code,Comments", ""))
    )
    remarks = st.sampled_from(
        ("ESME", "GSME", _CODE, _CODE[:32], "", "not ours", "see below", "D5")
    )
    lines = [header] if header else []
    for _ in range(data.draw(st.integers(0, 12))):
        cells = [data.draw(_CELLS), data.draw(remarks), data.draw(remarks)]
        wraps = data.draw(st.lists(st.sampled_from(wrappings), min_size=3, max_size=3))
        lines.append(",".join(wrap(cell) for wrap, cell in zip(wraps, cells, strict=True)))
    ending = data.draw(st.sampled_from(("\n", "\r\n")))
    quick, careful = _both_ways("list.csv", ending.join(lines).encode())
    assert quick == careful


@given(st.lists(_CELLS, max_size=40))
def test_a_plain_list_reads_alike_both_ways(cells: list[str]) -> None:
    quick, careful = _both_ways("list.txt", "\n".join(cells).encode())
    assert quick == careful


def test_a_second_header_with_a_code_column_ends_the_quick_way() -> None:
    ids = [f"00-DB-12-34-00-00-00-{at:02X}" for at in range(40)]
    code = "83FED3407A939723A5C639B26916D505C3B5"
    lines = ["Device ID,Postcode", *(f"{one},LE1" for one in ids[:20])]
    lines += ["Device ID,Install Code", *(f"{one},{code}" for one in ids[20:21])]
    lines += [f"{one}," for one in ids[21:]]
    quick, careful = _both_ways("list.csv", "\n".join(lines).encode())
    assert quick == careful
    assert len(quick.devices) == 40
    assert quick.answers[0].code is not None


_LINES = st.sampled_from(
    (
        "", "Please send us the install codes of these:", "None of the below were installed by us:",
        "We did not install the meters listed below.", "IC: 83FED3407A939723A5C639B26916D505C3B5",
        "83FED3407A939723A5C639B26916D505C3B5", "83FE D340 7A93 9723", "Order numbers:",
        "Kind regards", "On 3 Nov 2026, Ann <ann@losing.example> wrote:", "> 00DB123400000009",
        "Device ID;Install Code", "Serial numbers of the old meters:", "1234567890123456",
        "00-DB-12-34-00-00-00-", "01", "All the rest: not installed by us", "Our hubs:",
        "CHF: 00-DB-12-34-00-00-00-77",
    )
)  # fmt: skip


@st.composite
def _bodies(draw: st.DrawFn) -> str:
    """Words, and lists of Device IDs between them."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 5))):
        lines += draw(st.lists(_LINES, max_size=3))
        first, size = draw(st.integers(0, 90)), draw(st.sampled_from((0, 1, 30, 45, 70)))
        raw = [bytes((0, 0xDB, 0x12, 0x34, 0, 0, 0, first + at)) for at in range(size)]
        mark = draw(st.sampled_from(("-", "", ":", " ")))
        lines += [(one.hex(mark) if mark else one.hex()).upper() for one in raw]
    return "\r\n".join(lines)


@settings(max_examples=200)
@given(_bodies(), st.sampled_from(("Install codes", "RE: Install codes", "FW: Install codes")))
def test_a_body_reads_alike_with_its_lists_as_one(body: str, subject: str) -> None:
    mail = f"From: a@losing.example\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()
    with (
        patch.object(runs, "_LONG", 0),
        patch.object(runs, "_LEAST", 5),
        patch.object(runs, "_BEFORE", 12),
        patch.object(weigh, "_MANY", 1),
    ):
        quick = understand(mail)
    careful = understand(mail)
    assert quick == careful
    attached = understand_file("list.txt", body.encode())
    with (
        patch.object(runs, "_LONG", 0),
        patch.object(runs, "_LEAST", 5),
        patch.object(runs, "_BEFORE", 12),
        patch.object(listing, "_BULK_ROWS", 1),
    ):
        assert understand_file("list.txt", body.encode()) == attached


_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="1"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)
_DATE_STYLE = 3


def _workbook(sheet: str, strings: list[str]) -> bytes:
    """A workbook of one sheet whose rows are written as ``sheet`` has them."""
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
    """Rows of a sheet as XML, with the shared strings that they need."""

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
            "whole": f' s="2"><v>{int(text.encode().hex()[:15] or "0", 16) % 10**15}</v></c>',
            "date": f' s="{_DATE_STYLE}"><v>4{len(text):04}</v></c>',
            "fraction": f"{style}><v>{len(text)}.5</v></c>",
            "truth": f' t="b"><v>{len(text) % 2}</v></c>',
            "formula": f' t="str"><f>A1</f><v>{escape(text)}</v></c>',
            "styled": f"{style}/>",
            "open": f"{style}></c>",
        }.get(kind, "")
        return f'<c r="{place}"{inner}' if inner else ""


_TEXTS = _CELLS.map(lambda text: re.sub(r"[^\t -\ud7ff\ue000-\ufffd]", "", text)).filter(
    str.strip
) | st.sampled_from((_CODE, "not ours", "E&S <b>", "see below", "_x0041_", "yes", "n/a"))
_EASY = ("shared", "shared", "shared", "inline", "number", "whole", "styled", "gone", "spaced")
_KINDS = (*_EASY, "inline spaced", "open", "date", "fraction", "truth", "formula", "rich")
_HEADER = ("Device ID", "Device Type", "Install Code", "Comments", "MPAN")


@st.composite
def _sheets(draw: st.DrawFn) -> bytes:
    """A list with cells of this kind and that, rows left out, and a few columns."""
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
        hidden = draw(st.sampled_from(("",) * 30 + (' hidden="1"',))) if number > 1 else ""
        spans = draw(st.sampled_from(("", ' spans="1:5"', ' ht="15.75"')))
        tail = f">{inner}</row>" if inner else "/>"
        rows.append(f'<row r="{number}"{spans}{hidden}{tail}')
        number += draw(st.sampled_from((1, 1, 1, 1, 2)))
    return _workbook("".join(rows), sheet.strings)


@settings(max_examples=300)
@given(_sheets(), st.sampled_from((60, 10**6)))
def test_a_sheet_reads_alike_with_and_without_the_library(content: bytes, window: int) -> None:
    with patch.object(openxml, "_LARGE", 0), patch.object(sheetcells, "_WINDOW", window):
        quick, _ = _both_ways("list.xlsx", content)
        rows = [table.rows for table in read_workbook("list.xlsx", content).tables]
    _, careful = _both_ways("list.xlsx", content)
    assert quick == careful
    if rows and isinstance(rows[0], PlainRows):
        (by_library,) = (table.rows for table in read_workbook("list.xlsx", content).tables)
        assert list(rows[0]) == list(by_library)
        assert rows[0][1:3] == by_library[1:3]
        assert list(rows[0].numbers) == list(by_library.numbers)
        for column in range(6):
            assert list(rows[0].column(column)) == list(by_library.column(column))
            for numbers in (True, False):
                ours, theirs = (one.odd(column, numbers=numbers) for one in (rows[0], by_library))
                assert ours.tolist() == theirs.tolist()


def _damage(sheet: str, strings: str, way: str) -> tuple[str, str]:
    if way == "number":
        sheet = re.sub(r' t="s"><v>\d+</v></c></row>(?=<row r="9")', "><v>7</v></c></row>", sheet)
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


_PLAIN = (
    "as it is", "styled header", "number", "cell left out", "row left out", "entities",
)  # fmt: skip
_WAYS = (
    *_PLAIN, "hidden row", "misplaced", "rich text", "empty string", "index beyond",
)  # fmt: skip


def _repacked(content: bytes, way: str) -> bytes:
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


def test_a_workbook_reads_alike_with_and_without_the_library() -> None:
    plain = made.workbook(list(made.rows_of(60)))
    for way in _WAYS:
        content = _repacked(plain, way)
        for piece in (300, 1 << 20):
            with (
                patch.object(openxml, "_LARGE", 0),
                patch.object(openxml, "_PIECE", piece),
                patch.object(sheetcells, "_WINDOW", 10 * piece),
            ):
                quick = understand_file("list.xlsx", content)
                if way != "index beyond":
                    rows = read_workbook("list.xlsx", content).tables[0].rows
                    assert isinstance(rows, PlainRows) == (way in _PLAIN), way
            careful = understand_file("list.xlsx", content)
            assert quick == careful, way
            if isinstance(rows, PlainRows):
                by_library = read_workbook("list.xlsx", content).tables[0].rows
                assert list(rows) == list(by_library)
                assert rows[3:5] == by_library[3:5]
                for column in range(6):
                    there = ["" for _ in rows] if column == 5 else list(by_library.column(column))
                    assert list(rows.column(column)) == there
