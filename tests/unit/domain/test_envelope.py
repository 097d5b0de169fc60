"""What an encrypted mail says of the key that opens it, without showing too much of it."""

from __future__ import annotations

from exchange.domain.device import mask_codes
from exchange.domain.envelope import WrappedKey


def test_a_recipient_is_named_by_the_end_of_its_number() -> None:
    serial = 0x83FED3407A939723A5C639B26916D505
    by_serial = WrappedKey(b"sealed", issuer=b"x", serial=serial)
    assert by_serial.recipient == "serial number …6916D505"
    assert WrappedKey(b"", serial=7).recipient == "serial number …00000007"


def test_a_key_identifier_comes_before_the_number() -> None:
    key_id = bytes.fromhex("83fed3407a939723a5c639b26916d505c3b5")
    assert WrappedKey(b"", serial=7, key_id=key_id).recipient == "key identifier …D505C3B5"


def test_what_is_shown_is_never_masked_as_a_code_and_holds_no_key() -> None:
    for one in (
        WrappedKey(b"\xab" * 32, serial=2**127),
        WrappedKey(b"\xab" * 32, key_id=b"x" * 20),
    ):
        assert mask_codes(one.recipient) == one.recipient
        assert "sealed" not in repr(one)
        assert "xab" not in repr(one)
