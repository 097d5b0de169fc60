"""Mails whose text and HTML say the same, or not; headers that can be read in two ways."""

from __future__ import annotations

from tests.corpus.making import Case, D, both, mail, table

_ASK = "Could you send the install codes of"


def cases() -> list[Case]:
    """Every case of this module."""
    rows = table(["Meter"], [D[0]], [D[1]])
    bare = mail(f"{_ASK} {D[0]}?", sender="ann@op-b.test")
    return [
        Case(
            "renderings-other-devices",
            mail(both(f"{_ASK}\n\n{D[2]}\n", f"<p>{_ASK}</p><p>{D[0]}</p>")),
            "unknown",
            "contradiction",
            warnings=["name different Devices or codes: 1 only in the HTML, 1 only in the text"],
        ),
        Case(
            "renderings-text-has-one-more",
            mail(both(f"{_ASK}\n\n{D[0]}\n{D[1]}\n{D[2]}\n", f"<p>{_ASK}</p>{rows}")),
            "unknown",
            "contradiction",
            warnings=["1 only in the text"],
        ),
        Case(
            "renderings-html-has-one-more",
            mail(both(f"{_ASK}\n\n{D[0]}\n", f"<p>{_ASK}</p>{rows}")),
            "unknown",
            "contradiction",
            warnings=["1 only in the HTML"],
        ),
        Case(
            "renderings-the-same-in-another-layout",
            mail(both(f"{_ASK}\n\n  Meter\n  {D[0]}\n  {D[1]}\n", f"<p>{_ASK}</p>{rows}")),
            "request",
            devices=[(D[0], "body table 1 > row 2"), (D[1], "body table 1 > row 3")],
        ),
        Case(
            "renderings-text-without-a-word",
            mail(both("Your mail program does not show HTML.", f"<p>{_ASK}</p>{rows}")),
            "request",
            devices=[(D[0], "body table 1 > row 2"), (D[1], "body table 1 > row 3")],
        ),
        Case(
            "header-with-a-bare-return",
            bare.replace(b"To: ", b"X-Scanned: yes\rTo: ", 1),
            "request",
            sender="",
            devices=[(D[0], "body line 1")],
        ),
        Case(
            "header-with-a-line-of-blanks",
            bare.replace(b"\r\n\r\n", b"\r\n\t\r\n", 1),
            "request",
            sender="",
            devices=[(D[0], "body line 1")],
        ),
        Case(
            "header-with-a-nul",
            bare.replace(b"To: ", b"X-Scanned: \0\r\nTo: ", 1),
            "request",
            sender="",
            devices=[(D[0], "body line 1")],
        ),
    ]
