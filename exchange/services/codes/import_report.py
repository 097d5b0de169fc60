"""Keep track of a code file while it is read: its source, and the rows that cannot be imported."""

from __future__ import annotations

import io
import stat
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from exchange.domain.device import mask_codes
from exchange.domain.foreign import storable
from exchange.errors import BadInput
from exchange.parsing.sheets.grid import Table
from exchange.services.codes.code_file import RejectedRow

MOST_REJECTS: Final = 100_000


@dataclass(frozen=True, slots=True)
class CodeSource:
    """A file to import; ``open`` returns it from the beginning, any number of times.

    ``stamp`` changes as soon as somebody writes to the file.
    """

    name: str
    open: Callable[[], BinaryIO] = field(repr=False)
    stamp: Callable[[], tuple[int, ...]] = field(default=tuple, repr=False)

    @classmethod
    def at(cls, path: Path) -> CodeSource:
        """Return a file on disk; raises BadInput on use if it cannot be opened."""

        def opened() -> BinaryIO:
            try:
                mode = path.stat().st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    raise BadInput(
                        "this is a pipe or a device, and a code file is read more than once",
                        place=str(path),
                        hint="write it to a file first",
                    )
                return path.open("rb")
            except OSError as error:
                raise BadInput(error.strerror or "cannot be read", place=str(path)) from None

        def stamp() -> tuple[int, ...]:
            try:
                now = path.stat()
            except OSError:
                return ()
            return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns

        return cls(storable(path.name), opened, stamp)

    @classmethod
    def of(cls, name: str, content: bytes) -> CodeSource:
        """Return a file that is only in memory."""
        return cls(name, lambda: io.BytesIO(content))


@dataclass(slots=True)
class Delivered:
    """What reading a code file yields besides its batches."""

    name: str
    rows: int = 0
    codes_without_crc: int = 0  # good rows whose code came without its CRC
    rejects: list[RejectedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _offsets: list[int] = field(default_factory=list)
    _tables: list[Table] = field(default_factory=list, repr=False)

    def begin(self, table: Table, offset: int) -> None:
        """Note that rows from ``offset`` on belong to ``table``."""
        self._offsets.append(offset)
        self._tables.append(table)

    def located(self, row: int) -> tuple[Table, int]:
        """Return the table that a row belongs to, and its number there."""
        at = bisect_right(self._offsets, row - 1) - 1
        return self._tables[at], row - self._offsets[at]

    def reject(self, row: int, device: str, reason: str) -> None:
        """Note a bad row; raises BadInput if there are too many for this to be the right file."""
        table, number = self.located(row)
        self.rejects.append(
            RejectedRow(table.place(number), number, row, device, mask_codes(reason))
        )
        if len(self.rejects) >= MOST_REJECTS:
            raise BadInput(
                f"more than {MOST_REJECTS:,} bad rows, the last in row {number}:"
                f" {self.rejects[-1].reason}",
                place=mask_codes(self.name),
                hint="is this the right file, and are these the right columns?",
            )
