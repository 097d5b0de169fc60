"""Findings of long lists kept as columns: half a million devices without an object for each.

A column sequence stands wherever a tuple of ``Found`` or ``Answer`` may stand: the objects are made
when somebody asks for them, a few thousand at a time.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final, NamedTuple, TypeVar, overload

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_ids import DeviceIds, id_bytes, ids_of, no_ids, none_empty
from exchange.domain.device import CODE_BYTES, DEVICE_ID_BYTES, DeviceId, InstallCode
from exchange.domain.mail import Answer, Found, Outcome
from exchange.errors import BadInput

Numbers = npt.NDArray[np.int64]
Indexes = npt.NDArray[np.int32]
Codes = npt.NDArray[np.uint8]  # a row of 16 bytes each
Flags = npt.NDArray[np.bool_]

T = TypeVar("T")
_AT_A_TIME: Final = 4096
_ALL_FS: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_LONGEST_NUMBER: Final = 15
OUTCOMES: Final = tuple(Outcome)
_PROVIDED: Final = OUTCOMES.index(Outcome.PROVIDED)


class Words(NamedTuple):
    """A column of texts of which most are alike: the different ones, and which stands where."""

    words: tuple[str, ...]
    which: Indexes

    @classmethod
    def of(cls, texts: Sequence[str]) -> Words:
        """The column of ``texts``."""
        known = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        return cls(tuple(known), np.fromiter(map(known.__getitem__, texts), np.int32, len(texts)))

    @classmethod
    def same(cls, text: str, number: int) -> Words:
        """``number`` times the same text."""
        return cls((text,), np.zeros(number, np.int32))

    def taken(self, chosen: slice | Numbers | Flags) -> Words:
        """Some of the rows."""
        return Words(self.words, self.which[chosen])

    def texts(self) -> list[str]:
        """The texts themselves."""
        return list(map(self.words.__getitem__, self.which.tolist()))


class Places(NamedTuple):
    """Where each row stands: a lead (``list.xlsx > Sheet1 > row ``) and a number behind it.

    A number of -1 stands for none: the lead is the whole place.
    """

    leads: Words
    numbers: Numbers

    @classmethod
    def of(cls, places: Sequence[str]) -> Places:
        """The columns of written places."""
        split = [parted(place) for place in places]
        leads = Words.of([lead for lead, _ in split])
        return cls(leads, np.fromiter((number for _, number in split), np.int64, len(split)))

    def taken(self, chosen: slice | Numbers | Flags) -> Places:
        """Some of the rows."""
        return Places(self.leads.taken(chosen), self.numbers[chosen])

    def texts(self) -> list[str]:
        """The places as written."""
        return [
            lead if number < 0 else f"{lead}{number}"
            for lead, number in zip(self.leads.texts(), self.numbers.tolist(), strict=True)
        ]


def parted(place: str) -> tuple[str, int]:
    """A place parted into a lead and the number at its end, -1 where there is none."""
    lead, blank, number = place.rpartition(" ")
    plain = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    if not plain or (number[0] == "0" and number != "0"):
        return place, -1
    return lead + blank, int(number)


def joined_words(pieces: Sequence[Words]) -> Words:
    """Columns of texts one behind another."""
    known: dict[str, int] = {}
    moved: list[Indexes] = []
    for words, which in pieces:
        new = [known.setdefault(word, len(known)) for word in words]
        moved.append(np.array(new, np.int32)[which] if len(new) else which)
    return Words(tuple(known), np.concatenate(moved) if moved else np.zeros(0, np.int32))


def joined_places(pieces: Sequence[Places]) -> Places:
    """Columns of places one behind another."""
    numbers = [piece.numbers for piece in pieces]
    leads = joined_words([piece.leads for piece in pieces])
    return Places(leads, np.concatenate(numbers) if numbers else np.zeros(0, np.int64))


class ColumnSequence(Sequence[T]):
    """A sequence whose items are made of columns when asked for; equal to a tuple of the same."""

    __slots__ = ()

    @abstractmethod
    def taken(self: ColumnsT, chosen: slice | Numbers | Flags) -> ColumnsT:
        """Some of the rows, as columns."""

    @abstractmethod
    def made(self) -> list[T]:
        """All items."""

    def __iter__(self) -> Iterator[T]:
        for start in range(0, len(self), _AT_A_TIME):
            yield from self.taken(slice(start, start + _AT_A_TIME)).made()

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self: ColumnsT, index: slice) -> ColumnsT: ...
    def __getitem__(self: ColumnsT, index: int | slice) -> T | ColumnsT:
        if isinstance(index, slice):
            return self.taken(index)
        at = range(len(self))[index]
        found: T = self.taken(slice(at, at + 1)).made()[0]
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


def _setter(kind: type, name: str) -> Callable[[object, object], None]:
    found: Callable[[object, object], None] = vars(kind)[name].__set__
    return found


# Each column was checked as a whole; a constructor that checks each value again would take most
# of the time that a long list takes.
_DEVICE: Final = (_setter(DeviceId, "raw"),)
_CODE: Final = (_setter(InstallCode, "raw"),)
_FOUND: Final = tuple(_setter(Found, name) for name in ("device", "where", "device_type"))
_ANSWER: Final = tuple(
    _setter(Answer, name) for name in ("device", "outcome", "where", "code", "remark")
)


def _made(
    kind: type[T],
    number: int,
    setters: Sequence[Callable[[object, object], None]],
    *columns: Iterable[object],
) -> list[T]:
    """``number`` objects of ``kind``, their slots filled column by column."""
    made = list(map(object.__new__, repeat(kind, number)))
    for setter, column in zip(setters, columns, strict=True):
        deque(map(setter, made, column), maxlen=0)
    return made


def devices_of(ids: DeviceIds) -> list[DeviceId]:
    """Device IDs that are known to be good."""
    raw: list[bytes] = id_bytes(ids).view(f"V{DEVICE_ID_BYTES}").ravel().tolist()
    return _made(DeviceId, len(raw), _DEVICE, raw)


def codes_of(codes: Codes, coded: Flags) -> list[InstallCode | None]:
    """Install codes that are known to be good; None where a row has none."""
    raw: list[bytes] = np.ascontiguousarray(codes).view(f"V{CODE_BYTES}").ravel().tolist()
    made: list[InstallCode] = _made(InstallCode, len(raw), _CODE, raw)
    if coded.all():
        return list(made)
    return [one if has else None for one, has in zip(made, coded.tolist(), strict=True)]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Listed(ColumnSequence[Found]):
    """Devices as columns; every column has as many rows.  Raises BadInput when they do not fit."""

    ids: DeviceIds
    places: Places
    types: Words

    def __post_init__(self) -> None:
        _check_rows(len(self.ids), self.places, self.types)
        if not none_empty(self.ids):
            raise BadInput("a Device ID is not all zeros or all Fs")

    @classmethod
    def of(cls, found: Sequence[Found]) -> Listed:
        """The columns of ``found``."""
        if isinstance(found, Listed):
            return found
        return cls(
            ids_of([one.device for one in found]),
            Places.of([one.where for one in found]),
            Words.of([one.device_type for one in found]),
        )

    @classmethod
    def joined(cls, pieces: Sequence[Listed]) -> Listed:
        """Lists one behind another."""
        if len(pieces) == 1:
            return pieces[0]
        return cls(
            np.concatenate([no_ids(), *(piece.ids for piece in pieces)]),
            joined_places([piece.places for piece in pieces]),
            joined_words([piece.types for piece in pieces]),
        )

    def taken(self, chosen: slice | Numbers | Flags) -> Listed:
        """Some of the rows, as columns."""
        return Listed(self.ids[chosen], self.places.taken(chosen), self.types.taken(chosen))

    def made(self) -> list[Found]:
        """All findings as objects."""
        where, types = self.places.texts(), self.types.texts()
        return _made(Found, len(self.ids), _FOUND, devices_of(self.ids), where, types)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Answered(ColumnSequence[Answer]):
    """Answers as columns; ``outcomes`` are places in OUTCOMES, ``codes`` count where ``coded``.

    Raises BadInput when the columns do not fit, or a code stands by another outcome than PROVIDED.
    """

    ids: DeviceIds
    places: Places
    outcomes: npt.NDArray[np.uint8]
    codes: Codes
    coded: Flags
    remarks: Words

    def __post_init__(self) -> None:
        number = len(self.ids)
        _check_rows(number, self.places, self.remarks)
        if not number == len(self.outcomes) == len(self.coded) == len(self.codes):
            raise BadInput("columns of different lengths")
        if not none_empty(self.ids):
            raise BadInput("a Device ID is not all zeros or all Fs")
        if number and int(self.outcomes.max()) >= len(OUTCOMES):
            raise BadInput("an outcome that there is not")
        check_codes(self.codes, self.coded)
        if (self.coded != (self.outcomes == _PROVIDED)).any():
            raise BadInput("an install code and its outcome do not agree")

    @classmethod
    def of(cls, answers: Sequence[Answer]) -> Answered:
        """The columns of ``answers``."""
        if isinstance(answers, Answered):
            return answers
        blank = bytes(CODE_BYTES)
        raw = b"".join([one.code.raw if one.code else blank for one in answers])
        number = len(answers)
        return cls(
            ids_of([one.device for one in answers]),
            Places.of([one.where for one in answers]),
            np.fromiter((OUTCOMES.index(one.outcome) for one in answers), np.uint8, number),
            np.frombuffer(raw, np.uint8).reshape(-1, CODE_BYTES),
            np.fromiter((one.code is not None for one in answers), np.bool_, number),
            Words.of([one.remark for one in answers]),
        )

    @classmethod
    def joined(cls, pieces: Sequence[Answered]) -> Answered:
        """Answers one behind another; at least one piece."""
        if len(pieces) == 1:
            return pieces[0]
        return cls(
            np.concatenate([piece.ids for piece in pieces]),
            joined_places([piece.places for piece in pieces]),
            np.concatenate([piece.outcomes for piece in pieces]),
            np.concatenate([piece.codes for piece in pieces]),
            np.concatenate([piece.coded for piece in pieces]),
            joined_words([piece.remarks for piece in pieces]),
        )

    def taken(self, chosen: slice | Numbers | Flags) -> Answered:
        """Some of the rows, as columns."""
        return Answered(
            self.ids[chosen],
            self.places.taken(chosen),
            self.outcomes[chosen],
            self.codes[chosen],
            self.coded[chosen],
            self.remarks.taken(chosen),
        )

    def made(self) -> list[Answer]:
        """All answers as objects."""
        return _made(
            Answer,
            len(self.ids),
            _ANSWER,
            devices_of(self.ids),
            map(OUTCOMES.__getitem__, self.outcomes.tolist()),
            self.places.texts(),
            codes_of(self.codes, self.coded),
            self.remarks.texts(),
        )

    def __len__(self) -> int:
        return len(self.ids)


def check_codes(codes: Codes, coded: Flags) -> None:
    """Raises BadInput when a row that has a code holds none."""
    if codes.ndim != 2 or codes.shape[1] != CODE_BYTES:
        raise BadInput("an install code has 16 bytes")
    halves = np.ascontiguousarray(codes).view(np.uint64)
    same = halves[:, 0] == halves[:, 1]
    if (coded & same & ((halves[:, 0] == 0) | (halves[:, 0] == _ALL_FS))).any():
        raise BadInput("an install code is not all zeros or all Fs")


def _check_rows(number: int, places: Places, words: Words) -> None:
    for one in (places.leads, words):
        if len(one.which) != number:
            raise BadInput("columns of different lengths")
        if number and not 0 <= int(one.which.min()) <= int(one.which.max()) < len(one.words):
            raise BadInput("a row that names no word")
    if len(places.numbers) != number or (number and int(places.numbers.min()) < -1):
        raise BadInput("columns of different lengths")
