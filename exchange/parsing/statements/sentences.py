"""Split what the sender typed into sentences, each with the Devices it names.

Rows of a list are not sentences: the words next to a Device are read with its row.  But a sentence
may name Devices, and then it keeps them, replaced in its text by a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId
from exchange.parsing.identifiers.tokens import Token, TokenForm, find_tokens
from exchange.parsing.languages.clauses import CODE_MARK as CODE_MARK
from exchange.parsing.languages.clauses import DEVICE_MARK as DEVICE_MARK
from exchange.parsing.languages.clauses import language_of
from exchange.parsing.lists.prose.device_runs import DeviceRun
from exchange.parsing.lists.prose.line_segments import is_mere_item
from exchange.parsing.phrases.act_phrases import THANKED
from exchange.parsing.phrases.answer_phrases import is_sign_off
from exchange.parsing.phrases.desk_phrases import is_added_by_desk
from exchange.parsing.phrases.header_terms import is_table_header
from exchange.parsing.text.cache_short import cache_short
from exchange.parsing.text.lines import Line, normalized

MOST_SENTENCES: Final = 2_000

_LONGEST_LINE: Final = 10_000
_MARGIN: Final = 45  # a line that a client wrapped has at least so many characters
_NARROWEST: Final = 18
_LONGER: Final = 36
_BREAKS: Final = 3  # so many lines without room show that a mail is folded
_LOOKED_AT: Final = 500
_WORDS = re.compile(r"[^\W\d_]{2,}")
_NO_HEX_LETTER = re.compile(r"[g-zG-Z]|[^\x00-\x7f]")
_BULLET = re.compile(
    r"\s*(?:[-*\u2022\u00b7\u25cf\u25e6>]|\(?\d{1,3}(?:[.):]|\s?[-\u2013=])|\(?[a-z][.)])\s+"
)
_NUMBERED_CODE = re.compile(r"\s*\(?\d{1,3}[.):]\s+[0-9A-Fa-f]{4}")
# A row of a table, or the line by which a ticket desk heads a comment: no sentence goes on there.
_ROW = re.compile(
    r"^[^|]*\|[^|]*\||\t|^\s*\d{4}-\d\d-\d\d[ T]\d\d:\d\d|^\s*(?:row|line|item|no|number)\.?\s?\d",
    re.I,
)
_DEVICE_ROW = re.compile(r"\s*[0-9A-Fa-f]{2}(?:[-: ][0-9A-Fa-f]{2}){7}\b|\s*[0-9A-Fa-f]{16}\b")
_HAS_DEVICE = re.compile(r"[0-9A-Fa-f]{2}(?:[-: ][0-9A-Fa-f]{2}){7}|[0-9A-Fa-f]{16}")
# No sentence begins so: it goes on from the line above.
_LABELLED = re.compile(r"\s*[A-Z][^.:!?]{2,80}: ")
_VERB_FIRST = re.compile(r"\s*(?:was|were|been|has been|have been|had been|by)\s")
_SENTENCE_END = re.compile(
    r"(?<=\u2461\d)\s+(?=[A-Z][a-z])|"  # after an install code, in its numbered mark
    r"(?<=[.!?;\u2026])(?<!\b[A-Za-z]\.)(?<!\b(?:No|Dr|Mr|St|vs)\.)"
    r"(?<!\b(?:Mrs|Ltd|Ref|Nos|Inc)\.)[\"')\]]*\s+(?=[\"'(\[]*[^\W_a-z])|(?<=[!?])\s+"
)
_SAYS_MORE = re.compile(r"\b(?:but|not|we|you|these|those|codes?)\b|n't\b", re.I)
_NUMBERED = re.compile(f"([{DEVICE_MARK}{CODE_MARK}])\\d+ ?")
_DEVICE_NUMBER = re.compile(f"{DEVICE_MARK}(\\d+)")
_NOWHERE: Final = Line(0, "")
_APOSTROPHES: Final = {0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x60: "'", 0xB4: "'"}


class Sentence(NamedTuple):
    """One sentence on one line, with straight apostrophes and marks for IDs and codes."""

    text: str
    line: Line  # where it begins
    devices: tuple[DeviceId, ...] = ()
    codes: int = 0  # how many install codes it holds
    item: bool = False  # the words of a row, next to a Device, or a point of a list
    heading: bool = False  # ends with a colon, so that it is about what follows
    signed: bool = False  # below the closing words: a postscript, a signature


def sentences_of(lines: Iterable[Line]) -> Iterator[Sentence]:
    """Yield the sentences of the sender's own lines (no quoted ones), in order.

    Lines without words, such as those of a long list of Devices, are passed over.  Yields at most
    MOST_SENTENCES + 1: a caller that gets them all knows that there may be more.
    """
    count, signed = 0, False
    for paragraph in _paragraphs(lines):
        signed = signed or is_closing(paragraph[0].text)
        for sentence in _split(paragraph, signed=signed):
            yield sentence
            count += 1
            if count > MOST_SENTENCES:
                return


def is_closing(text: str) -> bool:
    """Return whether a line closes what the sender wrote, and says nothing after its thanks."""
    return is_sign_off(text) and not (THANKED.search(text) or _SAYS_MORE.search(text))


def _paragraphs(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield groups of lines that a mail client may have broken out of one line."""
    group: list[Line] = []
    lines = list(lines)
    width = narrow_width(lines)
    for line in lines:
        if (
            isinstance(line, DeviceRun)
            or is_added_by_desk(line.text)
            or not (
                _NO_HEX_LETTER.search(line.text[:_LONGEST_LINE]) or _NUMBERED_CODE.match(line.text)
            )
            or (line.text.rstrip()[-1:] not in ".!?" and is_table_header(line.text))
        ):
            if group:
                yield group
            group = []
            continue
        if group and not _goes_on(group[-1], line, width):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def narrow_width(lines: Sequence[Line]) -> int:
    """Return the width at which a mail is folded if that is too narrow for ``_MARGIN``, else 0.

    It is folded if hardly a line would have had room for the first word of the next one.
    """
    said = [one for one in lines[:_LOOKED_AT] if not isinstance(one, DeviceRun)]
    widest = max((len(one.text.rstrip()) for one in said if " " in one.text.strip()), default=0)
    if not _NARROWEST <= widest < _MARGIN:
        return 0
    full = room = 0
    for one, other in pairwise(said):
        if _may_go_on(one, other) and _starts_low(other.text):
            if _is_full(one, other, widest):
                full += 1
            else:
                room += 1
    needed = _BREAKS - (widest >= _LONGER)  # nobody breaks longer lines so by chance
    return widest if full >= needed and full >= _BREAKS * room else 0


def _is_full(before: Line, line: Line, width: int) -> bool:
    """Return whether the first word of ``line`` had no room at the end of ``before``."""
    return len(before.text.rstrip()) + 1 + len(line.text.split(maxsplit=1)[0]) > width


def _starts_low(text: str) -> bool:
    return text.strip()[:1].islower()


def _may_go_on(before: Line, line: Line) -> bool:
    """Return whether nothing speaks against it that ``line`` continues the line ``before``."""
    if line.number != before.number + 1 or line.table or before.table:
        return False
    if _LABELLED.match(line.text) and _LABELLED.match(before.text):
        return False  # the lines of a form
    if (
        _BULLET.match(line.text)
        or _DEVICE_ROW.match(line.text)
        or _ROW.search(line.text)
        or _ROW.search(before.text)
        or not line.text.strip()
        or is_sign_off(line.text)
    ):
        return False
    return bool(before.text.strip())


def _goes_on(before: Line, line: Line, width: int) -> bool:
    """Return whether ``line`` continues the sentence of the line ``before``.

    ``width``: that of a mail that is folded narrowly, else 0.
    """
    if not _may_go_on(before, line):
        return False
    ended = before.text.rstrip()
    if (
        _VERB_FIRST.match(line.text)
        and ended[-1:] not in ".,:;!?"
        and not _HAS_DEVICE.search(ended)
    ):
        return True
    if width and ended[-1:] not in ".:;!?" and _is_full(before, line, width):
        return True
    return len(ended) >= _MARGIN and ended[-1:] not in ".:;!?"


def _split(paragraph: list[Line], *, signed: bool) -> Iterator[Sentence]:
    text = " ".join([normalized(line.text[:_LONGEST_LINE]).strip() for line in paragraph])
    for one in _split_text(text):
        yield one._replace(line=paragraph[0], signed=signed)


@cache_short
def _split_text(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of one paragraph on one line, without their place."""
    return tuple(islice(_sentences_in(text.translate(_APOSTROPHES)), MOST_SENTENCES + 1))


def _sentences_in(text: str) -> Iterator[Sentence]:
    tokens = find_tokens(text)
    devices = [
        one for one in tokens if one.device is not None and one.form is not TokenForm.DECIMAL
    ]
    codes = [one for one in tokens if one.form is TokenForm.CODE]
    marked, spans = _with_marks(text, devices, codes)
    bullet = _BULLET.match(marked)
    for piece in _pieces(marked[bullet.end() if bullet else 0 :]):
        if piece is None or not (_WORDS.search(piece) or (codes and bullet and not devices)):
            continue
        named = tuple(spans[int(at)] for at in _DEVICE_NUMBER.findall(piece))
        clean = " ".join(_NUMBERED.sub(r"\1", piece).split())
        rest = clean.replace(DEVICE_MARK, " ").replace(CODE_MARK, " ")
        yield Sentence(
            clean,
            _NOWHERE,
            tuple(one for one in named if one is not None),
            clean.count(CODE_MARK),
            item=bool(named) and is_mere_item(rest),
            heading=clean.endswith(":"),
        )


def _pieces(text: str) -> Iterator[str | None]:
    """Yield the sentences of a text; one that stands there in two languages is two."""
    for piece in _SENTENCE_END.split(text):
        halves = piece.split(" / ") if piece and " / " in piece else [piece]
        if len(halves) == 2 and language_of(halves[0] or "") != language_of(halves[1] or ""):
            yield from halves
        else:
            yield piece


def _with_marks(
    text: str, devices: list[Token], codes: list[Token]
) -> tuple[str, list[DeviceId | None]]:
    """Return the text with numbered marks for its IDs and codes, and the Device of each mark."""
    pieces: list[str] = []
    named: list[DeviceId | None] = []
    last = 0
    for token in sorted([*devices, *codes], key=lambda one: one.start):
        mark = DEVICE_MARK if token.form is not TokenForm.CODE else CODE_MARK
        pieces += [text[last : token.start], f"{mark}{len(named)} "]
        named.append(token.device if mark == DEVICE_MARK else None)
        last = token.end
    return "".join([*pieces, text[last:]]), named
