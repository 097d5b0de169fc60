"""Mark what a mail repeats of letters that we sent, and what its sender typed among it.

This needs no quote marks, and holds in every client and language: a line that is ours is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.domain.sent_lines import SentText, Span, align
from exchange.parsing.mime.quoting import begins_quote, without_prefix
from exchange.parsing.text.lines import Line

_MOST_LINES: Final = 10_000  # looked at from the start and from the end of a body
_LONGEST_LINE: Final = 10_000
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_WORD = re.compile(r"\w")
_NEAR_THE_END: Final = 15  # words of a letter that a client or desk may have cut off


def mark_sent(lines: Sequence[Line], sent: Sequence[SentText]) -> dict[int, str]:
    """Set ``quoted`` on the lines that repeat a letter of ours; clear it on what stands between.

    Returns for each row of ours that goes on in the sender's words, by line number, these words.
    Only what answers us directly counts as typed: not what stands among our lines in a mail that
    the sender passes on.
    """
    looked_at = [*lines[:_MOST_LINES], *lines[max(_MOST_LINES, len(lines) - _MOST_LINES) :]]
    texts = [
        (index, without_prefix(line)[1])
        for index, line in enumerate(looked_at)
        if type(line) is Line and len(line.text) <= _LONGEST_LINE
    ]
    typed: dict[int, str] = {}
    found: dict[int, Span] = {}
    for one in sent:
        spans = align(texts, one)
        if not spans:
            continue
        direct = _answers_directly(looked_at, min(spans))
        for index, span in spans.items():
            line = looked_at[index]
            if not span.rest:
                line.quoted, line.forwarded = True, False
            elif direct and line.quoted and without_prefix(line)[0] <= 1:
                typed[line.number] = span.rest
        if direct:
            _free_typed(looked_at, {**found, **spans}, len(one.words))
        found |= spans
    return typed


def _answers_directly(lines: Sequence[Line], first: int) -> bool:
    """Whether our letter, from line ``first`` on, is the one answered, not one quoted in that."""
    begins = sum(1 for at in range(first) if lines[at].quoted and begins_quote(lines, at))
    return begins <= 1 and without_prefix(lines[first])[0] <= 1


def _free_typed(lines: Sequence[Line], ours: dict[int, Span], words: int) -> None:
    """Clear ``quoted`` on lines among ours, and below the end of our letter, that are not ours."""
    first, last = min(ours), max(ours)
    for index in range(first, last):
        line = lines[index]
        if index not in ours and _may_be_typed(line) and _WORD.search(line.text):
            line.quoted = line.forwarded = False
    ended = max(span.end for span in ours.values()) >= words - _NEAR_THE_END
    below = [line for line in lines[last + 1 :] if line.text.strip()]
    if not ended or any(not _may_be_typed(line) or _CLOCK.search(line.text) for line in below):
        return  # perhaps an earlier mail goes on there
    if any(begins_quote(lines, index) for index in range(last + 1, len(lines))):
        return
    for line in below:
        line.quoted = line.forwarded = False


def _may_be_typed(line: Line) -> bool:
    return not without_prefix(line)[0] and not line.table
