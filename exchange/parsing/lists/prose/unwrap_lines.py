"""Rejoin Device IDs and install codes that a mail client broke over two lines.

Pieces are joined only with proof: the CRC of a code, the separator at the break of a Device ID.
Other breaks are reported, so that no piece is lost silently and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from exchange.parsing.identifiers.codes import has_good_crc
from exchange.parsing.identifiers.crc_in_text import fits_code, is_crc_line
from exchange.parsing.identifiers.devices import read_device
from exchange.parsing.identifiers.separate_crc import named_crcs
from exchange.parsing.identifiers.tokens import codes_without_crc
from exchange.parsing.text.lines import Line, normalized

_SPAN: Final = 64  # characters at an end of a line that can hold a piece
_WHOLE: Final = (16, 23)
_TAIL = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]+(?:[ \-:.][0-9A-Fa-f]+)*[\-:]?$")
_HEAD = re.compile(r"[\-:]?[0-9A-Fa-f]+(?:[ \-:.][0-9A-Fa-f]+)*(?![0-9A-Za-z])")
_GROUP = re.compile(r"[0-9A-Fa-f]+")
_PIECE = re.compile(r"\s*[0-9A-Fa-f]{2,34}(?:[ \-:.][0-9A-Fa-f]{1,34})*[\-:]?\s*")
_CODE: Final = 36
_LAST_WORD = re.compile(r"[0-9A-Fa-f\-:]+$")
_FIRST_WORD = re.compile(r"[0-9A-Fa-f\-:]+(?![0-9A-Za-z])")
_BLANK_TAIL = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2} )*[0-9A-Fa-f]{1,2}$")
_BLANK_HEAD = re.compile(r"[0-9A-Fa-f]{1,2}(?: [0-9A-Fa-f]{2})*(?![0-9A-Za-z])")
_CRC_ENDS: Final = frozenset("0123456789abcdefABCDEFhH )]}.;,\r")  # of a line that is only a CRC
_PUNCTUATION: Final = " \t()[]{}.,;:*-"
_LEAST: Final = 4  # digits of a piece that is worth reporting
_MIXED = re.compile(r"(?=.*[0-9])(?=.*[A-Fa-f])")


class UnprovenBreak(NamedTuple):
    """A break without proof: where it begins, the text, and why it is not read."""

    line: Line
    text: str
    reason: str
    kept: Line  # the line without its piece
    after: Line  # the line after the break without its piece


def unwrap_lines(lines: Iterable[Line], broken: list[UnprovenBreak]) -> Iterator[Line]:
    """Yield ``lines`` with broken IDs and codes, and a code and its CRC, joined on the first line.

    Adds what cannot be joined to ``broken``.
    """
    return _join_crc_lines(_unwrap(lines, broken))


def _unwrap(lines: Iterable[Line], broken: list[UnprovenBreak]) -> Iterator[Line]:
    above = before = None
    joined_above: Line | None = None  # ends in what was joined; ``before`` is what follows it
    for line in _join_stacked(lines):
        if before is not None:
            joined = _join(above, before, line) if _may_break(before, line) else None
            if isinstance(joined, UnprovenBreak):
                broken.append(joined)
                yield from _together(joined_above, joined.kept)
                above = joined_above = None
                before = joined.after
                continue
            if joined:
                if joined_above:
                    yield joined_above
                above, (joined_above, before) = None, joined
                continue
            yield from _together(joined_above, before)
            above, joined_above = before, None
        before = line
    if before is not None:
        yield from _together(joined_above, before)


def _together(joined_above: Line | None, rest: Line) -> Iterator[Line]:
    """Yield the rest of a line with what was joined above it, so that its words stay with it."""
    if joined_above is None:
        yield rest
    else:
        yield replace(joined_above, text=joined_above.text + rest.text)
        yield replace(rest, text="")


def _join_crc_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield ``lines`` with each line that is only a CRC joined to the code above or below it.

    ``CRC: C3B5`` on a line of its own, or ``C3B5``; blank lines may be between.  One that fits
    neither code stays where it is, and is given its name if it has none.
    """
    held: list[Line] = []  # a line that is not blank, and the blank ones below it
    ahead: Line | None = None  # a CRC that does not fit the code above it
    under_code = False  # whether there is such a code
    for line in lines:
        if not line.text and held:
            held.append(line)
            continue
        if line.text[-1:] in _CRC_ENDS and is_crc_line(normalized(line.text)):
            above = codes_without_crc(normalized(held[0].text)) if held else []
            if any(fits_code(code.text, normalized(line.text)) for code in above):
                held[0] = replace(held[0], text=f"{held[0].text} {line.text.strip()}")
                continue
            ahead, under_code = line, bool(above)
        elif ahead:
            codes = codes_without_crc(normalized(line.text))
            if any(fits_code(code.text, normalized(ahead.text)) for code in codes):
                line, held = replace(line, text=f"{ahead.text.strip()} {line.text}"), held[1:]
            elif codes or under_code:
                held[0] = _named(held[0])
            ahead = None
        yield from held
        held = [line]
    if ahead and under_code:
        held[0] = _named(held[0])
    yield from held


def _named(line: Line) -> Line:
    """Return the line of a CRC with its name."""
    text = line.text.strip()
    return line if named_crcs(text) else replace(line, text=f"CRC {text.strip(_PUNCTUATION)}")


def _join_stacked(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield ``lines`` with each code in groups over three or more lines joined on the first line.

    Joins only lines of just hex groups, and only if the CRC is right.
    """
    held: list[Line] = []
    for line in lines:
        piece = _is_piece(line)
        follows = bool(held) and line.number == held[-1].number + 1
        if held and not (piece and follows):
            yield from _join_pieces(held)
            held = []
        if piece:
            held.append(line)
        else:
            yield line
    yield from _join_pieces(held)


def _is_piece(line: Line) -> bool:
    """Return whether a line can be one of several that hold a code."""
    text = line.text
    if not text or line.table or len(text) > _SPAN or len(text) in _WHOLE:
        return False
    return bool(_PIECE.fullmatch(normalized(text)))


def _join_pieces(held: list[Line]) -> Iterator[Line]:
    """Yield the lines of a run of pieces, each code over three or more on its first line."""
    at = 0
    pieces = ["".join(_GROUP.findall(normalized(line.text))) for line in held]
    while at < len(held):
        digits, end = "", at
        while end < len(held) and len(digits) < _CODE:
            digits += pieces[end]
            end += 1
        if end - at > 2 and len(digits) == _CODE and has_good_crc(digits):
            yield replace(held[at], text=digits)
            yield from (replace(line, text="") for line in held[at + 1 : end])
            at = end
        else:
            yield held[at]
            at += 1


def _may_break(first: Line, second: Line) -> bool:
    """Return quickly whether there can be a break: long lists of Device IDs pass line by line."""
    one, other = first.text, second.text
    if not one or not other or (len(one) in _WHOLE and len(other) in _WHOLE):
        return False
    if first.table or second.table or second.number != first.number + 1:
        return False
    end = one[-_SPAN:].rstrip()[-1:]
    return (end if end.isascii() else normalized(end)) in "0123456789ABCDEFabcdef-:"


def _join(
    above: Line | None, first: Line, second: Line
) -> tuple[Line, Line] | UnprovenBreak | None:
    start = normalized(first.text).rstrip()
    rest = normalized(second.text).lstrip()
    tail, head = _TAIL.search(start[-_SPAN:]), _HEAD.match(rest[:_SPAN])
    if tail is None or head is None or (head.end() == _SPAN and len(rest) > _SPAN):
        return None
    offset = max(0, len(start) - _SPAN)
    if offset and tail.start() == 0:
        return None
    code = _find_code(tail.group(), head.group())
    if code:
        kept = start[: offset + tail.start() + code.cut]
        return replace(first, text=kept + code.digits), replace(second, text=rest[head.end() :])
    if _ends_in_device(start) or (
        _begins_with_device(rest) and not _may_be_code(above, start, rest)
    ):
        return None  # a whole Device ID is an item of a list, whatever its neighbour has lost
    return (
        _join_device(first, second, start, rest)
        or _find_broken_pairs(first, second, start, rest)
        or _find_lost_code(first, second, start, rest)
    )


def _find_broken_pairs(first: Line, second: Line, start: str, rest: str) -> UnprovenBreak | None:
    """Return a break within eight pairs with blanks between them: nothing shows where it was."""
    tail, head = _BLANK_TAIL.search(start[-_SPAN:]), _BLANK_HEAD.match(rest[:_SPAN])
    if tail is None or head is None:
        return None
    one, other = tail.group(), head.group()
    digits = "".join(_GROUP.findall(one + other))
    if len(digits) != 16 or digits.isdecimal() or " " not in one + other:
        return None
    reason = "16 hex digits broken over two lines: a Device ID may be meant"
    return _unproven(first, second, (start, one), (rest, other), reason)


def _ends_in_device(text: str) -> bool:
    tail = _TAIL.search(text[-_SPAN:])
    return tail is not None and any(read_device(tail.group()[-size:]) for size in _WHOLE)


def _begins_with_device(text: str) -> bool:
    head = _HEAD.match(text[:_SPAN])
    return head is not None and any(
        read_device(text[:size]) and not _GROUP.match(text[size : size + 1]) for size in _WHOLE
    )


def _may_be_code(above: Line | None, start: str, rest: str) -> bool:
    """Return whether an open end and 16 digits below may be the halves of a code.

    Not in a list of Device IDs, nor if both begin alike, as the IDs of one maker do.
    """
    last = _LAST_WORD.search(start[-_SPAN:])
    if last is None or last.group()[-1] not in "-:":
        return False
    digits = "".join(_GROUP.findall(last.group()))
    if len(digits) not in (16, 20) or (above and _ends_in_device(normalized(above.text).rstrip())):
        return False
    return digits[:4].upper() != "".join(_GROUP.findall(rest[:8]))[:4].upper()


class _CodePiece(NamedTuple):
    cut: int  # where it begins in the tail of the first line
    digits: str


def _find_code(tail: str, head: str) -> _CodePiece | None:
    """Return 36 digits across the break with the right CRC; the tail may begin with an ID."""
    after = "".join(_GROUP.findall(head))
    digits = after
    for group in reversed(list(_GROUP.finditer(tail))):
        digits = group.group() + digits
        if len(digits) >= 36:
            good = len(digits) == 36 and len(after) < 36 and has_good_crc(digits)
            return _CodePiece(group.start(), digits) if good else None
    return None


def _join_device(
    first: Line, second: Line, start: str, rest: str
) -> tuple[Line, Line] | UnprovenBreak | None:
    last_word, first_word = _LAST_WORD.search(start[-_SPAN:]), _FIRST_WORD.match(rest[:_SPAN])
    if last_word is None or first_word is None:
        return None
    one, other = last_word.group(), first_word.group()
    digits = "".join(_GROUP.findall(one + other))
    pieces = [len("".join(_GROUP.findall(piece))) for piece in (one, other)]
    if len(digits) != 16 or min(pieces) < 2:
        return None
    separated = len(one) > pieces[0] or len(other) > pieces[1]
    at_separator = (one[-1] in "-:") != (other[0] in "-:")
    if at_separator and len(one + other) == 23 and read_device(one + other):
        kept = start[: len(start) - len(one)]
        whole = replace(first, text=kept + one + other)
        return whole, replace(second, text=rest[first_word.end() :])
    if separated or (min(pieces) >= _LEAST and _MIXED.match(digits)):
        reason = "16 hex digits broken over two lines: a Device ID may be meant"
        return _unproven(first, second, (start, one), (rest, other), reason)
    return None


def _find_lost_code(first: Line, second: Line, start: str, rest: str) -> UnprovenBreak | None:
    """Return a broken code with hyphens or colons; ProseReader reports those with blanks."""
    last_word, first_word = _LAST_WORD.search(start[-_SPAN:]), _FIRST_WORD.match(rest[:_SPAN])
    if last_word is None or first_word is None:
        return None
    one, other = last_word.group(), first_word.group()
    if read_device(one) or ("-" in one and read_device(one.removesuffix(":"))):
        return None  # a whole device, and words about it below
    if one.rstrip("-:").isalpha():
        return None  # the end of a word: "dda:"
    if _begin_alike(one, other):
        return None  # two IDs of one maker, each with a slip
    digits = "".join(_GROUP.findall(one + other))
    open_end = one[-1] in "-:" and len(digits) > 16
    if open_end or (len(digits) in (32, 36) and ("-" in one or ":" in one)):
        reason = "an install code broken over two lines, without a CRC to prove it"
        return _unproven(first, second, (start, one), (rest, other), reason)
    return None


def _begin_alike(one: str, other: str) -> bool:
    """Return whether two pieces have about as many digits as an ID, and begin with the same."""
    first, second = ("".join(_GROUP.findall(piece)).upper() for piece in (one, other))
    return abs(len(first) - 16) <= 1 >= abs(len(second) - 16) and first[:4] == second[:4]


def _unproven(
    first: Line, second: Line, end: tuple[str, str], begin: tuple[str, str], reason: str
) -> UnprovenBreak:
    """Return a break with its pieces removed from their lines, so that neither is read as whole."""
    (start, one), (rest, other) = end, begin
    kept = replace(first, text=start[: len(start) - len(one)])
    return UnprovenBreak(
        first, f"{one} {other}", reason, kept, replace(second, text=rest[len(other) :])
    )
