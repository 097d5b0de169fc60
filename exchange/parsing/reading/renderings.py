"""Compare the two renderings of one mail, text and HTML: which one a reader sees is chance.

Programs make one from the other, so they differ in layout and not in what is said.  Where they name
different Devices, or one takes back what the other asks, nobody knows what the sender means.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np

from exchange.domain.columns.device_columns import OUTCOMES, AnswerColumns
from exchange.domain.device import DeviceId
from exchange.domain.mail import Answer, Outcome
from exchange.domain.statements import ANSWERING, Act, Statement
from exchange.parsing.findings.findings import Claim
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.findings.resolve_claims import resolve_claims
from exchange.parsing.lists.prose.device_runs import expand_runs, text_of_lines
from exchange.parsing.mime.quoting import mark_quotes
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import Line

# A code in one piece, or eight bytes in hexadecimal: a Device ID, or half of a code in groups.
_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{32}(?:[0-9A-Fa-f]{4})?"
    r"|[0-9A-Fa-f]{2}(?:[-:. ]?[0-9A-Fa-f]{2}){7})(?![0-9A-Za-z])"
)
_NAMED: Final = 3  # Device IDs in a reason
_HALF: Final = 16  # digits; the groups of a CRC are not compared
_SEPARATORS: Final = str.maketrans("", "", "-:. ")
_MARKS = re.compile(r"[\u2460-\u2473]")  # for Devices and codes in the words of a sentence
_LAYOUT = re.compile(r"[\W_]+")
# What somebody does that the other rendering must do as well.
_WEIGHTY: Final = frozenset(
    (Act.ASKS, Act.TAKES_BACK, Act.CORRECTS, Act.REPORTS, Act.DISPUTES, Act.WARNS, Act.DENIES,
     Act.OWNS, Act.PROVIDES)
)  # fmt: skip
_STOPPING: Final = (Act.TAKES_BACK, Act.WARNS)
# What a rendering says: acts and, of those that answer, what they are about.
_Said: TypeAlias = frozenset[tuple[Act, tuple[object, ...]]]


def differ(lines: Sequence[Line], others: Sequence[Line]) -> bool:
    """Return whether two renderings of a body differ in more than their layout."""
    other = text_of_lines(others)
    return bool(other.strip()) and (_LAYOUT.sub("", text_of_lines(lines)) != _LAYOUT.sub("", other))


def contradiction(lines: Sequence[Line], others: list[Line], unseen: str, subject: str) -> str:
    """Return how two renderings of a body that differ contradict each other, or an empty text.

    ``lines`` are those of the rendering that is read, with their quotes marked; ``others`` those of
    the other one.  ``unseen`` is the text that the first hides or strikes out, which the second may
    show plainly.  Marks the quotes of ``others``.
    """
    text, other = text_of_lines(lines), text_of_lines(others)
    passed_over = _ids(unseen)
    mark_quotes(others)
    if _ids(text) - passed_over != _ids(other) - passed_over:
        here = _ids(_own(lines)) - passed_over
        there = _ids(_own(expand_runs(others))) - passed_over
        if here and there and here != there:
            return f"its HTML and its text name different Devices or codes: {_shown(here, there)}"
    here_said, there_said = _statements(lines, subject), _statements(others, subject)
    if any(one.act is Act.DENIES for one in here_said):
        seen = _LAYOUT.sub("", text)
        for one in there_said:
            if one.hedge and not all(_LAYOUT.sub("", it) in seen for it in _MARKS.split(one.words)):
                return (
                    f'its text says what its HTML does not, and may qualify it: "{one.for_people}"'
                )
    first, second = _said(here_said), _said(there_said)
    if first == second:
        return ""
    # A rendering that says nothing and lists no Devices is a mere placeholder.
    if not (first and second) and not _ids(_own(lines)) & _ids(_own(expand_runs(others))):
        return ""
    return _conflict(first, second)


def answers_conflict(here: MixedList[Claim], there: MixedList[Claim]) -> str:
    """Return how the answers of two renderings contradict each other, or an empty text.

    ``here`` are the claims of the HTML, ``there`` those of the text.  A Device that one of them
    leaves out, or gives a code that cannot be read, was cut short by its layout; but a code has to
    be the same in both, and nothing may speak against a denial.
    """
    if not here or not there:
        return ""
    first, second = (_columns(resolve_claims(one)[0]) for one in (here, there))
    _, mine, theirs = np.intersect1d(first.ids, second.ids, return_indices=True)
    one, other = first.outcomes[mine], second.outcomes[theirs]
    denied, provided = (OUTCOMES.index(it) for it in (Outcome.NOT_INSTALLER, Outcome.PROVIDED))
    differs = (one != other) & ((one == denied) | (other == denied))
    coded = (one == provided) & (other == provided)
    differs |= coded & (first.codes[mine] != second.codes[theirs]).any(axis=1)
    number = int(np.count_nonzero(differs))
    devices = f"{number} {'Device' if number == 1 else 'Devices'}"
    return f"its HTML and its text answer {devices} differently" if number else ""


def lists_differ(name: str, here: Collection[DeviceId], there: Collection[DeviceId]) -> str:
    """Return how a file that stands for the body lists other Devices than it, or an empty text.

    ``here`` are those of the body, ``there`` those of the file.  One of them may list none.
    """
    only = (set(here) - set(there), set(there) - set(here))
    if not (here and there and any(only)):
        return ""
    said = [
        f"{len(one)} only in {place} ({', '.join(map(str, sorted(one)[:_NAMED]))})"
        for one, place in zip(only, ("the text", name), strict=True)
        if one
    ]
    return f"its text and {name}, of which a reader sees one, list other Devices: {', '.join(said)}"


def _columns(answers: Sequence[Answer]) -> AnswerColumns:
    return answers if isinstance(answers, AnswerColumns) else AnswerColumns.of(answers)


def _conflict(here: _Said, there: _Said) -> str:
    """Return how two renderings speak against each other: each says what the other does not.

    One that only says less was cut short; but what takes back or warns may not be in one alone.
    """
    only = (here - there, there - here)
    stops = {act for act, _ in here ^ there if act in _STOPPING}
    if not (all(only) and here and there) and not stops - {act for act, _ in here & there}:
        return ""
    words = (", ".join(sorted({act.value.replace("_", " ") for act, _ in one})) for one in only)
    return "its HTML and its text say different things: {} / {}".format(
        *(one or "-" for one in words)
    )


def _ids(text: str) -> set[str]:
    found = {one.translate(_SEPARATORS).upper() for one in _ID.findall(text)}
    for code in [one for one in found if len(one) > _HALF]:
        found.remove(code)
        found |= {code[:_HALF], code[_HALF : 2 * _HALF]}
    return found


def _own(lines: Iterable[Line]) -> str:
    return text_of_lines([line for line in lines if not line.quoted])


def _statements(lines: Iterable[Line], subject: str) -> list[Statement]:
    own = [line for line in lines if not line.quoted]
    return read_statements(own, lambda line: line.where, subject)


def _said(statements: Iterable[Statement]) -> _Said:
    return frozenset((one.act, _about(one)) for one in statements if one.act in _WEIGHTY)


def _about(one: Statement) -> tuple[object, ...]:
    """Return which Devices of a list an answer is about; those that it names are compared as IDs.

    A line that the other rendering breaks elsewhere may name its Devices there.
    """
    if one.act not in ANSWERING:
        return ()
    return one.scope, one.rows, one.count


def _shown(here: set[str], there: set[str]) -> str:
    only = (f"{len(here - there)} only in the HTML", f"{len(there - here)} only in the text")
    return ", ".join(one for one in only if not one.startswith("0"))
