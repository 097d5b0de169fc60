"""Delivery reports: which recipient, for good or not yet, and which mail of ours (RFC 3464)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.mail import Bounce
from exchange.parsing.mailkinds.bounces import (
    bounces_of,
    fields_in_text,
    has_success,
    latin1_text,
    original_message_id,
    read_enclosed_report,
    read_reports,
    refused_recipient,
    sent_to_of,
)
from exchange.parsing.mime.headers import read_fields
from tests.corpus import making
from tests.unit.parsing.mailkinds.cases import OURS, contents, disposition, report

BOB = "Final-Recipient: rfc822; bob@op-b.test"
FAILED = f"{BOB}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user"


def reported(*blocks: str) -> list[tuple[str, bool, str]]:
    return [
        (one.recipient, one.permanent, one.status)
        for one in read_reports(contents(report(*blocks)))
    ]


def test_a_failed_recipient_with_everything_about_it() -> None:
    assert read_reports(contents(report(FAILED, returned=OURS))) == (
        Bounce("bob@op-b.test", True, "5.1.1", "smtp; 550 no such user", "<ours@op-a.test>"),
    )


@pytest.mark.parametrize(
    ("fields", "permanent"),
    [
        ("Action: failed", True),
        ("Action: FAILED (no such user)\nStatus: 4.0.0", True),
        ("Action: undeliverable", True),
        ("Action: expired", True),
        ("Action: delayed\nStatus: 5.0.0", False),
        ("Action: deferred", False),
        ("Status: 5.1.1", True),
        ("Status: 4.2.2", False),
        ("Diagnostic-Code: smtp; 550 5.1.1 no", True),
        ("Diagnostic-Code: smtp; 421 try later", False),
        ("Diagnostic-Code: smtp; no number", True),
        ("Action: odd\nStatus: 4.0.0", False),
    ],
)
def test_for_good_or_not_yet(fields: str, permanent: bool) -> None:
    assert [one[1] for one in reported(f"{BOB}\n{fields}")] == [permanent]


@pytest.mark.parametrize(
    "fields",
    [
        "Action: delivered",
        "Action: relayed\nStatus: 5.0.0",
        "Action: expanded",
        "Status: 2.0.0",
        "",
    ],
)
def test_success_and_silence_are_no_bounce(fields: str) -> None:
    assert reported(f"{BOB}\n{fields}") == []


def test_a_status_in_the_diagnostic_counts() -> None:
    assert reported(f"{BOB}\nDiagnostic-Code: smtp; 550 5.7.1 refused") == [
        ("bob@op-b.test", True, "5.7.1")
    ]


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; <Bob@OP-B.test>", "bob@op-b.test"),
        ("bob@op-b.test", "bob@op-b.test"),
        ("rfc822; mailbox of bob@op-b.test here", "bob@op-b.test"),
        ("rfc822; böb@op-b.test", "böb@op-b.test"),
        ("rfc822; bob", ""),
        ("rfc822;", ""),
    ],
)
def test_the_address_of_a_recipient(value: str, address: str) -> None:
    found = bounces_of([read_fields(f"Final-Recipient: {value}\nAction: failed".encode())], "")
    assert [one.recipient for one in found] == ([address] if address else [])


def test_the_recipient_as_we_wrote_it_counts_before_where_it_went() -> None:
    fields = "Original-Recipient: rfc822; codes@op-b.test\nX-Actual-Recipient: rfc822; x@y.test\n"
    assert reported(fields + FAILED)[0][0] == "codes@op-b.test"
    assert reported("X-Actual-Recipient: rfc822; x@y.test\nAction: failed")[0][0] == "x@y.test"


def test_failed_overrides_delayed_and_nothing_overrides_failed() -> None:
    delayed = f"{BOB}\nAction: delayed\nStatus: 4.0.0"
    assert reported(delayed, FAILED) == [("bob@op-b.test", True, "5.1.1")]
    assert reported(FAILED, delayed) == [("bob@op-b.test", True, "5.1.1")]
    assert reported(delayed, delayed.replace("4.0.0", "4.9.9")) == [
        ("bob@op-b.test", False, "4.0.0")
    ]


def test_a_local_name_is_completed_from_the_returned_mail() -> None:
    local = "Final-Recipient: rfc822; BOB\nAction: failed"
    found = read_reports(contents(report(local, returned=OURS)))
    assert [one.recipient for one in found] == ["bob@op-b.test"]
    assert read_reports(contents(report(local))) == ()
    two = OURS.replace(b"To: ", b"Cc: bob@op-c.test\r\nTo: ")
    assert read_reports(contents(report(local, returned=two))) == ()


def test_at_most_a_thousand_recipients_are_kept() -> None:
    blocks = [
        read_fields(f"Final-Recipient: u{number}@op-b.test\nAction: failed".encode())
        for number in range(1001)
    ]
    assert len(bounces_of(blocks, "")) == 1000


def test_a_report_of_success() -> None:
    assert has_success(contents(report(f"{BOB}\nAction: relayed")))
    assert not has_success(contents(report(FAILED)))
    assert not has_success(contents("no report"))


def test_a_receipt_is_no_report() -> None:
    assert read_reports(contents(disposition(FAILED))) == ()


# A refusal by the recipient's machine


@pytest.mark.parametrize(
    ("how", "opening", "found"),
    [
        ("automatic-action/MDN-sent-automatically; deleted", "The mail was rejected", True),
        ("automatic-action/MDN-sent-automatically; denied", "Mailbox is full", True),
        ("automatic-action/MDN-sent-automatically; failed", "Quota exceeded", True),
        ("automatic-action/x; processed/rejected", "Returned to sender", True),
        ("automatic-action/MDN-sent-automatically; deleted", "It was deleted", False),
        ("automatic-action/MDN-sent-automatically; displayed", "The mail was rejected", False),
        ("manual-action/MDN-sent-manually; deleted", "The mail was rejected", False),
    ],
)
def test_refusals(how: str, opening: str, found: bool) -> None:
    fields = f"{BOB}\nOriginal-Message-ID: <ours@op-a.test>\nDisposition: {how}\n"
    refused = refused_recipient(contents(disposition(fields)), opening)
    assert refused == (
        (Bounce("bob@op-b.test", True, "", opening, "<ours@op-a.test>"),) if found else ()
    )


def test_a_delivery_report_is_no_refusal() -> None:
    fields = f"{BOB}\nDisposition: automatic-action/x; deleted"
    assert refused_recipient(contents(report(fields)), "The mail was rejected") == ()


# A report that a gateway attaches to its notice


def test_a_report_attached_as_a_mail_is_read() -> None:
    inner = making.mail(report(FAILED, returned=OURS).replace(b"=_b0", b"=_in"))
    notice = making.multi("mixed", making.part("x\n"), making.part(inner, "message/rfc822"))
    (bounce,) = read_enclosed_report(contents(notice))
    assert (bounce.recipient, bounce.original_message_id) == ("bob@op-b.test", "<ours@op-a.test>")
    plain = making.multi("mixed", making.part("x\n"), making.part(OURS, "message/rfc822"))
    assert read_enclosed_report(contents(plain)) == ()


def test_a_report_in_a_mail_that_came_back_is_not_this_report() -> None:
    """Look into multiparts of an attached report, and not into the mail that it returns."""
    cat = report(FAILED.replace("bob", "cat")).replace(b"=_b0", b"=_old")
    status = making.part(FAILED, "message/delivery-status")
    mixed = making.multi("mixed", making.part("x\n"), status, boundary="=_mixed")
    old = making.part(making.mail(cat), "message/rfc822")
    inner = making.mail(making.multi("report", mixed, old, boundary="=_in"))
    found = read_enclosed_report(
        contents(making.multi("mixed", making.part(inner, "message/rfc822")))
    )
    assert [one.recipient for one in found] == ["bob@op-b.test"]


# Which mail of ours


def test_the_message_id_comes_from_the_surest_place() -> None:
    field = f"Original-Message-ID: <field@op-a.test>\n{FAILED}"
    text = "x\nMessage-ID: <text@op-a.test>\n"
    whole = contents(report(field, text=text, returned=OURS))
    assert original_message_id(whole, text) == "<ours@op-a.test>"
    assert original_message_id(contents(report(field, text=text)), text) == "<field@op-a.test>"
    assert original_message_id(contents(report(FAILED)), text) == "<text@op-a.test>"
    assert original_message_id(contents(report(FAILED)), "") == ""


def test_the_message_id_in_a_returned_header_or_an_attached_file() -> None:
    head = making.multi("report", making.part(OURS, "text/rfc822-headers"))
    assert original_message_id(contents(head), "") == "<ours@op-a.test>"
    file = making.multi("mixed", making.part(OURS, "application/x-data", name="a.txt"))
    assert original_message_id(contents(file), "") == "<ours@op-a.test>"
    mail = making.multi("mixed", making.part(OURS, "message/rfc822"))
    assert original_message_id(contents(mail), "") == "<ours@op-a.test>"


# To whom it was sent


def test_the_recipients_of_the_returned_mail() -> None:
    trace = b"Received: from x by y for <trace@op-b.test>; Monday\r\nCc: ann@op-b.test\r\n"
    whole = contents(report(FAILED, returned=trace + OURS))
    assert sent_to_of(whole) == ["bob@op-b.test", "ann@op-b.test", "trace@op-b.test"]
    head = making.multi("report", making.part(OURS, "text/rfc822-headers"))
    assert sent_to_of(contents(head)) == ["bob@op-b.test"]
    quoted = "> To: cat@op-b.test\n> Subject: x\n"
    assert sent_to_of(contents("x"), quoted) == ["cat@op-b.test"]
    assert sent_to_of(contents("x")) == []


# Fields in the text


def test_fields_in_the_text_or_in_a_file() -> None:
    text = f"A notice.\n\n{FAILED}\n\nBye.\n"
    found = bounces_of(fields_in_text(contents("x"), text), "")
    assert [one.recipient for one in found] == ["bob@op-b.test"]
    file = making.multi("mixed", making.part(text, "application/x-data", name="a.txt"))
    found = bounces_of(fields_in_text(contents(file), ""), "")
    assert [one.recipient for one in found] == ["bob@op-b.test"]
    assert fields_in_text(contents("x"), "To: bob@op-b.test") == []


def test_bytes_as_text_have_one_kind_of_line_end() -> None:
    assert latin1_text(b"a\r\nb\rc\n\xe9") == "a\nb\nc\né"


@given(st.binary(max_size=200))
def test_no_report_raises(content: bytes) -> None:
    part = making.raw_part(content, "message/delivery-status", "x")
    found = contents(making.multi("report", part))
    for one in read_reports(found):
        assert "@" in one.recipient
    has_success(found)
