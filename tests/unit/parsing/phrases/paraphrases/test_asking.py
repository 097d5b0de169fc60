"""Roundabout requests become plain ones, and what asks for something else stays what it is."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases.paraphrases.asking import asked_plainly
from exchange.parsing.statements.requests import asks_for_codes


@pytest.mark.parametrize(
    "text",
    [
        "2. You are hereby required to hand over the install code of each.",
        "The recipient is invited to return the install codes.",
        "I would be delighted if the codes of both could be relayed to us.",
        "Here they are, if you could ping the codes across that'd be ace.",
        "It'd be a big help if you could let me have the codes.",
        "Codes would be lovely.",
        "A reply with the install codes is requested.",
    ],
)
def test_roundabout_requests_ask_plainly(text: str) -> None:
    assert asks_for_codes(asked_plainly(text))


@pytest.mark.parametrize(
    "text",
    [
        "You are requested not to supply the install codes.",
        "You were requested to supply the install codes.",
        "We are requested to supply the install codes.",
        "It would be appreciated if the codes were not sent to this mailbox.",
        "It would be appreciated if the codes that we gave you could be deleted.",
        "It would have been lovely if the codes had been sent.",
    ],
)
def test_what_asks_for_something_else_is_kept(text: str) -> None:
    assert "please" not in asked_plainly(text)
