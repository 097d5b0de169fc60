"""Read a table by columns: its plain rows together; the caller reads the others one by one.

500,000 answers take 0.4 s so; row by row they would take 10 s. A plain row has a valid Device ID,
and nothing unusual in its columns of codes and words. What it says follows from its code and its
words; rows with the same words say the same, so only one of them is read.
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
from exchange.parsing.identifiers.separate_crc import CONTRADICTS, FITS, weigh_crcs
from exchange.parsing.lists.tables.column_finder import Columns
from exchange.parsing.lists.tables.row_codes import codes_in_words
from exchange.parsing.phrases.header_terms import device_type_of
from exchange.parsing.phrases.row_phrases import is_not_wanted
from exchange.parsing.sheets.grid import Row, Table, column_of, lossy_cells, numbers_of

_UNCLEAR: Final = OUTCOMES.index(Outcome.UNCLEAR)
_REST_OF_CODE: Final = CODE_DIGITS[1] - CODE_DIGITS[0]


class RowAnswer(NamedTuple):
    """What the words of a row say about its device."""

    outcome: Outcome | None
    remark: str
    definite: bool = True
    exact: bool = False  # the words of our own workbook


class PlainRows(NamedTuple):
    """Plain rows that follow one another, and what they say."""

    ids: DeviceIds
    numbers: Int64Array
    found: ListedColumns
    claims: ClaimColumns | None  # None if there are none
    tentative: ClaimColumns | None
    silent: ClaimColumns | None


class RowReaders(NamedTuple):
    """The functions that read the words of one row, with a code or without."""

    with_code: Callable[[Row], RowAnswer]
    without_code: Callable[[Row], RowAnswer]
    has_codes: Callable[[Row], bool]  # whether there is a code among the words


class LongList:
    """A table with one column of devices and at most one of codes."""

    def __init__(self, table: Table, columns: Columns, readers: RowReaders) -> None:
        self.rows: Sequence[Row] = table.rows
        self.columns = columns
        self.readers = readers
        self.exact_from = len(table.rows)  # the first row with words of our own workbook
        ((column, self.kind),) = columns.devices.items()
        self.column = column
        checked = check_devices(column_of(self.rows, column))
        self.ids, self.valid_id = checked.ids, checked.valid
        self.plain = self.valid_id.copy()
        self.words_for_codes: Int64Array | None = None
        self.numbers = numbers_of(self.rows)
        number = len(self.rows)
        self.codes: CheckedCodes | None = None
        for index in columns.codes:
            self._take_codes(index)
        self.plain[: columns.first_row] = False
        words = self._word_columns()
        self.types = self._type_column()
        lead = table.place_prefix
        self.places = PlaceColumn(TextColumn.repeat(lead, number), self.numbers)
        self.group, self.row_claims = self._claims_of_rows(words)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Yield start and end of each run of plain rows, also empty ones; a row that is not plain
        lies between two runs."""
        bad = np.flatnonzero(~self.plain[self.columns.first_row :]) + self.columns.first_row
        bounds = [self.columns.first_row - 1, *bad.tolist(), len(self.rows)]
        return ((one + 1, other) for one, other in pairwise(bounds))

    def read_run(self, start: int, end: int) -> PlainRows:
        """Return the rows from ``start`` up to ``end``, all of them plain."""
        rows = slice(start, end)
        found = ListedColumns(self.ids[rows], self.places.take(rows), self.types.take(rows))
        parts: list[ClaimColumns | None] = [None, None, None]
        if self.row_claims is not None:
            own = self.group[rows]
            for kind in range(3):
                there = own == kind
                if there.all():
                    parts[kind] = self.row_claims.take(rows)
                elif there.any():
                    parts[kind] = self.row_claims.take(np.flatnonzero(there) + start)
        return PlainRows(found.ids, self.numbers[rows], found, *parts)

    def _take_codes(self, index: int) -> None:
        """Keep rows whose cell is empty, words, or a code that the next cell does not extend."""
        cells = column_of(self.rows, index)
        self.codes = check_codes(cells)
        not_codes = np.flatnonzero(~self.codes.valid & (cells.lengths > 0))
        texts, which = cells.same_buffer(cells.starts[not_codes], cells.ends[not_codes]).distinct()
        words = [
            not code_digits(text)
            and read_code_cell(text) is None
            and not codes_in_words(text)
            and not is_not_wanted(text)
            for text in texts
        ]
        worded = not_codes[np.array(words, np.bool_)[which]]
        self.plain[not_codes] = False
        if len(worded):
            # "not ours" in place of a code: words like those in a column of remarks.
            self.plain[worded] = self.valid_id[worded]
            self.words_for_codes = np.zeros(len(self.rows), np.int64)
            self.words_for_codes[not_codes] = which + 1
        self.plain &= ~lossy_cells(self.rows, index)
        crc = self.columns.crcs.get(index)
        if crc is not None:
            self._weigh_crcs(self.codes, crc)
        short = self.codes.digits == CODE_DIGITS[0]
        if short.any() and index + 1 not in (*self.columns.devices, crc):
            next_cells, which = column_of(self.rows, index + 1).distinct()
            ends = np.array([0 < len(code_digits(text)) <= _REST_OF_CODE for text in next_cells])
            self.plain &= ~(short & ends[which])

    def _weigh_crcs(self, codes: CheckedCodes, crc: int) -> None:
        """Take a CRC of its own that fits as part of its code; a row with any other is not plain.

        Numbers are not plain either: their leading zeros are missing.
        """
        weights = weigh_crcs(codes.codes, *column_of(self.rows, crc).distinct())
        self.plain &= ~(codes.valid & (weights == CONTRADICTS)) & ~lossy_cells(self.rows, crc)
        codes.digits[codes.valid & (weights == FITS)] = CODE_DIGITS[1]

    def _word_columns(self) -> list[Int64Array]:
        """Return the columns of words, each as numbers of its distinct texts."""
        indexes = [
            *self.columns.remarks,
            *(one for one in (self.columns.denial,) if one is not None),
        ]
        for index in indexes:
            self.plain &= ~lossy_cells(self.rows, index, numbers=index == self.columns.denial)
        words = []
        for index in indexes:
            texts, which = column_of(self.rows, index).distinct()
            # The caller leaves these rows out one by one.
            self.plain &= ~np.array([is_not_wanted(text) for text in texts], np.bool_)[which]
            words.append(which)
        return words if self.words_for_codes is None else [*words, self.words_for_codes]

    def _type_column(self) -> TextColumn:
        if self.columns.type is None:
            return TextColumn.repeat(self.kind, len(self.rows))
        self.plain &= ~lossy_cells(self.rows, self.columns.type)
        texts, which = column_of(self.rows, self.columns.type).distinct()
        kinds = TextColumn.of([device_type_of(text) or self.kind for text in texts])
        return TextColumn(kinds.values, kinds.which[which])

    def _claims_of_rows(
        self, words: list[Int64Array]
    ) -> tuple[npt.NDArray[np.uint8], ClaimColumns | None]:
        """Return the claim of each row and its group: 0 definite, 1 tentative, 2 silent, 3 none."""
        number = len(self.rows)
        group = np.full(number, 3, np.uint8)
        if self.codes is None and not words:
            return group, None
        coded = self.codes.valid if self.codes is not None else np.zeros(number, np.bool_)
        remarks = np.zeros(number, np.int32)
        outcomes = np.full(number, NOTHING, np.uint8)
        texts: dict[str, int] = {"": 0}
        for rows, coded_row in ((coded & self.plain, True), (~coded & self.plain, False)):
            if not rows.any():
                continue
            if not words and not coded_row:
                group[rows], outcomes[rows] = 2, _UNCLEAR
                continue
            at = np.flatnonzero(rows)
            first, which = _distinct_wordings(words, at)
            with_codes = [self.readers.has_codes(self.rows[row]) for row in at[first].tolist()]
            self.plain[at] &= ~np.array(with_codes, np.bool_)[which]
            read = [self._read(row, coded_row) for row in at[first].tolist()]
            kept = [texts.setdefault(remark, len(texts)) for _, _, remark in read]
            group[at] = np.array([kind for kind, _, _ in read], np.uint8)[which]
            outcomes[at] = np.array([outcome for _, outcome, _ in read], np.uint8)[which]
            remarks[at] = np.array(kept, np.int32)[which]
        codes = self.codes.codes if self.codes is not None else np.zeros((number, 16), np.uint8)
        digits = self.codes.digits if self.codes is not None else np.zeros(number, np.uint8)
        remark_column = TextColumn(tuple(texts), remarks)
        return group, ClaimColumns(
            self.ids, self.places, codes, coded, outcomes, remark_column, digits
        )

    def _read(self, at: int, coded_row: bool) -> tuple[int, int, str]:
        """Return group, outcome and remark of all rows with the same words as the row ``at``."""
        row = self.rows[at]
        answer = self.readers.with_code(row) if coded_row else self.readers.without_code(row)
        if answer.exact and self.plain[at]:
            self.exact_from = min(self.exact_from, at)
        outcome = OUTCOMES.index(answer.outcome) if answer.outcome is not None else NOTHING
        if coded_row:
            return 0, outcome, answer.remark
        if answer.outcome is None:
            return 2, _UNCLEAR, ""
        return (0 if answer.definite else 1), outcome, answer.remark


def _distinct_wordings(words: list[Int64Array], at: Int64Array) -> tuple[Int64Array, Int32Array]:
    """Return the first of the rows ``at`` with each distinct wording, and each row's wording."""
    if not words:
        return np.zeros(1, np.int64), np.zeros(len(at), np.int32)
    first = first_equal_rows(*(column[at] for column in words))
    begins: BoolArray = first == np.arange(len(at))
    ranks = (np.cumsum(begins) - 1).astype(np.int32)
    return np.flatnonzero(begins), ranks[first]
