"""Act on a mail that was understood, according to its kind and sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from exchange.domain.mail import NEEDS_PASSWORD, Kind, Subkind, Understanding
from exchange.domain.party import Party
from exchange.domain.release import Verdict
from exchange.domain.statements import Act, gravest
from exchange.services.answering import ask_for_list, other_acts, take_report, take_response
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
        return MailOutcome(REVIEW, said.kind, who.reason)
    warning = next((one for one in said.statements if one.act is Act.WARNS), None)
    if warning is not None:
        return other_acts.warn(ctx, tx, mail, said, who.party, warning)
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
        return answer_request.take(ctx, tx, mail, said, who, basis)
    return _BY_KIND[said.kind](_Sent(ctx, tx, mail, said, who.party))


class _Sent(NamedTuple):
    """A mail from a known party, with what its decision needs."""

    ctx: Context
    tx: Transaction
    mail: KeptMail
    said: Understanding
    party: Party


def _unknown(sent: _Sent) -> MailOutcome:
    decide = _BY_SUBKIND.get(sent.said.subkind)
    if decide is not None:
        return decide(sent)
    if take_response.answers_in_thread(sent.tx, sent.said, sent.party):
        return take_response.answers(sent.ctx, sent.tx, sent.mail, sent.said, sent.party)
    subkind, statement = sent.said.subkind, gravest(sent.said.statements)
    if statement is not None and subkind in _SPOKEN:
        return other_acts.say(sent.ctx, sent.tx, sent.mail, sent.said, sent.party, statement)
    if sent.said.lack:
        return _lacking(sent)
    return _review(sent, f"not a request ({subkind})" if subkind else "not a request")


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


# How a mail from a known party is handled, by kind; bounces, requests and mail of strangers need
# more and are handled before.
_BY_KIND: Final[Mapping[Kind, Callable[[_Sent], MailOutcome]]] = {
    Kind.AUTO_REPLY: lambda one: take_response.absence(one.ctx, one.tx, one.said, one.party),
    Kind.ACKNOWLEDGEMENT: lambda one: take_response.acknowledgement(
        one.ctx, one.tx, one.said, one.party
    ),
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
# Of mails of no known kind: every other subkind waits for a person as "not a request".
_BY_SUBKIND: Final[Mapping[Subkind, Callable[[_Sent], MailOutcome]]] = {
    Subkind.REMINDER: lambda one: answer_request.reminded(one.ctx, one.tx, one.said, one.party),
    Subkind.QUERY: lambda one: _review(one, "says that install codes which we sent cannot be used"),
    Subkind.CONTRADICTION: lambda one: _review(one, one.said.warnings[0]),
    Subkind.LOCKED: lambda one: _review(
        one, f"{NEEDS_PASSWORD}: {next((x.where for x in one.said.rejects if x.locked), '')}"
    ),
    Subkind.COLUMNS: lambda one: _review(
        one, one.said.warnings[0] if one.said.warnings else "the columns on file do not fit"
    ),
}
