"""Recognise the text of a letter that we sent where it comes back in a mail.

A letter is kept as the hashes of its words in order, so that line breaks, blanks, quote marks and
punctuation do not matter.  A passage is ours if it has enough of our words in our order; around it,
whole lines of ours are recognised as long as they follow the order of the letter.  Short phrases
alone are never ours: people answer in the very words that the letter asks for.
"""

from __future__ import annotations

import base64
import binascii
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Final, NamedTuple

from exchange.errors import BadInput

MOST_WORDS: Final = 20_000  # of one letter: its body has few rows, long lists are attached
_HASH_BYTES: Final = 8
_MOST_PLACES: Final = 32  # where one word of the letter is looked for
_ANCHOR: Final = 8  # so many different words in a row make a passage ours
_LONGEST_WORD: Final = 100
_MOST_STEPS: Final = 2_000_000  # words compared; a mail that repeats a letter takes thousands


@dataclass(frozen=True, slots=True)
class SentText:
    """One rendering of a letter: the hashes of its words, and which of them begin a line."""

    words: tuple[int, ...]
    starts: frozenset[int]

    @classmethod
    def of(cls, lines: Iterable[str]) -> SentText:
        """Return the text of a letter with these lines; what passes MOST_WORDS is left out."""
        words: list[int] = []
        starts: set[int] = set()
        for line in lines:
            found = words_of(line)
            if found:
                starts.add(len(words))
                words += map(_hash, found)
            if len(words) > MOST_WORDS:
                break
        return cls(tuple(words[:MOST_WORDS]), frozenset(starts))

    def as_value(self) -> list[str]:
        """Return two texts of base64, for JSON."""
        return [
            base64.b64encode(array("Q", self.words).tobytes()).decode("ascii"),
            base64.b64encode(array("I", sorted(self.starts)).tobytes()).decode("ascii"),
        ]

    @classmethod
    def from_value(cls, value: Sequence[str]) -> SentText:
        """Return the text for what ``as_value`` gave; raises BadInput for anything else."""
        try:
            words, starts = array("Q"), array("I")
            words.frombytes(base64.b64decode(value[0], validate=True))
            starts.frombytes(base64.b64decode(value[1], validate=True))
        except (binascii.Error, ValueError, TypeError, LookupError):
            raise BadInput("the words of a letter are damaged") from None
        return cls(tuple(words), frozenset(starts))


class Span(NamedTuple):
    """Which words of a letter a line repeats; ``rest``: what it has besides, after them."""

    start: int
    end: int
    rest: str = ""


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case; all but letters and digits is left out.

    A word ends at a blank, so a Device ID with its hyphens is one.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    found = ("".join(filter(str.isalnum, one)) for one in text.casefold().split())
    return [one[:_LONGEST_WORD] for one in found if one]


@lru_cache(maxsize=4096)
def _hash(word: str) -> int:
    return int.from_bytes(
        blake2b(word.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest(), "big"
    )


def align(lines: Sequence[tuple[int, str]], sent: SentText) -> dict[int, Span]:
    """Return which of the numbered ``lines`` repeat words of ``sent``, in its order.

    A line that repeats a row of ours and goes on has the remainder in its span.
    """
    found = _Aligner(sent)
    return found.align([one for one in map(found.candidates, lines) if one is not None])


class _Candidate(NamedTuple):
    """A line that may be ours, and the places at which the letter has all or some of its words."""

    number: int
    words: list[str]
    whole: list[Span]
    begun: list[Span]  # it begins with a whole row of ours that names a Device


class _Aligner:
    def __init__(self, sent: SentText) -> None:
        self.sent = sent.words
        self.starts = sent.starts
        self.ends = {(one or len(sent.words)) for one in sent.starts} | {len(sent.words)}
        self.places: dict[int, list[int]] = {}
        for at, word in enumerate(sent.words):
            places = self.places.setdefault(word, [])
            if len(places) < _MOST_PLACES:
                places.append(at)
        self.steps = _MOST_STEPS
        self.pairs = set(pairwise(sent.words))

    def candidates(self, line: tuple[int, str]) -> _Candidate | None:
        """Return where the letter may have this line; None if nowhere."""
        number, text = line
        words = words_of(text)
        if not words:
            return None
        hashes = [_hash(one) for one in words]
        # A client that renders our HTML may add the number of a point, or leave a bullet.
        numbered = words[0].isdecimal() and _names_device(words[1:2])  # "3 Devices" has a 3 too
        strange = hashes[0] not in self.places or numbered
        skip = int(strange and len(words) > 1 and len(words[0]) <= 2)
        whole: list[Span] = []
        begun: list[Span] = []
        places = self.places.get(hashes[skip], ()) if self.steps > 0 else ()
        for at in places:
            length = self._length(hashes, skip, at)
            self.steps -= length
            if length == len(hashes) - skip:
                whole.append(Span(at, at + length))
            elif at in self.starts and _names_device(words[skip : skip + length]):
                begun.append(Span(at, at + length, _after(text, skip + length)))
        if not whole and not begun:
            return self._similar(number, words, hashes)
        return _Candidate(number, words, whole, begun)

    def _length(self, hashes: Sequence[int], skip: int, at: int) -> int:
        length = 0
        for ours, theirs in zip(self.sent[at : at + len(hashes)], hashes[skip:], strict=False):
            if ours != theirs:
                break
            length += 1
        return length

    def _similar(self, number: int, words: list[str], hashes: list[int]) -> _Candidate | None:
        """Return a sentence of ours in which a client changed some words, such as an address."""
        if len(words) < _ANCHOR or any(map(_is_number, words)):
            return None
        pairs = list(pairwise(hashes))
        if sum(pair in self.pairs for pair in pairs) * 10 < len(pairs) * 6:
            return None
        return _Candidate(number, words, [], [])

    def align(self, lines: Sequence[_Candidate]) -> dict[int, Span]:
        """Return the lines that are ours: passages first, then what lies around them."""
        taken: dict[int, Span] = {}
        for first, spans in self._passages(lines):
            taken |= {first + offset: span for offset, span in enumerate(spans)}
        if not taken:
            return {}
        self._around(lines, taken)
        return {lines[at].number: span for at, span in taken.items()}

    def _passages(self, lines: Sequence[_Candidate]) -> list[tuple[int, list[Span]]]:
        """Return runs of lines that go on where the letter goes on, with enough of our words."""
        found: list[tuple[int, list[Span]]] = []
        at = 0
        while at < len(lines):
            best: list[Span] = []
            for whole in lines[at].whole:
                run = [whole]
                for below in range(at + 1, len(lines)):
                    following = [one for one in lines[below].whole if one.start == run[-1].end]
                    if not following:
                        break
                    run.append(following[0])
                if not best or run[-1].end - run[0].start > best[-1].end - best[0].start:
                    best = run
            words = {one for line in lines[at : at + len(best)] for one in line.words}
            if sum(not _is_number(one) for one in words) >= _ANCHOR:
                found.append((at, best))
            at += max(1, len(best))
        return found

    def _around(self, lines: Sequence[_Candidate], taken: dict[int, Span]) -> None:
        """Add whole lines and begun rows of ours around the passages, in the letter's order."""
        first, last = min(taken), max(taken)
        after = taken[first].start
        for at in range(first - 1, -1, -1):
            fits = [one for one in lines[at].whole if one.end <= after and self._fits(one, after)]
            if fits:
                taken[at] = fits[-1]
                after = fits[-1].start
        before = 0
        for at in range(min(taken), len(lines)):
            if at in taken:
                before = taken[at].end
                continue
            line = lines[at]
            fits = [one for one in line.whole if one.start >= before and self._fits(one, before)]
            fits = fits or [one for one in line.begun if one.start >= before]
            if fits:
                taken[at] = fits[0]
                before = fits[0].end
            elif at < last and not line.whole and not line.begun:
                taken[at] = Span(before, before)

    def _fits(self, span: Span, edge: int) -> bool:
        """Whether ``span`` is made of whole lines of the letter, or touches what is ours."""
        whole = span.start in self.starts and span.end in self.ends
        return whole or edge in (span.start, span.end)


def _is_number(word: str) -> bool:
    """Whether a word is a Device ID, a piece of a code, or another number."""
    return any(map(str.isdecimal, word)) or (len(word) > 3 and not word.strip("abcdef"))


def _names_device(words: Sequence[str]) -> bool:
    return any(len(one) == 16 and all(c in "0123456789abcdef" for c in one) for one in words)


def _after(text: str, count: int) -> str:
    """Return what follows the first ``count`` words of a line."""
    pieces = text.split()
    at = 0
    for index, piece in enumerate(pieces):
        if any(map(str.isalnum, piece)):
            at += 1
        if at == count:
            return " ".join(pieces[index + 1 :])
    return ""
