"""Gather what we know of the thread of a mail, so that its statements have a meaning."""

from __future__ import annotations

import json
from collections.abc import Sequence

from exchange.domain.device import DeviceId
from exchange.domain.mail import Understanding
from exchange.domain.meaning.resolve import Resolved, ThreadContext, needs_thread, resolve
from exchange.domain.meaning.thread import Asked, local_day
from exchange.domain.outbound import OPEN_LEGS, Leg, LegState, OutboundRequest
from exchange.domain.party import Party
from exchange.domain.statements import Act
from exchange.store.db import Transaction
from exchange.store.mails.outbox import StoredLetter

_REQUEST = "request"  # the purpose of the letter that has the whole list


def resolved(
    tx: Transaction, said: Understanding, party: Party, requests: Sequence[OutboundRequest]
) -> Resolved:
    """Return what a mail of ``party`` answers; ``requests`` are those of ours that it belongs to.

    A mail that says nothing but in the rows of a list needs no thread: half a million rows are not
    looked up for it.
    """
    if not needs_thread(said):
        return resolve(said, ThreadContext(names=_names(party)))
    return resolve(said, _context(tx, said, party, requests))


def _context(
    tx: Transaction, said: Understanding, party: Party, requests: Sequence[OutboundRequest]
) -> ThreadContext:
    legs = [leg for request in requests for leg in tx.legs.legs(request_id=request.id)]
    # A letter that is said not to have arrived may be answered all the same.
    still = [leg for leg in legs if leg.state in OPEN_LEGS or leg.state is LegState.BOUNCED]
    letter = next(iter(tx.outbox.by_message_id([said.head.in_reply_to])), None)
    whole = letter is None or letter.purpose == _REQUEST
    # A reminder lists what was open when it was sent, and that may be fewer by now.
    reminded = [] if letter is None or whole else _reminded(tx, letter)
    listed = legs if whole else reminded or still
    return ThreadContext(
        rows=tuple(dict.fromkeys(_device(leg.device) for leg in listed)),
        open=frozenset(_device(leg.device) for leg in still),
        names=_names(party),
        reference=" and ".join(request.ref for request in requests[:3]),
        requests=tuple(request.ref for request in requests),
        asked=_asked(tx, party) if _names_requests(said) else (),
        ordered=(whole or bool(reminded)) and len(requests) == 1,
        types={_device(leg.device): leg.device_type for leg in listed if leg.device_type},
        provided=frozenset(_device(leg.device) for leg in legs if leg.state is LegState.PROVIDED),
    )


def _names_requests(said: Understanding) -> bool:
    return any(one.act is Act.NAMES_REQUEST for one in said.statements)


def _asked(tx: Transaction, party: Party) -> tuple[Asked, ...]:
    """Return our requests to a party, each with the days on which letters about it left."""
    requests = tx.outbound.requests(party.signifier)
    letters = tx.outbox.accepted_by_ref([one.ref for one in requests])
    return tuple(
        Asked(
            one.ref,
            tuple(
                dict.fromkeys(
                    local_day(when)
                    for when in (one.created_at, *(each.accepted_at for each in letters[one.ref]))
                )
            ),
        )
        for one in requests
    )


def _reminded(tx: Transaction, letter: StoredLetter) -> list[Leg]:
    """Return the legs that a letter of the ladder lists, in its order; none if some are missing.

    A leg that was opened again forgets its letters, and the rows below it would be counted wrongly.
    """
    legs = tx.legs.of_letter(letter.id)
    written = tx.audit.rows(subject=letter.ref, event=f"request.{letter.purpose}")
    details = (json.loads(row.detail) for row in written)
    sizes = [one["devices"] for one in details if one.get("message_id") == letter.message_id]
    return legs if sizes == [len(legs)] else []


def _names(party: Party) -> tuple[str, ...]:
    return (party.name, party.signifier, *party.mpids)


def _device(text: str) -> DeviceId:
    return DeviceId.parse(text)
