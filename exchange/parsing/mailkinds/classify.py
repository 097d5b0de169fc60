"""Decide what kind of mail it is: by its header first, then by what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from exchange.domain.mail import Kind, MailHead, Outcome, Subkind
from exchange.domain.statements import ANSWERING, Act, Scope, Statement
from exchange.parsing.findings.claim_columns import any_bad_code, any_code, any_outcome
from exchange.parsing.findings.findings import Findings
from exchange.parsing.mailkinds import bounces, notices
from exchange.parsing.mailkinds.asking import (
    against_an_answer,
    asks,
    asks_by_name,
    why_no_request,
)
from exchange.parsing.mailkinds.automatic import (
    Automatic,
    absent,
    acknowledges,
    automatic,
    challenges,
    complains,
    list_mail,
    looks_like_phishing,
    receipt_kind,
    thanks_only,
)
from exchange.parsing.mailkinds.desks import (
    by_machine,
    claims_failure,
    is_notice,
    later_event,
    shows_our_request,
    ticket_event,
    update_event,
)
from exchange.parsing.mailkinds.held_back import says_held_back
from exchange.parsing.mailkinds.replies import reply_says
from exchange.parsing.mime.contents import Contents
from exchange.parsing.mime.headers import Headers
from exchange.parsing.phrases.matter_phrases import TOPIC
from exchange.parsing.statements.promises import promises

REPLY_SUBJECT = re.compile(r"^\s*(?:(?:re|aw|sv|ateb|antw)(?:\[\d+\])?\s*:\s*)", re.I)
FORWARD_SUBJECT = re.compile(r"^\s*(?:(?:re|aw)\s*:\s*)*(?:fwd?|wg|ymlaen)(?:\[\d+\])?\s*:", re.I)
_MARKER = re.compile(r"\s*([a-z]+)\b", re.I)
_MARKED: Final = {"request": Kind.REQUEST, "answer": Kind.RESPONSE}
_HARMLESS: Final = frozenset((Act.PROMISES, Act.THANKS))  # next to a promise
_CHASING: Final = {
    "reminder": Subkind.REMINDER,
    "escalation": Subkind.ESCALATION,
    "breach": Subkind.ESCALATION,
    "query": Subkind.QUERY,
    "list": Subkind.ASKS_WHICH,
}


@dataclass(frozen=True, slots=True)
class Classified:
    """Kind and subkind, and whether findings count as the sender's words to us."""

    kind: Kind
    subkind: Subkind = Subkind.NONE
    counts: bool = True


def classify_by_header(
    head: MailHead,
    headers: Headers,
    contents: Contents,
    own_text: str,
    own_addresses: frozenset[str],
) -> Classified | None:
    """Classify by the header alone, whatever the text lists; None when it does not decide.

    ``own_text`` is the text without quotes.
    """
    if head.own_marker and head.sender in own_addresses:
        return Classified(Kind.UNKNOWN, Subkind.OWN, counts=False)
    opening = f"{head.subject}\n{own_text}"
    returned = bool(contents.mails or contents.originals)
    if contents.complaint or (returned and complains(head.subject, own_text)):
        return Classified(Kind.UNKNOWN, Subkind.COMPLAINT, counts=False)
    for part in contents.reports:
        if part.media.endswith("disposition-notification"):
            if bounces.refused_recipient(contents, opening[:4000]):
                return Classified(Kind.BOUNCE, Subkind.REFUSED, counts=False)
            return Classified(Kind.AUTO_REPLY, Subkind.READ_RECEIPT, counts=False)
    if contents.reports:
        return _of_report(contents, opening)
    if notices.looks_bounced(headers, head.subject, contents):
        return Classified(Kind.BOUNCE, Subkind.FREE_FORM, counts=False)
    marked = _marker_of(head)
    if marked in _CHASING:
        return Classified(Kind.UNKNOWN, _CHASING[marked], counts=False)
    if marked in _MARKED:
        return Classified(_MARKED[marked])
    came = automatic(headers, head.subject)
    if came is Automatic.NO:
        return None
    held_back = says_held_back(head.subject, own_text)
    if held_back and not challenges(opening):
        return Classified(Kind.AUTO_REPLY, Subkind.NOT_DELIVERED, counts=False)
    if acknowledges(opening):
        return Classified(Kind.ACKNOWLEDGEMENT, Subkind.TICKET, counts=False)
    if challenges(opening):
        return Classified(Kind.AUTO_REPLY, Subkind.CHALLENGE, counts=False)
    if absent(opening):
        return Classified(Kind.AUTO_REPLY, Subkind.ABSENCE, counts=False)
    if came is Automatic.REPLIED:
        if thanks_only(opening):
            return Classified(Kind.ACKNOWLEDGEMENT, Subkind.AUTOMATIC, counts=False)
        return Classified(Kind.AUTO_REPLY, counts=False)
    return None


def _of_report(contents: Contents, opening: str) -> Classified:
    found = bounces.read_reports(contents)
    if found:
        given_up = any(one.permanent for one in found)
        if not given_up and challenges(opening):
            return Classified(Kind.AUTO_REPLY, Subkind.CHALLENGE, counts=False)
        return Classified(Kind.BOUNCE, Subkind.NONE if given_up else Subkind.DELAYED, counts=False)
    if bounces.has_success(contents):
        return Classified(Kind.AUTO_REPLY, Subkind.DELIVERY_RECEIPT, counts=False)
    return Classified(Kind.BOUNCE, Subkind.UNREADABLE_REPORT, counts=False)


def _marker_of(head: MailHead) -> str:
    match = _MARKER.match(head.own_marker)
    return match.group(1).lower() if match else ""


def is_reply(head: MailHead) -> bool:
    """Return whether the mail is a reply."""
    return bool(REPLY_SUBJECT.match(head.subject)) or bool(head.in_reply_to or head.references)


def classify_by_content(
    head: MailHead,
    headers: Headers,
    contents: Contents,
    found: Findings,
    own_text: str,
    statements: Sequence[Statement],
    *,
    list_allowed: bool,
    about_ours: bool,
    ours_repeated: bool,
    of_answer: bool = False,
    own_addresses: frozenset[str] = frozenset(),
) -> Classified:
    """Classify by text and lists.

    ``list_allowed``: it may come through its mailing list, as if the sender had written to us.
    ``about_ours``: it contains one of our references, or it is a reply.  ``ours_repeated``: it
    contains the reference of a request of ours; ``of_answer``: that of an answer of ours, and none
    of a request, so that a promise in it is about what they do with the codes.
    """
    coded = found.stray_code or any_code(found.claims) or any_bad_code(found.claims)
    denied = any_outcome(found.claims, Outcome.NOT_INSTALLER)
    reply = is_reply(head)
    answers = coded or (denied and (about_ours or not found.asks))
    answers |= bool(found.claims) and (about_ours or (found.definite and not found.asks))
    in_words = _answers_in_words(statements, found, about_ours=about_ours)
    if answers or in_words:
        against = against_an_answer(statements, unclear=not (coded or denied))
        if against is not Subkind.NONE:
            return Classified(Kind.UNKNOWN, against)
        bare = in_words and not answers and not found.devices
        return Classified(Kind.RESPONSE, Subkind.STATEMENT if bare else Subkind.NONE)
    opening = f"{head.subject}\n{own_text}"
    silent = not (found.devices or found.claims or found.rejects)
    if silent and not challenges(opening) and says_held_back(head.subject, own_text):
        return Classified(Kind.UNKNOWN, Subkind.NOT_DELIVERED)
    # In this order: most mails are plain requests, and the text search is half the work here.
    event = ticket_event(opening) and not any(one.act in ANSWERING for one in statements)
    if not denied and (acknowledges(opening) or event):
        shown = event and by_machine(own_text)
        if not _asks_itself(found) or ours_repeated or shown:
            return Classified(Kind.ACKNOWLEDGEMENT, Subkind.TICKET, counts=False)
        return Classified(Kind.UNKNOWN, Subkind.TICKET)  # whose list is it?
    shown = later_event(opening) or shows_our_request(opening, own_addresses)
    shown = shown or (ours_repeated and update_event(opening))
    if found.devices and shown:
        return Classified(Kind.UNKNOWN, Subkind.TICKET)
    if found.devices and not about_ours and claims_failure(own_text) and asks(statements):
        return Classified(Kind.UNKNOWN, Subkind.PHISHING)
    if not found.devices and absent(opening, definite=True):
        return Classified(Kind.AUTO_REPLY, Subkind.ABSENCE, counts=False)
    kind_of_receipt = receipt_kind(head.subject, own_text) if silent else None
    if kind_of_receipt:
        return Classified(Kind.AUTO_REPLY, kind_of_receipt, counts=False)
    if silent and challenges(opening):
        return Classified(Kind.AUTO_REPLY, Subkind.CHALLENGE, counts=False)
    if silent and not about_ours and looks_like_phishing(opening):
        return Classified(Kind.UNKNOWN, Subkind.PHISHING)
    many = None if list_allowed else list_mail(headers)
    asked = found.asks or asks_by_name(statements, own_addresses)
    if many and not (asked and found.devices and many is Subkind.NEWSLETTER):
        return Classified(Kind.UNKNOWN, many)
    if contents.calendar:
        return Classified(Kind.UNKNOWN, Subkind.INVITATION)
    if automatic(headers, head.subject) is Automatic.GENERATED and not asked:
        return Classified(Kind.AUTO_REPLY, Subkind.GENERATED, counts=False)
    asked = found.asks or asks(statements)
    if found.devices or (found.rejects and asked):
        wants = why_no_request(statements, reply=reply)
        if wants is not Subkind.NONE:
            return Classified(Kind.UNKNOWN, wants)
        if reply and not asks(statements):
            return Classified(Kind.UNKNOWN, Subkind.REPLY)
        return Classified(Kind.REQUEST)
    if reply:
        files = bool(contents.attachments or contents.mails)
        says = reply_says(own_text, files=files)
        if says is Subkind.REPLY and any(one.act is Act.CHASES for one in statements):
            return Classified(Kind.UNKNOWN, Subkind.CHASES)
        plain = all(_is_plain(one) for one in statements)
        promised = says is Subkind.PROMISED and plain and not (found.rejects or of_answer)
        return Classified(Kind.ACKNOWLEDGEMENT if promised else Kind.UNKNOWN, says)
    return Classified(Kind.UNKNOWN, Subkind.QUESTION if asked else Subkind.NONE)


def _is_plain(one: Statement) -> bool:
    """Return whether a statement leaves a promise next to it a mere promise."""
    aside = one.act is Act.OTHER and not one.hedge and not TOPIC.search(one.words)
    promised = bool(one.hedge) and promises(one.words)
    harmless = one.act in _HARMLESS or one.where == "subject" or is_notice(one.words)
    return harmless or aside or promised


def _answers_in_words(
    statements: Sequence[Statement], found: Findings, *, about_ours: bool
) -> bool:
    """Whether sentences say who installed a list of Devices, or that somebody did not."""
    for one in statements:
        if one.act is Act.DENIES and one.scope is not Scope.NAMED:
            of_one = one.scope in (Scope.ONE, Scope.NONE) and len(found.devices) > 1
            if of_one and found.asks:
                continue  # about one Device, among several that are asked for
            if one.hedge or one.scope is Scope.PART:
                continue  # a person reads it: it may be anything
            if about_ours or not (found.asks or one.subject):
                return True
        if one.act is Act.OWNS and about_ours and not (found.asks or found.devices or one.hedge):
            return True
    return False


def _asks_itself(found: Findings) -> bool:
    """Return whether it lists devices and asks for codes: then it is no acknowledgement."""
    return found.asks and bool(found.devices)
