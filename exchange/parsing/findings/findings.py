"""What one source (the body, a sheet, a CSV) says, before the claims of the mail are resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Found, Outcome, Reject
from exchange.parsing.findings.mixed_list import MixedList


class Claim(NamedTuple):
    """What one place says about one device: a code, an outcome in words, a bad code, or several."""

    device: DeviceId
    where: str
    code: InstallCode | None = None
    outcome: Outcome | None = None
    remark: str = ""
    bad_code: bool = False  # there is a code here that cannot be trusted
    digits: int = 0  # of the code as written: 36 with its CRC, 32 without


@dataclass(slots=True)
class Findings:
    """Everything found in one source, in its order."""

    devices: MixedList[Found] = field(default_factory=MixedList)
    claims: MixedList[Claim] = field(default_factory=MixedList)
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    quoted: dict[DeviceId, None] = field(default_factory=dict)  # in quoted text only, so far
    asks: bool = False
    denies_all: bool = False
    denies_one: bool = False  # but one device only: ``we did not install this meter``
    hedged: bool = False  # other words of the mail take part of that denial back
    in_sentences: dict[DeviceId, None] = field(
        default_factory=dict
    )  # within sentences, not as items
    rest_words: str = ""  # the words that deny the rest of a list, or leave it open
    rest_open: bool = False  # those words are not a clear denial
    unanswered: dict[DeviceId, str] = field(default_factory=dict)  # our list as quoted: places
    quoted_whole: bool = False  # ``unanswered`` is the whole list that was asked for
    definite: bool = False  # something here can only be an answer
    stray_code: bool = False  # a code that belongs to no device
    rows: int = 0  # rows and lines that were read
    misfits: list[str] = field(default_factory=list)  # tables that the columns on file do not fit
    contradiction: str = ""  # how the two renderings of a body contradict each other

    def add(self, other: Findings) -> None:
        """Add what another source says."""
        self.devices += other.devices
        self.claims += other.claims
        self.rejects += other.rejects
        self.warnings += other.warnings
        self.quoted.update(other.quoted)
        self.asks |= other.asks
        self.denies_all |= other.denies_all
        self.denies_one |= other.denies_one
        self.hedged |= other.hedged
        self.in_sentences.update(other.in_sentences)
        self.rest_words = self.rest_words or other.rest_words
        self.rest_open |= other.rest_open
        self.definite |= other.definite
        self.stray_code |= other.stray_code
        self.rows += other.rows
        self.misfits += other.misfits
        self.contradiction = self.contradiction or other.contradiction
