"""Due work and bulk asking at a small size, on both engines: the rows and mails that came out."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from exchange.bootstrap import SetClock
from exchange.cli import requests as requests_command
from exchange.domain.device import DeviceId
from exchange.domain.outbound import CaseState, LegState
from exchange.domain.time.calendar import build_calendar
from exchange.domain.time.sla import parse_instant
from exchange.errors import ConfigError, NotFound
from exchange.services.asking import chase, clocks, request
from exchange.services.context import Context
from exchange.services.people import audit_log
from exchange.store.bulk.in_list import among
from exchange.store.tables import CaseRow, table_of
from tests.benchmarks.asking import code_of, story
from tests.benchmarks.ledger import SUPPLIERS, Ledger, device, make_context
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.contexts import Said, command

TODAY = date(2026, 11, 24)  # a Tuesday, five Working Days after 17 November


@pytest.fixture(params=["sqlite", "postgresql"])
def ctx(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    if request.param == "sqlite":
        found = make_context(tmp_path / "ctx")
        yield found
        found.store.dispose()
        return
    want(missing())
    with postgres() as url:
        found = make_context(tmp_path / "ctx", database=url)
        yield found
        found.store.dispose()


def rows(ctx: Context, sql: str) -> list[tuple[Any, ...]]:
    with ctx.store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def change(ctx: Context, sql: str) -> None:
    with ctx.store.engine.begin() as connection:
        connection.execute(text(sql))


def at(ctx: Context, now: str) -> None:
    assert isinstance(ctx.clock, SetClock)
    ctx.clock.at = parse_instant(now)


def letters(ctx: Context, purpose: str) -> list[EmailMessage]:
    found = []
    for (sealed,) in rows(
        ctx, f"SELECT sealed FROM outbox WHERE purpose = '{purpose}' ORDER BY id"
    ):
        mail = message_from_bytes(ctx.sealer.open(bytes(sealed), "outbox"), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        found.append(mail)
    return found


def listed(mail: EmailMessage) -> list[str]:
    (part,) = (one for one in mail.iter_attachments() if str(one.get_filename()).endswith(".csv"))
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return [row[0] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))][1:]


class TestChase:
    def test_what_is_due_and_nothing_else(self, ctx: Context) -> None:
        ledger = Ledger(ctx)
        ledger.asked(70, 7, "2026-06-01T10:00", None, "2026-06-04T10:00")  # closed
        ledger.asked(20, 7, "2026-11-20T10:00", date(2026, 11, 27))  # not due yet
        ledger.asked(23, 7, "2026-11-17T10:00", TODAY)  # 91 to 113, in four requests
        change(ctx, "UPDATE leg SET state = 'provided', next_due = NULL WHERE id IN (93, 94)")
        assert chase.chase(ctx) == {"reminder": 4}
        sent = letters(ctx, "reminder")
        asked = [listed(mail) for mail in sent]
        due = [device(number) for number in range(91, 114) if number not in (93, 94)]
        assert asked == [due[:5], due[5:12], due[12:19], due[19:]]
        assert [str(mail["To"]) for mail in sent] == [
            f"codes@supplier-{number % SUPPLIERS:02}.example" for number in (14, 15, 16, 17)
        ]
        assert rows(ctx, "SELECT leg_id, rung FROM leg_rung ORDER BY leg_id") == [
            (number, "reminder-1") for number in range(91, 114) if number not in (93, 94)
        ]
        # Each rung's letter is the one that names its device.
        for number, message_id in rows(
            ctx,
            "SELECT r.leg_id, o.message_id FROM leg_rung r JOIN outbox o ON o.id = r.outbox_id",
        ):
            (mail,) = (one for one in sent if one["Message-ID"] == message_id)
            assert device(number) in listed(mail)
        assert chase.chase(ctx) == {}
        assert audit_log.verify(ctx)[0]

    def test_the_ladder_to_its_end_and_the_outage(self, ctx: Context) -> None:
        Ledger(ctx).asked(5, 5, "2026-11-17T10:00", TODAY)
        chase.chase(ctx)
        # Two legs of the request are answered; the others miss their second reminder.
        change(ctx, "UPDATE leg SET state = 'provided', next_due = NULL WHERE id < 3")
        at(ctx, "2026-12-09T10:00")
        assert chase.chase(ctx) == {"breach": 1}
        assert rows(
            ctx, "SELECT rung, count(*), count(outbox_id) FROM leg_rung GROUP BY rung ORDER BY 1"
        ) == [("breach", 3, 3), ("reminder-1", 5, 5), ("reminder-2", 3, 0)]
        assert rows(ctx, "SELECT id, overdue, level FROM leg ORDER BY id") == [
            (1, False, 0), (2, False, 0), (3, True, 1), (4, True, 1), (5, True, 1),
        ]  # fmt: skip
        (breach,) = letters(ctx, "breach")
        assert str(breach["To"]) == "lead@supplier-01.example"
        assert "our request to codes@supplier-01.example" in _text(breach)
        at(ctx, "2026-12-30T10:00")
        assert chase.chase(ctx) == {"evidence": 1}
        assert rows(ctx, "SELECT count(*) FROM leg WHERE next_due IS NOT NULL") == [(0,)]

    def test_legs_with_other_rungs_behind_them_have_a_letter_of_their_own(
        self, ctx: Context
    ) -> None:
        Ledger(ctx).asked(4, 4, "2026-11-17T10:00", TODAY)
        chase.chase(ctx)
        change(ctx, "DELETE FROM leg_rung WHERE leg_id = 4")
        change(ctx, "UPDATE leg SET next_due = '2026-11-27'")
        at(ctx, "2026-11-27T10:00")
        assert chase.chase(ctx) == {"reminder": 2}
        assert sorted(map(listed, letters(ctx, "reminder")[1:])) == [
            [device(1), device(2), device(3)],
            [device(4)],
        ]

    def test_a_letter_that_cannot_be_written_holds_nobody_else_up(self, ctx: Context) -> None:
        Ledger(ctx).asked(9, 3, "2026-11-17T10:00", TODAY)
        subject = ctx.folder / "templates" / "reminder" / "subject.txt"
        subject.parent.mkdir(parents=True)
        subject.write_text("Reminder {{ ref if ref[-1] != '2' else no_such_name }}")
        for _ in range(2):
            with pytest.raises(ConfigError, match="no_such_name"):
                chase.chase(ctx)
            assert [listed(mail)[0] for mail in letters(ctx, "reminder")] == [device(1), device(7)]
        assert rows(ctx, "SELECT count(*) FROM leg_rung") == [(6,)]
        subject.write_text("Reminder {{ ref }}")
        assert chase.chase(ctx) == {"reminder": 1}
        assert audit_log.verify(ctx)[0]

    def test_a_party_that_left_the_register_holds_nobody_up(self, ctx: Context) -> None:
        Ledger(ctx).asked(6, 3, "2026-11-17T10:00", TODAY)
        change(ctx, "DELETE FROM party WHERE signifier = 'SUP01'")
        assert chase.chase(ctx) == {"reminder": 1}
        assert listed(letters(ctx, "reminder")[0]) == [device(4), device(5), device(6)]


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_an_idle_tick_reads_one_index_that_closed_legs_are_not_in(tmp_path: Path) -> None:
    ctx = make_context(tmp_path / "ctx")
    ledger = Ledger(ctx)
    ledger.asked(3000, 30, "2026-06-01T10:00", None, "2026-06-04T10:00")
    ledger.asked(300, 30, "2026-11-20T10:00", date(2026, 11, 27))
    ledger.settled()
    asked: list[tuple[str, Any]] = []

    @event.listens_for(ctx.store.engine, "before_cursor_execute")
    def _seen(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    assert chase.chase(ctx) == {}
    ((statement, parameters),) = [one for one in asked if "leg" in one[0]]
    with ctx.store.engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
    assert "USING COVERING INDEX ix_leg_next_due" in plan
    ctx.store.dispose()


def test_bulk_asking_from_the_list_to_the_closed_case(ctx: Context) -> None:
    number = 600
    stages = story(ctx, number)
    assert stages.found["decided"] == {"processed": 60}
    assert stages.found["cases"] == {CaseState.CODE_RECEIVED: number}
    assert stages.found["closed"] == number
    with ctx.store.reading() as tx:
        cases = list(tx.outbound.cases())
        legs = tx.legs.legs()
    assert {case.state for case in cases} == {CaseState.CLOSED}
    for case in cases:
        assert case.sealed_code
        assert ctx.sealer.open(case.sealed_code, "code") == code_of(case.device).raw
    # One device in ten or so was installed by the former Supplier, who was asked second.
    for leg in legs:
        first, losing_has_it = leg.position == 0, int(leg.device[-2:], 16) % 10 != 0
        answered = LegState.PROVIDED if first == losing_has_it else LegState.NOT_INSTALLER
        assert leg.state is (answered if first or not losing_has_it else LegState.WITHDRAWN)
    assert len(legs) == 2 * number
    events = dict(rows(ctx, "SELECT event, count(*) FROM audit GROUP BY event"))
    former = sum(int(device(nth)[-2:], 16) % 10 == 0 for nth in range(number))
    assert events["case.opened"] == events["code.received"] == events["case.closed"] == number
    assert events["leg.sent"] == number + former
    assert events["leg.not_installer"] == events["leg.queued"] == former
    assert events["leg.withdrawn"] == number - former
    assert audit_log.verify(ctx)[0] == sum(events.values())


class TestClosing:
    def test_many_cases_and_those_that_are_not_open(self, ctx: Context) -> None:
        Ledger(ctx).asked(5, 5, "2026-11-17T10:00", TODAY)
        wanted = [DeviceId.parse(device(number)) for number in (1, 2, 2, 5, 77)]
        closed = request.close_many(ctx, wanted, "commissioned", "a person")
        assert (closed.closed, closed.not_open) == (3, (device(77),))
        assert rows(ctx, "SELECT id, state, closed_at IS NULL FROM gained_case ORDER BY id") == [
            (1, "closed", False), (2, "closed", False), (3, "seeking", True),
            (4, "seeking", True), (5, "closed", False),
        ]  # fmt: skip
        assert rows(ctx, "SELECT id, state FROM leg WHERE next_due IS NULL ORDER BY id") == [
            (1, "withdrawn"), (2, "withdrawn"), (5, "withdrawn"),
        ]  # fmt: skip
        with pytest.raises(NotFound, match="no open case"):
            request.close(ctx, device(1), "again", "a person")

    def test_the_command_takes_a_device_or_a_list(self, tmp_path: Path) -> None:
        ctx = make_context(tmp_path / "ctx")
        Ledger(ctx).asked(5, 5, "2026-11-17T10:00", TODAY)
        listed = tmp_path / "commissioned.csv"
        listed.write_text(f"Device ID,Date\n{device(1)},x\n{device(4)},y\n{device(9)},z\n")

        def run(*words: str) -> Said:
            return command(requests_command.app, tmp_path / "ctx", "close", "--why", "on", *words)

        told = json.loads(run("--list", str(listed), "--json").out)
        assert told == {"closed": 2, "not_open": [device(9)]}
        assert run(device(2)).code == 0
        assert run(device(2)).code != 0
        assert run().code == run(device(3), "--list", str(listed)).code == 2
        listed.write_text(f"Device ID\n{device(5)}\n00-DB-12\n")
        failed = run("--list", str(listed))
        assert "commissioned.csv" in failed.err
        assert "row 3" in failed.err
        assert rows(ctx, "SELECT id FROM gained_case WHERE closed_at IS NULL ORDER BY id") == [
            (3,),
            (5,),
        ]
        ctx.store.dispose()


class TestCalendar:
    def test_a_new_holiday_moves_every_open_clock_once(self, ctx: Context) -> None:
        ledger = Ledger(ctx)
        ledger.asked(4, 2, "2026-06-01T10:00", None, "2026-06-04T10:00")
        ledger.asked(6, 3, "2026-11-17T10:00", TODAY)  # due on 1 December
        assert clocks.recompute_clocks(ctx) == []
        chase.chase(ctx)
        change(ctx, "UPDATE leg SET overdue = TRUE WHERE id = 6")
        late = build_calendar(additions={date(2026, 11, 26): "a day of thanks"})
        changed = dataclasses.replace(ctx, calendar=late)
        moved = clocks.recompute_clocks(changed)
        assert [(one.ref[-1], one.before, one.after) for one in moved] == [
            ("3", date(2026, 12, 1), date(2026, 12, 2)),
            ("4", date(2026, 12, 1), date(2026, 12, 2)),
        ]
        assert {
            (str(due), str(following), bool(overdue))
            for due, following, overdue in rows(
                ctx, "SELECT due_on, next_due, overdue FROM leg WHERE id > 4"
            )
        } == {("2026-12-02", "2026-11-30", False)}
        assert rows(ctx, "SELECT DISTINCT calendar FROM outbound_request WHERE id < 3") == [
            (ctx.calendar.version,)
        ]
        assert clocks.recompute_clocks(changed) == []
        back = clocks.recompute_clocks(ctx)
        assert [one.after for one in back] == [date(2026, 12, 1)] * 2


def test_among_takes_any_number_of_any_words(ctx: Context) -> None:
    Ledger(ctx).asked(3, 3, "2026-11-17T10:00", TODAY)
    cases = table_of(CaseRow)
    odd = ["'; DROP TABLE leg; --", '"', "\\", "Łódź \u2028", "%", ""]
    change(ctx, "UPDATE gained_case SET source = '%' WHERE id = 2")
    with ctx.store.engine.connect() as connection:
        for column, values, found in (
            (cases.c.id, [], []),
            (cases.c.device, [], []),
            (cases.c.id, [3, 1, 3, 99, *range(1000, 60_000)], [1, 3]),
            (cases.c.device, [device(2), *odd], [2]),
            (cases.c.source, odd, [2]),
        ):
            query = select(cases.c.id).where(among(column, values)).order_by(cases.c.id)
            assert list(connection.scalars(query)) == found
