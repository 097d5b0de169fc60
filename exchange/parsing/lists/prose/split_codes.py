"""Find tokens of 16 hex digits that may be pieces of an install code rather than Device IDs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exchange.parsing.identifiers.tokens import Token, TokenForm
from exchange.parsing.phrases.header_terms import labels_code

_FOUR_MORE = re.compile(r"\s[0-9A-Fa-f]{4}(?![0-9A-Za-z])")
_TAIL = re.compile(r"(?<![-:0-9A-Za-z])[0-9A-Fa-f]{2,31}(?: [0-9A-Fa-f]{2,31}){0,17}\s*$")
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
