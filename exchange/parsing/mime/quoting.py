"""Mark which lines of a body come from an earlier mail and were not typed by the sender.

Nothing is removed.  A forwarded block is marked apart from the mail that is answered, because
somebody who forwards a list is asking about it.  Linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.parsing.text.lines import Line

_PREFIX = re.compile(r"\s{0,3}(?:[A-Z]{1,3})?(?:>|\|\s?>)")
_ORIGINAL = re.compile(
    r"\s*[-_=*]{2,}\s*(?:original message|original appointment|neges wreiddiol"
    r"|ursprüngliche nachricht|message d'origine)\s*[-_=*]{2,}\s*",
    re.I,
)
_FORWARDED = re.compile(
    r"\s*(?:[-_=*]{2,}\s*(?:forwarded message|neges wedi'i hanfon ymlaen|forwarded by .{0,200})"
    r"\s*[-_=*]{0,40}|begin forwarded message:)\s*",
    re.I,
)
_WROTE_START = re.compile(r"\s*\*?(?:On|Ar|Le|Am|El)\b.{0,300}", re.I)
_WROTE_END = re.compile(
    r"(?:wrote|ysgrifennodd|writes|a écrit|schrieb)\b[^\n]{0,120}:\s*\*?\s*$", re.I
)
_DATE_HINT = re.compile(r"\d{1,4}[./:\- ]|@")
_FROM = re.compile(r"\s*\*?(?:from|oddi wrth|o|von|de)\s?:\*?\s+\S", re.I)
_FIELD = re.compile(
    r"\s*\*?(?:(?P<sent>sent|date|anfonwyd|dyddiad|gesendet|datum|envoyé)|(?P<to>to|at|an|à)"
    r"|(?P<subject>subject|pwnc|testun|betreff|objet))"
    r"\s?:\*?\s",
    re.I,
)
# How a line begins if one of the patterns above can match it: most lines are ruled out here.
_MAY_BEGIN_QUOTE = re.compile(
    r"\s*(?:[-_=*]{2}|begin|\*?(?:from|oddi|o\s?:|von\s?:|de\s?:|on\b|ar\b|le\b|am\b|el\b)|[a-z]{0,3}(?:>|\|))",
    re.I,
)
_FIELD_SPAN: Final = 8
_WROTE_SPAN: Final = 3


def mark_quotes(lines: Sequence[Line], *, subject_forwards: bool = False) -> None:
    """Set ``quoted`` and ``forwarded`` on ``lines`` in place.

    Lines that the HTML already marked as quoted stay so.  ``subject_forwards``: the subject begins
    with Fwd: or FW:, so an Outlook header block begins a forwarded mail.
    """
    index = 0
    while index < len(lines):
        line = lines[index]
        if not _MAY_BEGIN_QUOTE.match(line.text):
            index += 1
            continue
        if _FORWARDED.fullmatch(line.text):
            return _mark_rest(lines, index, forwarded=True)
        if _ORIGINAL.fullmatch(line.text) or _header_block(lines, index):
            return _mark_rest(lines, index, forwarded=subject_forwards)
        span = _attribution(lines, index)
        if span:
            for one in lines[index : index + span]:
                one.quoted = True
            index += span
            if not _prefix_follows(lines, index):
                return _mark_rest(lines, index, forwarded=False)
            continue
        if _PREFIX.match(line.text) and not line.table:
            line.quoted = True
        index += 1
    return None


def begins_quote(lines: Sequence[Line], index: int) -> bool:
    """Return whether a line begins an earlier mail: Outlook's header block or ``On ... wrote:``."""
    text = lines[index].text
    if not _MAY_BEGIN_QUOTE.match(text):
        return False
    return bool(_header_block(lines, index) or _attribution(lines, index))


def _mark_rest(lines: Sequence[Line], start: int, *, forwarded: bool) -> None:
    """Mark everything from ``start`` on as an earlier mail.

    Inside a forwarded mail, another header block or attribution begins the mail that *it* answers.
    """
    for index in range(start, len(lines)):
        line = lines[index]
        deeper = index > start + _FIELD_SPAN and _header_block(lines, index)
        if forwarded and (deeper or _attribution(lines, index)):
            forwarded = False
        line.forwarded = forwarded and not _PREFIX.match(line.text)
        line.quoted = True


def _header_block(lines: Sequence[Line], index: int) -> bool:
    """Return whether Outlook's ``From: ... Sent: ... To: ... Subject:`` begins here."""
    if not _FROM.match(lines[index].text):
        return False
    named = set()
    for line in lines[index + 1 : index + 1 + _FIELD_SPAN]:
        field = _FIELD.match(line.text)
        if field:
            named.add(field.lastgroup)
    return len(named) >= 2


def _attribution(lines: Sequence[Line], index: int) -> int:
    """Return how many lines ``On 3 Nov 2026, Ann <ann@a.test> wrote:`` takes here; 0 for none."""
    first = lines[index].text
    if len(first) > 500 or not _WROTE_START.match(first):
        return 0
    joined = ""
    for span in range(1, _WROTE_SPAN + 1):
        if index + span > len(lines):
            return 0
        text = lines[index + span - 1].text
        if len(text) > 500 or (span > 1 and not text.strip()):
            return 0
        joined += " " + text
        if text.rstrip(" *\t").endswith(":") and _WROTE_END.search(joined[-400:]):
            return span if _DATE_HINT.search(joined) else 0
    return 0


def _prefix_follows(lines: Sequence[Line], index: int) -> bool:
    for line in lines[index : index + 6]:
        if line.text.strip():
            return bool(_PREFIX.match(line.text)) or line.quoted
    return True
