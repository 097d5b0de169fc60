"""How far references were given, kept outside the database as well.

A database that is put back from a backup counts on from the backup.  Two small files in the working
folder remember what was given since, so that no reference is given twice.  They are written in turn
and each names the instant of the other's last change, as the file system tells it: a copy that was
put back has another.  Where they are missing or put back nobody knows what was given; then they
are made anew, with an identity of their own, and whoever counts with them has numbers of his own:
they begin at one made of the time, which no earlier count can have reached.
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

_BYTES: Final = 4096  # one page, never more: what is written over needs no space on the disk
_MOST: Final = 80  # counters remembered: more than three years
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
# Of the numbers of a month each second has so many, after what may be given in its first minutes.
_A_SECOND: Final = 369
_FIRST: Final = 100_000
_HOUR: Final = 3600 * _A_SECOND


@dataclass(frozen=True, slots=True)
class Given:
    """What the files say: the last number of each counter that was counted with them."""

    ident: str
    last: Mapping[str, int]
    same_boot: bool  # as the last writing: nothing of it can have been lost


@dataclass(frozen=True, slots=True)
class _Copy:
    ident: str
    serial: int
    other: int  # when the other file last changed, in nanoseconds
    boot: str
    last: Mapping[str, int]


class References:
    """The two files of one working folder; whoever counts there uses the same."""

    def __init__(
        self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._paths = tuple(folder / name for name in FILES)
        # The machine's time, also where somebody set a clock for a rehearsal: it does not repeat.
        self._now = now

    def look(self) -> Given:
        """What was given, as the files say now; they are made anew where they do not say it."""
        with self._locked() as files:
            return self._read(files)[0]

    def note(self, given: Mapping[str, int]) -> None:
        """Remember the last number of each counter, before it is given."""
        with self._locked() as files:
            found, serial, at = self._read(files)
            last = dict(found.last)
            for name, number in given.items():
                last[name] = max(number, last.get(name, 0))
            _write(files, replace(found, last=last), serial + 1, at)

    def beyond(self, number: int) -> int:
        """A number of this month above ``number`` that no count has reached, whoever counted."""
        local = self._now().astimezone(LONDON)
        second = ((local.day - 1) * 24 + local.hour) * 3600 + local.minute * 60 + local.second
        found = _FIRST + second * _A_SECOND
        if found <= number:  # a clock that was ahead once: an hour's worth on
            found = number + _HOUR
        if found > LAST:
            raise StoreError(
                "no reference is left that was certainly never given this month",
                place=str(self._paths[0].parent),
                hint="set the machine's clock right, best by NTP",
            )
        return found

    def _read(self, files: list[int]) -> tuple[Given, int, int]:
        """What they say, the number of the last writing, and which of them is to be written."""
        copies = [_copy(one) for one in files]
        serials = [one.serial if one else 0 for one in copies]
        newest = serials.index(max(serials))
        found = copies[newest]
        if found and copies[1 - newest] and found.other == _changed(files[1 - newest]):
            given = Given(found.ident, found.last, found.boot == _boot())
            return given, found.serial, 1 - newest
        made = Given(secrets.token_hex(8), {}, same_boot=True)
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
                f"how far references were given cannot be written down: {error.strerror}",
                place=str(path),
                hint="see to the folder's space and permissions; until then none is given",
            ) from None
        finally:
            for one in files:
                os.close(one)  # and with it the lock


def _write(files: list[int], given: Given, serial: int, at: int) -> None:
    told = {
        "id": given.ident,
        "serial": serial,
        "other": _changed(files[1 - at]),
        "boot": _boot(),
        # By month: a counter is named by its kind, one letter, and its month.
        "given": dict(sorted(given.last.items(), key=lambda item: item[0][1:])[-_MOST:]),
    }
    text = json.dumps(told, separators=(",", ":"))
    page = f"{_seal(text)} {text}".encode().ljust(_BYTES)
    if os.pwrite(files[at], page, 0) != len(page):
        raise OSError(ENOSPC, os.strerror(ENOSPC))


def _changed(file: int) -> int:
    return os.fstat(file).st_ctime_ns


def _copy(file: int) -> _Copy | None:
    """What one file says; None where it is empty or damaged."""
    seal, _, text = os.pread(file, _BYTES, 0).decode(errors="replace").strip().partition(" ")
    if not text or seal != _seal(text):
        return None
    told = json.loads(text)
    return _Copy(told["id"], told["serial"], told["other"], told["boot"], told["given"])


def _seal(text: str) -> str:
    """Tells a page that was written by halves; it is no secret."""
    return sha256(text.encode()).hexdigest()[:16]


def _boot() -> str:
    """Which start of the machine this is: what was written before another may have been lost."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
