"""Reading a long list column by column gives what reading it row by row gives."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.columns.device_columns import ListedColumns, devices_of
from exchange.domain.device import InstallCode
from exchange.domain.mail import Outcome, Understanding
from exchange.parsing.identifiers import bulk
from exchange.parsing.identifiers.bulk import check_devices
from exchange.parsing.identifiers.devices import read_device
from exchange.parsing.lists.prose import device_runs
from exchange.parsing.lists.tables import listing
from exchange.parsing.lists.tables.mapped_columns import NO_MAPPING, ColumnMappings
from exchange.parsing.reading import understand as reading
from exchange.parsing.reading.understand import understand, understand_file
from exchange.parsing.sheets import delimited, xlsx_precheck, xlsx_tokenizer
from exchange.parsing.sheets.csv_columns import DelimitedRows
from exchange.parsing.sheets.grid import WorkbookRows
from exchange.parsing.sheets.workbooks import read_workbook
from exchange.parsing.sheets.xlsx_columns import LazyRows
from exchange.parsing.text.byte_column import ByteColumn
from tests.benchmarks import made
from tests.unit.parsing.findings.cases import resolved_one_by_one, unique_one_by_one
from tests.unit.parsing.sheets.cases import CELLS, PLAIN, WAYS, repacked, sheets

_CODE = "83FED3407A939723A5C639B26916D505C3B5"
_BLANK = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "


# Pairs or fours with this sign and, before the last group, that one.
_IDS = st.builds(
    lambda groups, sign, last: sign.join(groups[:-1]) + last + groups[-1],
    st.sampled_from((["00", "DB", "12", "34", "56", "78", "90", "A1"],
                     ["00DB", "1234", "5678", "90A1"])),
    st.sampled_from("-: ./_0"),
    st.sampled_from("-: ./_0"),
)  # fmt: skip


@given(st.lists(CELLS | _IDS, max_size=40))
def test_cells_checked_together_are_those_taken_one_by_one(cells: list[str]) -> None:
    checked = check_devices(ByteColumn.of(cells))
    found = devices_of(checked.ids)
    for cell, good, seen in zip(cells, checked.valid.tolist(), found, strict=True):
        device = read_device(cell.strip(_BLANK))  # the careful way looks at other blanks
        assert good == (device is not None), cell
        if device is not None:
            assert seen == device


def _both_ways(
    name: str, content: bytes, mapping: ColumnMappings = NO_MAPPING
) -> tuple[Understanding, Understanding]:
    """Return what is read by columns, and what is read row by row."""
    with patch.object(bulk, "CHUNK", 7):
        quick = understand_file(name, content, mapping=mapping)
    with (
        patch.object(listing._ListingReader, "_is_simple", lambda _: False),
        patch.object(delimited, "_fast_rows", lambda *_: None),
        patch.object(reading, "resolve_claims", resolved_one_by_one),
        patch.object(reading, "unique_devices", unique_one_by_one),
    ):
        careful = understand_file(name, content, mapping=mapping)
    assert not isinstance(careful.devices, ListedColumns)
    return quick, careful


@settings(max_examples=150)
@given(
    st.lists(st.tuples(CELLS, st.sampled_from(("ESME", "GSME", "", "CHF", "smoke"))), max_size=30),
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
        st.tuples(CELLS, _code_cells() | _OTHER_CELLS, _OTHER_CELLS, _OTHER_CELLS), max_size=20
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


@settings(max_examples=150)
@given(
    st.lists(st.tuples(CELLS, _code_cells() | _OTHER_CELLS, _OTHER_CELLS, CELLS), max_size=20),
    st.sampled_from((("Ours", "", "Word", "Device ID"), ("A", "IC", "Comments", "GUID"))),
    st.sampled_from((("Ours", "B"), ("A", "IC"), ("D", "B"), ("A", ""))),
    st.integers(0, 20),
)
def test_a_list_with_columns_on_file_reads_alike_both_ways(
    rows: list[tuple[str, str, str, str]],
    header: tuple[str, str, str, str],
    on_file: tuple[str, str],
    again: int,
) -> None:
    """Device IDs of another party are in a further column; the header may come a second time."""
    lines = [header, *rows[:again], *([header] if again < len(rows) else []), *rows[again:]]
    mapping = ColumnMappings(
        (ColumnMap(on_file[0], (on_file[1],) if on_file[1] else None, comment=""),)
    )
    text = "\n".join(";".join(row) for row in lines)
    quick, careful = _both_ways("list.csv", text.encode(), mapping)
    assert quick == careful


_CRC_CELLS = st.sampled_from(("", "right", "right", "wrong", "half", "LE1"))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from((32, 36, 32, 0)), _CRC_CELLS), min_size=1, max_size=6),
    st.sampled_from(("Postcode", "", "CRC", "Device Type", "Comments", "Install Code 2")),
)
def test_codes_with_their_crc_in_the_next_column_read_alike_both_ways(
    rows: list[tuple[int, str]], heading: str
) -> None:
    """A code of 32 digits counts only where no other code of the mail has its CRC."""
    lines = [f"Device ID,Install Code,{heading}"]
    for at, (length, beside) in enumerate(rows, 1):
        code, other = (InstallCode(one.to_bytes(16, "big")).with_crc for one in (at, at + 1))
        rest = {"right": code[32:], "wrong": other[32:], "half": code[32:34]}.get(beside, beside)
        lines.append(f"00-DB-12-34-00-00-00-{at:02X},{code[:length]},{rest}")
    quick, careful = _both_ways("answers.csv", "\n".join(lines).encode())
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
_FORMULAS = (_as_it_is, _as_it_is, '="{}"'.format, '="{}, or so"'.format, '="{},ESME"'.format)


@pytest.mark.slow
@settings(max_examples=300)
@given(st.data())
def test_a_csv_with_quotes_reads_alike_both_ways(data: st.DataObject) -> None:
    wrappings = data.draw(st.sampled_from((_SMALL, _SMALL, _WRAPPINGS, _FORMULAS)))
    header = data.draw(
        st.sampled_from(("Device ID,Device Type,Comments", "Device ID,Install Code,Comments", ""))
    )
    remarks = st.sampled_from(
        ("ESME", "GSME", _CODE, _CODE[:32], "", "not ours", "see below", "D5")
    )
    lines = [header] if header else []
    for _ in range(data.draw(st.integers(0, 12))):
        cells = [data.draw(CELLS), data.draw(remarks), data.draw(remarks)]
        wraps = data.draw(st.lists(st.sampled_from(wrappings), min_size=3, max_size=3))
        lines.append(",".join(wrap(cell) for wrap, cell in zip(wraps, cells, strict=True)))
    ending = data.draw(st.sampled_from(("\n", "\r\n")))
    quick, careful = _both_ways("list.csv", ending.join(lines).encode())
    assert quick == careful


_QUOTABLE = st.sampled_from(("", "x", '"x"', '" x "', '="x"', "'00DB", '"a,b"', "1E+10", '""'))


@given(st.lists(st.tuples(_QUOTABLE, _QUOTABLE), min_size=1, max_size=12), st.booleans())
def test_how_lines_end_makes_no_difference(lines: list[tuple[str, str]], ended: bool) -> None:
    written = [",".join(line) for line in lines] + ([""] if ended else [])
    unix, windows, mac = (DelimitedRows(end.join(written), ",") for end in ("\n", "\r\n", "\r"))
    for other in (windows, mac):
        assert list(other) == list(unix)
        for column in (0, 1):
            texts = [row.cells[column] for row in unix]
            assert list(other.column(column)) == texts
            shown, which = other.distinct(column)
            assert [shown[at] for at in which] == texts


@given(st.lists(CELLS, max_size=40))
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
        patch.object(device_runs, "_LONG", 0),
        patch.object(device_runs, "_LEAST", 5),
        patch.object(device_runs, "_AT_START", 12),
    ):
        quick = understand(mail)
    careful = understand(mail)
    assert quick == careful
    attached = understand_file("list.txt", body.encode())
    with (
        patch.object(device_runs, "_LONG", 0),
        patch.object(device_runs, "_LEAST", 5),
        patch.object(device_runs, "_AT_START", 12),
    ):
        assert understand_file("list.txt", body.encode()) == attached


@pytest.mark.slow
@settings(max_examples=300)
@given(sheets(), st.sampled_from((60, 10**6)))
def test_a_sheet_reads_alike_with_and_without_the_library(content: bytes, window: int) -> None:
    with patch.object(xlsx_precheck, "_LARGE", 0), patch.object(xlsx_tokenizer, "_WINDOW", window):
        quick, _ = _both_ways("list.xlsx", content)
        rows = [table.rows for table in read_workbook("list.xlsx", content).tables]
    _, careful = _both_ways("list.xlsx", content)
    assert quick == careful
    if rows and isinstance(rows[0], LazyRows):
        (by_library,) = (table.rows for table in read_workbook("list.xlsx", content).tables)
        assert isinstance(by_library, WorkbookRows)
        assert list(rows[0]) == list(by_library)
        assert rows[0][1:3] == by_library[1:3]
        assert list(rows[0].numbers) == list(by_library.numbers)
        for column in range(6):
            assert list(rows[0].column(column)) == list(by_library.column(column))
            for numbers in (True, False):
                ours, theirs = (one.lossy(column, numbers=numbers) for one in (rows[0], by_library))
                assert ours.tolist() == theirs.tolist()


def test_a_workbook_reads_alike_with_and_without_the_library() -> None:
    plain = made.workbook(list(made.rows_of(60)))
    for way in WAYS:
        content = repacked(plain, way)
        for piece in (300, 1 << 20):
            with (
                patch.object(xlsx_precheck, "_LARGE", 0),
                patch.object(xlsx_precheck, "_PIECE", piece),
                patch.object(xlsx_tokenizer, "_WINDOW", 10 * piece),
            ):
                quick = understand_file("list.xlsx", content)
                if way != "index beyond":
                    rows = read_workbook("list.xlsx", content).tables[0].rows
                    assert isinstance(rows, LazyRows) == (way in PLAIN), way
            careful = understand_file("list.xlsx", content)
            assert quick == careful, way
            if isinstance(rows, LazyRows):
                by_library = read_workbook("list.xlsx", content).tables[0].rows
                assert isinstance(by_library, WorkbookRows)
                assert list(rows) == list(by_library)
                assert rows[3:5] == by_library[3:5]
                for column in range(6):
                    there = ["" for _ in rows] if column == 5 else list(by_library.column(column))
                    assert list(rows.column(column)) == there
