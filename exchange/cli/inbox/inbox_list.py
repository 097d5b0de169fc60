"""``exchange inbox list``: list what waits for a person, by due date, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.common import (
    HERE,
    HIGHEST_NUMBER,
    Folder,
    Json,
    context_of,
    print_result,
    say,
    table,
)
from exchange.cli.inbox.choosing import (
    FolderFilter,
    KindFilter,
    PartyIs,
    ReasonFilter,
    SenderFilter,
    filter_of,
)
from exchange.cli.inbox.letters import hold_values
from exchange.domain.mail import NEEDS_PASSWORD
from exchange.domain.time.sla import local_date
from exchange.later import Later
from exchange.rendering.wording import one_line

if TYPE_CHECKING:
    from exchange.services.letters.owed_answers import Standing
    from exchange.services.people import review
    from exchange.store.mails.waiting import MailFilter
    from exchange.store.requests.delivery_reports import DeliveryReport
else:
    review = Later("exchange.services.people.review")

_USUAL = 50  # of each table
_SUBJECT = 60  # characters; --json has all of it
_NOT_IN_THE_LIST = {
    "old": "from before the first day, listed and ignored",
    "not_given": "that the mail server does not deliver; they are requested again",
    "vanished": "that left the inbox before the server delivered them",
    "wanted": "to be fetched in the next round",
}


def list_(
    mail_folder: FolderFilter = "",
    folder: Folder = HERE,
    sender: SenderFilter = "",
    reason: ReasonFilter = "",
    kind: KindFilter = "",
    party: PartyIs = "",
    limit: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=HIGHEST_NUMBER,
            help="How many mails to show.",
            show_default="50; with --json all",
        ),
    ] = None,
    page: Annotated[int, typer.Option(min=1, max=HIGHEST_NUMBER, help="Which page to show.")] = 1,
    offset: Annotated[
        int | None,
        typer.Option(min=0, max=HIGHEST_NUMBER, help="How many mails to skip, instead of a page."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List mails in Review and Shunted, requests with held Devices, and refused letters.

    Mails and requests are sorted by the date on which an answer is due; near and past are marked.
    """
    if offset is not None and page > 1:
        raise typer.BadParameter("give either --page or --offset")
    chosen = filter_of(mail_folder, sender, reason, kind, party)
    most = limit if limit or as_json else _USUAL
    if most is None and page > 1:
        most = _USUAL
    skip = offset if offset is not None else (page - 1) * (most or 0)
    found = review.waiting(context_of(folder), chosen, most, skip)
    if as_json:
        print_result(True, _as_values(found, skip), "")
        return
    _mails(found, skip, most or _USUAL, chosen)
    if not chosen.narrows:
        _others(found)


def _mails(found: review.Waiting, skip: int, most: int, chosen: MailFilter) -> None:
    table(
        "Mails",
        ("mail", "folder", "from", "subject", "arrived", "answer due", "reason"),
        (
            (
                mail.id,
                mail.place,
                mail.sender,
                _short(mail.subject),
                _date(mail.arrived_at),
                _due(standing),
                mail.reason,
            )
            for mail, standing in found.mails
        ),
    )
    more = found.chosen - skip - len(found.mails)
    if more > 0:
        say(f"... and {more:,} more: --page {skip // most + 2} shows the next, --json all of them;")
        say("    --folder, --from, --reason, --kind and --party choose among them")
    elif skip and not found.mails:
        say(f"there are only {found.chosen:,}")
    if not chosen.folder:
        for folder, words in _NOT_IN_THE_LIST.items():
            if number := found.folders.get(folder):
                mails = "1 mail" if number == 1 else f"{number:,} mails"
                say(f"{mails} {words}: `exchange inbox list --in {folder}`")


def _others(found: review.Waiting) -> None:
    _some(
        "Requests",
        ("reference", "mail", "party", "subject", "arrived", "due", "held", "unreadable"),
        [
            (
                one.request.ref,
                one.request.mail_id,
                one.request.party,
                _short(one.subject),
                _date(one.request.clock.received_at),
                _due(one.standing),
                one.held,
                f"{one.unreadable}, {NEEDS_PASSWORD}" if one.locked else one.unreadable,
            )
            for one in found.requests
        ],
    )
    _some(
        "Letters not accepted",
        ("reference", "what", "to", "reply"),
        [(one.ref, one.purpose, one.recipient, one.reply) for one in found.letters],
    )
    _some(
        "Letters that are said not to have arrived",
        ("mail", "reference", "what", "to", "status"),
        [(one.mail_id, one.ref, _what(one), one.recipient, one.status) for one in found.reports],
    )
    _some(
        "Parties to which all letters are held",
        ("party", "since", "mail", "why"),
        [
            (one.party, f"{one.at:%Y-%m-%d %H:%M} UTC", one.mail or "", one.why)
            for one in found.holds
        ],
    )
    _some(
        "Install codes that came for two Devices",
        ("mail", "first for", "from", "state", "in this mail for", "from"),
        [
            (
                one.claim.mail_id,
                one.claim.device,
                one.claim.party,
                one.holder,
                one.claim.rival,
                one.claim.rival_party,
            )
            for one in found.disputes
        ],
    )


def _date(instant: datetime) -> str:
    return str(local_date(instant))


def _short(subject: str) -> str:
    return one_line(subject, _SUBJECT)


def _due(standing: Standing | None) -> str:
    """Return the due date, marked where it is near or past."""
    if standing is None:
        return ""
    mark = f", {standing.nearness.value}" if standing.nearness else ""
    return f"{standing.due_on}{mark}"


def _due_values(standing: Standing | None) -> Mapping[str, object]:
    if standing is None:
        return {"due": None, "working_days_left": None, "nearness": "", "doubt": ""}
    return {
        "due": standing.due_on,
        "working_days_left": standing.left,
        "nearness": standing.nearness.value,
        "doubt": standing.doubt,
    }


def _what(report: DeliveryReport) -> str:
    suspended = "" if report.request_id is None else ", chase suspended"
    return f"{report.purpose}{suspended}"


def _some(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table(title, headers, rows[:_USUAL])
    if len(rows) > _USUAL:
        say(f"... and {len(rows) - _USUAL:,} more; --json has all of them")


def _as_values(found: review.Waiting, skip: int) -> Mapping[str, object]:
    return {
        "mails": [
            {
                "number": mail.id,
                "folder": mail.place,
                "from": mail.sender,
                "subject": mail.subject,
                "arrived": mail.arrived_at,
                **_due_values(standing),
                "kind": mail.kind,
                "reason": mail.reason,
                "party": mail.party,
                "mailbox": mail.mailbox,
            }
            for mail, standing in found.mails
        ],
        "chosen": found.chosen,
        "offset": skip,
        "folders": found.folders,
        "requests": [
            {
                "ref": one.request.ref,
                "mail": one.request.mail_id,
                "party": one.request.party,
                "subject": one.subject,
                "arrived": one.request.clock.received_at,
                **_due_values(one.standing),
                "held": one.held,
                "unreadable": one.unreadable,
                "needs_password": one.locked,
            }
            for one in found.requests
        ],
        "letters": [
            {
                "ref": one.ref,
                "purpose": one.purpose,
                "to": one.recipient,
                "reply": one.reply,
            }
            for one in found.letters
        ],
        "reports": [
            {
                "mail": one.mail_id,
                "ref": one.ref,
                "purpose": one.purpose,
                "to": one.recipient,
                "status": one.status,
                "chase_suspended": one.request_id is not None,
                "since": one.opened_at,
            }
            for one in found.reports
        ],
        "held_parties": [hold_values(one) for one in found.holds],
        "disputes": [
            {
                "mail": one.claim.mail_id,
                "device_id": one.claim.device,
                "party": one.claim.party,
                "state": one.holder,
                "also_for": one.claim.rival,
                "also_from": one.claim.rival_party,
                "since": one.opened_at,
            }
            for one in found.disputes
        ],
    }
