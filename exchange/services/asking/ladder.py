"""Apply the escalation ladder to the legs of a party."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from exchange.domain.escalation import LadderStep, Rung, next_rung
from exchange.domain.outbound import Leg
from exchange.domain.party import Party
from exchange.domain.time.sla import local_date
from exchange.services.context import Context

# What decides the next step of a leg: the rungs it has taken, and its day zero.
LadderKey = tuple[tuple[tuple[str, datetime | None], ...], date]


def alike(
    legs: Sequence[Leg], done: Mapping[int, Mapping[str, datetime | None]]
) -> dict[LadderKey, list[Leg]]:
    """Group the legs of a request that have taken the same rungs: each group has one next step.

    Legs without a running clock are left out.  ``done`` has the rungs of each leg by its number.
    """
    groups: dict[LadderKey, list[Leg]] = {}
    for leg in legs:
        if leg.accepted_on is not None:
            taken = sorted(done[leg.id].items(), key=lambda rung: rung[0])
            groups.setdefault((tuple(taken), leg.accepted_on), []).append(leg)
    return groups


def step(
    ctx: Context,
    party: Party | None,
    done: Mapping[str, datetime | None],
    accepted_on: date,
    sla_days: int,
    today: date,
) -> LadderStep:
    """Return what is due today for legs that have taken the rungs ``done``."""
    sent = [at for at in done.values() if at is not None]
    return next_rung(
        done,
        accepted_on,
        today,
        ladder=ctx.ladder(),
        levels=len(party.escalation) if party else 0,
        calendar=ctx.calendar,
        sla_days=sla_days,
        last_on=local_date(max(sent)) if sent else None,
    )


def first_look(ctx: Context, party: Party | None, accepted_on: date, sla_days: int) -> date | None:
    """Return the day on which the first rung of a new clock is due."""
    first = step(ctx, party, {}, accepted_on, sla_days, accepted_on)
    return accepted_on if first.now else first.next_on


def recipient(ctx: Context, party: Party, rung: Rung) -> str:
    """Return the address that a rung's mail goes to."""
    if rung.recipient == "compliance":
        settings = ctx.settings.party
        return settings.compliance_address or settings.address
    if rung.recipient == "escalation":
        return party.escalation[rung.level - 1].address
    return party.request_address
