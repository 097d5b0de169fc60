"""The list of gained devices: whom to ask, in which order, and what is refused."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from exchange.config import OurParty
from exchange.domain.limits import Limits
from exchange.domain.outbound import Gained
from exchange.errors import BadInput, BadInputs
from exchange.services.asking.gained import GainedColumns, read_gained
from tests.services.contexts import make_party

A, B, C = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1", "00-DB-12-34-56-78-90-A2"
PARTIES = (
    make_party("LOSE", "Loseley Power", "LSLY"),
    make_party("FORM", "Formby Gas, Power and Light", "FRMB", "FRMG"),
    make_party("TARNGAS", "Tarn Gas/Light", "TARN"),
    make_party("GONE", "Gone Energy", "GONE", active=False),
)
OURS = OurParty(signifier="GAIN", name="Gainsborough Energy", mpids=("GNSB",), address="a@b.test")


def read(text: str, name: str = "gained.csv") -> list[Gained]:
    return read_gained(name, text.encode(), PARTIES, Limits(), ours=OURS)


def faults(text: str) -> list[str]:
    """Every complaint about a list, one line each."""
    with pytest.raises(BadInput) as caught:
        read(text)
    if isinstance(caught.value, BadInputs):
        return [str(fault) for fault in caught.value.faults]
    return [str(caught.value)]


def suppliers(cells: str) -> tuple[str, ...]:
    """Who is asked for a row with these two cells (losing and former)."""
    [one] = read(f"Device ID,Losing supplier,Former suppliers\n{A},{cells}\n")
    return one.suppliers


def test_reads_device_type_and_suppliers_in_order() -> None:
    found = read(
        "Device ID,Device type,Losing supplier,Former suppliers,MPAN\n"
        f"{A},ESME,LOSE,FORM;TARNGAS,1234567890126\n"
        f"{B.replace('-', '').lower()},Gas,FORM,,\n"
    )
    assert [(one.device, one.suppliers, one.device_type, one.where) for one in found] == [
        (A, ("LOSE", "FORM", "TARNGAS"), "ESME", "gained.csv > row 2"),
        (B, ("FORM",), "GSME", "gained.csv > row 3"),
    ]
    assert "1234567890126" not in repr(found)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("lose,form", ("LOSE", "FORM")),
        ("LSLY,FRMG", ("LOSE", "FORM")),
        ("loseley  power,", ("LOSE",)),
        ("LOSE,TARN/FORM", ("LOSE", "TARNGAS", "FORM")),
        ('LOSE,"TARN,FORM"', ("LOSE", "TARNGAS", "FORM")),
        ('LOSE,"Formby Gas, Power and Light"', ("LOSE", "FORM")),
        ("LOSE,Tarn Gas/Light", ("LOSE", "TARNGAS")),
        ('LOSE,"Tarn Gas/Light;Formby Gas, Power and Light"', ("LOSE", "TARNGAS", "FORM")),
        ("LOSE,LOSE;FORM;FRMB", ("LOSE", "FORM")),
        ("LOSE,n/a", ("LOSE",)),
        ("-,FORM", ("FORM",)),
        ("GAIN,FORM", ("FORM",)),
        ("LOSE,GNSB;FORM;Gainsborough Energy", ("LOSE", "FORM")),
    ],
)
def test_suppliers_by_any_name(cells: str, expected: tuple[str, ...]) -> None:
    assert suppliers(cells) == expected


def test_former_suppliers_in_numbered_columns_any_order() -> None:
    [one] = read(
        "Former supplier 2,Device GUID,Former supplier 1,Losing Supplier MPID\n"
        f"TARN,{A},FORM,LSLY\n"
    )
    assert one.suppliers == ("LOSE", "FORM", "TARNGAS")


def test_losing_column_alone_and_former_column_alone() -> None:
    assert read(f"Device ID,Losing supplier\n{A},LOSE\n")[0].suppliers == ("LOSE",)
    assert read(f"Device ID,Previous suppliers\n{A},FORM\n")[0].suppliers == ("FORM",)


def test_every_bad_row_is_named_with_its_column() -> None:
    said = faults(
        "Device ID,Losing supplier,Former suppliers\n"
        f"{A},LOSE,\n"
        f"00-DB-12-34,NOBODY,ALSO\n"
        f"{B},GONE,\n"
        f"{C},,\n"
    )
    assert said == [
        "gained.csv > row 3 > Device ID: Device ID too short: 8 characters, 16 needed"
        ' (it has "00-DB-12-34")',
        "gained.csv > row 3 > Losing supplier: 'NOBODY' is not on the contacts register (name a"
        " supplier by signifier, MPID or full name; `exchange contacts import` adds parties)",
        "gained.csv > row 3 > Former suppliers: 'ALSO' is not on the contacts register (name a"
        " supplier by signifier, MPID or full name; `exchange contacts import` adds parties)",
        "gained.csv > row 4 > Losing supplier: 'GONE' is not active on the contacts register",
        "gained.csv > row 5 > Losing supplier: no supplier is named: there is nobody to ask",
    ]


def test_only_ourselves_is_a_bad_row() -> None:
    [said] = faults(f"Device ID,Losing supplier\n{A},GAIN\n")
    assert "only we ourselves are named" in said


def test_an_mpid_of_two_parties_is_not_guessed() -> None:
    parties = (make_party("ONE", "One", "SAME"), make_party("TWO", "Two", "SAME"))
    with pytest.raises(BadInput, match="'SAME' could be ONE or TWO"):
        read_gained("g.csv", f"Device ID,Losing supplier\n{A},SAME\n".encode(), parties, Limits())


def test_duplicates_are_one_unless_they_contradict() -> None:
    head = "Device ID,Device type,Losing supplier\n"
    same = read(f"{head}{A},,LOSE\n{A.lower()},ESME,Loseley Power\n{B},,FORM\n")
    assert [(one.device, one.device_type) for one in same] == [(A, "ESME"), (B, "")]
    [other] = faults(f"{head}{A},,LOSE\n{B},,LOSE\n{A},,FORM\n")
    assert other.startswith("gained.csv > row 4")
    assert "gained.csv > row 2" in other
    [kind] = faults(f"{head}{A},ESME,LOSE\n{A},GSME,LOSE\n")
    assert "as ESME" in kind


def test_excel_damage_is_reported_and_never_guessed() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Gains")
        sheet.write_row(0, 0, ("Device ID", "Losing supplier"))
        sheet.write_row(1, 0, (A, "LOSE"))
        sheet.write_number(2, 0, 1234567890123456)
        sheet.write(2, 1, "LOSE")
        sheet.write(3, 0, B)
        sheet.write_number(3, 1, 1000)
        notes = book.add_worksheet("Notes")
        notes.write_column(0, 0, ("Read me", "Ask Sam"))
    with pytest.raises(BadInputs) as caught:
        read_gained("g.xlsx", out.getvalue(), PARTIES, Limits(), ours=OURS)
    said = [str(fault) for fault in caught.value.faults]
    assert len(said) == 2
    assert said[0].startswith("g.xlsx > Gains > row 3 > Device ID: Excel kept it as a number")
    assert said[1].startswith("g.xlsx > Gains > row 4 > Losing supplier: Excel stored the supplier")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("Device ID,Losing supplier\n", "there is no row below the header"),
        (f"Device ID,MPAN\n{A},1\n", "no column names the suppliers"),
        (f"Serial,Losing supplier\n{A},LOSE\n", "no column is named Device ID"),
        (f"{A},LOSE\n", "there is no header row"),
        (f"ESME GUID,GSME GUID,Losing supplier\n{A},{B},LOSE\n", "several columns could hold"),
    ],
)
def test_a_file_that_is_no_such_list(text: str, said: str) -> None:
    [line] = faults(text)
    assert said in line
    assert line.startswith("gained.csv")


def test_a_hub_beside_the_meter_is_not_asked_about() -> None:
    [one] = read(f"CHF Device ID,ESME Device ID,Losing supplier\n{B},{A},LOSE\n")
    assert (one.device, one.device_type) == (A, "ESME")


TWO = f"Device ID,Losing supplier,Losing supplier\n{A},LOSE,FORM\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TWO, "several columns could hold the losing Supplier"),
        (
            TWO.replace("supplier\n", "SUPPLIER (2)\n"),
            "could hold the losing Supplier",
        ),
        (
            f"Device ID,Type,Type,Losing party\n{A},ESME,GSME,LOSE\n",
            "could hold the device type",
        ),
        (f"Device ID,Device ID,Losing supplier\n{A},{B},LOSE\n", "could hold the Device ID"),
    ],
)
def test_a_title_that_comes_twice_is_told(text: str, told: str) -> None:
    (fault,) = faults(text)
    assert told in fault


def named(text: str, columns: GainedColumns) -> list[Gained]:
    return read_gained("g.csv", text.encode(), PARTIES, Limits(), ours=OURS, columns=columns)


def test_columns_are_named_by_letter_header_or_number() -> None:
    text = f"Kit,Was with,Before,Long before,Sort\n{A},LOSE,FORM,TARN,gas\n"
    columns = GainedColumns("Kit", "B", ("4", "before"), "sort")
    (one,) = named(text, columns)
    assert (one.device, one.suppliers, one.device_type) == (
        A, ("LOSE", "TARNGAS", "FORM"), "GSME",
    )  # fmt: skip
    (one,) = named(TWO, GainedColumns(losing="C"))
    assert one.suppliers == ("FORM",)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            GainedColumns(losing="Losing supplier"),
            "several columns are called '.*': B and C",
        ),
        (GainedColumns(losing="Z"), "there is no column 'Z'"),
        (GainedColumns(losing="A"), "two fields"),
        (GainedColumns(losing="B", former=("B",)), "two fields"),
    ],
)
def test_columns_named_wrongly_are_refused(columns: GainedColumns, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        named(TWO, columns)


def test_a_list_without_a_header_is_read_with_named_columns() -> None:
    (one,) = named(f"{A},LOSE\n", GainedColumns("A", "B"))
    assert one.suppliers == ("LOSE",)


def test_what_is_hidden_struck_out_or_a_total_is_noted() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, struck = book.add_worksheet("May"), book.add_format({"font_strikeout": True})
        rows = [
            ["Device ID", "Losing supplier"],
            [A, "LOSE"],
            [B, "LOSE"],
            [C, "LOSE"],
            ["Total", "3"],
        ]
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell, struck if cell == C else None)
        sheet.set_row(2, None, None, {"hidden": True})
        old = book.add_worksheet("April")
        old.write_row(0, 0, ["Device ID", "Losing supplier"])
        old.hide()
    notes: list[str] = []
    read = read_gained("g.xlsx", out.getvalue(), PARTIES, Limits(), ours=OURS, notes=notes)
    assert [one.device for one in read] == [A, B]
    assert notes == [
        "left out: g.xlsx > April is a hidden sheet",
        "g.xlsx > May: 1 hidden row is read too",
        "left out: g.xlsx > May > row 4: what is struck out there",
        "left out: g.xlsx > May > row 4, which lists no Device",
        "left out: g.xlsx > May > row 5, which lists no Device",
    ]


@pytest.mark.parametrize("cell", ["#N/A", "#REF!"])
def test_an_error_in_place_of_an_id_is_a_bad_row(cell: str) -> None:
    (fault,) = faults(f"Device ID,Losing supplier\n{A},LOSE\n{cell},LOSE\n")
    assert "row 3" in fault
    assert "the spreadsheet shows an error" in fault
