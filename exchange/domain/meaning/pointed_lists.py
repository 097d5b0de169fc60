"""Decide whether a mail that answers for a list means the list of its thread.

Somebody may answer two requests in the thread of the one, or speak of a file that he forgot to
attach.  A person would look at what else we sent to this party, and at what came with the mail.
"""

from __future__ import annotations

from collections.abc import Iterator

from exchange.domain.mail import Understanding
from exchange.domain.meaning.our_references import another_request
from exchange.domain.meaning.thread import Asked, ThreadContext
from exchange.domain.statements import Act, Statement

_MOST = 3


def other_lists(said: Understanding, context: ThreadContext) -> Iterator[str]:
    """Yield why the list of the thread may not be the one that a mail answers for."""
    here = context.reference or "the list"
    if other := another_request(said, context.requests):
        yield f"it names {other}, and replies to {here}"
    for one in said.statements:
        if one.act is Act.NAMES_REQUEST and (meant := _other_request(one, context)):
            yield f'{_shown(one)}: "{one.reason}" may be {meant}, and the mail replies to {here}'
        elif one.act in (Act.ATTACHES, Act.NAMES_FILE) and (lacks := _lacks(one, said)):
            yield f'{_shown(one)}: "{one.reason}", and {lacks}'


def _other_request(one: Statement, context: ThreadContext) -> str:
    """Return what a sentence may mean in place of the request of its thread, or ""."""
    if not context.rows:
        return ""
    here = [asked for asked in context.asked if asked.reference in context.requests]
    others = [asked for asked in context.asked if asked.reference not in context.requests]
    if one.day:
        if here and all(_is_of(asked, one.day) for asked in here):
            return ""
        of_day = [asked for asked in context.asked if _is_of(asked, one.day)]
        return _named(of_day) or "a request that is not known here"
    if not others:
        return ""
    if one.order and len(here) == 1:
        index = one.order - 1 if one.order > 0 else one.order
        if abs(one.order) <= len(context.asked) and context.asked[index] is here[0]:
            return ""
    return _named(others)


def _is_of(asked: Asked, day: str) -> bool:
    return any(one == day or one.endswith(f"-{day}") for one in asked.days)


def _named(requests: list[Asked]) -> str:
    return " or ".join(
        f"{one.reference} of {one.days[0]}" if one.days else one.reference
        for one in requests[-_MOST:]
    )


def _lacks(pointing: Statement, said: Understanding) -> str:
    """Return what a mail lacks whose words point to a file: none there, or no Device in it.

    Our own letter has files, so "in the spreadsheet" means them where the mail has none of its own.
    """
    if not said.files:
        return "nothing is attached" if pointing.act is Act.ATTACHES else ""
    places = [one.where for one in said.devices[:_MOST]]
    places += [one.where for one in said.answers[:_MOST]]
    found = any(not place.startswith("body") for place in places)
    return "" if found else "no Device is in its files"


def _shown(one: Statement) -> str:
    return f'their words "{one.for_people[:160]}" at {one.where}'
