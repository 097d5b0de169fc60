"""A person is shown how a table was read, and never a code or part of one."""

from __future__ import annotations

import pytest

from exchange.domain.device import MASKED
from exchange.domain.mail import TablePreview
from exchange.parsing.lists.tables.column_finder import Columns, find_columns
from exchange.parsing.lists.tables.table_preview import (
    column_letter,
    describe_role,
    preview_table,
)
from exchange.parsing.sheets.grid import Row, Table

A, B = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1"
CODE = "83FED3407A939723A5C639B26916D505C3B5"
HALVES = "83FED3407A939723", "A5C639B26916D505C3B5"


def _table(*rows: tuple[str, ...], left: int = 0) -> Table:
    numbered = [Row(number, cells, frozenset()) for number, cells in enumerate(rows, 1)]
    return Table("a.xlsx > S", (), numbered, left=left)


LIST = _table(
    ("Device ID", "Install code", "Comment"),
    (A, CODE, "as installed"),
    (B, "", f"the code is {CODE}"),
)


def _shown(table: Table, mapped: Columns | None = None, misfit: str = "") -> TablePreview:
    preview = preview_table(table, mapped, misfit)
    assert preview is not None
    for piece in (CODE, *HALVES):
        assert piece not in repr(preview)
    return preview


def test_columns_titles_roles_and_first_rows() -> None:
    preview = _shown(LIST)
    assert preview.letters == ("A", "B", "C")
    assert preview.titles == ("Device ID", "Install code", "Comment")
    assert preview.usual == ("Device ID", "install code", "answer or comment")
    assert (preview.mapped, preview.misfit, preview.where) == ((), "", "a.xlsx > S")
    assert preview.rows[0] == (2, (A, MASKED, "as installed"))
    assert preview.rows[1][1][:2] == (B, "")


def test_three_rows_and_forty_columns_are_enough() -> None:
    wide = _table(("Device ID", *(f"c{n}" for n in range(60))), *[(A, *(["x"] * 60))] * 9)
    preview = _shown(wide)
    assert (len(preview.rows), len(preview.letters), len(preview.rows[0][1])) == (3, 40, 40)


def test_a_long_cell_is_cut() -> None:
    preview = _shown(_table(("Device ID", "x" * 50), (A, f"{'y' * 20}  {'y' * 30}")))
    assert preview.titles[1] == "x" * 37 + "..."
    assert preview.rows[0][1][1] == f"{'y' * 20} {'y' * 16}..."


@pytest.mark.parametrize("cell", [HALVES[0], CODE[:12], CODE, "83FE D340", "83 FE D3 40 7A"])
def test_what_may_be_a_piece_of_a_code_is_masked_in_any_column(cell: str) -> None:
    preview = _shown(_table(("Device ID", "Other"), (A, cell), (B, "1234567")))
    assert preview.rows[0][1][1] == MASKED
    assert preview.rows[1][1][1] == "1234567"


def test_a_device_column_that_only_its_title_names_is_shown() -> None:
    table = _table(("Device ID", "Meter GUID"), (A, "00DB1234567890A7"))
    mapped = Columns(first_row=1, devices={0: ""})
    assert _shown(table, mapped).rows[0][1] == (A, "00DB1234567890A7")


def test_a_row_mistaken_for_a_header_shows_no_code() -> None:
    mapped = Columns(first_row=1, devices={0: ""}, codes={1: ""})
    preview = _shown(_table((A, CODE), (B, CODE)), mapped)
    assert preview.titles[1] == MASKED


def test_both_readings_are_shown_and_a_code_of_either_is_masked() -> None:
    table = _table(("Device ID", "Note"), (A, "see F"), (B, "x"))
    preview = _shown(table, Columns(first_row=1, devices={0: "ESME"}, codes={1: ""}))
    assert preview.usual == ("Device ID", "answer or comment")
    assert preview.mapped == ("Device ID (ESME)", "install code")
    assert preview.rows[0][1] == (A, MASKED)


def test_empty_columns_to_the_left_keep_the_letters_right() -> None:
    rows = LIST.rows
    assert _shown(Table("S", (), rows, left=2)).letters == ("C", "D", "E")


def test_a_table_that_lists_nothing_is_not_shown_unless_a_mapping_misses() -> None:
    other = _table(("Town", "Post"), ("Leeds", "LS1"))
    assert preview_table(other, None, "") is None
    assert _shown(other, misfit="no column 'X'").misfit == "no column 'X'"


@pytest.mark.parametrize(
    ("at", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_letters_of_columns(at: int, letter: str) -> None:
    assert column_letter(at) == letter


def test_roles_in_words() -> None:
    columns = Columns(
        devices={0: "", 1: "GSME"}, codes={2: "", 3: "", 4: ""}, remarks=[5], denial=6, type=7,
        code_parts=(4, 3),
    )  # fmt: skip
    assert [describe_role(columns, at) for at in range(9)] == [
        "Device ID",
        "Device ID (GSME)",
        "install code",
        "install code, part 2",
        "install code, part 1",
        "answer or comment",
        "installed by them",
        "device type",
        "",
    ]
    assert describe_role(None, 0) == ""
    assert find_columns(LIST.rows) is not None
