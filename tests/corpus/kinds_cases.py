"""Mails that are neither: bounces, absences, acknowledgements, lists, our own, forged senders."""

from __future__ import annotations

from tests.corpus.making import Case, D, both, mail, multi, part, plain

_DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.op-b.test>"
_ORIGINAL = (
    b"Content-Type: message/rfc822\r\n\r\nFrom: codes@op-a.test\r\nTo: gone@op-b.test\r\n"
    b"Subject: MP121 request MP121-OPA-2611-Q00001\r\nMessage-ID: <q1@op-a.test>\r\n\r\n"
    + D[0].encode()
    + b"\r\n"
)


def _status(action: str, status: str, *, code: str = "") -> bytes:
    lines = [
        "Reporting-MTA: dns; mx.op-b.test",
        "",
        "Final-Recipient: rfc822; Gone@op-b.test",
        f"Action: {action}",
        f"Status: {status}",
    ]
    if code:
        lines.append(f"Diagnostic-Code: smtp; {code}")
    return part("\n".join(lines) + "\n", "message/delivery-status")


def _report(status: bytes, text: str, subject: str) -> bytes:
    return mail(
        multi("report", part(text), status, _ORIGINAL, more="; report-type=delivery-status"),
        sender=_DAEMON,
        subject=subject,
        extra=["Return-Path: <>", "Auto-Submitted: auto-replied"],
    )


def _bounces() -> list[Case]:
    free = (
        "Hi. This is the qmail-send program at mx.op-b.test.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        "<gone@op-b.test>:\n550 5.1.1 no such user\n\n"
        f"--- Below this line is a copy of the message.\n\nMessage-ID: <q1@op-a.test>\n{D[0]}\n"
    )
    return [
        Case(
            "bounce-postfix-hard",
            _report(
                _status("failed", "5.1.1", code="550 5.1.1 User unknown"),
                "I'm sorry to have to inform you that your message could not be delivered.",
                "Undelivered Mail Returned to Sender",
            ),
            "bounce",
            bounces=[("gone@op-b.test", True, "5.1.1", "<q1@op-a.test>")],
        ),
        Case(
            "bounce-delayed",
            _report(
                _status("delayed", "4.4.1"),
                "YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
                "Delayed Mail (still being retried)",
            ),
            "bounce",
            "delayed",
            bounces=[("gone@op-b.test", False, "4.4.1", "<q1@op-a.test>")],
        ),
        Case(
            "delivery-receipt",
            _report(
                _status("delivered", "2.0.0"),
                "Your message was delivered.",
                "Successful Mail Delivery Report",
            ),
            "auto_reply",
            "delivery_receipt",
        ),
        Case(
            "bounce-in-free-words",
            mail(
                free,
                sender="MAILER-DAEMON@mx.op-b.test",
                subject="failure notice",
                extra=["Return-Path: <>"],
            ),
            "bounce",
            "free_form",
            bounces=[("gone@op-b.test", True, "5.1.1", "<q1@op-a.test>")],
        ),
        Case(
            "bounce-failed-recipients-header",
            mail(
                "A message that you sent could not be delivered.\n",
                sender=_DAEMON,
                subject="Mail delivery failed: returning message to sender",
                extra=["X-Failed-Recipients: gone@op-b.test"],
            ),
            "bounce",
            "free_form",
            bounces=[("gone@op-b.test", True, "", "")],
        ),
        Case(
            "bounce-from-a-daemon-without-a-domain",
            mail(
                "   ----- The following addresses had permanent fatal errors -----\n"
                "<gone@op-b.test>\n\n"
                "   ----- Original message follows -----\nMessage-Id: <q1@op-a.test>\n",
                sender="Mail Delivery Subsystem <MAILER-DAEMON>",
                subject="Returned mail",
            ),
            "bounce",
            "free_form",
            bounces=[("gone@op-b.test", True, "", "<q1@op-a.test>")],
        ),
        Case(
            "read-receipt",
            mail(
                multi(
                    "report",
                    part("Your message was displayed."),
                    part(
                        "Final-Recipient: rfc822; ann@op-b.test\nDisposition: manual-action/"
                        "MDN-sent-manually; displayed\n",
                        "message/disposition-notification",
                    ),
                    more="; report-type=disposition-notification",
                ),
                subject="Read: MP121 request",
            ),
            "auto_reply",
            "read_receipt",
        ),
    ]


def _automatic() -> list[Case]:
    quoted = f"\n\nFrom: Op A\nSent: Monday\nTo: x\nSubject: y\n\n{D[0]}\n{D[1]}\n"
    replied = ["Auto-Submitted: auto-replied"]
    return [
        Case(
            "absence-with-return-date",
            mail(
                "I am out of the office and will be back on 5 January 2027." + quoted,
                subject="Automatic reply: MP121 request",
                extra=replied,
            ),
            "auto_reply",
            "absence",
            returns_on="2027-01-05",
        ),
        Case(
            "absence-numeric-date",
            mail(
                "On annual leave, returning Monday 04/01/2027.",
                subject="Out of Office",
                extra=["X-Autoreply: yes"],
            ),
            "auto_reply",
            "absence",
            returns_on="2027-01-04",
        ),
        Case(
            "absence-without-a-year",
            mail(
                "I'm out of office until 4th January.",
                date="Mon, 21 Dec 2026 10:00:00 +0000",
                extra=replied,
            ),
            "auto_reply",
            "absence",
            returns_on="2027-01-04",
        ),
        Case(
            "absence-without-any-header",
            mail("Hi, I am on annual leave until Tuesday 5th January 2027. Ann"),
            "auto_reply",
            "absence",
            returns_on="2027-01-05",
        ),
        Case(
            "ticket-with-header",
            mail(
                "Thank you for contacting us. Your case 00012345 has been created." + quoted,
                subject="[Case 00012345] MP121 request",
                extra=replied,
            ),
            "acknowledgement",
            "ticket",
        ),
        Case(
            "ticket-without-header",
            mail(f"Your ticket 4711 has been received.\n\n{D[0]}\n{D[1]}\n", subject="Ticket 4711"),
            "acknowledgement",
            "ticket",
            warnings=["2 Device IDs in it are ignored"],
        ),
        Case(
            "ticket-servicenow-shape",
            mail(
                both("x", "<p>Incident INC0012345 has been opened on your behalf.</p>"),
                subject="Incident INC0012345 opened",
            ),
            "acknowledgement",
            "ticket",
        ),
        Case(
            "courtesy-of-a-machine",
            mail(
                "Thank you for your email. We aim to respond within 5 working days.", extra=replied
            ),
            "acknowledgement",
            "automatic",
        ),
        Case(
            "suppress-header-alone-proves-nothing",
            mail(
                f"Please send the install code for {D[0]}", extra=["X-Auto-Response-Suppress: All"]
            ),
            "request",
            devices=[(D[0], "body line 1")],
        ),
        Case(
            "another-system-asks",
            mail(
                f"Please provide install codes for these devices:\n{plain(D[0])}\n",
                extra=["Auto-Submitted: auto-generated"],
            ),
            "request",
            devices=[(D[0], "body line 2")],
        ),
        Case(
            "reminder-of-this-software",
            mail(
                f"Reminder: please provide the install codes.\n{D[0]}\n",
                extra=[
                    "Auto-Submitted: auto-generated",
                    "X-MP121-Exchange: reminder; ref=MP121-OPB-2611-Q00001",
                ],
            ),
            "unknown",
            "reminder",
            warnings=["1 Device ID in it is ignored"],
        ),
        Case(
            "own-mail-comes-back",
            mail(
                f"Please provide the install codes.\n{D[0]}\n",
                sender="codes@op-a.test",
                extra=["X-MP121-Exchange: request; ref=MP121-OPA-2611-Q00001"],
            ),
            "unknown",
            "own",
            own=["codes@op-a.test"],
            warnings=["1 Device ID in it is ignored"],
        ),
        Case(
            "newsletter",
            mail(
                "Big news for meters this month!",
                extra=["List-Unsubscribe: <https://n.test/u>", "Precedence: bulk"],
            ),
            "unknown",
            "newsletter",
        ),
        Case(
            "mailing-list",
            mail("Minutes of the smart metering forum.", extra=["List-Id: <forum.secas.test>"]),
            "unknown",
            "list",
        ),
        Case(
            "calendar-invitation",
            mail(
                multi(
                    "alternative",
                    part("Catch-up on install codes"),
                    part(
                        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n",
                        "text/calendar; method=REQUEST",
                    ),
                )
            ),
            "unknown",
            "invitation",
        ),
    ]


def _senders() -> list[Case]:
    text = f"Please send the install code for {D[0]}"
    found = [(D[0], "body line 1")]

    def one(name: str, sender: str, expected: str, *extra: str) -> Case:
        raw = mail(text, sender=sender, extra=list(extra))
        return Case(name, raw, "request", devices=found, sender=expected)

    return [
        one("sender-plain", "Ann Other <Ann@OP-B.test>", "ann@op-b.test"),
        one("sender-name-is-the-address", '"ann@op-b.test" <ann@op-b.test>', "ann@op-b.test"),
        one("sender-name-poses", '"codes@op-b.test" <ann@evil.test>', ""),
        one("sender-encoded-name-poses", "=?utf-8?q?codes=40op-b.test?= <ann@evil.test>", ""),
        one("sender-two-addresses", "ann@op-b.test, bob@op-b.test", ""),
        one("sender-group", "Team: ann@op-b.test;", ""),
        one("sender-comment-trick", "ann@op-b.test)bob@evil.test", ""),
        one("sender-double-angle", "<ann@op-b.test> <bob@evil.test>", ""),
        one("sender-two-from-fields", "ann@op-b.test", "", "From: bob@evil.test"),
    ]


def _odd() -> list[Case]:
    return [
        Case(
            "subject-hides-line-ends",
            mail(
                f"Please send the install code for {D[0]}",
                subject="=?utf-8?q?codes=0D=0ABcc:_x=40evil.test?=",
            ),
            "request",
            devices=[(D[0], "body line 1")],
        ),
        Case("empty-mail", b"", "unknown"),
        Case(
            "no-header-at-all",
            f"Please send the install codes:\n{D[0]}\n".encode(),
            "request",
            devices=[(D[0], "body line 2")],
            sender="",
        ),
        Case(
            "multipart-without-end",
            mail(
                multi("mixed", part(f"Please send install codes for\n{D[0]}\n")).removesuffix(
                    b"--=_b0--\r\n"
                )
            ),
            "request",
            devices=[(D[0], "body line 2")],
        ),
        Case(
            "base64-with-damage",
            mail(
                part(f"Please send install codes for\n{D[0]}\n", how="base64").rstrip() + b"!?\r\n"
            ),
            "request",
            devices=[(D[0], "body line 2")],
        ),
        Case(
            "charset-that-does-not-exist",
            mail(
                part(
                    f"Please send the install code of caf\u00e9 meter {D[0]}",
                    "text/plain; charset=x-no-such-thing",
                )
            ),
            "request",
            devices=[(D[0], "body line 1")],
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return _bounces() + _automatic() + _senders() + _odd()
