"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exchange.domain.device import mask_codes
from exchange.errors import BadInputs, ExchangeError

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found there, and what to do about it.

    ``advice`` is empty only where there is nothing to do.
    """

    what: str
    state: State
    found: str
    advice: str = ""


def ok(what: str, found: str) -> Check:
    """All is well."""
    return Check(what, "ok", found)


def warning(what: str, found: str, advice: str) -> Check:
    """The daemon works, but not as one would wish."""
    return Check(what, "warning", found, advice)


def failed(what: str, found: str, advice: str) -> Check:
    """The daemon does not work like this."""
    return Check(what, "failed", found, advice)


def faults(what: str, error: ExchangeError, advice: str) -> list[Check]:
    """A failed check for each fault of ``error``; its own hint goes before ``advice``."""
    several = error.faults if isinstance(error, BadInputs) else [error]
    return [
        failed(
            what,
            mask_codes(f"{one.place}: {one.message}" if one.place else one.message),
            one.hint or advice,
        )
        for one in several
    ]
