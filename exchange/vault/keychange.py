"""Implements ``exchange.ports.KeyChange``: a new wrapping key, wherever keys come from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import Engine

from exchange.errors import VaultError
from exchange.ports import Sealer
from exchange.vault.datakeys import DataKeys
from exchange.vault.head import read_head, reading
from exchange.vault.keys import KeyProvider, Lock, WrappingKey, write_key_file
from exchange.vault.providers import Either, KeyFile, Passphrase
from exchange.vault.rotate import (
    buckets_by_key,
    change_data_keys,
    reseal_buckets,
    rewrap,
    unused,
)
from exchange.vault.seal import STALE_SECONDS, BlobSealer

_CHANGE_OVER: Final = (
    "put the new key where [keys] says, and say in [keys.old] where the present one is"
)


def first_key(provider: KeyProvider) -> WrappingKey:
    """The key that a new vault is locked by; a key file is made where there is none."""
    if isinstance(provider, Either):
        provider = provider.now
    if isinstance(provider, Passphrase):
        return provider.fresh()
    if isinstance(provider, KeyFile) and not provider.path.exists():
        write_key_file(provider.path, WrappingKey.generate())
    return provider.key_for(Lock(""))


class VaultKeyChange:
    """The keys of one vault, changed."""

    settle = 2 * STALE_SECONDS

    def __init__(self, engine: Engine, provider: KeyProvider) -> None:
        self._engine, self._provider = engine, provider

    def rewrap(self) -> tuple[str, str]:
        """See ``exchange.ports.KeyChange``."""
        with reading(self._engine) as connection:
            lock = read_head(connection, self._provider, None).lock
        present = self._provider.now if isinstance(self._provider, Either) else self._provider
        if isinstance(present, KeyFile) and (
            not isinstance(self._provider, Either) or _opens(present, lock)
        ):
            return lock.key_id, self._next_file(present, lock)
        new = first_key(present)
        if new.key_id == lock.key_id or _opens(present, lock):
            raise VaultError(
                f"the vault is locked by this key already (id {lock.key_id})", hint=_CHANGE_OVER
            )
        rewrap(self._engine, self._provider, new)
        return lock.key_id, new.key_id

    def current_key(self) -> bytes:
        """The id of the data key that seals."""
        return self._keys().current.key_id

    def new_data_key(self) -> bytes:
        """Put a new data key in front; returns its id."""
        changed = change_data_keys(self._engine, self._provider, DataKeys.with_new)
        return changed.keys.current.key_id

    def give_up(self, used: Collection[bytes]) -> None:
        """Give up data keys that only open, save those that are ``used``."""
        going = unused(self._keys(), used)
        if going:
            change_data_keys(self._engine, self._provider, lambda keys: keys.without(going))

    def reseal_buckets(self, told: Callable[[int, int], None]) -> int:
        """Seal again every bucket that is under another data key than the current one."""
        return reseal_buckets(self._engine, self._provider, told)

    def buckets_by_key(self) -> Counter[bytes]:
        """How many buckets name each data key."""
        return buckets_by_key(self._engine)

    def sealer(self) -> Sealer:
        """A sealer that knows the keys as they are now."""
        return BlobSealer(self._keys(), reload=self._keys)

    def _keys(self) -> DataKeys:
        with reading(self._engine) as connection:
            return read_head(connection, self._provider, None).keys

    def _next_file(self, file: KeyFile, lock: Lock) -> str:
        """Written down, locked by, put in place: cut off anywhere, one of the two files fits."""
        new = file.prepare()
        if new.key_id != lock.key_id:
            rewrap(self._engine, self._provider, new)
        file.promote()
        return new.key_id


def _opens(provider: KeyProvider, lock: Lock) -> bool:
    try:
        return provider.key_for(lock).key_id == lock.key_id
    except VaultError:
        return False
