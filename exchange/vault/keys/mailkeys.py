"""Our private keys for mail that others encrypt to us (S/MIME, RFC 8551).

They stay in this process: the process that reads mails sends the wrapped key and gets the content
key of that one part, never a private key.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from exchange.config import SmimeSettings
from exchange.credentials import has_password, password_of
from exchange.domain.envelope import Hash, WrappedKey
from exchange.errors import ConfigError, NotDecrypted, VaultError
from exchange.vault.keys.keys import check_private

_CONTENT_KEY_BYTES: Final = (16, 24, 32)
_MAX_TRIES: Final = 8
_MAX_FILE_BYTES: Final = 1 << 20
_HASHES: Final[dict[Hash, type[hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class MailKey:
    """A certificate and its private key; ``place`` is the file of the key."""

    place: Path
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)


class MailKeys:
    """All our mail keys; the files are read when the first encrypted mail comes."""

    def __init__(self, folder: Path, settings: Sequence[SmimeSettings]) -> None:
        self._folder = folder
        self._settings = settings
        self._lock = threading.Lock()
        self._keys: list[MailKey] = []

    def unwrap(self, wrapped: Sequence[WrappedKey]) -> list[bytes]:
        """Unwrap ``wrapped`` with our private keys; return content keys (16, 24 or 32 bytes).

        Raises NotDecrypted when none is for our certificates, ConfigError for an unusable key file.
        """
        with self._lock:
            if not self._keys:
                self._keys = [load_mail_key(self._folder, one) for one in self._settings]
        ours = sorted(
            (
                (rank, number, key, one)
                for number, one in enumerate(wrapped)
                for key in self._keys
                if (rank := _rank(key.certificate, one)) is not None
            ),
            key=lambda found: found[:2],
        )
        if not ours:
            named = ", ".join(one.recipient for one in wrapped[:3])
            raise NotDecrypted(f"it is encrypted to none of our certificates, but to {named}")
        # A wrong key gives random bytes instead of an error (OpenSSL's implicit rejection), so a
        # sender cannot learn from us which key is right.
        found = [_decrypted(key.key, one) for _, _, key, one in ours[:_MAX_TRIES]]
        return [key for key in found if len(key) in _CONTENT_KEY_BYTES]


def _rank(certificate: x509.Certificate, wrapped: WrappedKey) -> int | None:
    """Rank how well a certificate fits the named recipient: 0 best, None not at all."""
    if wrapped.key_id:
        return 0 if wrapped.key_id in _key_ids(certificate) else None
    if wrapped.serial != certificate.serial_number:
        return None
    # Some senders encode the issuer's name differently: try certificates by serial number too.
    return 0 if wrapped.issuer == certificate.issuer.public_bytes() else 1


def _key_ids(certificate: x509.Certificate) -> set[bytes]:
    found = {x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest}
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return found
    return found | {named.value.digest}


def _decrypted(key: rsa.RSAPrivateKey, wrapped: WrappedKey) -> bytes:
    way: padding.AsymmetricPadding = padding.PKCS1v15()
    if wrapped.padding == "oaep":
        mask = padding.MGF1(_HASHES[wrapped.mask_hash]())
        way = padding.OAEP(mask, _HASHES[wrapped.hash](), wrapped.label or None)
    try:
        return key.decrypt(wrapped.sealed, way)
    except (ValueError, UnsupportedAlgorithm):
        return b""


def load_mail_key(folder: Path, settings: SmimeSettings) -> MailKey:
    """Load certificate and key from the files named in ``settings``.

    Raises ConfigError when a file is missing, damaged or not opened by its password, when the key
    is accessible to other users or not RSA, or when the two do not belong together.  The message
    contains nothing of the key.
    """
    password = password_of(settings, folder, "smime").encode() if has_password(settings) else None
    if settings.pkcs12:
        return _from_pkcs12(folder / settings.pkcs12, password)
    place = folder / (settings.key or "")
    text = _content(place, private=True)
    try:
        key = load_pem_private_key(text, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _cannot_open(place, password) from None
    return _matched(place, _certificates(folder / (settings.certificate or "")), key)


def _certificates(place: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_content(place, private=False))
    except ValueError:
        raise ConfigError("this is not a certificate in PEM format", place=str(place)) from None


def _from_pkcs12(place: Path, password: bytes | None) -> MailKey:
    content = _content(place, private=True)
    try:
        key, certificate, more = pkcs12.load_key_and_certificates(content, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _cannot_open(place, password) from None
    return _matched(place, [*([certificate] if certificate else []), *more], key)


def _cannot_open(place: Path, password: bytes | None) -> ConfigError:
    hint = "check its password" if password else "name its password_file, if it has a password"
    return ConfigError("the private key cannot be opened", place=str(place), hint=hint)


def _matched(place: Path, certificates: list[x509.Certificate], key: object) -> MailKey:
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigError("this is not an RSA key; mail needs one", place=str(place))
    public = key.public_key().public_numbers()
    for certificate in certificates:
        theirs = certificate.public_key()
        if isinstance(theirs, rsa.RSAPublicKey) and theirs.public_numbers() == public:
            return MailKey(place, certificate, key)
    raise ConfigError("the private key does not belong to the certificate", place=str(place))


def _content(place: Path, *, private: bool) -> bytes:
    try:
        with place.open("rb") as file:
            if private:
                check_private(place, os.fstat(file.fileno()), "the private key")
            return file.read(_MAX_FILE_BYTES)
    except VaultError as error:
        raise ConfigError(error.message, place=error.place, hint=error.hint) from None
    except FileNotFoundError:
        raise ConfigError("there is no such file", place=str(place)) from None
    except OSError as error:
        raise ConfigError(error.strerror or "cannot be read", place=str(place)) from None
