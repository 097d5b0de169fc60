"""The vault header: one row that holds the wrapped data keys and the sealed manifest.

Every write gives it a new generation and a random stamp, both bound to the sealed manifest.  A
reader that finds the stamp unchanged need not open the manifest again.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import DatabaseError

from exchange.errors import StoreError, VaultDamaged, VaultError
from exchange.vault.buckets import BucketCipher
from exchange.vault.keys.datakeys import NONCE_BYTES, TAG_BYTES, DataKeys, recipe_of
from exchange.vault.keys.keys import KEY_ID_BYTES, KeyProvider, VaultLock, WrappingKey
from exchange.vault.manifest import ENTRY, Manifest
from exchange.vault.records import joined
from exchange.vault.tables import vault_bucket, vault_head

FORMAT: Final = 1
_STAMP_BYTES: Final = 16
_BOUND: Final = struct.Struct(">IQ")
_RESTORE: Final = "restore the database from a backup"
_HINTS: Final = {
    "disk is full": "free some space; nothing is half written",
    "disk I/O error": "the disk or a quota may be full; nothing is half written",
    "malformed": _RESTORE,
}
_SMALL_COLUMNS: Final = select(
    vault_head.c.format, vault_head.c.key_id, vault_head.c.generation, vault_head.c.stamp
)
_LARGE_COLUMNS: Final = select(vault_head.c.wrapped_keys, vault_head.c.manifest)


@dataclass(frozen=True, slots=True)
class VaultHeader:
    """The opened header, as one transaction saw it."""

    key_id: str
    generation: int
    stamp: bytes
    wrapped_keys: bytes = field(repr=False)
    keys: DataKeys
    cipher: BucketCipher = field(repr=False)
    manifest: Manifest = field(repr=False)

    @property
    def lock(self) -> VaultLock:
        """Return which key opens this header."""
        return VaultLock(self.key_id, recipe_of(self.wrapped_keys))


def create_vault(connection: Connection, key: WrappingKey) -> None:
    """Create an empty vault in the vault tables, with its data keys wrapped by ``key``.

    Runs in the caller's transaction.  Raises VaultError when there is a vault already.
    """
    with translate_errors():
        if connection.execute(select(vault_head.c.id)).first() is not None:
            raise VaultError("there is a vault in this database already; nothing was changed")
        keys = DataKeys.generate()
        generation, stamp = 1, os.urandom(_STAMP_BYTES)
        entries = np.zeros(1, ENTRY)
        entries["generation"] = generation
        connection.execute(
            insert(vault_bucket),
            {
                "start": 0,
                "generation": generation,
                "sealed": BucketCipher(keys).seal(0, generation, joined([])),
            },
        )
        connection.execute(
            insert(vault_head),
            {
                "id": 1,
                "format": FORMAT,
                "key_id": key.key_id,
                "generation": generation,
                "stamp": stamp,
                "wrapped_keys": keys.wrap(key),
                "manifest": _seal_manifest(keys, Manifest(entries, ()), generation, stamp),
            },
        )


def open_data_keys(connection: Connection, key: KeyProvider) -> DataKeys:
    """Return the data keys of the vault, for a ``BlobSealer``.

    Raises VaultError when there is no vault, WrongKey, VaultDamaged.
    """
    with translate_errors():
        return read_header(connection, key, None).keys


def read_header(connection: Connection, key: KeyProvider, known: VaultHeader | None) -> VaultHeader:
    """Read the header; return ``known`` itself if nothing was written since.

    Raises VaultError when there is no vault or it has another format, WrongKey, VaultDamaged.
    """
    row = connection.execute(_SMALL_COLUMNS).one_or_none()
    if row is None:
        raise VaultError(
            "there is no vault in this database", hint="`exchange init` makes one in a new folder"
        )
    if row.format != FORMAT:
        raise VaultError(f"the vault has format {row.format}; this program reads format {FORMAT}")
    light = (row.key_id, row.generation, row.stamp)
    if known is not None and light == (known.key_id, known.generation, known.stamp):
        return known
    heavy = connection.execute(_LARGE_COLUMNS).one()
    _check_types(*light, *heavy)
    wrapped = (row.key_id, heavy.wrapped_keys)
    if known is not None and wrapped == (known.key_id, known.wrapped_keys):
        keys, cipher = known.keys, known.cipher
    else:
        keys = DataKeys.unwrap(heavy.wrapped_keys, row.key_id, key)
        cipher = BucketCipher(keys)
    manifest = _open_manifest(keys, heavy.manifest, row.generation, row.stamp)
    return VaultHeader(*light, heavy.wrapped_keys, keys, cipher, manifest)


def present_lock(connection: Connection) -> VaultLock:
    """Return which key the vault is locked by; needs no key.

    Raises VaultError when there is no vault, VaultDamaged.
    """
    with translate_errors():
        row = connection.execute(select(vault_head.c.key_id, vault_head.c.wrapped_keys)).first()
    if row is None:
        raise VaultError(
            "there is no vault in this database", hint="`exchange init` makes one in a new folder"
        )
    if not isinstance(row.key_id, str) or not isinstance(row.wrapped_keys, bytes):
        raise VaultDamaged("the vault header is damaged", hint=_RESTORE)
    return VaultLock(row.key_id, recipe_of(row.wrapped_keys))


def lock_header(connection: Connection) -> None:
    """Block all other writers until this transaction ends.

    Must be the first statement of a write: it takes the write lock on SQLite, and the lock of the
    row on PostgreSQL, before anything is read.
    """
    connection.execute(update(vault_head).values(format=vault_head.c.format))


def write_header(
    connection: Connection, header: VaultHeader, manifest: Manifest, generation: int
) -> VaultHeader:
    """Replace the manifest; return the header as it is after the commit."""
    stamp = os.urandom(_STAMP_BYTES)
    connection.execute(
        update(vault_head).values(
            generation=generation,
            stamp=stamp,
            manifest=_seal_manifest(header.keys, manifest, generation, stamp),
        )
    )
    return VaultHeader(
        header.key_id, generation, stamp, header.wrapped_keys, header.keys, header.cipher, manifest
    )


def write_keys(
    connection: Connection, header: VaultHeader, keys: DataKeys, key: WrappingKey
) -> VaultHeader:
    """Replace the keys in the header by ``keys``, wrapped by ``key``; nothing else changes."""
    generation, stamp = header.generation + 1, os.urandom(_STAMP_BYTES)
    wrapped = keys.wrap(key)
    connection.execute(
        update(vault_head).values(
            key_id=key.key_id,
            generation=generation,
            stamp=stamp,
            wrapped_keys=wrapped,
            manifest=_seal_manifest(keys, header.manifest, generation, stamp),
        )
    )
    return VaultHeader(
        key.key_id, generation, stamp, wrapped, keys, BucketCipher(keys), header.manifest
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees the database at one instant."""
    with translate_errors(), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # By default each statement would see a later state.
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that blocks other writers of the vault; roll back on any error."""
    with translate_errors(), engine.begin() as connection:
        lock_header(connection)
        yield connection


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise our own errors in place of the database's."""
    try:
        yield
    except DatabaseError as error:
        reason = str(error.orig).partition("\n")[0]
        if "no such table" in reason or getattr(error.orig, "sqlstate", "") == "42P01":
            raise VaultError(
                "there is no vault in this database",
                hint="run `exchange init` in a new folder, or `exchange doctor`",
            ) from None
        hint = next((what for sign, what in _HINTS.items() if sign in reason), "")
        raise StoreError(f"the database refuses: {reason}", place="vault", hint=hint) from None


def _check_types(
    key_id: object, generation: object, stamp: object, wrapped: object, manifest: object
) -> None:
    # SQLite stores any type in any column; report a header that somebody changed here already.
    if not (
        isinstance(key_id, str)
        and isinstance(generation, int)
        and 0 < generation < 1 << 63
        and isinstance(stamp, bytes)
        and isinstance(wrapped, bytes)
        and isinstance(manifest, bytes)
    ):
        raise VaultDamaged("the vault header is damaged", hint=_RESTORE)


def _bound(generation: int, stamp: bytes) -> bytes:
    return b"mp121 manifest" + _BOUND.pack(FORMAT, generation) + stamp


def _seal_manifest(keys: DataKeys, manifest: Manifest, generation: int, stamp: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    sealed = keys.current.cipher("manifest").encrypt(
        nonce, manifest.to_bytes(), _bound(generation, stamp)
    )
    return keys.current.key_id + nonce + sealed


def _open_manifest(keys: DataKeys, sealed: bytes, generation: int, stamp: bytes) -> Manifest:
    opens = KEY_ID_BYTES + NONCE_BYTES
    key = next((key for key in keys.sealing if key.key_id == sealed[:KEY_ID_BYTES]), None)
    damaged = VaultDamaged(
        "the manifest in the vault header is damaged, or older than the header", hint=_RESTORE
    )
    if key is None or len(sealed) < opens + TAG_BYTES:
        raise damaged
    try:
        content = key.cipher("manifest").decrypt(
            sealed[KEY_ID_BYTES:opens], sealed[opens:], _bound(generation, stamp)
        )
    except InvalidTag:
        raise damaged from None
    return Manifest.from_bytes(content)
