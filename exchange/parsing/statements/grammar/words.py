"""Words with their parts, and the clauses that they make."""

from __future__ import annotations

from typing import Final, NamedTuple

ROWS_MARK: Final = "\u2462"  # stands for numbers of rows in the text of a clause
ENDS_MARK: Final = "\u2464"  # stands for the last digits of Devices in the text of a clause
PAUSES: Final = frozenset(',;:.!?()[]"=/-')


class Word(NamedTuple):
    """A word or a phrase, with its part in the sentence."""

    part: str
    text: str
    numbers: tuple[int, ...] = ()  # of a number, or of rows


class Clause(NamedTuple):
    """The words between two pauses; ``shape`` has the part of each that is no filler."""

    words: tuple[Word, ...]
    shape: str
    kept: tuple[Word, ...]  # the words of ``shape``
    opens_with: str = ""  # the conjunction before it
