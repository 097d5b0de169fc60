"""Mailing lists and groups through which the mail of certain parties is read as their own.

Off unless a person names list and party in the configuration of a mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from exchange.domain.mail import Subkind, Understanding
from exchange.domain.party import Party
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.mail import KeptMail


def of_sender(ctx: Context, tx: Transaction, mail: KeptMail) -> tuple[str, ...]:
    """Return the List-Ids that are allowed for the sender of a mail, in its mailbox."""
    if not mail.sender or not any(one.allowed_lists for one in ctx.settings.mailbox):
        return ()
    return of_parties(ctx, mail, (one.signifier for one in tx.parties.by_address(mail.sender)))


def of_parties(ctx: Context, mail: KeptMail, signifiers: Iterable[str]) -> tuple[str, ...]:
    """Return the List-Ids that are allowed for any of these parties, in the mailbox of a mail."""
    named = set(signifiers)
    found = (one.allowed_lists for one in ctx.settings.mailbox if one.name == mail.mailbox)
    return tuple(name for lists in found for name, some in lists.items() if named & set(some))


def refused(ctx: Context, mail: KeptMail, said: Understanding, party: Party) -> str:
    """Return why a mail of ``party`` waits because of its mailing list, or an empty text."""
    name, listed = said.head.list_id, said.subkind is Subkind.MAILING_LIST
    if name in of_parties(ctx, mail, [party.signifier]) or not (name or listed):
        return ""
    through = f"the mailing list {name or 'without a name'}"
    return (
        f"came through {through}, which is not allowed for {party.signifier}"
        " (allowed_lists of the mailbox)"
    )


def said_so(ctx: Context, mail: KeptMail, said: Understanding, outcome: MailOutcome) -> MailOutcome:
    """Add to the reason that a mail came through a list that is allowed."""
    name = said.head.list_id
    if not name or name not in of_parties(ctx, mail, [outcome.party]):
        return outcome
    through = f"through the list {name}, which is allowed for {outcome.party}"
    return replace(outcome, reason=f"{outcome.reason}; {through}")
