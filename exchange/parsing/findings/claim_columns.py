"""Claims of long lists as columns, and questions about all claims of a mail at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import (
    OUTCOMES,
    BoolArray,
    CodeArray,
    ColumnSequence,
    Int64Array,
    ListedColumns,
    PlaceColumn,
    TextColumn,
    codes_of,
    concat_places,
    concat_texts,
    devices_of,
)
from exchange.domain.columns.device_ids import DeviceIds, blank_ids, ids_of
from exchange.domain.device import CODE_BYTES
from exchange.domain.mail import Found, Outcome
from exchange.parsing.findings.findings import Claim
from exchange.parsing.findings.mixed_list import MixedList

NOTHING: Final = len(OUTCOMES)  # in a column of outcomes: no outcome in words
_OUTCOMES: Final = (*OUTCOMES, None)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClaimColumns(ColumnSequence[Claim]):
    """Claims as columns, none of them with a bad code; ``codes`` count where ``coded``."""

    ids: DeviceIds
    places: PlaceColumn
    codes: CodeArray
    coded: BoolArray
    outcomes: npt.NDArray[np.uint8]  # indexes of OUTCOMES, or NOTHING
    remarks: TextColumn
    digits: npt.NDArray[np.uint8]  # of the code as written: 36 with its CRC, 32 without, 0 for none

    @classmethod
    def saying(cls, devices: ListedColumns, outcome: Outcome, remark: str) -> ClaimColumns:
        """Return the same claim about each of ``devices``."""
        number = len(devices)
        return cls(
            devices.ids,
            devices.places,
            np.zeros((number, CODE_BYTES), np.uint8),
            np.zeros(number, np.bool_),
            np.full(number, OUTCOMES.index(outcome), np.uint8),
            TextColumn.repeat(remark, number),
            np.zeros(number, np.uint8),
        )

    @classmethod
    def of(cls, claims: Sequence[Claim]) -> ClaimColumns:
        """Return the columns of ``claims``, without whether they have a bad code."""
        blank, number = bytes(CODE_BYTES), len(claims)
        raw = b"".join([one.code.raw if one.code else blank for one in claims])
        outcomes = (
            NOTHING if one.outcome is None else OUTCOMES.index(one.outcome) for one in claims
        )
        return cls(
            ids_of([one.device for one in claims]),
            PlaceColumn.of([one.where for one in claims]),
            np.frombuffer(raw, np.uint8).reshape(-1, CODE_BYTES),
            np.fromiter((one.code is not None for one in claims), np.bool_, number),
            np.fromiter(outcomes, np.uint8, number),
            TextColumn.of([one.remark for one in claims]),
            np.fromiter((one.digits for one in claims), np.uint8, number),
        )

    @classmethod
    def concat(cls, pieces: Sequence[ClaimColumns]) -> ClaimColumns:
        """Return the rows of several claim columns, at least one, as one."""
        if len(pieces) == 1:
            return pieces[0]
        return cls(
            np.concatenate([piece.ids for piece in pieces]),
            concat_places([piece.places for piece in pieces]),
            np.concatenate([piece.codes for piece in pieces]),
            np.concatenate([piece.coded for piece in pieces]),
            np.concatenate([piece.outcomes for piece in pieces]),
            concat_texts([piece.remarks for piece in pieces]),
            np.concatenate([piece.digits for piece in pieces]),
        )

    def take(self, chosen: slice | Int64Array | BoolArray) -> ClaimColumns:
        """Return some of the rows, as columns."""
        return ClaimColumns(
            self.ids[chosen],
            self.places.take(chosen),
            self.codes[chosen],
            self.coded[chosen],
            self.outcomes[chosen],
            self.remarks.take(chosen),
            self.digits[chosen],
        )

    def to_objects(self) -> list[Claim]:
        """Return all claims as objects."""
        return [
            Claim(device, where, code, _OUTCOMES[outcome], remark, digits=digits)
            for device, where, code, outcome, remark, digits in zip(
                devices_of(self.ids),
                self.places.texts(),
                codes_of(self.codes, self.coded),
                self.outcomes.tolist(),
                self.remarks.texts(),
                self.digits.tolist(),
                strict=True,
            )
        ]

    def __len__(self) -> int:
        return len(self.ids)


def any_code(claims: MixedList[Claim]) -> bool:
    """Return whether any claim has a code."""
    return any(one.code is not None for one in claims.singles()) or any(
        bool(one.coded.any()) for one in _columns(claims)
    )


def any_bad_code(claims: MixedList[Claim]) -> bool:
    """Return whether any claim has a code that cannot be trusted."""
    return any(one.bad_code for one in claims.singles())


def any_outcome(claims: MixedList[Claim], outcome: Outcome) -> bool:
    """Return whether any claim states ``outcome`` in words."""
    wanted = OUTCOMES.index(outcome)
    return any(one.outcome is outcome for one in claims.singles()) or any(
        bool((one.outcomes == wanted).any()) for one in _columns(claims)
    )


def _columns(claims: MixedList[Claim]) -> list[ClaimColumns]:
    return [piece for piece in claims.columns() if isinstance(piece, ClaimColumns)]


def claim_ids(claims: MixedList[Claim]) -> DeviceIds:
    """Return the devices of all claims, in order."""
    return _joined(
        [
            piece.ids if isinstance(piece, ClaimColumns) else ids_of([one.device for one in piece])
            for piece in claims.pieces
        ]
    )


def found_ids(found: MixedList[Found]) -> DeviceIds:
    """Return all devices found, in order."""
    return _joined(
        [
            piece.ids if isinstance(piece, ListedColumns) else ids_of([one.device for one in piece])
            for piece in found.pieces
        ]
    )


def _joined(pieces: Sequence[DeviceIds]) -> DeviceIds:
    return np.concatenate([blank_ids(), *pieces])


def to_listed_columns(found: MixedList[Found]) -> ListedColumns:
    """Return all devices found, as columns."""
    return ListedColumns.concat(
        [
            piece if isinstance(piece, ListedColumns) else ListedColumns.of(list(piece))
            for piece in found.pieces
        ]
    )


def to_claim_columns(claims: MixedList[Claim]) -> tuple[ClaimColumns, BoolArray]:
    """Return all claims, at least one, as columns, and which of them have a bad code."""
    columns: list[ClaimColumns] = []
    spoiled: list[BoolArray] = []
    for piece in claims.pieces:
        if isinstance(piece, ClaimColumns):
            columns.append(piece)
            spoiled.append(np.zeros(len(piece), np.bool_))
        else:
            columns.append(ClaimColumns.of(list(piece)))
            spoiled.append(np.fromiter((one.bad_code for one in piece), np.bool_, len(piece)))
    return ClaimColumns.concat(columns), np.concatenate(spoiled)


def claims_at(claims: MixedList[Claim], rows: Int64Array) -> list[Claim]:
    """Return the claims with the indexes ``rows``, which are sorted."""
    found: list[Claim] = []
    start = 0
    for piece in claims.pieces:
        end = start + len(piece)
        own = rows[(rows >= start) & (rows < end)] - start
        if isinstance(piece, ClaimColumns):
            found += piece.take(own).to_objects()
        else:
            found += map(piece.__getitem__, own.tolist())
        start = end
    return found


def rows_with(words: TextColumn, telling: Sequence[bool]) -> BoolArray:
    """Return the rows whose text is marked in ``telling``, which has a flag for each value."""
    return np.array([*telling, False], np.bool_)[words.which]
