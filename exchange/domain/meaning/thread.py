"""What we know of the thread that a mail belongs to, and of the company that sent it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from exchange.domain.device import DeviceId
from exchange.domain.mail import MailHead, Understanding

_GENERAL: Final = frozenset(
    ("limited", "ltd", "plc", "llp", "uk", "gb", "co", "company", "energy", "power", "supply",
     "supplies", "utilities", "utility", "gas", "electricity", "electric", "group", "the", "and",
     "of")
)  # fmt: skip
# What one company's name may be written with or without.
_FORM: Final = frozenset(("limited", "ltd", "plc", "llp", "co", "company", "the", "and"))
_LONDON = ZoneInfo("Europe/London")
_UNDATED: Final = datetime.min.replace(tzinfo=UTC)
_WORD = re.compile(r"[^\W_]+")


class Asked(NamedTuple):
    """A request of ours to the sender's party, and the days on which letters about it left."""

    reference: str
    days: tuple[str, ...] = ()  # 2026-11-03, the request itself first


@dataclass(frozen=True, slots=True)
class ThreadContext:
    """What we know of the thread that a mail belongs to, and of its sender."""

    rows: tuple[DeviceId, ...] = ()  # of our letter, in the order of the list that we sent
    open: frozenset[DeviceId] = frozenset()  # those of them that still wait for an answer
    answered: frozenset[DeviceId] = frozenset()  # those that we answered to this party
    names: tuple[str, ...] = ()  # the sender's company: name, trading names, signifier, MPIDs
    ours: tuple[str, ...] = ()  # our own company: name, signifier
    reference: str = ""  # of our request
    requests: tuple[str, ...] = ()  # the references of all our requests that it belongs to
    asked: tuple[Asked, ...] = ()  # all our requests to the sender's party, oldest first
    ordered: bool = True  # ``rows`` is in the order of the list that they have before them
    provided: frozenset[DeviceId] = frozenset()  # those of ``rows`` that they gave a code for
    types: Mapping[DeviceId, str] = field(default_factory=dict)  # Device types, where known


def thread_of(
    said: Understanding, letters: Sequence[Understanding], names: Sequence[str] = ()
) -> ThreadContext:
    """Return the context of a mail, given ``letters`` that we sent and the sender's ``names``.

    A letter belongs to it by its Message-ID, else by our reference.  If several do, the one that is
    replied to counts, else the last; all of its Devices count as open.
    """
    replied = {said.head.in_reply_to, *said.head.references} - {""}
    belong = [one for one in letters if one.head.message_id in replied]
    belong = belong or [one for one in letters if set(one.references[:1]) & set(said.references)]
    if not belong:
        return ThreadContext(names=tuple(names))
    direct = [one for one in belong if one.head.message_id == said.head.in_reply_to]
    letter = (direct or belong)[-1]
    rows = tuple(dict.fromkeys(one.device for one in letter.devices))
    reference = letter.references[0] if letter.references else ""
    types = {one.device: one.device_type for one in letter.devices if one.device_type}
    return ThreadContext(
        rows, frozenset(rows), names=tuple(names), reference=reference, types=types,
        requests=letter.references[:1], asked=_asked_in(letters),
    )  # fmt: skip


def _asked_in(letters: Sequence[Understanding]) -> tuple[Asked, ...]:
    days: dict[str, list[str]] = {}
    for letter in sorted(letters, key=lambda one: one.head.date or _UNDATED):
        for reference in letter.references[:1]:
            day = letter.head.date
            days.setdefault(reference, []).extend([local_day(day)] if day else ())
    return tuple(Asked(reference, tuple(each)) for reference, each in days.items())


def local_day(when: datetime) -> str:
    """Return the day of an instant as people name it, 2026-11-03."""
    return when.astimezone(_LONDON).date().isoformat()


def is_sender(name: str, context: ThreadContext, head: MailHead) -> bool:
    """Whether a name, as somebody wrote it, is one of the sender's company.

    Besides the names on file, a company has the name it writes from and that of its domain.  Words
    such as Energy or Limited may be left out.
    """
    asked = _words(name)
    person, _, domain = head.sender.rpartition("@")
    if asked and asked <= _words(head.sender_name) & _words(person.replace("_", ".")):
        return True  # Pat has checked, and writes from pat.smith@
    own = (head.sender_name, domain.partition(".")[0]) if domain else ()
    for known in map(_words, (*context.names, *own)):
        if not known or not asked:
            continue  # "the Gas Company" is no sender without a name
        if asked in (known, known - _GENERAL) or asked - _GENERAL == known:
            return True
        if asked - _FORM == known - _FORM and known - _FORM - _GENERAL:
            return True  # "Vale Gas & Power Ltd" is "Vale Gas and Power"
    return False


def is_related(name: str, context: ThreadContext, head: MailHead) -> bool:
    """Return whether a name that is none of the sender's has a word of one: Vale Metering."""
    asked = _words(name) - _GENERAL
    known = (*context.names, head.sender.rpartition("@")[2].partition(".")[0])
    return any(asked & (_words(one) - _GENERAL) for one in known)


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold()))
