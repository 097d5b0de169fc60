"""Bytes to text, whatever they claim to be."""

from __future__ import annotations

import codecs

import pytest

from exchange.parsing.text.charset import known_charset, to_text

WORDS = "Zähler für Łódź €"


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + WORDS.encode(),
        codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + WORDS.encode("utf-32-le"),
    ],
)
def test_a_mark_at_the_beginning_overrules_the_header(content: bytes) -> None:
    assert to_text(content, "iso-8859-1") == WORDS


def test_utf_16_without_a_mark_is_seen_by_its_zeros() -> None:
    text = "Device ID,Install code\r\n" * 3
    assert to_text(text.encode("utf-16-le"), "us-ascii") == text
    assert to_text(text.encode("utf-16-be"), "us-ascii") == text


def test_valid_utf_8_is_utf_8_even_where_the_header_says_latin() -> None:
    assert to_text(WORDS.encode(), "iso-8859-1") == WORDS


@pytest.mark.parametrize("charset", ["iso-8859-2", "cp1250", "koi8-r", "iso-2022-jp", "utf-7"])
def test_the_declared_charset_is_used_where_the_bytes_fit(charset: str) -> None:
    text = {"koi8-r": "счётчик", "iso-2022-jp": "メーター", "utf-7": "Zähler"}.get(charset, "Łódź")
    assert to_text(text.encode(charset), charset) == text


def test_every_byte_is_a_character_in_the_end() -> None:
    assert to_text(b"caf\xe9 \x93quoted\x94", "utf-8") == "café \u201cquoted\u201d"
    assert to_text(b"\x81\xe9", "no-such-charset") == "\x81\xe9"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ('"ISO-8859-1"', "iso8859-1"),
        ("utf8", "utf-8"),
        ("idna", ""),
        ("rot13", ""),
        ("base64", ""),
        ("x" * 200, ""),
        ("", ""),
    ],
)
def test_only_charsets_of_mail_are_known(name: str, known: str) -> None:
    assert known_charset(name) == known


@pytest.mark.parametrize("padding", ["\x1a", "\x00" * 200, "\x1a\x00\x00"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_padding_at_the_end_is_left_out(padding: str, encoding: str) -> None:
    content = ("Device ID\r\nx\x00y\r\n" + padding).encode(encoding)
    assert to_text(content) == "Device ID\r\nx\x00y\r\n"
