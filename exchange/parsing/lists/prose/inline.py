"""Read answers typed into our own list as it comes back quoted: next to a row, or under it.

Only the layer that answers us counts: a mail with the reference of a request, quoted once and not
written by the sender.  Anything that is not clear makes the device unclear and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import QUOTED_CODE, LooseCode, Outcome, Reject
from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.identifiers.codes import CODE_DIGITS, BadCode, code_digits, read_code
from exchange.parsing.identifiers.tokens import Token, TokenForm, find_tokens
from exchange.parsing.lists.prose.crcs_apart import CrcsApart
from exchange.parsing.lists.prose.device_recognition import PlaceOf
from exchange.parsing.lists.prose.unwrap_lines import UnprovenBreak, unwrap_lines
from exchange.parsing.mime.quoting import begins_quote, is_of_a_colleague, without_prefix
from exchange.parsing.phrases.answer_phrases import (
    mentions_rest,
    mentions_several,
    normalise_phrase,
    read_remark,
)
from exchange.parsing.phrases.row_phrases import denied_by_name, repeats_answer
from exchange.parsing.text.lines import Line, normalized

_REQUEST = re.compile(r"(?<![A-Z0-9])MP121-[A-Z0-9][A-Z0-9_\-]{1,15}-\d{4}-Q\d{5,9}(?!\d)", re.I)
_ANSWER = re.compile(r"(?<![A-Z0-9])MP121-[A-Z0-9][A-Z0-9_\-]{1,15}-\d{4}-A\d{5,9}(?!\d)", re.I)
_COUNT = re.compile(r"\s*(?:devices|devices asked|still open)\s*[:\t]\s*(\d[\d,]{0,9})\s*", re.I)
_CUT = re.compile(r"\[?(?:\.\.\.|\u2026)\]?|\W*(?:snip|trimmed|cut|message clipped)\b.{0,60}", re.I)
# What somebody puts on a row besides words: a tick, a cross, a star.
_MARKS: Final = frozenset("?!#*+\u2713\u2714\u2717\u2718\u2611\u2612")
_DEVICES: Final = (TokenForm.SEPARATED, TokenForm.BARE)
_CODES: Final = (TokenForm.CODE, TokenForm.ODD_LENGTH)
_REMARK: Final = 300
_LONGEST_REMARK: Final = 500  # a longer text under a row does not answer it


@dataclass(slots=True)
class QuotedRow:
    """One quoted line that names devices."""

    line: Line
    devices: list[DeviceId]
    rest: str
    codes: list[Token]
    typed: str = ""  # what the sender typed on it, where our letter is known
    mark: str = ""  # a tick or a star that not every row has


@dataclass(slots=True)
class QuotedList:
    """The first quoted layer: our list as it came back."""

    rows: dict[DeviceId, Line] = field(default_factory=dict)
    listed: dict[int, QuotedRow] = field(default_factory=dict)  # by line number
    lines: list[Line] = field(default_factory=list)
    ours: bool = False  # has the reference of a request, and the sender did not write it
    complete: bool = False  # lists as many devices as it says it asks for


@dataclass(slots=True)
class _TypedLines:
    """Lines typed between two quoted lines."""

    lines: list[Line]
    above: QuotedRow | None  # the quoted row right above
    passed: list[QuotedRow]  # the rows since the last typed lines, ``above`` among them
    adjacent: bool  # no blank line between the row and the typed lines
    last: bool = True  # nothing quoted follows


def find_quoted_list(lines: Sequence[Line], subject: str, sender: str) -> QuotedList:
    """Return the first quoted layer of a mail from ``sender``."""
    quote = QuotedList()
    quote.lines, text = _first_layer(lines)
    quote.ours = _is_ours(text, subject, sender)
    if not quote.ours:
        return quote
    for line in quote.lines:
        row = _read_row(line)
        if row:
            quote.listed[line.number] = row
            for device in row.devices:
                quote.rows.setdefault(device, line)
    counts = [int(count[1].replace(",", "")) for one in text if (count := _COUNT.fullmatch(one))]
    cut = any(len(one) < 200 and _CUT.fullmatch(one.strip()) for one in text)
    referred = any(map(_REQUEST.search, text))
    quote.complete = referred and not cut and counts[-1:] == [len(quote.rows)]
    return quote


def _first_layer(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """Return the lines of the first quoted layer, and their texts without quote marks."""
    layer: list[Line] = []
    text: list[str] = []
    layers = 0
    for index, line in enumerate(lines):
        if not line.quoted or line.forwarded:
            continue
        depth, bare = without_prefix(line)
        if depth > 1:
            continue
        begins = begins_quote(lines, index) if depth == 0 else bool(_begins_quote(bare))
        layers += begins
        if layers > 1 or (begins and any(map(str.strip, text))):
            break  # a second layer begins
        text.append(bare)
        layer.append(line)
    return layer, text


def _is_ours(text: Sequence[str], subject: str, sender: str) -> bool:
    """Return whether the quoted mail is a request of ours."""
    asked = any(map(_REQUEST.search, text)) or bool(_REQUEST.search(subject))
    # A mail written by a colleague of the sender is not ours either.
    theirs = is_of_a_colleague(text[:8], sender)
    return asked and not theirs and not any(map(_ANSWER.search, text))


def _begins_quote(bare: str) -> bool:
    return len(bare) <= 500 and begins_quote([Line(1, bare)], 0)


def read_inline(
    lines: Sequence[Line],
    quote: QuotedList,
    place: PlaceOf,
    typed_rows: Mapping[int, str] = MappingProxyType({}),
) -> tuple[Findings, frozenset[int]]:
    """Return the answers next to and under the rows of ``quote``, and the line numbers used.

    ``typed_rows``: by line number what the sender, as we know, typed on a row of ours.
    """
    found = Findings()
    if not quote.ours or not quote.rows:
        return found, frozenset()
    rows, crcs = quote.listed, CrcsApart(found, place)
    _find_marks(list(rows.values()))
    for row in rows.values():
        if row.line.number in typed_rows:
            row.typed = typed_rows[row.line.number]
        _read_row_words(found, row, place)
    taken: set[int] = set()
    inside = _typed_inside(quote)
    quoted = {line.number for line in quote.lines} - inside
    typed = _typed_between(lines, rows, quoted, inside)
    for one in typed:
        broken: list[UnprovenBreak] = []
        joined = list(unwrap_lines(one.lines, broken))
        if not broken:
            one.lines = joined
    answering = _with_repeats(typed)
    follows_rows = _answers_follow_rows(answering, len(rows))
    for line in (line for one in answering for line in one.lines):
        text = normalized(line.text)
        crcs.read(text, find_tokens(text), line)
    for one in answering:
        if one.above is None or (
            one.last and len(rows) > 1 and not follows_rows and len(answering) < 2
        ):
            continue  # typed below the whole list: nothing says which row it is about
        if one.last and mentions_rest(_words_of(one)) and not _codes_of(one):
            continue  # about all other rows, not the one above
        taken |= {line.number for line in one.lines}
        _read_below(found, one, place, clear=follows_rows or not one.last or len(rows) == 1)
    if any(one.above is None and _codes_of(one) for one in answering):
        _distrust_codes(found)
    return found, frozenset(taken)


def _read_row(line: Line) -> QuotedRow | None:
    text = normalized(without_prefix(line)[1])
    words = find_tokens(text)
    devices = [token for token in words if token.device is not None and token.form in _DEVICES]
    if not devices:
        return None
    pieces, last = [], 0
    for token in words:
        pieces.append(text[last : token.start])
        last = token.end
    rest = " ".join([*pieces, text[last:]])
    named = [token.device for token in devices if token.device is not None]
    return QuotedRow(line, named, rest, [token for token in words if token.form in _CODES])


def _find_marks(rows: list[QuotedRow]) -> None:
    """Note the marks of each row; what a mail program puts around rows is around all of them."""
    found = [_MARKS & set(row.rest) for row in rows]
    common = frozenset.intersection(*found) if len(rows) > 1 else frozenset()
    for row, marks in zip(rows, found, strict=True):
        row.mark = "".join(sorted(marks - common))


def _read_row_words(found: Findings, row: QuotedRow, place: PlaceOf) -> None:
    """Read the words on the quoted row itself."""
    where, words = place(row.line), normalise_phrase(row.rest).strip(" -:;,.|\t")[:_REMARK]
    if row.typed and row.codes and len(row.devices) == 1:
        _read_typed(found, row.devices[0], row.codes, words, where)
        row.codes = []
        return
    remark = read_remark(words)
    by_name = bool(denied_by_name(words))  # whether by the sender, the thread tells
    if not by_name and (not remark.definite or remark.outcome in (None, Outcome.PROVIDED)):
        note = row.typed.strip()[:_REMARK] or row.mark
        if note:
            # "X", "checking": it may single out this row of a list that a sentence denies.
            named = tuple(row.devices)
            said = Statement(Act.OTHER, where, note, Scope.NAMED, named, hedge=note)
            found.statements.append(said)
        return
    for device in row.devices:
        found.claims.append(Claim(device, where, outcome=remark.outcome, remark=words))


def read_quoted_codes(quote: QuotedList, answered: frozenset[DeviceId], place: PlaceOf) -> Findings:
    """Report codes found only on quoted rows, for a person: typed there, or from an earlier mail.

    A device that is ``answered`` outside the quote needs no code from it.
    """
    found = Findings()
    for row in quote.listed.values():
        if not row.codes:
            continue
        where = place(row.line)
        code = read_code(row.codes[0].text) if len(row.codes) == len(row.devices) == 1 else None
        for device in row.devices:
            if device not in answered:
                if isinstance(code, InstallCode):
                    bare = len(code_digits(row.codes[0].text)) == CODE_DIGITS[0]
                    found.loose_codes.append(LooseCode(code, where, device, bare))
                found.claims.append(Claim(device, where, bad_code=True))
                found.rejects.append(Reject(str(device), QUOTED_CODE, where, device))
    return found


def _typed_inside(quote: QuotedList) -> set[int]:
    """Return the lines typed among our rows if the client, as Outlook, does not mark quoted lines.

    Our own list has nothing between its rows, so an answer there is not ours.  Right below the last
    row it is the sender's only if other rows were answered in the same way.
    """
    at = [index for index, line in enumerate(quote.lines) if line.number in quote.listed]
    if not at:
        return set()
    inside: set[int] = set()
    for index in range(at[0] + 1, at[-1]):
        line = quote.lines[index]
        if line.number not in quote.listed and _line_answers(line):
            inside.add(line.number)
    below = quote.lines[at[-1] + 1 : at[-1] + 2]
    if (inside or len(at) == 1) and below and _line_answers(below[0]):
        inside.add(below[0].number)
    return inside


def _line_answers(line: Line) -> bool:
    if line.table or without_prefix(line)[0] or len(line.text) > _REMARK:
        return False
    return _is_answer(_TypedLines([line], None, [], adjacent=True))


def _typed_between(
    lines: Sequence[Line], rows: dict[int, QuotedRow], quoted: set[int], inside: set[int]
) -> list[_TypedLines]:
    typed: list[_TypedLines] = []
    above: QuotedRow | None = None
    passed: list[QuotedRow] = []
    under_way: _TypedLines | None = None
    blank = begun = False
    for line in lines:
        text = without_prefix(line)[1] if line.quoted else line.text
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
                under_way = _TypedLines([], above, list(passed), adjacent=not blank)
                typed.append(under_way)
            under_way.lines.append(line)
    return typed


def _words_of(one: _TypedLines) -> str:
    return normalise_phrase(" ".join(line.text for line in one.lines[:20]))


def _codes_of(one: _TypedLines) -> list[Token]:
    return [
        token
        for line in one.lines
        for token in find_tokens(normalized(line.text))
        if token.form in _CODES
    ]


def _is_answer(one: _TypedLines) -> bool:
    """Return whether typed lines answer a row: a code or clear words, and no device."""
    if sum(len(line.text) for line in one.lines) > _LONGEST_REMARK:
        return False
    words = [token for line in one.lines for token in find_tokens(normalized(line.text))]
    if any(token.device is not None for token in words):
        return False
    if any(token.form in _CODES for token in words):
        return True
    remark = read_remark(_words_of(one))
    return remark.outcome is not None and remark.outcome is not Outcome.PROVIDED


def _with_repeats(typed: Sequence[_TypedLines]) -> list[_TypedLines]:
    """Return what answers a row; ``nor this`` with the words of the answer that it repeats."""
    found: list[_TypedLines] = []
    for one in typed:
        words = _words_of(one)
        if found and len(one.passed) == 1 and repeats_answer(words):
            before = found[-1]
            if not _codes_of(before):
                one.lines = [replace(one.lines[0], text=before.lines[0].text)]
        if _is_answer(one):
            found.append(one)
    return found


def _answers_follow_rows(answering: Sequence[_TypedLines], rows: int) -> bool:
    """Return whether the last answer clearly belongs to the row above it, as all before it do."""
    if not answering or any(one.above is None for one in answering):
        return False
    if len(answering) == rows:
        return True
    return len(answering) > 1 and all(one.adjacent for one in answering)


def _read_below(found: Findings, one: _TypedLines, place: PlaceOf, *, clear: bool) -> None:
    if one.above is None:
        return
    where, codes, words = place(one.lines[0]), _codes_of(one), _words_of(one)[:_REMARK]
    several = mentions_several(words) and len(one.passed) > 1
    is_heading = words.endswith(":")
    if several or is_heading or not clear or len(one.above.devices) > 1:
        rows = one.passed if several or is_heading else [one.above]
        for row in rows:
            for device in row.devices:
                claim = Claim(device, where, outcome=Outcome.UNCLEAR, bad_code=bool(codes))
                found.claims.append(claim)
        shown = "" if codes else words[:100]
        reason = "it is not clear which quoted rows this is about"
        found.rejects.append(Reject(shown, reason, where))
        return
    device = one.above.devices[0]
    if not codes:
        outcome = read_remark(words).outcome
        found.claims.append(Claim(device, where, outcome=outcome, remark=words))
        return
    _read_typed(found, device, codes, words, where)


def _read_typed(
    found: Findings, device: DeviceId, codes: Sequence[Token], words: str, where: str
) -> None:
    """Read codes that the sender typed on or under the row of ``device``."""
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
    denied = read_remark(words.replace(codes[0].text, " ")).outcome is Outcome.NOT_INSTALLER
    outcome = Outcome.NOT_INSTALLER if denied else None
    found.claims.append(Claim(device, where, code, outcome, digits=len(code_digits(codes[0].text))))


def _distrust_codes(found: Findings) -> None:
    """Distrust all codes if one is above the first row: each may belong to the row below it."""
    for index, claim in enumerate(found.claims):
        if claim.code is not None:
            found.claims[index] = Claim(claim.device, claim.where, bad_code=True)
            reason = "an install code above the first quoted row: which code belongs to which row"
            found.rejects.append(
                Reject(str(claim.device), f"{reason} is not clear", claim.where, claim.device)
            )
