"""Which database the cases work on: a SQLite file, or PostgreSQL as ``--store postgresql`` says.

The server is the tests' own (``tests/servers/postgres.py``), but durable: it flushes to the disk.
Cases run in processes of their own, so its address stands in the environment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, make_url

from tests.servers.postgres import postgres

SERVER: Final = "EXCHANGE_BENCH_SERVER"
_TICK: Final = os.sysconf("SC_CLK_TCK")


@contextmanager
def server(store: str) -> Iterator[None]:
    """While the block runs, cases find a server of their own where ``store`` is postgresql."""
    if store != "postgresql" or os.environ.get(SERVER):
        yield
        return
    with postgres(durable=True) as url:
        os.environ[SERVER] = url
        try:
            yield
        finally:
            del os.environ[SERVER]


def on_postgresql() -> bool:
    """Whether the cases work on PostgreSQL."""
    return SERVER in os.environ


def address(name: str) -> str:
    """A database of the server; an empty text for the file in the working folder."""
    if not on_postgresql():
        return ""
    return make_url(os.environ[SERVER]).set(database=name).render_as_string(hide_password=False)


def make(name: str, like: str = "template0") -> str:
    """A new database, empty or a copy of ``like``; what was there under its name is gone."""
    if on_postgresql():
        with _told_server() as engine, engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return address(name)


@contextmanager
def database(name: str, like: str = "template0") -> Iterator[str]:
    """As ``make``, for as long as the block runs."""
    yield make(name, like)
    if on_postgresql():
        with _told_server() as engine, engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def size(name: str) -> int:
    """Bytes that a database takes on the server's disk."""
    with _told_server() as engine, engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT pg_database_size('{name}')").scalar_one())


def server_cpu() -> float:
    """Seconds of the processor that the server has used since its start; 0 with SQLite."""
    if not on_postgresql():
        return 0.0
    with _told_server() as engine, engine.connect() as connection:
        backend = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        parent = int(_stat(backend)[1])
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        ended = sum(map(int, _stat(parent)[11:15]))
        return (ended + sum(sum(map(int, _stat(int(one))[11:13])) for one in children)) / _TICK


def _stat(process: int) -> list[str]:
    """The fields behind the name: state, parent, ..., and from 11 on user and system time."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


@contextmanager
def _told_server() -> Iterator[Engine]:
    engine = create_engine(os.environ[SERVER], isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()
