"""Bulk asking from end to end: gained, raised, sent, answered in two rounds, closed.

The other Suppliers stand in a process of ours: their answers are composed and given back as the
bytes of mails, and go the same way as any mail from a mailbox.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from hashlib import sha256

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.limits import Limits
from exchange.domain.outbound import CaseState
from exchange.domain.time.sla import parse_instant
from exchange.ports.mail import Delivery, FetchedMail, Letter, MailRef
from exchange.rendering.compose import Attachment, Mail, Templates, compose
from exchange.rendering.workbook import XLSX, AnswerRow, SheetFacts, answers_workbook
from exchange.services.answering import intake
from exchange.services.asking import chase, request
from exchange.services.asking.gained import read_gained
from exchange.services.context import Context
from exchange.services.letters.letters import Named
from exchange.services.mailbox import fetch_and_file
from exchange.services.sending import send_mail
from tests.benchmarks import engine
from tests.benchmarks.ledger import NOW, SUPPLIERS, device

_TEMPLATES = Templates()
_NOW = parse_instant(NOW)


@dataclass
class Stages:
    """Seconds of wall and of processor that each stage took, and what came of it."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    found: dict[str, object] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), _cpu()
        yield
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
        self.cpu[name] = self.cpu.get(name, 0.0) + _cpu() - cpu
        self.peak_mb[name] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu() -> float:
    """Ours, that of the reading processes that ended, and the database server's."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used) + engine.server_cpu()


def gained_csv(number: int) -> bytes:
    """``number`` gained devices: the losing Supplier and one former Supplier each."""
    lines = ["Device ID,Device type,Losing supplier,Former suppliers"]
    for nth in range(number):
        losing, former = nth % SUPPLIERS, (nth + 1 + nth // SUPPLIERS % 7) % SUPPLIERS
        lines.append(f"{device(nth)},{'GSME' if nth % 3 else 'ESME'},SUP{losing:02},SUP{former:02}")
    return "\r\n".join(lines).encode()


def code_of(device_id: str) -> InstallCode:
    """The code that whoever installed the device would send."""
    return InstallCode(sha256(device_id.encode()).digest()[:16])


class Post:
    """A courier that hands every letter over, and a mailbox that the answers arrive in."""

    name = "requests"
    uidnext = 0

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.inbox: dict[MailRef, bytes] = {}
        self.filed: Counter[str] = Counter()
        self._uid = 0

    size_limit = None

    def send_many(self, letters: Sequence[Letter]) -> Generator[Sequence[Delivery], None, None]:
        self.sent += letters
        yield [Delivery(letter.key, accepted=True, reply="250 OK") for letter in letters]

    def left_over(self) -> Sequence[Delivery]:
        return ()

    def arrive(self, raw: bytes) -> None:
        self._uid += 1
        self.inbox[MailRef(1, self._uid)] = raw

    def list(self) -> Sequence[MailRef]:
        return list(self.inbox)

    def since(self, day: date) -> Sequence[MailRef]:
        return self.list()

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Iterator[FetchedMail]:
        for ref in refs:
            yield FetchedMail(ref, self.inbox[ref], _NOW)

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        for ref in refs:
            del self.inbox[ref]
            self.filed[folder] += 1

    def server_time(self) -> None:
        return None

    def wait(self, seconds: float) -> bool:
        return bool(self.inbox)

    def close(self) -> None:
        pass


def _installed_by(installed: Mapping[str, str], party: str, device: str) -> bool:
    return installed[device] == party


def answer_to(letter: Letter, knows: Callable[[str], bool]) -> bytes:
    """What the Supplier sends back: the code of each device that it ``knows``, else a denial."""
    asked = message_from_bytes(letter.raw, policy=policy.default)
    assert isinstance(asked, EmailMessage)
    (listed,) = (
        part for part in asked.iter_attachments() if str(part.get_filename()).endswith(".csv")
    )
    content = listed.get_payload(decode=True)
    assert isinstance(content, bytes)
    ids = [line.split(",", 1)[0] for line in content.decode("utf-8-sig").splitlines()[1:]]
    rows = [
        AnswerRow(one, "install code provided", code_of(one).grouped)
        if knows(one)
        else AnswerRow(one, "not the installing Supplier")
        for one in ids
    ]
    return _answer(letter, str(asked["Message-ID"]), str(asked["Subject"]), rows)


def _answer(letter: Letter, message_id: str, subject: str, rows: Sequence[AnswerRow]) -> bytes:
    digest = sha256(letter.raw).hexdigest()[:20]
    mail = Mail(
        template="answer",
        context={
            "us": Named("A Supplier", "THEM", letter.recipient),
            "them": {"name": "Our Power", "signifier": "OURS"},
            "ref": f"THEM-{digest}", "their_ref": "", "received": _NOW, "due": _NOW.date(),
            "repeated": 0,
            "counts": {"provided": len(rows), "not_installer": 0, "held": 0, "unreadable": 0,
                       "files": 0},
            "rows": (), "held": (), "unreadable": (), "files": (), "left_out": (),
            "file": f"THEM-{digest}",
            "part": None,
        },
        sender_name="A Supplier", sender=letter.recipient, recipient=letter.sender,
        message_id=f"<{digest}@supplier.example>", date=_NOW, in_reply_to=message_id,
        subject_override=f"Re: {subject}", marker=f"answer; ref=THEM-{digest}",
        attachments=(
            Attachment("answer.xlsx", XLSX, answers_workbook(rows, SheetFacts("", digest, _NOW))),
        ),
    )  # fmt: skip
    return compose(mail, _TEMPLATES)


def story(ctx: Context, number: int) -> Stages:
    """Ask about ``number`` gained devices until each has its code, then close every case.

    The losing Supplier installed nine devices in ten; the former one of each has the others.
    """
    stages, post = Stages(), Post()
    content = gained_csv(number)
    with ctx.store.reading() as tx:
        parties = tx.parties.all()
    with stages.stage("read"):
        gained = read_gained("gained.csv", content, parties, Limits(), ours=ctx.settings.party)
    installed = {
        one.device: one.suppliers[0 if int(one.device[-2:], 16) % 10 else 1] for one in gained
    }
    with stages.stage("raise"):
        request.create(ctx, gained, "gained.csv")
    del gained, content
    folders: Counter[str] = Counter()
    for _ in range(2):
        with stages.stage("send"):
            send_mail.deliver(ctx, post, Counter())
        for letter in post.sent:
            party = f"SUP{letter.recipient[15:17]}"
            post.arrive(answer_to(letter, partial(_installed_by, installed, party)))
        post.sent.clear()
        with stages.stage("keep"):
            fetch_and_file.keep(ctx, post, fetch_and_file.fresh(ctx, post))
        with stages.stage("decide"):
            decided = intake.decide_all(ctx)
        assert not decided.left, decided.left
        folders += decided.folders
        with stages.stage("raise"):
            request.raise_requests(ctx)
    stages.found["decided"] = dict(folders)
    with stages.stage("chase"):
        chase.chase(ctx)
    with ctx.store.reading() as tx:
        stages.found["cases"] = tx.outbound.case_counts()
        wanted = [
            DeviceId.parse(case.device) for case in tx.outbound.cases(CaseState.CODE_RECEIVED)
        ]
    with stages.stage("close"):
        closed = request.close_many(ctx, wanted, "commissioned", "bench")
    stages.found["closed"] = closed.closed
    return stages
