"""The two pipes to the reading process: whole messages, in bounded time."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Sequence
from typing import IO, Final, NamedTuple

from exchange.worker.frames import LENGTH_BYTES, MOST_BYTES

_CHUNK: Final = 1 << 20


class Garbage(Exception):
    """What came is no message."""


class Request(NamedTuple):
    """A question, not joined: the raw mail or file is as large as any."""

    head: bytes
    raw: bytes


class Pipes(NamedTuple):
    to: IO[bytes]
    back: IO[bytes]


def put(pipes: Pipes, pieces: Sequence[bytes], deadline: float) -> None:
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


def got(pipes: Pipes, deadline: float) -> tuple[bytes, bytearray]:
    """The next message: its kind and its content."""
    length = int.from_bytes(_take(pipes.back, LENGTH_BYTES, deadline), "big")
    if not 0 < length <= MOST_BYTES:
        raise Garbage
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
