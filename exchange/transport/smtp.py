"""Send letters to a submission server (RFC 6409) over a few concurrent connections.

The caller is synchronous; during a ``send`` a thread of this module runs an event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import ssl
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from exchange.config import SmtpSettings
from exchange.domain.refusal import About, Alike
from exchange.errors import CourierRefused, CourierUnavailable
from exchange.ports.mail import Delivery, Letter
from exchange.transport.oauth import TokenProvider
from exchange.transport.smtp_session import LetterLost, SmtpSession, alike_trouble, open_session
from exchange.transport.tls import certificate_end

# How many letters each connection may be ahead of the caller.  After a crash those are sent
# again, so the number is small.
_AHEAD: Final = 32
_GATHER_SECONDS: Final = 0.05  # how long a fate waits for others, to be recorded together
# A server that breaks this many connections in a row has a problem.
_LOSSES: Final = 3
_STINT_SECONDS: Final = 20.0  # after that no more letters are started
_GRACE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class CourierProbe:
    """The findings about the server; ``fault`` says what stopped the examination."""

    connected: bool = False
    login_ok: bool | None = None  # None: no user is configured
    tls_version: str = ""  # TLSv1.3
    certificate_ends: datetime | None = None  # UTC
    size_limit: int = 0  # bytes a mail; 0: not announced
    features: tuple[str, ...] = ()  # ESMTP keywords, upper case
    fault: CourierUnavailable | CourierRefused | None = None


class SmtpCourier:
    """A submission server.  ``send`` may be called from any thread; each call connects again.

    Fates: accepted; refused for now (4xx, or the connection broke: the letter may be sent again
    with the same Message-ID); refused for good (5xx to this letter or recipient).  A refusal of
    our account or by the server as a whole (``smtp_refusal``) is raised and is no letter's fate.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        password: str | Callable[[], str],
        folder: Path,
        *,
        token: TokenProvider | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        """Make an unconnected courier; ``folder`` is the working folder.

        ``password`` may be a function, which is asked at every connect.

        Once ``stop`` is set no letter is started; the fates of those under way are still yielded.
        """
        self._settings = settings
        self._password = password
        self._folder = folder
        self._token = token
        self._stop = stop or threading.Event()
        self._size_limit: int | None = None
        self._left_over: list[Delivery] = []

    @property
    def size_limit(self) -> int | None:
        """Return the largest mail in bytes, as the server announced last; 0: no limit announced.

        None until the server has been reached.
        """
        return self._size_limit

    def send(self, letters: Sequence[Letter]) -> Iterator[Delivery]:
        """Send each letter once; yield each fate as soon as it is known, in any order."""
        for some in self.send_many(letters):
            yield from some

    def send_many(self, letters: Sequence[Letter]) -> Generator[Sequence[Delivery], None, None]:
        """Send each letter once; yield all fates known so far as soon as there is one.

        The sending is only a few letters ahead of the fates that the caller has taken, and starts
        none after some seconds: decisions about the rest may have changed. If the caller leaves
        the iteration early, the sending stops after the letters under way.
        """
        if not letters:
            return
        batch = _Batch(letters, self._open, self._settings.connections, self._stop)
        thread = threading.Thread(target=batch.run, name="smtp-courier", daemon=True)
        thread.start()
        try:
            while some := batch.known():
                yield some
                batch.taken(len(some))
            if batch.fault is not None:
                raise batch.fault
        finally:
            batch.stop()
            thread.join()
            while some := batch.known():
                self._left_over += some

    def left_over(self) -> Sequence[Delivery]:
        """Return, once only, the fates that came after the caller left the iteration."""
        found, self._left_over = self._left_over, []
        return found

    def probe(self) -> CourierProbe:
        """Examine the server for ``exchange doctor``; send no mail, raise no server error."""
        try:
            return asyncio.run(self._probe())
        except (CourierUnavailable, CourierRefused) as error:
            return CourierProbe(fault=error)

    async def _open(self) -> SmtpSession:
        session = await open_session(self._settings, self._password, self._token, self._folder)
        self._size_limit = session.size_limit
        return session

    async def _probe(self) -> CourierProbe:
        session = await self._open()
        try:
            secured = session.client.get_transport_info("ssl_object")
            seen = CourierProbe(
                connected=True,
                login_ok=True if self._settings.username else None,
                features=tuple(sorted(map(str.upper, session.client.esmtp_extensions))),
                size_limit=session.size_limit,
            )
            if isinstance(secured, ssl.SSLObject):
                seen = replace(
                    seen,
                    tls_version=secured.version() or "",
                    certificate_ends=certificate_end(secured),
                )
            return seen
        finally:
            await session.leave()


class _Batch:
    """One ``send``: the letters left, the connections in use, the fates for the caller."""

    def __init__(
        self,
        letters: Sequence[Letter],
        connect: Callable[[], Awaitable[SmtpSession]],
        connections: int,
        closing: threading.Event,
    ) -> None:
        self._fates: queue.SimpleQueue[list[Delivery] | BaseException | None] = queue.SimpleQueue()
        self._pending: list[Delivery] = []
        self._soon: asyncio.TimerHandle | None = None
        self.fault: BaseException | None = None  # what ended the batch; set after the last fate
        self._over = False
        self._left = deque(letters)
        self._alike = Alike()
        self._connect = connect
        self._connections = min(connections, len(letters))
        self._stopped = threading.Event()  # the caller no longer waits for fates
        self._closing = closing
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None
        ahead = self._connections * _AHEAD
        self._room = asyncio.Semaphore(ahead)
        self._together = ahead // 2  # so that sending goes on while the caller records
        self._until = float("inf")  # by the loop's clock
        # A refusal that concerns every letter.
        self._refused: CourierUnavailable | CourierRefused | None = None
        self._trouble: CourierUnavailable | CourierRefused | None = None  # of one connection

    # -- called by the caller's thread

    def known(self) -> Sequence[Delivery]:
        """Wait for a fate; return it and all others known by now.  Empty at the end."""
        some: list[Delivery] = []
        while not self._over:
            try:
                item = self._fates.get(block=not some)
            except queue.Empty:
                break
            if isinstance(item, list):
                some += item
            else:
                self._over, self.fault = True, item
        return some

    def taken(self, number: int) -> None:
        """Let ``number`` more letters go, because the caller has taken that many fates."""
        self._call(lambda: self._make_room(number))

    def stop(self) -> None:
        """Start no more letters; those under way have a moment to finish."""
        self._stopped.set()
        self._call(self._wind_up)

    def _call(self, what: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                loop.call_soon_threadsafe(what)

    # -- called by the batch's own thread

    def _make_room(self, number: int) -> None:
        for _ in range(number):
            self._room.release()

    def run(self) -> None:
        """Run the loop to the end; the last thing in the queue is None or an error."""
        end: BaseException | None = None
        try:
            asyncio.run(self._send_all())
        except asyncio.CancelledError:
            pass  # the caller left early and a letter took too long
        except BaseException as error:  # raised again in the caller's thread
            end = error
        finally:
            self._loop = None
            self._hand_back()
            self._fates.put(end)

    def _note(self, fate: Delivery) -> None:
        """Keep a fate for the caller: waking it for each one would cost as much as sending."""
        self._pending.append(fate)
        if len(self._pending) >= self._together:
            self._hand_back()
        elif self._soon is None and self._loop is not None:
            self._soon = self._loop.call_later(_GATHER_SECONDS, self._hand_back)

    def _hand_back(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._pending:
            pending, self._pending = self._pending, []
            self._fates.put(pending)

    def _wind_up(self) -> None:
        for _ in range(self._connections):
            self._room.release()  # a connection that waits for room sees the end
        if self._loop is not None and self._work is not None:
            self._loop.call_later(_GRACE_SECONDS, self._work.cancel)

    @property
    def _ending(self) -> bool:
        return self._stopped.is_set() or self._closing.is_set()

    @property
    def _beginning(self) -> bool:
        """Return whether letters may still be started."""
        return not self._ending and self._loop is not None and self._loop.time() < self._until

    async def _send_all(self) -> None:
        self._work = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        if self._ending:
            return
        # The first connection shows whether the server can be used at all; a further one may
        # fail, because servers limit how many an account may have.
        first = await self._connect()
        self._until = self._loop.time() + _STINT_SECONDS  # not counting the time to connect
        others = [self._carry(None) for _ in range(self._connections - 1)]
        await asyncio.gather(self._carry(first), *others)
        if self._refused is not None:
            raise self._refused
        if self._left and self._beginning and self._trouble is not None:
            raise self._trouble

    async def _carry(self, session: SmtpSession | None) -> None:
        """Send over one connection until no letter is left; reconnect when it breaks."""
        losses = 0
        try:
            while (letter := await self._next()) is not None:
                if session is None or not session.alive:
                    session = await self._connected_for(letter)
                losses = 0 if await self._send_one(letter, session) else losses + 1
                if losses >= _LOSSES:
                    raise CourierUnavailable(f"the server broke {losses} connections in a row")
        except (CourierUnavailable, CourierRefused) as error:
            self._trouble = error
        except asyncio.CancelledError:
            if session is not None:
                session.client.close()
            raise
        finally:
            if session is not None:
                await session.leave()

    async def _next(self) -> Letter | None:
        """Return the next letter once there is room for one; None if there is nothing to do."""
        await self._room.acquire()
        if self._left and self._beginning:
            return self._left.popleft()
        self._room.release()
        return None

    async def _connected_for(self, letter: Letter) -> SmtpSession:
        """Connect; on failure put the letter back for another connection to send."""
        try:
            return await self._connect()
        except BaseException:
            self._put_back(letter)
            raise

    async def _send_one(self, letter: Letter, session: SmtpSession) -> bool:
        """Send a letter and note its fate; return False if the connection broke."""
        try:
            fate = await session.hand_over(letter)
            self._note(fate)
            self._compare(letter, fate, session)
        except LetterLost as lost:
            if lost.offered:
                self._note(lost.delivery)
            else:
                self._put_back(letter)  # certainly not taken: send it again
            return False
        except (CourierUnavailable, CourierRefused) as error:
            self._give_up(error)
            raise
        return True

    def _compare(self, letter: Letter, fate: Delivery, session: SmtpSession) -> None:
        """Give up when all recipients are refused in the same words."""
        if fate.accepted:
            self._alike.accepted()
        elif fate.about is not About.SIZE:
            plain = fate.about is About.RECIPIENT
            if same := self._alike.note(
                letter.key, letter.recipient, fate.reply, about_recipient=plain
            ):
                self._give_up(alike_trouble(same, fate, session.place))

    def _give_up(self, error: CourierUnavailable | CourierRefused) -> None:
        self._refused = self._refused or error
        self._left.clear()

    def _put_back(self, letter: Letter) -> None:
        self._left.appendleft(letter)
        self._room.release()
