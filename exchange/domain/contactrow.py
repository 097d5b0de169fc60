"""Turn one row of a contacts list, as people write it, into a Party.

Columns: party, signifier, mpids, role, request_address, reply_address, escalation_1 and
escalation_1_name up to 5, or all levels in one column escalation; sla_days, sla_agreed,
max_mail_mb, active, confirmed_on.  Only party, signifier and request_address are needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final, TypeVar

from exchange.domain.party import MOST_LEVELS, EscalationContact, Party, parse_address
from exchange.errors import BadInput, BadInputs

_T = TypeVar("_T")

_LEVELS: Final = range(1, MOST_LEVELS + 1)

REQUIRED: Final = ("party", "signifier", "request_address")
# Field -> accepted column headers, best first; case, blanks and punctuation are ignored.
CONTACT_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "signifier": (
        *("signifier", "party signifier", "sec party signifier", "sec signifier"),
        *("party id", "sec party id", "party code"),
    ),
    "party": (
        *("party", "party name", "name", "supplier", "supplier name"),
        *("company", "organisation", "organization", "sec party", "sec party name"),
    ),
    "mpids": ("mpids", "mpid", "market participant id", "market participant ids"),
    "role": ("role", "party role", "type", "party type", "category", "party category"),
    "request_address": (
        *("request address", "request email", "request email address", "requests to"),
        *("requests", "request mailbox", "address", "email", "email address", "mailbox"),
    ),
    "reply_address": (
        *("reply address", "reply email", "reply email address", "replies to", "replies"),
        *("answer address", "response address", "response email", "reply mailbox"),
    ),
    "escalation": (
        *("escalation", "escalations", "escalation levels", "escalation contacts"),
        *("escalation addresses", "escalation emails"),
    ),
    **{
        f"escalation_{level}": (
            *(f"escalation {level}", f"escalation level {level}", f"escalation contact {level}"),
            *(f"escalation {level} address", f"escalation {level} email"),
            *(f"escalation address {level}", f"escalation email {level}", f"level {level}"),
            *(f"escalation level {level} address", f"escalation level {level} email"),
            *(("escalation contact", "escalation address", "escalation email") * (level == 1)),
        )
        for level in _LEVELS
    },
    **{
        f"escalation_{level}_name": (
            *(f"escalation {level} name", f"escalation level {level} name"),
            *(f"escalation name {level}", f"escalation contact {level} name"),
            *(f"level {level} name",),
            *(("escalation name", "escalation contact name") * (level == 1)),
        )
        for level in _LEVELS
    },
    "sla_days": ("sla days", "sla", "sla working days", "working days", "answer days"),
    "sla_agreed": ("sla agreed", "sla agreed by", "agreed", "agreed by", "agreement"),
    "max_mail_mb": (
        *("max mail mb", "max mail", "mail limit mb", "mail size limit", "mail limit"),
        *("largest mail mb", "size limit mb", "size limit"),
    ),
    "active": ("active", "in use", "enabled"),
    "confirmed_on": (
        *("confirmed on", "confirmed", "last confirmed", "last confirmed on", "date confirmed"),
        *("verified on", "last verified", "last checked", "checked on"),
    ),
}

_NAMED = re.compile(r"([^<>]*)<([^<>]*)>")
_WHOLE = re.compile(r"(\d{1,6})(?:\.0+)?", re.ASCII)
# Spreadsheets may add midnight to a date; British Excel writes the day first.
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T]00:00(?::00)?)?", re.ASCII)
_BRITISH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_YES: Final = ("yes", "y", "true", "1", "active")
_NO: Final = ("no", "n", "false", "0", "inactive")


def party_from_row(values: Mapping[str, str], place: str) -> Party:
    """Return the party that one row describes; ``values`` maps fields of COLUMNS to cells.

    ``place`` is the row (``contacts.csv > row 14``).  Empty cells get the default: role supplier,
    the request address as reply address, no escalation, the usual answer time, active.  Raises
    BadInput naming row and field, or BadInputs with one BadInput per faulty field.
    """
    row = {field: " ".join(cell.split()) for field, cell in values.items()}
    faults: list[BadInput] = []

    def read(field: str, reader: Callable[[str], _T], default: _T) -> _T:
        written = row.get(field, "")
        if not written and field not in REQUIRED:
            return default
        try:
            return reader(written)
        except BadInput as error:
            faults.append(_placed(error, place, field))
            return default

    request_address = read("request_address", parse_address, "")
    reply_address = read("reply_address", parse_address, request_address)
    try:
        escalation = _escalation(row)
    except BadInput as error:
        faults.append(_placed(error, place, "escalation"))
        escalation = ()
    sla_days = read("sla_days", partial(_whole, what="Working Days"), None)
    max_mail_mb = read("max_mail_mb", partial(_whole, what="megabytes"), None)
    active = read("active", _yes_or_no, True)
    confirmed_on = read("confirmed_on", _day, None)
    # Report a missing value here, once, and not again in the checks of Party.
    read("signifier", _present, "")
    read("party", _present, "")
    if faults:
        raise _all_of(faults, place)
    try:
        return Party(
            signifier=_upper(row["signifier"]),
            name=row["party"],
            mpids=tuple(
                part for part in re.split(r"[;,\s]+", _upper(row.get("mpids", ""))) if part
            ),
            role=row.get("role", "").lower() or "supplier",
            request_address=request_address,
            reply_address=reply_address,
            escalation=escalation,
            sla_days=sla_days,
            sla_agreed=row.get("sla_agreed", ""),
            max_mail_mb=max_mail_mb,
            active=active,
            confirmed_on=confirmed_on,
        )
    except BadInput as error:
        raise _placed(error, place, "") from None


def _placed(error: BadInput, place: str, field: str) -> BadInput:
    spot = error.place or field
    return BadInput(
        error.message,
        place=f"{place} > {spot}" if place and spot else place or spot,
        hint=error.hint,
    )


def _all_of(faults: list[BadInput], place: str) -> BadInput:
    if len(faults) == 1:
        return faults[0]
    said = "; ".join(f"{fault.place.rpartition(' > ')[2]}: {fault.message}" for fault in faults)
    return BadInputs(f"{len(faults)} faults: {said}", faults, place=place)


def _escalation(row: Mapping[str, str]) -> tuple[EscalationContact, ...]:
    """Return the contacts of the numbered columns, or of the one column that holds them all."""
    listed = row.get("escalation", "")
    numbered = any(row.get(f"escalation_{level}") for level in _LEVELS)
    if listed and numbered:
        raise BadInput("write the levels in one column or in numbered columns, not in both")
    cells = {level: row.get(f"escalation_{level}", "") for level in _LEVELS}
    if listed:
        parts = re.split(r"[;|]" if re.search(r"[;|]", listed) else ",", listed)
        found = [part.strip() for part in parts if part.strip()]
        if len(found) > MOST_LEVELS:
            raise BadInput(f"{len(found)} escalation contacts: at most {MOST_LEVELS}")
        cells = dict(enumerate(found, 1))

    contacts = []
    for level, cell in cells.items():
        field = "escalation" if listed else f"escalation_{level}"
        name = row.get(f"escalation_{level}_name", "")
        if not cell and name:
            raise BadInput(f"{name!r} has no mail address", place=field)
        if not cell:
            continue
        if level > 1 and not cells[level - 1]:
            raise BadInput(f"level {level} without level {level - 1}", place=field)
        named = _NAMED.fullmatch(cell)
        try:
            address = parse_address(named[2] if named else cell)
        except BadInput as error:
            raise BadInput(error.message, place=field) from None
        contacts.append(
            EscalationContact(level, name or (named[1].strip(' "') if named else ""), address)
        )
    return tuple(contacts)


def _upper(written: str) -> str:
    # Beyond ASCII, upper() may turn one letter into another: left as it is, and refused later.
    return written.upper() if written.isascii() else written


def _present(written: str) -> str:
    if not written:
        raise BadInput("this is missing")
    return written


def _whole(written: str, what: str) -> int | None:
    match = _WHOLE.fullmatch(written)
    if not match:
        raise BadInput(f"{written!r} is not a whole number of {what}")
    return int(match[1])


def _yes_or_no(written: str) -> bool:
    answer = written.lower()
    if answer not in (*_YES, *_NO):
        raise BadInput(f"{written!r} is neither yes nor no")
    return answer in _YES


def _day(written: str) -> date | None:
    hint = "write for example 2026-10-01"
    iso, british = _ISO_DAY.fullmatch(written), _BRITISH_DAY.fullmatch(written)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if british:
            return date(int(british[3]), int(british[2]), int(british[1]))
    except ValueError:
        raise BadInput(f"there is no day {written}", hint=hint) from None
    raise BadInput(f"{written!r} is not a date", hint=hint)
