"""What ``exchange doctor`` says of healthy and of ailing working folders."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from exchange.bootstrap import SystemClock, open_context
from exchange.cli import doctor as operate
from exchange.config import MailboxSettings, load_settings
from exchange.doctor import Check, examine, mail
from exchange.domain.audit import AuditEvent
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.party import EscalationContact, Party
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from exchange.services.codes.register import COMPLETE_AS_OF
from exchange.services.running.heartbeat import Heartbeat
from exchange.transport.imap_probe import MailboxProbe
from exchange.vault.keys.keys import create_key_file
from tests.servers import free_ports

ADDRESS = "codes@ours.example"
PASSWORD = "correct-horse-battery"
NOW = datetime.now(UTC)
CONFIG = """
[party]
signifier = "OURS"
name = "Our Energy"
mpids = ["OURS"]
address = "{address}"
alerts_to = "team@ours.example"

[[mailbox]]
host = "127.0.0.1"
port = {imap}
{ca}
username = "{address}"
password_file = "secrets/imap-password"
timeout_seconds = {timeout}

[smtp]
host = "127.0.0.1"
port = {smtp}
{ca}
username = "{address}"
password_file = "secrets/smtp-password"
timeout_seconds = {timeout}
"""


def configure(
    folder: Path, imap: int, smtp: int, ca_file: Path | None = None, timeout: float = 20
) -> None:
    ca = f'ca_file = "{ca_file}"' if ca_file else ""
    text = CONFIG.format(address=ADDRESS, imap=imap, smtp=smtp, ca=ca, timeout=timeout)
    (folder / "config" / "exchange.toml").write_text(text)


def set_password(folder: Path, password: str) -> None:
    for name in ("imap-password", "smtp-password"):
        path = folder / "secrets" / name
        path.write_text(password + "\n")
        path.chmod(0o600)


@pytest.fixture(autouse=True)
def _real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXCHANGE_NOW", raising=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly made folder whose servers are nowhere."""
    folder = tmp_path_factory.mktemp("made") / "ours"
    make_folder(folder, OwnParty("OURS", "Our Energy", ADDRESS))
    imap, smtp = free_ports(2)
    configure(folder, imap, smtp)
    set_password(folder, PASSWORD)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "ours"))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServers]:
    place = tmp_path_factory.mktemp("servers")
    with SandboxServers(place, {ADDRESS: PASSWORD}, lambda: datetime.now(UTC)) as servers:
        yield servers


@pytest.fixture
def reachable(folder: Path, servers: SandboxServers) -> Path:
    configure(folder, servers.imap_port, servers.smtp_port, servers.ca_file)
    return folder


def party(signifier: str = "LOSE", confirmed_on: date | None = None) -> Party:
    address = f"codes@{signifier.lower()}.example"
    return Party(
        signifier, "Losing Power", (signifier,), "supplier", address, address,
        (EscalationContact(1, "Ann", f"ann@{signifier.lower()}.example"),),
        confirmed_on=confirmed_on or NOW.date(),
    )  # fmt: skip


def fill(folder: Path, *parties: Party, complete_as_of: date | None = None) -> None:
    ctx = open_context(folder, SystemClock())
    device, code = DeviceId.parse("00DB1234567890A0"), InstallCode(bytes(range(16)))
    ctx.vault.put_many([VaultRecord(device, code, installed_by_us=True)])
    with ctx.store.transaction("fill") as tx:
        tx.parties.apply(parties, [], NOW, actor="test", source="test")
        tx.facts.put(COMPLETE_AS_OF, (complete_as_of or NOW.date()).isoformat())
        tx.audit.append(NOW, AuditEvent("contacts.changed", "LOSE"))
    ctx.store.dispose()


def by_name(checks: list[Check], name: str) -> Check:
    (found,) = [check for check in checks if check.what == name]
    return found


def states(checks: list[Check]) -> dict[str, str]:
    return {check.what: check.state for check in checks}


def assert_sound(checks: list[Check]) -> None:
    """What holds for every examination."""
    said = " ".join(f"{one.what} {one.found} {one.advice}" for one in checks)
    assert PASSWORD not in said
    assert "Traceback" not in said
    for check in checks:
        assert check.found, check
        assert (check.state == "ok") == (not check.advice), check


# -- the whole


def test_a_folder_whose_servers_are_nowhere(folder: Path) -> None:
    checks = examine(folder)
    assert_sound(checks)
    failures = {check.what: check for check in checks if check.state == "failed"}
    assert failures.keys() == {"mailbox requests", "smtp"}
    for failure in failures.values():
        assert "nothing listens there" in failure.found
        assert "port" in failure.advice
    warnings = {check.what for check in checks if check.state == "warning"}
    assert warnings == {"vault", "register of installed Devices", "contacts"}


def test_all_is_well(reachable: Path) -> None:
    fill(reachable, party())
    checks = examine(reachable)
    assert_sound(checks)
    assert [check for check in checks if check.state != "ok"] == []
    assert [check.what for check in checks] == [
        "configuration", "our party", "alerts", "password of mailbox requests", "password of smtp",
        "S/MIME", "user", "files", "key file", "database", "disk", "vault", "audit log",
        "register of installed Devices", "contacts", "calendar", "clock",
        "mailbox requests", "mailbox requests: certificate",
        "mailbox requests: inbox", "mailbox requests: Junk",
        "mailbox requests: folders", "mailbox requests: filing", "mailbox requests: IDLE",
        "smtp", "smtp: certificate", "smtp: size", "return address", "templates", "daemon",
    ]  # fmt: skip
    assert "1 Device, 1 with a code, 1 installed by us" in by_name(checks, "vault").found
    assert "TLSv1." in by_name(checks, "smtp").found
    assert "valid until 2040-01-01" in by_name(checks, "smtp: certificate").found
    folders = by_name(checks, "mailbox requests: folders").found
    assert folders == "Processed, Review, Shunted: will be made when the first mail is filed there"
    # Nothing was made, moved or sent.
    assert not (reachable / "exchange.db.lock").exists()


@pytest.mark.parametrize(
    "line", ["", f'alerts_to = "{ADDRESS}"', f'compliance_address = "{ADDRESS}"']
)
def test_nobody_of_ours_is_warned(folder: Path, line: str) -> None:
    config = folder / "config" / "exchange.toml"
    config.write_text(config.read_text().replace('alerts_to = "team@ours.example"', line))
    (found,) = [check for check in examine(folder) if check.what == "alerts"]
    assert found.state == "warning"
    assert "nobody is warned" in found.found
    assert "party.alerts_to" in found.advice


def test_looking_changes_nothing_at_the_server(reachable: Path, servers: SandboxServers) -> None:
    before = servers.folders(ADDRESS)
    examine(reachable)
    assert servers.folders(ADDRESS) == before
    assert servers.sent == []


def test_as_a_command(folder: Path) -> None:
    app = typer.Typer()
    app.command("doctor")(operate.doctor)
    result = CliRunner().invoke(app, ["--folder", str(folder), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.output)
    assert told["healthy"] is False
    assert {"what", "state", "found", "advice"} == told["checks"][0].keys()
    result = CliRunner().invoke(app, ["--folder", str(folder)])
    assert result.exit_code == 1
    assert "2 failed" in result.output


# -- configuration, passwords


def test_no_working_folder(tmp_path: Path) -> None:
    checks = examine(tmp_path)
    assert_sound(checks)
    first = checks[0]
    assert (first.what, first.state) == ("configuration", "failed")
    assert "exchange init" in first.advice
    assert list(tmp_path.iterdir()) == []


def test_broken_toml(folder: Path) -> None:
    path = folder / "config" / "exchange.toml"
    path.write_text(path.read_text() + "\n[smtp\n")
    checks = examine(folder)
    assert_sound(checks)
    assert "line 25: the table [smtp] is there twice" in by_name(checks, "configuration").found
    assert str(path) in by_name(checks, "configuration").found
    # What has its place by default can be looked at all the same.
    found = states(checks)
    assert (found["key file"], found["database"], found["calendar"]) == ("ok", "ok", "ok")
    assert found["our party"] == "failed"
    assert "smtp" not in found


def test_faults_of_the_configuration_with_their_places(reachable: Path) -> None:
    path = reachable / "config" / "exchange.toml"
    text = path.read_text().replace('signifier = "OURS"', 'signifier = "o u r s"')
    path.write_text(text + "\n[sla]\ndays = 0\n\n[colour]\nof = 'no use'\n")
    checks = examine(reachable)
    assert_sound(checks)
    faults = [check.found for check in checks if check.what == "configuration"]
    assert len(faults) == 3
    assert any("party.signifier" in fault and "line 3" in fault for fault in faults)
    assert any("sla.days" in fault for fault in faults)
    assert any("colour: there is no such option or table" in fault for fault in faults)
    found = states(checks)
    # The other sections are right, and used.
    assert (found["mailbox requests"], found["smtp"]) == ("ok", "ok")


def test_the_sample_is_not_us(tmp_path: Path) -> None:
    make_folder(tmp_path / "new", OwnParty())
    checks = examine(tmp_path / "new")
    assert_sound(checks)
    assert by_name(checks, "our party").state == "warning"
    assert "sample" in by_name(checks, "our party").found
    password = by_name(checks, "password of mailbox requests")
    assert password.state == "failed"
    assert "imap-password" in password.found
    assert "not tried" in by_name(checks, "mailbox requests").found


def test_a_password_file_that_others_read(folder: Path) -> None:
    path = folder / "secrets" / "smtp-password"
    path.chmod(0o644)
    check = by_name(examine(folder), "password of smtp")
    assert (check.state, check.advice) == ("warning", f"chmod 600 {path}")


def test_an_empty_password(folder: Path) -> None:
    (folder / "secrets" / "smtp-password").write_text("\n")
    check = by_name(examine(folder), "password of smtp")
    assert check.state == "failed"
    assert check.found.endswith("secrets/smtp-password: the password is empty")


# -- key, database, vault


def test_a_key_that_others_read(folder: Path) -> None:
    path = folder / "keys" / "exchange.key"
    path.chmod(0o640)
    checks = examine(folder)
    assert_sound(checks)
    check = by_name(checks, "key file")
    assert (check.state, check.advice) == ("failed", f"chmod 600 {path}")
    assert "0640" in check.found
    vault = by_name(checks, "vault")
    assert (vault.state, vault.advice) == ("failed", f"chmod 600 {path}")
    assert by_name(checks, "database").state == "ok"


@pytest.mark.parametrize("content", [None, "", "key: abc", "mp121-exchange key file, version 9\n"])
def test_no_usable_key_file(folder: Path, content: str | None) -> None:
    path = folder / "keys" / "exchange.key"
    path.unlink()
    if content is not None:
        path.touch(0o600)
        path.write_text(content)
    checks = examine(folder)
    assert_sound(checks)
    assert by_name(checks, "key file").state == "failed"


def test_a_foreign_key(folder: Path) -> None:
    path = folder / "keys" / "exchange.key"
    path.unlink()
    create_key_file(path)
    checks = examine(folder)
    assert_sound(checks)
    assert by_name(checks, "key file").state == "ok"
    assert by_name(checks, "vault").state == "failed"
    assert "key" in by_name(checks, "vault").advice
    assert by_name(checks, "audit log").state == "ok"


def test_no_database(folder: Path) -> None:
    (folder / "exchange.db").unlink()
    checks = examine(folder)
    assert_sound(checks)
    check = by_name(checks, "database")
    assert check.state == "failed"
    assert str(folder / "exchange.db") in check.found
    assert "backup" in check.advice
    assert not (folder / "exchange.db").exists()
    assert by_name(checks, "calendar").state == "ok"


def test_another_file_in_its_place(folder: Path) -> None:
    (folder / "exchange.db").write_bytes(b"Dear diary, today nobody answered. " * 100)
    checks = examine(folder)
    assert_sound(checks)
    assert by_name(checks, "database").state == "failed"
    assert "not a database" in by_name(checks, "database").found


@pytest.mark.parametrize(
    ("revision", "said"),
    [("9999", "newer version of exchange"), ("0000", "no version of exchange")],
)
def test_a_database_of_another_version(folder: Path, revision: str, said: str) -> None:
    with sqlite3.connect(folder / "exchange.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    checks = examine(folder)
    assert by_name(checks, "database").state == "failed"
    assert said in by_name(checks, "database").found
    assert by_name(checks, "database").advice


def test_a_database_whose_schema_somebody_changed(folder: Path) -> None:
    with sqlite3.connect(folder / "exchange.db") as connection:
        connection.execute("DROP INDEX ix_mail_state")
        connection.execute("CREATE INDEX of_our_own ON mail (sender)")
    found = [one for one in examine(folder) if one.what == "database" and one.state != "ok"]
    assert [(one.state, "index" in one.found) for one in found] == [
        ("failed", True), ("warning", True),
    ]  # fmt: skip
    assert "mail: index ix_mail_state (state) is missing" in found[0].found
    assert "of_our_own" in found[1].found


def test_a_damaged_database(folder: Path) -> None:
    with sqlite3.connect(folder / "exchange.db") as connection:
        rows = [(f"fact {number}", "x" * 500) for number in range(2000)]
        connection.executemany("INSERT INTO fact VALUES (?, ?)", rows)
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'fact'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray((folder / "exchange.db").read_bytes())
    content[(root - 1) * size : root * size] = b"\xa5" * size
    (folder / "exchange.db").write_bytes(content)
    checks = examine(folder)
    assert_sound(checks)
    assert by_name(checks, "database").state == "failed"


def test_a_database_that_others_read(folder: Path) -> None:
    (folder / "exchange.db").chmod(0o664)
    check = by_name(examine(folder), "database file")
    assert (check.state, check.advice) == ("warning", f"chmod 600 {folder / 'exchange.db'}")


def test_postgresql_that_is_not_there(folder: Path) -> None:
    path = folder / "config" / "exchange.toml"
    (port,) = free_ports(1)
    url = f"postgresql+psycopg://exchange:{PASSWORD}@127.0.0.1:{port}/exchange"
    path.write_text(path.read_text() + f'\n[database]\nurl = "{url}"\n')
    checks = examine(folder)
    assert_sound(checks)
    assert by_name(checks, "database").state == "failed"


def test_an_audit_log_without_its_head(folder: Path) -> None:
    fill(folder, party())
    with sqlite3.connect(folder / "exchange.db") as connection:
        connection.execute("DELETE FROM fact WHERE name = 'audit.head'")
    check = by_name(examine(folder), "audit log")
    assert (check.state, check.found) == ("failed", "its head is not that of its newest row")
    assert "exchange audit verify" in check.advice


def test_a_running_daemon_is_no_fault(folder: Path) -> None:
    ctx = open_context(folder, SystemClock())
    with ctx.store.sole_daemon():
        check = by_name(examine(folder), "daemon")
        assert check.state == "warning"
        assert "gives no sign of life" in check.found
        began = datetime.now(UTC)
        heart = Heartbeat(folder, lambda *_: None)
        heart.ready()
        heart.round_ended()
        heart.write()
        check = by_name(examine(folder), "daemon")
        assert check.state == "ok"
        days = {f"{one:%Y-%m-%d}" for one in (began, datetime.now(UTC))}  # midnight may be between
        assert any(f"process {os.getpid()}, since {day} " in check.found for day in days)
        assert "last round " in check.found
        heart.stopped()
    said = by_name(examine(folder), "daemon").found
    assert "none is running" in said
    assert "last one was seen" in said
    ctx.store.dispose()


# -- what people have to tell, and time


def test_an_old_declaration(folder: Path) -> None:
    fill(folder, party(), complete_as_of=datetime.now(UTC).date() - timedelta(days=93))
    check = by_name(examine(folder), "register of installed Devices")
    assert check.state == "warning"
    assert re.search("9[34] days ago, 92 at most", check.found)  # 94 where midnight is between
    assert "waits for a person" in check.found
    assert "exchange codes complete-as-of" in check.advice


def test_doubtful_contacts(folder: Path) -> None:
    fill(folder, party("LOSE"), party("PAST", date(2020, 1, 1)))
    checks = examine(folder)
    assert "2 active parties, 1 finding" in by_name(checks, "contacts").found
    check = by_name(checks, "contact PAST")
    assert check.state == "warning"
    assert "2020-01-01" in check.found


def test_very_many_doubtful_contacts(folder: Path) -> None:
    fill(folder, *(party(f"P{number:03}", date(2020, 1, 1)) for number in range(30)))
    checks = examine(folder)
    assert_sound(checks)
    assert sum(check.what.startswith("contact P") for check in checks) == 20
    assert any(check.found == "10 more findings" for check in checks)


def test_a_broken_calendar_file(folder: Path) -> None:
    (folder / "config" / "calendar.toml").write_text("[[add]]\ndate = 'tomorrow'\nname = 'x'\n")
    check = by_name(examine(folder), "calendar")
    assert check.state == "failed"
    assert "line 2 > add.1.date" in check.found


def test_dated_changes_of_the_calendar(folder: Path) -> None:
    (folder / "config" / "calendar.toml").write_text(
        "[[add]]\ndate = 2027-05-05\nname = 'Jubilee'\n\n"
        "[[add]]\ndate = 2026-12-25\nname = 'Christmas'\n"
    )
    said, redundant = [check for check in examine(folder) if check.what == "calendar"]
    assert "2 days added and 0 removed by config/calendar.toml" in said.found
    assert redundant.state == "warning"
    assert "2026-12-25" in redundant.found


def test_a_set_clock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_NOW", "2026-12-21T16:45")
    check = by_name(examine(folder), "clock")
    assert check.state == "warning"
    assert "2026-12-21 16:45 GMT, set by $EXCHANGE_NOW" in check.found
    monkeypatch.setenv("EXCHANGE_NOW", "1999-12-31T23:59")
    assert by_name(examine(folder), "clock").state == "failed"
    monkeypatch.setenv("EXCHANGE_NOW", "teatime")
    checks = examine(folder)
    assert_sound(checks)
    assert by_name(checks, "clock").state == "failed"


def test_a_clock_behind_the_audit_log(folder: Path) -> None:
    ctx = open_context(folder, SystemClock())
    with ctx.store.transaction("future") as tx:
        tx.audit.append(datetime(2039, 1, 2, 3, 4, tzinfo=UTC), AuditEvent("mail.kept", "mail 1"))
    ctx.store.dispose()
    check = by_name(examine(folder), "clock")
    assert check.state == "warning"
    assert "2039-01-02 03:04 UTC" in check.found


# -- mail servers


def test_a_wrong_password(reachable: Path) -> None:
    set_password(reachable, "wrong-and-secret")
    checks = examine(reachable)
    assert_sound(checks)
    for name in ("mailbox requests", "smtp"):
        check = by_name(checks, name)
        assert check.state == "failed"
        assert f"the login as {ADDRESS} was refused" in check.found
        assert "password" in check.advice
        assert "wrong-and-secret" not in f"{check.found}{check.advice}"


def test_a_certificate_of_nobody_known(reachable: Path, servers: SandboxServers) -> None:
    configure(reachable, servers.imap_port, servers.smtp_port)
    checks = examine(reachable)
    assert_sound(checks)
    for name in ("mailbox requests", "smtp"):
        assert "certificate is not valid" in by_name(checks, name).found
        assert "ca_file" in by_name(checks, name).advice


def test_servers_that_say_nothing(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        configure(folder, port, port, timeout=0.3)
        checks = examine(folder)
    assert_sound(checks)
    for name in ("mailbox requests", "smtp"):
        assert "does not answer in time" in by_name(checks, name).found


def test_a_look_without_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "_WHOLE_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        configure(folder, port, port, timeout=5)
        checks = examine(folder)
    assert_sound(checks)
    assert "not finished after" in by_name(checks, "mailbox requests").found


def test_what_a_lesser_mailbox_lacks(folder: Path) -> None:
    settings: MailboxSettings = load_settings(folder).mailbox[0]
    probe = MailboxProbe(
        "requests", login_ok=True, tls_version="TLSv1.3",
        certificate_ends=datetime.now(UTC) + timedelta(days=5),
        folders_found=("Review",), folders_missing=("INBOX",), idle_works=False,
    )  # fmt: skip
    checks = list(mail._of_mailbox("mailbox requests", settings, probe))
    assert_sound(checks)
    assert states(checks) == {
        "mailbox requests": "ok",
        "mailbox requests: certificate": "warning",
        "mailbox requests: inbox": "ok",
        "mailbox requests: Junk": "ok",
        "mailbox requests: folders": "failed",
        "mailbox requests: filing": "failed",
        "mailbox requests: IDLE": "warning",
    }


# -- templates


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("answer/body.txt", "Dear {{ them.name }", "is broken"),
        ("reminder/subject.txt", "{{ reff }}", "cannot be filled in"),
        ("report/report.html", "{% if %}", "is broken"),
    ],
)
def test_a_template_of_ones_own(folder: Path, name: str, text: str, reason: str) -> None:
    path = folder / "templates" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    checks = examine(folder)
    assert_sound(checks)
    check = by_name(checks, "templates")
    assert check.state == "failed"
    assert reason in check.found
    assert str(path) in check.found


def test_a_template_with_a_slip_in_its_name(folder: Path) -> None:
    for name in ("request/subject.txt", "requst/body.txt", "_ours.txt"):
        path = folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("MP121 request {{ ref }}")
    said, stray = [check for check in examine(folder) if check.what == "templates"]
    assert said.state == "ok"
    assert "2 files" in said.found
    assert stray.state == "warning"
    assert "requst/body.txt" in stray.found
