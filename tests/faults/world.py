"""The supplier whose commands are cut: its Devices, its lists, the mails that come to it."""

from __future__ import annotations

import itertools
import random
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import psycopg
import xlsxwriter
from sqlalchemy import make_url

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.sla import parse_instant
from tests.faults.post import PASSWORD, Post
from tests.faults.traced import How, Point, Ran, run

US: Final = "install-codes@lose.example"
BEFORE: Final = "2026-12-01T10:00"
PARTIES: Final = ("GAIN", "FORM", "QUIET")
RECIPIENTS: Final = tuple(
    f"{box}@{one.lower()}.example" for one in PARTIES for box in ("codes", "lead")
)
_random = random.Random(16)


def _device(number: int) -> str:
    return str(DeviceId.parse(f"00DB1122334{number:05X}"))


CODES: Final = {_device(number): InstallCode(_random.randbytes(16)) for number in range(1, 61)}
NEW: Final = {_device(number): InstallCode(_random.randbytes(16)) for number in range(101, 141)}
GAINED: Final = {_device(number): InstallCode(_random.randbytes(16)) for number in range(201, 213)}
CODELESS, STRANGE = _device(90), _device(91)
PLANTED: Final = [one.hex for one in (*CODES.values(), *NEW.values(), *GAINED.values())]


def csv_of(header: str, rows: Sequence[Sequence[str]]) -> str:
    """A CSV file's text."""
    return "\n".join([header, *(",".join(row) for row in rows), ""])


def codes_csv(codes: Mapping[str, InstallCode], *further: str) -> str:
    """A delivery of install codes."""
    rows = [(device, "ESME", code.grouped) for device, code in codes.items()]
    return csv_of("Device ID,Device type,Install code", rows) + "".join(further)


def codes_xlsx(path: Path, codes: Mapping[str, InstallCode]) -> None:
    """The same as a workbook."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Codes")
        sheet.write_row(0, 0, ("Device ID", "Device type", "Install code"))
        for row, (device, code) in enumerate(codes.items(), 1):
            sheet.write_row(row, 0, (device, "ESME", code.grouped))


CONTACTS: Final = csv_of(
    "party,signifier,mpids,request_address,reply_address,escalation_1,confirmed_on",
    [
        (f"{one.title()} Energy", one, one[:4], f"codes@{one.lower()}.example", "",
         f"lead@{one.lower()}.example", "2026-12-01")
        for one in PARTIES
    ],
)  # fmt: skip


@dataclass(slots=True)
class World:
    """A place for working folders, each with its input files outside."""

    at: Path
    post: Post | None = None
    server: str = ""  # of PostgreSQL, as a URL; else there is a SQLite file
    database: str = ""  # our own on that server

    @property
    def folder(self) -> Path:
        """The working folder."""
        return self.at / "lose"

    @property
    def outside(self) -> Path:
        """Where commands are to write what they hand out."""
        return self.at / "outside"

    @property
    def inputs(self) -> Path:
        """What commands are given."""
        return self.at / "inputs"

    def run(
        self,
        words: Sequence[str],
        now: str = BEFORE,
        *,
        at: Point | None = None,
        how: How = How.KILL,
    ) -> Ran:
        """Run a command of ours; placeholders {in}, {out} are the two folders for files."""
        filled = [
            word.replace("{in}", str(self.inputs)).replace("{out}", str(self.outside))
            for word in words
        ]
        return run(
            filled,
            {"folder": self.folder, "outside": self.outside, "inputs": self.inputs},
            environment={
                "EXCHANGE_FOLDER": str(self.folder),
                "EXCHANGE_NOW": now,
                "COLUMNS": "400",
                "HOME": str(self.at),
                "EXCHANGE_TRACEBACK": "",
            },
            ports=self._ports(),
            at=at,
            how=how,
            said=self.at / "said",
        )

    def _ports(self) -> dict[int, str]:
        found = dict(self.post.ports) if self.post else {}
        if self.server:
            found[make_url(self.server).port or 0] = "postgres"
        return found

    def done(self, words: Sequence[str], now: str = BEFORE) -> str:
        """Run a command that must succeed; returns what it said."""
        ran = self.run(words, now)
        if ran.code:
            raise RuntimeError(f"{words} ended with {ran.code}: {ran.said}")
        return ran.said

    def copy_of(self, other: World) -> None:
        """Begin as ``other`` stands."""
        shutil.rmtree(self.at, ignore_errors=True)
        shutil.copytree(other.at, self.at, symlinks=True)
        if self.server:
            self._copy_database(other.database)

    def _copy_database(self, template: str) -> None:
        """A database of our own, made of another; the one before it goes."""
        with psycopg.connect(_plain(self.server), autocommit=True) as connection:
            if self.database:
                connection.execute(f'DROP DATABASE "{self.database}" WITH (FORCE)'.encode())
            name = f"sweep{next(_databases)}"
            # A killed command's connection ends when the server notices.
            connection.execute(
                b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (template,),
            )
            copied = f' TEMPLATE "{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{copied}'.encode())
        self.database = name
        config = self.folder / "config" / "exchange.toml"
        if template:
            text = config.read_text().replace(self._url(template), self._url(name))
            assert self._url(name) in text
            config.write_text(text)

    def _url(self, database: str) -> str:
        return f"{self.server.rpartition('/')[0]}/{database}"

    def write(self, name: str, text: str) -> None:
        """Make an input file."""
        (self.inputs / name).write_text(text)

    def use_inbox(self, login: str) -> None:
        """Point the configuration at a mailbox."""
        config = self.folder / "config" / "exchange.toml"
        lines = config.read_text().split("\n")
        begin = lines.index("[[mailbox]]")
        for number, line in enumerate(lines[begin:], begin):
            if line.startswith("username ="):
                lines[number] = f'username = "{login}"'
                break
        config.write_text("\n".join(lines))

    # -- how it came to be

    def found(self) -> None:
        """Make the folder, with contacts and codes."""
        for folder in (self.at, self.outside, self.inputs):
            folder.mkdir(parents=True, exist_ok=True)
        database = []
        if self.server:
            self._copy_database("")
            database = ["--database", self._url(self.database)]
        self.done(["init", "--signifier", "LOSE", "--name", "Loseley", "--address", US, *database])
        if self.post is not None:
            self._reach(self.post)
        self.write("contacts.csv", CONTACTS)
        self.write("codes.csv", codes_csv(CODES, f"{CODELESS},ESME,\n"))
        self.done(["contacts", "import", "{in}/contacts.csv", "--yes"])
        self.done(["codes", "import", "{in}/codes.csv", "--source", "first"])
        self.done(["codes", "complete-as-of", "2026-11-30"])

    def _reach(self, post: Post) -> None:
        config = self.folder / "config" / "exchange.toml"
        text = config.read_text()
        for host, port, ca in (
            ("imap", post.imap_port, post.imap_ca),
            ("smtp", post.smtp_port, post.smtp_ca),
        ):
            text = text.replace(
                f'host = "{host}.ours.example"',
                f'host = "127.0.0.1"\nport = {port}\nca_file = "{ca}"',
            )
            (self.folder / "secrets" / f"{host}-password").write_text(PASSWORD)
            (self.folder / "secrets" / f"{host}-password").chmod(0o600)
        # One connection, so that letters leave in order; our own user there is any recipient.
        text = text.replace("[smtp]\n", "[smtp]\nconnections = 1\n", 1)
        head, smtp, rest = text.partition("[smtp]")
        rest = rest.replace(f'username = "{US}"', f'username = "{RECIPIENTS[0]}"', 1)
        # Dovecot dates a mail of tomorrow today, which may be before the clock that is set here.
        found = re.sub(r"not_before = \d{4}", "not_before = 2020", head + smtp + rest)
        self.config_text(found)

    def config_text(self, text: str) -> None:
        """Replace the configuration."""
        (self.folder / "config" / "exchange.toml").write_text(text)

    def busy(self) -> None:
        """A week on: requests of ours are out, a mail and a Device wait for a person."""
        assert self.post is not None
        first, *others = GAINED
        rows = [(one, "GAIN", "FORM") for one in (first, *others[:2])]
        rows += [(others[2], "FORM", ""), (others[3], "QUIET", ""), (others[4], "QUIET", "")]
        self.write("gained.csv", csv_of("Device ID,Losing supplier,Former suppliers", rows))
        self.done(["request", "create", "{in}/gained.csv"])
        self.post.forget()
        login = self.post.new_inbox()
        self.use_inbox(login)
        self.done(["run", "--once"])
        asked = {one.to: parsed(one.raw) for one in self.post.sent()}
        for party in PARTIES:
            letter = asked[f"codes@{party.lower()}.example"]
            (self.inputs / f"asked-{party}").write_bytes(letter.as_bytes())
        code = GAINED[others[4]]
        mails = [
            mail("codes@gain.example", "wanted", f"please send\n{CODELESS}\n{next(iter(CODES))}\n"),
            mail("stranger@elsewhere.example", "hello", "who are you?\n"),
            mail("codes@quiet.example", f"Install codes {ref_of(asked['codes@quiet.example'])}",
                 f"Device ID Install code\n{others[4]} {code.grouped}\n"),
        ]  # fmt: skip
        self.post.put(login, mails, parse_instant(BEFORE))
        self.done(["run", "--once"], "2026-12-01T11:00")

    def asked(self, party: str) -> EmailMessage:
        """The request that went to a party."""
        return parsed((self.inputs / f"asked-{party}").read_bytes())


def parsed(raw: bytes) -> EmailMessage:
    """A mail, read."""
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def ref_of(letter: EmailMessage) -> str:
    """Our reference in a letter of ours."""
    return str(letter["X-MP121-Exchange"]).partition("ref=")[2]


_numbers = itertools.count(1)
_databases = itertools.count(1)


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def mail(
    sender: str, subject: str, text: str, *, headers: Mapping[str, str] | None = None,
    attached: tuple[str, str] | None = None,
) -> bytes:  # fmt: skip
    """A mail to us, as it lies in the inbox."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, US, subject
    made["Message-ID"] = f"<{next(_numbers)}@far.example>"
    made["Date"] = "Tue, 01 Dec 2026 09:30:00 +0000"
    for name, value in (headers or {}).items():
        made[name] = value
    made.set_content(text)
    if attached:
        name, content = attached
        made.add_attachment(content.encode(), maintype="text", subtype="csv", filename=name)
    return made.as_bytes(policy=policy.SMTP)
