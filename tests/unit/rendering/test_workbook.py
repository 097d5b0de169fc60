"""Workbooks and CSV as a recipient's program opens them."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from exchange.domain.columns.format_columns import Grid
from exchange.errors import BadInput
from exchange.rendering import workbook
from exchange.rendering.sheet import SheetLayout, write_sheet
from exchange.rendering.workbook import (
    AnswerRow,
    RequestRow,
    answers_csv,
    answers_workbook,
    requests_csv,
    requests_workbook,
)
from tests.unit.rendering.cases import CODE, FACTS, by_xlsxwriter

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ANSWER_HEADERS = ["Device ID", "Outcome", "Install code", "Reason", "Your row"]
REQUEST_HEADERS = ["Device ID", "Device type", "Outcome", "Install code", "Reason"]
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2-2",
    "@SUM(A1)",
    "{=1}",
    "http://x.test/",
    "mailto:x@y.test",
    "_x0041_ _x000D_ _xZZZZ_",
    "<t>&amp;</t> ]]> \"quoted\" 'single'",
    "0012345678901234",
    "12345678901E2345",
    "1.5",
    "TRUE",
    "2026-11-02",
    "Łódź 🔌 שלום",
]


def cells(book: bytes) -> list[list[object]]:
    opened = CalamineWorkbook.from_filelike(io.BytesIO(book))
    assert opened.sheet_names == ["Devices"]
    return opened.get_sheet_by_index(0).to_python(skip_empty_area=False)  # type: ignore[return-value]


def part(book: bytes, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        return ElementTree.fromstring(package.read(name))


def parsed(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def answer(number: int) -> AnswerRow:
    device = (0x00DB123456000000 + number).to_bytes(8, "big").hex("-").upper()
    if number % 3:
        return AnswerRow(device, "install code provided", CODE, "", f"list.csv > row {number + 2}")
    return AnswerRow(device, "not the installing Supplier", "", "", f"list.csv > row {number + 2}")


def as_list(row: AnswerRow) -> list[str]:
    return [row.device_id, row.outcome, row.install_code, row.reason, row.where]


@pytest.mark.parametrize("count", [0, 1, 7, 30_000])
def test_answers_read_back_as_they_were(count: int) -> None:
    rows = [answer(number) for number in range(count)]
    expected: list[list[object]] = [ANSWER_HEADERS, *map(as_list, rows)]  # type: ignore[list-item]
    assert cells(answers_workbook(iter(rows), FACTS)) == expected
    content = answers_csv(iter(rows))
    assert parsed(content) == expected
    assert content.count(b"\r\n") == content.count(b"\n") == count + 1


def test_requests_leave_the_answer_to_the_recipient() -> None:
    rows = [RequestRow("00-DB-12-34-56-78-90-A0", "ESME"), RequestRow("00-DB-12-34-56-78-90-A1")]
    for read, book in ((cells, requests_workbook(rows, FACTS)), (parsed, requests_csv(rows))):
        header, *below = read(book)
        assert header == REQUEST_HEADERS
        assert below == [
            ["00-DB-12-34-56-78-90-A0", "ESME", "", "", ""],
            ["00-DB-12-34-56-78-90-A1", "", "", "", ""],
        ] or below == [row[:2] for row in below]


def test_mpxn_and_note_have_columns_only_when_a_row_has_one() -> None:
    rows = [
        RequestRow("00-DB-12-34-56-78-90-A0", "ESME", "1234567890126"),
        RequestRow("00-DB-12-34-56-78-90-A1", "GSME", note="gas first, new build"),
    ]
    assert cells(requests_workbook(rows, FACTS)) == parsed(requests_csv(rows))
    assert parsed(requests_csv(rows)) == [
        [*REQUEST_HEADERS, "MPxN", "Note"],
        ["00-DB-12-34-56-78-90-A0", "ESME", "", "", "", "1234567890126", ""],
        ["00-DB-12-34-56-78-90-A1", "GSME", "", "", "", "", "gas first, new build"],
    ]
    assert "1234567890126" not in repr(rows)


LAYOUT = SheetLayout("Devices", ("A", "B", "C"), (10, 20, 30), ("B", ("yes", "no & never")))
WRITERS: list[Callable[..., bytes]] = [
    lambda rows: by_xlsxwriter(LAYOUT, rows, "T & <t>", "R", datetime(2026, 1, 2, tzinfo=UTC)),
    lambda rows: write_sheet(
        LAYOUT, [Grid.of(rows, 3)] if rows else [], "T & <t>", "R", datetime(2026, 1, 2, tzinfo=UTC)
    ),
]


def visible(book: bytes) -> dict[str, object]:
    """What a person sees: cells, frozen row, filter, widths, choices, printed page, properties."""
    sheet = part(book, "xl/worksheets/sheet1.xml")
    pane = sheet.find(f".//{MAIN}pane")
    filtered = sheet.find(f"{MAIN}autoFilter")
    assert pane is not None
    assert filtered is not None
    styles = part(book, "xl/styles.xml")
    formats = [xf.get("numFmtId") for xf in styles.findall(f"{MAIN}cellXfs/{MAIN}xf")]
    choices = sheet.find(f".//{MAIN}dataValidation")
    return {
        "cells": cells(book),
        "frozen": (pane.get("ySplit"), pane.get("state"), pane.get("topLeftCell")),
        "filter": filtered.get("ref"),
        "columns": [
            (col.get("min"), col.get("max"), col.get("width"), formats[int(col.get("style", "0"))])
            for col in sheet.findall(f".//{MAIN}col")
        ],
        "formats": {formats[int(c.get("s", "0"))] for c in sheet.iter(f"{MAIN}c")},
        "kinds": {c.get("t") in ("s", "inlineStr") for c in sheet.iter(f"{MAIN}c")},
        "formulas": len(list(sheet.iter(f"{MAIN}f"))),
        "choices": choices is not None
        and (
            str(choices.get("sqref")).replace("B2:B2", "B2"),
            choices.get("showErrorMessage"),
            "".join(choices.itertext()),
        ),
        "page": (
            [one.attrib for one in sheet.iter(f"{MAIN}pageSetUpPr")],
            [one.attrib for one in sheet.iter(f"{MAIN}pageSetup")],
            [one.tag for one in sheet if one.tag != f"{MAIN}dimension"],
        ),
        "names": [
            (one.get("name"), one.text)
            for one in part(book, "xl/workbook.xml").iter(f"{MAIN}definedName")
        ],
        "properties": sorted(
            (e.tag, e.text) for e in part(book, "docProps/core.xml") if (e.text or "").strip()
        ),
    }


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", "", "b")],
        [("", "", ""), ("x", "y", "z")],
        [(text, "", text) for text in HOSTILE],
        [("00-DB-12-34-56-78-90-A0", CODE, "")] * 300,
    ],
)
def test_our_workbook_is_the_one_of_xlsxwriter(rows: Sequence[tuple[str, ...]]) -> None:
    small, fast = (visible(write(rows)) for write in WRITERS)
    created = "{http://purl.org/dc/terms/}modified"
    small["properties"] = [p for p in small["properties"] if p[0] != created]  # type: ignore[attr-defined]
    assert small == fast
    assert small["formats"] == {"49"}
    assert small["kinds"] == {True}
    assert small["formulas"] == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=5))
def test_any_text_reads_the_same_from_every_form(texts: list[tuple[str, str]]) -> None:
    rows = [AnswerRow("00-DB-12-34-56-78-90-A0", "not readable", "", *pair) for pair in texts]
    book = cells(answers_workbook(rows, FACTS))
    cleaned = [[*row[:3], *(str(cell) for cell in row[3:])] for row in book]
    assert len(book) == len(rows) + 1
    unprotected = [[cell.removeprefix("'") for cell in row] for row in parsed(answers_csv(rows))]
    assert unprotected == [[str(cell).removeprefix("'") for cell in row] for row in cleaned]


@pytest.mark.parametrize("rows_below", [0, 10])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_reason_is_a_string_and_nothing_else(text: str, rows_below: int) -> None:
    rows = [AnswerRow("", "not readable", "", text, "x > row 2"), *map(answer, range(rows_below))]
    book = answers_workbook(rows, FACTS)
    assert cells(book)[1][3] == text
    sheet = part(book, "xl/worksheets/sheet1.xml")
    assert not list(sheet.iter(f"{MAIN}f"))
    assert not list(sheet.iter(f"{MAIN}hyperlink"))
    shown = parsed(answers_csv(rows))[1][3]
    assert shown == (f"'{text}" if text[0] in "=+-@" else text)


def test_control_characters_and_lengths_that_xml_or_excel_refuse() -> None:
    nasty = "a\x00b\x0bc\ud800d\ufffee\r\n\tf " + "x" * 40_000
    rows = [AnswerRow("  padded  ", "not readable", "", nasty, "🔌" * 40_000)]
    (_, row) = cells(answers_workbook(rows, FACTS))
    assert row[0] == "padded"
    assert str(row[3]).startswith("a b c\ufffdd\ufffde f xxx")
    assert len(str(row[3])) == len(str(row[4])) == 2_000
    assert parsed(answers_csv(rows))[1] == row


def test_csv_leaves_identifiers_and_codes_alone() -> None:
    rows = [answer(number) for number in range(256)]
    for row in parsed(answers_csv(rows))[1:]:
        assert re.fullmatch(r"([0-9A-F]{2}-){7}[0-9A-F]{2}", row[0])
        assert row[2] in ("", CODE)


def test_properties_name_the_reference_and_no_person() -> None:
    book = answers_workbook([answer(1)], FACTS)
    said = {e.tag.split("}")[1]: e.text for e in part(book, "docProps/core.xml")}
    assert said["title"] == "Answers under MP121"
    assert said["subject"] == "OPA-A-2026-00007"
    assert said["created"] == "2026-11-02T00:00:00Z"
    assert not said.get("creator")
    assert not said.get("lastModifiedBy")
    assert answers_workbook([answer(1)], FACTS) == book


def test_no_code_lies_in_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    assert cells(answers_workbook([answer(1)], FACTS))[1][2] == CODE


@pytest.mark.parametrize("count", [3, 30_000])
def test_no_part_is_stored_in_a_way_that_excel_offers_to_repair(count: int) -> None:
    book = answers_workbook(map(answer, range(count)), FACTS)
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        for entry in package.infolist():
            assert entry.extract_version <= 20  # 45 is ZIP64
            name_and_extra = book[entry.header_offset + 26 : entry.header_offset + 30]
            assert int.from_bytes(name_and_extra[2:], "little") == 0
        assert package.testzip() is None


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 5)
    assert len(cells(answers_workbook(map(answer, range(5)), FACTS))) == 6
    with pytest.raises(BadInput, match="holds 5 rows"):
        answers_workbook(map(answer, range(6)), FACTS)


def test_the_outcome_column_of_a_request_offers_our_words() -> None:
    book = requests_workbook([RequestRow("00-DB-12-34-56-78-90-A0")] * 3, FACTS)
    offered = part(book, "xl/worksheets/sheet1.xml").find(f".//{MAIN}dataValidation")
    assert offered is not None
    assert offered.get("sqref") == "C2:C4"
    assert "".join(offered.itertext()) == (
        '"install code provided,not the installing Supplier,being looked into"'
    )


def test_it_prints_on_a4_across_one_page_wide_with_the_header_on_each_page() -> None:
    for book in (
        answers_workbook([answer(1)], FACTS),
        requests_workbook([RequestRow("00-DB-12-34-56-78-90-A0")], FACTS),
    ):
        sheet = part(book, "xl/worksheets/sheet1.xml")
        (fit,), (page,) = sheet.iter(f"{MAIN}pageSetUpPr"), sheet.iter(f"{MAIN}pageSetup")
        assert fit.get("fitToPage") == "1"
        assert page.attrib == {"paperSize": "9", "fitToHeight": "0", "orientation": "landscape"}
        names = part(book, "xl/workbook.xml").iter(f"{MAIN}definedName")
        titles = [one.text for one in names if one.get("name") == "_xlnm.Print_Titles"]
        assert titles == ["Devices!$1:$1"]
