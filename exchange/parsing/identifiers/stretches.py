"""Find what is written like a Device ID and was read as nothing, so that it is not lost in silence.

A mistyped ID has no form of its own, so this looks at what is left of a line: groups of hex digits
next to each other, whatever separates them, with a wrong letter here and there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from exchange.parsing.identifiers.devices import HOMOGLYPHS, read_device
from exchange.parsing.identifiers.tokens import LINK_OR_PATH, UUID, Token, TokenForm, is_ipv6

LEAST: Final = 12  # digits of an ID that lost some
_GROUP = re.compile(r"[0-9A-Za-z]+")
_CHUNK = re.compile(r"\S{12,}")
_DIGIT = re.compile(r"[0-9]")
_NO_HEX: Final = str.maketrans("", "", "0123456789ABCDEFabcdef")
# What is left of twelve digits on one side of a wrong letter; most lines of prose have none.
_SIX = re.compile(r"(?:[0-9A-Fa-f][^0-9A-Za-z\x1f]{0,3}){6}")
_ALL_F = re.compile(r"(?<![0-9A-Za-z])(?:[Ff]{2}[-:. ]?){5,}[Ff]{2}(?![0-9A-Za-z])")
_NO_LOOKALIKE: Final = str.maketrans("", "", "0123456789ABCDEFabcdefOoIlL")
_DONE: Final = "\x1f"  # in place of what was read, so that nothing is joined across it
_GAP: Final = 3  # the most characters between two groups of one ID
_WORD: Final = 4  # letters alone, and longer: a word
_NUMBER: Final = 6  # digits of the number of an item
_CODE_LIKE: Final = 28
_WHOLE: Final = 14  # digits after which a blank or a comma can end an ID
_TAIL: Final = 8
_PAIR = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}(?![0-9A-Za-z])")
_PAIRS: Final = 6  # of eight, so that no other number is written so
_GLUED_BEFORE = re.compile(r"[^\s,;\x1f]*$")
_GLUED = re.compile(r"[^\s,;\x1f]*")
_LEAD: Final = 40
_DATE = re.compile(r"(?<![0-9])[0-9]{1,2}([/.-])[0-9]{1,2}\1(?:20)?[0-9]{2}(?=\s|$)")
_MOST: Final = 30  # digits and letters of an ID with what was glued to it


class Stretch(NamedTuple):
    """What is written like an ID: its columns in the line, its text, its letters and digits."""

    start: int
    end: int
    text: str
    digits: str

    @property
    def decimal(self) -> bool:
        """Return whether it may be any number."""
        return self.digits.isdecimal()

    @property
    def paired(self) -> bool:
        """Return whether it is in pairs, as Device IDs are."""
        return LEAST < len(self.digits) <= _MOST and len(_PAIR.findall(self.text)) >= _PAIRS

    @property
    def likely(self) -> bool:
        """Return whether it may be an ID: a date next to another number is none."""
        return not _DATE.search(self.text)


class _Group(NamedTuple):
    text: str
    start: int
    end: int


def find_stretches(text: str, done: Iterable[Token] = ()) -> list[Stretch]:
    """Return what is written like a Device ID in ``text``, outside the tokens ``done``.

    Links, paths, addresses and UUIDs are left out.  Takes linear time.
    """
    if len(text) < LEAST:
        return []
    latin = (text if text.isascii() else text.translate(HOMOGLYPHS)).replace(_DONE, " ")
    if not _may_have_one(latin):
        return []
    spans = [(token.start, token.end) for token in done]
    if spans and not _may_have_one(_without(latin, spans)):
        return []
    for chunk in _CHUNK.finditer(latin):
        if LINK_OR_PATH.search(chunk.group()) or UUID.search(chunk.group()):
            spans.append(chunk.span())
    latin = _without(latin, spans)
    found = []
    for run in _runs(latin):
        if run[-1].end - run[0].start < LEAST:
            continue
        groups = _trimmed(latin, run)
        digits = "".join(one.text for one in groups)
        with_digit = sum(bool(_DIGIT.search(one.text)) for one in groups)
        if not digits.strip("Ff"):
            with_digit = len(groups)
        if len(digits) >= LEAST and 4 * with_digit >= len(groups):
            start, end = groups[0].start, groups[-1].end
            if read_device(latin[start:end]):  # something is glued to it
                start, end = _with_glued(latin, start, end)
            if not is_ipv6(latin[start:end]):
                found.append(Stretch(start, end, text[start:end], digits))
    return found


def _with_glued(latin: str, start: int, end: int) -> tuple[int, int]:
    before = _GLUED_BEFORE.search(latin[max(0, start - _LEAD) : start])
    after = _GLUED.match(latin, end)
    return start - (len(before.group()) if before else 0), after.end() if after else end


def find_damaged_codes(text: str, done: Iterable[Token] = ()) -> list[Token]:
    """Return what is as long as an install code and has a wrong letter, outside of ``done``."""
    return [
        Token(TokenForm.ODD_LENGTH, one.text, one.start, one.end)
        for one in find_stretches(text, done)
        if len(one.digits) >= _CODE_LIKE and not one.decimal
    ]


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, last = [], 0
    for start, end in sorted(spans):
        if start >= last:
            pieces += [text[last:start], _DONE * (end - start)]
            last = end
    return "".join([*pieces, text[last:]]) if pieces else text


def _may_have_one(latin: str) -> bool:
    if _DIGIT.search(latin):
        return bool(_SIX.search(latin))
    # A Device ID of all Fs stands for none, and has no digit.
    return latin.count("F") + latin.count("f") >= LEAST and bool(_ALL_F.search(latin))


def _runs(latin: str) -> Iterator[list[_Group]]:
    """Yield the groups that may be one ID, in order."""
    run: list[_Group] = []
    for match in _GROUP.finditer(latin):
        group = _Group(match.group(), match.start(), match.end())
        between = latin[run[-1].end : group.start] if run else _DONE
        close = _joins(between)
        if run and not close:
            yield run
            run = []
        goes_on = close and (
            _is_nearly_hex(group.text, between) or _is_rest(run[-1].text, group.text)
        )
        if goes_on or _is_hex(group.text):
            run.append(group)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _joins(between: str) -> bool:
    return len(between) <= _GAP and _DONE not in between and "\t" not in between


def _is_hex(text: str) -> bool:
    """Return whether a group is of hex digits, perhaps with a wrong letter among digits."""
    if not text.translate(_NO_HEX):
        return len(text) <= _WORD or bool(_DIGIT.search(text)) or not text.strip("Ff")
    return bool(_DIGIT.search(text)) and len(text.translate(_NO_LOOKALIKE)) <= 1 + len(text) // 8


def _is_nearly_hex(text: str, between: str) -> bool:
    """Return whether a group of letters may be two digits with a wrong letter: after a blank, it
    is rather a word."""
    wrong = len(text.translate(_NO_LOOKALIKE))
    if len(text) >= _WORD or wrong == len(text):
        return False
    return " " not in between or (len(text) == 2 and (text.isupper() or not wrong))


def _is_rest(before: str, text: str) -> bool:
    """Return whether hex letters alone are the rest of digits that a blank cut in two."""
    cut = len(before) > _WORD and len(before) + len(text) >= _WHOLE
    return cut and not text.translate(_NO_HEX) and bool(_DIGIT.search(before))


def _trimmed(latin: str, run: list[_Group]) -> list[_Group]:
    """Return a run without the number of its item, and without the words after it."""
    while run and not (
        _is_hex(run[-1].text) or (len(run) > 1 and _is_rest(run[-2].text, run[-1].text))
    ):
        run = run[:-1]
    if len(run) > 1:
        gap = latin[run[0].end : run[1].start]
        numbers = run[0].text.isdecimal() and len(run[0].text) <= _NUMBER
        if numbers and gap.strip() in (".", ":", ")", ".)") and gap not in ".:":
            run = run[1:]
    count, total = 0, sum(len(one.text) for one in run)
    before = ""
    for at, group in enumerate(run[:-1]):
        count += len(group.text)
        gap = latin[group.end : run[at + 1].start]
        ends = (" " in gap or "," in gap) and gap != before
        if count >= _WHOLE and total - count < _TAIL and ends:
            return run[: at + 1]
        before = gap
    return run
