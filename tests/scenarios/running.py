"""``exchange run`` as a process of its own, with embedded mail servers around it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import IO, Self

from exchange.bootstrap import open_context, the_clock
from exchange.domain.device import DeviceId, InstallCode
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from exchange.services.context import Context
from tests.servers import HOST
from tests.services.contexts import add_parties, make_party
from tests.waiting import PATIENCE, until

US, SECOND, THEM = "codes@lose.example", "more@lose.example", "codes@gain.example"
WORD = "pass word"
CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")


def device(nth: int) -> str:
    return f"00-DB-12-34-56-78-{nth >> 8:02X}-{nth & 255:02X}"


def asking(nth: int) -> bytes:
    return (
        f"From: {THEM}\r\nTo: {US}\r\nSubject: codes please\r\n"
        f"Message-ID: <{nth}@gain.example>\r\n\r\n"
        f"Please send the install code of\r\n{device(nth)}\r\n"
    ).encode()


class Running:
    """A working folder whose two mailboxes are with the embedded servers, and its daemon."""

    def __init__(self, folder: Path, database: str = "") -> None:
        accounts = {US: WORD, SECOND: WORD, THEM: "theirs"}
        self.servers = SandboxServers(folder / "servers", accounts, lambda: datetime.now(UTC))
        self.folder = folder / "lose"
        self.log_file = folder / "log"
        self.database = database
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.servers.__enter__()
        make_folder(self.folder, OwnParty("LOSE", "Lose Power", US, self.database))
        for name in ("word", "smtp"):
            word = self.folder / "secrets" / name
            word.write_text(WORD)
            word.chmod(0o600)
        self.configure()
        ctx = self.ctx()
        add_parties(ctx, make_party("GAIN"))
        ctx.vault.put_many(
            VaultRecord(
                DeviceId.parse(device(nth)),
                InstallCode(CODE.raw[:14] + nth.to_bytes(2, "big")),
                True,
            )
            for nth in range(1000)
        )
        ctx.store.dispose()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.servers.__exit__(None, None, None)

    def ctx(self) -> Context:
        return open_context(self.folder, the_clock())

    def configure(
        self,
        *,
        second_port: int = 0,
        smtp_port: int = 0,
        smtp_ca: Path | None = None,
        more: str = "",
        poll: float = 60.0,
        word: str = "secrets/word",
    ) -> None:
        """Write the configuration."""
        ca, imap = self.servers.ca_file, self.servers.imap_port
        boxes = "".join(
            f"""
[[mailbox]]
name = "{name}"
host = "{HOST}"
port = {port}
ca_file = "{ca}"
username = "{user}"
password_file = "{word}"
poll_seconds = {poll}
"""
            for name, user, port in (("first", US, imap), ("second", SECOND, second_port or imap))
        )
        url = f'[database]\nurl = "{self.database}"\npassword_env = "PGWORD"\n'
        (self.folder / "config" / "exchange.toml").write_text(
            f"""
[party]
signifier = "LOSE"
name = "Lose Power"
address = "{US}"
{url if self.database else ""}
{boxes}
[smtp]
host = "{HOST}"
port = {smtp_port or self.servers.smtp_port}
ca_file = "{smtp_ca or ca}"
username = "{US}"
password_file = "secrets/smtp"
per_minute = 0
{more}
"""
        )

    def start(
        self,
        *command: str,
        stderr: IO[bytes] | int | None = None,
        wait: bool = True,
        log: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Begin; ``command`` in place of ``python -m exchange``."""
        target = log or self.log_file
        with target.open("ab") as file:
            process = subprocess.Popen(
                [
                    *(command or (sys.executable, "-m", "exchange")),
                    *("run", "--folder", str(self.folder)),
                ],
                stderr=file if stderr is None else stderr,
                stdout=file,
            )
        self.processes.append(process)
        if wait:
            until(lambda: b"started" in target.read_bytes(), "for the start")
        return process

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def answered(self) -> Counter[str]:
        """Which requests were answered, by what the answers refer to."""
        return Counter(str(message_from_bytes(one.raw)["In-Reply-To"]) for one in self.servers.sent)

    def ask(self, nth: int, to: str = US) -> None:
        self.servers.deliver(asking(nth), to)

    def answer_to(self, nth: int) -> None:
        """Wait for the answer to a request."""
        until(lambda: f"<{nth}@gain.example>" in self.answered(), lambda: f"for {nth}\n{self.log}")

    @staticmethod
    def stop(process: subprocess.Popen[bytes]) -> int:
        """SIGTERM; the exit code."""
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE)


@contextmanager
def trickling(port: int, seconds: float = 1.0) -> Iterator[int]:
    """A proxy before ``port`` that passes one byte at a time from there; yields its own port."""
    door = socket.create_server((HOST, 0))
    over = threading.Event()

    def pass_on(source: socket.socket, sink: socket.socket, slowly: bool) -> None:
        with suppress(OSError):
            while some := source.recv(1 if slowly else 65536):
                sink.sendall(some)
                if slowly and over.wait(seconds):
                    return
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def receive() -> None:
        while True:
            try:
                ours, _ = door.accept()
            except OSError:
                return
            theirs = socket.create_connection((HOST, port))
            for pair in ((ours, theirs, False), (theirs, ours, True)):
                threading.Thread(target=pass_on, args=pair, daemon=True).start()

    threading.Thread(target=receive, daemon=True).start()
    try:
        yield door.getsockname()[1]
    finally:
        over.set()
        door.close()


def children(process: subprocess.Popen[bytes], word: str) -> Sequence[int]:
    """The processes that ``process`` started whose command line holds ``word``."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError, IndexError):
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(status[1]) == process.pid and word in (entry / "cmdline").read_text():
                found.append(int(entry.name))
    return found
