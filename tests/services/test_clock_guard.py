"""A clock that cannot be right stops what is counted by it; nothing is lost, and it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from sqlalchemy import create_engine

from exchange.bootstrap import open_context, open_courier, open_mailbox
from exchange.domain.audit import AuditEvent
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.outbound import Gained
from exchange.errors import BadInput, MailboxUnavailable
from exchange.ports.mail import Mailbox, ServerTime
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from exchange.services.asking import request
from exchange.services.mailbox.rounds import Reachability, Round, one_round
from exchange.services.people import audit_log, monthly
from exchange.services.running import clock_guard
from exchange.services.running.clock_guard import WatchedClock
from exchange.transport.imap import ImapMailbox
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.contexts import add_parties, make_party

US, THEM = "codes@lose.example", "codes@gain.example"
PASSWORD = "only-for-this-test"
DEVICE = "00-DB-12-34-56-78-90-A0"
CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
START = datetime(2026, 12, 14, 9, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass
class World:
    """The true time, and by how much each of those who tell it is wrong."""

    true: datetime = START
    ours: timedelta = timedelta()  # the machine's clock
    asleep: timedelta = timedelta()  # time that the clock which only runs on has missed
    servers: dict[str, timedelta | None] = field(default_factory=dict)  # None: does not answer

    def clock(self) -> WatchedClock:
        """The clock of a process that starts now."""
        return WatchedClock(
            lambda: self.true + self.ours,
            lambda: 1000 + (self.true - self.asleep - START).total_seconds(),
        )

    def mailboxes(self) -> list[Any]:
        return [_Server(name, self) for name in self.servers]


@dataclass
class _Server:
    name: str
    world: World
    exact: bool = True

    def server_time(self) -> ServerTime | None:
        off = self.world.servers[self.name]
        if off is None:
            raise MailboxUnavailable("nothing listens")
        return ServerTime(self.world.true + off, self.exact)


def _servers(name: str, world: World, *, exact: bool) -> list[Mailbox]:
    """One mailbox of which nothing but its server's time is asked."""
    return [cast(Mailbox, _Server(name, world, exact))]


@pytest.fixture
def world() -> World:
    return World()


class Site:
    """A context whose clock and servers are those of a world, with real IMAP and SMTP."""

    def __init__(self, folder: Path, world: World, servers: SandboxServers, url: str) -> None:
        self.folder, self.world, self.servers = folder, world, servers
        make_folder(folder, OwnParty("LOSE", "Lose Power", US, url))
        config = folder / "config" / "exchange.toml"
        text = config.read_text()
        for host, port in (("imap", servers.imap_port), ("smtp", servers.smtp_port)):
            text = text.replace(
                f'host = "{host}.ours.example"',
                f'host = "127.0.0.1"\nport = {port}\nca_file = "{servers.ca_file}"',
            )
            (folder / "secrets" / f"{host}-password").write_text(PASSWORD)
        config.write_text(text.replace("[[mailbox]]\n", '[[mailbox]]\nclaim = ""\n'))
        self.start()
        add_parties(self.ctx, make_party("GAIN"))
        self.ctx.vault.put_many([VaultRecord(DeviceId.parse(DEVICE), CODE, True)])

    def start(self) -> None:
        """As after a restart: a new process, the same database."""
        self.ctx = open_context(self.folder, self.world.clock())

    def ask(self, number: int = 1) -> None:
        self.servers.deliver(
            f"From: {THEM}\r\nTo: {US}\r\nSubject: codes please\r\n"
            f"Message-ID: <{number}@gain.example>\r\n\r\nPlease send the code of\r\n{DEVICE}\r\n"
            "".encode(),
            US,
        )

    def round(self) -> Round:
        box = open_mailbox(self.ctx, self.ctx.settings.mailbox[0])
        told = _Told(box, self.world)
        try:
            return one_round(self.ctx, [told], open_courier(self.ctx), Reachability())
        finally:
            box.close()

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        with self.ctx.store.engine.begin() as connection:
            result = connection.exec_driver_sql(text)
            return [tuple(row) for row in result] if result.returns_rows else []


class _Told:
    """A mailbox whose server's time is that of the world."""

    def __init__(self, box: ImapMailbox, world: World) -> None:
        self._box, self._world = box, world

    def __getattr__(self, name: str) -> Any:
        return getattr(self._box, name)

    def server_time(self) -> ServerTime | None:
        off = self._world.servers.get("requests")
        return None if off is None else ServerTime(self._world.true + off, True)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Iterator[Site]:
    accounts = {US: PASSWORD, THEM: PASSWORD}
    with SandboxServers(tmp_path / "servers", accounts, lambda: world.true) as servers:
        if request.param == "sqlite":
            found = Site(tmp_path / "lose", world, servers, "")
            yield found
        else:
            url = request.getfixturevalue("database")
            found = Site(tmp_path / "lose", world, servers, url)
            yield found
        found.ctx.reader.close()
        found.ctx.store.dispose()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    want(missing())
    with postgres() as url:
        yield url


@pytest.fixture
def database(server: str) -> str:
    """An empty database."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return server


@pytest.mark.parametrize("off", [DAY, -3 * HOUR, 120 * DAY])
def test_a_jump_stops_everything_but_the_keeping_and_back_it_goes_on(
    site: Site, world: World, off: timedelta
) -> None:
    request.create(site.ctx, [Gained("00-DB-00-00-00-00-02-01", ("GAIN",), "", "row")], "g.csv")
    site.round()
    assert len(site.servers.sent) == 1
    world.true += 5 * MINUTE
    site.ask(1)
    world.ours = off
    with structlog.testing.capture_logs() as said:
        for _ in range(3):
            done = site.round()
            world.true += MINUTE
            (trouble,) = done.troubles
            assert "the clock jumped" in trouble
            assert "exchange clock confirm" in trouble
            assert [done.raised, done.chased, done.delivered, done.decided] == [[], {}, {}, {}]
        with site.ctx.store.reading() as tx:
            assert "the clock jumped" in tx.facts.get(clock_guard.TROUBLE)
    assert monthly.write_due(site.ctx) == []
    assert len([one for one in said if one["log_level"] == "error"]) == 1
    assert site.sql("SELECT state FROM mail") == [("kept",)]
    assert len(site.servers.sent) == 1
    world.ours = timedelta()
    done = site.round()
    assert not done.troubles
    with site.ctx.store.reading() as tx:
        assert tx.facts.get(clock_guard.TROUBLE) == ""  # what doctor shows
    assert done.decided == {"processed": 1}
    assert len(site.servers.sent) == 2
    # Nothing was recorded with a time that was not.
    ((arrived, received),) = site.sql(
        "SELECT m.arrived_at, r.received_at FROM mail m JOIN inbound_request r ON r.mail_id = m.id"
    )
    found = {str(one)[:16].replace("T", " ") for one in (arrived, received)}
    assert found == {"2026-12-14 09:05"}
    stamps = [datetime.fromisoformat(row.at) for row in audit_log.rows(site.ctx)]
    assert stamps == sorted(stamps)
    assert stamps[-1] <= world.true
    audit_log.verify(site.ctx)


def test_no_rung_is_skipped_under_a_clock_that_is_ahead(site: Site, world: World) -> None:
    request.create(site.ctx, [Gained("00-DB-00-00-00-00-02-01", ("GAIN",), "", "row")], "g.csv")
    site.round()
    ((first,),) = site.sql("SELECT next_due FROM leg")
    world.ours = 120 * DAY
    for _ in range(3):
        assert site.round().troubles
    site.start()  # and a restart does not make it right
    world.servers = {"requests": timedelta()}
    assert "by the mail server of mailbox requests" in site.round().troubles[0]
    assert site.sql("SELECT next_due FROM leg") == [(first,)]
    assert site.sql("SELECT count(*) FROM leg_rung") == [(0,)]
    world.ours, world.true = timedelta(), world.true + 8 * DAY  # when the first reminder is due
    done = site.round()
    assert not done.troubles
    assert done.chased == {"reminder": 1}


def test_what_was_put_off_under_a_clock_that_was_ahead_is_not_late(
    site: Site, world: World
) -> None:
    """The process never saw the jump: it was started and ended while the clock was ahead."""
    site.servers.refuse(THEM, 451, "4.2.0 later")
    world.ours = DAY
    site.start()
    site.ask(1)
    assert site.round().delivered == {"deferred": 1}
    site.servers.accept(THEM)
    world.ours = timedelta()
    world.servers = {"requests": timedelta()}
    site.start()
    done = site.round()
    assert not done.troubles
    assert done.delivered == {"sent": 1}


def test_attempts_that_are_to_come_take_nothing_of_the_rate_budget(
    site: Site, world: World
) -> None:
    config = site.folder / "config" / "exchange.toml"
    config.write_text(config.read_text().replace("[smtp]\n", "[smtp]\nper_minute = 2\n", 1))
    world.ours = DAY
    site.start()
    for number in (1, 2):
        site.ask(number)
    assert site.round().delivered == {"sent": 2}
    world.ours, world.servers = timedelta(), {"requests": timedelta()}
    site.start()
    site.ask(3)
    assert site.round().delivered == {"sent": 1}


def test_a_person_confirms_a_clock_that_was_set_right(site: Site, world: World) -> None:
    world.ours = -DAY
    site.start()
    assert not site.round().troubles  # nothing says otherwise yet
    world.ours = timedelta()
    site.ask(1)
    assert site.round().troubles
    person = replace(site.ctx, clock=world.clock())
    with pytest.raises(BadInput, match="set the machine's clock"):
        clock_guard.confirm(person, world.true - DAY, "kim")
    assert site.round().troubles
    clock_guard.confirm(person, world.true + MINUTE, "kim")
    done = site.round()
    assert not done.troubles
    assert done.decided == {"processed": 1}
    assert [row.actor for row in audit_log.rows(site.ctx, event="clock.confirmed")] == ["kim"]
    # Once: the next jump is a jump again.
    world.ours = DAY
    assert site.round().troubles


# -- the rules, without servers of mail


@pytest.fixture
def ctx(world: World, tmp_path: Path) -> Iterator[Any]:
    make_folder(tmp_path / "lose", OwnParty("LOSE", "Lose Power", US))
    found = open_context(tmp_path / "lose", world.clock())
    yield found
    found.store.dispose()


def _check(ctx: Any, world: World) -> str:
    return clock_guard.check_clock(ctx, world.mailboxes())


def _restarted(ctx: Any, world: World) -> Any:
    return replace(ctx, clock=world.clock())


def _trouble(ctx: Any) -> str:
    with ctx.store.reading() as tx:
        return str(tx.facts.get(clock_guard.TROUBLE))


def test_a_clock_that_runs_evenly_is_believed(ctx: Any, world: World) -> None:
    """Also one that loses a second a minute, as long as somebody looks."""
    for _ in range(150):
        assert not _check(ctx, world)
        world.true += 10 * MINUTE
        world.ours -= timedelta(seconds=10)
    assert ctx.clock.now() == world.true + world.ours


def test_a_jump_that_a_server_confirms_is_a_clock_set_right(ctx: Any, world: World) -> None:
    world.ours, world.servers = 2 * HOUR, {"a": None, "b": timedelta()}
    ctx = _restarted(ctx, world)
    world.servers["b"] = None
    assert not _check(ctx, world)
    world.ours = timedelta()  # set right by NTP, two hours back
    assert "2026-12-14 11:00" in _check(ctx, world)
    world.true += 2 * MINUTE
    world.servers["b"] = timedelta(seconds=20)
    assert not _check(ctx, world)
    assert ctx.clock.now() == world.true
    assert not _trouble(ctx)


@pytest.mark.parametrize("off", [DAY, -DAY, 400 * DAY])
def test_a_server_with_another_time_stops_nothing_for_good(
    ctx: Any, world: World, off: timedelta
) -> None:
    world.servers = {"a": timedelta()}
    assert not _check(ctx, world)
    world.servers = {"a": off}  # its clock jumps while ours runs evenly
    with structlog.testing.capture_logs() as said:
        for _ in range(20):
            world.true += 10 * MINUTE
            assert not _check(ctx, world)
    assert [one["event"] for one in said] == ["a mail server has another time"]
    # From now on it is known: a start after a long outage goes by the usual difference.
    world.true += 30 * DAY
    again = _restarted(ctx, world)
    assert not _check(again, world)
    world.ours = 3 * HOUR
    world.true += 2 * DAY
    assert _check(_restarted(ctx, world), world)


def test_of_two_servers_one_that_confirms_is_enough(ctx: Any, world: World) -> None:
    world.servers = {"a": 90 * DAY, "b": timedelta(seconds=3)}
    assert not _check(ctx, world)


def test_a_fresh_folder_under_a_clock_far_ahead_is_stopped_by_its_server(
    ctx: Any, world: World
) -> None:
    world.ours, world.servers = 120 * DAY, {"a": timedelta()}
    ctx = _restarted(ctx, world)
    assert "120 days apart" in _check(ctx, world)
    assert abs(ctx.clock.now() - world.true) < MINUTE  # what is kept gets the likely time
    assert ctx.clock.trouble
    assert _trouble(ctx)
    world.ours = timedelta()
    world.true += 2 * MINUTE
    assert not _check(ctx, world)
    assert not ctx.clock.trouble
    assert not _trouble(ctx)


@pytest.mark.parametrize("exact", [True, False])
def test_what_a_server_says_against_the_clock_stands_until_one_is_asked_again(
    ctx: Any, world: World, exact: bool
) -> None:
    """Also where the next look comes before servers are asked once more, or none answers then."""
    world.servers = {"a": timedelta()}
    assert not _check(ctx, world)
    world.true += 4 * HOUR
    world.ours = 30 * HOUR if exact else -90 * MINUTE
    ctx, server = _restarted(ctx, world), _servers("a", world, exact=exact)
    assert clock_guard.check_clock(ctx, server)
    for _ in range(5):
        world.true += timedelta(seconds=2)
        assert clock_guard.check_clock(ctx, server)
        assert clock_guard.check_clock(ctx)
        assert abs(ctx.clock.now() - world.true) < MINUTE
    world.servers = {"a": None}
    world.true += 2 * MINUTE
    assert clock_guard.check_clock(ctx, server)
    world.ours = timedelta()
    assert not clock_guard.check_clock(ctx, server)
    assert ctx.clock.now() == world.true


def test_after_an_outage(ctx: Any, world: World) -> None:
    assert not _check(ctx, world)
    world.true += 3 * DAY
    assert not _check(_restarted(ctx, world), world)
    world.true += 30 * DAY
    stopped = _restarted(ctx, world)
    assert "30 days after the last thing on record" in _check(stopped, world)
    world.true += 2 * MINUTE
    world.servers = {"a": timedelta()}
    assert not _check(stopped, world)


def test_what_is_written_under_a_wrong_clock_is_no_record_in_its_favour(
    ctx: Any, world: World
) -> None:
    assert not _check(ctx, world)
    world.ours = 30 * DAY
    stopped = _restarted(ctx, world)
    assert _check(stopped, world)
    with ctx.store.transaction("hold") as tx:  # as a person's command does, by the machine's clock
        tx.audit.append(world.true + world.ours, AuditEvent("mail.held", "letter 1"))
    world.true += 2 * MINUTE
    assert _check(stopped, world)
    assert _check(_restarted(ctx, world), world)
    world.ours = timedelta()
    assert not _check(stopped, world)


def test_the_newest_mail_tells_the_day_where_no_server_tells_the_time(
    ctx: Any, world: World
) -> None:
    assert not _check(ctx, world)
    world.true += 30 * DAY
    for off, fine in ((-3 * DAY, False), (2 * HOUR, False), (-HOUR, True)):
        world.servers = {"a": off}
        found = clock_guard.check_clock(_restarted(ctx, world), _servers("a", world, exact=False))
        assert (not found) is fine, off


@pytest.mark.parametrize("year", [1970, 2000, 2025, 2150])
def test_a_year_that_cannot_be(ctx: Any, world: World, year: int) -> None:
    world.ours = datetime(year, 6, 1, tzinfo=UTC) - world.true
    assert "impossible" in _check(_restarted(ctx, world), world)


@pytest.mark.parametrize("year", [1, 1970, 2150, 9999])
def test_what_was_recorded_in_a_year_that_cannot_be_stops_nothing_once_the_clock_is_right(
    ctx: Any, world: World, year: int
) -> None:
    """A machine that starts without the time, keeps a mail, and is set right by NTP."""
    world.ours = datetime(year, 6, 1, tzinfo=UTC) - world.true
    stopped = _restarted(ctx, world)
    assert "impossible" in _check(stopped, world)
    with ctx.store.transaction("keep") as tx:
        tx.audit.append(stopped.now(), AuditEvent("mail.kept", "mail 1"))
    world.ours = timedelta()
    world.true += MINUTE
    assert not _check(stopped, world)
    assert not _check(_restarted(ctx, world), world)


def test_a_clock_set_right_from_a_year_that_cannot_be_goes_on_at_once(
    ctx: Any, world: World
) -> None:
    """Its server was asked a moment before, and is not asked again so soon."""
    world.servers = {"a": timedelta()}
    world.ours = datetime(1970, 6, 1, tzinfo=UTC) - world.true
    stopped = _restarted(ctx, world)
    assert "impossible" in _check(stopped, world)
    assert abs(stopped.now() - world.true) < MINUTE  # what is kept meanwhile has a time that can be
    world.ours = timedelta()
    world.true += timedelta(seconds=2)
    assert not _check(stopped, world)


def test_a_server_in_a_year_that_cannot_be_stops_nothing(ctx: Any, world: World) -> None:
    world.servers = {"a": datetime(1970, 1, 1, tzinfo=UTC) - world.true}
    assert not _check(_restarted(ctx, world), world)


def test_a_clock_behind_the_record(ctx: Any, world: World) -> None:
    with ctx.store.transaction("test") as tx:
        tx.audit.append(world.true, AuditEvent("test", "test"))
    world.ours = -6 * MINUTE
    assert "there is a record of 2026-12-14 09:00" in _check(_restarted(ctx, world), world)
    world.ours = -4 * MINUTE
    assert not _check(_restarted(ctx, world), world)


def test_a_machine_that_slept_knows_what_a_start_knows(ctx: Any, world: World) -> None:
    assert not _check(ctx, world)
    world.true += 20 * HOUR  # counted by the clock that only runs on
    assert not _check(ctx, world)
    world.true += 40 * DAY
    assert "40 days after" in _check(ctx, world)
    world.servers, world.true = {"a": timedelta()}, world.true + 2 * MINUTE
    assert not _check(ctx, world)
    world.true += 20 * HOUR
    world.asleep = 20 * HOUR  # not counted: to us the clock jumps, and the server confirms it
    assert not _check(ctx, world)


def test_a_jump_stays_one_however_long_it_lasts(ctx: Any, world: World) -> None:
    assert not _check(ctx, world)
    world.ours = DAY
    with structlog.testing.capture_logs() as said:
        for _ in range(24):
            assert _check(ctx, world)
            world.true += 10 * MINUTE
    assert 4 <= len([one for one in said if one["log_level"] == "error"]) <= 5
    assert ctx.clock.now() == world.true
