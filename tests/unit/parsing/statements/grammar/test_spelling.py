"""Short, mistyped and roundabout words become plain ones."""

from __future__ import annotations

import time

import pytest

from exchange.parsing.phrases.typos import TYPOS
from exchange.parsing.statements.grammar.spelling import plain_words, spelt_out


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("we didnt fit them", "we did not fit them"),
        ("We wern't instaling these", "We were not installing these"),
        ("Zero of the 3 are ours", "none of the 3 are ours"),
        ("0/4 fitted by us", "none of 4 fitted by us"),
        ("Not one was ours", "none was ours"),
        ("they are not, at any time, ours", "they are not ours"),
        ("Somebody other than us fitted it", "someone else fitted it"),
        ("not the people who fitted", "not the installing supplier"),
        ("It has been established that we did not", "we confirm that we did not"),
        ("fitted on 03/04/2019 by Rowan", "fitted on 2019 by Rowan"),
        ("by us.Thanks", "by us. Thanks"),
    ],
)
def test_words_are_spelt_out(written: str, plain: str) -> None:
    assert " ".join(plain_words(written).replace(" ,", "").split()) == plain


def test_a_supplier_named_as_another_one_is_not_the_installing_supplier() -> None:
    assert "installing supplier" not in plain_words("a previous supplier who fitted these")


def test_only_contractions_are_spelt_out() -> None:
    assert spelt_out("we can't say, we don't know") == "we cannot say, we do not know"


def test_slips_are_known_and_right_words_are_no_slips() -> None:
    assert TYPOS["instaled"] == "installed"
    assert TYPOS["thees"] == "these"
    assert not {"meter", "these", "fitted", "install"} & set(TYPOS)


@pytest.mark.parametrize("piece", ["checked our ", ", at any time", "neither we nor ", "by or on "])
def test_hostile_sentences_take_little_time(piece: str) -> None:
    started = time.process_time()
    plain_words(piece * 400)
    assert time.process_time() - started < 2
