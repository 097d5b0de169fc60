"""Mails that answer: codes, denials, doubts, conflicts, and lists that come back in quotes."""

from __future__ import annotations

from tests.corpus.making import (
    BAD_CRC,
    CODE,
    CODE_CRC,
    OTHER,
    OTHER_CRC,
    THIRD,
    XLSX,
    Case,
    D,
    both,
    grouped,
    html,
    mail,
    multi,
    part,
    plain,
    raw_part,
    table,
    xlsx,
)

_RE = "Re: MP121 request MP121-OPA-2611-Q00001"
_REFS = ["MP121-OPA-2611-Q00001"]
_HEAD = ["Device ID", "Outcome", "Install code", "Reason", "Your row"]


def _reply(content: bytes | str, **more: object) -> bytes:
    return mail(content, subject=_RE, extra=["In-Reply-To: <q1@op-a.test>"], **more)  # type: ignore[arg-type]


def _said(
    name: str,
    raw: bytes,
    *answers: tuple[str, str, str | None, str],
    listed: tuple[tuple[str, str], ...] = (),
    **more: object,
) -> Case:
    """A response whose devices are just those it answers, at the same places or at ``listed``."""
    return Case(
        name,
        raw,
        "response",
        devices=list(listed) or [(device, where) for device, _, _, where in answers],
        answers=list(answers),
        references=_REFS,
        **more,  # type: ignore[arg-type]
    )


def _lines() -> list[Case]:
    return [
        _said(
            "lines-device-and-code",
            _reply(f"{D[0]} {CODE_CRC}\n{plain(D[1])}\t{grouped(OTHER_CRC)}\n{D[2]}: {THIRD}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 2"),
            (D[2], "provided", THIRD, "body line 3"),
        ),
        _said(
            "lines-labelled",
            _reply(f"Device {D[0]} IC: {grouped(CODE_CRC)}\n{D[1]} install code = {OTHER}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 2"),
        ),
        _said(
            "lines-denials",
            _reply(
                f"{D[0]} - not installed by us\n{plain(D[1])} not ours\n{D[2]}: we did not install\n"
                f"{D[3]} \u2013 we\u2019re not the installing supplier\n"
            ),
            *((D[i], "not_installer", None, f"body line {i + 1}") for i in range(4)),
        ),
        _said(
            "lines-doubts",
            _reply(
                f"{D[0]} - being looked into\n{D[1]} - not ours?\n{D[2]} - not installed\n"
                f"{D[3]} - not sure we installed it, IC to follow\n{D[4]} no record\n"
            ),
            *((D[i], "unclear", None, f"body line {i + 1}") for i in range(5)),
        ),
        _said(
            "blocks-device-then-code",
            _reply(
                f"Device ID: {D[0]}\nInstall Code: {grouped(CODE_CRC)}\n\nDevice ID: {D[1]}\n"
                f"MPAN: 1234567890126\nInstall Code: {OTHER}\n"
            ),
            (D[0], "provided", CODE, "body line 2"),
            (D[1], "provided", OTHER, "body line 6"),
            listed=((D[0], "body line 1"), (D[1], "body line 4")),
        ),
        _said(
            "lists-that-do-not-alternate",
            _reply(f"{D[0]}\n{D[1]}\n{CODE_CRC}\n{OTHER_CRC}\n"),
            (D[0], "unclear", None, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[
                ("body line 3", "without one Device ID"),
                ("body line 4", "without one Device ID"),
            ],
        ),
        _said(
            "codes-before-devices",
            _reply(f"{CODE_CRC}\n{D[0]}\n{OTHER_CRC}\n{D[1]}\n"),
            (D[0], "unclear", None, "body line 3"),
            (D[1], "unclear", None, "body line 4"),
            rejects=[("body line 1", "without one Device ID"), ("body line 3", "do not alternate")],
            listed=((D[0], "body line 2"), (D[1], "body line 4")),
        ),
        _said(
            "bad-crc",
            _reply(f"{D[0]} {BAD_CRC}\n"),
            (D[0], "unclear", None, "body line 1"),
            rejects=[("body line 1", "CRC")],
        ),
        _said(
            "code-too-short",
            _reply(f"{D[0]} IC {CODE_CRC[:34]}\n"),
            (D[0], "unclear", None, "body line 1"),
            rejects=[("body line 1", "34 hex digits")],
        ),
        _said(
            "one-code-for-two-devices",
            _reply(f"{D[0]} {CODE_CRC}\n{D[1]} {CODE}\n"),
            (D[0], "unclear", None, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[
                ("body line 1", "one install code stands for 2 devices"),
                ("body line 2", "one install code stands for 2 devices"),
            ],
        ),
        _said(
            "two-codes-for-one-device",
            _reply(
                multi(
                    "mixed",
                    part(f"{D[0]} {CODE_CRC}\n"),
                    raw_part(
                        f"Device ID,IC\r\n{D[0]},{OTHER_CRC}\r\n".encode(), "text/csv", "codes.csv"
                    ),
                )
            ),
            (D[0], "unclear", None, "body line 1"),
            rejects=[("body line 1", "two different install codes")],
        ),
        _said(
            "code-and-denial",
            _reply(f"{D[0]} {CODE_CRC} not installed by us\n"),
            (D[0], "unclear", None, "body line 1"),
            rejects=[("body line 1", "an install code, and the words")],
        ),
        _said(
            "same-code-twice",
            _reply(
                multi(
                    "mixed",
                    part(f"{D[0]} {CODE_CRC}\n"),
                    raw_part(
                        f"Device ID,IC\r\n{D[0]},{CODE}\r\n".encode(), "text/csv", "codes.csv"
                    ),
                )
            ),
            (D[0], "provided", CODE, "body line 1"),
        ),
        Case(
            "code-of-no-device",
            _reply(f"Hi, the install code is {grouped(CODE_CRC)}\n"),
            "response",
            references=_REFS,
            rejects=[("body line 1", "without one Device ID")],
        ),
        _said(
            "heading-denies-its-list",
            _reply(
                f"The following were not installed by us:\n{D[0]}\n{D[1]}\n\n"
                f"Codes for the rest:\n{D[2]} {CODE_CRC}\n"
            ),
            (D[0], "not_installer", None, "body line 2"),
            (D[1], "not_installer", None, "body line 3"),
            (D[2], "provided", CODE, "body line 6"),
        ),
    ]


def _tables() -> list[Case]:
    answered = [
        _HEAD,
        [D[0], "install code provided", grouped(CODE_CRC), "", "request.xlsx > Sheet1 > row 2"],
        [D[1], "not the installing Supplier", "", "not on our register of installed Devices", ""],
        [D[2], "being looked into", "", "", ""],
        [D[3], "not readable", "", "16 digits are needed", ""],
        [D[4], "install code provided", "", "", ""],
    ]
    outcomes = [
        (D[0], "provided", CODE),
        (D[1], "not_installer", None),
        (D[2], "unclear", None),
        (D[3], "unclear", None),
        (D[4], "unclear", None),
    ]
    half = [
        ["Device ID", "Device type", "Outcome", "Install code", "Reason"],
        [D[0], "ESME", "", CODE_CRC, ""],
        [D[1], "ESME", "", "", "Not installed by us"],
        [D[2], "ESME", "", "", ""],
    ]
    by_type = [
        ["ESME ID", "ESME Install Code", "GSME ID", "GSME Install Code"],
        [D[0], CODE_CRC, D[1], OTHER_CRC],
    ]
    return [
        _said(
            "our-own-workbook",
            mail(
                multi(
                    "mixed",
                    part("Please find our answers attached.\n"),
                    raw_part(xlsx(("Devices", answered)), XLSX, "answers.xlsx"),
                ),
                subject=_RE,
                extra=[
                    "Auto-Submitted: auto-generated",
                    "X-MP121-Exchange: answer; ref=MP121-OPB-2611-A00001",
                ],
            ),
            *(
                (d, o, c, f"answers.xlsx > Devices > row {i}")
                for i, (d, o, c) in enumerate(outcomes, 2)
            ),
        ),
        _said(
            "our-request-filled-in",
            _reply(
                multi(
                    "mixed",
                    part("Completed.\n"),
                    raw_part(xlsx(("Devices", half)), XLSX, "request.xlsx"),
                )
            ),
            (D[0], "provided", CODE, "request.xlsx > Devices > row 2"),
            (D[1], "not_installer", None, "request.xlsx > Devices > row 3"),
            (D[2], "unclear", None, "request.xlsx > Devices > row 4"),
        ),
        _said(
            "csv-code-without-header",
            _reply(
                multi(
                    "mixed",
                    part("Codes attached\n"),
                    raw_part(
                        f"{plain(D[0])},{CODE_CRC}\r\n{plain(D[1])},{OTHER_CRC}\r\n".encode(),
                        "text/csv",
                        "codes.csv",
                    ),
                )
            ),
            (D[0], "provided", CODE, "codes.csv > row 1"),
            (D[1], "provided", OTHER, "codes.csv > row 2"),
        ),
        _said(
            "html-table-answers",
            _reply(
                both(
                    "see html",
                    "<p>As requested:</p>"
                    + table(
                        ("EUI", "IC", "Comments"),
                        (D[0], grouped(CODE_CRC), ""),
                        (D[1], "", "Not ours"),
                        (D[2], "TBC", ""),
                    ),
                )
            ),
            (D[0], "provided", CODE, "body table 1 > row 2"),
            (D[1], "not_installer", None, "body table 1 > row 3"),
            (D[2], "unclear", None, "body table 1 > row 4"),
        ),
        _said(
            "codes-by-device-type",
            _reply(
                multi(
                    "mixed", part("Attached\n"), raw_part(xlsx(("S", by_type)), XLSX, "codes.xlsx")
                )
            ),
            (D[0], "provided", CODE, "codes.xlsx > S > row 2"),
            (D[1], "provided", OTHER, "codes.xlsx > S > row 2"),
        ),
        _said(
            "one-code-column-two-device-columns",
            _reply(
                multi(
                    "mixed",
                    part("Attached\n"),
                    raw_part(
                        f"ESME ID,GSME ID,Code\r\n{D[0]},{D[1]},{CODE_CRC}\r\n".encode(),
                        "text/csv",
                        "codes.csv",
                    ),
                )
            ),
            (D[0], "unclear", None, "codes.csv > row 2"),
            (D[1], "unclear", None, "codes.csv > row 2"),
            rejects=[
                ("codes.csv > row 2", "several Device IDs"),
                ("codes.csv > row 2", "several Device IDs"),
            ],
        ),
        _said(
            "code-kept-as-number",
            _reply(
                multi(
                    "mixed",
                    part("Attached\n"),
                    raw_part(
                        xlsx(("S", [["Device ID", "Install Code"], [D[0], 8.3e35], [D[1], CODE]])),
                        XLSX,
                        "codes.xlsx",
                    ),
                )
            ),
            (D[0], "unclear", None, "codes.xlsx > S > row 2"),
            (D[1], "provided", CODE, "codes.xlsx > S > row 3"),
            rejects=[("codes.xlsx > S > row 2", "as a number")],
        ),
        _said(
            "installed-by-us-no",
            _reply(
                multi(
                    "mixed",
                    part("Attached\n"),
                    raw_part(
                        f"Device ID;Installed by us? (Y/N);Install Code\r\n{D[0]};N;\r\n{D[1]};Y;{CODE_CRC}\r\n".encode(),
                        "text/csv",
                        "codes.csv",
                    ),
                )
            ),
            (D[0], "not_installer", None, "codes.csv > row 2"),
            (D[1], "provided", CODE, "codes.csv > row 3"),
        ),
    ]


def _quotes() -> list[Case]:
    quoted = f"> Please send the install codes:\n> {D[0]}\n> {D[1]}\n"
    wrote = "On Mon, 2 Nov 2026 at 09:15, Op A <codes@op-a.test> wrote:\n"
    outlook = (
        "From: Op A <codes@op-a.test>\nSent: 02 November 2026 09:15\nTo: Ann Other\n"
        f"Subject: MP121 request\n\nPlease send the install codes:\n{D[0]}\n{D[1]}\n"
    )
    gmail = (
        '<div dir="ltr">Not ours, sorry.</div><br><div class="gmail_quote"><div class="gmail_attr">On'
        ' Mon, 2 Nov 2026, Op A wrote:<br></div><blockquote class="gmail_quote" style="border-left:'
        f'1px solid">Please send<br>{D[0]}<br>{D[1]}</blockquote></div>'
    )
    owa = (
        "<p>Which meters do you mean?</p><hr><div id='divRplyFwdMsg'><b>From:</b> Op A<br><b>Sent:</b>"
        f" Monday<br><b>To:</b> Ann<br><b>Subject:</b> MP121 request</div><div>{D[0]}</div>"
    )
    return [
        Case(
            "statement-over-a-quoted-list",
            _reply("None of these meters were installed by us.\n\n" + wrote + quoted),
            "response",
            "statement",
            references=_REFS,
            warnings=["2 Device IDs stand only in quoted text"],
        ),
        _said(
            "statement-over-a-list-of-its-own",
            _reply(f"We are not the installing supplier for any of these:\n\n{D[0]}\n{D[1]}\n"),
            (D[0], "not_installer", None, "body line 3"),
            (D[1], "not_installer", None, "body line 4"),
        ),
        Case(
            "reply-quotes-the-list",
            _reply("Thanks, we will come back to you.\n\n" + wrote + quoted),
            "unknown",
            "reply",
            references=_REFS,
            warnings=["2 Device IDs stand only in quoted text"],
        ),
        Case(
            "outlook-block-quotes-the-list",
            _reply("Which team do you need?\n\n" + outlook),
            "unknown",
            "reply",
            references=_REFS,
            warnings=["2 Device IDs stand only in quoted text"],
        ),
        Case(
            "gmail-html-quote",
            _reply(both("Not ours, sorry.", gmail)),
            "unknown",
            "reply",
            references=_REFS,
            warnings=["2 Device IDs stand only in quoted text"],
        ),
        Case(
            "outlook-web-quote",
            _reply(html(owa)),
            "unknown",
            "reply",
            references=_REFS,
            warnings=["1 Device ID stands only in quoted text"],
        ),
        _said(
            "typed-between-quoted-lines",
            _reply(
                wrote + f"> Please send the install codes:\n> {D[0]}\n{D[0]} {CODE_CRC}\n> {D[1]}\n"
                f"{D[1]} - not installed by us\n"
            ),
            (D[0], "provided", CODE, "body line 4"),
            (D[1], "not_installer", None, "body line 6"),
        ),
        _said(
            "quoted-code-does-not-count",
            _reply(f"{D[0]} {CODE_CRC}\n\n" + wrote + f"> {D[0]} {OTHER_CRC}\n"),
            (D[0], "provided", CODE, "body line 1"),
        ),
        Case(
            "request-mentions-denial",
            mail(
                f"Please provide the install codes for the following devices, or confirm that you are"
                f" not the installing supplier.\n\n{D[0]}\n{D[1]}\n"
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
    return _lines() + _tables() + _quotes()
