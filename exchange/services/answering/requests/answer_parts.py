"""Make an answer's files, in as many parts as the recipient's size limit needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from exchange.errors import BadInput
from exchange.rendering.workbook import SheetFacts, answer_batches, answers_csv, answers_workbook

# The text of the mail, its headers and boundaries; a quarter of the limit if that is low.
_ROOM, _LEAST_ROOM = 100_000, 12_000
# A base64 line of 76 characters and its end hold 57 bytes (RFC 2045, 6.8).
_LINE_BYTES, _LINE_LENGTH = 57, 78
# Rows of a workbook do not all compress equally.
_SLACK: Final = 1.03
_SAMPLE: Final = 2_000
_AT_ONCE: Final = 2  # parts made in parallel: numpy and zlib release the GIL
_LONGEST_ROW: Final = 500  # bytes in an ordinary list, both files; longer ones are measured
_MOST_PARTS: Final = 500  # more would flood the recipient


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """Which part of an answer a mail is, and the first and last of its rows, counted from 1."""

    number: int
    of: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Files:
    """The files attached to a mail; ``name`` without extension is the same for both."""

    name: str
    workbook: bytes = field(repr=False)
    csv: bytes = field(repr=False)

    @property
    def encoded(self) -> int:
        """Return how many bytes they take in a mail."""
        return _encoded(len(self.workbook)) + _encoded(len(self.csv))


def answers_in_parts(
    rows: Sequence[tuple[str, ...]], facts: SheetFacts, most: int, called: int = 0
) -> Iterator[tuple[AnswerPart | None, slice, Files]]:
    """Yield part, rows and files of each mail; the part is None if one mail holds all the rows.

    ``most`` is the largest mail in bytes, 0 for no limit.  Raises BadInput if not even a row fits,
    or if it would take too many mails; ``called`` is the limit to name then, if it differs.
    """
    called = called or most
    room = min(_ROOM, max(most // 4, _LEAST_ROOM))
    of, free = 1, most - room if most else 0
    if most and len(rows) * _LONGEST_ROW + _ROOM > most:
        if free <= 0 or _taken(rows[:1], facts) > free:
            raise BadInput(
                f"an answer does not fit into mails of {called:,} bytes", place=facts.reference
            )
        of = max(1, -(-_expected(rows, facts) // free))
    while True:
        if of > max(1, min(len(rows), _MOST_PARTS)):
            raise BadInput(
                f"an answer of {len(rows):,} Devices does not fit into {_MOST_PARTS} mails of "
                f"{called:,} bytes",
                place=facts.reference,
            )
        made, largest = _made(rows, facts, of, free)
        if not largest:
            made.reverse()
            while made:
                yield made.pop()
            return
        # In proportion, so that a far lower limit is not approached in steps of one.
        grown = max(of + 1, of * largest // free)
        of = len(rows) if of < len(rows) < grown else grown


def _made(
    rows: Sequence[tuple[str, ...]], facts: SheetFacts, of: int, free: int
) -> tuple[list[tuple[AnswerPart | None, slice, Files]], int]:
    """Return all parts and 0; or, as soon as one exceeds ``free`` bytes, none and its size."""
    bounds = [len(rows) * nth // of for nth in range(of + 1)]

    def one(number: int) -> tuple[AnswerPart | None, slice, Files]:
        first, last = bounds[number - 1 : number + 1]
        part = AnswerPart(number, of, first + 1, last) if of > 1 else None
        name = facts.reference + (f"-part{number}of{of}" if part else "")
        title = facts.title + (f", part {number} of {of}" if part else "")
        files = _files(name, rows[first:last], replace(facts, title=title))
        return part, slice(first, last), files

    made = []
    with ThreadPoolExecutor(_AT_ONCE) as makers:
        for each in map(one, (1,)) if of == 1 else makers.map(one, range(1, of + 1)):
            made.append(each)
            if free and each[2].encoded > free:
                makers.shutdown(wait=False, cancel_futures=True)
                return [], each[2].encoded
    return made, 0


def _taken(rows: Sequence[tuple[str, ...]], facts: SheetFacts) -> int:
    return _files("", rows, facts).encoded


def _files(name: str, rows: Sequence[tuple[str, ...]], facts: SheetFacts) -> Files:
    own = answer_batches(rows)
    return Files(name, answers_workbook(own, facts), answers_csv(own))


def _expected(rows: Sequence[tuple[str, ...]], facts: SheetFacts) -> int:
    """Estimate from a sample how many bytes the files with all rows would take."""
    step = max(1, len(rows) // _SAMPLE)
    sample = rows[::step]
    return round(_taken(sample, facts) * len(rows) / max(1, len(sample)) * _SLACK)


def _encoded(number: int) -> int:
    return -(-number // _LINE_BYTES) * _LINE_LENGTH
