"""Bounces whose recipient is hard to see, and mail that only speaks of one."""

from __future__ import annotations

from tests.corpus.making import Case, D, mail, multi, part

_GONE = "gone@op-b.test"
_OTHER = "other@op-b.test"
_ID = "<q7@op-a.test>"
_HEAD = f"From: codes@op-a.test\nTo: {_GONE}\nSubject: MP121\nMessage-ID: {_ID}\n"
_BOTH = f"From: codes@op-a.test\nTo: {_GONE}, {_OTHER}\nSubject: MP121\nMessage-ID: {_ID}\n"
_COPY = part(f"{_HEAD}\n{D[0]}\n", "message/rfc822")
_NULL = "Return-Path: <>"
_DAEMON = "MAILER-DAEMON@mx.op-b.test"

_Expected = tuple[str, bool, str, str]


def _bounce(
    name: str,
    content: str | bytes,
    subject: str,
    *expected: _Expected,
    sender: str = _DAEMON,
    extra: tuple[str, ...] = (_NULL,),
    subkind: str = "free_form",
) -> Case:
    raw = mail(content, subject=subject, sender=sender, extra=list(extra))
    return Case(name, raw, "bounce", subkind, bounces=list(expected))


def _report(fields: str, *more: bytes, text: str = "Sorry.") -> bytes:
    status = part(f"Reporting-MTA: dns; mx\n\n{fields}", "message/delivery-status")
    return multi("report", part(text), status, *more, more="; report-type=delivery-status")


def _receipt(disposition: str, text: str) -> bytes:
    fields = f"Final-Recipient: rfc822; {_GONE}\nOriginal-Message-ID: {_ID}\n"
    told = part(f"{fields}Disposition: {disposition}\n", "message/disposition-notification")
    return multi("report", part(text), told, more="; report-type=disposition-notification")


def _of_reports() -> list[Case]:
    failed = "Action: failed\nStatus: 5.1.1\n"
    within = mail(
        _report(f"Final-Recipient: rfc822; {_GONE}\n{failed}", _COPY), sender=_DAEMON, number=2
    )
    waiting = _report(
        f"Final-Recipient: rfc822; {_GONE}\nAction: delayed\nStatus: 4.7.0\n",
        text="Your mail waits. Please add yourself to my guest list by the link below.\n",
    )
    return [
        _bounce(
            "bounce-report-in-an-enclosed-mail",
            multi("mixed", part(within, "message/rfc822"), boundary="=_b1"),
            "Delivery Status Notification (Failure)",
            (_GONE, True, "5.1.1", _ID),
            sender="postmaster@op-b.test",
        ),
        _bounce(
            "bounce-report-of-a-local-name",
            _report(
                f"Final-Recipient: rfc822; gone\n{failed}", part(f"{_BOTH}\nx", "message/rfc822")
            ),
            "Undeliverable",
            (_GONE, True, "5.1.1", _ID),
            subkind="",
        ),
        _bounce(
            "bounce-report-of-an-odd-address",
            _report(f"Final-Recipient: rfc822; gone@#op-b.test\n{failed}", _COPY),
            "Undeliverable",
            ("gone@#op-b.test", True, "5.1.1", _ID),
            subkind="",
        ),
        _bounce(
            "bounce-report-of-a-failure-for-now",
            _report(f"Final-Recipient: rfc822; {_GONE}\nAction: failed\nStatus: 4.4.7\n", _COPY),
            "Undeliverable",
            (_GONE, True, "4.4.7", _ID),
            subkind="",
        ),
        _bounce(
            "bounce-report-of-an-expired-mail",
            _report(f"Final-Recipient: rfc822; {_GONE}\nAction: expired\nStatus: 4.4.7\n", _COPY),
            "Undeliverable",
            (_GONE, True, "4.4.7", _ID),
            subkind="",
        ),
        _bounce(
            "bounce-refused-by-a-receipt",
            _receipt(
                "automatic-action/MDN-sent-automatically; deleted",
                f"Your mail to {_GONE} was rejected by a program: mailbox full.\n",
            ),
            "Automatically rejected mail",
            (_GONE, True, "", _ID),
            subkind="refused",
        ),
        Case(
            "receipt-of-a-deletion-is-no-bounce",
            mail(
                _receipt(
                    "manual-action/MDN-sent-manually; deleted",
                    "Your mail was deleted without being read.\n",
                ),
                subject="Not read: MP121",
            ),
            "auto_reply",
            "read_receipt",
        ),
        Case(
            "challenge-as-a-report-of-delay",
            mail(waiting, sender="robot@guests.test", subject="Re: MP121 (action required)"),
            "auto_reply",
            "challenge",
        ),
    ]


def _beneath_a_lead() -> list[Case]:
    heading = "Your message\n\n  To:      list@op-c.test\n  Subject: MP121 2.0.12\n\n"
    lead = heading + "did not reach the following recipient(s):\n\n"
    return [
        _bounce(
            "bounce-beneath-the-words-of-our-mail",
            f"{lead}{_GONE} on Mon, 2 Nov 2026 09:00:00 -0000\n    The name is not known here\n",
            "Undeliverable: MP121 2.0.12",
            (_GONE, True, "", ""),
            sender="System Administrator <postmaster@op-b.test>",
        ),
        _bounce(
            "bounce-x400-address",
            f"{lead}c=GB;a= ;p=OPB;o=Desk;dda:SMTP={_GONE}; on Mon, 2 Nov 2026\n09:00:00 -0000\n",
            "Undeliverable: MP121",
            (_GONE, True, "", ""),
            sender="System Administrator <postmaster@op-b.test>",
        ),
        _bounce(
            "bounce-local-name-beneath-a-lead",
            "Not delivered to the following:\n\n gone    no such person in the directory\n\n"
            f"--- Original message follows ---\n{_BOTH}\n",
            "Returned mail",
            (_GONE, True, "", _ID),
        ),
        _bounce(
            "bounce-local-name-at-the-servers-domain",
            "Your mail to the following recipients could not be delivered because they are"
            " not\naccepting mail from list@op-a.test:\n\tgone\n",
            "Mail Delivery Problem",
            (_GONE, True, "", ""),
            sender="Mail Delivery Subsystem <MAILER-DAEMON@op-b.test>",
        ),
        _bounce(
            "bounce-local-name-that-nobody-completes",
            "---- Message not delivered to the following:\n\n gone    no match\n\n---- Detail:\n\n"
            " Try FIRST.LAST@op-b.test, as in ann.other@op-b.test.\n",
            "Returned mail",
        ),
        _bounce(
            "bounce-expanded-address",
            "   ----- The following addresses had permanent fatal errors -----\n"
            f"box17@store.op-b.test\n    (expanded from: <{_GONE}>)\n\n"
            "   ----- Transcript of session follows -----\n"
            "554 too many hops: from codes@op-a.test via localhost\n",
            "Returned mail: too many hops",
            ("box17@store.op-b.test", True, "", ""),
            (_GONE, True, "", ""),
        ),
        _bounce(
            "bounce-postmaster-among-the-recipients",
            "   ----- The following addresses had delivery problems -----\n"
            "postmaster@op-c.test\n\n   ----- Information -----\nToo many mails in the mailbox.\n",
            "Returned mail: Service unavailable",
            ("postmaster@op-c.test", True, "", ""),
        ),
        _bounce(
            "bounce-lines-of-dashes",
            f"Delivery failed for these recipients:\n{_GONE}\n" + ("-" * 400 + "\n") * 30,
            "Failure",
            (_GONE, True, "", ""),
        ),
        _bounce(
            "bounce-to-ourselves",
            "This is the qmail-send program at op-a.test.\n\n<codes@op-a.test>:\n"
            "Remote host said: 552 5.2.2 too much in it\n",
            "failure notice",
            ("codes@op-a.test", True, "5.2.2", ""),
        ),
        _bounce(
            "bounce-details-after-the-recipient",
            "Delivery has failed to these recipients:\n\n\t* [gone@op-b.test]: 550 overfull\n\n"
            "Original message details:\n\n\t* From: codes@op-a.test\n\t* To: list@op-c.test\n",
            "Undeliverable: MP121",
            (_GONE, True, "", ""),
        ),
    ]


def _of_odd_senders() -> list[Case]:
    chinese = multi("mixed", part(f"\u65e0\u6cd5\u6295\u9012\n\n<{_GONE}>:\n"), _COPY)
    gateway = multi(
        "mixed",
        part(f"Sent on: Monday\n   Could not be delivered to: <{_GONE}>\n   as it is full.\n"),
        _COPY,
    )
    return [
        _bounce(
            "bounce-from-empty-angles",
            f"You wrote to {_GONE}. That is not a valid user here.\n",
            "MP121",
            (_GONE, True, "", ""),
            sender='"Jet" <>',
            extra=("Auto-Submitted: auto-replied",),
        ),
        _bounce(
            "bounce-of-a-mail-service",
            f"------ Failed Recipients ------\n\n<{_GONE}>: no such mailbox. [SMTP Code 550]\n"
            f"-------- Returned Mail --------\n\n{_HEAD}",
            "Returned Mail - Error During Delivery",
            (_GONE, True, "", _ID),
            sender="G500_SMTP_Service@op-b.test",
            extra=(),
        ),
        _bounce(
            "bounce-of-a-gateway-with-our-mail",
            gateway,
            "MP121",
            (_GONE, True, "", _ID),
            sender="no-reply@op-b.test",
            extra=(),
        ),
        _bounce(
            "bounce-under-the-subject-of-our-mail",
            f"***********\nVotre message n'a pas pu etre delivre a\n{_GONE}\n\n***********\n"
            f"Your message could not be delivered to\n{_GONE}\n",
            "RE: MP121 : non remis",
            (_GONE, True, "", ""),
            sender="gate@op-b.test",
            extra=(),
        ),
        _bounce(
            "bounce-answered-by-a-program",
            "Error: invalid user\n\n550 - no such user here\n\nDetails:\n"
            f"  MAIL FROM: codes@op-a.test\n  RCPT TO: {_GONE}\n",
            "Re:MP121",
            (_GONE, True, "", _ID),
            sender="post_master@op-b.test",
            extra=(f"In-Reply-To: {_ID}",),
        ),
        _bounce(
            "bounce-in-a-language-not-read",
            chinese,
            "\u90ae\u4ef6",
            (_GONE, True, "", _ID),
            extra=(),
        ),
        _bounce(
            "bounce-returned-while-it-was-handled",
            f"Intended recipient: {_GONE}\n\nThe following mail has been returned because of an"
            " error in handling it.\n",
            "Processing Error",
            (_GONE, True, "", ""),
            extra=(),
        ),
    ]


def _now_or_later() -> list[Case]:
    return [
        _bounce(
            "bounce-full-mailbox-is-given-up",
            f"Unable to deliver the message to the following address.\n\n<{_GONE}>:\n"
            "This account is over quota.\n",
            "Delivery failure",
            (_GONE, True, "", ""),
        ),
        _bounce(
            "bounce-given-up-after-many-attempts",
            f"A mail to this address:\n-- {_GONE}\ncould not be delivered.\n"
            "-- 4.4.4 Temporary server error. Please try again later\n"
            "This happened after 30 attempts over 92 hours.\n",
            "[Postmaster] Email Delivery Failure",
            (_GONE, True, "4.4.4", ""),
        ),
        _bounce(
            "bounce-warning-of-an-unknown-user",
            f"{_GONE} - no such user here.\n",
            f"Warning: {_GONE} - User unknown!",
            (_GONE, True, "", ""),
            sender="MDaemon@op-b.test",
        ),
        _bounce(
            "bounce-attempts-go-on",
            f"Your message could not be delivered to the following recipients:\n\n{_GONE}\n\n"
            "Delivery attempts will continue to be made for 5 days.\n",
            "Delivery failure notification",
            (_GONE, False, "", ""),
            sender="Gateway@op-b.test",
            extra=(),
            subkind="delayed",
        ),
        _bounce(
            "bounce-retried-until-it-is-old",
            f"Your message could not be delivered for more than 4 hours. It will be retried until"
            f" it is 5 days old.\n\n<{_GONE}>: host mx said: 451 later\n",
            "Delayed Mail",
            (_GONE, False, "", ""),
            subkind="delayed",
        ),
        _bounce(
            "bounce-postponed",
            f'Delivery to this address\n"{_GONE}"\nhas been postponed due to a full mailbox.\n',
            "Mail Delivery Warning",
            (_GONE, False, "", ""),
            sender="<Postmaster\\@op-b.test@op-b.test>",
            extra=(),
            subkind="delayed",
        ),
    ]


def _none_at_all() -> list[Case]:
    abuse = part("Feedback-Type: abuse\nVersion: 1\n", "message/feedback-report")
    return [
        Case(
            "complaint-report",
            mail(
                multi("report", part("A report."), abuse, _COPY, more="; report-type=x"),
                sender="feedback@op-b.test",
                subject="Fw: MP121",
            ),
            "unknown",
            "complaint",
            warnings=["as spam or abuse"],
        ),
        Case(
            "complaint-in-words",
            mail(
                multi("mixed", _COPY),
                sender="staff@op-b.test",
                subject="complaint about message from 192.0.2.7",
            ),
            "unknown",
            "complaint",
        ),
        Case(
            "person-asks-about-a-bounce-with-codes-of-servers",
            mail(
                f"Hello,\nour mail to you failed:\n<{_GONE}>: 550 5.1.1 user unknown\n"
                "Which address should we use?\n",
                subject="Delivery failure",
            ),
            "unknown",
        ),
        Case(
            "person-sends-a-returned-mail-along",
            mail(
                multi(
                    "mixed",
                    part("Hi,\nthis could not be delivered to: bob. Can you check?\nThanks\n"),
                    part("From: ann@op-b.test\nSubject: Hello\n\nHello\n", "message/rfc822"),
                ),
                subject="A mail to you",
            ),
            "unknown",
        ),
        Case(
            "request-after-a-bounce",
            mail(
                "Our earlier mail to you could not be delivered, so once more: please send the"
                f" install code for\n{D[0]}\n",
                subject="Delivery failed: our request",
            ),
            "request",
            devices=[(D[0], "body line 2")],
        ),
        Case(
            "answer-under-a-bounced-subject",
            mail(f"{D[0]}: not installed by us\n", subject="RE: Undeliverable: MP121"),
            "response",
            devices=[(D[0], "body line 1")],
            answers=[(D[0], "not_installer", None, "body line 1")],
        ),
        Case(
            "postmaster-asks-and-tells-of-a-bounce",
            mail(
                f"Please send the install code for {D[0]}. Your mail to {_GONE} was not delivered"
                " as he has left us.\n",
                sender="Postmaster <postmaster@op-b.test>",
            ),
            "request",
            devices=[(D[0], "body line 1")],
        ),
        Case(
            "no-sender-and-a-device-that-does-not-exist",
            f"Subject: MP121\n\nPlease send the install code for {D[0]}."
            " The meter does not exist in our list.\n".encode(),
            "request",
            devices=[(D[0], "body line 1")],
        ),
    ]


def _line_ends() -> list[Case]:
    text = f"This is the qmail-send program.=20\n\n<{_GONE}>:\nno such user=\n here, 550 5.1.1\n"
    raw = (
        f"From: {_DAEMON}\nSubject: failure notice\nContent-Transfer-Encoding: quoted-printable\n"
        f"Content-Type: text/plain\nMessage-ID: <m1@op-b.test>\n\n{text}"
    )
    bounces = [(_GONE, True, "5.1.1", "")]
    return [
        Case(
            "line-ends-of-an-old-mac",
            raw.replace("\n", "\r").encode(),
            "bounce",
            "free_form",
            bounces=bounces,
        ),
        Case(
            "quoted-printable-with-lone-carriage-returns",
            mail(
                b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                b"\r\nPlease send the install codes for=3A\r"
                + f"{D[0]} =\r(ESME)\r{D[1]}\r".encode()
            ),
            "request",
            devices=[(D[0], "body line 2"), (D[1], "body line 3")],
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return (
        _of_reports()
        + _beneath_a_lead()
        + _of_odd_senders()
        + _now_or_later()
        + _none_at_all()
        + _line_ends()
    )
