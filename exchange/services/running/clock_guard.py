"""Stop the work that depends on the clock while the clock is wrong, and no other work.

While it is wrong, mails are kept (with the server's time and that of a monotonic clock), but
nothing is decided, asked, chased, sent or reported: everything that a due date or a letter's date
depends on waits.  Work resumes by itself when the clock is right again, or when a mail server or a
person confirms the new time (``exchange clock confirm``).  ``exchange.domain.time.timekeeping``
has the rules.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.time.timekeeping import (
    RECENT,
    TOLERANCE,
    ClockVerdict,
    Witness,
    at_start,
    lately,
    possible,
    span_text,
    utc_text,
    while_running,
)
from exchange.errors import BadInput, ExchangeError
from exchange.later import Log
from exchange.ports.mail import Mailbox, ServerTime
from exchange.services.context import Context
from exchange.store.db import Transaction

log = Log("exchange.clock")

TROUBLE: Final = "clock.trouble"  # facts: why nothing is sent; empty or missing while all is well
_KNOWN: Final = "clock.known"  # when the clock was last known to be right
_OFFSET: Final = "clock.offset."  # + mailbox: seconds that its server is usually ahead of us
_CONFIRMED: Final = "clock.confirmed"  # the time that a person confirmed
_NOTING, _ASKING, _DOUBTING, _SAYING = "noting", "asking", "doubting", "saying"
_NOTED_EVERY: Final = 600.0  # seconds
_SAID_EVERY: Final = 3600.0
_ASKED_EVERY: Final = 60.0  # while the clock is doubtful
_ANSWER_SECONDS: Final = 10.0
_SETTLED: Final = 60.0
_OFFSET_MATTERS: Final = timedelta(minutes=1)
HINT: Final = (
    "mails are kept, nothing is decided, asked, chased, sent or reported; set the clock (NTP), or "
    "confirm that it is right: `exchange clock confirm`"
)


def _machine() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    """Return monotonic seconds, which on Linux also count while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class WatchedClock:
    """The machine's clock, which is not trusted when it jumps.

    It then continues from the expected time, and ``trouble`` says why.  ``wall`` is the machine's
    clock, ``steady`` monotonic seconds.
    """

    simulated = False

    def __init__(
        self, wall: Callable[[], datetime] = _machine, steady: Callable[[], float] = _steady
    ) -> None:
        self._wall, self.steady = wall, steady
        self._anchor = (wall(), steady())
        self._distrusted = ""
        self._contradicted = False  # whether a server said so
        self._looked: float | None = None  # last check while trusted, by the steady clock
        self.lock = threading.Lock()
        self._last: dict[str, float] = {}  # when something was last done that is done rarely

    def now(self) -> datetime:
        """Return this instant, aware UTC: the machine's or, if wrong, the expected one."""
        wall, expected = self.hands()
        return expected if self._distrusted or abs(wall - expected) > TOLERANCE else wall

    @property
    def trouble(self) -> str:
        """Return why the machine's clock must be wrong; empty if it may be right."""
        return self._distrusted or while_running(*self.hands(), ()).trouble

    def hands(self) -> tuple[datetime, datetime]:
        """Return the machine's time and the expected time."""
        wall, steady = self._wall(), self.steady()
        at, since = self._anchor
        expected = at + timedelta(seconds=steady - since)
        if steady - since > _SETTLED and not self._distrusted and abs(wall - expected) <= TOLERANCE:
            self._anchor = (wall, steady)  # NTP may slow it down or speed it up
        return wall, expected

    def looked_before(self) -> timedelta | None:
        """Return how long ago the clock was checked and trusted; None if unknown."""
        if self._looked is None or self.steady() < self._looked:
            return None
        return timedelta(seconds=self.steady() - self._looked)

    def looked(self) -> None:
        """Note that it was checked and is trusted."""
        self._looked = self.steady()

    def believe(self, at: datetime) -> None:
        """Trust it: it is ``at`` now."""
        self._anchor, self._distrusted, self._contradicted = (at, self.steady()), "", False
        self.looked()

    def distrust(self, trouble: str, likely: datetime | None, *, by_server: bool) -> None:
        """Distrust it because of ``trouble``; ``likely`` is the expected time."""
        if likely is not None:
            self._anchor = (likely, self.steady())
        self._distrusted, self._looked = trouble, None
        self._contradicted = self._contradicted or by_server

    @property
    def contradicted(self) -> str:
        """Return why a server contradicts the clock, until one is asked again; or empty."""
        wall, expected = self.hands()
        return self._distrusted if self._contradicted and abs(wall - expected) > TOLERANCE else ""

    def rarely(self, what: str, every: float) -> bool:
        """Return whether ``what`` is due, done every so many seconds; if so, note it as done."""
        now = self.steady()
        if what in self._last and 0 <= now - self._last[what] < every:
            return False
        self._last[what] = now
        return True

    def awaits(self, what: str) -> bool:
        """Return whether ``what`` is noted as done and was not made due again."""
        return what in self._last

    def anew(self, what: str) -> bool:
        """Make ``what`` due again; return whether it had been done."""
        return self._last.pop(what, None) is not None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the database says about the time."""

    known: datetime | None
    recorded: datetime | None
    confirmed: datetime | None
    trouble: str
    offsets: dict[str, timedelta]  # by mailbox


def check_clock(ctx: Context, mailboxes: Sequence[Mailbox] = ()) -> str:
    """Return why the clock must be wrong, or an empty text; log it as an error, but rarely.

    Costs nothing while the clock runs evenly.  The servers of ``mailboxes`` are asked for their
    time at start, once an hour, and after a jump.
    """
    clock = ctx.clock
    if not isinstance(clock, WatchedClock):
        return ""  # a simulated clock
    with clock.lock:
        return _check(ctx, clock, mailboxes)


def _check(ctx: Context, clock: WatchedClock, mailboxes: Sequence[Mailbox]) -> str:
    before = clock.looked_before()
    if before is not None and not clock.trouble and before <= RECENT:
        clock.looked()
        if not clock.awaits(_SAYING) and not clock.rarely(_NOTING, _NOTED_EVERY):
            return ""
    with ctx.store.reading() as tx:
        facts = _facts(tx, mailboxes)
    verdict = _verdict(clock, facts, ())
    asked: dict[str, ServerTime] = {}
    doubtful = bool(verdict.trouble) or not verdict.sure
    if mailboxes and before is None and lately(clock.hands()[0], facts.known):
        pass  # restarted shortly after: no need to ask
    elif mailboxes and (
        clock.rarely(_DOUBTING, _ASKED_EVERY)
        if doubtful
        else clock.rarely(_ASKING, RECENT.total_seconds())
    ):
        asked = _asked(mailboxes)
        witnesses = [_witness(name, one, facts) for name, one in asked.items()]
        verdict = _verdict(clock, facts, witnesses)
    if not asked and not verdict.sure and not verdict.trouble:
        verdict = replace(verdict, trouble=clock.contradicted)  # no news from the servers
    wall = clock.hands()[0]
    if verdict.trouble and lately(wall, facts.confirmed):
        log.warning("a person says that the clock is right", clock=utc_text(wall))
        verdict = ClockVerdict(likely=wall, sure=True)
        clock.anew(_ASKING)  # the servers' offsets must be measured again
    if verdict.trouble:
        # An impossible year needs no server to contradict it, and none to confirm its end.
        _stop(ctx, clock, verdict, facts, by_server=bool(asked) and possible(wall))
    else:
        _go_on(ctx, clock, facts, asked)
    return verdict.trouble


def _verdict(clock: WatchedClock, facts: _Facts, witnesses: Sequence[Witness]) -> ClockVerdict:
    (wall, expected), before = clock.hands(), clock.looked_before()
    if before is not None:
        jumped = while_running(wall, expected, witnesses)
        if before <= RECENT or abs(wall - expected) > TOLERANCE:
            return jumped
    # After a long gap we know no more than at start: the machine slept, or the steady clock was
    # set too.
    return at_start(wall, facts.known, facts.recorded, witnesses)


def _asked(mailboxes: Sequence[Mailbox]) -> dict[str, ServerTime]:
    """Ask the servers for their time, without waiting long for one that does not answer."""
    found: dict[str, ServerTime] = {}

    def ask(mailbox: Mailbox) -> None:
        try:
            reply = mailbox.server_time()
        except ExchangeError:
            return  # reported where its mails are fetched
        except Exception as error:  # one server must not stop the others
            log.error("a server's time is not understood", fault=type(error).__name__)
            return
        if reply is not None:
            found[mailbox.name] = reply

    threads = [
        threading.Thread(target=ask, args=(one,), name=f"time-{one.name}", daemon=True)
        for one in mailboxes
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + _ANSWER_SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return dict(found)


def _witness(name: str, reply: ServerTime, facts: _Facts) -> Witness:
    offset = facts.offsets.get(name)
    return Witness(
        f"mailbox {name}", reply.at - (offset or timedelta()), reply.exact, offset is not None
    )


def _facts(tx: Transaction, mailboxes: Sequence[Mailbox]) -> _Facts:
    offsets = {one.name: tx.facts.get(_OFFSET + one.name) for one in mailboxes}
    known, recorded = _instant(tx.facts.get(_KNOWN)), tx.audit.newest()
    trouble = tx.facts.get(TROUBLE)
    if trouble and known is not None and recorded is not None:
        # Records written since with a wrong clock are no evidence for it.
        recorded = min(recorded, known + timedelta(seconds=_NOTED_EVERY))
    return _Facts(
        known=known,
        recorded=recorded,
        confirmed=_instant(tx.facts.get(_CONFIRMED)),
        trouble=trouble,
        offsets={name: timedelta(seconds=float(text)) for name, text in offsets.items() if text},
    )


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _stop(
    ctx: Context, clock: WatchedClock, verdict: ClockVerdict, facts: _Facts, *, by_server: bool
) -> None:
    if clock.looked_before() is None:
        likely = None if verdict.trouble == clock.contradicted else verdict.likely
        clock.distrust(verdict.trouble, likely, by_server=by_server)
    else:
        clock.looked()
    if clock.rarely(_SAYING, _SAID_EVERY):
        log.error("the clock cannot be right", why=verdict.trouble, hint=HINT)
    if not facts.trouble:
        with ctx.store.transaction("clock") as tx:
            tx.facts.put(TROUBLE, verdict.trouble)


def _go_on(ctx: Context, clock: WatchedClock, facts: _Facts, asked: dict[str, ServerTime]) -> None:
    wall, expected = clock.hands()
    if clock.anew(_SAYING) or facts.trouble:
        log.info("the clock can be right again", clock=utc_text(wall))
    elif clock.looked_before() is not None and abs(wall - expected) > TOLERANCE:
        log.warning("the clock was set; a mail server confirms it", by=span_text(wall - expected))
    clock.believe(wall)
    clock.anew(_DOUBTING)
    clock.rarely(_NOTING, 0.0)
    with ctx.store.transaction("clock") as tx:
        tx.facts.put(_KNOWN, wall.isoformat())
        for fact, value in ((TROUBLE, facts.trouble), (_CONFIRMED, facts.confirmed)):
            if value:
                tx.facts.put(fact, "")
        for name, reply in asked.items():
            if reply.exact:
                _note_offset(tx, name, facts.offsets.get(name), reply.at - wall)


def _note_offset(tx: Transaction, name: str, usual: timedelta | None, found: timedelta) -> None:
    """Store how far a server's clock is from ours, which is known to be right."""
    if usual is not None and abs(found - usual) < _OFFSET_MATTERS:
        return
    tx.facts.put(_OFFSET + name, f"{found.total_seconds():.0f}")
    if abs(found) > TOLERANCE:
        way = "ahead" if found > timedelta() else "behind"
        log.warning("a mail server has another time", mailbox=name, off=f"{span_text(found)} {way}")


def confirm(ctx: Context, at: datetime, actor: str) -> None:
    """Store a person's word that it is ``at`` now; raises BadInput if the machine disagrees.

    A daemon that runs, or is started within the hour, then trusts its clock.
    """
    now = ctx.now()
    if abs(now - at) > 2 * TOLERANCE:
        raise BadInput(
            f"the machine's clock says {utc_text(now)}, {span_text(now - at)} off {utc_text(at)}",
            hint="set the machine's clock; give the time by another clock here",
        )
    with ctx.store.transaction("clock") as tx:
        tx.facts.put(_CONFIRMED, now.isoformat())
        tx.audit.append(now, AuditEvent("clock.confirmed", utc_text(now), actor=actor))
