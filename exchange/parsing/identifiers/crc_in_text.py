"""Find the CRC that is written apart from an install code on a line of text, and join the two.

``83FE ... D505 (CRC: C3B5)``, ``C3B5 / 83FE...``, ``83FE...D505; C3B5``.  The joined text has 36
digits and is then read like any code with its CRC, so that one that does not fit makes it bad.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from exchange.domain.device import InstallCode
from exchange.parsing.identifiers.codes import code_digits, read_code
from exchange.parsing.identifiers.separate_crc import (
    CRC_NAME,
    FITS,
    crc_number,
    named_crcs,
    weigh_crc,
)

_DIGITS: Final = r"(?:0[xX])?[0-9A-Fa-f]{2}[ :.\-]?[0-9A-Fa-f]{2}[hH]?"
_END: Final = r"(?![0-9A-Za-z]|[-:./][0-9A-Za-z])"
_GAP: Final = r"[\s,;/|+\\_~()\[\]:=\-]{1,8}"
_NAMED = re.compile(
    rf"(?<![A-Za-z]){CRC_NAME}\W{{0,4}}(?:(?:is|of)\W{{1,2}})?({_DIGITS}){_END}", re.I
)
_NAMED_LINE = re.compile(rf"\W*{CRC_NAME}\W{{0,4}}(?:is\W{{1,2}})?{_DIGITS}\W*", re.I)
_BARE_LINE = re.compile(r"\W{0,4}(?:0[xX])?[0-9A-Fa-f]{4}\W{0,4}")
# Next to a code, with nothing but blanks and punctuation between.
_NEXT = re.compile(
    rf"{_GAP}(?P<crc>(?:0[xX])?[0-9A-Fa-f]{{4}}){_END}(?P<more>\s[0-9A-Fa-f]{{2,}}\b)?"
)
_PREVIOUS = re.compile(
    rf"(?P<more>\b[0-9A-Fa-f]{{2,}}\s)?(?<![0-9A-Za-z])(?<![0-9A-Za-z][-:./])"
    rf"(?P<crc>(?:0[xX])?[0-9A-Fa-f]{{4}}){_GAP}$"
)
_NEAR: Final = 40  # characters before a code in which an unnamed CRC may be
_YEAR = re.compile(r"(?:19[89]|20[0-4])[0-9]")
_ENGLISH: Final = frozenset(
    ("face", "fade", "dead", "deaf", "cafe", "feed", "beef", "fed", "added")
)
_EDGES = re.compile(r"^\W+|\W+$")
_LONGEST_LINE: Final = 60


class Span(NamedTuple):
    """A code on a line as written, and its first column and the one after its last."""

    text: str
    start: int
    end: int


def join_crcs(line: str, codes: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return ``codes`` of 32 digits, each joined to its CRC if the line gives one.

    A CRC with its name may be anywhere on the line; without a name it is right next to its code.
    ``others``: the Device IDs and codes on the line that are no CRC.
    """
    named = [found[1] for found in _NAMED.finditer(line) if _is_free(found.span(1), others)]
    if not named:
        return [_join_next(line, code, others) for code in codes]
    unused = [crc for crc in named if not any(_fits(code.text, crc) for code in codes)]
    return [_join_named(code, named, unused) for code in codes]


def fits_code(text: str, crc: str) -> bool:
    """Return whether the CRC of ``is_crc_line`` fits the code ``text``."""
    numbers: list[int | None] = [*named_crcs(crc), crc_number(_EDGES.sub("", crc))]
    code = read_code(text)
    return isinstance(code, InstallCode) and weigh_crc(code, numbers[0]) == FITS


def is_crc_line(line: str) -> bool:
    """Return whether a line holds nothing but a CRC, with or without its name."""
    return len(line) <= _LONGEST_LINE and bool(
        _BARE_LINE.fullmatch(line) or _NAMED_LINE.fullmatch(line)
    )


def _join_named(code: Span, named: Sequence[str], unused: Sequence[str]) -> Span:
    fitting = next((crc for crc in named if _fits(code.text, crc)), None)
    crc = fitting or next(iter(unused), None)
    return code._replace(text=_joined(code.text, crc)) if crc else code


def _join_next(line: str, code: Span, others: Sequence[Span]) -> Span:
    """Join the four digits next to a code, unless they may be a year, a word or part of a run."""
    before = _PREVIOUS.search(line[max(0, code.start - _NEAR) : code.start])
    offset = max(0, code.start - _NEAR)
    places = [(_NEXT.match(line, code.end), 0), (before, offset)]
    doubted: Span | None = None
    for found, shift in places:
        if found is None:
            continue
        start, end = found.start("crc") + shift, found.end("crc") + shift
        if not _is_free((start, end), others):
            continue
        joined = Span(_joined(code.text, found["crc"]), min(start, code.start), max(end, code.end))
        if _fits(code.text, found["crc"]):
            return joined
        if not (found["more"] or _YEAR.fullmatch(found["crc"]) or found["crc"].lower() in _ENGLISH):
            doubted = doubted or joined
    return doubted or code


def _is_free(place: tuple[int, int], others: Sequence[Span]) -> bool:
    return not any(place[0] < other.end and other.start < place[1] for other in others)


def _fits(text: str, crc: str) -> bool:
    code = read_code(text)
    return isinstance(code, InstallCode) and weigh_crc(code, crc_number(crc)) == FITS


def _joined(text: str, crc: str) -> str:
    """Return 36 digits: with the CRC in Zigbee's order where it fits, else as it is written."""
    code = read_code(text)
    if isinstance(code, InstallCode) and _fits(text, crc):
        return code.with_crc
    return f"{text} {code_digits(crc)}"
