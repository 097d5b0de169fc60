"""Reading a workbook one window of rows at a time gives the rows that the library reads."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets import workbooks, xlsx_stream
from exchange.parsing.sheets.grid import Row
from exchange.parsing.sheets.workbooks import read_workbook
from exchange.parsing.sheets.xlsx_columns import LazyRows
from exchange.parsing.sheets.xlsx_precheck import Precheck
from exchange.parsing.sheets.xlsx_stream import NeedsWholeFile, open_book
from tests.benchmarks import made
from tests.corpus import making
from tests.unit.parsing.sheets.cases import PLAIN, WAYS, repacked, sheets, workbook


@contextmanager
def chunks_of(size: int) -> Iterator[None]:
    """Treat any workbook as a large one, and read it ``size`` bytes at a time."""
    with patch.object(xlsx_stream, "_SMALL", 0), patch.object(xlsx_stream, "_PIECE", size):
        yield


def streamed(content: bytes, limits: Limits = DEFAULT) -> dict[str, list[Row]]:
    """Return the rows of each visible sheet that has any."""
    book = open_book("list.xlsx", io.BytesIO(content), limits)
    assert book is not None
    found = {one.where: [row for rows, _ in one.windows() for row in rows] for one in book}
    return {where: list(map(_trimmed, rows)) for where, rows in found.items() if rows}


def as_a_whole(content: bytes) -> dict[str, list[Row]]:
    tables = read_workbook("list.xlsx", content, whole=True).tables
    return {
        one.where: [_trimmed(_from_a(row, one.left)) for row in one.rows] for one in tables
    }  # fmt: skip


def _from_a(row: Row, left: int) -> Row:
    return Row(row.number, ("",) * left + row.cells, frozenset(at + left for at in row.damaged))


def _trimmed(row: Row) -> Row:
    """Return a row without the empty cells at its end: their number means nothing."""
    cells = list(row.cells)
    while cells and not cells[-1]:
        cells.pop()
    return Row(row.number, tuple(cells), row.damaged)


def changed(content: bytes, path: str, old: str, new: str) -> bytes:
    """Return the workbook with one text replaced in one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            text = before.read(name).decode()
            if name == path:
                assert old in text
                text = text.replace(old, new)
            after.writestr(name, text)
    return out.getvalue()


def deflated(content: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as after,
    ):
        for name in before.namelist():
            after.writestr(name, before.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(sheets(), st.sampled_from((40, 300, 10**6)))
def test_windows_hold_the_rows_of_the_whole_sheet(content: bytes, size: int) -> None:
    with chunks_of(size):
        assert streamed(content) == as_a_whole(content)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [300, 1 << 20])
def test_lists_written_in_many_ways(way: str, size: int) -> None:
    content = repacked(made.workbook(list(made.rows_of(60))), way)
    with chunks_of(size):
        # A cell may name the row of another cell, which shows only when both are in one window.
        if way == "index beyond" or (way == "misplaced" and size == 300):
            with pytest.raises(NeedsWholeFile):
                streamed(content)
            return
        assert streamed(content) == as_a_whole(content)
        if way in PLAIN and way != "entities":
            (sheet,) = open_book("list.xlsx", io.BytesIO(content), DEFAULT) or []
            assert all(isinstance(rows, LazyRows) for rows, _ in sheet.windows())


ODD_CELLS = [
    '<c r="{}"><v>1.5</v></c>', '<c r="{}"><v>1E+15</v></c>', '<c r="{}"><v>-3</v></c>',
    '<c r="{}" s="3"><v>44259.5</v></c>', '<c r="{}" s="3"><v>0.25</v></c>',
    '<c r="{}" t="str"><f>A1</f><v>7</v></c>',
    '<c r="{}" t="d"><v>2021-03-04</v></c>', '<c r="{}" t="b"><v>1</v></c>',
    '<c r="{}" t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r></is></c>',
    '<c r="{}" t="inlineStr"><is><t>a&#13;&#10;b_x0041_</t></is></c>',
    '<c r="{}" t="s"><v>0</v></c>', '<c r="{}" s="1" t="s"><v>1</v></c>',
    '<c t="s" r="{}"><v>2</v></c>',
    '<c r="{}" t="str"><v>12</v></c>', '<c r="{}"/>', "", '<c r="{}"><v>12</v></c>',
]  # fmt: skip
STRINGS = ["<t>E&amp;S</t>", "<r><t>two </t></r><r><t>runs</t></r>", "<t>_x000D_x</t>"]


@pytest.mark.parametrize("seed", range(40))
def test_unusual_cells_are_read_as_the_library_reads_them(seed: int) -> None:
    random = Random(seed)
    rows = []
    for number in range(1, 30):
        first = f'<c r="A{number}" t="s"><v>{random.randrange(3)}</v></c>'
        cells = [random.choice(ODD_CELLS).format(f"{at}{number}") for at in ("B", "C", "AB")]
        rows.append(f'<row r="{number}">{first}{"".join(cells)}</row>')
    content = workbook("\n".join(rows) if seed % 2 else "".join(rows), STRINGS)
    if seed % 3 == 0:
        content = changed(content, BOOK, "<sheets>", '<workbookPr date1904="1"/><sheets>')
    with chunks_of(random.choice((200, 900, 1 << 20))):
        assert streamed(content) == as_a_whole(content)


@pytest.mark.parametrize("seed", range(20))
def test_the_second_reader_agrees_with_the_library(seed: int) -> None:
    random = Random(seed)
    rows = []
    for number in range(1, 30):
        cells = [random.choice(ODD_CELLS).format(f"{at}{number}") for at in ("A", "C", "AB")]
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    content = workbook("".join(rows), STRINGS)
    if seed % 3 == 0:
        content = changed(content, BOOK, "<sheets>", '<workbookPr date1904="1"/><sheets>')
    whole = read_workbook("list.xlsx", content, whole=True)
    with patch.object(workbooks, "precheck_xlsx", lambda *_: Precheck({}, unusual=True)):
        again = read_workbook("list.xlsx", content, whole=True)
    for one, other in zip(whole.tables, again.tables, strict=True):
        by_library = [_trimmed(_from_a(row, one.left)) for row in one.rows]
        assert [_trimmed(row) for row in other.rows] == by_library


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2" t="e"><v>#N/A</v></c>',
        '<c r="B2"><f>A1&amp;"x"</f></c>',
        '<c r="B2"><f>A1</f><v></v></c>',
        '<c r="B2" t="s"><v> 1</v></c>',
        '<c r="B2" t="s"><v>\n1\n</v></c>',
        '<c r="B2"><!-- --><v>1</v></c>',
    ],
)
def test_what_the_library_drops_is_left_to_the_whole(cell: str) -> None:
    content = workbook(f'<row r="2"><c r="A2"><v>1</v></c>{cell}</row>', STRINGS)
    with chunks_of(900), pytest.raises(NeedsWholeFile):
        streamed(content)


def test_a_sheet_may_begin_anywhere_and_hide_rows() -> None:
    rows = (
        '<row r="4" hidden="1"><c r="C4" t="s"><v>0</v></c></row>'
        '<row r="6"><c r="C6" t="s"><v>0</v></c><c r="D6"><v>2</v></c></row>'
    )
    content = workbook(rows, ["<t>x</t>"])
    with chunks_of(50):
        found = streamed(content)
    assert list(found.values()) == [
        [Row(4, ("", "", "x"), frozenset()), Row(6, ("", "", "x", "2"), frozenset({3}))]
    ]
    assert found == as_a_whole(content)


def test_visible_sheets_come_in_order_and_hidden_ones_do_not() -> None:
    content = making.xlsx(
        ("First", [["Device ID"], ["00DB123400000001"]]), ("Away", [["x"]]),
        ("Empty", []), ("Last", [["Device ID"], ["00DB123400000002"]]), hidden=["Away"],
    )  # fmt: skip
    with chunks_of(100):
        found = streamed(content)
    assert list(found) == ["list.xlsx > First", "list.xlsx > Last"]
    assert found == as_a_whole(content)


PLAIN_ROWS = "".join(
    f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(1, 30)
)  # fmt: skip
NEED_WHOLE_FILE = {
    "a comment": (PLAIN_ROWS.replace('<row r="9"', '<!-- <row r="9"></row> --><row r="9"'), {}),
    "no number": (PLAIN_ROWS.replace('<row r="9"', "<row"), {}),
    "no order": (PLAIN_ROWS.replace('<row r="9"><c r="A9"', '<row r="99"><c r="A99"'), {}),
    "unknown kind": (PLAIN_ROWS.replace('A9" t="s"', 'A9" t="x"'), {}),
    "no such string": (PLAIN_ROWS.replace("A9\" t=\"s\"><v>0", 'A9" t="s"><v>1'), {}),
    "cut off": (PLAIN_ROWS + '<row r="40"><c r="A40" t="s">', {}),
    "more rows": (PLAIN_ROWS, {"</sheetData>": '</sheetData><sheetData><row r="77"/></sheetData>'}),
    "no end": (PLAIN_ROWS, {"</sheetData>": ""}),
    "a prefix": (PLAIN_ROWS, {"<worksheet xmlns=": "<x:worksheet xmlns:x=", "<sheetData>":
                 "<x:sheetData>", "</sheetData></worksheet>": "</x:sheetData></x:worksheet>"}),
    "no rows at all": (PLAIN_ROWS, {"<sheetData>": "<sheetDatum>"}),
    "a private letter": (PLAIN_ROWS.replace('A9" t="s"><v>0', 'A9" t="str"><v>\ue0000'), {}),
}  # fmt: skip


@pytest.mark.parametrize("case", NEED_WHOLE_FILE)
def test_a_sheet_that_windows_cannot_read_is_read_as_a_whole(case: str) -> None:
    rows, changes = NEED_WHOLE_FILE[case]
    content = workbook(rows, ["<t>x</t>"])
    for old, new in changes.items():
        content = changed(content, SHEET, old, new)
    with chunks_of(200), pytest.raises(NeedsWholeFile):
        streamed(content)


def test_a_damaged_sheet_gives_the_same_rows_or_none() -> None:
    """Change bytes of the XML at random: windows give the rows of the whole sheet, or none."""
    read = sum(map(_read_alike, range(400)))
    assert read > 30  # some were read in windows


def _read_alike(seed: int) -> bool:
    random = Random(seed)
    cells = "".join(
        f'<row r="{at}"><c r="A{at}" t="s"><v>{at % 3}</v></c><c r="B{at}"><v>{at}</v></c>'
        f'<c r="C{at}" t="inlineStr"><is><t>t{at}</t></is></c></row>'
        for at in range(1, 40)
    )
    letters = list(cells)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(letters))
        letters[at] = random.choice(("", "<", ">", '"', "/", "9", "A", " ", letters[at] * 2, "&"))
    content = workbook("".join(letters), ["<t>x</t>", "<t>y</t>", "<t>z</t>"])
    with chunks_of(random.choice((120, 1000, 1 << 20))):
        try:
            found = streamed(content)
        except (NeedsWholeFile, Unreadable):
            return False
    assert found == as_a_whole(content), seed
    return True


def test_small_and_other_files_are_read_as_a_whole() -> None:
    assert open_book("a.xlsx", io.BytesIO(making.xlsx(("S", [["x"]]))), DEFAULT) is None
    for content in (
        b"",
        b"Device ID\n",
        b"PK\x03\x04 and no more",
        deflated(making.xlsx(("S", [["x"]]))).replace(b"workbook.xml", b"WORKBOOK.XMR"),
    ):
        with chunks_of(100):
            assert open_book("a.csv", io.BytesIO(content), DEFAULT) is None


def test_a_bomb_is_refused_and_damage_is_named() -> None:
    content = workbook(PLAIN_ROWS + "<row/>" * 9_000_000, ["<t>x</t>"])
    with pytest.raises(Unreadable, match="unpacks to"):
        open_book("bomb.xlsx", io.BytesIO(deflated(content)), DEFAULT)
    damaged = bytearray(workbook(PLAIN_ROWS, ["<t>x</t>"]))
    at = damaged.index(b'<row r="20"')
    damaged[at + 8 : at + 10] = b"19"  # the checksum of the member is wrong now
    with chunks_of(100), pytest.raises((Unreadable, NeedsWholeFile)):
        streamed(bytes(damaged))
    with chunks_of(10**6), pytest.raises(Unreadable, match="damaged") as error:
        streamed(bytes(damaged))
    assert error.value.place == "list.xlsx > Sheet1"


def test_one_far_cell_costs_nothing() -> None:
    far = PLAIN_ROWS + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with chunks_of(10**6), pytest.raises(NeedsWholeFile):
        streamed(workbook(far, ["<t>x</t>"]))
    with pytest.raises(Unreadable, match="spans"):
        read_workbook("list.xlsx", workbook(far, ["<t>x</t>"]))


def test_shared_strings_have_a_ceiling() -> None:
    limits = replace(DEFAULT, inflated_bytes=200)
    with chunks_of(100), pytest.raises(NeedsWholeFile):
        streamed(workbook(PLAIN_ROWS, ["<t>x</t>"] * 50), limits)


_MEMORY = """
import sys
from exchange.domain.limits import DEFAULT
from exchange.parsing.sheets.xlsx_stream import open_book
from tests.benchmarks.peak import peak_mb
with open(sys.argv[1], "rb") as file:
    (sheet,) = open_book("a.xlsx", file, DEFAULT)
    rows = sum(len(rows) for rows, _ in sheet.windows())
print(rows, peak_mb())
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Twelve times the rows, 60 MB more XML: less than 24 MB more memory."""

    def peak(number: int, tail: str) -> float:
        rows = (
            f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>00DB{at:012X}</t></is></c>'
            f'<c r="B{at}" t="inlineStr"><is><t>{at:036X}</t></is></c>'
            f'<c r="C{at}" t="inlineStr"><is><t>ESME</t></is></c>{tail.format(at)}</row>'
            for at in range(1, number + 1)
        )
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(deflated(workbook("".join(rows), [])))
        said = subprocess.run(
            [sys.executable, "-c", _MEMORY, str(path)], capture_output=True, text=True, check=True
        ).stdout.split()
        assert int(said[0]) == number
        return float(said[1])

    for tail in ("", '<c r="D{0}" s="3"><v>44259</v></c>'):
        assert peak(120_000 if tail else 300_000, tail) - peak(25_000, tail) < 24
