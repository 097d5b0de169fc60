"""Read from an IMAP server, with a limit of time and of bytes for every command.

imaplib limits the wait for each piece but not for the whole answer, and accepts a literal of any
size that the server announces.
"""

from __future__ import annotations

import imaplib
import io
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Final

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# A command may take four times as long as a single piece of its answer, plus the time that the
# slowest line we work with, in bytes a second, needs for what it fetches.
_PATIENCE: Final = 4.0
_SLOWEST: Final = 25_000
# For answers other than mails: a list of 50,000 mails takes half a megabyte.
_ANSWER_BYTES: Final = 8_000_000
_LINE_BYTES: Final = 1_000_000
_CHUNK: Final = 1 << 16


class Wire:
    """The incoming side of one connection.

    Raises TimeoutError when a command takes too long, and imaplib's ``abort`` when its answer is
    too long; after either the connection cannot be used any more.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sock: socket.socket | None = None
        self._stream: io.BufferedReader | None = None
        self._expected = 0
        self._polling = False
        self.begin()

    def expect(self, size: int) -> None:
        """Announce that the next command fetches about ``size`` bytes."""
        self._expected = size

    def begin(self) -> None:
        """Start the limits of a new command."""
        size, self._expected = self._expected, 0
        self._end = time.monotonic() + _PATIENCE * self._seconds + size / _SLOWEST
        # Servers may only estimate the size of a mail.
        self._left = _ANSWER_BYTES + 2 * size

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this for anything from now on."""
        self._seconds = min(self._seconds, seconds)

    def read(self, sock: socket.socket, size: int) -> bytes:
        """Read a literal."""
        if size > self._left + _CHUNK:  # before memory is allocated for all of it
            raise imaplib.IMAP4.abort(f"the server announces {size:,} bytes at once")
        return self._of(sock).read(size)

    def readline(self, sock: socket.socket) -> bytes:
        """Read a line with its end."""
        line = self._of(sock).readline(_LINE_BYTES + 1)
        if len(line) > _LINE_BYTES:
            raise imaplib.IMAP4.abort(f"the server sends a line of over {_LINE_BYTES:,} bytes")
        return line

    def something(self, sock: socket.socket) -> bool:
        """Return whether anything has arrived and was not read yet; never waits."""
        self._polling = True
        try:
            return bool(self._of(sock).peek(1))
        finally:
            self._polling = False
            sock.settimeout(self._seconds)

    def receive(self, sock: socket.socket, room: WriteableBuffer) -> int | None:
        """Read what has arrived into ``room``; return 0 at the end, None if it had to wait."""
        left = self._end - time.monotonic()
        if left <= 0 and not self._polling:
            raise TimeoutError("the command takes too long")
        sock.settimeout(0 if self._polling else min(self._seconds, left))
        try:
            got = sock.recv_into(room)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        self._left -= got
        if self._left < 0:
            raise imaplib.IMAP4.abort("the server sends far more than it was asked for")
        return got

    def _of(self, sock: socket.socket) -> io.BufferedReader:
        # After STARTTLS, what was read in the clear is dropped with the old socket's stream.
        if self._stream is None or sock is not self._sock:
            self._sock, self._stream = sock, io.BufferedReader(_Incoming(self, sock), _CHUNK)
        return self._stream


class _Incoming(io.RawIOBase):
    def __init__(self, wire: Wire, sock: socket.socket) -> None:
        super().__init__()
        self._wire, self._from = wire, sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        return self._wire.receive(self._from, buffer)


class _Watched(imaplib.IMAP4):
    """imaplib that reads through a ``Wire``."""

    def __init__(self, wire: Wire, *words: Any) -> None:
        self.wire = wire  # the greeting is read while this is made
        super().__init__(*words)

    def read(self, size: int) -> bytes:
        return self.wire.read(self.sock, size)

    def readline(self) -> bytes:
        return self.wire.readline(self.sock)

    def _command(self, name: str, *args: Any) -> Any:
        self.wire.begin()
        return super()._command(name, *args)  # type: ignore[misc]


class _WatchedTls(_Watched, IMAP4_TLS):  # type: ignore[misc]
    pass


class _WatchedPlain(_Watched, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class WatchedClient(IMAPClient):  # type: ignore[misc]
    """imapclient over a ``Wire``."""

    def _create_IMAP4(self) -> _Watched:  # noqa: N802 - the library's name
        self.wire = Wire(self._timeout.read)
        connect = self._timeout.connect
        if self.ssl:
            return _WatchedTls(self.wire, self.host, self.port, self.ssl_context, connect)
        return _WatchedPlain(self.wire, self.host, self.port, connect)

    def uid(self, command: str, *given: str) -> list[Any]:
        """Return a UID command's untagged answers as imaplib has them; raises its ``error``."""
        self._imap.untagged_responses.pop(command, None)  # left over from a refused command
        kind, answers = self._imap.uid(command, *given)
        if kind != "OK":
            words = answers[-1] if answers and isinstance(answers[-1], bytes) else b""
            raise imaplib.IMAP4.error(f"{command}: {words.decode('utf-8', 'replace')}")
        return [one for one in answers if one is not None]
