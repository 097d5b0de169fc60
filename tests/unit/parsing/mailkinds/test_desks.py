"""Ticket systems: whose request they show, and what a false server's notice says."""

from __future__ import annotations

import time

import pytest

from exchange.parsing.mailkinds import desks

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
