"""The key of a vault changes, whatever its source, and one file always opens the vault."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from exchange.errors import VaultError
from exchange.vault.keys.keyfile import KeyFile
from exchange.vault.keys.keys import KeyProvider, VaultLock, WrappingKey, load_key_file
from exchange.vault.keys.providers import EitherKey
from exchange.vault.rekeying import keychange as module
from exchange.vault.rekeying.keychange import VaultKeyChange, first_key, restore_key_file
from exchange.vault.vault import SealedVault
from exchange.vault.vault_header import present_lock, reading
from tests.unit.vault.cases import contents, fresh, records, sqlite_engine

RECORDS = {one.device: one for one in records(50)}


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys" / "exchange.key")


@pytest.fixture
def engine(tmp_path: Path, file: KeyFile) -> Engine:
    made = sqlite_engine(tmp_path / "vault.db")
    fresh(made, first_key(file), bucket_records=20).put_many(RECORDS.values())
    return made


def _locked_by(engine: Engine) -> str:
    with reading(engine) as connection:
        return present_lock(connection).key_id


def _change(engine: Engine, provider: KeyProvider) -> tuple[tuple[str, str], list[tuple[str, str]]]:
    noted: list[tuple[str, str]] = []
    change = VaultKeyChange(engine, provider)
    return change.rewrap(lambda _, old, new: noted.append((old, new))), noted


def test_a_new_vault_gets_a_key_file_and_a_second_call_the_same_key(file: KeyFile) -> None:
    key = first_key(file)
    assert load_key_file(file.path) == key == first_key(file)
    ready = WrappingKey.generate()
    assert first_key(ready) == ready == first_key(EitherKey(ready, WrappingKey.generate()))


def test_the_key_file_changes_and_the_old_one_stays_next_to_it(
    engine: Engine, file: KeyFile
) -> None:
    old = _locked_by(engine)
    (before, after), noted = _change(engine, file)
    assert noted == [(before, after)] == [(old, _locked_by(engine))]
    assert load_key_file(file.path).key_id == after != old
    assert [one.name for one in file.find(old)] == [f"exchange.key.{old}.old"]
    assert contents(SealedVault(engine, file)) == RECORDS


def test_a_change_that_was_cut_off_is_finished(engine: Engine, file: KeyFile) -> None:
    old = _locked_by(engine)

    def cut(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        VaultKeyChange(engine, file).rewrap(cut)
    assert _locked_by(engine) == old
    assert contents(SealedVault(engine, file)) == RECORDS
    waiting = load_key_file(file.next_path)
    (before, after), noted = _change(engine, file)
    assert (before, after, noted) == (old, waiting.key_id, [(old, waiting.key_id)])
    assert contents(SealedVault(engine, file)) == RECORDS


def test_a_change_cut_off_after_the_vault_was_locked_only_moves_the_file(
    engine: Engine, file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(KeyFile, "promote", lambda _: (_ for _ in ()).throw(KeyError()))
        with pytest.raises(KeyError):
            _change(engine, file)
    locked = _locked_by(engine)
    assert load_key_file(file.next_path).key_id == locked
    assert contents(SealedVault(engine, file)) == RECORDS
    (_, after), noted = _change(engine, file)
    assert (after, noted, load_key_file(file.path).key_id) == (locked, [], locked)


def test_a_key_from_elsewhere_takes_over(engine: Engine, file: KeyFile) -> None:
    old, outside = _locked_by(engine), WrappingKey.generate()
    assert _change(engine, EitherKey(outside, file)) == (
        (old, outside.key_id),
        [(old, outside.key_id)],
    )
    assert contents(SealedVault(engine, outside)) == RECORDS
    with pytest.raises(VaultError, match="already locked by this key") as raised:
        _change(engine, EitherKey(outside, file))
    assert "[keys.old]" in raised.value.hint


def test_a_key_file_takes_over_from_elsewhere(engine: Engine, file: KeyFile) -> None:
    outside = WrappingKey.generate()
    _change(engine, EitherKey(outside, file))
    other = KeyFile(file.path.with_name("other.key"))
    with pytest.raises(VaultError):
        VaultKeyChange(engine, other).rewrap(lambda *_: None)
    key = first_key(other)
    assert _change(engine, EitherKey(other, outside))[0] == (outside.key_id, key.key_id)
    assert contents(SealedVault(engine, other)) == RECORDS


def test_a_data_key_changes_with_everything_that_it_sealed(engine: Engine, file: KeyFile) -> None:
    change = VaultKeyChange(engine, file)
    old = change.current_key()
    noted: list[bytes] = []
    text = change.sealer().seal(b"words", "mail")
    new = change.new_data_key(lambda _, key_id: noted.append(key_id))
    assert noted == [new] == [change.current_key()]
    assert set(change.buckets_by_key()) == {old}
    assert change.sealer().open(text, "mail") == b"words"
    assert change.reseal_buckets(lambda *_: None) == change.buckets_by_key()[new]
    change.drop_data_keys({old})  # a text is still sealed with it
    assert change.sealer().open(text, "mail") == b"words"
    change.drop_data_keys(())
    assert contents(SealedVault(engine, file)) == RECORDS
    with pytest.raises(VaultError):
        change.sealer().open(text, "mail")


def test_the_key_file_of_the_vault_is_put_back(engine: Engine, file: KeyFile) -> None:
    locked, noted = _locked_by(engine), list[str]()

    def restore(provider: KeyProvider) -> tuple[Path, Path | None, str]:
        return restore_key_file(engine, provider, lambda _, key_id: noted.append(key_id))

    assert restore(file) == (file.path, None, locked)
    backup = file.path.with_name("backup")
    file.path.rename(backup)
    first_key(file)
    assert restore(EitherKey(WrappingKey.generate(), file)) == (file.path, backup, locked)
    assert noted == [locked]
    assert contents(SealedVault(engine, file)) == RECORDS
    with pytest.raises(VaultError, match="does not come from a file"):
        restore(WrappingKey.generate())


def test_a_key_with_the_right_name_alone_is_not_put_back(engine: Engine, file: KeyFile) -> None:
    file.path.rename(file.path.with_name("away"))
    for one in file.path.parent.iterdir():
        one.unlink()
    with pytest.raises(VaultError, match="holds the key of this vault"):
        restore_key_file(engine, file, lambda *_: None)


def test_whether_a_provider_opens_a_lock(file: KeyFile) -> None:
    key = first_key(file)
    assert module._opens(file, VaultLock(key.key_id))
    assert not module._opens(file, VaultLock("0" * 16))
    file.path.unlink()
    assert not module._opens(file, VaultLock(key.key_id))
