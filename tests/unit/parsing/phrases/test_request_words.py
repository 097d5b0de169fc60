"""The closed tables of what is said of a request."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases import request_words as words


def test_words_are_split_at_blanks() -> None:
    assert words.words_of(" request  need ") == {"request", "need"}


@pytest.mark.parametrize("noun", ["request", "enquiry", "need"])
def test_what_a_request_is_called(noun: str) -> None:
    assert noun in words.REQUEST_NOUNS
    assert noun not in words.DETERMINERS


@pytest.mark.parametrize("text", ["yours", "a reply from you", "your list"])
def test_whose_it_is(text: str) -> None:
    assert words.OF_YOU.search(text)


def test_a_footer_is_of_any_mail() -> None:
    assert words.OF_ANY_MAIL.search("unsubscribe from these notifications")
    assert not words.OF_ANY_MAIL.search("mothballed")
