"""A planted code is looked for in everything that a working agent leaves behind or prints.

Each place where a code may stand in somebody's mail or file gets codes of its own, so that a leak
tells where it came from.  Nothing may be found but in the mails that answer with a code of the
vault.  Message-IDs are no such place: machines make them, and a reply must repeat them.
"""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import xlsxwriter

from exchange.domain.device import DeviceId, crc16_x25, mask_codes
from tests.scenarios.stage import US, Stage, staged
from tests.scenarios.traces import traces, traces_in
from tests.waiting import PATIENCE, until

KNOWN, STRANGER = "install-codes@gain.example", "stranger@elsewhere.example"
DEVICES = [f"00-DB-11-22-33-44-66-{number:02X}" for number in range(1, 60)]
_RANDOM = Random(20261214)


def _digits(valid: bool = True) -> str:
    """36 hex digits of a made-up code, its CRC right or wrong."""
    raw = _RANDOM.randbytes(16)
    crc = crc16_x25(raw) ^ (0 if valid else 0x0101)
    return (raw + crc.to_bytes(2, "little")).hex().upper()


def _grouped(digits: str, separator: str = " ") -> str:
    return separator.join(digits[at : at + 4] for at in range(0, len(digits), 4))


FORMS: dict[str, Callable[[str], str]] = {
    "grouped": _grouped,
    "plain": str,
    "lower": lambda digits: digits[:32].lower(),
    "hyphens": lambda digits: _grouped(digits, "-"),
    "pairs": lambda digits: bytes.fromhex(digits).hex("-"),
    "underscores": lambda digits: _grouped(digits, "_"),
}

# -- mails with a code somewhere

ASK = "Please send us the install codes of these meters:\n\n{}\n"
Maker = Callable[[str, str, str], EmailMessage]  # of sender, code as written, device


def _mail(sender: str, subject: str, body: str, name: str = "Kim") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f'"{name}" <{sender}>'
    mail["To"] = US
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{_RANDOM.randbytes(5).hex()}@{sender.partition('@')[2]}>"
    mail["Date"] = "Mon, 14 Dec 2026 09:00:00 +0000"
    mail.set_content(body)
    return mail


def _with_csv(mail: EmailMessage, rows: str, filename: str) -> EmailMessage:
    mail.add_attachment(rows.encode(), maintype="text", subtype="csv", filename=filename)
    return mail


def _in_subject(sender: str, code: str, device: str) -> EmailMessage:
    return _mail(sender, f"Install code {code} does not work, please check", ASK.format(device))


def _in_display_name(sender: str, code: str, device: str) -> EmailMessage:
    return _mail(sender, "Codes please", ASK.format(device), name=f"Kim {code}")


def _in_address(_sender: str, code: str, device: str) -> EmailMessage:
    digits = "".join(one for one in code if one.isalnum())
    return _mail(f"{digits}@elsewhere.example", "Codes please", ASK.format(device))


def _in_body(sender: str, code: str, device: str) -> EmailMessage:
    return _mail(sender, "Codes please", ASK.format(device) + f"\nWe tried {code} in vain.\n")


def _in_answer(sender: str, code: str, device: str) -> EmailMessage:
    return _mail(sender, "Re: your request", f"{device}  {code}\n")


def _in_html(sender: str, code: str, device: str) -> EmailMessage:
    mail = _mail(sender, "Codes please", ASK.format(device))
    mail.add_alternative(
        f"<html><head><title>{code}</title></head><body><p>Please send us the install codes</p>"
        f"<table><tr><td>Device ID</td><td>Old code</td></tr><tr><td>{device}</td><td>{code}</td>"
        f"</tr></table><p style='display:none'>{code}</p></body></html>",
        subtype="html",
    )
    return mail


def _in_csv(sender: str, code: str, device: str) -> EmailMessage:
    rows = f"Device ID,Note\n{device},\n{code},swapped columns\n{device[:-1]},{code}\n"
    return _with_csv(_mail(sender, "Codes please", ASK.format("attached")), rows, "list.csv")


def _in_file_name(sender: str, code: str, device: str) -> EmailMessage:
    mail = _mail(sender, "Codes please", ASK.format("attached"))
    return _with_csv(mail, f"Device ID\n{device}\n00-DB-11\n", f"IC {code}.csv")


def _in_sheet_name(sender: str, code: str, device: str) -> EmailMessage:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    # As many characters as Excel takes: most of a code.
    sheet = book.add_worksheet("".join(one for one in code if one.isalnum())[:31])
    for at, cell in enumerate(("Device ID", device, "1.2E+15")):
        sheet.write_string(at, 0, cell)
    book.close()
    mail = _mail(sender, "Codes please", ASK.format("attached"))
    mail.add_attachment(
        target.getvalue(),
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        filename="list.xlsx",
    )
    return mail


def _in_bounce(_sender: str, code: str, device: str) -> EmailMessage:
    mail = _mail("mailer-daemon@gain.example", "Undelivered Mail Returned to Sender", "")
    mail["Return-Path"] = "<>"
    mail.set_content(f"<{US}>: host mx said: 550 5.7.1 rejected: {device} {code}\n")
    return mail


MAILS: dict[str, Maker] = {
    "subject": _in_subject,
    "display name": _in_display_name,
    "address": _in_address,
    "body": _in_body,
    "answer": _in_answer,
    "html": _in_html,
    "csv": _in_csv,
    "file name": _in_file_name,
    "sheet name": _in_sheet_name,
    "bounce": _in_bounce,
}
# Files of our own people with a code where none belongs, and the command that reads each.
FILES: dict[str, tuple[list[str], str]] = {
    "code file": (
        ["codes", "import"],
        "Device ID,Install code\n{code},{device}\n{device},{code}\n00-DB-11,{code}\n",
    ),
    "gained list": (
        ["request", "create"],
        "Device ID,Losing supplier\n{code},GAIN\n{device},{code}\n",
    ),
    "contacts file": (
        ["contacts", "import"],
        "party,signifier,mpids,request_address\n{code},NEWP,{code},{code}\nX,{code},ABCD,a@b\n",
    ),
}
PLACES = (*MAILS, *FILES, "vault")
RUNS = ("grouped", "mixed")


@dataclass
class Planted:
    """One code and where it was put."""

    place: str
    code: str  # as written
    mail: bytes = b""
    words: Sequence[str] = ()
    leaks: set[str] = field(default_factory=set)


def _plant(forms: Sequence[str], folder: Path) -> list[Planted]:
    """A code for every place; mails from a known and from an unknown sender."""
    found: list[Planted] = []
    devices = iter(DEVICES[10:])

    def code(place: str) -> str:
        form = FORMS[forms[len(found) % len(forms)]]
        return form(_digits(valid=place not in ("answer", "code file")))

    for place, make in MAILS.items():
        for sender in (KNOWN, STRANGER):
            written = code(place)
            raw = make(sender, written, next(devices)).as_bytes(policy=SMTP)
            found.append(Planted(place, written, mail=raw))
    for place, (words, content) in FILES.items():
        written = code(place)
        path = folder / f"{place.replace(' ', '-')}.csv"
        path.write_text(content.format(code=written, device=next(devices)))
        found.append(Planted(place, written, words=[*words, str(path)]))
    return found


# -- the agent at work

SCRIPT: dict[str, Any] = {
    "now": "2026-12-14T09:00",
    "codes": {DEVICES[0]: _grouped(_digits()), DEVICES[1]: _grouped(_digits())},
    "register": {"complete_as_of": "2026-12-01"},
    "config_in": {"log": 'level = "debug"', "release": "mails_per_party_per_day = 500"},
}


class Search:
    """Collects every trace of every planted code, with the place where it was seen."""

    def __init__(self, planted: list[Planted]) -> None:
        self.planted = planted
        self._codes = [one.code for one in planted]

    def text(self, where: str, text: str | bytes) -> None:
        content = text.encode() if isinstance(text, str) else text
        for trace in traces(content, self._codes):
            self._note(where, trace)

    def files(self, where: str, folder: Path) -> None:
        for trace in traces_in(folder, self._codes):
            name, _, what = trace.partition(": ")
            self._note(f"{where} {name}", what)

    def _note(self, where: str, trace: str) -> None:
        number = int(trace.removeprefix("secret ").partition(":")[0])
        self.planted[number - 1].leaks.add(where)


def _work_through(stage: Stage, log: Path, mails: int, search: Search) -> None:
    """Let the daemon deal with everything, and search the files while it has them open."""
    text = stage.config.read_text().replace("# poll_seconds = 60.0", "poll_seconds = 0.2")
    stage.config.write_text(text)
    with log.open("wb") as file:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "exchange", "run", "--folder", str(stage.folder)],
            stdout=file,
            stderr=file,
            env={**os.environ, "EXCHANGE_NOW": "2026-12-14T10:30"},
        )
    try:
        until(
            lambda: stage.rows("SELECT count(*) FROM mail WHERE state = 'filed'") == [[mails]],
            log.read_text,
        )
        assert (stage.folder / "exchange.db-wal").stat().st_size > 0
        search.files("file in use", stage.folder)
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE) == 0
    search.text("the daemon's log", log.read_bytes())


def _commands(stage: Stage, planted: list[Planted]) -> Iterator[Sequence[str]]:
    for words in (["inbox", "list"], ["request", "list"], ["request", "outcomes"]):
        yield words
        yield [*words, "--json"]
    yield ["report", "2026-12"]
    yield ["report", "2026-12", "--json"]
    yield ["audit", "export"]
    yield ["codes", "find", DEVICES[0]]
    for (number,) in stage.rows("SELECT id FROM mail"):
        yield ["inbox", "show", str(number)]
        yield ["inbox", "show", str(number), "--json"]
    for number, plant in enumerate(planted):
        if plant.mail:
            file = stage.folder.parent / "mails" / f"{number}.eml"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(plant.mail)
            yield ["read", str(file)]
            yield ["read", str(file), "--json"]
        else:
            yield plant.words
    for (ref,) in stage.rows("SELECT ref FROM inbound_request"):
        yield ["inbox", "release", ref]
    for (number,) in stage.rows("SELECT id FROM mail WHERE folder IN ('review', 'shunted')"):
        yield ["inbox", "replay", str(number)]
        yield ["inbox", "release", str(number), "--as", "FORM"]
    yield ["inbox", "reject", "1", "--why", "nothing to do"]


def _columns(stage: Stage) -> dict[str, str]:
    """The texts of every column: a value that spans pages of the file is whole only here."""
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(stage.folder / "exchange.db")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in list(tables):
            rows = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    if isinstance(value, str):
                        found.setdefault(f"{table}.{name}", []).append(value)
    return {column: " / ".join(texts) for column, texts in found.items()}


def _opened(mail: EmailMessage) -> Iterator[tuple[str, str]]:
    """Everything a recipient can see of a mail, workbooks unpacked."""
    for name, value in mail.items():
        yield name, str(value)
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        yield "an attachment's name", str(part.get_filename())
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                for name in book.namelist():
                    yield name, book.read(name).decode("utf-8", "replace")
        else:
            yield part.get_content_type(), content.decode("utf-8", "replace")


def _leaks(run: str, folder: Path) -> dict[str, set[str]]:
    """Every place where a code was planted, and where traces of it were found."""
    forms = list(FORMS)[1:] if run == "mixed" else [run]
    planted = _plant(forms, folder)
    mails = [one.mail for one in planted if one.mail]
    everything = [*planted, *(Planted("vault", code) for code in SCRIPT["codes"].values())]
    search = Search(everything)
    with staged(folder, folder, SCRIPT) as stage:
        for raw in mails:
            stage.servers.deliver(raw, US)
        _work_through(stage, folder / "log", len(mails), search)
        for words in _commands(stage, planted):
            ended, said = stage.run_cli(list(words))
            assert ended in (0, 1), said
            search.text(f"printed by {' '.join(words[:2])} {words[-1]}", said)
        stage.round()
        search.files("file", stage.folder)
        for column, text in _columns(stage).items():
            search.text(f"column {column}", text)
        for path in folder.glob("*.rejects.csv"):
            search.text(path.name, path.read_bytes())
        asked = Search(planted)  # the vault's codes do leave
        for mail in stage.sent():
            for part, text in _opened(mail):
                asked.text(f"mail to {mail['To']}: {part}", text)
    return {
        place: {leak for one in everything if one.place == place for leak in one.leaks}
        for place in PLACES
    }


@pytest.fixture(scope="module")
def leaks(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, set[str]]]:
    """The leaks of a run; each run is played once."""
    return cache(lambda run: _leaks(run, tmp_path_factory.mktemp("secrets")))


@pytest.mark.parametrize(
    ("run", "place"),
    [(run, place) for run in RUNS for place in PLACES],
)
def test_a_code_is_found_nowhere(
    leaks: Callable[[str], dict[str, set[str]]], run: str, place: str
) -> None:
    found = leaks(run)[place]
    assert found == set(), "\n" + "\n".join(sorted(found))


@pytest.mark.parametrize(
    "form",
    [pytest.param(one) for one in FORMS],
)
@pytest.mark.parametrize(
    "context", ["{}", "code {} of the meter", "x.csv > {} > row 3", "IC_{}.csv", "code={};", "<{}>"]
)
def test_a_masked_text_holds_no_trace(form: str, context: str) -> None:
    written = FORMS[form](_digits())
    masked = mask_codes(context.format(written))
    assert traces(masked.encode(), [written]) == []


def test_device_ids_are_not_masked() -> None:
    listed = "\n".join(str(DeviceId.parse(device)) for device in DEVICES[:5])
    assert mask_codes(listed) == listed
    assert mask_codes(", ".join(listed.split())) == ", ".join(listed.split())
