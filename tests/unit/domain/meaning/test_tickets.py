"""Ticket numbers in subjects, and the reference under which they were seen before."""

from __future__ import annotations

import time

import pytest

from exchange.domain.meaning.tickets import refs_of_tickets, tickets_in

REF = "MP121-OURS-2611-Q00218"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("[INC0012345] Install codes", {"INC0012345"}),
        ("RE: Ticket GNS-48211 closed", {"GNS48211"}),
        ("Your request (#48211) is solved", {"48211"}),
        ("Ticket no. 48211", {"48211"}),
        ("Case: 00123456 / CS-9912345", {"00123456", "CS9912345"}),
        ("[48211] Codes", {"48211"}),
    ],
)
def test_a_ticket_is_its_letters_and_digits(subject: str, expected: set[str]) -> None:
    assert tickets_in(subject) == expected


@pytest.mark.parametrize(
    "subject",
    ["Install codes", f"Re: MP121 request {REF}", "Meters gained in November 2026", "Nov 2026",
     "MPAN 1234567890123", "00-DB-12-34-56-78-90-A0", "SMETS2", ""],
)  # fmt: skip
def test_other_numbers_are_no_tickets(subject: str) -> None:
    assert tickets_in(subject) == frozenset()


def test_a_ticket_leads_to_the_references_of_its_mails_and_no_others() -> None:
    threads = [("[GNS-48211] received", REF), ("[GNS-48212] received", "other"), ("Re: codes", "x")]
    assert refs_of_tickets("Ticket GNS-48211 closed", threads) == (REF,)
    assert refs_of_tickets("Ticket GNS-4821 closed", threads) == ()
    assert refs_of_tickets("Closed", threads) == ()


def test_a_long_subject_is_bounded() -> None:
    before = time.process_time()
    assert not tickets_in("ticket " * 500_000)
    assert time.process_time() - before < 1
