"""Containers in containers: nothing is lost, nothing is invented, and every read ends."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.domain.device import DeviceId
from exchange.domain.envelope import WrappedKey
from exchange.domain.limits import DEFAULT, Limits
from exchange.domain.mail import Kind, Understanding
from exchange.errors import BadInput, Unreadable
from exchange.parsing.containers.naming import member_path
from exchange.parsing.containers.openers import Openers
from exchange.parsing.containers.rtf import decompress, read_rtf
from exchange.parsing.containers.uu import extract_uu
from exchange.parsing.reading.import_tables import read_tables
from exchange.parsing.reading.understand import understand, understand_file
from tests.corpus import making, packing
from tests.corpus.outlook import Item, compound_file, html_in_rtf, msg, packed_rtf, tnef
from tests.unit.parsing.reading.test_properties import lists

_PASSWORD = "Winter 2026"
_OPENERS = Openers(passwords=("another", _PASSWORD))
_ASK = "Please send the install codes for the attached devices.\n"
_D = making.D


def attached(content: bytes, name: str) -> bytes:
    """Return a request with its list in one file."""
    body = making.raw_part(content, "application/octet-stream", name)
    return making.mail(making.multi("mixed", making.part(_ASK), body))


def mail_of(content: bytes, name: str) -> bytes:
    """Return the same with another boundary, so that it can be inside a mail."""
    body = making.raw_part(content, "application/octet-stream", name)
    boundary = f"=_{zlib.crc32(content):x}"
    return making.mail(making.multi("mixed", making.part("list\n"), body, boundary=boundary))


def signed_mail(content: bytes, name: str) -> bytes:
    """Return the same wrapped in an S/MIME signature."""
    entity = mail_of(content, name).partition(b"MIME-Version: 1.0\r\n")[2]
    return making.mail(
        making.raw_part(packing.signed_in_pieces(entity, 4000), "application/pkcs7-mime", "x.p7m")
    )


# The ways to wrap a file: each returns the new file and its name.
WRAPPERS: dict[str, Callable[[bytes, str], tuple[bytes, str]]] = {
    "zip": lambda content, name: (packing.zipped((f"in/{name}", content)), "a.zip"),
    "aes": lambda content, name: (packing.aes_zipped(_PASSWORD, (name, content)), "b.zip"),
    "legacy": lambda content, name: (packing.legacy_zipped(_PASSWORD, (name, content)), "c.zip"),
    "gzip": lambda content, name: (packing.gzipped(content), f"{name}.gz"),
    "mail": lambda content, name: (mail_of(content, name), "d.eml"),
    "signed": lambda content, name: (signed_mail(content, name), "e.eml"),
    "msg": lambda content, name: (msg(Item(subject="s", files=[(name, content)])), "f.msg"),
    "msg in msg": lambda content, name: (
        msg(Item(subject="s", items=[Item(subject="inner", files=[(name, content)])])),
        "g.msg",
    ),
    "tnef": lambda content, name: (tnef(Item(plain="s", files=[(name, content)])), "winmail.dat"),
    "uuencode": lambda content, name: (packing.uuencoded(name, content).encode(), "h.uue"),
}
_BETWEEN = {"zip": "in/", "msg in msg": "inner > "}


@given(
    ids=lists,
    wraps=st.lists(st.sampled_from(sorted(WRAPPERS)), min_size=1, max_size=3),
    workbook=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_list_in_any_containers_reads_back_exactly(
    ids: list[DeviceId], wraps: list[str], workbook: bool
) -> None:
    rows = [["Site", "Device ID"], *(["x", str(one)] for one in ids)]
    name = "list.xlsx" if workbook else "list.csv"
    content = (
        making.xlsx(("S", rows))
        if workbook
        else "\r\n".join(",".join(row) for row in rows).encode()
    )
    path = f"{name} > S" if workbook else name
    for wrap in wraps:
        content, name = WRAPPERS[wrap](content, name)
        path = f"{name} > {_BETWEEN.get(wrap, '')}{path}"
    said = understand(attached(content, name), openers=_OPENERS)
    assert [(one.device, one.where) for one in said.devices] == [
        (one, f"{path} > row {row}") for row, one in enumerate(ids, 2)
    ]
    assert said.kind is Kind.REQUEST
    assert not said.rejects


_SEEDS = [wrap(b"Device ID\r\n00DB1234567890A0\r\n", "a.csv")[0] for wrap in WRAPPERS.values()]
_SEEDS += [
    msg(Item(plain="x", rtf=packed_rtf(html_in_rtf("<p>x</p>")), html=b"<p>y", links=["z"])),
    tnef(Item(plain="x", rtf=packed_rtf(html_in_rtf("<p>x</p>")), items=[Item(plain="y")])),
    packing.enveloped(b"x"),
    packing.compressed(b"\r\nx"),
    packing.document([["a", "b"]]),
    making.xls("S", [["a"]]),
    rb"{\rtf1\ansi{\fonttbl{\f0 A;}}{\*\htmltag <p>}\u8211 ?\'e9\par}",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
]


def _refused(content: bytes, name: str) -> Understanding | None:
    """Return the result, or None when the file was refused; fail on a caught fault of ours."""
    try:
        return understand_file(name, content, openers=_OPENERS)
    except Unreadable as error:
        if "fault" in error.message:
            raise
        return None


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_damaged_containers_raise_only_our_errors(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(_SEEDS))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.sampled_from([0, 0, 1, 2, 4, 30]))
        new = data.draw(st.one_of(st.binary(max_size=8), st.sampled_from(
            [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x80", b"{", b"}", b"\x30\x80" * 20]
        )))  # fmt: skip
        content = content[:at] + new + content[at + cut :]
    _refused(content, data.draw(st.sampled_from(["x", "x.zip", "x.msg", "x.p7m", "x.xlsx"])))


@given(
    start=st.sampled_from(
        [b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x78\x9f\x3e\x22",
         b"\x1f\x8b\x08\x00", b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80",
         b"begin 644 a\n", b"{\\rtf1"]
    ),
    rest=st.binary(max_size=2000),
    more=st.sampled_from([b"", "__properties_version1.0".encode("utf-16-le"),
                          "EncryptedPackage".encode("utf-16-le")]),
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_random_bytes_behind_any_magic_raise_only_our_errors(
    start: bytes, rest: bytes, more: bytes
) -> None:
    _refused(start + rest + more, "x.p7m")


# Ceilings


def _nested(levels: int) -> bytes:
    content, name = b"Device ID\r\n00DB1234567890A0\r\n", "list.csv"
    kinds = ["zip", "mail", "msg", "tnef", "gzip"]
    for level in range(levels):
        content, name = WRAPPERS[kinds[level % len(kinds)]](content, name)
    return attached(content, name)


def test_depth_counts_across_all_kinds_of_containers() -> None:
    assert len(understand(_nested(5), Limits(depth=9)).devices) == 1
    with pytest.raises(Unreadable, match="deeper than 9"):
        understand(_nested(12), Limits(depth=9))


def test_unpacked_bytes_count_across_all_containers() -> None:
    one = packing.zipped(("a.csv", b"Device ID\r\n" + b"x" * 6000))
    two = making.multi(
        "mixed",
        making.part(_ASK),
        making.raw_part(one, "application/zip", "a.zip"),
        making.raw_part(packing.gzipped(b"y" * 6000), "application/gzip", "b.gz"),
    )
    understand(making.mail(two), Limits(inflated_bytes=13_000))
    with pytest.raises(Unreadable, match="hold more than 10,000 bytes"):
        understand(making.mail(two), Limits(inflated_bytes=10_000))


def test_files_count_across_all_containers() -> None:
    def archive(first: int) -> bytes:
        return packing.zipped(*((f"{n}.txt", b"x") for n in range(first, first + 60)))

    outer = packing.zipped(("a.zip", archive(0)), ("b.zip", archive(60)))
    understand(attached(outer, "c.zip"), Limits(members=130))
    with pytest.raises(Unreadable, match="more than 100 files"):
        understand(attached(outer, "c.zip"), Limits(members=100))


def test_an_archive_of_a_million_files_is_refused_before_it_is_listed() -> None:
    archive = bytearray(packing.zipped(("a.csv", b"x")))
    end = archive.rfind(b"PK\x05\x06")
    archive[end:end] = b"\0" * 3_000_000
    end += 3_000_000
    archive[end + 12 : end + 16] = struct.pack("<I", 3_000_000)
    with pytest.raises(Unreadable, match="an archive of more than 1,000 files"):
        understand(attached(bytes(archive), "a.zip"))


def test_files_that_share_bytes_each_count() -> None:
    """Count each entry of a flat bomb, in which many entries name the same bytes."""
    single = packing.zipped(("a.csv", b"0" * 1_000_000))
    at, end = single.find(b"PK\x01\x02"), single.rfind(b"PK\x05\x06")
    many = 900
    closing = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, many, many, (end - at) * many, at, 0)
    bomb = single[:at] + single[at:end] * many + closing
    said = understand(attached(bomb, "a.zip"))
    assert [one.reason for one in said.rejects] == [
        "the archive unpacks to more than 200 times its size"
    ]


def test_a_large_file_in_an_archive_is_refused() -> None:
    said = understand(
        attached(packing.zipped(("a.csv", b"0" * 5000)), "a.zip"), Limits(member_bytes=4000)
    )
    assert "a file of more than 4,000 bytes" in said.rejects[0].reason


def test_a_gzip_bomb_or_truncated_gzip_is_refused() -> None:
    bomb = packing.gzipped(b"0" * 30_000_000)
    assert "unpacks to far more" in understand(attached(bomb, "a.csv.gz")).rejects[0].reason
    cut = packing.gzipped(b"Device ID\r\n00DB1234567890A0\r\n")[:-9]
    assert understand(attached(cut, "a.csv.gz")).rejects[0].where == "a.csv.gz"


def test_a_million_pieces_of_a_signed_text_are_read() -> None:
    text = b"\r\n" + _ASK.encode() + _D[0].encode() + b"\r\n" + b"x" * 300_000
    sealed = packing.signed_in_pieces(text, 1)
    raw = making.mail(making.raw_part(sealed, "application/pkcs7-mime", "smime.p7m"))
    assert [one.where for one in understand(raw).devices] == ["body line 2"]


def test_a_workbook_that_asks_for_millions_of_hashes_is_not_opened() -> None:
    locked = packing.protected(_PASSWORD, making.xlsx(("S", [["Device ID"], [_D[0]]])))
    dear = locked.replace(b'spinCount="100000"', b'spinCount="999999"')
    assert dear != locked
    said = understand(attached(dear, "a.xlsx"), openers=_OPENERS)
    assert "protected in a way that we do not support" in said.rejects[0].reason
    assert len(understand(attached(locked, "a.xlsx"), openers=_OPENERS).devices) == 1


def test_an_old_workbook_with_a_cyclic_sector_chain_is_refused() -> None:
    book = bytearray(making.xls("S", [["Device ID"], [_D[0]]]))
    table = 512  # the sector after the header
    assert struct.unpack_from("<2I", book, table + 4 * 2) == (3, 4)
    book[table + 4 * 3 : table + 4 * 4] = struct.pack("<I", 2)
    said = understand(attached(bytes(book), "a.xls"))
    assert "it has no end" in said.rejects[0].reason


def test_an_old_workbook_with_a_cell_beyond_its_sheet_is_refused() -> None:
    book = making.xls("S", [["Device ID", "x"], [_D[0], "y"]])
    at = book.rfind(struct.pack("<HHH", 1, 1, 0))
    far = book[:at] + struct.pack("<HHH", 65_535, 65_535, 0) + book[at + 6 :]
    said = understand(attached(far, "a.xls"))
    assert "a cell lies beyond its sheet" in said.rejects[0].reason


def test_the_import_also_reports_a_password_on_an_old_workbook() -> None:
    locked = packing.old_protected(_PASSWORD, making.xls("S", [["Device ID"], [_D[0]]]))
    with pytest.raises(BadInput, match="protected by a password"):
        read_tables("a.xls", locked)


def test_a_truncated_protected_file_is_refused() -> None:
    archive = packing.aes_zipped(_PASSWORD, ("a.csv", b"x"))
    central, end = archive.find(b"PK\x01\x02"), archive.rfind(b"PK\x05\x06")
    changed = bytearray(archive)
    changed[central + 20 : central + 24] = struct.pack("<I", 4)
    changed[end + 16 : end + 20] = struct.pack("<I", central)
    said = understand(attached(bytes(changed), "a.zip"), openers=_OPENERS)
    assert said.rejects
    assert not said.devices


def test_an_outlook_file_nested_too_deep_is_refused() -> None:
    item = Item(subject="0", plain=_D[0])
    for level in range(14):
        item = Item(subject=str(level), items=[item])
    for content, name in ((msg(item), "a.msg"), (tnef(item), "winmail.dat")):
        with pytest.raises(Unreadable, match="deeper than 10"):
            understand(attached(content, name))


# Secrets


def test_openers_never_show_a_secret() -> None:
    openers = Openers(passwords=(_PASSWORD,), unwrap=lambda _: [])
    assert _PASSWORD not in repr(openers)
    assert "lambda" not in repr(openers)


def test_no_reject_holds_a_password() -> None:
    locked = packing.aes_zipped("right", ("a.csv", b"x"))
    said = understand(attached(locked, "a.zip"), openers=Openers(passwords=(_PASSWORD,)))
    assert said.rejects
    assert _PASSWORD not in repr(said)


# S/MIME as cryptography writes it


def _entity() -> bytes:
    return making.multi(
        "mixed",
        making.part(_ASK),
        making.raw_part(f"Device ID\r\n{_D[0]}\r\n".encode(), "text/csv", "list.csv"),
    )


@pytest.fixture(scope="module")
def identity() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    """Return a throw-away key with its certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "codes@op-a.test")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def test_mail_encrypted_to_us_opens_with_the_key(
    identity: tuple[x509.Certificate, rsa.RSAPrivateKey],
) -> None:
    certificate, key = identity
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(_entity())
        .add_signer(certificate, key, hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
    wrapped = making.raw_part(signed, "application/pkcs7-mime; smime-type=signed-data", "smime.p7m")
    sealed = (
        pkcs7.PKCS7EnvelopeBuilder()
        .set_data(wrapped)
        .add_recipient(certificate)
        .set_content_encryption_algorithm(algorithms.AES256)
        .encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
    raw = making.mail(making.raw_part(sealed, "application/pkcs7-mime", "smime.p7m"))

    def unwrap(wrapped: Sequence[WrappedKey]) -> list[bytes]:
        return [key.decrypt(one.sealed, padding.PKCS1v15()) for one in wrapped]

    said = understand(raw, openers=Openers(unwrap=unwrap))
    assert [(str(one.device), one.where) for one in said.devices] == [
        (_D[0], "encrypted mail > list.csv > row 2")
    ]
    assert said.kind is Kind.REQUEST
    assert not said.rejects
    assert understand(raw).rejects[0].reason == "encrypted: no key for it is configured"


# Single containers


def test_an_old_workbook_opens_with_its_password() -> None:
    plain = making.xls("S", [["Device ID"], [_D[0]]])
    locked = packing.old_protected(_PASSWORD, plain)
    said = understand(attached(locked, "a.xls"), openers=_OPENERS)
    assert [one.where for one in said.devices] == ["a.xls > S > row 2"]
    refused = understand(attached(locked, "a.xls"))
    assert "none is on file" in refused.rejects[0].reason
    assert not refused.devices


@given(rtf=st.binary(max_size=5000).map(lambda content: b"{\\rtf1\\" + content))
@settings(max_examples=60, deadline=None)
def test_compressed_rtf_reads_back(rtf: bytes) -> None:
    assert decompress(packed_rtf(rtf)) == rtf


@given(st.text(st.characters(blacklist_characters="<>{}\\\0\r\n", codec="utf-16-le"), max_size=80))
def test_html_in_rtf_reads_back(text: str) -> None:
    shown, is_html = read_rtf(html_in_rtf(f"<html><p>{text}</p></html>"))
    assert is_html
    plain = "".join(c if ord(c) < 0x10000 else "" for c in text)
    if plain == text:
        assert shown == f"<html><p>{text}</p></html>"


@given(content=st.binary(min_size=1, max_size=400), before=st.text("ab \n", max_size=40))
def test_uuencode_reads_back_and_keeps_the_line_numbers(content: bytes, before: str) -> None:
    text = f"{before}\n{packing.uuencoded('a.bin', content)}after\n".encode()
    rest, files = extract_uu(text)
    assert [(one.name, one.content, one.whole) for one in files] == [("a.bin", content, True)]
    assert rest.count(b"\n") == text.count(b"\n")
    assert rest.strip(b"ab \r\n") == b"after".strip(b"a")


@given(st.binary(max_size=600).map(lambda content: b"begin 644 a\n" + content))
def test_uuencode_takes_any_bytes(content: bytes) -> None:
    rest, _ = extract_uu(content)
    assert rest.count(b"\n") == content.count(b"\n")


@given(st.text(max_size=300))
def test_a_member_never_points_out_of_its_archive(name: str) -> None:
    steps = member_path(name).split("/")
    assert ".." not in steps
    assert not member_path(name).startswith("/")
    assert "\\" not in member_path(name)
    assert len(member_path(name)) <= 120


def test_other_programs_read_our_compound_files() -> None:
    """Write many small and large streams and read the same bytes back."""
    olefile = pytest.importorskip("olefile")
    tree = {f"stream {n}": bytes([n % 251]) * (n * 37) for n in range(1, 200)}
    with olefile.OleFileIO(io.BytesIO(compound_file({"inner": dict(tree), **tree}))) as file:
        for name, content in tree.items():
            assert file.openstream(name).read() == content
            assert file.openstream(["inner", name]).read() == content


def test_an_unencrypted_zip_is_read_without_any_secret() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("list.csv", f"Device ID\r\n{_D[0]}\r\n")
    said = understand(attached(out.getvalue(), "a.zip"), DEFAULT)
    assert [one.where for one in said.devices] == ["a.zip > list.csv > row 2"]


@pytest.mark.parametrize("name", ["__MACOSX/._a.csv", ".DS_Store", "in/Thumbs.db", "desktop.ini"])
def test_files_that_a_desktop_adds_to_an_archive_are_ignored(name: str) -> None:
    listed = f"Device ID\r\n{_D[0]}\r\n".encode()
    other = listed.replace(_D[0].encode(), _D[1].encode())
    said = understand(attached(packing.zipped(("list.csv", listed), (name, other)), "a.zip"))
    assert [one.where for one in said.devices] == ["a.zip > list.csv > row 2"]
    assert not said.rejects
