"""Decide which tokens of a line of running text are Device IDs, from the words around them.

A bare word of 16 hex digits is a Device ID when it is alone on its line, begins the line like an
item of a list, or is called one by the words before it.  Others are not taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final

from exchange.domain.device import DeviceId
from exchange.domain.device_type import OUT_OF_SCOPE
from exchange.domain.mail import Found, Reject
from exchange.parsing.findings.findings import Findings
from exchange.parsing.identifiers.devices import DamagedId, read_device_cell
from exchange.parsing.identifiers.tokens import Token, TokenForm, find_tokens
from exchange.parsing.lists.prose.line_segments import LEFTOVER, labelled_type, words_before
from exchange.parsing.lists.prose.list_block import ListBlock
from exchange.parsing.phrases.answer_phrases import asks_for_codes
from exchange.parsing.phrases.header_terms import (
    labels_code,
    labels_device,
    labels_id,
    names_devices,
)
from exchange.parsing.text.lines import Line, normalized

PlaceOf = Callable[[Line], str]

BULLET: Final = re.compile(r"\s*(?:[-*•·–o]|\(?\d{1,6}[.):]|\d{1,6}(?=\s)|[a-z][.)])?\s*")
_LISTED = re.compile(r"[ ]?(?:[,;/&+]|\b(?:and|or|nor)\b)", re.I)
_PAIRS = re.compile(r"(?:\w{1,3}[-:]){6}")
_FOURS = re.compile(r"[0-9A-Fa-f]{4}(?: [0-9A-Fa-f]{4}){3}")
_OTHER_LETTER = re.compile(r"[G-HJ-KM-NP-Zg-hj-km-np-z]")  # not a hex digit and not like one
_NEARBY: Final = 200  # characters around a word that can say what it is


# "the code for ...", "install codes: ...": the Device whose code is meant, not a code.
_WANTED = re.compile(
    r"\b(?:need|want|require|after|please|pls) (?:the |an? )?(?:install )?codes?\b", re.I
)
_CODE_OF = re.compile(
    r"\b(?:codes?|ics?|keys?)\s+(?:for|of)(?:\s+(?:the|this|meter|device|esme|gsme|id))*\s*[:#]?\s*$"
    r"|\bcodes\s?:\s*$",
    re.I,
)


class DeviceRecognition:
    """Adds the Device IDs of a text to ``found``, and reports those that are damaged."""

    def __init__(self, found: Findings, place: PlaceOf) -> None:
        self.found = found
        self.place = place
        self.named: list[Token] = []  # tokens of the line that are reported, or wait for the rest
        self.in_fours = False  # a Device ID was written in four groups of four
        self.damaged_here = False  # a Device ID of the line is damaged
        self.hubs: list[Found] = []  # out of scope: only mentioned if other devices are listed

    def begin_line(self) -> None:
        """Forget what the line before had."""
        self.named.clear()
        self.damaged_here = False

    def accept(
        self,
        text: str,
        line: Line,
        token: Token,
        block: ListBlock,
        *,
        alone: bool,
        listed: bool,
        others: bool,
    ) -> bool:
        """Return whether the surroundings make ``token`` a Device ID; add it if they do.

        ``alone``: the line has nothing else.  ``listed``: it is in a list with a Device ID that was
        accepted.  ``others``: the line has a Device ID with separators, so that one without is
        probably a serial number.
        """
        lead = words_before(text, token)
        separated = token.form is TokenForm.SEPARATED
        label = True if _CODE_OF.search(lead) else labels_device(lead)
        if label is False or (alone and block.barred):
            if alone and label is not False and separated:
                self._ignored(line, token, "the words above it name something else")
            return False
        called_code = (
            not _CODE_OF.search(lead)
            and labels_code(lead)
            and not (separated and lead.rstrip()[-1:] not in ":=")
        )
        asked = separated and (asks_for_codes(text) or _WANTED.search(lead))
        if called_code and not asked:
            return False
        # In a table without a device column the position proves nothing.
        in_table = bool(line.table)
        named = (
            listed
            or label is True
            or (not in_table and names_devices(text[token.end : token.end + _NEARBY]))
        )
        accepted = separated or named
        if _FOURS.fullmatch(token.text) and alone and not named and self._is_odd():
            self.named.append(token)
            self.doubt(text, line, [[token]])
            return False
        if token.form is TokenForm.BARE and not (accepted or in_table or others):
            accepted = alone or _begins_line(token, lead) or _is_asked_about(text, block)
        if token.form is TokenForm.DECIMAL and not accepted and alone and not in_table:
            if not block.of_devices:
                block.deferred.append((line, token))
                self.named.append(token)
                return False
            accepted = True
        if not accepted:
            if token.form is TokenForm.BARE:
                self._ignored(line, token, "nothing says that it is a Device ID")
            return False
        block.has_device = True
        self.in_fours |= bool(_FOURS.fullmatch(token.text))
        self.add(line, token, labelled_type(lead))
        return True

    def _is_odd(self) -> bool:
        """Return whether four groups of four are half a code, for the other IDs are not so."""
        return not self.in_fours and any(True for _ in islice(self.found.devices, 1))

    def _ignored(self, line: Line, token: Token, why: str) -> None:
        self.named.append(token)
        self.found.warnings.append(f"{self.place(line)}: {token.text} is not taken: {why}")

    def add(self, line: Line, token: Token, device_type: str) -> None:
        """Add the device of a token."""
        if token.device is None:
            return
        found = Found(token.device, self.place(line), device_type)
        if device_type in OUT_OF_SCOPE:
            self.hubs.append(found)
        else:
            self.found.devices.append(found)

    def settle_hubs(self) -> None:
        """List hubs and in-home devices if nothing else is listed; otherwise only mention them."""
        hubs = self.hubs
        if not hubs or all(one.device_type in OUT_OF_SCOPE for one in self.found.devices):
            self.found.devices += hubs
            return
        names = ", ".join(str(one.device) for one in hubs[:5])
        what = (
            "1 Communications Hub or in-home device is"
            if len(hubs) == 1
            else f"{len(hubs)} Communications Hubs or in-home devices are"
        )
        self.found.warnings.append(f"{what} named and not asked about: {names}")

    def doubt(self, text: str, line: Line, doubtful: Sequence[Sequence[Token]]) -> None:
        """Report runs of tokens that may be Device IDs or pieces of an install code."""
        for run in doubtful:
            seen = text[run[0].start : run[-1].end]
            reason = "16 hex digits that may be a Device ID or a piece of an install code"
            self.found.rejects.append(Reject(seen, reason, self.place(line)))

    def damaged_token(
        self, text: str, line: Line, token: Token, block: ListBlock, *, alone: bool
    ) -> None:
        """Report a damaged token if its form or surroundings show that a Device ID was meant."""
        lead = words_before(text, token)
        if labels_device(lead) is False or labels_code(lead):
            return
        digits = re.sub(r"[-: ]", "", token.text)
        decimal = digits.isdecimal()
        if not any(map(str.isdigit, digits)) or (decimal and len(digits) < 14):
            return
        separated = len(token.text) > len(digits) and len(digits) in (14, 16, 18)
        separated = separated or bool(_PAIRS.match(token.text) and not decimal)
        listed = alone and block.of_devices and not decimal
        bare = alone and not decimal and len(digits) == 16 and not _OTHER_LETTER.search(digits)
        if separated or listed or labels_id(lead) or bare:
            self.damaged(token.text, line)
            self.named.append(token)
            self.damaged_here = True

    def damaged(self, text: str, line: Line) -> None:
        """Report a text that should be a Device ID and is damaged."""
        seen = read_device_cell(text)
        if isinstance(seen, DamagedId):
            self.found.rejects.append(Reject(seen.text, seen.reason, self.place(line)))


def _begins_line(token: Token, lead: str) -> bool:
    """Return whether a token begins its line, perhaps after a bullet."""
    return token.start < _NEARBY and not LEFTOVER.sub("", BULLET.sub("", lead, count=1))


def _is_asked_about(text: str, block: ListBlock) -> bool:
    return block.labelled or block.asked or asks_for_codes(text)


def continues_list(between: str, form: TokenForm) -> bool:
    """Return whether the text between two tokens makes them items of one list."""
    if LEFTOVER.sub("", between) or "\t" in between:
        return False
    return form is not TokenForm.DECIMAL or bool(_LISTED.match(between))


def devices_in(lines: Iterable[Line]) -> list[DeviceId]:
    """Return every Device ID in ``lines`` of quoted or hidden text, only to name them."""
    found: dict[DeviceId, None] = {}
    for line in lines:
        for token in find_tokens(normalized(line.text)):
            if token.device is not None and token.form in (TokenForm.SEPARATED, TokenForm.BARE):
                found.setdefault(token.device)
    return list(found)
