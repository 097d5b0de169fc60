"""Find the rows that a company denies by its name: ``not installed by Vale Energy``.

The reader does not know the sender's names, so such a row stays unclear; the thread tells whether
the name is one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

import numpy as np

from exchange.domain.columns.device_columns import OUTCOMES, AnswerColumns, devices_of
from exchange.domain.mail import Answer, Outcome
from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.phrases.row_phrases import denied_by_name

_MOST_NAMES: Final = 1_000  # different remarks of one mail that are looked at


def named_denials(answers: Sequence[Answer]) -> list[Statement]:
    """Return a statement for each company in whose name unclear rows are denied."""
    if not answers:
        return []
    columns = answers if isinstance(answers, AnswerColumns) else AnswerColumns.of(answers)
    unclear = columns.outcomes == OUTCOMES.index(Outcome.UNCLEAR)
    found: list[Statement] = []
    for at, words in islice(enumerate(columns.remarks.values), _MOST_NAMES):
        name = denied_by_name(words)
        rows: list[int] = []
        if name:
            rows = np.flatnonzero(unclear & (columns.remarks.which == at)).tolist()
        if rows:
            where = answers[rows[0]].where
            devices = tuple(devices_of(columns.ids[rows]))
            found.append(Statement(Act.DENIES, where, words, Scope.NAMED, devices, subject=name))
    return found
