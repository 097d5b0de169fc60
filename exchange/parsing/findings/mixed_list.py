"""A list of findings in order: single objects and, between them, whole columns of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Generic, TypeVar

from exchange.domain.columns.device_columns import ColumnSequence

T = TypeVar("T")


class MixedList(Generic[T]):
    """A list that keeps a column sequence as one piece and takes it apart only when it must."""

    __slots__ = ("pieces",)

    def __init__(self, items: Iterable[T] = ()) -> None:
        self.pieces: list[list[T] | ColumnSequence[T]] = []
        self.extend(items)

    def append(self, item: T) -> None:
        """Add one item at the end."""
        if self.pieces and isinstance(self.pieces[-1], list):
            self.pieces[-1].append(item)
        else:
            self.pieces.append([item])

    def extend(self, items: Iterable[T]) -> None:
        """Add many items at the end; a column sequence stays in one piece."""
        if isinstance(items, MixedList):
            for piece in list(items.pieces):
                self.extend(piece)
        elif isinstance(items, ColumnSequence):
            if len(items):
                self.pieces.append(items)
        elif self.pieces and isinstance(self.pieces[-1], list):
            self.pieces[-1] += items
        else:
            more = list(items)
            if more:
                self.pieces.append(more)

    def __iadd__(self, items: Iterable[T]) -> MixedList[T]:
        self.extend(items)
        return self

    @property
    def singles_only(self) -> bool:
        """Return whether it has single findings only and no columns."""
        return not any(isinstance(piece, ColumnSequence) for piece in self.pieces)

    def singles(self) -> Iterator[T]:
        """Return the findings that are not in columns."""
        return chain.from_iterable(piece for piece in self.pieces if isinstance(piece, list))

    def columns(self) -> Iterator[ColumnSequence[T]]:
        """Return the pieces that are columns."""
        return (piece for piece in self.pieces if isinstance(piece, ColumnSequence))

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self.pieces)

    def __len__(self) -> int:
        return sum(map(len, self.pieces))

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def __getitem__(self, index: int) -> T:
        return self._flat()[index]

    def __setitem__(self, index: int, item: T) -> None:
        self._flat()[index] = item

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MixedList | Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"MixedList({len(self)} findings)"

    def _flat(self) -> list[T]:
        """Turn everything into one list: a caller that changes single findings has few of them."""
        if len(self.pieces) == 1 and isinstance(self.pieces[0], list):
            return self.pieces[0]
        items = list(self)
        self.pieces = [items]
        return items
