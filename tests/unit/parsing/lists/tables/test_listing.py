"""What the rows of a table say of their Devices: codes, answers, silence and damage."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Outcome
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.lists.tables import listing
from exchange.parsing.lists.tables.column_finder import Columns
from exchange.parsing.lists.tables.listing import read_listing
from exchange.parsing.lists.tables.rearranged import label_value_lines
from exchange.parsing.sheets.grid import Row, Table

A, B, C = (f"00-DB-12-34-56-78-90-A{number}" for number in range(3))
X = "83FED3407A939723A5C639B26916D505C3B5"
Y = "83FED3407A939723A5C639B269161802AEBB"
NO, UNCLEAR = Outcome.NOT_INSTALLER, Outcome.UNCLEAR


def _table(*rows: tuple[str, ...], damaged: dict[int, set[int]] | None = None) -> Table:
    return Table(
        "a.csv",
        (),
        [
            Row(number, cells, frozenset((damaged or {}).get(number, ())))
            for number, cells in enumerate(rows, 1)
        ],
    )


def _read(*rows: tuple[str, ...], damaged: dict[int, set[int]] | None = None) -> Findings:
    found = read_listing(_table(*rows, damaged=damaged))
    assert found is not None
    return found


def _claims(found: Findings) -> list[tuple[str, object]]:
    def said(one: Claim) -> object:
        if one.bad_code:
            return "bad code"
        return one.code.with_crc if one.code else one.outcome

    return [(str(one.device), said(one)) for one in found.claims]


def test_a_request_lists_devices_with_place_and_type() -> None:
    found = _read(("Device ID", "Device type"), (A, "ESME"), ("", ""), (B, "gas"), (C, "?"))
    assert [(str(one.device), one.where, one.device_type) for one in found.devices] == [
        (A, "a.csv > row 2", "ESME"),
        (B, "a.csv > row 4", "GSME"),
        (C, "a.csv > row 5", ""),
    ]
    assert not found.claims


def test_codes_and_answers_of_rows() -> None:
    found = _read(
        ("Device ID", "Install code", "Outcome"),
        (A, X, "thank you"),
        (B, "", "not the installing Supplier"),
        (C, "", ""),
    )
    assert _claims(found) == [(A, X), (B, NO), (C, UNCLEAR)]
    assert [one.remark for one in found.claims] == ["thank you", "not the installing Supplier", ""]
    assert [one.digits for one in found.claims] == [36, 0, 0]


def test_silence_is_unclear_only_where_other_rows_answer() -> None:
    assert not _read(("Device ID", "Install code"), (A, ""), (B, "")).claims
    assert _claims(_read(("Device ID", "Install code"), (A, X), (B, ""))) == [
        (A, X),
        (B, UNCLEAR),
    ]
    assert _claims(_read(("Device ID", "Outcome"), (A, "tbc"), (B, ""))) == [(A, UNCLEAR)]


def test_a_column_of_yes_and_no() -> None:
    found = _read(("Device ID", "Installed by us?"), (A, "No"), (B, "Yes"))
    assert _claims(found) == [(A, NO), (B, UNCLEAR)]
    assert found.claims[0].remark == "no"


def test_words_of_our_own_workbook_count_whatever_reason_is_next_to_them() -> None:
    found = _read(
        ("Device ID", "Outcome", "Comment"),
        (A, "Not the installing Supplier", "no record of it, please check"),
    )
    assert _claims(found) == [(A, NO)]
    assert found.definite


def test_a_denial_next_to_a_code_contradicts_it() -> None:
    found = _read(("Device ID", "IC", "Comment"), (A, X, "not installed by us"))
    assert [(one.code is not None, one.outcome) for one in found.claims] == [(True, NO)]


def test_a_bad_code_is_reported_and_never_repaired() -> None:
    found = _read(("Device ID", "IC"), (A, X[:-1] + "6"), (B, "12345678901234567890"))
    assert _claims(found) == [(A, "bad code"), (B, "bad code")]
    assert [(str(one.device), one.where) for one in found.rejects] == [
        (A, "a.csv > row 2"),
        (B, "a.csv > row 3"),
    ]
    numeric = _read(("Device ID", "IC"), (A, X), damaged={2: {1}})
    assert _claims(numeric) == [(A, "bad code")]


def test_a_code_split_over_the_next_cells_is_joined_by_its_crc() -> None:
    found = _read(
        ("Device ID", "IC", "IC part 2"), (A, X[:20], X[20:]), (B, X[:20], X[20:-1] + "6")
    )
    assert _claims(found)[0] == (A, X)
    assert {said for device, said in _claims(found) if device == B} == {"bad code"}


def test_a_code_in_a_remark_is_read_and_never_shown() -> None:
    found = _read(("Device ID", "Comment"), (A, f"here: {X} as asked"))
    assert _claims(found) == [(A, X)]
    assert X[:8] not in found.claims[0].remark


def test_a_code_belongs_to_the_device_of_its_type_or_to_none() -> None:
    found = _read(("ESME ID", "ESME install code", "GSME ID", "GSME install code"), (A, X, B, Y))
    assert _claims(found) == [(A, X), (B, Y)]
    found = _read(("ESME ID", "GSME ID", "Install code"), (A, B, X))
    assert _claims(found) == [(A, "bad code"), (B, "bad code")]
    assert {one.reason for one in found.rejects} == {"one install code next to several Device IDs"}


def test_a_code_without_a_device_is_reported() -> None:
    found = _read(("Device ID", "IC"), (A, X), ("", Y), ("Total", "1"))
    assert [(one.text, one.where) for one in found.rejects] == [(Y, "a.csv > row 3")]
    assert found.stray_code


def test_several_devices_in_one_cell() -> None:
    assert [str(one.device) for one in _read(("Device ID",), (f"{A}, {B}",), (C,)).devices] == [
        A,
        B,
        C,
    ]
    found = _read(("Device ID", "IC"), (f"{A}, {B}", X), (C, Y))
    assert _claims(found) == [(C, Y)]
    assert found.rejects[0].reason == "several Device IDs and an install code in one row"


def test_what_is_damaged_is_reported_with_its_row() -> None:
    found = _read(("Device ID",), (A,), ("00DB12",), ("123456789012345",), damaged={4: {0}})
    assert [one.where for one in found.rejects] == ["a.csv > row 3", "a.csv > row 4"]
    assert len(found.devices) == 1


def test_decimal_ids_that_all_end_in_zero_were_rounded() -> None:
    rows = [(f"12345678901234{number}0",) for number in (1, 2, 3)]
    found = _read(("Device ID",), *rows, (A,))
    assert [str(one.device) for one in found.devices] == [A]
    assert {one.reason for one in found.rejects} == {
        "all decimal numbers here end in 0: Excel seems to have rounded them"
    }
    assert len(_read(("Device ID",), *rows, ("1234567890123455",)).devices) == 4
    assert len(_read(("Device ID",), *rows[:2], (A,)).devices) == 3


def test_a_second_header_may_change_the_columns() -> None:
    found = _read(
        ("Device ID", "IC", "Comment"),
        (A, X, ""),
        ("Device ID", "Comment", "IC"),
        (B, "", Y),
    )
    assert _claims(found) == [(A, X), (B, Y)]
    assert not found.rejects


def test_a_device_in_two_rows_is_mentioned() -> None:
    found = _read(("Device ID",), (A,), (B,), (A,))
    assert len(found.devices) == 3
    (warning,) = found.warnings
    assert warning.startswith("a.csv: listed more than once:")
    assert A in warning


def test_a_table_without_devices_is_none() -> None:
    assert read_listing(_table(("Town", "Post"), ("Leeds", "LS1"))) is None


def test_columns_that_are_known_are_not_looked_for() -> None:
    table = _table((A, "x", X), (B, "y", Y))
    found = read_listing(table, Columns(devices={0: ""}, codes={2: ""}))
    assert found is not None
    assert _claims(found) == [(A, X), (B, Y)]
    parts = _table((A, X[:20], X[20:]), (B, "", ""))
    found = read_listing(parts, Columns(devices={0: ""}, codes={1: "", 2: ""}, code_parts=(1, 2)))
    assert found is not None
    assert _claims(found) == [(A, X), (B, UNCLEAR)]


def test_a_list_reads_by_columns_as_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ("Device ID", "IC", "Outcome"),
        (A, X, ""),
        (B, "", "not the installing Supplier"),
        ("bad", "", ""),
        (C, Y[:-1] + "C", "sorry"),
        (A, "", "tbc"),
        ("", X, ""),
    ]
    by_columns = _read(*rows)
    monkeypatch.setattr(listing._ListingReader, "_is_simple", lambda _: False)
    by_rows = _read(*rows)
    assert (list(by_columns.devices), list(by_columns.claims)) == (
        list(by_rows.devices),
        list(by_rows.claims),
    )
    assert (by_columns.rejects, by_columns.warnings, by_columns.stray_code) == (
        by_rows.rejects,
        by_rows.warnings,
        by_rows.stray_code,
    )


def test_a_sheet_of_labels_and_values_is_read_as_lines() -> None:
    table = _table(("Request", ""), ("Device ID:", A), ("Town", "Leeds"), ("Install code", X))
    assert label_value_lines(table) == [
        (2, f"Device ID: {A}"),
        (3, "Town: Leeds"),
        (4, f"Install code: {X}"),
    ]
    assert label_value_lines(_table(("Device ID", "IC"), (A, X))) == []
    assert label_value_lines(_table(("Device ID", A), (A, "x", "y"))) == []
    assert label_value_lines(_table(("Device ID", A), ("n", "5"), damaged={2: {1}})) == [
        (1, f"Device ID: {A}")
    ]


def test_rows_that_are_called_off_are_left_out_of_a_request_and_kept_in_an_answer() -> None:
    devices = [f"00-DB-12-34-56-78-94-0{at}" for at in range(3)]
    words = ("", "Cancelled", "please do not send")
    rows = [Row(1, ("Device ID", "Status"), frozenset())]
    rows += [
        Row(at + 2, pair, frozenset()) for at, pair in enumerate(zip(devices, words, strict=True))
    ]
    read = read_listing(Table("a", (), rows))
    assert read is not None
    assert [str(one.device) for one in read.devices] == devices[:1]
    named = ", ".join(devices[1:])
    assert read.left_out == [f"a: 2 Device IDs called off in the words of the list: {named}"]
    answered = [*rows, Row(9, ("00-DB-12-34-56-78-94-09", "Not installed by us"), frozenset())]
    read = read_listing(Table("a", (), answered))
    assert read is not None
    assert (len(read.devices), read.left_out) == (4, [])
    assert sorted(one.outcome or "" for one in read.claims) == ["not_installer", *["unclear"] * 3]


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("title", ["", "Group {}", "Install code {}"])
def test_codes_split_over_many_columns_are_joined_by_their_crc(size: int, title: str) -> None:
    codes = ["83FED3407A939723A5C639B26916D505C3B5", "83FED3407A939723A5C639B269161802AEBB"]
    split = [[one[at : at + size] for at in range(0, 36, size)] for one in codes]
    names = [title.format(at) for at in range(1, 36 // size + 1)]
    rows = [Row(1, ("Device ID", *names), frozenset())]
    rows += [
        Row(at + 2, (f"00-DB-12-34-56-78-94-0{at}", *split[at]), frozenset()) for at in range(2)
    ]
    read = read_listing(Table("a", (), rows))
    assert read is not None
    assert [one.code and one.code.with_crc for one in read.claims] == codes
    lost = [*split[0]]
    lost[1] = ""
    rows.append(Row(4, ("00-DB-12-34-56-78-94-04", *lost), frozenset()))
    read = read_listing(Table("a", (), rows))
    assert read is not None
    assert [one.bad_code for one in read.claims] == [False, False, True]
