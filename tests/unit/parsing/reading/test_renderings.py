"""Text and HTML of one mail: layout may differ, what is said may not."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act, Statement
from exchange.parsing.reading import renderings
from exchange.parsing.reading.renderings import contradiction
from exchange.parsing.text.lines import Line, plain_lines

ONE, TWO = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1"


def _compared(html: str, text: str, unseen: str = "") -> str:
    return contradiction(plain_lines(html), plain_lines(text), unseen, "")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"Codes, please:\n{ONE}\n{TWO}", f"Codes, please:\n* {ONE}\n* {TWO}"),
        (f"{ONE} and {TWO}", f"{TWO.lower()}\n{ONE.replace('-', '')}"),
        (f"Please see {ONE}", "This mail needs a program that shows HTML."),
        ("Thank you", f"Thank you\n> {ONE}"),
        (f"Codes for {ONE}", ""),
    ],
)
def test_another_layout_is_no_contradiction(html: str, text: str) -> None:
    assert _compared(html, text) == ""


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"Codes for {ONE}", f"Codes for {TWO}"),
        (f"Codes for {ONE} {TWO}", f"Codes for {ONE}"),
        (f"Codes for {ONE}", f"Codes for {ONE}, and {TWO}"),
    ],
)
def test_other_devices_are_a_contradiction(html: str, text: str) -> None:
    assert "name different Devices" in _compared(html, text)


def test_what_the_html_strikes_out_may_stand_in_the_text() -> None:
    assert _compared(f"Codes for {ONE}", f"Codes for {ONE}\n{TWO}", unseen=TWO) == ""


def test_what_is_quoted_in_one_only_is_no_contradiction() -> None:
    assert _compared(f"Codes for {ONE}", f"Codes for {ONE}\n\n> {TWO}") == ""


@pytest.mark.parametrize(
    ("html", "text", "contradicts"),
    [
        ({Act.ASKS}, {Act.TAKES_BACK}, True),
        ({Act.TAKES_BACK}, {Act.ASKS, Act.THANKS}, True),
        ({Act.DENIES}, {Act.PROVIDES}, True),
        ({Act.ASKS}, {Act.ASKS, Act.TAKES_BACK}, True),
        ({Act.ASKS}, {Act.ASKS, Act.CHASES}, False),
        ({Act.ASKS}, {Act.ASKS, Act.REPORTS}, False),
        ({Act.ASKS, Act.TAKES_BACK}, {Act.ASKS, Act.TAKES_BACK}, False),
        ({Act.ASKS}, set(), False),
    ],
)
def test_one_that_asks_and_one_that_takes_back(
    html: set[Act], text: set[Act], contradicts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(lines: list[Line], *_: object) -> tuple[Statement, ...]:
        acts = html if lines[0].text == "the HTML" else text
        return tuple(Statement(act, "body line 1", "words") for act in acts)

    monkeypatch.setattr(renderings, "read_statements", said)
    assert bool(_compared("the HTML", "the text")) is contradicts
