"""Reading files of rows: what the import commands and the mail reader share."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
import xlsxwriter

from exchange.domain.limits import Limits
from exchange.errors import BadInput
from exchange.parsing.reading.import_tables import Row, match_columns, read_tables
from tests.corpus import making

NONE: frozenset[int] = frozenset()


def cells(name: str, content: bytes) -> list[tuple[str, ...]]:
    (table,) = read_tables(name, content)
    return [table.header, *(row.cells for row in table.rows)]


class TestDelimited:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
    def test_any_delimiter_in_any_encoding(self, delimiter: str, encoding: str) -> None:
        text = "Party;Name\r\nOPA;Café\r\nOPB;x\r\n".replace(";", delimiter)
        assert cells("a.csv", text.encode(encoding)) == [
            ("Party", "Name"), ("OPA", "Café"), ("OPB", "x"),
        ]  # fmt: skip

    def test_rows_are_numbered_as_a_spreadsheet_does(self) -> None:
        (table,) = read_tables("a.csv", b"sep=,\r\nA,B\r\n\r\n1,2\r\n,\r\n3,4\r\n")
        assert table.header == ("A", "B")
        assert [row.number for row in table.rows] == [4, 6]
        assert table.place(4) == "a.csv > row 4"

    def test_excels_ways_to_keep_text_are_undone(self) -> None:
        text = b'ID,x\r\n="0012",a\r\n"=""0034""",b\r\n\'0056,c\r\nO\'Neill,d\r\n'
        assert [row[0] for row in cells("a.csv", text)] == ["ID", "0012", "0034", "0056", "O'Neill"]

    def test_an_exponent_is_damage(self) -> None:
        (table,) = read_tables("a.csv", b"ID,x\n1.23457E+15,a\n12345678901E2345,b\n")
        assert list(table.rows) == [
            Row(2, ("1.23457E+15", "a"), frozenset({0})),
            Row(3, ("12345678901E2345", "b"), NONE),
        ]

    def test_a_quoted_cell_may_hold_lines(self) -> None:
        text = b'Party,Note\nOPA,"two\nlines"\nOPB,x\n'
        assert cells("a.csv", text)[1:] == [("OPA", "two\nlines"), ("OPB", "x")]

    def test_a_stray_quote_swallows_no_rows(self) -> None:
        text = b'Party,Note\nOPA,"5 inch\nOPB,x\nOPC,"6 inch\nOPD,y\n'
        assert [row[0] for row in cells("a.csv", text)] == ["Party", "OPA", "OPB", "OPC", "OPD"]

    def test_a_quote_never_closed_swallows_no_last_row(self) -> None:
        text = b'Party,Note\nOPA,x\n"OPB,y\nOPC,z\n'
        assert [row[0] for row in cells("a.csv", text)] == ["Party", "OPA", '"OPB', "OPC"]

    def test_a_title_above_the_header_is_dropped(self) -> None:
        (table,) = read_tables("a.csv", b"Contacts,,\n,,\nParty,Name,MPID\nOPA,x,ABCD\n")
        assert table.header == ("Party", "Name", "MPID")
        assert [row.number for row in table.rows] == [4]

    def test_a_title_of_one_cell_above_two_columns_is_dropped(self) -> None:
        (table,) = read_tables("a.csv", b"Meter Makers plc,\nDelivery,\nParty,Name\nOPA,x\n")
        assert table.header == ("Party", "Name")
        assert [row.number for row in table.rows] == [4]

    def test_lines_with_values_above_a_column_of_device_ids_are_dropped(self) -> None:
        book = making.xlsx(
            (
                "Delivery",
                [
                    ["Date", "2026-11-01"],
                    ["Devices", "1"],
                    ["Device ID", "Install code"],
                    ["00-DB-12-34-56-78-90-A0", ""],
                ],
            )
        )
        (table,) = read_tables("a.xlsx", book)
        assert table.header == ("Device ID", "Install code")
        assert [row.number for row in table.rows] == [4]

    def test_a_header_below_a_device_is_none(self) -> None:
        text = b"00-DB-12-34-56-78-90-A0,1\nDevice ID,Install code\n00-DB-12-34-56-78-90-A1,2\n"
        (table,) = read_tables("a.csv", text)
        assert table.header == ()
        assert len(table.rows) == 3

    def test_without_a_header_every_row_stays(self) -> None:
        (table,) = read_tables("a.csv", b"00DB1234567890A0,1\n00DB1234567890A1,2\n")
        assert table.header == ()
        assert len(table.rows) == 2


class TestWorkbooks:
    def test_numbers_and_dates_are_damage(self) -> None:
        content = making.xlsx(("S", [["ID", "n"], [1234567890123456, "x"], ["0012", 7]]))
        (table,) = read_tables("a.xlsx", content)
        assert table.where == "a.xlsx > S"
        assert list(table.rows) == [
            Row(2, ("1234567890123456", "x"), frozenset({0})),
            Row(3, ("0012", "7"), frozenset({1})),
        ]

    @pytest.mark.parametrize("make", [making.ods, making.xls])
    def test_other_kinds_read_the_same(self, make: object) -> None:
        content = make("S", [["ID", "n"], ["0012", 7.0]])  # type: ignore[operator]
        (table,) = read_tables("a.bin", content)
        assert table.header == ("ID", "n")
        assert list(table.rows) == [Row(2, ("0012", "7"), frozenset({1}))]

    def test_empty_columns_and_rows_before_the_table_do_not_shift_its_numbers(self) -> None:
        content = making.xlsx(("S", [[], [], [None, None, "ID", "n"], [], [None, None, "a", "b"]]))
        (table,) = read_tables("a.xlsx", content)
        assert table.header == ("ID", "n")
        assert [row.number for row in table.rows] == [5]

    def test_hidden_sheets_are_left_out_and_hidden_rows_stay_for_an_import(self) -> None:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            shown, other = book.add_worksheet("Shown"), book.add_worksheet("Other")
            for sheet in (shown, other):
                sheet.write_column(0, 0, ["ID", "a", "b"])
            shown.set_row(1, None, None, {"hidden": True})
            other.hide()
        (table,) = read_tables("a.xlsx", out.getvalue())
        assert table.where == "a.xlsx > Shown"
        assert [row.cells for row in table.rows] == [("a",), ("b",)]


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"\xef\xbb\xbf\r\n", "empty"),
            (b"%PDF-1.7 ...", "neither a workbook nor a text"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "neither a workbook nor a text"),
            (making.xlsx(("S", [])), "no row"),
            (making.xlsx(("A", []), ("B", [["x"]]), hidden=["B"]), "hidden"),
            (making.xlsx(("S", [["x"]]))[:-200], "neither a workbook nor a text"),
            (making.compound("EncryptedPackage", b"x"), "password"),
        ],
    )
    def test_says_what_is_wrong_and_where(self, content: bytes, words: str) -> None:
        with pytest.raises(BadInput) as caught:
            read_tables("list.csv", content)
        assert words in caught.value.message
        assert caught.value.place.startswith("list.csv")

    def test_what_is_packed_shall_be_unpacked_and_what_is_cut_off_fetched_again(self) -> None:
        for content, hint in (
            (gzip.compress(b"Device ID,Install code\n"), "unpack it first"),
            (
                making.xlsx(("S", [["x"]]))[:-200],
                "unpack it first, or download it again if it is a workbook",
            ),
        ):
            with pytest.raises(BadInput) as caught:
                read_tables("list.csv.gz", content)
            assert caught.value.hint == hint

    def test_rows_below_a_header_are_had_by_number_and_in_pieces(self) -> None:
        (table,) = read_tables("a.csv", b"Title,\nParty,Name\nA,1x\nB,2x\nC,3x\n")
        assert [row.cells[0] for row in table.rows] == ["A", "B", "C"]
        assert table.rows[0].cells[0] == "A"
        assert table.rows[-1].cells[0] == "C"
        assert [row.cells[0] for row in table.rows[1:]] == ["B", "C"]
        with pytest.raises(IndexError):
            table.rows[3]

    def test_ceilings_on_rows_and_columns(self) -> None:
        tight = Limits(rows=3, columns=3)
        for content in (b"a,b\n" * 5, b"a,b,c,d\n", making.xlsx(("S", [["x"]] * 5)),
                        making.xlsx(("S", [["x"] * 5]))):  # fmt: skip
            with pytest.raises(BadInput, match="more than 3"):
                read_tables("a", content, tight)

    def test_a_sheet_that_spans_the_world_is_refused_before_it_is_opened(self) -> None:
        far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        content = _patched(making.xlsx(("S", [["x"]])), b"</sheetData>", far)
        with pytest.raises(BadInput, match="spans 1,048,576 rows and 16,384 columns"):
            read_tables("a.xlsx", content)

    def test_a_bomb_is_refused_by_what_it_unpacks_to(self) -> None:
        content = _patched(making.xlsx(("S", [["x"]])), b"</sheetData>", b" " * 60_000_000)
        with pytest.raises(BadInput, match="unpacks to"):
            read_tables("a.xlsx", content)


def _patched(workbook: bytes, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w", 8) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return out.getvalue()


class TestColumns:
    def test_wording_is_compared_without_case_blanks_and_punctuation(self) -> None:
        header = ("device_ID (EUI-64)", " Install  code", "Party", "party")
        wanted = {"device": ["Device ID"], "code": ["IC", "installcode"], "party": ["PARTY"]}
        assert match_columns(header, wanted) == {"device": 0, "code": 1, "party": 2}

    def test_a_column_serves_one_field_and_the_best_wording_wins(self) -> None:
        header = ("Code", "Install code")
        wanted = {"code": ["install code", "code"], "other": ["code"]}
        assert match_columns(header, wanted) == {"code": 1, "other": 0}

    def test_what_is_not_there_is_left_out(self) -> None:
        assert match_columns(("A", ""), {"x": ["b"], "y": [""]}) == {}
