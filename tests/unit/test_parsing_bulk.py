"""Long lists are read column by column: what comes out is what reading row by row gives."""

from __future__ import annotations

import io
import re
import zipfile
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.listed import Listed, devices_of
from exchange.domain.mail import Understanding
from exchange.parsing import bulk, delimited, listing, openxml, weigh
from exchange.parsing.bulk import check_devices
from exchange.parsing.devices import read_device
from exchange.parsing.message import understand_file
from exchange.parsing.plainsheet import PlainRows
from exchange.parsing.sheets import read_workbook
from exchange.parsing.texts import Texts
from tests.benchmarks import made

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
        patch.object(delimited, "_needs_care", lambda _: True),
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


_PLAIN = ("as it is", "styled header")
_WAYS = (
    *_PLAIN, "number", "cell left out", "row left out", "hidden row", "misplaced", "entities",
    "rich text", "empty string", "index beyond",
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
            with patch.object(openxml, "_LARGE", 0), patch.object(openxml, "_PIECE", piece):
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
