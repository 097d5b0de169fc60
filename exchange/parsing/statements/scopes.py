"""Find which Devices the words of a clause are about: these, the rest, row 2, the gas meter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from exchange.domain.device_type import DeviceType
from exchange.domain.statements import Scope
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.sentences import DEVICE_MARK
from exchange.parsing.statements.words import Clause, Word

_TYPES: Final = {
    "gas": DeviceType.GSME, "gsme": DeviceType.GSME, "gsmes": DeviceType.GSME,
    "electric": DeviceType.ESME, "electricity": DeviceType.ESME, "elec": DeviceType.ESME,
    "esme": DeviceType.ESME, "esmes": DeviceType.ESME, "ppmid": DeviceType.PPMID,
    "ppmids": DeviceType.PPMID,
}  # fmt: skip


def fuels_in(words: Iterable[Word]) -> tuple[str, ...]:
    """Return the one Device type that words name; nothing if they name several, or another kind."""
    named = [_TYPES.get(word.text.lower()) for word in words if word.part == parts.KIND]
    found = {one.value for one in named if one is not None}
    return tuple(found) if len(found) == 1 and None not in named else ()


def kinds_of(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Return the Device type that the last of the clauses with one names."""
    return next(filter(None, (fuels_in(one.kept) for one in reversed(clauses))), ())


def scope_in(words: Sequence[Word]) -> tuple[Scope, tuple[int, ...], int | None]:
    """Return the scope of words, the rows that they name, and the number of Devices."""
    shape = "".join(word.part for word in words)
    rows = tuple(number for word in words if word.part == parts.ROW for number in word.numbers)
    count = next((word.numbers[0] for word in words if word.part == parts.NUMBER), None)
    if any(word.text.lower() in ("both", "neither", "either", "beide") for word in words):
        count = count or 2
    if parts.ALL_BUT in shape:
        return Scope.ALL_BUT, rows, None
    if any(word.text == DEVICE_MARK for word in words):
        return Scope.NAMED, (), None
    if parts.KIND in shape and parts.PARTLY not in shape and not rows and fuels_in(words):
        one = parts.ONE_DEVICE in shape and parts.NO_ONE not in shape
        return Scope.KIND, (), count or (1 if one else None)
    if parts.PARTLY in shape or parts.KIND in shape:
        return Scope.PART, (), None
    if rows:
        return Scope.ROWS, rows, None
    if parts.REST in shape:
        return Scope.REST, (), count
    none = any(
        one.text.lower() == "no" and two.part == parts.ONE_DEVICE for one, two in pairwise(words)
    )
    if parts.THESE in shape or parts.NO_ONE in shape or parts.DEVICE in shape or count or none:
        return Scope.THESE, (), count
    if parts.THIS in shape or parts.ONE_DEVICE in shape:
        return Scope.ONE, (), None
    return Scope.NONE, (), None
