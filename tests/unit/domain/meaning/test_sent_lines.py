"""A letter of ours is recognised where it comes back; what people type is not."""

from __future__ import annotations

import textwrap

import pytest

from exchange.domain.meaning.sent_lines import MOST_WORDS, SentText, align, words_of
from exchange.errors import BadInput

ID_1, ID_2, ID_3 = (f"00-DB-5A-11-00-00-0C-0{one}" for one in (1, 2, 3))
CODE = "457C 769F 39D8 6441 99C0 E5BD BCFB C85B A2B2"
LETTER = [
    "Dear Tern Gas,",
    "",
    "We have become the Supplier at premises where three Devices were left",
    "without a connection. We ask you, as a former Supplier, for their codes.",
    'Where you did not install one, write "not the installing Supplier" there.',
    "",
    "The Devices",
    "-----------",
    f"{ID_1}  ESME",
    f"{ID_2}  GSME",
    f"{ID_3}  ESME",
    "",
    "For any question, please reply to this mail or write to us by letter.",
    "",
    "Yours sincerely",
    "Ours Energy",
]
SENT = SentText.of(LETTER)


def _ours(lines: list[str]) -> list[str]:
    spans = align(list(enumerate(lines)), SENT)
    return [lines[at] for at in sorted(spans) if not spans[at].rest]


def _begun(lines: list[str]) -> dict[str, str]:
    spans = align(list(enumerate(lines)), SENT)
    return {lines[at]: span.rest for at, span in spans.items() if span.rest}


def test_a_word_is_letters_and_digits_between_blanks() -> None:
    assert words_of(f"\u201cNot\u00a0ours\u201d \u2013 {ID_1}.") == [
        "not",
        "ours",
        "00db5a1100000c01",
    ]


@pytest.mark.parametrize("width", [20, 33, 50, 200])
def test_line_breaks_do_not_matter(width: int) -> None:
    paragraph = " ".join(LETTER[2:5])
    lines = textwrap.wrap(paragraph, width)
    assert _ours(lines) == lines


def test_what_is_typed_between_our_lines_is_not_ours() -> None:
    typed = ["no trace of this one", "Not the installing Supplier.", "please reply to this mail"]
    lines = [*LETTER[:9], typed[0], LETTER[9], typed[1], LETTER[10], typed[2], *LETTER[11:]]
    assert _ours(lines) == [line for line in LETTER if words_of(line)]


def test_the_words_that_we_ask_for_are_an_answer() -> None:
    for typed in (
        ["Not the installing Supplier."],
        ["not the installing Supplier", "", "Yours sincerely"],
        ["The Devices", f"{ID_1}  ESME", f"{ID_2}  GSME", f"{ID_3}  ESME", "Not ours."],
    ):
        assert _ours(typed) == []


def test_a_list_typed_above_or_below_our_letter_is_not_ours() -> None:
    typed = [f"{ID_1}  ESME", f"{ID_3}  ESME"]
    ours = [line for line in LETTER if words_of(line)]
    assert _ours([*typed, "not ours", *LETTER]) == ours
    assert _ours([*LETTER, "We did not fit:", *typed]) == ours


def test_a_row_of_ours_with_a_code_typed_on_it() -> None:
    row = f"{ID_2}  GSME"
    lines = [*LETTER[:9], f"{row} {CODE}", LETTER[10]]
    assert _begun(lines) == {f"{row} {CODE}": CODE}
    assert lines[-1] in _ours(lines)


def test_a_sentence_that_a_client_changed_is_still_ours() -> None:
    changed = LETTER[3].replace("Supplier,", "Supplier<https://safe.example/x>,")
    lines = [LETTER[2], changed, *LETTER[4:]]
    assert changed in _ours(lines)


def test_a_letter_may_be_cut_and_quoted_twice() -> None:
    cut = [*LETTER[2:5], *LETTER[9:11]]
    assert _ours([*cut, "", *cut]) == [*cut, *cut]


def test_another_letter_of_the_same_kind_is_not_taken_for_this_one() -> None:
    other = [line.replace("0C-0", "0D-0") for line in LETTER]
    assert not any("0D-0" in line for line in _ours(other))


def test_it_passes_as_values_and_refuses_damaged_ones() -> None:
    assert SentText.from_value(SENT.as_value()) == SENT
    for damaged in (["?", ""], ["QUJD", ""], [], ["", 7], None):
        with pytest.raises(BadInput):
            SentText.from_value(damaged)  # type: ignore[arg-type]


def test_a_long_letter_and_hostile_lines_are_bounded() -> None:
    long = SentText.of(["the " * 100] * 1000)
    assert len(long.words) == MOST_WORDS
    assert align([(at, "the " * 200) for at in range(2000)], long) == {}


def test_rows_that_a_desk_numbered_are_ours_though_the_letter_has_such_a_number() -> None:
    lines = ["Reference: Q1, Devices: 3", *LETTER]
    numbered = [*LETTER[:8], *(f"{at}. {row}" for at, row in enumerate(LETTER[8:11], 1))]
    spans = align(list(enumerate(numbered)), SentText.of(lines))
    assert {8, 9, 10} <= {at for at, span in spans.items() if not span.rest}
