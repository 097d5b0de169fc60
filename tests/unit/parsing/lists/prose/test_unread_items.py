"""What becomes of rows that are written like a Device ID and cannot be read."""

from __future__ import annotations

import pytest

from exchange.parsing.findings.findings import Findings
from exchange.parsing.lists.prose.prose import read_prose
from exchange.parsing.text.lines import plain_lines
from tests.corpus.making import CODE_CRC, OTHER_CRC, D

SLIP = "00-DB12-34-56-78-90-AF"


def _read(text: str, *, in_reply: bool = False) -> Findings:
    return read_prose(plain_lines(text), lambda line: f"line {line.number}", in_reply=in_reply)


@pytest.mark.parametrize("bullet", ["", "- ", "* ", "\u2022 ", "2. ", "(2) ", "Meter 2: "])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_row_of_a_list_is_rejected_wherever_it_is(bullet: str, at: int) -> None:
    rows = [f"{bullet}{one}" for one in D[:2]]
    rows.insert(at, f"{bullet}{SLIP}")
    found = _read("\n".join(rows))
    assert [str(one.device) for one in found.devices] == D[:2]
    assert [(one.text, one.where) for one in found.rejects] == [(SLIP, f"line {at + 1}")]


@pytest.mark.parametrize(
    "row", ["FF-FF-FF-FF-FF-FF-FF-FF", "ffffffffffffffff", "FFFF-FFFF-FFFF-FFFF"]
)
def test_all_fs_are_a_row_as_all_zeros_are(row: str) -> None:
    found = _read(f"{D[0]}\n{row}\n{D[1]}")
    assert [(one.text, one.where) for one in found.rejects] == [(row, "line 2")]
    assert "all Fs" in found.rejects[0].reason


def test_a_serial_number_that_a_maker_writes_is_no_row() -> None:
    found = _read(f"{D[0]}\nE6S12345678961\nE6S01234567890")
    assert found.rejects == []


def test_outside_a_list_it_is_named_and_not_rejected() -> None:
    found = _read("The case is 19A0B1C2D3E4F5 in our system.\n\nPlease call.")
    assert found.rejects == []
    assert "19A0B1C2D3E4F5 is not taken" in found.warnings[0]


@pytest.mark.parametrize(
    "row",
    [
        "+44 20 7946 0991",
        "020 7946 0991",
        "1234567890126",
        "MPAN 1200012345678",
        "SR20261122000156",
    ],
)
def test_a_phone_a_meter_point_or_a_reference_is_no_row(row: str) -> None:
    assert _read(f"{D[0]}\n{row}\n{D[1]}").rejects == []


def test_a_decimal_number_of_no_other_kind_is_a_row() -> None:
    found = _read(f"{D[0]}\n910012345678\n{D[1]}")
    assert [one.text for one in found.rejects] == ["910012345678"]


def test_a_serial_number_under_each_id_is_a_column_of_its_own() -> None:
    found = _read("\n".join(f"{one}\nE6S1061234567{n}" for n, one in enumerate(D[:4])))
    assert len(found.devices) == 4
    assert found.rejects == []
    assert len(found.warnings) == 4


def test_an_id_over_two_lines_with_a_slip_is_named() -> None:
    found = _read(f"{D[0]}, 00-DB-12-34-\n5G-78-90-A1, {D[2]}")
    assert [str(one.device) for one in found.devices] == [D[0], D[2]]
    assert "00-DB-12-34-5G-78-90-A1" in [one.text for one in found.rejects]


def test_a_code_under_a_row_that_is_not_read_goes_to_no_other_device() -> None:
    found = _read(f"{D[0]}\n{D[1][:-1]}G\n{CODE_CRC}", in_reply=True)
    assert all(claim.code is None for claim in found.claims)
    assert found.stray_code


def test_a_bare_id_below_a_row_with_a_slip_is_read() -> None:
    rows = ["00DB1234567890A0F", "00DB1234567890A1", "00DB1234567890A2"]
    found = _read("Please send the install codes for these devices:\n" + "\n".join(rows))
    assert [str(one.device) for one in found.devices] == D[1:3]
    assert [one.text for one in found.rejects] == [rows[0]]


def test_the_other_code_of_two_labels_is_not_touched_by_a_damaged_one() -> None:
    found = _read(f"Z:00DB1234567890A0$I:{CODE_CRC[:-1]}0\nZ:00DB1234567890A1$I:{OTHER_CRC}")
    assert [claim.code is not None for claim in found.claims] == [False, True]
    assert [str(one.device) for one in found.rejects] == [D[0]]


def test_half_a_code_below_a_device_is_no_device() -> None:
    found = _read(f"{D[0]}\n83FE D340 7A93 9723\n", in_reply=True)
    assert [str(one.device) for one in found.devices] == D[:1]
    assert "a piece of an install code" in found.rejects[0].reason


def test_ids_in_four_groups_of_four_are_read_where_all_are() -> None:
    found = _read("00DB 1234 5678 90A0\n00DB 1234 5678 90A1")
    assert [str(one.device) for one in found.devices] == D[:2]


def test_a_code_with_a_wrong_letter_is_queried_for_its_device() -> None:
    found = _read(f"{D[0]}  {CODE_CRC[:-1]}G\n{D[1]}  {OTHER_CRC}", in_reply=True)
    assert [(one.bad_code, one.code is not None) for one in found.claims] == [
        (True, False),
        (False, True),
    ]
    assert [str(one.device) for one in found.rejects] == D[:1]


def test_addresses_of_a_network_are_no_ids() -> None:
    text = f"Codes for {D[0]} please, from 2001:0db8:85a3::8a2e:0370:7334, not 00:1A:2B:3C:4D:5E."
    found = _read(text)
    assert [str(one.device) for one in found.devices] == D[:1]
    assert (found.claims.singles_only, found.rejects) == (True, [])


def test_of_many_warnings_the_rest_are_counted() -> None:
    found = _read("\n\n".join(f"the case 19A0B1C2D3E{n:02} is closed now" for n in range(60)))
    assert found.warnings[-1] == "20 more like these are not taken"
