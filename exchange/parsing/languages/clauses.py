"""Tell which language a sentence is in, and cut it into clauses whose words have parts.

English has a reader of its own (``exchange.parsing.statements``); the other languages share this
one.  Accents and capital letters do not count, because many people write without them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from exchange.parsing.languages import (
    danish,
    dutch,
    english,
    french,
    german,
    italian,
    parts,
    polish,
    spanish,
    welsh,
)
from exchange.parsing.text.cache_short import cache_short

DEVICE_MARK: Final = "\u2460"  # stands for a Device ID in the text of a sentence
CODE_MARK: Final = "\u2461"  # stands for an install code

_LONGEST: Final = 2_000  # characters of a sentence that are read
_MOST_WORDS: Final = 120
_TOKEN = re.compile(rf"[^\W_]+|[{DEVICE_MARK}{CODE_MARK}]|[,;:.!?()\[\]\"/\u2013\u2014=]")
_PAUSES: Final = frozenset(',;:.!?()[]"/\u2013\u2014=')
_LEAST: Final = 2  # words of a language, unless the text has only one word
_NUMBERS: Final = {
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "fuenf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
    "huit": 8, "neuf": 9, "dix": 10, "dau": 2, "ddau": 2, "dwy": 2, "ddwy": 2, "tri": 3,
    "tair": 3, "pedwar": 4, "pedair": 4,
    "pump": 5, "chwe": 6, "chwech": 6, "saith": 7, "wyth": 8, "twee": 2, "drie": 3, "vijf": 5,
    "zes": 6, "zeven": 7, "negen": 9, "tien": 10, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
    "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "due": 2, "tre": 3, "quattro": 4,
    "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9, "dieci": 10, "dwa": 2, "dwoch": 2,
    "dwie": 2, "trzy": 3, "trzech": 3, "cztery": 4, "czterech": 4, "piec": 5, "pieciu": 5,
    "szesc": 6, "szesciu": 6, "to": 2, "fire": 4, "fem": 5, "seks": 6,
}  # fmt: skip
_BOTH: Final = frozenset(
    ("beide", "beiden", "beider", "allebei", "ambos", "ambas", "entrambi", "entrambe", "obu", "oba",
     "obydwa", "begge")
)  # fmt: skip
_UMLAUTS: Final = {0xE4: "ae", 0xF6: "oe", 0xFC: "ue"}
_NO_DIGITS: Final = 4  # a number of so many digits is a year or an account, no count
# Words that together have one part, wherever they stand in a sentence; in this order.
_TOGETHER: Final = tuple(
    (re.compile(pattern), part)
    for pattern, part in (
        (r"&?[Bz]?u\.?h?L|LB?u|LV?u", parts.LISTED),  # the Devices named by you
        (r"O\.?P", parts.WE),  # our engineers
        (r"O\.?[DdJ]", parts.OURS),
        (r"O(?=[,&CR]|$)", parts.OURS),
        (r"O\.+", parts.FILLER),  # our records
        (r"is|s[zl]*[iS]|S", parts.INSTALLER),
        (r"1?l?Ys|sz?Y|(?<=B)1?Y", parts.OTHER),
    )
)


class Word(NamedTuple):
    """A word or a phrase, with its part in the sentence."""

    part: str
    text: str
    number: int = 0


class Clause(NamedTuple):
    """The words between two pauses, without fillers; ``shape`` has the part of each."""

    words: tuple[Word, ...]
    shape: str
    opens_with: str = ""  # the part of the word before it, where one joins it
    begins: str = ""  # the part of its first word, a filler or not


class Vocabulary:
    """The words of one language."""

    def __init__(self, words: Mapping[str, str], *, concord: bool = False) -> None:
        """Read a table of words; ``concord``: two negations in a clause are one."""
        self.concord = concord
        self.people = frozenset(map(fold, words.get(parts.PEOPLE, "").split()))
        table: dict[tuple[str, ...], str] = {}
        for part, listed in words.items():
            for entry in listed.split():
                for form in _spellings(entry):
                    table.setdefault(tuple(form.split("_")), part)
        self.single = frozenset(words[0] for words in table if len(words) == 1)
        self.phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for entry_words, part in sorted(table.items(), key=lambda one: -len(one[0])):
            self.phrases.setdefault(entry_words[0], []).append((entry_words, part))


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents."""
    low = text.lower().replace("\u00df", "ss").replace("\u0142", "l").replace("\u00f8", "o")
    low = low.replace("\u00e6", "ae")
    return "".join(one for one in unicodedata.normalize("NFD", low) if not _is_accent(one))


def _is_accent(one: str) -> bool:
    return unicodedata.category(one) == "Mn"


def _spellings(word: str) -> tuple[str, ...]:
    """Return a word without accents, and with German umlauts as two letters."""
    low = word.lower()
    spelt = low.translate(_UMLAUTS)
    return tuple(dict.fromkeys((fold(low), fold(spelt))))


_LANGUAGES: Final = {
    "German": Vocabulary(german.WORDS),
    "French": Vocabulary(french.WORDS, concord=True),
    "Spanish": Vocabulary(spanish.WORDS, concord=True),
    "Dutch": Vocabulary(dutch.WORDS),
    "Italian": Vocabulary(italian.WORDS, concord=True),
    "Polish": Vocabulary(polish.WORDS, concord=True),
    "Welsh": Vocabulary(welsh.WORDS, concord=True),
    "Danish": Vocabulary(danish.WORDS),
}
_LANGUAGES_OF: Final[dict[str, list[str]]] = {}
for _name, _one in _LANGUAGES.items():
    for _word in _one.single:
        _LANGUAGES_OF.setdefault(_word, []).append(_name)
# A sentence without any of these is English, or not understood in any language.
_FOREIGN: Final = frozenset(_LANGUAGES_OF) - english.WORDS


@cache_short
def language_of(text: str) -> str:
    """Return the name of the language of a sentence; empty for English, or if it is not known."""
    words = [fold(one) for one in _TOKEN.findall(text[:_LONGEST])[:_MOST_WORDS] if one[0].isalpha()]
    if not words or _FOREIGN.isdisjoint(words):
        return ""
    counts: dict[str, int] = {}
    for word in words:
        for name in _LANGUAGES_OF.get(word, ()):
            counts[name] = counts.get(name, 0) + 1
    best = max(counts, key=lambda name: counts[name])
    in_english = sum(word in english.WORDS for word in words)
    enough = counts[best] >= min(_LEAST, len(words)) and 3 * counts[best] >= len(words)
    return best if enough and counts[best] > in_english else ""


def clauses_of(text: str, language: str) -> list[Clause]:
    """Return the clauses of a sentence in one of the languages, in order."""
    words = list(_read(text, _LANGUAGES[language]))
    for pattern, part in _TOGETHER:
        words = _joined(words, pattern, part)
    found: list[Clause] = []
    kept: list[Word] = []
    opener = ""
    for word in (*words, Word(parts.PAUSE, "")):
        if word.part not in (parts.PAUSE, parts.THAT, parts.BUT, parts.RATHER):
            kept.append(word)
            continue
        if kept:
            found.append(_clause(kept, opener))
            kept, opener = [], ""
        opener = word.part if word.part != parts.PAUSE else opener
    return found


def has_concord(language: str) -> bool:
    """Return whether two negations in a clause are one in this language."""
    return _LANGUAGES[language].concord


def _read(text: str, language: Vocabulary) -> Iterator[Word]:
    raw = _TOKEN.findall(text[:_LONGEST])
    low = [fold(one) for one in raw]
    at, before = 0, parts.PAUSE
    while at < len(raw):
        size, word = _next(raw, low, at, language, before)
        yield word
        before = word.part
        at += size


def _next(
    raw: list[str], low: list[str], at: int, language: Vocabulary, before: str
) -> tuple[int, Word]:
    """Return of how many words the next phrase is, and the phrase."""
    word = low[at]
    if word in _PAUSES:
        return 1, Word(parts.PAUSE, word)
    if word == DEVICE_MARK:
        return 1, Word(parts.DEVICE, word)
    if word == CODE_MARK:
        return 1, Word(parts.CODE, word)
    if word.isdecimal():
        count = int(word) if len(word) < _NO_DIGITS else 0
        return 1, Word(parts.NUMBER if count else parts.UNKNOWN, word, count)
    for phrase, part in language.phrases.get(word, ()):
        if low[at : at + len(phrase)] == list(phrase):
            text = " ".join(raw[at : at + len(phrase)])
            part = _in_place(part, raw, low, at, before, language)
            return len(phrase), Word(part, text, 2 if word in _BOTH else 0)
    if word in _NUMBERS:
        return 1, Word(parts.NUMBER, raw[at], _NUMBERS[word])
    return 1, Word(parts.NAME if raw[at][0].isupper() else parts.UNKNOWN, raw[at])


def _in_place(
    part: str, raw: list[str], low: list[str], at: int, before: str, language: Vocabulary
) -> str:
    """Return the part of a word where the words around it change it."""
    if before == parts.OUR and low[at] in language.people:
        return parts.PEOPLE
    if low[at] == "noch" and "weder" in low[:at]:
        return parts.FILLER
    if raw[at] == "Sie" and at:
        return parts.YOU  # where a sentence begins with it, it may be "they"
    if part == parts.WE_OR_NOT:
        # "Ni osodwyd ..." says not; "ni oedd" and "nid ni" say we.
        after = low[at + 1 : at + 2] or [""]
        copula = after[0] in ("yw", "oedd", "sydd", "fu", "a", "ydy", "r", "biau")
        first = before in (parts.PAUSE, parts.THAT, parts.FILLER) and bool(after[0])
        return parts.NOT if first and not copula and after[0] not in _PAUSES else parts.WE
    return part


def _joined(words: list[Word], pattern: re.Pattern[str], part: str) -> list[Word]:
    """Return the words with each group of them that the pattern finds as one word."""
    shape = "".join(word.part for word in words)
    found: list[Word] = []
    last = 0
    for match in pattern.finditer(shape):
        group = words[match.start() : match.end()]
        text = " ".join(word.text for word in group)
        found += [*words[last : match.start()], Word(part, text)]
        last = match.end()
    return [*found, *words[last:]]


def _clause(words: list[Word], opener: str) -> Clause:
    kept = tuple(word for word in words if word.part != parts.FILLER)
    return Clause(kept, "".join(word.part for word in kept), opener, words[0].part)
