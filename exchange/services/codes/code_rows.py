"""Turn the rows of a code file into batches, column by column.

``Terms.single`` is the rule for one row, and alone says why a row is bad.  A row that passes the
checks of its columns is not read alone: 500,000 take 0.2 s so, one by one 7 s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import Int64Array
from exchange.domain.columns.device_ids import DeviceIds, ids_of
from exchange.domain.device import CODE_BYTES
from exchange.domain.device_type import DEVICE_TYPES
from exchange.errors import BadInput
from exchange.parsing.identifiers.bulk import check_codes, check_devices
from exchange.parsing.identifiers.codes import CODE_DIGITS
from exchange.parsing.identifiers.separate_crc import CONTRADICTS, FITS, weigh_crcs
from exchange.parsing.reading.import_tables import denies_installing
from exchange.parsing.sheets.grid import Row, column_of, distinct_cells, lossy_cells, numbers_of
from exchange.ports.vault import Batch, CodeColumns
from exchange.services.codes.code_file import (
    CODE,
    CRC,
    DATED,
    INSTALLED,
    TYPE,
    Fact,
    ReadOptions,
    check_remarks,
    day_of,
    fact_of,
    installed_of,
    remark_columns,
    type_of,
    wants_crc,
)
from exchange.services.codes.import_report import Delivered
from exchange.services.import_rows import DEVICE, Sheet

_EPOCH: Final = date(1970, 1, 1)
_DEVICE_TYPES: Final[dict[str, int]] = {name: number for number, name in enumerate(DEVICE_TYPES)}
# The columns of words, and the name of each in a batch.
_KINDS: Final[dict[str, type[np.generic]]] = {TYPE: np.uint8, INSTALLED: np.bool_, DATED: np.uint16}
WORDS: Final = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class Terms:
    """How the rows of one sheet are read."""

    sheet: Sheet
    reading: ReadOptions
    today: date
    crc_wanted: bool = field(init=False)
    remarks: tuple[int, ...] = field(init=False)  # columns whose words must not deny it

    def __post_init__(self) -> None:
        object.__setattr__(self, "crc_wanted", wants_crc(self.sheet, self.reading))
        object.__setattr__(self, "remarks", tuple(remark_columns(self.sheet, self.reading)))

    def meaning(self, name: str, word: str) -> int | None:
        """Return the value in a batch for a word in a column of WORDS; None if it is not valid."""
        try:
            if name == TYPE:
                return _DEVICE_TYPES[type_of(word, self.reading.type_of(self.sheet))]
            if name == INSTALLED:
                return int(installed_of(word))
            return (day_of(word, self.reading, self.today) - _EPOCH).days
        except BadInput:
            return None

    def usual(self, name: str) -> int:
        """Return the value in a batch if the sheet has no such column."""
        if name == TYPE:
            return _DEVICE_TYPES[self.reading.type_of(self.sheet)]
        if name == INSTALLED:
            return int(self.reading.installed_by_us)
        return (self.today - _EPOCH).days

    def single(self, row: Row, at: int, delivered: Delivered) -> Fact | None:
        """Read one row, the ``at``-th of the delivery; note one that is bad and return None."""
        if self.sheet.is_beside_the_list(row):
            delivered.leave_out(at)
            return None
        device = ""
        try:
            found = self.sheet.read_device(row)
            device = str(found)
            check_remarks(row, self.remarks)
            return fact_of(
                self.sheet, row, found, self.reading, self.today, crc_wanted=self.crc_wanted
            )
        except BadInput as error:
            delivered.reject(at, device, error.message)
            return None


@dataclass(slots=True)
class Block:
    """Rows being read, one index each in every array; ``good`` marks those understood."""

    good: npt.NDArray[np.bool_]
    devices: DeviceIds
    codes: npt.NDArray[np.uint8] = field(repr=False)  # rows by 16
    has_code: npt.NDArray[np.bool_]
    with_crc: npt.NDArray[np.bool_]  # the code came with its CRC
    words: dict[str, npt.NDArray[np.generic]] = field(default_factory=dict)

    def take_words(
        self,
        terms: Terms,
        name: str,
        found: tuple[Sequence[str], Int64Array] | None,
    ) -> None:
        """Take a column's words, and which of them each row has; None if there is no column."""
        if found is None:
            self.words[name] = np.full(len(self.good), terms.usual(name), _KINDS[name])
            return
        texts, which = found
        meant = [terms.meaning(name, text) for text in texts]
        known = np.array([one is not None for one in meant], np.bool_)
        self.good &= known[which]
        self.words[name] = np.array([one or 0 for one in meant], _KINDS[name])[which]

    def take(self, at: int, fact: Fact) -> None:
        """Take a row that was read individually."""
        self.good[at] = True
        self.devices[at] = ids_of([fact.device])[0]
        self.has_code[at] = fact.code is not None
        self.with_crc[at] = fact.with_crc
        raw = fact.code.raw if fact.code else bytes(CODE_BYTES)
        self.codes[at] = np.frombuffer(raw, np.uint8)
        self.words[TYPE][at] = _DEVICE_TYPES[fact.device_type]
        self.words[INSTALLED][at] = fact.installed
        self.words[DATED][at] = (fact.day - _EPOCH).days

    def batch(self, source: str, numbers: Int64Array) -> Batch | None:
        """Return the good rows, None if there are none; ``numbers`` are places in the file."""
        kept = np.flatnonzero(self.good)
        if not len(kept):
            return None
        columns = CodeColumns(
            self.devices.take(kept),
            self.codes.take(kept, axis=0),
            self.has_code.take(kept),
            self.words[INSTALLED].take(kept).astype(np.bool_, copy=False),
            self.words[TYPE].take(kept).astype(np.uint8, copy=False),
            np.zeros(len(kept), np.uint8),
            self.words[DATED].take(kept).astype(np.uint16, copy=False),
            (source,),
        )
        return Batch(columns, numbers.take(kept).astype(np.uint32))


def checked_batch(
    terms: Terms, rows: Sequence[Row], first: int, offset: int, delivered: Delivered
) -> Batch | None:
    """Return the good rows among ``rows`` from number ``first`` on; note the bad ones.

    Columns are checked as a whole; a row that fails is read again individually, which also says
    what is wrong with it.  ``offset`` is added to the numbers of the rows.
    """
    columns, numbers = terms.sheet.columns, numbers_of(rows)
    listed = numbers >= first
    delivered.rows += int(np.count_nonzero(listed))
    devices = check_devices(column_of(rows, columns[DEVICE]))
    number = len(rows)
    block = Block(
        devices.valid & listed,
        devices.ids,
        np.zeros((number, CODE_BYTES), np.uint8),
        np.zeros(number, np.bool_),
        np.zeros(number, np.bool_),
    )
    if CODE in columns:
        cells = column_of(rows, columns[CODE])
        found = check_codes(cells)
        empty = (cells.lengths == 0) & ~lossy_cells(rows, columns[CODE])
        block.codes, block.has_code = found.codes, found.valid
        block.good &= found.valid | empty
        block.with_crc = found.digits == CODE_DIGITS[1]
        if CRC in columns:
            weights = weigh_crcs(found.codes, *distinct_cells(rows, columns[CRC]))
            block.good &= (weights != CONTRADICTS) & ~lossy_cells(rows, columns[CRC])
            block.with_crc |= weights == FITS
        if terms.crc_wanted:
            block.good &= block.with_crc | ~block.has_code
    for name in WORDS:
        block.take_words(
            terms, name, distinct_cells(rows, columns[name]) if name in columns else None
        )
    for column in terms.remarks:
        texts, which = distinct_cells(rows, column)
        block.good &= ~np.array([denies_installing(text) for text in texts], np.bool_)[which]
    for at in np.flatnonzero(listed & ~block.good).tolist():
        fact = terms.single(rows[at], offset + int(numbers[at]), delivered)
        if fact is not None:
            block.take(at, fact)
    delivered.codes_without_crc += int(
        np.count_nonzero(block.good & block.has_code & ~block.with_crc)
    )
    return block.batch(terms.reading.source, numbers + offset)
