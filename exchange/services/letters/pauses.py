"""Pause sending after trouble with our own account; the pause is in the database and grows.

The row outlives the process, so a restart costs no attempt.  A person who has solved the problem
ends the pause by a command; another account or server in the configuration ends it too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from exchange.config import Settings
from exchange.domain.audit import AuditEvent
from exchange.domain.outbound import LegEvent, LegState, leg_takes, move_leg
from exchange.domain.refusal import PAUSES, About, Alike, paused_until
from exchange.errors import CourierPaused, CourierTrouble
from exchange.later import Log
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.outbox import DEFERRED, FAILED

log = Log("exchange.pauses")

_PAUSE: Final = "courier.pause"
_ALIKE: Final = "courier.refused_alike"
_LONDON: Final = ZoneInfo("Europe/London")
_AFTER: Final = timedelta(minutes=1)  # others go before the letter that had the trouble
_MOST_DOUBTED: Final = 100


@dataclass(frozen=True, slots=True)
class Pause:
    """Trouble with our account, as stored."""

    until: str  # ISO, UTC
    times: int  # in a row
    about: str
    message: str  # with its place
    hint: str
    letters: tuple[int, ...] = ()  # those that had it
    over: bool = False  # another letter was accepted since: it may be these letters' own trouble
    account: str = ""  # a fingerprint of the account and server
    places: tuple[str, ...] = ()  # domains that those letters go to
    elsewhere: str = (
        ""  # when a letter to another domain may go, to see whether only this domain is affected
    )

    @property
    def ends(self) -> datetime:
        """Return when sending is tried again, aware UTC."""
        return datetime.fromisoformat(self.until)

    def error(self) -> CourierPaused:
        """Return it as an error, in the same words as long as it is the same pause."""
        when = self.ends.astimezone(_LONDON)
        return CourierPaused(
            f"{self.message}; outgoing mail is paused until {when:%H:%M on} {when.day} {when:%B}",
            hint=f"{self.hint}; then `exchange letters resume`",
            about=self.about,
        )


@dataclass(slots=True)
class SendingState:
    """The pause in force and the refusals noted so far, while one batch of letters is sent."""

    pause: Pause | None = None
    alike: Alike = field(default_factory=Alike)
    tripped: CourierTrouble | None = None  # refusals in this batch about our account after all

    def doubted(self, letter: int, recipient: str = "") -> bool:
        """Return whether the trouble is this letter's own: other letters were accepted since.

        With ``recipient``, trouble of another letter to the same domain counts too.
        """
        pause = self.pause
        if pause is None or not pause.over:
            return False
        return letter in pause.letters or domain_of(recipient) in pause.places


def sending_state(tx: Transaction) -> SendingState:
    """Read the pause and the refusals from the database."""
    noted = json.loads(tx.facts.get(_ALIKE) or "[]")
    return SendingState(_on_file(tx), Alike([(key, domain, words) for key, domain, words in noted]))


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def places(tx: Transaction) -> tuple[str, ...]:
    """Return the domains whose letters had trouble: letters to others go first."""
    pause = _on_file(tx)
    return pause.places if pause else ()


def _on_file(tx: Transaction) -> Pause | None:
    text = tx.facts.get(_PAUSE)
    if not text:
        return None
    found = json.loads(text)
    listed = {name: tuple(found.get(name, ())) for name in ("letters", "places")}
    return Pause(**(found | listed))


def current(ctx: Context, tx: Transaction) -> Pause | None:
    """Return the pause in force now, if any."""
    return in_force(tx, ctx.settings, ctx.now())


def in_force(tx: Transaction, settings: Settings, now: datetime) -> Pause | None:
    """Return the pause in force at an instant, if any."""
    pause = _on_file(tx)
    if pause is None or pause.over or pause.account != _account(settings):
        return None
    return pause if now < pause.ends else None


def worked(tx: Transaction, state: SendingState, recipient: str) -> None:
    """Note that a letter was accepted: earlier refusals were not about our account."""
    if state.alike.accepted():
        tx.facts.put(_ALIKE, "[]")
    pause, place = state.pause, domain_of(recipient)
    if pause is None or (pause.over and place not in pause.places):
        return
    if not pause.over:
        log.info("outgoing mail has resumed")
    left = tuple(one for one in pause.places if one != place)
    state.pause = replace(pause, over=True, places=left)
    _write(tx, state.pause)


def refused(
    tx: Transaction, state: SendingState, letter: int, recipient: str, reply: str, about: About
) -> Sequence[int]:
    """Note that the server refused a letter; return the letters that were refused for our account.

    Those are letters refused in the same words, once there are too many of them for chance; the
    result is empty while there are fewer.
    """
    if about is About.SIZE or state.doubted(letter):
        return ()
    same = state.alike.note(letter, recipient, reply, about_recipient=about is About.RECIPIENT)
    tx.facts.put(_ALIKE, json.dumps(state.alike.noted[-_MOST_DOUBTED:]))
    return same


def begin_pause(ctx: Context, state: SendingState, trouble: CourierTrouble) -> CourierPaused | None:
    """Pause sending after trouble, longer each time in a row; return the error to raise.

    Returns None if the trouble is that of one letter: others have been accepted since.  Letters
    refused in the same words get their earlier state back.
    """
    met = trouble.alike or ((trouble.letter,) if trouble.letter is not None else ())
    with ctx.store.reading() as tx:
        recipients = {one.id: one.recipient for one in tx.outbox.heads(numbers=met)} if met else {}
    # Trouble that fails letters counts per letter; trouble that defers them, per domain.
    whom = {} if trouble.alike else recipients
    if met and all(state.doubted(one, whom.get(one, "")) for one in met):
        return None
    before = state.pause if state.pause is not None and not state.pause.over else None
    times = before.times + 1 if before else 1
    named = None if trouble.named is None else timedelta(seconds=trouble.named)
    about = About(trouble.about)
    until = paused_until(ctx.now(), about, times, named=named, daily=trouble.daily)
    said = f"{trouble.place}: {trouble.message}" if trouble.place else trouble.message
    letters = tuple(dict.fromkeys((*(before.letters if before else ()), *met)))[-_MOST_DOUBTED:]
    places = tuple(
        dict.fromkeys((*(before.places if before else ()), *map(domain_of, recipients.values())))
    )
    pause = Pause(
        until.isoformat(), times, about, said, trouble.hint, letters,
        account=_account(ctx.settings), places=places,
        elsewhere=_elsewhere(ctx.now(), trouble, places),
    )  # fmt: skip
    with ctx.store.transaction("pause") as tx:
        _write(tx, pause)
        reinstate(ctx, tx, trouble.alike, until + _AFTER)
        if trouble.letter is not None:
            tx.outbox.put_aside([trouble.letter], DEFERRED, next_attempt_at=until + _AFTER)
        detail: dict[str, str | int | bool | None] = {
            "why": said[:300], "until": pause.until, "times": times, "about": str(about),
        }  # fmt: skip
        tx.audit.append(ctx.now(), AuditEvent("courier.paused", "outgoing mail", detail=detail))
    state.pause = pause
    return pause.error()


def _elsewhere(now: datetime, trouble: CourierTrouble, places: Sequence[str]) -> str:
    """Return when letters to other domains may be tried; empty if they may not.

    Trouble with a single domain may be that domain's own, whatever it says.
    """
    if len(places) != 1 or trouble.named is not None or trouble.daily:
        return ""
    return (now + PAUSES[About(trouble.about)][0]).isoformat()


def elsewhere_now(ctx: Context, pause: Pause) -> bool:
    """Return whether letters to other domains may go during the pause."""
    return bool(pause.elsewhere) and ctx.now() >= datetime.fromisoformat(pause.elsewhere)


def reinstate(ctx: Context, tx: Transaction, numbers: Sequence[int], at: datetime) -> None:
    """Queue letters again that failed because of our account; requests are no longer void."""
    heads = tx.outbox.heads(numbers=numbers, states=(FAILED, DEFERRED)) if numbers else []
    tx.outbox.put_aside([one.id for one in heads], DEFERRED, next_attempt_at=at, uncounted=True)
    for one in heads:
        if one.state != FAILED:
            continue
        if one.purpose == "request":
            legs = tx.legs.legs(request_id=tx.outbound.find(one.ref).id, states=[LegState.BOUNCED])
            again = [leg.id for leg in legs if leg_takes(leg.state, LegEvent.RESEND)]
            tx.legs.move_legs(again, move_leg(LegState.BOUNCED, LegEvent.RESEND))
        why = {"why": "all were refused in the same words: not the recipient's refusal"}
        tx.audit.append(ctx.now(), AuditEvent("mail.reinstated", one.ref, one.party, why))


def end(ctx: Context, tx: Transaction, actor: str) -> Pause | None:
    """End the pause because a person says so; return the pause that was in force."""
    pause = current(ctx, tx)
    if pause is None:
        return None
    _write(tx, replace(pause, until=ctx.now().isoformat()))
    tx.outbox.put_aside(
        [one.id for one in tx.outbox.heads(numbers=pause.letters, states=(DEFERRED,))],
        DEFERRED,
        next_attempt_at=ctx.now(),
    )
    tx.audit.append(ctx.now(), AuditEvent("courier.resumed", "outgoing mail", actor=actor))
    return pause


def _write(tx: Transaction, pause: Pause) -> None:
    tx.facts.put(_PAUSE, json.dumps(asdict(pause)))


def _account(settings: Settings) -> str:
    smtp = settings.smtp
    named = (smtp.host, smtp.port, smtp.tls, smtp.username, settings.party.address)
    return sha256(repr(named).encode()).hexdigest()[:16]
