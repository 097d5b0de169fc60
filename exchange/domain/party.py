"""Parties and their contacts: whom to ask, where answers go, whom to escalate to.

The addresses come from the code administrator's operational contacts list, kept by people.  Install
codes are sent only to addresses listed here, so a faulty entry is refused and never repaired.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from exchange.domain.time.sla import DEFAULT_DAYS, MOST_DAYS
from exchange.errors import BadInput

MOST_LEVELS: Final = 5
MOST_MAIL_MB: Final = 150
WHOLE_ENTRY: Final = "party"  # the field of a Change that adds or removes a party
STALE_AFTER_DAYS: Final = 182  # half a year; the list is meant to be kept up to date

_SIGNIFIER = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,15}", re.ASCII)
_MPID = re.compile(r"[A-Z0-9]{4}", re.ASCII)
_ROLE = re.compile(r"[a-z][a-z -]{0,39}", re.ASCII)
# RFC 5321 4.1.2 without quoted local parts and address literals, which no contacts list has.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_MOST_LOCAL: Final = 64  # RFC 5321 4.5.3.1.1
_MOST_ADDRESS: Final = 254


def parse_address(text: str) -> str:
    """Return one bare mail address (RFC 5322 addr-spec) in lower case, the form we compare.

    Raises BadInput for anything else: a display name, several addresses, quoted local parts,
    characters beyond ASCII (a look-alike letter would be another address), a domain without a dot.
    """
    if not text.strip():
        raise BadInput("no mail address")
    # Check before lower(): it turns a Kelvin sign into an ordinary k, which is another address.
    if not text.strip().isascii():
        raise BadInput(f"{text.strip()!r} contains characters that are not ASCII")
    address = text.strip().lower()
    local, at, domain = address.partition("@")
    labels = domain.split(".")
    if (
        not at
        or len(local) > _MOST_LOCAL
        or len(address) > _MOST_ADDRESS
        or not _LOCAL.fullmatch(local)
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
    ):
        raise BadInput(f"{text.strip()!r} is not one mail address such as codes@supplier.example")
    return address


@dataclass(frozen=True, slots=True)
class EscalationContact:
    """A person or team of the other party that we notify when answers are overdue."""

    level: int  # from 1
    name: str
    address: str

    def __post_init__(self) -> None:
        if not 1 <= self.level <= MOST_LEVELS:
            raise BadInput(f"an escalation level is 1 to {MOST_LEVELS}")
        _require_address(self.address, f"escalation_{self.level}")
        _require_line(self.name, f"escalation_{self.level}_name")

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Party:
    """One SEC Party as the contacts register knows it.

    Every value is in canonical form; raises BadInput with the field as its place for one that is
    not.
    """

    signifier: str  # SEC Party Signifier, upper case
    name: str
    mpids: tuple[
        str, ...
    ]  # 4 characters each, one or more per role; `check_entries` reports a party with none
    role: str  # supplier, for most
    request_address: str  # where requests to this party go
    reply_address: str  # where our answers to this party go
    escalation: tuple[EscalationContact, ...] = ()  # levels 1, 2, ... without a gap
    sla_days: int | None = None  # Working Days; None: the default
    sla_agreed: str = ""  # who agreed to it, and when
    max_mail_mb: int | None = None  # the largest mail its server takes; None: the default
    active: bool = True
    confirmed_on: date | None = None  # when a person last confirmed the entry

    def __post_init__(self) -> None:
        if not _SIGNIFIER.fullmatch(self.signifier):
            raise BadInput(
                f"{self.signifier!r} is not a Party Signifier: 2 to 16 capital letters, digits,"
                " hyphens or underscores",
                place="signifier",
            )
        if not self.name:
            raise BadInput("the party has no name", place="party")
        _require_line(self.name, "party")
        if not _ROLE.fullmatch(self.role):
            raise BadInput(f"{self.role!r} is not a role such as supplier", place="role")
        for mpid in self.mpids:
            if not _MPID.fullmatch(mpid):
                raise BadInput(f"{mpid!r} is not an MPID: 4 letters or digits", place="mpids")
        if len(set(self.mpids)) != len(self.mpids):
            raise BadInput("an MPID is listed twice", place="mpids")
        _require_address(self.request_address, "request_address")
        _require_address(self.reply_address, "reply_address")
        for level, contact in enumerate(self.escalation, 1):
            if contact.level != level:
                raise BadInput(
                    f"escalation {contact.level} without escalation {level}",
                    place=f"escalation_{level}",
                )
        if self.sla_days is not None and not 1 <= self.sla_days <= MOST_DAYS:
            raise BadInput(
                f"{self.sla_days} Working Days: an answer time is 1 to {MOST_DAYS} of them",
                place="sla_days",
            )
        _require_line(self.sla_agreed, "sla_agreed")
        if self.max_mail_mb is not None and not 1 <= self.max_mail_mb <= MOST_MAIL_MB:
            raise BadInput(
                f"{self.max_mail_mb} MB: the largest mail is 1 to {MOST_MAIL_MB} MB",
                place="max_mail_mb",
            )

    @property
    def addresses(self) -> frozenset[str]:
        """Return every address in this entry."""
        return frozenset(
            {self.request_address, self.reply_address, *(c.address for c in self.escalation)}
        )


def _require_address(address: str, place: str) -> None:
    try:
        canonical = parse_address(address)
    except BadInput as error:
        raise BadInput(error.message, place=place) from None
    if canonical != address:
        raise BadInput(f"{address!r} is not in lower case", place=place)


def _require_line(text: str, place: str) -> None:
    # These texts go into mail headers and tables: a line break in one would be an attack.
    if not text.isprintable() or text != text.strip() or len(text) > 200:
        raise BadInput("not one line of at most 200 characters", place=place)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two registers; ``field`` is ``party`` when a whole entry differs."""

    signifier: str
    field: str
    before: str  # empty when the party is added
    after: str  # empty when the party is removed

    @property
    def kind(self) -> Literal["added", "changed", "removed"]:
        """Return what happened to the party."""
        if self.field != WHOLE_ENTRY:
            return "changed"
        return "removed" if self.before else "added"


_FIELDS: Final = (
    *("name", "mpids", "role", "request_address", "reply_address", "escalation"),
    *("sla_days", "sla_agreed", "max_mail_mb", "active", "confirmed_on"),
)


def diff(old: Sequence[Party], new: Sequence[Party]) -> tuple[Change, ...]:
    """Return what changes from one register to another, by signifier and then by field order.

    Raises BadInput when either register lists a signifier twice.
    """
    before, after = _by_signifier(old), _by_signifier(new)
    changes: list[Change] = []
    for signifier in sorted(before.keys() | after.keys()):
        was, becomes = before.get(signifier), after.get(signifier)
        if was is None and becomes is not None:
            changes.append(Change(signifier, WHOLE_ENTRY, "", _summary(becomes)))
        elif becomes is None and was is not None:
            changes.append(Change(signifier, WHOLE_ENTRY, _summary(was), ""))
        elif was is not None and becomes is not None:
            for name in _FIELDS:
                if getattr(was, name) != getattr(becomes, name):
                    shown = _shown(getattr(was, name)), _shown(getattr(becomes, name))
                    changes.append(Change(signifier, name, *shown))
    return tuple(changes)


def _by_signifier(parties: Sequence[Party]) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for party in parties:
        if party.signifier in found:
            raise BadInput(f"the party {party.signifier} is listed twice", place="signifier")
        found[party.signifier] = party
    return found


def _summary(party: Party) -> str:
    said = [party.name, f"requests to {party.request_address}"]
    if party.reply_address != party.request_address:
        said.append(f"replies to {party.reply_address}")
    if party.mpids:
        said.append("MPIDs " + " ".join(party.mpids))
    if party.escalation:
        said.append("escalation " + _shown(party.escalation))
    if party.sla_days is not None:
        said.append(f"{party.sla_days} Working Days")
    if party.max_mail_mb is not None:
        said.append(f"mails up to {party.max_mail_mb} MB")
    if not party.active:
        said.append("not active")
    return ", ".join(said)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(
            f"{part.level}: {part}" if isinstance(part, EscalationContact) else str(part)
            for part in value
        )
    return str(value)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an entry that a person should look at; it stops nothing."""

    signifier: str
    problem: str
    advice: str


def check_entries(
    parties: Sequence[Party],
    today: date,
    *,
    stale_after_days: int = STALE_AFTER_DAYS,
    ours: Collection[str] = (),
    usual_days: int = DEFAULT_DAYS,
) -> tuple[Finding, ...]:
    """Return what is doubtful about the active entries, party by party in the order given.

    ``ours`` are our own addresses; ``stale_after_days`` are calendar days since ``confirmed_on``
    (0: entries never age); ``usual_days`` is the answer time unless another was agreed.
    """
    active = [party for party in parties if party.active]
    own = {address.strip().lower() for address in ours}
    at_address: dict[str, list[str]] = defaultdict(list)
    with_mpid: dict[str, list[str]] = defaultdict(list)
    for party in active:
        for address in party.addresses:
            at_address[address].append(party.signifier)
        for mpid in party.mpids:
            with_mpid[mpid].append(party.signifier)

    findings: list[Finding] = []
    for party in active:
        said = [
            *_about_addresses(party, own, at_address),
            *_about_identity(party, with_mpid),
            *_about_terms(party, today, stale_after_days, usual_days),
        ]
        findings += [Finding(party.signifier, problem, advice) for problem, advice in said]
    return tuple(findings)


def _about_addresses(
    party: Party, own: set[str], at_address: dict[str, list[str]]
) -> Iterator[tuple[str, str]]:
    if not party.escalation:
        yield (
            "no escalation contact",
            "add escalation_1; until then a breach notice goes to the request address",
        )
    for contact in party.escalation:
        if contact.address == party.request_address:
            yield (
                f"escalation {contact.level} is the request address itself",
                "name somebody else: at present escalations reach only those who get the reminders",
            )
    for address in sorted(party.addresses & own):
        yield f"{address} is our own address", "we would write to ourselves: correct the entry"
    for address in sorted(party.addresses):
        others = [other for other in at_address[address] if other != party.signifier]
        if others:
            yield (
                f"{address} is also an address of {', '.join(others)}",
                "we cannot tell who sent a mail from there: give each party its own address",
            )


def _about_identity(party: Party, with_mpid: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    if not party.mpids:
        yield "no MPID", "add mpids, so that gained devices can name the party by MPID"
    for mpid in party.mpids:
        others = [other for other in with_mpid[mpid] if other != party.signifier]
        if others:
            yield (
                f"the MPID {mpid} is also listed for {', '.join(others)}",
                "an MPID belongs to one party: correct one of the entries",
            )


def _about_terms(
    party: Party, today: date, stale_after_days: int, usual_days: int
) -> Iterator[tuple[str, str]]:
    if party.sla_days not in (None, usual_days) and not party.sla_agreed:
        yield (
            f"an answer time of {party.sla_days} Working Days, but not who agreed to it",
            "write in sla_agreed who agreed to it, and when",
        )
    if party.confirmed_on is None:
        yield "never confirmed", "check the entry with the party and set confirmed_on"
        return
    age = (today - party.confirmed_on).days
    if age < 0:
        yield "confirmed on a day in the future", "correct confirmed_on"
    elif stale_after_days and age > stale_after_days:
        yield (
            f"last confirmed {age} {'day' if age == 1 else 'days'} ago, on"
            f" {party.confirmed_on.isoformat()}",
            "check the entry with the party and set confirmed_on",
        )
