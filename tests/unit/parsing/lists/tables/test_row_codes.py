"""The codes of one row: whole, in pieces, with the CRC in a cell of its own."""

from __future__ import annotations

import pytest

from exchange.domain.device import InstallCode
from exchange.parsing.identifiers.codes import BadCode
from exchange.parsing.lists.tables.column_finder import Columns
from exchange.parsing.lists.tables.row_codes import codes_in_words, codes_of_row
from exchange.parsing.sheets.grid import text_row

ID, CODE, CRC = "00-DB-12-34-56-78-90-A0", "83FED3407A939723A5C639B26916D505", "C3B5"


@pytest.mark.parametrize(
    ("cells", "columns", "digits"),
    [
        ((ID, CODE), Columns(devices={0: ""}, codes={1: ""}), 32),
        ((ID, f"{CODE}{CRC}"), Columns(devices={0: ""}, codes={1: ""}), 36),
        ((ID, CODE, CRC), Columns(devices={0: ""}, codes={1: ""}, crcs={1: 2}), 36),
        ((ID, CODE, "b5c3"), Columns(devices={0: ""}, codes={1: ""}, crcs={1: 2}), 36),
        ((ID, CODE, ""), Columns(devices={0: ""}, codes={1: ""}, crcs={1: 2}), 32),
        ((ID, CODE[:20], CODE[20:], CRC), Columns(devices={0: ""}, codes={1: ""}), 36),
        ((ID, f"code {CODE}, CRC {CRC}"), Columns(devices={0: ""}, remarks=[1]), 36),
        (
            (ID, CODE[:20], CODE[20:]),
            Columns(devices={0: ""}, codes={1: "", 2: ""}, code_parts=(1, 2)),
            32,
        ),
    ],
)
def test_a_good_code_and_its_digits(cells: tuple[str, ...], columns: Columns, digits: int) -> None:
    assert codes_of_row(text_row(2, cells), columns, 0) == [(InstallCode.parse(CODE), digits)]


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ((ID, CODE, "C3B6"), Columns(devices={0: ""}, codes={1: ""}, crcs={1: 2})),
        ((ID, f"{CODE}{CRC}", "C3B6"), Columns(devices={0: ""}, codes={1: ""}, crcs={1: 2})),
        ((ID, f"{CODE} (CRC C3B6)"), Columns(devices={0: ""}, remarks=[1])),
    ],
)
def test_a_crc_that_does_not_fit_makes_it_bad(cells: tuple[str, ...], columns: Columns) -> None:
    ((code, _),) = codes_of_row(text_row(2, cells), columns, 0)
    assert isinstance(code, BadCode)


def test_a_code_of_another_type_is_not_this_device() -> None:
    columns = Columns(devices={0: "ESME", 1: "GSME"}, codes={2: "GSME"})
    row = text_row(2, (ID, ID, CODE))
    assert codes_of_row(row, columns, 0) == []
    assert codes_of_row(row, columns, 1) == [(InstallCode.parse(CODE), 32)]


def test_words_without_a_code() -> None:
    assert codes_in_words("not ours, ask the losing supplier about this Device") == []


@pytest.mark.parametrize("columns", [Columns(codes={1: ""}), Columns(codes={1: "", 2: ""})])
@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("5E0B81D3F2694A7C", "10B8E5263D97FA42", "ABCD"), "CRC"),
        (("5E0B81D3F2694A7C", "10B8E5263D97FA42"), "several columns"),
        (("5E0B81D3F2694A7C", "10B8E5263D97FA42", "elec"), "several columns"),
    ],
)
def test_a_code_in_two_columns_is_bad_as_a_whole(
    columns: Columns, cells: tuple[str, ...], reason: str
) -> None:
    found = codes_of_row(text_row(2, ("00-DB-12-41-77-20-9C-05", *cells)), columns, 0)
    assert len(found) == 1
    code, _digits = found[0]
    assert isinstance(code, BadCode)
    assert reason in code.reason
    assert code.text.startswith(" ".join(cells[:2]))
