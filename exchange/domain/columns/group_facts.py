"""Group rows by every field of a dataclass, so that a rule is asked once for each combination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import Indexes

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    FactsT = TypeVar("FactsT", bound=DataclassInstance)
else:
    FactsT = TypeVar("FactsT")


class FactColumn(NamedTuple):
    """One field of many rows: the values it may take, and the place of each row's value."""

    values: Sequence[object]
    which: npt.NDArray[Any]  # bool or integer


class Grouped(NamedTuple):
    """The combinations that occur, the first row of each, and which one each row has."""

    facts: list[Any]
    first: list[int]
    which: Indexes


def group_facts(kind: type[FactsT], columns: Mapping[str, FactColumn], rows: int) -> Grouped:
    """Group ``rows`` rows into the distinct instances of ``kind`` that ``columns`` describe.

    The key is made of all fields of ``kind``: a field without a column, or a column without a
    field, raises TypeError.  The key numbers every combination that could occur, so the numbers of
    values multiply; use it for flags and enumerations.
    """
    names = [one.name for one in fields(kind)]
    if set(names) != columns.keys():
        differ = sorted(set(names) ^ columns.keys())
        raise TypeError(f"fields of {kind.__name__} and columns differ: {', '.join(differ)}")
    keys, possible = np.zeros(rows, np.int64), 1
    for name in names:
        values, places = columns[name]
        keys *= len(values)
        keys += places
        possible *= len(values)
    first_of = np.full(possible, rows, np.int64)
    first_of[keys[::-1]] = np.arange(rows - 1, -1, -1)  # of several rows the first is kept
    occur = np.flatnonzero(first_of < rows)
    numbers = np.zeros(possible, np.int32)
    numbers[occur] = np.arange(len(occur))
    first: list[int] = first_of[occur].tolist()
    facts = [
        kind(**{name: columns[name].values[int(columns[name].which[at])] for name in names})
        for at in first
    ]
    return Grouped(facts, first, numbers[keys])
