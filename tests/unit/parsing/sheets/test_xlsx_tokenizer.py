"""Cells found in a sheet's XML with array arithmetic, where the XML is plain."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.parsing.sheets import xlsx_tokenizer
from exchange.parsing.sheets.xlsx_tokenizer import (
    EMPTY,
    INLINE,
    NUMBER,
    SHARED,
    Cells,
    read_cells,
    read_window,
)
from exchange.parsing.text.byte_column import PADDING


def _sheet(rows: str) -> bytes:
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode() + PADDING


def _read(rows: str, most: int = 1000) -> Cells | None:
    return read_cells(_sheet(rows), most)


ONE = '<row r="1"><c r="A1" t="s"><v>7</v></c></row>'
CELL = '<c r="A1" t="s"><v>7</v></c>'


def test_each_kind_of_cell_is_found() -> None:
    rows = (
        '<row r="1" spans="1:4"><c r="A1" s="3" t="s"><v>12</v></c><c r="C1"><v>34</v></c></row>'
        '<row r="2"/><row r="3"><c r="A3" s="1"/><c r="B3"></c></row>'
        '<row r="10"><c r="B10" t="n" s="4"><v>5</v></c></row>'
    ).replace('t="n" s="4"', 's="4" t="n"')
    cells = _read(rows)
    assert cells is not None
    assert cells.numbers.tolist() == [1, 10]
    assert cells.kinds.tolist() == [[SHARED, EMPTY, NUMBER], [EMPTY, NUMBER, EMPTY]]
    assert cells.values.tolist() == [[12, 0, 34], [0, 5, 0]]
    assert cells.styles == {0, 4}
    assert cells.ends is None


@pytest.mark.parametrize("tag", ["<t>", '<t xml:space="preserve">'])
def test_the_place_of_a_text_within_the_sheet(tag: str) -> None:
    sheet = _sheet(f'<row r="1"><c r="A1" s="2" t="inlineStr"><is>{tag}words</t></is></c></row>')
    cells = read_cells(sheet, 10)
    assert cells is not None
    assert cells.ends is not None
    assert cells.kinds.tolist() == [[INLINE]]
    assert sheet[int(cells.values[0, 0]) : int(cells.ends[0, 0])] == b"words"


@pytest.mark.parametrize("digits", range(1, 16))
def test_numbers_of_up_to_fifteen_digits(digits: int) -> None:
    number = "987654321098765"[:digits]
    cells = _read(f'<row r="1"><c r="A1"><v>{number}</v></c></row>')
    assert cells is not None
    assert cells.values.tolist() == [[int(number)]]


@pytest.mark.parametrize(
    "rows",
    [
        "",
        ONE.replace("7", "7.5"),
        ONE.replace("7", "-7"),
        ONE.replace("7", ""),
        ONE.replace("7", "123456789"),  # no number of a text has nine digits
        '<row r="1"><c r="A1"><v>1234567890123456</v></c></row>',
        ONE.replace('"A1"', '"A2"'),  # in another row than it says
        ONE.replace('"A1"', '"AA1"'),
        ONE.replace('"A1"', '"a1"'),
        ONE.replace('"1"', '"2"').replace("A1", "A2"),  # the list does not begin at A1
        ONE.replace("A1", "B1"),
        ONE.replace('t="s"', 't="b"'),
        ONE.replace('t="s"', 't="s" x="1"'),
        ONE.replace(' t="s"', ' t="inlineStr"'),
        ONE.replace('<row r="1">', '<row spans="1:2" r="1">'),
        ONE.replace("<v>", "<f>A2</f><v>"),
        ONE.replace("</v>", "</v> "),
        ONE.replace(CELL, CELL + CELL),
        ONE.replace(CELL, CELL.replace("A1", "B1") + CELL),
        ONE + ONE,
        ONE.replace("</row>", ""),
        ONE.replace("<c r", "<!-- --><c r"),
        ONE.replace("</row>", "</rob>"),
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t><t>b</t></is></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t></t></is></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="default">a</t></is></c></row>',
        '<row r="1" hidden="1"><c r="A1" t="s"><v>7</v></c></row>',
    ],
)
def test_the_least_irregularity_is_left_to_the_library(rows: str) -> None:
    assert _read(rows) is None


def test_a_row_marked_as_not_hidden_is_plain() -> None:
    for no in ("0", "false"):
        assert _read(ONE.replace('"1">', f'"1" hidden="{no}">', 1)) is not None


def test_rows_after_the_end_or_declarations_before_it_are_not_plain() -> None:
    sheet = _sheet(ONE)
    assert read_cells(sheet.replace(b"</worksheet>", b'<row r="2"/></worksheet>'), 10) is None
    assert read_cells(sheet.replace(b"<sheetData>", b"<!DOCTYPE a><sheetData>"), 10) is None
    assert read_cells(b"<worksheet/>" + PADDING, 10) is None


def test_the_ceiling_counts_the_rectangle() -> None:
    rows = ONE + '<row r="2"><c r="C2" t="s"><v>7</v></c></row>'
    assert _read(rows, 6) is not None
    assert _read(rows, 5) is None


def test_columns_to_the_right_that_hold_nothing_are_cut_off() -> None:
    cells = _read('<row r="1"><c r="A1" t="s"><v>7</v></c><c r="Z1" s="1"/></row>', 1)
    assert cells is not None
    assert cells.kinds.tolist() == [[SHARED]]


def test_a_window_may_begin_at_any_row_and_its_numbers_grow() -> None:
    later = ONE.replace('"1"', '"500"').replace("A1", "B500")
    cells = read_window(later.encode() + PADDING, len(later))
    assert cells is not None
    assert (cells.numbers.tolist(), cells.kinds.tolist()) == ([500], [[EMPTY, SHARED]])
    hidden = later.replace('r="500">', 'r="500" hidden="1">')
    assert read_window(hidden.encode() + PADDING, len(hidden)) is not None
    assert read_window((later + ONE).encode() + PADDING, len(later + ONE)) is None
    assert read_window(later.encode() + PADDING, len(later) - 3) is None


@given(
    st.lists(st.lists(st.sampled_from(("", "s", "n", "bare")), max_size=4), min_size=1, max_size=8),
    st.integers(60, 400),
)
@settings(max_examples=60, deadline=None)
def test_windows_of_any_size_give_the_same_cells(table: list[list[str]], window: int) -> None:
    table[0] = ["s", *table[0][1:]]
    forms = {"s": ' t="s"><v>3</v></c>', "n": "><v>44</v></c>", "bare": "/>"}
    rows = "".join(
        f'<row r="{number}">'
        + "".join(f'<c r="{"ABCD"[at]}{number}"{forms[one]}' for at, one in enumerate(cells) if one)
        + "</row>"
        for number, cells in enumerate(table, 1)
    )
    whole = _read(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx_tokenizer, "_WINDOW", window)
        parts = _read(rows)
    assert whole is not None
    kinds = {"s": SHARED, "n": NUMBER}
    filled = [
        (number, [kinds.get(one, EMPTY) for one in cells])
        for number, cells in enumerate(table, 1)
        if any(one in kinds for one in cells)
    ]
    assert whole.numbers.tolist() == [number for number, _ in filled]
    for got, (_, expected) in zip(whole.kinds.tolist(), filled, strict=True):
        padded = expected + [EMPTY] * 4
        assert got == padded[: len(got)]
    if parts is not None:  # a row longer than the window is left to the library
        assert parts.numbers.tolist() == whole.numbers.tolist()
        assert parts.values.tolist() == whole.values.tolist()
        assert parts.kinds.tolist() == whole.kinds.tolist()
