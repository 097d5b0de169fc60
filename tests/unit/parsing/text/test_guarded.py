"""A guarded pattern finds what the pattern alone finds, and mostly without trying it."""

from __future__ import annotations

import re
import sys
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.parsing.mailkinds import desks
from exchange.parsing.phrases.notice_phrases import FAILED_SUBJECT
from exchange.parsing.phrases.paraphrases.paraphrases import PARAPHRASES
from exchange.parsing.statements import promises
from exchange.parsing.text.guarded import Guarded, needles_of, substituted

IN_USE = [
    *(one for module in (desks, promises) for one in vars(module).values()),
    FAILED_SUBJECT,
    *(pattern for pattern, _ in PARAPHRASES),
]
GUARDED = [one for one in IN_USE if isinstance(one, Guarded)]
ALWAYS_SEARCHED = [desks._EVENT, desks._LATER, desks._FAILED, promises._PROMISE, FAILED_SUBJECT]


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        ("Received", ("received",)),
        ("(?:your|our|the) ticket", ("our ticket", "the ticket")),
        ("(?:closed|opened)", ("closed", "opened")),
        ("(?:closed|opened|[0-9]+)", ()),
        ("tickets?", ("ticket",)),
        ("(?:tickets)?", ()),
        ("(?:done){2,}", ("done",)),
        ("(?:done){0,2}", ()),
        (r"\bre[cs]eived\b", ("received", "reseived")),
        ("of it", ("of it",)),
        ("of", ()),  # nearly every text has it
        ("[^a]bcd", ("bcd",)),
        ("(?!never)here", ("here",)),
        ("(?<=they )were", ("they ",)),
        ("(?=what follows)", ("what follows",)),
        ("(one|two) and \\1", ("one and ", "two and ")),
        ("non remis|\u914d\u4fe1", ("non remis", "\u914d\u4fe1")),
        ("\u03c3\u03c4\u03bf\u03c2", ()),  # which sigma it is depends on its place
        (".*", ()),
        ("", ()),
    ],
)
def test_needles_are_read_from_the_pattern(pattern: str, needles: tuple[str, ...]) -> None:
    assert needles_of(pattern) == needles


PIECES = st.sampled_from(
    ["a", "bcd", "E", "x?", "[yz]", "[0-9]", "(?:opened|shut)", "(?:opened|s)?", "(?:on|off){2}",
     "(?-i:Vale)", "\u0130st", "\u017ft", "K", r"\b", "(?=we)", "(?!we)", "(?<=d)", "^", "$",
     ".{0,2}", "(?:is |are |^)with", " ", "\u00e9", "\u03c3"]
)  # fmt: skip
LETTERS = st.text(
    "aAbcdDeExyz0 opensushtfVal\u0130\u0131\u017f\u212ak\u00c9\u00e9\u03a3\u03c2\u03c3wi",
    max_size=25,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=5).map("".join), st.data())
def test_any_pattern_matches_as_without_needles(pattern: str, data: st.DataObject) -> None:
    plain, guarded = re.compile(pattern, re.I), Guarded(pattern)
    text = data.draw(st.one_of(LETTERS, st.from_regex(plain)))
    found, expected = guarded.search(text), plain.search(text)
    assert (found and found.span()) == (expected and expected.span())
    assert guarded.sub("-", text) == plain.sub("-", text)


@pytest.mark.parametrize("guarded", GUARDED, ids=lambda one: one.pattern.pattern[:40])
def test_each_pattern_in_use_finds_what_it_can_match(guarded: Guarded) -> None:
    @settings(max_examples=12, deadline=None)
    @given(st.from_regex(guarded.pattern))
    def matches(text: str) -> None:
        assert guarded.search(text)

    matches()


@pytest.mark.parametrize("guarded", ALWAYS_SEARCHED, ids=lambda one: one.pattern.pattern[:40])
def test_a_plain_request_has_none_of_the_needles(guarded: Guarded) -> None:
    mail = (
        "install codes please\ndear colleagues, kindly send us the codes of these meters."
        " kind regards, a. person"
    )
    assert guarded.needles
    assert not [one for one in guarded.needles if one in mail]


def test_one_pattern_after_the_other() -> None:
    pairs = ((Guarded("beta"), "alpha"), (Guarded("alpha"), "gamma"), (Guarded("beta"), "never"))
    assert substituted(pairs, "Beta, ALPHA") == "gamma, gamma"


def test_what_ignoring_case_takes_for_a_letter_is_looked_for_without_needles() -> None:
    extra = import_module("re._casefix")._EXTRA_CASES if sys.version_info < (3, 15) else {}
    odd = {chr(one) for code, more in extra.items() for one in (code, *more)}
    for letter in odd:
        for other in odd:
            if re.fullmatch(letter * 4, other * 4, re.I):
                assert Guarded(letter * 4).search(other * 4), (letter, other)
