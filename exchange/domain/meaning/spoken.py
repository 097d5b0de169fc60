"""Tell statements apart by what they can do to an answer, and show their words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from exchange.domain.device import DeviceId
from exchange.domain.mail import LOOSE_CODE, QUOTED_CODE, Reject, Understanding
from exchange.domain.statements import KEYED, LEGEND, Act, Scope, Statement

# What somebody says in the same mail may take a denial back.
_QUALIFYING: Final = frozenset((Act.CORRECTS, Act.TAKES_BACK, Act.WARNS, Act.DISPUTES))
_SHOWN: Final = 160


def has_signs(said: Understanding) -> bool:
    """Return whether rows of the mail answer by a sign that the sender explains."""
    return any(one.reason == KEYED for one in said.statements)


def legend_of(said: Understanding) -> Statement | None:
    """Return the statement that gives a column's "No" another meaning, if the mail has one."""
    return next((one for one in said.statements if one.reason == LEGEND), None)


def shown(one: Statement | None) -> str:
    """Return the sender's words and their place, for a person."""
    return f'their words "{one.for_people[:_SHOWN]}" at {one.where}' if one else ""


def is_of_loose_code(reject: Reject) -> bool:
    """Return whether it is about a code whose Device the reader did not know."""
    return reject.reason in (LOOSE_CODE, QUOTED_CODE)


def qualifies(one: Statement) -> bool:
    """Return whether a statement may take back what another one says; a hedge has the words."""
    return one.act in _QUALIFYING or (one.act is Act.OTHER and bool(one.hedge))


def is_of_rows(one: Statement) -> bool:
    """Return whether a sentence calls some rows the sender's, and so leaves only these open."""
    placed = one.scope is Scope.ROWS or (one.scope is Scope.KIND and bool(one.kinds))
    return one.act is Act.OWNS and not one.subject and placed


def is_of_column(one: Statement) -> bool:
    """Return whether it tells who did not install what a column answers with no."""
    return (
        one.act is Act.DENIES and one.scope is Scope.NAMED and bool(one.subject) and not one.devices
    )


def count_devices(count: int) -> str:
    """Return a number of Devices in words."""
    return f"{count} Device" if count == 1 else f"{count} Devices"


def count_codes(count: int) -> str:
    """Return a number of install codes in words."""
    return "an install code" if count == 1 else f"{count} install codes"


def set_apart(
    said: Understanding, spoken: Collection[Statement], answered: Collection[DeviceId]
) -> list[Statement]:
    """Return what is said of Devices that nothing answers: ``that one is with our field team``.

    Only where an answer is given for the rest.
    """
    if not any(one.scope is Scope.REST for one in spoken):
        return []
    return [
        one
        for one in said.statements
        if one.act in (Act.OTHER, Act.PROMISES)
        and one.scope is Scope.NAMED
        and one.devices
        and not any(device in answered for device in one.devices)
    ]


def is_of_devices(one: Statement, answered: Collection[DeviceId]) -> bool:
    """Return whether a sentence that is not understood is about some rows alone.

    Rows by number are weighed when it is known what is denied; Devices count if they are answered.
    """
    if one.act is not Act.OTHER:
        return False
    of_these = one.scope is Scope.NAMED and all(device in answered for device in one.devices)
    return of_these or one.scope is Scope.ROWS


def owned_rest(spoken: Collection[Statement]) -> Statement | None:
    """Return the sentence that calls the rest theirs, where another denies without saying which."""
    vague = any(one.act is Act.DENIES and one.scope in (Scope.THESE, Scope.NONE) for one in spoken)
    ours = (one for one in spoken if one.act is Act.OWNS and not one.subject)
    return next((one for one in ours if vague and one.scope is Scope.REST), None)
