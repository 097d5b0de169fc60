"""Tables read by the columns that a person put on file for their sender."""

from __future__ import annotations

from collections.abc import Sequence

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
    mail,
    multi,
    part,
    raw_part,
    table,
    xlsx,
)

WHERE = "odd.xlsx > Sheet1"
UNFIT = "the columns on file do not fit"
ANSWER = "Please see the attached.\n"
ASKS = "Please send us the install codes of these meters.\n"
# "Device ID" is the Communications Hub's here, and the meter stands under a name of their own.
HEADER = ("Job", "Device ID", "Unit A", "Part 1", "Part 2", "Said")
COLUMNS: dict[str, object] = {"device": "Unit A", "code": ["Part 1", "Part 2"], "status": "Said"}
ROWS = [
    ("J1", D[20], D[0], CODE_CRC[:18], CODE_CRC[18:], ""),
    ("J2", D[21], D[1], OTHER_CRC[:20], OTHER_CRC[20:], "done"),
    ("J3", D[22], D[2], "", "", "not ours"),
]


def _book(*rows: Sequence[object]) -> bytes:
    book = raw_part(xlsx(("Sheet1", rows)), XLSX, "odd.xlsx")
    return mail(multi("mixed", part(ANSWER), book), subject="RE: Install codes")


def _csv(text: str, body: str = ASKS, subject: str = "Codes") -> bytes:
    file = raw_part(text.encode(), "text/csv", "odd.csv")
    return mail(multi("mixed", part(body), file), subject=subject)


def _answers(where: str, first: int) -> list[tuple[str, str, str | None, str]]:
    said = [("provided", CODE), ("provided", OTHER), ("not_installer", None)]
    return [
        (D[n], outcome, code, f"{where} > row {first + n}")
        for n, (outcome, code) in enumerate(said)
    ]


def _listed(where: str, first: int, number: int = 3) -> list[tuple[str, str]]:
    return [(D[n], f"{where} > row {first + n}") for n in range(number)]


def cases() -> list[Case]:
    """Every mail of this kind."""
    return [*_fitting(), *_moving(), *_bounds(), *_misfitting()]


def _fitting() -> list[Case]:
    return [
        Case(
            "columns-by-header",
            _book(("Replies of the week",), HEADER, *ROWS),
            "response",
            devices=_listed(WHERE, 3),
            answers=_answers(WHERE, 3),
            columns=[COLUMNS],
        ),
        Case(
            "columns-by-letter-past-an-empty-column",
            _book(*((None, *row) for row in (HEADER, *ROWS))),
            "response",
            devices=_listed(WHERE, 2),
            answers=_answers(WHERE, 2),
            columns=[{"device": "D", "code": ["E", "F"], "status": "G"}],
        ),
        Case(
            "columns-by-number-without-a-header",
            _csv("\n".join(";".join(row[1:]) for row in ROWS), ANSWER, "RE: codes"),
            "response",
            devices=_listed("odd.csv", 1),
            answers=_answers("odd.csv", 1),
            columns=[{"device": "2", "code": ["3", "4"], "status": "5"}],
        ),
        Case(
            "columns-under-a-header-row-that-was-named",
            # The rows above it explain the columns and would pass for the header.
            _book(
                ("Unit A", "Device ID", "Said"),
                ("the meter", "of the hub", "our answer"),
                ("Unit A", "Hub", "Said"),
                (D[0], D[20], "not ours"),
            ),
            "response",
            devices=[(D[0], f"{WHERE} > row 4")],
            answers=[(D[0], "not_installer", None, f"{WHERE} > row 4")],
            columns=[{"device": "Unit A", "status": "Said", "header_row": 3}],
        ),
        Case(
            "columns-of-a-table-in-the-body",
            mail(both(ANSWER, f"<p>{ANSWER}</p>{table(HEADER, *ROWS)}"), subject="RE: codes"),
            "response",
            devices=_listed("body table 1", 2),
            answers=_answers("body table 1", 2),
            columns=[COLUMNS],
        ),
        Case(
            "columns-code-in-one-and-its-check-in-another",
            _book(HEADER, ("J1", D[20], D[0], THIRD, THIRD_CRC[32:], "")),
            "response",
            devices=[(D[0], f"{WHERE} > row 2")],
            answers=[(D[0], "provided", THIRD, f"{WHERE} > row 2")],
            columns=[COLUMNS],
        ),
    ]


def _moving() -> list[Case]:
    return [
        Case(
            "columns-change-at-a-second-header",
            _book(
                HEADER,
                ROWS[0],
                ("Job", "Unit A", "Device ID", "Said", "Part 1", "Part 2"),
                ("J2", D[1], D[21], "", OTHER_CRC[:20], OTHER_CRC[20:]),
                ("J3", D[2], D[22], "not ours", "", ""),
            ),
            "response",
            devices=[
                (D[0], f"{WHERE} > row 2"),
                (D[1], f"{WHERE} > row 4"),
                (D[2], f"{WHERE} > row 5"),
            ],
            answers=[
                (D[0], "provided", CODE, f"{WHERE} > row 2"),
                (D[1], "provided", OTHER, f"{WHERE} > row 4"),
                (D[2], "not_installer", None, f"{WHERE} > row 5"),
            ],
            columns=[COLUMNS],
        ),
        Case(
            "columns-by-letter-end-at-another-header",
            _book(
                ("Unit A", "Said"),
                (D[0], "not ours"),
                ("Hub", "Device ID"),
                (D[20], D[1]),
            ),
            "response",
            devices=[(D[0], f"{WHERE} > row 2")],
            answers=[(D[0], "not_installer", None, f"{WHERE} > row 2")],
            rejects=[(f"{WHERE} > row 3", "another header")],
            columns=[{"device": "A", "status": "B"}],
        ),
        Case(
            "columns-of-the-second-mapping-fit",
            _csv(f"Unit A,Device ID\n{D[0]},{D[20]}\n{D[1]},{D[21]}\n"),
            "request",
            devices=_listed("odd.csv", 2, 2),
            columns=[COLUMNS, {"device": "Unit A", "code": []}],
        ),
        Case(
            "columns-are-not-for-our-own-workbook",
            _book(
                ("Device ID", "Device type", "Outcome", "Install code", "Reason"),
                (D[0], "ESME", "install code provided", CODE_CRC, ""),
            ),
            "response",
            devices=[(D[0], f"{WHERE} > row 2")],
            answers=[(D[0], "provided", CODE, f"{WHERE} > row 2")],
            columns=[{"device": "C", "code": ["A"]}],
        ),
        Case(
            "columns-for-other-files-and-sheets",
            _book(("Device ID", "Comment"), (D[0], "not ours")),
            "response",
            devices=[(D[0], f"{WHERE} > row 2")],
            answers=[(D[0], "not_installer", None, f"{WHERE} > row 2")],
            columns=[{**COLUMNS, "file": "weekly*.xlsx"}, {**COLUMNS, "sheet": "[Sheet1]"}],
        ),
    ]


def _bounds() -> list[Case]:
    """A mapping says where to look; it makes nothing valid."""
    return [
        Case(
            "columns-do-not-make-an-id-valid",
            _book(
                HEADER,
                ROWS[0],
                ("J2", D[21], D[1][:-1], OTHER_CRC[:18], OTHER_CRC[18:], ""),
                ("J3", D[22], 1234567890123456, "", "", "not ours"),
            ),
            "response",
            devices=[(D[0], f"{WHERE} > row 2")],
            answers=[(D[0], "provided", CODE, f"{WHERE} > row 2")],
            rejects=[
                (f"{WHERE} > row 3", "too short: 15 characters"),
                (f"{WHERE} > row 4", "digits beyond the fifteenth are lost"),
            ],
            columns=[COLUMNS],
        ),
        Case(
            "columns-do-not-make-a-code-valid",
            _book(
                HEADER,
                ("J1", D[20], D[0], BAD_CRC[:18], BAD_CRC[18:], ""),
                ("J2", D[21], D[1], OTHER_CRC[:18], "", ""),
                ("J3", D[22], D[2], OTHER_CRC[:20], 1234, ""),
                ("J4", D[23], D[3], OTHER_CRC[20:], OTHER_CRC[:20], ""),
            ),
            "response",
            devices=_listed(WHERE, 2, 4),
            answers=[(D[n], "unclear", None, f"{WHERE} > row {2 + n}") for n in range(4)],
            rejects=[
                (f"{WHERE} > row 2", "CRC"),
                (f"{WHERE} > row 3", "18"),
                (f"{WHERE} > row 4", "number"),
                (f"{WHERE} > row 5", "CRC"),
            ],
            columns=[COLUMNS],
        ),
    ]


def _misfit(name: str, raw: bytes, *reasons: str, columns: dict[str, object] = COLUMNS) -> Case:
    return Case(name, raw, "unknown", "columns", columns=[columns], warnings=list(reasons))


def _misfitting() -> list[Case]:
    told = "3 Device IDs in it are ignored (columns)"
    return [
        _misfit(
            "columns-header-not-there",
            _book(("Job", "Device ID", "Unit B", "Part 1", "Part 2", "Said"), *ROWS),
            f"{WHERE}: {UNFIT}: there is no column 'Unit A'",
            told,
        ),
        _misfit(
            "columns-code-header-not-there",
            _book(("Job", "Hub", "Unit A", "Part 1", "Rest", "Said"), *ROWS),
            f"{WHERE}: {UNFIT}: there is no column 'Part 2'",
        ),
        _misfit(
            "columns-device-column-empty",
            _book(HEADER, *((*row[:2], "", *row[3:]) for row in ROWS)),
            f"{WHERE}: {UNFIT}: the column 'Unit A' is empty",
            told,
        ),
        _misfit(
            "columns-device-column-holds-something-else",
            _book(HEADER, *((*row[:2], "A 17", *row[3:]) for row in ROWS)),
            f"{WHERE}: {UNFIT}: the column 'Unit A' holds no Device IDs",
            told,
        ),
        _misfit(
            "columns-header-there-twice",
            _csv(f"Unit A,Device ID,Unit A\n{D[0]},{D[20]},{D[1]}\n"),
            f"odd.csv: {UNFIT}: 2 columns are called 'Unit A'",
            columns={"device": "Unit A"},
        ),
        _misfit(
            "columns-letter-of-a-column-that-moved",
            _csv(f"Site,Device ID,Hub GUID\n1,{D[0]},{D[20]}\n"),
            f"odd.csv: {UNFIT}: the column 'C' is called 'Hub GUID'",
            columns={"device": "C"},
        ),
        _misfit(
            "columns-letter-of-a-code-column-that-moved",
            _csv(f"Unit A,Hash,Install code\n{D[0]},{OTHER},{CODE_CRC}\n"),
            f"odd.csv: {UNFIT}: the column 'B' is called 'Hash'",
            columns={"device": "A", "code": ["B"]},
        ),
        Case(
            "columns-misfit-that-the-usual-reading-bears-out",
            _csv(f"Unit,EUI\nA,{D[0]}\nB,{D[1]}\n"),
            "request",
            devices=_listed("odd.csv", 2, 2),
            columns=[{"device": "EUI", "code": ["Part 1"]}],
            warnings=[f"odd.csv: {UNFIT}: there is no column 'Part 1'"],
        ),
        Case(
            "columns-misfit-beside-nothing-listed",
            mail(
                multi(
                    "mixed",
                    part(f"{ASKS}\n{D[0]}\n"),
                    raw_part(xlsx(("Sheet1", [("Site", "Engineer")])), XLSX, "rota.xlsx"),
                )
            ),
            "request",
            devices=[(D[0], "body line 3")],
            columns=[COLUMNS],
            warnings=[f"rota.xlsx > Sheet1: {UNFIT}"],
        ),
    ]
