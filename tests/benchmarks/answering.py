"""One request of 500,000 devices: from the mail's bytes to the sealed answer in the outbox.

``python -m tests.benchmarks.answering TASK FOLDER NUMBER``: ``make`` writes the mail, our folder
with the codes in its vault, and the usual way's database with the same codes; ``ours`` and
``usual`` answer on a copy of that, each in a process of its own that made none of it.  Both end
by opening their answer again: every device must have its own code there.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
import logging
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from typing import Any, Final

import structlog

from exchange.bootstrap import SetClock, open_context
from exchange.config import CONFIG_PATH
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.party import Party, diff
from exchange.domain.time.sla import parse_instant
from exchange.ports.mail import FetchedMail, MailRef
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.services.answering import intake
from exchange.services.context import Context
from exchange.services.mailbox import fetch_and_file
from tests.benchmarks import engine, made, usual_answer
from tests.benchmarks.peak import peak_mb
from tests.benchmarks.stages import StageClock
from tests.benchmarks.tree import TreePeak

NAME: Final = "answer a request of 500,000 devices"
NUMBER: Final = 500_000
GOAL_SECONDS, GOAL_RATIO, GOAL_MB = 8.0, 6.0, 800
USUAL: Final = "openpyxl, Fernet rows, XlsxWriter, ORM rows"
_NOW: Final = "2026-11-02T12:00"
_ENOUGH: Final = 60.0  # seconds of the usual way; then its median is of fewer runs
STAGES: Final = {
    "exchange.services.mailbox.fetch_and_file:read_head": "head",
    "exchange.worker.reader:WorkerReader.read": "understand",
    "exchange.worker.reader:WorkerReader.ahead": "understand",
    "exchange.services.answering.requests.device_holdings:Holdings.of": "look up",
    "exchange.services.answering.requests.answer_request:decide_devices": "decide",
    "exchange.services.answering.requests.answer_parts:answers_workbook": "workbook",
    "exchange.services.answering.requests.answer_parts:answers_csv": "CSV",
    "exchange.services.letters.letters:compose": "compose",
    "exchange.vault.keys.seal:BlobSealer.seal": "seal",
    "exchange.vault.keys.seal:BlobSealer.open": "open",
    "exchange.store.requests.inbound:InboundStore.add_devices": "record",
    "exchange.store.requests.inbound:InboundStore.add_columns": "record",
    "exchange.store.audit:AuditLog.append": "record",
    "exchange.store.mails.outbox:Outbox.add": "record",
    "exchange.store.mails.mail:MailLedger.keep": "record",
    "exchange.store.db:Transaction.flush": "record",
    "sqlalchemy.orm:Session.commit": "commit",
    "concurrent.futures:Future.result": "wait for what is made beside",
}


# -- what is answered --


def codes_of(number: int) -> Iterator[tuple[str, InstallCode]]:
    """Each device of the request once, as it is written, with its code."""
    chance = random.Random(20261104)
    for device in dict.fromkeys(row[0] for row in made.rows_of(number)):
        yield device, InstallCode(chance.randbytes(16))


def make(folder: Path, number: int) -> dict[str, Any]:
    (folder / "request.eml").write_bytes(made.xlsx_mail(list(made.rows_of(number))))
    ctx = _made_context(folder / "ours", engine.make("answering"))
    put = ctx.vault.put_many(
        VaultRecord(DeviceId.parse(device), code, True, "ESME", "bench")
        for device, code in codes_of(number)
    )
    ctx.store.dispose()
    (folder / "usual").mkdir()
    usual_answer.make(folder / "usual", ((device, code.raw) for device, code in codes_of(number)))
    return {"devices": put.added}


def _made_context(folder: Path, database: str) -> Context:
    make_folder(folder, OwnParty("OURS", "Our Energy", "codes@ours.example", database))
    ctx = _ctx(folder)
    them = Party(
        signifier="LOSE", name="Losing Power", mpids=("LOSE",), role="supplier",
        request_address="codes@losing.example", reply_address="codes@losing.example",
    )  # fmt: skip
    with ctx.store.transaction("benchmark") as tx:
        tx.parties.apply([them], diff([], [them]), ctx.now(), actor="bench", source="bench")
    return ctx


def _ctx(folder: Path) -> Context:
    return open_context(folder, SetClock(parse_instant(_NOW)))


class _OneMail:
    """A mailbox with the request in it."""

    name = "requests"
    uidnext = 0

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def list(self) -> Sequence[MailRef]:
        return [MailRef(1, 1)]

    def since(self, day: date) -> Sequence[MailRef]:
        return self.list()

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Iterator[FetchedMail]:
        for ref in refs:
            yield FetchedMail(ref, self._raw, parse_instant(_NOW))

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        raise AssertionError("nothing is filed here")

    def server_time(self) -> None:
        return None

    def wait(self, seconds: float) -> bool:
        return True

    def close(self) -> None:
        pass


# -- the two ways --


def ours(folder: Path, number: int) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(dir=folder) as at,
        engine.database("answering-run", "answering") as url,
    ):
        own = Path(at) / "ours"
        shutil.copytree(folder / "ours", own)
        if url:
            config = own / CONFIG_PATH
            config.write_text(config.read_text().replace(engine.address("answering"), url))
        ctx, box = _ctx(own), _OneMail((folder / "request.eml").read_bytes())
        # As in a daemon after its first mail: the reading process runs.
        ctx.reader.read(made.small_mail(0))
        stages = StageClock()
        stages.wrap(STAGES)
        spent = _Spent()
        with TreePeak() as peak:
            spent.begin()
            stages.begin()
            fetch_and_file.keep(ctx, box, fetch_and_file.fresh(ctx, box))
            decided = intake.decide_all(ctx)
            told = {"stages": stages.end()} | spent.wall() | spent.server()
            ctx.reader.close()
            told |= spent.cpu()
            own_mb = peak_mb()
        assert decided.folders == {"processed": 1}, (decided.folders, decided.left)
        letters = _letters(ctx)
        all_right(letters, number)
        items = _counted(ctx)
        assert items == {"provided": _devices(number)}, items
        ctx.store.dispose()
    return told | {"peak_mb": peak.mb, "own_mb": own_mb, "letters": len(letters)}


def _letters(ctx: Context) -> list[bytes]:
    with ctx.store.reading() as tx:
        stored = tx.outbox.due(ctx.now(), 1000, 1 << 40)
        return [ctx.sealer.open(one.sealed, "outbox") for one in stored]


def _counted(ctx: Context) -> dict[str, int]:
    with ctx.store.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT state, count(*) FROM inbound_device GROUP BY state"
        )
        return {str(state): int(number) for state, number in rows}


def _devices(number: int) -> int:
    """How many different devices the request names."""
    return sum(1 for _ in codes_of(number))


def usual(folder: Path, number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=folder) as at:
        own = Path(at) / "usual"
        shutil.copytree(folder / "usual", own)
        raw = (folder / "request.eml").read_bytes()
        importlib.import_module("openpyxl")  # its loading is not the request's to pay for
        spent = _Spent()
        with TreePeak() as peak:
            spent.begin()
            answered = usual_answer.answer(raw, own)
            told = spent.wall() | spent.cpu()
        assert answered == _devices(number), answered
        all_right([usual_answer.sealed_letter(own)], number)
    return told | {"peak_mb": peak.mb}


def all_right(letters: Sequence[bytes], number: int) -> None:
    """Every device of the request stands once in the answer, with its own code."""
    said: dict[str, str] = {}
    rows = 0
    for raw in letters:
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        names = [str(part.get_filename()) for part in mail.iter_attachments()]
        assert [name.rpartition(".")[2] for name in names] == ["xlsx", "csv"], names
        content = list(mail.iter_attachments())[1].get_payload(decode=True)
        assert isinstance(content, bytes)
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            said[row[0]] = row[2]
            rows += 1
    wanted = {device: code.grouped for device, code in codes_of(number)}
    wrong = sum(said.get(device) != code for device, code in wanted.items())
    assert not wrong, f"{wrong} devices without their own code"
    assert rows == len(wanted) + len(letters), "a header in each letter, and nothing besides"


class _Spent:
    """Seconds since ``begin``: wall, and of the processor in this process and what it started."""

    def begin(self) -> None:
        self._server = engine.server_cpu()
        self._cpu, self._wall = self._used(), time.perf_counter()

    def server(self) -> dict[str, float]:
        """Of the processor in the database's own processes."""
        return {"server_cpu": engine.server_cpu() - self._server}

    def wall(self) -> dict[str, float]:
        return {"wall": time.perf_counter() - self._wall}

    def cpu(self) -> dict[str, float]:
        """Of children as far as they have ended."""
        return {"cpu": self._used() - self._cpu}

    @staticmethod
    def _used() -> float:
        both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in both)


# -- telling it --


def outcomes(share: int, number: int | None, runs: int, only: str) -> list[dict[str, Any]]:
    """The case as benchmarks.json has it; goals are for the full size alone."""
    if only.lower() not in NAME.lower():
        return []
    size = number or NUMBER // share
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at)
        _measured("make", folder, size)
        mine: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        for _ in range(runs):  # in turn, so that both have the same machine
            mine.append(_measured("ours", folder, size))
            if sum(one["wall"] for one in others) < _ENOUGH:
                others.append(_measured("usual", folder, size))
    mine.sort(key=lambda one: one["wall"])
    middle = mine[len(mine) // 2]
    seconds, theirs = middle["wall"], median(one["wall"] for one in others)
    peak = max(one["peak_mb"] for one in mine)
    met = seconds < GOAL_SECONDS and theirs / seconds >= GOAL_RATIO and peak < GOAL_MB
    return [
        {
            "name": NAME,
            "unit": "s",
            "number": size,
            "ours": round(seconds, 3),
            "cpu_s": round(middle["cpu"], 3),
            "server_cpu_s": round(middle["server_cpu"], 3),
            "peak_mb": round(peak),
            "peak_own_mb": round(max(one["own_mb"] for one in mine)),
            "comparators": {USUAL: round(theirs, 3)},
            "ratio": round(theirs / seconds, 2),
            "goal": GOAL_SECONDS,
            "goal_ratio": GOAL_RATIO,
            "goal_mb": GOAL_MB,
            "met": met if share == 1 and number is None else None,
            "runs": runs,
            "comparator_runs": len(others),
            "comparator_peak_mb": round(max(one["peak_mb"] for one in others)),
            "letters": middle["letters"],
            "stages": {name: round(spent, 4) for name, spent in middle["stages"].items()},
        }
    ]


def _measured(task: str, folder: Path, number: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.answering", task, str(folder), str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{NAME} ({task}) failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


_TASKS: Final[dict[str, Callable[[Path, int], dict[str, Any]]]] = {
    "make": make,
    "ours": ours,
    "usual": usual,
}

if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sys.stdout.write(json.dumps(_TASKS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))) + "\n")
