"""Codes and words beside, below or above the Device ID that they are of, in running text.

On one line the order and the words between decide.  Over several lines a code belongs to the one
device waiting above it, or, in a block parted by blank lines, to the only device of that block.
Where the order does not prove itself over the whole text, no pair made by it is trusted.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exchange.domain.columns.device_columns import ListedColumns
from exchange.domain.device import DeviceId
from exchange.domain.device_type import OUT_OF_SCOPE
from exchange.domain.mail import Outcome, Reject
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.findings.waiting_devices import WaitingDevice, WaitingDevices
from exchange.parsing.identifiers.codes import BadCode, code_digits, has_good_crc, read_code
from exchange.parsing.identifiers.tokens import Token, TokenForm
from exchange.parsing.lists.prose.line_segments import (
    Segment,
    calls_code_otherwise,
    calls_code_wrong,
    calls_otherwise,
    groups_of,
    labelled_type,
    outcomes_of,
    pairs_of,
    remark_of,
)
from exchange.parsing.phrases.answer_phrases import (
    asks_for_codes,
    mentions_several,
    normalise_phrase,
    read_remark,
    says_no,
)
from exchange.parsing.phrases.header_terms import Role, header_meaning, labels_code

_FIELD = re.compile(r"\s*[-*\u2022]?\s*([A-Za-z][A-Za-z ?/()]{0,40}?)\s*[:=]\s*(\S.{0,300})")
_REMARK: Final = 300
_SHORT: Final = 60
_RECENT: Final = 100  # waiting devices that are looked at, so that long lists stay linear


class _Ahead(NamedTuple):
    """A code that is called one and stands above the device of its block, if there is one."""

    word: Token
    where: str
    part: int


class Pairing:
    """What is claimed of each device, as the lines come."""

    def __init__(self, found: Findings, *, in_reply: bool) -> None:
        self.found = found
        self.in_reply = in_reply
        self.waiting = WaitingDevices()
        self.order_broken = False  # devices and codes did not alternate: no such pair is trusted
        self.by_order: list[int] = []  # claims whose code stands on a line below its device
        self.part = 0
        self.ahead: _Ahead | None = None
        self.above: list[int] = []  # claims whose code stands on a line above its device
        self.above_parts: set[int] = set()  # and the blocks in which that is so
        self.skipped = False  # a device in a block above was left without a code
        self.crossed = False  # a code was taken over a blank line
        self.last_line = -1
        self.headed_claim: int | None = (
            None  # the claim that a heading makes of the device right above
        )
        self.under: tuple[int, int] | None = None  # a claim by words below a device, their line
        self.followed: list[tuple[int, WaitingDevice]] = []

    # -- lines as they come --

    def gap(self) -> None:
        """A blank line ends a block."""
        self._stray_ahead()
        self.part += 1
        self.under = self.headed_claim = None

    def says(self, unit: Segment) -> bool:
        """Whether the words beside devices answer, whatever stands above them."""
        return self._outcome(remark_of(unit.rest)) is not None

    def devices(self, unit: Segment, where: str, number: int) -> None:
        """Devices with no code on their line."""
        groups = groups_of(unit)
        if len(groups) > 1:
            self._in_groups(unit, groups, where, number)
            return
        said = remark_of(unit.rest)
        outcome = self._outcome(said)
        if outcome is Outcome.UNCLEAR and asks_for_codes(unit.rest) and "code" in unit.rest.lower():
            outcome = None  # who asks for the code is looking for it and answers nothing
        for word in unit.devices:
            if word.device is None:
                continue
            if outcome is None:
                kind = labelled_type(unit.text[: word.start - unit.start])
                self.wait(word.device, where, number, kind)
            else:
                self.found.claims.append(Claim(word.device, where, outcome=outcome, remark=said))

    def wait(self, device: DeviceId, where: str, number: int, kind: str = "") -> None:
        """A device of which nothing is said yet; a code above it in its block may be its own."""
        waiting = WaitingDevice(device, where, kind, self.part)
        if self.under and number == self.under[1] + 1:
            self.followed.append((self.under[0], waiting))
        self.under = None
        self.last_line = number
        if self.ahead and self.ahead.part == self.part and not self.waiting:
            word, where_code, part = self.ahead
            self.ahead = None
            if part in self.above_parts:
                self.order_broken = True
            self.above.append(len(self.found.claims))
            self.above_parts.add(part)
            self._coded(device, word, where_code, "")
            return
        if self.part in self.above_parts:
            self.order_broken = True  # two devices in a block with one code
        self.waiting.append(waiting)

    def wait_all(self, found: ListedColumns, number: int) -> None:
        """Thousands of devices, one a line from line ``number`` on; nothing is said of them yet."""
        self.wait(found[0].device, found[0].where, number)
        self.order_broken |= (
            self.part in self.above_parts
        )  # several devices in a block with one code
        self.waiting.extend(found[1:], self.part)
        self.last_line = number + len(found) - 1

    def on_one_line(self, unit: Segment, where: str) -> None:
        """Devices and codes on one line: by their order, or by the words between them."""
        self.waiting.clear()  # nothing was said of those
        self.under = None
        taken, codes, rest = unit.devices, unit.codes, unit.rest
        if calls_code_wrong(unit) or calls_code_otherwise(unit):
            for word in taken:
                if word.device:
                    self.found.claims.append(Claim(word.device, where, bad_code=True))
            reason = "the words next to an install code cast doubt on it"
            self.found.rejects.append(Reject(rest[:100].strip(), reason, where))
            return
        pairs = pairs_of(unit)
        if not pairs and len(taken) == 1:
            pairs = [(taken[0], code) for code in codes]
        for device, code in pairs:
            self._coded(device.device, code, where, rest)
        if pairs:
            return
        for word in taken:
            if word.device:
                self.found.claims.append(Claim(word.device, where, bad_code=True))
        reason = "it is not clear which code belongs to which device"
        self.found.rejects.append(Reject(rest[:100].strip(), reason, where))

    def code(
        self, word: Token, lead: str, where: str, *, called: bool, doubted: bool = False
    ) -> None:
        """A code on a line of its own belongs to the one device waiting above it, or to none.

        ``lead``: the words before it.  ``called``: its surroundings make a code of it.
        ``doubted``: the words beside it do not bear it out.
        """
        labelled = labels_code(lead)
        proven = has_good_crc(word.text)
        other = not labelled and calls_otherwise(lead)
        if not proven and (other or not (labelled or called)):
            # Nothing calls it a code and no CRC bears it out: a tracking number, a hash.
            digits = len(code_digits(word.text))
            self.found.warnings.append(f"{where}: {digits} hex digits are not taken")
            return
        if word.form is TokenForm.ODD_LENGTH and not self.waiting and not labelled:
            return
        kind = labelled_type(lead)
        candidates = self._candidates(kind)
        near = [one for one in candidates if one.part == self.part]
        if len(near) == 1 and len(candidates) > 1:
            candidates, self.skipped = near, True  # of those in blocks above nothing was said
        if len(candidates) == 1:
            self.crossed |= candidates[0].part != self.part
            if kind and kind == candidates[0].kind:
                self.waiting.remove(candidates[0])
            else:
                self.waiting.clear()
                self.by_order.append(len(self.found.claims))
            if doubted:
                device = candidates[0].device
                self.found.claims.append(Claim(device, where, bad_code=True))
                reason = "the words next to an install code cast doubt on it"
                self.found.rejects.append(Reject(str(device), reason, where, device))
            else:
                self._coded(candidates[0].device, word, where, "")
            return
        if labelled and not doubted and not self.waiting and not self.ahead:
            self.ahead = _Ahead(word, where, self.part)
            return
        self._stray_ahead()
        self._stray(word, where)

    def words(self, text: str, number: int) -> bool:
        """Words on a line of their own that answer the one device right above; whether they do."""
        recent = self.waiting.last(_RECENT)
        near = [one for one in recent if one.part == self.part]
        if len(near) != 1 or recent[-1] is not near[0]:
            return False
        field = _FIELD.match(text)
        role = header_meaning(field.group(1)).role if field else None
        if field and role in (Role.CODE, Role.REMARK, Role.DENIAL):
            said = normalise_phrase(field.group(2))
            denied = role is Role.DENIAL and says_no(said)
            outcome = Outcome.NOT_INSTALLER if denied else self._outcome(said)
            if outcome in (None, Outcome.PROVIDED) or (role is Role.DENIAL and not denied):
                return False
        else:
            said = normalise_phrase(text)
            remark = read_remark(said)
            outcome = remark.outcome
            plain = outcome in (Outcome.NOT_INSTALLER, Outcome.UNCLEAR)
            plain = plain and (remark.definite or (self.in_reply and len(said) <= _SHORT))
            if not plain or number != self.last_line + 1 or said.endswith(":"):
                return False
            if mentions_several(said):
                return False
            self.under = (len(self.found.claims), number)
        self.waiting.remove(near[0])
        self.found.claims.append(
            Claim(near[0].device, near[0].where, outcome=outcome, remark=said[:_REMARK])
        )
        return True

    def settle(self) -> None:
        """At the end: distrust what its order does not prove."""
        self._stray_ahead()
        answered = {claim.device for claim in self.found.claims}
        for index, one in self.followed:
            if one.device not in answered:
                # Words between two devices: of the one above, or a heading of those below?
                claim = self.found.claims[index]
                self.found.claims[index] = claim._replace(outcome=Outcome.UNCLEAR)
                self.found.claims.append(
                    Claim(one.device, one.where, outcome=Outcome.UNCLEAR, remark=claim.remark)
                )
        if (self.above and self.by_order) or (self.skipped and self.crossed):
            self.order_broken = True
        if self.order_broken:
            self._distrust_order()

    # -- inside --

    def _candidates(self, kind: str) -> list[WaitingDevice]:
        """The waiting devices that a code, perhaps called one of a ``kind``, can be of."""
        if kind:
            recent = self.waiting.last(_RECENT)
            alike = [one for one in recent if one.kind == kind and one.part == self.part]
            if alike:
                return alike
            if any(one.kind and one.kind != kind for one in recent[-1:]):
                return []
        # A hub with another device below it was only mentioned.
        recent = self.waiting.last(_RECENT)
        return [one for one in recent if one.kind not in OUT_OF_SCOPE or one is recent[-1]]

    def _outcome(self, said: str) -> Outcome | None:
        remark = read_remark(said)
        return remark.outcome if remark.definite or self.in_reply else None

    def _in_groups(self, unit: Segment, groups: list[list[Token]], where: str, number: int) -> None:
        """Several groups of devices on one line, each with words of its own before or behind it."""
        ends = [unit.start, *(group[-1].end for group in groups)]
        starts = [*(group[0].start for group in groups), unit.start + len(unit.text)]
        gaps = [
            unit.text[end - unit.start : start - unit.start]
            for end, start in zip(ends, starts, strict=True)
        ]
        said = remark_of(unit.rest)
        outcomes = outcomes_of([remark_of(gap) for gap in gaps], self._outcome)
        for group, outcome in zip(groups, outcomes, strict=True):
            for word in group:
                if word.device is None:
                    continue
                if outcome is None:
                    self.wait(word.device, where, number)
                else:
                    self.found.claims.append(
                        Claim(word.device, where, outcome=outcome, remark=said)
                    )

    def _coded(self, device: DeviceId | None, word: Token, where: str, rest: str) -> None:
        if device is None:
            return
        said = remark_of(rest)
        code = read_code(word.text)
        if isinstance(code, BadCode):
            self.found.rejects.append(Reject(code.text, code.reason, where, device))
            self.found.claims.append(Claim(device, where, remark=said, bad_code=True))
            return
        denied = read_remark(said).outcome is Outcome.NOT_INSTALLER
        contradicts = Outcome.NOT_INSTALLER if denied else None
        digits = len(code_digits(word.text))
        self.found.claims.append(Claim(device, where, code, contradicts, said, digits=digits))

    def _stray_ahead(self) -> None:
        if self.ahead:
            word, where, _ = self.ahead
            self.ahead = None
            self._stray(word, where)

    def _stray(self, word: Token, where: str) -> None:
        self.order_broken = True
        if self.headed_claim is not None:
            # A heading denies the device right above, and here stands a code: neither is plain.
            claim = self.found.claims[self.headed_claim]
            self.found.claims[self.headed_claim] = claim._replace(outcome=Outcome.UNCLEAR)
        for one in self.waiting:
            self.found.claims.append(Claim(one.device, one.where, bad_code=True))
        self.waiting.clear()
        self.found.stray_code = True
        reason = "an install code without exactly one Device ID next to it"
        self.found.rejects.append(Reject(word.text, reason, where))

    def _distrust_order(self) -> None:
        """Where devices and codes do not alternate, a pair made by their order may be shifted."""
        claims = self.found.claims
        for index in [*self.by_order, *self.above]:
            claim = claims[index]
            if claim.code is not None:
                claims[index] = Claim(claim.device, claim.where, bad_code=True)
                reason = (
                    "devices and install codes do not alternate here: it is not clear which"
                    " belong together"
                )
                self.found.rejects.append(
                    Reject(str(claim.device), reason, claim.where, claim.device)
                )
        for one in self.waiting:
            claims.append(Claim(one.device, one.where, bad_code=True))
