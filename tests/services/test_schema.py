"""The migrations make exactly the schema that the code declares, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, inspect, text
from sqlmodel import SQLModel

from exchange.errors import StoreError
from exchange.store import tables
from exchange.store.upkeep import schema
from exchange.vault.tables import metadata as vault_metadata
from tests.servers import want
from tests.servers.postgres import missing, postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'x.db'}"
        return
    want(missing())
    with postgres() as found:
        yield found


def _declared() -> MetaData:
    assert tables.MailRow.metadata is SQLModel.metadata
    both = MetaData()
    for metadata in (SQLModel.metadata, vault_metadata):
        for table in metadata.tables.values():
            table.to_metadata(both)
    return both


def test_migrations_and_declarations_agree(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        schema.upgrade(connection)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, _declared()) == []
    schema.check_schema(engine)
    engine.dispose()


def test_the_names_of_the_files_say_which_schemas_there_are() -> None:
    walked = ScriptDirectory(str(schema.MIGRATIONS[0].parent)).walk_revisions()
    assert schema.revisions() == [one.revision for one in walked][::-1]


def test_a_second_upgrade_changes_nothing(url: str) -> None:
    engine = create_engine(url)
    for _ in range(2):
        with engine.begin() as connection:
            schema.upgrade(connection)
    assert len(inspect(engine).get_table_names()) == len(_declared().tables) + 1  # alembic's own
    engine.dispose()


def test_a_ledger_of_the_first_schema_is_brought_forward(url: str) -> None:
    engine = create_engine(url)
    values = {
        "id": 1, "mailbox": "requests", "uidvalidity": 7, "uid": 3, "content_hash": "x",
        "message_id": "", "sender": "", "subject": "", "size": 1, "sealed": b"s", "state": "filed",
        "arrived_at": "2026-12-01T10:00:00.000000Z", "kept_at": "2026-12-01T10:00:00.000000Z",
        "folder": "review", "kind": "", "reason": "", "party": "", "ref": "", "attempts": 0,
        "resolution": "",
    }  # fmt: skip
    with engine.begin() as connection:
        schema.upgrade(connection, "0001")
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO mail ({names}) VALUES ({marks})"), values)
    with engine.begin() as connection:
        schema.upgrade(connection)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT uid, next_fetch_at FROM mail")).all()
    assert [tuple(row) for row in found] == [(3, None)]
    schema.check_schema(engine)
    engine.dispose()


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(StoreError, match="exchange init"):
        schema.check_schema(engine)
    with engine.begin() as connection:
        schema.upgrade(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999"):
        schema.check_schema(engine)
    engine.dispose()
