"""The monthly report against a real database: its figures counted once more in plain Python."""

from __future__ import annotations

import csv
import io
import itertools
import json
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from typer.testing import CliRunner

from exchange.bootstrap import SetClock, open_context
from exchange.cli import report as report_command
from exchange.domain.compliance import MonthlyReport
from exchange.domain.inbound import DeviceState, RequestClock
from exchange.domain.outbound import Gained, LegState
from exchange.domain.party import Party
from exchange.errors import BadInput
from exchange.ports.mail import MailRef
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.services.people import monthly
from exchange.store.db import Store, Transaction
from exchange.store.mails.mail import NewMail
from exchange.store.mails.outbox import DEFERRED, SENT, NewLetter
from tests.servers import postgres as pg
from tests.servers import want

LONDON = ZoneInfo("Europe/London")
MONTH = "2026-10"
# Midnight in London: summer time at the first instant, winter time at the last.
START, END = datetime(2026, 9, 30, 23, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
SEEN = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
PARTIES = ("LOSE", "PAST", "SLOW")
HOLIDAYS = {date(2026, 8, 31), date(2026, 12, 25), date(2026, 12, 28)}

# -- what is put in


@dataclass(frozen=True)
class Row:
    """A Device of a request to us; ``letter`` is what became of the letter that answers it."""

    state: DeviceState
    letter: str = ""  # "", queued, deferred, sent, bounced, or resent after a bounce
    accepted: datetime = SEEN


@dataclass(frozen=True)
class Received:
    party: str
    received: datetime
    due_at: datetime
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Asked:
    """A Device that we asked about."""

    state: LegState
    answered: datetime = SEEN
    level: int = 0


@dataclass(frozen=True)
class Sent:
    party: str
    created: datetime
    accepted: datetime | None
    due_at: datetime | None
    legs: tuple[Asked, ...]


def _due(received: datetime, days: int) -> datetime:
    day = received.astimezone(LONDON).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


ANSWERED = (DeviceState.PROVIDED, DeviceState.NOT_INSTALLER)
LEG_ANSWERED = (LegState.PROVIDED, LegState.NOT_INSTALLER)
CORNERS = (START, START - timedelta(microseconds=1), END, END - timedelta(microseconds=1))
instants = st.one_of(
    st.sampled_from(CORNERS),
    st.integers(0, 46 * 24 * 60).map(
        lambda minutes: datetime(2026, 9, 26, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
rows = st.builds(
    Row,
    st.sampled_from([state for state in DeviceState if state not in ANSWERED]),
) | st.builds(
    Row,
    st.sampled_from(ANSWERED),
    st.sampled_from(["queued", "deferred", "sent", "sent", "sent", "bounced", "resent"]),
    instants,
)


@st.composite
def received(draw: st.DrawFn) -> Received:
    at = draw(instants)
    due_at = _due(at, draw(st.integers(1, 30)))
    found = draw(st.lists(rows, min_size=1, max_size=6))
    # The instant that is just too late, and the one before it.
    edge = draw(st.sampled_from([None, due_at, due_at - timedelta(microseconds=1)]))
    if edge is not None:
        found.append(Row(DeviceState.PROVIDED, "sent", edge))
    return Received(draw(st.sampled_from(PARTIES)), at, due_at, tuple(found))


@st.composite
def sent(draw: st.DrawFn) -> Sent:
    created = draw(instants)
    accepted = draw(st.sampled_from([created, created + timedelta(hours=30), None]))
    due_at = _due(accepted, draw(st.integers(1, 30))) if accepted else None
    states = [state for state in LegState if state is not LegState.WAITING]
    legs = draw(
        st.lists(
            st.builds(Asked, st.sampled_from(states), instants, st.sampled_from([0, 0, 1, 3])),
            min_size=1,
            max_size=6,
        )
    )
    if due_at:
        edge = draw(st.sampled_from([due_at, due_at - timedelta(microseconds=1)]))
        legs.append(Asked(LegState.NOT_INSTALLER, edge))
    return Sent(draw(st.sampled_from(PARTIES)), created, accepted, due_at, tuple(legs))


# -- putting it in

_numbers = itertools.count(1)


def _letter(tx: Transaction, party: str, fate: str, accepted: datetime, created: datetime) -> int:
    nth = next(_numbers)
    number = tx.outbox.add(
        NewLetter(f"<{nth}@ours.example>", "answer", f"A{nth}", party, "a@b.example", 0, b"", 0),
        created,
    )
    if fate == "deferred":
        tx.outbox.record(number, accepted, state=DEFERRED, next_attempt_at=accepted)
    if fate in ("sent", "bounced"):
        tx.outbox.record(number, accepted, state=SENT)
    if fate == "resent":  # taken early, came back, taken again when it counts
        tx.outbox.record(number, created, state=SENT)
        tx.outbox.fail(number, "bounced 5.1.1")
        tx.outbox.retry(number, accepted)
        tx.outbox.record(number, accepted, state=SENT)
    if fate == "bounced":
        tx.outbox.fail(number, "bounced 5.1.1")
    return number


def put_received(tx: Transaction, one: Received) -> None:
    nth = next(_numbers)
    mail = NewMail(
        mailbox="requests", ref=MailRef(1, nth), content_hash=str(nth), message_id=f"<m{nth}>",
        sender="a@b.example", subject="", size=1, arrived_at=one.received, sealed=b"",
    )  # fmt: skip
    (mail_id,) = tx.mail.keep([mail], one.received)
    day = one.received.astimezone(LONDON).date()
    due_on = (one.due_at - timedelta(minutes=1)).astimezone(LONDON).date()
    clock = RequestClock(one.received, day, due_on, one.due_at, "rule", "calendar")
    request = tx.inbound.add_request(f"MP121-A{nth}", mail_id, one.party, "", clock)
    for row in one.rows:
        letter = (
            _letter(tx, one.party, row.letter, row.accepted, one.received) if row.letter else None
        )
        tx.inbound.add_devices(request, [("", "", "", row.state, "", None)], letter)


def put_sent(tx: Transaction, one: Sent) -> None:
    nth = next(_numbers)
    devices = [f"{nth:08d}-{position}" for position in range(len(one.legs))]
    tx.outbound.open_cases(
        [Gained(name, (one.party,), "", "") for name in devices], one.created, ""
    )
    request = tx.outbound.add_request(f"MP121-Q{nth}", one.party, f"<q{nth}>", 10, one.created)
    if one.accepted and one.due_at:
        day = one.accepted.astimezone(LONDON).date()
        due_on = (one.due_at - timedelta(minutes=1)).astimezone(LONDON).date()
        tx.outbound.accept(request, one.accepted, day, due_on, one.due_at, "rule", "calendar")
    for leg, asked in zip(tx.legs.legs(devices=devices), one.legs, strict=True):
        answered = asked.answered if asked.state in LEG_ANSWERED else None
        tx.legs.carry([leg.id], request)
        tx.legs.move_legs([leg.id], asked.state, answered_at=answered)
        tx.legs.mark_level([leg.id], asked.level)


def put(ctx: Context, takes: list[Received], asks: list[Sent]) -> None:
    with ctx.store.transaction("fill") as tx:
        for take in takes:
            put_received(tx, take)
        for ask in asks:
            put_sent(tx, ask)


# -- counting it once more


def counted_in(takes: list[Received]) -> dict[str, int]:
    names = (
        "answered_in_time answered_late open_in_time open_late withdrawn"
        " provided not_installer held unreadable devices_received"
    )
    found = dict.fromkeys(names.split(), 0)
    takes = [one for one in takes if START <= one.received < END]
    for one in takes:
        for row in one.rows:
            found["devices_received"] += 1
            if row.state is DeviceState.WITHDRAWN:
                found["withdrawn"] += 1
            elif row.state in ANSWERED and row.letter in ("sent", "resent"):
                late = row.accepted >= one.due_at
                found["answered_late" if late else "answered_in_time"] += 1
                found[row.state.value] += 1
            else:
                found["open_late" if one.due_at <= SEEN else "open_in_time"] += 1
                if row.state in (DeviceState.HELD, DeviceState.UNREADABLE):
                    found[row.state.value] += 1
    return found | {"requests_received": len(takes)}


def of_month(asks: list[Sent]) -> list[Sent]:
    return [one for one in asks if START <= (one.accepted or one.created) < END]


def counted_out(asks: list[Sent]) -> dict[str, int]:
    names = (
        "answered_in_time answered_late open overdue bounced withdrawn"
        " provided not_installer escalated devices_asked"
    )
    found = dict.fromkeys(names.split(), 0)
    for one in of_month(asks):
        for leg in one.legs:
            found["devices_asked"] += 1
            found["escalated"] += leg.level > 0
            if leg.state in (LegState.BOUNCED, LegState.WITHDRAWN):
                found[leg.state.value] += 1
            elif leg.state in LEG_ANSWERED:
                late = one.due_at is not None and leg.answered >= one.due_at
                found["answered_late" if late else "answered_in_time"] += 1
                found[leg.state.value] += 1
            else:
                overdue = one.due_at is not None and one.due_at <= SEEN
                found["overdue" if overdue else "open"] += 1
    return found | {"requests_sent": len(of_month(asks))}


def median_of(asks: list[Sent]) -> float | None:
    taken = []
    for one in of_month(asks):
        for leg in one.legs:
            if one.accepted and leg.state in LEG_ANSWERED:
                day, end = (at.astimezone(LONDON).date() for at in (one.accepted, leg.answered))
                days = 0
                while day < end:
                    day += timedelta(days=1)
                    days += day.weekday() < 5 and day not in HOLIDAYS
                taken.append(days)
    return statistics.median(taken) if taken else None


def as_counted(figures: object) -> dict[str, int]:
    return {name: getattr(figures, name) for name in figures.__slots__}  # type: ignore[attr-defined]


def assert_right(report: MonthlyReport, takes: list[Received], asks: list[Sent]) -> None:
    assert as_counted(report.inbound) == counted_in(takes)
    assert as_counted(report.outbound) == counted_out(asks)
    assert report.inbound.unaccounted == report.outbound.unaccounted == 0
    for party in PARTIES:
        theirs = [one for one in takes if one.party == party]
        shown = [one for one in report.inbound_by_party if one.signifier == party]
        expected = counted_in(theirs)
        assert [as_counted(one.figures) for one in shown] == (
            [expected] if expected["requests_received"] else []
        )
        ours = [one for one in asks if one.party == party]
        asked = [one for one in report.outbound_by_party if one.signifier == party]
        expected = counted_out(ours)
        assert [(as_counted(one.figures), one.median_working_days) for one in asked] == (
            [(expected, median_of(ours))] if expected["requests_sent"] else []
        )


# -- the tests


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("month") / "ours"
    make_folder(folder, OwnParty("OURS", "Our Energy", "codes@ours.example"))
    ctx = open_context(folder, SetClock(SEEN))
    with ctx.store.transaction("contacts") as tx:
        parties = [
            Party(name, f"{name.title()} Power", (), "supplier", "a@b.example", "a@b.example")
            for name in PARTIES
        ]
        tx.parties.apply(parties, [], SEEN, actor="test", source="test")
    ctx.store.dispose()
    return folder


@contextmanager
def context_in(base: Path, place: Path, at: datetime = SEEN) -> Iterator[Context]:
    shutil.copytree(base, place)
    ctx = open_context(place, SetClock(at))
    try:
        yield ctx
    finally:
        ctx.store.dispose()


@pytest.fixture
def ctx(base: Path, tmp_path: Path) -> Iterator[Context]:
    with context_in(base, tmp_path / "ours") as ctx:
        yield ctx


@pytest.fixture(scope="module")
def still(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A context whose database is replaced for each example."""
    with context_in(base, tmp_path_factory.mktemp("still") / "ours") as ctx:
        yield ctx


_copies = itertools.count()


@settings(max_examples=60)
@given(takes=st.lists(received(), max_size=6), asks=st.lists(sent(), max_size=6))
def test_every_device_stands_in_exactly_one_figure(
    still: Context, base: Path, takes: list[Received], asks: list[Sent]
) -> None:
    path = still.folder / f"copy-{next(_copies)}.db"
    shutil.copy(base / "exchange.db", path)
    ctx = replace(still, store=Store(f"sqlite:///{path}"))
    try:
        put(ctx, takes, asks)
        assert_right(monthly.build(ctx, MONTH), takes, asks)
    finally:
        ctx.store.dispose()
        path.unlink()


def _october() -> tuple[list[Received], list[Sent]]:
    noon = datetime(2026, 10, 7, 11, tzinfo=UTC)
    due_at = _due(noon, 15)
    takes = [
        Received("LOSE", noon, due_at, (
            Row(DeviceState.PROVIDED, "sent", noon + timedelta(hours=1)),
            Row(DeviceState.PROVIDED, "sent", noon + timedelta(hours=1)),
            Row(DeviceState.NOT_INSTALLER, "sent", due_at),
            Row(DeviceState.HELD),
            Row(DeviceState.UNREADABLE),
            Row(DeviceState.WITHDRAWN),
            Row(DeviceState.PROVIDED, "bounced", noon),
            Row(DeviceState.PROVIDED, "queued"),
        )),
        Received("PAST", noon - timedelta(days=20), due_at, (Row(DeviceState.HELD),)),
    ]  # fmt: skip
    # Half past midnight in summer time: in UTC still the day before.
    at_night = datetime(2026, 10, 14, 0, 30, tzinfo=LONDON)
    asks = [
        Sent("PAST", noon, noon, due_at, (
            Asked(LegState.PROVIDED, at_night),
            Asked(LegState.PROVIDED, datetime(2026, 10, 16, 9, tzinfo=UTC)),
            Asked(LegState.NOT_INSTALLER, SEEN, 2),
            Asked(LegState.SENT, level=1),
            Asked(LegState.REFUSED),
        )),
        Sent("SLOW", noon, None, None, (Asked(LegState.BOUNCED), Asked(LegState.QUEUED))),
    ]  # fmt: skip
    return takes, asks


def test_a_month_by_hand(ctx: Context) -> None:
    takes, asks = _october()
    put(ctx, takes, asks)
    report = monthly.build(ctx, MONTH)
    assert_right(report, takes, asks)
    inbound, outbound = report.inbound, report.outbound
    assert (inbound.requests_received, inbound.devices_received) == (1, 8)
    assert (inbound.answered_in_time, inbound.answered_late) == (2, 1)
    assert (inbound.open_late, inbound.open_in_time, inbound.withdrawn) == (4, 0, 1)
    assert (inbound.provided, inbound.not_installer) == (2, 1)
    assert (outbound.requests_sent, outbound.devices_asked) == (2, 7)
    assert (outbound.answered_in_time, outbound.answered_late, outbound.overdue) == (2, 1, 2)
    assert (outbound.bounced, outbound.open, outbound.escalated) == (1, 1, 2)
    past, slow = report.outbound_by_party
    # Wednesday the 7th is day zero: the 14th is Working Day 5, the 16th 7, 12 November 26.
    assert (past.name, past.median_working_days) == ("Past Power", 7.0)
    assert (slow.signifier, slow.median_working_days) == ("SLOW", None)
    notes = " ".join(report.notes)
    assert "The answer for 1 of the open devices was written, but its mail was refused" in notes
    assert "The answer for 1 of the open devices is written and waits" in notes
    assert "1 of the devices we asked about were refused" in notes
    assert "not over" not in notes


def test_postgresql_counts_alike(still: Context) -> None:
    want(pg.missing())
    from exchange.store.db import writing_engine
    from exchange.store.upkeep import schema

    takes, asks = _october()
    with pg.postgres() as url:
        ctx = replace(still, store=Store(url))
        try:
            with writing_engine(ctx.store.engine).begin() as connection:
                schema.upgrade(connection)
            put(ctx, takes, asks)
            assert_right(monthly.build(ctx, MONTH), takes, asks)
        finally:
            ctx.store.dispose()


def test_the_files_say_what_was_counted(ctx: Context) -> None:
    takes, asks = _october()
    put(ctx, takes, asks)
    csv_path, html_path = monthly.write_month(ctx, MONTH)
    assert csv_path == ctx.folder / "reports" / "mp121-2026-10.csv"
    assert html_path == ctx.folder / "reports" / "mp121-2026-10.html"
    assert sorted(path.name for path in csv_path.parent.iterdir()) == [
        "mp121-2026-10.csv",
        "mp121-2026-10.html",
    ]
    lines = list(csv.DictReader(io.StringIO(csv_path.read_bytes().decode("utf-8-sig"))))
    received = {line["Signifier"]: line for line in lines if line["Direction"] == "received"}
    assert received.keys() == {"ALL", "LOSE"}
    expected = counted_in(takes)
    for name, figure in (
        ("Devices", "devices_received"),
        ("Answered in time", "answered_in_time"),
        ("Answered late", "answered_late"),
        ("Open late", "open_late"),
        ("Held", "held"),
        ("Withdrawn", "withdrawn"),
    ):
        assert {int(line[name]) for line in received.values()} == {expected[figure]}, name
    asked = {line["Signifier"]: line for line in lines if line["Direction"] == "asked"}
    assert asked["PAST"]["Median Working Days"] == "7.0"
    assert (asked["SLOW"]["Bounced"], asked["SLOW"]["Open in time"]) == ("1", "1")
    page = html.fromstring(html_path.read_bytes())
    cells = {
        row.xpath("string(th)").strip(): row.xpath("string(td[1])").strip()
        for row in page.xpath("(//table[contains(@class, 'figures')])[1]//tr[td]")
    }
    assert cells["Devices"] == str(expected["devices_received"])
    assert cells["Open late"] == str(expected["open_late"])
    assert "Past Power" in page.text_content()


def test_the_report_is_on_record(ctx: Context) -> None:
    with ctx.store.transaction("something") as tx:
        from exchange.domain.audit import AuditEvent

        tx.audit.append(SEEN, AuditEvent("mail.kept", "mail 1"))
        _, head = tx.audit.head()
    monthly.write_month(ctx, MONTH)
    with ctx.store.reading() as tx:
        *_, row = tx.audit.rows()
        assert tx.audit.verify() == 2
    assert (row.event, row.subject) == ("report.written", MONTH)
    assert json.loads(row.detail)["audit_head"] == head
    (line, *_) = csv.DictReader(
        io.StringIO((ctx.folder / "reports/mp121-2026-10.csv").read_text("utf-8-sig"))
    )
    assert line["Audit head"] == head


def test_the_daemon_writes_last_month_once(base: Path, tmp_path: Path) -> None:
    with context_in(base, tmp_path / "ours", START) as ctx:
        clock = ctx.clock
        assert isinstance(clock, SetClock)
        reports = ctx.folder / "reports"
        assert monthly.write_due(ctx) == ["2026-09"]
        clock.at = END - timedelta(seconds=1)
        assert monthly.write_due(ctx) == []
        # Somebody looks at the month before it is over: the final report still comes.
        monthly.write_month(ctx, MONTH)
        clock.at = END
        assert monthly.write_due(ctx) == [MONTH]
        written = (reports / "mp121-2026-10.csv").read_bytes()
        assert b"2026-11-01T00:00:00" in written
        clock.at = SEEN
        assert monthly.write_due(ctx) == []
        assert (reports / "mp121-2026-10.csv").read_bytes() == written


def test_a_folder_that_cannot_be_written_stops_nothing(ctx: Context) -> None:
    clock = ctx.clock
    assert isinstance(clock, SetClock)
    (ctx.folder / "reports").write_text("a file stands where the folder should be")
    assert monthly.write_due(ctx) == []
    with pytest.raises(BadInput, match=r"report\.folder"):
        monthly.write_month(ctx, MONTH)
    (ctx.folder / "reports").unlink()
    assert monthly.write_due(ctx) == []  # tried again after an hour
    clock.at += timedelta(hours=1)
    assert monthly.write_due(ctx) == [MONTH]
    with ctx.store.reading() as tx:
        assert [row.event for row in tx.audit.rows()] == ["report.written"]


@pytest.mark.parametrize("month", ["2026-13", "October", "2026-12", ""])
def test_a_month_that_is_none(ctx: Context, month: str) -> None:
    with pytest.raises(BadInput):
        monthly.write_month(ctx, month)
    assert not (ctx.folder / "reports").exists()


def test_an_empty_month(ctx: Context) -> None:
    report = monthly.build(ctx, MONTH)
    assert (report.inbound_by_party, report.outbound_by_party, report.audit_head) == ((), (), "")
    assert set(as_counted(report.inbound).values()) == {0}
    assert report.inbound.in_time_share is None


def test_a_month_under_way_says_so(base: Path, tmp_path: Path) -> None:
    with context_in(base, tmp_path / "ours", START + timedelta(days=3)) as ctx:
        assert "not over" in " ".join(monthly.build(ctx, MONTH).notes)


def test_the_command(ctx: Context) -> None:
    import typer

    takes, asks = _october()
    put(ctx, takes, asks)
    app = typer.Typer()
    app.command("report")(report_command.report)
    place = ["--folder", str(ctx.folder), "--now", "2026-11-12T09:30"]
    said = CliRunner().invoke(app, [MONTH, *place])
    assert said.exit_code == 0, said.output
    assert "October 2026" in said.output
    assert "mp121-2026-10.html" in said.output.replace("\n", "")
    told = json.loads(CliRunner().invoke(app, [MONTH, *place, "--json"]).output)
    assert told["generated_at"] == SEEN.isoformat()
    expected = counted_in(takes)
    assert {name: told["inbound"][name] for name in expected} == expected
    assert told["inbound"]["unaccounted"] == 0
    assert [one["signifier"] for one in told["outbound_by_party"]] == ["PAST", "SLOW"]
    assert told["outbound_by_party"][0]["median_working_days"] == 7.0
    assert all(Path(path).exists() for path in told["files"])
