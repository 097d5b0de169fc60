"""Workbooks of any size: read a window of rows at a time as they are read whole."""

from __future__ import annotations

import io
import json
import re
import signal
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT
from exchange.errors import BadInput
from exchange.parsing.sheets import xlsx_stream
from exchange.services.codes import code_sheets
from exchange.services.codes.code_file import ReadOptions
from exchange.services.codes.code_stream import read_delivery
from exchange.services.codes.import_report import CodeSource, Delivered
from tests.services.contexts import make_context
from tests.services.test_codes import BAD_CRC, GOOD, Bench, code, device
from tests.services.test_codes_bulk import TODAY, import_process, read_both, read_one

HEADER = ["Device ID", "Install code", "Kind", "Ours", "Delivered"]
READING = ReadOptions(
    device_column="Device ID", code_column="Install code", type_column="Kind",
    installed_column="Ours", date_column="Delivered", date_format="%d/%m/%Y", source="x",
)  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "files").mkdir()
    return Bench(make_context(tmp_path / "lose"), tmp_path / "files")


@pytest.fixture
def in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every workbook counts as large, and a window is a few rows."""
    monkeypatch.setattr(xlsx_stream, "_SMALL", 0)
    monkeypatch.setattr(xlsx_stream, "_PIECE", 9_000)


def workbook(*sheets: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    """As Excel saves it: dates as dates, numbers as numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                else:
                    sheet.write(at, column, cell)
    book.close()
    return out.getvalue()


def listed(first: int, number: int) -> list[list[object]]:
    return [[device(at), code(at).with_crc] for at in range(first, first + number)]


_DEVICES = st.sampled_from(
    [device(1), device(2), device(3).replace("-", ""), device(4).lower(), f" {device(5)} ", "",
     "Total", 123456789012345, "00-DB-12", "F" * 16, 0.5, True, f"\u00a0{device(6)}"]
)  # fmt: skip
_CODES = st.sampled_from(
    [GOOD, GOOD[:32], code(1).grouped, BAD_CRC, "", " ", "on order", 12345, 1.5, False,
     f"'{GOOD}", "\u00a0", date(2021, 3, 4)]
)  # fmt: skip
_KINDS = st.sampled_from(["ESME", "gsme", "Toaster", "", "Gas meter", 7, "&<é>"])
_OURS = st.sampled_from(["yes", "No", "", "perhaps", 1, 0, True, False, 1.5])
_DAYS = st.sampled_from(
    ["03/11/2026", "2026-11-03", "", "soon", date(2026, 11, 3), date(2030, 1, 1), 44000, 0.25]
)
_ROWS = st.lists(st.tuples(_DEVICES, _CODES, _KINDS, _OURS, _DAYS), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(_ROWS, st.sampled_from([3_000, 9_000]), st.sampled_from([0, 3]))
def test_windows_and_rows_read_the_same(
    rows: list[tuple[object, ...]], piece: int, above: int
) -> None:
    lines = [*([["Delivery"]] if above else []), *([[]] * above), HEADER, *rows, *listed(9, 60)]
    content = workbook(("Codes", lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx_stream, "_SMALL", 0)
        patch.setattr(xlsx_stream, "_PIECE", piece)
        patch.setattr(code_sheets, "_TOLD_BY", 4)
        windows, whole = read_both("codes.xlsx", content, READING)
    assert windows == whole


@pytest.mark.usefixtures("in_windows")
def test_places_and_notes_of_several_sheets() -> None:
    bad = [device(400), BAD_CRC]
    content = workbook(
        ("Readme", [["This is a delivery"], ["of two sheets"]]),
        ("North", [HEADER[:2], *listed(1, 80), bad]),
        ("South", [["South"], [], HEADER[:2], *listed(100, 80), bad, *listed(300, 3)]),
    )
    windows, whole = read_both("codes.xlsx", content, ReadOptions(source="x"))
    assert windows == whole
    assert [(where, row) for where, row, _, _ in windows.rejects] == [
        ("codes.xlsx > North > row 82", 82), ("codes.xlsx > South > row 84", 84),
    ]  # fmt: skip
    assert windows.rows == 165
    (note,) = windows.notes
    assert "codes.xlsx > Readme" in note


@pytest.mark.usefixtures("in_windows")
def test_hidden_rows_sheets_and_totals_are_noted() -> None:
    content = workbook(
        ("North", [HEADER[:2], *listed(1, 80), ["Total", 80]]),
        ("Old", [HEADER[:2], *listed(100, 3)]),
    )
    content = _changed(content, b'<row r="30" ', b'<row r="30" hidden="1" ')
    content = _changed(content, b'name="Old" ', b'name="Old" state="hidden" ', "xl/workbook.xml")
    windows, whole = read_both("codes.xlsx", content, ReadOptions(source="x"))
    assert (windows.rows, windows.rejects) == (whole.rows, whole.rejects) == (80, [])
    assert (
        sorted(windows.notes)
        == sorted(whole.notes)
        == [
            "codes.xlsx > North: 1 hidden row is read too",
            "left out: codes.xlsx > North > row 82, which lists no Device",
            "left out: codes.xlsx > Old is a hidden sheet",
        ]
    )


@pytest.mark.usefixtures("in_windows")
@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (b'<c r="B70" t="e"><v>#N/A</v></c>', "shows an error"),
        (b'<c r="B70"><f>A70</f></c>', "a formula whose value the file does not hold"),
    ],
)
def test_a_code_that_is_an_error_or_has_no_value_is_refused(
    bench: Bench, cell: bytes, reason: str
) -> None:
    content = workbook(("Codes", [HEADER[:2], *listed(1, 200)]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    usual = re.search(rb'<c r="B70" t="s"><v>\d+</v></c>', sheet)
    assert usual
    content = _changed(content, usual.group(), cell)
    done = bench.load(content, name="codes.xlsx")
    assert done.code == 1
    assert re.search(rf"codes\.xlsx > Codes > row 70.*{reason}", done.err)
    assert not bench.held()


@pytest.mark.usefixtures("in_windows")
def test_what_only_the_whole_can_tell_is_told(bench: Bench) -> None:
    """A sheet of notes longer than a window, and a list without a header among its columns."""
    notes = [[f"Note {number}", "x" * 40] for number in range(400)]
    content = workbook(("Notes", notes), ("Codes", [HEADER[:2], *listed(1, 100)]))
    done = bench.load(content, name="codes.xlsx")
    assert done.code == 0
    assert "codes.xlsx > Notes" in done.err + done.out
    assert len(bench.held()) == 100
    wrong = bench.load(workbook(("Codes", notes)), name="notes.xlsx")
    assert wrong.code == 1
    assert "notes.xlsx > Codes" in wrong.err


@pytest.mark.usefixtures("in_windows")
@pytest.mark.parametrize("words", [(), ("--resume",), ("--skip-bad",)])
def test_an_unusual_row_far_below_ends_in_reading_the_whole(
    bench: Bench, words: tuple[str, ...]
) -> None:
    """A row that names no number of its own: everything is still taken once."""
    content = workbook(("Codes", [HEADER[:2], *listed(1, 400)]))
    odd = _changed(content, rb'<row r="390" spans="1:2">', b'<row spans="1:2">')
    done = bench.load(odd, "--json", *words, name="codes.xlsx")
    told = json.loads(done.out)
    assert (told["added"], told["rows"]) == (400, 400)
    assert set(bench.held()) == {device(at) for at in range(1, 401)}
    assert bench.load(odd, "--json", *words, name="codes.xlsx").code == 0
    assert bench.ctx.vault.verify().records == 400


@pytest.mark.usefixtures("in_windows")
def test_damage_far_below_leaves_the_vault_as_it_was(bench: Bench) -> None:
    bench.load(workbook(("Codes", [HEADER[:2], *listed(1, 2)])), name="two.xlsx")
    before = bench.held()
    content = bytearray(_stored(workbook(("Codes", [HEADER[:2], *listed(1, 400)]))))
    at = content.index(b'<row r="390"')
    content[at + 8 : at + 10] = b"38"  # the checksum of the member does not hold
    done = bench.load(bytes(content), name="codes.xlsx")
    assert done.code == 1
    assert re.search(r"codes\.xlsx.*damaged", done.err)
    assert bench.held() == before


@pytest.mark.usefixtures("in_windows")
def test_a_profile_reads_the_dates_of_a_workbook(bench: Bench) -> None:
    rows = [
        [device(at), code(at).with_crc, "ESME", "yes", date(2026, 11, 1 + at % 28)]
        for at in range(1, 200)
    ]
    done = bench.load(
        workbook(("Codes", [HEADER, *rows])), "--date-column", "Delivered", "--installed-column",
        "Ours", "--type-column", "Kind", name="codes.xlsx",
    )  # fmt: skip
    assert done.code == 0, done.err
    held = bench.held()
    assert {one: record.imported_on for one, record in held.items()} == {
        str(row[0]): row[4] for row in rows
    }
    assert {record.device_type for record in held.values()} == {"ESME"}


@pytest.mark.usefixtures("in_windows")
def test_progress_counts_the_bytes_of_every_sheet_to_the_end() -> None:
    content = workbook(("A", [HEADER[:2], *listed(1, 200)]), ("B", [HEADER[:2], *listed(300, 200)]))
    told: list[tuple[int, int]] = []
    batches = read_delivery(
        CodeSource.of("codes.xlsx", content), ReadOptions(source="x"), DEFAULT, TODAY,
        Delivered("codes.xlsx"), lambda _what, done, total: told.append((done, total)),
    )  # fmt: skip
    assert sum(len(batch.rows) for batch in batches) == 400
    (total,) = {total for _, total in told}
    done = [one for one, _ in told]
    assert done == sorted(done)
    assert done[-1] == total
    assert len(told) > 6


def test_columns_are_named_by_the_letters_of_the_sheet() -> None:
    """A list that begins in column C: its letters are those that Excel shows, large or small."""
    rows = [["", "", one, secret] for one, secret in listed(1, 100)]
    content = workbook(("Codes", [["", "", "A thing", "Another"], *rows]))
    reading = ReadOptions(device_column="C", code_column="D", source="x")
    assert len(read_one("codes.xlsx", content, reading, whole=True).records) == 100
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx_stream, "_SMALL", 0)
        windows, whole = read_both("codes.xlsx", content, reading)
    assert windows == whole
    with pytest.raises(BadInput, match="there is no column 'A'"):
        read_one("codes.xlsx", content, ReadOptions(device_column="A", code_column="D"), whole=True)


def test_a_killed_import_of_a_workbook_goes_on_where_it_was(bench: Bench) -> None:
    path = Path(bench.write(workbook(("C", [HEADER[:2], *listed(1, 6_000)])), "codes.xlsx"))
    before = "from exchange.parsing.sheets import xlsx_stream as s; s._SMALL = 0; s._PIECE = 30_000"
    assert import_process(bench.ctx.folder, path, 5, before) == -signal.SIGKILL
    part = bench.ctx.vault.verify().records
    assert 0 < part < 6_000
    assert import_process(bench.ctx.folder, path, 1_000_000, before) == 0
    told = json.loads((bench.files / "said.json").read_text())
    assert (told["resumed"], told["added"], told["rows"]) == (True, 6_000, 6_000)
    assert {one: held.code for one, held in bench.held().items()} == {
        device(at): code(at) for at in range(1, 6_001)
    }


def _changed(
    content: bytes, old: bytes, new: bytes, path: str = "xl/worksheets/sheet1.xml"
) -> bytes:
    """Return the workbook with one text replaced in one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            if name == path:
                assert old in text
                text = text.replace(old, new)
            after.writestr(name, text)
    return out.getvalue()


def _stored(content: bytes) -> bytes:
    return _changed(content, b"<sheetData>", b"<sheetData>")
