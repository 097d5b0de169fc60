"""Announcements: an answer that comes later is a promise, a file that is asked for is none."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from exchange.parsing.statements.promises import announces_codes, is_still_asked, promises
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import Line


@pytest.mark.parametrize(
    "text",
    [
        "We will get back to you on Friday.",
        "I'll look at the others next week.",
        "Codes for the remaining two to follow.",
        "The rest will be sent tomorrow.",
        "We are still checking the other meters.",
        "Passed this on to our metering team.",
        "Please leave it with me.",
        "Awaiting a reply of our fitters.",
        "We need a little more time.",
        "Byddwn yn ateb cyn bo hir.",
    ],
)
def test_what_comes_later_is_promised(text: str) -> None:
    assert promises(text)


@pytest.mark.parametrize(
    "text",
    [
        "We did not install these.",
        "The codes are attached.",
        "We check our records every day.",
        "We will not.",
        "",
    ],
)
def test_what_is_said_of_now_promises_nothing(text: str) -> None:
    assert not promises(text)


@pytest.mark.parametrize(
    "text",
    [
        "The install codes are attached.",
        "Please find attached our answers.",
        "Enclosed is the completed workbook.",
        "Please see the spreadsheet, enclosed as agreed.",
    ],
)
def test_a_file_with_codes_or_answers_is_announced(text: str) -> None:
    assert announces_codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please send the codes of the attached devices.",
        "Could you complete the attached workbook with the codes?",
        "We need the codes of the attached list.",
        "The codes are below.",
        "Attached is our invoice.",
        "Nothing is attached. The codes follow.",
    ],
)
def test_a_file_for_which_codes_are_asked_announces_none(text: str) -> None:
    assert not announces_codes(text)


def test_only_the_beginning_of_a_very_long_sentence_is_read() -> None:
    long = "word " * 250
    assert not promises(f"{long} we will get back to you")
    assert not announces_codes(f"{long} the codes are attached")


def test_a_question_promises_nothing() -> None:
    assert not promises("Will you send us the codes?")
    assert promises("Will do, we will send you the codes.")


@pytest.mark.parametrize(
    "text",
    [
        "We are trying to find out whether we fitted any of these.",
        "I'll check if this one was installed by us and come back to you.",
        "Currently investigating who put them in; a reply will follow.",
        "Let me see if they are ours.",
    ],
)
def test_what_somebody_is_finding_out_is_still_asked(text: str) -> None:
    assert is_still_asked(text)


@pytest.mark.parametrize(
    "text",
    [
        "We looked whether these were ours.",
        "We are checking whether these were ours, but row 2 is not.",
        "We are looking at row 1; the rest were not installed by us.",
        "They are ours.",
        "Tell me if these are yours.",
    ],
)
def test_what_is_known_or_says_more_is_not(text: str) -> None:
    assert not is_still_asked(text)


def test_a_sentence_that_finds_out_and_denies_keeps_its_denial() -> None:
    text = "I was asked to check whether we fitted these, none of them were ours."
    said = read_statements([Line(1, text)], lambda _: "body line 1")
    assert Act.DENIES in {one.act for one in said}
