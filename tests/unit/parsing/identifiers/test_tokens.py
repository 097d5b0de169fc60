"""The words of a line that could be Device IDs or install codes, by form alone."""

from __future__ import annotations

import pytest

from exchange.parsing.identifiers.tokens import Form, without, words_of

DEVICE = "00-DB-12-34-56-78-90-A0"
CODE = "83FED3407A939723A5C639B26916D505C3B5"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (DEVICE, Form.PARTED),
        ("00:DB:12:34:56:78:90:A0", Form.PARTED),
        ("00DB1234567890A0", Form.PLAIN),
        ("0x00DB1234567890A0", Form.PLAIN),
        ("1234567890123456", Form.DECIMAL),
        (CODE, Form.CODE),
        (CODE[:32], Form.CODE),
        ("83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5", Form.CODE),
        (CODE[:30], Form.ODD),
        ("OODB1234567890A0", Form.NEAR),  # letters O for zeros
        ("00-DB-12-34-56-78-90-A", Form.NEAR),
        ("00DB1234567890G0", Form.NEAR),
    ],
)
def test_the_form_of_a_word(text: str, form: Form) -> None:
    (word,) = words_of(f"see {text} below")
    assert word.form is form
    assert (word.device is not None) == (form in (Form.PARTED, Form.PLAIN, Form.DECIMAL))


@pytest.mark.parametrize(
    "text",
    [
        "nothing to see",
        "https://example.org/00DB1234567890A0",
        "00DB1234567890A0@example.org",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "on 12/03/2026 at 14:45",
        "faded to be a cafe",
    ],
)
def test_links_addresses_and_prose_hold_none(text: str) -> None:
    assert words_of(text) == []


def test_places_are_those_of_the_line_and_the_words_can_be_taken_out() -> None:
    text = f"Meter:{DEVICE}, code {CODE}!"
    words = words_of(text)
    assert [text[word.start : word.end] for word in words] == [DEVICE, CODE]
    assert without(text, words).split() == ["Meter:", ",", "code", "!"]


def test_a_device_and_its_code_in_groups_on_one_line() -> None:
    text = "00 DB 12 34 56 78 90 A0 83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5"
    assert [word.form for word in words_of(text)] == [Form.PARTED, Form.CODE]


def test_a_letter_of_another_alphabet_makes_a_word_a_damaged_one() -> None:
    (word,) = words_of("00DB12345678\u0410\u0412A0")  # Cyrillic A and V
    assert word.form is Form.NEAR
