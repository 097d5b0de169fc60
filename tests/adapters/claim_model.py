"""Explore every order in which claimants' IMAP commands can reach a server, with stalls between.

An operation of a claimant is run again from its beginning for each further command, and gets the
answers that are already known; so a state is plain data, and is visited once.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

from exchange.errors import MailboxClaimed, MailboxUnavailable
from exchange.transport import imap_claim
from exchange.transport.imap_claim import Claimant, MailboxClaim

_EPOCH: Final = datetime(2026, 12, 1, tzinfo=UTC)
Mails = tuple[tuple[int, int, bytes], ...]  # UID, time of receipt in seconds, content


_claims: Any = imap_claim
_REAL: Final = _claims.secrets, _claims._sign, _claims._mark_of


@functools.cache
def _known(uid: int, fields: tuple[tuple[bytes, object], ...]) -> Any:
    return _REAL[1](uid, dict(fields))


@functools.cache
def _written(instance: str, session: str, mark: str) -> bytes:
    return f"{imap_claim._HEADER}: {instance} {session} {mark}\r\n\r\n".encode()


@dataclass(frozen=True)
class _Holder(Claimant):
    """Writes short claims."""

    def mail(self) -> bytes:
        return _written(self.instance, self.session, _claims.secrets.token_hex(8))


class _MoreLater(BaseException):
    """The command has no answer yet."""


@dataclass(frozen=True)
class Server:
    """The folder of the claims, and the time."""

    mails: Mails = ()
    next_uid: int = 1
    now: int = 0


@dataclass(frozen=True)
class Actor:
    """One process: what it has to do, and how far it is."""

    holder: Claimant
    todo: tuple[str, ...]
    answers: tuple[Any, ...] = ()  # to the commands of the operation under way
    renewed: float | None = None
    held: bool = False
    impossible: bool = False
    first: int | None = None
    works: bool = False  # its last ``hold`` let it
    marks: int = 0


@dataclass
class _Replay:
    """Answers the commands of one operation, the known ones first, then one more."""

    server: Server
    actor: Actor
    new: bool = False
    asked: Iterator[int] = field(default_factory=itertools.count)
    made: Iterator[int] = field(default_factory=itertools.count)

    def token(self, _: int) -> str:
        return f"{self.actor.holder.session}.{self.actor.marks + next(self.made)}"

    def clock(self) -> float:
        """Not a command: the clock is read in the same step as what comes before."""
        return float(self._answer("clock", None, waits=False))

    def ask(self, command: str, given: Any = None) -> Any:
        return self._answer(command, given, waits=True)

    def _answer(self, command: str, given: Any, *, waits: bool) -> Any:
        place = next(self.asked)
        if place < len(self.actor.answers):
            return self.actor.answers[place]
        if waits and self.new:
            raise _MoreLater
        self.new = self.new or waits
        answer = self._do(command, given)
        self.actor = replace(self.actor, answers=(*self.actor.answers, answer))
        return answer

    def _do(self, command: str, given: Any) -> Any:
        server = self.server
        if command == "clock":
            return server.now
        if command == "data":  # the server notes the time, and the UID only at the end
            return server.now
        if command == "append":
            at, raw = given
            mails = (*server.mails, (server.next_uid, at, raw))
            self.server = replace(server, mails=mails, next_uid=server.next_uid + 1)
        elif command == "fetch":
            return tuple(one for one in server.mails if one[0] in given)
        elif command == "expunge":
            left = tuple(one for one in server.mails if one[0] not in given)
            self.server = replace(server, mails=left)
        return tuple(one[0] for one in self.server.mails)


class _Session:
    """As much of a session as a claim uses."""

    def __init__(self, replay: _Replay) -> None:
        self.client = self
        self.place = "here"
        self.settings = SimpleNamespace(name="requests")
        self.selected: int | None = None
        self._replay = replay

    def ensure_folder(self, name: str) -> str:
        return name

    def full_name(self, name: str) -> str:
        return name

    def socket(self) -> Any:
        return SimpleNamespace(settimeout=lambda _: None)

    def append(self, _folder: str, raw: bytes) -> None:
        self._replay.ask("append", (self._replay.ask("data"), raw))

    def select_folder(self, _folder: str) -> dict[bytes, object]:
        return {b"EXISTS": len(self._replay.ask("select"))}

    def all_uids(self, _exists: int) -> list[int]:
        return list(self._replay.ask("search"))

    def given(self, uids: Sequence[int], _fields: Sequence[str]) -> tuple[Any, Any]:
        found = {}
        for uid, at, raw in self._replay.ask("fetch", tuple(uids)):
            when = _EPOCH + timedelta(seconds=at)
            found[uid] = {
                b"INTERNALDATE": when.strftime("%d-%b-%Y %H:%M:%S +0000").encode(),
                b"BODY[HEADER]": raw.partition(b"\r\n\r\n")[0],
            }
        return found, {}

    def has_capability(self, _name: str) -> bool:
        return True

    def add_flags(self, _uids: str, _flags: list[bytes], silent: bool = False) -> None:
        """Do nothing: nobody looks at flags."""

    def uid_expunge(self, uids: str) -> None:
        self._replay.ask("expunge", _numbers(uids))


def _numbers(written: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in written.split(","):
        low, _, high = part.partition(":")
        found += range(int(low), int(high or low) + 1)
    return tuple(found)


@dataclass(frozen=True)
class State:
    server: Server
    actors: tuple[Actor, ...]
    jumps: int  # how often time may still pass

    @property
    def working(self) -> list[str]:
        """Who reads and answers the mails of the mailbox."""
        return [
            one.holder.session
            for one in self.actors
            if one.works and not _due(one, self.server.now)
        ]


def _due(actor: Actor, now: int) -> bool:
    return actor.renewed is None or now - actor.renewed >= imap_claim.RENEW_SECONDS


def actor(name: str, *todo: str, session: str = "1") -> Actor:
    """One process of the working folder ``name``."""
    return Actor(_Holder(name * 8, f"{name}{session}", f"/srv/{name}"), todo)


def step(server: Server, one: Actor) -> tuple[Server, Actor]:
    """Let one command of ``one`` reach the server."""
    replay = _Replay(server, one)
    claim = MailboxClaim("MP121-claim", one.holder, replay.clock)
    claim._renewed, claim._held, claim._impossible = one.renewed, one.held, one.impossible
    claim._first = one.first
    _claims.secrets = SimpleNamespace(token_hex=replay.token)
    _claims._sign = lambda uid, fields: _known(uid, tuple(fields.items()))
    _claims._mark_of = lambda raw: raw.split()[-1].decode()
    works = one.works and one.todo[0] != "release"
    try:
        getattr(claim, one.todo[0])(_Session(replay))
        works = works or one.todo[0] == "hold"
    except _MoreLater:
        return replay.server, replace(replay.actor, works=works)
    except (MailboxClaimed, MailboxUnavailable):
        works = False
    finally:
        _claims.secrets, _claims._sign, _claims._mark_of = _REAL
    return replay.server, replace(
        replay.actor,
        todo=one.todo[1:], answers=(), marks=one.marks + next(replay.made), works=works,
        renewed=claim._renewed, held=claim._held, impossible=claim._impossible, first=claim._first,
    )  # fmt: skip


def alone(server: Server, one: Actor, *, each: int = 0) -> tuple[Server, Actor]:
    """Let ``one`` do all it has to do, with ``each`` seconds after every operation."""
    while one.todo:
        left = len(one.todo)
        server, one = step(server, one)
        if len(one.todo) < left:
            server = replace(server, now=server.now + each)
    return server, one


@dataclass
class Explored:
    """All that can happen."""

    states: int = 0
    ends: set[tuple[str, ...]] = field(default_factory=set)  # who works when all is done
    both: tuple[str, ...] = ()  # the steps up to a state in which two work


def explore(server: Server, actors: Sequence[Actor], jumps: int, passes: Sequence[int]) -> Explored:
    """Visit every state; ``passes`` are the seconds that may pass at once, ``jumps`` times."""
    found = Explored()
    start = State(server, tuple(actors), jumps)
    came: dict[State, tuple[State, str] | None] = {start: None}
    waiting = [start]
    while waiting:
        state = waiting.pop()
        found.states += 1
        if len(state.working) > 1:
            found.both = _way(came, state)
            return found
        if not any(one.todo for one in state.actors):
            found.ends.add(tuple(state.working))
        for then, what in _next(state, passes):
            if then not in came:
                came[then] = (state, what)
                waiting.append(then)
    return found


def _next(state: State, passes: Sequence[int]) -> Iterator[tuple[State, str]]:
    for place, one in enumerate(state.actors):
        if not one.todo:
            continue
        if one.todo[0] == "hold" and not one.answers and not _due(one, state.server.now):
            continue
        server, then = step(state.server, one)
        actors = (*state.actors[:place], then, *state.actors[place + 1 :])
        yield replace(state, server=server, actors=actors), f"{one.holder.session} {one.todo[0]}"
    if state.jumps and any(one.todo for one in state.actors):
        for seconds in passes:
            server = replace(state.server, now=state.server.now + seconds)
            yield replace(state, server=server, jumps=state.jumps - 1), f"{seconds} s pass"


def _way(came: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    steps: list[str] = []
    while (before := came[state]) is not None:
        answers = [len(one.answers) for one in state.actors]
        steps.append(f"{before[1]} {answers} {[uid for uid, _, _ in state.server.mails]}")
        state = before[0]
    return tuple(reversed(steps))
