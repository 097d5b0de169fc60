"""Compound files with sector chains that never end are found before a library follows them."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.text.cfb_precheck import CFB_MAGIC, has_endless_chain
from tests.corpus.outlook import compound_file

_SECTOR = 512
_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
_WHOLE = compound_file({"long": b"x" * 5000, "short": b"y" * 200, "also short": b"z" * 100})
_FAT = int.from_bytes(_WHOLE[76:80], "little")  # the sector of the first part of the table
_MINI_FAT = int.from_bytes(_WHOLE[60:64], "little")


def with_entry(content: bytes, sector: int, place: int, value: int) -> bytes:
    """Return the file with one number of a sector changed."""
    at = (sector + 1) * _SECTOR + 4 * place
    return content[:at] + struct.pack("<I", value) + content[at + 4 :]


def entry(sector: int, place: int) -> int:
    return int(struct.unpack_from("<I", _WHOLE, (sector + 1) * _SECTOR + 4 * place)[0])


def test_chains_that_end_are_allowed() -> None:
    assert not has_endless_chain(_WHOLE)


def test_the_long_stream_is_a_chain_of_several_sectors() -> None:
    """Show that the cases below change a chain of the file, and not free space."""
    assert [entry(_FAT, place) for place in range(3)] == [1, 2, 3]
    assert entry(_MINI_FAT, 0) in (1, _END)


def test_a_sector_that_leads_back_is_found() -> None:
    assert has_endless_chain(with_entry(_WHOLE, _FAT, 3, 1))
    assert has_endless_chain(with_entry(_WHOLE, _FAT, 0, 0))


@pytest.mark.parametrize("beyond", [128, 129, 0xFFFFFFF9])
def test_a_sector_that_leads_beyond_the_table_ends_its_chain(beyond: int) -> None:
    assert not has_endless_chain(with_entry(_WHOLE, _FAT, 3, beyond))


@pytest.mark.parametrize("beyond", [128, 129, 0xFFFFFFF9])
def test_small_sectors_that_begin_beyond_the_table_have_no_table(beyond: int) -> None:
    odd = bytearray(_WHOLE)
    struct.pack_into("<I", odd, 60, beyond)
    assert not has_endless_chain(bytes(odd))


def test_two_chains_that_meet_are_no_circle() -> None:
    assert not has_endless_chain(with_entry(_WHOLE, _FAT, 40, 2))


def test_a_circle_that_no_stream_begins_in_is_found() -> None:
    """Check every sector: the library follows chains that the directory does not name, too."""
    odd = with_entry(with_entry(_WHOLE, _FAT, 60, 61), _FAT, 61, 60)
    assert has_endless_chain(odd)


def test_a_circle_of_small_sectors_is_found() -> None:
    assert has_endless_chain(with_entry(with_entry(_WHOLE, _MINI_FAT, 0, 1), _MINI_FAT, 1, 0))


def test_a_chain_of_the_small_sectors_own_table_is_found() -> None:
    assert has_endless_chain(with_entry(_WHOLE, _FAT, _MINI_FAT, _MINI_FAT))


def test_a_list_of_tables_that_leads_back_is_found() -> None:
    """Follow the sectors that list further tables: here the first names itself as the next."""
    more = len(_WHOLE) // _SECTOR - 1
    extra = struct.pack("<127I", *[_FREE] * 127)
    for following, endless in ((more, True), (_END, False), (more + 50, False)):
        odd = bytearray(_WHOLE + extra + struct.pack("<I", following))
        struct.pack_into("<I", odd, 68, more)
        assert has_endless_chain(bytes(odd)) is endless


def test_a_table_named_only_by_the_further_list_is_checked() -> None:
    more = len(_WHOLE) // _SECTOR - 1
    listing = struct.pack("<128I", *[_FREE] * 126, more + 1, _END)
    circle = struct.pack("<128I", *[_FREE] * 128)
    odd = bytearray(_WHOLE + listing + circle)
    struct.pack_into("<I", odd, 68, more)
    assert not has_endless_chain(bytes(odd))
    # This table is the second: its place 0 is sector 128.
    assert has_endless_chain(with_entry(bytes(odd), more + 1, 0, 128))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        CFB_MAGIC,
        _WHOLE[:511],
        CFB_MAGIC + b"\xff" * 600,
        CFB_MAGIC + bytes(600),
    ],
    ids=["empty", "zip", "magic", "short", "odd sector size", "no sector size"],
)
def test_anything_else_is_no_endless_file(content: bytes) -> None:
    assert not has_endless_chain(content)


def test_a_truncated_file_ends() -> None:
    odd = with_entry(_WHOLE, _FAT, 3, 1)
    assert not has_endless_chain(odd[: (_FAT + 1) * _SECTOR + 100])


def test_large_sectors_are_read_as_such() -> None:
    """Read a version 4 file, whose sectors have 4,096 bytes."""
    size = 4096
    head = bytearray(_WHOLE[:512].ljust(size, b"\0"))
    struct.pack_into("<H", head, 30, 12)
    struct.pack_into("<4I", head, 60, _END, 0, _END, 0)
    struct.pack_into("<109I", head, 76, 0, *[_FREE] * 108)
    table = [0xFFFFFFFD, *[_FREE] * 1023]
    assert not has_endless_chain(bytes(head) + struct.pack("<1024I", *table))
    table[1000] = 1000
    assert has_endless_chain(bytes(head) + struct.pack("<1024I", *table))


def test_a_large_table_is_checked_in_linear_time() -> None:
    sectors = 100
    last = sectors * 128 - 1
    numbers = [*range(1, last + 1), _END]
    head = bytearray(_WHOLE[:512])
    struct.pack_into("<4I", head, 60, _END, 0, _END, 0)
    struct.pack_into("<109I", head, 76, *range(sectors), *[_FREE] * 9)
    began = time.process_time()
    assert not has_endless_chain(bytes(head) + struct.pack(f"<{len(numbers)}I", *numbers))
    numbers[last] = 0
    assert has_endless_chain(bytes(head) + struct.pack(f"<{len(numbers)}I", *numbers))
    assert time.process_time() - began < 2


@given(st.lists(st.tuples(st.integers(0, 127), st.integers(0, 129)), max_size=60))
def test_a_circle_is_found_exactly_when_a_walk_does_not_end(steps: list[tuple[int, int]]) -> None:
    following = dict(steps)
    odd = bytearray(_WHOLE[:512])
    struct.pack_into("<4I", odd, 60, _END, 0, _END, 0)
    struct.pack_into("<109I", odd, 76, 0, *[_FREE] * 108)
    table = [following.get(place, _END) for place in range(128)]

    def ends(place: int) -> bool:
        for _ in range(129):
            if place >= 128:
                return True
            place = table[place]
        return False

    expected = not all(ends(place) for place in range(128))
    assert has_endless_chain(bytes(odd) + struct.pack("<128I", *table)) is expected
