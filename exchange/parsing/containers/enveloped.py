"""Decrypt CMS: enveloped-data (RFC 5652, 6) and authenticated-enveloped-data (RFC 5083).

The caller's ``unwrap`` asks the holder of the private key for the content key; this module decrypts
the content.  We support RSA key transport (PKCS #1 v1.5 and OAEP, RFC 8017) and AES in CBC mode
(RFC 3565) or GCM (RFC 5084); Triple DES with a warning.

Every failure after unwrapping the key gives the same message, so that nobody learns from it which
step failed.
"""

from __future__ import annotations

import binascii
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, GCM
from cryptography.hazmat.primitives.padding import PKCS7

from exchange.domain.envelope import Hash, Unwrap, WrappedKey
from exchange.errors import NotDecrypted
from exchange.parsing.containers.ber import (
    CONTEXT,
    INTEGER,
    OBJECT,
    OCTETS,
    SEQUENCE,
    SET,
    Element,
    children,
    element,
    end_of_element,
    octet_string,
)

OUT_OF_DATE: Final = "encrypted with Triple DES, which is out of date: please use AES"
_FAILED: Final = "it is damaged, or was encrypted to another key"
_MOST_RECIPIENTS: Final = 200
_MOST_FIELDS: Final = 8
_LARGEST_KEY: Final = 2048  # bytes: RSA of 16,384 bits
_TAG_BYTES: Final = range(12, 17)  # RFC 5084, 3.2


def _oid(text: str) -> bytes:
    return binascii.unhexlify(text)


_RSA: Final = _oid("2a864886f70d010101")
_OAEP: Final = _oid("2a864886f70d010107")
_MGF1: Final = _oid("2a864886f70d010108")
_LABEL: Final = _oid("2a864886f70d010109")
_HASHES: Final[dict[bytes, Hash]] = {
    _oid("2b0e03021a"): "sha1",
    _oid("608648016503040204"): "sha224",
    _oid("608648016503040201"): "sha256",
    _oid("608648016503040202"): "sha384",
    _oid("608648016503040203"): "sha512",
}
_AES: Final = _oid("6086480165030401")
_CBC_KEYS: Final = {_AES + b"\x02": 16, _AES + b"\x16": 24, _AES + b"\x2a": 32}
_GCM_KEYS: Final = {_AES + b"\x06": 16, _AES + b"\x1a": 24, _AES + b"\x2e": 32}
_TRIPLE_DES: Final = _oid("2a864886f70d0307")
_TOO_WEAK: Final = {
    _oid("2a864886f70d0302"): "RC2",
    _oid("2a864886f70d0304"): "RC4",
    _oid("2b0e030207"): "DES",
}
_OTHERS: Final = {
    CONTEXT + 1: "by key agreement (ECDH), which we do not support: please use our RSA certificate",
    CONTEXT + 2: "with a key agreed in advance, and we have none",
    CONTEXT + 3: "with a password, which we do not support: please use our certificate",
}


class _Envelope(NamedTuple):
    """The fields of an encrypted message; ``authentic`` and ``tag`` are for AES-GCM only."""

    recipients: list[WrappedKey]
    others: list[str]  # why we cannot use the other recipients
    cipher: bytes
    nonce: bytes  # GCM's, or the initialisation vector of CBC
    content: bytes
    authentic: bytes
    tag: bytes | None


def decrypt_envelope(content: bytes, start: int, unwrap: Unwrap) -> tuple[bytes, str]:
    """Decrypt the envelope whose fields begin at ``start``; return the content and any warning.

    Raises NotDecrypted, with a reason for a person.
    """
    try:
        envelope = _envelope(content, start)
    except (ValueError, IndexError):
        raise NotDecrypted("its envelope is damaged") from None
    key_bytes = _key_bytes(envelope)
    if not envelope.recipients:
        raise NotDecrypted(
            f"it is encrypted {envelope.others[0]}" if envelope.others else "it names no recipient"
        )
    for key in unwrap(envelope.recipients):
        plain = _decrypt(envelope, key) if len(key) == key_bytes else None
        if plain is not None:
            return plain, OUT_OF_DATE if envelope.cipher == _TRIPLE_DES else ""
    raise NotDecrypted(_FAILED)


def _key_bytes(envelope: _Envelope) -> int:
    cipher = envelope.cipher
    if cipher in _TOO_WEAK:
        raise NotDecrypted(
            f"it is encrypted with {_TOO_WEAK[cipher]}, which is not safe: please use AES"
        )
    known = _CBC_KEYS if envelope.tag is None else _GCM_KEYS
    size = known.get(cipher, 24 if cipher == _TRIPLE_DES and envelope.tag is None else 0)
    if not size:
        raise NotDecrypted("it is encrypted in a way that we do not support: please use AES")
    return size


def _decrypt(envelope: _Envelope, key: bytes) -> bytes | None:
    try:
        if envelope.tag is not None:
            return _decrypt_gcm(envelope, envelope.tag, key)
        algorithm: BlockCipherAlgorithm = (
            TripleDES(key) if envelope.cipher == _TRIPLE_DES else AES(key)
        )
        opener = Cipher(algorithm, CBC(envelope.nonce)).decryptor()
        padded = opener.update(envelope.content) + opener.finalize()
        unpadder = PKCS7(algorithm.block_size).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (ValueError, InvalidTag):
        return None


def _decrypt_gcm(envelope: _Envelope, tag: bytes, key: bytes) -> bytes:
    mode = GCM(envelope.nonce, tag, min_tag_length=_TAG_BYTES.start)
    opener = Cipher(AES(key), mode).decryptor()
    opener.authenticate_additional_data(envelope.authentic)
    return opener.update(envelope.content) + opener.finalize()


def _envelope(content: bytes, start: int) -> _Envelope:
    body = element(content, start)
    fields = children(content, body, _MOST_FIELDS)
    if body.tag != SEQUENCE or not fields or fields[0][1].tag != INTEGER:
        raise ValueError("not an EnvelopedData")
    fields = fields[1:]
    if fields and fields[0][1].tag == CONTEXT:
        fields = fields[1:]  # originatorInfo
    (_, holders), (_, sealed), *more = fields
    if holders.tag != SET or sealed.tag != SEQUENCE:
        raise ValueError("not an EnvelopedData")
    recipients, others = _recipients(content, holders)
    pieces = children(content, sealed, 3)
    if len(pieces) != 3:
        raise ValueError("no encrypted content")
    cipher, parameters = _algorithm(content, pieces[1][1])
    authentic, tag = b"", None
    for place, one in more:
        if one.tag == CONTEXT + 1 and one.end >= 0:
            authentic = b"\x31" + content[place + 1 : one.end]
        elif one.tag in (OCTETS, OCTETS | 0x20):
            tag = octet_string(content, place)
    if tag is None:
        authentic = b""  # a plain envelope's unprotected attributes
    nonce = _nonce(content, parameters)
    text = octet_string(content, pieces[2][0], 0x80)
    if tag is not None and len(tag) not in _TAG_BYTES:
        raise ValueError("not a tag")
    return _Envelope(recipients, others, cipher, nonce, text, authentic, tag)


def _recipients(content: bytes, holders: Element) -> tuple[list[WrappedKey], list[str]]:
    found: list[WrappedKey] = []
    others: list[str] = []
    for _, one in children(content, holders, _MOST_RECIPIENTS):
        if one.tag != SEQUENCE:
            others.append(_OTHERS.get(one.tag, "in a way that we do not support"))
            continue
        wrapped = _wrapped_key(content, one)
        if wrapped is None:
            others.append("with a key wrapped in a way that we do not support: please use RSA")
        else:
            found.append(wrapped)
    return found, others


def _wrapped_key(content: bytes, holder: Element) -> WrappedKey | None:
    """Read one KeyTransRecipientInfo; None when the algorithm that wrapped its key is unknown."""
    (_, _), (name_at, name), (_, wrapping), (key_at, _) = children(content, holder, 4)
    sealed = octet_string(content, key_at)
    if len(sealed) > _LARGEST_KEY:
        raise ValueError("an oversized key")
    oid, parameters = _algorithm(content, wrapping)
    if oid not in (_RSA, _OAEP):
        return None
    issuer, serial, key_id = b"", 0, b""
    if name.tag == SEQUENCE:
        (issuer_at, _), (_, number) = children(content, name, 2)
        issuer = content[issuer_at : end_of_element(content, issuer_at)]
        serial = int.from_bytes(content[number.start : number.end][:64], "big", signed=True)
    else:
        key_id = octet_string(content, name_at, 0x80)[:64]
    if oid == _RSA:
        return WrappedKey(sealed, issuer, serial, key_id)
    hashes = _oaep(content, parameters)
    if hashes is None:
        return None
    digest, mask, label = hashes
    return WrappedKey(sealed, issuer, serial, key_id, "oaep", digest, mask, label)


def _oaep(content: bytes, parameters: Element | None) -> tuple[Hash, Hash, bytes] | None:
    """Return hash, mask hash and label (RFC 8017, A.2.1); None when one of them is unknown."""
    digest: Hash | None = "sha1"
    mask: Hash | None = "sha1"
    label = b""
    if parameters is None or parameters.tag != SEQUENCE:
        return "sha1", "sha1", label
    for _, one in children(content, parameters, 3):
        oid, more = _algorithm(content, element(content, one.start))
        if one.tag == CONTEXT:
            digest = _HASHES.get(oid)
        elif one.tag == CONTEXT + 1:
            if oid != _MGF1 or more is None:
                return None
            mask = _HASHES.get(_algorithm(content, more)[0])
        elif one.tag == CONTEXT + 2:
            if oid != _LABEL or more is None:
                return None
            label = content[more.start : more.end][:1024]
    return None if digest is None or mask is None else (digest, mask, label)


def _algorithm(content: bytes, holder: Element) -> tuple[bytes, Element | None]:
    """Return OID and parameters of an AlgorithmIdentifier."""
    pieces = children(content, holder, 2)
    if holder.tag != SEQUENCE or not pieces or pieces[0][1].tag != OBJECT:
        raise ValueError("not an AlgorithmIdentifier")
    name = pieces[0][1]
    return content[name.start : name.end], pieces[1][1] if len(pieces) > 1 else None


def _nonce(content: bytes, parameters: Element | None) -> bytes:
    """Return the IV of CBC, or the nonce of GCM (RFC 5084, 3.2)."""
    if parameters is None:
        return b""
    if parameters.tag == SEQUENCE:
        first = element(content, parameters.start)
        return content[first.start : first.end] if first.tag == OCTETS else b""
    return content[parameters.start : parameters.end]
