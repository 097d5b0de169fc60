"""Sealing of texts and changing of keys, as the services see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Protocol


class Sealer(Protocol):
    """Seals texts at rest (raw mail, outbox bodies, received codes)."""

    def seal(self, content: bytes, purpose: str) -> bytes:
        """Encrypt; ``purpose`` (``mail``, ``outbox``, ``code``) is bound to the result."""

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt; raises WrongKey or VaultDamaged."""

    def tag(self, content: bytes, purpose: str) -> str:
        """Return a keyed fingerprint (32 hex digits): it matches equal contents unopened."""


class KeyChange(Protocol):
    """Changes the keys of a vault. Every call may raise VaultError, WrongKey or StoreError."""

    @property
    def settle(self) -> float:
        """Return the seconds until every process that seals uses a new data key."""

    def rewrap(self, note: Callable[[object, str, str], None]) -> tuple[str, str]:
        """Encrypt the data keys under a new wrapping key; return the ids of the old and the new.

        ``note`` is called inside the vault's transaction with both ids, but not when an
        interrupted change is only finished.
        """

    def current_key(self) -> bytes:
        """Return the id of the data key that seals."""

    def new_data_key(self, note: Callable[[object, bytes], None] = ...) -> bytes:
        """Seal with a new data key from now on; return its id. The others still open.

        ``note`` is called inside the vault's transaction with that id.
        """

    def drop_data_keys(self, used: Collection[bytes]) -> None:
        """Delete the data keys that no longer seal, except those in ``used``."""

    def reseal_buckets(self, progress: Callable[[int, int], None]) -> int:
        """Seal again every bucket that is not under the current data key, in many commits.

        Raises VaultDamaged naming those that do not open; all others are done by then.
        """

    def buckets_by_key(self) -> Counter[bytes]:
        """Count the buckets under each data key."""

    def sealer(self) -> Sealer:
        """Return a sealer that knows the keys as they are now."""
