"""Small requests, the whole way: from a Dovecot mailbox to replies a mail server has accepted.

Ours is ``exchange run --once`` over a folder of its own, everything durable.  The comparator is
django-helpdesk's own mail reader on the same mailbox, which makes a ticket of each mail.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from exchange.bootstrap import open_desk, the_clock
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.party import Party, diff
from exchange.ports import VaultRecord
from exchange.provision import OwnParty, make_folder
from tests.benchmarks import made
from tests.servers.dovecot import Dovecot

_ADDRESS, _PASSWORD = "codes@ours.example", "benchmark"
_DEVICE = re.compile(rb"^(?:[0-9A-F]{2}-){7}[0-9A-F]{2}", re.M)


@dataclass(frozen=True, slots=True)
class Whole:
    """One run: seconds, and how many mails came to their end."""

    seconds: float
    done: int


def ours(number: int) -> Whole:
    """``number`` requests answered by ``exchange run --once``."""
    with tempfile.TemporaryDirectory() as at, Dovecot({_ADDRESS: _PASSWORD}) as server:
        mails = [made.small_mail(nth) for nth in range(number)]
        server.stop()
        server.fill(_ADDRESS, mails)
        server.start()
        with _sink(server) as sink:
            folder = _folder(Path(at), server, sink.port, mails)
            command = [sys.executable, "-m", "exchange", "run", "--once", "--folder", str(folder)]
            started = time.perf_counter()
            done = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
            _, words = done.communicate()
            seconds = time.perf_counter() - started
            if done.returncode:
                raise SystemExit(f"exchange run --once failed:\n{words[-2000:]}")
        return Whole(seconds, sink.taken)


class _Sink:
    port = 0
    taken = 0


@contextlib.contextmanager
def _sink(server: Dovecot) -> Iterator[_Sink]:
    sink = _Sink()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sink_t", server.cert_file, server.key_file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    sink.port = int(process.stdout.readline())
    try:
        yield sink
    finally:
        said, _ = process.communicate()
        sink.taken = int(said or 0)


def _folder(at: Path, server: Dovecot, smtp_port: int, mails: list[bytes]) -> Path:
    folder = at / "ours"
    make_folder(folder, OwnParty("OURS", "Our Energy", _ADDRESS))
    shutil.copy(server.ca_file, folder / "config" / "ca.pem")
    word = folder / "secrets" / "imap.txt"
    word.write_text(_PASSWORD)
    word.chmod(0o600)
    (folder / "config" / "exchange.toml").write_text(
        f"""
[party]
signifier = "OURS"
name = "Our Energy"
address = "{_ADDRESS}"

[[mailbox]]
host = "127.0.0.1"
port = {server.imap_port}
ca_file = "config/ca.pem"
username = "{_ADDRESS}"
password_file = "secrets/imap.txt"

[smtp]
host = "127.0.0.1"
port = {smtp_port}
ca_file = "config/ca.pem"
per_minute = 0
connections = 4

[release]
mails_per_party_per_day = 1000000
"""
    )
    desk = open_desk(folder, the_clock(""))
    them = Party(
        signifier="LOSE", name="Losing Power", mpids=("LOSE",), role="supplier",
        request_address="codes@losing.example", reply_address="codes@losing.example",
    )  # fmt: skip
    with desk.store.transaction("benchmark") as tx:
        changes = diff(tx.parties.all(), [them])
        tx.parties.apply([them], changes, desk.now(), actor="bench", source="bench")
    chance = Random(20261102)
    desk.vault.put_many(
        VaultRecord(DeviceId.parse(text.decode()), InstallCode(chance.randbytes(16)), True, "ESME")
        for mail in mails
        for text in dict.fromkeys(_DEVICE.findall(mail))
    )
    desk.store.dispose()
    return folder


if __name__ == "__main__":
    told = ours(int(sys.argv[1]))
    sys.stdout.write(f"{told.done} answered in {told.seconds:.1f} s\n")
