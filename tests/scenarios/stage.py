"""Plays one story: a real agent, real IMAP and SMTP, only the far side is scripted."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import tomllib
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from exchange.bootstrap import SetClock, open_courier, open_desk, open_mailbox
from exchange.cli.main import app
from exchange.domain.device import InstallCode
from exchange.domain.sla import parse_instant
from exchange.errors import ExchangeError
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import Relayed, SandboxServers
from exchange.services.rounds import Reachability, Round, one_round

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


def addresses() -> list[str]:
    """Every mailbox of the stage; anybody else is unknown to the SMTP server."""
    of_them = [
        f"{box}@{one}.example"
        for one in THEM
        for box in ("install-codes", "answers", "lead", "head")
    ]
    return [US, *of_them, "stranger@elsewhere.example"]


@dataclass
class Stage:
    """The agent under test (LOSE) in its folder, with its servers."""

    folder: Path
    servers: SandboxServers
    story: Path
    script: dict[str, Any]
    clock: SetClock = field(init=False)
    refs: dict[str, str] = field(default_factory=dict)

    def set_up(self) -> None:
        """Make the folder as a newcomer would: init, configuration, contacts, codes."""
        self.clock = SetClock(parse_instant(self.script["now"]))
        make_folder(self.folder, OwnParty("LOSE", "Loseley Power", US))
        config = self.folder / "config" / "exchange.toml"
        text = config.read_text()
        for host, port in (("imap", self.servers.imap_port), ("smtp", self.servers.smtp_port)):
            text = text.replace(
                f'host = "{host}.ours.example"',
                f'host = "127.0.0.1"\nport = {port}\nca_file = "{self.servers.ca_file}"',
            )
        text += self.script.get("config", "")
        for section, lines in self.script.get("config_in", {}).items():
            text = text.replace(f"[{section}]\n", f"[{section}]\n{lines}\n", 1)
        config.write_text(text)
        for name in ("imap-password", "smtp-password"):
            (self.folder / "secrets" / name).write_text(PASSWORD)
        self._contacts()
        self._codes()

    def _contacts(self) -> None:
        path = self.folder / "contacts-to-import.csv"
        path.write_text(self.script.get("contacts", CONTACTS))
        self.command(["contacts", "import", str(path), "--yes"])

    def _codes(self) -> None:
        codes: dict[str, str] = self.script.get("codes", {})
        if codes:
            path = self.folder.parent / f"{self.folder.name}-codes.csv"
            rows = [f"{device},{code}" for device, code in codes.items()]
            path.write_text("Device ID,Install code\n" + "\n".join(rows) + "\n")
            self.command(["codes", "import", str(path)])
            path.unlink()
        declared = self.script.get("register", {}).get("complete_as_of")
        if declared:
            self.command(["codes", "complete-as-of", declared])

    def command(self, words: list[str], code: int = 0) -> str:
        """Run a command line of ours in the folder; returns what it printed."""
        result = CliRunner().invoke(
            app,
            words,
            env={
                "EXCHANGE_FOLDER": str(self.folder),
                "EXCHANGE_NOW": self.clock.at.isoformat(),
                "COLUMNS": "400",
            },
        )
        said = result.output
        if isinstance(result.exception, ExchangeError):
            said += f"exchange: {result.exception}"
            assert code == 1, f"{words} refused: {said}"
        else:
            assert result.exit_code == code, (
                f"{words} ended with {result.exit_code}: {said} {result.exception!r}"
            )
        return said

    # -- the steps

    def play(self) -> None:
        """Every step in order."""
        for step in self.script["step"]:
            if "at" in step:
                self.clock.at = parse_instant(step["at"])
            for name in step.get("refuse", []):
                self.servers.refuse(name, step.get("code", 550))
            for name in step.get("accept", []):
                self.servers.accept(name)
            if "deliver" in step:
                self.servers.deliver(self.mail(step["deliver"]), US)
            if "gained" in step:
                self.command(["request", "create", str(self.story / step["gained"])])
            if "run" in step:
                self._run(step)
            if step.get("do") == "round":
                self.round()

    def round(self) -> Round:
        """One complete round, with connections of its own as ``run --once`` has."""
        desk = open_desk(self.folder, self.clock)
        mailboxes = [open_mailbox(desk, one) for one in desk.settings.mailbox]
        try:
            return one_round(desk, mailboxes, open_courier(desk), Reachability())
        finally:
            for mailbox in mailboxes:
                mailbox.close()
            desk.store.dispose()

    def _run(self, step: dict[str, Any]) -> None:
        said = self.command([self.fill(word) for word in step["run"]], step.get("exit", 0))
        lines = said.splitlines()
        for pattern in step.get("says", []):
            wanted = self.fill(pattern)
            assert any(fnmatchcase(line, wanted) for line in lines), (
                f"no line matches {wanted!r} in:\n{said}"
            )

    def mail(self, name: str) -> bytes:
        """A mail of the story: names filled in, line ends as on the wire."""
        raw = (self.story / name).read_bytes()
        if b"${" in raw:
            raw = self.fill(raw.decode("latin-1")).encode("latin-1")
        return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def fill(self, text: str) -> str:
        """Replace ${sent:N:Header} by a header of the N-th mail we sent, ${NAME} by [names]."""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("sent:"):
                _, number, header = name.split(":")
                return str(self.sent()[int(number) - 1][header])
            if name.startswith("ref:"):
                marker = str(self.sent()[int(name[4:]) - 1]["X-MP121-Exchange"])
                return marker.partition("ref=")[2]
            return str(self.script.get("names", {})[name])

        return re.sub(r"\$\{([^}]+)\}", value, text)

    # -- what came out

    def relayed(self) -> list[Relayed]:
        """Everything the agent under test sent, as accepted by the server."""
        return [one for one in self.servers.sent if one.sender == US]

    def sent(self) -> list[EmailMessage]:
        """The same, parsed."""
        return [
            message_from_bytes(one.raw, policy=policy.default)  # type: ignore[misc]
            for one in self.relayed()
        ]

    def rows(self, sql: str) -> list[list[Any]]:
        """What the database holds."""
        with sqlite3.connect(self.folder / "exchange.db") as connection:
            return [list(row) for row in connection.execute(sql)]

    def secrets(self) -> list[str]:
        """Every code that the story knows of, as 32 hex digits."""
        texts = [*self.script.get("codes", {}).values(), *self.script.get("secrets", [])]
        return [InstallCode.parse(text).hex for text in texts if text]


def load(story: Path) -> dict[str, Any]:
    """The story's script."""
    return tomllib.loads((story / "story.toml").read_text())


def body_of(mail: EmailMessage) -> list[str]:
    """The lines of the text part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).splitlines()


def attached_devices(mail: EmailMessage) -> dict[str, str]:
    """Device (or place, for an unreadable row) -> outcome, from the workbook; CSV must agree."""
    tables = {}
    for part in mail.iter_attachments():
        name = str(part.get_filename())
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if name.endswith(".xlsx"):
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            rows = book.get_sheet_by_index(0).to_python()
            assert all(isinstance(cell, str) for row in rows for cell in row), "a cell is no text"
            tables["xlsx"] = [[str(cell) for cell in row] for row in rows]
        elif name.endswith(".csv"):
            text = content.decode("utf-8-sig")
            tables["csv"] = list(csv.reader(io.StringIO(text)))
    assert tables["xlsx"] == tables["csv"]
    header, *lines = tables["xlsx"]
    device, outcome = header.index("Device ID"), header.index("Outcome")
    where = header.index("Your row") if "Your row" in header else device
    return {line[device] or line[where]: line[outcome] for line in lines}


def attached_codes(mail: EmailMessage) -> dict[str, str]:
    """Device -> code as 32 hex digits, from the CSV."""
    for part in mail.iter_attachments():
        if str(part.get_filename()).endswith(".csv"):
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
            return {
                row["Device ID"]: InstallCode.parse(row["Install code"]).hex
                for row in reader
                if row["Install code"]
            }
    return {}
