"""Act on a mail that was understood, according to its kind and sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from exchange.domain.mail import NEEDS_PASSWORD, Kind, Lack, Subkind, Understanding
from exchange.domain.meaning.addressees import meant_for_another, names_somebody
from exchange.domain.party import Party
from exchange.domain.release import Verdict
from exchange.domain.statements import Act, Scope, Statement, gravest
from exchange.services.answering import (
    allowed_lists,
    ask_for_list,
    brought_later,
    other_acts,
    take_report,
    take_response,
)
from exchange.services.answering.earlier_answers import spoken_of, what_we_answered
from exchange.services.answering.lacking import lack_in_words
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.answering.requests import answer_request
from exchange.services.answering.requests.answer_request import Basis
from exchange.services.context import Context
from exchange.services.letters import return_tags
from exchange.store.db import Transaction
from exchange.store.mails.mail import PROCESSED, REVIEW, KeptMail


def follow(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    said: Understanding,
    who: Verdict,
    basis: Basis,
) -> MailOutcome:
    """Act on a mail according to its kind and sender."""
    if said.head.fault and not who.vouched:
        return MailOutcome(REVIEW, said.kind, said.head.fault)
    if said.subkind is Subkind.OWN or take_response.is_ours(ctx, tx, said):
        return MailOutcome(PROCESSED, said.kind, "our own mail came back")
    if said.head.sender in ctx.own_addresses and return_tags.came_back(ctx, tx, said.head):
        reason = "our own test: return addresses may carry tags from now on"
        return MailOutcome(PROCESSED, said.kind, reason)
    if said.kind is Kind.BOUNCE:
        return take_report.take(ctx, tx, mail, said)
    if who.party is None:
        return other_acts.of_stranger(ctx, tx, mail, said, who.reason)
    warning = gravest(one for one in said.statements if one.act is Act.WARNS)
    if warning is not None:
        return other_acts.warn(ctx, tx, mail, said, who.party, warning, vouched=who.vouched)
    if said.kind in _THROUGH_LISTS and not who.vouched:
        refused = allowed_lists.refused(ctx, mail, said, who.party)
        if refused:
            return MailOutcome(REVIEW, said.kind, refused, who.party.signifier)
    if said.kind is Kind.REQUEST:
        if take_response.replies_to_ours(tx, said, who.party):
            reason = "a reply to our request that lists devices and answers none"
            return MailOutcome(REVIEW, said.kind, reason, who.party.signifier)
        known = basis.holdings.devices(said.devices)
        asked = basis.history.asked_of_them(who.party.signifier, known)
        if asked and not who.vouched:
            reason = (
                f"lists {asked}, which we ask {who.party.signifier} about, without thread or "
                "reference: a ticket system may have sent our request back"
            )
            return MailOutcome(REVIEW, said.kind, reason, who.party.signifier)
        another = "" if who.vouched else _meant_for_another(ctx, tx, said, who.party)
        if another:
            return MailOutcome(REVIEW, said.kind, another, who.party.signifier)
        return answer_request.take(ctx, tx, mail, said, who, basis)
    return _BY_KIND[said.kind](_Sent(ctx, tx, mail, said, who.party))


def _meant_for_another(ctx: Context, tx: Transaction, said: Understanding, party: Party) -> str:
    us = ctx.settings.party
    own = (us.name, us.signifier, *us.mpids, *ctx.own_addresses)
    others = [one.name for one in tx.parties.all()] if names_somebody(said) else []
    why = meant_for_another(said, own, others, (party.name, party.signifier))
    return f"it may be meant for another company: {why}" if why else ""


class _Sent(NamedTuple):
    """A mail from a known party, with what its decision needs."""

    ctx: Context
    tx: Transaction
    mail: KeptMail
    said: Understanding
    party: Party


def _automatic(sent: _Sent) -> MailOutcome:
    """Note an automatic reply; a person sees one that asks for the codes of Devices of its own.

    Some ticket systems mark everything that their clerks write as automatic.  A person also sees
    that a letter of ours was held back.
    """
    if sent.said.subkind in (Subkind.NOT_DELIVERED, Subkind.CHALLENGE):
        return _held_back(sent)
    asked = next((one for one in sent.said.statements if one.act is Act.ASKS), None)
    # Its Devices are not taken; a warning says that there are some, apart from those quoted.
    listed = any(f"({sent.said.kind})" in one for one in sent.said.warnings)
    if asked is not None and listed and not take_response.asked_in(sent.tx, sent.said, sent.party):
        return _review(sent, f"an automatic reply asks for codes: {other_acts.quoted(asked)}")
    return take_response.absence(sent.ctx, sent.tx, sent.said, sent.party)


def _held_back(sent: _Sent) -> MailOutcome:
    """Show a person that the other side held a mail of ours back, and which."""
    outcome = take_report.held_back(sent.tx, sent.said, sent.party)
    return outcome or _review(sent, "says that a mail of ours was held back, and not which")


def _acknowledged(sent: _Sent) -> MailOutcome:
    """Note an acknowledgement; a person sees a promise that denies some of the Devices already."""
    noted = take_response.acknowledgement(sent.ctx, sent.tx, sent.said, sent.party)
    promises = sent.said.subkind is Subkind.PROMISED
    denied = next(
        (one for one in sent.said.statements if one.act is Act.DENIES and one.scope in _SOME), None
    )
    if promises and denied is not None:
        reason = f"it answers in part and promises the rest: {other_acts.quoted(denied)}"
        return replace(noted, folder=REVIEW, kind=Kind.RESPONSE, reason=reason)
    return noted


def _unknown(sent: _Sent) -> MailOutcome:
    decide = _BY_SUBKIND.get(sent.said.subkind)
    if decide is not None:
        return decide(sent)
    if take_response.answers_in_thread(sent.tx, sent.said, sent.party):
        return take_response.answers(sent.ctx, sent.tx, sent.mail, sent.said, sent.party)
    subkind, statement = sent.said.subkind, gravest(sent.said.statements)
    if subkind in _MAY_UNLOCK and not sent.said.devices:
        hint = brought_later.may_give_password(sent.tx, sent.said, sent.party)
        if hint:
            return _review(sent, hint)
    if statement is not None and subkind in _SPOKEN and not _shows_link(sent.said, statement):
        return other_acts.say(sent.ctx, sent.tx, sent.mail, sent.said, sent.party, statement)
    if sent.said.lack:
        return _lacking(sent)
    reason = f"not a request: {_NO_REQUEST.get(subkind, 'it asks for no codes')}"
    if subkind is Subkind.REPLY and sent.said.devices:
        about = what_we_answered(sent.tx, spoken_of(sent.tx, sent.said, sent.party))
        reason = f"not a request: a reply that lists Devices and asks for no codes; {about}"
    return _review(sent, reason)


def _shows_link(said: Understanding, statement: Statement) -> bool:
    """Return whether a sentence says only where the list is, by a link."""
    return said.lack is Lack.LINK and statement.act is Act.OTHER and said.lacking in statement.words


def _lacking(sent: _Sent) -> MailOutcome:
    """Decide a mail that asks for codes and lists no Device."""
    reason = lack_in_words(sent.said)
    if not ask_for_list.may_ask_by_itself(sent.ctx, sent.tx, sent.said, sent.party):
        return _review(sent, reason)
    ask_for_list.ask_for_list(sent.ctx, sent.tx, sent.mail, sent.said, sent.party)
    said = f"{reason}; asked for the list as a file"
    return MailOutcome(PROCESSED, sent.said.kind, said, sent.party.signifier)


def _review(sent: _Sent, reason: str) -> MailOutcome:
    return MailOutcome(REVIEW, sent.said.kind, reason, sent.party.signifier)


# Kinds that somebody writes; what a machine writes discharges nothing and asks for nothing.
_THROUGH_LISTS: Final = frozenset((Kind.REQUEST, Kind.RESPONSE, Kind.UNKNOWN))
# Scopes that are some of the Devices, and say which.
_SOME: Final = frozenset((Scope.ROWS, Scope.ALL_BUT, Scope.KIND, Scope.NAMED))
# How a mail from a known party is handled, by kind; bounces, requests and mail of strangers need
# more and are handled before.
_BY_KIND: Final[Mapping[Kind, Callable[[_Sent], MailOutcome]]] = {
    Kind.AUTO_REPLY: _automatic,
    Kind.ACKNOWLEDGEMENT: _acknowledged,
    Kind.RESPONSE: lambda one: take_response.answers(
        one.ctx, one.tx, one.mail, one.said, one.party
    ),
    Kind.UNKNOWN: _unknown,
}
# Mails of no known kind whose sentences say what they are.
_SPOKEN: Final = frozenset(
    {
        Subkind.NONE, Subkind.REPLY, Subkind.QUESTION, Subkind.TAKES_BACK, Subkind.CORRECTS,
        Subkind.REPORTS, Subkind.DISPUTES, Subkind.ASKS_ELSE, Subkind.CHASES, Subkind.THANKS,
        Subkind.NOT_UNDERSTOOD,
    }
)  # fmt: skip
_MAY_UNLOCK: Final = frozenset(
    {Subkind.NONE, Subkind.REPLY, Subkind.THANKS, Subkind.NOT_UNDERSTOOD, Subkind.QUESTION}
)
# What a mail is that is neither a request nor an answer, for a person.
_NO_REQUEST: Final[Mapping[Subkind, str]] = {
    Subkind.NONE: "it asks for no codes and answers nothing",
    Subkind.REPLY: "a reply that asks for no codes and answers nothing",
    Subkind.QUESTION: "it asks for codes and names no Device that can be read",
    Subkind.TICKET: "a ticket system says that it has a list, and not whose",
    Subkind.ESCALATION: "another exchange escalates a request of its own",
    Subkind.COMPLAINT: "somebody reported a mail of ours as spam or abuse",
    Subkind.PHISHING: "it looks like phishing",
    Subkind.NEWSLETTER: "it was sent to many people",
    Subkind.INVITATION: "an invitation to a meeting",
    Subkind.ELSEWHERE: "they ask us to use a portal, a form or a help desk instead of mail",
    Subkind.NEEDS_MORE: "they want to know more before they answer",
    Subkind.ASKS_WHICH: "they ask which Devices are meant",
    Subkind.ATTACHMENT_MISSING: "it mentions an attachment and has none",
    Subkind.ATTACHMENT_SILENT: "it mentions an attachment, in which no answer was found",
    Subkind.PROMISED: "it promises an answer but gives none",
    Subkind.AUTOMATIC_ANSWER: "an automatic reply with install codes, which a person has to check",
}
# Of mails of no known kind: every other subkind waits for a person as no request.
_BY_SUBKIND: Final[Mapping[Subkind, Callable[[_Sent], MailOutcome]]] = {
    Subkind.REMINDER: lambda one: answer_request.reminded(one.ctx, one.tx, one.said, one.party),
    Subkind.NOT_DELIVERED: _held_back,
    Subkind.QUERY: lambda one: _review(one, "says that install codes which we sent cannot be used"),
    Subkind.CONTRADICTION: lambda one: _review(one, one.said.warnings[0]),
    Subkind.LOCKED: lambda one: _review(
        one, f"{NEEDS_PASSWORD}: {next((x.where for x in one.said.rejects if x.locked), '')}"
    ),
    Subkind.COLUMNS: lambda one: _review(
        one, one.said.warnings[0] if one.said.warnings else "the columns on file do not fit"
    ),
}
