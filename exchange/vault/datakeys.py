"""The data keys: what seals buckets and texts, kept wrapped in the head of the vault.

One secret places (which bucket a device falls into, fingerprints of texts) and never changes for
the life of a vault: changing it would move every record.  The data keys seal; the first is the
current one, the others only open what was sealed before a change of key.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.errors import VaultDamaged, WrongKey
from exchange.vault.keys import KEY_ID_BYTES, SECRET_BYTES, WrappingKey, derive

NONCE_BYTES: Final = 12  # NIST SP 800-38D, 8.2.2: random, so at most 2**32 sealings a key
TAG_BYTES: Final = 16

_WRAP_VERSION: Final = 1
_MAX_DATA_KEYS: Final = 8


@dataclass(frozen=True, slots=True)
class DataKey:
    """One key that seals: its sub-keys come by HKDF, one for each use."""

    secret: bytes = field(repr=False)
    key_id: bytes = field(init=False)  # 8 bytes, public

    def __post_init__(self) -> None:
        object.__setattr__(self, "key_id", derive(self.secret, "data key id", KEY_ID_BYTES))

    def cipher(self, use: str) -> AESGCM:
        """The AES-256-GCM of one use (``bucket``, ``manifest``, ``text mail``); safe to share."""
        return AESGCM(derive(self.secret, f"data key for {use}"))


@dataclass(frozen=True, slots=True)
class DataKeys:
    """All keys of one vault, unwrapped."""

    placing: bytes = field(repr=False)
    sealing: tuple[DataKey, ...]  # the current one first

    @classmethod
    def generate(cls) -> DataKeys:
        """Fresh random keys for a new vault."""
        return cls(os.urandom(SECRET_BYTES), (DataKey(os.urandom(SECRET_BYTES)),))

    @property
    def current(self) -> DataKey:
        """The key that seals from now on."""
        return self.sealing[0]

    def wrap(self, key: WrappingKey) -> bytes:
        """Version byte, nonce, then AES-256-GCM over all secrets; the key's id is bound."""
        nonce = os.urandom(NONCE_BYTES)
        secrets = self.placing + b"".join(data_key.secret for data_key in self.sealing)
        sealed = _wrapper(key).encrypt(nonce, secrets, _bound(key))
        return bytes([_WRAP_VERSION]) + nonce + sealed

    @classmethod
    def unwrap(cls, wrapped: bytes, wrapped_by: str, key: WrappingKey) -> DataKeys:
        """Open what ``wrap`` made under the key whose id is ``wrapped_by`` (16 hex digits).

        Raises WrongKey when that is another key than ``key``, VaultDamaged when it is the same
        and still does not open.
        """
        if wrapped_by != key.key_id:
            raise WrongKey(
                f"this key (id {key.key_id}) does not open the vault, which {wrapped_by} locks",
                hint="put the key file of this database in its place",
            )
        nonce, sealed = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
        damaged = VaultDamaged(
            "the keys in the head of the vault are damaged",
            hint="restore the database from a backup",
        )
        if len(sealed) < TAG_BYTES or wrapped[0] != _WRAP_VERSION:
            raise damaged
        try:
            secrets = _wrapper(key).decrypt(nonce, sealed, _bound(key))
        except InvalidTag:
            raise damaged from None
        parts = [secrets[i : i + SECRET_BYTES] for i in range(0, len(secrets), SECRET_BYTES)]
        if not 2 <= len(parts) <= 1 + _MAX_DATA_KEYS or len(parts[-1]) != SECRET_BYTES:
            raise damaged
        return cls(parts[0], tuple(DataKey(secret) for secret in parts[1:]))


def _wrapper(key: WrappingKey) -> AESGCM:
    return AESGCM(derive(key.secret, "wrapping the data keys"))


def _bound(key: WrappingKey) -> bytes:
    return b"mp121 data keys" + bytes([_WRAP_VERSION]) + bytes.fromhex(key.key_id)
