"""Implement ``exchange.ports.sealing.KeyChange``: change the wrapping key of any source."""

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
from exchange.vault.keys.keys import KeyProvider, VaultLock, WrappingKey, write_key_file
from exchange.vault.keys.providers import EitherKey, Passphrase
from exchange.vault.keys.seal import STALE_SECONDS, BlobSealer
from exchange.vault.rekeying.rotate import (
    buckets_by_key,
    change_data_keys,
    reseal_buckets,
    rewrap,
    unused,
)
from exchange.vault.vault_header import (
    present_lock,
    read_header,
    reading,
    translate_errors,
    writing,
)

_CHANGE_OVER: Final = (
    "put the new key where [keys] says, and name the source of the present one in [keys.old]"
)

# An advisory lock: on PostgreSQL two machines might change the key of one database.
_CHANGING: Final = 0x4D503134
_PATIENCE, _NAP_SECONDS = 30.0, 0.05


def first_key(provider: KeyProvider) -> WrappingKey:
    """Return the key for a new vault; make a key file if there is none."""
    if isinstance(provider, EitherKey):
        provider = provider.current
    if isinstance(provider, Passphrase):
        return provider.fresh()
    if isinstance(provider, KeyFile) and not os.path.lexists(provider.path):
        write_key_file(provider.path, WrappingKey.generate())
    return provider.key_for(VaultLock(""))


class VaultKeyChange:
    """Changes the keys of one vault."""

    settle = 2 * STALE_SECONDS

    def __init__(self, engine: Engine, provider: KeyProvider) -> None:
        self._engine, self._provider = engine, provider

    def rewrap(self, note: Callable[[object, str, str], None]) -> tuple[str, str]:
        """Encrypt the data keys under a new key; see ``exchange.ports.sealing.KeyChange``."""
        present = (
            self._provider.current if isinstance(self._provider, EitherKey) else self._provider
        )
        with _sole_change(self._engine):
            if not isinstance(present, KeyFile):
                return self._change_to_external(present, self._lock(), note)
            with present.exclusive():
                # Read the lock only now: another change may have been first.
                lock = self._lock()
                if isinstance(self._provider, EitherKey) and not _opens(present, lock):
                    return self._change_to_external(present, lock, note)
                return self._change_key_file(present, lock, note)

    def current_key(self) -> bytes:
        """Return the id of the current data key."""
        return self._keys().current.key_id

    def new_data_key(self, note: Callable[[object, bytes], None] = lambda *_: None) -> bytes:
        """Make a new data key the current one; return its id.

        ``note`` is called with the open transaction and that id.
        """
        changed = change_data_keys(self._engine, self._provider, DataKeys.with_new, note)
        return changed.keys.current.key_id

    def drop_data_keys(self, used: Collection[bytes]) -> None:
        """Delete the old data keys, except those in ``used``."""
        going = unused(self._keys(), used)
        if going:
            change_data_keys(self._engine, self._provider, lambda keys: keys.without(going))

    def reseal_buckets(self, progress: Callable[[int, int], None]) -> int:
        """Seal again every bucket that is not sealed with the current data key."""
        return reseal_buckets(self._engine, self._provider, progress)

    def buckets_by_key(self) -> Counter[bytes]:
        """Count the buckets sealed with each data key."""
        return buckets_by_key(self._engine)

    def sealer(self) -> Sealer:
        """Return a sealer with the present keys."""
        return BlobSealer(self._keys(), reload=self._keys)

    def _keys(self) -> DataKeys:
        with reading(self._engine) as connection:
            return read_header(connection, self._provider, None).keys

    def _lock(self) -> VaultLock:
        with reading(self._engine) as connection:
            return read_header(connection, self._provider, None).lock

    def _change_to_external(
        self, present: KeyProvider, lock: VaultLock, note: Callable[[object, str, str], None]
    ) -> tuple[str, str]:
        new = first_key(present)
        if new.key_id == lock.key_id or _opens(present, lock):
            raise VaultError(
                f"the vault is already locked by this key (id {lock.key_id})", hint=_CHANGE_OVER
            )
        rewrap(self._engine, self._provider, new, lock, note)
        return lock.key_id, new.key_id

    def _change_key_file(
        self, file: KeyFile, lock: VaultLock, note: Callable[[object, str, str], None]
    ) -> tuple[str, str]:
        """Write the next key, lock the vault by it, put it in place: one file always opens it."""
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

    Returns the key file, the file that held the key (None when it was in place already) and the
    id of the key.  ``note`` is called with an open transaction and that id if the key was put back.
    Raises VaultError when the key has another source, or no file in the folder holds it.
    """
    sources = (provider.current, provider.old) if isinstance(provider, EitherKey) else (provider,)
    files = [one for one in sources if isinstance(one, KeyFile)]
    if not files:
        raise VaultError(
            "the key of this vault does not come from a file, so there is no file to restore",
            hint="[keys] in the configuration says where it comes from",
        )
    with _sole_change(engine):
        with reading(engine) as connection:
            lock = present_lock(connection)
        file = next((one for one in files if one.find(lock.key_id)), files[0])
        held = file.restore(lock)
        with writing(engine) as connection:
            read_header(connection, file, None)  # check that it opens the vault, not only its id
            if held is not None:
                note(connection, lock.key_id)
    return file.path, held, lock.key_id


@contextmanager
def _sole_change(engine: Engine) -> Iterator[None]:
    """Block other changes of this database's key, on any machine.

    On SQLite the lock on the key file's folder and the write transaction do that.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with translate_errors(), engine.connect() as connection:
        key = {"key": _CHANGING}
        end = time.monotonic() + _PATIENCE
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            connection.commit()
            if time.monotonic() >= end:
                raise VaultError(
                    "another change of the key is under way",
                    hint="try again when it has finished; nothing was changed",
                )
            time.sleep(_NAP_SECONDS)
        connection.commit()
        try:
            yield
        finally:  # the lock belongs to the connection, which others use next
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            connection.commit()


def _id_of(file: KeyFile) -> str:
    try:
        return file.key_for(VaultLock("")).key_id
    except VaultError:
        return ""


def _opens(provider: KeyProvider, lock: VaultLock) -> bool:
    try:
        return provider.key_for(lock).key_id == lock.key_id
    except VaultError:
        return False
