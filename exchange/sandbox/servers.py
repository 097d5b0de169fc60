"""A mail server in this process, for the demo and for quick tests: IMAP (pymap), SMTP (aiosmtpd).

Both speak TLS only, on free ports of 127.0.0.1, under a throw-away certificate authority; all
mail is kept in memory.  Delivered mail carries the time of the given clock, so that a month can be
played in a minute.  Where the details of a real server matter, the tests use Dovecot and Postfix.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import threading
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from exchange.errors import ExchangeError
from exchange.sandbox.certificates import make_certificate
from exchange.sandbox.imap_sessions import SteadyLogin

HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 60.0
_CALL_SECONDS: Final = 60.0
_SIZE_LIMIT: Final = 60_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Relayed:
    """One mail that the SMTP server accepted."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes  # as sent: CRLF, dots undone
    at: datetime  # by the sandbox's clock


class SandboxServers:
    """A context manager around both servers; every method may be called from any thread.

    ``accounts`` maps each address to its password; the address is also the user name of IMAP and
    SMTP.  ``clock`` gives aware datetimes.
    """

    def __init__(
        self, folder: Path, accounts: Mapping[str, str], clock: Callable[[], datetime]
    ) -> None:
        self.folder = folder
        self.accounts = {address.lower(): password for address, password in accounts.items()}
        self.sent: list[Relayed] = []
        self.imap_port = 0
        self.smtp_port = 0
        self._clock = clock
        self._refusals: dict[str, str] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._post: _PostOffice | None = None
        self._stop: asyncio.Event | None = None
        self._fault: BaseException | None = None

    @property
    def ca_file(self) -> Path:
        """Return the file of the certificate authority to trust (PEM)."""
        return self.folder / "ca.pem"

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, args=(started,), name="sandbox-servers", daemon=True
        )
        self._thread.start()
        if not started.wait(_START_SECONDS):
            raise ExchangeError("the sandbox mail servers did not start in time")
        if self._fault is not None:
            raise ExchangeError(
                f"the sandbox mail servers did not start: {self._fault}"
            ) from self._fault
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(_CALL_SECONDS)

    # -- mail

    def deliver(self, raw: bytes, recipient: str) -> None:
        """Put a mail straight into an inbox; the recipient must be one of the accounts."""
        self._call(self._office.deliver(raw, self._known(recipient)))

    def mails(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """Return the mails of a folder, oldest first; none if there is no such folder."""
        return self._call(self._office.mails(self._known(address), folder))

    def folders(self, address: str) -> list[str]:
        """Return the folders of an account, INBOX first."""
        return self._call(self._office.folders(self._known(address)))

    # -- faults

    def refuse(self, address: str, code: int = 550, text: str = "5.1.1 No such mailbox") -> None:
        """Make the SMTP server refuse a recipient: for now with 4xx, for good with 5xx."""
        self._refusals[address.lower()] = f"{code} {text}"

    def accept(self, address: str) -> None:
        """Undo ``refuse``."""
        self._refusals.pop(address.lower(), None)

    def imap_down(self) -> None:
        """Stop the IMAP server and break its connections; the mails stay."""
        self._call(self._office.stop_imap())

    def imap_up(self) -> None:
        """Start the IMAP server again on the same port."""
        self._call(self._office.start_imap())

    # -- inside

    @property
    def _office(self) -> _PostOffice:
        if self._post is None:
            raise ExchangeError("the sandbox mail servers do not run")
        return self._post

    def _known(self, address: str) -> str:
        if address.lower() not in self.accounts:
            raise ExchangeError(f"{address} is not an account of the sandbox mail servers")
        return address.lower()

    def _call(self, work: Coroutine[object, object, T]) -> T:
        if self._loop is None:
            work.close()
            raise ExchangeError("the sandbox mail servers do not run")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_SECONDS)

    def _serve(self, started: threading.Event) -> None:
        try:
            asyncio.run(self._run(started))
        except BaseException as error:  # reported to whoever waits for the start
            self._fault = error
        finally:
            self._loop = None
            started.set()

    async def _run(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        files = make_certificate(self.folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(files.cert_file, files.key_file)
        for name in ("pymap", "mail.log"):  # at lower levels they write mails to the log
            logging.getLogger(name).setLevel(logging.ERROR)
        self._post = _PostOffice(context, self.accounts, self._clock)
        await self._post.open_accounts()
        await self._post.start_imap()
        self.imap_port = self._post.imap_port
        handler = _Door(self._post, self._refusals, self.sent)
        smtp = await self._loop.create_server(
            lambda: _Submission(handler, self.accounts), HOST, 0, ssl=context
        )
        self.smtp_port = smtp.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        smtp.close()
        await self._post.stop_imap()


class _Plain(Cleartext):
    """Keeps passwords unhashed, which a sandbox may do; also non-ASCII ones."""

    def verify(self, secret: str, hash: str) -> bool:
        return secret == hash


class _Config(Config):
    """pymap's settings, without using the environment or the name service."""

    @property
    def greeting(self) -> bytes:
        return b"Sandbox ready"


class _PostOffice:
    """The mailboxes and the IMAP server over them; lives in the servers' loop."""

    def __init__(
        self, context: ssl.SSLContext, accounts: Mapping[str, str], clock: Callable[[], datetime]
    ) -> None:
        self.imap_port = 0
        self._context = context
        self._accounts = accounts
        self._clock = clock
        args = Namespace(
            host=HOST, port=0, debug=False, cert=None, key=None, tls=False, passlib_cfg=None,
            proxy_protocol=None, inherited_sockets=None,
            demo_data=False, demo_user="", demo_password="",
        )  # fmt: skip
        self._config = _Config.from_args(
            args,
            ssl_context=context,  # or CERT_FILE and KEY_FILE of the environment would be used
            hash_context=_Plain(),
            invalid_user_sleep=0.0,
        )
        self._login = SteadyLogin(self._config)
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def open_accounts(self) -> None:
        self._config.apply_context()
        for address, password in self._accounts.items():
            identity = self._identity(address)
            await identity.set(UserMetadata(self._config, address, password=password))
            async with identity.new_session():
                pass  # the first session makes the mailboxes

    def now(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _identity(self, address: str) -> Identity:
        return Identity(address, self._login, None, frozenset())

    @contextlib.asynccontextmanager
    async def _mailboxes(self, address: str) -> AsyncIterator[MailboxSet]:
        async with self._identity(address).new_session() as session:
            yield session.mailbox_set

    async def deliver(self, raw: bytes, address: str) -> None:
        async with self._mailboxes(address) as boxes:
            inbox = await boxes.get_mailbox("INBOX")
            await inbox.append(AppendMessage(raw, self.now(), frozenset()), recent=True)

    async def mails(self, address: str, folder: str) -> list[bytes]:
        async with self._mailboxes(address) as boxes:
            try:
                mailbox = await boxes.get_mailbox(folder)
            except KeyError:
                return []
            contents = [message._content async for message in mailbox.messages()]
            return [bytes(content) for content in contents if content is not None]

    async def folders(self, address: str) -> list[str]:
        async with self._mailboxes(address) as boxes:
            tree = await boxes.list_mailboxes()
            return [entry.name for entry in tree.list() if entry.exists]

    async def start_imap(self) -> None:
        if self._server is not None:
            return
        imap = IMAPServer(self._login, self._config)

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self._server is None:  # its TLS handshake was under way when the server stopped
                writer.transport.abort()
                return
            task = asyncio.current_task()
            assert task is not None
            self._visits.add(task)
            try:
                await imap(reader, writer, SocketInfo.get(writer, None))
            except asyncio.CancelledError:
                pass  # imap_down; the server logs whoever else gets here
            finally:
                self._visits.discard(task)
                writer.transport.abort()

        self._server = await asyncio.start_server(
            visit, HOST, self.imap_port, ssl=self._context, limit=2**20
        )
        self.imap_port = self._server.sockets[0].getsockname()[1]

    async def stop_imap(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        visits = list(self._visits)
        for task in visits:
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)


class _Door:
    """aiosmtpd's handler: who may receive, and what happens to a mail."""

    def __init__(self, post: _PostOffice, refusals: Mapping[str, str], sent: list[Relayed]) -> None:
        self._post = post
        self._refusals = refusals
        self._sent = sent

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        refusal = self._refusals.get(address.lower())
        if refusal is None and _account_of(address) not in self._post._accounts:
            refusal = "550 5.1.1 No such mailbox here"
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.content
        if not isinstance(raw, bytes):
            return "554 5.6.0 No content"
        for recipient in dict.fromkeys(map(_account_of, envelope.rcpt_tos)):
            await self._post.deliver(raw, recipient)
        self._sent.append(
            Relayed(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, self._post.now())
        )
        return "250 2.0.0 Taken"


def _account_of(address: str) -> str:
    """Return the account of an address: what follows a ``+`` does not count (RFC 5233)."""
    local, _, domain = address.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


class _Submission(SMTP):
    """aiosmtpd behind TLS from the first byte, for known users only."""

    def __init__(self, handler: _Door, accounts: Mapping[str, str]) -> None:
        super().__init__(
            handler,
            hostname="sandbox.test",  # otherwise it asks the name service for every connection
            ident="Sandbox",
            enable_SMTPUTF8=True,
            data_size_limit=_SIZE_LIMIT,
            auth_required=True,
            authenticator=self._check,
            # One connection carries a whole batch of mails.
            command_call_limit={"*": 1_000_000},
            loop=asyncio.get_running_loop(),
        )
        # It knows TLS only from its own STARTTLS; this port speaks nothing else.
        self._auth_require_tls = False
        self._accounts = accounts

    def _check(
        self,
        _server: SMTP,
        _session: Session,
        _envelope: Envelope,
        _mechanism: str,
        given: object,
    ) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        known = self._accounts.get(given.login.decode("utf-8", "replace").lower())
        right = known is not None and known.encode() == given.password
        return AuthResult(success=right, handled=False)
