"""The data keys: wrapped by the key of the vault, opened by it alone, changed and dropped."""

from __future__ import annotations

import pytest

from exchange.errors import VaultDamaged, VaultError, WrongKey
from exchange.vault.keys.datakeys import DataKey, DataKeys, recipe_of
from exchange.vault.keys.keys import WrappingKey, derive

NONCE = bytes(12)


def test_round_trip() -> None:
    key, keys = WrappingKey.generate(), DataKeys.generate()
    wrapped = keys.wrap(key)
    assert DataKeys.unwrap(wrapped, key.key_id, key) == keys
    assert keys.current.secret not in wrapped


def test_several_keys_keep_their_order() -> None:
    key, old, new = WrappingKey.generate(), DataKeys.generate(), DataKeys.generate()
    both = DataKeys(old.placing, (new.current, old.current))
    assert DataKeys.unwrap(both.wrap(key), key.key_id, key) == both


def test_another_key_is_wrong_not_damaged() -> None:
    key, other = WrappingKey.generate(), WrappingKey.generate()
    with pytest.raises(WrongKey, match=key.key_id):
        DataKeys.unwrap(DataKeys.generate().wrap(key), key.key_id, other)


def test_every_changed_byte_is_damage() -> None:
    key = WrappingKey.generate()
    wrapped = DataKeys.generate().wrap(key)
    for place in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[place] ^= 0x40
        with pytest.raises(VaultDamaged):
            DataKeys.unwrap(bytes(changed), key.key_id, key)
    for length in range(len(wrapped)):
        with pytest.raises(VaultDamaged):
            DataKeys.unwrap(wrapped[:length], key.key_id, key)


def test_a_new_key_seals_and_the_old_ones_only_open() -> None:
    keys = DataKeys.generate()
    newer = keys.with_new()
    assert newer.placing == keys.placing
    assert newer.sealing[1:] == keys.sealing
    assert newer.current not in keys.sealing
    newest = newer.with_new()
    assert newest.without({keys.current.key_id}).sealing == newest.sealing[:2]
    assert newest.without({newest.current.key_id}).sealing == newest.sealing  # never the current
    assert newest.without(()) == newest


def test_there_are_eight_keys_at_most() -> None:
    keys = DataKeys.generate()
    for _ in range(7):
        keys = keys.with_new()
    key = WrappingKey.generate()
    assert DataKeys.unwrap(keys.wrap(key), key.key_id, key) == keys
    with pytest.raises(VaultError, match="8 data keys are in use") as raised:
        keys.with_new()
    assert "--reseal" in raised.value.hint


def test_more_keys_than_that_are_damage() -> None:
    key = WrappingKey.generate()
    keys = DataKeys(bytes(32), tuple(DataKey(bytes([n]) * 32) for n in range(9)))
    with pytest.raises(VaultDamaged):
        DataKeys.unwrap(keys.wrap(key), key.key_id, key)
    with pytest.raises(VaultDamaged):
        DataKeys.unwrap(DataKeys(bytes(32), ()).wrap(key), key.key_id, key)


def test_each_use_has_a_key_of_its_own() -> None:
    key = DataKey(bytes(range(32)))
    sealed = {use: key.cipher(use).encrypt(NONCE, b"x", None) for use in ("bucket", "manifest")}
    assert len(set(sealed.values())) == 2
    assert key.cipher("bucket").decrypt(NONCE, sealed["bucket"], None) == b"x"
    # Vaults that exist depend on this derivation.
    assert key.key_id == derive(bytes(range(32)), "data key id", 8)
    assert key.cipher("a").encrypt(NONCE, b"x", None) == (
        DataKey(bytes(range(32))).cipher("a").encrypt(NONCE, b"x", None)
    )


def test_every_wrapping_differs_and_shows_no_secret() -> None:
    key, keys = WrappingKey.generate(), DataKeys.generate()
    wrapped = keys.wrap(key)
    assert wrapped != keys.wrap(key)
    for secret in (keys.placing, keys.current.secret, key.secret):
        assert secret not in wrapped


def test_the_recipe_of_a_passphrase_is_kept_and_bound() -> None:
    keys, plain = DataKeys.generate(), WrappingKey.generate()
    key = WrappingKey(plain.secret, b"recipe")
    wrapped = keys.wrap(key)
    assert (recipe_of(wrapped), recipe_of(keys.wrap(plain))) == (b"recipe", b"")
    assert DataKeys.unwrap(wrapped, key.key_id, key) == keys
    with pytest.raises(VaultDamaged):
        DataKeys.unwrap(wrapped.replace(b"recipe", b"Recipe"), key.key_id, key)


@pytest.mark.parametrize("wrapped", [b"", b"\x00", b"\x02", b"\x02\x05", b"\x03" + bytes(100)])
def test_what_is_no_wrapping_has_no_recipe_and_does_not_open(wrapped: bytes) -> None:
    key = WrappingKey.generate()
    assert recipe_of(wrapped) == b""
    with pytest.raises(VaultDamaged, match="keys in the vault header are damaged"):
        DataKeys.unwrap(wrapped, key.key_id, key)
