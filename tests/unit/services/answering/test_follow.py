"""Every kind of mail has a place in the table of decisions, and no outcome is written twice."""

from __future__ import annotations

import re

import pytest

from exchange.domain.mail import Kind
from exchange.rendering.wording import OutcomeWord
from exchange.services.answering import follow
from tests.places import ROOT

ANSWER = ROOT / "templates" / "answer"


def test_each_kind_is_decided() -> None:
    decided_before = {Kind.BOUNCE, Kind.REQUEST}
    assert set(follow._BY_KIND) == set(Kind) - decided_before


@pytest.mark.parametrize("file", ["body.txt", "body.html"])
def test_the_answer_compares_outcomes_by_the_enumeration(file: str) -> None:
    text = (ANSWER / file).read_text(encoding="utf-8")
    code = " ".join(re.findall(r"{[{%].*?[%}]}", text, re.S))
    assert "outcomes.HELD" in code
    assert not [one for one in OutcomeWord if f'"{one}"' in code]
