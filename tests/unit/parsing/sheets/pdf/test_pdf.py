"""PDF: the text layer is read with page and line; a PDF without text is reported."""

from __future__ import annotations

import contextlib
import io
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from exchange.domain.device import DeviceId
from exchange.domain.limits import Limits
from exchange.domain.mail import Kind, Understanding
from exchange.errors import Unreadable
from exchange.parsing.reading.understand import understand
from exchange.parsing.sheets.pdf.pdf import read_pdf

IDS = [f"00-DB-11-22-33-44-55-{number:02X}" for number in range(1, 41)]


def make_pdf(pages: list[list[str]]) -> bytes:
    """Make a minimal PDF 1.4 with one text line after the other (ISO 32000-1, 7.5 and 9.4)."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>")
    kids = []
    for lines in pages:
        drawn = "".join(f"({line}) Tj T*\n" for line in lines)
        stream = f"BT /F1 10 Tf 12 TL 50 800 Td\n{drawn}ET" if lines else "q Q"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def _mail(content: bytes, body: str = "Please send us the codes of the attached list.") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = (
        "a@gain.example",
        "codes",
        "<1@gain.example>",
    )
    mail.set_content(body)
    mail.add_attachment(content, maintype="application", subtype="pdf", filename="list.pdf")
    return mail.as_bytes()


def _understood(content: bytes) -> Understanding:
    return understand(_mail(content))


def test_a_list_over_two_pages_is_read_with_its_places() -> None:
    said = _understood(make_pdf([["Device ID", *IDS[:25]], IDS[25:]]))
    assert said.kind is Kind.REQUEST
    assert [str(found.device) for found in said.devices] == IDS
    assert said.devices[0].where == "list.pdf > page 1 > line 2"
    assert said.devices[-1].where == "list.pdf > page 2 > line 15"
    assert any("less reliable" in warning for warning in said.warnings)


def test_a_damaged_id_is_a_reject_with_its_place() -> None:
    said = _understood(make_pdf([["Device ID", IDS[0], "00-DB-11-22-33-44-55"]]))
    assert [str(found.device) for found in said.devices] == IDS[:1]
    assert [reject.where for reject in said.rejects] == ["list.pdf > page 1 > line 3"]


def _protected() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf([IDS[:3]]))))
    writer.encrypt("a password", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (make_pdf([[]]), "no text"),
        (_protected(), "password"),
        (make_pdf([IDS[:3]])[:60], "damaged"),
    ],
)
def test_the_sender_learns_why_a_pdf_cannot_be_read(content: bytes, reason: str) -> None:
    said = _understood(content)
    assert not said.devices
    (reject,) = said.rejects
    assert reason in reject.reason
    assert reject.where == "list.pdf"


def test_a_pdf_without_any_id_gives_no_findings() -> None:
    said = understand(_mail(make_pdf([["Our terms of business", "Page 1"]]), f"Please: {IDS[0]}"))
    assert [str(found.device) for found in said.devices] == IDS[:1]
    assert not said.rejects


@given(st.lists(st.binary(min_size=8, max_size=8), max_size=30, unique=True))
def test_any_list_reads_back(raws: list[bytes]) -> None:
    ids = [str(DeviceId(raw)) for raw in raws if raw.strip(b"\0") and raw.strip(b"\xff")]
    lines = read_pdf("x.pdf", make_pdf([["Device ID", *ids]]), Limits())
    assert [line.text.strip() for line in lines] == ["Device ID", *ids]


@given(st.binary(max_size=400))
def test_only_our_own_error_is_raised(content: bytes) -> None:
    for raw in (b"%PDF-1.4\n" + content, make_pdf([IDS[:2]])[: len(content)] + content):
        with contextlib.suppress(Unreadable):
            read_pdf("x.pdf", raw, Limits())
