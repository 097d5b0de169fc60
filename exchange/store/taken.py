"""Record outside the database which letters a mail server accepted, until the database has them.

If the database fails at that moment (full disk, server gone), or the process is killed, the next
process would send the letter again.  So it is recorded in a small file in the working folder, which
reserves its space before any letter is sent: overwriting needs no more.
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

from exchange.files import sync_folder
from exchange.later import Log

log = Log("exchange.store")

TAKEN_FILE: Final = "letters.taken"
_BYTES: Final = 256 * 1024
_REPLY: Final = 100  # characters of the server's reply: a batch of letters must fit
_REPORTED: Final = set[Path]()  # warned about once, not for each letter
_FLAGS: Final = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # do not block on a named pipe


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """An accepted letter: its number, its Message-ID and the server's reply."""

    number: int
    message_id: str
    reply: str


class TakenLetters:
    """The file of a working folder, used only by the process that sends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / TAKEN_FILE

    def make_room(self) -> None:
        """Reserve the space of the file; if that fails, log a warning and continue."""
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
            self._report(error)

    def note(self, letters: Sequence[TakenLetter], *, lasting: bool) -> None:
        """Record these letters; never raises, because the letters are sent in any case.

        With ``lasting`` the record survives a crash of the machine too, at the cost of an fsync.
        """
        content = [asdict(one) | {"reply": one.reply[:_REPLY]} for one in letters]
        text = json.dumps(content, separators=(",", ":"))
        page = f"{_seal(text)} {text}\n".encode()
        if letters and len(page) <= _BYTES:
            self._write(page, lasting=lasting)

    def noted(self) -> list[TakenLetter]:
        """Return the recorded letters."""
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
        """Forget the letters: the database has recorded them."""
        self._write(b"\0", lasting=False)  # recording them twice does no harm

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
            self._report(error)

    def _report(self, error: OSError) -> None:
        if self._path in _REPORTED:
            return
        _REPORTED.add(self._path)
        log.warning(
            "sent letters cannot be recorded outside the database",
            file=str(self._path),
            why=error.strerror,
        )


def _seal(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
