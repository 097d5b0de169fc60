"""``exchange run`` as a process whose machine's clock jumps and comes back."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.bootstrap import SystemClock, open_desk
from exchange.domain.device import DeviceId, InstallCode
from exchange.ports import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from tests.services.desks import add_parties, make_party

US, THEM, PASSWORD = "codes@lose.example", "codes@gain.example", "only-for-this-test"
DEVICE = DeviceId.parse("00-DB-12-34-56-78-90-A0")
CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")


# The daemon as ever, but for the machine's clock: it is off by the seconds in a file.  (libfaketime
# would do, were it not for Python 3.11, whose sleep it breaks where only the wall clock is faked.)
LAUNCHER = """\
import sys
from datetime import datetime, timedelta
from pathlib import Path
from exchange.services import clock_guard

offset = Path(sys.argv.pop(1))

class Machine(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=float(offset.read_text() or 0))

clock_guard.datetime = Machine
from exchange.__main__ import main
main()
"""


def _until(what: Callable[[], bool], seconds: float = 40.0) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


@pytest.mark.parametrize("jump", [86_400])
def test_a_daemon_under_a_clock_that_jumps_and_comes_back(tmp_path: Path, jump: int) -> None:
    folder, offset = tmp_path / "lose", tmp_path / "offset"
    offset.write_text("0")
    accounts = {US: PASSWORD, THEM: PASSWORD}
    with SandboxServers(tmp_path / "servers", accounts, lambda: datetime.now(UTC)) as servers:
        _make(folder, servers)

        def ask(number: int) -> None:
            servers.deliver(
                f"From: {THEM}\r\nTo: {US}\r\nSubject: codes\r\nMessage-ID: <{number}@gain.example>"
                f"\r\n\r\nPlease send the code of\r\n{DEVICE}\r\n".encode(),
                US,
            )

        log = (tmp_path / "log").open("w")
        daemon = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, str(offset), "run", "--folder", str(folder)],
            stdout=log,
            stderr=log,
        )
        try:
            ask(1)
            assert _until(lambda: len(servers.sent) == 1), (tmp_path / "log").read_text()
            offset.write_text(str(jump))
            assert _until(lambda: "the clock jumped" in (tmp_path / "log").read_text())
            ask(2)
            time.sleep(4)  # it polls every second
            assert len(servers.sent) == 1
            offset.write_text("0")
            assert _until(lambda: len(servers.sent) == 2), (tmp_path / "log").read_text()
        finally:
            daemon.terminate()
            daemon.wait(20)
            log.close()
        said = (tmp_path / "log").read_text()
        assert said.count("the clock cannot be right") == 1, said
        assert said.count("the clock can be right again") == 1, said


def _make(folder: Path, servers: SandboxServers) -> None:
    make_folder(folder, OwnParty("LOSE", "Lose Power", US))
    config = folder / "config" / "exchange.toml"
    text = config.read_text().replace("# poll_seconds = 60.0", "poll_seconds = 1.0")
    for host, port in (("imap", servers.imap_port), ("smtp", servers.smtp_port)):
        text = text.replace(
            f'host = "{host}.ours.example"',
            f'host = "127.0.0.1"\nport = {port}\nca_file = "{servers.ca_file}"',
        )
        (folder / "secrets" / f"{host}-password").write_text(PASSWORD)
    config.write_text(text)
    desk = open_desk(folder, SystemClock())
    add_parties(desk, make_party("GAIN"))
    desk.vault.put_many([VaultRecord(DEVICE, CODE, True)])
    desk.store.dispose()
