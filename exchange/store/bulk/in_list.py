"""``column IN (many values)`` as one parameter, on both engines.

A parameter for each value costs ten microseconds each to put into the statement, and SQLite takes
some thousands at most; a list in JSON costs a tenth and has no such limit.
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
    """Whether ``column`` has one of ``values``: all whole numbers, or all texts."""
    listed = list(values)
    # By the column, not by the values: there may be none, and PostgreSQL compares like with like.
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
