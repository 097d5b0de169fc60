"""The far end of the reading process, as the services see it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import selectors
import subprocess
import sys
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
)

# A fresh process now and then: what a library leaks goes with the old one.
_MAILS_PER_PROCESS: Final = 2000
# What half a million devices were read with is half a gigabyte, which Python does not give back.
_LONG_ANSWER: Final = 4_000_000  # bytes
_CHUNK: Final = 1 << 20
_START_SECONDS: Final = 30.0
_AHEAD_BYTES: Final = 8_000_000


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
        self._begun: deque[bytes] = deque()  # sent ahead, and not asked for yet

    def start(self) -> None:
        """Start the process now, so that it is ready by the time of the first mail."""
        with self._lock, contextlib.suppress(OSError):
            # What fails here fails again, and is told, when the mail is read.
            self._running()

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
        request = self._request(raw, passwords, file, columns, look=look)
        with self._lock:
            answer = self._ask(request)
        if answer[:1] == SAID:
            return decode(answer[1:])
        try:
            told = json.loads(answer[1:])
            message = str(told["message"])
            place = str(told.get("place", ""))
        except (ValueError, KeyError, TypeError):
            raise Unreadable("the reading process gave no understanding") from None
        raise Unreadable(message, place=place)

    def ahead(self, mails: Sequence[Question]) -> None:
        """Let the process begin on the mails that are read next, in this order.

        A mail that is read in another order, or after one that cost the process, is just asked
        about again.
        """
        if len(mails) < 2 or sum(len(one.raw) for one in mails) > _AHEAD_BYTES:
            return
        requests = [self._request(one.raw, one.passwords, "", one.columns) for one in mails]
        with self._lock:
            if self._begun:
                return
            lengths = [len(one).to_bytes(LENGTH_BYTES, "big") for one in requests]
            message = SEVERAL + b"".join(
                piece for pair in zip(lengths, requests, strict=True) for piece in pair
            )
            with contextlib.suppress(TimeoutError, EOFError, OSError, ExchangeError):
                # What fails here fails again, and is told, when the mail is read.
                _put(self._ready(), message, time.monotonic() + self._seconds)
                self._served += len(requests)
                self._begun.extend(requests)

    def _request(
        self,
        raw: bytes,
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
        head = json.dumps(asked).encode()
        return len(head).to_bytes(4, "big") + head + raw

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, request: bytes) -> bytes:
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
            while (answer := _got(pipes, deadline))[:1] == ASKS:
                asked += 1
                if asked > MOST_DECRYPTIONS:  # it counts by itself, unless it was taken over
                    raise Unreadable("the reading process asks for too many keys")
                _put(pipes, self._keys(answer[1:]), deadline)
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
        if len(answer) > _LONG_ANSWER and not self._begun:
            self._end(at_once=True)
        elif self._served >= _MAILS_PER_PROCESS and not self._begun:
            self._end(at_once=True)
            with contextlib.suppress(OSError):
                self._running()  # it gets ready while what was read is decided
        return answer

    def _keys(self, question: bytes) -> bytes:
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
            if _got(pipes, time.monotonic() + _START_SECONDS) != READY:
                raise Unreadable("the reading process does not start")
            self._started = True
        return pipes

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._served, self._started = 0, False
            self._begun.clear()
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "exchange.worker", self._setup],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a library's words may quote the mail
                # No password or key that stands in our environment goes along.
                env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
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


class _Pipes(NamedTuple):
    to: IO[bytes]
    back: IO[bytes]


def _put(pipes: _Pipes, content: bytes, deadline: float) -> None:
    """Send one message: its length, then its bytes."""
    length = len(content).to_bytes(LENGTH_BYTES, "big")
    if len(content) > _CHUNK:  # not copied for the sake of its length
        _send(pipes.to, length, deadline)
        _send(pipes.to, content, deadline)
    else:
        _send(pipes.to, length + content, deadline)


def _got(pipes: _Pipes, deadline: float) -> bytes:
    """The next message."""
    length = int.from_bytes(_take(pipes.back, LENGTH_BYTES, deadline), "big")
    if length > MOST_BYTES:
        raise Unreadable("the reading process gave no understanding")
    return _take(pipes.back, length, deadline)


def _send(pipe: IO[bytes], content: bytes, deadline: float) -> None:
    view = memoryview(content)
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_WRITE)
        while view:
            _wait(selector, deadline)
            view = view[os.write(pipe.fileno(), view[:_CHUNK]) :]


def _take(pipe: IO[bytes], number: int, deadline: float) -> bytes:
    taken = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(taken) < number:
            _wait(selector, deadline)
            chunk = os.read(pipe.fileno(), min(_CHUNK, number - len(taken)))
            if not chunk:
                raise EOFError
            taken += chunk
    return bytes(taken)


def _wait(selector: selectors.BaseSelector, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not selector.select(left):
        raise TimeoutError
