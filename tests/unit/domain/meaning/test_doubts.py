"""What waits for a person, in words; and subjects without identifiers."""

from __future__ import annotations

import pytest

from exchange.domain.meaning.doubts import devices_doubt, mail_doubt, without_identifiers


@pytest.mark.parametrize(
    ("kind", "party", "expected"),
    [
        ("request", "", "a request that waits for a person"),
        ("request", "GAIN", "a request that waits for a person"),
        ("", "", "a mail that could not be read"),
        ("unknown", "GAIN", "a mail of a party that may be a request"),
        ("unknown", "", ""),
        ("response", "GAIN", ""),
        ("acknowledgement", "GAIN", ""),
        ("auto_reply", "GAIN", ""),
        ("bounce", "", ""),
    ],
)
def test_which_mails_may_be_requests(kind: str, party: str, expected: str) -> None:
    assert mail_doubt(kind, party) == expected


@pytest.mark.parametrize(
    ("held", "unreadable", "expected"),
    [
        (0, 0, ""),
        (1, 0, "1 Device held"),
        (1200, 1, "1,200 Devices held, 1 row not readable"),
        (0, 2, "2 rows not readable"),
    ],
)
def test_devices_in_words(held: int, unreadable: int, expected: str) -> None:
    assert devices_doubt(held, unreadable) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Codes for 00-DB-11-22-33-44-55-66, please", "Codes for [masked], please"),
        ("meter 00db112233445566", "meter [masked]"),
        ("00:DB:11:22:33:44:55:66 and 00 DB 11 22 33 44 55 67", "[masked]"),
        ("MPAN 1234567890126 / MPRN 76543210", "MPAN [masked] / MPRN [masked]"),
        ("83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5", "[masked]"),
        ("ref 4711-B, INC0012345, 14/12/2026", "ref 4711-B, INC0012345, 14/12/2026"),
        ("MP121-GAIN-2612-Q00001: 12 Devices", "MP121-GAIN-2612-Q00001: 12 Devices"),
    ],
)  # fmt: skip
def test_no_identifier_is_left_in_a_subject(subject: str, expected: str) -> None:
    said = without_identifiers(subject)
    assert said == expected or (expected == "[masked]" and not any(c.isdigit() for c in said))
