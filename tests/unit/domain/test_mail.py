"""What a mail says, as values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.mail import Kind, MailHead, Outcome, Reject, Subkind, Understanding, names_row

DEVICE = DeviceId.parse("00-DB-12-34-56-78-90-A0")


@pytest.mark.parametrize(
    ("reject", "spoils"),
    [
        (Reject("83FE D340", "too short", "row 2", DEVICE), True),
        (Reject(str(DEVICE), "two different answers", "row 2", DEVICE), False),
        (Reject("00DB12", "too short", "row 2"), False),
    ],
)
def test_a_reject_spoils_a_code_or_says_something_of_its_device(
    reject: Reject, spoils: bool
) -> None:
    assert reject.spoils_code is spoils


def test_words_that_databases_hold_never_change() -> None:
    assert {one.value for one in Outcome} == {"provided", "not_installer", "unclear"}
    assert {one.value for one in Kind} == {
        "request", "response", "acknowledgement", "auto_reply", "bounce", "unknown",
    }  # fmt: skip
    assert Subkind("") is Subkind.NONE
    assert Subkind("list") is Subkind.MAILING_LIST
    assert len({one.value for one in Subkind}) == len(Subkind)


def test_what_was_understood_shows_no_body_and_cannot_be_changed() -> None:
    said = Understanding(MailHead(subject="codes"), Kind.REQUEST, text="83FE D340 7A93")
    assert "83FE" not in repr(said)
    with pytest.raises(FrozenInstanceError):
        said.kind = Kind.BOUNCE  # type: ignore[misc]


@pytest.mark.parametrize(
    ("where", "row"),
    [
        ("body line 4", True),
        ("body table 1 > row 3", True),
        ("list.xlsx > Sheet1 > row 14", True),
        ("lists.zip > scan.pdf > page 2 > line 7", True),
        ("old.eml > body line 2", True),
        ("subject", True),
        ("list.xlsx", False),
        ("lists.zip > list 2", False),
        ("row 4.xlsx", False),
        ("list.xlsx > Sheet 1", False),
        ("", False),
    ],
)
def test_a_place_is_a_row_or_a_whole_file(where: str, row: bool) -> None:
    assert names_row(where) is row


@pytest.mark.parametrize(
    "piece", ["5E0B81D3F2694A7C", "5E-0B-81-D3", "5E0B 81D3", "5E0B81D3F2694A7C (row 3 of 4)"]
)
def test_no_piece_of_a_damaged_code_is_shown(piece: str) -> None:
    reject = Reject(piece, "bad", "codes.csv > row 3", DeviceId.parse("00-DB-12-41-77-20-9C-05"))
    assert "5E" not in reject.masked
    assert Reject("00DB1241", "Device ID too short", "row 3").masked == "00DB1241"
