"""Ticket systems: whose request they show, and what a false server's notice says."""

from __future__ import annotations

import time

import pytest

from exchange.domain.limits import DEFAULT
from exchange.domain.mail import Kind
from exchange.domain.meaning.sent_lines import SentText
from exchange.parsing.mailkinds import desks
from exchange.parsing.mailkinds.desks import is_notice
from exchange.parsing.mime.markup import read_html
from exchange.parsing.reading.understand import understand
from exchange.parsing.text.lines import plain_lines
from tests.corpus import desk_acknowledgements_cases
from tests.corpus.making import Case

OURS = frozenset({"codes@ours.example"})


@pytest.mark.parametrize(
    "text",
    [
        "Your enquiry 4411 has been logged.",
        "RITM004 has been opened on your behalf.",
        "CASE-88 was created.",
        "Details of the ticket you raised:",
        "Your message is in our queue.",
        "We've received your e-mail.",
    ],
)
def test_news_of_what_we_sent(text: str) -> None:
    assert desks.ticket_event(text)


@pytest.mark.parametrize(
    "text",
    [
        "TASK003 has been assigned to your group.",
        "Your request (#3) has been updated.",
        "You are receiving this mail because your ticket was created.",
        "We raised the meters by a foot.",
    ],
)
def test_no_such_news(text: str) -> None:
    assert not desks.ticket_event(text)


def test_what_may_come_with_an_answer() -> None:
    assert desks.later_event("Your ticket 5 has been resolved.")
    assert desks.later_event("The status of your case has changed.")
    assert not desks.later_event("Your ticket 5 has been received.")
    assert not desks.later_event("Your request has been updated.")
    assert desks.update_event("Your request has been updated.")
    assert not desks.update_event("Your request has been received.")


def test_the_layout_of_a_machine() -> None:
    assert desks.by_machine("State: New\nPriority: 3\nInstall codes")
    assert not desks.by_machine("Priority: high please\nthe codes of these")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("Reporter: Ours Energy", True),
        ("Ours Energy commented on it", True),
        ("codes@ours.example created this issue", True),
        ("Submitted by: codes@ours.example", True),
        ("Reporter: Ann Lee", False),
        ("Ours Energy, could we have the codes", False),
        ("Customer of ours", False),
    ],
)
def test_a_request_of_ours_shown_to_us(text: str, *, ours: bool) -> None:
    assert desks.shows_our_request(text, OURS) is ours


def test_the_name_in_our_address() -> None:
    assert desks.own_name("codes@Ours.example") == "ours"
    assert desks.own_name("codes@ab.example") == ""
    assert not desks.shows_our_request("ab wrote:", frozenset({"codes@ab.example"}))


def test_a_claim_that_ours_did_not_arrive() -> None:
    assert desks.claims_failure("Your answer could not be delivered.")
    assert desks.claims_failure("Your mail was quarantined by the filter.")
    assert not desks.claims_failure("Our mail to you could not be delivered.")


def test_a_hostile_text_costs_little() -> None:
    started = time.process_time()
    for words in ("your ticket ", "request ", "ticket 1 ", "your message ", "state: \n"):
        desks.ticket_event(words * 2000)
        desks.later_event(words * 2000)
        desks.by_machine(words * 2000)
        desks.claims_failure(words * 2000)
    assert time.process_time() - started < 1


_SENT = tuple(
    SentText.of(line.text for line in lines)
    for lines in (
        plain_lines(desk_acknowledgements_cases.LETTER),
        read_html(desk_acknowledgements_cases.TABLE, DEFAULT).lines,
    )
)


@pytest.mark.parametrize("case", desk_acknowledgements_cases.cases(), ids=lambda case: case.name)
def test_who_sent_the_letter_reads_an_acknowledgement_and_nothing_else(case: Case) -> None:
    said = understand(case.raw, own_addresses=frozenset(case.own), sent=_SENT)
    assert said.kind in (Kind.ACKNOWLEDGEMENT, Kind.AUTO_REPLY)
    assert (list(said.devices), list(said.answers), said.loose_codes) == ([], [], ())


@pytest.mark.parametrize(
    "words",
    [
        "Reply above this line.",
        "##- Please type your reply above this line -## Your request (4411) has been updated.",
        "To add a comment, reply to this email.",
        "Kim Hale commented:",
        "Delivered by Zendesk",
    ],
)
def test_what_a_desk_writes_around_a_comment_is_a_notice(words: str) -> None:
    assert is_notice(words)


@pytest.mark.parametrize(
    "words",
    [
        "Your request is not for us.",
        "Please add the MPAN in a comment.",
        "We commented on row 2: not ours.",
        "Your request has been updated because row 3 is ours.",
    ],
)
def test_what_a_clerk_writes_is_none(words: str) -> None:
    assert not is_notice(words)
