"""Each attachment is read by what it is, and one that cannot be read says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.limits import DEFAULT, Limits
from exchange.parsing.findings.findings import Findings
from exchange.parsing.lists.tables.mapped_columns import ColumnMappings
from exchange.parsing.mime.headers import read_fields
from exchange.parsing.mime.parts import Part
from exchange.parsing.reading import attachments
from exchange.parsing.reading.attachments import (
    read_attachment,
    read_lines,
    read_table,
)
from exchange.parsing.reading.left_out import hidden_devices
from exchange.parsing.sheets.grid import Row, Table
from exchange.parsing.text.lines import Line, plain_lines
from tests.corpus import making
from tests.corpus.sheetfiles import Page, xlsb

A, B, C = (f"00-DB-12-34-56-78-90-A{number}" for number in range(3))
X = "83FED3407A939723A5C639B26916D505C3B5"


def _read(
    content: bytes,
    name: str = "a.csv",
    *,
    in_reply: bool = False,
    limits: Limits = DEFAULT,
    where: str = "",
) -> Findings:
    part = Part(read_fields(b"\r\n"), "application/octet-stream", {}, content, name)
    return read_attachment(where or name, part, limits, in_reply=in_reply)


def _devices(found: Findings) -> list[tuple[str, str]]:
    return [(str(one.device), one.where) for one in found.devices]


def test_a_csv_is_read_whatever_it_is_called() -> None:
    content = f"Device ID,Type\n{A},ESME\n{B},GSME\n".encode()
    for name in ("a.csv", "a.xlsx", "a"):
        found = _read(content, name)
        assert _devices(found) == [(A, f"{name} > row 2"), (B, f"{name} > row 3")]
        assert found.rows == 3


def test_a_workbook_is_read_sheet_by_sheet() -> None:
    book = making.xlsx(("S", [["Device ID"], [A]]), ("T", [["Device ID"], [B]]))
    found = _read(book, "a.csv", where="list.zip > a.csv")
    assert _devices(found) == [
        (A, "list.zip > a.csv > S > row 2"),
        (B, "list.zip > a.csv > T > row 2"),
    ]
    assert found.rows == 4


def test_what_a_workbook_hides_is_counted_and_ignored() -> None:
    rows = [["Device ID", "x"], [A, "1"], [B, "2"]]
    book = xlsb(
        Page("S", rows, hidden_rows=frozenset({3})),
        Page("H", [["Device ID"], [A], [C]], hidden=True),
        Page("N", [["words"]], hidden=True),
    )
    found = _read(book, "a.xlsb")
    assert _devices(found) == [(A, "a.xlsb > S > row 2")]
    assert found.warnings == [
        "a.xlsb > S: 1 Device ID in hidden rows or columns is ignored",
        "a.xlsb > H is hidden: 2 Device IDs in it are ignored",
        "a.xlsb > N is hidden and not read",
    ]


def test_a_workbook_without_devices_is_mentioned() -> None:
    found = _read(making.xlsx(("S", [["Town"], ["Leeds"]])), "a.xlsx")
    assert found.warnings == ["a.xlsx: no column of Device IDs"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (xlsb(Page("S", [["x"]], span=(5, 2, 0, 2))), "the size of a sheet is wrong"),
        (b"{\\rtf1 words}", "cannot read this kind of document"),
        (b"%PDF-1.4\nnothing", ""),
    ],
)
def test_what_cannot_be_read_is_reported_and_nothing_is_guessed(
    content: bytes, reason: str
) -> None:
    found = _read(content, "a.bin")
    (reject,) = found.rejects
    assert reason in reject.reason
    assert reject.where.startswith("a.bin")
    assert not found.devices


def test_what_lists_nothing_is_silent() -> None:
    for content in (b"", b"\x89PNG\r\n\x1a\n\0\0", b"BEGIN:VCARD\r\nEND:VCARD"):
        assert _read(content, "a") == Findings()


def test_a_text_that_passes_a_ceiling_is_reported() -> None:
    found = _read(b"x" * 50, "a.txt", limits=replace(DEFAULT, text_chars=20))
    assert [one.reason for one in found.rejects] == ["a text of more than 20 characters"]


def test_html_is_read_as_a_body_is() -> None:
    page = f"<html><body><p>Codes please</p><table><tr><td>Device ID</td></tr><tr><td>{A}</td></tr></table></body></html>"  # noqa: E501
    found = _read(page.encode(), "a.html")
    assert _devices(found) == [(A, "a.html > table 1 > row 2")]
    assert found.asks
    assert found.rows


def test_a_text_file_is_running_text_unless_it_is_a_list() -> None:
    found = _read(f"Please send the codes of\n{A}\nThanks, Kim\n".encode(), "a.txt")
    assert _devices(found) == [(A, "a.txt > line 2")]
    found = _read(f"{A}\n{B}\n00DB12\n".encode(), "a.txt")
    assert [one.where for one in found.rejects] == ["a.txt > line 3"]
    found = _read(f"{A}\n{B}\n".encode(), "a.csv")
    assert _devices(found)[1] == (B, "a.csv > row 2")


def test_tentative_words_of_a_text_file_answer_in_a_reply_alone() -> None:
    text = f"Hello Kim, this is what we know\n{A} tbc\nRegards\n".encode()
    assert not _read(text, "a.txt").claims
    assert len(_read(text, "a.txt", in_reply=True).claims) == 1


def test_of_a_long_text_only_lines_near_a_device_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = ["words"] * 1000
    lines[499] = f"Device {A}"
    lines[505] = "Device 00-DB-12-34-56-78-90-\u0410O"
    lines[2] = "Please send the install codes"
    text = "\n".join(lines).encode()
    short = _read(text, "a.txt")
    monkeypatch.setattr(attachments, "_LONG", 100)
    long = _read(text, "a.txt")
    assert (_devices(long), long.asks, long.rejects) == (
        _devices(short),
        short.asks,
        short.rejects,
    )
    assert (_devices(long), long.asks, long.rows) == ([(A, "a.txt > line 500")], True, 1000)
    assert long.rejects
    kept = list(attachments._lines_that_may_list(plain_lines(text.decode())))
    assert len(kept) == 200 + 47 + 200


def test_tables_within_a_body_are_tables_and_the_rest_is_text() -> None:
    rows = [("Device ID", "IC"), (A, X)]
    lines = [
        Line(1, f"Please look at {C}, a meter"),
        *(Line(n, " ".join(row), table=1, row=n - 1, cells=row) for n, row in enumerate(rows, 2)),
        Line(4, "Thanks"),
    ]
    found = read_lines(lines, lambda line: line.where, in_reply=False)
    assert _devices(found) == [(C, "body line 1"), (A, "body table 1 > row 2")]
    assert [one.code and one.code.with_crc for one in found.claims] == [X]


def test_a_table_that_lists_nothing_is_read_as_text() -> None:
    lines = [Line(1, f"the meter {A}", table=1, row=1, cells=("the meter", f"is {A} here"))]
    found = read_lines(lines, lambda line: line.where, in_reply=False)
    assert _devices(found) == [(A, "body table 1 > row 1")]


def test_two_tables_one_after_the_other_are_two() -> None:
    lines = [
        Line(1, "", table=1, row=1, cells=("Device ID",)),
        Line(2, "", table=1, row=2, cells=(A,)),
        Line(3, "", table=2, row=1, cells=("Device ID",)),
        Line(4, "", table=2, row=2, cells=(B,)),
    ]
    found = read_lines(lines, lambda line: line.where, in_reply=False)
    assert _devices(found) == [(A, "body table 1 > row 2"), (B, "body table 2 > row 2")]


def _table(*rows: tuple[str, ...]) -> Table:
    return Table("S", (), [Row(n, cells, frozenset()) for n, cells in enumerate(rows, 1)])


def test_a_sheet_of_labels_and_values_is_read_across() -> None:
    found = read_table(_table(("Device ID", A), ("Install code", X)), in_reply=False)
    assert found is not None
    assert _devices(found) == [(A, "S > row 1")]
    assert [one.code and one.code.with_crc for one in found.claims] == [X]
    assert read_table(_table(("Town", "Leeds")), in_reply=False) is None


def test_a_mapping_decides_which_columns_are_read() -> None:
    table = _table(("Old", "New"), (A, B))
    mapping = ColumnMappings((ColumnMap("New"),))
    found = read_table(table, in_reply=False, mapping=mapping)
    assert found is not None
    assert _devices(found) == [(B, "S > row 2")]


def test_what_is_left_out_is_told_with_its_place_and_noun() -> None:
    found = Findings()
    found.leave_out("a.csv", 1, "in it")
    found.leave_out("b.csv", 2, "struck out", f": {A}, {B}")
    assert found.warnings == [
        "a.csv: 1 Device ID in it is ignored",
        f"b.csv: 2 Device IDs struck out are ignored: {A}, {B}",
    ]
    assert found.left_out == [
        "a.csv: 1 Device ID in it",
        f"b.csv: 2 Device IDs struck out: {A}, {B}",
    ]


def test_a_second_column_of_device_ids_is_told() -> None:
    other = "00-DB-12-34-56-78-90-A3"
    found = _read(making.xlsx(("S", [["Device ID", "EUI64"], [A, B], [C, other]])), "a.xlsx")
    assert [one for one, _ in _devices(found)] == [A, C]
    assert found.left_out == ["a.xlsx > S: the Device IDs in the column 'EUI64'"]


def test_devices_in_hidden_text_are_counted() -> None:
    assert hidden_devices(f"{A} and {B}, {A}") == 2
    assert hidden_devices("  ") == hidden_devices("words") == 0
