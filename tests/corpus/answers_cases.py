"""Mails that answer: codes, denials, doubts, conflicts, and lists that come back in quotes."""

from __future__ import annotations

from tests.corpus.making import (
    BAD_CRC,
    CODE,
    CODE_CRC,
    OTHER,
    OTHER_CRC,
    THIRD,
    THIRD_CRC,
    XLSX,
    Case,
    D,
    both,
    grouped,
    mail,
    multi,
    part,
    plain,
    raw_part,
    table,
    xlsx,
)

_RE = "Re: MP121 request MP121-OPA-2611-Q00001"
REFS = ["MP121-OPA-2611-Q00001"]
_HEAD = ["Device ID", "Outcome", "Install code", "Reason", "Your row"]


def reply(content: bytes | str, **more: object) -> bytes:
    """A reply to a request of ours."""
    return mail(content, subject=_RE, extra=["In-Reply-To: <q1@op-a.test>"], **more)  # type: ignore[arg-type]


def response(
    name: str,
    raw: bytes,
    *answers: tuple[str, str, str | None, str],
    listed: tuple[tuple[str, str], ...] | None = (),
    **more: object,
) -> Case:
    """A response whose devices are just those it answers, at the same places or at ``listed``.

    None: what it answers stands in quoted text, so that it lists none.
    """
    own = [(device, where) for device, _, _, where in answers]
    return Case(
        name,
        raw,
        "response",
        devices=[] if listed is None else list(listed) or own,
        answers=list(answers),
        references=REFS,
        **more,  # type: ignore[arg-type]
    )


def _lines() -> list[Case]:
    return [
        response(
            "lines-device-and-code",
            reply(f"{D[0]} {CODE_CRC}\n{plain(D[1])}\t{grouped(OTHER_CRC)}\n{D[2]}: {THIRD_CRC}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 2"),
            (D[2], "provided", THIRD, "body line 3"),
        ),
        response(
            "lines-labelled",
            reply(f"Device {D[0]} IC: {grouped(CODE_CRC)}\n{D[1]} install code = {OTHER_CRC}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 2"),
        ),
        response(
            "lines-denials",
            reply(
                f"{D[0]} - not installed by us\n{plain(D[1])} not ours\n"
                f"{D[2]}: we did not install\n"
                f"{D[3]} \u2013 we\u2019re not the installing supplier\n"
            ),
            *((D[i], "not_installer", None, f"body line {i + 1}") for i in range(4)),
        ),
        response(
            "lines-doubts",
            reply(
                f"{D[0]} - being looked into\n{D[1]} - not ours?\n{D[2]} - not installed\n"
                f"{D[3]} - not sure we installed it, IC to follow\n{D[4]} no record\n"
            ),
            *((D[i], "unclear", None, f"body line {i + 1}") for i in range(5)),
        ),
        response(
            "blocks-device-then-code",
            reply(
                f"Device ID: {D[0]}\nInstall Code: {grouped(CODE_CRC)}\n\nDevice ID: {D[1]}\n"
                f"MPAN: 1234567890126\nInstall Code: {OTHER_CRC}\n"
            ),
            (D[0], "provided", CODE, "body line 2"),
            (D[1], "provided", OTHER, "body line 6"),
            listed=((D[0], "body line 1"), (D[1], "body line 4")),
        ),
        response(
            "lists-that-do-not-alternate",
            reply(f"{D[0]}\n{D[1]}\n{CODE_CRC}\n{OTHER_CRC}\n"),
            (D[0], "unclear", None, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[
                ("body line 3", "without exactly one Device ID"),
                ("body line 4", "without exactly one Device ID"),
            ],
        ),
        response(
            "codes-before-devices",
            reply(f"{CODE_CRC}\n{D[0]}\n{OTHER_CRC}\n{D[1]}\n"),
            (D[0], "unclear", None, "body line 3"),
            (D[1], "unclear", None, "body line 4"),
            rejects=[
                ("body line 1", "without exactly one Device ID"),
                ("body line 3", "do not alternate"),
            ],
            listed=((D[0], "body line 2"), (D[1], "body line 4")),
        ),
        response(
            "bad-crc",
            reply(f"{D[0]} {BAD_CRC}\n"),
            (D[0], "unclear", None, "body line 1"),
            rejects=[("body line 1", "CRC")],
        ),
        response(
            "code-too-short",
            reply(f"{D[0]} IC {CODE_CRC[:34]}\n"),
            (D[0], "unclear", None, "body line 1"),
            rejects=[("body line 1", "34 hex digits")],
        ),
        response(
            "one-code-for-two-devices",
            reply(f"{D[0]} {CODE_CRC}\n{D[1]} {CODE}\n"),
            (D[0], "unclear", None, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[
                ("body line 1", "one install code for 2 devices"),
                ("body line 2", "one install code for 2 devices"),
            ],
        ),
        response(
            "two-codes-for-one-device",
            reply(
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
        response(
            "code-and-denial",
            reply(f"{D[0]} {CODE_CRC} not installed by us\n"),
            (D[0], "unclear", None, "body line 1"),
            rejects=[("body line 1", "an install code, and words")],
        ),
        response(
            "same-code-twice",
            reply(
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
        response(
            "code-broken-over-two-lines",
            reply(
                f"{D[0]} - not ours\n{D[1]} {grouped(CODE_CRC)[:19]}\n{grouped(CODE_CRC)[20:]}\n"
            ),
            (D[0], "not_installer", None, "body line 1"),
            (D[1], "provided", CODE, "body line 2"),
        ),
        response(
            "code-broken-so-that-its-rest-has-16-digits",
            reply(
                f"{D[0]} - not ours\n{D[1]} {grouped(CODE_CRC)[:24]}\n{grouped(CODE_CRC)[25:]}\n"
            ),
            (D[0], "not_installer", None, "body line 1"),
            (D[1], "provided", CODE, "body line 2"),
        ),
        Case(
            "code-of-no-device",
            reply(f"Hi, the install code is {grouped(CODE_CRC)}\n"),
            "response",
            references=REFS,
            rejects=[("body line 1", "without exactly one Device ID")],
        ),
        response(
            "heading-denies-its-list",
            reply(
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
        response(
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
        response(
            "our-request-filled-in",
            reply(
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
        response(
            "csv-code-without-header",
            reply(
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
        response(
            "html-table-answers",
            reply(
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
        response(
            "codes-by-device-type",
            reply(
                multi(
                    "mixed", part("Attached\n"), raw_part(xlsx(("S", by_type)), XLSX, "codes.xlsx")
                )
            ),
            (D[0], "provided", CODE, "codes.xlsx > S > row 2"),
            (D[1], "provided", OTHER, "codes.xlsx > S > row 2"),
        ),
        response(
            "one-code-column-two-device-columns",
            reply(
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
        response(
            "code-kept-as-number",
            reply(
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
        response(
            "installed-by-us-no",
            reply(
                multi(
                    "mixed",
                    part("Attached\n"),
                    raw_part(
                        (
                            "Device ID;Installed by us? (Y/N);Install Code\r\n"
                            f"{D[0]};N;\r\n{D[1]};Y;{CODE_CRC}\r\n"
                        ).encode(),
                        "text/csv",
                        "codes.csv",
                    ),
                )
            ),
            (D[0], "not_installer", None, "codes.csv > row 2"),
            (D[1], "provided", CODE, "codes.csv > row 3"),
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return _lines() + _tables()
