"""Drive the reading process, for the services."""

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
from exchange.domain.sent_lines import SentText
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
    ANSWER,
    FAILED,
    KEYS_WANTED,
    LENGTH_BYTES,
    READY,
    SEVERAL,
    decode,
    decode_fault,
    decode_keys,
    write_question,
)
from exchange.worker.pipes import Garbage, Pipes, Request, receive, send

# Start a fresh process now and then, because libraries leak memory.
_MAILS_PER_PROCESS: Final = 10_000
# Reading half a million devices takes half a gigabyte, which Python does not give back.
_LONG_ANSWER: Final = 4_000_000  # bytes
# glibc keeps freed blocks of up to 32 MB once it has seen one, and an arena for each thread: 100 MB
# more after five long workbooks.  Other C libraries ignore these.
_ALLOCATOR: Final = {
    "MALLOC_MMAP_THRESHOLD_": "4000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000",
    "MALLOC_ARENA_MAX": "1",
}
_START_SECONDS: Final = 30.0
_AHEAD_BYTES: Final = 8_000_000
# Room for the answers to a batch of small mails: only a sixth of them fits into the usual 64 KiB,
# and the process would have to wait until we read the first.
_PIPE_BYTES: Final = 1 << 20
_INVALID_ANSWER: Final = "the reading process gave an invalid answer"


class WorkerReader:
    """Understands mails in a separate process, one at a time; safe to call from any thread.

    ``seconds`` limits one mail's time, ``memory_bytes`` the process's memory.  If a mail exceeds
    one, the process is ended, ``read`` raises ReaderEnded, and the next mail gets a fresh process.
    Before a mail is blamed, a fresh process must read a mail that every process can read; if it
    cannot, or none starts, ``read`` raises ReaderUnavailable and no mail is at fault.  ``unwrap``
    has the private keys for mail encrypted to us; it runs in our own process, and only the content
    keys that it returns go to the reading process.
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
        self._failed: ReaderUnavailable | None = None  # happened in ``ahead`` and not raised yet
        self._begun: deque[Request] = deque()  # sent by ``ahead`` and not yet asked for by ``read``

    def start(self) -> None:
        """Start the process now, so that it is ready by the time of the first mail."""
        if not self._lock.acquire(blocking=False):
            return  # it is reading a mail, and the caller must not wait for that
        try:
            # What fails here fails again, and is reported, when the mail is read.
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
        sent: Sequence[SentText] = (),
        lists: Sequence[str] = (),
        look: bool = False,
    ) -> Understanding:
        """Return what a mail says; ``passwords`` are tried on its protected files.

        With ``file``, a file name, ``raw`` may be any file and is read as what it is.  ``columns``
        are the mappings on file for the sender, ``sent`` letters of ours that the mail may repeat,
        ``lists`` the mailing lists whose mail is read as the sender's own; ``look`` adds how each
        table was read.  Raises Unreadable when the mail exceeds a limit or cannot be understood,
        ReaderUnavailable when the process cannot be used, and ConfigError when the keys for an
        encrypted mail cannot be used.
        """
        request = Request(self._head(passwords, file, columns, sent, lists, look=look), raw)
        with self._lock:
            kind, content = self._ask(request)
            try:
                if kind == ANSWER:
                    return decode(content)
                error, suspect = decode_fault(content)
            except Unreadable:
                error, suspect = Unreadable(_INVALID_ANSWER), True
            if suspect:
                self._end()
                error = self._blamed(error)
        raise error

    def ahead(self, mails: Sequence[Question]) -> None:
        """Let the process start on the mails that are read next, in this order.

        A mail that is then read in another order, or after one that ended the process, is just
        sent again.
        """
        if len(mails) < 2 or sum(len(one.raw) for one in mails) > _AHEAD_BYTES:
            return
        requests = [
            Request(self._head(one.passwords, "", one.columns, one.sent, one.lists), one.raw)
            for one in mails
        ]
        with self._lock:
            if self._begun:
                return
            pieces = [SEVERAL]
            for one in requests:
                pieces += (sum(map(len, one)).to_bytes(LENGTH_BYTES, "big"), *one)
            # What fails here fails again, and is reported, when the mail is read.
            with contextlib.suppress(TimeoutError, EOFError, OSError, ExchangeError):
                send(self._ready_or_note(), [b"".join(pieces)], time.monotonic() + self._seconds)
                self._served += len(requests)
                self._begun.extend(requests)

    def _head(
        self,
        passwords: Sequence[str],
        file: str,
        columns: Sequence[ColumnMap],
        sent: Sequence[SentText] = (),
        lists: Sequence[str] = (),
        *,
        look: bool = False,
    ) -> bytes:
        asked = {
            "own_addresses": self._own,
            "passwords": list(passwords),
            "file": file,
            "columns": as_values(columns),
            "sent": [one.as_value() for one in sent],
            "lists": list(lists),
            "look": look,
        }
        return write_question(json.dumps(asked).encode())

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ready_or_note(self) -> Pipes:
        """Do what ``_ready`` does; the next ``read`` raises a failure again instead of retrying."""
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
                self._end()  # it is reading other mails
            pipes = self._ready()
            deadline = time.monotonic() + self._seconds
            if self._begun:
                self._begun.popleft()
            else:
                self._served += 1
                send(pipes, request, deadline)
            asked = 0
            while (answer := receive(pipes, deadline))[0] == KEYS_WANTED:
                asked += 1
                if asked > MOST_DECRYPTIONS:  # the process counts too, unless a mail took it over
                    raise Unreadable("the reading process asks for too many keys")
                send(pipes, [self._keys(answer[1])], deadline)
        except TimeoutError:
            self._end()
            slow = f"reading it takes more than {self._seconds:g} seconds"
            raise self._blamed(ReaderEnded(slow)) from None
        except (EOFError, OSError):
            why = f"reading it ended the reading process ({self._end()})"
            raise self._blamed(ReaderEnded(why)) from None
        except Garbage:
            self._end()
            raise self._blamed(Unreadable(_INVALID_ANSWER)) from None
        except ExchangeError:
            self._end()  # it waits for an answer that we do not have
            raise
        if len(answer[1]) > _LONG_ANSWER and not self._begun:
            self._end(at_once=True)
        elif self._served >= _MAILS_PER_PROCESS and not self._begun:
            self._end(at_once=True)
            with contextlib.suppress(ReaderUnavailable):
                self._running()  # it starts while the caller decides about this mail
        return answer

    def _keys(self, question: bytearray) -> bytes:
        """Return the answer to the reading process's question for content keys."""
        wrapped = decode_keys(question)
        try:
            if self._unwrap is None:
                raise NotDecrypted("no key for it is configured")
            keys = [key.hex() for key in self._unwrap(wrapped)]
        except NotDecrypted as error:
            return FAILED + json.dumps({"message": error.message}).encode("ascii")
        return ANSWER + json.dumps(keys).encode("ascii")

    def _blamed(self, error: Unreadable) -> Unreadable:
        """Return ``error`` if a fresh process reads the canary; else raise ReaderUnavailable."""
        self._doubted = True
        self._ready()
        return error

    def _ready(self) -> Pipes:
        """Return the pipes of a process that has reported that it is ready.

        Raises ReaderUnavailable: no mail is to blame for what fails before that.
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
            if receive(pipes, deadline)[0] != READY:
                raise Garbage
            if self._doubted:
                doing = "does not read the simplest mail"
                send(pipes, Request(self._head((), "", ()), canary.MAIL), deadline)
                kind, content = receive(pipes, deadline)
                if kind != ANSWER or not canary.understood(decode(content)):
                    raise Garbage
        except TimeoutError:
            self._end()
            raise self._unusable(f"{doing} after {_START_SECONDS:g} seconds") from None
        except (EOFError, OSError):
            raise self._unusable(f"{doing}: it ended ({self._end()})") from None
        except (Garbage, Unreadable):
            self._end()
            raise self._unusable(f"{doing}: its answer is invalid") from None
        self._started, self._doubted = True, False
        return pipes

    def _unusable(self, what: str) -> ReaderUnavailable:
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
                    # Some machines allow less or do not support it: then keep the usual size.
                    with contextlib.suppress(OSError, AttributeError):
                        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return self._process

    def _new_process(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - ourselves
                python_command("exchange.worker", self._setup),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a library's messages may quote the mail
                # Do not pass on passwords or keys in our environment.
                env={"PATH": clean_environment().get("PATH", ""), **_ALLOCATOR},
                cwd=OWN_FOLDER,
            )
        except (OSError, subprocess.SubprocessError, MemoryError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise self._unusable(f"cannot be started: {why}") from None

    def _end(self, *, at_once: bool = False) -> str:
        """End the process; return how it ended, in words."""
        self._begun.clear()
        process, self._process = self._process, None
        if process is None:
            return "it was not running"
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Let a process that is ending anyway finish, so that we see why.
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
        hint="no mail is at fault and all are kept; check the machine's free memory (the kernel "
        f"log names processes that it killed), limits.memory_mb, and what `{sys.executable} -m "
        "exchange.worker` prints",
    )
