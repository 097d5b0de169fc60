"""RTF as Outlook keeps it: decompressed, and turned into the HTML or the text that it shows."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.errors import Unreadable
from exchange.parsing.containers.rtf import decompress, read_rtf
from tests.corpus.outlook import html_in_rtf, packed_rtf

_RTF = b"{\\rtf1\\ansi x}"


def packed(body: bytes, size: int, kind: bytes = b"LZFu") -> bytes:
    return struct.pack("<II4sI", len(body) + 12, size, kind, 0) + body


def text(rtf: str) -> str:
    return read_rtf(b"{\\rtf1\\ansi " + rtf.encode("latin-1") + b"}")[0]


# Compression ([MS-OXRTFCP])


def test_the_example_of_the_specification() -> None:
    """Read [MS-OXRTFCP] 4.1.1, which refers to the dictionary and to its own output."""
    example = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af3"
        "2068656c090020627705b06c647d0a800fa0"
    )
    assert decompress(example) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_a_text_that_is_not_compressed() -> None:
    assert decompress(packed(_RTF + b"more", len(_RTF), b"MELA")) == _RTF


def test_a_reference_may_reach_into_its_own_output() -> None:
    """Read [MS-OXRTFCP] 4.1.2: ``WXYZ`` over and over."""
    example = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress(example) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 15, packed(b"x", 1, b"LZFx")],
    ids=["empty", "short", "another kind"],
)
def test_damage_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable, match="the RTF body is damaged"):
        decompress(content)


def test_a_declared_size_past_the_ceiling_is_refused() -> None:
    assert decompress(packed(b"", 8_000_000)) == b""
    for kind in (b"LZFu", b"MELA"):
        with pytest.raises(Unreadable, match="an RTF body of more than 8,000,000 bytes"):
            decompress(packed(b"", 8_000_001, kind))


def test_no_more_comes_out_than_declared() -> None:
    """Stop at the declared size, although each reference gives 17 bytes."""
    bomb = packed(b"\xff" + b"\x00\x0f" * 8 + (b"\xff" + b"\x0c\xff" * 8) * 1000, 100)
    assert len(decompress(bomb)) == 100


def test_a_stream_cut_short_gives_what_there_is() -> None:
    whole = packed_rtf(b"{\\rtf1\\ansi some text}")
    cut = decompress(whole[:-8])
    assert cut
    assert b"{\\rtf1\\ansi some text}".startswith(cut)


@given(st.binary(max_size=300))
def test_packed_text_comes_back(content: bytes) -> None:
    rtf = b"{\\rtf1\\" + content
    assert decompress(packed_rtf(rtf)) == rtf


@given(st.binary(max_size=60), st.integers(0, 500))
def test_any_stream_is_bounded(body: bytes, size: int) -> None:
    try:
        found = decompress(packed(body, size))
    except Unreadable:
        found = b""
    assert len(found) <= size


# RTF as text


@pytest.mark.parametrize(
    ("rtf", "shown"),
    [
        ("a\\par b\\line c", "a\nb\nc"),
        ("a\nb\r\nc", "abc"),
        ("a\\tab b", "a\tb"),
        ("a\\cell b\\cell\\row c\\cell\\row", "a\tb\t\nc\t\n"),
        ("\\{a\\}\\\\", "{a}\\"),
        ("a\\~b\\_c\\-d", "a\u00a0b\u2011c\u00add"),
        ("\\ldblquote a\\rdblquote  \\endash\\emdash\\bullet", "\u201ca\u201d –—•"),
        ("a\\\nb", "a\nb"),
        ("{\\b bold} {\\i italic}", "bold italic"),
        ("{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}{\\stylesheet{s;}}a", "a"),
        ("{\\*\\unknown hidden {deeper}}a", "a"),
        ("{\\info{\\title hidden}}{\\pict 00ff}a", "a"),
        ("{a \\pict b}", "a b"),  # only the first word of a group names a destination
        ("a\0b", "ab"),
    ],
)
def test_what_a_reader_sees(rtf: str, shown: str) -> None:
    assert text(rtf) == shown


@pytest.mark.parametrize(
    ("rtf", "shown"),
    [
        ("\\u8211 ?a", "–a"),
        ("\\u8211\\'96a", "–a"),
        ("\\u-3913 ?a", "\uf0b7a"),
        ("\\uc0\\u8211 a", "–a"),
        ("\\uc2\\u8211 ??a", "–a"),
        ("{\\uc0\\u8211 a}\\u8211 ?b", "–a–b"),
        ("\\u8211{}a", "–a"),
        ("\\u-10179 ?\\u-8704 ?", "\U0001f600"),
        ("\\u-8704 ?a", "a"),
        ("\\'e9\\'80", "é€"),
        ("\\ansicpg1250 \\'a3", "Ł"),
        ("\\ansicpg65001 \\'c3\\'a9", "é"),
        ("\\ansicpg1 \\'e9", "é"),
        ("{\\fonttbl{\\f1\\fcharset238 X;}}{\\f1 \\'a3}\\'a3", "Ł£"),
        ("\\ansicpg1250{\\fonttbl{\\f1\\fcharset0 X;}}{\\f1 \\'a3}", "£"),
        ("\\ansicpg1250{\\fonttbl{\\f1\\fcharset7 X;}}{\\f1 \\'a3}", "Ł"),
        ("{\\fonttbl{\\fcharset238 X;}}\\f0 \\'a3", "Ł"),
        ("{\\fonttbl{\\f1\\fcharset128 X;}}{\\f1 \\'83\\'81}", "メ"),
    ],
)
def test_characters(rtf: str, shown: str) -> None:
    assert text(rtf) == shown


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
def test_any_character_comes_back(shown: str) -> None:
    units = struct.iter_unpack("<h", shown.encode("utf-16-le"))
    assert text("".join(f"\\u{unit} ?" for (unit,) in units)) == shown


# HTML in RTF ([MS-OXRTFEX])


def test_html_in_rtf() -> None:
    page = "<html><body><p>Zähler 5 &lt; 6</p><table><tr><td>a</td></tr></table></body></html>"
    assert read_rtf(html_in_rtf(page)) == (page, True)
    assert read_rtf(_RTF) == ("x", False)


def test_what_is_for_readers_of_rtf_is_no_html() -> None:
    body = b"{\\*\\htmltag64 <p>}\\htmlrtf {\\b no}\\htmlrtf0 a\\par{\\*\\htmltag72 </p>}"
    rtf = b"{\\rtf1\\fromhtml1 " + body + b"}"
    assert read_rtf(rtf)[0] == "<p>a\n</p>"
    # Without the mark at the beginning it is plain RTF, in which tags are not shown.
    plain = rtf.replace(b"\\fromhtml1", b"")
    assert read_rtf(plain) == ("noa\n", False)


# Bad input


def test_an_rtf_text_past_the_ceiling_is_refused() -> None:
    with pytest.raises(Unreadable, match="an RTF text of more than 8,000,000 bytes"):
        read_rtf(b"x" * 8_000_001)


def test_deep_groups_take_linear_time() -> None:
    began = time.process_time()
    assert read_rtf(b"{" * 100_000 + b"a" + b"}" * 100_000 + b"b" + b"}" * 10)[0] == "ab"
    read_rtf(b"\\" * 100_000)
    read_rtf(b"\\u" + b"9" * 100_000)
    assert time.process_time() - began < 4


@given(
    st.lists(
        st.sampled_from(
            [
                b"{",
                b"}",
                b"\\",
                b"\\*",
                b"\\'e",
                b"\\'e9",
                b"\\u",
                b"\\u55357",
                b"\\u-1 ",
                b"\\uc9",
                b"\\f1",
                b"a",
                b"\\fcharset128",
                b"\\ansicpg99999",
                b"\\htmltag",
                b"\\htmlrtf",
                b"\\fromhtml",
                b"\\par",
                b"\0",
            ]
        ),
        max_size=20,
    )
)
def test_any_tokens_are_read(pieces: list[bytes]) -> None:
    shown, is_html = read_rtf(b"".join(pieces))
    assert "\0" not in shown
    assert is_html == (b"\\fromhtml" in b"".join(pieces))


@pytest.mark.parametrize(
    ("rtf", "seen"),
    [
        (r"a\par {\strike b & c}\par d", "a\n<s>b &amp; c</s>\nd"),
        (r"\strike a\strike0  b", "<s>a</s> b"),
        (r"\striked1 a\plain  b", "<s>a</s> b"),
        (r"{\deleted a}b", "<s>a</s>b"),
        (r"a{\v b}c", 'a<span style="display:none">b</span>c'),
    ],
)
def test_what_is_struck_out_or_hidden_makes_it_html(rtf: str, seen: str) -> None:
    whole, is_html = read_rtf(b"{\\rtf1\\ansi " + rtf.encode() + b"}")
    assert is_html
    assert whole == f"<html><body><pre>{seen}</pre></body></html>"


def test_a_strike_that_holds_no_words_changes_nothing() -> None:
    assert read_rtf(b"{\\rtf1\\ansi a{\\strike0 b}\\v0 c}") == ("abc", False)
