"""Commands and replies on an SMTP line that stands already (RFC 5321, 4.1 and 4.2).

The library opens the line, secures it and logs in; what comes for every letter is done here, at
a third of its processor time: it takes a lock, a task's timeout and two regular expressions over
the whole mail for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

# What a server may say before a reply is complete; a long list of extensions has a few KB.
_REPLY_BYTES: Final = 32_768


class Reply(NamedTuple):
    """A whole reply: its code, and its text, lines parted by LF."""

    code: int
    text: str

    @property
    def done(self) -> bool:
        """2yz: what was asked for is done (RFC 5321, 4.2.1)."""
        return 200 <= self.code < 300

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class LineBroken(Exception):  # never leaves this package
    """No further reply will come; ``silent`` when the server just did not answer in time."""

    def __init__(self, *, silent: bool = False) -> None:
        super().__init__()
        self.silent = silent


class SmtpLine(asyncio.Protocol):
    """One line, used by one task; ``ask`` and then read what is said to it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """``transport`` is connected; what it brings comes here from now on."""
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._unread = bytearray()
        self._text: list[bytes] = []  # of a reply whose last line is still to come
        self._replies: list[Reply] = []
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self._broken: LineBroken | None = None
        transport.set_protocol(self)

    @property
    def alive(self) -> bool:
        """Whether the line still stands, as far as is known."""
        return self._broken is None and not self._transport.is_closing()

    async def ask(self, said: bytes, replies: int, seconds: float) -> Sequence[Reply]:
        """Say it, in one piece, and wait so long for its replies.

        Fewer than asked for when the line broke after them; raises LineBroken when it did so
        before the first.  Either way it is closed then.
        """
        if not self.alive:
            raise self._broken or LineBroken()
        self._wanted = replies
        self._waiter = self._loop.create_future()
        late = self._loop.call_later(seconds, self._give_up, LineBroken(silent=True))
        try:
            self._transport.write(said)
            await self._waiter
        finally:
            late.cancel()
            self._waiter, self._wanted = None, 0
        told, self._replies = self._replies, []
        if not told:
            raise self._broken or LineBroken()
        return told

    def close(self) -> None:
        """Hang up."""
        self._give_up(LineBroken())

    # -- called by the event loop

    def data_received(self, data: bytes) -> None:
        """Take what came; whatever was not asked for ends the line, for who knows what it answers.

        A server that goes away for lack of work says so unasked.
        """
        unread = self._unread
        unread += data
        while (end := unread.find(b"\n")) >= 0:
            line = bytes(unread[:end]).rstrip(b"\r")
            del unread[: end + 1]
            if not self._take(line):
                self._give_up(LineBroken())
                return
        if len(unread) + sum(map(len, self._text)) > _REPLY_BYTES:
            self._give_up(LineBroken())
        elif self._wanted and len(self._replies) == self._wanted:
            self._wake()

    def eof_received(self) -> None:
        """The server hung up."""
        self._give_up(LineBroken())

    def connection_lost(self, _exc: Exception | None) -> None:
        """The line broke, or was closed."""
        self._give_up(LineBroken())

    def _take(self, line: bytes) -> bool:
        """Whether this line of a reply was due and is one."""
        code, sign = line[:3], line[3:4]
        if len(self._replies) >= self._wanted or not (len(code) == 3 and code.isdigit()):
            return False
        self._text.append(line[4:].strip())
        if sign != b"-":
            text, self._text = b"\n".join(self._text), []
            self._replies.append(Reply(int(code), text.decode("utf-8", "surrogateescape")))
        return True

    def _give_up(self, why: LineBroken) -> None:
        if self._broken is None:
            self._broken = why
            self._transport.close()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
