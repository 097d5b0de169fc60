"""Notices that a mail of ours was held back, and what only sounds like one."""

from __future__ import annotations

import time

import pytest

from exchange.parsing.mailkinds.held_back import says_held_back


@pytest.mark.parametrize(
    "text",
    [
        "Your message to codes@north.example was quarantined.",
        "We have withheld your e-mail because of the file type.",
        "The e-mail which reached us from you is on hold. Your reply is awaiting approval.",
        "A mail that you sent was not released.",
        "This message was not delivered to its recipient.",
        "Our scanner intercepted a file in your message.",
        "Your response has been\nmoved to quarantine.",
    ],
)
def test_a_mail_that_was_stopped_is_found_in_words(text: str) -> None:
    assert says_held_back("Re: Install codes", text)


@pytest.mark.parametrize("subject", ["Quarantined: codes", "[Held] codes", "Message blocked"])
def test_a_headline_says_it_too(subject: str) -> None:
    assert says_held_back(subject, "")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: codes", "If your message was quarantined, tell us."),
        ("Re: codes", "Your message was received and is held in our queue."),
        ("Re: codes", "Your message will not be forwarded while I am away."),
        ("Re: codes", "We held a meeting about your message."),
        ("Blocked meters", "These meters are blocked by the DCC."),
        ("Re: Quarantined: codes", "Thank you for letting us know."),
    ],
)
def test_what_may_happen_or_happened_to_something_else_is_none(subject: str, text: str) -> None:
    assert not says_held_back(subject, text)


def test_hostile_text_takes_no_long_time() -> None:
    start = time.process_time()
    says_held_back("held " * 100, "the message from you is your message a a a " * 200)
    assert time.process_time() - start < 1
