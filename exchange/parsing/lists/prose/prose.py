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

from exchange.domain.columns.device_columns import ListedColumns, PlaceColumn, TextColumn
from exchange.domain.device import DeviceId
from exchange.domain.device_type import OUT_OF_SCOPE
from exchange.domain.mail import Found, Outcome, Reject
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.identifiers.devices import (
    DamagedId,
    is_exponent_notation,
    read_device,
    read_device_cell,
)
from exchange.parsing.identifiers.tokens import Token, TokenForm, find_tokens, remove_tokens
from exchange.parsing.lists.prose.device_runs import DeviceRun
from exchange.parsing.lists.prose.line_segments import (
    LEFTOVER,
    Segment,
    calls_code_wrong,
    is_mere_item,
    labelled_type,
    split_segments,
    words_before,
)
from exchange.parsing.lists.prose.pairing import Pairing
from exchange.parsing.lists.prose.split_codes import ends_in_a_piece, separate_split_codes
from exchange.parsing.lists.prose.unwrap_lines import UnprovenBreak, unwrap_lines
from exchange.parsing.phrases.answer_phrases import (
    Remark,
    asks_for_codes,
    denies_all,
    denies_this,
    hedges,
    is_denial_heading,
    is_sign_off,
    leaves_rest_open,
    mentions_rest,
    normalise_phrase,
    read_remark,
)
from exchange.parsing.phrases.header_terms import (
    is_list_heading,
    labels_code,
    labels_device,
    labels_id,
    names_devices,
)
from exchange.parsing.text.lines import Line, settled

PlaceOf = Callable[[Line], str]

_BULLET = re.compile(r"\s*(?:[-*•·–o]|\(?\d{1,6}[.):]|\d{1,6}(?=\s)|[a-z][.)])?\s*")
_LISTED = re.compile(r"[ ]?(?:[,;/&+]|\b(?:and|or|nor)\b)", re.I)
_ONE_CODE = re.compile(r"\s*(?:ic|install(?:ation)? code|cod gosod)\s*[:=]\s*", re.I)
_PAIRED = re.compile(r"(?:\w{1,3}[-:]){6}")
_OTHER_LETTER = re.compile(r"[G-HJ-KM-NP-Zg-hj-km-np-z]")  # no hex digit, and like none
_DEVICE_FORMS: Final = frozenset((TokenForm.SEPARATED, TokenForm.BARE, TokenForm.DECIMAL))
_OPEN: Final = Remark(Outcome.UNCLEAR, definite=True)
_REMARK: Final = 300
_MARGIN: Final = 50  # a line that a mail client broke is at least so long, in characters
_WIDEST: Final = 100
_PARAGRAPH: Final = 400
_TELLING = re.compile(r"install|fit|ours", re.I)  # without these a sentence denies nothing
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
    items: int = 0  # how many its heading was said of
    parted: bool = False  # a blank line stands between two of them
    deferred: list[tuple[Line, Token]] = field(default_factory=list)


def read_prose(lines: Iterable[Line], place: PlaceOf, *, in_reply: bool = False) -> Findings:
    """What running text and lists say.  ``in_reply``: vague words beside a device answer too."""
    reader = ProseReader(place, in_reply=in_reply)
    broken: list[UnprovenBreak] = []
    for line in unwrap_lines(lines, broken):
        reader.line(line)
    reader.tell_broken(broken)
    return reader.finish()


def devices_in(lines: Iterable[Line]) -> list[DeviceId]:
    """Every Device ID that stands in ``lines``, for naming only: quoted or hidden text."""
    found: dict[DeviceId, None] = {}
    for line in lines:
        for word in find_tokens(settled(line.text)):
            if word.device is not None and word.form in (TokenForm.SEPARATED, TokenForm.BARE):
                found.setdefault(word.device)
    return list(found)


class ProseReader:
    """A body under reading, line by line."""

    def __init__(self, place: PlaceOf, *, in_reply: bool) -> None:
        self.place = place
        self.in_reply = in_reply
        self.found = Findings()
        self.block = _Block()
        self.pairing = Pairing(self.found, in_reply=in_reply)
        self.broken = False  # the line before ends inside a run of hex digits
        self.denial_line = ""
        self.hedged = False  # a line near the denial takes some of it back
        self.signed = False  # the mail's closing words have passed
        self.leaves_open = False  # the rest of a list is spoken of, and not plainly denied
        self.wrapped = ""  # words that may go on in the next line
        self.wrapped_line = -1
        self.hubs: list[tuple[Found, Line]] = []

    def line(self, line: Line) -> None:
        if isinstance(line, DeviceRun):
            self._run(line)
            return
        text = settled(line.text)
        if self._bare_device(line, text.strip()):
            return
        if not text.strip():
            self._blank()
            return
        if len(text) > _LONGEST_LINE:
            self.found.warnings.append(f"{self.place(line)} is too long to be read")
            return
        words = find_tokens(text)
        if not words:
            if (self.block.labelled or self.block.sure) and is_exponent_notation(text.strip()):
                self._damaged(text.strip(), line)
                return
            # Below "IC:" alone on its line, 16 bare digits may be the half of a code.
            self.broken = ends_in_a_piece(text, ()) or bool(_ONE_CODE.fullmatch(text))
            self._words_only(text, line.number)
            return
        rest = remove_tokens(text, words)
        alone = not LEFTOVER.sub("", _BULLET.sub("", rest, count=1))
        told = [word for word in words if word.form in _DEVICE_FORMS]
        devices, doubtful = separate_split_codes(text, told)
        if self.broken and devices and not text[: devices[0].start].strip():
            # The line before broke off inside hex digits: this may be the rest of a code.
            doubtful += [[word] for word in devices[:1] if word.form is not TokenForm.SEPARATED]
            devices = [word for word in devices if [word] not in doubtful]
        self._doubt(text, line, doubtful)
        codes = [word for word in words if word.form in (TokenForm.CODE, TokenForm.ODD_LENGTH)]
        codes = [word for word in codes if labels_device(words_before(text, word)) is not False]
        taken: list[Token] = []
        for word in devices:
            # "devices A, B and C": what names the first names those listed with it.
            listed = bool(taken) and not line.table
            listed = listed and _in_list(text[taken[-1].end : word.start], word.form)
            if word.form is TokenForm.DECIMAL and len(words) > 1:
                alone = False  # a number beside a device is an order's, a phone's, a meter point's
            others = any(one.form is TokenForm.SEPARATED for one in devices if one is not word)
            if self._accept(text, line, word, alone=alone, listed=listed, others=others):
                taken.append(word)
        for word in words:
            if word.form is TokenForm.DAMAGED:
                self._near(text, line, word, alone=alone)
        self.broken = ends_in_a_piece(text, taken)
        if asks_for_codes(rest):
            self.found.asks = True
        if not taken and not codes:
            if not alone and not devices:
                self._words_only(text, line.number)
            return
        self._pair(text, line, taken, codes)

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
            self._headed(device, where, mere=True)
        else:
            self.pairing.wait(device, where, line.number)
        return True

    def _run(self, run: DeviceRun) -> None:
        """Thousands of lines that are one Device ID each."""
        block, where, number = self.block, self.place(run), str(run.number)
        plain = not (self.broken or block.barred or block.outcome or self.wrapped)
        if not plain or not where.endswith(f" {number}"):
            for line in run.lines():
                self.line(line)
            return
        block.sure = True
        rows = len(run.ids)
        places = PlaceColumn(
            TextColumn.repeat(where.removesuffix(number), rows), run.number + np.arange(rows)
        )
        found = ListedColumns(run.ids, places, TextColumn.repeat("", rows))
        self.found.devices += found
        self.pairing.wait_all(found, run.number)

    def tell_broken(self, broken: Iterable[UnprovenBreak]) -> None:
        """Take note of what is broken over two lines and cannot be read."""
        self.found.rejects += [Reject(one.text, one.reason, self.place(one.line)) for one in broken]

    def finish(self) -> Findings:
        self._close_block()
        self.pairing.settle()
        if self.denial_line:
            self.found.denies_all = True
            self.found.hedged = self.hedged
            self.found.denies_one = denies_this(self.denial_line)
            if mentions_rest(self.denial_line) and not self.leaves_open:
                self.found.rest_words = self.denial_line[:_REMARK]
        self.found.rest_open = self.leaves_open
        if self.hubs and any(one.device_type not in OUT_OF_SCOPE for one in self.found.devices):
            names = ", ".join(str(one.device) for one, _ in self.hubs[:5])
            self.found.warnings.append(
                f"{len(self.hubs)} Communications Hub or in-home device"
                f"{'s are' if len(self.hubs) > 1 else ' is'} named and not asked about: {names}"
            )
        else:
            self.found.devices += [one for one, _ in self.hubs]
        return self.found

    # -- which words are devices --

    def _doubt(self, text: str, line: Line, doubtful: Sequence[Sequence[Token]]) -> None:
        for run in doubtful:
            seen = text[run[0].start : run[-1].end]
            reason = "16 hex digits that may be a Device ID or a piece of an install code"
            self.found.rejects.append(Reject(seen, reason, self.place(line)))

    def _accept(
        self, text: str, line: Line, word: Token, *, alone: bool, listed: bool, others: bool
    ) -> bool:
        """Whether the surroundings make ``word`` a Device ID; notes it when they do.

        ``listed``: it stands in a list with one that is taken.  ``others``: the line has a Device
        ID with separators, so that one without is likely a serial number.
        """
        lead, block = words_before(text, word), self.block
        label = labels_device(lead)
        if label is False or (alone and block.barred):
            if alone and label is not False and word.form is TokenForm.SEPARATED:
                self.found.warnings.append(
                    f"{self.place(line)}: {word.text} is not taken: the words above it name"
                    " something else"
                )
            return False
        parted = word.form is TokenForm.SEPARATED
        called = labels_code(lead) and not (parted and lead.rstrip()[-1:] not in ":=")
        if called and not (parted and asks_for_codes(text)):
            return False  # what is called a code is none of our devices
        strict = bool(line.table)  # a table without a column of devices proves nothing by position
        named = (
            listed
            or label is True
            or (not strict and names_devices(text[word.end : word.end + _NEARBY]))
        )
        sure = parted or named
        if word.form is TokenForm.BARE and not (sure or strict or others):
            begins = word.start < _NEARBY and not LEFTOVER.sub("", _BULLET.sub("", lead, count=1))
            sure = alone or begins or block.labelled or block.asked or asks_for_codes(text)
        if word.form is TokenForm.DECIMAL and not sure and alone and not strict:
            if not (block.labelled or block.sure):
                block.deferred.append((line, word))
                return False
            sure = True
        if not sure:
            if word.form is TokenForm.BARE:
                self.found.warnings.append(
                    f"{self.place(line)}: {word.text} is not taken: nothing says that it is a"
                    " Device ID"
                )
            return False
        block.sure = True
        self._note(line, word, labelled_type(lead))
        return True

    def _note(self, line: Line, word: Token, kind: str) -> None:
        if word.device is None:
            return
        found = Found(word.device, self.place(line), kind)
        if kind in OUT_OF_SCOPE:
            self.hubs.append((found, line))
        else:
            self.found.devices.append(found)

    def _near(self, text: str, line: Line, word: Token, *, alone: bool) -> None:
        """A word that should be a Device ID and is damaged is told, when its place says so."""
        lead = words_before(text, word)
        if labels_device(lead) is False or labels_code(lead):
            return
        digits = re.sub(r"[-: ]", "", word.text)
        decimal = digits.isdecimal()
        if not any(map(str.isdigit, digits)) or (decimal and len(digits) < 14):
            return
        parted = len(word.text) > len(digits) and len(digits) in (14, 16, 18)
        parted = parted or bool(_PAIRED.match(word.text) and not decimal)
        listed = alone and (self.block.labelled or self.block.sure) and not decimal
        bare = alone and not decimal and len(digits) == 16 and not _OTHER_LETTER.search(digits)
        if parted or listed or labels_id(lead) or bare:
            self._damaged(word.text, line)

    def _damaged(self, text: str, line: Line) -> None:
        seen = read_device_cell(text)
        if isinstance(seen, DamagedId):
            self.found.rejects.append(Reject(seen.text, seen.reason, self.place(line)))

    # -- lines without a device or a code --

    def _blank(self) -> None:
        self.pairing.gap()
        self.wrapped = ""
        self.block.parted |= bool(self.block.items)

    def _words_only(self, text: str, number: int) -> None:
        if not LEFTOVER.sub("", text):
            return
        if self.pairing.words(text, number):
            return
        text = self._unwrapped(text, number)
        self._close_block()
        heading = text.rstrip()
        asking = asks_for_codes(text)
        self.found.asks |= asking
        self.block.asked = asking
        self.block.labelled = (asking and names_devices(text)) or is_list_heading(heading)
        self.block.barred = labels_device(heading) is False and not self.block.labelled
        self.signed |= is_sign_off(text)
        said = read_remark(text)
        if denies_all(text) or (not self.denial_line and denies_this(text)):
            self.denial_line = normalise_phrase(text)
            self.leaves_open = False
            self.hedged |= hedges(text)
            if not denies_this(text):
                self.block.outcome, self.block.heading = Outcome.NOT_INSTALLER, heading[:_REMARK]
        elif not asking and leaves_rest_open(text):
            self.found.rest_words, self.leaves_open = normalise_phrase(text)[:_REMARK], True
        elif heading.endswith(":") and (is_denial_heading(text) or said == _OPEN):
            self.block.outcome, self.block.heading = said.outcome, heading[:_REMARK]
        elif not self.signed:
            self.hedged |= hedges(text)

    def _unwrapped(self, text: str, number: int) -> str:
        """A line with the one before it, where a mail client broke a sentence at its margin."""
        goes_on = self.wrapped and number == self.wrapped_line + 1
        joined = f"{self.wrapped} {text.strip()}" if goes_on else text
        open_end = _MARGIN <= len(text) <= _WIDEST and text.rstrip()[-1:] not in ".:;!?"
        self.wrapped = joined if open_end and len(joined) <= _PARAGRAPH else ""
        self.wrapped_line = number
        if (
            goes_on
            and self.denial_line
            and self.denial_line == normalise_phrase(joined[: -len(text)])
        ):
            self.denial_line = ""
        return joined if _TELLING.search(joined) else text

    def _headed(self, device: DeviceId, where: str, *, mere: bool) -> None:
        """An item below a heading that says what holds for all its items."""
        block = self.block
        block.items += 1
        self.denial_line = ""
        # Behind a blank line, or with words of its own, it may be no item of that heading.
        plain = mere and not block.parted
        outcome = block.outcome if plain else Outcome.UNCLEAR
        self.pairing.headed_claim = len(self.found.claims)
        self.found.claims.append(Claim(device, where, outcome=outcome, remark=block.heading))

    def _close_block(self) -> None:
        block = self.block
        if block.sure or block.labelled:
            for line, word in block.deferred:
                self._note(line, word, "")
        self.block = _Block()

    # -- codes and words beside a device --

    def _pair(self, text: str, line: Line, taken: list[Token], codes: list[Token]) -> None:
        where, pairing = self.place(line), self.pairing
        if not taken:
            called = self.in_reply or (self.block.labelled and not self.found.asks)
            doubted = calls_code_wrong(Segment([], codes, text, 0))
            for word in codes:
                lead = words_before(text, word)
                pairing.code(word, lead, where, called=called, doubted=doubted)
            return
        if line.table:
            units, aside = [Segment(taken, codes, text, 0)], list[str]()
        else:
            units, aside = split_segments(text, taken, codes)
        for unit in units:
            if unit.codes:
                pairing.on_one_line(unit, where)
            elif self.block.outcome is not None and not pairing.says(unit):
                for word in unit.devices:
                    if word.device is not None:
                        self._headed(word.device, where, mere=is_mere_item(unit.rest))
            else:
                pairing.devices(unit, where, line.number)
                if not is_mere_item(unit.rest):
                    self.found.in_sentences.update(
                        dict.fromkeys(one.device for one in unit.devices if one.device)
                    )
        for words in aside:
            if denies_all(words):
                self.denial_line, self.leaves_open = normalise_phrase(words), False
            elif leaves_rest_open(words):
                self.found.rest_words, self.leaves_open = normalise_phrase(words)[:_REMARK], True


def _in_list(between: str, form: TokenForm) -> bool:
    """Whether what stands between two words makes them members of one list."""
    if LEFTOVER.sub("", between) or "\t" in between:
        return False
    return form is not TokenForm.DECIMAL or bool(_LISTED.match(between))
