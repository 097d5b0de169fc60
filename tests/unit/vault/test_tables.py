"""The two tables of the vault: what they hold, and what they refuse."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from exchange.vault.tables import metadata, vault_bucket, vault_head

HEAD = {
    "id": 1,
    "format": 1,
    "key_id": "0" * 16,
    "generation": 1,
    "stamp": b"s",
    "wrapped_keys": b"k",
    "manifest": b"m",
}
BUCKET = {"start": 0, "generation": 1, "sealed": b"x"}


@pytest.fixture(autouse=True)
def _tables(engine: Engine) -> None:
    metadata.drop_all(engine)
    metadata.create_all(engine)


def _insert(engine: Engine, table: object, values: dict[str, object]) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table), values)  # type: ignore[arg-type]


def test_they_are_apart_from_all_other_tables() -> None:
    assert set(metadata.tables) == {"vault_head", "vault_bucket"}


def test_there_is_one_header(engine: Engine) -> None:
    _insert(engine, vault_head, HEAD)
    for other in (1, 2):
        with pytest.raises(IntegrityError):
            _insert(engine, vault_head, {**HEAD, "id": other})


def test_there_is_one_bucket_for_each_start(engine: Engine) -> None:
    _insert(engine, vault_bucket, BUCKET)
    with pytest.raises(IntegrityError):
        _insert(engine, vault_bucket, BUCKET)


@pytest.mark.parametrize(
    ("table", "name"),
    [("vault_head", name) for name in HEAD if name != "id"]
    + [("vault_bucket", name) for name in ("generation", "sealed")],
)
def test_nothing_may_be_missing(engine: Engine, table: str, name: str) -> None:
    whole = HEAD if table == "vault_head" else BUCKET
    with pytest.raises(IntegrityError):
        _insert(engine, metadata.tables[table], {**whole, name: None})


def test_the_last_bucket_and_a_long_history_fit(engine: Engine) -> None:
    last = {"start": 2**32 - 1, "generation": 2**62, "sealed": b"\x00\xff"}
    _insert(engine, vault_bucket, last)
    with engine.connect() as connection:
        assert [dict(row) for row in connection.execute(select(vault_bucket)).mappings()] == [last]
