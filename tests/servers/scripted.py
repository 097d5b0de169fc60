"""Servers that misbehave on purpose, where no real server can be made to.

Each serves one canned account from a thread, remembers every line it heard, and takes *flaws*:
functions that answer one command in place of the proper answer.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from exchange.sandbox.certificates import make_certificate
from tests.servers import HOST

_DATE = "05-Oct-2026 10:30:00 +0100"


class HangUp(Exception):
    """Raised by a flaw to break the connection."""


class Line:
    """One connection of a scripted server."""

    def __init__(self, sock: socket.socket, heard: list[str]) -> None:
        self.sock = sock
        self._heard = heard
        self._last = ""
        self._from = sock.makefile("rb")

    def read(self) -> str:
        line = self._from.readline()
        if not line:
            raise HangUp
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        self._heard.append(text)
        self._last = text
        return text

    def heard_last(self) -> str:
        """The command that is answered now."""
        return self._last

    def write(self, *lines: str) -> None:
        """All lines in one piece."""
        self.sock.sendall("".join(f"{line}\r\n" for line in lines).encode("latin-1", "replace"))

    def give(self, before: str, literal: bytes, after: str) -> None:
        """A line with a literal in it."""
        size = f"{{{len(literal)}}}\r\n"
        self.sock.sendall(b"".join((f"{before}{size}".encode(), literal, f"{after}\r\n".encode())))

    def close(self) -> None:
        self._from.close()
        self.sock.close()


class _Scripted:
    def __init__(self, folder: Path, *, tls: bool = True) -> None:
        self.heard: list[str] = []
        self.visits = 0
        self.files = make_certificate(folder)
        self._context: ssl.SSLContext | None = None
        if tls:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._context.load_cert_chain(self.files.cert_file, self.files.key_file)
        self._door = socket.create_server((HOST, 0))
        self.port: int = self._door.getsockname()[1]

    @property
    def ca_file(self) -> Path:
        return self.files.ca_file

    def __enter__(self) -> Self:
        threading.Thread(target=self._receive, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def _receive(self) -> None:
        while True:
            try:
                sock, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._host, args=(sock,), daemon=True).start()

    def _host(self, sock: socket.socket) -> None:
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
            line = Line(sock, self.heard)
            self.visits += 1
            try:
                self.serve(line)
            finally:
                line.close()
        except (HangUp, OSError):
            sock.close()

    def serve(self, line: Line) -> None:
        raise NotImplementedError


ImapFlaw = Callable[[Line, str, str], None]


class ScriptedImap(_Scripted):
    """``flaws`` maps a command (``UID FETCH``) to ``flaw(line, tag, arguments)``."""

    def __init__(
        self,
        folder: Path,
        mails: Mapping[int, bytes] | None = None,
        *,
        tls: bool = True,
        capabilities: str = "IMAP4rev1 AUTH=PLAIN IDLE UIDPLUS MOVE",
        flaws: Mapping[str, ImapFlaw] | None = None,
    ) -> None:
        super().__init__(folder, tls=tls)
        self.mails = dict(mails or {})
        self.flaws = dict(flaws or {})
        self.validity = 7
        self.uidnext = max(self.mails, default=0) + 1
        self.dates: dict[int, str] = {}  # as IMAP writes them; else the one day of the tests
        self.sizes: dict[int, int] = {}  # announced instead of the true ones
        self.cuts: dict[int, int] = {}  # how many octets of a mail are given when asked for all
        self.filed: dict[str, list[bytes]] = {}
        self._capabilities = capabilities

    def serve(self, line: Line) -> None:
        line.write("* OK scripted")
        while True:
            tag, _, rest = line.read().partition(" ")
            command, _, arguments = rest.partition(" ")
            if command == "UID":
                command, _, arguments = arguments.partition(" ")
                command = f"UID {command}"
            self.flaws.get(command.upper(), self.proper)(line, tag, arguments or command)
            if command == "LOGOUT":
                return

    def arrive(self, raw: bytes, date: str = "") -> int:
        """A new mail; returns its UID."""
        uid, self.uidnext = self.uidnext, self.uidnext + 1
        self.mails[uid] = raw
        if date:
            self.dates[uid] = date
        return uid

    def proper(self, line: Line, tag: str, arguments: str) -> None:
        """The right answer to the command heard last."""
        _, _, command = self.heard[-1].partition(" ")
        upper = command.upper()
        if upper.startswith("CAPABILITY"):
            line.write(f"* CAPABILITY {self._capabilities}")
        elif upper.startswith("AUTHENTICATE"):
            line.write("+ ")
            line.read()
        elif upper.startswith("LIST"):
            name = arguments.rpartition(" ")[2]
            line.write(f'* LIST () "/" {name}')
        elif upper.startswith(("SELECT", "EXAMINE")):
            line.write(
                f"* {len(self.mails)} EXISTS",
                f"* OK [UIDVALIDITY {self.validity}] ",
                f"* OK [UIDNEXT {self.uidnext}] ",
            )
        elif upper.startswith("UID SEARCH"):
            line.write("* SEARCH " + " ".join(map(str, self._found(arguments))))
        elif upper.startswith("UID FETCH"):
            self._fetch(line, arguments)
        elif upper.startswith("UID MOVE"):
            uids, _, name = arguments.partition(" ")
            for uid in self.chosen(uids):
                self.filed.setdefault(name.strip('"'), []).append(self.mails.pop(uid))
        elif upper.startswith("IDLE"):
            line.write("+ idling")
            line.read()
        elif upper.startswith("LOGOUT"):
            line.write("* BYE")
        line.write(f"{tag} OK done")

    def chosen(self, uids: str) -> list[int]:
        """The UIDs of a set (``1:3,7``) that are there."""
        found: list[int] = []
        for piece in uids.split(","):
            first, _, last = piece.partition(":")
            found += [uid for uid in range(int(first), int(last or first) + 1) if uid in self.mails]
        return found

    def _found(self, criteria: str) -> list[int]:
        word, _, rest = criteria.partition(" ")
        if word == "UID":
            return self.chosen(rest)
        if word == "SINCE":
            day = datetime.strptime(rest, "%d-%b-%Y").date()  # noqa: DTZ007 - a day
            return [uid for uid in sorted(self.mails) if self._arrived(uid).date() >= day]
        if word[:1].isdigit():
            first, _, last = word.partition(":")
            return sorted(self.mails)[int(first) - 1 : int(last or first)]
        return sorted(self.mails)

    def _arrived(self, uid: int) -> datetime:
        return datetime.strptime(self.dates.get(uid, _DATE), "%d-%b-%Y %H:%M:%S %z")

    def _fetch(self, line: Line, arguments: str) -> None:
        uids, _, fields = arguments.partition(" ")
        numbers = {uid: number for number, uid in enumerate(sorted(self.mails), 1)}
        for uid in self.chosen(uids):
            raw, number = self.mails[uid], numbers[uid]
            if "HEADER" in fields:
                head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                name = re.sub(r"\.PEEK|<0\.\d+>", "", fields[1:-1]) + "<0>"
                line.give(f"* {number} FETCH (UID {uid} {name} ", head, ")")
            elif part := re.search(r"BODY\.PEEK\[\]<(\d+)\.(\d+)>", fields):
                begin, many = int(part[1]), int(part[2])
                name = f"BODY[]<{begin}>"
                line.give(f"* {number} FETCH (UID {uid} {name} ", raw[begin : begin + many], ")")
            elif "BODY" in fields:
                given = raw[: self.cuts.get(uid)]
                line.give(f"* {number} FETCH (UID {uid} BODY[] ", given, ")")
            else:
                date = self.dates.get(uid, _DATE)
                size = self.sizes.get(uid, len(raw))
                line.write(f'* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE "{date}")')


class ScriptedSmtp(_Scripted):
    """``flaws`` maps a verb, or ``.`` for the end of DATA, to a reply or a function of the line."""

    def __init__(
        self,
        folder: Path,
        *,
        tls: bool = True,
        extensions: tuple[str, ...] = ("AUTH PLAIN", "8BITMIME"),
        flaws: Mapping[str, str | Callable[[Line], str]] | None = None,
    ) -> None:
        super().__init__(folder, tls=tls)
        self.taken: list[bytes] = []
        self.flaws = dict(flaws or {})
        self._extensions = extensions

    def serve(self, line: Line) -> None:
        line.write(self._answer(line, "greeting", "220 scripted"))
        while True:
            verb = line.read().partition(" ")[0].upper()
            if verb == "EHLO":
                names = ["scripted", *self._extensions]
                line.write(*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}")
            elif verb == "DATA":
                line.write(self._answer(line, "DATA", "354 go on"))
                raw = self._content(line)
                line.write(self._answer(line, ".", "250 taken"))
                self.taken.append(raw)
            elif verb == "QUIT":
                line.write("221 bye")
                return
            else:
                line.write(self._answer(line, verb, "235 ok" if verb == "AUTH" else "250 ok"))

    def _answer(self, line: Line, verb: str, proper: str) -> str:
        flaw = self.flaws.get(verb, proper)
        return flaw if isinstance(flaw, str) else flaw(line)

    @staticmethod
    def _content(line: Line) -> bytes:
        lines = []
        while (text := line.read()) != ".":
            lines.append(text.removeprefix("."))
        return "".join(f"{text}\r\n" for text in lines).encode()
