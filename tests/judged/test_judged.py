"""The figures of the judged mails do not fall; the faults that would ruin us stay at none."""

from __future__ import annotations

import pytest

from tests.judged.__main__ import BEGIN, COUNTED, END, page_with, table
from tests.judged.score import THEMES, Score, score

# What may not be wrong at all, and the least share of the others.
_NEVER_WRONG = (
    "not answered that must not be",
    "devices that are right",
    "codes that are right",
    "denials that are right",
)
_LEAST = {
    "acts": {"kind": 0.98, "answered that may be": 0.98},
    "acts2": {"kind": 0.98, "answered that may be": 0.97},
    "acts3": {"kind": 0.98, "answered that may be": 0.97},
    "acts4": {"kind": 0.97, "answered that may be": 0.95},
    "acts5": {"kind": 0.98, "answered that may be": 0.98},
    "answers": {"kind": 0.98, "denials taken": 0.98, "codes taken": 0.98},
    "answers2": {"kind": 0.97, "denials taken": 0.97, "codes taken": 0.97},
    "answers3": {"kind": 0.98, "denials taken": 0.95, "codes taken": 0.90},
    "answers4": {"kind": 0.98, "denials taken": 0.86, "codes taken": 0.85},
    "answers5": {"kind": 0.98, "denials taken": 0.96, "codes taken": 1.0},
    "answers6": {"kind": 0.97, "denials taken": 0.88, "codes taken": 0.94},
    "desks5": {"kind": 0.97, "denials taken": 0.97, "codes taken": 1.0},
    "quotes": {"kind": 0.97, "denials taken": 0.97, "codes taken": 1.0, "devices found": 1.0},
    "quotes3": {"kind": 0.98, "denials taken": 0.97, "codes taken": 0.96, "devices found": 1.0},
}


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return {theme: score(theme) for theme in THEMES}


def test_nothing_is_taken_that_nobody_said(scores: dict[str, Score]) -> None:
    wrong = [
        (theme, mail, what)
        for theme, one in scores.items()
        for mail, what in one.wrong
        if what in _NEVER_WRONG
    ]
    assert wrong == []


def test_the_figures_do_not_fall(scores: dict[str, Score]) -> None:
    low = {
        (theme, what): scores[theme].share(what)
        for theme, least in _LEAST.items()
        for what, share in least.items()
        if scores[theme].share(what) < share
    }
    assert low == {}


def test_the_page_shows_todays_figures(scores: dict[str, Score]) -> None:
    figures = table(scores)
    assert all(f"| {what} |" in figures for what in COUNTED)
    page = page_with(f"before {BEGIN}\nold\n{END} after", figures)
    assert page == f"before {BEGIN}\n{figures}\n{END} after"
