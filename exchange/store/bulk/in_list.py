"""Build ``column IN (many values)`` with a single parameter, for both engines.

One parameter per value takes ten microseconds each, and SQLite accepts only some thousands; a JSON
list takes a tenth of that and has no such limit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Numbers(FunctionElement[int]):
    inherit_cache = True


class _Texts(FunctionElement[str]):
    inherit_cache = True


def among(column: ColumnElement[Any], values: Iterable[int] | Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of ``values`` (all numbers, or all texts)."""
    listed = list(values)
    # The column decides the type: there may be no values, and PostgreSQL compares equal types.
    kind = _Numbers if isinstance(column.type, Integer) else _Texts
    wanted = kind(bindparam(None, json.dumps(listed), type_=String(), unique=True))
    return column.bool_op("IN")(wanted)


@compiles(_Numbers, "sqlite")
@compiles(_Texts, "sqlite")
def _sqlite(element: FunctionElement[Any], compiler: Any, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({listed}))"  # noqa: S608 - a parameter


@compiles(_Numbers, "postgresql")
def _postgresql_numbers(element: _Numbers, compiler: Any, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    source = f"json_array_elements_text(CAST({listed} AS JSON))"
    return f"(SELECT CAST(value AS BIGINT) FROM {source})"  # noqa: S608 - a parameter


@compiles(_Texts, "postgresql")
def _postgresql_texts(element: _Texts, compiler: Any, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    source = f"json_array_elements_text(CAST({listed} AS JSON))"
    return f"(SELECT value FROM {source})"  # noqa: S608 - a parameter
