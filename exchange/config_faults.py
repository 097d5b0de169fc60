"""Describe configuration faults for people: file, line, what is allowed, the nearest valid word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from exchange.domain.nearest import nearest
from exchange.errors import ConfigError
from exchange.toml_file import Keys, TomlFile

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# What an option of each type takes, to be read after "must be".
TAKES: Final[dict[type, str]] = {
    bool: "true or false, without quotes",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    Path: "a path in quotes",
    time: "a time of day such as 17:30:00, without quotes",
    datetime: "a day such as 2026-12-01, or an instant such as 2026-12-01T09:00",
}
_LISTS: Final = (tuple, frozenset)
_THERE_IS_NONE: Final = "there is no such option or table"
_MISSING: Final = "this is missing"
_OWN_WORDS: Final = "value_error"  # raised by a validator of ours
_ELSEWHERE: Final = "elsewhere"  # the same, for a key below what was checked
_NUMBERS: Final = (int, float)
_NUMBER: Final = re.compile(r"\s*-?[0-9][0-9_.]*\s*")
_SCHEMA_MARK: Final = re.compile(r"^Value error, ")


@dataclass(frozen=True, slots=True)
class Form:
    """What text of a certain form is, next to its pattern: ``an MPID, such as "SUPP"``."""

    said: str


def config_fault(file: TomlFile, root: type[BaseModel], fault: ErrorDetails) -> ConfigError:
    """Describe one fault; never shows the value, which may be a password."""
    kind, keys = fault["type"], tuple(fault["loc"])
    if kind == _ELSEWHERE:
        return ConfigError(fault["msg"], place=file.place(keys + tuple(fault["ctx"]["keys"])))
    place = file.place(keys)
    if kind == "extra_forbidden":
        hint = nearest(str(keys[-1]), _options_of(root, keys))
        return ConfigError(_THERE_IS_NONE, place=place, hint=hint)
    if kind == _OWN_WORDS:
        return ConfigError(_SCHEMA_MARK.sub("", fault["msg"]), place=place)
    field = _type_at(root, keys)
    takes = takes_of(field, ".".join(one for one in keys if isinstance(one, str)))
    if kind == "missing":
        return ConfigError(_MISSING, place=place, hint=takes)
    hint, written = "", fault["input"]
    if isinstance(written, str):
        hint = nearest(written, choices_of(field))
        if _split(field)[0] in _NUMBERS and _NUMBER.fullmatch(written):
            return ConfigError(f"must be {takes}", place=place, hint="without quotes")
    return ConfigError(
        f"must be {takes}", place=place, hint=hint if hint.startswith("did you mean") else ""
    )


def fault_at(keys: Keys, message: str) -> PydanticCustomError:
    """Return the fault of an option that only a validator of its table can see."""
    return PydanticCustomError(_ELSEWHERE, message, {"keys": keys})


def takes_of(field: Any, name: str = "") -> str:
    """Return what an option takes, in words: ``a whole number from 1 to 65535``.

    ``field`` is its type with the bounds and forms that ``Annotated`` gives it; ``name`` is that
    of a table: ``keys.old``.
    """
    kind, marks = _split(field)
    for mark in marks:
        if isinstance(mark, Form):
            return mark.said
    if words := choices_of(field):
        return f"one of {', '.join(words)}"
    if get_origin(kind) in _LISTS:
        inner = get_args(kind)[0]
        if _table_in(inner):
            return f"a table under [[{name}]], once or more often"
        return f"a list in brackets, each item {takes_of(inner)}"
    if get_origin(kind) is dict:
        return f"a table in braces, each value {takes_of(get_args(kind)[1])}"
    if _table_in(kind):
        return f"a table: [{name}]"
    return f"{TAKES[kind]}{_bounds(marks, text=kind is str)}"


def lists_of(annotation: Any) -> Any:
    """Return what the items of a list are, or None for what is no list."""
    kind, _ = _split(annotation)
    return get_args(kind)[0] if get_origin(kind) in _LISTS else None


def choices_of(field: Any) -> list[str]:
    """Return the words that an option chooses from, or none if it takes anything else."""
    kind, _ = _split(field)
    if get_origin(kind) is Literal:
        return [str(one) for one in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(one.value) for one in kind if one.value]
    return []


def _split(field: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the bare type of an option, without ``None``, and all that was noted of it."""
    marks: tuple[Any, ...] = ()
    while True:
        if get_origin(field) is Annotated:
            field, *noted = get_args(field)
            marks += tuple(noted)
            continue
        others = [one for one in get_args(field) if one is not NoneType]
        if NoneType in get_args(field) and len(others) == 1:
            field = others[0]
            continue
        return field, tuple(_noted(marks))


def _noted(marks: Iterable[Any]) -> Iterable[Any]:
    for mark in marks:
        yield from getattr(mark, "metadata", (mark,))  # what Field() in an alias holds


def _bounds(marks: Sequence[Any], *, text: bool) -> str:
    """Return `` from 1 to 20``, `` more than 0`` or `` of at most 100 characters``, or nothing."""
    found: dict[str, Any] = {}
    for mark in marks:
        for name in ("ge", "gt", "le", "min_length", "max_length"):
            if (value := getattr(mark, name, None)) is not None:
                found[name] = value
    if text:
        if "max_length" in found:
            return f" of {found.get('min_length', 0)} to {found['max_length']} characters"
        return ", not empty" if "min_length" in found else ""
    if "ge" in found:
        return (
            f" from {found['ge']} to {found['le']}" if "le" in found else f", {found['ge']} or more"
        )
    if "gt" in found:
        return f" above {found['gt']}" + (f", {found['le']} at most" if "le" in found else "")
    return ""


def _type_at(root: type[BaseModel], keys: Keys) -> Any:
    """Return the type of the option that ``keys`` name, with its bounds."""
    found: Any = root
    for key in keys:
        kind, _ = _split(found)
        if isinstance(key, int):
            found = get_args(kind)[0]
        elif get_origin(kind) is dict:
            found = get_args(kind)[1]
        else:
            field = kind.model_fields[key]
            found = Annotated[(field.annotation, *(field.metadata or ("",)))]
    return found


def _options_of(table: type[BaseModel], keys: Keys) -> list[str]:
    """Return the valid options of the table that contains the last of ``keys``."""
    found = _table_in(_split(_type_at(table, keys[:-1]))[0])
    return list(found.model_fields) if found else []


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """Return the section in an annotation such as ``tuple[Section, ...]`` or ``Section | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _table_in(one))), None)
