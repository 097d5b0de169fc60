"""The words of column headers and labels, and those that only sound like them."""

from __future__ import annotations

import pytest

from exchange.domain.device_type import DEVICE_TYPES, NAMED_TYPES, DeviceType
from exchange.parsing.phrases.header_terms import (
    Role,
    device_type_of,
    header_meaning,
    is_list_heading,
    labels_code,
    labels_device,
    labels_id,
    names_devices,
    normalise_header,
)


@pytest.mark.parametrize(
    ("header", "role", "device_type"),
    [
        ("Device ID", Role.DEVICE, ""),
        ("DeviceID", Role.DEVICE, ""),
        ("device_id", Role.DEVICE, ""),
        ("EUI-64", Role.DEVICE, ""),
        ("Meter GUID", Role.DEVICE, ""),
        ("SMETS2 Device", Role.DEVICE, ""),
        ("ESME Device ID (EUI64)", Role.DEVICE, "ESME"),
        ("GSME ID", Role.DEVICE, "GSME"),
        ("Comms Hub GUID", Role.DEVICE, "CHF"),
        ("Meter ID", Role.MAYBE_DEVICE, ""),
        ("MAC address", Role.MAYBE_DEVICE, ""),
        ("Meter serial number", Role.NEVER_DEVICE, ""),
        ("MSN", Role.NEVER_DEVICE, ""),
        ("Request GUID", Role.NEVER_DEVICE, ""),
        ("Message ID", Role.NEVER_DEVICE, ""),
        ("User ID", Role.NEVER_DEVICE, ""),
        ("Device status", Role.NEVER_DEVICE, ""),
        ("Install Code", Role.CODE, ""),
        ("IC (with CRC)", Role.CODE, ""),
        ("GSME Install Code", Role.CODE, "GSME"),
        ("Link key", Role.NEVER_DEVICE, ""),
        ("Postcode", Role.NEVER_DEVICE, ""),
        ("Reason code", Role.NEVER_DEVICE, ""),
        ("Outcome", Role.REMARK, ""),
        ("Supplier comments", Role.REMARK, ""),
        ("Device type", Role.TYPE, ""),
        ("Installed by us? (Y/N)", Role.DENIAL, ""),
        ("Town", None, ""),
        ("00DB1234567890A0", None, ""),
    ],
)
def test_headers(header: str, role: Role | None, device_type: str) -> None:
    assert header_meaning(header) == (role, device_type)


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Code 1", Role.CODE),
        ("Install code first half", Role.CODE),
        ("IC part 2", Role.CODE),
        ("Installation code status", Role.NEVER_DEVICE),
        ("Serial ID", Role.NEVER_DEVICE),
        ("Smart node identifier", Role.DEVICE),
        ("Identifier", Role.MAYBE_DEVICE),
        ("Device ID 12345", None),
        ("", None),
    ],
)
def test_parts_of_codes_and_other_ids(header: str, role: Role | None) -> None:
    assert header_meaning(header).role is role


def test_the_type_that_is_out_of_scope_decides() -> None:
    assert header_meaning("Electricity comms hub GUID").device_type == "CHF"
    assert header_meaning("Gas meter GUID").device_type == "GSME"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ESME", "ESME"),
        ("Gas meter", "GSME"),
        ("gas and elec", "ESME"),
        ("Comms Hub", "CHF"),
        ("a house", ""),
        ("", ""),
        ("ESME" + " " * 100, ""),
    ],
)
def test_the_type_that_a_cell_names(text: str, kind: str) -> None:
    assert device_type_of(text) == kind
    assert kind in DEVICE_TYPES


@pytest.mark.parametrize("kind", NAMED_TYPES)
def test_each_type_is_known_by_its_name_in_cells_and_headers(kind: DeviceType) -> None:
    for written in (kind.value, kind.value.lower(), kind.value.title()):
        assert device_type_of(f"a {written} ") == kind
    assert header_meaning(f"{kind.value} Device ID") == (Role.DEVICE, kind)


@pytest.mark.parametrize("word", ["proxy", "comms", "ch", "communications"])
def test_a_word_that_only_a_header_means_so_is_no_type_in_a_cell(word: str) -> None:
    assert device_type_of(word) == ""
    assert header_meaning(f"{word} Device ID").device_type in ("GPF", "CHF")


@pytest.mark.parametrize(
    ("before", "device", "identifier", "code"),
    [
        ("Device ID: ", True, True, False),
        ("the ESME ", True, False, False),
        ("the GUID is ", True, True, False),
        ("Install code: ", True, False, True),
        ("IC ", True, False, True),
        ("serial no. ", False, False, False),
        ("Meter serial number: ", False, False, False),
        ("device reference ", True, False, False),
        ("your reference ", False, False, False),
        ("hello ", None, False, False),
        ("the code without its CRC: ", False, False, True),
        ("ESME" + " x" * 60, None, False, False),
    ],
)
def test_the_words_before_a_value(
    before: str, device: bool | None, identifier: bool, code: bool
) -> None:
    assert labels_device(before) is device
    assert labels_id(before) is identifier
    assert labels_code(before) is code


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("Device IDs:", True),
        ("Device ID | MPAN | Comment", True),
        ("Device ID\tInstall code", True),
        ("Please see the meters below:", True),
        ("Kind regards:", False),
        ("the meters are below", False),
        ("Device IDs" + " x" * 100 + ":", False),
    ],
)
def test_lines_that_head_a_list(line: str, heading: bool) -> None:
    assert is_list_heading(line) is heading


def test_texts_that_name_devices() -> None:
    assert names_devices("your smart meter")
    assert names_devices("the install codes")
    assert not names_devices("your letter")
    assert not names_devices("x" * 600 + " meter")


def test_a_header_has_one_form_however_it_is_written() -> None:
    for header in ("Device_ID", "device id", "DEVICE-ID", "\uff24evice\u00a0ID"):
        assert normalise_header(header) == "deviceid"
    assert len(normalise_header("x" * 5000)) == 200
