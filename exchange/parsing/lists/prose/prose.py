"""Turn the lines of a body or of a text file into findings.

Each line gives devices, codes or words.  Headings and sentences say what holds for the lists below
or above them; pairing decides which code or answer belongs to which device.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from exchange.domain.columns.device_columns import ListedColumns, PlaceColumn, TextColumn
from exchange.domain.device import DeviceId
from exchange.domain.mail import Found, Outcome, Reject
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.identifiers.codes import code_digits
from exchange.parsing.identifiers.devices import is_exponent_notation, read_device
from exchange.parsing.identifiers.meter_labels import may_have_labels
from exchange.parsing.identifiers.stretches import Stretch, find_damaged_codes, find_stretches
from exchange.parsing.identifiers.tokens import Token, TokenForm, find_tokens, remove_tokens
from exchange.parsing.lists.prose.crcs_apart import CrcsApart
from exchange.parsing.lists.prose.device_recognition import (
    BULLET,
    DeviceRecognition,
    PlaceOf,
    continues_list,
)
from exchange.parsing.lists.prose.device_runs import DeviceRun
from exchange.parsing.lists.prose.labels_in_text import read_labels
from exchange.parsing.lists.prose.line_segments import (
    LEFTOVER,
    Segment,
    calls_code_wrong,
    is_mere_item,
    may_be_code,
    split_segments,
    words_before,
)
from exchange.parsing.lists.prose.list_block import ListBlock, block_under
from exchange.parsing.lists.prose.pairing import Pairing
from exchange.parsing.lists.prose.split_codes import ends_in_a_piece, is_piece, separate_split_codes
from exchange.parsing.lists.prose.unread_items import UnreadItems
from exchange.parsing.lists.prose.unwrap_lines import UnprovenBreak, unwrap_lines
from exchange.parsing.lists.prose.word_items import WordItems
from exchange.parsing.phrases.answer_phrases import (
    asks_for_codes,
    normalise_phrase,
)
from exchange.parsing.text.lines import Line, normalized

_ONE_CODE = re.compile(r"\s*(?:ic|install(?:ation)? code|cod gosod)\s*[:=]\s*", re.I)
_DEVICE_FORMS: Final = frozenset((TokenForm.SEPARATED, TokenForm.BARE, TokenForm.DECIMAL))
_MARGIN: Final = 50  # a line that a mail client broke has at least so many characters
_WIDEST: Final = 100
_PARAGRAPH: Final = 400
_TELLING = re.compile(r"install|fit|ours", re.I)  # without these a sentence denies nothing
_CODE_LIKE: Final = 24  # digits of a code, or of most of one
_PIECE: Final = 40  # characters at an end of a line that can hold a piece of an ID
# A digit, or pairs of letters at the end that may begin an ID: "EC OB BD".
_MAY_BE_ID = re.compile(
    r"\d|(?<![0-9A-Za-z])[A-FOIa-foil]{2}(?:[ :\-][A-FOIa-foil]{2})+[ :\-]?\s*$"
)
_LONGEST_LINE: Final = 2_000_000


def read_prose(lines: Iterable[Line], place: PlaceOf, *, in_reply: bool = False) -> Findings:
    """Return what running text and lists say.

    ``in_reply``: tentative words next to a device count as an answer too.
    """
    reader = ProseReader(place, in_reply=in_reply)
    broken: list[UnprovenBreak] = []
    for line in unwrap_lines(lines, broken):
        reader.line(line)
    reader.report_broken(broken)
    return reader.finish()


class ProseReader:
    """Reads a body line by line."""

    def __init__(self, place: PlaceOf, *, in_reply: bool) -> None:
        self.place = place
        self.in_reply = in_reply
        self.found = Findings()
        self._block = ListBlock()
        self._heading: tuple[str, bool] | None = None  # of what may be listed below, and if it asks
        self.devices = DeviceRecognition(self.found, place)
        self.pairing = Pairing(self.found, in_reply=in_reply)
        self.unread = UnreadItems(self.found)
        self.crcs = CrcsApart(self.found, place)
        self.items = WordItems(self.found)
        self.tail = ""  # of the line before: what follows its last Device ID or code
        self.tail_line = -1
        self.cut_off = False  # the line before ends inside a run of hex digits
        self.wrapped = ""  # words that may continue on the next line
        self.wrapped_line = -1

    @property
    def block(self) -> ListBlock:
        """Return the list being read; most lines head none, so each is judged when it has to be."""
        if self._heading is not None:
            self._block = block_under(self._heading[0], asking=self._heading[1])
            self._heading = None
        return self._block

    def line(self, line: Line) -> None:
        """Read the next line."""
        if isinstance(line, DeviceRun):
            self._run(line)
            return
        text = normalized(line.text)
        if self._bare_device(line, text.strip()):
            return
        if not text.strip():
            self._blank()
            return
        if len(text) > _LONGEST_LINE:
            self.found.warnings.append(f"{self.place(line)} is too long to be read")
            return
        if may_have_labels(text):
            text = read_labels(text, self.place(line), self.found)
            self.unread.item(line.number)
            if not LEFTOVER.sub("", BULLET.sub("", text, count=1)):
                return
        tokens = find_tokens(text)
        if self.crcs.read(text, tokens, line):
            return
        if tokens:
            self._with_tokens(text, line, tokens)
            return
        if is_exponent_notation(text.strip()) and self.block.of_devices:
            self.devices.damaged(text.strip(), line)
            return
        # Below "IC:" alone on its line, 16 bare digits may be half a code.
        self.cut_off = ends_in_a_piece(text, ()) or bool(_ONE_CODE.fullmatch(text))
        if is_piece(text):
            self.pairing.pass_over()
        if not self._unread(text, line, (), beside=False):
            if not self.in_reply:
                self.items.words(text, line.number, self.place(line))
            self._words_only(text, line.number)

    def _unread(self, text: str, line: Line, read: Iterable[Token], *, beside: bool) -> bool:
        """Note what is written like a Device ID and is not in ``read``; return whether it is the
        whole line but for a few words."""
        read = sorted(read, key=lambda one: one.start)
        stretches = find_stretches(text, read)
        broken = self._broken_off(text, line, read, stretches)
        for one in stretches:
            maybe = self.unread.add(
                text, one, line.number, self.place(line),
                listed=self.block.of_devices, beside=beside,
            )  # fmt: skip
            if maybe:
                self.pairing.pass_over()
        if sum(len(one.digits) for one in stretches) >= _CODE_LIKE:
            self.pairing.pass_over()
        if broken:
            return not read and is_mere_item(text)
        if all(one.decimal for one in stretches):
            return False
        rest = text[: stretches[0].start] + " " + text[stretches[-1].end :]
        return is_mere_item(rest)

    def _broken_off(
        self, text: str, line: Line, read: list[Token], stretches: list[Stretch]
    ) -> bool:
        """Note what is written like a Device ID over two lines; return whether anything is."""
        before, self.tail = self.tail, ""
        # The line between may be empty because its text is on the line above.
        follows, self.tail_line = line.number <= self.tail_line + 2, line.number
        if not (stretches and stretches[-1].end > len(text) - 3):
            tail = text[max(read[-1].end if read else 0, len(text) - _PIECE) :].strip()
            self.tail = tail if _MAY_BE_ID.search(tail) else ""
        if not (before and follows) or (stretches and stretches[0].start < 3):
            return False
        head = text[: read[0].start if read else _PIECE].strip()
        tight = before[-1] in "-:" or head[:1] in ("-", ":")
        joined = f"{before}{'' if tight else ' '}{head}"
        for one in find_stretches(joined):
            if one.start < len(before) < one.end - 1:
                self.unread.add(
                    joined, one, line.number - 1, self.place(replace(line, number=line.number - 1)),
                    listed=self.block.of_devices, beside=bool(read),
                )  # fmt: skip
                return True
        return False

    def _with_tokens(self, text: str, line: Line, tokens: list[Token]) -> None:
        """Read a line that has something like a device or a code."""
        rest = remove_tokens(text, tokens)
        alone = not LEFTOVER.sub("", BULLET.sub("", rest, count=1))
        candidates = [token for token in tokens if token.form in _DEVICE_FORMS]
        devices, doubtful = separate_split_codes(text, candidates)
        if devices and not text[: devices[0].start].strip() and self._may_end_code(devices[0]):
            doubtful.append(devices[:1])
            devices = devices[1:]
        self.devices.doubt(text, line, doubtful)
        codes = [one for one in tokens if one.form in (TokenForm.CODE, TokenForm.ODD_LENGTH)]
        codes = [one for one in codes if may_be_code(words_before(text, one))]
        read = [*(one for run in doubtful for one in run), *codes]
        accepted: list[Token] = []
        separated = sum(one.form is TokenForm.SEPARATED for one in devices)
        self.devices.begin_line()
        for token in devices:
            # "devices A, B and C": what names the first also names those listed with it.
            listed = bool(accepted) and not line.table
            listed = listed and continues_list(text[accepted[-1].end : token.start], token.form)
            if token.form is TokenForm.DECIMAL and len(tokens) > 1:
                alone = False  # next to a device, a number is an order, a phone, a meter point
            # Without separators next to one with them: a serial number, unless most have none.
            few = 0 < separated < len(devices) < 3 * separated
            others = few and token.form is not TokenForm.SEPARATED
            if self.devices.accept(
                text, line, token, self.block, alone=alone, listed=listed, others=others
            ):
                accepted.append(token)
        for token in tokens:
            if token.form is TokenForm.DAMAGED:
                self.devices.damaged_token(text, line, token, self.block, alone=alone)
        if doubtful or self.devices.damaged_here:
            self.pairing.pass_over()
        self.cut_off = ends_in_a_piece(text, accepted)
        self.found.asks |= asks_for_codes(rest)
        read += [*accepted, *self.devices.named]
        # In a long list most rows have no digit left.
        whole = not self.tail and len(read) == len(tokens) and not _MAY_BE_ID.search(rest)
        if accepted and not codes and not whole:
            codes = find_damaged_codes(text, read)
            read += codes
        mere = not whole and self._unread(text, line, read, beside=bool(accepted))
        if accepted:
            self.unread.item(line.number)
            self.items.device(text, line.number)
        if accepted or codes:
            self._pair_line(text, line, accepted, codes)
        elif not alone and not devices and not mere:
            self._words_only(text, line.number)

    def _may_end_code(self, token: Token) -> bool:
        """Return whether the line before broke off inside hex digits that this may complete.

        Next to a request's list there are no codes, and the IDs of one maker begin alike.
        """
        if not self.cut_off or token.form is TokenForm.SEPARATED:
            return False
        asked = self.found.asks and (self.block.of_devices or not self.in_reply)
        return not asked and not self.unread.is_like_those(token.device)

    def _bare_device(self, line: Line, text: str) -> bool:
        """Read the usual line of a long list, just one Device ID; return whether it is one."""
        if len(text) not in (16, 23) or self.cut_off or line.table:
            return False
        block = self.block
        if block.barred:
            return False
        device = read_device(text)
        if device is None or (text.isdecimal() and not block.of_devices):
            return False
        block.has_device = True
        self.unread.item(line.number)
        where = self.place(line)
        self.found.devices.append(Found(device, where))
        if block.outcome is not None:
            self._claim_of_heading(device, where, mere=True)
        else:
            self.pairing.wait(device, where, line.number)
        return True

    def _run(self, run: DeviceRun) -> None:
        """Read thousands of lines that are one Device ID each."""
        block, where, number = self.block, self.place(run), str(run.number)
        plain = not (self.cut_off or block.barred or block.outcome or self.wrapped)
        if not plain or not where.endswith(f" {number}"):
            for line in run.lines():
                self.line(line)
            return
        block.has_device = True
        rows = len(run.ids)
        places = PlaceColumn(
            TextColumn.repeat(where.removesuffix(number), rows), run.number + np.arange(rows)
        )
        found = ListedColumns(run.ids, places, TextColumn.repeat("", rows))
        self.found.devices += found
        self.pairing.wait_all(found, run.number)
        self.unread.item(run.number)
        self.unread.last_item = run.number + rows - 1

    def report_broken(self, broken: Iterable[UnprovenBreak]) -> None:
        """Report what is broken over two lines and cannot be read."""
        for one in broken:
            self.found.rejects.append(Reject(one.text, one.reason, self.place(one.line)))
            if len(code_digits(one.text)) >= _CODE_LIKE:
                self.pairing.lose_code()

    def finish(self) -> Findings:
        """Return everything found, after the last line."""
        self._close_block()
        self.pairing.settle()
        self.devices.settle_hubs()
        self.unread.settle()
        self.items.settle()
        return self.found

    # -- lines without a device or a code --

    def _blank(self) -> None:
        self.pairing.end_block()
        self.wrapped = ""
        self._block.interrupted |= bool(self._block.items)

    def _words_only(self, text: str, number: int) -> None:
        if not LEFTOVER.sub("", text):
            return
        if self.pairing.read_words(text, number):
            return
        text = self._unwrapped(text, number)
        self._close_block()
        asking = asks_for_codes(text)
        self.found.asks |= asking
        self._heading = text, asking

    def _unwrapped(self, text: str, number: int) -> str:
        """Return a line joined to the one before it if a mail client broke the sentence there."""
        goes_on = self.wrapped and number == self.wrapped_line + 1
        joined = f"{self.wrapped} {text.strip()}" if goes_on else text
        open_end = _MARGIN <= len(text) <= _WIDEST and text.rstrip()[-1:] not in ".:;!?"
        self.wrapped = joined if open_end and len(joined) <= _PARAGRAPH else ""
        self.wrapped_line = number
        return joined if _TELLING.search(joined) else text

    def _claim_of_heading(self, device: DeviceId, where: str, *, mere: bool) -> None:
        """Claim for an item what the heading says about all its items."""
        block = self.block
        block.items += 1
        self.found.headings.setdefault(normalise_phrase(block.heading))
        # After a blank line, or with words of its own, it may not belong to that heading.
        plain = mere and not block.interrupted
        outcome = block.outcome if plain else Outcome.UNCLEAR
        self.pairing.headed_claim = len(self.found.claims)
        self.found.claims.append(Claim(device, where, outcome=outcome, remark=block.heading))

    def _close_block(self) -> None:
        block = self._block
        if block.of_devices:
            for line, token in block.deferred:
                self.devices.add(line, token, "")
        self._block, self._heading = ListBlock(), None

    # -- codes and words next to a device --

    def _pair_line(self, text: str, line: Line, accepted: list[Token], codes: list[Token]) -> None:
        where, pairing = self.place(line), self.pairing
        if not accepted:
            called_code = self.in_reply or (self.block.labelled and not self.found.asks)
            doubted = calls_code_wrong(Segment([], codes, text, 0))
            for token in codes:
                lead = words_before(text, token)
                pairing.pair_below(token, lead, where, called=called_code, doubted=doubted)
            return
        if line.table:
            segments = [Segment(accepted, codes, text, 0)]
        else:
            segments, _ = split_segments(text, accepted, codes)
        for segment in segments:
            if segment.codes:
                pairing.pair_on_line(segment, where)
            elif self.block.outcome is not None and not pairing.answers(segment):
                for token in segment.devices:
                    if token.device is not None:
                        self._claim_of_heading(token.device, where, mere=is_mere_item(segment.rest))
            else:
                pairing.read_devices(segment, where, line.number)
