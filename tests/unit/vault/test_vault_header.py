"""The header of the vault: what opens it, what it notices, and how it is written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import OperationalError

from exchange.errors import StoreError, VaultDamaged, VaultError, WrongKey
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.manifest import Manifest
from exchange.vault.tables import metadata, vault_bucket, vault_head
from exchange.vault.vault_header import (
    VaultHeader,
    create_vault,
    open_data_keys,
    present_lock,
    read_header,
    reading,
    translate_errors,
    write_header,
    write_keys,
    writing,
)

KEY = WrappingKey.generate()


@pytest.fixture(autouse=True)
def _vault(engine: Engine) -> None:
    metadata.drop_all(engine)
    metadata.create_all(engine)
    with engine.begin() as connection:
        create_vault(connection, KEY)


def _header(engine: Engine, known: VaultHeader | None = None) -> VaultHeader:
    with reading(engine) as connection:
        return read_header(connection, KEY, known)


def test_a_new_vault_is_one_empty_bucket(engine: Engine) -> None:
    header = _header(engine)
    assert (header.generation, header.manifest.entries["start"].tolist()) == (1, [0])
    assert (header.key_id, header.lock.key_id) == (KEY.key_id, KEY.key_id)
    with engine.connect() as connection:
        (bucket,) = connection.execute(select(vault_bucket)).all()
        assert open_data_keys(connection, KEY) == header.keys
    rows = header.cipher.open(0, 1, bucket.sealed)
    assert rows is not None
    assert len(rows) == 0


def test_a_second_vault_is_refused(engine: Engine) -> None:
    with (
        engine.connect() as connection,
        pytest.raises(VaultError, match="a vault in this database"),
    ):
        create_vault(connection, WrappingKey.generate())
    assert _header(engine).key_id == KEY.key_id


def test_a_header_that_nobody_changed_is_not_read_again(engine: Engine) -> None:
    known = _header(engine)
    assert _header(engine, known) is known
    with writing(engine) as connection:
        manifest = Manifest(known.manifest.entries, ("one",))
        written = write_header(connection, known, manifest, known.generation + 1)
    again = _header(engine, known)
    assert again.manifest.sources == ("one",)
    assert (again.generation, again.stamp) == (written.generation, written.stamp)
    assert again.stamp != known.stamp
    assert again.cipher is known.cipher  # the keys are the same, so they are not unwrapped again


def test_new_keys_open_the_same_vault(engine: Engine) -> None:
    known, other = _header(engine), WrappingKey.generate()
    with writing(engine) as connection:
        written = write_keys(connection, known, known.keys.with_new(), other)
    with reading(engine) as connection:
        read = read_header(connection, other, known)
        assert present_lock(connection).key_id == other.key_id
    assert read.keys == written.keys
    assert (read.generation, len(read.keys.sealing)) == (known.generation + 1, 2)
    assert read.manifest.entries.tolist() == known.manifest.entries.tolist()
    with pytest.raises(WrongKey):
        _header(engine)


@pytest.mark.parametrize(
    ("column", "value", "error", "reason"),
    [
        ("format", 2, VaultError, "format 2; this program reads format 1"),
        ("generation", 0, VaultDamaged, "header is damaged"),
        ("generation", 2, VaultDamaged, "manifest in the vault header is damaged, or older"),
        ("stamp", bytes(range(16)), VaultDamaged, "manifest in the vault header is damaged"),
        ("key_id", "0" * 16, WrongKey, "does not open the vault"),
        ("wrapped_keys", b"", VaultDamaged, "keys in the vault header are damaged"),
        ("manifest", b"", VaultDamaged, "manifest in the vault header is damaged"),
        ("manifest", bytes(40), VaultDamaged, "manifest in the vault header is damaged"),
    ],
)
def test_every_change_is_noticed(
    engine: Engine, column: str, value: object, error: type[Exception], reason: str
) -> None:
    with engine.begin() as connection:
        connection.execute(update(vault_head).values({column: value}))
    with pytest.raises(error, match=reason):
        _header(engine)


def test_a_manifest_of_before_is_noticed(engine: Engine) -> None:
    with engine.connect() as connection:
        old = connection.execute(select(vault_head.c.manifest)).scalar_one()
    known = _header(engine)
    with writing(engine) as connection:
        write_header(connection, known, known.manifest, known.generation + 1)
    with engine.begin() as connection:
        connection.execute(update(vault_head).values(manifest=old))
    with pytest.raises(VaultDamaged):
        _header(engine)


def test_no_vault_and_no_tables_are_said_in_our_words(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(vault_head.delete())
    for read in (lambda one: read_header(one, KEY, None), present_lock):
        with reading(engine) as connection, pytest.raises(VaultError, match="no vault") as raised:
            read(connection)
        assert "exchange init" in raised.value.hint
    metadata.drop_all(engine)
    with pytest.raises(VaultError, match="no vault in this database") as raised:
        _header(engine)
    assert "exchange doctor" in raised.value.hint


def test_an_error_undoes_the_write(engine: Engine) -> None:
    known = _header(engine)

    def fail() -> None:
        with writing(engine) as connection:
            write_header(connection, known, known.manifest, known.generation + 1)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _header(engine, known) is known


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("database or disk is full", "free some space"),
        ("disk I/O error", "quota may be full"),
        ("database disk image is malformed", "restore the database from a backup"),
        ("database is locked", ""),
    ],
)
def test_errors_of_the_database_come_with_advice(said: str, hint: str) -> None:
    with pytest.raises(StoreError, match=f"refuses: {said}") as raised, translate_errors():
        raise OperationalError("SELECT secret", {}, Exception(f"{said}\nmore"))
    assert hint in raised.value.hint
    assert bool(raised.value.hint) == bool(hint)
    assert "secret" not in str(raised.value)


def test_a_reader_sees_one_instant(engine: Engine) -> None:
    known = _header(engine)
    with reading(engine) as connection:
        first = read_header(connection, KEY, None)
        with writing(engine) as other:
            write_header(other, known, known.manifest, known.generation + 1)
        assert read_header(connection, KEY, None).generation == first.generation
    assert _header(engine).generation == known.generation + 1


def test_no_repr_shows_a_key(engine: Engine) -> None:
    header = _header(engine)
    assert header.keys.current.secret.hex() not in repr(header)
    assert repr(header.wrapped_keys) not in repr(header)
    assert replace(header).manifest is header.manifest
    assert np.array_equal(header.manifest.entries["generation"], [1])
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM vault_head")).scalar() == 1
