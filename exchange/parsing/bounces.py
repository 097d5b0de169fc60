"""Delivery reports: which of our mails, to whom, and whether it is given up.

RFC 3464 where the report follows it; else the words that mail servers write for people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.domain.mail import Bounce
from exchange.parsing.contents import Contents
from exchange.parsing.headers import Headers, message_ids, one_line, read_fields
from exchange.parsing.lines import Line
from exchange.parsing.sender import bare

_MOST: Final = 1000
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@[A-Za-z0-9.\-]{1,253}[A-Za-z0-9]")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([45])\d\d[ \-]")
_FAILED_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|delivery (?:status notification|(?:has )?failed|failure|problem|delayed"
    r"|incomplete|report)|returned mail|mail delivery|failure notice|mail system error|message"
    r" (?:not|could not be|undeliver)|non[- ]?(?:delivery|remise)|couldn't be delivered"
    r"|could not (?:be )?deliver|nondeliverable|warning: (?:message|could not)|rejected:",
    re.I,
)
_DELAY = re.compile(r"delay|still being retried|will be retried|warning:|not yet been delivered"
                    r"|do not need to resend|will (?:keep|continue) trying", re.I)  # fmt: skip
_PASSING = re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded|temporar(?:y|ily)", re.I)
_DAEMON = re.compile(
    r"(?:^|[<\s\"'])(?:mailer-daemon|postmaster|mail-?daemon|mdaemon|bounces?|mail-?system"
    r"|microsoftexchange[0-9a-f]+)(?:[+=\-.][^@\s]{0,100})?(?:@|$|[>\s\"'])"
    r"|\bmail (?:delivery|system|administrator)|\bdelivery (?:sub)?system\b"
    r"|\bsystem administrator\b",
    re.I,
)
_FAILED_TEXT = re.compile(
    r"undeliver(?:ed|able)|(?:un|not )able to (?:be )?deliver|n't able to deliver"
    r"|(?:could not|couldn't|cannot|can't|was not|wasn't|not) be(?:en)? (?:successfully )?delivered"
    r"|deliver(?:y|ed)? [^.]{0,60}(?:fail(?:ed|ure)|delayed|problem)|failed (?:recipient|address)"
    r"|did not reach the following|permanent (?:fatal )?error|fatal errors|user (?:is )?unknown"
    r"|unknown (?:user|recipient|address)|no such (?:user|recipient|mailbox|address|person)"
    r"|mailbox (?:unavailable|is full|not found|full)|over ?quota|recipient (?:address )?rejected"
    r"|does(?: not|n't) exist|message (?:has been|was) (?:rejected|returned|blocked)"
    r"|transcript of session|address(?:es)? had (?:permanent|transient)|invalid recipient",
    re.I,
)
_RECIPIENT = re.compile(
    r"(?:^[\s>*-]*<?|(?:recipients?|address(?:es)?|rcpt to|user|mailbox|to|rfc822|for|delivered"
    r"(?: to)?)[:;]?\s*[<\"'(]?)" + r"(?P<address>" + _ADDRESS.pattern + r")",
    re.I,
)
_ORIGINAL = re.compile(
    r"-{2,}.{0,40}(?:copy of (?:the|your) message|original message|message header|returned message"
    r"|headers of the original|below this line)|^original message (?:headers|follows)|^received: ",
    re.I,
)
_MESSAGE_ID_LINE = re.compile(r"^\s*message-id:\s*(<[^<>\s]{1,900}>)", re.I | re.M)
_HUMAN_LINES: Final = 200


def read_reports(contents: Contents) -> tuple[Bounce, ...]:
    """The recipients that a delivery-status report gives up or delays; successes are none."""
    original = original_message_id(contents, "")
    found: list[Bounce] = []
    for part in contents.reports:
        if part.media.endswith("disposition-notification"):
            continue
        blocks = _blocks(part.content)
        for fields in blocks:
            bounce = _recipient(fields, original)
            if bounce and len(found) < _MOST:
                found.append(bounce)
    return tuple(found)


def has_success(contents: Contents) -> bool:
    """Whether a delivery-status report tells of a success."""
    return any(
        fields.get("action").strip().lower() in ("delivered", "relayed", "expanded")
        for part in contents.reports
        for fields in _blocks(part.content)
    )


def _blocks(content: bytes) -> list[Headers]:
    text = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [read_fields(block) for block in re.split(rb"\n[ \t]*\n", text)[: _MOST + 1]]


def _recipient(fields: Headers, original: str) -> Bounce | None:
    recipient = _typed(fields.get("original-recipient")) or _typed(fields.get("final-recipient"))
    final = _typed(fields.get("final-recipient"))
    action = fields.get("action").strip().lower().partition(" ")[0].strip(";")
    status_field = _STATUS.search(fields.get("status"))
    status = status_field.group(1) if status_field else ""
    if not (recipient or final) or not (action or status):
        return None
    if action in ("delivered", "relayed", "expanded") or (not action and status.startswith("2")):
        return None
    diagnostic = one_line(fields.get("diagnostic-code"))[:500]
    if not action:
        action = "failed" if status.startswith("5") else "delayed"
    return Bounce(recipient or final, action == "failed", status, diagnostic, original)


def _typed(value: str) -> str:
    """``rfc822; someone@example.test`` without its type, bare and in lower case."""
    kind, semicolon, address = value.partition(";")
    address = (address if semicolon else kind).strip().strip("<>\"'").strip()
    found = _ADDRESS.search(address[:500])
    return (bare(address) or (found.group().lower() if found else "")) if address else ""


def original_message_id(contents: Contents, text: str) -> str:
    """The Message-ID of the mail that a report is about, or empty."""
    for original in contents.originals:
        ids = message_ids(original.headers.get("message-id"))
        if not ids and original.content:
            ids = message_ids(read_fields(original.content[:64_000]).get("message-id"))
        if ids:
            return ids[0]
    for _, mail in contents.mails:
        ids = message_ids(mail.headers.get("message-id"))
        if ids:
            return ids[0]
    for part in contents.reports:
        for fields in _blocks(part.content):
            ids = message_ids(fields.get("original-message-id"))
            if ids:
                return ids[0]
    found = _MESSAGE_ID_LINE.search(text[:200_000])
    return found.group(1) if found else ""


def looks_bounced(headers: Headers, subject: str, lines: Sequence[Line]) -> bool:
    """Whether a mail without a report part is a mail server's own notice of failure."""
    if headers.get("x-failed-recipients"):
        return True
    from_server = bool(_DAEMON.search(headers.get("from")[:500]))
    if not from_server and headers.get("return-path").strip() != "<>":
        return False
    if _FAILED_SUBJECT.search(subject[:300]):
        return True
    opening = " ".join(line.text[:500] for line in lines[:40])
    return bool(_FAILED_TEXT.search(" ".join(opening.split())[:6000]))


def read_free_form(
    headers: Headers, contents: Contents, lines: Sequence[Line], subject: str, own: frozenset[str]
) -> tuple[Bounce, ...]:
    """The recipients that a notice in free words names, with what it says of each."""
    text = "\n".join(line.text for line in lines)
    original = original_message_id(contents, text)
    human: list[str] = []
    for line in lines[:_HUMAN_LINES]:
        if _ORIGINAL.search(line.text[:200]):
            break
        human.append(line.text[:1000])
    said = "\n".join(human)
    delayed = bool(_DELAY.search(f"{subject[:300]}\n{said}"))
    statuses = _STATUS.findall(said)
    status = statuses[0] if statuses else ""
    reply = _REPLY_CODE.search(said)
    passing = not status and reply is not None and reply.group(1) == "4"
    permanent = not delayed and not passing and not (not status and _PASSING.search(said))
    recipients = dict.fromkeys(
        address
        for field in headers.all("x-failed-recipients")
        for address in map(bare, field.split(","))
        if address
    )
    if not recipients:
        recipients = dict.fromkeys(_named_in(human, own))
    diagnostic = next(
        (line.strip() for line in human if _STATUS.search(line) or _REPLY_CODE.search(line)), ""
    )
    return tuple(
        Bounce(address, permanent, status, one_line(diagnostic)[:500], original)
        for address in list(recipients)[:_MOST]
    )


def _named_in(human: Sequence[str], own: frozenset[str]) -> list[str]:
    """The addresses that the words name as recipients; failing that, all there are."""
    named = [found.group("address") for line in human for found in _RECIPIENT.finditer(line)]
    every = [address for line in human for address in _ADDRESS.findall(line)]
    for addresses in (named, every):
        kept = [one.lower() for one in addresses]
        kept = [one for one in kept if one not in own and not _DAEMON.search(one)]
        if kept:
            return kept
    return []
