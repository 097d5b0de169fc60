"""Mails whose text and HTML say the same, or not; headers that can be read in two ways."""

from __future__ import annotations

from tests.corpus.making import Case, D, both, html, mail, multi, part, raw_part, table, xlsx

_ASK = "Could you send the install codes of"


def _csv(*devices: str) -> bytes:
    return part("\n".join(["Device ID", *devices]) + "\n", "text/csv", name="list.csv")


def _instead() -> list[Case]:
    """A list as a sibling of the text: a mail program shows one of them."""
    text = part(f"{_ASK}\n\n{D[0]}\n{D[1]}\n")
    book = raw_part(
        xlsx(("Sheet1", [["Device ID"], [D[0]], [D[2]]])), "application/x-excel", "l.xlsx"
    )
    answer = "Our answer:\n\n{} not ours\n{} not ours\n"
    return [
        Case(
            "renderings-csv-of-others",
            mail(multi("alternative", text, _csv(D[1], D[2]))),
            "unknown",
            "contradiction",
            warnings=[f"1 only in the text ({D[0]}), 1 only in list.csv ({D[2]})"],
        ),
        Case(
            "renderings-csv-has-one-more",
            mail(multi("alternative", text, _csv(D[0], D[1], D[2]))),
            "unknown",
            "contradiction",
            warnings=[f"1 only in list.csv ({D[2]})"],
        ),
        Case(
            "renderings-workbook-of-others",
            mail(multi("alternative", text, html(f"<p>{_ASK}</p><p>{D[0]}<br>{D[1]}</p>"), book)),
            "unknown",
            "contradiction",
            warnings=[f"1 only in the text ({D[1]}), 1 only in l.xlsx ({D[2]})"],
        ),
        Case(
            "renderings-csv-denies-others",
            mail(
                multi(
                    "alternative",
                    part(answer.format(D[0], D[1])),
                    part(
                        f"Device ID,Outcome\n{D[0]},not ours\n{D[2]},not ours\n",
                        "text/csv",
                        name="answers.csv",
                    ),
                ),
                subject="Re: Install codes",
                extra=["In-Reply-To: <q1@op-a.test>"],
            ),
            "unknown",
            "contradiction",
            warnings=[f"1 only in the text ({D[1]}), 1 only in answers.csv ({D[2]})"],
        ),
        Case(
            "renderings-csv-of-the-same",
            mail(multi("alternative", text, _csv(D[1], D[0]))),
            "request",
            devices=[(D[0], "body line 3"), (D[1], "body line 4")],
        ),
        Case(
            "renderings-csv-beside-mere-words",
            mail(multi("alternative", part(f"{_ASK} these, please.\n"), _csv(D[0], D[1]))),
            "request",
            devices=[(D[0], "list.csv > row 2"), (D[1], "list.csv > row 3")],
        ),
        # Beside the alternatives it is a file like any other, and both lists are asked for.
        Case(
            "renderings-csv-attached-to-them",
            mail(
                multi(
                    "mixed",
                    multi("alternative", text, html(f"<p>{_ASK}</p>{D[0]}<br>{D[1]}"),
                          boundary="=_in"),
                    _csv(D[2]),
                )
            ),
            "request",
            devices=[
                (D[0], "body line 2"), (D[1], "body line 3"), (D[2], "list.csv > row 2"),
            ],
        ),
    ]  # fmt: skip


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
        *_instead(),
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
