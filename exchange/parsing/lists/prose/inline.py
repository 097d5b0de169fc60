"""Answers typed into our own list as it comes back quoted: beside a row, or under it.

Only the layer that answers us is looked at: a mail with the reference of a request, quoted once
and not written by the sender.  What is not plain is unclear, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from exchange.domain.device import DeviceId
from exchange.domain.mail import Outcome, Reject
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.identifiers.codes import BadCode, code_digits, read_code
from exchange.parsing.identifiers.tokens import Token, TokenForm, find_tokens
from exchange.parsing.lists.prose.device_recognition import PlaceOf
from exchange.parsing.lists.prose.unwrap_lines import UnprovenBreak, unwrap_lines
from exchange.parsing.mime.quoting import begins_quote
from exchange.parsing.phrases.answer_phrases import (
    mentions_rest,
    mentions_several,
    normalise_phrase,
    read_remark,
)
from exchange.parsing.text.lines import Line, settled

_PREFIX = re.compile(r"\s{0,3}((?:>\s?)+)")
_REQUEST = re.compile(r"(?<![A-Z0-9])MP121-[A-Z0-9][A-Z0-9_\-]{1,15}-\d{4}-Q\d{5,9}(?!\d)", re.I)
_ANSWER = re.compile(r"(?<![A-Z0-9])MP121-[A-Z0-9][A-Z0-9_\-]{1,15}-\d{4}-A\d{5,9}(?!\d)", re.I)
_COUNT = re.compile(r"\s*(?:devices|devices asked|still open)\s*[:\t]\s*(\d[\d,]{0,9})\s*", re.I)
_ADDRESSEE = re.compile(r"^\W*(?:to|at|an|\u00e0)\s?:", re.M)
_CUT = re.compile(r"\[?(?:\.\.\.|\u2026)\]?|\W*(?:snip|trimmed|cut|message clipped)\b.{0,60}", re.I)
_DEVICES: Final = (TokenForm.SEPARATED, TokenForm.BARE)
_CODES: Final = (TokenForm.CODE, TokenForm.ODD_LENGTH)
_REMARK: Final = 300
_LONGEST_REMARK: Final = 500  # a longer text under a row is no answer to it


@dataclass(slots=True)
class QuotedRow:
    """One quoted line that names devices."""

    line: Line
    devices: list[DeviceId]
    rest: str
    codes: list[Token]


@dataclass(slots=True)
class QuotedList:
    """The first quoted layer: our list as it came back."""

    rows: dict[DeviceId, Line] = field(default_factory=dict)
    listed: dict[int, QuotedRow] = field(default_factory=dict)  # by line number
    lines: list[Line] = field(default_factory=list)
    ours: bool = False  # carries a request's reference, and its author is not the sender
    complete: bool = False  # lists just as many devices as it says that it asks for


@dataclass(slots=True)
class _Typed:
    """What was typed between two quoted lines."""

    lines: list[Line]
    above: QuotedRow | None  # the quoted row right above
    passed: list[QuotedRow]  # the rows since the last typed lines, ``above`` among them
    adjacent: bool  # no blank line between the row and what was typed
    last: bool = True  # nothing quoted follows


def find_quoted_list(lines: Sequence[Line], subject: str, sender: str) -> QuotedList:
    """The first quoted layer of a mail from ``sender``."""
    quote = QuotedList()
    text: list[str] = []
    heads = 0
    for index, line in enumerate(lines):
        if not line.quoted or line.forwarded:
            continue
        depth, bare = _stripped(line)
        if depth > 1:
            continue
        begun = begins_quote(lines, index) if depth == 0 else bool(_begins(bare))
        heads += begun
        if heads > 1 or (begun and any(map(str.strip, text))):
            break  # what follows was quoted before
        text.append(bare)
        quote.lines.append(line)
    asked = any(map(_REQUEST.search, text)) or bool(_REQUEST.search(subject))
    head = "\n".join(text[:8]).lower()
    # A colleague of the sender is no more our own than the sender.
    house = sender[sender.rfind("@") :] if "@" in sender else ""
    theirs = bool(house) and re.search(re.escape(house) + r"(?![\w.\-])", _ADDRESSEE.split(head)[0])
    quote.ours = asked and not theirs and not any(map(_ANSWER.search, text))
    if not quote.ours:
        return quote
    for line in quote.lines:
        row = _row(line)
        if row:
            quote.listed[line.number] = row
            for device in row.devices:
                quote.rows.setdefault(device, line)
    counts = [int(told[1].replace(",", "")) for one in text if (told := _COUNT.fullmatch(one))]
    cut = any(len(one) < 200 and _CUT.fullmatch(one.strip()) for one in text)
    referred = any(map(_REQUEST.search, text))
    quote.complete = quote.ours and referred and not cut and counts[-1:] == [len(quote.rows)]
    return quote


def _stripped(line: Line) -> tuple[int, str]:
    """How deep a line is quoted by its prefix, and its text without it."""
    prefix = _PREFIX.match(line.text[:200])
    if not prefix or line.table:
        return 0, line.text
    return prefix.group(1).count(">"), line.text[prefix.end() :]


def _begins(bare: str) -> bool:
    return len(bare) <= 500 and begins_quote([Line(1, bare)], 0)


def read_inline(
    lines: Sequence[Line], quote: QuotedList, place: PlaceOf
) -> tuple[Findings, frozenset[int]]:
    """Answers beside and under the rows of ``quote``, and the numbers of the typed lines taken."""
    found = Findings()
    if not quote.ours or not quote.rows:
        return found, frozenset()
    rows = quote.listed
    for row in rows.values():
        _beside(found, row, place)
    taken: set[int] = set()
    inside = _typed_inside(quote)
    quoted = {line.number for line in quote.lines} - inside
    typed = _typed_between(lines, rows, quoted, inside)
    for one in typed:
        broken: list[UnprovenBreak] = []
        joined = list(unwrap_lines(one.lines, broken))
        if not broken:
            one.lines = joined
    told = [one for one in typed if _tells(one)]
    proven = _style(told, len(rows))
    for one in told:
        if one.above is None or (one.last and len(rows) > 1 and not proven and len(told) < 2):
            continue  # typed below the whole list: of which row, nothing says
        if one.last and mentions_rest(_words(one)) and not _codes(one):
            continue  # of all the other rows, not of the one above it
        taken |= {line.number for line in one.lines}
        _under(found, one, place, sure=proven or not one.last or len(rows) == 1)
    if any(one.above is None and _codes(one) for one in told):
        _distrust(found)
    return found, frozenset(taken)


def _row(line: Line) -> QuotedRow | None:
    text = settled(_stripped(line)[1])
    words = find_tokens(text)
    devices = [word for word in words if word.device is not None and word.form in _DEVICES]
    if not devices:
        return None
    pieces, last = [], 0
    for word in words:
        pieces.append(text[last : word.start])
        last = word.end
    rest = " ".join([*pieces, text[last:]])
    named = [word.device for word in devices if word.device is not None]
    return QuotedRow(line, named, rest, [word for word in words if word.form in _CODES])


def _beside(found: Findings, row: QuotedRow, place: PlaceOf) -> None:
    """Words on the quoted row itself."""
    where, said = place(row.line), normalise_phrase(row.rest).strip(" -:;,.|\t")[:_REMARK]
    remark = read_remark(said)
    if remark.outcome is None or not remark.definite or remark.outcome is Outcome.PROVIDED:
        return
    for device in row.devices:
        found.claims.append(Claim(device, where, outcome=remark.outcome, remark=said))


def read_quoted_codes(quote: QuotedList, answered: frozenset[DeviceId], place: PlaceOf) -> Findings:
    """Codes that stand on quoted rows only: typed there, or of an earlier mail; for a person.

    A device that is ``answered`` outside the quote needs no code from it.
    """
    found = Findings()
    for row in quote.listed.values():
        if not row.codes:
            continue
        where = place(row.line)
        reason = "an install code found only in quoted text: it may come from an earlier mail"
        for device in row.devices:
            if device not in answered:
                found.claims.append(Claim(device, where, bad_code=True))
                found.rejects.append(Reject(str(device), reason, where, device))
    return found


def _typed_inside(quote: QuotedList) -> set[int]:
    """The lines typed among our rows where the client marks none as quoted: Outlook's block.

    Our own list has nothing between its rows, so what answers there is not ours; below the last
    row it is the sender's only where other rows were answered so and it stands right below.
    """
    at = [index for index, line in enumerate(quote.lines) if line.number in quote.listed]
    if not at:
        return set()
    inside: set[int] = set()
    for index in range(at[0] + 1, at[-1]):
        line = quote.lines[index]
        if line.number not in quote.listed and _answers(line):
            inside.add(line.number)
    below = quote.lines[at[-1] + 1 : at[-1] + 2]
    if (inside or len(at) == 1) and below and _answers(below[0]):
        inside.add(below[0].number)
    return inside


def _answers(line: Line) -> bool:
    if line.table or _stripped(line)[0] or len(line.text) > _REMARK:
        return False
    return _tells(_Typed([line], None, [], adjacent=True))


def _typed_between(
    lines: Sequence[Line], rows: dict[int, QuotedRow], quoted: set[int], inside: set[int]
) -> list[_Typed]:
    typed: list[_Typed] = []
    above: QuotedRow | None = None
    passed: list[QuotedRow] = []
    under_way: _Typed | None = None
    blank = begun = False
    for line in lines:
        text = _stripped(line)[1] if line.quoted else line.text
        if not text.strip():
            blank = True
            continue
        if line.number in quoted:
            if under_way:
                under_way.last, under_way, passed = False, None, []
            begun, blank = True, False
            above = rows.get(line.number)
            if above:
                passed.append(above)
        elif (line.quoted or line.table) and line.number not in inside:
            under_way, above = None, None
        elif begun:
            if under_way is None:
                under_way = _Typed([], above, list(passed), adjacent=not blank)
                typed.append(under_way)
            under_way.lines.append(line)
    return typed


def _words(one: _Typed) -> str:
    return normalise_phrase(" ".join(line.text for line in one.lines[:20]))


def _codes(one: _Typed) -> list[Token]:
    return [
        word
        for line in one.lines
        for word in find_tokens(settled(line.text))
        if word.form in _CODES
    ]


def _tells(one: _Typed) -> bool:
    """Whether typed lines answer a row: a code or plain words, and no device of their own."""
    if sum(len(line.text) for line in one.lines) > _LONGEST_REMARK:
        return False
    words = [word for line in one.lines for word in find_tokens(settled(line.text))]
    if any(word.device is not None for word in words):
        return False
    if any(word.form in _CODES for word in words):
        return True
    remark = read_remark(_words(one))
    return remark.outcome is not None and remark.outcome is not Outcome.PROVIDED


def _style(told: Sequence[_Typed], rows: int) -> bool:
    """Whether the last answer, too, is plainly of the row above it, as all before it are."""
    if not told or any(one.above is None for one in told):
        return False
    if len(told) == rows:
        return True
    return len(told) > 1 and all(one.adjacent for one in told)


def _under(found: Findings, one: _Typed, place: PlaceOf, *, sure: bool) -> None:
    if one.above is None:
        return
    where, codes, said = place(one.lines[0]), _codes(one), _words(one)[:_REMARK]
    several = mentions_several(said) and len(one.passed) > 1
    heads = said.endswith(":")
    if several or heads or not sure or len(one.above.devices) > 1:
        concerned = one.passed if several or heads else [one.above]
        for row in concerned:
            for device in row.devices:
                claim = Claim(device, where, outcome=Outcome.UNCLEAR, bad_code=bool(codes))
                found.claims.append(claim)
        shown = "" if codes else said[:100]
        reason = "it is not clear which quoted rows this is about"
        found.rejects.append(Reject(shown, reason, where))
        return
    device = one.above.devices[0]
    if not codes:
        outcome = read_remark(said).outcome
        found.claims.append(Claim(device, where, outcome=outcome, remark=said))
        return
    if len(codes) > 1:
        reason = "several install codes under one quoted row"
        found.rejects.append(Reject(str(device), reason, where, device))
        found.claims.append(Claim(device, where, bad_code=True))
        return
    code = read_code(codes[0].text)
    if isinstance(code, BadCode):
        found.rejects.append(Reject(code.text, code.reason, where, device))
        found.claims.append(Claim(device, where, bad_code=True))
        return
    denied = read_remark(said.replace(codes[0].text, " ")).outcome is Outcome.NOT_INSTALLER
    outcome = Outcome.NOT_INSTALLER if denied else None
    found.claims.append(Claim(device, where, code, outcome, digits=len(code_digits(codes[0].text))))


def _distrust(found: Findings) -> None:
    """A code above the first row: the codes may stand above their rows and not below."""
    for index, claim in enumerate(found.claims):
        if claim.code is not None:
            found.claims[index] = Claim(claim.device, claim.where, bad_code=True)
            reason = "an install code above the first quoted row: which code belongs to which row"
            found.rejects.append(
                Reject(str(claim.device), f"{reason} is not clear", claim.where, claim.device)
            )
