"""Find the requests of a party that a mail speaks of, and what we answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from exchange.domain.inbound import DeviceState, InboundRequest
from exchange.domain.mail import Understanding
from exchange.domain.party import Party
from exchange.services.answering.device_decisions import OUTCOME_WORDS
from exchange.store.db import Transaction
from exchange.store.requests.inbound import EarlierRow

_MOST_REQUESTS = 3  # that are named in a reason


@dataclass(frozen=True, slots=True)
class SpokenOf:
    """What a mail of a party is about."""

    devices: frozenset[str]  # that it names
    rows: tuple[EarlierRow, ...]  # of this party's requests that name them, oldest first
    thread: tuple[InboundRequest, ...]  # this party's requests that it belongs to

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
    return SpokenOf(devices, tuple(rows), tuple(thread[one] for one in sorted(thread)))


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
        return "we know no request of this party that it is about"
    newest = list(counted)[-_MOST_REQUESTS:]
    said = [f"{ref} ({_outcomes(counted[ref].items())})" for ref in newest]
    more = f" and {len(counted) - len(newest)} more" if len(counted) > len(newest) else ""
    return f"about {', '.join(said)}{more}"


def _outcomes(counts: Iterable[tuple[DeviceState, int]]) -> str:
    return ", ".join(
        f"{OUTCOME_WORDS.get(state, state.value)} {number}" for state, number in counts
    )
