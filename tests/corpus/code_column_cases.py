"""Words in the column of install codes: a denial is an answer, anything else is not clear."""

from __future__ import annotations

from collections.abc import Sequence

from tests.corpus.making import (
    CODE,
    CODE_CRC,
    XLSX,
    Case,
    D,
    both,
    mail,
    multi,
    part,
    raw_part,
    table,
    xlsx,
)

HEADER = ("Device ID", "Install code")
ROWS = [
    HEADER,
    (D[0], CODE_CRC),
    (D[1], "not ours"),
    (D[2], "not ours?"),
    (D[3], "ask your agent"),
    (D[4], ""),
]
SAID: list[tuple[str, str | None]] = [
    ("provided", CODE),
    ("not_installer", None),
    ("unclear", None),
    ("unclear", None),
    ("unclear", None),
]


def _answers(where: str) -> list[tuple[str, str, str | None, str]]:
    return [
        (D[n], outcome, code, f"{where} > row {n + 2}") for n, (outcome, code) in enumerate(SAID)
    ]


def _listed(where: str, number: int = len(SAID)) -> list[tuple[str, str]]:
    return [(D[n], f"{where} > row {n + 2}") for n in range(number)]


def _csv(rows: Sequence[Sequence[str]], body: str, subject: str) -> bytes:
    text = "\r\n".join(",".join(row) for row in rows)
    file = raw_part(text.encode(), "text/csv", "codes.csv")
    return mail(multi("mixed", part(body), file), subject=subject)


def cases() -> list[Case]:
    """Every mail of this kind."""
    answer = "Our replies.\n"
    book = raw_part(xlsx(("Sheet1", ROWS)), XLSX, "codes.xlsx")
    subject = "RE: Install codes"
    return [
        Case(
            "code-column-says-not-ours-csv",
            _csv(ROWS, answer, subject),
            "response",
            devices=_listed("codes.csv"),
            answers=_answers("codes.csv"),
        ),
        Case(
            "code-column-says-not-ours-xlsx",
            mail(multi("mixed", part(answer), book), subject=subject),
            "response",
            devices=_listed("codes.xlsx > Sheet1"),
            answers=_answers("codes.xlsx > Sheet1"),
        ),
        Case(
            "code-column-says-not-ours-html",
            mail(both(answer, f"<p>{answer}</p>{table(*ROWS)}"), subject=subject),
            "response",
            devices=_listed("body table 1"),
            answers=_answers("body table 1"),
        ),
        Case(
            "code-column-only-denies",
            _csv([HEADER, (D[0], "Not installed by us"), (D[1], "not ours")], answer, subject),
            "response",
            devices=_listed("codes.csv", 2),
            answers=[(D[n], "not_installer", None, f"codes.csv > row {n + 2}") for n in range(2)],
        ),
        Case(
            "code-column-of-a-request-says-what-is-wanted",
            _csv(
                [HEADER, (D[0], "required"), (D[1], "not held")],
                "Please send us the install codes of these meters.\n",
                "Install codes",
            ),
            "request",
            devices=_listed("codes.csv", 2),
        ),
    ]
