"""Tagged return addresses: a report that comes to one proves which letter it is about.

They are used only once a mail that we sent to ourselves, from and to a tagged address, came back:
then the server lets us send so, and the mailbox keeps such mail.  The proof belongs to one account
and one address, and ends when the server refuses a letter over its sender.
"""

from __future__ import annotations

import json
import secrets
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

import structlog

from exchange.config import Settings
from exchange.domain.audit import AuditEvent
from exchange.domain.delivery import return_address, return_tags
from exchange.domain.mail import MailHead
from exchange.errors import BadInput
from exchange.ports.mail import Courier, Letter
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.outbox import StoredLetter

log = structlog.get_logger("exchange.deliver")

_PROBE: Final = "return_tags.probe"
_PROVED: Final = "return_tags.proved"
_PURPOSE: Final = "return"  # of the keyed digest


def in_use(ctx: Context, tx: Transaction) -> bool:
    """Whether letters leave with tagged return addresses: wanted, and proved for this account."""
    return ctx.settings.smtp.return_tags and proved_for(ctx.settings, tx)


def proved_for(settings: Settings, tx: Transaction) -> bool:
    """Whether tags are proved for the account and the address of these settings."""
    return tx.facts.get(_PROVED) == _account(settings)


def sender_of(ctx: Context, letter: StoredLetter) -> str:
    """Return the return address of a letter, with its tag."""
    digest = ctx.sealer.tag(letter.message_id.encode(), _PURPOSE)
    return return_address(ctx.settings.party.address, letter.id, digest)


def letter_of(ctx: Context, tx: Transaction, head: MailHead) -> StoredLetter | None:
    """Return the letter to whose return address a mail came, or None."""
    tags = return_tags((*head.delivered_to, *head.to), ctx.settings.party.address)
    letters = {one.id: one for one in tx.outbox.letters([tag.letter for tag in tags])}
    for tag in tags:
        letter = letters.get(tag.letter)
        if letter and tag.proves(ctx.sealer.tag(letter.message_id.encode(), _PURPOSE)):
            return letter
    return None


def probe(ctx: Context, courier: Courier) -> str:
    """Send a mail from and to a tagged address of ours; return that address.

    The next round that finds it in a mailbox records the proof.  Raises BadInput when the server
    refuses that mail, CourierUnavailable or CourierRefused when it refuses all.
    """
    if not ctx.settings.smtp.return_tags:
        raise BadInput("smtp.return_tags is false", hint="set it to true first")
    ours = ctx.settings.party.address
    message_id = ctx.message_id("return-address", "probe", secrets.token_hex(16))
    address = return_address(ours, 0, ctx.sealer.tag(message_id.encode(), _PURPOSE))
    if address == ours:
        raise BadInput(f"{ours} is too long to carry a tag")
    with ctx.store.transaction("probe") as tx:
        tx.facts.put(
            _PROBE, json.dumps({"message_id": message_id, "account": _account(ctx.settings)})
        )
    letter = Letter(0, address, address, _written(ctx, address, message_id))
    for fate in (one for some in courier.send_many([letter]) for one in some):
        if not fate.accepted:
            raise BadInput(
                f"the server does not take mail from and to {address}: {fate.reply}",
                hint="letters go on without tags; `+` addresses may have to be switched on",
            )
    return address


def came_back(ctx: Context, tx: Transaction, head: MailHead) -> bool:
    """Record the proof if a mail of our own is the last probe; return whether it is."""
    sent = json.loads(tx.facts.get(_PROBE) or "{}")
    if not head.message_id or head.message_id != sent.get("message_id"):
        return False
    tx.facts.put(_PROVED, str(sent["account"]))
    tx.facts.put(_PROBE, "")
    tx.audit.append(ctx.now(), AuditEvent("return_tags.proved", ctx.settings.party.address))
    return True


def refused(ctx: Context) -> None:
    """Forget the proof: a letter was refused over its sender; those after it go without a tag."""
    with ctx.store.transaction("untagged") as tx:
        if not tx.facts.get(_PROVED):
            return
        tx.facts.put(_PROVED, "")
        tx.audit.append(ctx.now(), AuditEvent("return_tags.refused", ctx.settings.party.address))
    log.warning("the mail server refuses tagged return addresses: letters go without them")


def _account(settings: Settings) -> str:
    smtp = settings.smtp
    return f"{settings.party.address} {smtp.username} {smtp.host}:{smtp.port}".lower()


def _written(ctx: Context, address: str, message_id: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = ctx.settings.party.address
    mail["To"] = address
    mail["Subject"] = "MP121 exchange: a test of our own return address"
    mail["Date"] = format_datetime(ctx.now())
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("Nothing is to be done: `exchange doctor --return-address` sent this mail.\n")
    return mail.as_bytes()
