"""Mails passed on: a colleague's words are the sender's, another company's are not."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from exchange.parsing.statements.passed_on import author_of, read_passed_on, same_company
from exchange.parsing.text.lines import Line, plain_lines

TEXT = "From: Cat <cat@vale.example>\nSubject: x\n\nPlease send the install codes of these."


def place(line: Line) -> str:
    return f"line {line.number}"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a@vale.example", "b@vale.example", True),
        ("a@vale.co.uk", "b@vale.com", True),
        ("a@mail.vale.co.uk", "b@vale.example", True),
        ("a@vale.example", "b@tarn.example", False),
        ("a@vale.co.uk", "b@tarn.co.uk", False),
        ("", "b@tarn.example", True),
    ],
)
def test_companies_are_told_by_the_name_in_their_domain(one: str, other: str, same: bool) -> None:
    assert same_company(one, other) is same


def test_a_colleagues_request_asks_and_another_companys_does_not() -> None:
    lines = plain_lines(TEXT)
    author = author_of(lines)
    assert author == "cat@vale.example"
    own = read_passed_on(lines, place, author, "ops@vale.example")
    assert [(one.act, one.where) for one in own] == [(Act.ASKS, "line 4")]
    (other,) = read_passed_on(lines, place, author, "ops@tarn.example")
    assert other.act is Act.OTHER
    assert "cat@vale.example" in other.words
