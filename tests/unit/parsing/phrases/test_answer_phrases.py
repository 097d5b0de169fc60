"""The words of headers, labels and remarks, and those that only sound like them."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Outcome
from exchange.parsing.phrases.answer_phrases import asks_for_codes, denies_all, read_remark
from exchange.parsing.phrases.header_terms import Role, header_meaning


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
    "text",
    [
        "not the installing Supplier",
        "We are not the installing supplier",
        "Not installed by us",
        "wasn't installed by us",
        "We didn’t install this meter",
        "we did not install",
        "not ours",
        "This isn't one of ours",
        "Not our install - gained 3 May 2026",
        "installed by another supplier",
        "Not installed by us so no code held",
        "none of these were installed by us",
    ],
)
def test_plain_denials(text: str) -> None:
    assert read_remark(text) == (Outcome.NOT_INSTALLER, True)


@pytest.mark.parametrize(
    "text",
    [
        "not ours?",
        "not sure, probably not installed by us",
        "not installed by us unless it was before 2018",
        "please confirm you are not the installing supplier",
        "not the installing supplier but we hold a code",
        "not installed",
        "never installed",
        "not installed by Op B",
        "not our meter",
        "we think it was not installed by us",
        "not ours, still investigating",
        "being looked into",
        "no record",
        "cannot locate this device",
        "we don't hold a code",
        "IC to follow",
        "not readable",
        "tbc",
    ],
)
def test_doubts_are_unclear(text: str) -> None:
    assert read_remark(text).outcome is Outcome.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 High Street",
        "Pending",
        "InstalledNotCommissioned",
        "we did not install the comms hub",
        "gained on 3 November",
        "could not be commissioned",
        "No access",
    ],
)
def test_words_that_answer_nothing(text: str) -> None:
    assert read_remark(text).outcome is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("None of these meters were installed by us.", True),
        ("We are not the installing supplier for any of the devices listed", True),
        ("The following were not installed by us:", True),
        ("None of the attached are ours", True),
        ("Some of these were not installed by us", False),
        ("All but two of these were not installed by us", False),
        ("Not installed by us", False),
        ("Please tell us which of these you did not install", False),
        ("or confirm that you are not the installing Supplier for all of them", False),
    ],
)
def test_denials_of_a_whole_list(text: str, expected: bool) -> None:
    assert denies_all(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please send the install codes", True),
        ("Can you provide the codes for the attached?", True),
        ("Install codes required", True),
        ("We request the ICs of the following meters", True),
        ("MP121: request for install codes", True),
        ("Please find attached the codes", False),
        ("Thank you, received", False),
        ("Please call me", False),
    ],
)
def test_asking(text: str, expected: bool) -> None:
    assert asks_for_codes(text) is expected
