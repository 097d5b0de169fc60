"""Sort the parts of a mail by use: body, attachments, delivery reports, attached mails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.mime.markup import Markup, read_html
from exchange.parsing.mime.parts import Part
from exchange.parsing.text.charset import to_text
from exchange.parsing.text.lines import Line, plain_lines

_SIGNATURES: Final = frozenset(
    ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
)
_ENCRYPTED: Final = frozenset(
    ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
)
_REPORTS: Final = frozenset(
    ("message/delivery-status", "message/global-delivery-status",
     "message/disposition-notification", "message/global-disposition-notification")
)  # fmt: skip
# A program that knows them shows them in place of the HTML.
_FURTHER_RENDERINGS: Final = frozenset(("text/x-amp-html", "text/watch-html", "text/enriched"))
_COMPLAINTS: Final = frozenset(("message/feedback-report",))  # RFC 5965
_ORIGINALS: Final = frozenset(("text/rfc822-headers", "message/global-headers"))


@dataclass(slots=True)
class Contents:
    """The parts of one mail by use; ``mails`` are the mails attached to it."""

    split: Callable[[str], list[Line]] = plain_lines  # splits a plain body into lines
    lines: list[Line] = field(default_factory=list)
    # Of the renderings of the body that are not read: the plain text beside the HTML.
    plain_lines: list[Line] = field(default_factory=list)
    ruled: set[int] = field(default_factory=set)  # numbers of lines under a drawn line
    hidden_text: str = ""  # text of the body that is hidden from its reader
    struck_text: str = ""  # text of the body that its sender struck out
    attachments: list[tuple[str, Part]] = field(default_factory=list)
    # Those of them, by index, that stand for the body: a mail program may show either.
    standing_in: set[int] = field(default_factory=set)
    mails: list[tuple[str, Part]] = field(default_factory=list)
    reports: list[Part] = field(default_factory=list)
    originals: list[Part] = field(default_factory=list)  # the mails that a report is about
    calendar: bool = False
    complaint: bool = False  # a reader or a filter reports our mail as abuse
    encrypted: bool = False


def contents_of(
    mail: Part, limits: Limits, split: Callable[[str], list[Line]] = plain_lines
) -> Contents:
    """Sort the parts of ``mail``; mails attached to it are not opened.

    ``split`` splits a plain body into lines: it may mark tables and keep a long list as one line.
    """
    contents = Contents(split)
    reporting = mail.media == "multipart/report"
    _sort(mail, contents, limits, reporting=reporting)
    return contents


def _sort(part: Part, out: Contents, limits: Limits, *, reporting: bool) -> None:
    media = part.media
    if media in _REPORTS:
        out.reports.append(part)
    elif media in _COMPLAINTS:
        out.complaint = True
    elif media in _ORIGINALS:
        out.originals.append(part)
    elif part.is_mail:
        if reporting:
            out.originals.append(part.children[0])
        else:
            out.mails.append((part.name or "forwarded mail", part.children[0]))
    elif media == "multipart/alternative":
        _alternative(part, out, limits, reporting=reporting)
    elif part.children:
        for child in part.children:
            _sort(child, out, limits, reporting=reporting)
    elif media in _SIGNATURES:
        return
    elif media in _ENCRYPTED:
        out.encrypted = True
    elif media == "text/calendar":
        out.calendar = True
    elif _is_body(part):
        _append(out, body_of(part, limits, out.split))
    elif part.content.strip() or (part.attached and part.name):
        number = len(out.attachments) + 1
        out.attachments.append((part.name or f"attachment {number}", part))


def _is_body(part: Part) -> bool:
    return part.media in ("text/plain", "text/html") and not part.attached and not part.name


def _alternative(part: Part, out: Contents, limits: Limits, *, reporting: bool) -> None:
    """Take the HTML of several renderings of one text, for its tables; without it the plain one.

    All others are kept to be compared with it: a reader may see any of them.
    """
    chosen: Markup | None = None
    bodies: list[Markup] = []
    others: list[Part] = []
    for leaf in _leaves(part):
        if not (_is_body(leaf) or leaf.media in _FURTHER_RENDERINGS):
            others.append(leaf)
            continue
        body = body_of(leaf, limits, out.split)
        bodies.append(body)
        has_text = chosen is not None and any(line.text.strip() for line in chosen.lines)
        if leaf.media != "text/html" and has_text:
            continue
        if chosen is None or any(line.text.strip() for line in body.lines):
            chosen = body
    if chosen:
        for body in bodies:
            if body is not chosen:
                out.plain_lines += body.lines
        _append(out, chosen)
    for leaf in others:
        before = len(out.attachments)
        _sort(leaf, out, limits, reporting=reporting)
        if any(leaf is child for child in part.children):
            out.standing_in.update(range(before, len(out.attachments)))


def _leaves(part: Part) -> list[Part]:
    if not part.children or part.is_mail:
        return [part]
    return [leaf for child in part.children for leaf in _leaves(child)]


def body_of(part: Part, limits: Limits, split: Callable[[str], list[Line]]) -> Markup:
    """Return the lines of a text part and, separately, its hidden and struck-out text.

    Raises Unreadable when the text passes a ceiling.
    """
    text = to_text(part.content, part.params.get("charset", ""))
    if part.media != "text/plain":
        return read_html(text, limits)
    if len(text) > limits.text_chars:
        raise Unreadable(f"a text of more than {limits.text_chars:,} characters")
    if part.params.get("format", "").lower() == "flowed":
        text = _join_flowed(text)
    return Markup(split(text), "")


def _join_flowed(text: str) -> str:
    """Join format=flowed lines (RFC 3676): one that ends in a blank continues in the next.

    A quoted line and the signature separator ``-- `` do not continue.
    """
    out: list[list[str]] = []
    open_line = False
    for line in text.replace("\r\n", "\n").split("\n"):
        if open_line and not line.startswith(">") and line.strip():
            out[-1].append(line.removeprefix(" "))
        else:
            out.append([line])
        open_line = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(map("".join, out))


def _append(out: Contents, body: Markup) -> None:
    """Append a further body; its line and table numbers go on from the first one."""
    start = out.lines[-1].number if out.lines else 0
    tables = max((line.table for line in out.lines), default=0)
    for line in body.lines:
        line.number += start
        if line.table:
            line.table += tables
    out.lines += body.lines
    out.ruled |= {number + start for number in body.ruled}
    out.hidden_text += body.hidden_text
    out.struck_text += body.struck_text
