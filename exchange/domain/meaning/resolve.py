"""Decide what the statements of a mail mean, with what we already know about its thread.

Pure: the reader gives statements, the caller the context.  Where thread and words disagree, or the
number that is named does not fit, nothing is taken and the doubt names both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from exchange.domain.mail import Answer, Kind, Outcome, Subkind, Understanding
from exchange.domain.meaning.addressees import meant_for_another
from exchange.domain.meaning.resolution import Resolution, Resolved
from exchange.domain.meaning.spoken import has_signs, legend_of
from exchange.domain.meaning.thread import ThreadContext, is_sender
from exchange.domain.statements import ANSWERING, Act, Scope, Statement

__all__ = ["Resolved", "ThreadContext", "needs_thread", "resolve"]

_FEW: Final = 1_000


def resolve(said: Understanding, context: ThreadContext) -> Resolved:
    """Return what a mail answers, given its thread.

    What is next to a Device, row by row, is the reader's and stays as it is; this adds what
    sentences say about a list that the mail need not repeat.
    """
    found = _resolve(said, context)
    strays = _not_asked(said, context) if found.kind is Kind.RESPONSE else ""
    return found._replace(doubts=(*found.doubts, strays)) if strays else found


def needs_thread(said: Understanding) -> bool:
    """Whether a mail says anything whose meaning depends on its thread; long lists do not."""
    return bool(said.loose_codes or _spoken(said) or legend_of(said)) or any(
        one.act is Act.PROMISES or one.where == "subject" or one.scope is Scope.NAMED
        for one in said.statements
    )


def _not_asked(said: Understanding, context: ThreadContext) -> str:
    """Return the doubt about a short answer that names a Device which is not in our list."""
    if not context.rows or len(said.answers) > _FEW:
        return ""
    asked = frozenset(context.rows)
    one = next((one for one in said.answers if one.device not in asked), None)
    return f"{one.where}: {one.device} is not in {context.reference or 'the list'}" if one else ""


def _resolve(said: Understanding, context: ThreadContext) -> Resolved:
    plain = Resolved(said.answers, (), said.rejects, said.kind)
    another = ""
    if said.kind is Kind.REQUEST:
        another = meant_for_another(said, context.ours, writer=context.names)
    if another:
        return plain._replace(kind=Kind.UNKNOWN, doubts=(another,))
    if said.kind not in (Kind.RESPONSE, Kind.UNKNOWN) or said.subkind in _NOT_THEIR_ANSWER:
        return plain
    if _is_unfinished(said):
        return _unfinished(said, context)
    spoken = _spoken(said)
    promised = any(one.act is Act.PROMISES and one.scope is Scope.REST for one in said.statements)
    named = _names_companies(said, context) or legend_of(said) or has_signs(said)
    if not (spoken or said.loose_codes or promised) and not named:
        return plain
    if said.kind is Kind.UNKNOWN and not context.rows:
        return plain
    return Resolution(said, context, spoken).resolved()


_NOT_THEIR_ANSWER: Final = frozenset(
    (Subkind.OWN, Subkind.REMINDER, Subkind.ESCALATION, Subkind.QUERY, Subkind.COLUMNS)
)


def _spoken(said: Understanding) -> list[Statement]:
    """Return the statements that answer, without what the rows of a list say themselves."""
    by_row = len(said.answers) > 0
    found: dict[tuple[object, ...], Statement] = {}
    for one in said.statements:
        if one.act not in ANSWERING or one.scope is Scope.NAMED:
            continue
        if by_row and (one.words.endswith(":") or one.reason == "attached"):
            continue  # a heading, which the reader took for its rows, or what announces a list
        found.setdefault((one.act, one.scope, one.rows, one.endings, one.subject, one.words), one)
    return list(found.values())


def _is_unfinished(said: Understanding) -> bool:
    return any(one.where == "subject" and one.hedge for one in said.statements)


def _unfinished(said: Understanding, context: ThreadContext) -> Resolved:
    """Take nothing of a mail whose subject says that it is a draft."""
    draft = next(one for one in said.statements if one.where == "subject" and one.hedge)
    why = f'its subject says "{draft.hedge}"'
    known = {one.device for one in said.answers}
    answers = [replace(one, outcome=Outcome.UNCLEAR, code=None) for one in said.answers]
    answers += [
        Answer(one, Outcome.UNCLEAR, "subject", remark=why)
        for one in context.rows
        if one in context.open and one not in known
    ]
    return Resolved(tuple(answers), (why,), said.rejects, said.kind)


def _names_companies(said: Understanding, context: ThreadContext) -> bool:
    """Whether rows deny something by name: in a sentence, or in a column of another company."""
    return any(
        one.act is Act.DENIES
        and one.scope is Scope.NAMED
        and one.subject
        and (one.devices or not is_sender(one.subject, context, said.head))
        for one in said.statements
    )
