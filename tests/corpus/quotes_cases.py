"""Replies around a quoted list, statements over a whole list, requests that sound alike."""

from __future__ import annotations

from tests.corpus.answers_cases import REFS, reply, response
from tests.corpus.making import (
    CODE,
    CODE_CRC,
    OTHER_CRC,
    Case,
    D,
    both,
    html,
    mail,
    multi,
    part,
    raw_part,
)


def _quotes() -> list[Case]:
    quoted = f"> Please send the install codes:\n> {D[0]}\n> {D[1]}\n"
    wrote = "On Mon, 2 Nov 2026 at 09:15, Op A <codes@op-a.test> wrote:\n"
    outlook = (
        "From: Op A <codes@op-a.test>\nSent: 02 November 2026 09:15\nTo: Ann Other\n"
        f"Subject: MP121 request\n\nPlease send the install codes:\n{D[0]}\n{D[1]}\n"
    )
    gmail = (
        '<div dir="ltr">Not ours, sorry.</div><br>'
        '<div class="gmail_quote">'
        '<div class="gmail_attr">On Mon, 2 Nov 2026, Op A wrote:<br></div>'
        '<blockquote class="gmail_quote" style="border-left:1px solid">'
        f"Please send<br>{D[0]}<br>{D[1]}</blockquote></div>"
    )
    owa = (
        "<p>Which meters do you mean?</p><hr>"
        "<div id='divRplyFwdMsg'><b>From:</b> Op A<br><b>Sent:</b> Monday<br>"
        f"<b>To:</b> Ann<br><b>Subject:</b> MP121 request</div><div>{D[0]}</div>"
    )
    return [
        Case(
            "own-words-like-an-attribution",
            mail(
                f"On 30 October 2026 our fitters wrote:\n{D[0]}\n{D[1]}\n\n"
                "Please send us the install codes of these.\n"
            ),
            "request",
            devices=[(D[0], "body line 2"), (D[1], "body line 3")],
        ),
        Case(
            "statement-over-a-quoted-list",
            reply("None of these meters were installed by us.\n\n" + wrote + quoted),
            "response",
            "statement",
            references=REFS,
            warnings=["2 Device IDs are only in quoted text"],
        ),
        response(
            "statement-over-a-list-of-its-own",
            reply(f"We are not the installing supplier for any of these:\n\n{D[0]}\n{D[1]}\n"),
            (D[0], "not_installer", None, "body line 3"),
            (D[1], "not_installer", None, "body line 4"),
        ),
        Case(
            "reply-quotes-the-list",
            reply("Thanks, we will come back to you.\n\n" + wrote + quoted),
            "acknowledgement",
            "promised",
            references=REFS,
            warnings=["2 Device IDs are only in quoted text"],
        ),
        Case(
            "outlook-block-quotes-the-list",
            reply("Which team do you need?\n\n" + outlook),
            "unknown",
            "reply",
            references=REFS,
            warnings=["2 Device IDs are only in quoted text"],
        ),
        Case(
            "gmail-html-quote",
            reply(both("Not ours, sorry.", gmail)),
            "response",
            "statement",
            references=REFS,
            warnings=["2 Device IDs are only in quoted text"],
        ),
        Case(
            "outlook-web-quote",
            reply(html(owa)),
            "unknown",
            "asks_which",
            references=REFS,
            warnings=["1 Device ID is only in quoted text"],
        ),
        response(
            "typed-between-quoted-lines",
            reply(
                wrote + f"> Please send the install codes:\n> {D[0]}\n{D[0]} {CODE_CRC}\n> {D[1]}\n"
                f"{D[1]} - not installed by us\n"
            ),
            (D[0], "provided", CODE, "body line 4"),
            (D[1], "not_installer", None, "body line 6"),
        ),
        response(
            "quoted-code-does-not-count",
            reply(f"{D[0]} {CODE_CRC}\n\n" + wrote + f"> {D[0]} {OTHER_CRC}\n"),
            (D[0], "provided", CODE, "body line 1"),
        ),
        Case(
            "request-mentions-denial",
            mail(
                "Please provide the install codes for the following devices, or confirm that"
                f" you are not the installing supplier.\n\n{D[0]}\n{D[1]}\n"
            ),
            "request",
            devices=[(D[0], "body line 3"), (D[1], "body line 4")],
        ),
        Case(
            "request-with-comments-column",
            mail(
                multi(
                    "mixed",
                    part("Please send the install codes for the attached devices.\n"),
                    raw_part(
                        f"Device ID,Status,Comments\r\n{D[0]},Pending,no WAN found at install\r\n"
                        f"{D[1]},InstalledNotCommissioned,awaiting engineer\r\n".encode(),
                        "text/csv",
                        "list.csv",
                    ),
                )
            ),
            "request",
            devices=[(D[0], "list.csv > row 2"), (D[1], "list.csv > row 3")],
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return _quotes()
