"""Keep a party's passwords, which open its protected workbooks and archives."""

from __future__ import annotations

import json
from collections.abc import Sequence

from exchange.domain.audit import AuditEvent
from exchange.errors import NotFound
from exchange.services.context import Context

_PURPOSE = "party"


def save_passwords(ctx: Context, signifier: str, passwords: Sequence[str], actor: str) -> None:
    """Save a party's passwords, sealed, replacing the old ones; none deletes them.

    Raises NotFound for a party that is not on the contacts register.
    """
    now = ctx.now()
    with ctx.store.transaction("secrets") as tx:
        if tx.parties.get(signifier) is None:
            raise NotFound(f"{signifier} is not on the contacts register")
        content = json.dumps(list(passwords)).encode()
        sealed = ctx.sealer.seal(content, _PURPOSE) if passwords else None
        tx.parties.keep_secret(signifier, sealed, now)
        tx.audit.append(
            now,
            AuditEvent(
                "contacts.passwords", signifier, signifier, {"on_file": len(passwords)}, actor
            ),
        )


def passwords_of_sender(ctx: Context, address: str) -> tuple[str, ...]:
    """Return the passwords of the party with mail address ``address``; none for a stranger."""
    if not address:
        return ()
    with ctx.store.reading() as tx:
        sealed = [tx.parties.secret(party.signifier) for party in tx.parties.by_address(address)]
    return _opened(ctx, sealed)


def of_party(ctx: Context, signifier: str) -> tuple[str, ...]:
    """Return the passwords of a party."""
    with ctx.store.reading() as tx:
        return _opened(ctx, [tx.parties.secret(signifier)])


def _opened(ctx: Context, sealed: Sequence[bytes | None]) -> tuple[str, ...]:
    found: list[str] = []
    for one in sealed:
        if one is not None:
            found += map(str, json.loads(ctx.sealer.open(one, _PURPOSE)))
    return tuple(found)
