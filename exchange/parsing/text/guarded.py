"""Search for patterns that most texts cannot match, without trying them at every character.

A pattern that ignores case is tried at each character of a text.  Most patterns cannot match
without certain letters in a row: where a text has none of these, nothing else is tried.  Which
letters is read from the pattern itself, so that the two cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from re import _parser  # type: ignore[attr-defined]  # what re.compile reads a pattern with
from typing import Any, Final, NamedTuple

_MOST: Final = 60  # to look for more letters in a row takes as long as to try the pattern
_MOST_ENDINGS: Final = 24  # that a piece of a pattern goes on with
_LEAST: Final = 3  # letters in a row that not every text has
_ENOUGH: Final = 8
_A_LETTER: Final = 5  # so many more needles are worth it if each has a letter more
# Where case is ignored, a pattern takes these for letters that they are not in lower case.
_ODD: Final = re.compile(
    "[\u00b5\u0130\u0131\u017f\u0345\u0370-\u03ff\u1c80-\u1c8f\u1e00-\u1fff\ua640-\ua69f\ufb00-\ufb06]"
)
_EMPTY: Final = frozenset(("",))


class Guarded:
    """A pattern that ignores case, with letters in a row of which a text needs one."""

    __slots__ = ("needles", "pattern")

    def __init__(self, pattern: str) -> None:
        """Compile a pattern; where no letters can be read from it, it is always tried."""
        self.pattern = re.compile(pattern, re.I)
        self.needles = needles_of(pattern)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match, as the pattern itself would."""
        return self.pattern.search(text) if may_match(self.needles, low_of(text)) else None

    def sub(self, into: str, text: str) -> str:
        """Return ``text`` with every match replaced."""
        return self.pattern.sub(into, text) if may_match(self.needles, low_of(text)) else text


def low_of(text: str) -> str:
    """Return ``text`` as the needles are looked for in it; empty if they cannot be."""
    return text.lower() if text.isascii() or not _ODD.search(text) else ""


def may_match(needles: tuple[str, ...], low: str) -> bool:
    """Return whether a text has what a pattern needs; ``low``: the text in lower case."""
    for needle in needles:  # a loop, because any() takes twice as long for so few
        if needle in low:
            return True
    return not (needles and low)


def substituted(patterns: Iterable[tuple[Guarded, str]], text: str) -> str:
    """Return ``text`` with the matches of each pattern replaced, one pattern after the other."""
    low = low_of(text)
    for guarded, into in patterns:
        if may_match(guarded.needles, low):
            text = guarded.pattern.sub(into, text)
            low = low_of(text)
    return text


class _Needs(NamedTuple):
    """What a part of a pattern needs."""

    whole: frozenset[str] | None  # all texts that it matches, if they are few
    best: frozenset[str] | None  # of these, one is in each text that it matches


_NOTHING: Final = _Needs(None, None)


def needles_of(pattern: str) -> tuple[str, ...]:
    """Return letters in a row, in lower case; no text without one of them has a match.

    Empty if the pattern shows none that are rare enough.
    """
    parsed = _parser.parse(pattern, re.I)
    found = _of_sequence(parsed).best
    return tuple(sorted(found)) if found and _rarity(found) >= _LEAST else ()


def _worth(found: frozenset[str]) -> float:
    """Return how good needles are: long ones are rare, and few are quickly looked for."""
    return min(_ENOUGH, _rarity(found)) - len(found) / _A_LETTER


def _rarity(found: frozenset[str]) -> int:
    """Return the length of the shortest needle; a character of another alphabet is rarer."""
    return min(len(one.encode()) for one in found)


def _better(*several: frozenset[str] | None) -> frozenset[str] | None:
    fit = [_shortest(one) for one in several if one and "" not in one]
    return max((one for one in fit if len(one) <= _MOST), key=_worth, default=None)


def _shortest(found: frozenset[str]) -> frozenset[str]:
    """Return needles without those that have another one in them."""
    kept: list[str] = []
    for one in sorted(found, key=len):
        if not any(other in one for other in kept):
            kept.append(one)
    return frozenset(kept)


def _of_sequence(items: Iterable[tuple[object, Any]]) -> _Needs:
    best: frozenset[str] | None = None
    here: frozenset[str] = _EMPTY  # what the items since the last unknown one match
    exact = True
    for operation, argument in items:
        needs = _of_item(str(operation), argument)
        best = _better(best, needs.best)
        longer = needs.whole and frozenset(one + other for one in here for other in needs.whole)
        if longer and len(longer) <= _MOST_ENDINGS:
            if len(longer) > len(here):
                best = _better(best, here, needs.whole)
            here = longer
            continue
        best, exact = _better(best, here), False
        here = needs.whole or _EMPTY
    return _Needs(here if exact else None, _better(best, here))


def _of_item(operation: str, argument: Any) -> _Needs:
    """Return the needs of one item; one that is not known needs nothing."""
    read = _READERS.get(operation)
    return read(argument) if read else _NOTHING


def _of_literal(code: int) -> _Needs:
    low = chr(code).lower()
    known = len(low) == 1 and not _ODD.search(chr(code))
    return _Needs(frozenset((low,)), None) if known else _NOTHING


def _of_choice(argument: Any) -> _Needs:
    """Return the needs of several branches: one of each."""
    branches = [_of_sequence(one) for one in argument[1]]
    wholes = [one.whole for one in branches if one.whole is not None]
    best = [_better(one.best, one.whole) for one in branches]
    known = [one for one in best if one is not None]
    return _Needs(
        frozenset().union(*wholes) if len(wholes) == len(branches) else None,
        frozenset().union(*known) if len(known) == len(branches) else None,
    )


def _of_set(argument: Any) -> _Needs:
    """Return the needs of a set of characters: one of them, if it has no ranges."""
    wholes = [
        _of_literal(code).whole if str(operation) == "LITERAL" else None
        for operation, code in argument
    ]
    known = [one for one in wholes if one is not None]
    return _Needs(frozenset().union(*known), None) if len(known) == len(wholes) else _NOTHING


def _of_group(argument: Any) -> _Needs:
    return _of_sequence(argument[-1])


def _of_repeat(argument: Any) -> _Needs:
    least, most, items = argument
    needs = _of_sequence(items)
    if (least, most) == (1, 1):
        return needs
    if (least, most) == (0, 1) and needs.whole is not None:
        return _Needs(needs.whole | _EMPTY, None)
    return _Needs(None, _better(needs.best, needs.whole) if least else None)


def _of_position(_: object) -> _Needs:
    return _Needs(_EMPTY, None)


def _of_assertion(argument: Any) -> _Needs:
    """Return the needs of what stands before or after: it is in the text, not in the match."""
    needs = _of_sequence(argument[1])
    return _Needs(_EMPTY, _better(needs.best, needs.whole))


_READERS: Final[dict[str, Callable[[Any], _Needs]]] = {
    "LITERAL": _of_literal,
    "BRANCH": _of_choice,
    "IN": _of_set,
    "SUBPATTERN": _of_group,
    "ATOMIC_GROUP": _of_sequence,
    "MAX_REPEAT": _of_repeat,
    "MIN_REPEAT": _of_repeat,
    "POSSESSIVE_REPEAT": _of_repeat,
    "AT": _of_position,
    "ASSERT": _of_assertion,
    "ASSERT_NOT": _of_position,
}
