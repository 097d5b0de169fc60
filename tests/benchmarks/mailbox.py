"""Small requests, the whole way: from a Dovecot mailbox to replies a mail server has accepted.

Ours is ``exchange run --once`` over a folder of its own, everything durable, timed from the start
of its pass to the last reply that the other server took.  The comparator is django-helpdesk's own
mail reader on a mailbox of the same mails: it makes a ticket of each, looks nothing up and sends
nothing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

from exchange.bootstrap import open_context, the_clock
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.party import Party, diff
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from tests.benchmarks import engine, made, replies
from tests.benchmarks.tree import TreePeak
from tests.servers.dovecot import Dovecot

NAME: Final = "10,000 small requests, mailbox to accepted replies"
NUMBER: Final = 10_000
GOAL_RATE, GOAL_RATIO = 500.0, 8.0
USUAL: Final = "django-helpdesk process_email"
# It is told as a rate, and ten thousand take it minutes.
_USUAL_MAILS: Final = 2_000
_USUAL_MAILS_SMALL: Final = 200
_ENOUGH: Final = 60.0  # seconds of the comparator; then its median is of fewer runs
_ADDRESS, _PASSWORD, _THEM = "codes@ours.example", "benchmark", "codes@losing.example"
_DEVICE: Final = re.compile(rb"^(?:[0-9A-F]{2}-){7}[0-9A-F]{2}", re.M)


@dataclass(frozen=True, slots=True)
class Whole:
    """One run, in seconds; every request was answered, recorded and filed."""

    answering: float  # from the start of the pass to the last reply accepted
    start: float  # of the program, before its pass
    finish: float  # of the pass, after the last reply: what became of it is recorded
    cpu: float  # of the pass, the reading processes' too
    peak_mb: float
    stages: Mapping[str, float]  # of the pass


def missing() -> str:
    """Why the case cannot run here, or an empty text."""
    return Dovecot.missing()


def has_comparator() -> bool:
    """Whether django-helpdesk is there; it comes with the bench group alone."""
    return importlib.util.find_spec("helpdesk") is not None


def ours(number: int) -> Whole:
    """``number`` requests answered by ``exchange run --once``; raises AssertionError if not all."""
    mails = _mails(number)
    codes = codes_of(mails)
    with tempfile.TemporaryDirectory() as at, _served(mails) as server:
        folder, instants, taken = Path(at) / "ours", Path(at) / "instants", Path(at) / "taken"
        with _sink(server, taken) as sink:
            _make_folder(folder, server, sink.port, codes)
            command = [sys.executable, "-m", "tests.benchmarks.once", str(instants), str(folder)]
            with (Path(at) / "words").open("w+") as words:
                started = time.monotonic()
                process = subprocess.Popen(command, stdout=words, stderr=words)
                with TreePeak(process.pid) as peak:
                    process.wait()
                words.seek(0)
                if process.returncode:
                    raise SystemExit(f"exchange run --once failed:\n{words.read()[-2000:]}")
        replies.all_replied(mails, list(_taken(taken)), codes)
        assert sink.recipients == {_THEM: number}, sink.recipients
        replies.all_recorded(folder, number)
        ctx = open_context(folder, the_clock(""))
        replies.all_filed(server, _ADDRESS, ctx.settings.mailbox[0].processed, number)
        ctx.store.dispose()
        passed = json.loads(instants.read_text())
    return Whole(
        answering=sink.last - passed["began"],
        start=passed["began"] - started,
        finish=passed["ended"] - sink.last,
        cpu=passed["cpu"],
        peak_mb=peak.mb,
        stages=passed["stages"],
    )


def usual(number: int) -> float:
    """Seconds in which django-helpdesk makes a ticket of each of ``number`` requests."""
    with _served(_mails(number)) as server:
        command = [sys.executable, "-m", "tests.benchmarks.helpdesk", "127.0.0.1"]
        done = subprocess.run(
            [*command, str(server.imap_port), _ADDRESS, _PASSWORD],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{USUAL} failed:\n{done.stderr[-2000:]}")
        seconds, tickets = done.stdout.splitlines()[-1].split()
        assert int(tickets) == number, f"{tickets} tickets of {number} mails"
        return float(seconds)


def outcomes(share: int, number: int | None, runs: int, only: str) -> list[dict[str, Any]]:
    """The case as benchmarks.json has it; goals are for the full size alone."""
    if only.lower() not in NAME.lower():
        return []
    size = number or NUMBER // share
    few = min(size, _USUAL_MAILS if share == 1 else _USUAL_MAILS_SMALL)
    mine: list[Whole] = []
    others: list[float] = []
    for _ in range(runs):  # in turn, so that both have the same machine
        mine.append(ours(size))
        if has_comparator() and sum(others) < _ENOUGH:
            others.append(usual(few))
    mine.sort(key=lambda one: one.answering)
    middle = mine[len(mine) // 2]
    rate, peak = size / middle.answering, max(one.peak_mb for one in mine)
    theirs = few / median(others) if others else 0.0
    ratio = rate / theirs if others else 0.0
    met = rate >= GOAL_RATE and ratio >= GOAL_RATIO
    return [
        {
            "name": NAME,
            "unit": "requests/s",
            "number": size,
            "ours": round(rate, 1),
            "cpu_s": round(middle.cpu, 3),
            "peak_mb": round(peak),
            "comparators": {USUAL: round(theirs, 1)} if others else {},
            "ratio": round(ratio, 2),
            "goal": GOAL_RATE,
            "goal_ratio": GOAL_RATIO,
            "met": met if share == 1 and number is None else None,
            "runs": runs,
            "comparator_runs": len(others),
            "comparator_number": few,
            "mailbox": "Dovecot, sdbox",
            "seconds": round(middle.answering, 3),
            "start_s": round(middle.start, 3),
            "finish_s": round(middle.finish, 3),
            "stages": {
                "start of the program (not counted)": round(middle.start, 3),
                **{name: round(spent, 3) for name, spent in middle.stages.items()},
            },
        }
    ]


# -- what both find --


def _mails(number: int) -> list[bytes]:
    return [made.small_mail(nth) for nth in range(number)]


def codes_of(mails: Sequence[bytes]) -> Mapping[str, InstallCode]:
    """The code of each device in the mails."""
    chance = Random(20261102)
    devices = dict.fromkeys(text.decode() for mail in mails for text in _DEVICE.findall(mail))
    return {device: InstallCode(chance.randbytes(16)) for device in devices}


@contextlib.contextmanager
def _served(mails: Sequence[bytes]) -> Iterator[Dovecot]:
    """A server with the mails in its inbox.

    They lie in Dovecot's own store: in a Maildir moving thousands takes the server, and so whoever
    waits for it, longer than anything else.
    """
    with Dovecot({_ADDRESS: _PASSWORD}, store="sdbox:~/dbox") as server:
        server.append(_ADDRESS, mails)
        yield server


# -- the other server --


@dataclass(slots=True)
class _Sink:
    port: int = 0
    last: float = 0.0
    recipients: dict[str, int] = field(default_factory=dict)


@contextlib.contextmanager
def _sink(server: Dovecot, taken: Path) -> Iterator[_Sink]:
    """Takes every mail; once the block is over, ``taken`` has them."""
    sink = _Sink()
    command = [sys.executable, "-m", "tests.benchmarks.sink"]
    process = subprocess.Popen(
        [*command, str(server.cert_file), str(server.key_file), str(taken)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        sink.port = int(process.stdout.readline())
        yield sink
    finally:
        said, _ = process.communicate()
    told = json.loads(said)
    sink.last, sink.recipients = told["last"], told["recipients"]


def _taken(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while length := file.read(4):
            yield file.read(int.from_bytes(length, "big"))


# -- ours --


def _make_folder(
    folder: Path, server: Dovecot, smtp_port: int, codes: Mapping[str, InstallCode]
) -> None:
    url = engine.make("mailbox")
    make_folder(folder, OwnParty("OURS", "Our Energy", _ADDRESS, url))
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
connections = 8

[release]
mails_per_party_per_day = 1000000

[database]
url = "{url or "sqlite:///exchange.db"}"
"""
    )
    ctx = open_context(folder, the_clock(""))
    them = Party(
        signifier="LOSE", name="Losing Power", mpids=("LOSE",), role="supplier",
        request_address=_THEM, reply_address=_THEM,
    )  # fmt: skip
    with ctx.store.transaction("benchmark") as tx:
        changes = diff(tx.parties.all(), [them])
        tx.parties.apply([them], changes, ctx.now(), actor="bench", source="bench")
    ctx.vault.put_many(
        VaultRecord(DeviceId.parse(device), code, True, "ESME") for device, code in codes.items()
    )
    ctx.store.dispose()


if __name__ == "__main__":
    if missing():
        raise SystemExit(missing())
    told = ours(int(sys.argv[1]))
    sys.stdout.write(f"{int(sys.argv[1])} answered in {told.answering:.1f} s\n")
