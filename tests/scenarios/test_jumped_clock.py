"""``exchange run`` as a process whose machine's clock jumps and comes back."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.bootstrap import SystemClock, open_context
from exchange.domain.device import DeviceId, InstallCode
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from tests.services.contexts import add_parties, make_party
from tests.waiting import PATIENCE, until

US, THEM, PASSWORD = "codes@lose.example", "codes@gain.example", "only-for-this-test"
DEVICE = DeviceId.parse("00-DB-12-34-56-78-90-A0")
CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")


# The daemon as ever, but for the machine's clock: it is off by the seconds in a file.  (libfaketime
# would do, were it not for Python 3.11, whose sleep it breaks where only the wall clock is faked.)
LAUNCHER = """\
import sys
from datetime import datetime, timedelta
from pathlib import Path
from exchange.services.running import clock_guard

offset = Path(sys.argv.pop(1))

class Machine(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=float(offset.read_text() or 0))

clock_guard.datetime = Machine
from exchange.__main__ import main
main()
"""


class Yard:
    """A daemon whose machine's clock is off by the seconds in a file."""

    def __init__(self, at: Path, servers: SandboxServers) -> None:
        self.servers, self.folder, self.log = servers, at / "lose", at / "log"
        self._offset = at / "offset"
        self.off_by(0)

    def off_by(self, seconds: int) -> None:
        self._offset.write_text(str(seconds))

    def ask(self, number: int) -> None:
        self.servers.deliver(
            f"From: {THEM}\r\nTo: {US}\r\nSubject: codes\r\nMessage-ID: <{number}@gain.example>"
            f"\r\n\r\nPlease send the code of\r\n{DEVICE}\r\n".encode(),
            US,
        )

    def until_answered(self, number: int) -> None:
        until(lambda: len(self.servers.sent) == number, self.log.read_text)

    @contextmanager
    def daemon(self) -> Iterator[None]:
        with self.log.open("a") as log:
            daemon = subprocess.Popen(
                [
                    *(sys.executable, "-c", LAUNCHER, str(self._offset)),
                    *("run", "--folder", str(self.folder)),
                ],
                stdout=log,
                stderr=log,
            )
            try:
                yield
            finally:
                daemon.terminate()
                daemon.wait(PATIENCE)


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    accounts = {US: PASSWORD, THEM: PASSWORD}
    with SandboxServers(tmp_path / "servers", accounts, lambda: datetime.now(UTC)) as servers:
        _make(tmp_path / "lose", servers)
        yield Yard(tmp_path, servers)


@pytest.mark.parametrize("jump", [86_400])
def test_a_daemon_under_a_clock_that_jumps_and_comes_back(yard: Yard, jump: int) -> None:
    with yard.daemon():
        yard.ask(1)
        yard.until_answered(1)
        yard.off_by(jump)
        until(lambda: "the clock jumped" in yard.log.read_text())
        yard.ask(2)
        time.sleep(2)  # it polls three times a second
        assert len(yard.servers.sent) == 1
        yard.off_by(0)
        yard.until_answered(2)
    said = yard.log.read_text()
    assert said.count("the clock cannot be right") == 1, said
    assert said.count("the clock can be right again") == 1, said


def test_a_mail_that_waits_at_a_start_is_no_record_for_a_clock_far_ahead(yard: Yard) -> None:
    text = (yard.folder / "config" / "exchange.toml").read_text()
    (yard.folder / "config" / "exchange.toml").write_text(
        text.replace("[[mailbox]]\n", '[[mailbox]]\nclaim = ""\n', 1)  # nobody tells the time
    )
    with yard.daemon():
        yard.ask(1)
        yard.until_answered(1)
    yard.ask(2)
    yard.off_by(30 * 86_400)
    with yard.daemon():
        until(lambda: "no mail server confirms it" in yard.log.read_text())
        time.sleep(2)  # it polls three times a second
        assert len(yard.servers.sent) == 1
        yard.off_by(0)
        yard.until_answered(2)
    said = yard.log.read_text()
    assert said.count("the clock can be right again") == 1, said


def _make(folder: Path, servers: SandboxServers) -> None:
    make_folder(folder, OwnParty("LOSE", "Lose Power", US))
    config = folder / "config" / "exchange.toml"
    text = config.read_text().replace("# poll_seconds = 60.0", "poll_seconds = 0.3")
    for host, port in (("imap", servers.imap_port), ("smtp", servers.smtp_port)):
        text = text.replace(
            f'host = "{host}.ours.example"',
            f'host = "127.0.0.1"\nport = {port}\nca_file = "{servers.ca_file}"',
        )
        (folder / "secrets" / f"{host}-password").write_text(PASSWORD)
    config.write_text(text)
    ctx = open_context(folder, SystemClock())
    add_parties(ctx, make_party("GAIN"))
    ctx.vault.put_many([VaultRecord(DEVICE, CODE, True)])
    ctx.store.dispose()
