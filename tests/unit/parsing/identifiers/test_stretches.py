"""What is left of a line and written like a Device ID."""

from __future__ import annotations

import pytest

from exchange.parsing.identifiers.stretches import find_damaged_codes, find_stretches
from exchange.parsing.identifiers.tokens import TokenForm, find_tokens


@pytest.mark.parametrize(
    "written",
    [
        "00-DB12-34-56-78-90-A0",
        "00-DB-12-34--56-78-90-A0",
        "00-DB-12-34-5G-78-90-A0",
        "00 - DB - 12 - 34 - 56 - 78 - 90 - A0",
        "00/DB/12/34/56/78/90/A0",
        "00DB1234 567890A0",
        "x00DB1234567890A0",
        "00DB1234567890A",
        "0O-DB-12-34-56-78-90-A0",
        "\u0660\u0660-DB-12-34-56-78-90-A0",
    ],
)
@pytest.mark.parametrize("around", ["{}", "3. {}", "Meter 3: {}", "{} - gas", "we want {}, please"])
def test_a_mistyped_id_is_found_with_all_its_digits(written: str, around: str) -> None:
    (found,) = find_stretches(around.format(written))
    assert found.text == written
    assert not found.decimal


@pytest.mark.parametrize(
    "text",
    [
        "a bed, a cafe and a decade of bad food in 2026",
        "Oldham OL1 2AB",
        "https://example.test/click?id=00DB1234567890A",
        "sam.00db1234567890a@op-b.test",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "fe80::2db:12ff:fe34:5678",
        "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "00-DB-12",
        "",
    ],
)
def test_other_words_are_none(text: str) -> None:
    assert find_stretches(text) == []


def test_what_was_read_is_left_out_and_nothing_is_joined_across_it() -> None:
    text = "00-DB-12-34-56-78-90-A0, 00-DB12-34-56-78-90-A1 and 00-DB-12-34-56-78-90-A2"
    read = [one for one in find_tokens(text) if one.device]
    assert [one.text for one in find_stretches(text, read)] == ["00-DB12-34-56-78-90-A1"]


def test_a_long_line_takes_linear_time() -> None:
    assert len(find_stretches("0A " * 200_000)) == 1


def test_a_code_with_a_wrong_letter_is_damaged() -> None:
    code = "83FED3407A939723A5C639B26916D505C3BG"
    text = f"00-DB-12-34-56-78-90-A0 {code}"
    (found,) = find_damaged_codes(text, [one for one in find_tokens(text) if one.device])
    assert (found.text, found.form) == (code, TokenForm.ODD_LENGTH)
    assert find_damaged_codes("00-DB12-34-56-78-90-A0") == []
