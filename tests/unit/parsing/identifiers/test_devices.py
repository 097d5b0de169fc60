"""Device IDs as people write them, and the reason why something like one is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.device import DeviceId
from exchange.parsing.identifiers.codes import BadCode, read_code_cell
from exchange.parsing.identifiers.devices import (
    DamagedId,
    is_decimal_id,
    is_exponent_notation,
    may_be_rounded,
    read_device,
    read_device_cell,
    read_listed_device,
    split_devices,
    suggest_device,
)

ID = "00DB1234567890A0"
DEVICE = DeviceId.parse(ID)


@pytest.mark.parametrize(
    "text",
    [
        ID,
        ID.lower(),
        f"0x{ID}",
        "00-DB-12-34-56-78-90-A0",
        "00:db:12:34:56:78:90:a0",
        "00.DB.12.34.56.78.90.A0",
        "00DB-1234-5678-90A0",
        "00DB 1234 5678 90A0",
    ],
)
def test_every_written_form_is_one_device(text: str) -> None:
    assert read_device(text) == DEVICE


@pytest.mark.parametrize(
    "text",
    [
        "",
        ID[:-1],
        ID + "0",
        f"{ID}\n",
        f" {ID}",
        "00-DB-12-34-56-78-90:A0",
        "00DB-12-34-5678-90A0",
        "00DB12345678-90A0",
        "00DB1234567890AO",
        "0" * 16,
        "F" * 16,
    ],
)
def test_nothing_is_corrected(text: str) -> None:
    assert read_device(text) is None


@given(st.binary(min_size=8, max_size=8), st.sampled_from("-:. "), st.sampled_from([2, 4, 16]))
@settings(max_examples=50, deadline=None)
def test_any_device_is_read_in_any_form(raw: bytes, mark: str, size: int) -> None:
    digits = raw.hex()
    text = mark.join(digits[at : at + size] for at in range(0, 16, size))
    expected = None if raw in (bytes(8), b"\xff" * 8) else DeviceId(raw)
    assert read_device(text) == expected


@pytest.mark.parametrize("text", [ID, f"'{ID}", f'"{ID}",', f"`{ID};"])
def test_a_cell_may_have_quotes_around_it(text: str) -> None:
    assert read_device_cell(text) == DEVICE


def test_other_dashes_and_blanks_are_the_usual_ones() -> None:
    assert read_device_cell("00\u2011DB\u201112\u201134\u201156\u201178\u201190\u2011A0") == DEVICE
    assert read_device_cell("00DB\u00a01234\u00a05678\u00a090A0\u200b") == DEVICE


@pytest.mark.parametrize(
    "text", ["", " ", "-", "---", "***", "n/a", "N/A", "Total", "Total: 5", "TOTALS", "end."]
)
def test_an_empty_cell_a_total_or_a_remark_is_nothing(text: str) -> None:
    assert read_device_cell(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("00DB1234567890AO", "00-DB-12-34-56-78-90-A0 may be meant"),
        ("OODBl234567890A0", "00-DB-12-34-56-78-90-A0 may be meant"),
        ("00DB1234567890\u0410" + "0", "00-DB-12-34-56-78-90-A0 may be meant"),
        ("00DB1234567890A", "too short: 15 characters, 16 needed"),
        ("00DB1234567890A0F", "too long: 17 characters, 16 needed"),
        ("123456789012", "12 characters, 16 needed; leading zeros may be lost"),
        ("0" * 16, "not all zeros or all Fs"),
        ("f" * 16, "not all zeros or all Fs"),
        ("00DB12345678-90A0", "not grouped like those of a Device ID"),
        ("1.23457E+15", "exponent notation: digits are lost"),
        ("00DB1234567890AG", "characters that are not hex digits"),
    ],
)
def test_what_is_no_device_id_says_why(text: str, reason: str) -> None:
    read = read_device_cell(text)
    assert isinstance(read, DamagedId)
    assert reason in read.reason
    assert read.text == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("00DB1234567890A0", "a date or a time"),
        ("1.23457E+15", "exponent notation"),
        ("1234567890123450", "beyond the fifteenth"),
        ("1234567890", "a number of 10 digits: leading zeros"),
        ("1234567890.0", "a number of 10 digits: leading zeros"),
        ("2026-11-03", "a date or a time"),
    ],
)
def test_a_number_or_a_date_is_never_a_device_id(text: str, reason: str) -> None:
    read = read_device_cell(text, numeric=True)
    assert isinstance(read, DamagedId)
    assert reason in read.reason


def test_what_is_shown_of_a_long_cell_is_bounded() -> None:
    read = read_device_cell("x" * 5000)
    assert isinstance(read, DamagedId)
    assert read.text == "x" * 120


@pytest.mark.parametrize("text", [ID, "nothing", "OOOO", "00DB1234567890AZ"])
def test_only_letters_that_look_like_digits_give_a_suggestion(text: str) -> None:
    assert suggest_device(text) is None


@pytest.mark.parametrize("between", [", ", ";", "\n", " / ", " and ", " & ", "|", " "])
def test_a_cell_may_list_several(between: str) -> None:
    other = "00DB1234567890A1"
    assert split_devices(f"{ID}{between}{other}") == [DEVICE, DeviceId.parse(other)]


@pytest.mark.parametrize("text", ["", ID, f"{ID}, 12", f"{ID} and more", "a, b"])
def test_one_device_or_other_words_are_no_list(text: str) -> None:
    assert split_devices(text) == []


@pytest.mark.parametrize(
    ("text", "exponent", "rounded", "decimal"),
    [
        ("1.23457E+15", True, False, False),
        ("1.23457E+15 m", False, False, False),
        ("1234567890123450", False, True, True),
        ("1234567890123451", False, False, True),
        ("0234567890123450", False, False, False),
        ("123456789012345", False, False, False),
        ("12345678901234A0", False, False, False),
    ],
)
def test_what_excel_may_have_done_to_a_number(
    text: str, exponent: bool, rounded: bool, decimal: bool
) -> None:
    assert is_exponent_notation(text) is exponent
    assert may_be_rounded(text) is rounded
    assert is_decimal_id(text) is decimal


@pytest.mark.parametrize(
    "text",
    ["00:DB:12:7B:FA:CD:0E:F9:7A", "00.DB.12.7B.FA.CD.0E.F9.7A", "7:00-DB-12-7B-FA-CD-0E-F9"],
)
def test_a_ninth_pair_is_no_number_of_a_list(text: str) -> None:
    assert read_listed_device(text) is None
    assert not isinstance(read_device_cell(text), DeviceId)


LISTED = DeviceId(bytes.fromhex("00DB1234567894A0"))


@pytest.mark.parametrize(
    "text",
    [
        "EUI-64: 00-DB-12-34-56-78-94-A0", "EUI64:00DB1234567894A0", "GUID = 00DB1234567894A0",
        "Device ID: 00:DB:12:34:56:78:94:A0", "1. 00-DB-12-34-56-78-94-A0",
        "(12) 00DB1234567894A0", "#7 00DB1234567894A0", "3 00-DB-12-34-56-78-94-A0",
        "- 00-DB-12-34-56-78-94-A0", "\u2022 00DB1234567894A0", "2) EUI: 00DB1234567894A0",
        "00-DB-12-34-\n56-78-94-A0", "00-DB-12-34\r\n-56-78-94-A0", "00DB1234\n567894A0",
    ],
)  # fmt: skip
def test_ids_as_they_stand_in_lists(text: str) -> None:
    assert read_device_cell(text) == LISTED


@pytest.mark.parametrize(
    "text",
    [
        "MPAN: 00DB1234567894A0", "SIM ID 00DB1234567894A0", "Previous ID: 00DB1234567894A0",
        "1.00DB1234567894A0B", "00-DB-12-34 56-78-94-A0", "1 00 DB 12 34 56 78 94 A0",
        "00-DB-12-34-56\n56-78-94-A0", "00-DB-12-34-56-78-94-A0\n00-DB-12-34-56-78-94-A1",
    ],
)  # fmt: skip
def test_other_words_before_an_id_make_it_none(text: str) -> None:
    assert isinstance(read_device_cell(text), DamagedId)


@pytest.mark.parametrize(
    "text", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NV", "#BEZUG!", "Err:502"]
)
def test_an_error_is_called_one(text: str) -> None:
    found = read_device_cell(text)
    assert isinstance(found, DamagedId)
    assert "error" in found.reason
    code = read_code_cell(text)
    assert isinstance(code, BadCode)
    assert "error" in code.reason


@pytest.mark.parametrize(
    "text",
    [
        "<00-DB-12-34-56-78-94-A0>",
        "{00DB1234567894A0}",
        "#00-DB-12-34-56-78-94-A0",
        "00-DB-12-34-56-78-94-A0.",
        "00-DB-12-34-56-78-94-A0*",
        "00-DB-12-34-56-78-94-A0 (ESME)",
        "(2) 00-DB-12-34-56-78-94-A0 [gas meter]",
        "EUI 00db1234567894a0",
        "Device ID 00-DB-12-34-56-78-94-A0",
        "https://portal.example/devices/00DB1234567894A0",
        "https://portal.example/find?id=00-DB-12-34-56-78-94-A0&page=1",
        "https://portal.example/00DB1234567894A0/codes#00DB1234567894A0",
    ],
)
def test_marks_around_an_id_and_links_to_it(text: str) -> None:
    assert read_listed_device(text) == LISTED


@pytest.mark.parametrize(
    "text",
    [
        "00-DB-12-34-56-78-94-A0 (cancelled)",
        "not 00-DB-12-34-56-78-94-A0",
        "https://portal.example/00DB1234567894A0/00DB1234567894A1",  # which of them?
        "https://portal.example/files/00DB1234567894A0.pdf",
        "https://00DB1234567894A0.example/",
    ],
)
def test_other_words_beside_an_id_leave_it_unread(text: str) -> None:
    assert read_listed_device(text) is None
