"""Our own team is warned of answers that are nearly due or late: letters, list and health."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import structlog

from exchange.bootstrap import SetClock, open_context
from exchange.cli.main import app
from exchange.domain.device import DeviceId
from exchange.domain.inbound import DeviceState, RequestClock
from exchange.domain.time.sla import due, parse_instant
from exchange.ports.mail import MailRef
from exchange.provision import OwnParty, make_folder
from exchange.services.letters import digest
from exchange.store.mails.mail import REVIEW, SHUNTED, NewMail
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.contexts import add_parties, command, make_party

TEAM = "team@lose.example"
NOW = "2026-12-14T09:00"


class Desk:
    """A working folder whose clock is set, and what waits in it."""

    def __init__(self, folder: Path, database: str = "", to: str = TEAM) -> None:
        make_folder(folder, OwnParty("LOSE", "Lose Power", "install-codes@lose.example", database))
        config = folder / "config" / "exchange.toml"
        alerts = f'[party]\nalerts_to = "{to}"\n' if to else "[party]\n"
        config.write_text(config.read_text().replace("[party]\n", alerts, 1))
        self.folder = folder
        self.ctx = open_context(folder, SetClock(parse_instant(NOW)))
        add_parties(
            self.ctx,
            make_party("GAIN"),
            replace(make_party("SLOW"), sla_days=20, sla_agreed="by mail"),
        )
        self._kept = 0

    def mail(self, arrived: str, subject: str, party: str, kind: str, folder: str = REVIEW) -> int:
        """Put a mail into Review or Shunted, as one decided when it arrived; its number."""
        self._kept += 1
        at = parse_instant(arrived)
        with self.ctx.store.transaction("test") as tx:
            new = NewMail(
                "requests", MailRef(1, self._kept), f"hash {self._kept}", f"<{self._kept}@x>",
                f"codes@{(party or 'stranger').lower()}.example", subject, 1, at, b"x",
            )  # fmt: skip
            (number,) = tx.mail.keep([new], at)
            tx.mail.decide(
                number, at, folder=folder, kind=kind, party=party, reason="a doubt of ours"
            )
        return number

    def request(
        self,
        arrived: str,
        ref: str,
        *states: DeviceState,
        subject: str = "codes please",
        folder: str = "processed",
    ) -> None:
        """Put a request of GAIN on record, a Device for each of the states."""
        number = self.mail(arrived, subject, "GAIN", "request", folder)
        at, ctx = parse_instant(arrived), self.ctx
        when = due(at, ctx.sla(None), ctx.calendar)
        clock = RequestClock(
            at, when.day_zero, when.due_on, when.due_at, when.rule_text, when.calendar_version
        )
        with ctx.store.transaction("test") as tx:
            request = tx.inbound.add_request(ref, number, "GAIN", "", clock, answered=False)
            rows = [
                (str(DeviceId.parse(f"00DB1122334455{nth:02X}")), "", "", state, "", None)
                for nth, state in enumerate(states, 1)
            ]
            tx.inbound.add_devices(request, rows, None)

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        with self.ctx.store.engine.begin() as connection:
            found = connection.exec_driver_sql(text)
            return [tuple(row) for row in found] if found.returns_rows else []

    def at(self, now: str) -> int:
        """Do this step of a round at an instant; how many digests were queued."""
        assert isinstance(self.ctx.clock, SetClock)
        self.ctx.clock.at = parse_instant(now)
        return digest.warn_team(self.ctx)

    def sent(self) -> None:
        """As if the server took every letter now."""
        self.sql(
            "UPDATE outbox SET state = 'sent',"
            f" accepted_at = '{self.ctx.now():%Y-%m-%dT%H:%M:%S.%fZ}'"
            " WHERE state = 'queued'"
        )

    def digests(self) -> list[EmailMessage]:
        with self.ctx.store.reading() as tx:
            numbers = [one.id for one in tx.outbox.heads() if one.purpose == "alert"]
            letters = sorted(tx.outbox.letters(numbers), key=lambda one: one.id)
        opened = (self.ctx.sealer.open(one.sealed, "outbox") for one in letters)
        found = [message_from_bytes(raw, policy=policy.default) for raw in opened]
        return [one for one in found if isinstance(one, EmailMessage)]

    def again(self) -> None:
        """As after a restart of the daemon."""
        self.ctx.store.dispose()
        self.ctx = open_context(self.folder, self.ctx.clock)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    if request.param == "sqlite":
        made = Desk(tmp_path / "ctx")
        yield made
        made.ctx.store.dispose()
        return
    want(missing())
    with postgres() as url:
        made = Desk(tmp_path / "ctx", url)
        yield made
        made.ctx.store.dispose()


def test_the_days_over_christmas_with_restarts(desk: Desk) -> None:
    """Received on 15 December: 5 is the 22nd, 8 the 29th, 9 the 30th, 10 the 31st."""
    desk.request("2026-12-15T10:00", "MP121-LOSE-2612-A00001", DeviceState.HELD)
    written = []
    now = parse_instant("2026-12-15T07:30")
    while now < parse_instant("2027-01-07T00:00"):
        for hour in (0, 2, 9):  # half past seven, half past nine, half past four
            if desk.at((now + timedelta(hours=hour)).isoformat()):
                written.append(f"{desk.ctx.now():%m-%d %H:%M}")
                desk.sent()
            desk.again()
        now += timedelta(days=1)
    days = ("12-22", "12-29", "12-30", "01-04", "01-05", "01-06")
    assert written == [f"{day} 09:30" for day in days]
    digests = desk.digests()
    assert [str(mail["To"]) for mail in digests] == [TEAM] * 6
    late = "PAST the due date by 1 Working Day, due Thursday 31 December 2026"
    assert [late in text_of(mail) for mail in digests] == [False] * 3 + [True] + [False] * 2
    assert desk.sql("SELECT count(*) FROM audit WHERE event = 'team.warned'") == [(6,)]


def test_what_a_digest_says(desk: Desk) -> None:
    subject = "Codes\u202e for 00-DB-11-22-33-44-55-66\u2028 MPAN 1234567890126"
    desk.request(
        "2026-12-07T10:00", "MP121-LOSE-2612-A00001",
        DeviceState.HELD, DeviceState.HELD, DeviceState.UNREADABLE, DeviceState.PROVIDED,
        subject=subject, folder=REVIEW,  # the mail waits as well: it is named once
    )  # fmt: skip
    asked = desk.mail("2026-12-04T10:00", "we need codes", "", "request")
    unsure = desk.mail("2026-12-03T10:00", "meters", "GAIN", "unknown")
    shut = desk.mail("2026-11-27T10:00", "big", "", "", SHUNTED)
    desk.mail("2026-11-27T10:00", "an answer", "GAIN", "response")
    desk.mail("2026-11-27T10:00", "an advertisement", "", "unknown")
    desk.mail("2026-12-03T10:00", "has twenty days", "SLOW", "request")
    desk.mail("2026-11-13T10:00", "has twenty days, too", "SLOW", "request")
    assert desk.at("2026-12-14T09:00") == 1
    (mail,) = desk.digests()
    assert mail["Subject"] == (
        "MP121-LOSE-2026-12-14: 2 answers of ours past the due date, 3 nearly due"
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    said = text_of(mail)
    places = [
        said.index(words)
        for words in (
            "Subject:  has twenty days, too",
            f"mail {shut}: a mail that could not be read",
            f"To see:   exchange inbox show {shut}\n",
            f"mail {unsure}: a mail of a party that may be a request",
            "From:     GAIN (codes@gain.example)",
            f"mail {asked}: a request that waits for a person",
            "MP121-LOSE-2612-A00001: 2 Devices held, 1 row not readable",
            "5 Working Days left, due Monday 21 December 2026",
            "Subject:  Codes for [masked] MPAN [masked]",
            "Arrived:  Monday 7 December 2026 at 10:00 GMT",
            "To see:   exchange inbox show MP121-LOSE-2612-A00001",
        )
    ]
    assert places == sorted(places)  # by due date
    assert said.count("Waits as: a doubt of ours") == 4  # each mail, not the request
    for absent in ("an answer", "an advertisement", "has twenty days\n", "00-DB", "123456789"):
        assert absent not in said


def test_nothing_on_other_days_and_nothing_twice(desk: Desk) -> None:
    desk.request("2026-12-07T10:00", "MP121-LOSE-2612-A00001", DeviceState.HELD)
    assert desk.at("2026-12-11T09:00") == 0  # day 4
    assert desk.at("2026-12-13T09:00") == 0  # a Sunday
    assert desk.at("2026-12-14T09:00") == 1
    # Something else is found in the afternoon, which is late already.
    desk.mail("2026-11-10T10:00", "codes", "GAIN", "request")
    assert desk.at("2026-12-14T15:00") == 0
    # Our server did not take the first: no second one meets it.
    assert desk.at("2026-12-15T09:00") == 0
    desk.sent()
    assert desk.at("2026-12-15T10:00") == 0  # it arrived today
    assert desk.at("2026-12-16T09:00") == 1
    assert "1 answer of ours past" in desk.digests()[-1]["Subject"]


def test_one_that_cannot_be_delivered_does_not_stop_the_next(desk: Desk) -> None:
    desk.mail("2026-11-10T10:00", "codes", "GAIN", "request")
    assert desk.at("2026-12-14T09:00") == 1
    desk.sql("UPDATE outbox SET state = 'failed'")
    assert desk.at("2026-12-14T16:00") == 0
    assert desk.at("2026-12-15T09:00") == 1


def test_an_answer_that_does_not_leave_is_late_too(desk: Desk) -> None:
    desk.request("2026-11-27T10:00", "MP121-LOSE-2611-A00001", DeviceState.PROVIDED)
    desk.sql("UPDATE inbound_request SET answered = true")
    assert desk.at("2026-12-14T09:00") == 0
    desk.sql(
        "INSERT INTO outbox (message_id, purpose, ref, party, recipient, codes, sealed,"
        " size, state, attempts, created_at, next_attempt_at, reply)"
        " SELECT '<a@x>', 'answer', ref, party,"
        " 'codes@gain.example', 1, sealed, 1, 'held', 0, kept_at, kept_at, '' FROM"
        " (SELECT r.ref, r.party, m.sealed, m.kept_at FROM inbound_request r"
        " JOIN mail m ON m.id = r.mail_id) AS one"
    )
    assert desk.at("2026-12-14T09:01") == 1
    assert "MP121-LOSE-2611-A00001: its answer has not left" in text_of(desk.digests()[0])


def test_a_wrong_clock_warns_nobody(desk: Desk) -> None:
    desk.mail("2026-11-10T10:00", "codes", "GAIN", "request")
    clock = desk.ctx.clock
    assert isinstance(clock, SetClock)
    clock.trouble = "years ahead"
    assert desk.at("2026-12-14T09:00") == 0
    clock.trouble = ""
    assert desk.at("2026-12-14T09:00") == 1


@pytest.mark.parametrize("to", ["", "install-codes@lose.example"])
def test_without_an_address_the_log_says_so_once_a_day(tmp_path: Path, to: str) -> None:
    desk = Desk(tmp_path / "ctx", to=to)
    desk.mail("2026-11-10T10:00", "codes", "GAIN", "request")
    with structlog.testing.capture_logs() as logged:
        for now in ("2026-12-14T09:00", "2026-12-14T10:00", "2026-12-15T09:00"):
            assert desk.at(now) == 0
    said = [one["event"] for one in logged]
    assert sum("alerts_to names nobody to warn" in one for one in said) == 2
    # Once there is an address, nothing was lost.
    config = desk.folder / "config" / "exchange.toml"
    before = f'alerts_to = "{to}"' if to else "[party]"
    after = f'alerts_to = "{TEAM}"' if to else f'[party]\nalerts_to = "{TEAM}"'
    config.write_text(config.read_text().replace(before, after, 1))
    desk.again()
    assert desk.at("2026-12-15T09:30") == 1
    desk.ctx.store.dispose()


def test_the_list_and_health_mark_what_is_near_or_past(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ctx")
    desk.request("2026-12-07T10:00", "MP121-LOSE-2612-A00002", DeviceState.HELD, subject="two")
    desk.request("2026-11-27T10:00", "MP121-LOSE-2611-A00001", DeviceState.UNREADABLE)
    desk.mail("2026-12-13T10:00", "new", "GAIN", "request")
    desk.mail("2026-11-10T10:00", "in no hurry", "SLOW", "request")
    desk.mail("2026-11-24T10:00", "of last month", "GAIN", "unknown")
    desk.mail("2026-11-24T10:00", "an answer", "GAIN", "response")
    desk.ctx.store.dispose()
    listed = json.loads(command(app, desk.folder, "inbox", "list", "--json", now=NOW).out)
    assert [(one["subject"], one["due"], one["nearness"]) for one in listed["mails"]] == [
        ("in no hurry", "2026-12-08", "past"),
        ("of last month", "2026-12-08", "past"),
        ("new", "2026-12-29", ""),
        ("an answer", None, ""),
    ]
    assert listed["mails"][1]["doubt"] == "a mail of a party that may be a request"
    assert listed["mails"][1]["working_days_left"] == -4
    assert [
        (one["ref"], one["subject"], one["nearness"], one["working_days_left"], one["doubt"])
        for one in listed["requests"]
    ] == [
        ("MP121-LOSE-2611-A00001", "codes please", "past", -1, "1 row not readable"),
        ("MP121-LOSE-2612-A00002", "two", "near", 5, "1 Device held"),
    ]
    table = command(app, desk.folder, "inbox", "list", now=NOW).out
    assert "2026-12-21, near" in table
    assert "2026-12-11, past" in table
    health = json.loads(command(app, desk.folder, "health", "--json", now=NOW).out)
    assert (health["due_from_us"]["near"], health["due_from_us"]["late"]) == (1, 3)
    assert "in all 1 nearly due, 3 late" in command(app, desk.folder, "health", now=NOW).out
