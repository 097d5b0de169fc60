"""Notices in free text: whether it is one, whom it names, and what it says about each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.mail import Bounce
from exchange.parsing.mailkinds.notices import looks_bounced, read_notice
from exchange.parsing.mime.contents import Contents
from tests.corpus import making
from tests.unit.parsing.mailkinds.cases import OURS, contents, headers, report

DAEMON = "Mail Delivery System <mailer-daemon@mx.op-b.test>"
ANN = "Ann Other <ann@op-b.test>"
OWN = frozenset(("codes@op-a.test",))
FAILED = "Your message could not be delivered.\n"


def returning(text: str) -> Contents:
    """Return the contents of a mail with this text and our own mail attached."""
    return contents(making.multi("mixed", making.part(text), making.part(OURS, "message/rfc822")))


def notice(
    text: str,
    fields: dict[str, str] | None = None,
    *,
    subject: str = "Undeliverable: x",
    found: Contents | None = None,
) -> tuple[Bounce, ...]:
    """Read a notice of a mail server; ``fields`` are further fields of its header."""
    found = found or contents(text)
    head = headers(**{"from": DAEMON, "to": "codes@op-a.test", **(fields or {})})
    return read_notice(head, found, found.lines, subject, OWN)


def named(text: str, **fields: str) -> list[str]:
    return [one.recipient for one in notice(text, fields)]


# Whether it is a notice


def bounced(text: str, *, sender: str = ANN, subject: str = "Install codes", **fields: str) -> bool:
    return looks_bounced(headers(**{"from": sender, **fields}), subject, contents(text))


def test_a_header_field_or_a_lost_report_says_so() -> None:
    assert bounced("x", x_failed_recipients="bob@op-b.test")
    assert bounced("x", content_type="multipart/report; report-type=delivery-status")
    assert not bounced("x", content_type="multipart/report; report-type=disposition-notification")


@pytest.mark.parametrize(
    ("subject", "text", "found"),
    [
        ("Undeliverable: x", "x", True),
        ("Install codes", FAILED, True),
        ("Install codes", "Hello,\ncould you resend? " + FAILED, True),
        ("Install codes", "All is well.", False),
        ("Re: Install codes", f"550 5.1.1\n{FAILED}", True),
        ("Re: Install codes", FAILED, False),
        ("Re: Install codes", f"Hello\n550 5.1.1\n{FAILED}", False),
    ],
)
def test_a_mail_of_a_mail_server(subject: str, text: str, found: bool) -> None:
    assert bounced(text, sender=DAEMON, subject=subject) is found


def test_a_postmaster_may_be_a_person() -> None:
    postmaster = "postmaster@op-b.test"
    assert bounced(FAILED, sender=postmaster)
    assert not bounced(f"Hello,\ncould you resend? {FAILED}", sender=postmaster)
    assert bounced(f"Hello,\ncould you resend? {FAILED}", sender=postmaster, return_path="<>")
    assert bounced("Status 5.1.1", sender=postmaster, return_path="<>")
    assert not bounced("Status 5.1.1", sender=postmaster)


def test_an_encoded_name_of_a_mail_server_is_read() -> None:
    assert bounced(FAILED, sender="=?utf-8?q?Mail_Delivery_System?= <x@op-b.test>")


def test_a_language_that_we_do_not_read() -> None:
    head = headers(**{"from": DAEMON})
    text = "<bob@op-b.test>\nAlles kaputt\n"
    assert looks_bounced(head, "x", returning(text))
    assert not looks_bounced(head, "x", contents(text))
    assert not looks_bounced(head, "x", returning("Alles kaputt\n"))


@pytest.mark.parametrize(
    ("subject", "text", "fields", "found"),
    [
        ("Undeliverable: x", "This is the mail system at mx.test", {}, True),
        ("Undeliverable: x", "bob@op-b.test: 550 no such user", {}, True),
        ("Undeliverable: x", "bob@op-b.test: 550 no such user\nKind regards", {}, False),
        ("Undeliverable: x", "We moved", {}, False),
        ("Undeliverable: x", "We moved", {"return_path": "<>"}, True),
        ("Install codes", "This is the mail system at mx.test", {"return_path": "<>"}, True),
        ("Install codes", "We moved", {"return_path": "<>"}, False),
        ("Install codes", "This is the mail system at mx.test", {}, False),
        ("Re: Undeliverable: x", "We moved", {"return_path": "<>"}, False),
        ("Install codes", f"{FAILED} bob@op-b.test", {"from": "<>"}, True),
        ("Install codes", "Not delivered to bob@op-b.test", {"from": "<>"}, True),
        ("Install codes", "Not delivered", {"from": "<>"}, False),
        ("Install codes", "Not delivered to bob@op-b.test", {"from": "Post Room <>"}, True),
        ("Install codes", "Not delivered to bob@op-b.test", {"from": "Post Room< >"}, False),
        ("Undeliverable: x", "We moved", {"from": ""}, True),
    ],
    ids=str,
)
def test_a_mail_of_anybody_else(
    subject: str, text: str, fields: dict[str, str], found: bool
) -> None:
    head = headers(**{"from": ANN, **fields})
    assert looks_bounced(head, subject, contents(text)) is found


def test_a_person_who_sends_a_returned_mail_along() -> None:
    head = headers(**{"from": ANN})
    signed = "This is the mail system at mx.test\n"
    assert looks_bounced(head, "x", returning(signed))
    assert not looks_bounced(head, "x", returning(f"Hello\n{signed}"))
    assert not looks_bounced(head, "x", returning("see below\n"))
    # A gateway that keeps the subject of our mail: short, and nothing else.
    assert looks_bounced(head, "RE: x: not delivered", contents(signed))
    assert not looks_bounced(head, "RE: x: not delivered", contents(signed + "x\n" * 20))
    assert not looks_bounced(head, "RE: x", returning(signed))


def test_a_quoted_notice_is_not_the_mail_s_own() -> None:
    found = contents("Undelivered?\n")
    for line in found.lines:
        line.quoted = True
    assert not looks_bounced(headers(**{"from": ANN, "return_path": "<>"}), "x", found)


# Whom it names


def test_the_header_field_counts_first() -> None:
    text = "The following address failed:\n  cat@op-b.test\n"
    assert named(text, x_failed_recipients="Bob@op-b.test, ann@op-b.test") == [
        "bob@op-b.test",
        "ann@op-b.test",
    ]


def test_a_report_in_an_attached_mail_or_in_the_text_counts() -> None:
    fields = "Final-Recipient: rfc822; bob@op-b.test\nAction: failed\nStatus: 5.1.1"
    inner = making.mail(report(fields).replace(b"=_b0", b"=_in"))
    found = contents(
        making.multi("mixed", making.part("x\n"), making.part(inner, "message/rfc822"))
    )
    assert [one.recipient for one in notice("", found=found)] == ["bob@op-b.test"]
    (bounce,) = notice(f"x\n\n{fields}\n\ncat@op-b.test\n")
    assert (bounce.recipient, bounce.status) == ("bob@op-b.test", "5.1.1")


@pytest.mark.parametrize(
    ("text", "recipients"),
    [
        # Below "the following addresses", down to a rule.
        (
            "ann@op-c.test says:\nThe following addresses failed:\n\n  <bob@op-b.test>: no\n"
            "  Cat@op-b.test\n"
            "----- details\n dan@op-b.test\n",
            ["bob@op-b.test", "cat@op-b.test"],
        ),
        ("Delivery to the following recipient failed: bob@op-b.test\n", ["bob@op-b.test"]),
        ("The following address failed: bob@op-b.test:\n gone\n", ["bob@op-b.test"]),
        ("The following recipients failed:\n to: bob@op-b.test\n", ["bob@op-b.test"]),
        # An expanded alias is the address that we wrote.
        (
            "The following addresses failed:\n x@relay.test (expanded from: <bob@op-b.test>)\n",
            ["x@relay.test", "bob@op-b.test"],
        ),
        # At the start of a line, after a word, in a sentence.
        ("Sorry.\n<bob@op-b.test>:\nno such user\n", ["bob@op-b.test"]),
        ("Sorry, recipient bob@op-b.test is gone.\n", ["bob@op-b.test"]),
        ("Sorry, we know of no bob@op-b.test here.\n", ["bob@op-b.test"]),
        # Not whom to ask, nor who sent it.
        ("Sorry, no bob@op-b.test.\nPlease contact help@op-b.test for help\n", ["bob@op-b.test"]),
        ("Mail from: dan@op-c.test\nSorry, no bob@op-b.test\n", ["bob@op-b.test"]),
        ("Sorry, your mail from dan@op-c.test to bob@op-b.test failed\n", ["bob@op-b.test"]),
        ("Sorry, sender: <dan@op-c.test>, no bob@op-b.test\n", ["bob@op-b.test"]),
        # Never ourselves, nor a mail server.
        ("codes@op-a.test wrote to\nbob@op-b.test\n", ["bob@op-b.test"]),
        ("postmaster@op-b.test regrets\nno user bob@op-b.test\n", ["bob@op-b.test"]),
        ("Nothing here.\n", []),
    ],
)
def test_whom_the_mail_did_not_reach(text: str, recipients: list[str]) -> None:
    assert named(text) == recipients


def test_a_mail_server_in_the_list_of_recipients_is_one() -> None:
    assert named("The following addresses failed:\n postmaster@op-b.test\n") == [
        "postmaster@op-b.test"
    ]


def test_a_name_without_a_domain_is_completed() -> None:
    text = "The following addresses failed:\n\n bob\n"
    copied = f"{text}\n-- original message --\nTo: bob@op-c.test, ann@op-c.test\n"
    assert named(copied) == ["bob@op-c.test"]
    assert named(f"{text}\n-- original message --\nTo: robert@op-c.test\n") == ["robert@op-c.test"]
    assert named(text, **{"from": "mailer-daemon@op-b.test"}) == ["bob@op-b.test"]
    assert named(text) == []  # mx.op-b.test is a server and not a mail domain
    assert named("Undeliverable to bob\n", **{"from": "mailer-daemon@op-b.test"}) == [
        "bob@op-b.test"
    ]


def test_the_copy_of_our_mail_decides_between_addresses_in_a_sentence() -> None:
    copy = "-- original message --\nTo: bob@op-b.test\n"
    text = "We asked ann@op-c.test and it is bob@op-b.test who is gone.\n"
    assert named(text) == ["ann@op-c.test", "bob@op-b.test"]
    assert named(text + copy) == ["bob@op-b.test"]
    assert named("The user bob is gone.\n" + copy) == ["bob@op-b.test"]
    assert named("A user is gone.\n" + copy) == ["bob@op-b.test"]


def test_last_of_all_a_mail_to_oneself_comes_back_to_oneself() -> None:
    text = "The following addresses failed:\n mailbox@op-b.test\n"
    assert named(text, **{"from": "mailbox@op-b.test"}) == ["mailbox@op-b.test"]


def test_what_is_below_the_copy_of_our_mail_names_nobody() -> None:
    text = "Sorry, no bob@op-b.test.\n-- Original message --\nCc: dan@op-c.test\n"
    assert named(text) == ["bob@op-b.test"]


# What it says about each


def test_each_recipient_has_the_lines_below_it() -> None:
    text = (
        "The following addresses failed:\nbob@op-b.test\n 550 5.1.1 no such user\n"
        "cat@op-b.test\n 452 4.2.2 mailbox full\n"
    )
    assert notice(text) == (
        Bounce("bob@op-b.test", True, "5.1.1", "550 5.1.1 no such user", ""),
        Bounce("cat@op-b.test", True, "4.2.2", "452 4.2.2 mailbox full", ""),
    )


def test_what_is_above_all_recipients_is_about_all() -> None:
    found = notice(
        "550 5.1.1 no such users:\nThe following addresses failed:\nbob@op-b.test\ncat@op-b.test\n"
    )
    assert [(one.recipient, one.status) for one in found] == [
        ("bob@op-b.test", "5.1.1"),
        ("cat@op-b.test", "5.1.1"),
    ]


@pytest.mark.parametrize(
    ("subject", "text", "permanent"),
    [
        ("Undeliverable: x", "no bob@op-b.test", True),
        ("Warning: could not send", "bob@op-b.test will be retried", False),
        ("Undeliverable: x", "bob@op-b.test\n452 4.2.2 will be retried", False),
        # A refusal for good outweighs every word of hope.
        ("Warning", "bob@op-b.test\n550 5.1.1 will be retried", True),
        ("Warning", "bob@op-b.test\n550 no, will be retried", True),
        ("Delayed: x", "bob@op-b.test is slow", False),
        ("Delayed: x", "bob@op-b.test is slow, giving up", True),
        ("Delayed: x", "bob@op-b.test was not delivered", True),
    ],
)
def test_failed_or_still_trying(subject: str, text: str, permanent: bool) -> None:
    assert [one.permanent for one in notice(text, subject=subject)] == [permanent]


def test_the_mail_of_ours_that_it_is_about() -> None:
    text = "no bob@op-b.test\n"
    (bounce,) = notice(text, {"in_reply_to": "<reply@op-a.test>"})
    assert bounce.original_message_id == "<reply@op-a.test>"
    (bounce,) = notice(text, {"in_reply_to": "<reply@op-a.test>"}, found=returning(text))
    assert bounce.original_message_id == "<ours@op-a.test>"


def test_a_long_line_is_cut() -> None:
    (bounce,) = notice("bob@op-b.test\n550 5.1.1 " + "x" * 5000)
    assert len(bounce.diagnostic) == 500


def test_only_the_first_lines_are_read() -> None:
    assert named("x\n" * 199 + "no bob@op-b.test\n") == ["bob@op-b.test"]
    assert named("x\n" * 200 + "no bob@op-b.test\n") == []


def test_at_most_a_thousand_recipients_are_kept() -> None:
    many = " ".join(f"u{number}@op-b.test" for number in range(1100))
    assert len(named("x", x_failed_recipients=many)) == 1000


@given(
    st.lists(
        st.sampled_from(
            [
                "bob@op-b.test",
                "The following addresses failed:",
                "",
                "-----",
                "550 5.1.1 x",
                "will be retried",
                "-- original message --",
                "To: cat@op-b.test",
                "codes@op-a.test",
                "bob",
                "from dan@x.test",
            ]
        ),
        max_size=12,
    )
)
def test_recipients_are_named_once_and_in_lower_case(lines: list[str]) -> None:
    found = named("\n".join(lines))
    assert len(found) == len(set(found))
    assert all(one == one.lower() for one in found)
    assert "codes@op-a.test" not in found
