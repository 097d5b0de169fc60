"""The two pipes to the reading process: send and receive whole messages before a deadline."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Sequence
from typing import IO, Final, NamedTuple

from exchange.worker.frames import LENGTH_BYTES, MOST_BYTES

_CHUNK: Final = 1 << 20


class Garbage(Exception):
    """The bytes received are not a message."""


class Request(NamedTuple):
    """A question in two pieces: the raw mail or file may be large and is not copied."""

    head: bytes
    raw: bytes


class Pipes(NamedTuple):
    """Both pipes, from our side."""

    to: IO[bytes]
    back: IO[bytes]


def send(pipes: Pipes, pieces: Sequence[bytes], deadline: float) -> None:
    """Send one message: its length, then its bytes; raises TimeoutError or OSError."""
    size = sum(map(len, pieces))
    pieces = [size.to_bytes(LENGTH_BYTES, "big"), *pieces]
    if size <= _CHUNK:
        pieces = [b"".join(pieces)]  # larger messages are not copied
    for piece in pieces:
        view = memoryview(piece)
        while view:
            try:
                view = view[os.write(pipes.to.fileno(), view[:_CHUNK]) :]
            except BlockingIOError:
                _wait(pipes.to, selectors.EVENT_WRITE, deadline)


def receive(pipes: Pipes, deadline: float) -> tuple[bytes, bytearray]:
    """Return the next message's kind and content; raises Garbage, TimeoutError or EOFError."""
    length = int.from_bytes(_take(pipes.back, LENGTH_BYTES, deadline), "big")
    if not 0 < length <= MOST_BYTES:
        raise Garbage
    content = _take(pipes.back, length, deadline)
    kind = bytes(content[:1])
    del content[:1]  # copies nothing: a bytearray only moves its start
    return kind, content


def _take(pipe: IO[bytes], number: int, deadline: float) -> bytearray:
    content = bytearray(number)
    with memoryview(content) as view:
        at = 0
        while at < number:
            # Read first: the bytes are usually there, and setting up to wait takes far longer.
            try:
                count = os.readv(pipe.fileno(), [view[at : at + _CHUNK]])
            except BlockingIOError:
                _wait(pipe, selectors.EVENT_READ, deadline)
                continue
            if not count:
                raise EOFError
            at += count
    return content


def _wait(pipe: IO[bytes], what: int, deadline: float) -> None:
    left = deadline - time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, what)
        if left <= 0 or not selector.select(left):
            raise TimeoutError
