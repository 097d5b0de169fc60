"""Hold every letter to a party, those under way and those still to be made.

A warning from the party sets it ("our mailbox is compromised"), or a person; only a person ends it.
It is a fact in the database, and is looked at when letters are handed to the courier.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.rendering.wording import one_line
from exchange.services.context import Context
from exchange.store.db import Transaction

_FACT: Final = "letters.held."
_MOST: Final = 300  # characters of a reason


@dataclass(frozen=True, slots=True)
class PartyHold:
    """Why all letters to a party are held."""

    party: str
    why: str
    since: str  # ISO, UTC
    actor: str
    mail: int = 0  # that warned; 0: a person set it

    @property
    def at(self) -> datetime:
        """When it was set, aware UTC."""
        return datetime.fromisoformat(self.since)

    @property
    def words(self) -> str:
        """The reason for a letter that is held because of this."""
        return f"{_words(self.party)}: {self.why}"

    @property
    def said(self) -> str:
        """Since when and why, in one line."""
        return f"all held since {self.at:%Y-%m-%d %H:%M} UTC: {self.why}"

    @property
    def advice(self) -> str:
        """What ends it."""
        return f"`exchange letters release --party {self.party}`"


def is_reason(reply: str, party: str) -> bool:
    """Return whether a letter of ``party`` with this reply is held because all of them are."""
    return _words(party) in reply


def _words(party: str) -> str:
    return f"all letters to {party} are held"


def in_force(tx: Transaction) -> Mapping[str, PartyHold]:
    """Return what holds letters now, by party."""
    found = tx.facts.starting_with(_FACT)
    return {party: PartyHold(**json.loads(found[party])) for party in sorted(found)}


def begin(
    ctx: Context, tx: Transaction, party: str, why: str, actor: str, mail: int = 0
) -> PartyHold:
    """Hold all letters to a party from now on; a later reason replaces the former."""
    why = one_line(mask_codes(why), _MOST)
    hold = PartyHold(party, why, ctx.now().astimezone(UTC).isoformat(), actor, mail)
    tx.facts.put(_FACT + party, json.dumps(asdict(hold)))
    detail: dict[str, str | int | bool | None] = {"why": why, "mail": mail or None}
    tx.audit.append(ctx.now(), AuditEvent("letters.held", party, party, detail, actor))
    return hold


def end(ctx: Context, tx: Transaction, party: str, actor: str) -> PartyHold | None:
    """Send letters to a party again; return what held them, None if nothing did."""
    hold = in_force(tx).get(party)
    if hold is not None:
        tx.facts.remove(_FACT + party)
        detail: dict[str, str | int | bool | None] = {"held_for": hold.why, "since": hold.since}
        tx.audit.append(ctx.now(), AuditEvent("letters.released", party, party, detail, actor))
    return hold
