"""Archives, protected workbooks, S/MIME and uuencode, written so that the same call gives the same
bytes: what a library draws at random is drawn from a counter here."""

from __future__ import annotations

import binascii
import gzip as gzip_file
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest import mock

import msoffcrypto
import olefile
import pyzipper
from msoffcrypto.method import ecma376_agile, rc4
from msoffcrypto.method.container import ecma376_encrypted

from tests.corpus.outlook import compound_file

_WHEN = (2026, 11, 2, 9, 0, 0)


class _Counted:
    """Stands in for a source of randomness."""

    def __init__(self) -> None:
        self._drawn = 0

    def read(self, size: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_128(b"%d" % self._drawn).digest(size)


@contextmanager
def _counted() -> Iterator[None]:
    source = _Counted()
    with (
        mock.patch.object(pyzipper.zipfile_aes.Random, "new", return_value=source),
        mock.patch.object(ecma376_agile, "_random_buffer", source.read),
        mock.patch.object(ecma376_encrypted, "datetime2filetime", return_value=0),
    ):
        yield


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A plain ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            one = zipfile.ZipInfo("x", _WHEN)
            one.filename = name  # as it is: the constructor would tidy it
            one.compress_type = method
            archive.writestr(one, content)
    return out.getvalue()


def aes_zipped(password: str, *files: tuple[str, bytes], plain: Sequence[str] = ()) -> bytes:
    """A WinZip AES-256 archive; the files named in ``plain`` are left unencrypted."""
    out = io.BytesIO()
    with (
        _counted(),
        pyzipper.AESZipFile(out, "w", compression=zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in files:
            archive.pwd = None if name in plain else password.encode()
            archive.encryption = None if name in plain else pyzipper.WZ_AES
            one = archive.zipinfo_cls(name, _WHEN)
            one.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(one, content)
    return out.getvalue()


def legacy_zipped(password: str, *files: tuple[str, bytes]) -> bytes:
    """A ZIP under the traditional PKWARE encryption (APPNOTE 6.1)."""
    body, directory = b"", b""
    for name, content in files:
        crc = zlib.crc32(content)
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(content) + packer.flush()
        header = hashlib.shake_128(name.encode()).digest(11) + bytes([crc >> 24])
        sealed = _legacy_cipher(password.encode(), header + packed)
        common = struct.pack(
            "<HHHHHIIIHH", 20, 1, 8, 0, 0x5B62, crc, len(sealed), len(content), len(name), 0
        )
        directory += (
            b"PK\x01\x02" + struct.pack("<H", 20) + common
            + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        )  # fmt: skip
        body += b"PK\x03\x04" + common + name.encode() + sealed
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def _legacy_cipher(password: bytes, plain: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(value: int, byte: int) -> int:
        return (zlib.crc32(bytes([byte]), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF) & 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = crc(keys[0], byte)
        keys[1] = (keys[1] + (keys[0] & 0xFF)) * 134775813 + 1 & 0xFFFFFFFF
        keys[2] = crc(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in plain:
        mixed = keys[2] | 2
        out.append(byte ^ ((mixed * (mixed ^ 1)) >> 8 & 0xFF))
        update(byte)
    return bytes(out)


def with_declared_size(archive: bytes, size: int) -> bytes:
    """The same ZIP of one file, which now claims to hold ``size`` bytes."""
    local = archive.find(b"PK\x03\x04")
    central = archive.find(b"PK\x01\x02")
    changed = bytearray(archive)
    changed[local + 22 : local + 26] = struct.pack("<I", size)
    changed[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(changed)


def gzipped(content: bytes) -> bytes:
    """A gzip file without a name in it."""
    return gzip_file.compress(content, mtime=0)


def protected(password: str, workbook: bytes) -> bytes:
    """An XLSX under a password, as Excel writes it (agile encryption, AES-256)."""
    out = io.BytesIO()
    with _counted():
        msoffcrypto.OfficeFile(io.BytesIO(workbook)).encrypt(password, out)
    return out.getvalue()


def old_protected(password: str, workbook: bytes) -> bytes:
    """A BIFF8 workbook of this corpus under a password, as Excel 97 writes it (RC4, [MS-XLS] 2.2.10
    and [MS-OFFCRYPTO] 2.3.6): every record's content but that of BOF, FilePass and the place of a
    sheet is enciphered."""
    with olefile.OleFileIO(io.BytesIO(workbook)) as file, file.openstream("Workbook") as stream:
        plain = stream.read().rstrip(b"\0") + b"\0\0\0"  # down to the last record: 0A 00 00 00
    salt, verifier = _Counted().read(16), _Counted().read(16)
    proof = rc4.DocumentRC4.decrypt(
        password, salt, io.BytesIO(verifier + hashlib.md5(verifier).digest()), 1024
    ).read()
    first = 4 + int.from_bytes(plain[2:4], "little")
    lock = struct.pack("<HHH", 1, 1, 1) + salt + proof
    plain = plain[:first] + struct.pack("<HH", 0x2F, len(lock)) + lock + plain[first:]
    out, open_places, place = bytearray(plain), bytearray(len(plain)), 0
    while place + 4 <= len(plain):
        kind, size = struct.unpack_from("<HH", plain, place)
        clear = 4 + (size if kind in (0x809, 0x2F) else 4 if kind == 0x85 else 0)
        open_places[place : place + clear] = b"\x01" * clear
        if kind == 0x85:
            (sheet,) = struct.unpack_from("<I", plain, place + 4)
            out[place + 4 : place + 8] = struct.pack("<I", sheet + 4 + len(lock))
        place += 4 + size
    key = rc4.DocumentRC4.decrypt(password, salt, io.BytesIO(bytes(len(plain))), 1024).read()
    for at, is_open in enumerate(open_places):
        if not is_open:
            out[at] ^= key[at]
    return compound_file({"Workbook": bytes(out)})


def uuencoded(name: str, content: bytes, *, end: bool = True) -> str:
    """A file as uuencode writes it into a text."""
    lines = [f"begin 644 {name}"]
    for start in range(0, len(content), 45):
        piece = content[start : start + 45]
        lines.append(binascii.b2a_uu(piece, backtick=True).decode().rstrip("\n"))
    return "\r\n".join([*lines, *(["`", "end"] if end else []), ""])


# CMS (RFC 5652)


def _der(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def _oid(text: str) -> bytes:
    return _der(0x06, bytes.fromhex(text))


_DATA, _SIGNED = _oid("2a864886f70d010701"), _oid("2a864886f70d010702")
_ENVELOPED, _COMPRESSED = _oid("2a864886f70d010703"), _oid("2a864886f70d0109100109")


def signed(entity: bytes) -> bytes:
    """Signed-data around ``entity`` without a signer: nothing here looks at signatures."""
    inner = _der(0x30, _DATA + _der(0xA0, _der(0x04, entity)))
    body = _der(0x30, b"\x02\x01\x01" + _der(0x31, b"") + inner + _der(0x31, b""))
    return _der(0x30, _SIGNED + _der(0xA0, body))


def signed_in_pieces(entity: bytes, size: int = 40) -> bytes:
    """The same in BER of indefinite lengths, as streaming programs write it."""
    pieces = b"".join(_der(0x04, entity[at : at + size]) for at in range(0, len(entity), size))
    octets = b"\x24\x80" + pieces + b"\0\0"
    inner = b"\x30\x80" + _DATA + b"\xa0\x80" + octets + b"\0\0" + b"\0\0"
    body = b"\x30\x80\x02\x01\x01\x31\x80\0\0" + inner + b"\x31\0\0\0"
    return b"\x30\x80" + _SIGNED + b"\xa0\x80" + body + b"\0\0\0\0"


def compressed(entity: bytes) -> bytes:
    """Compressed-data (RFC 3274)."""
    inner = _der(0x30, _DATA + _der(0xA0, _der(0x04, zlib.compress(entity))))
    algorithm = _der(0x30, _oid("2a864886f70d0109100308"))
    return _der(0x30, _COMPRESSED + _der(0xA0, _der(0x30, b"\x02\x01\x00" + algorithm + inner)))


def enveloped(sealed: bytes) -> bytes:
    """Enveloped-data by its outer form; ``sealed`` stands for what only a key can read."""
    inner = _der(0x30, _DATA + _der(0x30, _oid("60864801650304012a")) + _der(0x80, sealed))
    body = _der(0x30, b"\x02\x01\x00" + _der(0x31, b"") + inner)
    return _der(0x30, _ENVELOPED + _der(0xA0, body))


def document(rows: Sequence[Sequence[str]], *, text: str = "", more: Sequence[str] = ()) -> bytes:
    """A Word document with paragraphs and a table; each text stands in two runs."""

    def run(words: str) -> str:
        half = len(words) // 2
        return "".join(f"<w:r><w:t>{piece}</w:t></w:r>" for piece in (words[:half], words[half:]))

    table = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p>{run(cell)}</w:p></w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p>{run(one)}</w:p>" for one in (text, *more))
    body += f"<w:tbl>{table}</w:tbl>" if rows else ""
    return zipped(
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>".encode()),
    )
