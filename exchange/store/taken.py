"""Letters that a mail server took and the database did not record, kept outside the database.

A database that refuses just then (a disk that is full, a server that is gone), or a process that is
killed while it waits, would have the letter sent once more by the next process.  So that is written
down in a small file of the working folder, which has its space before any letter goes: writing over
it needs none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from exchange.files import sync_folder

log = structlog.get_logger("exchange.store")

FILE: Final = "letters.taken"
_BYTES: Final = 256 * 1024
_REPLY: Final = 100  # characters of what the server said: a batch of letters has to fit
_SAID: Final = set[Path]()  # said once, not with each letter
_FLAGS: Final = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # no pipe is waited for


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """A letter by its number and its Message-ID, and the server's words."""

    number: int
    message_id: str
    reply: str


class TakenLetters:
    """The file of one working folder; whoever uses it is the one that sends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def make_room(self) -> None:
        """Have the space before it is needed; where that cannot be it is said and gone without."""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
            try:
                if os.fstat(file).st_size < _BYTES:
                    os.pwrite(file, bytes(_BYTES), 0)
                    os.fsync(file)
                    sync_folder(self._path.parent)
            finally:
                os.close(file)
        except OSError as error:
            self._cannot(error)

    def note(self, letters: Sequence[TakenLetter], *, lasting: bool) -> None:
        """Write these down; never raises: the letters are gone, whatever becomes of the note.

        ``lasting`` outlives the machine too, not only this process; it costs a look at the disk.
        """
        told = [asdict(one) | {"reply": one.reply[:_REPLY]} for one in letters]
        text = json.dumps(told, separators=(",", ":"))
        page = f"{_seal(text)} {text}\n".encode()
        if letters and len(page) <= _BYTES:
            self._write(page, lasting=lasting)

    def noted(self) -> list[TakenLetter]:
        """What was written down and not cleared."""
        with suppress(OSError, ValueError, TypeError):
            file = os.open(self._path, os.O_RDONLY | _FLAGS)
            try:
                if os.pread(file, 1, 0) in {b"", b"\0"}:
                    return []
                page = os.pread(file, _BYTES, 0)
            finally:
                os.close(file)
            seal, _, text = page.partition(b"\n")[0].decode().partition(" ")
            if seal == _seal(text):
                return [TakenLetter(**one) for one in json.loads(text)]
        return []

    def clear(self) -> None:
        """All of it is recorded now."""
        self._write(b"\0", lasting=False)  # what is recorded is not recorded again

    def _write(self, page: bytes, *, lasting: bool) -> None:
        try:
            file = os.open(self._path, os.O_WRONLY | _FLAGS)
            try:
                os.pwrite(file, page, 0)
                if lasting:
                    os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            self._cannot(error)

    def _cannot(self, error: OSError) -> None:
        if self._path in _SAID:
            return
        _SAID.add(self._path)
        log.warning(
            "letters that were sent cannot be noted outside the database",
            file=str(self._path),
            why=error.strerror,
        )


def _seal(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
