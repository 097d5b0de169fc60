"""Check whether all is well now, for ``exchange health``; each sign has its limit.

Nothing here waits for a mail server, takes a lock or changes anything; the database is read in a
separate thread that is abandoned after some seconds.  The thresholds are in a table in
docs/operations.md.
"""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from exchange.config import MailboxSettings, Settings
from exchange.domain.time.calendar import WorkingCalendar
from exchange.domain.time.sla import local_date
from exchange.domain.time.warning_days import Nearness
from exchange.errors import ExchangeError, StoreError
from exchange.rendering.wording import counted
from exchange.services.letters import party_holds, pauses
from exchange.services.letters.owed_answers import count_near, first_mail_due, owed_answers
from exchange.services.letters.pauses import Pause
from exchange.services.running.heartbeat import STILL, Beat, lives, read_heartbeat, when
from exchange.services.running.signs import describe_end, silence
from exchange.store.mails.mail import NOT_GIVEN, OLD
from exchange.store.mails.outbox import DEFERRED, FAILED
from exchange.store.pulse import Oldest, Owed
from exchange.store.upkeep.read_only_store import DaemonLock, ReadOnlyStore

DATABASE_SECONDS: Final = 3.0  # one call
_WHOLE_SECONDS: Final = 8.0  # all of them

POLLS: Final = 5  # of a mailbox without a good one
LEAST_MAILBOX: Final = 300.0  # seconds, if it is polled more often
UNDECIDED: Final = timedelta(minutes=15)
NOT_HANDED_OVER: Final = timedelta(minutes=15)
LETTER: Final = timedelta(hours=2)
CHASE_LATE: Final = timedelta(days=1)
DISK_BYTES: Final = 500_000_000
_CLOCK: Final = "clock.trouble"  # the fact of ``clock_guard``


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was checked; ``advice`` says what to do if it is not well."""

    what: str
    well: bool
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """All findings: in words, and as values for a program."""

    signs: tuple[Sign, ...]
    values: Mapping[str, Any]

    @property
    def problems(self) -> tuple[Sign, ...]:
        """Return what is not well."""
        return tuple(sign for sign in self.signs if not sign.well)


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """What the database says."""

    holder: DaemonLock
    undecided: Oldest
    not_given: Oldest
    old: Oldest
    for_a_person: Oldest
    letters: Oldest
    deferred: int
    refused: int
    ours: Owed
    theirs: Owed
    next_chase: date | None
    waiting_due: date | None  # of the first possible request that waits for a person
    near: Mapping[Nearness, int]  # answers that we owe, or may owe
    pause: Pause | None  # of all sending
    holds: tuple[party_holds.PartyHold, ...]  # parties whose letters are all held
    clock: str  # why the clock cannot be right; empty while it can


class Opens(Protocol):
    """Opens the database for reading; raises ExchangeError."""

    def __call__(self) -> ReadOnlyStore: ...


def check_health(
    folder: Path, settings: Settings, calendar: WorkingCalendar, opens: Opens, now: datetime
) -> Health:
    """Check everything within some seconds; never raises for what is wrong."""
    beat = read_heartbeat(folder)
    result = _within(lambda: _ask(opens(), settings, calendar, now), _WHOLE_SECONDS)
    fault = result if isinstance(result, ExchangeError) else None
    known = result if isinstance(result, DatabaseFigures) else None
    free = shutil.disk_usage(folder).free
    signs = [
        _daemon(beat, known),
        *(_progress(beat, settings) if beat and _lives(beat, known) else ()),
        *(_mailbox(one, beat, now) for one in settings.mailbox),
        _database(fault),
        *(_waiting(known, now) if known else ()),
        _disk(free, folder),
    ]
    return Health(tuple(signs), _values(beat, known, settings, free))


def _within(work: Callable[[], DatabaseFigures], seconds: float) -> DatabaseFigures | ExchangeError:
    """Return the result of ``work``, run in a thread that may be abandoned."""
    box: queue.SimpleQueue[DatabaseFigures | ExchangeError] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put(work())
        except ExchangeError as error:
            box.put(error)
        except Exception as error:  # its message may quote anything
            box.put(StoreError(f"it cannot be checked ({type(error).__name__})"))

    threading.Thread(target=run, name="health", daemon=True).start()
    try:
        return box.get(timeout=seconds)
    except queue.Empty:
        return StoreError(f"no answer within {seconds:.0f} seconds", place="database")


def _ask(
    store: ReadOnlyStore, settings: Settings, calendar: WorkingCalendar, now: datetime
) -> DatabaseFigures:
    today = local_date(now)
    holder = store.holder()
    with store.reading() as tx:
        pulse = tx.pulse
        owed = owed_answers(tx, settings, calendar)
        return DatabaseFigures(
            holder=holder,
            undecided=pulse.undecided(),
            not_given=pulse.in_state(NOT_GIVEN),
            old=pulse.in_state(OLD),
            for_a_person=pulse.for_a_person(),
            letters=pulse.letters_waiting(),
            deferred=pulse.letters_in(DEFERRED),
            refused=pulse.letters_in(FAILED),
            ours=pulse.owed_by_us(today),
            theirs=pulse.owed_to_us(today),
            next_chase=pulse.next_chase(),
            waiting_due=first_mail_due(owed),
            near=count_near(owed, today, calendar),
            pause=pauses.in_force(tx, settings, now),
            holds=tuple(party_holds.in_force(tx).values()),
            clock=tx.facts.get(_CLOCK),
        )


# -- the daemon ------------------------------------------------------------------------------------


def _lives(beat: Beat | None, known: DatabaseFigures | None) -> bool | None:
    return lives(beat, known.holder.held if known else None)


def _daemon(beat: Beat | None, known: DatabaseFigures | None) -> Sign:
    what, lives = "daemon", _lives(beat, known)
    start = "`exchange run`, or start its service; its log says why it ended"
    if lives is None:
        return Sign(what, False, "it cannot be determined whether one is running", start)
    if not lives:
        if beat is None:
            return Sign(what, False, "none is running, and none has left a trace", start)
        return Sign(what, False, f"none is running; the last one {describe_end(beat)}", start)
    if beat is None:
        text = f"one holds the database (process {known.holder.pid})" if known else "one is running"
        return Sign(
            what, False, f"{text}, and gives no sign of life",
            "check that it may write into the working folder; restart it",
        )  # fmt: skip
    if (mute := silence(beat)) is not None:
        text, advice = mute
        return Sign(what, False, f"process {_pid(beat, known)} {text}", advice)
    last = f"last round {_at(beat.last_round)}" if beat.last_round is not None else "no round yet"
    return Sign(what, True, f"process {_pid(beat, known)}, since {_at(beat.started)}; {last}")


def _pid(beat: Beat, known: DatabaseFigures | None) -> int:
    return (known.holder.pid if known else 0) or beat.pid


def _progress(beat: Beat, settings: Settings) -> Iterator[Sign]:
    patience = max(STILL, 2 * settings.limits.seconds)
    first = max((one.since for one in beat.lanes), default=0.0)
    doing = f"{beat.doing}, since {_at(first)}" if beat.lanes else beat.doing
    if beat.moved > patience:
        yield Sign(
            "work", False, f"{doing}; no progress since {_at(beat.moved)}",
            "read its log; restart it: unfinished work is done again",
        )  # fmt: skip
    else:
        yield Sign("work", True, doing)


def limit_of(mailbox: MailboxSettings) -> float:
    """Return the seconds after which a mailbox without a good round is a problem."""
    return max(LEAST_MAILBOX, POLLS * mailbox.poll_seconds)


def _mailbox(mailbox: MailboxSettings, beat: Beat | None, now: datetime) -> Sign:
    what = f"mailbox {mailbox.name}"
    seen = next((one for one in beat.mailboxes if one.name == mailbox.name), None) if beat else None
    good = seen.good if seen else None
    text = f"last good round {_at(good)}" if good is not None else "no good round yet"
    if seen and seen.why:
        text += f"; {seen.why}"
    if mailbox.not_before is not None and mailbox.not_before > now:
        day = f"{mailbox.not_before:%Y-%m-%d}"
        text = f"nothing is answered until {day}: not_before is in the future"
        return Sign(what, False, text, "correct not_before in its [[mailbox]], and reload")
    waited = good if good is not None else (beat.started if beat else None)
    if waited is not None and waited <= limit_of(mailbox):
        return Sign(what, True, text)
    return Sign(what, False, text, "`exchange doctor` tries it, and says what to correct")


# -- the database and the disk ---------------------------------------------------------------------


def _database(fault: ExchangeError | None) -> Sign:
    if fault is None:
        return Sign("database", True, "answers")
    return Sign("database", False, str(fault), fault.hint or "`exchange doctor` checks more")


def _waiting(known: DatabaseFigures, now: datetime) -> Iterator[Sign]:
    yield _old(
        "mails undecided", known.undecided, now, UNDECIDED,
        "its log says what they wait for; `exchange doctor`",
    )  # fmt: skip
    yield _old(
        "mails not given", known.not_given, now, NOT_HANDED_OVER,
        "`exchange inbox list --in not_given`; ask whoever runs the mail server",
    )  # fmt: skip
    letters = _old(
        "letters waiting", known.letters, now, LETTER,
        "`exchange doctor` tries to connect; `exchange inbox list` shows who refuses them",
    )  # fmt: skip
    extra = f"; {known.deferred} deferred, {known.refused} refused"
    yield Sign(letters.what, letters.well, letters.found + extra, letters.advice)
    if known.pause is not None:
        until = f"{known.pause.ends:%Y-%m-%d %H:%M} UTC"
        advice = f"{known.pause.hint}; then `exchange letters resume`".removeprefix("; then ")
        yield Sign("sending", False, f"paused until {until}: {known.pause.message}", advice)
    for hold in known.holds:  # a person's own decision is no trouble; a warning waits for one
        advice = f"ask them by telephone; then {hold.advice}" if hold.mail else ""
        yield Sign(f"letters to {hold.party}", not hold.mail, hold.said, advice)
    if known.clock:
        advice = "set the machine's clock by NTP; or, if it is right, `exchange clock confirm`"
        yield Sign("clock", False, known.clock, advice)
    person = counted(known.for_a_person.number, "mail")
    old = f", {known.old.number} older than the first day" if known.old.number else ""
    yield Sign("waiting for a person", True, f"{person}{old}; `exchange inbox list`")
    yield from _due(known, local_date(now))


def _old(what: str, oldest: Oldest, now: datetime, limit: timedelta, advice: str) -> Sign:
    if not oldest.number or oldest.since is None:
        return Sign(what, True, "none")
    text = f"{oldest.number}, the oldest since {oldest.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    well = now - oldest.since <= limit
    return Sign(what, well, text, "" if well else advice)


def _due(known: DatabaseFigures, today: date) -> Iterator[Sign]:
    ours, what = known.ours, "due from us"
    text = "nothing"
    if ours.number:
        text = f"{counted(ours.number, 'request')}, the nearest {ours.ref} on {ours.nearest}"
        if ours.past:
            text += f"; {ours.past} past their due date"
    in_review = known.waiting_due
    if in_review:
        text += f"; what may be a request and waits for a person: {in_review}"
    near, late = known.near[Nearness.NEAR], known.near[Nearness.PAST]
    text += f"; in all {near} nearly due, {late} late" if near or late else ""
    past = bool(ours.past) or bool(in_review and in_review < today)
    advice = "`exchange inbox list` shows what waits, and for what"
    yield Sign(what, not past, text, advice if past else "")
    theirs, text = known.theirs, "nothing"
    if theirs.number:
        text = f"{counted(theirs.number, 'request')} of ours, the nearest {theirs.ref}"
        text += f" ({theirs.party}) on {theirs.nearest}"
        if theirs.past:
            text += f"; {theirs.past} past their due date"
    late = known.next_chase is not None and known.next_chase < today - CHASE_LATE
    if late:
        text += f"; a reminder was due on {known.next_chase} and has not been written"
    hint = "the log names the cause: a template, or a party that is not on the register"
    yield Sign("due to us", not late, text, hint if late else "")


def _disk(free: int, folder: Path) -> Sign:
    advice = f"free some space on the disk of {folder.absolute()}" if free < DISK_BYTES else ""
    return Sign("disk", not advice, f"{free / 1_000_000:,.0f} MB free", advice)


def _at(ago: float) -> str:
    return f"{when(ago):%Y-%m-%d %H:%M:%S} UTC"


# -- for a program ---------------------------------------------------------------------------------


def _values(
    beat: Beat | None, known: DatabaseFigures | None, settings: Settings, free: int
) -> dict[str, Any]:
    return {
        "daemon": _daemon_values(beat, known),
        "mailboxes": [_mailbox_values(one, beat) for one in settings.mailbox],
        "mails": known and {
            "undecided": known.undecided.number,
            "oldest_undecided": _iso(known.undecided.since),
            "not_given": known.not_given.number,
            "oldest_not_given": _iso(known.not_given.since),
            "waiting_for_a_person": known.for_a_person.number,
            "old": known.old.number,
        },
        "letters": known and {
            "waiting": known.letters.number,
            "oldest": _iso(known.letters.since),
            "deferred": known.deferred,
            "refused": known.refused,
        },
        "due_from_us": known and {
            **_owed(known.ours), "waiting_for_a_person": _iso(known.waiting_due),
            "near": known.near[Nearness.NEAR], "late": known.near[Nearness.PAST],
        },
        "due_to_us": known and {**_owed(known.theirs), "next_step": _iso(known.next_chase)},
        "sending": known and {
            "paused_until": known.pause.until if known.pause else None,
            "why": known.pause.message if known.pause else "",
            "held_parties": [one.party for one in known.holds],
        },
        "clock": known and {"trouble": known.clock},
        "disk_free_bytes": free,
    }  # fmt: skip


def _daemon_values(beat: Beat | None, known: DatabaseFigures | None) -> dict[str, Any]:
    return {
        "alive": _lives(beat, known),
        "holds_lock": known.holder.held if known else None,
        "pid": (_pid(beat, known) if beat else known.holder.pid if known else 0) or None,
        "since": _moment(beat.started if beat else None),
        "seen": _moment(beat.written if beat else None),
        "last_round": _moment(beat.last_round if beat else None),
        "progress": _moment(beat.moved if beat else None),
        "at": [
            {"line": one.name, "doing": one.step, "since": _moment(one.since)}
            for one in (beat.lanes if beat else ())
        ],
    }


def _mailbox_values(mailbox: MailboxSettings, beat: Beat | None) -> dict[str, Any]:
    seen = next((one for one in beat.mailboxes if one.name == mailbox.name), None) if beat else None
    return {
        "name": mailbox.name,
        "last_good": _moment(seen.good if seen else None),
        "failing_since": _moment(seen.failed if seen else None),
        "why": seen.why if seen else "",
    }


def _owed(owed: Owed) -> dict[str, Any]:
    return {
        "requests": owed.number,
        "past": owed.past,
        "nearest": _iso(owed.nearest),
        "ref": owed.ref or None,
        "party": owed.party or None,
    }


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(ago: float | None) -> str | None:
    return None if ago is None else when(ago).isoformat()
