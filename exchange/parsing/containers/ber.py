"""Walk BER (X.690) forwards and without recursion: a value may come in millions of pieces."""

from __future__ import annotations

from typing import Final, NamedTuple

SEQUENCE: Final = 0x30
SET: Final = 0x31
INTEGER: Final = 0x02
OBJECT: Final = 0x06
OCTETS: Final = 0x04
CONTEXT: Final = 0xA0  # [0], constructed; [n] is CONTEXT + n
_CONSTRUCTED: Final = 0x20
_END: Final = b"\x00\x00"
_DEEPEST: Final = 64


class Element(NamedTuple):
    """A tag, and where its content begins and ends; the end is -1 for an indefinite length."""

    tag: int
    start: int
    end: int


def element(content: bytes, place: int) -> Element:
    """Return the element that begins at offset ``place``.

    Raises ValueError or IndexError when there is none.  Tags above 30 do not occur in the
    structures we read.
    """
    tag, length = content[place], content[place + 1]
    if tag & 0x1F == 0x1F:
        raise ValueError("a long tag")
    start = place + 2
    if length == 0x80:
        if not tag & _CONSTRUCTED:
            raise ValueError("an indefinite length where there is none")
        return Element(tag, start, -1)
    if length > 0x80:
        size = length & 0x7F
        if size > 8:
            raise ValueError("an oversized length")
        length = int.from_bytes(content[start : start + size], "big")
        start += size
    end = start + length
    if end > len(content):
        raise ValueError("cut short")
    return Element(tag, start, end)


def end_of_element(content: bytes, place: int) -> int:
    """Return the offset after the element that begins at offset ``place``."""
    if place < 0:
        raise ValueError("an indefinite length where there is none")
    one = element(content, place)
    if one.end >= 0:
        return one.end
    open_ones, place = 1, one.start
    while open_ones:
        if content[place : place + 2] == _END:
            open_ones, place = open_ones - 1, place + 2
            continue
        one = element(content, place)
        open_ones, place = (open_ones + 1, one.start) if one.end < 0 else (open_ones, one.end)
    return place


def at_end(content: bytes, holder: Element, place: int) -> bool:
    """Return whether the content of ``holder`` ends at the offset ``place``."""
    if holder.end >= 0:
        return place >= holder.end
    return content[place : place + 2] == _END


def children(content: bytes, holder: Element, most: int) -> list[tuple[int, Element]]:
    """Return the elements directly inside ``holder``, each with the offset where it begins.

    Raises ValueError when there are more than ``most``.
    """
    found: list[tuple[int, Element]] = []
    place = holder.start
    while not at_end(content, holder, place):
        if len(found) == most:
            raise ValueError("too many pieces")
        found.append((place, element(content, place)))
        place = end_of_element(content, place)
    return found


def octet_string(content: bytes, place: int, tag: int = OCTETS) -> bytes:
    """Return an OCTET STRING, in one piece or in nested ones; ``tag``: its implicit tag, if any."""
    first = element(content, place)
    if first.tag == tag and first.end >= 0:
        return content[first.start : first.end]
    if first.tag != tag | _CONSTRUCTED:
        raise ValueError("not an OCTET STRING")
    pieces: list[bytes] = []
    closing = [first.end]
    place = first.start
    while closing:
        if closing[-1] >= 0 and place >= closing[-1]:
            closing.pop()
        elif closing[-1] < 0 and content[place : place + 2] == _END:
            closing.pop()
            place += 2
        else:
            one = element(content, place)
            if one.tag == OCTETS and one.end >= 0:
                pieces.append(content[one.start : one.end])
                place = one.end
            elif one.tag == OCTETS | _CONSTRUCTED and len(closing) < _DEEPEST:
                closing.append(one.end)
                place = one.start
            else:
                raise ValueError("not a piece of an OCTET STRING")
    return b"".join(pieces)
