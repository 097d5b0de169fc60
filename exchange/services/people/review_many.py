"""Handle several waiting mails: choose and show them, then handle each separately."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from exchange.errors import BadInput, ExchangeError, StoreError
from exchange.services.answering import intake
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.answering.requests import read_again
from exchange.services.context import Context
from exchange.services.people import review
from exchange.store.db import Transaction
from exchange.store.mails.mail import NOT_FETCHED
from exchange.store.mails.waiting import MailFilter, WaitingMail

_REPLAYED_AT_ONCE: Final = 200
_FIRST_SHOWN: Final = 5
_REASONS_SHOWN: Final = 5

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ChosenMails:
    """The chosen mails, oldest first, and what to show of them before acting."""

    numbers: tuple[int, ...]
    first: tuple[WaitingMail, ...] = ()
    reasons: tuple[tuple[str, str, int], ...] = ()  # (folder, reason, count), commonest first
    missed: tuple[int, ...] = ()  # named singly, but not waiting
    elsewhere: Mapping[str, int] = field(default_factory=dict)  # in folders that ranges leave out


@dataclass(frozen=True, slots=True)
class Dealt:
    """The result for one mail: its outcome, or the error that prevented it."""

    number: int
    outcome: MailOutcome | None = None
    fault: ExchangeError | None = None


def choose_mails(
    ctx: Context, chosen: MailFilter, spans: Sequence[Span] | None, *, unread: bool = False
) -> ChosenMails:
    """Return the waiting mails in ``spans`` (None for all) that the filter ``chosen`` selects.

    A range means mails in Review and Shunted, unless the filter names a folder; a mail named by
    its own number may wait in any folder.  With ``unread`` that also means a mail that was answered
    and of which something could not be read.
    """
    single = {first for first, last in spans or () if first == last}
    with ctx.store.reading() as tx:
        tx.parties.expect(chosen.party)
        if spans is None:
            numbers = tx.waiting.numbers(chosen)
        else:
            numbers = tx.waiting.numbers(replace(chosen, numbers=tuple(spans)))
            if single and not chosen.folder:
                alone = replace(chosen, numbers=tuple((one, one) for one in sorted(single)))
                others = (replace(alone, folder=state) for state in NOT_FETCHED)
                found = chain.from_iterable(tx.waiting.numbers(one) for one in others)
                if unread and not chosen.narrows:
                    left = sorted(single - set(numbers))
                    found = chain(found, (one for one in left if _is_unread(tx, one)))
                numbers = sorted({*numbers, *found})
        ranges = [one for one in spans or () if one[0] != one[1]]
        among = replace(chosen, numbers=_spans_of(numbers)) if spans is not None else chosen
        return ChosenMails(
            numbers=tuple(numbers),
            first=tuple(tx.waiting.rows(numbers[:_FIRST_SHOWN])),
            reasons=tuple(tx.waiting.reasons(among, _REASONS_SHOWN)) if numbers else (),
            missed=tuple(sorted(single - set(numbers))),
            elsewhere=_elsewhere(tx, chosen, ranges),
        )


def _is_unread(tx: Transaction, number: int) -> bool:
    return any(
        read_again.unread_request(tx, tx.mail.get(one.id)) for one in tx.waiting.rows([number])
    )


def _elsewhere(tx: Transaction, chosen: MailFilter, spans: Sequence[Span]) -> dict[str, int]:
    """Count the mails of these ranges that are in folders which ranges leave out."""
    if chosen.folder or not spans:
        return {}
    among = replace(chosen, numbers=tuple(spans))
    found = {one: tx.waiting.count(replace(among, folder=one)) for one in NOT_FETCHED}
    return {folder: number for folder, number in found.items() if number}


def _spans_of(numbers: Sequence[int]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return tuple(spans)


def named(numbers: Sequence[int]) -> str:
    """Return numbers as people write them: ``12-40, 45``."""
    return ", ".join(
        str(first) if first == last else f"{first}-{last}"
        for first, last in _spans_of(sorted(numbers))
    )


def replay(ctx: Context, numbers: Sequence[int], actor: str) -> Iterator[Dealt]:
    """Read and decide each again; end early if the database fails.

    Each is put back separately, and all are decided as the daemon does, so an error stops only its
    own mail.  If this is interrupted, the daemon decides those put back.
    """
    done = intake.Decided()
    for start in range(0, len(numbers), _REPLAYED_AT_ONCE):
        some = numbers[start : start + _REPLAYED_AT_ONCE]
        dealt = list(_each(some, lambda number: _read_or_reopen(ctx, number, actor)))
        # A mail that was answered, or is fetched in the next round, has its outcome already.
        yield from (one for one in dealt if one.fault or one.outcome)
        reopened = [one.number for one in dealt if not (one.fault or one.outcome)]
        try:
            intake.decide_all(ctx, done)
        except StoreError as error:
            yield from (Dealt(number, fault=error) for number in reopened[:1])
            return
        if done.unread is not None:  # they stay put back, to be decided once mails can be read
            yield from (Dealt(number, fault=done.unread) for number in reopened)
            return
        for number in reopened:
            why = done.left.get(number)
            fault = BadInput(f"it is put back and waits: {why}") if why else None
            yield Dealt(number, None if fault else review.outcome_of(ctx, number), fault)
        if len(dealt) < len(some):
            return


def _read_or_reopen(ctx: Context, number: int, actor: str) -> MailOutcome | None:
    """Answer the rest of a request, or put a waiting mail back; None if it is to be decided."""
    return review.read_rest(ctx, number, actor) or review.reopen_mail(ctx, number, actor)


def release(ctx: Context, numbers: Sequence[int], party: str, actor: str) -> Iterator[Dealt]:
    """Decide each as sent by ``party``; end early if the database fails."""
    return _each(numbers, lambda number: review.release_mail(ctx, number, party, actor))


def reject(ctx: Context, numbers: Sequence[int], why: str, actor: str) -> Iterator[Dealt]:
    """Close each without action; end early if the database fails."""

    def close(number: int) -> None:
        review.reject_mail(ctx, number, why, actor)

    return _each(numbers, close)


def _each(numbers: Sequence[int], work: Callable[[int], MailOutcome | None]) -> Iterator[Dealt]:
    for number in numbers:
        try:
            yield Dealt(number, work(number))
        except StoreError as error:
            yield Dealt(number, fault=error)
            return
        except ExchangeError as error:
            yield Dealt(number, fault=error)
