"""Read notices of failed or delayed delivery in free text, which mail servers write for people.

The recipients are taken from the most reliable place that has any: a header field, report fields in
the text, the lines below "the following addresses", an address at the start of a line, after a word
such as "recipient", in a sentence, and last the copy of our own mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from exchange.domain.mail import Bounce
from exchange.parsing.mailkinds.bounces import (
    bounces_of,
    fields_in_text,
    original_message_id,
    read_enclosed_report,
    sent_to_of,
)
from exchange.parsing.mime.contents import Contents
from exchange.parsing.mime.headers import Headers, collapse_blanks, decode_words, message_ids
from exchange.parsing.mime.sender import plain_addresses
from exchange.parsing.phrases.notice_phrases import (
    ADDRESS,
    AT_START,
    BARE_NAME,
    DELAY_SUBJECT,
    EXPANDED,
    FAILED_STATUS,
    FAILED_SUBJECT,
    FAILED_TEXT,
    GIVEN_UP,
    GOES_ON,
    LABELLED,
    LEAD,
    MAILER_DAEMON,
    NOT_RECIPIENT,
    ORIGINAL,
    PASSED_ON,
    PERSONAL,
    REPLY_CODE,
    RULE,
    SERVER_SENDER,
    SIGNATURE,
    STATUS,
)
from exchange.parsing.text.cache_short import cache_short
from exchange.parsing.text.lines import Line

_MOST: Final = 1000
_HUMAN_LINES: Final = 200
_SHORT: Final = 20  # at most this many lines: a notice and nothing else
_REPLIED = re.compile(r"\s{0,9}[45][0-5]\d[ \-]")
_NULL_SENDER = re.compile(r"(?:^|\s)<\s*>$")
_FROM = re.compile(r"\b(?:from|sender|contact)[ :]{1,3}[<\"'(\[]{0,2}$", re.I)
_TOKEN = re.compile(r"[a-z0-9][a-z0-9._+\-]*[a-z0-9]|[a-z0-9]")


def looks_bounced(headers: Headers, subject: str, contents: Contents) -> bool:
    """Return whether a mail without a report part is a mail server's own notice of failure."""
    if headers.get("x-failed-recipients"):
        return True
    declared = headers.get("content-type")[:500].lower()
    if declared.startswith("multipart/report") and "delivery-status" in declared:
        return True  # the report part itself is lost
    traits = _traits_of(headers, subject, contents)
    return _of_a_server(traits) if _is_server(traits.sender) else _of_anybody(traits)


@dataclass(frozen=True, slots=True)
class _Traits:
    """What distinguishes a notice from a person's mail."""

    sender: str  # the field From, as sent
    from_nobody: bool  # the envelope names no sender
    failed_subject: bool
    passed_on: bool  # the subject begins with Re: or Fwd:
    returned: bool  # our mail is attached
    lines: list[Line]

    @property
    def human(self) -> list[Line]:
        """Return the lines that are neither empty nor quoted."""
        return [line for line in self.lines if line.text.strip() and not line.quoted]

    @property
    def opening(self) -> str:
        """Return the beginning of the text, on one line."""
        return _flat(self.lines[:40])

    @property
    def personal(self) -> bool:
        """Return whether it reads as if a person wrote it."""
        return bool(PERSONAL.search(_flat(self.human[:40])))

    @property
    def signed(self) -> bool:
        """Return whether it begins as notices of mail servers do."""
        return bool(SIGNATURE.search(_flat(self.human[:12])))


def _traits_of(headers: Headers, subject: str, contents: Contents) -> _Traits:
    return _Traits(
        sender=headers.get("from")[:500].strip(),
        from_nobody=headers.get("return-path").strip() == "<>",
        failed_subject=bool(FAILED_SUBJECT.search(subject[:300])),
        passed_on=bool(PASSED_ON.match(subject)),
        returned=bool(contents.mails or contents.originals),
        lines=contents.lines,
    )


@cache_short
def _is_server(sender: str) -> bool:
    """Return whether a field From names a mail server."""
    return bool(SERVER_SENDER.search(decode_words(sender)))


def _of_a_server(traits: _Traits) -> bool:
    """Return whether a mail that claims to be from a mail server reports a failure."""
    failing = bool(FAILED_TEXT.search(traits.opening))
    if traits.passed_on:
        # "Re: Your subject" from a program that replies instead of reporting.
        replied = any(_REPLIED.match(line.text) for line in traits.human)
        return failing and replied and not traits.personal
    if traits.failed_subject or (traits.from_nobody and STATUS.search(traits.opening)):
        return True
    machine = traits.from_nobody or bool(MAILER_DAEMON.search(traits.sender))
    if failing and (machine or not traits.personal):
        return True
    # In a language that we do not read: an address, and the returned mail.
    named = any(AT_START.match(line.text[:500]) for line in traits.human[:40])
    return bool(MAILER_DAEMON.search(traits.sender)) and traits.returned and named


def _of_anybody(traits: _Traits) -> bool:
    """Return whether a mail from any other sender is nevertheless a notice."""
    failed_subject = traits.failed_subject and not traits.passed_on
    nobody = bool(_NULL_SENDER.search(traits.sender))
    if nobody:
        begins = _flat(traits.human[:12])
        if FAILED_TEXT.search(begins) and ADDRESS.search(begins):
            return True
    if traits.from_nobody or nobody or not traits.sender:
        return failed_subject or traits.signed
    if failed_subject:
        return traits.signed or (_coded_line(traits.human[:12]) and not traits.personal)
    # Most mail is neither: stop here.
    if not (traits.returned or (traits.failed_subject and traits.passed_on)):
        return False
    if traits.personal or not traits.signed:
        return False
    # "RE: Your message : not delivered", where the gateway keeps the subject of our mail.
    short = len(traits.human) <= _SHORT and traits.failed_subject
    return short if traits.passed_on else traits.returned


def _coded_line(lines: Sequence[Line]) -> bool:
    """Return whether a line begins with an address and contains a mail server's reply."""
    for line in lines:
        start = AT_START.match(line.text[:500])
        rest = line.text[start.end() : 1000] if start else ""
        if rest and (FAILED_STATUS.search(rest) or re.search(r"\b[45][0-5]\d\b", rest)):
            return True
    return False


def _flat(lines: Sequence[Line]) -> str:
    text = " ".join(line.text[:500] for line in lines).replace("\u2019", "'")
    return " ".join(text.split())[:6000]


def read_notice(
    headers: Headers, contents: Contents, lines: Sequence[Line], subject: str, own: frozenset[str]
) -> tuple[Bounce, ...]:
    """Return the recipients that a notice in free text names, with what it says about each.

    ``own``: our own addresses, which are never a failed recipient.
    """
    text = "\n".join(line.text for line in lines)
    enclosed = read_enclosed_report(contents)
    if enclosed:
        return enclosed
    answered = message_ids(headers.get("in-reply-to"))
    original = original_message_id(contents, text) or (answered[0] if answered else "")
    written = bounces_of(fields_in_text(contents, text), original)
    if written:
        return written
    notice = _notice_of(headers, contents, lines, own)
    failed = ADDRESS.findall(" ".join(headers.all("x-failed-recipients"))[:100_000])
    recipients = list(dict.fromkeys(one.lower() for one in failed)) or _recipients(notice)
    # Lines below a recipient are about it; lines above all recipients are about all.
    human = notice.human
    places = {
        address: next((n for n, line in enumerate(human) if address in line.lower()), 0)
        for address in recipients[:_MOST]
    }
    starts = sorted(set(places.values()))
    found: list[Bounce] = []
    for address, start in places.items():
        later = [one for one in starts if one > start]
        beneath = human[start : later[0] if later else len(human)]
        found.append(_bounce_of(address, beneath, human, subject, original))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Notice:
    """A notice, cut where the copy of our mail begins."""

    human: list[str]
    copied: list[str]
    sent_to: list[str]  # the recipients of our mail, as far as its copy shows them
    own: frozenset[str]
    ours: frozenset[str]  # the same, and the sender and recipients of this notice
    domain: str  # of the server that wrote the notice, if it is a whole mail domain


def _notice_of(
    headers: Headers, contents: Contents, lines: Sequence[Line], own: frozenset[str]
) -> _Notice:
    human: list[str] = []
    copied: list[str] = []
    for line in lines[:_HUMAN_LINES]:
        if copied or ORIGINAL.search(line.text[:200]):
            copied.append(line.text[:1000])
        else:
            human.append(line.text[:1000])
    senders = plain_addresses(headers.all("from"))
    domain = senders[0].rpartition("@")[2] if senders else ""
    return _Notice(
        human,
        copied,
        sent_to_of(contents, "\n".join(copied)),
        own,
        own | set(plain_addresses(headers.all("to"))) | set(senders),
        domain if domain.count(".") == 1 else "",
    )


def _recipients(notice: _Notice) -> list[str]:
    """Return whom the mail did not reach, from the most reliable place that names anybody."""
    section = _section(notice.human)
    named = (
        _kept(_matches(section, AT_START, EXPANDED), notice, servers=True)
        or _kept(_matches(section, LABELLED), notice)
        or _kept(_every(section), notice)
    )
    if named:
        return named
    names = [one["name"].lower() for line in section if (one := BARE_NAME.match(line))]
    if names:
        return _completed(names, notice)
    human = notice.human
    found = _kept(_matches(human, AT_START, LABELLED, EXPANDED), notice) or _in_passing(notice)
    # Last, sender and recipients of the notice: a mail to oneself comes back to oneself.
    heads = dict.fromkeys(one.lower() for one in _matches(section or human, AT_START))
    return found or [one for one in heads if one not in notice.own]


def _in_passing(notice: _Notice) -> list[str]:
    """Return addresses in running text, preferring those that our mail was sent to."""
    every = _kept(_every(notice.human), notice)
    sent_to = _kept(notice.sent_to, notice)
    confirmed = [one for one in every if one in sent_to]
    if confirmed or not sent_to or len(every) == 1:
        return confirmed or every or _kept(_every(notice.copied), notice)
    words = set(_TOKEN.findall(" ".join(notice.human).lower()))
    spoken = [one for one in sent_to if one.partition("@")[0] in words]
    return spoken or every or sent_to[:1]


def _section(human: Sequence[str]) -> list[str]:
    """Return the text after "the following addresses", down to the next horizontal rule."""
    for number, line in enumerate(human):
        lead = LEAD.search(line)
        if not lead:
            continue
        rest = line[lead.end() :]
        # "The following addresses failed:" goes on after the phrase, and names nobody.
        section = ["" if rest.rstrip().endswith(":") and "@" not in rest else rest]
        has_content = "@" in section[0]
        for further in human[number + 1 :]:
            if has_content and RULE.match(further):
                break
            section.append(further)
            has_content = has_content or bool(further.strip() and not RULE.match(further))
        if any("@" in one or BARE_NAME.match(one) for one in section):
            return section
    return []


def _matches(lines: Iterable[str], *patterns: re.Pattern[str]) -> list[str]:
    return [
        found["address"]
        for line in lines
        if "@" in line and not NOT_RECIPIENT.match(line)
        for pattern in patterns
        for found in pattern.finditer(line)
        if pattern is EXPANDED or not _FROM.search(line, 0, found.start("address"))
    ]


def _every(lines: Iterable[str]) -> list[str]:
    return [
        found.group()
        for line in lines
        if "@" in line and not NOT_RECIPIENT.match(line)
        for found in ADDRESS.finditer(line)
        if not _FROM.search(line, 0, found.start())
    ]


def _kept(found: Iterable[str], notice: _Notice, *, servers: bool = False) -> list[str]:
    """Return addresses in lower case, once each, without our own.

    ``servers``: keep addresses of mail servers too, as in a list of recipients.
    """
    kept: dict[str, None] = {}
    for address in found:
        one = address.lower().strip("'").removeprefix("dda:").removeprefix("smtp=")
        if one not in notice.ours and (servers or not SERVER_SENDER.search(one)):
            kept.setdefault(one)
    return list(kept)


def _completed(names: Sequence[str], notice: _Notice) -> list[str]:
    """Complete names without a domain from the copy of our mail or the notice's sender."""
    whole = [one for one in notice.sent_to if one.partition("@")[0] in names]
    if whole:
        return whole
    if len(notice.sent_to) == 1 and notice.sent_to[0] not in notice.ours:
        return list(notice.sent_to)
    return [f"{name}@{notice.domain}" for name in names[:1]] if notice.domain else []


def _bounce_of(
    address: str, beneath: Sequence[str], human: Sequence[str], subject: str, original: str
) -> Bounce:
    """Return what the lines below an address say about it, or else what the whole notice says."""
    lines = list(beneath)
    if not any(FAILED_STATUS.search(line) or REPLY_CODE.search(line) for line in lines):
        lines = list(human)
    near = "\n".join(lines)
    code = FAILED_STATUS.search(near)
    status = code.group(1) if code else ""
    diagnostic = next(
        (line.strip() for line in lines if FAILED_STATUS.search(line) or REPLY_CODE.search(line)),
        "",
    )
    reply = REPLY_CODE.search(near)
    refused = status.startswith("5") or bool(not status and reply and reply.group(1) == "5")
    delayed = not refused and _still_trying(subject, " ".join(human))
    return Bounce(address, not delayed, status, collapse_blanks(diagnostic)[:500], original)


def _still_trying(subject: str, said: str) -> bool:
    """Return whether the server is still trying; a mail that was returned has failed."""
    if GOES_ON.search(f"{subject[:300]} {said}"):
        return True
    if not DELAY_SUBJECT.search(subject[:300]) or GIVEN_UP.search(said):
        return False
    return not FAILED_TEXT.search(f"{subject[:300]} {said}")
