"""Lists as people keep them in a spreadsheet, and what must be read of each in every format."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

CODE = "83FED3407A939723A5C639B26916D505C3B5"


def device(number: int) -> str:
    return f"00-DB-12-34-56-78-91-{number:02X}"


def bare(number: int) -> str:
    return device(number).replace("-", "")


class Struck(str):
    """A cell whose text is struck out."""


class Fails(str):
    """A formula that ends in an error, which the cell shows."""


@dataclass(frozen=True)
class Listed:
    """The rows of a sheet, and what must be read of it; Devices are named by their number."""

    rows: list[list[str]]
    devices: list[tuple[int, int]]  # the row of each, or its column if the list runs across
    rejects: list[tuple[int, str]] = field(default_factory=list)  # row, words of the reason
    codes: tuple[int, ...] = ()  # the devices that have one
    struck: tuple[int, ...] = ()  # named as struck out; a CSV cannot show it


LISTS = {
    "kept-list": Listed(
        [
            ["MPAN", "Device ID", "Device type"],
            ["13 digits", "EUI-64, in pairs", "text"],
            ["1234567890123", device(1), "ESME"],
            ["1234567890124", Fails("=NA()"), "GSME"],
            ["1234567890125", Fails("=1/0"), "GSME"],
            ["1234567890126", "n/a", "ESME"],
            ["1234567890127", "", "ESME"],
            ["1234567890128", f"EUI-64: {device(2)}", "ESME"],
            ["1234567890129", f"{device(3)}\n{device(4)}", "ESME"],
            ["1234567890130", "00-DB-12-34-\n56-78-91-05", "GSME"],
            ["1234567890131", "00-DB-12-34-56-78-91", "GSME"],
            ["Total", "9", ""],
        ],
        [(1, 3), (2, 8), (3, 9), (4, 9), (5, 10)],
        [
            (4, "the spreadsheet shows an error"),
            (5, "the spreadsheet shows an error"),
            (6, "there is no Device ID in this row"),
            (7, "there is no Device ID in this row"),
            (11, "too short"),
        ],
    ),
    "struck-rows": Listed(
        [
            ["Device ID", "Comment"],
            [device(10), "first floor"],
            [Struck(device(11)), Struck("second floor")],
            [Struck(device(12)), "taken out"],
            [device(13), Struck("not needed")],
        ],
        [(10, 2), (13, 5)],
        struck=(11, 12),
    ),
    "side-by-side": Listed(
        [
            ["Device ID", "Fuel", "", "Device ID", "Fuel"],
            [device(20), "elec", "", device(21), "gas"],
            [device(22), "elec", "", device(23), "gas"],
            [device(24), "elec"],
        ],
        [(20, 2), (21, 2), (22, 3), (23, 3), (24, 4)],
    ),
    "across": Listed(
        [
            ["Site", "North", "South", "West"],
            ["Device ID", device(30), device(31), device(32)],
            ["Device type", "ESME", "ESME", "GSME"],
        ],
        [(30, 2), (31, 3), (32, 4)],
    ),
    "pasted-text": Listed(
        [
            ["Device ID;Device type;Site"],
            [f"{device(40)};ESME;North"],
            [f"{device(41)};GSME;South"],
        ],
        [(40, 2), (41, 3)],
    ),
    "numbered": Listed(
        [["Meters"], [f"1. {device(50)}"], [f"2. {bare(51)}"], [f"3) {device(52)}"]],
        [(50, 2), (51, 3), (52, 4)],
    ),
    "answers": Listed(
        [
            ["Device ID", "Install code"],
            [device(60), CODE],
            [device(61), Fails("=NA()")],
            [Fails("=NA()"), CODE[:32]],
        ],
        [(60, 2), (61, 3)],
        [(3, "the spreadsheet shows an error"), (4, "the spreadsheet shows an error")],
        codes=(60,),
    ),
}  # fmt: skip


def write(listed: Listed, path: Path) -> None:
    """Write the list as a workbook, which LibreOffice is to convert."""
    book = xlsxwriter.Workbook(str(path))
    sheet, struck = book.add_worksheet("List"), book.add_format({"font_strikeout": True})
    for at, row in enumerate(listed.rows):
        for column, cell in enumerate(row):
            if isinstance(cell, Fails):
                sheet.write_formula(at, column, cell, None, "#N/A" if "NA" in cell else "#DIV/0!")
            elif cell:
                sheet.write_string(at, column, cell, struck if isinstance(cell, Struck) else None)
    book.close()
