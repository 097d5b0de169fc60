"""Compare the real schema of a database with the one that its migrations make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Engine, Inspector, create_engine, inspect
from sqlalchemy.engine import ObjectScope

from exchange.store.upkeep import schema

DatabaseShape: TypeAlias = Mapping[str, frozenset[str]]
"""Table name -> its columns, keys, indexes and references, one phrase each."""

# What people may add without harm: it neither refuses nor changes what we write.
_HARMLESS: Final = ("column (may be empty)", "index")
_TRIGGERS: Final = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE NOT tgisinternal AND pg_table_is_visible(pg_class.oid)"
    " UNION SELECT tablename, rulename FROM pg_rules WHERE schemaname = current_schema()",
}
_NAMED: Final = 12
_CAST: Final = re.compile(r"::(?:character varying|[a-z]+)(?:\[\])?|[()]")
_WORD: Final = re.compile(r"'[^']*'|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Differences:
    """How a database differs from its schema, in phrases."""

    faults: tuple[str, ...]  # what is missing, or does harm
    notes: tuple[str, ...]  # harmless additions

    def summary(self) -> str:
        """Return the first faults in one line, and how many more there are."""
        more = len(self.faults) - _NAMED
        text = "; ".join(self.faults[:_NAMED])
        return f"{text}; and {more} more" if more > 0 else text


def expected(engine: Engine, revision: str) -> DatabaseShape:
    """Return the shape that the migrations up to ``revision`` make on this kind of database."""
    if engine.dialect.name == "sqlite":
        empty = create_engine("sqlite://")
        with empty.begin() as connection:
            schema.upgrade(connection, revision)
            made = database_shape(connection)
        empty.dispose()
        return made
    # In temporary tables, which any user may make and nobody else sees; then rolled back.
    with engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL search_path TO pg_temp")
        schema.upgrade(connection, revision)
        made = database_shape(connection, ObjectScope.TEMPORARY)
        connection.rollback()
    return made


def differences(connection: Connection, revision: str) -> Differences:
    """Return what a database of schema ``revision`` lacks, and what it has in addition."""
    wanted = expected(connection.engine, revision)
    there = database_shape(connection)
    faults = [f"table {table} is missing" for table in sorted(wanted.keys() - there.keys())]
    notes = [f"table {table} is not ours" for table in sorted(there.keys() - wanted.keys())]
    for table in sorted(wanted.keys() & there.keys()):
        faults += [f"{table}: {one} is missing" for one in sorted(wanted[table] - there[table])]
        for one in sorted(there[table] - wanted[table]):
            kept = notes if one.startswith(_HARMLESS) else faults
            kept.append(f"{table}: {one} is not of this schema")
    return Differences(tuple(faults), tuple(notes))


def database_shape(
    connection: Connection, scope: ObjectScope = ObjectScope.DEFAULT
) -> DatabaseShape:
    """Return the present shape of a database."""
    with schema.catalogue(connection):
        return _shape_of(inspect(connection), scope)


def _shape_of(look: Inspector, scope: ObjectScope) -> DatabaseShape:
    shape: dict[str, set[str]] = {}
    # Each query covers all tables: table by table PostgreSQL takes a second.
    for (_, table), columns in look.get_multi_columns(scope=scope).items():
        shape[table] = {_column(one) for one in columns}
    for (_, table), key in look.get_multi_pk_constraint(scope=scope).items():
        if key and key["constrained_columns"]:
            shape[table].add(f"primary key ({', '.join(key['constrained_columns'])})")
    for (_, table), unique in look.get_multi_unique_constraints(scope=scope).items():
        shape[table] |= {f"unique ({', '.join(one['column_names'])})" for one in unique}
    for (_, table), indexes in look.get_multi_indexes(scope=scope).items():
        shape[table] |= {_index(one) for one in indexes if not one.get("duplicates_constraint")}
    for (_, table), keys in look.get_multi_foreign_keys(scope=scope).items():
        shape[table] |= {
            f"reference ({', '.join(one['constrained_columns'])}) to {one['referred_table']}"
            f" ({', '.join(one['referred_columns'])})"
            for one in keys
        }
    for table, trigger in _triggers(look.bind):
        if table in shape:
            shape[table].add(f"trigger {trigger}")
    shape.pop(schema.VERSION_TABLE, None)
    return {table: frozenset(phrases) for table, phrases in shape.items()}


def _triggers(connection: Any) -> list[tuple[str, str]]:
    """Return (table, name) of triggers and rules; we make none ourselves."""
    look = _TRIGGERS[connection.dialect.name]
    return [(str(row[0]), str(row[1])) for row in connection.exec_driver_sql(look)]


def _column(one: Any) -> str:
    given = str(one.get("default") or "")
    # The search path decides whether a sequence is named with its schema.
    given = "a sequence" if given.startswith("nextval(") else given
    default = f" default {given}" if given else ""
    kind = "column (may be empty)" if one["nullable"] else "column"
    return f"{kind} {one['name']} {one['type']}{default}"


def _index(one: Any) -> str:
    options = one.get("dialect_options") or {}
    where = options.get("sqlite_where", options.get("postgresql_where"))
    # A unique index can refuse rows, so it does not count as a harmless addition.
    kind = "unique index" if one["unique"] else "index"
    columns = ", ".join(str(name) for name in one["column_names"])
    condition = "" if where is None else f" where {_condition(str(where))}"
    return f"{kind} {one['name']} ({columns}){condition}"


def _condition(where: str) -> str:
    # After a dump and restore PostgreSQL shows the same condition with other brackets and casts.
    return " ".join(_WORD.findall(_CAST.sub(" ", where)))
