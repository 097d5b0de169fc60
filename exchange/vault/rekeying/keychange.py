"""Implements ``ports.sealing.KeyChange``: a new wrapping key, wherever keys come from here."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

from exchange.errors import VaultError
from exchange.ports.sealing import Sealer
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.keys.keyfile import KeyFile
from exchange.vault.keys.keys import KeyProvider, Lock, WrappingKey, write_key_file
from exchange.vault.keys.providers import Either, Passphrase
from exchange.vault.keys.seal import STALE_SECONDS, BlobSealer
from exchange.vault.rekeying.rotate import (
    buckets_by_key,
    change_data_keys,
    reseal_buckets,
    rewrap,
    unused,
)
from exchange.vault.vault_header import present_lock, read_head, reading, translated, writing

_CHANGE_OVER: Final = (
    "put the new key where [keys] says, and say in [keys.old] where the present one is"
)

# Of an advisory lock: on PostgreSQL two machines may change the key of one database.
_CHANGING: Final = 0x4D503134
_PATIENCE, _NAP_SECONDS = 30.0, 0.05


def first_key(provider: KeyProvider) -> WrappingKey:
    """The key that a new vault is locked by; a key file is made where there is none."""
    if isinstance(provider, Either):
        provider = provider.now
    if isinstance(provider, Passphrase):
        return provider.fresh()
    if isinstance(provider, KeyFile) and not os.path.lexists(provider.path):
        write_key_file(provider.path, WrappingKey.generate())
    return provider.key_for(Lock(""))


class VaultKeyChange:
    """The keys of one vault, changed."""

    settle = 2 * STALE_SECONDS

    def __init__(self, engine: Engine, provider: KeyProvider) -> None:
        self._engine, self._provider = engine, provider

    def rewrap(self, note: Callable[[object, str, str], None]) -> tuple[str, str]:
        """See ``ports.sealing.KeyChange``."""
        present = self._provider.now if isinstance(self._provider, Either) else self._provider
        with _sole_change(self._engine):
            if not isinstance(present, KeyFile):
                return self._to_given(present, self._lock(), note)
            with present.alone():
                # What locks the vault is asked only now: another change may have come first.
                lock = self._lock()
                if isinstance(self._provider, Either) and not _opens(present, lock):
                    return self._to_given(present, lock, note)
                return self._next_file(present, lock, note)

    def current_key(self) -> bytes:
        """The id of the data key that seals."""
        return self._keys().current.key_id

    def new_data_key(self, note: Callable[[object, bytes], None] = lambda *_: None) -> bytes:
        """Put a new data key in front; returns its id.

        ``note`` is called with the open transaction and that id.
        """
        changed = change_data_keys(self._engine, self._provider, DataKeys.with_new, note)
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

    def _lock(self) -> Lock:
        with reading(self._engine) as connection:
            return read_head(connection, self._provider, None).lock

    def _to_given(
        self, present: KeyProvider, lock: Lock, note: Callable[[object, str, str], None]
    ) -> tuple[str, str]:
        new = first_key(present)
        if new.key_id == lock.key_id or _opens(present, lock):
            raise VaultError(
                f"the vault is locked by this key already (id {lock.key_id})", hint=_CHANGE_OVER
            )
        rewrap(self._engine, self._provider, new, lock, note)
        return lock.key_id, new.key_id

    def _next_file(
        self, file: KeyFile, lock: Lock, note: Callable[[object, str, str], None]
    ) -> tuple[str, str]:
        """Written down, locked by, put in place: cut off anywhere, one of the two files fits."""
        old = _id_of(file)
        new = file.prepare(lock)
        if new.key_id != lock.key_id:
            old = lock.key_id
            rewrap(self._engine, self._provider, new, lock, note)
        file.promote()
        return old, new.key_id


def restore_key_file(
    engine: Engine, provider: KeyProvider, note: Callable[[object, str], None]
) -> tuple[Path, Path | None, str]:
    """Put the key that locks the vault back in its place.

    Returns the key file, the file that held the key (None when it was in its place already) and
    the key's id; ``note`` is called with an open transaction and that id when it was put back.
    Raises VaultError when the key comes from elsewhere, or no file beside the key file holds it.
    """
    sources = (provider.now, provider.before) if isinstance(provider, Either) else (provider,)
    files = [one for one in sources if isinstance(one, KeyFile)]
    if not files:
        raise VaultError(
            "the key of this vault does not come from a file, so none can be put back",
            hint="[keys] in the configuration says where it comes from",
        )
    with _sole_change(engine):
        with reading(engine) as connection:
            lock = present_lock(connection)
        file = next((one for one in files if one.find(lock.key_id)), files[0])
        held = file.restore(lock)
        with writing(engine) as connection:
            read_head(connection, file, None)  # it opens, and not by its name only
            if held is not None:
                note(connection, lock.key_id)
    return file.path, held, lock.key_id


@contextmanager
def _sole_change(engine: Engine) -> Iterator[None]:
    """Be the only one who changes the key of this database, on whichever machine.

    On SQLite the lock of the key file's folder and the transaction that takes the key up do that.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with translated(), engine.connect() as connection:
        key = {"key": _CHANGING}
        end = time.monotonic() + _PATIENCE
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            connection.commit()
            if time.monotonic() >= end:
                raise VaultError(
                    "another change of the key is under way",
                    hint="try again when it has ended; nothing was changed",
                )
            time.sleep(_NAP_SECONDS)
        connection.commit()
        try:
            yield
        finally:  # it belongs to the connection, which others use next
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            connection.commit()


def _id_of(file: KeyFile) -> str:
    try:
        return file.key_for(Lock("")).key_id
    except VaultError:
        return ""


def _opens(provider: KeyProvider, lock: Lock) -> bool:
    try:
        return provider.key_for(lock).key_id == lock.key_id
    except VaultError:
        return False
