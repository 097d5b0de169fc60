"""Find the requests of a party that a mail speaks of, and what we answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from exchange.domain.inbound import DeviceState, InboundRequest
from exchange.domain.mail import Understanding
from exchange.domain.party import Party
from exchange.services.answering.requests.device_decisions import OUTCOME_WORDS
from exchange.store.db import Transaction
from exchange.store.requests.inbound import EarlierRow

_MOST_REQUESTS = 3  # that are named in a reason


@dataclass(frozen=True, slots=True)
class SpokenOf:
    """What a mail of a party is about."""

    devices: frozenset[str]  # that it names
    rows: tuple[EarlierRow, ...]  # of this party's requests that name them, oldest first
    thread: tuple[InboundRequest, ...]  # this party's requests that it belongs to
    asked: int = 0  # how many of the devices we ask this party about, or did

    @property
    def ref(self) -> str:
        """The newest request that it speaks of; empty if there is none."""
        if self.devices:
            return self.rows[-1].ref if self.rows else ""
        return self.thread[-1].ref if self.thread else ""


def spoken_of(tx: Transaction, said: Understanding, party: Party) -> SpokenOf:
    """Find what a mail of ``party`` is about: by the Devices that it names, and by its thread."""
    devices = frozenset(str(one.device) for one in said.devices)
    rows = tx.inbound.earlier([party.signifier], devices) if devices else []
    ids = (said.head.in_reply_to, *said.head.references)
    refs = {letter.ref for letter in tx.outbox.by_message_id(ids)} | set(said.references)
    found = [
        *tx.inbound.by_refs(refs, party.signifier),
        *tx.inbound.of_mails(ids, party.signifier),
    ]
    thread = {one.id: one for one in found}
    threads = tuple(thread[one] for one in sorted(thread))
    asked = 0 if rows or not devices else len(tx.legs.asked_of([party.signifier], devices))
    return SpokenOf(devices, tuple(rows), threads, asked)


def what_we_answered(tx: Transaction, spoken: SpokenOf) -> str:
    """Return the requests that a mail speaks of, with what we answered, for a person."""
    counted: dict[str, Counter[DeviceState]] = {}
    if spoken.devices:
        for row in spoken.rows:
            counted.setdefault(row.ref, Counter())[row.state] += 1
    else:
        for request in spoken.thread:
            counted[request.ref] = Counter(tx.inbound.counts(request.id))
    if not counted:
        return _of_the_thread(spoken)
    newest = list(counted)[-_MOST_REQUESTS:]
    said = [f"{ref} ({_outcomes(counted[ref].items())})" for ref in newest]
    more = f" and {len(counted) - len(newest)} more" if len(counted) > len(newest) else ""
    return f"about {', '.join(said)}{more}"


def _of_the_thread(spoken: SpokenOf) -> str:
    """Return what is known of a mail that names no Device of this party's requests."""
    if spoken.asked:
        return f"we ask this party about {spoken.asked} of its Devices"
    if spoken.thread:
        return f"a reply about {spoken.thread[-1].ref}, in which its Devices are not"
    return "we know no request of this party that it is about"


def _outcomes(counts: Iterable[tuple[DeviceState, int]]) -> str:
    return ", ".join(
        f"{OUTCOME_WORDS.get(state, state.value)} {number}" for state, number in counts
    )
