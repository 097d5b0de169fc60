"""Read delivery reports: which mail of ours, which recipient, failed or delayed (RFC 3464).

Notices that mail servers write in free text are read in ``notices``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from exchange.domain.mail import Bounce
from exchange.parsing.mime.contents import Contents
from exchange.parsing.mime.headers import Headers, collapse_blanks, message_ids, read_fields
from exchange.parsing.mime.parts import Part
from exchange.parsing.mime.sender import plain_address, plain_addresses
from exchange.parsing.phrases.notice_phrases import (
    ADDRESS,
    MESSAGE_ID_LINE,
    REFUSED,
    REPLY_CODE,
    REPORT_FIELD,
    STATUS,
)

_MOST: Final = 1000
_FAILING: Final = ("fail", "error", "bounce", "reject", "undeliver", "expire")
_DELAYING: Final = ("delay", "defer", "warn", "retry")
_SUCCEEDED: Final = ("delivered", "relayed", "expanded", "deliverable")
_ANY_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}")
_RECEIVED_FOR = re.compile(r"\bfor\s+<?(" + ADDRESS.pattern + r")")
_QUOTE_MARKS = re.compile(r"^[ \t]{0,9}>[> ]?", re.M)
_DISPOSED = re.compile(r"automatic-action\b[^;]*;[^;]*\b(?:deleted|denied|failed|rejected)", re.I)


def read_reports(contents: Contents) -> tuple[Bounce, ...]:
    """Return the recipients for whom a delivery-status report says failed or delayed."""
    reports = [part for part in contents.reports if not _is_receipt(part)]
    found = bounces_of(
        [fields for part in reports for fields in _blocks(part.content)],
        original_message_id(contents, ""),
    )
    if found or not reports:
        return found
    return _of_local_names(reports, contents)


def read_enclosed_report(contents: Contents) -> tuple[Bounce, ...]:
    """Return the recipients in a report attached to a notice as a mail, as some gateways do."""
    for _, mail in contents.mails:
        if mail.media == "multipart/report":
            parts = list(_parts(mail))
            reports = [part for part in parts if part.media.endswith("delivery-status")]
            copies = [part.children[0].headers for part in parts if part.is_mail]
            copies += [part.headers for part in parts if part.media == "text/rfc822-headers"]
            ids = [one for head in copies for one in message_ids(head.get("message-id"))]
            blocks = [fields for part in reports for fields in _blocks(part.content)]
            found = bounces_of(blocks, ids[0] if ids else "")
            if found:
                return found
    return ()


def refused_recipient(contents: Contents, opening: str) -> tuple[Bounce, ...]:
    """Return the recipient whose machine refused the mail (RFC 3798, 3.2.6; RFC 5429, 2.1.2).

    Receipts that a person caused, or that report only a deletion, are not refusals.
    """
    if not REFUSED.search(opening):
        return ()
    original = original_message_id(contents, "")
    found: list[Bounce] = []
    for part in contents.reports:
        for fields in _blocks(part.content) if _is_receipt(part) else ():
            recipient = _recipient_of(fields)
            if recipient and _DISPOSED.search(fields.get("disposition")[:500]):
                found.append(Bounce(recipient, True, "", collapse_blanks(opening)[:500], original))
    return tuple(found[:1])


def _is_receipt(part: Part) -> bool:
    return part.media.endswith("disposition-notification")


def _parts(part: Part) -> Iterator[Part]:
    for child in part.children:
        yield child
        if not child.is_mail:
            yield from _parts(child)


def bounces_of(blocks: Iterable[Headers], original: str) -> tuple[Bounce, ...]:
    """Return one bounce per recipient; failed overrides an earlier delayed."""
    found: dict[str, Bounce] = {}
    for fields in blocks:
        bounce = _recipient(fields, original)
        if bounce and len(found) < _MOST:
            before = found.get(bounce.recipient)
            if before is None or (bounce.permanent and not before.permanent):
                found[bounce.recipient] = bounce
    return tuple(found.values())


def has_success(contents: Contents) -> bool:
    """Return whether a delivery-status report reports a success."""
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
    recipient = _recipient_of(fields)
    if not recipient:
        return None
    return _reported(recipient, fields, original)


def _recipient_of(fields: Headers) -> str:
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    return next((found for name in names if (found := _address_of(fields.get(name)))), "")


def _reported(recipient: str, fields: Headers, original: str) -> Bounce | None:
    """Return the bounce in the fields of one recipient, or None (RFC 3464, 2.3)."""
    action = _action(fields)
    diagnostic = collapse_blanks(fields.get("diagnostic-code"))[:500]
    code = STATUS.search(fields.get("status")) or STATUS.search(diagnostic)
    status = code.group(1) if code else ""
    if not (action or status or diagnostic):
        return None
    if action in _SUCCEEDED or (not action and status.startswith("2")):
        return None
    if action.startswith(_FAILING):
        permanent = True
    elif action.startswith(_DELAYING):
        permanent = False
    else:
        reply = REPLY_CODE.search(diagnostic)
        first = status[:1] or (reply.group(1) if reply else "5")
        permanent = first == "5"
    final = _address_of(fields.get("final-recipient"))
    elsewhere = final if final != recipient else ""
    return Bounce(recipient, permanent, status, diagnostic, original, elsewhere)


def _address_of(value: str) -> str:
    """Return the address in ``rfc822; someone@example.test``, plain and in lower case."""
    kind, semicolon, address = value.partition(";")
    address = (address if semicolon else kind).strip().strip("<>\"'").strip()
    known = plain_address(address)
    if known or not address:
        return known
    # Not a valid address, which may be why it failed; or one in another alphabet.
    whole = address.lower() if _ANY_ADDRESS.fullmatch(address[:400]) else ""
    if whole and not whole.isascii():
        return whole  # in "böb@op-b.test" the search below would find b@op-b.test
    found = ADDRESS.search(address[:500])
    return found.group().lower() if found else whole


def _of_local_names(reports: list[Part], contents: Contents) -> tuple[Bounce, ...]:
    """Return recipients given as ``rfc822; bob``, completed from the returned mail if possible."""
    original = original_message_id(contents, "")
    sent_to = sent_to_of(contents)
    found: list[Bounce] = []
    for part in reports:
        for fields in _blocks(part.content):
            name = fields.get("final-recipient").rpartition(";")[2].strip().strip("<>\"'").lower()
            whole = [one for one in sent_to if one.partition("@")[0] == name]
            if len(whole) == 1:
                bounce = _reported(whole[0], fields, original)
                found += [bounce] if bounce else []
    return tuple(found[:_MOST])


def sent_to_of(contents: Contents, quoted: str = "") -> list[str]:
    """Return the recipients of the returned mail, as far as its copy shows them.

    ``quoted``: a copy, with its header, in the text of the notice.
    """
    heads = [part.headers for part in contents.originals]
    heads += [read_fields(part.content[:64_000]) for part in contents.originals if part.content]
    heads += [mail.headers for _, mail in contents.mails]
    if quoted:
        heads.append(read_fields(_QUOTE_MARKS.sub("", quoted[:64_000]).encode("utf-8", "replace")))
    found: dict[str, None] = {}
    for head in heads:
        for name in ("x-original-to", "envelope-to", "to", "cc", "bcc"):
            found.update(dict.fromkeys(plain_addresses(head.all(name))))
        for trace in head.all("received")[:20]:
            found.update(dict.fromkeys(one.lower() for one in _RECEIVED_FOR.findall(trace[:2000])))
    return list(found)[:_MOST]


def original_message_id(contents: Contents, text: str) -> str:
    """Return the Message-ID of the mail that a report is about, or an empty text."""
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
    found = MESSAGE_ID_LINE.search(text[:200_000])
    if found:
        return found.group(1)
    for _, part in contents.attachments:
        found = MESSAGE_ID_LINE.search(latin1_text(part.content[:64_000]))
        if found:
            return found.group(1)
    return ""


def latin1_text(content: bytes) -> str:
    """Return bytes as Latin-1 text with newlines only."""
    return content.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def fields_in_text(contents: Contents, text: str) -> list[Headers]:
    """Return per-recipient fields found in the text or in a file instead of a report part."""
    blocks: list[Headers] = []
    if REPORT_FIELD.search(text[:200_000]):
        blocks += _blocks(text[:200_000].encode("utf-8", "replace"))
    for _, part in contents.attachments:
        if REPORT_FIELD.search(latin1_text(part.content[:64_000])):
            blocks += _blocks(part.content[:64_000])
    return blocks
