"""What is made when it is first used is made once, and again only where that failed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from exchange.later import Later, later


def test_nothing_is_made_before_it_is_used_and_then_only_once() -> None:
    made: list[str] = []

    def make() -> str:
        sleep(0.01)  # long enough for another thread to come
        made.append("one")
        return "text"

    thing = later(make)
    assert not made
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: thing.upper(), range(8)))
    assert found == ["TEXT"] * 8
    assert made == ["one"]


def test_what_could_not_be_made_is_tried_again() -> None:
    outcomes: Iterator[str | OSError] = iter((OSError("not yet"), "text"))

    def make() -> str:
        found = next(outcomes)
        if isinstance(found, OSError):
            raise found
        return found

    thing = later(make)
    with pytest.raises(OSError, match="not yet"):
        thing.upper()
    assert thing.upper() == "TEXT"


def test_a_module_is_imported_when_one_of_its_names_is_used() -> None:
    missing = Later("exchange.there_is_no_such_module")
    Later.names.remove("exchange.there_is_no_such_module")
    with pytest.raises(ModuleNotFoundError):
        _ = missing.anything
