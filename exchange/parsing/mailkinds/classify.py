"""What kind of mail it is: by its header first, then by what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from exchange.domain.mail import Kind, MailHead, Outcome, Subkind
from exchange.parsing.findings.claim_columns import any_bad_code, any_code, any_outcome
from exchange.parsing.findings.findings import Findings
from exchange.parsing.mailkinds import bounces, notices
from exchange.parsing.mailkinds.automatic import (
    Automatic,
    absent,
    acknowledges,
    automatic,
    baits,
    challenges,
    complains,
    list_mail,
    receipt,
    thanks_only,
)
from exchange.parsing.mailkinds.replies import reply_says
from exchange.parsing.mime.contents import Contents
from exchange.parsing.mime.headers import Headers

REPLY_SUBJECT = re.compile(r"^\s*(?:(?:re|aw|sv|ateb|antw)(?:\[\d+\])?\s*:\s*)", re.I)
FORWARD_SUBJECT = re.compile(r"^\s*(?:(?:re|aw)\s*:\s*)*(?:fwd?|wg|ymlaen)(?:\[\d+\])?\s*:", re.I)
_MARKER = re.compile(r"\s*([a-z]+)\b", re.I)
_MARKED: Final = {"request": Kind.REQUEST, "answer": Kind.RESPONSE}
_CHASING: Final = {
    "reminder": Subkind.REMINDER,
    "escalation": Subkind.ESCALATION,
    "breach": Subkind.ESCALATION,
    "query": Subkind.QUERY,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A kind, the finer kind, and whether what was found counts as the sender's words to us."""

    kind: Kind
    subkind: Subkind = Subkind.NONE
    counts: bool = True


def by_header(
    head: MailHead,
    headers: Headers,
    contents: Contents,
    own_text: str,
    own_addresses: frozenset[str],
) -> Judged | None:
    """The kind that the header settles, whatever the text lists; None when it settles none.

    ``own_text`` is the text without quotes.
    """
    if head.own_marker and head.sender in own_addresses:
        return Judged(Kind.UNKNOWN, Subkind.OWN, counts=False)
    opening = f"{head.subject}\n{own_text}"
    returned = bool(contents.mails or contents.originals)
    if contents.complaint or (returned and complains(head.subject, own_text)):
        return Judged(Kind.UNKNOWN, Subkind.COMPLAINT, counts=False)
    for part in contents.reports:
        if part.media.endswith("disposition-notification"):
            if bounces.read_refusal(contents, opening[:4000]):
                return Judged(Kind.BOUNCE, Subkind.REFUSED, counts=False)
            return Judged(Kind.AUTO_REPLY, Subkind.READ_RECEIPT, counts=False)
    if contents.reports:
        return _of_report(contents, opening)
    if notices.looks_bounced(headers, head.subject, contents):
        return Judged(Kind.BOUNCE, Subkind.FREE_FORM, counts=False)
    marked = _marker_of(head)
    if marked in _CHASING:
        return Judged(Kind.UNKNOWN, _CHASING[marked], counts=False)
    if marked in _MARKED:
        return Judged(_MARKED[marked])
    came = automatic(headers, head.subject)
    if came is Automatic.NO:
        return None
    if acknowledges(opening):
        return Judged(Kind.ACKNOWLEDGEMENT, Subkind.TICKET, counts=False)
    if challenges(opening):
        return Judged(Kind.AUTO_REPLY, Subkind.CHALLENGE, counts=False)
    if absent(opening):
        return Judged(Kind.AUTO_REPLY, Subkind.ABSENCE, counts=False)
    if came is Automatic.REPLIED:
        if thanks_only(opening):
            return Judged(Kind.ACKNOWLEDGEMENT, Subkind.AUTOMATIC, counts=False)
        return Judged(Kind.AUTO_REPLY, counts=False)
    return None


def _of_report(contents: Contents, opening: str) -> Judged:
    found = bounces.read_reports(contents)
    if found:
        given_up = any(one.permanent for one in found)
        if not given_up and challenges(opening):
            return Judged(Kind.AUTO_REPLY, Subkind.CHALLENGE, counts=False)
        return Judged(Kind.BOUNCE, Subkind.NONE if given_up else Subkind.DELAYED, counts=False)
    if bounces.has_success(contents):
        return Judged(Kind.AUTO_REPLY, Subkind.DELIVERY_RECEIPT, counts=False)
    return Judged(Kind.BOUNCE, Subkind.UNREADABLE_REPORT, counts=False)


def _marker_of(head: MailHead) -> str:
    match = _MARKER.match(head.own_marker)
    return match.group(1).lower() if match else ""


def is_reply(head: MailHead) -> bool:
    """Whether the mail answers another one."""
    return bool(REPLY_SUBJECT.match(head.subject)) or bool(head.in_reply_to or head.references)


def by_content(
    head: MailHead,
    headers: Headers,
    contents: Contents,
    found: Findings,
    own_text: str,
    *,
    about_ours: bool,
) -> Judged:
    """The kind that the words and lists settle.

    ``about_ours``: one of our references stands in it, or it is a reply.
    """
    coded = found.stray_code or any_code(found.claims) or any_bad_code(found.claims)
    denied = any_outcome(found.claims, Outcome.NOT_INSTALLER)
    reply = is_reply(head)
    if coded or (denied and (about_ours or not found.asks)):
        return Judged(Kind.RESPONSE)
    if found.claims and (about_ours or (found.definite and not found.asks)):
        return Judged(Kind.RESPONSE)
    if found.denies_all and (about_ours or not found.asks):
        return Judged(Kind.RESPONSE, Subkind.NONE if found.devices else Subkind.STATEMENT)
    opening = f"{head.subject}\n{own_text}"
    # In this order: most mails are plain requests, and the words take as long as all else here.
    if not denied and not _asks_itself(found) and acknowledges(opening):
        return Judged(Kind.ACKNOWLEDGEMENT, Subkind.TICKET, counts=False)
    if not found.devices and absent(opening, sure=True):
        return Judged(Kind.AUTO_REPLY, Subkind.ABSENCE, counts=False)
    silent = not (found.devices or found.claims or found.rejects)
    told = receipt(head.subject, own_text) if silent else None
    if told:
        return Judged(Kind.AUTO_REPLY, told, counts=False)
    if silent and challenges(opening):
        return Judged(Kind.AUTO_REPLY, Subkind.CHALLENGE, counts=False)
    if silent and not about_ours and baits(opening):
        return Judged(Kind.UNKNOWN, Subkind.PHISHING)
    many = list_mail(headers)
    if many and not (found.asks and found.devices and many is Subkind.NEWSLETTER):
        return Judged(Kind.UNKNOWN, many)
    if contents.calendar:
        return Judged(Kind.UNKNOWN, Subkind.INVITATION)
    if automatic(headers, head.subject) is Automatic.GENERATED and not found.asks:
        return Judged(Kind.AUTO_REPLY, Subkind.GENERATED, counts=False)
    if found.devices or (found.rejects and found.asks):
        if reply and not found.asks:
            return Judged(Kind.UNKNOWN, Subkind.REPLY)
        return Judged(Kind.REQUEST)
    if reply:
        files = bool(contents.attachments or contents.mails)
        return Judged(Kind.UNKNOWN, reply_says(own_text, files=files))
    return Judged(Kind.UNKNOWN, Subkind.QUESTION if found.asks else Subkind.NONE)


def _asks_itself(found: Findings) -> bool:
    """A list with a plain request for codes is no acknowledgement, whatever else it says."""
    return found.asks and bool(found.devices)
