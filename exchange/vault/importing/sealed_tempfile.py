"""Rows of a delivery that wait on disk, sealed, parted by a key: memory stays flat at any size.

The file has no name and the key no copy: when the process ends, whatever lay there is gone and
was never in the clear.
"""

from __future__ import annotations

import os
import struct
import tempfile
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.errors import StoreError
from exchange.vault.radix_sort import chained

PARTS: Final = 256
_NONCE: Final = struct.Struct(">IQ")
_HELD_BYTES: Final = 32 << 20  # in memory before anything goes to disk

Records = npt.NDArray[np.void]


class Spill:
    """Records of one dtype in 256 parts; each part comes back whole, in the order it went in.

    ``folder`` is where the nameless file is made; None is the system's own place for them.  Raises
    StoreError when it cannot be written.
    """

    def __init__(self, dtype: np.dtype[np.void], folder: Path | None) -> None:
        self.dtype = dtype
        self.counts = np.zeros(PARTS, np.int64)
        self._folder = folder
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._held: list[list[Records]] = [[] for _ in range(PARTS)]
        self._held_bytes = 0
        self._pieces: list[list[tuple[int, int, int]]] = [[] for _ in range(PARTS)]
        self._file: BinaryIO | None = None
        self._end = 0
        self._number = 0

    def add(self, part: npt.NDArray[np.uint8], records: Records) -> None:
        """Put each record into its part."""
        order = np.argsort(part, kind="stable")
        sorted_records = records.take(order)
        counts = np.bincount(part, minlength=PARTS)
        cuts = np.concatenate([[0], np.cumsum(counts)]).tolist()
        for number in np.flatnonzero(counts).tolist():
            self._held[number].append(sorted_records[cuts[number] : cuts[number + 1]])
        self.counts += counts
        self._held_bytes += records.nbytes
        if self._held_bytes > _HELD_BYTES:
            self._write_out()

    def part(self, number: int) -> Records:
        """The records of one part."""
        found: list[Records] = []
        for piece, at, length in self._pieces[number]:
            assert self._file is not None
            self._file.seek(at)
            opened = self._cipher.decrypt(_nonce(piece), self._file.read(length), None)
            found.append(np.frombuffer(opened, self.dtype))
        found += self._held[number]
        return chained(found, self.dtype)

    def close(self) -> None:
        """Give the file up."""
        if self._file is not None:
            self._file.close()

    def _write_out(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
            for number, held in enumerate(self._held):
                if not held:
                    continue
                content = chained(held, self.dtype).tobytes()
                sealed = self._cipher.encrypt(_nonce(self._number), content, None)
                _write_all(self._file, self._end, sealed)
                self._pieces[number].append((self._number, self._end, len(sealed)))
                self._number += 1
                self._end += len(sealed)
                held.clear()
        except OSError as error:
            raise StoreError(
                f"there is no room to sort the delivery: {error.strerror}",
                place=str(self._folder or tempfile.gettempdir()),
                hint="free some space; nothing was changed",
            ) from None
        self._held_bytes = 0


def _nonce(piece: int) -> bytes:
    # A counter: the key lives for one delivery.
    return _NONCE.pack(0, piece)


def _write_all(file: BinaryIO, at: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        done = os.pwrite(file.fileno(), view, at)
        view, at = view[done:], at + done
