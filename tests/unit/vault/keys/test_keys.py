"""The key file and the keys it wraps."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.errors import BadInput, VaultError, WrongKey
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.keys.keys import WrappingKey, create_key_file, derive, load_key_file


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "exchange.key"
    create_key_file(path)
    return path


def test_the_file_is_private_and_reads_back_as_it_says(key_file: Path) -> None:
    lines = key_file.read_text().splitlines()
    key = load_key_file(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file.parent.stat().st_mode) == 0o700
    assert lines[0] == "mp121-exchange key file, version 1"
    assert lines[1:3] == [f"key-id: {key.key_id}", f"key: {key.secret.hex()}"]
    assert len(lines) == 4


def test_it_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_key_file(tmp_path / "open.key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "open.key").stat().st_mode) == 0o600


def test_every_file_is_another_key(tmp_path: Path) -> None:
    for name in ("a", "b"):
        create_key_file(tmp_path / name)
    a, b = load_key_file(tmp_path / "a"), load_key_file(tmp_path / "b")
    assert a.secret != b.secret
    assert a.key_id != b.key_id


def test_an_existing_file_is_never_overwritten(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(BadInput, match="never overwritten"):
        create_key_file(key_file)
    assert key_file.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultError, match="cannot be made"):
        create_key_file(tmp_path / "file" / "exchange.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644])
def test_a_file_that_others_can_use_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(VaultError, match=f"mode {mode:04o}") as told:
        load_key_file(key_file)
    assert told.value.hint == f"chmod 600 {key_file}"


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="there is no key file") as told:
        load_key_file(tmp_path / "none.key")
    assert "exchange init" in told.value.hint
    assert "backup" in told.value.hint


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be read"):
        load_key_file(tmp_path)


def test_every_changed_byte_is_noticed_and_told_from_another_key(key_file: Path) -> None:
    content = key_file.read_bytes()
    secret = load_key_file(key_file).secret.hex()
    for place in range(len(content)):
        for changed in (content[place] ^ 0x01, content[place] ^ 0x20):
            key_file.write_bytes(content[:place] + bytes([changed]) + content[place + 1 :])
            with pytest.raises(VaultError) as told:
                load_key_file(key_file)
            assert not isinstance(told.value, WrongKey)
            assert secret not in str(told.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no key file"),
        (b"hello\n", "no key file"),
        (b"\xff" * 40, "no key file"),
        (b"x" * 5000, "longer than"),
        (b"mp121-exchange key file, version 2\nkey: 00\n", "has version 2"),
        (b"mp121-exchange key file, version 1\nkey-id: 00\n", "damaged"),
    ],
)
def test_what_is_no_key_file_is_named(key_file: Path, content: bytes, said: str) -> None:
    key_file.write_bytes(content)
    with pytest.raises(VaultError, match=said):
        load_key_file(key_file)


def test_a_cut_or_lengthened_file_is_damaged(key_file: Path) -> None:
    content = key_file.read_bytes()
    for wrong in (content[:-2], content + b"x\n", content.replace(b"\n", b" "), content * 2):
        key_file.write_bytes(wrong)
        with pytest.raises(VaultError, match="damaged"):
            load_key_file(key_file)


@pytest.mark.parametrize(
    "came",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: f"\ufeff{text}\n\n",
        lambda text: "".join(f"  {line} \n\n" for line in text.splitlines()),
    ],
)
def test_a_key_that_came_by_mail_or_was_typed_in_opens(
    key_file: Path, came: Callable[[str], str]
) -> None:
    key = load_key_file(key_file)
    key_file.write_bytes(came(key_file.read_text()).encode())
    assert load_key_file(key_file) == key


def test_no_repr_shows_a_secret() -> None:
    key, keys = WrappingKey.generate(), DataKeys.generate()
    shown = repr(key) + repr(keys)
    for secret in (key.secret, keys.placing, keys.current.secret):
        assert secret.hex() not in shown.lower()
        assert repr(secret)[2:-1] not in shown
    assert key.key_id in shown


def test_a_sub_key_tells_nothing_of_another() -> None:
    # HKDF-SHA256 (RFC 5869) written out for one block, to detect a changed derivation: existing
    # vaults would no longer open.
    secret = bytes(range(32))
    extracted = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    expected = hmac.new(extracted, b"mp121-exchange key id\x01", hashlib.sha256).digest()
    assert derive(secret, "key id") == expected
    assert derive(secret, "key id", 8) == expected[:8]
    assert WrappingKey(secret).key_id == expected[:8].hex()
