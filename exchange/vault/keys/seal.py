"""Seal stored texts: raw mails, outgoing mails, received codes.

A sealed text is::

    1 byte    version (1)
    1 byte    form of the content: 0 as it is, 1 deflated (zlib)
    8 bytes   id of the data key
    12 bytes  nonce, random
    the rest  AES-256-GCM over (4 bytes length of the content, big-endian; the content)

The associated data binds everything before the nonce, and the purpose.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import time
import zlib
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.errors import BadInput, VaultDamaged, WrongKey
from exchange.vault.keys.datakeys import NONCE_BYTES, TAG_BYTES, DataKey, DataKeys
from exchange.vault.keys.keys import KEY_ID_BYTES, derive

_VERSION: Final = 1
_PLAIN: Final = 0
_DEFLATED: Final = 1
_HEADER: Final = struct.Struct(f">BB{KEY_ID_BYTES}s")
_LENGTH: Final = struct.Struct(">I")
_PURPOSE: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_TAG_DIGEST_BYTES: Final = 16

MAX_CONTENT_BYTES: Final = 1 << 30
STALE_SECONDS: Final = 1.0  # after a change of key others may use the old one this long

# Only texts written entirely by somebody else are compressed.  Our own answers contain codes and
# also text chosen by a counterparty (its reference): their compressed size could reveal codes.
_COMPRESSED_PURPOSES: Final = frozenset({"mail"})
_WORTH_COMPRESSING: Final = 256  # bytes; below this zlib's own overhead eats the gain
_SAMPLED_FROM: Final = 1 << 20  # bytes; for larger contents a sample decides
_SAMPLE_BYTES: Final = 1 << 16
_WORTH_RATIO: Final = 0.6  # base64 of a workbook deflates to 0.66-0.76 at 60 MB/s: not worth it


class BlobSealer:
    """Seals and opens texts under the data keys of a vault; implements ``ports.sealing.Sealer``.

    ``reload`` returns the present keys; it is called at most once a second, and when a text was
    sealed with an unknown key.  Thread-safe.
    """

    def __init__(
        self,
        keys: DataKeys,
        *,
        max_bytes: int = MAX_CONTENT_BYTES,
        reload: Callable[[], DataKeys] | None = None,
    ) -> None:
        self._keys = keys
        self._max_bytes = min(max_bytes, MAX_CONTENT_BYTES)
        self._reload = reload
        self._loaded = time.monotonic()
        self._ciphers: dict[tuple[bytes, str], AESGCM] = {}
        self._tag_keys: dict[str, bytes] = {}

    def seal(self, content: bytes, purpose: str) -> bytes:
        """Encrypt ``content`` for ``purpose`` (a short lower-case word), compressed if useful.

        Raises BadInput when the content is larger than this sealer's limit.
        """
        if len(content) > self._max_bytes:
            raise BadInput(f"{len(content):,} bytes are too many to seal at once")
        if time.monotonic() - self._loaded > STALE_SECONDS:
            self._refresh()
        key = self._keys.current
        packed = _deflated(content) if purpose in _COMPRESSED_PURPOSES else None
        header = _HEADER.pack(_VERSION, _PLAIN if packed is None else _DEFLATED, key.key_id)
        body = _LENGTH.pack(len(content)) + (content if packed is None else packed)
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher(key, purpose).encrypt(nonce, body, _bound(header, purpose))
        del body  # a mail may be large, and is in memory three times already
        return b"".join((header, nonce, sealed))

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return the content.

        Raises WrongKey when another key sealed it; VaultDamaged when it was changed, cut short,
        sealed for another purpose, or is larger than this sealer's limit.
        """
        if len(sealed) < _HEADER.size + NONCE_BYTES + _LENGTH.size + TAG_BYTES:
            raise VaultDamaged("a sealed text is cut short")
        version, form, key_id = _HEADER.unpack_from(sealed)
        if version != _VERSION or form not in (_PLAIN, _DEFLATED):
            raise VaultDamaged("a sealed text is damaged, or of a later version")
        key = self._key(key_id)
        if key is None and self._reload is not None:
            self._refresh()
            key = self._key(key_id)
        if key is None:
            raise WrongKey(
                f"a sealed text belongs to another key (data key {key_id.hex()})",
                hint="was the database restored without the key that belongs to it?",
            )
        header, start = sealed[: _HEADER.size], _HEADER.size + NONCE_BYTES
        view = memoryview(sealed)
        try:
            body = self._cipher(key, purpose).decrypt(
                view[_HEADER.size : start], view[start:], _bound(header, purpose)
            )
        except InvalidTag:
            raise VaultDamaged(
                f"a sealed {purpose} text was changed, or is something else"
            ) from None
        (length,) = _LENGTH.unpack_from(body)
        if length > self._max_bytes:
            raise VaultDamaged(f"a sealed text holds {length:,} bytes, more than allowed")
        content = body[_LENGTH.size :] if form == _PLAIN else _inflated(body, length)
        if len(content) != length:
            raise VaultDamaged("a sealed text has another length than it declares")
        return content

    def tag(self, content: bytes, purpose: str) -> str:
        """Return a keyed fingerprint, 32 hex digits: equal contents of a purpose have equal tags.

        Keyed BLAKE2b (RFC 7693): without the key nobody can check guesses against it.  It does not
        change with the data keys.
        """
        key = self._tag_keys.get(purpose)
        if key is None:
            key = derive(self._keys.placing, f"fingerprint of {_checked(purpose)}")
            self._tag_keys[purpose] = key
        return hashlib.blake2b(content, key=key, digest_size=_TAG_DIGEST_BYTES).hexdigest()

    def _refresh(self) -> None:
        if self._reload is not None:
            self._keys = self._reload()
            self._loaded = time.monotonic()

    def _key(self, key_id: bytes) -> DataKey | None:
        return next((key for key in self._keys.sealing if key.key_id == key_id), None)

    def _cipher(self, key: DataKey, purpose: str) -> AESGCM:
        cipher = self._ciphers.get((key.key_id, purpose))
        if cipher is None:
            cipher = key.cipher(f"text {_checked(purpose)}")
            self._ciphers[key.key_id, purpose] = cipher
        return cipher


def _checked(purpose: str) -> str:
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError(f"{purpose!r} is not a purpose")
    return purpose


def _bound(header: bytes, purpose: str) -> bytes:
    return b"mp121 text" + header + purpose.encode("ascii")


def _deflated(content: bytes) -> bytes | None:
    """Return ``content`` compressed, or None if that is not worthwhile."""
    if len(content) < _WORTH_COMPRESSING:
        return None
    if len(content) > _SAMPLED_FROM:
        # From the middle: a mail begins with text even if most of it is a workbook.
        middle = len(content) // 2
        sample = content[middle : middle + _SAMPLE_BYTES]
        if len(zlib.compress(sample, 1)) > _WORTH_RATIO * len(sample):
            return None
    packed = zlib.compress(content, 1)
    return packed if len(packed) < 0.9 * len(content) else None


def _inflated(body: bytes, length: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(memoryview(body)[_LENGTH.size :], length + 1)
    except zlib.error:
        raise VaultDamaged("a sealed text cannot be decompressed") from None
    return content
