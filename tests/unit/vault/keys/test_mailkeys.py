"""Our keys for encrypted mail: which of them opens a mail, and which files are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import SubjectKeyIdentifier

from exchange.config import SmimeSettings
from exchange.domain.envelope import WrappedKey
from exchange.errors import ConfigError, NotDecrypted
from exchange.vault.keys.mailkeys import MailKeys, load_mail_key
from tests.sealing import Identity, identity

CONTENT_KEY = bytes(range(32))
FILES = SmimeSettings(certificate=Path("us.crt"), key=Path("us.key"))


def _public(one: Identity) -> rsa.RSAPublicKey:
    key = one.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def _wrapped(one: Identity, content: bytes = CONTENT_KEY, **more: Any) -> WrappedKey:
    sealed = _public(one).encrypt(content, padding.PKCS1v15())
    named: dict[str, Any] = {
        "issuer": one.certificate.issuer.public_bytes(),
        "serial": one.certificate.serial_number,
    }
    return WrappedKey(sealed, **(named | more))


@pytest.fixture
def keys(tmp_path: Path) -> MailKeys:
    identity("us").write(tmp_path, "us")
    return MailKeys(tmp_path, [FILES])


def test_a_key_that_names_our_certificate_is_unwrapped(keys: MailKeys) -> None:
    assert keys.unwrap([_wrapped(identity("us"))]) == [CONTENT_KEY]


def test_a_key_identifier_names_it_too(keys: MailKeys) -> None:
    ours = identity("us")
    key_id = SubjectKeyIdentifier.from_public_key(_public(ours)).digest
    assert keys.unwrap([_wrapped(ours, issuer=b"", serial=0, key_id=key_id)]) == [CONTENT_KEY]
    with pytest.raises(NotDecrypted):
        keys.unwrap([_wrapped(ours, key_id=b"x" * 20)])


def test_another_spelling_of_the_issuer_is_tried_after_the_right_one(keys: MailKeys) -> None:
    ours = identity("us")
    other = bytes(range(16))
    odd, right = _wrapped(ours, other, issuer=b"odd"), _wrapped(ours)
    assert keys.unwrap([odd, right]) == [CONTENT_KEY, other]


def test_a_mail_to_somebody_else_says_to_whom(keys: MailKeys) -> None:
    theirs = _wrapped(identity("somebody else"))
    with pytest.raises(NotDecrypted, match="none of our certificates") as raised:
        keys.unwrap([theirs] * 5)
    assert str(raised.value).count(theirs.recipient) == 3


@pytest.mark.parametrize(
    ("hashing", "found"),
    [("sha1", hashes.SHA1()), ("sha256", hashes.SHA256()), ("sha512", hashes.SHA512())],
)
def test_oaep_with_its_hashes_and_label(
    keys: MailKeys, hashing: str, found: hashes.HashAlgorithm
) -> None:
    ours = identity("us")
    way = padding.OAEP(padding.MGF1(found), hashes.SHA256(), b"label")
    one = _wrapped(ours, padding="oaep", hash="sha256", mask_hash=hashing, label=b"label")
    sealed = _public(ours).encrypt(CONTENT_KEY, way)
    assert keys.unwrap([replace(one, sealed=sealed)]) == [CONTENT_KEY]
    assert keys.unwrap([replace(one, sealed=sealed, label=b"other")]) == []


def test_a_damaged_key_gives_no_error_and_never_the_content_key(keys: MailKeys) -> None:
    one = _wrapped(identity("us"))
    changed = bytes([one.sealed[0] ^ 1]) + one.sealed[1:]
    for sealed in (changed, b"", b"\xff" * 999):
        found = keys.unwrap([WrappedKey(sealed, one.issuer, one.serial)])
        assert CONTENT_KEY not in found


@pytest.mark.parametrize("size", [1, 15, 17, 31, 33])
def test_only_content_keys_of_a_usual_size_are_returned(keys: MailKeys, size: int) -> None:
    assert keys.unwrap([_wrapped(identity("us"), bytes(size))]) == []


def test_a_hostile_mail_with_many_keys_costs_few_tries(keys: MailKeys) -> None:
    assert len(keys.unwrap([_wrapped(identity("us"))] * 50)) == 8


def test_files_are_read_when_the_first_mail_comes(tmp_path: Path) -> None:
    later = MailKeys(tmp_path, [FILES])
    with pytest.raises(ConfigError, match="no such file"):
        later.unwrap([_wrapped(identity("us"))])
    identity("us").write(tmp_path, "us")
    assert later.unwrap([_wrapped(identity("us"))]) == [CONTENT_KEY]


def _write(folder: Path, name: str, content: bytes, mode: int = 0o600) -> None:
    (folder / name).write_bytes(content)
    (folder / name).chmod(mode)


def _no_rsa_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("name", "content", "mode", "reason"),
    [
        ("us.key", lambda: b"words", 0o600, "the private key cannot be opened"),
        ("us.key", lambda: b"", 0o600, "the private key cannot be opened"),
        ("us.key", lambda: identity("us").pem("secret"), 0o600, "private key cannot be opened"),
        ("us.key", lambda: identity("us").pem(), 0o640, "accessible to other users"),
        ("us.key", lambda: identity("somebody else").pem(), 0o600, "does not belong to the cert"),
        ("us.key", _no_rsa_key, 0o600, "not an RSA key"),
        ("us.crt", lambda: b"words", 0o644, "not a certificate in PEM format"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, name: str, content: Callable[[], bytes], mode: int, reason: str
) -> None:
    identity("us").write(tmp_path, "us")
    _write(tmp_path, name, content(), mode)
    with pytest.raises(ConfigError, match=reason) as raised:
        load_mail_key(tmp_path, FILES)
    assert raised.value.place.startswith(str(tmp_path))
    assert "PRIVATE" not in str(raised.value)


def test_a_certificate_may_come_with_its_chain(tmp_path: Path) -> None:
    identity("us").write(tmp_path, "us")
    chain = [identity("somebody else"), identity("us")]
    pem = b"".join(one.certificate.public_bytes(Encoding.PEM) for one in chain)
    _write(tmp_path, "us.crt", pem, 0o644)
    key = load_mail_key(tmp_path, FILES)
    assert key.certificate == identity("us").certificate
    assert (key.place, "key=" in repr(key)) == (tmp_path / "us.key", False)


def test_one_file_may_hold_both(tmp_path: Path) -> None:
    _write(tmp_path, "us.p12", identity("us").packed("secret"))
    _write(tmp_path, "password", b"secret\n")
    both = SmimeSettings(pkcs12=Path("us.p12"), password_file=Path("password"))
    assert load_mail_key(tmp_path, both).certificate == identity("us").certificate
    with pytest.raises(ConfigError, match="cannot be opened") as raised:
        load_mail_key(tmp_path, SmimeSettings(pkcs12=Path("us.p12")))
    assert "password_file" in raised.value.hint
    _write(tmp_path, "password", b"other\n")
    with pytest.raises(ConfigError, match="cannot be opened") as raised:
        load_mail_key(tmp_path, both)
    assert "check its password" in raised.value.hint
