"""The words of a line that could be Device IDs or install codes, by form alone."""

from __future__ import annotations

import pytest

from exchange.parsing.identifiers.tokens import TokenForm, find_tokens, is_ipv6, remove_tokens

DEVICE = "00-DB-12-34-56-78-90-A0"
CODE = "83FED3407A939723A5C639B26916D505C3B5"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (DEVICE, TokenForm.SEPARATED),
        ("00:DB:12:34:56:78:90:A0", TokenForm.SEPARATED),
        ("00DB1234567890A0", TokenForm.BARE),
        ("0x00DB1234567890A0", TokenForm.BARE),
        ("1234567890123456", TokenForm.DECIMAL),
        (CODE, TokenForm.CODE),
        (CODE[:32], TokenForm.CODE),
        ("83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5", TokenForm.CODE),
        (CODE[:30], TokenForm.ODD_LENGTH),
        ("OODB1234567890A0", TokenForm.DAMAGED),  # letters O for zeros
        ("00-DB-12-34-56-78-90-A", TokenForm.DAMAGED),
        ("00DB1234567890G0", TokenForm.DAMAGED),
    ],
)
def test_the_form_of_a_word(text: str, form: TokenForm) -> None:
    (word,) = find_tokens(f"see {text} below")
    assert word.form is form
    assert (word.device is not None) == (
        form in (TokenForm.SEPARATED, TokenForm.BARE, TokenForm.DECIMAL)
    )


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
    assert find_tokens(text) == []


def test_places_are_those_of_the_line_and_the_words_can_be_taken_out() -> None:
    text = f"Meter:{DEVICE}, code {CODE}!"
    words = find_tokens(text)
    assert [text[word.start : word.end] for word in words] == [DEVICE, CODE]
    assert remove_tokens(text, words).split() == ["Meter:", ",", "code", "!"]


def test_a_device_and_its_code_in_groups_on_one_line() -> None:
    text = "00 DB 12 34 56 78 90 A0 83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5"
    assert [word.form for word in find_tokens(text)] == [TokenForm.SEPARATED, TokenForm.CODE]


def test_a_letter_of_another_alphabet_makes_a_word_a_damaged_one() -> None:
    (word,) = find_tokens("00DB12345678\u0410\u0412A0")  # Cyrillic A and V
    assert word.form is TokenForm.DAMAGED


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("https://mdm.example/1,00-DB-12-34-56-78-95-A0", ["00-DB-12-34-56-78-95-A0"]),
        ("ann@gain.example;00:DB:12:34:56:78:95:A0;ESME", ["00:DB:12:34:56:78:95:A0"]),
        ("https://news.example/a,0123456789abcdef", []),
        ("https://x.example/s;sid=0123456789ABCDEF", []),
        ("https://x.example/?id=00-DB-12-34-56-78-95-A0", []),
        (
            '<r:Device DeviceID="00-DB-12-34-56-78-95-A0" xmlns:r="http://x.example/ns"/>',
            ["00-DB-12-34-56-78-95-A0"],
        ),
        (
            '<a href="https://x.example/00-DB-12-34-56-78-95-A1">00-DB-12-34-56-78-95-A0</a>',
            ["00-DB-12-34-56-78-95-A0"],
        ),
        (
            'xmlns="http://x.example/ns"><ID>00-DB-12-34-56-78-95-A0</ID>',
            ["00-DB-12-34-56-78-95-A0"],
        ),
        ("from [fe80::3d58:a9bc:50f6:e563]", []),
        ("2001:db8::3d58:a9bc:50f6:e563", []),
        ("2001:db8:0:12:3d58:a9bc:50f6:e563/64", []),
        ("fe80::3d58:a9bc:50f6:e563%eth0", []),
        ("00:DB:12:34:56:78:95:A0", ["00:DB:12:34:56:78:95:A0"]),
        ("00DB:1234:5678:95A0", ["00DB:1234:5678:95A0"]),
    ],
)
def test_beside_links_in_markup_and_among_addresses(line: str, found: list[str]) -> None:
    assert [one.text for one in find_tokens(line)] == found


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("2001:db8::3d58:a9bc:50f6:e563", True),
        ("2001:db8:0:12:3d58:a9bc:50f6:e563/64", True),
        ("fe80::21e:c2ff:fe0a:9b1%eth0", True),
        ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", True),
        (DEVICE.replace("-", ":"), False),
        ("00:DB:12::34:56:78:90:A", False),  # a colon doubled, a digit lost
        ("00:DB:12:34:56:78:90:A07", False),
        ("00DB:12::34:56:78:90:A0", False),
        ("00DB:1234:5678:90A", False),
        ("00DB::1234:5678:90A0", False),
        ("12:30", False),
    ],
)
def test_an_ipv6_address_is_no_id_with_a_slip(text: str, address: bool) -> None:
    assert is_ipv6(text) is address
