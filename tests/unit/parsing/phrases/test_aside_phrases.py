"""Phrases around an answer: what waits, what is doubted, what is only polite."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases import aside_phrases as phrases


@pytest.mark.parametrize(
    "text",
    [
        "please do not close it",
        "Ravi will confirm on Monday",
        "the archive is not available",
        "older jobs have not been searched",
        "on second thoughts",
        "let me come back to you",
        "to be verified",
    ],
)
def test_words_leave_an_answer_open(text: str) -> None:
    assert phrases.leaves_open(text)


@pytest.mark.parametrize(
    "text",
    [
        "we are writing to confirm this",
        "please take it as our final answer",
        "do not hesitate to call",
        "sorry for the wait on this",
        "you will need to ask Rowan",
    ],
)
def test_words_leave_nothing_open(text: str) -> None:
    assert not phrases.leaves_open(text)


def test_who_it_was_is_left_out() -> None:
    assert "who" not in phrases.without_who_else("We have no idea who fitted them")
    assert "not who we said" in phrases.without_who_else("It was not who we said")


def test_what_we_may_think_of_it_is_left_out() -> None:
    assert "wrong" not in phrases.without_others("If you believe this to be wrong, write to us")


def test_small_print_and_courtesies() -> None:
    assert phrases.is_small_print("Copies of this message are kept for a year.", signed=False)
    assert not phrases.is_small_print("See message.", signed=False)
    assert phrases.is_recalled("Please disregard my last mail")
    assert not phrases.is_recalled("If it was sent to you in error, say so")
    assert phrases.courtesy_end("Sorry for the delay, not ours") == len("Sorry for the delay")
    assert phrases.courtesy_end("Not ours") == 0
