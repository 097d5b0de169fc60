"""Mark which lines of a body come from an earlier mail and were not typed by the sender.

Nothing is removed.  A forwarded block is marked apart from the mail that is answered, because
somebody who forwards a list is asking about it.  Linear time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from exchange.parsing.mime.quote_shapes import (
    asks_to_reply_above,
    has_clock,
    has_header_fields,
    holds_device,
    is_attribution,
    is_comment_head,
    is_enclosed_attribution,
    is_header_block,
    is_only_a_time,
    is_rule,
    may_tell_when,
    tells_who_wrote,
)
from exchange.parsing.mime.quote_words import (
    is_sentence,
    title_words,
    titles_earlier,
    titles_passed_on,
)
from exchange.parsing.text.lines import Line

_PREFIX = re.compile(r"\s{0,3}(?:[A-Z]{1,3})?(?:>|\|\s?>)")
_MARKS = re.compile(r"\s{0,3}((?:>\s?)+)")
_FORWARDED = re.compile(
    r"\s*(?:[-_=*]{2,}\s*(?:forwarded message|neges wedi'i hanfon ymlaen|forwarded by .{0,200})"
    r"\s*[-_=*]{0,40}|begin forwarded message:)\s*",
    re.I,
)
_WROTE_START = re.compile(r"\s*\*?(?:On|Ar|Le|Am|El)\b.{0,300}", re.I)
_WROTE_END = re.compile(
    r"(?:wrote|ysgrifennodd|writes|a écrit|schrieb)\b[^\n]{0,120}:\s*\*?\s*$", re.I
)
_ADDRESSEE = re.compile(r"^\W*(?:to|at|an|\u00e0)\s?:", re.M)
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
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
    r"\s*(?:[-_=*]{2}|>|begin|\*?(?:from|oddi|o\s?:|von\s?:|de\s?:|on\b|ar\b|le\b|am\b|el\b)"
    r"|[a-z]{0,3}(?:>|\|))",
    re.I,
)
_INDENTED = re.compile(r" {2,12}\S|\t")
_LEAST_INDENTED: Final = 3  # lines
_FIELD_SPAN: Final = 8
_LONG: Final = 500
_WROTE_SPAN: Final = 3
_MOST_HEADS: Final = 50  # of comments looked at
_ABOVE: Final = 200  # lines above the head of a comment that are looked at


def mark_quotes(
    lines: Sequence[Line],
    *,
    subject_forwards: bool = False,
    subject: str = "",
    ruled: Collection[int] = (),
) -> None:
    """Set ``quoted`` and ``forwarded`` on ``lines`` in place.

    Lines that the HTML already marked as quoted stay so.  ``subject_forwards``: the subject begins
    with Fwd: or FW:, so an Outlook header block begins a forwarded mail.  ``subject``: an earlier
    mail's header often repeats it.  ``ruled``: the numbers of lines above which a line is drawn.
    """
    reader = _QuoteReader(lines, subject, ruled, forwards=subject_forwards)
    for index, line in enumerate(lines):
        text = line.text
        if not (_MAY_BEGIN_QUOTE.match(text) or _has_colon(text)):
            continue
        if reader.quotes_rest(index, line):
            return


class _QuoteReader:
    """Goes through the lines that may begin a quote."""

    def __init__(
        self, lines: Sequence[Line], subject: str, ruled: Collection[int], *, forwards: bool
    ) -> None:
        self.lines = lines
        self.subject = subject
        self.ruled = ruled
        self.forwards = forwards
        self.heads = 0

    def quotes_rest(self, index: int, line: Line) -> bool:
        """Mark what begins at a line; return whether that is everything below it."""
        lines = self.lines
        if _PREFIX.match(line.text) and not line.table:
            line.quoted = True
            block = _indented_end(lines, index)
            if block:
                return _mark_block(lines, index, block)
            if not is_enclosed_attribution(line.text) or _prefix_follows(lines, index + 1):
                return False
            return _mark_rest(lines, index, forwarded=False)
        if _FORWARDED.fullmatch(line.text):
            return _mark_rest(lines, index, forwarded=True)
        title = title_words(line.text)
        if title and titles_passed_on(title):
            return _mark_rest(lines, index, forwarded=True)
        if (title and self._is_title(index, title)) or self._header_block(index):
            return _mark_rest(lines, index, forwarded=self.forwards)
        block = _indented_end(lines, index)
        if block:
            return _mark_block(lines, index, block)
        first, end = _attribution(lines, index)
        if end:
            for one in lines[first:end]:
                one.quoted = True
            return not _prefix_follows(lines, end) and _mark_rest(lines, end, forwarded=False)
        head = self._comment_head(index)
        if head is not None:
            return _mark_rest(lines, head, forwarded=False)
        return False

    def _header_block(self, index: int) -> bool:
        if _named_header_block(self.lines, index):
            return True
        below = self.lines[index + 1].text if index + 1 < len(self.lines) else ""
        if self.lines[index].quoted or not (":" in below or "\uff1a" in below):
            return False  # the HTML says where that quote ends; one field is no header
        if self._fields_follow(index, titled=False):
            return True
        return is_header_block(self.lines, index, self.subject, ruled=self._ruled(index))

    def _is_title(self, index: int, title: list[str]) -> bool:
        """Whether a title between rules begins an earlier mail: by its words or what follows."""
        if titles_earlier(title):
            return True
        below = next(
            (at for at in range(index + 1, min(index + 4, len(self.lines)))
             if self.lines[at].text.strip()), 0,
        )  # fmt: skip
        return bool(below) and self._fields_follow(below, titled=True)

    def _fields_follow(self, index: int, *, titled: bool) -> bool:
        ruled = self._ruled(index)
        typed = (
            ruled
            or titled
            or any(one.text.strip() for one in self.lines[max(0, index - _ABOVE) : index])
        )
        return typed and has_header_fields(
            self.lines, index, self.subject, ruled=ruled, titled=titled
        )

    def _ruled(self, index: int) -> bool:
        if self.lines[index].number in self.ruled:
            return True
        above = _text_above(self.lines, index)
        return is_rule(above) or above.strip().startswith("-----")

    def _comment_head(self, index: int) -> int | None:
        """Return the line at which an earlier comment of a ticket begins; None for no such line.

        The newest comment, the mail's own, may have such a head as well: at the top.
        """
        line = self.lines[index]
        if line.table or line.quoted or self.heads > _MOST_HEADS or not has_clock(line.text):
            return None
        first = index
        if is_only_a_time(line.text) and index and self.lines[index - 1].text.strip():
            first = index - 1
        head = line.text if first == index else f"{self.lines[first].text}, {line.text}"
        if not is_comment_head(head):
            return None
        self.heads += 1
        above = self.lines[max(0, first - _ABOVE) : first]
        if any(holds_device(one.text[:_LONG]) for one in above):
            known = self.heads > 1 or self._ruled(first) or is_comment_head(head, plainly=True)
            return first if known else None
        if self.heads > 1:
            return first
        newest = any(asks_to_reply_above(one.text[:_LONG]) for one in above)
        return first if self._ruled(first) and not newest else None


def _has_colon(text: str) -> bool:
    if ":" not in text and "\uff1a" not in text:
        return False
    # A row of a list begins no quote.
    return len(text) <= _LONG and not holds_device(text)


def begins_quote(lines: Sequence[Line], index: int) -> bool:
    """Return whether a line begins an earlier mail: Outlook's header block or ``On ... wrote:``."""
    text = lines[index].text
    if not (_MAY_BEGIN_QUOTE.match(text) or _has_colon(text)):
        return False
    if _named_header_block(lines, index) or is_header_block(lines, index):
        return True
    return bool(_attribution(lines, index)[1])


def is_of_a_colleague(head: Sequence[str], sender: str) -> bool:
    """Return whether the head of an earlier mail names an author with ``sender``'s domain."""
    domain = sender[sender.rfind("@") :] if "@" in sender else ""
    text = "\n".join(head).lower()
    before = _ADDRESSEE.split(text)[0]
    # Whatever the language calls its addressee, the author comes first.
    author = _ADDRESS.search(before if "@" in before else text)
    return bool(domain and author and author[0].endswith(domain))


def without_prefix(line: Line) -> tuple[int, str]:
    """Return the depth of a line by its ``>`` marks, and its text without them."""
    prefix = _MARKS.match(line.text[:200])
    if not prefix or line.table:
        return 0, line.text
    return prefix.group(1).count(">"), line.text[prefix.end() :]


def _mark_rest(lines: Sequence[Line], start: int, *, forwarded: bool) -> bool:
    """Mark everything from ``start`` on as an earlier mail; return True.

    Inside a forwarded mail, another header block or attribution begins the mail that *it* answers.
    """
    for index in range(start, len(lines)):
        line = lines[index]
        if forwarded and _goes_deeper(lines, index, start):
            forwarded = False
        line.forwarded = forwarded and not _PREFIX.match(line.text)
        line.quoted = True
    return True


def _mark_block(lines: Sequence[Line], start: int, end: int) -> bool:
    """Mark the lines from ``start`` to ``end`` as an earlier mail; return False: it goes on."""
    for line in lines[start:end]:
        line.quoted = True
    return False


def _indented_end(lines: Sequence[Line], index: int) -> int:
    """Return where the indented block ends below ``... said:``; 0 if no such block begins here."""
    head = lines[index].text
    if len(head) > _LONG or head[:1].isspace() or not head.rstrip().endswith(":"):
        return 0
    head = without_prefix(lines[index])[1]
    if not may_tell_when(head) or not (tells_who_wrote(head) or is_attribution(head)):
        return 0
    end, last, lines_in = index + 1, 0, 0
    for end in range(index + 1, len(lines)):
        text = lines[end].text
        if text.strip() and not _INDENTED.match(text):
            break
        last = end if text.strip() else last
        lines_in += bool(text.strip())
    return last + 1 if lines_in >= _LEAST_INDENTED else 0


def _goes_deeper(lines: Sequence[Line], index: int, start: int) -> bool:
    text = lines[index].text
    if not (_MAY_BEGIN_QUOTE.match(text) or _has_colon(text)):
        return False
    deeper = index > start + _FIELD_SPAN and (
        _named_header_block(lines, index) or is_header_block(lines, index)
    )
    return deeper or bool(_attribution(lines, index)[1])


def _named_header_block(lines: Sequence[Line], index: int) -> bool:
    """Return whether Outlook's ``From: ... Sent: ... To: ... Subject:`` begins here."""
    if not _FROM.match(lines[index].text):
        return False
    named = set()
    for line in lines[index + 1 : index + 1 + _FIELD_SPAN]:
        field = _FIELD.match(line.text)
        if field:
            named.add(field.lastgroup)
    return len(named) >= 2


def _attribution(lines: Sequence[Line], index: int) -> tuple[int, int]:
    """Return which lines around here say who wrote what follows: first and end; (0, 0) for none."""
    text = lines[index].text
    if is_enclosed_attribution(text):
        return index, index + 1
    span = _wrote(lines, index)
    if span:
        return index, index + span
    if lines[index].quoted or not text.rstrip(" *\t\u00a0").endswith((":", "\uff1a")):
        return 0, 0
    if not may_tell_when(text) and not (index and lines[index - 1].text.strip()):
        return 0, 0
    marked = any(
        bool(_PREFIX.match(one.text)) or one.quoted
        for one in lines[index + 1 : index + 3]
        if one.text.strip()
    )
    joined = ""
    for first in range(index, max(-1, index - _WROTE_SPAN), -1):
        line = lines[first]
        if first < index and (not line.text.strip() or line.quoted or line.table):
            break
        joined = f"{line.text.strip()} {joined}".strip()
        if len(joined) > _LONG:
            break
        if is_attribution(joined, marked=marked and first == index):
            return first, index + 1
    return 0, 0


def _wrote(lines: Sequence[Line], index: int) -> int:
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
            return span if _DATE_HINT.search(joined) and not is_sentence(joined) else 0
    return 0


def _text_above(lines: Sequence[Line], index: int) -> str:
    for line in lines[max(0, index - 3) : index][::-1]:
        if line.text.strip():
            return line.text[:_LONG]
    return ""


def _prefix_follows(lines: Sequence[Line], index: int) -> bool:
    for line in lines[index : index + 6]:
        if line.text.strip():
            return bool(_PREFIX.match(line.text)) or line.quoted
    return True
