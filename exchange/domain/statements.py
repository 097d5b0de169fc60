"""What the sentences of a mail say, before it is known which of our Devices they are about.

The reader gives statements; ``exchange.domain.meaning.resolve`` decides what they mean for a list
that the mail itself does not repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from exchange.domain.device import DeviceId


class Act(StrEnum):
    """What somebody does by writing a sentence."""

    ASKS = "asks"  # asks for install codes
    TAKES_BACK = "takes_back"  # no longer wants them, or never did
    CORRECTS = "corrects"  # an earlier list or answer was wrong
    REPORTS = "reports"  # a code works or does not; a Device is commissioned or exchanged
    DISPUTES = "disputes"  # does not accept that we are not the installing Supplier
    ASKS_ELSE = "asks_else"  # asks for something that is no install code
    CHASES = "chases"  # asks where the answer is
    THANKS = "thanks"
    WARNS = "warns"  # nothing may be sent: a mailbox is compromised, a mail is a fraud
    DENIES = "denies"  # the subject did not install the Devices
    OWNS = "owns"  # the subject did install the Devices
    PROVIDES = "provides"  # the codes are here, or attached
    PROMISES = "promises"  # an answer will come
    ATTACHES = "attaches"  # says that a file comes with the mail
    NAMES_FILE = "names_file"  # speaks of a file that may be the sender's or ours
    NAMES_REQUEST = "names_request"  # says which of our requests: "your first", "that of 3 May"
    OTHER = "other"  # about Devices, codes or answers, in words that are not understood


# What the reader puts into the words of a sentence in place of a Device ID and of an install code.
DEVICE_MARK: Final = "\u2460"
CODE_MARK: Final = "\u2461"

BEFORE_SENDER: Final = "before the sender"  # the reason where a company installed them before
OF_COMPANIES: Final = "of companies"  # Vale is part of the Tidal group
KEYED: Final = "keyed"  # the reason of a row's denial by a sign that the sender explains
LEGEND: Final = "legend"  # the reason of a statement that gives a column's "No" another meaning
# The reason of a statement that may say that a request is over, put off or yet to come.
OF_REQUEST: Final = "of the request"
ANSWERING: Final = frozenset((Act.DENIES, Act.OWNS, Act.PROVIDES))


class Scope(StrEnum):
    """Which Devices a sentence is about."""

    NONE = "none"  # it does not say
    NAMED = "named"  # those in ``devices``
    THESE = "these"  # all of the list at hand; ``count`` if it says how many
    ONE = "one"  # "this meter": the one Device at hand
    REST = "rest"  # those of the list that nothing else is said about
    ROWS = "rows"  # the rows in ``rows``
    ALL_BUT = "all_but"  # all of the list but ``devices`` and ``rows``
    KIND = "kind"  # those of the list whose Device type is in ``kinds``
    PART = "part"  # some of them, without saying which: a region, "most"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one sentence says; ``where`` and ``words`` show a person where it stands."""

    act: Act
    where: str
    words: str
    scope: Scope = Scope.NONE
    devices: tuple[DeviceId, ...] = ()
    rows: tuple[int, ...] = ()  # from 1; negative ones count from the end: -1 is the last
    count: int | None = None  # "these 3 Devices"
    subject: str = ""  # who installed them or did not: empty for "we", else a name as it is written
    hedge: str = ""  # the words that leave it open or take it back
    reason: str = ""  # why, in the sender's words
    kinds: tuple[str, ...] = ()  # Device types: "the gas meter"
    endings: tuple[str, ...] = ()  # the last hex digits of Devices: "the one ending C4-38"
    order: int = 0  # which of our requests it names, from 1; -1 is the latest, 0 is not said
    day: str = ""  # the day that it names it by: 2026-11-03, without a year 11-03, or 03

    @property
    def for_people(self) -> str:
        """Its words, with the Devices that it names in place of their marks."""
        words = self.words
        if words.count(DEVICE_MARK) == len(self.devices):
            for device in self.devices:
                words = words.replace(DEVICE_MARK, str(device), 1)
        return words.replace(DEVICE_MARK, "(a Device)").replace(CODE_MARK, "(a code)")


def asks_for_codes(statements: Iterable[Statement]) -> bool:
    """Return whether a sentence asks for install codes."""
    return any(one.act is Act.ASKS for one in statements)


# What a person reads of a mail that asks for no codes; what is first decides.
REASONS: Final[Mapping[Act, str]] = {
    Act.WARNS: "the sender warns us",
    Act.TAKES_BACK: "the sender takes a request back",
    Act.DISPUTES: "the sender does not accept our answer",
    Act.CORRECTS: "the sender corrects an earlier list or answer",
    Act.REPORTS: "the sender reports on codes or Devices",
    Act.CHASES: "the sender asks where an answer is",
    Act.ASKS_ELSE: "the sender asks for something that is no install code",
    Act.OTHER: "not understood",
    Act.THANKS: "the sender thanks us",
}


def gravest(statements: Iterable[Statement]) -> Statement | None:
    """Return the statement that a mail without a request is about, by the order of ``REASONS``.

    A sentence says more than the few words of a subject that does the same.
    """
    order = list(REASONS)
    spoken = [one for one in statements if one.act in REASONS]

    def rank(one: Statement) -> tuple[int, bool]:
        return order.index(one.act), one.where.endswith("subject")

    return min(spoken, key=rank, default=None)
