"""Mark what a mail repeats of letters that we sent, and what its sender typed among it.

This needs no quote marks, and holds in every client and language: a line that is ours is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from exchange.domain.meaning.sent_lines import SentText, Span, align
from exchange.parsing.mime.quoting import begins_quote, is_of_a_colleague, without_prefix
from exchange.parsing.text.lines import Line

_MOST_LINES: Final = 10_000  # looked at from the start and from the end of a body
_HEAD: Final = 4  # lines of an earlier mail that name its author
_LONGEST_LINE: Final = 10_000
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_WORD = re.compile(r"\w")
_PIECES = re.compile(r"[0-9A-F]{1,4}(?:[ -][0-9A-F]{1,4})*$", re.I)
_CODE_DIGITS: Final = (32, 36)
_NEAR_THE_END: Final = 15  # words of a letter that a client or desk may have cut off


def mark_sent(lines: Sequence[Line], sent: Sequence[SentText], sender: str) -> dict[int, str]:
    """Set ``quoted`` on the lines that repeat a letter of ours; clear it on what stands between.

    Returns for each row of ours that goes on in the sender's words, by line number, these words.
    Only what answers us directly counts as typed: not what stands among our lines in a mail that
    the sender passes on, or in an answer that a colleague of ``sender`` wrote before.
    """
    looked_at = [*lines[:_MOST_LINES], *lines[max(_MOST_LINES, len(lines) - _MOST_LINES) :]]
    texts = [
        (index, without_prefix(line)[1])
        for index, line in enumerate(looked_at)
        if type(line) is Line and len(line.text) <= _LONGEST_LINE
    ]
    found = [(one, spans) for one in sent if (spans := align(texts, one))]
    ours = {index for _, spans in found for index, span in spans.items() if not span.rest}
    begun = {index: span.rest for _, spans in found for index, span in spans.items()}
    for index in ours:
        looked_at[index].quoted, looked_at[index].forwarded = True, False
    typed: dict[int, str] = {}
    for one, spans in found:
        if not _answers_directly(looked_at, min(spans), sender):
            continue
        _free_typed(looked_at, spans, begun, len(one.words))
        for index in spans:
            line = looked_at[index]
            if index not in ours and line.quoted and without_prefix(line)[0] <= 1:
                _join_code(looked_at, index, begun)
                typed[line.number] = begun[index]
    return typed


def _answers_directly(lines: Sequence[Line], first: int, sender: str) -> bool:
    """Whether our letter, from line ``first`` on, is the one answered, not one quoted in that."""
    begins = [at for at in range(first) if lines[at].quoted and begins_quote(lines, at)]
    if len(begins) > 1 or without_prefix(lines[first])[0] > 1:
        return False
    head = [line.text for at in begins for line in lines[at : min(first, at + _HEAD)]]
    return not is_of_a_colleague(head, sender)


def _join_code(lines: Sequence[Line], index: int, begun: dict[int, str]) -> None:
    """Take the rest of a code, broken off at the end of a row, from the line below to the row."""
    if index + 1 >= len(lines) or index + 1 in begun or lines[index].table:
        return
    started, rest = _PIECES.search(begun[index]), without_prefix(lines[index + 1])[1].strip()
    if started is None or not _PIECES.fullmatch(rest):
        return
    digits = "".join(filter(str.isalnum, started.group() + rest))
    if len(digits) in _CODE_DIGITS:
        begun[index] = f"{begun[index]} {rest}"
        lines[index].text = f"{lines[index].text.rstrip()} {rest}"
        lines[index + 1].text = ""


def _free_typed(
    lines: Sequence[Line], spans: dict[int, Span], ours: Collection[int], words: int
) -> None:
    """Clear ``quoted`` on lines among ours, and below the end of our letter, that are not ours."""
    first, last = min(spans), max(spans)
    for index in range(first, last):
        line = lines[index]
        if index not in ours and _may_be_typed(line) and _WORD.search(line.text):
            line.quoted = line.forwarded = False
    ended = max(span.end for span in spans.values()) >= words - _NEAR_THE_END
    below = [line for line in lines[last + 1 :] if line.text.strip()]
    if not ended or any(not _may_be_typed(line) or _CLOCK.search(line.text) for line in below):
        return  # perhaps an earlier mail goes on there
    if any(begins_quote(lines, index) for index in range(last + 1, len(lines))):
        return
    for line in below:
        line.quoted = line.forwarded = False


def _may_be_typed(line: Line) -> bool:
    return not without_prefix(line)[0] and not line.table
