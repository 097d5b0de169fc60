"""Decide the mails of parties that ask for no codes: what they say, next to what we answered.

None of them is answered.  A warning holds the party's letters; what is plainly taken back is
withdrawn; everything else is for a person.
"""

from __future__ import annotations

from exchange.domain.device import mask_codes
from exchange.domain.mail import Understanding
from exchange.domain.party import Party
from exchange.domain.statements import REASONS, Act, Statement
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
    warned = mail.party == party.signifier and mail.reason.startswith(REASONS[Act.WARNS])
    held = (
        None
        if vouched and warned
        else claiming.hold_party(
            ctx, tx, party.signifier, f"mail {mail.id}: {words}", "exchange", mail.id
        )
    )
    if party.signifier in party_holds.in_force(tx):
        reason += f"; all letters to {party.signifier} are held"
    if held:
        reason += f", {len(held)} of them waiting"
    ref = spoken_of(tx, said, party).ref
    return MailOutcome(REVIEW, said.kind, reason, party.signifier, ref)


def quoted(statement: Statement) -> str:
    """Return the words of a statement and where they stand, for a person."""
    return f'"{one_line(mask_codes(statement.words), _MOST_WORDS)}" ({statement.where})'
