"""An end for every command, also where the far side keeps sending: a byte a second, say.

A socket's timeout bounds one silence; here the whole answer is bounded, from the command on.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, Final

# A line slower than this is of no use; the answer to one command may be 50 MB.
_BYTES_PER_SECOND: Final = 1_000


class Pace:
    """The time that the far side has for its answer.

    ``seconds`` are for the answer as such, and each 1,000 bytes of it give one second more.
    """

    def __init__(self, seconds: float, instant: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._instant = seconds, instant
        self._since, self._bytes = instant(), 0

    def begin(self) -> None:
        """A command goes out: its answer begins."""
        self._since, self._bytes = self._instant(), 0

    def got(self, number: int) -> None:
        """Some bytes of the answer came."""
        self._bytes += number

    def left(self) -> float:
        """Seconds left, above 0; raises TimeoutError when none are."""
        allowed = self._seconds + self._bytes / _BYTES_PER_SECOND
        left = self._since + allowed - self._instant()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        return left

    def receive(self, sock: socket.socket, receive: Callable[[], int]) -> int:
        """Receive once, waiting no longer than is left."""
        left, patience = self.left(), sock.gettimeout()
        if patience is not None and patience <= left:
            got = receive()
        else:
            sock.settimeout(left)
            try:
                got = receive()
            finally:
                sock.settimeout(patience)
        self.got(got)
        return got


def pace_tls(context: ssl.SSLContext, pace: Pace) -> None:
    """Let every connection that ``context`` secures keep to ``pace``."""

    class PacedTls(ssl.SSLSocket):
        def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
            take = super().recv_into
            return pace.receive(self, lambda: take(buffer, nbytes, flags))

        def sendall(self, data: Any, flags: int = 0) -> None:
            pace.begin()
            super().sendall(data, flags)

    context.sslsocket_class = PacedTls


class PacedPlain(socket.socket):
    """A connection before it is secured (STARTTLS)."""

    pace: Pace

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """As any socket's, in time."""
        take = super().recv_into
        return self.pace.receive(self, lambda: take(buffer, nbytes, flags))

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As any socket's; what comes next is its answer."""
        self.pace.begin()
        super().sendall(data, flags)


def pace_plain(sock: socket.socket, pace: Pace) -> PacedPlain:
    """The same connection, keeping to ``pace``."""
    patience = sock.gettimeout()
    paced = PacedPlain(sock.family, sock.type, sock.proto, fileno=sock.detach())
    paced.settimeout(patience)
    paced.pace = pace
    return paced
