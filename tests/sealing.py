"""Encrypted mail as other people's programs write it: CMS envelopes of every kind that is read.

Keys and certificates are made for each run; nothing here is a secret of anybody's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

_DATA = "2a864886f70d010701"
_ENVELOPED = "2a864886f70d010703"
_AUTHENTIC = "2a864886f70d0109100117"
_RSA, _OAEP, _MGF1 = "2a864886f70d010101", "2a864886f70d010107", "2a864886f70d010108"
_HASHES: dict[str, tuple[str, Callable[[], hashes.HashAlgorithm]]] = {
    "sha1": ("2b0e03021a", hashes.SHA1),
    "sha256": ("608648016503040201", hashes.SHA256),
    "sha512": ("608648016503040203", hashes.SHA512),
}
_CIPHERS = {
    "aes-128-cbc": ("60864801650304010" + "2", 16),
    "aes-192-cbc": ("608648016503040116", 24),
    "aes-256-cbc": ("60864801650304012a", 32),
    "aes-128-gcm": ("608648016503040106", 16),
    "aes-256-gcm": ("60864801650304012e", 32),
    "3des": ("2a864886f70d0307", 24),
    "rc2": ("2a864886f70d0302", 16),
}


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def pem(self, password: str = "") -> bytes:
        """The key as a PEM file."""
        how = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)

    def write(self, folder: Path, name: str, password: str = "") -> str:
        """Certificate and key as files; the [[smime]] table that names them."""
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.crt").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        place = folder / f"{name}.key"
        place.write_bytes(self.pem(password))
        place.chmod(0o600)
        table = f'\n[[smime]]\ncertificate = "secrets/{name}.crt"\nkey = "secrets/{name}.key"\n'
        if password:
            (folder / f"{name}.password").write_text(password + "\n")
            table += f'password_file = "secrets/{name}.password"\n'
        return table

    def packed(self, password: str) -> bytes:
        """Both in one PKCS#12 file."""
        how = BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(b"", self.key, self.certificate, None, how)


@cache
def identity(name: str, *, days: int = 365, bits: int = 2048) -> Identity:
    """An identity that is valid for ``days`` from now, or expired for -``days``."""
    key = rsa.generate_private_key(65537, bits)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1000))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier(os.urandom(20)), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate, key)


def tlv(tag: int, *content: bytes, endless: bool = False) -> bytes:
    """One element; ``endless`` writes it with an indefinite length."""
    body = b"".join(content)
    if endless:
        return bytes([tag, 0x80]) + body + b"\0\0"
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def _oid(text: str) -> bytes:
    return tlv(0x06, bytes.fromhex(text))


def _integer(number: int) -> bytes:
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def envelope(
    content: bytes,
    *recipients: Identity,
    cipher: str = "aes-256-cbc",
    wrap: Literal["pkcs1", "oaep"] = "pkcs1",
    hashing: str = "sha1",
    masking: str = "",
    by_key_id: bool = False,
    endless: bool = False,
    tag_bytes: int = 16,
    attributes: bool = False,
    others: Sequence[bytes] = (),
) -> bytes:
    """``content`` encrypted to ``recipients``; ``others`` are further RecipientInfos."""
    name, size = _CIPHERS[cipher]
    key = os.urandom(size)
    infos = [
        *(_recipient(one, key, wrap, hashing, masking or hashing, by_key_id) for one in recipients),
        *others,
    ]
    authentic = cipher.endswith("gcm")
    nonce = os.urandom(12 if authentic else 8 if cipher == "3des" else 16)
    signed = tlv(0x30, _oid("2a864886f70d010903"), tlv(0x31, _oid(_DATA))) if attributes else b""
    if authentic:
        sealed = AESGCM(key).encrypt(nonce, content, tlv(0x31, signed) if signed else b"")
        text, tag = sealed[:-16], sealed[-16:][:tag_bytes]
        parameters = tlv(0x30, tlv(0x04, nonce), _integer(tag_bytes))
    else:
        algorithm = TripleDES(key) if cipher == "3des" else AES(key)
        pad = PKCS7(algorithm.block_size).padder()
        writer = Cipher(algorithm, CBC(nonce)).encryptor()
        text, tag = writer.update(pad.update(content) + pad.finalize()) + writer.finalize(), b""
        parameters = tlv(0x04, nonce)
    pieces = [tlv(0x04, text[at : at + 1000]) for at in range(0, len(text), 1000)]
    held = tlv(0xA0, *pieces, endless=True) if endless else tlv(0x80, text)
    body = tlv(
        0x30,
        _integer(2 if by_key_id else 0),
        tlv(0x31, *infos, endless=endless),
        tlv(
            0x30,
            _oid(_DATA),
            tlv(0x30, _oid(name), parameters),
            held,
            endless=endless,
        ),
        tlv(0xA1, signed) if signed else b"",
        tlv(0x04, tag) if authentic else b"",
        endless=endless,
    )
    kind = _oid(_AUTHENTIC if authentic else _ENVELOPED)
    return tlv(0x30, kind, tlv(0xA0, body, endless=endless), endless=endless)


def _recipient(
    one: Identity, key: bytes, wrap: str, hashing: str, masking: str, by_key_id: bool
) -> bytes:
    public = one.key.public_key()
    if wrap == "pkcs1":
        sealed = public.encrypt(key, padding.PKCS1v15())
        way = tlv(0x30, _oid(_RSA), tlv(0x05))
    else:
        mask = padding.MGF1(_HASHES[masking][1]())
        sealed = public.encrypt(key, padding.OAEP(mask, _HASHES[hashing][1](), None))
        digest, inner = (tlv(0x30, _oid(_HASHES[it][0]), tlv(0x05)) for it in (hashing, masking))
        named = b"" if hashing == "sha1" else tlv(0xA0, digest)
        masked = b"" if masking == "sha1" else tlv(0xA1, tlv(0x30, _oid(_MGF1), inner))
        way = tlv(0x30, _oid(_OAEP), tlv(0x30, named, masked))
    certificate = one.certificate
    if by_key_id:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        who = tlv(0x80, found.value.digest)
    else:
        number = _integer(certificate.serial_number)
        who = tlv(0x30, certificate.issuer.public_bytes(), number)
    return tlv(0x30, _integer(2 if by_key_id else 0), who, way, tlv(0x04, sealed))
