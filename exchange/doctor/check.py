"""The result of one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exchange.domain.device import mask_codes
from exchange.errors import BadInputs, ExchangeError

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked, what was found, and what to do about it.

    ``advice`` is empty only where there is nothing to do.
    """

    what: str
    state: State
    found: str
    advice: str = ""


def ok(what: str, found: str) -> Check:
    """Return a check that passed."""
    return Check(what, "ok", found)


def warning(what: str, found: str, advice: str) -> Check:
    """Return a warning: the daemon works, but something should be improved."""
    return Check(what, "warning", found, advice)


def failed(what: str, found: str, advice: str) -> Check:
    """Return a failure: the daemon does not work like this."""
    return Check(what, "failed", found, advice)


def faults(what: str, error: ExchangeError, advice: str) -> list[Check]:
    """Return a failed check for each fault of ``error``; its own hint replaces ``advice``."""
    several = error.faults if isinstance(error, BadInputs) else [error]
    return [
        failed(
            what,
            mask_codes(f"{one.place}: {one.message}" if one.place else one.message),
            one.hint or advice,
        )
        for one in several
    ]
