"""The far end of the reading process, as the services see it."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from exchange.domain.columns.column_map import ColumnMap, as_values
from exchange.domain.envelope import MOST_DECRYPTIONS, Unwrap
from exchange.domain.limits import Limits
from exchange.domain.mail import Understanding
from exchange.errors import (
    ExchangeError,
    NotDecrypted,
    ReaderEnded,
    ReaderUnavailable,
    Unreadable,
)
from exchange.ports.reading import Question
from exchange.processes import OWN_FOLDER, clean_environment, python_command
from exchange.worker import canary
from exchange.worker.frames import (
    ASKS,
    FAILED,
    LENGTH_BYTES,
    READY,
    SAID,
    SEVERAL,
    decode,
    decode_keys,
    said_fault,
    write_question,
)
from exchange.worker.pipes import Garbage, Pipes, Request, got, put

# A fresh process now and then: what a library leaks goes with the old one.
_MAILS_PER_PROCESS: Final = 10_000
# What half a million devices were read with is half a gigabyte, which Python does not give back.
_LONG_ANSWER: Final = 4_000_000  # bytes
# glibc keeps freed blocks of up to 32 MB once it has seen one, and room for each thread: after five
# long workbooks 100 MB more.  Nothing to other C libraries.
_ALLOCATOR: Final = {
    "MALLOC_MMAP_THRESHOLD_": "4000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000",
    "MALLOC_ARENA_MAX": "1",
}
_START_SECONDS: Final = 30.0
_AHEAD_BYTES: Final = 8_000_000
# The answers to a batch of small mails: in the usual 64 KiB a sixth of them has room, and the
# process would wait with the others until the first are taken.
_PIPE_BYTES: Final = 1 << 20
_NO_SENSE: Final = "the reading process gave no understanding"


class WorkerReader:
    """Understands mails in a process of its own, one at a time; safe to call from any thread.

    ``seconds`` is the ceiling on one mail's time, ``memory_bytes`` on the process's memory.  A
    mail that passes one costs the process, not the mail: ``read`` raises ReaderEnded, and the next
    one gets a fresh process.  Before a mail is blamed for that, a fresh process must read a mail
    that every process can read; where it cannot, or none starts, ``read`` raises ReaderUnavailable
    and no mail is at fault.  ``unwrap`` has the private keys that mail to us is encrypted to; it
    runs in our own process, and only what it yields goes to the other.
    """

    def __init__(
        self,
        limits: Limits,
        own_addresses: frozenset[str],
        *,
        seconds: float,
        memory_bytes: int,
        unwrap: Unwrap | None = None,
    ) -> None:
        setup = {
            "limits": asdict(limits),
            "memory_bytes": memory_bytes,
            "unwraps": unwrap is not None,
        }
        self._setup = base64.b64encode(json.dumps(setup).encode()).decode()
        self._own = sorted(own_addresses)
        self._seconds = seconds
        self._unwrap = unwrap
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._started = False
        self._doubted = False  # the next process has to read the canary first
        self._failed: ReaderUnavailable | None = None  # while looking ahead, and not said yet
        self._begun: deque[Request] = deque()  # sent ahead, and not asked for yet

    def start(self) -> None:
        """Start the process now, so that it is ready by the time of the first mail."""
        if not self._lock.acquire(blocking=False):
            return  # it is at a mail, and whoever keeps others does not wait for that
        try:
            # What fails here fails again, and is told, when the mail is read.
            with contextlib.suppress(ReaderUnavailable):
                self._running()
        finally:
            self._lock.release()

    def read(
        self,
        raw: bytes,
        passwords: Sequence[str] = (),
        file: str = "",
        *,
        columns: Sequence[ColumnMap] = (),
        look: bool = False,
    ) -> Understanding:
        """What a mail says; ``passwords`` are tried on its protected files.

        With ``file``, its name, ``raw`` may be any file and is read as what it is.  ``columns``
        are those on file for the sender; ``look`` tells table by table how they were read.  Raises
        Unreadable when it passes a ceiling or cannot be understood, ReaderUnavailable when the
        process cannot be used, and ConfigError when the keys for an encrypted mail cannot be used.
        """
        request = Request(self._head(passwords, file, columns, look=look), raw)
        with self._lock:
            kind, content = self._ask(request)
            try:
                if kind == SAID:
                    return decode(content)
                error, suspect = said_fault(content)
            except Unreadable:
                error, suspect = Unreadable(_NO_SENSE), True
            if suspect:
                self._end()
                error = self._blamed(error)
        raise error

    def ahead(self, mails: Sequence[Question]) -> None:
        """Let the process begin on the mails that are read next, in this order.

        A mail that is read in another order, or after one that cost the process, is just asked
        about again.
        """
        if len(mails) < 2 or sum(len(one.raw) for one in mails) > _AHEAD_BYTES:
            return
        requests = [Request(self._head(one.passwords, "", one.columns), one.raw) for one in mails]
        with self._lock:
            if self._begun:
                return
            pieces = [SEVERAL]
            for one in requests:
                pieces += (sum(map(len, one)).to_bytes(LENGTH_BYTES, "big"), *one)
            # What fails here fails again, and is told, when the mail is read.
            with contextlib.suppress(TimeoutError, EOFError, OSError, ExchangeError):
                put(self._awaited(), [b"".join(pieces)], time.monotonic() + self._seconds)
                self._served += len(requests)
                self._begun.extend(requests)

    def _head(
        self,
        passwords: Sequence[str],
        file: str,
        columns: Sequence[ColumnMap],
        *,
        look: bool = False,
    ) -> bytes:
        asked = {
            "own_addresses": self._own,
            "passwords": list(passwords),
            "file": file,
            "columns": as_values(columns),
            "look": look,
        }
        return write_question(json.dumps(asked).encode())

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _awaited(self) -> Pipes:
        """As ``_ready``; a failure is raised by the next ``read`` too, which does not try again."""
        try:
            return self._ready()
        except ReaderUnavailable as error:
            self._failed = error
            raise

    def _ask(self, request: Request) -> tuple[bytes, bytearray]:
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed
        try:
            if self._begun and self._begun[0] != request:
                self._end()  # it is at others
            pipes = self._ready()
            deadline = time.monotonic() + self._seconds
            if self._begun:
                self._begun.popleft()
            else:
                self._served += 1
                put(pipes, request, deadline)
            asked = 0
            while (answer := got(pipes, deadline))[0] == ASKS:
                asked += 1
                if asked > MOST_DECRYPTIONS:  # it counts by itself, unless it was taken over
                    raise Unreadable("the reading process asks for too many keys")
                put(pipes, [self._keys(answer[1])], deadline)
        except TimeoutError:
            self._end()
            slow = f"understanding it takes more than {self._seconds:g} seconds"
            raise self._blamed(ReaderEnded(slow)) from None
        except (EOFError, OSError):
            why = f"understanding it ended the reading process ({self._end()})"
            raise self._blamed(ReaderEnded(why)) from None
        except Garbage:
            self._end()
            raise self._blamed(Unreadable(_NO_SENSE)) from None
        except ExchangeError:
            self._end()  # it waits for an answer that does not come
            raise
        if len(answer[1]) > _LONG_ANSWER and not self._begun:
            self._end(at_once=True)
        elif self._served >= _MAILS_PER_PROCESS and not self._begun:
            self._end(at_once=True)
            with contextlib.suppress(ReaderUnavailable):
                self._running()  # it gets ready while what was read is decided
        return answer

    def _keys(self, question: bytearray) -> bytes:
        """The answer to the reading process's question for the content key of an encrypted part."""
        wrapped = decode_keys(question)
        try:
            if self._unwrap is None:
                raise NotDecrypted("no key for it is configured")
            keys = [key.hex() for key in self._unwrap(wrapped)]
        except NotDecrypted as error:
            return FAILED + json.dumps({"message": error.message}).encode("ascii")
        return SAID + json.dumps(keys).encode("ascii")

    def _blamed(self, error: Unreadable) -> Unreadable:
        """``error``, if a fresh process reads the canary now: else it is no fault of the mail's."""
        self._doubted = True
        self._ready()
        return error

    def _ready(self) -> Pipes:
        """The pipes of a process that has said that it is ready.

        Raises ReaderUnavailable: whatever happens up to here is not the mail's to pay for.
        """
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise _unavailable("has no pipes")
        pipes = Pipes(process.stdin, process.stdout)
        if self._started:
            return pipes
        doing = "is not ready"
        deadline = time.monotonic() + _START_SECONDS
        try:
            if got(pipes, deadline)[0] != READY:
                raise Garbage
            if self._doubted:
                doing = "does not read the simplest mail"
                put(pipes, Request(self._head((), "", ()), canary.MAIL), deadline)
                kind, content = got(pipes, deadline)
                if kind != SAID or not canary.understood(decode(content)):
                    raise Garbage
        except TimeoutError:
            self._end()
            raise self._useless(f"{doing} after {_START_SECONDS:g} seconds") from None
        except (EOFError, OSError):
            raise self._useless(f"{doing}: it ended ({self._end()})") from None
        except (Garbage, Unreadable):
            self._end()
            raise self._useless(f"{doing}: what it says makes no sense") from None
        self._started, self._doubted = True, False
        return pipes

    def _useless(self, what: str) -> ReaderUnavailable:
        self._doubted = True
        return _unavailable(what)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._served, self._started = 0, False
            self._begun.clear()
            self._process = self._new_process()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
                    # A machine that allows less, or a system without it: then as large as it is.
                    with contextlib.suppress(OSError, AttributeError):
                        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return self._process

    def _new_process(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - ourselves
                python_command("exchange.worker", self._setup),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a library's words may quote the mail
                # No password or key that stands in our environment goes along.
                env={"PATH": clean_environment().get("PATH", ""), **_ALLOCATOR},
                cwd=OWN_FOLDER,
            )
        except (OSError, subprocess.SubprocessError, MemoryError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise self._useless(f"cannot be started: {why}") from None

    def _end(self, *, at_once: bool = False) -> str:
        """End the process; returns how it ended, in words."""
        self._begun.clear()
        process, self._process = self._process, None
        if process is None:
            return "it was not running"
        with contextlib.suppress(subprocess.TimeoutExpired):
            # One that is dying anyway tells more than one that we end.
            process.wait(0.0 if at_once else 0.2)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        code = process.returncode
        return f"signal {-code}" if code < 0 else f"exit {code}"


def _unavailable(what: str) -> ReaderUnavailable:
    return ReaderUnavailable(
        f"the reading process {what}",
        hint="no mail is at fault and all stay kept; see whether the machine has memory left (its "
        f"kernel log names what was ended), limits.memory_mb, and what `{sys.executable} -m "
        "exchange.worker` says",
    )
