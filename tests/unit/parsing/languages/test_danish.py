"""Sentences in Danish: plain denials, what is no denial, requests, and what is no request."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from tests.unit.parsing.languages.said import act, denied

PLAIN = [
    "Ingen af disse målere er installeret af os.",
]
OPEN = [
    "Målerne er måske ikke installeret af os.",
]
ASKING = [
    "Send venligst installationskoderne for disse målere.",
]
NOT_ASKING = [
    "Vi har ikke brug for koderne.",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_denial_is_taken(text: str) -> None:
    assert denied(text)


@pytest.mark.parametrize("text", OPEN)
def test_what_is_doubted_narrowed_or_of_others_is_no_denial(text: str) -> None:
    assert not denied(text)


@pytest.mark.parametrize("text", ASKING)
def test_a_request_asks(text: str) -> None:
    assert act(text) is Act.ASKS


@pytest.mark.parametrize("text", NOT_ASKING)
def test_what_forbids_warns_or_promises_does_not_ask(text: str) -> None:
    assert act(text) not in (None, Act.ASKS)
