"""The words of one line that could be Device IDs or install codes, by form alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId
from exchange.parsing.identifiers.codes import CODE_DIGITS, code_digits
from exchange.parsing.identifiers.devices import OTHER_ALPHABETS, lookalike, read_device

# The least that any telling word has: most lines of prose end here.
_HOPE = re.compile(
    r"[0-9A-Fa-fOoIlL|][0-9A-Fa-fOoIlL|:. \-]{8}|[0-9A-Fa-f]{8}[G-Zg-z][0-9A-Fa-f]{7}"
)
_CHUNK = re.compile(r"\S+")
_INNER = re.compile(r"[^\s,;|()\[\]{}<>\"'`*\u2018\u2019\u201c\u201d\u2022\u00b7]+")
_LABELLED = re.compile(r"([A-Za-z][A-Za-z0-9 _/\-]{0,24}?)[:=#]+(?=[0-9A-Fa-fOoIl])")
_FOREIGN = re.compile(r"://|www\.|@|\\\\|[?&%][A-Za-z0-9_]*=|^/", re.I)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HEXADECIMAL = re.compile(r"0[xX](?=[0-9A-Fa-f]{16})")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(?:([-:])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2})+")
_SUSPECT = re.compile(
    r"[0-9A-Fa-fOoIlL|]{10,22}|[0-9A-Fa-fOoIlL|]{2}(?:[-:][0-9A-Fa-fOoIlL|]{2}){5,9}"
)
# Pairs of which one lost or gained a character, or has one that is no hex digit.
_BROKEN = re.compile(r"[0-9A-Za-z]{1,3}(?:([-:])[0-9A-Za-z]{1,3})(?:\1[0-9A-Za-z]{1,3}){5,7}")
# A reference begins with its letters: the wrong one stands further in.
_MISTYPED = re.compile(r"(?=[0-9A-Za-z]{16}$)[0-9A-Fa-f]{3,15}[G-Zg-z][0-9A-Fa-f]{0,12}")
_TRAILING: Final = ".:!?_=-/"
_LONGEST_GROUP: Final = 18
# English words of hex letters, so that "to be 00 DB ..." is not nine pairs.
_CODE_LIKE: Final = 24
_DEVICE_GROUPS: Final = 8
_HASHES: Final = frozenset((40, 56, 64, 96, 128))  # hex digits of SHA-1, SHA-224 and so on
_TOTALS: Final = frozenset((16, 32, 36, 48, 52))
_ENGLISH: Final = frozenset(
    ("be", "ad", "ed", "de", "fa", "face", "fade", "dead", "deaf", "cafe", "feed", "beef")
)


class Form(Enum):
    """How sure the form alone makes it."""

    PARTED = "device with separators"
    PLAIN = "16 hex digits in one, with a letter"
    DECIMAL = "16 digits that could be any number"
    CODE = "32 or 36 hex digits"
    ODD = "hex digits of no known length"
    NEAR = "nearly a device: a wrong letter or length"


class Word(NamedTuple):
    """A word or a run of groups: what it may be, and the columns where it stands."""

    form: Form
    text: str
    start: int
    end: int
    device: DeviceId | None = None


def words_of(line: str) -> list[Word]:
    """The telling words of a settled line, in order.

    Words in links, addresses and paths are not told, and neither are UUIDs.  A word with letters
    of another alphabet that look like hex digits is damaged, whatever it looks like.
    """
    if not line.isascii():
        latin = line.translate(OTHER_ALPHABETS)
        if latin != line:
            return [_foreign(line, word) for word in _words_of_latin(latin)]
    return _words_of_latin(line)


def _foreign(line: str, word: Word) -> Word:
    seen = line[word.start : word.end]
    if seen.isascii():
        return word
    form = Form.ODD if word.form in (Form.CODE, Form.ODD) else Form.NEAR
    return Word(form, seen, word.start, word.end)


def without(text: str, words: Iterable[Word], start: int = 0) -> str:
    """``text``, which begins in column ``start`` of its line, without ``words``."""
    pieces, last = [], 0
    for word in sorted(words, key=lambda one: one.start):
        pieces.append(text[last : word.start - start])
        last = word.end - start
    return " ".join([*pieces, text[last:]])


def _words_of_latin(line: str) -> list[Word]:
    """The telling words of a line as it stands."""
    if not _HOPE.search(line):
        return []
    found: list[Word] = []
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
        word = _of_word(text, start, end)
        if word:
            found.append(word)
    found += _of_run(run)
    return found


def _pieces(line: str) -> Iterator[tuple[str, int, int]]:
    for chunk in _CHUNK.finditer(line):
        if _FOREIGN.search(chunk.group()):
            continue
        for inner in _INNER.finditer(chunk.group()):
            text, start = inner.group().rstrip(_TRAILING), chunk.start() + inner.start()
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


def _slashed(text: str) -> list[str]:
    """``ID/ID`` as two words, when each piece is a Device ID; else the word as it stands."""
    if "/" not in text:
        return [text]
    parts = text.split("/")
    return parts if all(read_device(part) for part in parts if part) else [text]


def _joins(line: str, before: tuple[str, int, int], after: tuple[str, int, int]) -> bool:
    """Whether two hex groups belong together: only a blank between them.

    A group of any length joins, so that a code that lost a digit is never read as a shorter one.
    """
    between = line[before[2] : after[1]]
    if between.strip() or len(between) > 2 or "\t" in between:
        return False
    return len(before[0]) < 16 and len(after[0]) < 16


def _of_word(text: str, start: int, end: int) -> Word | None:
    if len(text) < 10:
        return None
    device = read_device(text)
    if device:
        return Word(Form.PARTED, text, start, end, device)
    digits = code_digits(text)
    if digits and not _UUID.fullmatch(text):
        if len(digits) in CODE_DIGITS:
            return Word(Form.CODE, text, start, end)
        if len(digits) >= 24:
            return Word(Form.ODD, text, start, end)
    if _SUSPECT.fullmatch(text) and (lookalike(text) or _PAIRS.fullmatch(text) or digits):
        return Word(Form.NEAR, text, start, end)
    if _MISTYPED.fullmatch(text) or _nearly_pairs(text):
        return Word(Form.NEAR, text, start, end)
    return None


def _nearly_pairs(text: str) -> bool:
    """Whether all but one or two of seven to nine groups are hex pairs, a letter among them."""
    if not _BROKEN.fullmatch(text):
        return False
    groups = re.split("[-:]", text)
    pairs = sum(len(group) == 2 and bool(_HEX.fullmatch(group)) for group in groups)
    digits = "".join(groups)
    return pairs >= max(6, len(groups) - 2) and not digits.isdecimal() and 14 <= len(digits) <= 18


def _of_run(run: list[tuple[str, int, int]]) -> list[Word]:
    """A run of hex groups: a device, a code, both, something damaged, or nothing."""
    run = _without_english(run)
    if not run:
        return []
    if len(run) == 1:
        return _of_single(*run[0])
    if _total(run) in _HASHES and _even(run) and len(run[0][0]) in (2, 4):
        return _code_of(run)  # a fingerprint: no code is as long as the rest of it
    for cut in range(1, min(len(run), _DEVICE_GROUPS + 1)):
        # A device in groups, and its code in groups behind it.
        if _even(run[:cut]) == 16 and _total(run[cut:]) >= _CODE_LIKE and len(run[0][0]) in (2, 4):
            return [_device_of(run[:cut]), *_code_of(run[cut:])]
    if _total(run) >= _CODE_LIKE:
        return _code_of(run)
    size = len(run[0][0])
    if _even(run) == 16 and size in (2, 4):
        return [_device_of(run)]
    if size == 2 and _total(run) in (14, 15, 17, 18):
        return [Word(Form.NEAR, _joined(run), run[0][1], run[-1][2])]
    return [word for one in run for word in _of_single(*one)]


def _total(run: list[tuple[str, int, int]]) -> int:
    return sum(len(text) for text, _, _ in run)


def _even(run: list[tuple[str, int, int]]) -> int:
    """The digits of a run whose groups are alike, but for a shorter last one; else 0."""
    sizes = [len(text) for text, _, _ in run]
    alike = all(one == sizes[0] for one in sizes[:-1]) and sizes[-1] <= sizes[0]
    return sum(sizes) if alike else 0


def _joined(run: list[tuple[str, int, int]]) -> str:
    return " ".join(text for text, _, _ in run)


def _device_of(run: list[tuple[str, int, int]]) -> Word:
    digits = "".join(text for text, _, _ in run)
    return _device_word(_joined(run), digits, run[0][1], run[-1][2], sure=len(run[0][0]) == 2)


def _code_of(run: list[tuple[str, int, int]]) -> list[Word]:
    form = Form.CODE if _even(run) in CODE_DIGITS else Form.ODD
    return [Word(form, _joined(run), run[0][1], run[-1][2])]


def _without_english(run: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Drop words like "be" at the ends of a run, where the run fits no length with them."""
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


def _of_single(text: str, start: int, end: int) -> list[Word]:
    if len(text) == 16:
        return [_device_word(text, text, start, end, sure=False)]
    return [Word(Form.NEAR, text, start, end)] if len(text) >= 10 else []


def _device_word(text: str, digits: str, start: int, end: int, *, sure: bool) -> Word:
    device = read_device(text)
    if device is None:
        return Word(Form.NEAR, text, start, end)
    if digits.isdecimal():
        return Word(Form.DECIMAL, text, start, end, device)
    return Word(Form.PARTED if sure else Form.PLAIN, text, start, end, device)
