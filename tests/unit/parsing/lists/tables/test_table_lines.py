"""A table that is no list is read as lines, without the columns that hold something else."""

from __future__ import annotations

from exchange.domain.limits import DEFAULT
from exchange.parsing.findings.findings import Findings
from exchange.parsing.lists.tables.table_lines import other_columns, table_lines
from exchange.parsing.mime.headers import Headers
from exchange.parsing.mime.parts import Part
from exchange.parsing.reading.attachments import read_attachment
from exchange.parsing.sheets.grid import Row, Table
from tests.corpus.making import xlsx

A, B = "00-DB-12-34-56-78-96-01", "00-DB-12-34-56-78-96-02"


def _table(*rows: tuple[str, ...]) -> Table:
    return Table("a.csv", (), [Row(at, cells, frozenset()) for at, cells in enumerate(rows, 1)])


def test_columns_with_another_title_are_left_out_and_counted() -> None:
    table = _table(("Customer", "Previous device ID"), ("Ann", A), ("Bo", B), ("Cy",))
    others = other_columns(table)
    assert others == {1: "Previous device ID"}
    lines, warnings = table_lines(table, others)
    assert [(line.number, line.text) for line in lines] == [
        (1, "Customer,"), (2, "Ann,"), (3, "Bo,"), (4, "Cy"),
    ]  # fmt: skip
    assert warnings == ["a.csv: 2 Device IDs under 'Previous device ID' are not taken"]


def test_a_table_without_such_titles_keeps_every_column() -> None:
    table = _table(("Please send the codes of:",), (f"1. {A}",))
    assert other_columns(table) == {}
    lines, warnings = table_lines(table, {})
    assert [line.text for line in lines] == ["Please send the codes of:", f"1. {A}"]
    assert warnings == []


def _read(name: str, content: bytes) -> Findings:
    part = Part(Headers([]), "", {}, content, name)
    return read_attachment(name, part, DEFAULT, in_reply=False)


def test_neither_a_csv_nor_a_workbook_takes_them() -> None:
    rows = [["Customer", "Certificate serial"], ["Ann", A], ["Bo", B]]
    text = "\n".join(",".join(row) for row in rows).encode()
    for found in (_read("a.csv", text), _read("a.xlsx", xlsx(("S", rows)))):
        assert not found.devices
        assert any("2 Device IDs under 'Certificate serial'" in one for one in found.warnings)


def test_a_sheet_of_running_text_is_read() -> None:
    rows = [["Good morning"], ["Please send the codes of these meters:"], [f"- {A}"], [f"- {B}"]]
    found = _read("a.xlsx", xlsx(("S", rows)))
    assert [(str(one.device), one.where) for one in found.devices] == [
        (A, "a.xlsx > S > row 3"), (B, "a.xlsx > S > row 4"),
    ]  # fmt: skip
