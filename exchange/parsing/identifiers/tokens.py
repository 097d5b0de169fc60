"""Find the tokens of a line that could be Device IDs or install codes, by their form alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId
from exchange.parsing.identifiers.codes import CODE_DIGITS, code_digits, looks_like_code
from exchange.parsing.identifiers.crc_in_text import Span, join_crcs
from exchange.parsing.identifiers.devices import HOMOGLYPHS, read_device, suggest_device

# What every token has at least: most lines of prose do not match.
_POSSIBLE = re.compile(
    r"[0-9A-Fa-fOoIlL|][0-9A-Fa-fOoIlL|:. \-]{8}|[0-9A-Fa-f]{8}[G-Zg-z][0-9A-Fa-f]{7}"
)
_CHUNK = re.compile(r"\S+")
_INNER = re.compile(r"[^\s,;|()\[\]{}<>\"'`*\u2018\u2019\u201c\u201d\u2022\u00b7]+")
_MARKUP = re.compile(r"[^<>\"']+")
_HEX_OR_NOTHING = re.compile(r"[0-9A-Fa-f]*")
_LABELLED = re.compile(r"([A-Za-z][A-Za-z0-9 _/\-]{0,24}?)[:=#]+(?=[0-9A-Fa-fOoIl])")
LINK_OR_PATH = re.compile(r"://|www\.|@|\\\\|[?&%][A-Za-z0-9_]*=|^/", re.I)
UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HEXADECIMAL = re.compile(r"0[xX](?=[0-9A-Fa-f]{16})")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(?:([-:])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2})+")
_SUSPECT = re.compile(
    r"[0-9A-Fa-fOoIlL|]{10,22}|[0-9A-Fa-fOoIlL|]{2}(?:[-:][0-9A-Fa-fOoIlL|]{2}){5,9}"
)
# Pairs of which one lost or gained a character, or has one that is no hex digit.
_BROKEN = re.compile(r"[0-9A-Za-z]{1,3}(?:([-:])[0-9A-Za-z]{1,3})(?:\1[0-9A-Za-z]{1,3}){5,7}")
# A reference begins with its letters; in a mistyped ID the wrong one comes later.
_MISTYPED = re.compile(r"(?=[0-9A-Za-z]{16}$)[0-9A-Fa-f]{3,15}[G-Zg-z][0-9A-Fa-f]{0,12}")
_TRAILING: Final = ".:!?_=-/"
_LONGEST_GROUP: Final = 18
_ID_DIGITS: Final = 16
# English words of hex letters, so that "to be 00 DB ..." is not nine pairs.
_CODE_LIKE: Final = 24
_DEVICE_GROUPS: Final = 8
HASHES: Final = frozenset((40, 56, 64, 96, 128))  # hex digits of SHA-1, SHA-224 and so on
_TOTALS: Final = frozenset((16, 32, 36, 48, 52))
_ENGLISH: Final = frozenset(
    ("be", "ad", "ed", "de", "fa", "face", "fade", "dead", "deaf", "cafe", "feed", "beef")
)


class TokenForm(Enum):
    """What a token looks like by its form alone."""

    SEPARATED = "device with separators"
    BARE = "16 hex digits without separators, a letter among them"
    DECIMAL = "16 digits that could be any number"
    CODE = "32 or 36 hex digits"
    ODD_LENGTH = "hex digits of no known length"
    DAMAGED = "nearly a device: a wrong letter or length"


class Token(NamedTuple):
    """A word or a run of groups: what it may be, and its start and end column in the line."""

    form: TokenForm
    text: str
    start: int
    end: int
    device: DeviceId | None = None


def find_tokens(line: str) -> list[Token]:
    """Return the tokens of a normalized line, in order.

    Skips links, addresses, paths and UUIDs.  A word with letters of another alphabet that look
    like hex digits is damaged, whatever else it looks like.
    """
    if not line.isascii():
        latin = line.translate(HOMOGLYPHS)
        if latin != line:
            return [_mark_foreign(line, token) for token in _find_latin_tokens(latin)]
    tokens = _find_latin_tokens(line)
    without_crc = [token for token in tokens if _is_without_crc(token)]
    return _join_crcs(line, tokens, without_crc) if without_crc else tokens


def codes_without_crc(line: str) -> list[Token]:
    """Return the install codes of 32 digits in a normalized line."""
    return [token for token in find_tokens(line) if _is_without_crc(token)]


def _is_without_crc(token: Token) -> bool:
    return token.form is TokenForm.CODE and len(code_digits(token.text)) == CODE_DIGITS[0]


def _join_crcs(line: str, tokens: list[Token], without_crc: list[Token]) -> list[Token]:
    """Return the tokens, with each code that has its CRC apart on the line joined to it."""
    spans = [Span(token.text, token.start, token.end) for token in without_crc]
    others = [Span(token.text, token.start, token.end) for token in tokens]
    joined = iter(join_crcs(line, spans, others))
    return [
        Token(token.form, *next(joined)) if _is_without_crc(token) else token for token in tokens
    ]


def _mark_foreign(line: str, token: Token) -> Token:
    seen = line[token.start : token.end]
    if seen.isascii():
        return token
    form = (
        TokenForm.ODD_LENGTH
        if token.form in (TokenForm.CODE, TokenForm.ODD_LENGTH)
        else TokenForm.DAMAGED
    )
    return Token(form, seen, token.start, token.end)


def is_ipv6(text: str) -> bool:
    """Return whether a word is an IPv6 address, perhaps with a zone or a prefix length.

    Two of its groups have three digits or more, so that neither an ID in pairs nor one with a slip
    is one.  Eight groups of four may be an install code as well.
    """
    groups = text.partition("%")[0].partition("/")[0].split(":")
    if not 2 < len(groups) < 9 or any(
        len(one) > 4 or not _HEX_OR_NOTHING.fullmatch(one) for one in groups
    ):
        return False
    sizes = [len(one) for one in groups if one]
    if sum(size > 2 for size in sizes) < 2:
        return False
    if "::" in text:
        in_fours = set(sizes) == {4} and sum(sizes) == _ID_DIGITS
        return text.count("::") == 1 and not in_fours
    return len(groups) == 8


def remove_tokens(text: str, tokens: Iterable[Token], start: int = 0) -> str:
    """Return ``text``, which begins in column ``start`` of its line, without ``tokens``."""
    pieces, last = [], 0
    for token in sorted(tokens, key=lambda one: one.start):
        pieces.append(text[last : token.start - start])
        last = token.end - start
    return " ".join([*pieces, text[last:]])


def _find_latin_tokens(line: str) -> list[Token]:
    """Return the tokens of a line in the Latin alphabet."""
    if not _POSSIBLE.search(line):
        return []
    found: list[Token] = []
    run: list[tuple[str, int, int]] = []
    for text, start, end in _pieces(line):
        if _HEX.fullmatch(text) and len(text) <= _LONGEST_GROUP:
            if run and not _joins(line, run[-1], (text, start, end)):
                found += _of_run(run)
                run = []
            run.append((text, start, end))
            continue
        found += _of_run(run)
        run = []
        token = _of_word(text, start, end)
        if token:
            found.append(token)
    found += _of_run(run)
    return found


def _pieces(line: str) -> Iterator[tuple[str, int, int]]:
    for chunk in _CHUNK.finditer(line):
        linked = LINK_OR_PATH.search(chunk.group())
        for inner in (_beside_link if linked else _INNER.finditer)(chunk.group()):
            text, start = inner.group().rstrip(_TRAILING), chunk.start() + inner.start()
            if ":" in text and is_ipv6(text) and not looks_like_code(text):
                continue
            if _HEXADECIMAL.match(text):
                text, start = text[2:], start + 2
            label = _LABELLED.match(text)
            if label and read_device(text) is None and not _PAIRS.fullmatch(text):
                start += label.end()
                text = text[label.end() :]
            for part in _slashed(text):
                bare = part.strip(_TRAILING)
                if bare:
                    offset = line.find(bare, start)
                    yield bare, offset, offset + len(bare)
                    start = offset + len(bare)


def _beside_link(chunk: str) -> Iterator[re.Match[str]]:
    """Find the words in one piece with a link that cannot be part of it.

    Quotes and angle brackets end a link; after a comma or semicolon, which a link may hold, only a
    Device ID in pairs is one for certain.
    """
    for outer in _MARKUP.finditer(chunk):
        linked = LINK_OR_PATH.search(outer.group())
        for inner in _INNER.finditer(chunk, outer.start(), outer.end()):
            if not linked or (_PAIRS.fullmatch(inner.group()) and read_device(inner.group())):
                yield inner


def _slashed(text: str) -> list[str]:
    """Split ``ID/ID`` into two words when each piece is a Device ID; else leave it whole."""
    if "/" not in text:
        return [text]
    parts = text.split("/")
    return parts if all(read_device(part) for part in parts if part) else [text]


def _joins(line: str, before: tuple[str, int, int], after: tuple[str, int, int]) -> bool:
    """Return whether two hex groups belong together: they have only a blank between them.

    A group of any length joins, so that a code that lost a digit is never read as a shorter one.
    """
    between = line[before[2] : after[1]]
    if between.strip() or len(between) > 2 or "\t" in between:
        return False
    return len(before[0]) < 16 and len(after[0]) < 16


def _of_word(text: str, start: int, end: int) -> Token | None:
    if len(text) < 10:
        return None
    device = read_device(text)
    if device:
        return Token(TokenForm.SEPARATED, text, start, end, device)
    digits = code_digits(text)
    if digits and not UUID.fullmatch(text):
        if len(digits) in CODE_DIGITS:
            return Token(TokenForm.CODE, text, start, end)
        if len(digits) >= 24:
            return Token(TokenForm.ODD_LENGTH, text, start, end)
    if _SUSPECT.fullmatch(text) and (suggest_device(text) or _PAIRS.fullmatch(text) or digits):
        return Token(TokenForm.DAMAGED, text, start, end)
    if _MISTYPED.fullmatch(text) or _nearly_pairs(text):
        return Token(TokenForm.DAMAGED, text, start, end)
    return None


def _nearly_pairs(text: str) -> bool:
    """Return whether all but one or two of seven to nine groups are hex pairs, with a letter."""
    if not _BROKEN.fullmatch(text):
        return False
    groups = re.split("[-:]", text)
    pairs = sum(len(group) == 2 and bool(_HEX.fullmatch(group)) for group in groups)
    digits = "".join(groups)
    return pairs >= max(6, len(groups) - 2) and not digits.isdecimal() and 14 <= len(digits) <= 18


def _of_run(run: list[tuple[str, int, int]]) -> list[Token]:
    """Return the tokens of a run of hex groups: a device, a code, both, or something damaged."""
    run = _without_english(run)
    if not run:
        return []
    if len(run) == 1:
        return _of_single(*run[0])
    if _total(run) in HASHES and _even(run) and len(run[0][0]) in (2, 4):
        return _code_of(run)  # a fingerprint: too long for a device and its code
    for cut in range(1, min(len(run), _DEVICE_GROUPS + 1)):
        # A device in groups, followed by its code in groups.
        if _even(run[:cut]) == 16 and _total(run[cut:]) >= _CODE_LIKE and len(run[0][0]) in (2, 4):
            return [_device_of(run[:cut]), *_code_of(run[cut:])]
    if _total(run) >= _CODE_LIKE:
        return _code_of(run)
    size = len(run[0][0])
    if _even(run) == 16 and size in (2, 4):
        return [_device_of(run)]
    if size == 2 and _total(run) in (14, 15, 17, 18):
        return [Token(TokenForm.DAMAGED, _joined(run), run[0][1], run[-1][2])]
    return [token for one in run for token in _of_single(*one)]


def _total(run: list[tuple[str, int, int]]) -> int:
    return sum(len(text) for text, _, _ in run)


def _even(run: list[tuple[str, int, int]]) -> int:
    """Return the digits of a run of equal groups (the last may be shorter), else 0."""
    sizes = [len(text) for text, _, _ in run]
    alike = all(one == sizes[0] for one in sizes[:-1]) and sizes[-1] <= sizes[0]
    return sum(sizes) if alike else 0


def _joined(run: list[tuple[str, int, int]]) -> str:
    return " ".join(text for text, _, _ in run)


def _device_of(run: list[tuple[str, int, int]]) -> Token:
    digits = "".join(text for text, _, _ in run)
    return _device_word(_joined(run), digits, run[0][1], run[-1][2], sure=len(run[0][0]) == 2)


def _code_of(run: list[tuple[str, int, int]]) -> list[Token]:
    form = TokenForm.CODE if _even(run) in CODE_DIGITS else TokenForm.ODD_LENGTH
    return [Token(form, _joined(run), run[0][1], run[-1][2])]


def _without_english(run: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Drop words like "be" at both ends of a run if with them it has no known length."""
    total, start, end = _total(run), 0, len(run)
    while start < end and total not in _TOTALS:
        if run[start][0] in _ENGLISH or run[start][0] == "a":
            total -= len(run[start][0])
            start += 1
        elif run[end - 1][0] in _ENGLISH:
            end -= 1
            total -= len(run[end][0])
        else:
            break
    return run[start:end]


def _of_single(text: str, start: int, end: int) -> list[Token]:
    if len(text) == 16:
        return [_device_word(text, text, start, end, sure=False)]
    return [Token(TokenForm.DAMAGED, text, start, end)] if len(text) >= 10 else []


def _device_word(text: str, digits: str, start: int, end: int, *, sure: bool) -> Token:
    device = read_device(text)
    if device is None:
        return Token(TokenForm.DAMAGED, text, start, end)
    if digits.isdecimal():
        return Token(TokenForm.DECIMAL, text, start, end, device)
    return Token(TokenForm.SEPARATED if sure else TokenForm.BARE, text, start, end, device)
