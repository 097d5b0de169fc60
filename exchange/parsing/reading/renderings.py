"""Compare the two renderings of one mail, text and HTML: which one a reader sees is chance.

Programs make one from the other, so they differ in layout and not in what is said.  Where they name
different Devices, or one takes back what the other asks, nobody knows what the sender means.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from exchange.domain.statements import Act, Statement
from exchange.parsing.lists.prose.device_runs import expand_runs, text_of_lines
from exchange.parsing.mime.quoting import mark_quotes
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import Line

# Eight bytes in hexadecimal: a Device ID, or the beginning of a code.
_ID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}(?:[-:. ]?[0-9A-Fa-f]{2}){7}(?![0-9A-Za-z])")
_SEPARATORS: Final = str.maketrans("", "", "-:. ")
_LAYOUT = re.compile(r"[\W_]+")
# Who says the first in one rendering and only the second in the other says two things.
_OPPOSITES: Final = (
    (Act.ASKS, Act.TAKES_BACK),
    (Act.ASKS, Act.WARNS),
    (Act.DENIES, Act.OWNS),
    (Act.DENIES, Act.PROVIDES),
)


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
    if _ids(text) - passed_over != _ids(other) - passed_over:
        mark_quotes(others)
        here = _ids(_own(lines)) - passed_over
        there = _ids(_own(expand_runs(others))) - passed_over
        if here and there and here != there:
            return f"its HTML and its text name different Devices or codes: {_shown(here, there)}"
    acts, others_acts = _acts(lines, subject), _acts(others, subject)
    for one, opposite in _OPPOSITES:
        for first, second in ((acts, others_acts), (others_acts, acts)):
            if one in first - second and opposite in second - first:
                which = "HTML" if first is acts else "text"
                return f"its {which} {_word(one)}, the other rendering {_word(opposite)}"
    return ""


def _ids(text: str) -> set[str]:
    return {one.translate(_SEPARATORS).upper() for one in _ID.findall(text)}


def _own(lines: Iterable[Line]) -> str:
    return text_of_lines([line for line in lines if not line.quoted])


def _acts(lines: Iterable[Line], subject: str) -> set[Act]:
    own = [line for line in lines if not line.quoted]
    return {one.act for one in _said(own, subject)}


def _said(lines: Collection[Line], subject: str) -> tuple[Statement, ...]:
    return read_statements(lines, lambda line: line.where, subject)


def _word(act: Act) -> str:
    return act.value.replace("_", " ")


def _shown(here: set[str], there: set[str]) -> str:
    only = (f"{len(here - there)} only in the HTML", f"{len(there - here)} only in the text")
    return ", ".join(one for one in only if not one.startswith("0"))
