"""Check compound files ([MS-CFB]) for endless sector chains before a library follows them.

A chain of sectors that leads back to itself makes python-calamine allocate memory until the process
is killed.
"""

from __future__ import annotations

import struct
from array import array
from typing import Final

CFB_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_BYTES: Final = 512
_HEADER_LISTED: Final = 109  # FAT sectors that the header itself names
_LARGEST_NUMBER: Final = 0xFFFFFFFA  # higher numbers mean: end of chain, free, FAT sector


def has_endless_chain(content: bytes) -> bool:
    """Return whether a chain of sectors in a compound file leads back to itself.

    False for anything that is not a compound file, and for a truncated one: its chains end.
    """
    if not content.startswith(CFB_MAGIC) or len(content) < _HEADER_BYTES:
        return False
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in (9, 12):
        return False
    size = 1 << shift
    mini_start, _, listed_start, _ = struct.unpack_from("<4I", content, 60)
    sectors = list(struct.unpack_from(f"<{_HEADER_LISTED}I", content, 76))
    more = _difat_sectors(content, listed_start, size)
    if more is None:
        return True
    table = _numbers(content, sectors + more, size)
    if _has_cycle(table):
        return True
    chain: list[int] = []
    while mini_start < len(table) and len(chain) < len(table):
        chain.append(mini_start)
        mini_start = table[mini_start]
    return _has_cycle(_numbers(content, chain, size))


def _difat_sectors(content: bytes, start: int, size: int) -> list[int] | None:
    """Return the FAT sectors that the header has no room for; None when their list never ends."""
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
    """Return the numbers in these sectors in order; sectors beyond the file are left out."""
    table = array("I")
    for sector in sectors:
        at = (sector + 1) * size
        if sector < _LARGEST_NUMBER and at + size <= len(content):
            table.frombytes(content[at : at + size])
    return table


def _has_cycle(table: array[int]) -> bool:
    """Return whether some chain in the table runs in a circle; each place is visited twice."""
    state = bytearray(len(table))  # 0 not seen, 1 on the current chain, 2 known to end
    for start in range(len(table)):
        place = start
        while place < len(table) and not state[place]:
            state[place] = 1
            place = table[place]
        if place < len(table) and state[place] == 1:
            return True
        place = start
        while place < len(table) and state[place] == 1:
            state[place] = 2
            place = table[place]
    return False
