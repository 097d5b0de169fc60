"""Put the pieces of text of a PDF page into lines, without those that it strikes out.

pypdf joins pieces whose base lines are less than a line apart, also where the second begins below
or under the first: two rows of a table then look like one word.  A piece that begins before the
one in front of it has ended is another line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pypdf import PageObject
from pypdf.generic import DictionaryObject

# The narrowest that a letter may be, as a share of the height of its font.
_NARROW: Final = 0.2
_LEVEL: Final = 0.05  # of the height of the font: less than this is rounded, more is another line
# A line through the middle of the letters strikes them out; one at their foot underlines them, and
# the rules of a table are above and below.
_MIDDLE: Final = (0.15, 0.5)
_THIN: Final = 0.12  # of the height of the letters: a thicker bar is a background or a redaction
_MOST_RULES: Final = 20_000
_MOST_NOTES: Final = 10_000
_MARKED: Final = 0.45  # how high over the foot of a mark the middle of its letters is
_HIDDEN: Final = 2  # a bit of the flags of an annotation
_SHARE_STRUCK: Final = 0.6  # of the narrowest that a piece may be


class _Piece(NamedTuple):
    text: str
    form: int  # a drawing within the page has coordinates of its own
    page_x: float
    page_y: float
    along: float  # where it begins in the direction of writing
    across: float  # its base line, at right angles to that
    size: float
    unseen: bool = False  # white, invisible or off the page

    @property
    def least(self) -> float:
        """How long it is at least."""
        return _NARROW * self.size * len(self.text.strip())


class _Rule(NamedTuple):
    form: int
    left: float
    right: float
    height: float
    thickness: float


@dataclass(slots=True)
class _Collector:
    """Takes what pypdf reports while it reads a page."""

    pieces: list[_Piece] = field(default_factory=list)
    rules: list[_Rule] = field(default_factory=list)
    _path: list[_Rule] = field(default_factory=list)
    _at: tuple[float, float] = (0.0, 0.0)
    _width: float = 1.0
    _forms: list[int] = field(default_factory=lambda: [0])
    _last_form: int = 0
    box: tuple[float, float, float, float] = (0.0, 0.0, math.inf, math.inf)  # what the page shows
    _white: bool = False
    _invisible: bool = False
    _saved: list[tuple[bool, bool]] = field(default_factory=list)
    _drawn_unseen: bool = False  # some of the text since the last piece

    def text(self, text: str, cm: Sequence[float], tm: Sequence[float], _: Any, size: Any) -> None:
        """Take a piece of text with the matrices that place it."""
        if not text:
            return
        a, b, c, d, x, y = _product(tm, cm)
        length = math.hypot(a, b) or 1.0
        along, across = (x * a + y * b) / length, (y * a - x * b) / length
        height = abs(float(size) * math.hypot(c, d)) if isinstance(size, int | float) else 0.0
        unseen = self._drawn_unseen or (self._forms[-1] == 0 and self._is_off_page(x, y, height))
        self.pieces.append(_Piece(text, self._forms[-1], x, y, along, across, height, unseen))
        self._drawn_unseen = False

    def _is_off_page(self, x: float, y: float, height: float) -> bool:
        left, bottom, right, top = self.box
        return x > right or y > top or x < left - height or y + height < bottom

    def operand(
        self, operator: bytes, operands: Sequence[Any], cm: Sequence[float], _: Any
    ) -> None:
        """Take a step of drawing; level lines and thin bars are kept once they are painted."""
        if operator in _PAINTS:
            if len(self.rules) < _MOST_RULES:
                self.rules += self._path
            self._path = []
        elif operator == b"Do":
            self._last_form += 1
            self._forms.append(self._last_form)
        elif operator in (b"n", b"BT"):
            self._path = []
        elif operator == b"w" and operands:
            self._width = float(operands[0])
        elif operator == b"m" and len(operands) >= 2:
            self._at = _point(cm, operands[0], operands[1])
        elif operator == b"l" and len(operands) >= 2:
            before, self._at = self._at, _point(cm, operands[0], operands[1])
            if abs(before[1] - self._at[1]) < abs(before[0] - self._at[0]) / 100:
                self._rule(before[0], self._at[0], self._at[1], self._width * _scale(cm))
        elif operator == b"re" and len(operands) >= 4:
            x, y, width, height = map(float, operands[:4])
            left, bottom = _point(cm, x, y)
            right, top = _point(cm, x + width, y + height)
            self._rule(left, right, (bottom + top) / 2, abs(top - bottom))

    def _rule(self, one: float, other: float, height: float, thickness: float) -> None:
        left, right = min(one, other), max(one, other)
        self._path.append(_Rule(self._forms[-1], left, right, height, thickness))

    def after(self, operator: bytes, operands: Sequence[Any], *_: Any) -> None:
        """Take the end of a step of drawing; pypdf reports text at the start of a later one."""
        if operator == b"Do":
            self._forms.pop()
        elif operator in _SHOWS:
            self._drawn_unseen |= self._white or self._invisible
        elif operator == b"q" and len(self._saved) < _MOST_NOTES:
            self._saved.append((self._white, self._invisible))
        elif operator == b"Q" and self._saved:
            self._white, self._invisible = self._saved.pop()
        elif operator == b"Tr" and operands:
            self._invisible = operands[0] in _INVISIBLE
        elif operator in _WHITE:
            numbers = [float(one) for one in operands if isinstance(one, int | float)]
            self._white = bool(numbers) and numbers == [_WHITE[operator]] * len(operands)
        elif operator in (b"sc", b"scn", b"cs"):
            self._white = False

    def lines(self) -> tuple[list[str], list[str], list[str]]:
        """Return the lines of the page, what is struck out of them, and what does not show."""
        text: list[str] = []
        struck: list[str] = []
        unseen: list[str] = []
        last: _Piece | None = None
        for piece in self.pieces:
            words = piece.text
            if not words.strip():
                text.append(words)
                continue
            if last is not None and _glued(text, words) and not _continues(last, piece):
                text.append("\n")
            if piece.unseen:
                unseen.append(words.strip())
                words = words[len(words.rstrip()) :] or " "
            elif self._is_struck(piece):
                struck.append(words.strip())
                words = words[len(words.rstrip()) :] or " "
            text.append(words)
            last = piece
        return "".join(text).splitlines(), struck, unseen

    def _is_struck(self, piece: _Piece) -> bool:
        low, high = (piece.page_y + share * piece.size for share in _MIDDLE)
        thin, least = _THIN * piece.size, _SHARE_STRUCK * piece.least
        return any(
            rule.form == piece.form
            and low < rule.height < high
            and rule.thickness <= thin
            and min(rule.right, piece.page_x + piece.least) - max(rule.left, piece.page_x) > least
            for rule in self.rules
        )


_SHOWS: Final = (b"Tj", b"TJ", b"'", b'"')
_INVISIBLE: Final = (3, 7)  # the modes of text that is neither filled nor stroked
_WHITE: Final = {b"g": 1.0, b"rg": 1.0, b"k": 0.0}  # what all parts of white are
_PAINTS: Final = frozenset((b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"))


class PageText(NamedTuple):
    """What a page says."""

    lines: list[str]  # in the order it draws them
    struck: list[str]  # the pieces of text that it strikes out, which are in no line
    unseen: list[str]  # those that nobody sees on it, in no line either
    fields: list[str]  # what is typed into its form, and into boxes of text put on it


def page_text(page: PageObject) -> PageText:
    """Read a page."""
    left, bottom, right, top = map(float, page.cropbox)
    seen = _Collector(box=(min(left, right), min(bottom, top), max(left, right), max(bottom, top)))
    notes = list(_annotations(page))
    for note in notes:
        if note.get("/Subtype") == "/StrikeOut":
            seen.rules += _crossed(note.get("/QuadPoints") or ())
    page.extract_text(
        visitor_text=seen.text,
        visitor_operand_before=seen.operand,
        visitor_operand_after=seen.after,
    )
    return PageText(*seen.lines(), [text for note in notes for text in _typed(note)])


def _annotations(page: PageObject) -> Iterator[DictionaryObject]:
    listed = page.get("/Annots")
    listed = listed.get_object() if listed is not None else None
    for one in (listed if isinstance(listed, list) else [])[:_MOST_NOTES]:
        note = one.get_object()
        if isinstance(note, DictionaryObject) and not int(note.get("/F", 0)) & _HIDDEN:
            yield note


def _typed(note: DictionaryObject) -> list[str]:
    """Return the lines that somebody typed into a field of text or a box on the page."""
    value: Any = None
    if note.get("/Subtype") == "/FreeText":
        value = note.get("/Contents")
    elif note.get("/Subtype") == "/Widget":
        parent = note.get("/Parent")
        holders = [note, parent.get_object()] if parent is not None else [note]
        kind = next((one["/FT"] for one in holders if "/FT" in one), None)
        if kind in ("/Tx", "/Ch"):
            value = next((one["/V"] for one in holders if "/V" in one), None)
    value = value.get_object() if hasattr(value, "get_object") else value
    return [one for one in value.splitlines() if one.strip()] if isinstance(value, str) else []


def _crossed(corners: Sequence[Any]) -> Iterator[_Rule]:
    """Return the lines of a mark that strikes out: four corners, eight numbers, for each line."""
    numbers = [float(one) for one in corners[: _MOST_NOTES * 8]]
    for at in range(0, len(numbers) - 7, 8):
        across, up = numbers[at : at + 8 : 2], numbers[at + 1 : at + 8 : 2]
        middle = min(up) + (max(up) - min(up)) * _MARKED
        yield _Rule(0, min(across), max(across), middle, 0.0)


def _glued(text: list[str], words: str) -> bool:
    """Return whether nothing parts ``words`` from the ``text`` before it."""
    return bool(text) and not text[-1][-1:].isspace() and not words[:1].isspace()


def _continues(last: _Piece, piece: _Piece) -> bool:
    level = abs(piece.across - last.across) <= _LEVEL * last.size
    return level and piece.along > last.along + last.least


def _product(one: Sequence[float], other: Sequence[float]) -> tuple[float, ...]:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j,
            e * g + f * i + k, e * h + f * j + m)  # fmt: skip


def _point(cm: Sequence[float], x: Any, y: Any) -> tuple[float, float]:
    across, up = float(x), float(y)
    return cm[0] * across + cm[2] * up + cm[4], cm[1] * across + cm[3] * up + cm[5]


def _scale(cm: Sequence[float]) -> float:
    return math.hypot(cm[2], cm[3])
