"""Compare the two renderings of one mail, text and HTML: which one a reader sees is chance.

Programs make one from the other, so they differ in layout and not in what is said.  Where they name
different Devices, or one takes back what the other asks, nobody knows what the sender means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from exchange.domain.statements import ANSWERING, Act, Scope
from exchange.parsing.lists.prose.device_runs import expand_runs, text_of_lines
from exchange.parsing.mime.quoting import mark_quotes
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import Line

# Eight bytes in hexadecimal: a Device ID, or the beginning of a code.
_ID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}(?:[-:. ]?[0-9A-Fa-f]{2}){7}(?![0-9A-Za-z])")
_SEPARATORS: Final = str.maketrans("", "", "-:. ")
_LAYOUT = re.compile(r"[\W_]+")
# What somebody does that the other rendering must do as well.
_WEIGHTY: Final = frozenset(
    (Act.ASKS, Act.TAKES_BACK, Act.CORRECTS, Act.REPORTS, Act.DISPUTES, Act.WARNS, Act.DENIES,
     Act.OWNS, Act.PROVIDES)
)  # fmt: skip
_STOPPING: Final = (Act.TAKES_BACK, Act.WARNS)
_Said: TypeAlias = frozenset[tuple[Act, Scope]]


def contradiction(lines: Sequence[Line], others: list[Line], unseen: str, subject: str) -> str:
    """Return how two renderings of a body contradict each other, or an empty text.

    ``lines`` are those of the rendering that is read, with their quotes marked; ``others`` those of
    the other one.  ``unseen`` is the text that the first hides or strikes out, which the second may
    show plainly.
    """
    text, other = text_of_lines(lines), text_of_lines(others)
    if not other.strip() or _LAYOUT.sub("", text) == _LAYOUT.sub("", other):
        return ""
    passed_over = _ids(unseen)
    mark_quotes(others)
    if _ids(text) - passed_over != _ids(other) - passed_over:
        here = _ids(_own(lines)) - passed_over
        there = _ids(_own(expand_runs(others))) - passed_over
        if here and there and here != there:
            return f"its HTML and its text name different Devices or codes: {_shown(here, there)}"
    return _conflict(_said(lines, subject), _said(others, subject))


def _conflict(here: _Said, there: _Said) -> str:
    """Return how two renderings speak against each other: each says what the other does not.

    One that only says less was cut short; but what takes back or warns may not be in one alone.
    """
    if not here or not there:
        return ""
    only = (here - there, there - here)
    stops = {act for act, _ in here ^ there if act in _STOPPING}
    if not all(only) and not stops - {act for act, _ in here & there}:
        return ""
    words = (", ".join(sorted({act.value.replace("_", " ") for act, _ in one})) for one in only)
    return "its HTML and its text say different things: {} / {}".format(
        *(one or "-" for one in words)
    )


def _ids(text: str) -> set[str]:
    return {one.translate(_SEPARATORS).upper() for one in _ID.findall(text)}


def _own(lines: Iterable[Line]) -> str:
    return text_of_lines([line for line in lines if not line.quoted])


def _said(lines: Iterable[Line], subject: str) -> _Said:
    own = [line for line in lines if not line.quoted]
    found = read_statements(own, lambda line: line.where, subject)
    # A line that the other rendering breaks elsewhere may name its Devices there: that matters for
    # answers alone.
    return frozenset(
        (one.act, one.scope if one.act in ANSWERING else Scope.NONE)
        for one in found
        if one.act in _WEIGHTY
    )


def _shown(here: set[str], there: set[str]) -> str:
    only = (f"{len(here - there)} only in the HTML", f"{len(there - here)} only in the text")
    return ", ".join(one for one in only if not one.startswith("0"))
