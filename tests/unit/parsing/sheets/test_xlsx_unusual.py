"""What is noticed in a sheet before the library reads it."""

from __future__ import annotations

import pytest

from exchange.parsing.sheets.xlsx_unusual import UnusualXlsx

STRIKES = b"<s><fonts><font><strike/></font></fonts><cellXfs><xf/><xf fontId='0'/></cellXfs></s>"


@pytest.mark.parametrize(
    ("sheet", "found"),
    [
        (b'<c r="A1" t="s"><v>0</v></c>', False),
        (b'<c r="A1" t="str"><f>B1</f><v>x y</v></c>', False),
        (b'<c r="A1" t="e"><v>#N/A</v></c>', True),
        (b"<c r='A1' t='e'><v>#N/A</v></c>", True),
        (b'<c r="A1"><f>B1</f></c>', True),
        (b'<c r="A1"><f t="shared" si="0"/></c>', True),
        (b'<c r="A1"><f>B1</f><v/></c>', True),
        (b'<c r="A1"><v>\n0</v></c>', True),
        (b'<c r="A1"><v>0 </v></c>', True),
        (b'<x:c r="A1"><x:v>0</x:v></x:c>', True),
        (b'<c r="A1"><!-- a --><v>0</v></c>', True),
        (b"<is><r><rPr><strike/></rPr><t>a</t></r></is>", True),
    ],
)
def test_a_piece_of_a_sheet(sheet: bytes, found: bool) -> None:
    odd = UnusualXlsx(b"")
    odd.look_at_sheet(sheet)
    assert odd.found is found


def test_a_style_that_strikes_out_matters_where_it_is_used() -> None:
    odd = UnusualXlsx(STRIKES)
    assert odd.strikes
    odd.look_at_sheet(b'<c r="A1" s="2"><v>0</v></c>')
    assert not odd.found
    odd.look_at_sheet(b'<c r="A1" s="1"><v>0</v></c>')
    assert odd.found


@pytest.mark.parametrize(
    ("part", "found"),
    [
        (b"", False),
        (b"<a/>", False),
        (b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><a/>", False),
        (b"\n<a/>", False),
        ("<a/>".encode("utf-16"), True),
        ("<a/>".encode("utf-16-be"), True),
        (b"<?xml version='1.0' encoding='windows-1252'?><a/>", True),
    ],
)
def test_the_beginning_of_a_part(part: bytes, found: bool) -> None:
    odd = UnusualXlsx(b"")
    odd.begin(part)
    assert odd.found is found
