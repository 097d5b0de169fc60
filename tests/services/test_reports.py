"""Delivery reports: what they suspend, what proves them, and what a person makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from exchange.domain.outbound import ReportRuling
from exchange.errors import BadInput, NotFound
from exchange.ports.mail import FetchedMail, MailRef
from exchange.services.asking import chase
from exchange.services.asking import request as asking
from exchange.services.letters import return_tags
from exchange.services.people import monthly, report_rulings, review
from exchange.store.mails.mail import REVIEW
from tests.servers.scripted import ScriptedSmtp
from tests.services.posted import Post, make_post
from tests.services.test_codes import code, device
from tests.services.test_disputes import Room

TO = "codes@gain.example"
REPORT = """\
From: MAILER-DAEMON@relay.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}@relay.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

{fields}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {about}

--b--
"""

ANSWER = """\
From: codes@gain.example
To: codes@lose.example
Subject: Re: install codes
Message-ID: <{number}@gain.example>
In-Reply-To: {about}

{text}
"""


class Desk:
    """One request to GAIN was sent; reports on it arrive."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.room = Room(folder, url)
        self.ctx = self.room.ctx
        self.room.ask(GAIN=[1])
        with self.ctx.store.reading() as tx:
            (self.letter,) = tx.outbox.letters([1])
        self._reports = 0

    def report(
        self,
        to: str = "codes@lose.example",
        fields: str = f"Final-Recipient: rfc822; {TO}",
        about: str = "",
    ) -> str:
        """Let a report arrive; where it went, and why."""
        self._reports += 1
        raw = REPORT.format(
            to=to, fields=fields, about=about or self.letter.message_id, number=self._reports
        )
        ref = MailRef(1, self._reports)
        self.room.arrive(FetchedMail(ref, raw.encode(), self.ctx.now()))
        return self.room.reason(self._reports)

    def answer(self, text: str) -> str:
        """Let GAIN answer the request; where the answer went, and why."""
        self._reports += 1
        raw = ANSWER.format(about=self.letter.message_id, number=self._reports, text=text)
        ref = MailRef(1, self._reports)
        self.room.arrive(FetchedMail(ref, raw.encode(), self.ctx.now()))
        return self.room.reason(self._reports)

    def address(self) -> str:
        """The letter's own return address."""
        return return_tags.sender_of(self.ctx, self.letter)

    @property
    def leg(self) -> str:
        return self.room.legs(1)[0][1]

    def suspended(self) -> bool:
        with self.ctx.store.reading() as tx:
            return bool(tx.reports.suspended([1]))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = Desk(tmp_path / "lose", url)
    yield made
    made.room.close()


def test_without_a_tag_it_suspends_and_with_it_it_voids(desk: Desk) -> None:
    assert "that nothing proves; nobody is reminded" in desk.report()
    assert (desk.leg, desk.suspended()) == ("sent", True)
    assert desk.report(desk.address()).endswith(f"to {TO} bounced 5.1.1")
    assert (desk.leg, desk.suspended()) == ("bounced", False)


def test_where_the_last_server_notes_the_tag_it_counts_as_well(desk: Desk) -> None:
    desk.report(f"undisclosed-recipients:;\nDelivered-To: {desk.address()}")
    assert desk.leg == "bounced"


@pytest.mark.parametrize(("place", "by"), [(18, "0"), (17, "9"), (-14, "x")])
def test_a_guessed_tag_proves_nothing(desk: Desk, place: int, by: str) -> None:
    tagged = desk.address()
    digit = "1" if tagged[place] == by else by
    wrong = tagged[:place] + digit + tagged[place + 1 :] if place + 1 else tagged[:place] + digit
    assert wrong != tagged
    assert "that nothing proves" in desk.report(wrong)
    assert desk.leg == "sent"


def test_the_tag_of_another_letter_proves_nothing_about_this_one(desk: Desk) -> None:
    desk.room.ask(FORM=[2])
    with desk.ctx.store.reading() as tx:
        other = tx.outbox.get(tx.outbox.heads()[-1].id)  # numbers may have gaps
    told = desk.report(return_tags.sender_of(desk.ctx, other))
    assert f"about {TO}; we sent it to codes@form.example" in told
    assert (desk.leg, desk.suspended()) == ("sent", False)


def test_a_forwarding_that_failed_is_no_proof(desk: Desk) -> None:
    fields = f"Original-Recipient: rfc822; {TO}\nFinal-Recipient: rfc822; kim@home.example"
    assert "that nothing proves" in desk.report(desk.address(), fields)
    assert (desk.leg, desk.suspended()) == ("sent", True)


def test_an_escalation_contact_of_theirs_is_the_party_as_well(desk: Desk) -> None:
    raw = REPORT.replace("MAILER-DAEMON@relay.example", "lead@gain.example").format(
        to=desk.address(), fields=f"Final-Recipient: rfc822; {TO}", about="<x@y>", number=1
    )
    desk.room.arrive(FetchedMail(MailRef(1, 1), raw.encode(), desk.ctx.now()))
    assert "that GAIN itself wrote: not believed" in desk.room.reason(1)
    assert (desk.leg, desk.suspended()) == ("sent", False)


@pytest.mark.parametrize(
    ("ruling", "leg", "state"),
    [(ReportRuling.VOID, "bounced", "failed"), (ReportRuling.RUN_ON, "sent", "sent")],
)
def test_one_ruling_settles_every_report_on_the_letter(
    desk: Desk, ruling: ReportRuling, leg: str, state: str
) -> None:
    desk.report()
    desk.report()
    assert len(review.waiting(desk.ctx).reports) == 2
    first, second = desk.room.numbers()
    with pytest.raises(BadInput, match="did not arrive"):
        review.reject_mail(desk.ctx, first, "no", "kim")
    report_rulings.rule(desk.ctx, second, ruling, "they said so", "kim")
    with desk.ctx.store.reading() as tx:
        assert tx.outbox.get(1).state == state
        assert tx.mail.unresolved() == []
        assert tx.mail.get(first).folder == REVIEW
        tx.audit.verify()
    assert (desk.leg, desk.suspended()) == (leg, False)
    with pytest.raises(NotFound):
        report_rulings.rule(desk.ctx, first, ruling, "again", "kim")


def test_a_report_that_returns_another_mail_is_no_proof(desk: Desk) -> None:
    assert "that nothing proves" in desk.report(desk.address(), about="<not@this.example>")
    assert (desk.leg, desk.suspended()) == ("sent", True)


def test_an_answer_to_the_letter_settles_what_is_reported_of_it(desk: Desk) -> None:
    desk.report()
    desk.report()
    assert "1 code" in desk.answer(f"{device(1)} {code(1).with_crc}")
    with desk.ctx.store.reading() as tx:
        assert tx.mail.unresolved() == []
        assert tx.reports.waiting() == []
        assert tx.outbox.get(1).state == "sent"
        tx.audit.verify()


def test_words_about_a_request_that_bounced_answer_it_all_the_same(desk: Desk) -> None:
    desk.room.ask(GAIN=[2, 3])
    with desk.ctx.store.reading() as tx:
        desk.letter = tx.outbox.get(tx.outbox.heads()[-1].id)
    desk.report(desk.address())
    assert desk.room.legs(3)[0] == ("GAIN", "bounced")
    assert "1 code, 1 denial" in desk.answer(f"{device(2)} {code(2).with_crc}\nThe rest: not ours.")
    assert desk.room.legs(3)[0] == ("GAIN", "not_installer")


def _settled(desk: Desk) -> bool:
    with desk.ctx.store.reading() as tx:
        return (tx.reports.waiting(), tx.mail.unresolved()) == ([], [])


def test_a_request_that_is_void_and_then_answered_is_no_letter_to_look_at(desk: Desk) -> None:
    desk.report(desk.address())
    assert [one.ref for one in review.waiting(desk.ctx).letters] == [desk.letter.ref]
    desk.answer("Not ours.")
    assert desk.leg == "not_installer"
    assert review.waiting(desk.ctx).letters == ()


@pytest.mark.parametrize("by", ["withdraw", "close"])
def test_what_is_reported_of_a_request_ends_with_it(desk: Desk, by: str) -> None:
    desk.report()
    assert not _settled(desk)
    if by == "withdraw":
        asking.withdraw(desk.ctx, desk.letter.ref, "no longer needed", "kim")
    else:
        asking.close(desk.ctx, str(device(1)), "no longer needed", "kim")
    assert _settled(desk)
    assert not desk.suspended()
    with desk.ctx.store.reading() as tx:
        (event,) = tx.audit.rows(event="report.ruled")
        assert (event.actor, "no longer needed" in event.detail) == ("kim", True)


def test_a_report_on_a_request_with_anything_open_stays(desk: Desk) -> None:
    desk.room.ask(GAIN=[2, 3])
    with desk.ctx.store.reading() as tx:
        desk.letter = tx.outbox.get(tx.outbox.heads()[-1].id)
    desk.report()
    asking.close(desk.ctx, str(device(2)), "moved", "kim")
    assert not _settled(desk)


def test_the_last_answer_settles_what_is_reported_of_a_reminder(desk: Desk) -> None:
    desk.room.clock.at = desk.room.clock.at.replace(day=8)
    chase.chase(desk.ctx)
    desk.room.post()
    with desk.ctx.store.reading() as tx:
        reminder = tx.outbox.get(tx.outbox.heads()[-1].id)
    assert "the reminder" in desk.report(about=reminder.message_id)
    desk.answer("Not ours.")
    with desk.ctx.store.reading() as tx:
        assert (tx.reports.waiting(), tx.mail.unresolved()) == ([], [])


def test_an_answer_that_is_not_understood_settles_nothing(desk: Desk) -> None:
    desk.report()
    assert desk.answer("Which meter is that?").startswith("review")
    assert desk.suspended()


@pytest.mark.parametrize("tagged", [False, True])
def test_what_is_reported_of_an_answered_letter_changes_nothing(desk: Desk, tagged: bool) -> None:
    desk.answer("Thank you, we will look into this and come back to you.")
    assert desk.leg == "acknowledged"
    to = desk.address() if tagged else "codes@lose.example"
    assert desk.report(to).endswith("that changes nothing: GAIN has answered that letter")
    assert (desk.leg, desk.suspended()) == ("acknowledged", False)


def test_a_letter_that_a_person_ruled_to_have_arrived_is_not_suspended_again(desk: Desk) -> None:
    desk.report()
    report_rulings.rule(desk.ctx, 1, ReportRuling.RUN_ON, "they have it", "kim")
    assert desk.report().endswith("a person has ruled that the letter arrived")
    assert not desk.suspended()
    desk.report(desk.address())  # proof is another matter
    assert desk.leg == "bounced"


def test_health_waits_for_no_reminder_of_a_request_that_a_report_suspends(desk: Desk) -> None:
    def next_step() -> date | None:
        with desk.ctx.store.reading() as tx:
            return tx.pulse.next_chase()

    assert next_step() == date(2026, 12, 8)
    desk.report()
    assert next_step() is None
    report_rulings.rule(desk.ctx, 1, ReportRuling.RUN_ON, "they have it", "kim")
    assert next_step() == date(2026, 12, 8)


def test_a_report_that_is_read_again_counts_once(desk: Desk) -> None:
    desk.report()
    review.replay_mail(desk.ctx, 1, "kim")
    assert len(review.waiting(desk.ctx).reports) == 1


def test_a_suspended_clock_counts_in_the_monthly_report_until_it_is_void(desk: Desk) -> None:
    desk.report()
    desk.room.clock.at = desk.room.clock.at.replace(day=30)
    figures = monthly.build(desk.ctx, "2026-12")
    assert (figures.outbound.overdue, figures.outbound.bounced) == (1, 0)
    assert any("1 letter of ours is said not to have arrived" in one for one in figures.notes)
    report_rulings.rule(desk.ctx, 1, ReportRuling.VOID, "they said so", "kim")
    figures = monthly.build(desk.ctx, "2026-12")
    assert (figures.outbound.overdue, figures.outbound.bounced) == (0, 1)
    assert not any("said not to have arrived" in one for one in figures.notes)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with ScriptedSmtp(tmp_path / "server") as server:
        made = make_post(tmp_path / "ctx", server)
        yield made
        made.ctx.store.dispose()


def _senders(post: Post) -> list[str]:
    return [one for one in post.server.heard if one.startswith("MAIL")]


def _prove(post: Post) -> None:
    with post.ctx.store.transaction("test") as tx:
        tx.facts.put("return_tags.proved", return_tags._account(post.ctx.settings))


def test_letters_carry_tags_only_where_they_are_proved(post: Post) -> None:
    post.write(1, "codes@pa.example")
    assert post.go() == ""
    assert "<install-codes@lose.example>" in _senders(post)[-1]
    _prove(post)
    number = post.write(2, "codes@pa.example")
    assert post.go() == ""
    assert f"<install-codes+b{number}-" in _senders(post)[-1]
    text = (post.folder / "config" / "exchange.toml").read_text()
    text = text.replace("# return_tags = true ", "return_tags = false #")
    (post.folder / "config" / "exchange.toml").write_text(text)
    post.again()
    post.write(3, "codes@pa.example")
    assert post.go() == ""
    assert "<install-codes@lose.example>" in _senders(post)[-1]


@pytest.mark.parametrize("verb", ["MAIL", "."])
def test_where_the_server_refuses_the_tag_letters_go_without(post: Post, verb: str) -> None:
    _prove(post)
    post.write(1, "codes@pa.example")
    post.server.flaws[verb] = "554 5.2.252 SendAsDenied; not allowed to send as this sender"
    assert "outgoing mail is paused" in post.go()
    post.server.flaws.clear()
    assert post.go(minutes=11) == ""
    assert "<install-codes@lose.example>" in _senders(post)[-1]
    assert post.states() == {1: ("sent", 1)}
