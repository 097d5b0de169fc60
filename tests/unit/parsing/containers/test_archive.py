"""ZIP and gzip: sizes counted before anything is inflated, and each file by itself."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.containers.archive import (
    LOCKED,
    NOT_UNLOCKED,
    count_workbook,
    inflate,
    open_gzip,
    open_zip,
)
from exchange.parsing.containers.openers import NO_OPENERS, Budget, Opened, Openers
from tests.corpus import packing
from tests.corpus.packing import aes_zipped, legacy_zipped, with_declared_size, zipped

_WINTER = Openers(("another", "winter"))


def opened(
    content: bytes, openers: Openers = NO_OPENERS, limits: Limits = DEFAULT, where: str = "a.zip"
) -> Opened:
    return open_zip(where, content, openers, Budget(limits))


def files(found: Opened) -> list[tuple[str, str, bytes]]:
    return [(one.step, one.part.name, one.part.content) for one in found.inner]


def reasons(found: Opened) -> list[tuple[str, str, str]]:
    return [(one.text, one.reason, one.where) for one in found.rejects]


def flagged(archive: bytes, flag: int) -> bytes:
    """Return the archive of one file with a flag set."""
    out = bytearray(archive)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        out[archive.find(mark) + place] |= flag
    return bytes(out)


def damaged(archive: bytes) -> bytes:
    """Return the archive with the first file's bytes changed."""
    at = 30 + struct.unpack_from("<H", archive, 26)[0] + 2
    return archive[:at] + bytes([archive[at] ^ 0xFF]) + archive[at + 1 :]


# ZIP


def test_every_file_with_its_path() -> None:
    found = opened(zipped(("North/a.csv", b"x"), ("../b.csv", b"y"), ("a.csv", b"")))
    assert files(found) == [
        ("North/a.csv", "a.csv", b"x"),
        ("b.csv", "b.csv", b"y"),
        ("a.csv", "a.csv", b""),
    ]
    assert found.rejects == []
    assert all(one.part.attached and not one.mail for one in found.inner)


def test_two_files_of_one_name() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = zipped(("a.csv", b"x"), ("a.csv", b"y"))
    assert files(opened(archive)) == [("a.csv", "a.csv", b"x"), ("a.csv (2)", "a.csv", b"y")]


@pytest.mark.parametrize(
    "name",
    ["dir/", "__MACOSX/._a.csv", "x/.DS_Store", "Thumbs.db", "Desktop.ini"],
)
def test_clutter_is_left_out_and_not_counted(name: str) -> None:
    archive = zipped((name, b"x"), ("a.csv", b"y"))
    found = opened(archive, limits=Limits(members=1))
    assert files(found) == [("a.csv", "a.csv", b"y")]


def test_a_file_named_like_clutter_is_kept() -> None:
    assert len(files(opened(zipped(("my__macosx/a", b"x"), ("thumbs.db.csv", b"x"))))) == 2


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused_by_file(method: int) -> None:
    found = opened(zipped(("d/a.csv", b"x"), method=method))
    assert found.inner == []
    assert reasons(found) == [
        (
            "d/a.csv",
            "it is compressed in a way that we do not support: please use ordinary ZIP (Deflate)",
            "a.zip > d/a.csv",
        ),
    ]


def test_a_stored_file_is_read() -> None:
    assert files(opened(zipped(("a", b"x"), method=zipfile.ZIP_STORED))) == [("a", "a", b"x")]


def test_a_damaged_file_is_refused_and_the_others_are_read() -> None:
    found = opened(damaged(zipped(("a.csv", b"x" * 100), ("b.csv", b"y"))))
    assert files(found) == [("b.csv", "b.csv", b"y")]
    assert reasons(found) == [("a.csv", "the file is damaged in its archive", "a.zip > a.csv")]


@pytest.mark.parametrize("size", [1, 99, 101, 5000])
def test_a_file_that_lies_about_its_size_is_damaged(size: int) -> None:
    found = opened(with_declared_size(zipped(("a.csv", b"x" * 100)), size))
    assert found.inner == []
    assert reasons(found) == [("a.csv", "the file is damaged in its archive", "a.zip > a.csv")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", zipped(("a", b"x"))[:-10]])
def test_a_damaged_archive_is_refused(content: bytes) -> None:
    assert reasons(opened(content)) == [("a.zip", "the archive is damaged", "a.zip")]


# Ceilings


def test_a_file_of_too_many_bytes_refuses_the_archive() -> None:
    archive = zipped(("a", b"x" * 1001), ("b", b"y"))
    assert len(opened(archive, limits=Limits(member_bytes=1001)).inner) == 2
    found = opened(archive, limits=Limits(member_bytes=1000))
    assert found.inner == []
    assert reasons(found) == [
        ("a.zip", "the archive holds a file of more than 1,000 bytes", "a.zip")
    ]


def test_an_archive_that_unpacks_to_far_more_is_refused() -> None:
    """Refuse by the declared size alone: the file itself is one byte."""
    archive = zipped(("a", b"x"))
    most = 200 * len(archive)
    assert most < 20_000_000
    declared = with_declared_size(archive, 20_000_000)
    assert reasons(opened(declared))[0][1] == "the file is damaged in its archive"
    declared = with_declared_size(archive, 20_000_001)
    assert reasons(opened(declared)) == [
        ("a.zip", "the archive unpacks to more than 200 times its size", "a.zip")
    ]
    large = Limits(expansion=20_000_001 // len(archive) + 1)
    assert reasons(opened(declared, limits=large))[0][1] == "the file is damaged in its archive"


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(inflated_bytes=1999), "its containers hold more than 1,999 bytes"),
        (Limits(members=1), "its containers hold more than 1 files"),
    ],
)
def test_the_ceilings_of_the_mail(limits: Limits, message: str) -> None:
    archive = zipped(("a", b"x" * 1000), ("b", b"y" * 1000))
    assert len(opened(archive, limits=Limits(inflated_bytes=2000, members=2)).inner) == 2
    with pytest.raises(Unreadable, match=message) as caught:
        opened(archive, limits=limits)
    assert caught.value.place == "a.zip"


def test_a_file_list_of_too_many_bytes_is_not_listed() -> None:
    archive = bytearray(zipped(("a", b"x")))
    struct.pack_into("<I", archive, archive.rfind(b"PK\x05\x06") + 12, 2 * 346 + 1)
    with pytest.raises(Unreadable, match="an archive of more than 2 files"):
        opened(bytes(archive), limits=Limits(members=2))
    assert reasons(opened(bytes(archive), limits=Limits(members=3)))


# Passwords


@pytest.mark.parametrize("lock", [aes_zipped, legacy_zipped])
def test_the_passwords_on_file_are_tried(lock: type) -> None:
    archive = lock("winter", ("d/a.csv", b"x" * 100), ("b.csv", b"y"))
    assert files(opened(archive, _WINTER)) == [
        ("d/a.csv", "a.csv", b"x" * 100),
        ("b.csv", "b.csv", b"y"),
    ]
    assert reasons(opened(archive)) == [("a.zip", LOCKED, "a.zip")]
    found = opened(archive, Openers(("summer",)))
    assert (found.inner, reasons(found)) == ([], [("a.zip", NOT_UNLOCKED, "a.zip")])


def test_files_without_a_password_are_read_all_the_same() -> None:
    archive = aes_zipped("winter", ("a.csv", b"x"), ("b.csv", b"y"), plain=["b.csv"])
    found = opened(archive)
    assert files(found) == [("b.csv", "b.csv", b"y")]
    assert reasons(found) == [("a.zip", LOCKED, "a.zip")]


def test_only_the_first_twenty_passwords_are_tried() -> None:
    archive = legacy_zipped("winter", ("a.csv", b"x" * 100))
    wrong = tuple(f"wrong {number}" for number in range(20))
    assert opened(archive, Openers((*wrong[:19], "winter"))).inner
    assert not opened(archive, Openers((*wrong, "winter"))).inner


def test_encryption_to_a_certificate_is_refused() -> None:
    archive = flagged(zipped(("a.csv", b"x")), 0x41)
    assert reasons(opened(archive, _WINTER)) == [
        ("a.csv", "it is encrypted in a way that we do not support", "a.zip > a.csv")
    ]


def test_the_slow_legacy_cipher_has_a_ceiling_of_its_own() -> None:
    archive = bytearray(legacy_zipped("winter", ("a.csv", b"x")))
    struct.pack_into("<I", archive, archive.find(b"PK\x01\x02") + 20, 20_000_001)
    found = opened(bytes(archive), _WINTER)
    assert reasons(found) == [
        ("a.csv", "it is too large for the legacy ZIP encryption: please use AES", "a.zip > a.csv")
    ]


# A workbook's own ZIP


def test_what_a_workbook_declares_is_counted() -> None:
    budget = Budget(Limits(inflated_bytes=1000))
    book = with_declared_size(zipped(("xl/workbook.xml", b"x")), 600)
    count_workbook("a.xlsx", book, budget)
    assert budget.inflated == 600
    for other in (b"", b"\xd0\xcf\x11\xe0", b"PK damaged"):
        count_workbook("a.xls", other, budget)
    assert budget.inflated == 600
    with pytest.raises(Unreadable, match=r"^b\.xlsx: its containers hold more than 1,000 bytes"):
        count_workbook("b.xlsx", book, budget)


# gzip


@pytest.mark.parametrize(
    ("name", "step", "inner"),
    [
        ("a.csv.gz", "a.csv", "a.csv"),
        ("A.CSV.GZ", "A.CSV", "A.CSV"),
        ("a", "file 1", ""),
        ("", "file 1", ""),
        (".gz", "file 1", ""),
    ],
)
def test_the_one_file_of_a_gzip(name: str, step: str, inner: str) -> None:
    budget = Budget(DEFAULT)
    found = open_gzip("x > a", name, packing.gzipped(b"Device ID\n"), budget)
    assert files(found) == [(step, inner, b"Device ID\n")]
    assert found.rejects == []
    assert (budget.inflated, budget.members) == (10, 1)


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (b"\x1f\x8b damaged", DEFAULT),
        (packing.gzipped(b"x" * 100)[:-4], DEFAULT),
        (packing.gzipped(b"x" * 100)[:-8] + bytes(8), DEFAULT),
        (packing.gzipped(b"x" * 101), Limits(member_bytes=100)),
    ],
    ids=["damaged", "cut short", "another checksum", "too large"],
)
def test_a_gzip_that_cannot_be_read_is_refused(content: bytes, limits: Limits) -> None:
    found = open_gzip("x > a.gz", "a.gz", content, Budget(limits))
    assert found.inner == []
    assert reasons(found) == [
        ("a.gz", "the archive is damaged, or unpacks to far more than its size", "x > a.gz")
    ]


def test_a_gzip_that_unpacks_to_far_more_is_refused() -> None:
    small = Limits(expansion=1)
    assert open_gzip("a", "a", packing.gzipped(bytes(20_000_000)), Budget(small)).inner
    assert open_gzip("a", "a", packing.gzipped(bytes(20_000_001)), Budget(small)).rejects


# Inflating


def test_inflating_stops_at_the_ceiling() -> None:
    packed = zlib.compress(bytes(1000))
    assert inflate(packed, 1000) == bytes(1000)
    assert inflate(packed, 999) is None
    assert inflate(b"", 10) == b""
    assert inflate(b"damaged", 10) is None
    assert inflate(packed[:-1], 1000) is None
    assert inflate(packed + b"more", 1000) == bytes(1000)


def test_gzip_files_may_follow_each_other() -> None:
    window = zlib.MAX_WBITS | 16
    two = gzip.compress(b"one") + bytes(5) + gzip.compress(b"two")
    assert inflate(two, 6, window) == b"onetwo"
    assert inflate(two, 5, window) is None
    assert inflate(gzip.compress(b"one") + b"damaged", 100, window) is None


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.binary(max_size=50)),
        max_size=4,
        unique_by=lambda one: one[0],
    )
)
def test_every_file_comes_back(listed: list[tuple[str, bytes]]) -> None:
    assert files(opened(zipped(*listed))) == [(name, name, content) for name, content in listed]


_WHOLE = zipped(("a.csv", b"Device ID\n" * 20), ("b.csv", b"y"))


@given(st.integers(0, len(_WHOLE) - 1), st.binary(min_size=1, max_size=6))
def test_any_damage_is_refused_or_read(at: int, new: bytes) -> None:
    try:
        found = opened(_WHOLE[:at] + new + _WHOLE[at + len(new) :], _WINTER)
    except Unreadable as error:
        assert "an archive of more than" in error.message  # noqa: PT017
    else:
        assert len(found.inner) <= 2
