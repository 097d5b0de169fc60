"""CMS envelopes: what they ask the holder of the keys, and one message for every failure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.envelope import WrappedKey
from exchange.errors import NotDecrypted
from exchange.parsing.containers.ber import element
from exchange.parsing.containers.enveloped import OUT_OF_DATE, decrypt_envelope
from tests.sealing import Identity, envelope, identity, tlv

_TEXT = b"Content-Type: text/plain\r\n\r\nDevice ID\r\n" * 50
_FAILED = "it is damaged, or was encrypted to another key"
_DAMAGED = "its envelope is damaged"


def ours() -> Identity:
    return identity("us")


def fields_at(content: bytes) -> int:
    """Return where the fields of the envelope begin."""
    info = element(content, 0)
    name = element(content, info.start)
    return element(content, name.end).start


def unwrapped(keys: Sequence[WrappedKey]) -> list[bytes]:
    """Return the content keys, as the holder of our private key does."""
    hashing: dict[str, Callable[[], hashes.HashAlgorithm]] = {
        "sha1": hashes.SHA1,
        "sha256": hashes.SHA256,
        "sha512": hashes.SHA512,
    }
    found = []
    for one in keys:
        if one.padding == "pkcs1":
            found.append(ours().key.decrypt(one.sealed, padding.PKCS1v15()))
        else:
            mask = padding.MGF1(hashing[one.mask_hash]())
            way = padding.OAEP(mask, hashing[one.hash](), one.label or None)
            found.append(ours().key.decrypt(one.sealed, way))
    return found


def opened(content: bytes, unwrap: Callable[..., Sequence[bytes]] = unwrapped) -> tuple[bytes, str]:
    return decrypt_envelope(content, fields_at(content), unwrap)


def refusal(content: bytes, unwrap: Callable[..., Sequence[bytes]] = unwrapped) -> str:
    with pytest.raises(NotDecrypted) as caught:
        opened(content, unwrap)
    return caught.value.message


def sealed(**how: Any) -> bytes:
    return envelope(_TEXT, ours(), **how)


def asked(content: bytes) -> list[WrappedKey]:
    """Return the keys that the holder of the private keys is asked about."""
    seen: list[WrappedKey] = []

    def unwrap(keys: Sequence[WrappedKey]) -> list[bytes]:
        seen.extend(keys)
        return []

    assert refusal(content, unwrap) == _FAILED
    return seen


@pytest.mark.parametrize(
    "how",
    [
        {"cipher": "aes-128-cbc"},
        {"cipher": "aes-192-cbc"},
        {"cipher": "aes-256-cbc", "endless": True},
        {"cipher": "aes-128-gcm"},
        {"cipher": "aes-256-gcm", "attributes": True, "endless": True},
        {"cipher": "aes-256-gcm", "tag_bytes": 12},
        {"cipher": "aes-256-cbc", "attributes": True},
        {"wrap": "oaep"},
        {"wrap": "oaep", "hashing": "sha256"},
        {"wrap": "oaep", "hashing": "sha512", "masking": "sha1"},
        {"by_key_id": True},
    ],
    ids=str,
)
def test_every_usual_envelope_opens(how: dict[str, Any]) -> None:
    assert opened(sealed(**how)) == (_TEXT, "")


def test_triple_des_opens_with_a_warning() -> None:
    assert opened(sealed(cipher="3des")) == (_TEXT, OUT_OF_DATE)


# What is asked


def test_the_recipient_is_named_by_issuer_and_number() -> None:
    (key,) = asked(sealed())
    certificate = ours().certificate
    assert key.issuer == certificate.issuer.public_bytes()
    assert key.serial == certificate.serial_number
    assert (key.key_id, key.padding, len(key.sealed)) == (b"", "pkcs1", 256)


def test_the_recipient_is_named_by_the_identifier_of_its_key() -> None:
    (key,) = asked(sealed(by_key_id=True))
    assert len(key.key_id) == 20
    assert (key.issuer, key.serial) == (b"", 0)


def test_the_padding_of_the_key() -> None:
    (key,) = asked(sealed(wrap="oaep"))
    assert (key.padding, key.hash, key.mask_hash, key.label) == ("oaep", "sha1", "sha1", b"")
    (key,) = asked(sealed(wrap="oaep", hashing="sha512", masking="sha256"))
    assert (key.padding, key.hash, key.mask_hash) == ("oaep", "sha512", "sha256")


def test_every_recipient_is_asked_about_and_every_key_tried() -> None:
    content = envelope(_TEXT, identity("somebody else"), ours())
    assert len(asked(content)) == 2
    right = unwrapped(asked(content)[1:])
    assert opened(content, lambda _: [bytes(32), b"short", *right]) == (_TEXT, "")


# Refusals with a reason

_AGREED = tlv(0xA1, tlv(0x02, b"\x03"))
_SHARED = tlv(0xA2, tlv(0x02, b"\x04"))
_PASSWORD = tlv(0xA3, tlv(0x02, b"\x00"))


def other_wrapping(oid: str, key: bytes = b"key", parameters: bytes = b"") -> bytes:
    who = tlv(0x30, tlv(0x30), tlv(0x02, b"\x07"))
    way = tlv(0x30, tlv(0x06, bytes.fromhex(oid)), parameters)
    return tlv(0x30, tlv(0x02, b"\x00"), who, way, tlv(0x04, key))


@pytest.mark.parametrize(
    ("other", "part"),
    [
        (_AGREED, "by key agreement (ECDH), which we do not support"),
        (_SHARED, "with a key agreed in advance, and we have none"),
        (_PASSWORD, "with a password, which we do not support"),
        (tlv(0xA4, b""), "in a way that we do not support"),
        (other_wrapping("2a864886f70d010101ff"), "a key wrapped in a way that we do not support"),
    ],
)
def test_recipients_of_other_kinds(other: bytes, part: str) -> None:
    assert refusal(envelope(_TEXT, others=[other])).startswith("it is encrypted ")
    assert part in refusal(envelope(_TEXT, others=[other]))
    # With one of ours too, the others do not matter.
    assert opened(sealed(others=[other])) == (_TEXT, "")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_hash_of_oaep_that_we_do_not_know(number: int) -> None:
    unknown = tlv(0x30, tlv(0x06, b"\x2a"), tlv(0x05))
    parameters = tlv(0x30, tlv(0xA0 + number, unknown))
    other = other_wrapping("2a864886f70d010107", parameters=parameters)
    assert "a key wrapped in a way" in refusal(envelope(_TEXT, others=[other]))


def test_an_envelope_without_a_recipient() -> None:
    assert refusal(envelope(_TEXT)) == "it names no recipient"


@pytest.mark.parametrize(
    ("oid", "part"),
    [
        ("2a864886f70d0302", "RC2, which is not safe"),
        ("2a864886f70d0304", "RC4, which is not safe"),
        ("2b0e030207", "DES, which is not safe"),
        ("608648016503040119", "in a way that we do not support: please use AES"),
        ("608648016503040106", "in a way that we do not support: please use AES"),  # without a tag
    ],
)
def test_ciphers_that_we_refuse(oid: str, part: str) -> None:
    cipher = tlv(0x30, tlv(0x06, bytes.fromhex(oid)), tlv(0x04, bytes(16)))
    held = tlv(0x30, tlv(0x06, b"\x2a"), cipher, tlv(0x80, b"x" * 16))
    content = tlv(0x30, tlv(0x02, b"\x00"), tlv(0x31), held)
    with pytest.raises(NotDecrypted) as caught:
        decrypt_envelope(content, 0, unwrapped)
    assert part in caught.value.message


@pytest.mark.parametrize(("holder", "name"), [(0x31, 0x06), (0x30, 0x04), (0x30, 0x02)])
def test_an_algorithm_of_another_form_is_damage(holder: int, name: int) -> None:
    oid = bytes.fromhex("60864801650304012a")
    cipher = tlv(holder, tlv(name, oid), tlv(0x04, bytes(16)))
    held = tlv(0x30, tlv(0x06, b"\x2a"), cipher, tlv(0x80, b"x" * 16))
    with pytest.raises(NotDecrypted, match=_DAMAGED):
        decrypt_envelope(tlv(0x30, tlv(0x02, b"\0"), tlv(0x31), held), 0, unwrapped)


def test_too_many_recipients_are_damage() -> None:
    assert opened(sealed(others=[_AGREED] * 199)) == (_TEXT, "")
    assert refusal(sealed(others=[_AGREED] * 200)) == _DAMAGED


def test_an_oversized_key_is_damage() -> None:
    for size, reason in ((2048, _FAILED), (2049, _DAMAGED)):
        other = other_wrapping("2a864886f70d010101", bytes(size))
        assert refusal(envelope(_TEXT, others=[other]), lambda _: []) == reason


@pytest.mark.parametrize("size", [11, 17])
def test_a_tag_of_another_length_is_damage(size: int) -> None:
    whole = sealed(cipher="aes-256-gcm", tag_bytes=12)
    at = fields_at(whole)
    body = element(whole, at)
    inner = whole[body.start : body.end - 14] + tlv(0x04, bytes(size))
    with pytest.raises(NotDecrypted, match=_DAMAGED):
        decrypt_envelope(tlv(0x30, inner), 0, unwrapped)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x30",
        tlv(0x30),
        tlv(0x31, tlv(0x02, b"\0"), tlv(0x31), tlv(0x30)),
        tlv(0x30, tlv(0x02, b"\0")),
        tlv(0x30, tlv(0x02, b"\0"), tlv(0x31), tlv(0x30, tlv(0x06))),
        tlv(0x30, tlv(0x02, b"\0"), tlv(0x30), tlv(0x30)),
        tlv(0x30, *[tlv(0x02, b"\0")] * 9),
    ],
)
def test_damage_to_the_envelope(content: bytes) -> None:
    with pytest.raises(NotDecrypted, match=_DAMAGED):
        decrypt_envelope(content, 0, unwrapped)


# One message for every failure of a key


@pytest.mark.parametrize("cipher", ["aes-256-cbc", "aes-256-gcm", "3des"])
def test_every_failure_of_a_key_reads_the_same(cipher: str) -> None:
    content = sealed(cipher=cipher)
    size = 24 if cipher == "3des" else 32
    for keys in ([], [b"short"], [bytes(range(size))], [bytes(size + 1)]):
        assert refusal(content, lambda _, keys=keys: keys) == _FAILED


@pytest.mark.parametrize("at", [-1, -20, -40])
def test_changed_bytes_under_gcm_are_never_given_out(at: int) -> None:
    content = bytearray(sealed(cipher="aes-256-gcm"))
    content[at] ^= 1
    assert refusal(bytes(content)) == _FAILED


def test_changed_attributes_under_gcm_are_never_given_out() -> None:
    content = sealed(cipher="aes-256-gcm", attributes=True)
    oid = bytes.fromhex("2a864886f70d010903")
    assert content.count(oid) == 1
    assert refusal(content.replace(oid, oid[:-1] + b"\x04")) == _FAILED


_WHOLE = envelope(_TEXT, identity("somebody else"), cipher="aes-128-gcm")


@given(st.integers(fields_at(_WHOLE), len(_WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_any_damage_is_refused(at: int, new: bytes) -> None:
    content = _WHOLE[:at] + new + _WHOLE[at + len(new) :]
    with pytest.raises(NotDecrypted) as caught:
        decrypt_envelope(content, fields_at(_WHOLE), lambda _: [bytes(16)])
    assert caught.value.message.startswith(("it ", "its "))
