"""Notices of mail servers and of desks, each in the shape that its program is known to write."""

from __future__ import annotations

from tests.corpus.making import Case, D, html, mail, multi, part

_GONE = "gone@op-b.test"
_ID = "<q7@op-a.test>"
_HEAD = f"From: codes@op-a.test\nTo: {_GONE}\nSubject: MP121\nMessage-ID: {_ID}\n"
_COPY = part(f"{_HEAD}\n{D[0]}\n", "message/rfc822")
_HEADERS = part(_HEAD, "text/rfc822-headers")
_NULL = ["Return-Path: <>"]
_DAEMON = "Mail Delivery Subsystem <mailer-daemon@mx.op-b.test>"


def _bounce(
    name: str,
    raw: bytes,
    *expected: tuple[str, bool, str, str],
    subkind: str = "free_form",
) -> Case:
    return Case(name, raw, "bounce", subkind, bounces=list(expected))


def _free(
    name: str,
    text: str,
    subject: str,
    *expected: tuple[str, bool, str, str],
    sender: str = _DAEMON,
    extra: tuple[str, ...] = ("Return-Path: <>",),
    subkind: str = "free_form",
) -> Case:
    raw = mail(text, subject=subject, sender=sender, extra=list(extra))
    return _bounce(name, raw, *expected, subkind=subkind)


def _report(fields: str, *more: bytes, closing: bool = True, media: str = "") -> bytes:
    status = part(f"Reporting-MTA: dns; mx\n\n{fields}", media or "message/delivery-status")
    whole = multi("report", part("Sorry."), status, *more, more="; report-type=delivery-status")
    if not closing:
        whole = whole.removesuffix(b"--=_b0--\r\n")
    return mail(whole, sender=_DAEMON, subject="Delivery Status Notification", extra=_NULL)


def _reports() -> list[Case]:
    failed = "Action: failed\nStatus: 5.1.1\n"
    hard = (_GONE, True, "5.1.1", _ID)
    kind = "Final-Recipient"
    return [
        _bounce(
            "dsn-type-without-address-type",
            _report(f"{kind}: rfc822;\n {_GONE}\n{failed}", _COPY),
            hard,
            subkind="",
        ),
        _bounce(
            "dsn-address-in-angles",
            _report(f"{kind}: RFC822;<Gone@op-b.test>\n{failed}", _HEADERS),
            hard,
            subkind="",
        ),
        _bounce(
            "dsn-type-system",
            _report(f"{kind}: system;{_GONE}\n{failed}", _HEADERS),
            hard,
            subkind="",
        ),
        _bounce(
            "dsn-type-x-unix",
            _report(f"{kind}: x-unix; gone\nOriginal-Recipient: rfc822;{_GONE}\n{failed}", _COPY),
            hard,
            subkind="",
        ),
        _bounce(
            "dsn-original-recipient-only",
            _report(f"Original-Recipient: rfc822;{_GONE}\n{failed}", _COPY),
            hard,
            subkind="",
        ),
        _bounce(
            "dsn-status-in-the-diagnostic-only",
            _report(
                f"{kind}: rfc822;{_GONE}\nAction: failed\n"
                "Diagnostic-Code: smtp; 550-5.1.1 no such account\n",
                _COPY,
            ),
            hard,
            subkind="",
        ),
        _bounce(
            "dsn-several-recipients",
            _report(
                f"{kind}: rfc822;{_GONE}\n{failed}\n{kind}: rfc822;full@op-b.test\n"
                f"Action: delayed\nStatus: 4.2.2\n\n{kind}: rfc822;ok@op-b.test\n"
                "Action: relayed\nStatus: 2.1.5\n",
                _COPY,
            ),
            hard,
            ("full@op-b.test", False, "4.2.2", _ID),
            subkind="",
        ),
        _bounce(
            "dsn-delayed-then-failed",
            _report(
                f"{kind}: rfc822;{_GONE}\nAction: delayed\nStatus: 4.4.1\n\n"
                f"{kind}: rfc822;{_GONE}\n{failed}",
                _COPY,
            ),
            hard,
            subkind="",
        ),
        _bounce(
            "dsn-cut-short",
            _report(f"{kind}: rfc822;{_GONE}\n{failed}", closing=False),
            (_GONE, True, "5.1.1", ""),
            subkind="",
        ),
        _bounce(
            "dsn-as-plain-text",
            _report(f"{kind}: rfc822;{_GONE}\n{failed}", _COPY, media="text/plain"),
            hard,
        ),
        _bounce(
            "dsn-as-octet-stream",
            _report(f"{kind}: rfc822;{_GONE}\n{failed}", _COPY, media="application/octet-stream"),
            hard,
        ),
        _bounce(
            "dsn-boundary-missing",
            mail(
                _report(f"{kind}: rfc822;{_GONE}\n{failed}", _HEADERS)
                .partition(b"\r\n\r\n")[2]
                .decode(),
                sender=_DAEMON,
                subject="Undelivered Mail",
                extra=_NULL,
            ),
            hard,
        ),
        Case(
            "dsn-expanded-is-a-receipt",
            _report(f"{kind}: rfc822;list@op-b.test\nAction: expanded\nStatus: 2.0.0\n", _COPY),
            "auto_reply",
            "delivery_receipt",
        ),
    ]


def _notices() -> list[Case]:
    quoted = (
        f"\n------ This is a copy of your message, including all the headers. ------\n\n{_HEAD}"
    )
    exchange = (
        "<p>Delivery has failed to these recipients or groups:</p>"
        f'<p>Gone, Person (<a href="mailto:{_GONE}">{_GONE}</a>)</p>'
        "<p>The address that you entered was not found.</p>"
        "<p>Diagnostic information for administrators:</p><p>Generating server: MX.op-b.test</p>"
        f"<p>{_GONE}<br>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'</p>"
        f"<p>Original message headers:</p><pre>Received: from a by b\nMessage-ID: "
        f"&lt;q7@op-a.test&gt;\n</pre>"
    )
    return [
        _free(
            "notice-exim",
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\nrecipients."
            " This is a permanent error. The following address(es) failed:\n\n"
            f"  {_GONE}\n    host mx.op-b.test [192.0.2.1]\n    SMTP error after RCPT TO:<{_GONE}>"
            f":\n    550 5.1.1 Unrouteable\n{quoted}",
            "Mail delivery failed: returning message to sender",
            (_GONE, True, "5.1.1", _ID),
        ),
        _free(
            "notice-exim-delay",
            "This message was created automatically by mail delivery"
            " software.\nA message that you sent has not yet been delivered to one or more of its"
            f"\nrecipients after more than 24 hours.\n\nThe address is:\n\n  {_GONE}\n\nNo action"
            " is required on your part. Delivery attempts will continue.\n",
            "Warning: message 1aBc-02 delayed 24 hours",
            (_GONE, False, "", ""),
            subkind="delayed",
        ),
        _bounce(
            "notice-exchange-for-administrators",
            mail(
                html(exchange),
                sender="Microsoft Outlook <postmaster@op-b.test>",
                subject="Undeliverable: MP121 request",
                extra=_NULL,
            ),
            (_GONE, True, "5.1.10", _ID),
        ),
        _free(
            "notice-gmail-not-found",
            "Address not found\n\nYour message wasn't delivered to"
            f" {_GONE} because the address couldn't be found.\n\nThe response was:\n550 5.1.1 The"
            " account does not exist.\n",
            "Delivery Status Notification (Failure)",
            (_GONE, True, "5.1.1", _ID),
            extra=("Return-Path: <>", f"In-Reply-To: {_ID}"),
        ),
        _free(
            "notice-gmail-blocked",
            f"Message blocked\n\nYour message to {_GONE} has been blocked."
            "\nThe response from the remote server was:\n552 5.7.0 content not allowed\n",
            "Delivery Status Notification (Failure)",
            (_GONE, True, "5.7.0", ""),
        ),
        _free(
            "notice-gmail-incomplete",
            "Delivery incomplete\n\nThere was a temporary problem"
            f" delivering your message to {_GONE}. We will be retrying for 47 more hours.\n",
            "Delivery Status Notification (Delay)",
            (_GONE, False, "", ""),
            subkind="delayed",
        ),
        _free(
            "notice-sendmail",
            "   ----- The following addresses had permanent fatal errors -----"
            f"\n<{_GONE}>\n    (reason: 550 5.7.1 denied)\n\n   ----- Transcript of session"
            " follows -----\n... while talking to mx.op-b.test.:\n",
            "Returned mail: see transcript",
            (_GONE, True, "5.7.1", ""),
        ),
        _free(
            "notice-qmail-two",
            "Hi. This is the qmail-send program at mx.op-b.test.\n\n"
            f"<{_GONE}>:\n192.0.2.5 does not like recipient.\nRemote host said: 550 5.1.1 gone\n"
            "Giving up on 192.0.2.5.\n\n<full@op-b.test>:\n452 4.2.2 mailbox full\nGiving up.\n",
            "failure notice",
            (_GONE, True, "5.1.1", ""),
            ("full@op-b.test", True, "4.2.2", ""),
        ),
        _free(
            "notice-yahoo",
            "Sorry, we were unable to deliver your message to the following"
            f" address.\n\n<{_GONE}>:\n554: delivery error: no account here\n\n--- Below this line"
            f" is a copy of the message.\n\n{_HEAD}",
            "Failure Notice",
            (_GONE, True, "", _ID),
        ),
        _free(
            "notice-amazon",
            "An error occurred while trying to deliver the mail to the following"
            f" recipients:\n{_GONE}\n",
            "Delivery Status Notification (Failure)",
            (_GONE, True, "", ""),
        ),
        _free(
            "notice-mimecast",
            "The message you sent requires an action: it was rejected by the"
            f" gateway.\nRecipient: {_GONE}\nReason: 550 Rejected by header policy\n",
            "[Postmaster] Email Delivery Failure",
            (_GONE, True, "", ""),
            sender="Mail Administrator <postmaster@gw.op-b.test>",
        ),
        _free(
            "notice-proofpoint",
            f"   ----- Transcript of session follows -----\n550 5.1.1 <{_GONE}>... User unknown\n",
            "Returned mail: User unknown",
            (_GONE, True, "5.1.1", ""),
        ),
        _free(
            "notice-barracuda",
            f"Your message to {_GONE} was not delivered: recipient address rejected.\n",
            "**Message you sent blocked by our bulk email filter**",
            (_GONE, True, "", ""),
        ),
        _free(
            "notice-mdaemon",
            "The following data may be needed to find out what happened:\n\n"
            f"  Failed address: {_GONE}\n\n--- Session Transcript ---\n<-- 550 5.1.1 unknown\n",
            "Permanent Delivery Failure",
            (_GONE, True, "5.1.1", ""),
            sender="MDaemon at op-b.test <MDaemon@op-b.test>",
        ),
        _free(
            "notice-domino",
            "Your message\n  Subject: MP121\nwas not delivered to:\n"
            f"  {_GONE}\nbecause:\n  User gone ({_GONE}) not listed in Directory\n",
            "DELIVERY FAILURE: User not listed in Directory",
            (_GONE, True, "", ""),
        ),
        _free(
            "notice-zimbra",
            "This is the mail system at host zm.op-b.test.\n\nI'm sorry.\n\n"
            f"<{_GONE}>: host zm.op-b.test said: 452 4.2.2 Over quota (in reply to RCPT TO)\n",
            "Delayed Mail (still being retried)",
            (_GONE, False, "4.2.2", ""),
            subkind="delayed",
        ),
        _free(
            "notice-opensmtpd",
            "Hi!\n\nThis is the MAILER-DAEMON, please DO NOT REPLY to this"
            f" email.\n\nAn error has occurred while attempting to deliver a message for the\n"
            f"following list of recipients:\n\n{_GONE}: 550 5.1.1 No such user\n",
            "Delivery status notification: error",
            (_GONE, True, "5.1.1", ""),
        ),
        _free(
            "notice-courier",
            "This is a delivery status notification from mx.op-b.test.\n\nThe"
            f" original message was received.\n\n  UNDELIVERABLE MAIL\n\n<{_GONE}>:\n"
            "     mx [192.0.2.9]:\n <<< 550 User unknown.\n",
            "NOTICE: mail delivery status.",
            (_GONE, True, "", ""),
        ),
        _free(
            "notice-german",
            f"Ihre Nachricht konnte nicht zugestellt werden.\n\n{_GONE}\n550 5.1.1 unbekannt\n",
            "Unzustellbar: MP121",
            (_GONE, True, "5.1.1", ""),
        ),
        _free(
            "notice-with-a-code-alone",
            f"<{_GONE}>: unbekannte Adresse\n550 5.1.1\n",
            "MP121",
            (_GONE, True, "5.1.1", ""),
            sender="postmaster@op-b.test",
        ),
        _free(
            "notice-of-a-simple-program",
            f"The mail system could not deliver mail to {_GONE}.\n",
            "Delivery failure",
            (_GONE, True, "", ""),
            sender="robot@op-b.test",
            extra=(),
        ),
        _free(
            "notice-from-nobody",
            f"Your message could not be delivered to the following recipient:\n\n{_GONE}\n",
            "Undeliverable mail",
            (_GONE, True, "", ""),
            sender="IT <it@op-b.test>",
            extra=(),
        ),
    ]


def _desks() -> list[Case]:
    def desk(name: str, text: str, subject: str = "Re: MP121", *extra: str) -> Case:
        return Case(
            name, mail(text, subject=subject, extra=list(extra)), "acknowledgement", "ticket"
        )

    return [
        desk(
            "desk-zendesk",
            "##- Please type your reply above this line -##\n\nYour request (4711)"
            " has been received and is being looked at by our team.\n",
        ),
        desk(
            "desk-freshdesk",
            "Dear customer,\n\nWe would like to acknowledge that we have received"
            " your request and a ticket has been created.\n",
        ),
        desk(
            "desk-jira", "Just confirming that we got your request. We're on it.\n", "SM-12 MP121"
        ),
        desk("desk-salesforce", "Thank you for getting in touch. Your case number is 00123456.\n"),
        desk("desk-german", "Guten Tag,\n\nIhre Anfrage #4711 ist bei uns eingegangen.\n"),
        desk(
            "desk-german-ticket",
            "Das Ticket [INC-4711] wurde erstellt.\n",
            "Ticket",
            "Auto-Submitted: auto-replied",
        ),
        desk("desk-welsh", "Mae eich cais 4711 wedi'i dderbyn.\n"),
    ]


def _others() -> list[Case]:
    replied = ["Auto-Submitted: auto-replied"]

    def away(name: str, text: str, back: str | None) -> Case:
        return Case(
            name,
            mail(text, subject="Automatic reply: MP121", extra=replied),
            "auto_reply",
            "absence",
            returns_on=back,
        )

    return [
        away(
            "absence-from-and-to",
            "I am on leave from 21 December 2026 to 4 January 2027.",
            "2027-01-04",
        ),
        away(
            "absence-short-weekday", "I am out of the office, back Mon. 4 Jan 2027.", "2027-01-04"
        ),
        away("absence-german", "Ich bin bis zum 5. Januar 2027 nicht im Büro.", "2027-01-05"),
        away(
            "absence-available-from",
            "I'm away from my desk and available again from January 6th, 2027.",
            "2027-01-06",
        ),
        away("absence-no-date", "I am out of the office until further notice.", None),
        Case(
            "read-receipt-in-words",
            mail(
                "Your message\n\n  To: Ann\n  Subject: MP121\n\nwas read"
                " on 2 November 2026 09:00.\n",
                subject="Read: MP121",
            ),
            "auto_reply",
            "read_receipt",
        ),
        Case(
            "delivery-receipt-in-words",
            mail(
                f"Your message was successfully delivered to {_GONE}.\n",
                subject="Delivered: MP121",
                sender="postmaster@op-b.test",
            ),
            "auto_reply",
            "delivery_receipt",
        ),
        Case(
            "challenge-of-a-filter",
            mail(
                "Your message is being held until you confirm that you"
                " are a real person. Click below to have your message delivered.\n"
            ),
            "auto_reply",
            "challenge",
        ),
        Case(
            "phishing-shape",
            mail(
                "Your mailbox is almost full and will be suspended.\n"
                "Click here to verify your account: https://evil.test/x\n",
                subject="Final notice",
            ),
            "unknown",
            "phishing",
        ),
        Case(
            "person-tells-of-a-bounce",
            mail(
                "Hi, our mail to you came back: user unknown. Which address should we use?\n",
                subject="Fwd: Undeliverable: codes",
            ),
            "unknown",
        ),
        Case(
            "postmaster-asks",
            mail(f"Please send the install code for {D[0]}", sender="Ann <postmaster@op-b.test>"),
            "request",
            devices=[(D[0], "body line 1")],
        ),
        Case(
            "device-does-not-exist-is-no-bounce",
            mail(
                f"The meter does not exist on our side. Please send the install code for {D[1]}",
                extra=_NULL,
            ),
            "request",
            devices=[(D[1], "body line 1")],
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return _reports() + _notices() + _desks() + _others()
