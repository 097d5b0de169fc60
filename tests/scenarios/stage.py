"""Plays one story: a real agent, real IMAP and SMTP, only the far side is scripted."""

from __future__ import annotations

import atexit
import csv
import io
import os
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pymap.flags import FlagOp
from pymap.parsing.specials.flag import Seen
from python_calamine import CalamineWorkbook

from exchange import __main__ as entry
from exchange.bootstrap import SetClock, open_context, open_courier, open_mailbox
from exchange.cli.main import whole
from exchange.domain.device import InstallCode
from exchange.domain.time.sla import parse_instant
from exchange.errors import BadInput
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import Relayed, SandboxServers
from exchange.services.context import Context
from exchange.services.mailbox.rounds import Reachability, Round, one_round
from exchange.transport.imap import ImapMailbox
from exchange.worker.reader import WorkerReader
from tests.scenarios.mailroom import Mailroom, attachment, parsed

STORIES = Path(__file__).parent / "stories"
PASSWORD = "stage-door"
US = "install-codes@lose.example"
THEM = ("gain", "form", "quiet")
CONTACTS = "\r\n".join(
    [
        "party,signifier,mpids,request_address,reply_address,escalation_1,escalation_2,confirmed_on",
        "Gainsborough Energy,GAIN,GNSB,install-codes@gain.example,,lead@gain.example,"
        "head@gain.example,2026-12-01",
        "Formby Gas and Power,FORM,FRMB,install-codes@form.example,answers@form.example,"
        "lead@form.example,,2026-12-01",
        "Quietdale Supply,QUIET,QTDL,install-codes@quiet.example,,,,2026-12-01",
        "",
    ]
)
# Built once: typer's test runner reads every signature again for every command.
_COMMANDS = whole()
FILED = ("Processed", "Review", "Shunted")


def addresses() -> list[str]:
    """Every mailbox of the stage; anybody else is unknown to the SMTP server."""
    of_them = [
        f"{box}@{one}.example"
        for one in THEM
        for box in ("install-codes", "answers", "lead", "head")
    ]
    team = "team@lose.example"
    return [US, team, *of_them, "new-desk@gain.example", "stranger@elsewhere.example"]


_readers: dict[object, WorkerReader] = {}


class _KeptReader(WorkerReader):
    """Goes on when it is given up."""

    def close(self) -> None:
        pass


def kept_reader(*words: Any, **more: Any) -> WorkerReader:
    """The reading process that a former context with the same ceilings has left: 0.4 s saved."""
    key = (*words, *more.items())
    if key not in _readers:
        _readers[key] = _KeptReader(*words, **more)
        atexit.register(WorkerReader.close, _readers[key])
    return _readers[key]


@contextmanager
def staged(story: Path, folder: Path, script: dict[str, Any] | None = None) -> Iterator[Stage]:
    """A stage set up for ``story`` (or another script) in ``folder``, its servers running."""
    stages: list[Stage] = []
    accounts = dict.fromkeys(addresses(), PASSWORD)
    servers = SandboxServers(folder / "servers", accounts, lambda: stages[0].clock.now())
    with servers, patch("exchange.worker.reader.WorkerReader", kept_reader):
        stages.append(Stage(folder / "lose", servers, story, script or load(story)))
        stages[0].set_up()
        try:
            yield stages[0]
        finally:
            stages[0].close()


@dataclass
class Stage:
    """The agent under test (LOSE) in its folder, with its servers."""

    folder: Path
    servers: SandboxServers
    story: Path
    script: dict[str, Any]
    clock: SetClock = field(init=False)
    post: Mailroom = field(init=False)
    said: list[str] = field(default_factory=list)  # what our commands printed
    answered: int = 0  # how many of our mails the answering machines have seen
    _ctx: Context | None = None
    _mailboxes: list[ImapMailbox] = field(default_factory=list)

    def set_up(self) -> None:
        """Make the folder as a newcomer would: init, configuration, contacts, codes."""
        self.clock = SetClock(parse_instant(self.script["now"]))
        names = self.script.get("names", {})
        self.post = Mailroom(
            self.story, names, self.sent, lambda: [one.sender for one in self.relayed()]
        )
        self.post.name("story", str(self.story))
        self.post.name("outside", str(self.folder.parent))
        make_folder(self.folder, OwnParty("LOSE", "Loseley Power", US))
        text = self.config.read_text()
        for host, port in (("imap", self.servers.imap_port), ("smtp", self.servers.smtp_port)):
            text = text.replace(
                f'host = "{host}.ours.example"',
                f'host = "127.0.0.1"\nport = {port}\nca_file = "{self.servers.ca_file}"',
            )
        # One connection, so that the mails of one round leave in order.
        text = text.replace("[smtp]\n", "[smtp]\nconnections = 1\n", 1)
        text += self.script.get("config", "")
        for section, lines in self.script.get("config_in", {}).items():
            text = text.replace(f"[{section}]\n", f"[{section}]\n{lines}\n", 1)
        self.config.write_text(text)
        for name in ("imap-password", "smtp-password"):
            (self.folder / "secrets" / name).write_text(PASSWORD)
        self._contacts()
        self._codes()

    @property
    def config(self) -> Path:
        """The configuration of the agent under test."""
        return self.folder / "config" / "exchange.toml"

    def _contacts(self) -> None:
        path = self.folder / "contacts-to-import.csv"
        path.write_text(self.script.get("contacts", CONTACTS))
        self.command(["contacts", "import", str(path), "--yes"])

    def _codes(self) -> None:
        codes: dict[str, str] = self.script.get("codes", {})
        types: dict[str, str] = self.script.get("types", {})
        if codes:
            path = self.folder.parent / f"{self.folder.name}-codes.csv"
            rows = [f"{one},{types.get(one, 'ESME')},{code}" for one, code in codes.items()]
            path.write_text("Device ID,Device type,Install code\n" + "\n".join(rows) + "\n")
            self.command(["codes", "import", str(path)])
            path.unlink()
        declared = self.script.get("register", {}).get("complete_as_of")
        if declared:
            self.command(["codes", "complete-as-of", declared])

    def command(self, words: list[str], code: int = 0, typed: str = "") -> str:
        """Run a command line of ours that must end with ``code``; returns what it printed."""
        with patch("sys.stdin", io.StringIO(typed)):
            ended, said = self.run_cli(words)
        assert ended == code, f"{words} ended with {ended}: {said}"
        return said

    def run_cli(self, words: list[str]) -> tuple[int, str]:
        """Run a command line in the folder; returns its exit code and all it printed."""
        printed, ended = io.StringIO(), 0
        environment = {
            "EXCHANGE_FOLDER": str(self.folder),
            "EXCHANGE_NOW": self.clock.at.isoformat(),
            "EXCHANGE_TRACEBACK": "1",
            "COLUMNS": "400",
        }
        with (
            patch.dict(os.environ, environment),
            patch.object(entry, "app", lambda: _COMMANDS.main(words, prog_name="exchange")),
            redirect_stdout(printed),
            redirect_stderr(printed),
        ):
            try:
                entry.main()
            except SystemExit as end:
                ended = int(end.code or 0)
        said = printed.getvalue()
        self.said.append(said)
        return ended, said

    # -- the steps

    def play(self) -> None:
        """Every step in order."""
        for number, step in enumerate(self.script["step"], 1):
            try:
                self._play(step)
            except AssertionError as error:
                raise AssertionError(f"step {number} {step}: {error}") from None

    def _play(self, step: dict[str, Any]) -> None:
        if "at" in step:
            self.clock.at = parse_instant(step["at"])
        for name in step.get("refuse", []):
            self.servers.refuse(name, step.get("code", 550), step.get("reply", "5.1.1 No mailbox"))
        for name in step.get("accept", []):
            self.servers.accept(name)
        for before, after in step.get("configure", {}).items():
            text = self.config.read_text()
            assert before in text
            self.config.write_text(text.replace(before, after, 1))
            self.close()
        for name in _listed(step.get("deliver", [])):
            self.servers.deliver(self.post.mail(name), US)
        if "echo" in step:  # a mail of ours comes back as it was
            self.servers.deliver(self.relayed()[step["echo"] - 1].raw, US)
        if step.get("do") == "somebody looks":
            self.servers._call(_mark_seen(self.servers))
        if step.get("do") == "restore":
            self.restore_mailbox()
        if "gained" in step:
            self.command(["request", "create", str(self.post.file(step["gained"]))])
        if "run" in step:
            self._run(step)
        if step.get("do") == "round":
            for _ in range(step.get("times", 1)):
                self.round()
        if "daily_until" in step:
            self._daily(step["daily_until"])
        if "sent" in step:
            assert len(self.relayed()) == step["sent"], self._shown()
        if "sql" in step:
            rows = self.rows(step["sql"])
            assert alike(rows, step["rows"]), f"{step['sql']}\n{rows}"

    def round(self) -> Round:
        """One complete round, over the connections that the rounds before it left open."""
        if self._ctx is None:
            self._ctx = open_context(self.folder, self.clock)
            self._mailboxes = [open_mailbox(self._ctx, one) for one in self._ctx.settings.mailbox]
        done = one_round(self._ctx, self._mailboxes, open_courier(self._ctx), Reachability())
        self._machines_answer()
        return done

    def close(self) -> None:
        """Give the context up: the next round begins as after a restart."""
        for mailbox in self._mailboxes:
            mailbox.close()
        if self._ctx is not None:
            self._ctx.store.dispose()
        self._ctx, self._mailboxes = None, []

    def _daily(self, until: str) -> None:
        """A round at this time of every day, until and with that instant."""
        last = parse_instant(until)
        while self.clock.at < last:
            self.clock.at += timedelta(days=1)
            self.round()

    def _machines_answer(self) -> None:
        """Every answering machine of the story answers each new mail that came to its address."""
        machines: dict[str, str] = self.script.get("answering", {})
        fresh = self.sent()[self.answered :]
        self.answered += len(fresh)
        for mail in fresh:
            if str(mail["To"]) in machines:
                self.servers.deliver(self.post.answer_to(mail, machines[str(mail["To"])]), US)

    def restore_mailbox(self) -> None:
        """The server is restored from a backup: a new UIDVALIDITY, all mails in the inbox again."""
        self.close()
        before = [mail for folder in FILED for mail in self.servers.mails(US, folder)]
        self.servers._call(_renumber(self.servers))
        for raw in before:
            self.servers.deliver(raw, US)

    def _run(self, step: dict[str, Any]) -> None:
        words = [self.fill(word) for word in step["run"]]
        said = self.command(words, step.get("exit", 0), step.get("typed", ""))
        lines = said.splitlines()
        for pattern in step.get("says", []):
            wanted = self.fill(pattern)
            assert any(fnmatchcase(line, wanted) for line in lines), (
                f"no line matches {wanted!r} in:\n{said}"
            )
        for pattern in step.get("never", []):
            unwanted = self.fill(pattern)
            assert not any(fnmatchcase(line, unwanted) for line in lines), (
                f"a line matches {unwanted!r} in:\n{said}"
            )

    def mail(self, name: str) -> bytes:
        """A mail of the story, filled in."""
        return self.post.mail(name)

    def fill(self, text: str) -> str:
        """Replace the placeholders that mailroom.py lists."""
        return self.post.fill(text)

    # -- what came out

    def relayed(self) -> list[Relayed]:
        """Everything the agent under test sent, as accepted by the server."""
        local, _, domain = US.partition("@")
        ours = re.compile(rf"{re.escape(local)}(?:\+[^@]+)?@{re.escape(domain)}")
        return [one for one in self.servers.sent if ours.fullmatch(one.sender)]

    def sent(self) -> list[EmailMessage]:
        """The same, parsed."""
        return [parsed(one.raw) for one in self.relayed()]

    def _shown(self) -> str:
        return "\n".join(f"{one['To']}: {one['Subject']}" for one in self.sent())

    def rows(self, sql: str) -> list[list[Any]]:
        """What the database holds."""
        with sqlite3.connect(self.folder / "exchange.db") as connection:
            return [list(row) for row in connection.execute(sql)]

    def truth(self) -> dict[str, str]:
        """Device -> code of every Device that LOSE installed; ``[found]`` are held only later."""
        return {**self.script.get("codes", {}), **self.script.get("found", {})}

    def secrets(self) -> list[str]:
        """Every code that the story knows of, as written."""
        written = [*self.truth().values(), *self.script.get("names", {}).values()]
        return [*filter(_is_code, written), *self.script.get("secrets", [])]


async def _renumber(servers: SandboxServers) -> None:
    """What a restored mailbox looks like to IMAP: empty, UIDs from the start, a new UIDVALIDITY."""
    async with servers._office._mailboxes(US) as boxes:
        inbox = await boxes.get_mailbox("INBOX")
        uids = [message.uid async for message in inbox.messages()]
        await inbox.delete(uids)
        inbox._uid_validity += 1
        inbox._max_uid = 100


async def _mark_seen(servers: SandboxServers) -> None:
    """A person opens every mail of the inbox."""
    async with servers._office._mailboxes(US) as boxes:
        inbox = await boxes.get_mailbox("INBOX")
        async for message in inbox.messages():
            await inbox.update(message.uid, message, frozenset({Seen}), FlagOp.ADD)


def _listed(one_or_more: str | list[str]) -> list[str]:
    return [one_or_more] if isinstance(one_or_more, str) else one_or_more


def _is_code(text: str) -> bool:
    try:
        InstallCode.parse(text)
    except BadInput:
        return False
    return True


def load(story: Path) -> dict[str, Any]:
    """The story's script."""
    return tomllib.loads((story / "story.toml").read_text(encoding="utf-8"))


def alike(rows: list[list[Any]], wanted: list[list[Any]]) -> bool:
    """Whether rows match, cell by cell, shell-style wildcards allowed."""
    return len(rows) == len(wanted) and all(
        len(row) == len(want)
        and all(
            fnmatchcase(str(cell), str(pattern)) for cell, pattern in zip(row, want, strict=True)
        )
        for row, want in zip(rows, wanted, strict=True)
    )


def body_of(mail: EmailMessage) -> list[str]:
    """The lines of the text part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).splitlines()


def attached_table(mail: EmailMessage) -> list[dict[str, str]]:
    """The rows of the attached workbook, all text; the CSV beside it must agree."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(attachment(mail, ".xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    assert all(isinstance(cell, str) for row in rows for cell in row), "a cell is no text"
    text = attachment(mail, ".csv").decode("utf-8-sig")
    assert rows == list(csv.reader(io.StringIO(text)))
    header = [str(cell) for cell in rows[0]]
    return [dict(zip(header, map(str, row), strict=True)) for row in rows[1:]]


def attached_devices(mail: EmailMessage) -> dict[str, str]:
    """Device (or place, for an unreadable row) -> outcome."""
    return {row["Device ID"] or row["Your row"]: row["Outcome"] for row in attached_table(mail)}


def attached_codes(mail: EmailMessage) -> dict[str, str]:
    """Device -> code as 32 hex digits."""
    return {
        row["Device ID"]: InstallCode.parse(row["Install code"]).hex
        for row in attached_table(mail)
        if row["Install code"]
    }
