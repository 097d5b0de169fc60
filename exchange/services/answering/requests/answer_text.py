"""What the text of an answer says about its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from exchange.domain.inbound import DeviceState
from exchange.rendering.workbook import AnswerRow


@dataclass(frozen=True, slots=True)
class ListRemarks:
    """What the first letter of an answer says about the list as a whole."""

    repeated: int = 0  # rows that repeat others
    left_out: Sequence[str] = ()  # what was seen and not taken: hidden, struck out
    password_given: bool = False  # with the file that it may open, for a person to try


@dataclass(frozen=True, slots=True)
class AnswerText:
    """What the text of an answer says about its rows."""

    counts: Counter[DeviceState]
    rows: Sequence[AnswerRow]  # empty if they are many
    held: Sequence[AnswerRow]  # the first of them
    unreadable: Sequence[AnswerRow]  # the first of the lines that could not be read
    files: Sequence[AnswerRow] = ()  # the first of the files that could not be opened
    file_count: int = 0  # how many those are; they are among the unreadable ones in ``counts``


NO_REMARKS: Final = ListRemarks()
