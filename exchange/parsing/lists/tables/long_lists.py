"""A long table read as columns: its plain rows together, the others left to be read by care.

A plain row holds a good Device ID, and in its columns of codes and words nothing that has to be
looked at twice.  What such a row says follows from its code and its words; rows with the same words
say the same, so one of them is read for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import (
    OUTCOMES,
    BoolArray,
    Int32Array,
    Int64Array,
    ListedColumns,
    PlaceColumn,
    TextColumn,
)
from exchange.domain.columns.device_ids import DeviceIds
from exchange.domain.columns.group_equal_rows import first_equal_rows
from exchange.domain.mail import Outcome
from exchange.parsing.findings.claim_columns import NOTHING, ClaimColumns
from exchange.parsing.identifiers.bulk import CheckedCodes, check_codes, check_devices
from exchange.parsing.identifiers.codes import CODE_DIGITS, code_digits, read_code_cell
from exchange.parsing.lists.tables.column_finder import Columns
from exchange.parsing.phrases.header_terms import device_type_of
from exchange.parsing.sheets.grid import Row, Table, column_of, numbers_of, odd_cells

_UNCLEAR: Final = OUTCOMES.index(Outcome.UNCLEAR)
_REST_OF_CODE: Final = CODE_DIGITS[1] - CODE_DIGITS[0]


class RowAnswer(NamedTuple):
    """What the words of a row say of its device."""

    outcome: Outcome | None
    remark: str
    definite: bool = True
    exact: bool = False  # the words of our own workbook


class PlainRows(NamedTuple):
    """Plain rows that stand one behind another, and what they say."""

    ids: DeviceIds
    numbers: Int64Array
    found: ListedColumns
    claims: ClaimColumns | None  # None where nothing is said
    tentative: ClaimColumns | None
    silent: ClaimColumns | None


class RowReaders(NamedTuple):
    """How one row's words are read: beside a code, and alone."""

    with_code: Callable[[Row], RowAnswer]
    without_code: Callable[[Row], RowAnswer]
    has_codes: Callable[[Row], bool]  # whether a code stands among the words


class LongList:
    """A table with one column of devices and one of codes at most."""

    def __init__(self, table: Table, columns: Columns, voice: RowReaders) -> None:
        self.rows: Sequence[Row] = table.rows
        self.columns = columns
        self.voice = voice
        self.exact_from = len(table.rows)  # the first row with words of our own workbook
        ((column, self.kind),) = columns.devices.items()
        self.column = column
        checked = check_devices(column_of(self.rows, column))
        self.ids, self.sound = checked.ids, checked.valid
        self.good = self.sound.copy()
        self.code_words: Int64Array | None = None
        self.numbers = numbers_of(self.rows)
        number = len(self.rows)
        self.codes: CheckedCodes | None = None
        for index in columns.codes:
            self._take_codes(index)
        self.good[: columns.first_row] = False
        words = self._words()
        self.types = self._types()
        lead = table.place_lead
        self.places = PlaceColumn(TextColumn.repeat(lead, number), self.numbers)
        self.group, self.said = self._said(words)

    def stretches(self) -> Iterator[tuple[int, int]]:
        """Where plain rows begin and end, those empty left out; a row that is none between two."""
        bad = np.flatnonzero(~self.good[self.columns.first_row :]) + self.columns.first_row
        bounds = [self.columns.first_row - 1, *bad.tolist(), len(self.rows)]
        return ((one + 1, other) for one, other in pairwise(bounds))

    def stretch(self, start: int, end: int) -> PlainRows:
        """The rows from ``start`` up to ``end``, all of them plain."""
        rows = slice(start, end)
        found = ListedColumns(self.ids[rows], self.places.take(rows), self.types.take(rows))
        parts: list[ClaimColumns | None] = [None, None, None]
        if self.said is not None:
            own = self.group[rows]
            for kind in range(3):
                there = own == kind
                if there.all():
                    parts[kind] = self.said.take(rows)
                elif there.any():
                    parts[kind] = self.said.take(np.flatnonzero(there) + start)
        return PlainRows(found.ids, self.numbers[rows], found, *parts)

    def _take_codes(self, index: int) -> None:
        """Good where the cell is empty or a whole code; the rest of one may stand beside it."""
        cells = column_of(self.rows, index)
        self.codes = check_codes(cells)
        told = np.flatnonzero(~self.codes.valid & (cells.lengths > 0))
        texts, which = cells.others(cells.starts[told], cells.ends[told]).distinct()
        words = [not code_digits(text) and read_code_cell(text) is None for text in texts]
        worded = told[np.array(words, np.bool_)[which]]
        self.good[told] = False
        if len(worded):
            # "not ours" in the place of a code: words like those of the columns of remarks.
            self.good[worded] = self.sound[worded]
            self.code_words = np.zeros(len(self.rows), np.int64)
            self.code_words[told] = which + 1
        self.good &= ~odd_cells(self.rows, index)
        short = self.codes.digits == CODE_DIGITS[0]
        if short.any() and index + 1 not in self.columns.devices:
            beside, which = column_of(self.rows, index + 1).distinct()
            ends = np.array([0 < len(code_digits(text)) <= _REST_OF_CODE for text in beside])
            self.good &= ~(short & ends[which])

    def _words(self) -> list[Int64Array]:
        """The columns of words, each as numbers of its different texts."""
        told = [*self.columns.remarks, *(one for one in (self.columns.denial,) if one is not None)]
        for index in told:
            self.good &= ~odd_cells(self.rows, index, numbers=index == self.columns.denial)
        words = [column_of(self.rows, index).distinct()[1] for index in told]
        return words if self.code_words is None else [*words, self.code_words]

    def _types(self) -> TextColumn:
        if self.columns.type is None:
            return TextColumn.repeat(self.kind, len(self.rows))
        self.good &= ~odd_cells(self.rows, self.columns.type)
        texts, which = column_of(self.rows, self.columns.type).distinct()
        kinds = TextColumn.of([device_type_of(text) or self.kind for text in texts])
        return TextColumn(kinds.values, kinds.which[which])

    def _said(self, words: list[Int64Array]) -> tuple[npt.NDArray[np.uint8], ClaimColumns | None]:
        """Of each row its claim, and where that belongs: 0 told, 1 vague, 2 silent, 3 none."""
        number = len(self.rows)
        group = np.full(number, 3, np.uint8)
        if self.codes is None and not words:
            return group, None
        coded = self.codes.valid if self.codes is not None else np.zeros(number, np.bool_)
        remarks = np.zeros(number, np.int32)
        outcomes = np.full(number, NOTHING, np.uint8)
        texts: dict[str, int] = {"": 0}
        for rows, beside in ((coded & self.good, True), (~coded & self.good, False)):
            if not rows.any():
                continue
            if not words and not beside:
                group[rows], outcomes[rows] = 2, _UNCLEAR
                continue
            at = np.flatnonzero(rows)
            first, which = _kinds_of_rows(words, at)
            with_codes = [self.voice.has_codes(self.rows[row]) for row in at[first].tolist()]
            self.good[at] &= ~np.array(with_codes, np.bool_)[which]
            read = [self._read(row, beside) for row in at[first].tolist()]
            kept = [texts.setdefault(remark, len(texts)) for _, _, remark in read]
            group[at] = np.array([kind for kind, _, _ in read], np.uint8)[which]
            outcomes[at] = np.array([outcome for _, outcome, _ in read], np.uint8)[which]
            remarks[at] = np.array(kept, np.int32)[which]
        codes = self.codes.codes if self.codes is not None else np.zeros((number, 16), np.uint8)
        digits = self.codes.digits if self.codes is not None else np.zeros(number, np.uint8)
        said = TextColumn(tuple(texts), remarks)
        return group, ClaimColumns(self.ids, self.places, codes, coded, outcomes, said, digits)

    def _read(self, at: int, beside: bool) -> tuple[int, int, str]:
        """Group, outcome and remark of all rows that have the words of the row ``at``."""
        row = self.rows[at]
        said = self.voice.with_code(row) if beside else self.voice.without_code(row)
        if said.exact and self.good[at]:
            self.exact_from = min(self.exact_from, at)
        outcome = OUTCOMES.index(said.outcome) if said.outcome is not None else NOTHING
        if beside:
            return 0, outcome, said.remark
        if said.outcome is None:
            return 2, _UNCLEAR, ""
        return (0 if said.definite else 1), outcome, said.remark


def _kinds_of_rows(words: list[Int64Array], at: Int64Array) -> tuple[Int64Array, Int32Array]:
    """The first row of each kind of words among the rows ``at``, and the kind of each row."""
    if not words:
        return np.zeros(1, np.int64), np.zeros(len(at), np.int32)
    first = first_equal_rows(*(column[at] for column in words))
    begins: BoolArray = first == np.arange(len(at))
    ranks = (np.cumsum(begins) - 1).astype(np.int32)
    return np.flatnonzero(begins), ranks[first]
