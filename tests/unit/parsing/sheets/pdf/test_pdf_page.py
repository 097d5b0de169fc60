"""Lines of a PDF page: rows that overlap, words that are struck out, forms that are filled in."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from exchange.parsing.sheets.pdf.pdf_page import PageText, page_text
from tests.unit.parsing.sheets.pdf.test_pdf import make_pdf

ONE, TWO = "00DB771234560A01", "00DB771234560A02"


def drawn(stream: str, notes: str = "") -> bytes:
    """Make a PDF of one page with this content (ISO 32000-1, 7.5, 8 and 9) and annotations."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        f" /Resources << /Font << /F1 3 0 R >> >> /Annots [{notes}] >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def text(x: float, y: float, words: str) -> str:
    return f"BT /F1 10 Tf {x} {y} Td ({words}) Tj ET\n"


def read(stream: str, notes: str = "") -> PageText:
    return page_text(PdfReader(io.BytesIO(drawn(stream, notes))).pages[0])


@pytest.mark.parametrize("indent", [0, 12, -12])
@pytest.mark.parametrize("cut", range(4, 13))
def test_rows_that_overlap_are_not_one_word(cut: int, indent: int) -> None:
    # A wrapped cell in a row that is too low: the rest of one ID is 2 pt above the next ID.
    wrapped = [(one[:cut], one[cut:]) for one in (ONE, TWO)]
    stream = "".join(
        text(60, 780 - 15 * row, begin) + text(60 + indent, 767 - 15 * row, rest)
        for row, (begin, rest) in enumerate(wrapped)
    )
    assert read(stream).lines == [part for pair in wrapped for part in pair]


def test_a_word_in_two_pieces_stays_one() -> None:
    # 8 letters of Courier at 10 pt are 48 pt wide.
    stream = text(60, 780, ONE[:8]) + text(108, 780, ONE[8:])
    assert "".join(read(stream).lines) == ONE


@pytest.mark.parametrize(
    "line",
    [
        "0.7 w 60 769.2 m 156 769.2 l S",  # a line
        "60 769 96 0.6 re f",  # a thin bar
        "q 1 0 0 1 60 766 cm 0.7 w 0 3.1 m 96 3.1 l S Q",  # in coordinates of its own
    ],
)
def test_what_a_line_crosses_is_struck_out(line: str) -> None:
    found = read(text(60, 780, ONE) + text(60, 766, TWO) + line)
    assert [one for one in found.lines if one.strip()] == [ONE]
    assert found.struck == [TWO]


@pytest.mark.parametrize(
    "line",
    [
        "60 764.8 m 156 764.8 l S",  # under the words
        "40 776.5 300 13 re S",  # the frame of a cell
        "40 763 300 13 re f",  # a background
        "40 769 m 62 769 l S",  # beside them
        "60 769.2 m 156 769.2 l n",  # never painted
    ],
)
def test_other_lines_strike_nothing(line: str) -> None:
    found = read(text(60, 780, ONE) + text(60, 766, TWO) + line)
    assert found.lines == [ONE, TWO]
    assert not found.struck


def test_a_mark_that_strikes_out() -> None:
    corners = "60 777 156 777 60 763 156 763"
    note = f"<< /Subtype /StrikeOut /Rect [60 763 156 777] /QuadPoints [{corners}] >>"
    found = read(text(60, 780, ONE) + text(60, 766, TWO), note)
    assert found.struck == [TWO]


@pytest.mark.parametrize(
    ("note", "fields"),
    [
        (f"<< /Subtype /Widget /FT /Tx /V ({ONE}\\n{TWO}) >>", [ONE, TWO]),
        (f"<< /Subtype /Widget /Parent << /FT /Tx /V ({ONE}) >> >>", [ONE]),
        (f"<< /Subtype /FreeText /Contents ({ONE}) >>", [ONE]),
        (f"<< /Subtype /Widget /FT /Tx /V ({ONE}) /F 2 >>", []),  # hidden
        (f"<< /Subtype /Text /Contents ({ONE}) >>", []),  # a comment, folded up
        ("<< /Subtype /Widget /FT /Btn /V /Yes >>", []),
    ],
)
def test_what_is_typed_into_a_form_is_read(note: str, fields: list[str]) -> None:
    assert read(text(60, 780, "Device IDs:"), note).fields == fields


@pytest.mark.parametrize(
    "hidden",
    [
        "1 g ({}) Tj 0 g", "1 1 1 rg ({}) Tj 0 g", "0 0 0 0 k ({}) Tj 0 g", "3 Tr ({}) Tj 0 Tr",
        "700 0 Td ({}) Tj -700 0 Td", "0 90 Td ({}) Tj 0 -90 Td",
    ],
)  # fmt: skip
def test_text_that_nobody_sees_is_in_no_line(hidden: str) -> None:
    shown, unseen = "00-DB-11-22-33-44-55-01", "00-DB-11-22-33-44-55-02"
    drawing = f"{shown}) Tj T*\n{hidden.format(unseen)}\nT* (end"
    (page,) = PdfReader(io.BytesIO(make_pdf([[drawing]]))).pages
    read = page_text(page)
    assert [one.strip() for one in read.lines if one.strip()] == [shown, "end"]
    assert read.unseen == [unseen]
