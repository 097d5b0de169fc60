"""The data keys, which seal buckets and texts; they are stored wrapped in the vault header.

The placing secret decides the bucket of a device and the fingerprints of texts.  It never changes,
because a change would move every record.  The data keys seal: the first one is the current key, the
others only open what was sealed before a change of key.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.errors import VaultDamaged, VaultError, WrongKey
from exchange.vault.keys.keys import (
    KEY_ID_BYTES,
    SECRET_BYTES,
    KeyProvider,
    VaultLock,
    WrappingKey,
    derive,
)

NONCE_BYTES: Final = 12  # NIST SP 800-38D, 8.2.2: random, so at most 2**32 sealings a key
TAG_BYTES: Final = 16

_WRAP_VERSION: Final = 1
_RECIPE_VERSION: Final = 2
_MAX_DATA_KEYS: Final = 8


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key that seals, through sub-keys derived by HKDF, one for each use."""

    secret: bytes = field(repr=False)
    key_id: bytes = field(init=False)  # 8 bytes, public

    def __post_init__(self) -> None:
        object.__setattr__(self, "key_id", derive(self.secret, "data key id", KEY_ID_BYTES))

    def cipher(self, use: str) -> AESGCM:
        """Return AES-256-GCM for one use (``bucket``, ``manifest``, ``text mail``); thread-safe."""
        return AESGCM(derive(self.secret, f"data key for {use}"))


@dataclass(frozen=True, slots=True)
class DataKeys:
    """All keys of one vault, unwrapped."""

    placing: bytes = field(repr=False)
    sealing: tuple[DataKey, ...]  # the current one first

    @classmethod
    def generate(cls) -> DataKeys:
        """Return new random keys for a new vault."""
        return cls(os.urandom(SECRET_BYTES), (DataKey(os.urandom(SECRET_BYTES)),))

    @property
    def current(self) -> DataKey:
        """Return the key that seals from now on."""
        return self.sealing[0]

    def with_new(self) -> DataKeys:
        """Return these keys with a new current key in front; the others then only open.

        Raises VaultError when there are too many already.
        """
        if len(self.sealing) >= _MAX_DATA_KEYS:
            raise VaultError(
                f"{_MAX_DATA_KEYS} data keys are in use, so none can be removed",
                hint="finish `exchange codes rotate-key --reseal`",
            )
        return DataKeys(self.placing, (DataKey(os.urandom(SECRET_BYTES)), *self.sealing))

    def without(self, key_ids: Collection[bytes]) -> DataKeys:
        """Return these keys without some of the old ones."""
        kept = [key for key in self.sealing[1:] if key.key_id not in key_ids]
        return DataKeys(self.placing, (self.current, *kept))

    def wrap(self, key: WrappingKey) -> bytes:
        """Encrypt all keys of the vault with ``key``, for the vault header.

        Returns one version byte, the nonce, and the secrets under AES-256-GCM, with the key's id as
        associated data.  A recipe, which a key derived from a passphrase has,
        comes before the nonce and is associated data too.
        """
        nonce = os.urandom(NONCE_BYTES)
        recipe = key.recipe
        lead = bytes([_RECIPE_VERSION, len(recipe)]) + recipe if recipe else bytes([_WRAP_VERSION])
        secrets = self.placing + b"".join(data_key.secret for data_key in self.sealing)
        sealed = _wrapper(key).encrypt(nonce, secrets, _bound(key, lead))
        return lead + nonce + sealed

    @classmethod
    def unwrap(cls, wrapped: bytes, wrapped_by: str, provider: KeyProvider) -> DataKeys:
        """Open the result of ``wrap`` with the key whose id is ``wrapped_by`` (16 hex digits).

        Raises WrongKey when ``provider`` has another key, VaultDamaged when it has this key and it
        does not open.
        """
        damaged = VaultDamaged(
            "the keys in the vault header are damaged",
            hint="restore the database from a backup",
        )
        lead, recipe = _lead_of(wrapped)
        if not lead:
            raise damaged
        key = provider.key_for(VaultLock(wrapped_by, recipe))
        if wrapped_by != key.key_id:
            raise WrongKey(
                f"this key (id {key.key_id}) does not open the vault, which {wrapped_by} locks",
                hint="put the key of this database in its place ([keys] in the configuration)",
            )
        opens = len(lead) + NONCE_BYTES
        nonce, sealed = wrapped[len(lead) : opens], wrapped[opens:]
        if len(sealed) < TAG_BYTES:
            raise damaged
        try:
            secrets = _wrapper(key).decrypt(nonce, sealed, _bound(key, lead))
        except InvalidTag:
            raise damaged from None
        parts = [secrets[i : i + SECRET_BYTES] for i in range(0, len(secrets), SECRET_BYTES)]
        if not 2 <= len(parts) <= 1 + _MAX_DATA_KEYS or len(parts[-1]) != SECRET_BYTES:
            raise damaged
        return cls(parts[0], tuple(DataKey(secret) for secret in parts[1:]))


def _wrapper(key: WrappingKey) -> AESGCM:
    return AESGCM(derive(key.secret, "wrapping the data keys"))


def _bound(key: WrappingKey, lead: bytes) -> bytes:
    return b"mp121 data keys" + lead + bytes.fromhex(key.key_id)


def _lead_of(wrapped: bytes) -> tuple[bytes, bytes]:
    """Return the bytes before the nonce, and the recipe in them; both empty if malformed."""
    if wrapped[:1] == bytes([_WRAP_VERSION]):
        return wrapped[:1], b""
    if wrapped[:1] == bytes([_RECIPE_VERSION]) and len(wrapped) > 2:
        end = 2 + wrapped[1]
        return wrapped[:end], wrapped[2:end]
    return b"", b""


def recipe_of(wrapped: bytes) -> bytes:
    """Return the recipe of the passphrase key that wrapped this; empty for any other key."""
    return _lead_of(wrapped)[1]
