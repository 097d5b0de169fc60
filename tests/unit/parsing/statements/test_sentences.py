"""Sentences: joined where a client wrapped them, split where they end, rows left out."""

from __future__ import annotations

from textwrap import fill

import pytest

from exchange.domain.mail import Kind
from exchange.parsing.reading.understand import understand
from exchange.parsing.statements.sentences import MOST_SENTENCES, Sentence, sentences_of
from exchange.parsing.text.lines import Line, plain_lines
from tests.corpus import making
from tests.corpus.making import CODE_CRC, D


def read(text: str) -> list[Sentence]:
    return list(sentences_of(plain_lines(text)))


def texts(text: str) -> list[str]:
    return [one.text for one in read(text)]


def test_a_sentence_that_a_client_wrapped_is_one_sentence() -> None:
    wrapped = "We have gained the customers at these premises and would\nneed the codes. Thanks!"
    assert texts(wrapped) == [
        "We have gained the customers at these premises and would need the codes.",
        "Thanks!",
    ]


def test_a_short_line_a_bullet_and_a_blank_line_end_a_sentence() -> None:
    assert texts("Hello Bob\nplease help\n- first point\n\nsecond") == [
        "Hello Bob",
        "please help",
        "first point",
        "second",
    ]


def test_ids_and_codes_are_marks_and_the_sentence_keeps_its_devices() -> None:
    (one,) = read(f"The code of {D[0]} is {CODE_CRC}, that of {D[1]} follows")
    assert one.text == "The code of \u2460 is \u2461, that of \u2460 follows"
    assert [str(device) for device in one.devices] == D[:2]
    assert one.codes == 1


def test_lines_without_words_are_passed_over_and_rows_are_items() -> None:
    found = read(f"{D[0]}\n{D[1]}\n\n{D[2]} ESME\nThese:")
    assert [(one.text, one.item, one.heading) for one in found] == [
        ("\u2460 ESME", True, False),
        ("These:", False, True),
    ]


def test_what_stands_below_the_closing_words_is_signed() -> None:
    found = read("Codes please.\n\nKind regards\nTom\n\nPS the last one is ours.")
    assert [(one.text, one.signed) for one in found] == [
        ("Codes please.", False),
        ("Kind regards", True),
        ("Tom", True),
        ("PS the last one is ours.", True),
    ]


def test_a_mail_of_endless_sentences_is_not_read_without_end() -> None:
    assert len(read("It is so.\n\n" * (MOST_SENTENCES + 50))) == MOST_SENTENCES + 1
    paragraph = f"{'It is so. ' * 90}and so on\n" * (MOST_SENTENCES // 50)
    assert len(read(paragraph)) == MOST_SENTENCES + 1


def test_words_that_come_again_are_read_at_their_own_place() -> None:
    first, signed = read("Please send the codes.\n\nKind regards\n\nPlease send the codes.")[::2]
    assert (first.text, first.line.number, first.signed) == ("Please send the codes.", 1, False)
    assert (signed.text, signed.line.number, signed.signed) == ("Please send the codes.", 5, True)


_ASKS = (
    "Could you please send us the install codes for the following devices installed by you:",
    "We have gained the customers at these sites and would be grateful if you could let us have"
    " the installation codes of the meters below.",
    "Further to the change of supplier, please would you email the install codes held by you for"
    " these electricity meters:",
)


@pytest.mark.parametrize("width", range(20, 46))
def test_a_request_folded_at_any_width_is_one(width: int) -> None:
    ids = [f"00-DB-12-0E-8C-E5-04-{n}0" for n in "ABCD"]
    for ask in _ASKS:
        said = [fill(one, width) for one in ("Hello Team,", ask)]
        end = fill("Many thanks for your help, Pat Oakes, Smart Operations", width)
        mail = making.mail("\n".join([*said, "", *ids, "", end]))
        read = understand(mail)
        assert (read.kind, len(read.devices)) == (Kind.REQUEST, 4), (ask, width)


@pytest.mark.parametrize(
    "lines",
    [
        ("the first two are ours", "the last one is not", "sorry for the delay"),
        ("Hi Sam", "not ours", "thanks"),
        ("we fitted the first one here", "no code is held", "we did not fit the others"),
    ],
)
def test_short_lines_that_somebody_broke_stay_apart(lines: tuple[str, ...]) -> None:
    found = sentences_of([Line(n, text) for n, text in enumerate(lines, 1)])
    assert [one.text for one in found] == list(lines)
