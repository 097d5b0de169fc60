"""The tables of ``docs/flow.md`` say what the rules do: decisions on a Device, and all states."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from enum import StrEnum

import pytest

from exchange.domain.device_type import OUT_OF_SCOPE, DeviceType
from exchange.domain.inbound import (
    TRANSITIONS,
    Before,
    DecisionTerms,
    DeviceEvent,
    Facts,
    InstalledRegister,
    Likeness,
    decide_device,
)
from exchange.domain.outbound import LEG_TRANSITIONS, LegEvent
from tests.places import ROOT

PAGE = (ROOT / "docs" / "flow.md").read_text(encoding="utf-8")
TODAY = date(2026, 12, 14)
_DECISIONS = "| the vault says, and we have said before | answer |"
REGISTERS = (
    InstalledRegister(),
    InstalledRegister(date(2026, 12, 1), 92),
    InstalledRegister(date(2026, 1, 1), 92),
    InstalledRegister(date(2026, 1, 1), 0),
)
ANSWERS = {
    "the install code": DeviceEvent.CODE_FOUND,
    '"not the installing Supplier"': DeviceEvent.NOT_OURS,
    "a person": DeviceEvent.HOLD,
    'a person; never "not the installing Supplier"': DeviceEvent.HOLD,
    "a person; a machine denies once": DeviceEvent.HOLD,
}


def _declared(register: InstalledRegister) -> bool:
    declared = register.complete_as_of
    return declared is not None and (
        not register.max_age_days or (TODAY - declared).days <= register.max_age_days
    )


# What each part of a row says, the parts being separated by commas.  A new rule needs a new row,
# and a part of other words is added here.
WORDS: dict[str, Callable[[Facts, DecisionTerms], bool]] = {
    "the type": lambda facts, _: (facts.device_type or facts.asked_type) in OUT_OF_SCOPE,
    "or the type the list names": lambda _, __: True,
    "is in `release.refused_device_types`": lambda _, __: True,
    "this party asked for it before and still waits": lambda facts, _: facts.before is Before.OPEN,
    "this party was answered before": (
        lambda facts, _: facts.before in (Before.PROVIDED, Before.DENIED)
    ),
    "no sentence asks for codes": lambda _, terms: not terms.asks,
    "known": lambda facts, _: facts.held,
    "not known": lambda facts, _: not facts.held,
    "installed by us": lambda facts, _: facts.held and facts.installed_by_us,
    "not installed by us": lambda facts, _: not facts.installed_by_us,
    "code held": lambda facts, _: facts.has_code,
    "no code": lambda facts, _: not facts.has_code,
    "register declared complete and not older than `installed.max_age_days`": (
        lambda _, terms: _declared(terms.register)
    ),
    "may be a slip for a Device that we installed": lambda facts, _: bool(facts.likeness),
    "no current declaration": lambda _, terms: not _declared(terms.register),
}


def _rows(before: str) -> list[list[str]]:
    """Return the cells of the first table after these words."""
    _, _, rest = PAGE[PAGE.index(before) :].partition("|---")
    lines = itertools.takewhile(lambda line: line.startswith("|"), rest.splitlines()[1:])
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _known_facts() -> list[Facts]:
    """Return every combination that vault, list and earlier requests can give, with three types."""
    types, flags = (DeviceType.UNKNOWN, DeviceType.ESME, DeviceType.CHF), (False, True)
    held = [
        Facts(True, code, ours, kind, asked)
        for code, ours in itertools.product(flags, flags)
        for kind, asked in itertools.product(types, types)
    ]
    unknown = [Facts(asked_type=asked, likeness=one) for asked in types for one in Likeness]
    known = [*held, *unknown]
    return [replace(facts, before=before) for facts in known for before in Before]


def test_the_table_of_decisions_is_what_is_decided() -> None:
    rows = [(row[0].split(", "), ANSWERS[row[1]]) for row in _rows(_DECISIONS)]
    assert len(rows) >= 6
    used = set()
    for facts, register, asks in itertools.product(_known_facts(), REGISTERS, (False, True)):
        terms = DecisionTerms(register, TODAY, OUT_OF_SCOPE, asks)
        decision = decide_device(facts, terms)
        at = next(
            at
            for at, (words, _) in enumerate(rows)
            if all(WORDS[one](facts, terms) for one in words)
        )
        assert decision.event is rows[at][1], f"{facts}, {terms}: {', '.join(rows[at][0])}"
        used.add(at)
    assert used == set(range(len(rows))), "a row of docs/flow.md that never counts"


@pytest.mark.parametrize(
    ("beginning", "transitions"),
    [("**A requested device**", TRANSITIONS), ("**A leg**", LEG_TRANSITIONS)],
)
def test_the_tables_of_states_are_those_of_the_code(
    beginning: str, transitions: dict[tuple[StrEnum, StrEnum], StrEnum]
) -> None:
    told = {}
    for row in _rows(beginning):
        olds, events, news = (cell.split(", ") for cell in row[:3])
        for old in olds:
            for event, new in zip(events, news, strict=True):
                told[old, event] = new
    assert told == {(str(old), str(event)): str(new) for (old, event), new in transitions.items()}


@pytest.mark.parametrize(
    ("transitions", "events"), [(TRANSITIONS, DeviceEvent), (LEG_TRANSITIONS, LegEvent)]
)
def test_something_follows_from_each_event(
    transitions: dict[tuple[StrEnum, StrEnum], StrEnum], events: type[StrEnum]
) -> None:
    assert {event for _, event in transitions} == set(events)
