"""Recognise the mails of ticket systems, and whose request it is that they show.

A desk that writes "your case has been opened" shows what we asked for; one that writes "TASK-12 has
been assigned to your group" passes on what its own people ask of us.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from exchange.parsing.text.guarded import Guarded

_OPENING: Final = 4_000
_LEAST_FIELDS: Final = 2  # lines that only a machine writes
_LEAST_NAME: Final = 4  # letters of a name that a mail address shows
_TICKET: Final = (
    r"(?:(?:support|service|new|help ?desk|e-?mail) )?(?:ticket|case|request|enquiry|inquiry|query"
    r"|incident|issue|call|task|message|e-?mail|reply|comment|submission|correspondence|matter)"
)
_NUMBER: Final = (
    r"(?:[ :#\[(\"']{0,4}(?:number |no\.? |id "
    r"|ref\.? )?[#\[(]{0,3}(?:[A-Z]{1,12}[-_#]?)?\d[\w\-]{0,40}"
    r"[\])\"']{0,2})"
)
_ARRIVED: Final = (
    r"(?:received|created|opened|logged|raised|registered|recorded|acknowledged|assigned|submitted"
    r"|queued|allocated|triaged|approved)\b"
)
_DEALT_WITH: Final = (
    r"(?:resolved|closed|solved|completed|reviewed|escalated|reopened|merged|picked up|breached"
    r"|fulfilled)\b"
)
_HAPPENED: Final = (
    r"(?:(?:has|have) (?:now |just |already |successfully )?(?:been |its )?(?:successfully )?"
    r"|(?:was|is|is now|is being) (?:now |successfully |being )?)"
)
# "Your request (77120) has been received", "RITM00291 has been updated".
_SYSTEM: Final = rf"(?:{_TICKET}{_NUMBER}|(?:RITM|INC|REQ|TASK|CASE|SCTASK|CHG|SR|CS)[-_#]?\d*)"
_YOURS: Final = rf"your(?: \w+)? {_TICKET}{_NUMBER}?[,:]?(?: [^.:]{{0,80}}?)?"
_EVENT = Guarded(
    rf"\b(?:{_YOURS}|{_SYSTEM}) {_HAPPENED}{_ARRIVED}"
    rf"|\b(?:case|ticket|incident|request){_NUMBER}?\b[^.:]{{0,60}} on your behalf\b"
    r"|\b(?:the|this) (?:case|ticket|request|enquiry) (?:that )?you (?:logged|raised|opened"
    r"|submitted|sent)\b"
    r"|\byour (?:message|e-?mail|request|enquiry) (?:is|has been|was)(?: now)?(?: placed)?"
    r" in (?:our|the) queue\b|\bcopy of your (?:message|request|enquiry)\b"
    r"|\byour (?:message|e-?mail|request|enquiry) (?:is|has gone)(?: now)? (?:with|to)"
    r" (?:one of )?our\b"
    r"|\bwe(?: have|'ve)? (?:got|received|logged) your (?:message|e-?mail|request|enquiry|query)\b"
)
# What comes later may come with a person's answer: no acknowledgement, but no request either.
_LATER = Guarded(
    rf"\b(?:{_YOURS}|{_SYSTEM}) {_HAPPENED}{_DEALT_WITH}"
    r"|\byour original (?:message|request|e-?mail)\b"
    r"|\bstatus (?:of your \w+ )?(?:has|is|was)(?: now)?(?: been)? (?:changed|set|updated)\b"
)
_UPDATED = re.compile(
    rf"\b(?:{_YOURS}|{_SYSTEM}) {_HAPPENED}(?:updated|commented on|changed)\b", re.I
)
# Their own people's request, given to us: "has been assigned to your group".
_GIVEN_TO_US = re.compile(
    r"\b(?:assigned|allocated|routed|passed) to (?:you\b|your (?:group|team|queue|desk))", re.I
)
_WHY_RECEIVED = Guarded(r"\byou are receiving this [^.]{0,120}")
_FIELD = re.compile(
    r"^\W{0,4}(?:state|status|priority|number|case(?: number| id)?|ticket(?: number| id)?|summary"
    r"|short description|description|additional comments|assignee|assigned to|reporter|requester"
    r"|requested (?:for|by)|opened(?: by)?|reported by|category|item|severity|department"
    r"|created(?: by"
    r"| on)?|resolution|sla|due|type|ref(?:erence)?|ref:msg\w+)\s{0,3}:"
    r"|\bdo not reply\b|\breply above (?:this|the) line\b|\bto add (?:additional )?comments?\b"
    r"|\bview (?:the )?(?:request|ticket|case|all (?:the )?details)\b|\bfollowing the link\b"
    r"|\bturn off this request\b|\bpowered by\b|https?://\S{0,80}(?:ticket|case|servicedesk|csm"
    r"|desk)",
    re.I | re.M,
)  # fmt: skip
_LONGEST_NOTICE: Final = 300
_NOTICE = re.compile(
    r"(?:##-.{3,200}?-##\s*)?(?:(?:please )?(?:type your )?reply above (?:this|the) line"
    rf"|(?:your(?: \w+)? {_TICKET}{_NUMBER}?|{_SYSTEM})"
    r" (?:has|have) (?:now |just )?been (?:updated|commented on|changed)"
    r"|there is a (?:new )?(?:comment|reply|update) on your \w+.{0,40}"
    r"|to add (?:additional |a |further )?comments?, (?:please )?reply to this e-?mail"
    r"|(?!we\b|you\b|i\b)(?:[\w.'\u2019-]+ ){1,4}(?:commented|replied|updated"
    r"|added a (?:comment|note))"
    r"(?: (?:on|to) .{0,60})?:"
    r"|view (?:the |this |your )?(?:request|ticket|case|incident)\b.{0,200}"
    r"|turn off this request's notifications|(?:powered|delivered) by .{1,60}"
    r"|this is shared with .{1,80}|this e-?mail is a service from .{1,120}"
    r"|you are receiving this .{1,200})?\W*",
    re.I,
)
_ACTS: Final = (
    r"(?:wrote|created|commented|raised|opened|reported|submitted|requested|replied|wants?|needs?"
    r"|(?:is|are|was|were) asking|(?:has|have) asked)"
)
_PERSON: Final = (
    r"(?:reporter|requester|submitted by|requested (?:for|by)|raised by|opened by|customer"
    r"|caller|contact|author"
    r"|created by|on behalf of)"
)  # fmt: skip
_FAILED = Guarded(
    r"\byour (?:last |recent |e-?mail )?(?:message|e-?mail|mail|answer|reply|response)\b[^.]{0,60}?"
    r"\b(?:(?:could|can)(?:no|n')t be (?:delivered|sent|released)|could not be (?:delivered|sent"
    r"|released)"
    r"|(?:was|is|has been|were) (?:not |being )?(?:delivered|quarantined|blocked|held|rejected"
    r"|returned|bounced|undelivered)|fail(?:ed|ure))"
    r"|\brecipients? did not receive your (?:message|e-?mail|mail|answer)"
)


def ticket_event(text: str) -> bool:
    """Return whether a ticket system says what happened to a request of ours."""
    text = _flat(text)
    return bool(_EVENT.search(text)) and not _GIVEN_TO_US.search(text)


def later_event(text: str) -> bool:
    """Return whether a ticket system says that a request was dealt with, or shows one of ours."""
    text = _flat(text)
    return bool(_LATER.search(text)) and not _GIVEN_TO_US.search(text)


def is_notice(sentence: str) -> bool:
    """Return whether a sentence is one that a ticket system writes around what its clerk wrote.

    It says nothing about the request: how to reply, who commented, whose service the mail is.
    """
    return bool(_NOTICE.fullmatch(sentence[:_LONGEST_NOTICE]))


def update_event(text: str) -> bool:
    """Return whether a ticket system says that somebody added something to a request.

    That may be what its own people ask of us, unless the mail repeats a request of ours.
    """
    return bool(_UPDATED.search(_flat(text)))


def _flat(text: str) -> str:
    return _WHY_RECEIVED.sub(" ", " ".join(text[:_OPENING].replace("\u2019", "'").split()))


def by_machine(text: str) -> bool:
    """Return whether a mail is laid out by a ticket system, not typed by a person."""
    return len(_FIELD.findall(text[:_OPENING])) >= _LEAST_FIELDS


def shows_our_request(text: str, own_addresses: frozenset[str]) -> bool:
    """Return whether a ticket system names us as who wrote what it shows."""
    pattern = _by_us(own_addresses)
    return pattern is not None and bool(pattern.search(text[:_OPENING]))


@lru_cache(maxsize=8)
def _by_us(own_addresses: frozenset[str]) -> re.Pattern[str] | None:
    names = {
        re.escape(name).replace(r"\-", "[- ]") for one in own_addresses if (name := own_name(one))
    }
    us = [rf"{name}\b(?: \w{{1,20}}){{0,2}}" for name in sorted(names)]
    us += [rf"<?{re.escape(one)}>?" for one in sorted(own_addresses)]
    if not us:
        return None
    any_of_us = f"(?:{'|'.join(us)})"
    return re.compile(
        rf"(?<![\w@.]){any_of_us} {_ACTS}\b|\b{_PERSON}\s{{0,3}}:\s{{0,3}}{any_of_us}"
        rf"|\brequest from {any_of_us}",
        re.I,
    )


def claims_failure(text: str) -> bool:
    """Return whether a mail says that ours did not arrive, as a server would, and is no report."""
    return bool(_FAILED.search(" ".join(text[:_OPENING].replace("\u2019", "'").split())))


def own_name(address: str) -> str:
    """Return the name that a mail address shows: ``ours`` for ``codes@ours.example``, or empty."""
    name = address.rpartition("@")[2].partition(".")[0].lower()
    return name if len(name) >= _LEAST_NAME else ""
