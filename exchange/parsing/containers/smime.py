"""S/MIME (RFC 8551): the MIME entity inside an application/pkcs7-mime part.

Read are opaque signed-data, compressed-data (RFC 3274) and, with a key from outside,
enveloped-data.  Signatures are not checked here.  The CMS structure (RFC 5652) is walked by
ourselves, forwards only and without recursion, because its BER may come in millions of pieces.
"""

from __future__ import annotations

import binascii
from enum import Enum
from typing import Final, NamedTuple

from exchange.errors import ExchangeError, Unreadable
from exchange.parsing.containers.archive import inflated
from exchange.parsing.containers.openers import Budget, Openers
from exchange.parsing.headers import from_base64

MEDIA: Final = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
NO_KEY: Final = "encrypted: no key for it is configured"

_SEQUENCE, _OBJECT, _OCTETS, _PIECES, _CONTENT = 0x30, 0x06, 0x04, 0x24, 0xA0
_END = b"\x00\x00"
_DATA = binascii.unhexlify("2a864886f70d0107")
_COMPRESSED = binascii.unhexlify("2a864886f70d0109100109")
_SEALED_AUTHENTIC = binascii.unhexlify("2a864886f70d0109100117")
_DEEPEST: Final = 64


class Sealed(Enum):
    """What a CMS message is."""

    SIGNED = "signed"
    COMPRESSED = "compressed"
    ENCRYPTED = "encrypted"


class _Element(NamedTuple):
    tag: int
    start: int  # of the content
    end: int  # of the content, or -1 when its length is indefinite


def sealed_kind(content: bytes) -> Sealed | None:
    """What kind of CMS ``content`` (DER or BER) is; None when it is none."""
    try:
        return _kind(content)[0]
    except (IndexError, ValueError):
        return None


def der_of(content: bytes) -> bytes:
    """The bytes of a CMS message that may come in PEM armour or once more in base64."""
    head = content[:200].lstrip()
    if head.startswith(b"-----BEGIN "):
        body = content.partition(b"-----BEGIN ")[2].partition(b"\n")[2]
        return from_base64(body.partition(b"-----END")[0])
    if head.startswith(b"MI"):
        return from_base64(content)
    return content


def entity_of(where: str, content: bytes, openers: Openers, budget: Budget) -> bytes | None:
    """The MIME entity in a CMS message; None when it has none (a detached signature, certificates).

    Raises Unreadable with a reason: no key, of an unknown kind, damaged, or past the ceilings.
    """
    der = der_of(content)
    try:
        kind, place = _kind(der)
        if kind is Sealed.ENCRYPTED:
            return _decrypted(where, der, openers, budget)
        inner = _encapsulated(der, place)
    except (IndexError, ValueError):
        raise Unreadable("the signed or encrypted part is damaged", place=where) from None
    if inner is None:
        return None
    if kind is Sealed.COMPRESSED:
        limits = budget.limits
        plain = inflated(inner, min(limits.member_bytes, limits.expansion * len(inner) + 10_000))
        if plain is None:
            raise Unreadable(
                "the compressed part is damaged, or grows beyond all measure", place=where
            )
        inner = plain
    budget.take(len(inner), where)
    return inner


def _decrypted(where: str, der: bytes, openers: Openers, budget: Budget) -> bytes:
    if openers.decrypt is None:
        raise Unreadable(NO_KEY, place=where)
    try:
        plain = openers.decrypt(der)
    except ExchangeError as error:
        raise Unreadable(f"encrypted, and not to be opened: {error.message}", place=where) from None
    budget.take(len(plain), where)
    return plain


def _kind(content: bytes) -> tuple[Sealed, int]:
    """The kind, and where the content of ContentInfo begins."""
    info = _element(content, 0)
    name = _element(content, info.start)
    if info.tag != _SEQUENCE or name.tag != _OBJECT or name.end < 0:
        raise ValueError("not a ContentInfo")
    oid = content[name.start : name.end]
    place = _element(content, name.end)
    if place.tag != _CONTENT:
        raise ValueError("no content")
    if oid == _DATA + b"\x02":
        return Sealed.SIGNED, place.start
    if oid == _DATA + b"\x03" or oid == _SEALED_AUTHENTIC:
        return Sealed.ENCRYPTED, place.start
    if oid == _COMPRESSED:
        return Sealed.COMPRESSED, place.start
    raise ValueError("another kind of content")


def _encapsulated(content: bytes, start: int) -> bytes | None:
    """The eContent of a SignedData or CompressedData that begins at ``start``."""
    body = _element(content, start)
    version = _element(content, body.start)
    algorithms = _skipped(content, version.end)
    holder = _element(content, algorithms)
    if body.tag != _SEQUENCE or holder.tag != _SEQUENCE:
        raise ValueError("not a SignedData")
    name = _element(content, holder.start)
    if name.tag != _OBJECT:
        raise ValueError("not an EncapsulatedContentInfo")
    if name.end == holder.end or content[name.end : name.end + 2] == _END:
        return None
    explicit = _element(content, name.end)
    if explicit.tag != _CONTENT:
        raise ValueError("not an eContent")
    return _octets(content, explicit.start)


def _element(content: bytes, place: int) -> _Element:
    """The element at ``place``; tags above 30 do not occur here."""
    tag, length = content[place], content[place + 1]
    if tag & 0x1F == 0x1F:
        raise ValueError("a long tag")
    start = place + 2
    if length == 0x80:
        return _Element(tag, start, -1)
    if length > 0x80:
        size = length & 0x7F
        if size > 8:
            raise ValueError("a length beyond all measure")
        length = int.from_bytes(content[start : start + size], "big")
        start += size
    end = start + length
    if end > len(content):
        raise ValueError("cut short")
    return _Element(tag, start, end)


def _skipped(content: bytes, place: int) -> int:
    """The place behind the element at ``place``."""
    if place < 0:
        raise ValueError("an indefinite length where there is none")
    one = _element(content, place)
    if one.end >= 0:
        return one.end
    open_ones, place = 1, one.start
    while open_ones:
        if content[place : place + 2] == _END:
            open_ones, place = open_ones - 1, place + 2
            continue
        one = _element(content, place)
        open_ones, place = (open_ones + 1, one.start) if one.end < 0 else (open_ones, one.end)
    return place


def _octets(content: bytes, place: int) -> bytes:
    """An OCTET STRING, in one piece or in nested ones."""
    first = _element(content, place)
    if first.tag == _OCTETS and first.end >= 0:
        return content[first.start : first.end]
    if first.tag != _PIECES:
        raise ValueError("not an OCTET STRING")
    pieces: list[bytes] = []
    ends = [first.end]
    place = first.start
    while ends:
        if ends[-1] >= 0 and place >= ends[-1]:
            ends.pop()
        elif ends[-1] < 0 and content[place : place + 2] == _END:
            ends.pop()
            place += 2
        else:
            one = _element(content, place)
            if one.tag == _OCTETS and one.end >= 0:
                pieces.append(content[one.start : one.end])
                place = one.end
            elif one.tag == _PIECES and len(ends) < _DEEPEST:
                ends.append(one.end)
                place = one.start
            else:
                raise ValueError("not a piece of an OCTET STRING")
    return b"".join(pieces)
