"""Files that a person dropped into the text of a mail: found in their objects, or nothing."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.containers.embedded import (
    EmbeddedFile,
    file_in_compound,
    file_in_package,
    file_in_streams,
)
from tests.corpus import making
from tests.corpus.outlook import compound_file, packed_file

_NATIVE = "\x01Ole10Native"
_FILE = EmbeddedFile("list.csv", b"Device ID\n")
_PACKED = packed_file("list.csv", b"Device ID\n")
_FLAGS = 4
_KIND = _PACKED.index(b"\0\0\x03\0") + 2


def changed(at: int, value: int) -> bytes:
    return _PACKED[:at] + struct.pack("<H", value) + _PACKED[at + 2 :]


def test_a_package_holds_a_file_with_its_name() -> None:
    assert file_in_package(_PACKED) == _FILE
    assert file_in_package(_PACKED + b"more") == _FILE


def test_the_name_of_a_package_is_made_safe() -> None:
    found = file_in_package(packed_file("..\\x\\list.csv", b"x"))
    assert found == EmbeddedFile("list.csv", b"x")


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        _PACKED[:-1],
        changed(_FLAGS, 3),
        changed(_KIND, 1),
        packed_file("a", b""),
        struct.pack("<IH", 9, 2) + b"no end",
        _PACKED[:40],
    ],
    ids=["empty", "cut short", "other flags", "a link", "no content", "no end", "cut in the path"],
)
def test_what_is_no_package_is_nothing(stream: bytes) -> None:
    assert file_in_package(stream) is None


def test_an_object_holds_a_package_or_a_document() -> None:
    streams = {"\x01ole10native": _PACKED, "package": b"PK", "other": b"x"}
    read = streams.__getitem__
    assert file_in_streams(["other", "package", "\x01ole10native"], read) == _FILE
    assert file_in_streams(["other", "package"], read) == EmbeddedFile("", b"PK")
    assert file_in_streams(["other"], read) is None
    assert file_in_streams(["package"], lambda _: b"") is None


@pytest.mark.parametrize("name", [_NATIVE, "\x01OLE10NATIVE"])
def test_a_package_in_a_compound_file(name: str) -> None:
    assert file_in_compound(compound_file({name: _PACKED})) == _FILE


def test_an_old_workbook_is_its_own_object() -> None:
    book = making.xls("S", [["Device ID"]])
    assert file_in_compound(book) == EmbeddedFile("", book)
    old = compound_file({"Book": b"x"})
    assert file_in_compound(old) == EmbeddedFile("", old)


def test_a_newer_document_is_within_its_object() -> None:
    assert file_in_compound(compound_file({"Package": b"PK\x03\x04"})) == EmbeddedFile(
        "", b"PK\x03\x04"
    )


def test_an_object_of_another_program_is_nothing() -> None:
    assert file_in_compound(compound_file({"CONTENTS": b"x"})) is None
    # A stream within a storage is not one of the object itself.
    assert file_in_compound(compound_file({"inner": {"Package": b"x"}})) is None


@pytest.mark.parametrize("content", [b"", b"PK", compound_file({"Package": b"x"})[:700]])
def test_damage_is_nothing(content: bytes) -> None:
    assert file_in_compound(content) is None


def test_a_chain_without_end_is_nothing() -> None:
    whole = compound_file({"Package": b"x" * 5000})
    table = (int.from_bytes(whole[76:80], "little") + 1) * 512
    odd = whole[:table] + struct.pack("<I", 0) + whole[table + 4 :]
    assert file_in_compound(odd) is None


@given(st.integers(0, len(_PACKED)), st.binary(max_size=4))
def test_any_damage_to_a_package_raises_nothing(at: int, new: bytes) -> None:
    found = file_in_package(_PACKED[:at] + new + _PACKED[at + len(new) :])
    assert found is None or len(found.content) < len(_PACKED)
