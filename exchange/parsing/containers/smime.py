"""Open S/MIME (RFC 8551): return the MIME entity inside an application/pkcs7-mime part.

We support opaque signed-data, compressed-data (RFC 3274) and, with a key from the caller,
enveloped-data and authenticated-enveloped-data.  Signatures are not checked here.  We parse the CMS
structure (RFC 5652) ourselves.
"""

from __future__ import annotations

import binascii
from enum import Enum
from typing import Final, NamedTuple

from exchange.errors import NotDecrypted, Unreadable
from exchange.parsing.containers.archive import inflate
from exchange.parsing.containers.ber import (
    CONTEXT,
    OBJECT,
    SEQUENCE,
    at_end,
    element,
    end_of_element,
    octet_string,
)
from exchange.parsing.containers.enveloped import decrypt_envelope
from exchange.parsing.containers.openers import Budget, Openers
from exchange.parsing.mime.headers import from_base64

MEDIA: Final = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
NO_KEY: Final = "encrypted: no key for it is configured"

_DATA = binascii.unhexlify("2a864886f70d0107")
_COMPRESSED = binascii.unhexlify("2a864886f70d0109100109")
_SEALED_AUTHENTIC = binascii.unhexlify("2a864886f70d0109100117")


class CmsKind(Enum):
    """The kinds of CMS message that we support."""

    SIGNED = "signed"
    COMPRESSED = "compressed"
    ENCRYPTED = "encrypted"


class Entity(NamedTuple):
    """What a CMS message held; ``warning``: its encryption is out of date."""

    content: bytes
    encrypted: bool = False
    warning: str = ""


def cms_kind(content: bytes) -> CmsKind | None:
    """Return which kind of CMS message ``content`` (DER or BER) is; None when it is none."""
    try:
        return _kind(content)[0]
    except (IndexError, ValueError):
        return None


def der_of(content: bytes) -> bytes:
    """Return a CMS message as DER bytes; remove PEM lines or base64 if it is written so."""
    head = content[:200].lstrip()
    if head.startswith(b"-----BEGIN "):
        body = content.partition(b"-----BEGIN ")[2].partition(b"\n")[2]
        return from_base64(body.partition(b"-----END")[0])
    if head.startswith(b"MI"):
        return from_base64(content)
    return content


def entity_of(where: str, content: bytes, openers: Openers, budget: Budget) -> Entity | None:
    """Return the MIME entity in a CMS message; None for a detached signature or certificates.

    Raises Unreadable when we have no key, or the message is of an unknown kind, damaged or past a
    ceiling; and NotDecrypted when none of our keys opens it.
    """
    der = der_of(content)
    try:
        kind, place = _kind(der)
        if kind is CmsKind.ENCRYPTED:
            return _decrypt_entity(where, der, place, openers, budget)
        inner = _encapsulated(der, place)
    except (IndexError, ValueError):
        raise Unreadable("the signed or encrypted part is damaged", place=where) from None
    if inner is None:
        return None
    if kind is CmsKind.COMPRESSED:
        limits = budget.limits
        plain = inflate(inner, min(limits.member_bytes, limits.expansion * len(inner) + 10_000))
        if plain is None:
            raise Unreadable(
                "the compressed part is damaged, or unpacks to far more than its size", place=where
            )
        inner = plain
    budget.count_bytes(len(inner), where)
    return Entity(inner)


def _decrypt_entity(where: str, der: bytes, place: int, openers: Openers, budget: Budget) -> Entity:
    if openers.unwrap is None:
        raise Unreadable(NO_KEY, place=where)
    budget.count_decryption(where)
    try:
        plain, warning = decrypt_envelope(der, place, openers.unwrap)
    except NotDecrypted as error:
        raise NotDecrypted(f"it cannot be decrypted: {error.message}", place=where) from None
    budget.count_bytes(len(plain), where)
    return Entity(plain, encrypted=True, warning=warning)


def _kind(content: bytes) -> tuple[CmsKind, int]:
    """Return the kind, and where the content of ContentInfo begins."""
    info = element(content, 0)
    name = element(content, info.start)
    if info.tag != SEQUENCE or name.tag != OBJECT or name.end < 0:
        raise ValueError("not a ContentInfo")
    oid = content[name.start : name.end]
    place = element(content, name.end)
    if place.tag != CONTEXT:
        raise ValueError("no content")
    if oid == _DATA + b"\x02":
        return CmsKind.SIGNED, place.start
    if oid == _DATA + b"\x03" or oid == _SEALED_AUTHENTIC:
        return CmsKind.ENCRYPTED, place.start
    if oid == _COMPRESSED:
        return CmsKind.COMPRESSED, place.start
    raise ValueError("another kind of content")


def _encapsulated(content: bytes, start: int) -> bytes | None:
    """Return the eContent of a SignedData or CompressedData that begins at ``start``."""
    body = element(content, start)
    version = element(content, body.start)
    algorithms = end_of_element(content, version.end)
    holder = element(content, algorithms)
    if body.tag != SEQUENCE or holder.tag != SEQUENCE:
        raise ValueError("not a SignedData")
    name = element(content, holder.start)
    if name.tag != OBJECT:
        raise ValueError("not an EncapsulatedContentInfo")
    if at_end(content, holder, name.end):
        return None
    explicit = element(content, name.end)
    if explicit.tag != CONTEXT:
        raise ValueError("not an eContent")
    return octet_string(content, explicit.start)
