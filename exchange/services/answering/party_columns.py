"""Keep column mappings for a party: which columns of its tables hold what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from exchange.domain.audit import AuditEvent
from exchange.domain.columns.column_map import MOST_MAPS, ColumnMap
from exchange.domain.mail import Understanding
from exchange.domain.party import Change
from exchange.errors import BadInput, NotFound
from exchange.services.answering import party_passwords
from exchange.services.context import Context

_FIELD = "columns"


class Preview(NamedTuple):
    """A file as read without and with the mappings; ``with_maps.tables`` shows each table."""

    usual: Understanding
    with_maps: Understanding


def of_party(ctx: Context, signifier: str) -> tuple[ColumnMap, ...]:
    """Return a party's mappings, in the order in which they are tried; raises NotFound."""
    with ctx.store.reading() as tx:
        if tx.parties.get(signifier) is None:
            raise _unknown(signifier)
        return tx.parties.columns(signifier)


def columns_of_sender(ctx: Context, address: str) -> tuple[ColumnMap, ...]:
    """Return the mappings for the party with mail address ``address``; none for a stranger."""
    if not address:
        return ()
    with ctx.store.reading() as tx:
        return tx.parties.columns_of_sender(address)


def save_columns(
    ctx: Context, signifier: str, one: ColumnMap, actor: str, *, keep: bool = False
) -> tuple[ColumnMap, ...]:
    """Save a mapping, replacing the party's others for the same files and sheets.

    With ``keep`` it is added after those, for tables that they do not fit.  Returns all mappings;
    raises NotFound for a party that is not on the register, BadInput if there are too many.
    """

    def changed(maps: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
        others = [other for other in maps if other.scope != one.scope or (keep and other != one)]
        found = sorted((*others, one), key=lambda each: each.scope == ("", ""))
        if len(found) > MOST_MAPS:
            raise BadInput(f"a party has {MOST_MAPS} mappings at most")
        return tuple(found)

    return _change(ctx, signifier, actor, changed)


def take_off(ctx: Context, signifier: str, actor: str, number: int = 0) -> tuple[ColumnMap, ...]:
    """Delete one of a party's mappings (``number`` from 1), or all; returns the rest."""

    def changed(maps: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
        if number and not 1 <= number <= len(maps):
            raise NotFound(f"there is no mapping {number} on file for {signifier}")
        return maps[: number - 1] + maps[number:] if number else ()

    return _change(ctx, signifier, actor, changed)


def preview(
    ctx: Context, signifier: str, name: str, content: bytes, maps: Sequence[ColumnMap]
) -> Preview:
    """Read a mail or file as the party's, without and with ``maps``; changes nothing.

    Raises Unreadable when it cannot be read, NotFound for a party not on the register.
    """
    with ctx.store.reading() as tx:
        party = tx.parties.get(signifier)
    if party is None:
        raise _unknown(signifier)
    passwords = party_passwords.passwords_of_sender(ctx, party.request_address)
    usual = ctx.reader.read(content, passwords, name, look=True)
    if not maps:
        return Preview(usual, usual)
    return Preview(usual, ctx.reader.read(content, passwords, name, columns=maps, look=True))


def _change(
    ctx: Context,
    signifier: str,
    actor: str,
    changed: Callable[[tuple[ColumnMap, ...]], tuple[ColumnMap, ...]],
) -> tuple[ColumnMap, ...]:
    now = ctx.now()
    with ctx.store.transaction("columns") as tx:
        if tx.parties.get(signifier) is None:
            raise _unknown(signifier)
        before = tx.parties.columns(signifier)
        after = changed(before)
        if after == before:
            return after
        was, becomes = _said(before), _said(after)
        tx.parties.keep_columns(signifier, after, now)
        change = Change(signifier, _FIELD, was, becomes)
        tx.parties.apply([], [change], now, actor=actor, source="columns")
        detail = {"before": was or "none", "after": becomes or "none"}
        tx.audit.append(now, AuditEvent("contacts.columns", signifier, signifier, detail, actor))
    return after


def _said(maps: Sequence[ColumnMap]) -> str:
    return "; ".join(map(str, maps))


def _unknown(signifier: str) -> NotFound:
    return NotFound(f"{signifier} is not on the contacts register")
