"""The commands that write, each with what has to be there before and what is typed after a cut."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from unittest.mock import patch

from alembic.config import Config
from alembic.script import ScriptDirectory

from exchange.domain.time.sla import parse_instant
from exchange.store.upkeep import schema
from tests.faults import world as made
from tests.faults.state import Finding, State, letters_of
from tests.faults.traced import Point
from tests.faults.world import CODES, GAINED, NEW, World, codes_csv, codes_xlsx, csv_of

Command = tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """One command, cut at each of its points."""

    name: str
    words: Command
    base: str = "busy"  # what was done before: "nothing", "found", "busy"
    before: Callable[[World], object] = lambda _world: None  # once, on the base
    each: Callable[[World], object] = lambda _world: None  # on every copy of it
    again: Sequence[tuple[Command, str]] = ()  # afterwards, with the clock; else the same command
    now: str = "2026-12-01T12:00"
    in_steps: bool = False  # whether a part of its work may stand after a fault
    noted: str = ""  # an audit event that comes before its deed, and stands where that is refused
    as_if: Callable[[World], AbstractContextManager[None]] = lambda _world: contextlib.nullcontext()
    outside: Callable[[World, State], list[Finding]] = lambda _world, _state: []

    @property
    def afterwards(self) -> Sequence[tuple[Command, str]]:
        """What is run after the cut."""
        return self.again or ((self.words, self.now),)


def _import_files(world: World) -> None:
    world.write("new.csv", codes_csv(NEW))
    codes_xlsx(world.inputs / "new.xlsx", NEW)
    broken = next(iter(NEW.values())).grouped[:-1]
    world.write("mixed.csv", codes_csv(NEW, f"00-DB-11-22-33-4F-FF-FF,ESME,{broken}\n"))


def _wrong_import(world: World) -> None:
    _import_files(world)
    world.done(["codes", "import", "{in}/new.csv", "--source", "wrong"])


def _rotated(world: World) -> None:
    _import_files(world)
    world.done(["codes", "import", "{in}/new.csv"])


def _contacts(world: World) -> None:
    world.write("contacts.csv", made.CONTACTS.replace("lead@gain", "head@gain"))


def _gained(world: World) -> None:
    devices = list(GAINED)[6:]
    rows = [(devices[0], "GAIN", "FORM"), (devices[1], "GAIN", ""), (devices[2], "QUIET", "")]
    world.write("more.csv", csv_of("Device ID,Losing supplier,Former suppliers", rows))


def _code_found(world: World) -> None:
    world.write("found.csv", codes_csv({made.CODELESS: next(iter(NEW.values()))}))
    world.done(["codes", "import", "{in}/found.csv"])


def _killed_before(world: World) -> None:
    """The last import stands in SQLite's log alone: its process was killed as it tidied up."""
    _import_files(world)
    world.run(["codes", "import", "{in}/new.csv"], at=Point("fdatasync", "folder/exchange.db", 1))
    assert (world.folder / "exchange.db-wal").stat().st_size


def _without_database(world: World) -> None:
    for path in world.folder.glob("exchange.db*"):
        path.unlink()


_REVISION: Final = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", {before!r}, None, None


def upgrade() -> None:
    op.drop_index("ix_audit_subject", "audit")
    op.execute("UPDATE mail SET subject = upper(subject)")
    op.execute("UPDATE outbox SET reply = upper(reply)")
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
"""


@contextlib.contextmanager
def _newer_program(world: World) -> Iterator[None]:
    """As though this version had one revision more: it moves rows and makes an index anew."""
    folder = world.at.parent / "migrations"  # a copy that lasts: the trials are made anew
    usual = schema._config
    if not folder.exists():
        shutil.copytree(Path(schema.__file__).parent / "migrations", folder)
        before = ScriptDirectory.from_config(usual()).get_current_head()
        (folder / "versions" / "v9999.py").write_text(_REVISION.format(before=before))

    def with_it() -> Config:
        config = usual()
        config.set_main_option("script_location", str(folder))
        return config

    with patch.object(schema, "_config", with_it):
        yield


# -- a round


@dataclass
class _Inbox:
    """The mails of the round, the same ones in every trial."""

    mails: list[bytes] = field(default_factory=list)


_inbox = _Inbox()
_ROUND: Final = ("run", "--once")
_AT: Final = "2026-12-08T10:30"


def _mails_of_a_round(world: World) -> None:
    """Two requests, an answer, a bounce, an absence, a stranger, a copy and a poisonous one."""
    ours = list(GAINED)
    gain, form, quiet = (world.asked(party) for party in made.PARTIES)
    known = list(CODES)
    listed = csv_of("Device ID", [(one,) for one in (*known[3:9], "00-DB-11-22-33-4")])
    answers = csv_of(
        "Device ID,Install code,Outcome",
        [(ours[0], GAINED[ours[0]].grouped, ""), (ours[1], GAINED[ours[1]].grouped, ""),
         (ours[2], "", "Not the installing supplier")],
    )  # fmt: skip
    wanted = f"please send\n{known[1]}\n{known[2]}\n{made.STRANGE}\n{made.CODELESS}\n"
    request = made.mail("codes@gain.example", "codes wanted", wanted)
    listing = made.mail(
        "codes@form.example", "a list", "see the list\n", attached=("list.csv", listed)
    )
    _inbox.mails = [
        request,
        listing,
        made.mail(
            "codes@gain.example", f"Install codes {made.ref_of(gain)}", "attached\n",
            attached=("answers.csv", answers),
        ),
        _bounce(form["Message-ID"], form["Subject"]),
        made.mail(
            "codes@quiet.example", f"Automatic reply: {quiet['Subject']}",
            "I am out of the office until Monday 4 January 2027.\n",
            headers={"In-Reply-To": str(quiet["Message-ID"]), "Auto-Submitted": "auto-replied"},
        ),
        made.mail("stranger@elsewhere.example", "win", "a prize for 00-DB-11-22-33-40-00-01\n"),
        listing,
        _poisonous(made.mail("codes@gain.example", "deep", "x")),
    ]  # fmt: skip
    _gained(world)
    world.done(["request", "create", "{in}/more.csv"], "2026-12-08T10:00")


def _poisonous(mail: bytes) -> bytes:
    """Parts within parts within parts."""
    head = mail.replace(
        b'Content-Type: text/plain; charset="utf-8"',
        b"Content-Type: multipart/mixed; boundary=b0",
        1,
    )
    return head + b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (depth, depth + 1)
        for depth in range(300)
    )


def _bounce(message_id: str, subject: str) -> bytes:
    boundary = "=_bounce"
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.lose.example>\r\n"
        f"To: {made.US}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <bounce@mx.lose.example>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\r\n'
        f"\r\n--{boundary}\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        f"\r\n--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.lose.example\r\n\r\n"
        "Final-Recipient: rfc822; codes@form.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"From: {made.US}\r\nTo: codes@form.example\r\nSubject: {subject}\r\n"
        f"Message-ID: {message_id}\r\n\r\n--{boundary}--\r\n"
    ).encode()


def _delivered(world: World) -> None:
    assert world.post is not None
    login = world.post.new_inbox()
    world.use_inbox(login)
    (world.inputs / "login").write_text(login)
    world.post.put(login, _inbox.mails, parse_instant(_AT))
    world.post.forget()


# After a cut at once, then when what was put off is due; until a round has nothing to do.
_LATER: Final = (_AT, "2026-12-08T10:45", "2026-12-08T11:00", "2026-12-08T11:15")


def _far_side(world: World, state: State) -> list[Finding]:
    assert world.post is not None
    state.lying.update(world.post.lying((world.inputs / "login").read_text()))
    letters, findings, copies = letters_of(world.post.sent())
    state.sent.update(letters)
    state.copies = copies
    doctor = world.run(("doctor",), _LATER[-1])
    if doctor.code:
        failed = next((line for line in doctor.said.splitlines() if "failed" in line), "")
        findings.append(Finding("stuck", f"doctor: {' '.join(failed.split())}"))
    return findings


SCENARIOS: Final = (
    Scenario(
        "init", ("init", "--signifier", "LOSE", "--name", "Loseley", "--address", made.US),
        base="nothing",
    ),
    Scenario("init --database-only", ("init", "--database-only"), "found", _without_database),
    Scenario("init --upgrade", ("init", "--upgrade"), as_if=_newer_program),
    Scenario("codes import", ("codes", "import", "{in}/new.csv"), "found", _import_files),
    Scenario("codes import, workbook", ("codes", "import", "{in}/new.xlsx"), "found",
             _import_files),
    Scenario("codes import --skip-bad", ("codes", "import", "{in}/mixed.csv", "--skip-bad"),
             "found", _import_files),
    Scenario("codes import --resume", ("codes", "import", "{in}/new.csv", "--resume"), "found",
             _import_files, in_steps=True),
    Scenario("codes remove", ("codes", "remove", "--source", "wrong", "--yes"), "found",
             _wrong_import),
    Scenario("codes complete-as-of", ("codes", "complete-as-of", "2026-12-01"), "found"),
    Scenario("codes complete-as-of, again", ("codes", "complete-as-of", "2026-12-01"), "found",
             _killed_before),
    Scenario("codes rotate-key", ("codes", "rotate-key"), "found", _rotated, in_steps=True),
    Scenario("codes rotate-key --reseal", ("codes", "rotate-key", "--only-reseal"), "found",
             _rotated, in_steps=True),
    Scenario("contacts import", ("contacts", "import", "{in}/contacts.csv", "--yes"), "found",
             _contacts),
    Scenario("contacts columns", ("contacts", "columns", "set", "GAIN", "--device", "B"), "found"),
    # First the cases are recorded, then what is asked: the next round asks for what is left.
    Scenario("request create", ("request", "create", "{in}/more.csv"), before=_gained,
             in_steps=True),
    Scenario("request withdraw",
             ("request", "withdraw", "MP121-LOSE-2612-Q00001", "--why", "not needed")),
    Scenario("request close", ("request", "close", next(iter(GAINED)), "--why", "gone")),
    Scenario("request outcomes", ("request", "outcomes", "--codes", "{out}/codes.csv"),
             noted="code.exported"),
    Scenario("inbox release, Devices", ("inbox", "release", "MP121-LOSE-2612-A00001"),
             before=_code_found),
    Scenario("inbox release, a mail", ("inbox", "release", "2", "--as", "FORM")),
    Scenario("inbox reject", ("inbox", "reject", "2", "--why", "a stranger")),
    Scenario("inbox withdraw",
             ("inbox", "withdraw", "MP121-LOSE-2612-A00001", "--why", "taken back")),
    Scenario("inbox show --raw", ("inbox", "show", "2", "--raw", "{out}/mail.eml")),
    # The table may be there without the page; the same command makes both.
    Scenario("report", ("report", "2026-12"), in_steps=True),
    Scenario(
        "a round", _ROUND, before=_mails_of_a_round, each=_delivered,
        again=tuple((_ROUND, at) for at in _LATER), now=_AT, in_steps=True, outside=_far_side,
    ),
)  # fmt: skip


ON_POSTGRESQL: Final = [
    one for one in SCENARIOS if one.name in ("codes import", "codes rotate-key", "a round")
]


def named(wanted: Sequence[str]) -> list[Scenario]:
    """Those that are called so, or whose names begin so; all where nothing is named."""
    exact = {one.name for one in SCENARIOS} & set(wanted)
    return [
        one
        for one in SCENARIOS
        if not wanted
        or one.name in exact
        or any(one.name.startswith(name) for name in wanted if name not in exact)
    ]
