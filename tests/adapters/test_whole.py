"""The whole way over real servers: Dovecot's mailbox in, Postfix out, nothing scripted of ours."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.domain.device import InstallCode
from exchange.provision import OwnParty, make_folder
from tests.servers import want
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.waiting import PATIENCE

GAIN, LOSE = "install-codes@gain.test", "install-codes@lose.test"
PASSWORD = "only-for-this-test"
CODES = {
    "00-DB-45-7C-76-9F-64-41": "99C0 E5BD BCFB C85B 37CE 91CB DE1F C1B0 3297",
    "00-DB-EA-6B-44-F1-6D-D7": "29FE 69BD 9E8C EBA6 A07D 1DEC 25B1 B087 5C79",
}
GONE = "nobody-here@lose.test"  # Postfix takes mail for it, Dovecot does not know it
STRANGE = "00-DB-EF-E2-6C-07-21-D7"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Dovecot, Postfix]]:
    want(Dovecot.missing())
    want(Postfix.missing())
    want(Postfix.forbidden(), may_lack=True)
    with (
        Dovecot(dict.fromkeys((GAIN, LOSE, "lead@lose.test"), PASSWORD)) as dovecot,
        Postfix(dovecot, {GONE: "OK"}) as postfix,
    ):
        yield dovecot, postfix


class Site:
    """One supplier: its folder, and the command line run in it as a person would."""

    def __init__(
        self, folder: Path, signifier: str, address: str, dovecot: Dovecot, postfix: Postfix
    ) -> None:
        self.folder = folder
        make_folder(folder, OwnParty(signifier, f"{signifier.title()} Power", address))
        config = folder / "config" / "exchange.toml"
        text = config.read_text()
        for host, port in (("imap", dovecot.imap_port), ("smtp", postfix.smtp_port)):
            text = text.replace(
                f'host = "{host}.ours.example"',
                f'host = "127.0.0.1"\nport = {port}\nca_file = "{dovecot.ca_file}"',
            )
            secret = folder / "secrets" / f"{host}-password"
            secret.write_text(PASSWORD)
            secret.chmod(0o600)
        config.write_text(text)

    def run(self, *words: str, code: int = 0) -> str:
        """A command in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "exchange", *words, "--folder", str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def write(self, name: str, rows: list[tuple[str, ...]]) -> str:
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        path = self.folder / name
        path.write_text(out.getvalue())
        return str(path)


def _contacts(signifier: str, address: str) -> list[tuple[str, ...]]:
    return [
        ("party", "signifier", "mpids", "request_address", "escalation_1"),
        (f"{signifier.title()} Power", signifier, signifier, address, "lead@lose.test"),
    ]


def test_asked_answered_and_sealed_over_dovecot_and_postfix(
    servers: tuple[Dovecot, Postfix], tmp_path: Path
) -> None:
    dovecot, postfix = servers
    gain = Site(tmp_path / "gain", "GAIN", GAIN, dovecot, postfix)
    lose = Site(tmp_path / "lose", "LOSE", LOSE, dovecot, postfix)
    for site, other, address in ((gain, "LOSE", LOSE), (lose, "GAIN", GAIN)):
        site.run("contacts", "import", site.write("c.csv", _contacts(other, address)), "--yes")
        checks = site.run("doctor")
        assert "0 failed" in checks
    lose.run(
        "codes", "import", lose.write("k.csv", [("Device ID", "Install code"), *CODES.items()])
    )
    gained = gain.write(
        "gained.csv",
        [("Device ID", "Losing supplier"), *((device, "LOSE") for device in (*CODES, STRANGE))],
    )
    gain.run("request", "create", gained)
    assert "1 letter sent" in gain.run("run", "--once")
    answered = _until(lose, "1 processed")
    assert "1 letter sent" in answered
    _until(gain, "1 processed")

    outcomes = tmp_path / "codes.csv"
    gain.run("request", "outcomes", "--codes", str(outcomes))
    with outcomes.open(newline="") as file:
        rows = {row["Device ID"]: row["Install code"] for row in csv.DictReader(file)}
    assert rows == CODES
    assert outcomes.stat().st_mode & 0o777 == 0o600
    # Nobody has declared the register complete: the third device waits for a person.
    (waiting,) = json.loads(lose.run("inbox", "list", "--json"))["requests"]
    assert (waiting["held"], waiting["unreadable"]) == (1, 0)
    for site in (gain, lose):
        assert "intact" in site.run("audit", "verify")
    for secret in (InstallCode.parse(text).hex for text in CODES.values()):
        for site in (gain, lose):
            blob = b"".join(path.read_bytes() for path in site.folder.glob("exchange.db*"))
            assert secret.encode() not in blob
            assert bytes.fromhex(secret) not in blob


def _until(site: Site, sign: str) -> str:
    """Postfix needs a moment to hand a mail to Dovecot."""
    said, end = "", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        said = site.run("run", "--once")
        if sign in said:
            return said
    raise AssertionError(f"never {sign!r}, at last: {said}")


def test_a_real_bounce_waits_for_a_person(servers: tuple[Dovecot, Postfix], tmp_path: Path) -> None:
    """Postfix accepts for a recipient that Dovecot refuses, and reports it back (RFC 3464)."""
    dovecot, postfix = servers
    site = Site(tmp_path / "gain", "GAIN", GAIN, dovecot, postfix)
    rows = _contacts("GONE", GONE)
    site.run("contacts", "import", site.write("c.csv", rows), "--yes")
    gained = site.write("gained.csv", [("Device ID", "Losing supplier"), (STRANGE, "GONE")])
    site.run("request", "create", gained)
    assert "1 letter sent" in site.run("run", "--once")
    _until(site, "1 review")
    assert "1 sent" in site.run("request", "list")
    (ref,) = (one["ref"] for one in json.loads(site.run("request", "list", "--json"))["requests"])
    assert "not chased until a person decides" in site.run("request", "show", ref)
    site.run("inbox", "bounce", "1", "--void", "--why", "there is no such desk")
    assert "1 bounced" in site.run("request", "list")
