"""Sentences in Welsh: plain denials, what is no denial, requests, and what is no request."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from tests.unit.parsing.languages.said import act, denied

PLAIN = [
    "Nid ni osododd yr un o'r tair dyfais hyn.",
    "Nid Ynni Cymoedd oedd y cyflenwr gosod.",
    "Ni chafodd y rhain eu gosod gennym ni.",
    "Ni osodwyd y mesuryddion hyn gennym ni.",
    "Nid ni yw'r cyflenwr gosod.",
    "Ni wnaethom osod y mesuryddion hyn.",
    "Ar ôl gwirio ein cofnodion, ni osodwyd yr un o'r mesuryddion hyn gennym.",
    "Nid ein cwmni ni osododd y mesuryddion hyn.",
    "Ni osododd ein peirianwyr y dyfeisiau hyn.",
    "Nid ni biau'r rhain.",
    "Gallwn gadarnhau nad ni osododd y dyfeisiau hyn.",
    "Gosodwyd y rhain gan gyflenwr arall.",
]
OPEN = [
    "Ni oedd y cyflenwr gosod.",
    "Nid wyf yn siŵr ai ni osododd y rhain.",
    "Mae'n debyg nad ni osododd y rhain.",
    "Nid ni osododd y rhain, heblaw'r olaf.",
]
ASKING = [
    "A fyddech cystal ag anfon y codau gosod ar gyfer y mesuryddion hyn?",
    "Anfonwch y codau gosod os gwelwch yn dda.",
    "Mae angen y codau gosod arnom.",
    "Hoffem gael y codau gosod ar gyfer y dyfeisiau isod.",
    "Allwch chi anfon y codau gosod atom?",
]
NOT_ASKING = [
    "Peidiwch ag anfon y codau.",
    "Canslwch ein cais am godau gosod.",
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
