"""Codes and words beside, below or above the Device ID that they are of, in running text.

On one line the order and the words between decide.  Over several lines a code belongs to the one
device waiting above it, or, in a block parted by blank lines, to the only device of that block.
Where the order does not prove itself over the whole text, no pair made by it is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId
from exchange.domain.mail import Outcome, Reject
from exchange.parsing.codes import BadCode, code_digits, has_good_crc, read_code
from exchange.parsing.findings import Claim, Findings
from exchange.parsing.remarks import (
    doubts,
    plain_words,
    read_remark,
    says_no,
    speaks_of_rest,
    speaks_of_several,
)
from exchange.parsing.wording import Role, device_type_of, header_wording, labels_code
from exchange.parsing.words import Form, Word, without

HUBS: Final = frozenset(("CHF", "GPF", "IHD", "CAD"))
LEFTOVER: Final = re.compile(
    r"[\s,;:.|/&()\[\]\-*\u2022\u00b7\"'<>#=]+|\b(?:and|or|nor)\b", re.I
)
_BETWEEN_LISTED = re.compile(
    r"[\s,;:.|/&()\[\]\-\"']+|\b(?:and|or|nor|also|esme|gsme|gpf|chf|ppmid|ihd|meter|device|elec"
    r"|electricity|gas|the|id)\b",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z0-9(])")
_BELONGS = re.compile(r"\b(?:for|of|belongs? to|goes with)\b", re.I)
_JOINED_TO = re.compile(r"[\s,;]*(?:\b(?:but|and|while|whereas|however)\b[\s,;:]*)+$", re.I)
_FIELD = re.compile(r"\s*[-*\u2022]?\s*([A-Za-z][A-Za-z ?/()]{0,40}?)\s*[:=]\s*(\S.{0,300})")
# What may stand before a code without making anything else of it.
_CODE_LEAD = re.compile(
    r"\b(?:esme|gsme|gpf|chf|ppmid|ihd|elec(?:tric(?:ity)?)?|gas|meters?|devices?|hub|code|ic|is|it|its"
    r"|it's|use|for|of|the|and|with|crc|without|ours?|yes|y|installed|fitted|by|us|provided|x|smets"
    r"|eui|id|guid|type|hex|install(?:ation)?|key|here|below|new|correct)\b",
    re.I,
)
_BRACKETED = re.compile(r"[(\[][^()\[\]]*[)\]]")
_DISTRUSTED = re.compile(
    r"\b(?:ignore|disregard|wrong(?:ly)?|incorrect|invalid|superseded|obsolete|typo|mistaken?(?:ly)?"
    r"|no longer valid|(?:do not|don't|not to) use|example|dummy|in error|out of date)\b"
    r"|(?:\bnot|n't|\bnever)\W*$",
    re.I,
)
_TALK = re.compile(
    r"\b(?:ours?|us|we|only|except|but|yes|installed|fitted|did|not|codes?|however|apart|was|is"
    r"|were|are|if|see|this|that|which)\b",
    re.I,
)
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_REMARK: Final = 300
_SHORT: Final = 60
_NEARBY: Final = 200


class Unit(NamedTuple):
    """A line, or those of its sentences that speak of the same devices."""

    devices: list[Word]
    codes: list[Word]
    text: str
    start: int  # its column in the line

    @property
    def rest(self) -> str:
        """The text without its devices and codes."""
        return without(self.text, [*self.devices, *self.codes], self.start)


@dataclass(slots=True)
class _Waiting:
    """A Device ID whose code or answer may stand on a following line."""

    device: DeviceId
    where: str
    kind: str = ""
    part: int = 0  # the block between blank lines in which it stands


class _Ahead(NamedTuple):
    """A code that is called one and stands above the device of its block, if there is one."""

    word: Word
    where: str
    part: int


def before(text: str, word: Word) -> str:
    """The words before a word, as far back as a label can stand."""
    lead = text[max(0, word.start - _NEARBY) : word.start]
    return lead[:-2] if lead[-2:].lower() == "0x" else lead


def labelled_type(lead: str) -> str:
    """The device type that the words right before a value name, or nothing."""
    return device_type_of(lead[-40:]) if lead.strip() else ""


def is_mere_item(rest: str) -> bool:
    """Whether what stands beside a device is no more than an item of a list holds."""
    return not _TALK.search(rest) and len(_LETTERS.findall(rest[:_REMARK])) <= 8


def sentences(
    text: str, devices: Sequence[Word], codes: Sequence[Word]
) -> tuple[list[Unit], list[str]]:
    """A line in units, each with devices of its own, and its sentences on the rest of a list.

    One unit where a sentence has a code and no device: then they belong together over its end.
    """
    whole = [Unit(list(devices), list(codes), text, 0)]
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    words = [*devices, *codes]
    cuts = [cut for cut in cuts if not any(word.start < cut < word.end for word in words)]
    if len(cuts) == 2 or not devices:
        return whole, []
    units: list[Unit] = []
    aside: list[str] = []
    lead = 0
    for start, end in zip(cuts, cuts[1:], strict=False):
        own = [word for word in devices if start <= word.start < end]
        its = [word for word in codes if start <= word.start < end]
        if own:
            begin = lead if not units else start
            units.append(Unit(own, its, text[begin:end], begin))
        elif its:
            return whole, []
        elif speaks_of_rest(text[start:end]):
            aside.append(text[start:end])
            lead = end if not units else lead
        elif units:
            last = units.pop()
            if len(last.text) + last.start != start:
                return whole, []  # a sentence on the rest stands between
            units.append(last._replace(text=text[last.start : end]))
    return units, aside


class Pairing:
    """What is claimed of each device, as the lines come."""

    def __init__(self, found: Findings, *, in_reply: bool) -> None:
        self.found = found
        self.in_reply = in_reply
        self.waiting: list[_Waiting] = []
        self.spoiled = False  # devices and codes did not alternate: no such pair is trusted
        self.by_order: list[int] = []  # claims whose code stands on a line below its device
        self.part = 0
        self.ahead: _Ahead | None = None
        self.above: dict[int, int] = {}  # claim whose code stands above it -> its block
        self.skipped = False  # a device in a block above was left without a code
        self.crossed = False  # a code was taken over a blank line
        self.last_line = -1
        self.headed: int | None = None  # the claim that a heading makes of the device right above
        self.under: tuple[int, int] | None = None  # a claim by words below a device, their line
        self.followed: list[tuple[int, _Waiting]] = []

    # -- lines as they come --

    def gap(self) -> None:
        """A blank line ends a block."""
        self._stray_ahead()
        self.part += 1
        self.under = self.headed = None

    def says(self, unit: Unit) -> bool:
        """Whether the words beside devices answer, whatever stands above them."""
        return self._outcome(remark_of(unit.rest)) is not None

    def devices(self, unit: Unit, where: str, number: int) -> None:
        """Devices with no code on their line."""
        groups = _groups(unit)
        if len(groups) > 1:
            self._in_groups(unit, groups, where, number)
            return
        said = remark_of(unit.rest)
        outcome = self._outcome(said)
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
        waiting = _Waiting(device, where, kind, self.part)
        if self.under and number == self.under[1] + 1:
            self.followed.append((self.under[0], waiting))
        self.under = None
        self.last_line = number
        if self.ahead and self.ahead.part == self.part and not self.waiting:
            word, where_code, part = self.ahead
            self.ahead = None
            if part in self.above.values():
                self.spoiled = True
            self.above[len(self.found.claims)] = part
            self._coded(device, word, where_code, "")
            return
        if self.part in self.above.values():
            self.spoiled = True  # two devices in a block with one code
        self.waiting.append(waiting)

    def on_one_line(self, unit: Unit, where: str) -> None:
        """Devices and codes on one line: by their order, or by the words between them."""
        self.waiting.clear()  # nothing was said of those
        self.under = None
        taken, codes = unit.devices, unit.codes
        if _distrusts(unit) or _unlikely(unit):
            for word in taken:
                if word.device:
                    self.found.claims.append(Claim(word.device, where, spoiled=True))
            reason = "the words beside an install code do not bear it out"
            self.found.rejects.append(Reject(unit.rest[:100].strip(), reason, where))
            return
        for device, code in _pairs(unit):
            self._coded(device.device, code, where, unit.rest)
        if _pairs(unit):
            return
        if len(taken) == 1:
            for code in codes:
                self._coded(taken[0].device, code, where, unit.rest)
            return
        for word in taken:
            if word.device:
                self.found.claims.append(Claim(word.device, where, spoiled=True))
        reason = "it is not plain which code is of which device"
        self.found.rejects.append(Reject(unit.rest[:100].strip(), reason, where))

    def code(self, word: Word, lead: str, where: str, *, called: bool) -> None:
        """A code on a line of its own belongs to the one device waiting above it, or to none.

        ``lead``: the words before it.  ``called``: its surroundings make a code of it.
        """
        labelled = labels_code(lead)
        proven = has_good_crc(word.text)
        other = not labelled and _calls_otherwise(lead)
        if not proven and (other or not (labelled or called)):
            # Nothing calls it a code and no CRC bears it out: a tracking number, a hash.
            digits = len(code_digits(word.text))
            self.found.warnings.append(f"{where}: {digits} hex digits are not taken")
            return
        if word.form is Form.ODD and not self.waiting and not labelled:
            return
        kind = labelled_type(lead)
        candidates = self._candidates(kind)
        near = [one for one in candidates if one.part == self.part]
        if len(near) == 1 and len(candidates) > 1:
            candidates, self.skipped = near, True  # of those in blocks above nothing was said
        if len(candidates) == 1:
            self.crossed |= candidates[0].part != self.part
            self.waiting = [one for one in self.waiting if one is not candidates[0]]
            if not kind or kind != candidates[0].kind:
                self.waiting.clear()
                self.by_order.append(len(self.found.claims))
            self._coded(candidates[0].device, word, where, "")
            return
        if labelled and not self.waiting and not self.ahead:
            self.ahead = _Ahead(word, where, self.part)
            return
        self._stray_ahead()
        self._stray(word, where)

    def words(self, text: str, number: int) -> bool:
        """Words on a line of their own that answer the one device right above; whether they do."""
        near = [one for one in self.waiting if one.part == self.part]
        if len(near) != 1 or self.waiting[-1] is not near[0]:
            return False
        field = _FIELD.match(text)
        role = header_wording(field.group(1)).role if field else None
        if field and role in (Role.CODE, Role.REMARK, Role.DENIAL):
            said = plain_words(field.group(2))
            denied = role is Role.DENIAL and says_no(said)
            outcome = Outcome.NOT_INSTALLER if denied else self._outcome(said)
            if outcome in (None, Outcome.PROVIDED) or (role is Role.DENIAL and not denied):
                return False
        else:
            said = plain_words(text)
            remark = read_remark(said)
            outcome = remark.outcome
            plain = outcome in (Outcome.NOT_INSTALLER, Outcome.UNCLEAR)
            plain = plain and (remark.firm or (self.in_reply and len(said) <= _SHORT))
            if not plain or number != self.last_line + 1 or said.endswith(":"):
                return False
            if speaks_of_several(said):
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
            self.spoiled = True
        if self.spoiled:
            self._distrust_order()

    # -- inside --

    def _candidates(self, kind: str) -> list[_Waiting]:
        """The waiting devices that a code, perhaps called one of a ``kind``, can be of."""
        if kind:
            alike = [one for one in self.waiting if one.kind == kind and one.part == self.part]
            if alike:
                return alike
            if any(one.kind and one.kind != kind for one in self.waiting[-1:]):
                return []
        # A hub with another device below it was only mentioned.
        return [
            one for one in self.waiting if one.kind not in HUBS or one is self.waiting[-1]
        ]

    def _outcome(self, said: str) -> Outcome | None:
        remark = read_remark(said)
        return remark.outcome if remark.firm or self.in_reply else None

    def _in_groups(
        self, unit: Unit, groups: list[list[Word]], where: str, number: int
    ) -> None:
        """Several groups of devices on one line, each with words of its own before or behind it."""
        ends = [unit.start, *(group[-1].end for group in groups)]
        starts = [*(group[0].start for group in groups), unit.start + len(unit.text)]
        gaps = [
            unit.text[end - unit.start : start - unit.start]
            for end, start in zip(ends, starts, strict=True)
        ]
        outcomes = _of_groups([remark_of(gap) for gap in gaps], self._outcome)
        for group, outcome in zip(groups, outcomes, strict=True):
            for word in group:
                if word.device is None:
                    continue
                if outcome is None:
                    self.wait(word.device, where, number)
                else:
                    said = remark_of(unit.rest)
                    self.found.claims.append(
                        Claim(word.device, where, outcome=outcome, remark=said)
                    )

    def _coded(self, device: DeviceId | None, word: Word, where: str, rest: str) -> None:
        if device is None:
            return
        said = remark_of(rest)
        code = read_code(word.text)
        if isinstance(code, BadCode):
            self.found.rejects.append(Reject(code.text, code.reason, where, device))
            self.found.claims.append(Claim(device, where, remark=said, spoiled=True))
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

    def _stray(self, word: Word, where: str) -> None:
        self.spoiled = True
        if self.headed is not None:
            # A heading denies the device right above, and here stands a code: neither is plain.
            claim = self.found.claims[self.headed]
            self.found.claims[self.headed] = claim._replace(outcome=Outcome.UNCLEAR)
        for one in self.waiting:
            self.found.claims.append(Claim(one.device, one.where, spoiled=True))
        self.waiting.clear()
        self.found.stray_code = True
        reason = "an install code without one Device ID beside it"
        self.found.rejects.append(Reject(word.text, reason, where))

    def _distrust_order(self) -> None:
        """Where devices and codes do not alternate, a pair made by their order may be shifted."""
        claims = self.found.claims
        for index in [*self.by_order, *self.above]:
            claim = claims[index]
            if claim.code is not None:
                claims[index] = Claim(claim.device, claim.where, spoiled=True)
                reason = (
                    "devices and install codes do not alternate here: it is not plain which"
                    " belong together"
                )
                self.found.rejects.append(
                    Reject(str(claim.device), reason, claim.where, claim.device)
                )
        for one in self.waiting:
            claims.append(Claim(one.device, one.where, spoiled=True))


def _calls_otherwise(lead: str) -> bool:
    """Whether the words right before 32 or 36 digits make something else of them than a code."""
    tail = _BRACKETED.sub(" ", lead[-60:])
    cut = max(tail.rfind(sign) for sign in ",;.|\t(")
    return bool(_LETTERS.search(_CODE_LEAD.sub(" ", tail[cut + 1 :])))


def _distrusts(unit: Unit) -> bool:
    """Whether the words around a code call it wrong, or say that it is not this one."""
    if _DISTRUSTED.search(unit.rest):
        return True
    leads = [unit.text[: code.start - unit.start][-40:] for code in unit.codes]
    return any(map(_DISTRUSTED.search, leads))


def _unlikely(unit: Unit) -> bool:
    """Whether a code that no CRC bears out stands behind words that call it something else."""
    for code in unit.codes:
        ends = [word.end for word in unit.devices if word.end <= code.start]
        lead = unit.text[max(ends, default=unit.start) - unit.start : code.start - unit.start]
        if not has_good_crc(code.text) and not labels_code(lead) and _calls_otherwise(lead):
            return True
    return False


def _groups(unit: Unit) -> list[list[Word]]:
    """The devices of a unit, together where nothing but a comma or "and" stands between them."""
    groups: list[list[Word]] = []
    for word in unit.devices:
        if groups:
            between = unit.text[groups[-1][-1].end - unit.start : word.start - unit.start]
            if not _BETWEEN_LISTED.sub("", between):
                groups[-1].append(word)
                continue
        groups.append([word])
    return groups


def _of_groups(gaps: list[str], outcome_of: Callable[[str], Outcome | None]) -> list[Outcome | None]:
    """What is said of each group, from the words before the first, between them and at the end.

    Either each is followed by its words or each stands behind them; else none is plain.
    """
    lead, behind = outcome_of(gaps[0]), [outcome_of(gap) for gap in gaps[1:]]
    heads = [outcome_of(gap) for gap in gaps[:-1]]
    if not any([lead, *behind]):
        return [None] * len(behind)
    unclear: list[Outcome | None] = [Outcome.UNCLEAR] * len(behind)
    if lead is None and all(_LETTERS.search(gap) for gap in gaps[1:]):
        return list(behind)
    if lead is not None and behind[-1] is None and not _LETTERS.search(gaps[-1]):
        after = [doubts(_JOINED_TO.sub("", gap)) for gap in gaps[1:]]
        return [
            Outcome.UNCLEAR if doubtful and head is not None else head
            for head, doubtful in zip(heads, after, strict=True)
        ]
    return unclear


def _pairs(unit: Unit) -> list[tuple[Word, Word]]:
    """Devices and codes that alternate: each code behind its device, or plainly before it."""
    devices, codes = unit.devices, unit.codes
    if len(devices) != len(codes):
        return []
    ordered = sorted(devices + codes, key=lambda word: word.start)
    kinds = [word in codes for word in ordered]
    both = list(zip(devices, codes, strict=True))
    if len(devices) == 1 or kinds == [False, True] * len(devices):
        return both
    if kinds != [True, False] * len(devices):
        return []
    within = [unit.text[c.end - unit.start : d.start - unit.start] for d, c in both]
    across = [
        unit.text[d.end - unit.start : c.start - unit.start]
        for d, c in zip(devices, codes[1:], strict=False)
    ]
    plain = all(map(_BELONGS.search, within)) and not any(map(_BELONGS.search, across))
    return both if plain else []


def remark_of(rest: str) -> str:
    """The words beside a device, as a remark."""
    return plain_words(rest).strip(" -:;,.|\t\u2022*")[:_REMARK]
