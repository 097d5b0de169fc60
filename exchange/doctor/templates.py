"""Check the templates of mails and reports, including the user's own.

Each is filled in twice, once with every value and once with as few as possible: so an override
that uses an unknown name is found here, and not only when it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, get_args

from exchange.doctor.check import Check, failed, faults, ok, warning
from exchange.domain.compliance import (
    InboundByParty,
    InboundFigures,
    MonthlyReport,
    OutboundByParty,
    OutboundFigures,
    ReportParty,
)
from exchange.errors import BadInput
from exchange.rendering.compose import Mail, TemplateName, Templates, compose
from exchange.rendering.overrides import CONTEXT_NAMES, check_overrides
from exchange.rendering.report import report_html
from exchange.rendering.shipped import shipped_folder
from exchange.rendering.wording import OutcomeWord, counted
from exchange.rendering.workbook import AnswerRow, RequestRow
from exchange.services.answering.requests.answer_parts import AnswerPart

_AT: Final = datetime(2026, 10, 1, 9, tzinfo=UTC)
_US: Final = {
    "name": "Our Energy",
    "signifier": "OURS",
    "address": "codes@ours.example",
    "contact_name": "A. Person",
    "contact_phone": "020 7946 0000",
}
_DEVICE: Final = "00-DB-12-34-56-78-90-A0"
_ANSWERS: Final = tuple(
    AnswerRow(_DEVICE, word, "", "a reason", "list.xlsx > row 2") for word in OutcomeWord
)
_ASKED: Final = (RequestRow(_DEVICE, "ESME", note="list.xlsx > row 2: a reason"),)
_OWED: Final = {
    "what": "MP121-OURS-2610-A00001",
    "party": "OTHR",
    "sender": "codes@other.example",
    "subject": "a subject",
    "arrived": _AT,
    "due": date(2026, 10, 15),
    "days_left": 0,
    "days_late": 0,
    "doubt": "2 Devices held",
    "reason": "",
    "command": "exchange inbox show MP121-OURS-2610-A00001",
}
# The values for the letters; templates/README.md explains each name.
_FULL: Final[Mapping[str, object]] = {
    "us": _US,
    "them": {"name": "Other Power", "signifier": "OTHR"},
    "ref": "MP121-OURS-2610-A00001",
    "file": "MP121-OURS-2610-A00001-part2of3",
    "part": AnswerPart(2, 3, 11, 20),
    "their_ref": "4711",
    "received": _AT,
    "sent": _AT,
    "due": date(2026, 10, 15),
    "sla_days": 10,
    "repeated": 2,
    "left_out": ("list.xlsx > Sheet1: 2 Device IDs in hidden rows or columns",),
    "counts": {
        "provided": 1,
        "not_installer": 1,
        "held": 2,
        "unreadable": 4,
        "files": 2,
        "password_given": 1,
    },
    "count": 2,
    "asked": 2,
    "outstanding": 2,
    "days_left": 3,
    "days_late": 0,
    "level": 2,
    "note": "a note",
    "history": [(date(2026, 10, 1), "request accepted")],
    "reasons": [("a reason", 2)],
    "lack": "link",
    "files": (AnswerRow("", OutcomeWord.UNREADABLE, "", "a reason", "list.xlsx"),),
    "near": 2,
    "past": 1,
    "items": (
        {**_OWED, "days_left": 2, "days_late": 0},
        {**_OWED, "what": "mail 12", "days_left": 0, "days_late": 1, "reason": "a reason"},
    ),
    "more": 3,
}
_BARE: Final[Mapping[str, object]] = {
    **_FULL,
    "us": {**_US, "contact_name": "", "contact_phone": ""},
    "part": None,
    "their_ref": "",
    "repeated": 0,
    "left_out": (),
    "counts": {
        "provided": 0,
        "not_installer": 0,
        "held": 0,
        "unreadable": 0,
        "files": 0,
        "password_given": 0,
    },
    "days_left": 0,
    "days_late": 1,
    "level": 0,
    "note": "",
    "history": [],
    "items": ({**_OWED, "party": "", "sender": "", "subject": ""},),
    "more": 0,
    "rows": (),
    "held": [],
    "unreadable": [],
    "files": (),
}


def templates(folder: Path) -> list[Check]:
    """Check that every mail and the report can be written."""
    what = "templates"
    own = folder / "templates"
    try:
        texts = Templates([own])
        for name in get_args(TemplateName):
            rows = _ANSWERS if name == "answer" else _ASKED
            full = {**_FULL, "rows": rows, "held": _ANSWERS[2:3], "unreadable": _ANSWERS[3:]}
            for context in (full, _BARE):  # no name that this mail does not have
                known = {key: context[key] for key in CONTEXT_NAMES[name]}
                compose(_letter(name, known), texts)
        report_html(_report(), texts)
        report_html(replace(_report(), inbound_by_party=(), outbound_by_party=()), texts)
        strays = _strays(own)
    except BadInput as error:
        return [*faults(what, error, f"correct or remove the file in {own}"), *_differing(own)]
    except OSError as error:
        found = f"{error.filename or own} cannot be read: {error.strerror}"
        return [failed(what, found, f"`chmod -R u+rX {own}`")]
    overridden = sum(path.is_file() for path in own.rglob("*")) - len(strays)
    text = "every mail and the report can be written; "
    text += f"{counted(overridden, 'file')} of {own} used" if overridden else "as shipped"
    return [
        ok(what, text),
        *(
            warning(what, f"{path} has no template's name: it is never used",
                    f"name it like one in {shipped_folder('templates')}, or remove it")
            for path in strays
        ),
        *_differing(own),
    ]  # fmt: skip


def _differing(own: Path) -> list[Check]:
    """Report what the user's own files lack in comparison with those of this version."""
    shipped = shipped_folder("templates")
    advice = (
        f"compare it with {shipped}/{{}}; then write the version, and what is left out on "
        "purpose, into its first line, as templates/README.md says"
    )
    return [
        (failed if one.grave else warning)(
            f"template {one.file}", f"{own / one.file}: {one.text}", advice.format(one.file)
        )
        for one in check_overrides(own)
    ]


def _letter(name: TemplateName, context: Mapping[str, object]) -> Mail:
    return Mail(
        template=name,
        context=context,
        sender_name="Our Energy",
        sender="codes@ours.example",
        recipient="codes@other.example",
        message_id="<sample@ours.example>",
        date=_AT,
    )


def _report() -> MonthlyReport:
    inbound = InboundFigures(requests_received=1, devices_received=1, answered_in_time=1)
    outbound = OutboundFigures(requests_sent=1, devices_asked=1, overdue=1)
    return MonthlyReport(
        month="2026-10",
        party=ReportParty("OURS", "Our Energy"),
        generated_at=_AT,
        calendar_version="ENG",
        audit_head="",
        inbound=inbound,
        outbound=outbound,
        inbound_by_party=(InboundByParty("OTHR", "Other Power", inbound),),
        outbound_by_party=(OutboundByParty("OTHR", "Other Power", outbound, 3.5),),
        notes=("a note",),
    )


def _strays(own: Path) -> list[Path]:
    """Return files that override nothing; those with an underscore may be parts of others."""
    shipped = shipped_folder("templates")
    return [
        path
        for path in sorted(own.rglob("*"))
        if path.is_file()
        and not path.name.startswith(("_", "."))
        and not (shipped / path.relative_to(own)).is_file()
    ]
