"""An answer's files, in as many parts as the other side's ceiling on a mail asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from exchange.errors import BadInput
from exchange.rendering.workbook import Sheetfacts, answers_csv, answers_workbook

# The text of the mail, its headers and boundaries.
_ROOM: Final = 100_000
# A base64 line of 76 characters and its end hold 57 bytes (RFC 2045, 6.8).
_LINE_BYTES, _LINE_LENGTH = 57, 78
# A workbook's rows do not all pack alike.
_SLACK: Final = 1.03
_SAMPLE: Final = 2_000
_AT_ONCE: Final = 2  # parts made side by side: numpy and zlib leave the interpreter to each other
_LONGEST_ROW: Final = 500  # of an ordinary list, both files together; what is longer is found out


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of an answer a mail is, and the first and last of its rows, counted from 1."""

    number: int
    of: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Files:
    """What goes with a mail; ``name`` is the same for both, without its ending."""

    name: str
    workbook: bytes = field(repr=False)
    csv: bytes = field(repr=False)

    @property
    def mail_bytes(self) -> int:
        """The size of a mail that carries them."""
        return _ROOM + _encoded(len(self.workbook)) + _encoded(len(self.csv))


def in_parts(
    rows: Sequence[tuple[str, ...]], facts: Sheetfacts, most: int
) -> Iterator[tuple[Part | None, slice, Files]]:
    """Part, rows and files of each mail; no part where one mail of ``most`` bytes holds them all.

    ``most`` 0 is no ceiling.  Raises BadInput where not even a few rows fit.
    """
    long = most and len(rows) * _LONGEST_ROW + _ROOM > most
    of = -(-_expected(rows, facts) // most) if long else 1
    while True:
        made = _made(rows, facts, of, most)
        if made is not None:
            made.reverse()
            while made:
                yield made.pop()
            return
        of += 1


def _made(
    rows: Sequence[tuple[str, ...]], facts: Sheetfacts, of: int, most: int
) -> list[tuple[Part | None, slice, Files]] | None:
    """All parts, or None when one of them is larger than it may be."""
    if of > max(1, len(rows)):
        raise BadInput(
            f"an answer does not fit into mails of {most:,} bytes", place=facts.reference
        )
    bounds = [len(rows) * nth // of for nth in range(of + 1)]

    def one(number: int) -> tuple[Part | None, slice, Files]:
        first, last = bounds[number - 1 : number + 1]
        part = Part(number, of, first + 1, last) if of > 1 else None
        name = facts.reference + (f"-part{number}of{of}" if part else "")
        title = facts.title + (f", part {number} of {of}" if part else "")
        own = rows[first:last]
        files = Files(name, answers_workbook(own, replace(facts, title=title)), answers_csv(own))
        return part, slice(first, last), files

    if of == 1:
        made = [one(1)]
    else:
        with ThreadPoolExecutor(_AT_ONCE) as makers:
            made = list(makers.map(one, range(1, of + 1)))
    fits = not most or all(files.mail_bytes <= most for _, _, files in made)
    return made if fits else None


def _expected(rows: Sequence[tuple[str, ...]], facts: Sheetfacts) -> int:
    """About how many bytes one mail with all rows would have, by those of some rows."""
    step = max(1, len(rows) // _SAMPLE)
    sample = rows[::step]
    files = Files("", answers_workbook(sample, facts), answers_csv(sample))
    share = len(rows) / max(1, len(sample))
    return _ROOM + round((files.mail_bytes - _ROOM) * share * _SLACK)


def _encoded(number: int) -> int:
    return -(-number // _LINE_BYTES) * _LINE_LENGTH
