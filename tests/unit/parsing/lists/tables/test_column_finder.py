"""Layouts of lists as suppliers send them: a mail and an import find the same columns."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT
from exchange.errors import BadInput
from exchange.parsing.lists.tables.column_finder import find_columns
from exchange.parsing.reading.import_tables import read_tables
from exchange.parsing.sheets.delimited import read_delimited
from exchange.parsing.sheets.grid import Row
from exchange.services.codes.code_file import CODE, TYPE, ReadOptions, choose_columns
from exchange.services.codes.code_stream import read_delivery
from exchange.services.codes.import_report import CodeSource, Delivered
from exchange.services.import_rows import DEVICE

A, B, C = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1", "00-DB-12-34-56-78-90-A2"
D, E, F = (one.replace("-90-", "-91-") for one in (A, B, C))
X = "83FED3407A939723A5C639B26916D505C3B5"
Y = "83FED3407A939723A5C639B269161802AEBB"
UUIDS = ("123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174001")


class Layout(NamedTuple):
    """A table; ``first``: how many rows stand above the list, its header included."""

    rows: list[list[str]]
    first: int
    devices: list[int]
    codes: list[int]
    type: int | None = None


# Where the header tells the columns.
NAMED = {
    "plain": Layout([["Device ID", "Install code"], [A, X], [B, Y]], 1, [0], [1]),
    "a title": Layout([["Codes of May"], ["Device ID", "IC"], [A, X], [B, Y]], 2, [0], [1]),
    "lines of values above": Layout(
        [["Date", "3 November"], ["Page", "1"], ["Device ID", "IC"], [A, X], [B, Y]], 3, [0], [1]
    ),
    "a full line of words above": Layout(
        [["By", "Ann"], ["Page", "1"], ["Device ID", "IC"], [A, X], [B, Y]], 3, [0], [1]
    ),
    "a type column": Layout(
        [["Device type", "IC", "EUI-64"], ["ESME", X, A], ["GSME", Y, B]], 1, [2], [1], 0
    ),
    "a vague word": Layout([["Meter", "IC"], [A, X], [B, Y]], 1, [0], [1]),
    "a hub beside the meter": Layout(
        [["CHF GUID", "ESME GUID", "IC"], [D, A, X], [E, B, Y]], 1, [1], [2]
    ),
    "a hub alone": Layout([["CHF GUID", "IC"], [A, X], [B, Y]], 1, [0], [1]),
    "a previous device": Layout(
        [["Previous device ID", "Device ID", "IC"], [D, A, X], [E, B, Y]], 1, [1], [2]
    ),
    "a vague word of types": Layout(
        [["Device", "Device ID", "IC"], ["ESME", A, X], ["ESME", B, Y]], 1, [1], [2]
    ),
}
# Where the content has a say.
BY_CONTENT = {
    "two vague words, one of serial numbers": Layout(
        [["Meter", "Asset", "IC"], ["21E1234567", A, X], ["21E1234568", B, Y]], 1, [1], [2]
    ),
    "a vague word of serial numbers, an unknown one of Device IDs": Layout(
        [["Meter", "Node", "IC"], ["21E1234567", A, X], ["21E1234568", B, Y]], 1, [1], [2]
    ),
    "an unknown word": Layout([["Node", "IC"], [A, X], [B, Y]], 1, [0], [1]),
    "no header": Layout([[A, X], [B, Y]], 0, [0], [1]),
    "a GUID that is a UUID": Layout(
        [["GUID", "Device ID", "IC"], [UUIDS[0], A, X], [UUIDS[1], B, Y]], 1, [1], [2]
    ),
    "the same ID written twice": Layout(
        [["Device ID", "EUI-64", "IC"], [A, A.replace("-", ""), X], [B, B, Y]], 1, [0], [2]
    ),
    "an empty column of that name": Layout(
        [["Device ID", "EUI-64", "IC"], ["", A, X], ["", B, Y]], 1, [1], [2]
    ),
    "codes under an unknown word": Layout([["Device ID", "Value"], [A, X], [B, Y]], 1, [0], [1]),
}
LAYOUTS = NAMED | BY_CONTENT
# What a mail may hold and an import leaves to a person: which columns are in doubt.
IN_DOUBT = {
    "electricity and gas": (
        [["ESME", "GSME", "IC"], [A, D, X], [B, E, Y]], "the Device ID: ESME, GSME"
    ),
    "two unknown words": (
        [["Kit", "Node", "IC"], [A, D, X], [B, E, Y]], "the Device ID: Kit, Node"
    ),
    "two names, other devices": (
        [["Device ID", "EUI-64", "IC"], [A, D, X], [B, E, Y]], "the Device ID: Device ID, EUI-64"
    ),
    "two names, the first hardly filled": (
        [["Device ID", "EUI-64", "IC"], [D, A, X], ["see note", B, Y], ["see note", C, X]],
        "the Device ID: Device ID, EUI-64",
    ),
    "a code in two parts": (
        [["Device ID", "Code 1", "Code 2"], [A, X[:18], X[18:]], [B, Y[:18], Y[18:]]],
        "the code: Code 1, Code 2",
    ),
}  # fmt: skip


def content_of(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def by_mail(content: bytes) -> tuple[int, list[int], list[int], int | None] | None:
    """As a mail's reader sees it: rows above the list, devices, codes, type."""
    found = find_columns(read_delimited("list.csv", content.decode()).rows)
    if found is None:
        return None
    return found.first_row, sorted(found.devices), sorted(found.codes), found.type


def by_import(content: bytes) -> tuple[int, list[int], list[int], int | None]:
    """The same of an import."""
    (table,) = read_tables("list.csv", content)
    sheet = choose_columns(ReadOptions(), table)
    codes = [sheet.columns[CODE]] if CODE in sheet.columns else []
    if not sheet.rows:
        raise BadInput("no rows")  # as the import says of such a file
    first = sheet.rows[0].number - 1
    return first, [sheet.columns[DEVICE]], codes, sheet.columns.get(TYPE)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_mail_and_an_import_find_the_same_columns(name: str) -> None:
    layout = LAYOUTS[name]
    content = content_of(layout.rows)
    wanted = (layout.first, layout.devices, layout.codes, layout.type)
    assert by_mail(content) == wanted
    assert by_import(content) == wanted


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_import_takes_the_codes_of_each_layout(name: str) -> None:
    layout = LAYOUTS[name]
    source, delivered = CodeSource.of("list.csv", content_of(layout.rows)), Delivered("list.csv")
    batches = list(
        read_delivery(source, ReadOptions(source="x"), DEFAULT, date(2026, 11, 3), delivered)
    )
    assert delivered.rejects == []
    (batch,) = batches
    assert [int(one) for one in batch.columns.devices] == [
        int(one.replace("-", ""), 16) for one in (A, B)
    ]
    assert [bytes(one).hex().upper() for one in batch.columns.codes] == [X[:32], Y[:32]]


@pytest.mark.parametrize("name", IN_DOUBT)
def test_an_import_asks_a_person_where_several_columns_could_be_meant(name: str) -> None:
    rows, doubt = IN_DOUBT[name]
    with pytest.raises(BadInput, match=f"several columns could hold {doubt} [(]"):
        by_import(content_of(rows))


def test_a_row_with_a_code_is_no_header() -> None:
    content = content_of([["", "ESME", X], [B, "ESME", f"{X[:-1]}0"], ["", "ESME", X]])
    found = by_mail(content)
    assert found is not None
    assert found[:3] == (0, [0], [2]) == by_import(content)[:3]


_HEADERS = st.sampled_from([
    "Device ID", "Meter", "Node", "ESME GUID", "CHF GUID", "Serial no", "Previous device ID", "",
    "Install code", "Key", "Code", "Device type", "MPAN", "Status", "Kit ref", "EUI-64", "Asset",
])  # fmt: skip
_CELLS = st.sampled_from([
    [A, B, C], [D, E, F], UUIDS * 2,
    [A.replace("-", ""), B, C], [X, Y, X], [X[:32], Y[:32], X[:32]],
    ["", "", ""], ["21E1234567"] * 3, ["ESME"] * 3, ["", B, ""], ["1234567890123456"] * 3,
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    columns=st.lists(st.tuples(_HEADERS, _CELLS), min_size=2, max_size=5),
    above=st.sampled_from([[], [["Codes of May"]], [["Date", "3 November"]], [["By", "Ann"]]]),
    headed=st.booleans(),
)
def test_whatever_the_table_an_import_takes_no_other_columns_than_a_mail(
    columns: list[tuple[str, list[str]]], above: list[list[str]], headed: bool
) -> None:
    header = [[title for title, _ in columns]] if headed else []
    cells = [list(row) for row in zip(*(column[:3] for _, column in columns), strict=True)]
    if not any(cells[0]) or (header and not any(header[0])):
        return  # an empty row is left out, and its number with it
    content = content_of([*above, *header, *cells])
    try:
        first, devices, codes, _ = by_import(content)
    except BadInput:
        return
    mail = by_mail(content)
    assert mail is not None
    assert (devices, codes) == (mail[1], mail[2])
    if mail[0] > len(above):  # the header was known by its words
        assert first == mail[0]


def test_an_empty_crc_column_still_refuses_a_crc_that_does_not_fit() -> None:
    rows = [["Device ID", "Install code", "CRC"], [A, X[:32], "0A1B"], [B, Y[:32], ""]]
    source, delivered = CodeSource.of("list.csv", content_of(rows)), Delivered("list.csv")
    reading = ReadOptions(source="x", crc_column="")
    batches = list(read_delivery(source, reading, DEFAULT, date(2026, 11, 3), delivered))
    assert [(one.row, "CRC" in one.reason) for one in delivered.rejects] == [(2, True)]
    assert [bytes(code).hex().upper() for one in batches for code in one.columns.codes] == [Y[:32]]


@pytest.mark.parametrize("title", ["Old Device ID", "Previous GUID", "oldMeterId"])
def test_a_column_of_earlier_devices_is_named(title: str) -> None:
    ids = [f"00DB1234567895{at:02X}" for at in range(0xA0, 0xA4)]
    rows = [Row(1, (title, "New Device ID"), frozenset())]
    rows += [Row(2 + at, (ids[at], ids[at + 2]), frozenset()) for at in range(2)]
    found = find_columns(rows)
    assert found is not None
    assert list(found.devices) == [1]
    assert found.left_out == [f"the Device IDs in the column {title!r}"]
    same = [rows[0], *(Row(2 + at, (ids[at], ids[at]), frozenset()) for at in range(2))]
    found = find_columns(same)
    assert found is not None
    assert found.left_out == []
