"""Delivery reports: which of our mails, to whom, and whether it is given up.

RFC 3464 where the report follows it; else the words that mail servers write for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from exchange.domain.mail import Bounce
from exchange.parsing.contents import Contents
from exchange.parsing.headers import Headers, decoded, message_ids, one_line, read_fields
from exchange.parsing.lines import Line
from exchange.parsing.sender import addresses, bare

_MOST: Final = 1000
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@[A-Za-z0-9.\-]{1,253}[A-Za-z0-9]")
# Not a part of an IP address or of a version.
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY_CODE = re.compile(r"(?<![\d.\-])([45])[0-5]\d(?:[ \-:]|$)")
_FAILED_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|delivery (?:status notification|(?:has )?failed|failure|problem|delayed"
    r"|incomplete|report|notification|error)|returned (?:e-?)?mail|mail delivery|failure notice"
    r"|mail system error|(?:e-?)?mail (?:could not be|not|failure|failed|returned)|message"
    r" (?:not|could not be|undeliver|delivery|status|blocked)|non[- ]?(?:delivery|remise)"
    r"|couldn't be delivered|could not (?:be )?deliver|nondeliverable|unable to deliver"
    r"|warning: (?:message|could not)|rejected:|address not found|failed mail|bounce(?:d|\b)"
    r"|unzustellbar|nicht zustellbar|zustellung fehlgeschlagen|non remis|non distribu"
    r"|no se puede entregar|onbestelbaar|user unknown|permanent (?:delivery )?failure"
    r"|transient (?:delivery )?failure|not delivered|deferred mail|can't be delivered",
    re.I,
)
_DELAY = re.compile(
    r"delay|still being retried|will be (?:retried|attempted)|warning:|not yet been delivered"
    r"|do not need to resend|will (?:keep|continue)(?: on)? (?:to )?try"
    r"|delivery incomplete|temporary problem|will be retrying|wird weiter(?:hin)? versucht",
    re.I,
)
_GIVEN_UP = re.compile(
    r"giving up|given up|gave up|not (?:try|be retried)|no further attempts|permanent(?:ly)? "
    r"|too long|could not be delivered for|retry (?:timeout|time(?: limit)?) exceeded|expired",
    re.I,
)
_PASSING = re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded|temporar(?:y|ily)", re.I)
_DAEMON = re.compile(
    r"(?:^|[<\s\"'])(?:mailer[-_]?daemon|post_?master|mail-?daemon|mdaemon|bounces?|mail-?system"
    r"|maildelivery|mail-?delivery|mailadmin|mmdf|uucp|smtp(?:d|32)?|mta"
    r"|microsoftexchange[0-9a-f]+)(?:[+=\-.][^@\s]{0,100})?(?:@|$|[>\s\"'])"
    r"|\b(?:e-?)?mail (?:delivery|system|administrator|router|transfer)"
    r"|\bdelivery (?:sub)?(?:system|service|agent|notification)\b"
    r"|\bsystem administrator\b|\binternet mail (?:delivery|service)\b",
    re.I,
)
_FAILED_TEXT = re.compile(
    r"undeliver(?:ed|able)|(?:un|not )able to (?:be )?deliver|n't able to deliver"
    r"|(?:could not|couldn't|cannot|can't|can not|was not|wasn't|not|hasn't|has not)"
    r" (?:yet )?be(?:en)? (?:successfully )?(?:delivered|sent)|n't delivered|not delivered"
    r"|deliver(?:y|ed)? [^.]{0,60}(?:fail(?:ed|ure)|delayed|problem)"
    r"|failed (?:recipient|address|to deliver)|address not found|message blocked"
    r"|did not reach the following|permanent (?:fatal )?error|fatal errors"
    r"|(?:user|host|recipient|address) (?:is )?(?:unknown|not (?:found|known))"
    r"|unknown (?:local )?(?:user|recipient|address|host)|not (?:listed in|a known user)"
    r"|no such (?:user|recipient|mailbox|address|person|account)|no mailbox here"
    r"|mailbox (?:unavailable|is full|not found|full)|over ?quota|recipient (?:address )?rejected"
    r"|does(?: not|n't) exist|message (?:has been|was|is) (?:rejected|returned|blocked)"
    r"|transcript of (?:the )?(?:smtp )?session|address(?:es)? had (?:permanent|transient)"
    r"|invalid recipient|account (?:is |has been )?(?:disabled|inactive|closed)"
    r"|non[- ]?delivery|konnte (?:leider )?nicht (?:zugestellt|ausgeliefert)|nicht zustellbar"
    r"|n'a pas pu être (?:remis|distribué|livré)|no se ha podido entregar|final-recipient:",
    re.I,
)
# How the notices of mail servers begin: proof even where the sender's name tells nothing.
_SIGNATURE = re.compile(
    r"this is the (?:qmail-send|mail system|mail delivery|postfix|mlsmtp|smtp)"
    r"|created automatically by (?:the |my )?(?:mail delivery|mail|smtp)"
    r"|automatically[- ]generated (?:e-?mail|message)?[^.]{0,40}delivery"
    r"|this is an automatically generated delivery status"
    r"|delivery has failed to these recipients|had permanent fatal errors"
    r"|your message (?:wasn't|was not|couldn't be|could not be|can't be|did not|hasn't been)"
    r" (?:delivered|reach)|unable to deliver (?:your|this|the) (?:message|mail)"
    r"|following recipients? (?:could not|cannot|failed|were not)|reporting-mta:"
    r"|could not be delivered to (?:one or more|the following|all of)|final-recipient:"
    r"|mail system (?:could not|couldn't|cannot|can't) deliver"
    r"|an error occurred while trying to deliver|failed to deliver (?:your|the) (?:message|mail)",
    re.I,
)
_PASSED_ON = re.compile(r"\s*(?:re|aw|sv|antw|ateb|fwd?|wg|ymlaen)(?:\[\d+\])?\s*:", re.I)
_RECIPIENT = re.compile(
    r"(?:^[\s>*+#|-]*[<(\[\"']{0,2}(?:mailto:)?|(?:recipients?|address(?:es)?|rcpt to|user"
    r"|account|mailbox|to|rfc822|for|delivered(?: to)?|unknown|an|failed|invalid|deliver)\b[:;=]?"
    r"(?: address(?:es)?:?)?\s*[<\"'(\[]{0,2}(?:mailto:|smtp:)?)"
    r"(?P<address>" + _ADDRESS.pattern + r")",
    re.I,
)
_NOT_RECIPIENT = re.compile(
    r"\s*[>|]*\s*(?:from|reply-to|sender|return-path|message-id|references|in-reply-to|cc"
    r"|x-[a-z\-]{1,40}|received|mime-version|content-[a-z\-]{1,30}|dkim-signature|mail from)"
    r"\s*:|.{0,80}\b(?:contact|e-?mail|write to|assistance|help desk|support at)\b.{0,40}@",
    re.I,
)
_ORIGINAL = re.compile(
    r"[-=_*]{2,}.{0,40}(?:copy of (?:the|your) (?:original )?message|original message"
    r"|message header|returned message|headers (?:of|from) the original|below this line"
    r"|unsent message|undelivered message|message follows|original e-?mail)"
    r"|^\s*original message (?:headers|follows)|^\s*received: "
    r"|^\s*(?:the )?(?:header|text|headers) of the (?:original )?message (?:follows|was)",
    re.I,
)
_MESSAGE_ID_LINE = re.compile(
    r"^[\s>|*]{0,20}(?:x-)?(?:original-|orig-)?message-id[ \t]{0,9}:[ \t*]{0,9}"
    r"(<[^<>\s]{1,900}>)",
    re.I | re.M,
)
_REPORT_FIELD = re.compile(r"^[ \t>|]{0,9}(?:final|original)-recipient[ \t]?:", re.I | re.M)
_FAILING: Final = ("fail", "error", "bounce", "reject", "undeliver")
_DELAYING: Final = ("delay", "defer", "warn", "retry")
_SUCCEEDED: Final = ("delivered", "relayed", "expanded", "deliverable")
_HUMAN_LINES: Final = 200


def read_reports(contents: Contents) -> tuple[Bounce, ...]:
    """The recipients that a delivery-status report gives up or delays; successes are none."""
    original = original_message_id(contents, "")
    return _of_blocks(
        (
            fields
            for part in contents.reports
            if not part.media.endswith("disposition-notification")
            for fields in _blocks(part.content)
        ),
        original,
    )


def _of_blocks(blocks: Iterable[Headers], original: str) -> tuple[Bounce, ...]:
    """One bounce per recipient: delayed first and failed later is failed."""
    found: dict[str, Bounce] = {}
    for fields in blocks:
        bounce = _recipient(fields, original)
        if bounce and len(found) < _MOST:
            before = found.get(bounce.recipient)
            if before is None or (bounce.permanent and not before.permanent):
                found[bounce.recipient] = bounce
    return tuple(found.values())


def has_success(contents: Contents) -> bool:
    """Whether a delivery-status report tells of a success."""
    return any(
        _action(fields) in _SUCCEEDED
        for part in contents.reports
        for fields in _blocks(part.content)
    )


def _blocks(content: bytes) -> list[Headers]:
    text = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [read_fields(block) for block in re.split(rb"\n[ \t]*\n", text)[: _MOST + 1]]


def _action(fields: Headers) -> str:
    words = re.split(r"[^a-z\-]+", fields.get("action")[:100].strip().lower(), maxsplit=1)
    return words[0]


def _recipient(fields: Headers, original: str) -> Bounce | None:
    recipient = next(
        (
            address
            for name in ("original-recipient", "final-recipient", "x-actual-recipient")
            if (address := _typed(fields.get(name)))
        ),
        "",
    )
    action = _action(fields)
    diagnostic = one_line(fields.get("diagnostic-code"))[:500]
    told = _STATUS.search(fields.get("status")) or _STATUS.search(diagnostic)
    status = told.group(1) if told else ""
    if not recipient or not (action or status or diagnostic):
        return None
    if action in _SUCCEEDED or (not action and status.startswith("2")):
        return None
    if action.startswith(_FAILING):
        permanent = True
    elif action.startswith(_DELAYING):
        permanent = False
    else:
        reply = _REPLY_CODE.search(diagnostic)
        first = status[:1] or (reply.group(1) if reply else "5")
        permanent = first == "5"
    return Bounce(recipient, permanent, status, diagnostic, original)


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
    if found:
        return found.group(1)
    for _, part in contents.attachments:
        found = _MESSAGE_ID_LINE.search(_text_of(part.content[:64_000]))
        if found:
            return found.group(1)
    return ""


def _text_of(content: bytes) -> str:
    return content.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def looks_bounced(headers: Headers, subject: str, lines: Sequence[Line]) -> bool:
    """Whether a mail without a report part is a mail server's own notice of failure."""
    if headers.get("x-failed-recipients"):
        return True
    declared = headers.get("content-type")[:500].lower()
    if declared.startswith("multipart/report") and "delivery-status" in declared:
        return True  # of which the report itself is lost
    passed_on = bool(_PASSED_ON.match(subject))
    failed_subject = bool(_FAILED_SUBJECT.search(subject[:300])) and not passed_on
    opening = _flat(lines[:40])
    sender = headers.get("from")[:500].strip()
    if _DAEMON.search(decoded(sender)) and not passed_on:
        coded = headers.get("return-path").strip() == "<>" and _STATUS.search(opening)
        return failed_subject or bool(_FAILED_TEXT.search(opening) or coded)
    begins = _flat([line for line in lines if line.text.strip() and not line.quoted][:12])
    signed = bool(_SIGNATURE.search(begins))
    if headers.get("return-path").strip() == "<>" or sender in ("", "<>"):
        return failed_subject or signed
    return failed_subject and signed


def _flat(lines: Sequence[Line]) -> str:
    text = " ".join(line.text[:500] for line in lines).replace("\u2019", "'")
    return " ".join(text.split())[:6000]


def read_free_form(
    headers: Headers, contents: Contents, lines: Sequence[Line], subject: str, own: frozenset[str]
) -> tuple[Bounce, ...]:
    """The recipients that a notice in free words names, with what it says of each."""
    text = "\n".join(line.text for line in lines)
    answered = message_ids(headers.get("in-reply-to"))
    original = original_message_id(contents, text) or (answered[0] if answered else "")
    written = _of_blocks(_disguised(contents, text), original)
    if written:
        return written
    human: list[str] = []
    for line in lines[:_HUMAN_LINES]:
        if _ORIGINAL.search(line.text[:200]):
            break
        human.append(line.text[:1000])
    said = "\n".join(human)
    ours = own | set(addresses(headers.all("to"))) | set(addresses(headers.all("from")))
    failed = _ADDRESS.findall(" ".join(headers.all("x-failed-recipients"))[:100_000])
    recipients = list(dict.fromkeys(one.lower() for one in failed))
    if not recipients:
        rest = [line.text[:1000] for line in lines[:_HUMAN_LINES]]
        recipients = list(
            dict.fromkeys(_named_in(human, ours) or _first_to(contents) or _named_in(rest, ours))
        )
    # What stands under a recipient is said of it; what stands above all of them, of all.
    places = {
        address: next((n for n, line in enumerate(human) if address in line.lower()), 0)
        for address in recipients[:_MOST]
    }
    starts = sorted(set(places.values()))
    found: list[Bounce] = []
    for address, start in places.items():
        later = [one for one in starts if one > start]
        beneath = human[start : later[0] if later else len(human)]
        found.append(_said_of(address, beneath, said, subject, original))
    return tuple(found)


def _said_of(
    address: str, beneath: Sequence[str], said: str, subject: str, original: str
) -> Bounce:
    """What the lines beneath an address say of it, or failing that the whole notice."""
    lines = list(beneath)
    if not any(_STATUS.search(line) or _REPLY_CODE.search(line) for line in lines):
        lines = said.split("\n")
    near = "\n".join(lines)
    told = _STATUS.search(near)
    status = told.group(1) if told else ""
    reply = _REPLY_CODE.search(near)
    diagnostic = next(
        (line.strip() for line in lines if _STATUS.search(line) or _REPLY_CODE.search(line)), ""
    )
    whole = f"{subject[:300]}\n{said}"
    if _DELAY.search(whole) and not _GIVEN_UP.search(said) and not status.startswith("5"):
        permanent = False
    elif status:
        permanent = status.startswith("5") or bool(_GIVEN_UP.search(said))
    elif reply:
        permanent = reply.group(1) == "5" or bool(_GIVEN_UP.search(said))
    else:
        permanent = not _PASSING.search(said)
    return Bounce(address, permanent, status, one_line(diagnostic)[:500], original)


def _disguised(contents: Contents, text: str) -> list[Headers]:
    """Per-recipient fields that stand in the text or in a file instead of in a report part."""
    blocks: list[Headers] = []
    if _REPORT_FIELD.search(text[:200_000]):
        blocks += _blocks(text[:200_000].encode("utf-8", "replace"))
    for _, part in contents.attachments:
        if _REPORT_FIELD.search(_text_of(part.content[:64_000])):
            blocks += _blocks(part.content[:64_000])
    return blocks


def _first_to(contents: Contents) -> list[str]:
    """The one recipient of the mail that came back; of several none is told apart."""
    heads = [part.headers for part in contents.originals]
    heads += [read_fields(part.content[:64_000]) for part in contents.originals if part.content]
    heads += [mail.headers for _, mail in contents.mails]
    for head in heads:
        found = addresses(head.all("to"))
        if len(found) == 1:
            return list(found)
    return []


def _named_in(human: Sequence[str], own: frozenset[str] | set[str]) -> list[str]:
    """The addresses that the words name as recipients; failing that, all there are."""
    lines = [line for line in human if "@" in line and not _NOT_RECIPIENT.match(line)]
    named = [found.group("address") for line in lines for found in _RECIPIENT.finditer(line)]
    every = [address for line in lines for address in _ADDRESS.findall(line)]
    for candidates in (named, every):
        kept = [one.lower().strip("'") for one in candidates]
        kept = [one for one in kept if one not in own and not _DAEMON.search(one)]
        if kept:
            return kept
    return []
