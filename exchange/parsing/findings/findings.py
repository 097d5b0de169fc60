"""What one source (the body, a sheet, a CSV) says, before the claims of the mail are resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Found, LooseCode, Outcome, Reject
from exchange.domain.statements import Statement
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.findings.stated_totals import StatedTotal


class Claim(NamedTuple):
    """What one place says about one device: a code, an outcome in words, a bad code, or several."""

    device: DeviceId
    where: str
    code: InstallCode | None = None
    outcome: Outcome | None = None
    remark: str = ""
    bad_code: bool = False  # there is a code here that cannot be trusted
    digits: int = 0  # of the code as written: 36 with its CRC, 32 without


class LooseCrc(NamedTuple):
    """A CRC that no code was next to; ``number`` is -1 if it cannot be read."""

    number: int
    where: str


def ids_in_words(count: int) -> str:
    """Return ``2 Device IDs`` for 2."""
    return "1 Device ID" if count == 1 else f"{count} Device IDs"


@dataclass(slots=True)
class Findings:
    """Everything found in one source, in its order."""

    devices: MixedList[Found] = field(default_factory=MixedList)
    claims: MixedList[Claim] = field(default_factory=MixedList)
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # places with Device IDs that are not taken
    quoted: dict[DeviceId, None] = field(default_factory=dict)  # in quoted text only, so far
    asks: bool = False
    headings: dict[str, None] = field(
        default_factory=dict
    )  # that answer for the items next to them
    definite: bool = False  # something here can only be an answer
    stray_code: bool = False  # a code that belongs to no device
    loose_codes: list[LooseCode] = field(default_factory=list)  # those of them that can be read
    loose_crcs: list[LooseCrc] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)  # of the headings of columns
    copied: int = 0  # devices of a second copy of the mail, or of its subject
    rows: int = 0  # rows and lines that were read
    totals: list[StatedTotal] = field(default_factory=list)  # how long lists say that they are
    misfits: list[str] = field(default_factory=list)  # tables that the columns on file do not fit
    contradiction: str = ""  # how the two renderings of a body contradict each other

    def leave_out(self, where: str, count: int, what: str, named: str = "") -> None:
        """Note ``count`` Device IDs ``what``, such as "in hidden text", that are not taken."""
        ids = f"{where}: {ids_in_words(count)} {what}"
        verb = "is" if count == 1 else "are"
        self.warnings.append(f"{ids} {verb} ignored{named}")
        self.left_out.append(f"{ids}{named}")

    def add(self, other: Findings) -> None:
        """Add what another source says."""
        self.devices += other.devices
        self.claims += other.claims
        self.rejects += other.rejects
        self.warnings += other.warnings
        self.left_out += other.left_out
        self.quoted.update(other.quoted)
        self.asks |= other.asks
        self.headings.update(other.headings)
        self.definite |= other.definite
        self.stray_code |= other.stray_code
        self.loose_codes += other.loose_codes
        self.loose_crcs += other.loose_crcs
        self.copied += other.copied
        self.rows += other.rows
        self.statements += other.statements
        self.totals += other.totals
        self.misfits += other.misfits
        self.contradiction = self.contradiction or other.contradiction
