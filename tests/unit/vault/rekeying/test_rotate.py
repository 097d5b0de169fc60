"""The wrapping key changes at once, the data key bucket by bucket; nothing is lost between."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from exchange.errors import VaultDamaged, VaultError, WrongKey
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.keys.keys import VaultLock, WrappingKey
from exchange.vault.rekeying import rotate as module
from exchange.vault.rekeying.rotate import (
    buckets_by_key,
    change_data_keys,
    reseal_buckets,
    rewrap,
    unused,
)
from exchange.vault.tables import vault_bucket
from exchange.vault.vault import SealedVault
from exchange.vault.vault_header import present_lock, read_header, reading
from tests.unit.vault.cases import contents, fresh, records, sqlite_engine

KEY, NEW = WrappingKey.generate(), WrappingKey.generate()
RECORDS = {one.device: one for one in records(200)}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = sqlite_engine(tmp_path / "vault.db")
    fresh(made, KEY, bucket_records=20).put_many(RECORDS.values())
    return made


def _keys(engine: Engine, key: WrappingKey = KEY) -> DataKeys:
    with reading(engine) as connection:
        return read_header(connection, key, None).keys


def _sealed(engine: Engine) -> list[bytes]:
    with engine.connect() as connection:
        return list(connection.execute(select(vault_bucket.c.sealed)).scalars())


def test_another_key_locks_the_vault_and_nothing_is_sealed_again(engine: Engine) -> None:
    before, noted = _sealed(engine), list[tuple[str, str]]()
    rewrap(engine, KEY, NEW, VaultLock(KEY.key_id), lambda _, a, b: noted.append((a, b)))
    assert noted == [(KEY.key_id, NEW.key_id)]
    assert _sealed(engine) == before
    assert contents(SealedVault(engine, NEW)) == RECORDS
    with pytest.raises(WrongKey):
        SealedVault(engine, KEY).verify()


def test_who_was_slower_changes_nothing(engine: Engine) -> None:
    with pytest.raises(VaultError, match="changed by somebody else meanwhile"):
        rewrap(engine, KEY, NEW, VaultLock("0" * 16), lambda *_: None)
    with pytest.raises(WrongKey):
        rewrap(engine, NEW, NEW, VaultLock(KEY.key_id), lambda *_: None)
    with engine.connect() as connection:
        assert present_lock(connection).key_id == KEY.key_id


def test_a_note_that_fails_undoes_the_change(engine: Engine) -> None:
    def fail(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        rewrap(engine, KEY, NEW, VaultLock(KEY.key_id), fail)
    with pytest.raises(KeyError):
        change_data_keys(engine, KEY, DataKeys.with_new, fail)
    assert contents(SealedVault(engine, KEY)) == RECORDS
    assert len(_keys(engine).sealing) == 1


def test_a_new_data_key_seals_from_now_on_and_the_old_one_opens(engine: Engine) -> None:
    old, noted = _keys(engine).current.key_id, list[bytes]()
    changed = change_data_keys(engine, KEY, DataKeys.with_new, lambda _, one: noted.append(one))
    assert noted == [changed.keys.current.key_id]
    assert noted != [old]
    assert set(buckets_by_key(engine)) == {old}
    assert contents(SealedVault(engine, KEY)) == RECORDS


def test_every_bucket_is_sealed_again_in_parts(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    old, number = _keys(engine).current.key_id, len(_sealed(engine))
    new = change_data_keys(engine, KEY, DataKeys.with_new).keys.current.key_id
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        counts = buckets_by_key(engine)
        assert (counts[new], counts[old]) == (done, number - done)  # others read between the parts

    assert reseal_buckets(engine, KEY, progress) == number
    assert seen == [(min(3 * at, number), number) for at in range(1, -(-number // 3) + 1)]
    assert unused(_keys(engine), buckets_by_key(engine)) == {old}
    change_data_keys(engine, KEY, lambda keys: keys.without({old}))
    assert contents(SealedVault(engine, KEY)) == RECORDS
    SealedVault(engine, KEY).verify()
    assert reseal_buckets(engine, KEY, progress) == 0


def test_an_interrupted_change_goes_on_with_what_is_left(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    number = len(_sealed(engine))
    change_data_keys(engine, KEY, DataKeys.with_new)

    def cut(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        reseal_buckets(engine, KEY, cut)
    assert contents(SealedVault(engine, KEY)) == RECORDS
    assert reseal_buckets(engine, KEY, lambda *_: None) == number - 3


def test_a_damaged_bucket_is_named_after_all_others_are_done(engine: Engine) -> None:
    with engine.begin() as connection:
        starts = connection.execute(select(vault_bucket.c.start)).scalars().all()
        first = update(vault_bucket).where(vault_bucket.c.start == starts[0])
        connection.execute(first.values(sealed=bytes(60)))
    new = change_data_keys(engine, KEY, DataKeys.with_new).keys.current.key_id
    with pytest.raises(VaultDamaged, match=f"bucket {starts[0]:08x}"):
        reseal_buckets(engine, KEY, lambda *_: None)
    assert buckets_by_key(engine)[new] == len(starts) - 1


def test_a_bucket_that_the_manifest_does_not_know_is_named(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            vault_bucket.insert(), {"start": 12345, "generation": 1, "sealed": bytes(60)}
        )
    with pytest.raises(VaultDamaged, match=r"bucket 00003039 .* is not in the manifest"):
        reseal_buckets(engine, KEY, lambda *_: None)
    assert contents(SealedVault(engine, KEY)) == RECORDS


def test_only_old_keys_are_unused() -> None:
    keys = DataKeys.generate().with_new().with_new()
    new, middle, old = (one.key_id for one in keys.sealing)
    assert unused(keys, {middle}) == {old}
    assert unused(keys, {new, middle, old}) == set()
    assert unused(keys, ()) == {middle, old}
