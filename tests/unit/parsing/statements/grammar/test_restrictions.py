"""A denial of some of the Devices, told by what narrows them, denies no list."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from exchange.parsing.statements.answers import read_answers
from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.grammar.restrictions import restriction_in
from exchange.parsing.statements.sentences import Sentence
from exchange.parsing.text.lines import Line


def takes(text: str) -> bool:
    """Return whether a sentence denies without any doubt."""
    said = read_answers(Sentence(text, Line(1, text)), "body line 1")
    return any(one.act is Act.DENIES for one in said) and not any(one.hedge for one in said)


@pytest.mark.parametrize(
    "text",
    [
        "The ones in yellow were not installed by us.",
        "The Secure meters were not fitted by us.",
        "Those fitted after 2020 are not ours.",
        "The highlighted devices were not installed by us.",
        "We did not install the meters in Truro.",
        "None of the newer meters were ours.",
        "Meters marked in green: not installed by us.",
        "The underlined ones are not ours.",
    ],
)
def test_what_narrows_them_leaves_it_open(text: str) -> None:
    assert not takes(text)


@pytest.mark.parametrize(
    "text",
    [
        "The meters on your list were not installed by us.",
        "None of the devices in your request were fitted by us.",
        "We did not install the smart meters in your email below.",
        "The above-mentioned devices were not installed by us.",
        "Devices on your list: not installed by us.",
        "All of the devices you asked about were not installed by us.",
    ],
)
def test_where_they_are_listed_narrows_nothing(text: str) -> None:
    assert takes(text)


def test_the_word_that_narrows_is_named() -> None:
    (clause,) = clauses_of("The striped ones are not ours")
    assert restriction_in(clause) == "striped"
