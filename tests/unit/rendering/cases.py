"""Contexts of every mail, as the services give them; names are made up."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, date, datetime

import xlsxwriter

from exchange.rendering.compose import TemplateName
from exchange.rendering.sheet import SheetLayout
from exchange.rendering.workbook import AnswerRow, RequestRow, SheetFacts

CODE = "83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5"
FACTS = SheetFacts("Answers under MP121", "OPA-A-2026-00007", datetime(2026, 11, 2, tzinfo=UTC))

ANSWERED = (
    AnswerRow("00-DB-12-34-56-78-90-A0", "install code provided", CODE, "", "a.xlsx > S > row 2"),
    AnswerRow("00-DB-12-34-56-78-90-A1", "not the installing Supplier", "", "", "a.xlsx > row 3"),
    AnswerRow("00-DB-12-34-56-78-90-A2", "being looked into", "", "it follows", "a.xlsx > row 4"),
    AnswerRow(
        "",
        "not readable",
        "",
        "Device ID too short: 15 characters, 16 needed",
        "a.xlsx > S > row 5",
    ),
)
ASKED = (
    RequestRow("00-DB-12-34-56-78-90-A0", "ESME"),
    RequestRow("00-DB-12-34-56-78-90-A1", "GSME"),
)

_COMMON: dict[str, object] = {
    "us": {
        "name": "Operator A Ltd",
        "signifier": "OPA",
        "address": "codes@op-a.test",
        "contact_name": "",
        "contact_phone": "",
    },
    "them": {"name": "Bright & Bold <Energy>", "signifier": "BABE"},
    "ref": "OPA-Q-2026-00007",
}
_CHASING: dict[str, object] = _COMMON | {
    "sent": datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    "due": date(2026, 11, 16),
    "sla_days": 10,
    "outstanding": 2,
    "asked": 212,
    "rows": ASKED,
    "days_left": 0,
    "days_late": 1,
    "level": 1,
    "note": "",
    "history": [(date(2026, 11, 2), "request accepted for codes@babe.test")],
}

CONTEXTS: dict[TemplateName, dict[str, object]] = {
    "answer": _COMMON
    | {
        "their_ref": "BABE-Q-2026-00012",
        "received": datetime(2026, 7, 1, 16, 45, tzinfo=UTC),
        "due": date(2026, 7, 15),
        "repeated": 2,
        "left_out": ["meters.xlsx: 1 Device ID struck out: 00-DB-12-34-56-78-90-A0"],
        "counts": {
            "provided": 1,
            "not_installer": 1,
            "held": 1,
            "unreadable": 2,
            "files": 1,
            "password_given": 0,
        },
        "rows": ANSWERED,
        "held": ANSWERED[2:3],
        "unreadable": ANSWERED[3:],
        "files": (AnswerRow("", "not readable", "", "the file is damaged", "meters.xlsx"),),
        "file": "OPA-Q-2026-00007",
        "part": None,
    },
    "list": _COMMON | {"received": datetime(2026, 7, 1, 16, 45, tzinfo=UTC), "lack": "picture"},
    "request": _COMMON | {"due": date(2026, 11, 16), "sla_days": 10, "count": 2, "rows": ASKED},
    "query": _COMMON
    | {
        "received": datetime(2026, 11, 9, 9, 30, tzinfo=UTC),
        "due": date(2026, 11, 16),
        "days_late": 0,
        "asked": 212,
        "outstanding": 1,
        "reasons": [("the CRC of the install code does not match", 1)],
        "rows": (
            RequestRow(
                "00-DB-12-34-56-78-90-A0", "ESME", note="body line 3: the CRC does not match"
            ),
        ),
    },
    "reminder": _CHASING | {"days_left": 2, "days_late": 0, "level": 0},
    "breach": _CHASING,
    "escalation": _CHASING | {"level": 2, "days_late": 4},
    "evidence": _CHASING | {"level": 0, "days_late": 9},
    "alert": {
        "us": _COMMON["us"],
        "ref": _COMMON["ref"],
        "near": 1,
        "past": 1,
        "items": [
            {
                "what": "MP121-OURS-2611-A00007",
                "party": "GAIN",
                "sender": "codes@gain.example",
                "subject": "Codes, please",
                "arrived": datetime(2026, 11, 27, 9, tzinfo=UTC),
                "due": date(2026, 12, 11),
                "days_left": 0,
                "days_late": 1,
                "doubt": "2 Devices held",
                "reason": "",
                "command": "exchange inbox show MP121-OURS-2611-A00007",
            },
            {
                "what": "mail 12",
                "party": "",
                "sender": "",
                "subject": "",
                "arrived": datetime(2026, 12, 2, 9, tzinfo=UTC),
                "due": date(2026, 12, 16),
                "days_left": 2,
                "days_late": 0,
                "doubt": "a request that waits for a person",
                "reason": "the sender is unknown",
                "command": "exchange inbox show 12",
            },
        ],
        "more": 0,
    },
}


def by_xlsxwriter(
    layout: SheetLayout,
    rows: Iterable[tuple[str, ...]],
    title: str,
    reference: str,
    created: datetime,
) -> bytes:
    """The same workbook by XlsxWriter: what ours is held against."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties(
        {"title": title, "subject": reference, "created": created.replace(tzinfo=None)}
    )
    text = book.add_format({"num_format": 49})
    bold = book.add_format({"num_format": 49, "bold": True, "bottom": 1})
    sheet = book.add_worksheet(layout.name)
    for column, (header, width) in enumerate(zip(layout.headers, layout.widths, strict=True)):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, header, bold)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(last, column, cell, text)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, last, len(layout.headers) - 1)
    if layout.choices and last:
        column, words = ord(layout.choices[0]) - ord("A"), list(layout.choices[1])
        # A help, not a fence: what else a person writes there is taken too.
        offered = {"validate": "list", "source": words, "show_error": False}
        sheet.data_validation(1, column, last, column, offered)
    book.close()
    return target.getvalue()
