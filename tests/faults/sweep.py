"""Cuts a command at each of its points, goes on as a person would, and looks at what came out."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from exchange.errors import ExchangeError
from tests.faults.post import Post
from tests.faults.scenarios import Scenario
from tests.faults.state import Finding, State, compared, in_the_clear, state_of
from tests.faults.traced import How, Point, Ran
from tests.faults.world import PLANTED, World

_CLEAR: Final = re.compile(r"^exchange: |error", re.M)
_QUIET: Final = re.compile(r"0 mails kept, 0 requests raised$", re.M)  # at the end of a round
KINDS: Final = ("lost", "doubled", "stuck", "unclear")


@dataclass(frozen=True, slots=True)
class Trial:
    """One cut and what it led to."""

    scenario: str
    how: str
    point: str
    findings: tuple[tuple[str, str], ...]
    reached: bool = True
    copies: int = 0


@dataclass(slots=True)
class Tally:
    """What is printed of one scenario and one kind of fault."""

    points: int = 0
    tried: int = 0
    unreached: int = 0
    copies: int = 0
    found: Counter[str] = field(default_factory=Counter)  # trials with such a finding


@dataclass(slots=True)
class Bases:
    """Folders to begin from, each made once."""

    at: Path
    post: Post | None
    server: str = ""  # of PostgreSQL; else SQLite
    _made: dict[str, World] = field(default_factory=dict)

    def of(self, name: str) -> World:
        """The base called so."""
        if name not in self._made:
            world = World(self.at / name, self.post, self.server)
            if name == "nothing":
                for folder in (world.at, world.outside, world.inputs):
                    folder.mkdir(parents=True, exist_ok=True)
            elif name == "found":
                world.found()
            else:
                world.found()  # no copy: a copy counts its references from the time on
                world.busy()
            self._made[name] = world
        return self._made[name]


@dataclass(slots=True)
class Prepared:
    """A scenario ready to be tried."""

    scenario: Scenario
    base: World
    trial: World
    start: State | None
    right: tuple[State, ...]  # after the command, and after it was typed twice
    codes: frozenset[int]  # with which what is typed afterwards may end
    points: tuple[Point, ...]


def prepare(scenario: Scenario, bases: Bases) -> Prepared:
    """Run it uncut, once and with what follows a cut, and note what is right."""
    bases.of(scenario.base)
    with scenario.as_if(World(bases.at / "trial")):
        return _prepare(scenario, bases)


def _prepare(scenario: Scenario, bases: Bases) -> Prepared:
    number = re.sub(r"\W+", "-", scenario.name)
    base = World(bases.at / f"{number}-base", bases.post, bases.server)
    base.copy_of(bases.of(scenario.base))
    scenario.before(base)
    trial = World(bases.at / "trial", bases.post, bases.server)
    _begin(scenario, base, trial)
    try:
        start = _state(trial)
    except ExchangeError:  # there is nothing yet
        start = None
    _begin(scenario, base, trial)
    first = trial.run(scenario.words, scenario.now)
    if first.code and "--skip-bad" not in scenario.words:  # which ends with 1 for the bad rows
        raise RuntimeError(f"{scenario.name}: ended with {first.code}: {first.said}")
    right, codes = [], {0, first.code}
    if not scenario.again:
        right.append(_seen(scenario, trial)[0])
    for words, now in scenario.afterwards:
        codes.add(trial.run(words, now).code)
    right.append(_seen(scenario, trial)[0])
    points = tuple(dict.fromkeys(first.points))
    return Prepared(scenario, base, trial, start, tuple(right), frozenset(codes), points)


def _begin(scenario: Scenario, base: World, trial: World) -> None:
    trial.copy_of(base)
    scenario.each(trial)


def _state(world: World) -> State:
    return state_of(world.folder, world.outside)


def _seen(scenario: Scenario, world: World) -> tuple[State, list[Finding]]:
    state = _state(world)
    return state, scenario.outside(world, state)


def attempt(prepared: Prepared, point: Point, how: How) -> Trial:
    """One cut."""
    scenario, world = prepared.scenario, prepared.trial
    _begin(scenario, prepared.base, world)
    ran = world.run(scenario.words, scenario.now, at=point, how=how)
    findings = [Finding("lost", one.what) for one in in_the_clear(world.folder, PLANTED)]
    if ran.left or ran.hung:
        findings.append(Finding("stuck", "a process went on" if ran.left else "it did not end"))
    if how is not How.KILL and ran.hit:
        findings += _after_a_fault(prepared, ran)
    for nth, (words, now) in enumerate(scenario.afterwards):
        after = world.run(words, now)
        if nth and _QUIET.match(after.said):
            break
        if after.code not in prepared.codes:
            said = after.said.strip().splitlines()[-1:] or ["nothing"]
            findings.append(Finding("stuck", f"afterwards it ended with {after.code}: {said[0]}"))
            break
    state = State()
    try:
        state, more = _seen(scenario, world)
    except ExchangeError as error:
        findings.append(Finding("stuck", str(error)))
    else:
        findings += more + [
            one
            for one in compared(state, *prepared.right)
            if not (scenario.noted and one.kind == "doubled" and scenario.noted in one.what)
        ]
    if how is How.BROKEN and point.call.startswith("unlink"):
        # What could not be taken away lies there: nobody can do better than that.
        name = point.target.rpartition("/")[2].replace("*.part", "")
        findings = [one for one in findings if name not in one.what]
    return Trial(
        scenario.name, how.value, str(point),
        tuple((one.kind, one.what) for one in findings), ran.hit, state.copies,
    )  # fmt: skip


def _after_a_fault(prepared: Prepared, ran: Ran) -> list[Finding]:
    """A refused call is said in words, and changed all or nothing."""
    findings = list(unclear(ran))
    if prepared.scenario.in_steps:
        return findings
    rightly = [prepared.right[0]]
    if ran.code and prepared.start is not None:
        rightly.append(prepared.start)
    try:
        state = _state(prepared.trial)
    except ExchangeError as error:
        if ran.code and prepared.start is None:
            return findings
        return [*findings, Finding("stuck", f"after it failed: {error}")]
    return findings + [
        Finding(one.kind, f"right after it ended with {ran.code}: {one.what}")
        for one in compared(state, *rightly)
    ]


def unclear(ran: Ran) -> Iterator[Finding]:
    """What a person could not make sense of."""
    last = " / ".join(ran.said.strip().splitlines()[-2:])
    if "internal fault" in ran.said or "Traceback" in ran.said or ran.code not in (0, 1):
        yield Finding("unclear", f"ended with {ran.code}: {last}")
    elif ran.code and not _CLEAR.search(ran.said):
        yield Finding("unclear", f"ended with 1 and no reason: {last}")


def spread(points: Sequence[Point]) -> list[Point]:
    """All points, each kind early: first one of every call and target, then further ones."""
    groups: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for point in points:
        groups[point.call, point.target].append(point)
    ranked = []
    for number, group in enumerate(groups.values()):
        # The golden ratio's fractions: any number of first ones lies evenly over the whole.
        order = sorted(range(len(group)), key=lambda nth: (nth + 1) * 0.6180339887 % 1)
        ranked += [(rank, number, group[at]) for rank, at in enumerate(order)]
    return [point for _, _, point in sorted(ranked, key=lambda one: one[:2])]


def trials(prepared: Prepared, hows: Sequence[How], sample: int = 0) -> list[tuple[Point, How]]:
    """What is to be tried, the most telling first; or so many of them, of all kinds."""
    points = spread(prepared.points)
    if not sample:
        return [
            (point, how) for point in points for how in hows if how is How.KILL or point.of_a_file
        ]
    kinds = len({(point.call, point.target) for point in points})
    picked = [points[nth * kinds // sample % len(points)] for nth in range(sample)]
    return [
        (point, hows[nth % len(hows)] if point.of_a_file else How.KILL)
        for nth, point in enumerate(picked)
    ]


def sweep(
    scenario: Scenario,
    bases: Bases,
    hows: Sequence[How],
    *,
    until: float,
    sample: int = 0,
    part: tuple[int, int] = (0, 1),
    told: Callable[[Trial], None],
) -> dict[str, Tally]:
    """Try a scenario; ``part`` (k, n) takes every nth trial from the kth on, ``sample`` so many."""
    prepared = prepare(scenario, bases)
    tallies = {how.value: Tally() for how in hows}
    for number, (point, how) in enumerate(trials(prepared, hows)):
        if number % part[1] != part[0]:
            continue
        tally = tallies[how.value]
        tally.points += 1
        if time.monotonic() > until or (
            sample and sum(t.tried for t in tallies.values()) >= sample
        ):
            continue
        with scenario.as_if(prepared.trial):
            trial = attempt(prepared, point, how)
        tally.tried += 1
        tally.unreached += not trial.reached
        tally.copies += trial.copies
        tally.found.update({kind for kind, _ in trial.findings})
        told(trial)
    return tallies
