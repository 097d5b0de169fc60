"""Find tokens of 16 hex digits that may be pieces of an install code rather than Device IDs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.parsing.identifiers.tokens import Token, TokenForm
from exchange.parsing.phrases.header_terms import labels_code

_FOUR_MORE = re.compile(r"\s[0-9A-Fa-f]{4}(?![0-9A-Za-z])")
_TAIL = re.compile(r"(?<![-:0-9A-Za-z])[0-9A-Fa-f]{2,31}(?: [0-9A-Fa-f]{2,31}){0,17}\s*$")
# A list number or a label, and hex digits that are fewer than those of an ID.
_PIECE_ALONE = re.compile(
    r"\s*(?P<lead>(?:[-*\u2022]|\d{1,4}[.):])?\s*(?:[A-Za-z ]{1,30}[:=]?)?)\s*"
    r"(?P<digits>[0-9A-Fa-f]{1,15}(?:[ .:-]{1,3}[0-9A-Fa-f]{1,15})*)\W{0,4}"
)
_SIGNS = re.compile(r"[\W_]+")
_NO_HEX: Final = str.maketrans("", "", "0123456789ABCDEFabcdef")
_NAME = re.compile(r"(?<![0-9A-Za-z])(?:[A-Fa-f]*[G-Zg-z]){2}[A-Za-z]*(?![0-9A-Za-z])")
_LABEL_END = re.compile("[:=]")
_MOST_OF_ONE = 20  # letters and digits of a code that lost some
_SHORT = 60
_LEAST = 4  # digits of a piece that nothing calls a code
_WHOLE = (16, 32, 36)
_LETTER = re.compile(r"[A-Fa-f]")


def separate_split_codes(
    text: str, devices: Sequence[Token]
) -> tuple[list[Token], list[Sequence[Token]]]:
    """Return the tokens that may be devices, and the runs that may be one code in halves.

    Device IDs next to each other mostly have the same maker; the halves of a code have nothing in
    common.
    """
    runs: list[list[Token]] = []
    for token in devices:
        if runs:
            between = text[runs[-1][-1].end : token.start]
            if not between.strip() and "\t" not in between:
                runs[-1].append(token)
                continue
        runs.append([token])
    kept: list[Token] = []
    doubtful: list[Sequence[Token]] = []
    for run in runs:
        # Pairs with blanks between may be a hex dump: eight bytes, a gap, eight bytes.
        bare = [
            token for token in run if token.form is not TokenForm.SEPARATED or " " in token.text
        ]
        if bare and len(run) > 1 and _may_be_halves(text, run):
            kept += [token for token in run if token not in bare]
            doubtful.append(bare)
        else:
            kept += run
    return kept, doubtful


def _may_be_halves(text: str, run: Sequence[Token]) -> bool:
    makers = {token.device.raw[:2] for token in run if token.device}
    return (
        len(makers) > 1
        or labels_code(text[max(0, run[0].start - 200) : run[0].start])
        or bool(_FOUR_MORE.match(text, run[-1].end))
    )


def is_piece(text: str) -> bool:
    """Return whether a line is no more than what is left of a code.

    A few hex digits, perhaps called a code, or many with wrong letters among them.
    """
    piece = _PIECE_ALONE.fullmatch(text[:_SHORT])
    if piece is None:
        label, _, after = text[:_SHORT].rpartition(": ")
        signs = _SIGNS.sub("", after if labels_code(f"{label}:") else text[:_SHORT])
        hexes = len(signs) - len(signs.translate(_NO_HEX))
        numbers = sum(map(str.isdigit, signs))
        return (
            len(signs) >= _MOST_OF_ONE and 3 * numbers > len(signs) and 4 * hexes > 3 * len(signs)
        )
    digits = _SIGNS.sub("", piece["digits"])
    return not digits.isalpha() and (
        labels_code(piece["lead"]) or (len(digits) >= _LEAST and not digits.isdecimal())
    )


def names_something(lead: str) -> bool:
    """Return whether the words before hex digits are a name or a label, not the start of a code
    with a wrong letter in it."""
    last = _LABEL_END.split(lead.rstrip())[-1]
    return not last or bool(_NAME.search(last))


def ends_in_a_piece(text: str, taken: Sequence[Token]) -> bool:
    """Return whether a line ends in hex digits that are not a whole device or code.

    A mail client may have broken the line inside an install code; the rest is on the next line.
    """
    tail = _TAIL.search(text[-120:])
    if not tail:
        return False
    digits = "".join(tail.group().split())
    if len(digits) < 8 or not _LETTER.search(digits):
        return False
    if len(digits) in _WHOLE:
        return len(digits) == 16 and not (taken and taken[-1].end >= len(text.rstrip()))
    return True
