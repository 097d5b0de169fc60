"""The lines of a body or of a text file to findings.

A word of 16 hex digits is a Device ID when it stands alone on its line, begins it like an item of
a list, or when the words before it call it one.  Anything else is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from exchange.domain.device import DeviceId
from exchange.domain.listed import Listed, Places, Words
from exchange.domain.mail import Found, Outcome, Reject
from exchange.parsing.codes import BadCode, code_digits, has_good_crc, read_code
from exchange.parsing.devices import Damaged, read_device, read_device_cell
from exchange.parsing.findings import Claim, Findings
from exchange.parsing.gathered import Gathered
from exchange.parsing.halves import ends_in_a_piece, told_apart
from exchange.parsing.lines import Line, settled
from exchange.parsing.rejoined import Break, rejoin
from exchange.parsing.remarks import (
    asks,
    denies_all,
    leaves_rest_open,
    plain_words,
    read_remark,
    speaks_of_rest,
)
from exchange.parsing.runs import Run
from exchange.parsing.wording import (
    device_type_of,
    labels_code,
    labels_device,
    labels_heading,
    labels_id,
    names_devices,
)
from exchange.parsing.words import Form, Word, words_of

Place = Callable[[Line], str]

_BULLET = re.compile(r"\s*(?:[-*•·–o]|\(?\d{1,6}[.):]|\d{1,6}(?=\s)|[a-z][.)])?\s*")
_LEFTOVER = re.compile(r"[\s,;:.|/&()\[\]\-*•·\"'<>#=]+|\b(?:and|or)\b", re.I)
_ONE_CODE = re.compile(r"\s*(?:ic|install(?:ation)? code|cod gosod)\s*[:=]\s*", re.I)
_HUBS: Final = frozenset(("CHF", "GPF", "IHD", "CAD"))
_DEVICE_FORMS: Final = frozenset((Form.PARTED, Form.PLAIN, Form.DECIMAL))
_REMARK: Final = 300
_NEARBY: Final = 200  # characters around a word that can tell what it is
_LONGEST_LINE: Final = 2_000_000


@dataclass(slots=True)
class _Block:
    """A list under way: its heading and what waits for the rest of it."""

    labelled: bool = False  # headed by words that name devices
    asked: bool = False  # headed by a sentence that asks
    barred: bool = False  # headed by words that name something else
    sure: bool = False  # a plain Device ID stands in it
    outcome: Outcome | None = None  # what its heading says of every item
    heading: str = ""
    deferred: list[tuple[Line, Word]] = field(default_factory=list)


def read_prose(lines: Iterable[Line], place: Place, *, in_reply: bool = False) -> Findings:
    """What running text and lists say.  ``in_reply``: vague words beside a device answer too."""
    reader = Prose(place, in_reply=in_reply)
    broken: list[Break] = []
    for line in rejoin(lines, broken):
        reader.line(line)
    reader.tell_broken(broken)
    return reader.finish()


def devices_in(lines: Iterable[Line]) -> list[DeviceId]:
    """Every Device ID that stands in ``lines``, for naming only: quoted or hidden text."""
    found: dict[DeviceId, None] = {}
    for line in lines:
        for word in words_of(settled(line.text)):
            if word.device is not None and word.form in (Form.PARTED, Form.PLAIN):
                found.setdefault(word.device)
    return list(found)


class Prose:
    """A body under reading, line by line."""

    def __init__(self, place: Place, *, in_reply: bool) -> None:
        self.place = place
        self.in_reply = in_reply
        self.found = Findings()
        self.block = _Block()
        self.waiting: Gathered[Found] = Gathered()  # whose code may stand on a following line
        self.spoiled = False  # devices and codes did not alternate: no such pair is trusted
        self.by_order: list[int] = []  # claims whose code stands on a line below its device
        self.broken = False  # the line before ends inside a run of hex digits
        self.denial_line = ""
        self.leaves_open = False  # the rest of a list is spoken of, and not plainly denied
        self.hubs: list[tuple[Found, Line]] = []

    def line(self, line: Line) -> None:
        if isinstance(line, Run):
            self._run(line)
            return
        text = settled(line.text)
        if self._bare_device(line, text.strip()):
            return
        if not text.strip():
            return
        if len(text) > _LONGEST_LINE:
            self.found.warnings.append(f"{self.place(line)} is too long to be read")
            return
        words = words_of(text)
        if not words:
            # Below "IC:" alone on its line, 16 bare digits may be the half of a code.
            self.broken = ends_in_a_piece(text, ()) or bool(_ONE_CODE.fullmatch(text))
            self._words_only(text)
            return
        rest = _without(text, words)
        alone = not _LEFTOVER.sub("", _BULLET.sub("", rest, count=1))
        told = [word for word in words if word.form in _DEVICE_FORMS]
        devices, doubtful = told_apart(text, told)
        if self.broken and devices and not text[: devices[0].start].strip():
            # The line before broke off inside hex digits: this may be the rest of a code.
            doubtful += [[word] for word in devices[:1] if word.form is not Form.PARTED]
            devices = [word for word in devices if [word] not in doubtful]
        self._doubt(text, line, doubtful)
        codes = [word for word in words if word.form in (Form.CODE, Form.ODD)]
        codes = [word for word in codes if labels_device(_before(text, word)) is not False]
        taken: list[Word] = []
        for word in devices:
            # "devices A, B and C": what names the first names those listed with it.
            listed = bool(taken) and not line.table
            listed = listed and not _LEFTOVER.sub("", text[taken[-1].end : word.start])
            if self._accept(text, line, word, alone=alone, listed=listed):
                taken.append(word)
        for word in words:
            if word.form is Form.NEAR:
                self._near(text, line, word, alone=alone)
        self.broken = ends_in_a_piece(text, taken)
        if asks(rest):
            self.found.asks = True
        if not taken and not codes:
            if not alone and not devices:
                self._words_only(text)
            return
        self._pair(text, line, taken, codes, rest)

    def _bare_device(self, line: Line, text: str) -> bool:
        """The short way for the usual line of a long list: one Device ID and nothing else."""
        block = self.block
        if len(text) not in (16, 23) or self.broken or block.barred or line.table:
            return False
        device = read_device(text)
        if device is None or (text.isdecimal() and not (block.labelled or block.sure)):
            return False
        block.sure = True
        where = self.place(line)
        self.found.devices.append(Found(device, where))
        if block.outcome is not None:
            claim = Claim(device, where, outcome=block.outcome, remark=block.heading)
            self.found.claims.append(claim)
            self.denial_line = ""
        else:
            self.waiting.append(Found(device, where))
        return True

    def _run(self, run: Run) -> None:
        """Thousands of such lines together."""
        block, where, number = self.block, self.place(run), str(run.number)
        if self.broken or block.barred or block.outcome or not where.endswith(f" {number}"):
            for line in run.lines():
                self.line(line)
            return
        block.sure = True
        rows = len(run.ids)
        lead = Words.same(where.removesuffix(number), rows)
        places = Places(lead, run.number + np.arange(rows))
        found = Listed(run.ids, places, Words.same("", rows))
        self.found.devices += found
        self.waiting += found

    def tell_broken(self, broken: Iterable[Break]) -> None:
        """Take note of what is broken over two lines and cannot be read."""
        self.found.rejects += [Reject(one.text, one.reason, self.place(one.line)) for one in broken]

    def finish(self) -> Findings:
        self._close_block()
        if self.spoiled:
            self._distrust_order()
        if self.denial_line:
            self.found.denies_all = True
            if speaks_of_rest(self.denial_line) and not self.leaves_open:
                self.found.rest = self.denial_line[:_REMARK]
        self.found.rest_open = self.leaves_open
        if self.hubs and any(one.device_type not in _HUBS for one in self.found.devices):
            names = ", ".join(str(one.device) for one, _ in self.hubs[:5])
            self.found.warnings.append(
                f"{len(self.hubs)} Communications Hub or in-home device"
                f"{'s are' if len(self.hubs) > 1 else ' is'} named and not asked about: {names}"
            )
        else:
            self.found.devices += [one for one, _ in self.hubs]
        return self.found

    # -- which words are devices --

    def _doubt(self, text: str, line: Line, doubtful: Sequence[Sequence[Word]]) -> None:
        for run in doubtful:
            seen = text[run[0].start : run[-1].end]
            reason = "16 hex digits that may be a Device ID or a piece of an install code"
            self.found.rejects.append(Reject(seen, reason, self.place(line)))

    def _accept(self, text: str, line: Line, word: Word, *, alone: bool, listed: bool) -> bool:
        """Whether the surroundings make ``word`` a Device ID; notes it when they do."""
        before, block = _before(text, word), self.block
        label = labels_device(before)
        if label is False or (alone and block.barred):
            return False
        parted = word.form is Form.PARTED
        if labels_code(before) and not (parted and before.rstrip()[-1:] not in ":="):
            return False  # what is called a code is none of our devices
        strict = bool(line.table)  # a table without a column of devices proves nothing by position
        named = (
            listed
            or label is True
            or (not strict and names_devices(text[word.end : word.end + _NEARBY]))
        )
        sure = parted or named
        if word.form is Form.PLAIN and not sure and not strict:
            begins = word.start < _NEARBY and not _LEFTOVER.sub(
                "", _BULLET.sub("", before, count=1)
            )
            sure = alone or begins or block.labelled or block.asked or asks(text)
        if word.form is Form.DECIMAL and not sure and alone and not strict:
            if not (block.labelled or block.sure):
                block.deferred.append((line, word))
                return False
            sure = True
        if not sure:
            if word.form is Form.PLAIN:
                self.found.warnings.append(
                    f"{self.place(line)}: {word.text} is not taken: nothing says that it is a"
                    " Device ID"
                )
            return False
        block.sure = True
        self._note(line, word, _labelled_type(before))
        return True

    def _note(self, line: Line, word: Word, kind: str) -> None:
        if word.device is None:
            return
        found = Found(word.device, self.place(line), kind)
        if kind in _HUBS:
            self.hubs.append((found, line))
        else:
            self.found.devices.append(found)

    def _near(self, text: str, line: Line, word: Word, *, alone: bool) -> None:
        """A word that should be a Device ID and is damaged is told, when its place says so."""
        before = _before(text, word)
        if labels_device(before) is False or labels_code(before):
            return
        digits = re.sub(r"[-: ]", "", word.text)
        decimal = digits.isdecimal()
        if not any(map(str.isdigit, digits)) or (decimal and len(digits) < 14):
            return
        parted = len(word.text) > len(digits) and len(digits) in (14, 16, 18)
        listed = alone and (self.block.labelled or self.block.sure) and not decimal
        if parted or listed or labels_id(before) or (alone and not decimal and len(digits) == 16):
            seen = read_device_cell(word.text)
            if isinstance(seen, Damaged):
                self.found.rejects.append(Reject(seen.text, seen.reason, self.place(line)))

    # -- lines without a device or a code --

    def _words_only(self, text: str) -> None:
        if not _LEFTOVER.sub("", text):
            return
        self._close_block()
        heading = text.rstrip()
        asking = asks(text)
        self.found.asks |= asking
        self.block.asked = asking
        self.block.labelled = (asking and names_devices(text)) or labels_heading(heading)
        self.block.barred = labels_device(heading) is False
        said = read_remark(text)
        if denies_all(text):
            self.denial_line = plain_words(text)
            self.leaves_open = False
            self.block.outcome, self.block.heading = Outcome.NOT_INSTALLER, heading[:_REMARK]
        elif not asking and leaves_rest_open(text):
            self.found.rest, self.leaves_open = plain_words(text)[:_REMARK], True
        elif heading.endswith(":") and said.firm and said.outcome is Outcome.UNCLEAR:
            self.block.outcome, self.block.heading = Outcome.UNCLEAR, heading[:_REMARK]

    def _close_block(self) -> None:
        block = self.block
        if block.sure or block.labelled:
            for line, word in block.deferred:
                self._note(line, word, "")
        self.block = _Block()

    # -- codes and words beside a device --

    def _pair(self, text: str, line: Line, taken: list[Word], codes: list[Word], rest: str) -> None:
        where = self.place(line)
        if taken and codes:
            self.waiting = Gathered()  # nothing was said of those
            self._on_one_line(taken, codes, where, rest)
        elif codes:
            for word in codes:
                self._code_below(word, where, labelled=labels_code(_before(text, word)))
        else:
            self._devices_only(taken, where, rest)

    def _on_one_line(self, taken: list[Word], codes: list[Word], where: str, rest: str) -> None:
        ordered = sorted(taken + codes, key=lambda word: word.start)
        kinds = [word in codes for word in ordered]
        alternate = len(taken) == len(codes) and kinds == [False, True] * len(taken)
        if len(taken) == len(codes) == 1 or alternate:
            for device, code in zip(taken, codes, strict=True):
                self._coded(device.device, code, where, rest)
            return
        if len(taken) == 1:
            for code in codes:
                self._coded(taken[0].device, code, where, rest)
            return
        for word in taken:
            if word.device:
                self.found.claims.append(Claim(word.device, where, spoiled=True))
        self.found.rejects.append(
            Reject(rest[:100].strip(), "it is not plain which code is of which device", where)
        )

    def _coded(self, device: DeviceId | None, word: Word, where: str, rest: str) -> None:
        if device is None:
            return
        said = _remark(rest)
        outcome = read_remark(said).outcome
        code = read_code(word.text)
        if isinstance(code, BadCode):
            self.found.rejects.append(Reject(code.text, code.reason, where, device))
            self.found.claims.append(Claim(device, where, remark=said, spoiled=True))
            return
        contradicts = Outcome.NOT_INSTALLER if outcome is Outcome.NOT_INSTALLER else None
        self.found.claims.append(
            Claim(device, where, code, contradicts, said, digits=len(code_digits(word.text)))
        )

    def _code_below(self, word: Word, where: str, *, labelled: bool) -> None:
        """A code on a line of its own belongs to the one device waiting above it, or to none."""
        called = labelled or self.in_reply or self.block.labelled
        if not called and not has_good_crc(word.text):
            # Nothing calls it a code and no CRC bears it out: a tracking number, a hash.
            self.found.warnings.append(
                f"{where}: {len(code_digits(word.text))} hex digits are not taken"
            )
            return
        if word.form is Form.ODD and not self.waiting and not labelled:
            return
        if len(self.waiting) == 1:
            device, self.waiting = self.waiting[0], Gathered()
            self.by_order.append(len(self.found.claims))
            self._coded(device.device, word, where, "")
            return
        self.spoiled = True
        for one in self.waiting:
            self.found.claims.append(Claim(one.device, one.where, spoiled=True))
        self.waiting = Gathered()
        self.found.stray_code = True
        self.found.rejects.append(
            Reject(word.text, "an install code without one Device ID beside it", where)
        )

    def _distrust_order(self) -> None:
        """Where devices and codes do not alternate, a pair made by their order may be shifted."""
        claims = self.found.claims
        for index in self.by_order:
            claim = claims[index]
            if claim.code is not None:
                claims[index] = Claim(claim.device, claim.where, spoiled=True)
                reason = "devices and install codes do not alternate here: it is not plain which"
                self.found.rejects.append(
                    Reject(
                        str(claim.device), f"{reason} belong together", claim.where, claim.device
                    )
                )
        for one in self.waiting:
            claims.append(Claim(one.device, one.where, spoiled=True))

    def _devices_only(self, taken: list[Word], where: str, rest: str) -> None:
        said = _remark(rest)
        remark = read_remark(said)
        outcome = remark.outcome
        if outcome is not None and not remark.firm and not self.in_reply:
            outcome = None
        if outcome is None and self.block.outcome is not None:
            outcome, said = self.block.outcome, self.block.heading
            self.denial_line = ""
        for word in taken:
            if word.device is None:
                continue
            if outcome is not None:
                self.found.claims.append(Claim(word.device, where, outcome=outcome, remark=said))
            else:
                self.waiting.append(Found(word.device, where))


def _before(text: str, word: Word) -> str:
    """The words before a word, as far back as a label can stand."""
    return text[max(0, word.start - _NEARBY) : word.start]


def _labelled_type(before: str) -> str:
    return device_type_of(before[-40:]) if before.strip() else ""


def _without(text: str, words: list[Word]) -> str:
    pieces, last = [], 0
    for word in words:
        pieces.append(text[last : word.start])
        last = word.end
    return " ".join([*pieces, text[last:]])


def _remark(rest: str) -> str:
    return plain_words(rest).strip(" -:;,.|\t•*")[:_REMARK]
