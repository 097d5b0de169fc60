"""Describe configuration faults for people: file, line and the nearest valid word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from exchange.domain.nearest import nearest
from exchange.errors import ConfigError
from exchange.toml_file import Keys, TomlFile

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# Messages by pydantic's error type.
_MESSAGES = {"extra_forbidden": "there is no such option or table", "missing": "this is missing"}
_QUOTED = re.compile(r"'([^']*)'")


def config_fault(file: TomlFile, root: type[BaseModel], fault: ErrorDetails) -> ConfigError:
    """Describe one fault; never shows the value, which may be a password."""
    kind, keys = fault["type"], tuple(fault["loc"])
    hint = ""
    if kind == "extra_forbidden":
        hint = nearest(str(keys[-1]), _options_of(root, keys))
    elif kind in ("enum", "literal_error") and isinstance(fault["input"], str):
        hint = nearest(fault["input"], _QUOTED.findall(fault["ctx"]["expected"]))
    message = _MESSAGES.get(kind, fault["msg"]).removeprefix("Value error, ")
    return ConfigError(message, place=file.place(keys), hint=hint)


def _options_of(table: type[BaseModel], keys: Keys) -> list[str]:
    """Return the valid options of the table that contains the last of ``keys``."""
    for key in keys[:-1]:
        if isinstance(key, str):
            inner = _table_in(table.model_fields[key].annotation)
            if inner is None:
                return []
            table = inner
    return list(table.model_fields)


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """Return the section in an annotation such as ``tuple[Section, ...]`` or ``Section | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _table_in(one))), None)
