"""A key file, the one that will replace it, and the way back when a change was interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.errors import VaultError, WrongKey
from exchange.files import folder_lock
from exchange.vault.keys import keyfile as module
from exchange.vault.keys.keyfile import KeyFile
from exchange.vault.keys.keys import (
    VaultLock,
    WrappingKey,
    create_key_file,
    load_key_file,
    write_key_file,
)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    create_key_file(tmp_path / "exchange.key")
    return KeyFile(tmp_path / "exchange.key")


def _lock(path: Path) -> VaultLock:
    return VaultLock(load_key_file(path).key_id)


def _names(file: KeyFile) -> list[str]:
    return sorted(one.name for one in file.path.parent.iterdir() if one.suffix != ".lock")


def test_the_key_is_the_one_that_the_vault_is_locked_by(file: KeyFile) -> None:
    present = load_key_file(file.path)
    assert file.key_for(VaultLock("")) == file.key_for(_lock(file.path)) == present
    coming = file.prepare(_lock(file.path))
    assert file.key_for(VaultLock(coming.key_id)) == coming
    assert file.key_for(VaultLock(present.key_id)) == present
    assert file.key_for(VaultLock("0" * 16)) == present  # the caller sees that it does not open


def test_a_key_under_another_name_is_named(file: KeyFile) -> None:
    lock = _lock(file.path)
    file.path.rename(file.path.with_name("backup"))
    with pytest.raises(VaultError, match=r"there is no key file.*is in .*backup") as raised:
        file.key_for(lock)
    assert "restore-key" in raised.value.hint
    create_key_file(file.path)
    with pytest.raises(WrongKey, match=rf"another key .*{lock.key_id}.* is in .*backup"):
        file.key_for(lock)


def test_without_any_file_of_the_key_the_backup_is_asked_for(file: KeyFile) -> None:
    lock = _lock(file.path)
    file.path.unlink()
    with pytest.raises(VaultError, match="there is no key file") as raised:
        file.key_for(lock)
    assert lock.key_id in raised.value.hint
    assert "backup" in raised.value.hint


def test_a_damaged_file_is_named_as_such(file: KeyFile) -> None:
    lock = _lock(file.path)
    file.path.write_text("mp121-exchange key file, version 1\n")
    with pytest.raises(VaultError, match="damaged"):
        file.key_for(lock)
    with pytest.raises(VaultError, match="damaged"):
        file.key_for(VaultLock(""))


def test_a_change_leaves_the_old_key_under_its_id(file: KeyFile) -> None:
    old = load_key_file(file.path)
    coming = file.prepare(VaultLock(old.key_id))
    assert file.prepare(VaultLock(old.key_id)) == coming  # an interrupted change goes on
    kept = file.promote()
    assert kept == file.path.with_name(f"exchange.key.{old.key_id}.old")
    assert (load_key_file(file.path), load_key_file(kept)) == (coming, old)
    assert not file.next_path.exists()


def test_files_with_the_key_are_found_the_usual_ones_first(file: KeyFile) -> None:
    key = load_key_file(file.path)
    for name in ("z", "a"):
        write_key_file(file.path.with_name(name), key)
    write_key_file(file.next_path, key)
    create_key_file(file.path.with_name("other"))
    found = [one.name for one in file.find(key.key_id)]
    assert found == ["exchange.key", "exchange.key.next", "a", "z"]
    assert file.find("0" * 16) == []
    assert KeyFile(file.path.parent / "none" / "x").find(key.key_id) == []


def test_a_next_file_that_is_no_key_is_moved_away_or_deleted_if_empty(file: KeyFile) -> None:
    lock = _lock(file.path)
    for content in (b"", b"words", b"more words"):
        file.next_path.write_bytes(content)
        assert file.prepare(lock).key_id != lock.key_id
        file.next_path.unlink()
    kept = "exchange.key.next.damaged"
    assert _names(file) == ["exchange.key", kept, f"{kept}-2"]


def test_a_next_file_that_locks_the_vault_is_never_moved_away(file: KeyFile) -> None:
    coming = file.prepare(_lock(file.path))
    file.next_path.chmod(0o644)
    with pytest.raises(VaultError, match="accessible to other users"):
        file.prepare(VaultLock(coming.key_id))
    assert file.find(coming.key_id) == [file.next_path]


def test_an_unfinished_change_is_described(file: KeyFile) -> None:
    assert file.unfinished() == ""
    file.prepare(_lock(file.path))
    assert "started and not finished" in file.unfinished()
    with folder_lock(file.path.parent, 0.0):
        assert file.unfinished() == ""  # it is under way
    file.next_path.write_bytes(b"words")
    assert "is ignored" in file.unfinished()


def test_changes_wait_for_one_another(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.01)
    with file.exclusive(), pytest.raises(VaultError, match="another change of the key is under"):
        file.exclusive().__enter__()
    with file.exclusive():
        assert file.unfinished() == ""


def test_a_link_is_not_changed(file: KeyFile) -> None:
    link = KeyFile(file.path.with_name("link.key"))
    link.path.symlink_to(file.path)
    with pytest.raises(VaultError, match="symbolic link"):
        link.exclusive().__enter__()
    assert link.key_for(VaultLock("")) == load_key_file(file.path)


def test_the_key_of_the_vault_is_put_back(file: KeyFile) -> None:
    right = load_key_file(file.path)
    lock = VaultLock(right.key_id)
    assert file.restore(lock) is None  # it is in place
    file.path.rename(file.path.with_name("backup"))
    create_key_file(file.path)
    wrong = load_key_file(file.path)
    assert file.restore(lock) == file.path.with_name("backup")
    assert load_key_file(file.path) == right
    assert load_key_file(file.path.with_name(f"exchange.key.{wrong.key_id}.old")) == wrong


def test_the_next_key_is_put_in_place_once(file: KeyFile) -> None:
    coming = file.prepare(_lock(file.path))
    assert file.restore(VaultLock(coming.key_id)) == file.next_path
    assert load_key_file(file.path) == coming
    assert not file.next_path.exists()


def test_a_key_that_is_nowhere_cannot_be_put_back(file: KeyFile) -> None:
    before = file.path.read_bytes()
    with pytest.raises(VaultError, match=r"no file in .* holds the key of this vault"):
        file.restore(VaultLock(WrappingKey.generate().key_id))
    assert file.path.read_bytes() == before


def test_a_folder_in_its_place_is_moved_away(file: KeyFile) -> None:
    lock = _lock(file.path)
    file.path.rename(file.path.with_name("backup"))
    file.path.mkdir()
    file.restore(lock)
    assert load_key_file(file.path).key_id == lock.key_id
    assert file.path.with_name("exchange.key.damaged").is_dir()
