"""One mail, with everything in it, to findings; mails within it are read the same way."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.domain.device import DeviceId
from exchange.domain.mail import MailHead
from exchange.errors import Unreadable
from exchange.parsing.attached import hidden_devices, read_attachment, read_lines
from exchange.parsing.classify import FORWARD_SUBJECT, REPLY_SUBJECT
from exchange.parsing.contents import Contents, contents_of
from exchange.parsing.findings import Findings
from exchange.parsing.head import head_of
from exchange.parsing.limits import Limits
from exchange.parsing.lines import Line
from exchange.parsing.parts import Part, read_mail_file
from exchange.parsing.prose import devices_in, read_prose
from exchange.parsing.quoting import mark_quotes
from exchange.parsing.remarks import asks
from exchange.parsing.sniff import Shape, shape_of


@dataclass(slots=True)
class Reading:
    """What was read of one mail."""

    contents: Contents
    lines: list[Line]
    text: str  # the whole body
    own_text: str  # the body without its quotes
    findings: Findings


def read_mail(
    mail: Part,
    head: MailHead,
    limits: Limits,
    own_addresses: frozenset[str],
    *,
    path: str = "",
    depth: int = 0,
) -> Reading:
    """Read body, attachments and mails within; ``path`` leads to this mail (``x.eml > ``)."""
    if depth > limits.depth:
        raise Unreadable(f"mails within mails deeper than {limits.depth}")
    contents = contents_of(mail, limits)
    lines = contents.lines
    forwards = bool(FORWARD_SUBJECT.match(head.subject))
    replies = bool(REPLY_SUBJECT.match(head.subject)) or bool(head.in_reply_to)
    mark_quotes(lines, subject_forwards=forwards)
    own = [line for line in lines if not line.quoted]

    def place(line: Line) -> str:
        return f"{path}{line.where}"

    found = read_lines(own, place, in_reply=replies)
    taken: set[int] = set()
    passed_on = [line for line in lines if line.forwarded]
    silent = not (found.devices or found.claims or found.rejects)
    if passed_on and silent and not _from_us(passed_on, own_addresses):
        # Nothing but a forwarded mail: it is what the sender speaks of.
        found.add(read_lines(passed_on, place, in_reply=replies))
        taken = {line.number for line in passed_on}
    quoted = [line for line in lines if line.quoted and line.number not in taken]
    found.quoted.update(dict.fromkeys(devices_in(quoted)))
    unseen = hidden_devices(contents.unseen)
    if unseen:
        found.warnings.append(
            f"{path}body: {unseen} Device IDs stand in hidden text and are not taken"
        )
    if not (replies or forwards):
        found.asks |= asks(head.subject)
        subject = read_prose([Line(1, head.subject)], lambda _: f"{path}subject")
        found.devices += subject.devices
        found.rejects += subject.rejects
    for name, part in contents.attachments:
        _take_attachment(found, part, f"{path}{name}", limits, own_addresses, depth, replies)
    for name, inner in contents.mails:
        _take_mail(found, inner, f"{path}{name}", limits, own_addresses, depth)
    if contents.sealed:
        found.warnings.append(f"{path}an encrypted part is not read")
    return Reading(
        contents,
        lines,
        "\n".join(line.text for line in lines),
        "\n".join(line.text for line in own),
        found,
    )


def _take_attachment(
    found: Findings,
    part: Part,
    where: str,
    limits: Limits,
    own_addresses: frozenset[str],
    depth: int,
    replies: bool,
) -> None:
    if shape_of(part.content) is Shape.MAIL:
        inner = read_mail_file(part.content, limits, depth + 1)
        _take_mail(found, inner, where, limits, own_addresses, depth)
        return
    found.add(read_attachment(where, part, limits, in_reply=replies))


def _take_mail(
    found: Findings,
    mail: Part,
    where: str,
    limits: Limits,
    own_addresses: frozenset[str],
    depth: int,
) -> None:
    """A mail within: what it lists is spoken of, unless the mail is our own."""
    head = head_of(mail.headers)
    inner = read_mail(mail, head, limits, own_addresses, path=f"{where} > ", depth=depth + 1)
    if head.sender and head.sender in own_addresses:
        listed: list[DeviceId] = [one.device for one in inner.findings.devices]
        found.quoted.update(dict.fromkeys(listed))
        found.warnings.append(f"{where} is a mail of our own: what it lists is not taken")
        return
    found.add(inner.findings)


def _from_us(lines: list[Line], own_addresses: frozenset[str]) -> bool:
    """Whether the header of a forwarded block names one of our addresses as its author."""
    for line in lines[:8]:
        text = line.text.lower()
        if text.lstrip(" *").startswith("from") and any(one in text for one in own_addresses):
            return True
    return False
