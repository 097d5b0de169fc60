"""The words of mail servers' notices, and those of people who write about one."""

from __future__ import annotations

import re
import time

import pytest

from exchange.parsing.phrases import notice_phrases as words
from exchange.parsing.text.guarded import Guarded

AT_THE_BEGINNING = {"AT_START", "BARE_NAME", "NOT_RECIPIENT", "PASSED_ON", "RULE"}
PATTERNS = {
    name: one for name, one in vars(words).items() if isinstance(one, (re.Pattern, Guarded))
}


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("STATUS", "failed with 5.1.1 today", "5.1.1"),
        ("STATUS", "delayed, 4.4.7.", "4.4.7"),
        ("FAILED_STATUS", "5.1.1 unknown", "5.1.1"),
        ("REPLY_CODE", "said: 550 no such user", "550 "),
        ("ADDRESS", "<ann@op-b.test>", "ann@op-b.test"),
        ("MESSAGE_ID_LINE", "> Message-ID: <1@op-b.test>", "> Message-ID: <1@op-b.test>"),
        ("MESSAGE_ID_LINE", "X-Original-Message-ID: <1@b>", "X-Original-Message-ID: <1@b>"),
    ],
)
def test_what_a_notice_names(name: str, text: str, found: str) -> None:
    match = PATTERNS[name].search(text)
    assert match is not None
    assert match.group() == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FAILED_SUBJECT", "Undeliverable: Install codes"),
        ("FAILED_SUBJECT", "Delivery Status Notification (Failure)"),
        ("FAILED_SUBJECT", "Unzustellbar: Codes"),
        ("FAILED_SUBJECT", "Mail delivery failed: returning message to sender"),
        ("DELAY_SUBJECT", "Delivery delayed: Codes"),
        ("GOES_ON", "Delivery will be retried for two days"),
        ("GOES_ON", "You do not need to resend your message"),
        ("GIVEN_UP", "giving up after 4 days"),
        ("GIVEN_UP", "retry timeout exceeded"),
        ("MAILER_DAEMON", "MAILER-DAEMON@op-b.test"),
        ("SERVER_SENDER", "postmaster@op-b.test"),
        ("SERVER_SENDER", "Mail Delivery System"),
        ("SERVER_SENDER", "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@op-b.test"),
        ("FAILED_TEXT", "Your message could not be delivered"),
        ("FAILED_TEXT", "user unknown"),
        ("FAILED_TEXT", "The mailbox is full"),
        ("SIGNATURE", "This is the mail system at host mx.op-b.test."),
        ("SIGNATURE", "Reporting-MTA: dns; mx.op-b.test"),
        ("PASSED_ON", "Fwd: Undeliverable"),
        ("PASSED_ON", "AW: Unzustellbar"),
        ("PERSONAL", "Hi Ann, could you look?"),
        ("PERSONAL", "Kind regards"),
        ("LEAD", "The following recipients"),
        ("NOT_RECIPIENT", "From: ann@op-b.test"),
        ("NOT_RECIPIENT", "For assistance contact help@op-b.test"),
        ("ORIGINAL", "------ This is a copy of the original message ------"),
        ("ORIGINAL", "Received: from mx"),
        ("RULE", "-----"),
        ("REPORT_FIELD", "Final-Recipient: rfc822; ann@op-b.test"),
        ("REFUSED", "rejected by our filter"),
    ],
)
def test_words_that_are_known(name: str, text: str) -> None:
    assert PATTERNS[name].search(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("STATUS", "version 2.0.12.5"),
        ("STATUS", "from 192.5.1.1"),
        ("FAILED_STATUS", "2.0.0 queued"),
        ("REPLY_CODE", "250 ok"),
        ("REPLY_CODE", "1-550 units"),
        ("FAILED_SUBJECT", "Install codes, please"),
        ("GOES_ON", "We will send the codes"),
        ("GIVEN_UP", "please try again"),
        ("SERVER_SENDER", "ann@op-b.test"),
        ("SERVER_SENDER", "Ann Postmasters"),
        ("FAILED_TEXT", "The codes are attached"),
        ("SIGNATURE", "We could not find the codes"),
        ("PASSED_ON", "Reply to your request"),
        ("NOT_RECIPIENT", "ann@op-b.test"),
        ("ORIGINAL", "The meter was installed"),
        ("RULE", "a ---"),
    ],
)
def test_words_that_only_look_alike(name: str, text: str) -> None:
    assert not PATTERNS[name].search(text)


@pytest.mark.parametrize(
    ("name", "line", "address"),
    [
        ("AT_START", "  * <ann@op-b.test>: unknown user", "ann@op-b.test"),
        ("AT_START", "mailto:ann@op-b.test", "ann@op-b.test"),
        ("LABELLED", "RCPT TO:<ann@op-b.test>", "ann@op-b.test"),
        ("LABELLED", "Final recipient: rfc822;ann@op-b.test", "ann@op-b.test"),
        ("EXPANDED", "(expanded from: <all@op-b.test>)", "all@op-b.test"),
    ],
)
def test_the_address_that_a_line_is_about(name: str, line: str, address: str) -> None:
    match = PATTERNS[name].search(line)
    assert match is not None
    assert match["address"] == address


def test_a_name_without_a_domain() -> None:
    match = words.BARE_NAME.search("  ann.other: no such user")
    assert match is not None
    assert match["name"] == "ann.other"
    assert not words.BARE_NAME.search("Ann has left the company")


@pytest.mark.parametrize("name", sorted(PATTERNS))
@pytest.mark.parametrize("unit", ["-", "a", "a.", "5.1.1 ", "not ", "<", " >", "delivery "])
def test_a_hostile_line_takes_no_time(name: str, unit: str) -> None:
    line = (unit * 600)[:600]  # the callers cut lines and subjects to 500
    pattern = PATTERNS[name]
    plain = pattern.pattern if isinstance(pattern, Guarded) else pattern
    find = plain.match if name in AT_THE_BEGINNING else plain.search
    begun = time.process_time()
    find(line)
    assert time.process_time() - begun < 1.5
