"""Compound files ([MS-CFB]), checked for chains without end before a library follows them.

A chain of sectors that comes back to itself makes python-calamine ask for memory until the process
is ended.
"""

from __future__ import annotations

import struct
from array import array
from typing import Final

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_BYTES: Final = 512
_HEADER_LISTED: Final = 109  # sectors of the table that the header itself names
_LARGEST_NUMBER: Final = 0xFFFFFFFA  # numbers above mean: end, free, of the table


def has_endless_chain(content: bytes) -> bool:
    """Whether a chain of sectors in a compound file leads back to itself.

    False for what is no compound file, or one that is cut short: that ends by itself.
    """
    if not content.startswith(MAGIC) or len(content) < _HEADER_BYTES:
        return False
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in (9, 12):
        return False
    size = 1 << shift
    mini_start, _, listed_start, _ = struct.unpack_from("<4I", content, 60)
    sectors = list(struct.unpack_from(f"<{_HEADER_LISTED}I", content, 76))
    more = _listed_elsewhere(content, listed_start, size)
    if more is None:
        return True
    table = _numbers(content, sectors + more, size)
    if _comes_back(table):
        return True
    chain: list[int] = []
    while mini_start < len(table) and len(chain) < len(table):
        chain.append(mini_start)
        mini_start = table[mini_start]
    return _comes_back(_numbers(content, chain, size))


def _listed_elsewhere(content: bytes, start: int, size: int) -> list[int] | None:
    """The sectors of the table that the header has no room for; None when they never end."""
    found: list[int] = []
    seen: set[int] = set()
    while start < _LARGEST_NUMBER and (start + 2) * size <= len(content):
        if start in seen:
            return None
        seen.add(start)
        numbers = _numbers(content, [start], size)
        found += numbers[:-1]
        start = numbers[-1]
    return found


def _numbers(content: bytes, sectors: list[int], size: int) -> array[int]:
    """The numbers in these sectors, one after the other; what lies beyond the file is left out."""
    table = array("I")
    for sector in sectors:
        at = (sector + 1) * size
        if sector < _LARGEST_NUMBER and at + size <= len(content):
            table.frombytes(content[at : at + size])
    return table


def _comes_back(table: array[int]) -> bool:
    """Whether following the table from any place leads into a ring; each place is seen twice."""
    settled = bytearray(len(table))  # 0 not seen, 1 on the way, 2 known to end
    for start in range(len(table)):
        place = start
        while place < len(table) and not settled[place]:
            settled[place] = 1
            place = table[place]
        if place < len(table) and settled[place] == 1:
            return True
        place = start
        while place < len(table) and settled[place] == 1:
            settled[place] = 2
            place = table[place]
    return False
