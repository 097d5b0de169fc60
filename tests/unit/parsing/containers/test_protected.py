"""Workbooks under a password: opened with those on file, at a bounded price."""

from __future__ import annotations

import struct

import pytest

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.containers.openers import NO_OPENERS, Budget, Opened, Openers
from exchange.parsing.containers.protected import is_protected_xls, open_protected
from tests.corpus import making, packing
from tests.corpus.outlook import compound_file

_BOOK = making.xlsx(("S", [["Device ID"]]))
_OLD_BOOK = making.xls("S", [["Device ID"]])
_LOCKED = packing.protected("winter", _BOOK)
_OLD_LOCKED = packing.old_protected("winter", _OLD_BOOK)
_OPEN_TO_ALL = packing.protected("VelvetSweatshop", _BOOK)
_NONE_ON_FILE = "the workbook is protected by a password, and none is on file for this contact"
_NO_OTHER = (
    "the workbook is protected by a password, and none of those on file for this contact opens it"
)
_DAMAGED = (
    "the workbook is protected, and it is damaged or protected in a way that we do not support"
)


def opened(content: bytes, *passwords: str, limits: Limits = DEFAULT) -> Opened:
    openers = Openers(passwords) if passwords else NO_OPENERS
    return open_protected("x > a.xlsx", "a.xlsx", content, openers, Budget(limits))


def refusal(content: bytes, *passwords: str) -> str:
    found = opened(content, *passwords)
    assert found.inner == []
    (reject,) = found.rejects
    assert (reject.text, reject.where) == ("a.xlsx", "x > a.xlsx")
    return reject.reason


def test_the_password_on_file_opens_a_workbook() -> None:
    found = opened(_LOCKED, "summer", "winter")
    assert found.rejects == []
    (inner,) = found.inner
    assert (inner.step, inner.part.name, inner.part.content) == ("", "a.xlsx", _BOOK)


def test_the_password_on_file_opens_an_old_workbook() -> None:
    (inner,) = opened(_OLD_LOCKED, "summer", "winter").inner
    assert "Device ID".encode("latin-1") in inner.part.content
    assert b"Device ID" not in _OLD_LOCKED


def test_a_workbook_that_is_only_locked_against_changes_needs_no_password() -> None:
    assert opened(_OPEN_TO_ALL).inner[0].part.content == _BOOK


@pytest.mark.parametrize("content", [_LOCKED, _OLD_LOCKED], ids=["new", "old"])
def test_the_reason_says_whether_any_password_was_tried(content: bytes) -> None:
    assert refusal(content) == _NONE_ON_FILE
    assert refusal(content, "summer") == _NO_OTHER


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        _LOCKED[:700],
        compound_file({"EncryptedPackage": b"x"}),
        compound_file({"EncryptionInfo": b"x" * 100, "EncryptedPackage": b"x"}),
    ],
    ids=["empty", "zip", "cut short", "no description", "odd description"],
)
def test_damage_is_refused(content: bytes) -> None:
    assert refusal(content, "winter") == _DAMAGED


def test_no_reason_names_a_password() -> None:
    for content in (_LOCKED, b"", _LOCKED[:3000]):
        assert "summer" not in repr(opened(content, "summer"))


# What it may cost


def test_more_hashes_than_office_writes_are_refused() -> None:
    for count, reason in ((250_001, _DAMAGED), (249_999, _NONE_ON_FILE)):
        dear = _LOCKED.replace(b'spinCount="100000"', f'spinCount="{count}"'.encode())
        assert refusal(dear) == reason


def test_only_the_first_twenty_passwords_are_tried() -> None:
    """Use the old format, in which a password costs little."""
    wrong = [f"wrong {number}" for number in range(20)]
    assert opened(_OLD_LOCKED, *wrong[:19], "winter").inner
    assert refusal(_OLD_LOCKED, *wrong, "winter") == _NO_OTHER


def test_a_description_larger_than_any_is_not_parsed() -> None:
    def described(size: int) -> bytes:
        return compound_file({"EncryptionInfo": bytes(size), "EncryptedPackage": b"x"})

    assert refusal(described(65_537), "winter") == _DAMAGED


def test_a_large_old_workbook_is_refused() -> None:
    assert refusal(_OLD_LOCKED.ljust(10_000_001, b"\0"), "winter") == _DAMAGED


def test_what_comes_out_counts() -> None:
    size = len(opened(_OLD_LOCKED, "winter").inner[0].part.content)
    assert opened(_OLD_LOCKED, "winter", limits=Limits(inflated_bytes=size)).inner
    with pytest.raises(Unreadable, match=r"^x > a\.xlsx: its containers hold more than"):
        opened(_OLD_LOCKED, "winter", limits=Limits(inflated_bytes=size - 1))


# Whether an old workbook has a password


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (record(0x809, b"x" * 16) + record(0x2F, b"x"), True),
        (record(0x809) + record(0x42, b"y") * 10 + record(0x2F), True),
        (record(0x809) + record(0x85) + record(0x2F), False),
        (record(0x809) + record(0x0A) + record(0x2F), False),
        (record(0x809), False),
        (record(0x42, bytes(5000)) + record(0x2F), False),
        (b"\x2f", False),
    ],
)
def test_the_record_of_a_password(stream: bytes, found: bool) -> None:
    for name in ("Workbook", "Book"):
        assert is_protected_xls(compound_file({name: stream})) is found
    assert not is_protected_xls(compound_file({"Another": stream}))


def test_real_workbooks() -> None:
    assert is_protected_xls(_OLD_LOCKED)
    assert not is_protected_xls(_OLD_BOOK)
    for content in (b"", b"PK", _OLD_LOCKED[:600]):
        assert not is_protected_xls(content)
