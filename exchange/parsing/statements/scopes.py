"""Find which Devices the words of a clause are about: these, the rest, row 2, the gas meter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from exchange.domain.device_type import DeviceType
from exchange.domain.statements import Scope
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.sentences import DEVICE_MARK
from exchange.parsing.statements.words import ENDS_MARK, Clause, Word

_TYPES: Final = {
    "gas": DeviceType.GSME, "gsme": DeviceType.GSME, "gsmes": DeviceType.GSME,
    "electric": DeviceType.ESME, "electricity": DeviceType.ESME, "elec": DeviceType.ESME,
    "leccy": DeviceType.ESME, "lecky": DeviceType.ESME,
    "esme": DeviceType.ESME, "esmes": DeviceType.ESME, "ppmid": DeviceType.PPMID,
    "ppmids": DeviceType.PPMID,
}  # fmt: skip


_WHICH: Final = frozenset(
    (parts.THESE, parts.THIS, parts.DEVICE, parts.ONE_DEVICE, parts.NUMBER, parts.NO_ONE,
     parts.REST, parts.ROW, parts.KIND, parts.PARTLY)
)  # fmt: skip
_POINTING: Final = frozenset(("those", "them", "they", "these", "it", "this", "either", "neither"))


_BOTH_METERS: Final = {DeviceType.ESME.value, DeviceType.GSME.value}


def fuels_in(words: Iterable[Word]) -> tuple[str, ...]:
    """Return the types of meters that words name; nothing if they name another kind too."""
    named = [_TYPES.get(word.text.lower()) for word in words if word.part == parts.KIND]
    found = {one.value for one in named if one is not None}
    plain = len(found) == 1 or found == _BOTH_METERS
    return tuple(sorted(found)) if plain and None not in named else ()


def kinds_of(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Return the Device type that the last of the clauses with one names."""
    return next(filter(None, (fuels_in(one.kept) for one in reversed(clauses))), ())


def is_back_reference(words: Iterable[Word]) -> bool:
    """Return whether words only point back: ``those``, ``them``, with no Devices of their own."""
    named = [word for word in words if word.part in _WHICH]
    return bool(named) and all(word.text.lower() in _POINTING for word in named)


def endings_in(words: Iterable[Word]) -> tuple[str, ...]:
    """Return the last digits of Devices that words name: ``the ones ending C438 and 2A9C``."""
    marked = (word.text.split()[1:] for word in words if word.text.startswith(ENDS_MARK))
    return tuple(one for each in marked for one in each)


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
        several = parts.NO_ONE in shape or len(fuels_in(words)) > 1
        one = parts.ONE_DEVICE in shape and not several
        return Scope.KIND, (), count or (1 if one else None)
    if parts.PARTLY in shape or parts.KIND in shape:
        return Scope.PART, (), None
    if rows or endings_in(words):
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
