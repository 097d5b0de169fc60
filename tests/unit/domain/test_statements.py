"""Statements: what asks for codes, and which one a mail without a request is about."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.statements import (
    ANSWERING,
    REASONS,
    Act,
    Scope,
    Statement,
    asks_for_codes,
    gravest,
)


def says(*acts: Act) -> list[Statement]:
    return [Statement(act, f"body line {at}", act) for at, act in enumerate(acts, 1)]


def test_a_statement_that_says_nothing_more_leaves_open_which_devices() -> None:
    (one,) = says(Act.DENIES)
    assert one.scope is Scope.NONE
    assert (one.devices, one.rows, one.count, one.subject, one.hedge) == ((), (), None, "", "")


@pytest.mark.parametrize("act", Act)
def test_only_asking_for_codes_asks_for_codes(act: Act) -> None:
    assert asks_for_codes(says(Act.THANKS, act)) is (act is Act.ASKS)


def test_an_answer_says_whose_the_devices_are_or_gives_their_codes() -> None:
    assert set(ANSWERING) == {Act.DENIES, Act.OWNS, Act.PROVIDES}


def test_what_neither_asks_nor_answers_nor_promises_has_a_reason_for_a_person() -> None:
    pointing = {Act.ATTACHES, Act.NAMES_FILE, Act.NAMES_REQUEST}  # of no weight without an answer
    assert set(REASONS) == set(Act) - ANSWERING - {Act.ASKS, Act.PROMISES} - pointing
    assert len(set(REASONS.values())) == len(REASONS)


@pytest.mark.parametrize(
    ("acts", "first"),
    [
        ((Act.THANKS, Act.WARNS), Act.WARNS),
        ((Act.TAKES_BACK, Act.WARNS, Act.DISPUTES), Act.WARNS),
        ((Act.CHASES, Act.TAKES_BACK), Act.TAKES_BACK),
        ((Act.REPORTS, Act.CORRECTS, Act.DISPUTES), Act.DISPUTES),
        ((Act.THANKS, Act.OTHER), Act.OTHER),
        ((Act.OTHER, Act.CHASES, Act.THANKS), Act.CHASES),
        ((Act.ASKS, Act.DENIES, Act.THANKS), Act.THANKS),
    ],
)
def test_a_mail_is_about_the_gravest_thing_in_it(acts: tuple[Act, ...], first: Act) -> None:
    found = gravest(says(*acts))
    assert found is not None
    assert found.act is first


def test_of_two_that_are_as_grave_the_first_counts() -> None:
    one, _ = said = says(Act.WARNS, Act.WARNS)
    assert gravest(said) is one


def test_what_needs_no_reason_is_never_the_gravest() -> None:
    assert gravest(says(Act.ASKS, *ANSWERING, Act.PROMISES)) is None
    assert gravest([]) is None


def test_a_sentence_says_more_than_a_subject_that_does_the_same() -> None:
    subject = Statement(Act.WARNS, "subject", "Incident")
    sentence = Statement(Act.WARNS, "body line 2", "Our mailbox is compromised.")
    assert gravest([subject, sentence]) is sentence
    assert gravest([subject, Statement(Act.THANKS, "body line 1", "Thanks.")]) is subject


@pytest.mark.parametrize(
    ("words", "number", "shown"),
    [
        ("read \u2460, not \u2460", 2, "read 00-00-00-00-00-00-00-01, not 00-00-00-00-00-00-00-02"),
        ("read \u2460, not \u2460", 1, "read (a Device), not (a Device)"),
        ("\u2461 fails", 0, "(a code) fails"),
    ],
)
def test_a_person_reads_the_devices_and_no_marks(words: str, number: int, shown: str) -> None:
    devices = tuple(DeviceId(at.to_bytes(8, "big")) for at in range(1, number + 1))
    assert Statement(Act.OTHER, "body line 1", words, devices=devices).for_people == shown
