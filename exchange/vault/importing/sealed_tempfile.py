"""Keep the rows of an import on disk, sealed and separated into parts, so memory stays flat.

The file has no name and its key is only in memory: when the process ends, the content is gone, and
it was never in the clear.
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
from exchange.vault.radix_sort import concatenated

PARTS: Final = 256
_NONCE: Final = struct.Struct(">IQ")
_HELD_BYTES: Final = 32 << 20  # kept in memory before anything goes to disk

Records = npt.NDArray[np.void]


class SealedTempFile:
    """Records of one dtype in 256 parts; each part is read back whole, in the order of writing.

    ``folder`` is where the unnamed file is made; None: the system's folder for temporary files.
    Raises StoreError when it cannot be written.
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
        """Add each record to its part."""
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
        """Return the records of one part."""
        found: list[Records] = []
        for piece, at, length in self._pieces[number]:
            assert self._file is not None
            self._file.seek(at)
            opened = self._cipher.decrypt(_nonce(piece), self._file.read(length), None)
            found.append(np.frombuffer(opened, self.dtype))
        found += self._held[number]
        return concatenated(found, self.dtype)

    def close(self) -> None:
        """Close, and so delete, the file."""
        if self._file is not None:
            self._file.close()

    def _write_out(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
            for number, held in enumerate(self._held):
                if not held:
                    continue
                content = concatenated(held, self.dtype).tobytes()
                sealed = self._cipher.encrypt(_nonce(self._number), content, None)
                _write_all(self._file, self._end, sealed)
                self._pieces[number].append((self._number, self._end, len(sealed)))
                self._number += 1
                self._end += len(sealed)
                held.clear()
        except OSError as error:
            raise StoreError(
                f"there is no room to sort the import: {error.strerror}",
                place=str(self._folder or tempfile.gettempdir()),
                hint="free some space; nothing was changed",
            ) from None
        self._held_bytes = 0


def _nonce(piece: int) -> bytes:
    # A counter is enough: the key is used for one import only.
    return _NONCE.pack(0, piece)


def _write_all(file: BinaryIO, at: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        done = os.pwrite(file.fileno(), view, at)
        view, at = view[done:], at + done
