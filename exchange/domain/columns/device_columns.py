"""Findings of long lists kept as columns: half a million devices without an object for each.

A column sequence can be used wherever a tuple of ``Found`` or ``Answer`` can: the objects are made
when somebody asks for them, a few thousand at a time.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final, NamedTuple, TypeAlias, TypeVar, overload

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_ids import DeviceIds, all_ids_valid, blank_ids, id_bytes, ids_of
from exchange.domain.device import CODE_BYTES, DEVICE_ID_BYTES, DeviceId, InstallCode
from exchange.domain.mail import Answer, Found, Outcome
from exchange.errors import BadInput

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
CodeArray = npt.NDArray[np.uint8]  # a row of 16 bytes each
BoolArray = npt.NDArray[np.bool_]

T = TypeVar("T")
_AT_A_TIME: Final = 4096
_ALL_FS: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_LONGEST_NUMBER: Final = 15
OUTCOMES: Final = tuple(Outcome)
_PROVIDED: Final = OUTCOMES.index(Outcome.PROVIDED)


class TextColumn(NamedTuple):
    """A column of texts, most of them alike: row ``i`` is ``values[which[i]]``."""

    values: tuple[str, ...]
    which: Int32Array

    @classmethod
    def of(cls, texts: Sequence[str]) -> TextColumn:
        """Return the column of ``texts``."""
        known = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        return cls(tuple(known), np.fromiter(map(known.__getitem__, texts), np.int32, len(texts)))

    @classmethod
    def repeat(cls, text: str, number: int) -> TextColumn:
        """Return a column of ``number`` rows that all have the same text."""
        return cls((text,), np.zeros(number, np.int32))

    def take(self, chosen: slice | Int64Array | BoolArray) -> TextColumn:
        """Return some of the rows."""
        return TextColumn(self.values, self.which[chosen])

    def texts(self) -> list[str]:
        """Return the text of each row."""
        return list(map(self.values.__getitem__, self.which.tolist()))


class PlaceColumn(NamedTuple):
    """The place of each row: a lead (``list.xlsx > Sheet1 > row ``) followed by a number.

    The number -1 means none: the lead is the whole place.
    """

    leads: TextColumn
    numbers: Int64Array

    @classmethod
    def of(cls, places: Sequence[str]) -> PlaceColumn:
        """Return the column of places given as text."""
        split = [split_place(place) for place in places]
        leads = TextColumn.of([lead for lead, _ in split])
        return cls(leads, np.fromiter((number for _, number in split), np.int64, len(split)))

    def take(self, chosen: slice | Int64Array | BoolArray) -> PlaceColumn:
        """Return some of the rows."""
        return PlaceColumn(self.leads.take(chosen), self.numbers[chosen])

    def texts(self) -> list[str]:
        """Return the place of each row as text."""
        return [
            lead if number < 0 else f"{lead}{number}"
            for lead, number in zip(self.leads.texts(), self.numbers.tolist(), strict=True)
        ]


def split_place(place: str) -> tuple[str, int]:
    """Split a place into a lead and the number at its end, -1 where there is none."""
    lead, blank, number = place.rpartition(" ")
    plain = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    if not plain or (number[0] == "0" and number != "0"):
        return place, -1
    return lead + blank, int(number)


def concat_texts(pieces: Sequence[TextColumn]) -> TextColumn:
    """Return the rows of several columns of texts as one column."""
    known: dict[str, int] = {}
    moved: list[Int32Array] = []
    for words, which in pieces:
        new = [known.setdefault(word, len(known)) for word in words]
        moved.append(np.array(new, np.int32)[which] if len(new) else which)
    return TextColumn(tuple(known), np.concatenate(moved) if moved else np.zeros(0, np.int32))


def concat_places(pieces: Sequence[PlaceColumn]) -> PlaceColumn:
    """Return the rows of several columns of places as one column."""
    numbers = [piece.numbers for piece in pieces]
    leads = concat_texts([piece.leads for piece in pieces])
    return PlaceColumn(leads, np.concatenate(numbers) if numbers else np.zeros(0, np.int64))


class ColumnSequence(Sequence[T]):
    """A sequence that makes its items from columns on demand; equal to a tuple of the same."""

    __slots__ = ()

    @abstractmethod
    def take(self: ColumnsT, chosen: slice | Int64Array | BoolArray) -> ColumnsT:
        """Return some of the rows, as columns."""

    @abstractmethod
    def to_objects(self) -> list[T]:
        """Return all items."""

    def __iter__(self) -> Iterator[T]:
        for start in range(0, len(self), _AT_A_TIME):
            yield from self.take(slice(start, start + _AT_A_TIME)).to_objects()

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self: ColumnsT, index: slice) -> ColumnsT: ...
    def __getitem__(self: ColumnsT, index: int | slice) -> T | ColumnsT:
        if isinstance(index, slice):
            return self.take(index)
        at = range(len(self))[index]
        found: T = self.take(slice(at, at + 1)).to_objects()[0]
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ColumnSequence | tuple):
            return NotImplemented
        return len(self) == len(other) and all(
            one == another for one, another in zip(self, other, strict=True)
        )

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} rows)"  # codes never show


ColumnsT = TypeVar("ColumnsT", bound=ColumnSequence)  # type: ignore[type-arg]


Setter: TypeAlias = Callable[[object, object], None]


def slot_setters(kind: type, *names: str) -> tuple[Setter, ...]:
    """Return the functions that fill the slots ``names`` of an object of ``kind``."""
    return tuple(vars(kind)[name].__set__ for name in names)


# The columns were checked as a whole already.  Checking each value again in its constructor would
# take most of the time that a long list needs.
_DEVICE: Final = slot_setters(DeviceId, "raw")
_CODE: Final = slot_setters(InstallCode, "raw")
_FOUND: Final = slot_setters(Found, "device", "where", "device_type")
_ANSWER: Final = slot_setters(Answer, "device", "outcome", "where", "code", "remark", "without_crc")


def make_objects(
    kind: type[T],
    number: int,
    setters: Sequence[Setter],
    *columns: Iterable[object],
) -> list[T]:
    """Make ``number`` objects of ``kind``, filling their slots column by column.

    The values must have been checked: no constructor runs.
    """
    made = list(map(object.__new__, repeat(kind, number)))
    for setter, column in zip(setters, columns, strict=True):
        deque(map(setter, made, column), maxlen=0)
    return made


def devices_of(ids: DeviceIds) -> list[DeviceId]:
    """Return the Device IDs of a column that was checked."""
    raw: list[bytes] = id_bytes(ids).view(f"V{DEVICE_ID_BYTES}").ravel().tolist()
    return make_objects(DeviceId, len(raw), _DEVICE, raw)


def codes_of(codes: CodeArray, coded: BoolArray) -> list[InstallCode | None]:
    """Return the install codes of a column that was checked; None where a row has none."""
    raw: list[bytes] = np.ascontiguousarray(codes).view(f"V{CODE_BYTES}").ravel().tolist()
    made: list[InstallCode] = make_objects(InstallCode, len(raw), _CODE, raw)
    if coded.all():
        return list(made)
    return [one if has else None for one, has in zip(made, coded.tolist(), strict=True)]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ListedColumns(ColumnSequence[Found]):
    """Listed devices as columns of equal length.  Raises BadInput for columns that do not fit."""

    ids: DeviceIds
    places: PlaceColumn
    types: TextColumn

    def __post_init__(self) -> None:
        _check_rows(len(self.ids), self.places, self.types)
        if not all_ids_valid(self.ids):
            raise BadInput("a Device ID is not all zeros or all Fs")

    @classmethod
    def of(cls, found: Sequence[Found]) -> ListedColumns:
        """Return the columns of ``found``."""
        if isinstance(found, ListedColumns):
            return found
        return cls(
            ids_of([one.device for one in found]),
            PlaceColumn.of([one.where for one in found]),
            TextColumn.of([one.device_type for one in found]),
        )

    @classmethod
    def concat(cls, pieces: Sequence[ListedColumns]) -> ListedColumns:
        """Return the rows of several lists as one list."""
        if len(pieces) == 1:
            return pieces[0]
        return cls(
            np.concatenate([blank_ids(), *(piece.ids for piece in pieces)]),
            concat_places([piece.places for piece in pieces]),
            concat_texts([piece.types for piece in pieces]),
        )

    def take(self, chosen: slice | Int64Array | BoolArray) -> ListedColumns:
        """Return some of the rows, as columns."""
        return ListedColumns(self.ids[chosen], self.places.take(chosen), self.types.take(chosen))

    def to_objects(self) -> list[Found]:
        """Return all rows as objects."""
        where, types = self.places.texts(), self.types.texts()
        return make_objects(Found, len(self.ids), _FOUND, devices_of(self.ids), where, types)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AnswerColumns(ColumnSequence[Answer]):
    """Answers as columns: ``outcomes`` are indexes of OUTCOMES, ``codes`` count where ``coded``.

    Raises BadInput when the columns do not fit, or a row has a code and an outcome other than
    PROVIDED.
    """

    ids: DeviceIds
    places: PlaceColumn
    outcomes: npt.NDArray[np.uint8]
    codes: CodeArray
    coded: BoolArray
    remarks: TextColumn
    without_crc: BoolArray

    def __post_init__(self) -> None:
        number = len(self.ids)
        _check_rows(number, self.places, self.remarks)
        if {len(self.outcomes), len(self.coded), len(self.codes), len(self.without_crc)} != {
            number
        }:
            raise BadInput("columns of different lengths")
        if not all_ids_valid(self.ids):
            raise BadInput("a Device ID is not all zeros or all Fs")
        if number and int(self.outcomes.max()) >= len(OUTCOMES):
            raise BadInput("an unknown outcome")
        require_valid_codes(self.codes, self.coded)
        if (self.coded != (self.outcomes == _PROVIDED)).any():
            raise BadInput("an install code and its outcome do not agree")

    @classmethod
    def of(cls, answers: Sequence[Answer]) -> AnswerColumns:
        """Return the columns of ``answers``."""
        if isinstance(answers, AnswerColumns):
            return answers
        blank = bytes(CODE_BYTES)
        raw = b"".join([one.code.raw if one.code else blank for one in answers])
        number = len(answers)
        return cls(
            ids_of([one.device for one in answers]),
            PlaceColumn.of([one.where for one in answers]),
            np.fromiter((OUTCOMES.index(one.outcome) for one in answers), np.uint8, number),
            np.frombuffer(raw, np.uint8).reshape(-1, CODE_BYTES),
            np.fromiter((one.code is not None for one in answers), np.bool_, number),
            TextColumn.of([one.remark for one in answers]),
            np.fromiter((one.without_crc for one in answers), np.bool_, number),
        )

    @classmethod
    def concat(cls, pieces: Sequence[AnswerColumns]) -> AnswerColumns:
        """Return the rows of several answer columns, at least one, as one."""
        if len(pieces) == 1:
            return pieces[0]
        return cls(
            np.concatenate([piece.ids for piece in pieces]),
            concat_places([piece.places for piece in pieces]),
            np.concatenate([piece.outcomes for piece in pieces]),
            np.concatenate([piece.codes for piece in pieces]),
            np.concatenate([piece.coded for piece in pieces]),
            concat_texts([piece.remarks for piece in pieces]),
            np.concatenate([piece.without_crc for piece in pieces]),
        )

    def take(self, chosen: slice | Int64Array | BoolArray) -> AnswerColumns:
        """Return some of the rows, as columns."""
        return AnswerColumns(
            self.ids[chosen],
            self.places.take(chosen),
            self.outcomes[chosen],
            self.codes[chosen],
            self.coded[chosen],
            self.remarks.take(chosen),
            self.without_crc[chosen],
        )

    def to_objects(self) -> list[Answer]:
        """Return all answers as objects."""
        return make_objects(
            Answer,
            len(self.ids),
            _ANSWER,
            devices_of(self.ids),
            map(OUTCOMES.__getitem__, self.outcomes.tolist()),
            self.places.texts(),
            codes_of(self.codes, self.coded),
            self.remarks.texts(),
            self.without_crc.tolist(),
        )

    def __len__(self) -> int:
        return len(self.ids)


def require_valid_codes(codes: CodeArray, coded: BoolArray) -> None:
    """Raise BadInput when a row marked in ``coded`` has no valid code."""
    if codes.ndim != 2 or codes.shape[1] != CODE_BYTES:
        raise BadInput("an install code has 16 bytes")
    halves = np.ascontiguousarray(codes).view(np.uint64)
    same = halves[:, 0] == halves[:, 1]
    if (coded & same & ((halves[:, 0] == 0) | (halves[:, 0] == _ALL_FS))).any():
        raise BadInput("an install code is not all zeros or all Fs")


def _check_rows(number: int, places: PlaceColumn, texts: TextColumn) -> None:
    for one in (places.leads, texts):
        if len(one.which) != number:
            raise BadInput("columns of different lengths")
        if number and not 0 <= int(one.which.min()) <= int(one.which.max()) < len(one.values):
            raise BadInput("a row that refers to a text that is not there")
    if len(places.numbers) != number or (number and int(places.numbers.min()) < -1):
        raise BadInput("columns of different lengths")
