"""Text and HTML of one mail: layout may differ, what is said may not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.statements import Act, Statement
from exchange.parsing.reading import renderings
from exchange.parsing.reading.renderings import contradiction, differ, lists_differ
from exchange.parsing.text.lines import Line, plain_lines

ONE, TWO = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1"
BOTH = (ONE, TWO)
CODE, OTHER_CODE = "83FED3407A939723A5C639B26916D505C3B5", "3F9D7152AC4239666D3AFE669F26F33A0661"


def _compared(html: str, text: str, unseen: str = "") -> str:
    lines, others = plain_lines(html), plain_lines(text)
    return contradiction(lines, others, unseen, "") if differ(lines, others) else ""


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"Codes, please:\n{ONE}\n{TWO}", f"Codes, please:\n* {ONE}\n* {TWO}"),
        (f"{ONE} and {TWO}", f"{TWO.lower()}\n{ONE.replace('-', '')}"),
        (f"Please see {ONE}", "This mail needs a program that shows HTML."),
        ("Thank you", f"Thank you\n> {ONE}"),
        (f"Codes for {ONE}", ""),
        (f"{ONE} {CODE}", f"{ONE}\t{CODE[:16]} {CODE[16:32]}"),
        (f"No longer needed:\n{ONE}", "Your program shows no HTML."),
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
        (f"{ONE} {CODE}", f"{ONE} {OTHER_CODE}"),
        (f"{ONE} {CODE}", f"{ONE} {OTHER_CODE[:32]}"),
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


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"Please ignore this, it was sent in error.\n{ONE}", ONE),
        (ONE, f"We no longer need the code of\n{ONE}"),
    ],
)
def test_what_takes_back_beside_a_bare_list_is_a_contradiction(html: str, text: str) -> None:
    assert "takes back" in _compared(html, text)


@pytest.mark.parametrize(
    ("text", "file", "why"),
    [
        (BOTH, BOTH, ""),
        ((), BOTH, ""),
        (BOTH, (), ""),
        (BOTH, (ONE,), f"1 only in the text ({TWO})"),
        ((ONE,), BOTH, f"1 only in x.csv ({TWO})"),
    ],
)
def test_a_file_in_place_of_the_text_lists_the_same(
    text: Sequence[str], file: Sequence[str], why: str
) -> None:
    here, there = (set(map(DeviceId.parse, one)) for one in (text, file))
    assert lists_differ("x.csv", here, there).endswith(why)
    assert bool(lists_differ("x.csv", here, there)) == bool(why)
