"""Record outside the database, too, which references were issued.

A database restored from a backup continues to count from the backup.  Two small files in the
working folder record what was issued since, so no reference is issued twice.  They are written in
turn, and each records when the other last changed, by the time of the file system: a restored copy
has another time.  If the files are missing or restored, nobody knows what was issued.  Then new
files are made, with a new identity, and counting with them starts at a number computed from the
time, which no earlier count can have reached.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import Final

from exchange.domain.time.sla import LONDON
from exchange.errors import StoreError

FILES: Final = ("references.0", "references.1")
LAST: Final = 999_999_999  # nine digits, which every reader of references takes

_BYTES: Final = 4096  # one page, never more: overwriting it needs no space on the disk
_MAX_COUNTERS: Final = 80  # counters recorded: more than three years
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
# Each second of a month has this many numbers, after those for its first minutes.
_A_SECOND: Final = 369
_FIRST: Final = 100_000
_HOUR: Final = 3600 * _A_SECOND


@dataclass(frozen=True, slots=True)
class IssuedNumbers:
    """The content of the files: the last number of each counter that was counted with them."""

    ident: str
    last: Mapping[str, int]
    same_boot: bool  # as at the last write, so nothing of it can be lost


@dataclass(frozen=True, slots=True)
class _Copy:
    ident: str
    serial: int
    other: int  # when the other file last changed, in nanoseconds
    boot: str
    last: Mapping[str, int]


class References:
    """The two files of a working folder, shared by all processes that count there."""

    def __init__(
        self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._paths = tuple(folder / name for name in FILES)
        # The machine's time, even if a rehearsal has its own clock: it does not repeat.
        self._now = now

    def read(self) -> IssuedNumbers:
        """Read what was issued; make new files if the present ones cannot say it."""
        with self._locked() as files:
            return self._read(files)[0]

    def record(self, given: Mapping[str, int]) -> None:
        """Record the last number of each counter, before it is issued."""
        with self._locked() as files:
            found, serial, at = self._read(files)
            last = dict(found.last)
            for name, number in given.items():
                last[name] = max(number, last.get(name, 0))
            _write(files, replace(found, last=last), serial + 1, at)

    def number_above(self, number: int) -> int:
        """Return a number of this month above ``number`` that no count can have reached."""
        local = self._now().astimezone(LONDON)
        second = ((local.day - 1) * 24 + local.hour) * 3600 + local.minute * 60 + local.second
        found = _FIRST + second * _A_SECOND
        if found <= number:  # a clock was ahead once: add an hour's worth
            found = number + _HOUR
        if found > LAST:
            raise StoreError(
                "no reference is left this month that was certainly never issued",
                place=str(self._paths[0].parent),
                hint="set the machine's clock right, best by NTP",
            )
        return found

    def _read(self, files: list[int]) -> tuple[IssuedNumbers, int, int]:
        """Return their content, the serial of the last write, and which file to write next."""
        copies = [_copy(one) for one in files]
        serials = [one.serial if one else 0 for one in copies]
        newest = serials.index(max(serials))
        found = copies[newest]
        if found and copies[1 - newest] and found.other == _changed(files[1 - newest]):
            given = IssuedNumbers(found.ident, found.last, found.boot == _boot())
            return given, found.serial, 1 - newest
        made = IssuedNumbers(secrets.token_hex(8), {}, same_boot=True)
        _write(files, made, max(serials) + 1, 1)
        _write(files, made, max(serials) + 2, 0)
        return made, max(serials) + 2, 1

    @contextmanager
    def _locked(self) -> Iterator[list[int]]:
        files: list[int] = []
        path = self._paths[0]
        try:
            for path in self._paths:
                flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
                files.append(os.open(path, flags, 0o600))
            path = self._paths[0]
            fcntl.flock(files[0], fcntl.LOCK_EX)
            yield files
        except OSError as error:
            raise StoreError(
                f"the issued references cannot be recorded: {error.strerror}",
                place=str(path),
                hint="check the folder's space and permissions; until then none is issued",
            ) from None
        finally:
            for one in files:
                os.close(one)  # also releases the lock


def _write(files: list[int], given: IssuedNumbers, serial: int, at: int) -> None:
    content = {
        "id": given.ident,
        "serial": serial,
        "other": _changed(files[1 - at]),
        "boot": _boot(),
        # By month: a counter is named by its kind, one letter, and its month.
        "given": dict(sorted(given.last.items(), key=lambda item: item[0][1:])[-_MAX_COUNTERS:]),
    }
    text = json.dumps(content, separators=(",", ":"))
    page = f"{_seal(text)} {text}".encode().ljust(_BYTES)
    if os.pwrite(files[at], page, 0) != len(page):
        raise OSError(ENOSPC, os.strerror(ENOSPC))


def _changed(file: int) -> int:
    return os.fstat(file).st_ctime_ns


def _copy(file: int) -> _Copy | None:
    """Read one file; return None if it is empty or damaged."""
    seal, _, text = os.pread(file, _BYTES, 0).decode(errors="replace").strip().partition(" ")
    if not text or seal != _seal(text):
        return None
    content = json.loads(text)
    return _Copy(
        content["id"], content["serial"], content["other"], content["boot"], content["given"]
    )


def _seal(text: str) -> str:
    """Return a checksum that detects a half-written page; it is not secret."""
    return sha256(text.encode()).hexdigest()[:16]


def _boot() -> str:
    """Return the id of this boot of the machine: earlier writes may be lost after a crash."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
