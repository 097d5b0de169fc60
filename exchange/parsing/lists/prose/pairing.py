"""Pair devices with the codes and words next to, below or above them in running text.

On one line the order and the words between decide.  Over several lines a code belongs to the one
device waiting above it or, in a block between blank lines, to the only device of that block.
If the order is not the same in the whole text, no pair made by order is trusted.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exchange.domain.columns.device_columns import ListedColumns
from exchange.domain.device import DeviceId
from exchange.domain.device_type import OUT_OF_SCOPE
from exchange.domain.mail import LOOSE_CODE, LooseCode, Outcome, Reject
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.findings.waiting_devices import WaitingDevice, WaitingDevices
from exchange.parsing.identifiers.codes import (
    CODE_DIGITS,
    BadCode,
    code_digits,
    has_good_crc,
    read_code,
)
from exchange.parsing.identifiers.tokens import HASHES, Token, TokenForm
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
from exchange.parsing.lists.prose.pair_order import PairOrder
from exchange.parsing.lists.prose.split_codes import names_something
from exchange.parsing.phrases.answer_phrases import (
    asks_for_codes,
    mentions_several,
    normalise_phrase,
    read_remark,
    says_no,
)
from exchange.parsing.phrases.header_terms import Role, header_meaning, labels_code

_FIELD = re.compile(r"\s*[-*\u2022]?\s*([A-Za-z][A-Za-z ?/()]{0,40}?)\s*[:=]\s*(\S.{0,300})")
_UNEVEN: Final = "its groups of digits differ in length, and no CRC proves an install code"
_REMARK: Final = 300
_CODE_LIKE: Final = 28
_WHOLE: Final = CODE_DIGITS[1]
_SHORT: Final = 60
_RECENT: Final = 100  # the most waiting devices to look at, so that long lists take linear time


class _CodeAhead(NamedTuple):
    """A labelled code above the device of its block, if there is one."""

    token: Token
    where: str
    block: int


class Pairing:
    """Collects the claims about each device, line by line."""

    def __init__(self, found: Findings, *, in_reply: bool) -> None:
        self.found = found
        self.in_reply = in_reply
        self.waiting = WaitingDevices()
        self.order = PairOrder()
        self.by_order: list[int] = []  # claims whose code is on a line below its device
        self.block = 0
        self.unread = False  # what may be a device or a code is below those waiting, and not read
        self.code_ahead: _CodeAhead | None = None
        self.above: list[int] = []  # claims whose code is on a line above its device
        self.above_blocks: set[int] = set()  # the blocks of these claims
        self.last_line = -1
        self.headed_claim: int | None = None  # what a heading claims of the device right above
        self.under: tuple[int, int] | None = None  # a claim by words below a device, and their line
        self.followed: list[tuple[int, WaitingDevice]] = []

    # -- lines as they come --

    def end_block(self) -> None:
        """End a block at a blank line."""
        self._report_unused_ahead()
        self.block += 1
        self.under = self.headed_claim = None

    def answers(self, segment: Segment) -> bool:
        """Return whether the words next to devices answer, whatever is above them."""
        return self._outcome(remark_of(segment.rest)) is not None

    def read_devices(self, segment: Segment, where: str, number: int) -> None:
        """Read devices without a code on their line."""
        groups = groups_of(segment)
        if len(groups) > 1:
            self._read_groups(segment, groups, where, number)
            return
        phrase = remark_of(segment.rest)
        outcome = self._outcome(phrase)
        asked = asks_for_codes(segment.rest) and "code" in segment.rest.lower()
        if outcome is Outcome.UNCLEAR and asked:
            outcome = None  # somebody who asks for the code does not answer
        for token in segment.devices:
            if token.device is None:
                continue
            if outcome is None:
                kind = labelled_type(segment.text[: token.start - segment.start])
                self.wait(token.device, where, number, kind)
            else:
                self.found.claims.append(Claim(token.device, where, outcome=outcome, remark=phrase))

    def wait(self, device: DeviceId, where: str, number: int, kind: str = "") -> None:
        """Add a device without a code or words on its line ``number``: they may be on later lines.

        If a labelled code is above the device in the same block, the device gets that code.
        """
        waiting = WaitingDevice(device, where, kind, self.block)
        self.order.device(self.block)
        self.unread = False
        if self.under and number == self.under[1] + 1:
            self.followed.append((self.under[0], waiting))
        self.under = None
        self.last_line = number
        if self.code_ahead and self.code_ahead.block == self.block and not self.waiting:
            token, where_code, block = self.code_ahead
            self.code_ahead = None
            if block in self.above_blocks:
                self.order.broken = True
            self.above.append(len(self.found.claims))
            self.above_blocks.add(block)
            self._add_code(device, token, where_code, "")
            return
        if self.block in self.above_blocks:
            self.order.broken = True  # two devices in a block with one code
        self.waiting.append(waiting)

    def wait_all(self, found: ListedColumns, number: int) -> None:
        """Do what ``wait`` does for thousands of devices, one a line from line ``number`` on."""
        self.wait(found[0].device, found[0].where, number)
        self.order.broken |= (
            self.block in self.above_blocks
        )  # several devices in a block with one code
        self.waiting.extend(found[1:], self.block)
        self.last_line = number + len(found) - 1

    def pair_on_line(self, segment: Segment, where: str) -> None:
        """Pair devices and codes on one line by their order, or by the words between them."""
        self.waiting.clear()  # nothing was said about those
        self.under = None
        devices_here, codes, rest = segment.devices, segment.codes, segment.rest
        if calls_code_wrong(segment) or calls_code_otherwise(segment):
            for token in devices_here:
                if token.device:
                    self.found.claims.append(Claim(token.device, where, bad_code=True))
            reason = "the words next to an install code cast doubt on it"
            self.found.rejects.append(Reject(rest[:100].strip(), reason, where))
            return
        pairs = pairs_of(segment)
        if not pairs and len(devices_here) == 1:
            pairs = [(devices_here[0], code) for code in codes]
        for device, code in pairs:
            self._add_code(device.device, code, where, rest)
        if pairs:
            return
        for token in devices_here:
            if token.device:
                self.found.claims.append(Claim(token.device, where, bad_code=True))
        reason = "it is not clear which code belongs to which device"
        self.found.rejects.append(Reject(rest[:100].strip(), reason, where))

    def pair_below(
        self, token: Token, lead: str, where: str, *, called: bool, doubted: bool = False
    ) -> None:
        """Pair a code on a line of its own with the one device waiting above it, or with none.

        ``lead``: the words before it.  ``called``: its surroundings say that it is a code.
        ``doubted``: the words next to it cast doubt on it.
        """
        labelled = labels_code(lead)
        proven = has_good_crc(token.text)
        other = not labelled and calls_otherwise(lead)
        if not proven and (other or not (labelled or called)):
            # Nothing calls it a code and no CRC proves it: a tracking number, a hash.
            named = other and names_something(lead[-_SHORT:])
            self._report_odd(token, where, called=called and not named)
            if not named:
                self.pass_over()
            return
        if token.form is TokenForm.ODD_LENGTH and not self.waiting and not labelled:
            self.pass_over()
            self.order.lost_ahead |= self._report_odd(token, where)
            return
        kind = labelled_type(lead)
        candidates = self._candidates(kind)
        near = [one for one in candidates if one.block == self.block]
        if len(near) == 1 and len(candidates) > 1:
            candidates, self.order.skipped = (
                near,
                True,
            )  # nothing was said about those in blocks above
        if len(candidates) == 1 and not self.unread:
            if candidates[0].block != self.block:
                self.order.cross(self.block)
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
                self._add_code(candidates[0].device, token, where, "")
            return
        if labelled and not doubted and not (self.waiting or self.unread or self.code_ahead):
            self.code_ahead = _CodeAhead(token, where, self.block)
            return
        self._report_unused_ahead()
        self._report_stray(token, where)

    def _report_odd(self, token: Token, where: str, *, called: bool = True) -> bool:
        """Report digits that no device waits for; return whether they are a code, not a hash."""
        digits = code_digits(token.text)
        size = len(digits)
        glued = size > _WHOLE and (has_good_crc(digits[-_WHOLE:]) or has_good_crc(digits[:_WHOLE]))
        likely = called and size not in HASHES and size >= _CODE_LIKE and size not in CODE_DIGITS
        if glued or likely:
            reason = f"{size} hex digits: an install code has 36 with its CRC, 32 without"
            self.found.rejects.append(Reject(token.text, reason, where))
        else:
            self.found.warnings.append(f"{where}: {size} hex digits are not taken")
        return glued or likely

    def read_words(self, text: str, number: int) -> bool:
        """Read words on a line of their own; return whether they answer the device right above."""
        recent = self.waiting.last(_RECENT)
        near = [one for one in recent if one.block == self.block]
        if len(near) != 1 or recent[-1] is not near[0]:
            return False
        field = _FIELD.match(text)
        role = header_meaning(field.group(1)).role if field else None
        if field and role in (Role.CODE, Role.REMARK, Role.DENIAL):
            phrase = normalise_phrase(field.group(2))
            denied = role is Role.DENIAL and says_no(phrase)
            outcome = Outcome.NOT_INSTALLER if denied else self._outcome(phrase)
            if outcome in (None, Outcome.PROVIDED) or (role is Role.DENIAL and not denied):
                return False
        else:
            phrase = normalise_phrase(text)
            remark = read_remark(phrase)
            outcome = remark.outcome
            clear = outcome in (Outcome.NOT_INSTALLER, Outcome.UNCLEAR)
            clear = clear and (remark.definite or (self.in_reply and len(phrase) <= _SHORT))
            if not clear or number != self.last_line + 1 or phrase.endswith(":"):
                return False
            if mentions_several(phrase):
                return False
            self.under = (len(self.found.claims), number)
        self.found.headings.setdefault(normalise_phrase(text))
        self.waiting.remove(near[0])
        self.found.claims.append(
            Claim(near[0].device, near[0].where, outcome=outcome, remark=phrase[:_REMARK])
        )
        return True

    def pass_over(self) -> None:
        """Note that what may be a Device ID or a code is here and is not read.

        Below a device of its block it is that device's code, or another device.  Otherwise it may
        be the code of the device below, and every pair from here on may be shifted by one.
        """
        self.unread = True
        recent = self.waiting.last(1)
        self.order.passed_ahead |= not recent or recent[0].block != self.block

    def lose_code(self) -> None:
        """Distrust the pairs made by order: somewhere among them is a code that is not read."""
        self.order.broken |= bool(self.by_order or self.above)

    def settle(self) -> None:
        """Distrust, at the end of the text, what the order does not prove."""
        self._report_unused_ahead()
        answered = {claim.device for claim in self.found.claims}
        for index, one in self.followed:
            if one.device not in answered:
                # Words between two devices: about the one above, or a heading for those below?
                claim = self.found.claims[index]
                self.found.claims[index] = claim._replace(outcome=Outcome.UNCLEAR)
                self.found.claims.append(
                    Claim(one.device, one.where, outcome=Outcome.UNCLEAR, remark=claim.remark)
                )
        left = bool(self.waiting or self.unread)
        if self.order.is_doubtful(below=bool(self.by_order), above=bool(self.above), left=left):
            self._distrust_order()

    # -- inside --

    def _candidates(self, kind: str) -> list[WaitingDevice]:
        """Return the waiting devices that a code, perhaps of device type ``kind``, can be for."""
        if kind:
            recent = self.waiting.last(_RECENT)
            alike = [one for one in recent if one.kind == kind and one.block == self.block]
            if alike:
                return alike
            if any(one.kind and one.kind != kind for one in recent[-1:]):
                return []
        # A hub followed by another device was only mentioned.
        recent = self.waiting.last(_RECENT)
        return [one for one in recent if one.kind not in OUT_OF_SCOPE or one is recent[-1]]

    def _outcome(self, phrase: str) -> Outcome | None:
        remark = read_remark(phrase)
        return remark.outcome if remark.definite or self.in_reply else None

    def _read_groups(
        self, segment: Segment, groups: list[list[Token]], where: str, number: int
    ) -> None:
        """Read several groups of devices on one line, each with its words before or after it."""
        ends = [segment.start, *(group[-1].end for group in groups)]
        starts = [*(group[0].start for group in groups), segment.start + len(segment.text)]
        gaps = [
            segment.text[end - segment.start : start - segment.start]
            for end, start in zip(ends, starts, strict=True)
        ]
        phrase = remark_of(segment.rest)
        outcomes = outcomes_of([remark_of(gap) for gap in gaps], self._outcome)
        for group, outcome in zip(groups, outcomes, strict=True):
            for token in group:
                if token.device is None:
                    continue
                if outcome is None:
                    self.wait(token.device, where, number)
                else:
                    self.found.claims.append(
                        Claim(token.device, where, outcome=outcome, remark=phrase)
                    )

    def _add_code(self, device: DeviceId | None, token: Token, where: str, rest: str) -> None:
        if device is None:
            return
        phrase, digits = remark_of(rest), len(code_digits(token.text))
        code = read_code(token.text)
        if token.form is TokenForm.ODD_LENGTH and not has_good_crc(token.text):
            reason = code.reason if isinstance(code, BadCode) else _UNEVEN
            code = BadCode(token.text, reason)  # an ID in pairs and half of its code, perhaps
        if isinstance(code, BadCode):
            self.found.rejects.append(Reject(code.text, code.reason, where, device))
            bad = Claim(device, where, remark=phrase, bad_code=True, digits=digits)
            self.found.claims.append(bad)
            return
        denied = read_remark(phrase).outcome is Outcome.NOT_INSTALLER
        contradicts = Outcome.NOT_INSTALLER if denied else None
        self.found.claims.append(Claim(device, where, code, contradicts, phrase, digits=digits))

    def _report_unused_ahead(self) -> None:
        if self.code_ahead:
            token, where, _ = self.code_ahead
            self.code_ahead = None
            self._report_stray(token, where)

    def _report_stray(self, token: Token, where: str) -> None:
        self.order.broken = True
        if self.headed_claim is not None:
            # A heading denies the device right above, and here is a code: neither is clear.
            claim = self.found.claims[self.headed_claim]
            self.found.claims[self.headed_claim] = claim._replace(outcome=Outcome.UNCLEAR)
        for one in self.waiting:
            self.found.claims.append(Claim(one.device, one.where, bad_code=True))
        self.waiting.clear()
        self.found.stray_code = True
        code = read_code(token.text)
        if not isinstance(code, BadCode):
            bare = len(code_digits(token.text)) == CODE_DIGITS[0]
            self.found.loose_codes.append(LooseCode(code, where, without_crc=bare))
        self.found.rejects.append(Reject(token.text, LOOSE_CODE, where))

    def _distrust_order(self) -> None:
        """Mark pairs made by order as bad codes: devices and codes do not alternate, so the pairs
        may be shifted."""
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
