"""The far end of the reading process, as the services see it."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import selectors
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Final, NamedTuple

from exchange.domain.columnmap import ColumnMap, as_values
from exchange.domain.envelope import MOST_DECRYPTIONS, Unwrap
from exchange.domain.mail import Understanding
from exchange.errors import ExchangeError, NotDecrypted, ReaderEnded, Unreadable
from exchange.parsing.limits import Limits
from exchange.ports import Question
from exchange.processes import OWN_FOLDER, clean_environment, python_command
from exchange.worker.frames import (
    ASKS,
    FAILED,
    LENGTH_BYTES,
    MOST_BYTES,
    READY,
    SAID,
    SEVERAL,
    decode,
    decode_keys,
    said_fault,
    write_question,
)

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
_CHUNK: Final = 1 << 20
_START_SECONDS: Final = 30.0
_AHEAD_BYTES: Final = 8_000_000
# The answers to a batch of small mails: in the usual 64 KiB a sixth of them has room, and the
# process would wait with the others until the first are taken.
_PIPE_BYTES: Final = 1 << 20


class WorkerReader:
    """Understands mails in a process of its own, one at a time; safe to call from any thread.

    ``seconds`` is the ceiling on one mail's time, ``memory_bytes`` on the process's memory.  A
    mail that passes one costs the process, not the mail: ``read`` raises ReaderEnded, and the next
    one gets a fresh process.  ``unwrap`` has the private keys that mail to us is encrypted to; it
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
        self._begun: deque[_Request] = deque()  # sent ahead, and not asked for yet

    def start(self) -> None:
        """Start the process now, so that it is ready by the time of the first mail."""
        if not self._lock.acquire(blocking=False):
            return  # it is at a mail, and whoever keeps others does not wait for that
        try:
            # What fails here fails again, and is told, when the mail is read.
            with contextlib.suppress(OSError):
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
        Unreadable when it passes a ceiling or cannot be understood, and ConfigError when the keys
        for an encrypted mail cannot be used.
        """
        request = _Request(self._head(passwords, file, columns, look=look), raw)
        with self._lock:
            kind, content = self._ask(request)
        if kind == SAID:
            return decode(content)
        raise said_fault(content)

    def ahead(self, mails: Sequence[Question]) -> None:
        """Let the process begin on the mails that are read next, in this order.

        A mail that is read in another order, or after one that cost the process, is just asked
        about again.
        """
        if len(mails) < 2 or sum(len(one.raw) for one in mails) > _AHEAD_BYTES:
            return
        requests = [_Request(self._head(one.passwords, "", one.columns), one.raw) for one in mails]
        with self._lock:
            if self._begun:
                return
            pieces = [SEVERAL]
            for one in requests:
                pieces += (sum(map(len, one)).to_bytes(LENGTH_BYTES, "big"), *one)
            with contextlib.suppress(TimeoutError, EOFError, OSError, ExchangeError):
                # What fails here fails again, and is told, when the mail is read.
                _put(self._ready(), [b"".join(pieces)], time.monotonic() + self._seconds)
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

    def _ask(self, request: _Request) -> tuple[bytes, bytearray]:
        try:
            if self._begun and self._begun[0] != request:
                self._end()  # it is at others
            pipes = self._ready()
            deadline = time.monotonic() + self._seconds
            if self._begun:
                self._begun.popleft()
            else:
                self._served += 1
                _put(pipes, request, deadline)
            asked = 0
            while (answer := _got(pipes, deadline))[0] == ASKS:
                asked += 1
                if asked > MOST_DECRYPTIONS:  # it counts by itself, unless it was taken over
                    raise Unreadable("the reading process asks for too many keys")
                _put(pipes, [self._keys(answer[1])], deadline)
        except TimeoutError:
            self._end()
            raise ReaderEnded(
                f"understanding it takes more than {self._seconds:g} seconds"
            ) from None
        except (EOFError, OSError):
            ended = self._end()
            raise ReaderEnded(f"understanding it ended the reading process ({ended})") from None
        except ExchangeError:
            self._end()  # it waits for an answer that does not come
            raise
        if len(answer[1]) > _LONG_ANSWER and not self._begun:
            self._end(at_once=True)
        elif self._served >= _MAILS_PER_PROCESS and not self._begun:
            self._end(at_once=True)
            with contextlib.suppress(OSError):
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

    def _ready(self) -> _Pipes:
        """The pipes of a process that has said that it is ready."""
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise Unreadable("the reading process has no pipes")
        pipes = _Pipes(process.stdin, process.stdout)
        if not self._started:
            # Its start is not the mail's to pay for.
            if _got(pipes, time.monotonic() + _START_SECONDS)[0] != READY:
                raise Unreadable("the reading process does not start")
            self._started = True
        return pipes

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._served, self._started = 0, False
            self._begun.clear()
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                python_command("exchange.worker", self._setup),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a library's words may quote the mail
                # No password or key that stands in our environment goes along.
                env={"PATH": clean_environment().get("PATH", ""), **_ALLOCATOR},
                cwd=OWN_FOLDER,
            )
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
                    # A machine that allows less, or a system without it: then as large as it is.
                    with contextlib.suppress(OSError, AttributeError):
                        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return self._process

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


class _Request(NamedTuple):
    """A question, not joined: the raw mail or file is as large as any."""

    head: bytes
    raw: bytes


class _Pipes(NamedTuple):
    to: IO[bytes]
    back: IO[bytes]


def _put(pipes: _Pipes, pieces: Sequence[bytes], deadline: float) -> None:
    """Send one message: its length, then its bytes."""
    size = sum(map(len, pieces))
    pieces = [size.to_bytes(LENGTH_BYTES, "big"), *pieces]
    if size <= _CHUNK:
        pieces = [b"".join(pieces)]  # what is larger is not copied for that
    for piece in pieces:
        view = memoryview(piece)
        while view:
            try:
                view = view[os.write(pipes.to.fileno(), view[:_CHUNK]) :]
            except BlockingIOError:
                _wait(pipes.to, selectors.EVENT_WRITE, deadline)


def _got(pipes: _Pipes, deadline: float) -> tuple[bytes, bytearray]:
    """The next message: its kind and its content."""
    length = int.from_bytes(_take(pipes.back, LENGTH_BYTES, deadline), "big")
    if not 0 < length <= MOST_BYTES:
        raise Unreadable("the reading process gave no understanding")
    taken = _take(pipes.back, length, deadline)
    kind = bytes(taken[:1])
    del taken[:1]  # moves nothing: a bytearray may begin further on
    return kind, taken


def _take(pipe: IO[bytes], number: int, deadline: float) -> bytearray:
    taken = bytearray(number)
    with memoryview(taken) as room:
        at = 0
        while at < number:
            # Mostly it is there already, read ahead: setting up to wait for it takes far longer.
            try:
                got = os.readv(pipe.fileno(), [room[at : at + _CHUNK]])
            except BlockingIOError:
                _wait(pipe, selectors.EVENT_READ, deadline)
                continue
            if not got:
                raise EOFError
            at += got
    return taken


def _wait(pipe: IO[bytes], what: int, deadline: float) -> None:
    left = deadline - time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, what)
        if left <= 0 or not selector.select(left):
            raise TimeoutError
