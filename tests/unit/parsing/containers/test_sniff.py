"""What a part is, by its bytes: names and media types are not asked."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.containers.sniff import (
    Shape,
    has_mail_header,
    is_xml_sheet,
    shape_of,
    zip_directory_bytes,
)
from tests.corpus import making, packing
from tests.corpus.outlook import Item, compound_file, msg, tnef

_MAIL = b"Message-ID: <a@b>\r\nFrom: ann@op-b.test\r\n\r\nx"
_XML_BOOK = (
    b'<?xml version="1.0"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)


def tar(content: bytes) -> bytes:
    """Return the beginning of a tar archive."""
    return (b"list.csv" + content).ljust(257, b"\0") + b"ustar\x0000"


_FLAT = (
    '<?xml version="1.0"?><office:document xmlns:office="urn:oasis" office:version="1.3"'
    ' office:mimetype="application/vnd.oasis.opendocument.%s"><office:body/></office:document>'
)


@pytest.mark.parametrize(
    ("content", "shape"),
    [
        (b"", Shape.EMPTY),
        ((_FLAT % "spreadsheet").encode(), Shape.WORKBOOK),
        ((_FLAT % "spreadsheet").encode("utf-16"), Shape.WORKBOOK),
        ((_FLAT % "text").encode(), Shape.DOCUMENT),
        (_XML_BOOK.decode().encode("utf-16"), Shape.WORKBOOK),
        (b"from the gateway\r\n%PDF-1.7\r\n", Shape.PDF),
        (b"its first line is %PDF-1.7\r\n", Shape.TEXT),
        (b'ID;PSCALC3\r\nX;a\r\nB;Y2;X1\r\nC;Y1;X1;K"a"\r\n', Shape.DOCUMENT),
        (b"ID;Postcode;EUI\r\n1;LS1;x\r\n2;LS1;x\r\n3;LS1;x\r\n", Shape.TEXT),
        (b'TABLE\r\n0,1\r\n"EXCEL"\r\n', Shape.DOCUMENT),
        (b" \r\n\t\0", Shape.EMPTY),
        (making.xlsx(("S", [["a"]])), Shape.WORKBOOK),
        (packing.zipped(("XL\\Workbook.bin", b"x")), Shape.WORKBOOK),
        (making.ods("S", [["a"]]), Shape.WORKBOOK),
        (packing.zipped(("mimetype", b"application/vnd.oasis.opendocument.text")), Shape.DOCUMENT),
        (packing.zipped(("mimetype", b"x" * 200 + b"opendocument")), Shape.ARCHIVE),
        (packing.document([["a"]]), Shape.DOCUMENT),
        (packing.zipped(("word/document.xml", b"x")), Shape.ARCHIVE),
        (packing.zipped(("Index/Tables/a.iwa", b"x")), Shape.DOCUMENT),
        (packing.zipped(("a.csv", b"x")), Shape.ARCHIVE),
        (packing.zipped(), Shape.ARCHIVE),
        (b"PK\x03\x04 cut", Shape.ARCHIVE),
        (b"PK\x07\x08 another", Shape.OTHER),
        (packing.gzipped(b"x"), Shape.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c", Shape.ARCHIVE),
        (b"Rar!\x1a\x07\x00", Shape.ARCHIVE),
        (tar(b""), Shape.ARCHIVE),
        (msg(Item(subject="s", files=[("a.xls", b"Workbook")])), Shape.OUTLOOK),
        (tnef(Item(plain="x")), Shape.TNEF),
        (making.xls("S", [["a"]]), Shape.WORKBOOK),
        (compound_file({"Book": b"x"}), Shape.WORKBOOK),
        (compound_file({"Bookmarks": b"x"}), Shape.OTHER),
        (compound_file({"WordDocument": b"x"}), Shape.DOCUMENT),
        (compound_file({"PowerPoint Document": b"x"}), Shape.DOCUMENT),
        (compound_file({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), Shape.PROTECTED),
        (compound_file({"Data": b"x"}), Shape.OTHER),
        (b"%PDF-1.7\n", Shape.PDF),
        (b"\n %PDF-1.7\n", Shape.PDF),
        (b"{\\rtf1 x}", Shape.DOCUMENT),
        (b"BEGIN:VCALENDAR\r\n", Shape.CALENDAR),
        (b"BEGIN:VCARD\r\n", Shape.VCARD),
        (_MAIL, Shape.MAIL),
        (b"From ann Mon Nov 2\n" + _MAIL, Shape.MAIL),
        (_XML_BOOK, Shape.WORKBOOK),
        (b"<html><body>a", Shape.HTML),
        (b"<!DOCTYPE html>", Shape.HTML),
        (b" <?xml version='1.0'?><DIV>", Shape.HTML),
        (b"<note>a</note>", Shape.TEXT),
        (b"Device ID,Type\r\n", Shape.TEXT),
        ("Gerät".encode("latin-1"), Shape.TEXT),
        ("Device ID".encode("utf-16"), Shape.TEXT),
        ("Device ID,Type".encode("utf-16-le"), Shape.TEXT),
        ("Device ID,Type".encode("utf-16-be"), Shape.TEXT),
        (b"\xef\xbb\xbfa\x00\x01\x02", Shape.TEXT),
        (b"\x89PNG\r\n\x1a\n\0\0", Shape.OTHER),
        (b"BM\x00\x01\x02\x03", Shape.OTHER),
        (b"BM meters of the north", Shape.TEXT),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", Shape.OTHER),
        (bytes(range(32)) * 4, Shape.OTHER),
    ],
)
def test_shapes(content: bytes, shape: Shape) -> None:
    assert shape_of(content) is shape


def test_a_few_control_characters_are_still_text() -> None:
    assert shape_of(b"\x01" + b"x" * 99) is Shape.TEXT
    assert shape_of(b"\x01\x01" + b"x" * 98) is Shape.OTHER


@pytest.mark.parametrize(
    ("head", "shape"),
    [
        (b"From: a\r\nSubject: b\r\n\r\nx", Shape.TEXT),  # only fields that people see
        (b"Message-ID: <a>\r\n\r\nx", Shape.TEXT),  # a single one
        (b"From: a\r\n\r\nMessage-ID: <a>\r\nReceived: x\r\n", Shape.TEXT),  # in the text
        (b"x-a: b\nreceived: x\nDATE: y\n\nx", Shape.MAIL),
        (b"x-a: b\rreceived: x\rDATE: y\r\rx", Shape.MAIL),
    ],
)
def test_a_mail_has_a_field_that_only_machines_write(head: bytes, shape: Shape) -> None:
    assert shape_of(head) is shape


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "Date",
        "Subject",
        "Received",
        "Return-Path",
        "MIME-Version",
        "DKIM-Signature",
        "Content-Type",
        "Delivered-To",
        "To",
    ],
)
def test_fields_that_make_a_mail_with_a_message_id(name: str) -> None:
    assert shape_of(f"{name}: x\nMessage-ID: <a@b>\n\ny".encode()) is Shape.MAIL


@pytest.mark.parametrize(
    "name",
    ["Received", "Return-Path", "MIME-Version", "DKIM-Signature", "Content-Type", "Message-ID"],
)
def test_fields_that_only_machines_write(name: str) -> None:
    assert shape_of(f"From: x\n{name}: y\n\nz".encode()) is Shape.MAIL


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"From: Ann\r\nTo: Bob\r\nSubject: x\r\n\r\ntext", True),
        (b"\r\nFrom: Ann\nDate: today\n folded\nTo: Bob\n\n", True),
        (b"From: Ann\r\nTo: Bob\r\n\r\nSubject: x", False),
        (b"From: Ann\r\nTo: Bob\r\nTo: Cat\r\n", False),
        (b"To: Bob\r\nDate: x\r\nSubject: x\r\n", False),
        (b"From: Ann\r\nTo: Bob\r\nno field\r\nSubject: x\r\n", False),
        (b"Dear Ann,\r\nFrom: Ann\r\nTo: Bob\r\nSubject: x\r\n", False),
        (b"", False),
    ],
)
def test_a_header_as_people_see_it(content: bytes, found: bool) -> None:
    assert has_mail_header(content) is found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (_XML_BOOK, True),
        (b"\xef\xbb\xbf\r\n" + _XML_BOOK.replace(b"Workbook", b"ss:Workbook"), True),
        (_XML_BOOK.replace(b"Workbook", b"Workbooks"), False),
        (_XML_BOOK.replace(b"urn:", b"url:"), False),
        (b"text " + _XML_BOOK, False),
        (b"<" + b" " * 4096 + _XML_BOOK, False),
    ],
)
def test_xml_spreadsheets(content: bytes, found: bool) -> None:
    assert is_xml_sheet(content) is found


def test_the_declared_size_of_a_file_list() -> None:
    archive = packing.zipped(("a.csv", b"x"), ("b.csv", b"x"))
    at = archive.find(b"PK\x01\x02")
    assert zip_directory_bytes(archive) == archive.rfind(b"PK\x05\x06") - at
    assert zip_directory_bytes(b"no archive") == 0
    large = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, 5_000_000_000, at)
    end = archive.rfind(b"PK\x05\x06")
    zip64 = archive[:end] + large + archive[end : end + 12] + b"\xff" * 4 + archive[end + 16 :]
    assert zip_directory_bytes(zip64) == 5_000_000_000
    assert zip_directory_bytes(archive[: end + 12] + b"\xff" * 4 + archive[end + 16 :]) == 0


def test_a_workbook_that_declares_a_million_files_is_not_listed() -> None:
    book = bytearray(making.xlsx(("S", [["a"]])))
    end = book.rfind(b"PK\x05\x06")
    for size, shape in ((2_000_001, Shape.ARCHIVE), (len(book) - end, Shape.ARCHIVE)):
        struct.pack_into("<I", book, end + 12, size)
        assert shape_of(bytes(book)) is shape


@given(
    st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"<",
            b"From: a\n",
            b"\xff\xfe",
        ]
    ),
    st.binary(max_size=300),
)
def test_any_bytes_have_a_shape(start: bytes, rest: bytes) -> None:
    assert (shape_of(start + rest) is Shape.EMPTY) == (not (start + rest).strip(b"\0 \t\r\n"))
    has_mail_header(start + rest)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_whose_main_part_has_another_name(encoding: str) -> None:
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = f'<Types><Override PartName="/book.xml" ContentType="{main}"/></Types>'
    book = packing.zipped(
        ("[Content_Types].xml", types.encode(encoding)), ("book.xml", b"<workbook/>")
    )
    assert shape_of(book) is Shape.WORKBOOK
    assert shape_of(packing.zipped(("/xl/workbook.xml", b"<workbook/>"))) is Shape.WORKBOOK
    other = types.replace("spreadsheetml.sheet", "wordprocessingml.document")
    assert shape_of(packing.zipped(("[Content_Types].xml", other.encode()))) is Shape.ARCHIVE


@pytest.mark.parametrize("padding", [b"\x1a", b"\0" * 3000, b"\x1a\0\0"])
def test_padding_at_the_end_makes_a_text_nothing_else(padding: bytes) -> None:
    assert shape_of(b"Device ID\r\nx\r\n" + padding) is Shape.TEXT
