"""Buckets: which one a device belongs to, and how a bucket is sealed and opened.

A device's place is a keyed hash: the first 32 bits of AES-256 over its Device ID and eight zero
bytes.  The input is always one block, so AES alone is a pseudo-random function (CMAC, NIST SP
800-38B, is needed for longer messages only); a million blocks are encrypted in one call.  Each
bucket covers a range of places; together the ranges cover all places.

A sealed bucket is::

    1 byte    version (1)
    8 bytes   id of the data key
    12 bytes  nonce, random
    the rest  AES-256-GCM over its rows (records.py), sorted by device

The associated data binds version, key id, the start of the bucket's range, and the generation of
the write that sealed it.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, select

from exchange.domain.columns.device_ids import DeviceIds
from exchange.errors import VaultDamaged
from exchange.vault.keys.datakeys import NONCE_BYTES, TAG_BYTES, DataKeys
from exchange.vault.keys.keys import KEY_ID_BYTES, derive
from exchange.vault.manifest import Entries
from exchange.vault.records import ROW, Rows
from exchange.vault.tables import vault_bucket

RecordPlaces: TypeAlias = npt.NDArray[np.uint32]

_VERSION: Final = 1
_HEADER: Final = struct.Struct(f">B{KEY_ID_BYTES}s")
_NONCE: Final = _HEADER.size  # where it begins
_OPENS: Final = _NONCE + NONCE_BYTES  # where the sealed rows begin
_BOUND: Final = struct.Struct(">IQ")
_BLOCK_BYTES: Final = 16
_FILL: Final = bytes(8)  # fills a Device ID up to one block
_LEAD: Final = b"mp121 bucket"
_READ_AT_ONCE: Final = 256  # buckets in one SELECT: some ten megabytes
_HASHED_AT_ONCE: Final = 1 << 14  # devices: a quarter of a megabyte fits into the processor cache
_STORED: Final = select(vault_bucket.c.start, vault_bucket.c.generation, vault_bucket.c.sealed)
_SELECT: Final = _STORED.where(vault_bucket.c.start.in_(bindparam("starts", expanding=True)))
_SELECT_RANGE: Final = _STORED.where(
    vault_bucket.c.start.between(bindparam("first"), bindparam("last"))
).order_by(vault_bucket.c.start)


class BucketCipher:
    """Computes places, and seals and opens buckets, with the keys of one vault. Thread-safe."""

    def __init__(self, keys: DataKeys) -> None:
        self._current = _HEADER.pack(_VERSION, keys.current.key_id)
        # Header of a sealed bucket -> cipher, and the associated data up to the bucket's start.
        self._ciphers: dict[bytes, tuple[AESGCM, bytes]] = {}
        for key in keys.sealing:
            header = _HEADER.pack(_VERSION, key.key_id)
            self._ciphers[header] = key.cipher("bucket"), _LEAD + header
        placing = derive(keys.placing, "place of a device")
        # ECB: every block is a message of its own, and each device occurs once.
        # One encryptor with a lock: making one takes longer than hashing a single device.
        self._placing = Cipher(algorithms.AES(placing), modes.ECB()).encryptor()  # noqa: S305
        self._lock = threading.Lock()

    def places(self, devices: DeviceIds) -> RecordPlaces:
        """Return the place of each device, 0 to 2**32 - 1."""
        places = np.empty(len(devices), np.uint32)
        blocks = np.zeros((min(len(devices), _HASHED_AT_ONCE), 2), ">u8")
        hashed = np.empty(blocks.nbytes + _BLOCK_BYTES, np.uint8)
        firsts = hashed.view(">u4")[::4]
        for first in range(0, len(devices), _HASHED_AT_ONCE):
            some = devices[first : first + _HASHED_AT_ONCE]
            blocks[: len(some), 0] = some
            with self._lock:
                self._placing.update_into(blocks[: len(some)].view(np.uint8).data, hashed.data)
            places[first : first + len(some)] = firsts[: len(some)]
        return places

    def place(self, device: bytes) -> int:
        """Return the place of one device, given as its 8 bytes."""
        with self._lock:
            hashed = self._placing.update(device + _FILL)
        return int.from_bytes(hashed[:4], "big")

    def seal(self, start: int, generation: int, rows: Rows) -> bytes:
        """Seal the rows of the bucket at ``start``."""
        cipher, lead = self._ciphers[self._current]
        nonce = os.urandom(NONCE_BYTES)
        sealed = cipher.encrypt(nonce, rows.tobytes(), lead + _BOUND.pack(start, generation))
        return self._current + nonce + sealed

    def open(self, start: int, generation: int, sealed: bytes) -> Rows | None:
        """Return the rows, read-only; None when this is not the sealed content of that bucket."""
        content = self.content(start, generation, sealed)
        if content is None or len(content) % ROW.itemsize:
            return None
        return np.frombuffer(content, ROW)

    def content(self, start: int, generation: int, sealed: object) -> bytes | None:
        """Return the rows as raw bytes; None as in ``open``."""
        parts = self._parts(start, generation, sealed)
        if parts is None:
            return None
        cipher, nonce, rest, bound = parts
        try:
            return cipher.decrypt(nonce, rest, bound)
        except InvalidTag:
            return None

    def open_into(self, memory: memoryview, start: int, generation: int, sealed: object) -> bool:
        """Decrypt the rows into ``memory``, which they must fill; return False when they cannot."""
        parts = self._parts(start, generation, sealed)
        if parts is None:
            return False
        cipher, nonce, rest, bound = parts
        if len(rest) != len(memory) + TAG_BYTES:
            return False
        try:
            cipher.decrypt_into(nonce, rest, bound, memory)
        except InvalidTag:
            return False
        return True

    def _parts(
        self, start: int, generation: int, sealed: object
    ) -> tuple[AESGCM, bytes, memoryview, bytes] | None:
        """Return cipher, nonce, sealed rows and associated data."""
        if not isinstance(sealed, bytes) or len(sealed) < _OPENS + TAG_BYTES:
            return None
        known = self._ciphers.get(sealed[:_NONCE])
        if known is None:
            return None
        cipher, lead = known
        nonce, rest = sealed[_NONCE:_OPENS], memoryview(sealed)[_OPENS:]
        return cipher, nonce, rest, lead + _BOUND.pack(start, generation)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one bucket, and how many records the manifest says it has."""

    start: int
    records: int
    what: str

    def __str__(self) -> str:
        return f"bucket {self.start:08x} ({self.records:,} records) {self.what}"


def open_checked(
    cipher: BucketCipher, entry: np.void, generation: object, sealed: object
) -> Rows | Fault:
    """Open a bucket read from the database and check it against its entry in the manifest."""
    start, records, due = int(entry["start"]), int(entry["records"]), int(entry["generation"])
    if generation != due:
        return Fault(start, records, f"is from write {generation}, the manifest says {due}")
    rows = cipher.open(start, due, sealed) if isinstance(sealed, bytes) else None
    if rows is None:
        return Fault(start, records, "does not open: it was changed or swapped")
    if len(rows) != records:
        return Fault(start, records, f"holds {len(rows):,} records")
    return rows


def read_buckets(
    connection: Connection, cipher: BucketCipher, entries: Entries
) -> list[Rows | Fault]:
    """Read and open the buckets of ``entries``, in their order."""
    found: list[Rows | Fault] = []
    for first in range(0, len(entries), _READ_AT_ONCE):
        part = entries[first : first + _READ_AT_ONCE]
        by_start = _stored(connection, part)
        for entry in part:
            row = by_start.get(int(entry["start"]))
            found.append(_missing(entry) if row is None else open_checked(cipher, entry, *row))
    return found


class OpenedBuckets(NamedTuple):
    """Buckets opened into one piece of memory."""

    rows: Rows  # valid until that memory is used again
    starts: npt.NDArray[np.intp]  # where the rows of each bucket begin
    sizes: npt.NDArray[np.intp]  # rows of each bucket; 0 if it is faulty
    faults: dict[int, Fault]  # by position of the bucket


def open_together(
    connection: Connection,
    cipher: BucketCipher,
    entries: Entries,
    memory: Rows,
    *,
    whole_range: bool = False,
) -> OpenedBuckets:
    """Read the buckets of ``entries`` and open them into ``memory``, one at a time.

    ``memory`` has room for all rows of the entries, and can be used again.  Fresh memory from the
    kernel costs more than the decryption, so only one sealed bucket is held at a time.
    ``whole_range``: ``entries`` are consecutive in the manifest, so the database can read a range.
    """
    sizes = entries["records"].astype(np.intp)
    ends = np.cumsum(sizes)
    view, bounds = memory.view(np.uint8).data, [0, *(ends * ROW.itemsize).tolist()]
    starts, generations = entries["start"].tolist(), entries["generation"].tolist()
    due: dict[int, int] = {start: place for place, start in enumerate(starts)}
    if whole_range:
        stored = connection.execute(_SELECT_RANGE, {"first": starts[0], "last": starts[-1]})
    else:
        stored = connection.execute(_SELECT, {"starts": starts})
    faults: dict[int, Fault] = {}
    for start, found, sealed in stored:
        place = due.pop(start, None)
        if place is None:
            continue  # in the range, but not in the manifest: `verify` reports it
        room, generation = view[bounds[place] : bounds[place + 1]], generations[place]
        if found != generation or not cipher.open_into(room, start, generation, sealed):
            fault = open_checked(cipher, entries[place], found, sealed)
            assert isinstance(fault, Fault)
            faults[place] = fault
    faults |= {place: _missing(entries[place]) for place in due.values()}
    sizes[list(faults)] = 0
    rows = memory[: int(entries["records"].sum())]
    return OpenedBuckets(rows, ends - entries["records"], sizes, dict(sorted(faults.items())))


def _stored(connection: Connection, entries: Entries) -> dict[int, tuple[object, object]]:
    """Read generation and sealed content of each bucket from the database."""
    rows = connection.execute(_SELECT, {"starts": entries["start"].tolist()}).all()
    return {start: (generation, sealed) for start, generation, sealed in rows}


def _missing(entry: np.void) -> Fault:
    return Fault(int(entry["start"]), int(entry["records"]), "is missing")


def damage(faults: Sequence[Fault], entries: Entries) -> VaultDamaged:
    """Return the error that names every faulty bucket."""
    lost, total = sum(fault.records for fault in faults), int(entries["records"].sum())
    named = "; ".join(str(fault) for fault in faults)
    return VaultDamaged(
        f"{len(faults):,} of {len(entries):,} buckets of the vault are damaged, "
        f"with {lost:,} of {total:,} records: {named}",
        hint="restore the database from a backup; devices in the other buckets can still be read",
    )
