"""Decide the mails of parties that ask for no codes: what they say, next to what we answered.

None of them is answered.  A warning holds the party's letters; what is plainly taken back is
withdrawn; everything else is for a person.
"""

from __future__ import annotations

from exchange.domain.device import mask_codes
from exchange.domain.mail import Understanding
from exchange.domain.party import Party
from exchange.domain.statements import REASONS, Act, Statement, gravest
from exchange.rendering.wording import counted, one_line
from exchange.services.answering.earlier_answers import spoken_of, what_we_answered
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.answering.taken_back import take_back
from exchange.services.context import Context
from exchange.services.letters import claiming, party_holds
from exchange.store.db import Transaction
from exchange.store.mails.mail import PROCESSED, REVIEW, KeptMail

_MOST_WORDS = 160  # characters of a sentence in a reason


def say(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    said: Understanding,
    party: Party,
    statement: Statement,
) -> MailOutcome:
    """Decide a mail of ``party`` that is about ``statement``."""
    spoken, words = spoken_of(tx, said, party), quoted(statement)
    about, ref = what_we_answered(tx, spoken), spoken.ref
    reason = f"{REASONS[statement.act]}: {words}; {about}"
    if statement.act is Act.TAKES_BACK:
        done = take_back(ctx, tx, mail, said, party, spoken, words)
        if done.withdrawn:
            reason += f"; {counted(done.withdrawn, 'row')} withdrawn"
        if not done.left:
            return MailOutcome(PROCESSED, said.kind, reason, party.signifier, ref)
        reason += f"; {'; '.join(done.left)}"
    return MailOutcome(REVIEW, said.kind, reason, party.signifier, ref)


def warn(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    said: Understanding,
    party: Party,
    statement: Statement,
    *,
    vouched: bool = False,
) -> MailOutcome:
    """Hold all letters to a party that warns us, until a person releases them.

    A person who releases the mail itself (``vouched``) has seen its warning: if it held the letters
    before, it does not hold them once more.
    """
    words = quoted(statement)
    reason = f"{REASONS[Act.WARNS]}: {words}"
    warned = _held(party) in mail.reason
    held = (
        None
        if vouched and warned
        else claiming.hold_party(
            ctx, tx, party.signifier, f"mail {mail.id}: {words}", "exchange", mail.id
        )
    )
    if party.signifier in party_holds.in_force(tx):
        reason += f"; {_held(party)}"
    if held:
        reason += f", {len(held)} of them waiting"
    ref = spoken_of(tx, said, party).ref
    return MailOutcome(REVIEW, said.kind, reason, party.signifier, ref)


def _held(party: Party) -> str:
    return f"all letters to {party.signifier} are held"


def of_stranger(
    ctx: Context, tx: Transaction, mail: KeptMail, said: Understanding, why: str
) -> MailOutcome:
    """Decide a mail of somebody who may not ask; ``why`` says why not.

    A party whose mailbox is compromised warns from another address.  Only an escalation contact on
    the register holds letters so; anybody's warning is shown.
    """
    sender = said.head.sender
    parties = tx.parties.with_contact(sender) if sender else []
    if parties:
        names = ", ".join(one.signifier for one in parties)
        why = f"the sender {sender} is on the contacts register for escalation only, of {names}"
    warning = gravest(one for one in said.statements if one.act is Act.WARNS)
    if warning is not None:
        words = quoted(warning)
        why += f"; {REASONS[Act.WARNS]}: {words}"
        for party in parties:
            said_so = f"mail {mail.id} from {sender}: {words}"
            claiming.hold_party(ctx, tx, party.signifier, said_so, "exchange", mail.id)
            why += f"; {_held(party)}"
    return MailOutcome(REVIEW, said.kind, why)


def quoted(statement: Statement) -> str:
    """Return the words of a statement and where they stand, for a person."""
    return f'"{one_line(mask_codes(statement.for_people), _MOST_WORDS)}" ({statement.where})'
