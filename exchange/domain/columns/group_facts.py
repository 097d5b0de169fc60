"""Group rows by every field of a dataclass, so that a rule is asked once for each combination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import Int32Array

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    FactsT = TypeVar("FactsT", bound=DataclassInstance)
else:
    FactsT = TypeVar("FactsT")


_FEW: Final = 16  # rows; the table of all combinations alone takes longer than to compare so many


class FactColumn(NamedTuple):
    """One field of many rows: row ``i`` has ``values[which[i]]``."""

    values: Sequence[object]
    which: npt.NDArray[Any]  # bool or integer


class Grouped(NamedTuple):
    """The combinations that occur, the first row of each, and the combination of each row."""

    facts: list[Any]
    first: list[int]
    which: Int32Array


def group_facts(kind: type[FactsT], columns: Mapping[str, FactColumn], rows: int) -> Grouped:
    """Group ``rows`` rows into the distinct instances of ``kind`` that ``columns`` describe.

    The key covers all fields of ``kind``.  Raises TypeError for a field without a column or a
    column without a field.  There is a key for every combination that could occur, so use it for
    flags and enumerations only.
    """
    names = [one.name for one in fields(kind)]
    if set(names) != columns.keys():
        differ = sorted(set(names) ^ columns.keys())
        raise TypeError(f"fields of {kind.__name__} and columns differ: {', '.join(differ)}")
    if rows <= _FEW:
        return _group_few(kind, [(name, columns[name]) for name in names])
    keys, possible = np.zeros(rows, np.int64), 1
    for name in names:
        values, places = columns[name]
        keys *= len(values)
        keys += places
        possible *= len(values)
    first_of = np.full(possible, rows, np.int64)
    first_of[keys[::-1]] = np.arange(rows - 1, -1, -1)  # the first of several rows wins
    occur = np.flatnonzero(first_of < rows)
    numbers = np.zeros(possible, np.int32)
    numbers[occur] = np.arange(len(occur))
    first: list[int] = first_of[occur].tolist()
    facts = [
        kind(**{name: columns[name].values[int(columns[name].which[at])] for name in names})
        for at in first
    ]
    return Grouped(facts, first, numbers[keys])


def _group_few(kind: type[FactsT], columns: Sequence[tuple[str, FactColumn]]) -> Grouped:
    """Group a few rows, one after the other; a small request has no more."""
    places = zip(*(column.which.tolist() for _, column in columns), strict=True)
    first: dict[tuple[int, ...], int] = {}
    keys = list(places)
    for at, key in enumerate(keys):
        first.setdefault(key, at)
    occur = sorted(first)
    number = {key: nth for nth, key in enumerate(occur)}
    facts = [
        kind(**{name: column.values[at] for (name, column), at in zip(columns, key, strict=True)})
        for key in occur
    ]
    return Grouped(
        facts, [first[key] for key in occur], np.array([number[key] for key in keys], np.int32)
    )
