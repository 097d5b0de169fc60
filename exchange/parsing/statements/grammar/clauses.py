"""Cut a sentence into clauses, and tell the part of each word in it.

The parts of a clause, one character for each word, are what its meaning is read from; the words of
``statement_words`` say which word is which part, in every language at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.phrases.statement_phrases import PHRASES
from exchange.parsing.phrases.typos import TYPOS
from exchange.parsing.statements.grammar.companies import (
    COMPANY,
    OWN_PEOPLE,
    is_somebody,
    other_people,
    own_people,
)
from exchange.parsing.statements.grammar.history import moves_supply, when_installed
from exchange.parsing.statements.grammar.scopes import (
    ordinal_at,
    with_endings_marked,
    with_rows_marked,
)
from exchange.parsing.statements.grammar.spelling import plain_words
from exchange.parsing.statements.grammar.words import ENDS_MARK, PAUSES, ROWS_MARK, Clause, Word
from exchange.parsing.statements.sentences import CODE_MARK, DEVICE_MARK
from exchange.parsing.text.cache_short import cache_short

_LONGEST: Final = 2_000  # characters of a sentence that are read
_NEAR: Final = 40  # words of a clause that one is read with
_SPLIT_VERB: Final = 8  # words from "put" to its "in"
_WORD = re.compile(
    rf"[^\W_]+(?:[-.'][^\W_]+)*|[{DEVICE_MARK}{CODE_MARK}{ROWS_MARK}{ENDS_MARK}&]|[,;:.!?()\[\]\"=/-]"
)
_JOINS: Final = frozenset(("and", "so", "therefore", "hence", "nor", "und", "et"))
_REASONS: Final = frozenset(("because", "as", "since"))
_BEGINNINGS: Final = frozenset(
    ("we", "they", "these", "those", "this", "it", "the", "none", "neither", "i", "our", "not")
)
_ORDINALS: Final = tuple([one] for one in parts.ORDINALS)
_BEFORE_COUNTS: Final = frozenset(
    ("the", "of", "your", "these", "those", "all", "both", "other", "remaining", "any", "last",
     "ces")
)  # fmt: skip


_ON_YOURS: Final = frozenset(("on", "in", "from", "within", "of", "under", "at", "to", "for"))
_YOUR_WORD: Final = frozenset(
    ("say-so", "word", "words", "advice", "instruction", "instructions", "insistence", "assumption",
     "view", "claim", "theory", "suggestion", "reading", "understanding", "authority", "opinion",
     "behalf", "account", "side", "part", "contractor", "subsidiary", "mop", "mam")
)  # fmt: skip
_AS_ADJECTIVE: Final = (("installation",), ("install",), ("installed",))
_NO_DEVICE: Final = frozenset(
    ("customer", "site", "property", "account", "address", "premises", "supply", "house", "home",
     "flat", "mpan", "mprn", "household", "tenant", "occupier", "meter point", "time", "case",
     "matter", "query", "week", "month", "morning", "afternoon", "point", "stage", "ticket")
)  # fmt: skip
_MAY_CLOSE: Final = frozenset(("did", "have", "had", "were", "was"))
_NEGATIONS: Final = frozenset(
    ("not", "never", "no", "niet", "nie", "non", "ikke", "nicht", "pas", "nunca", "ddim", "mai")
)
_ALL: Final = frozenset(
    ("all", "both", "every", "each", "todos", "todas", "ambos", "alle", "beide", "beiden", "tutti",
     "entrambi", "wszystkich", "obu", "begge", "tous")
)  # fmt: skip
# After another negation these are only its echo: "no ... de ninguno".
_ECHOES: Final = frozenset(("ninguno", "ninguna", "nessuno", "nessuna", "aucun", "aucune"))
_PREPOSITIONS: Final = frozenset(("of", "for", "on", "in", "to", "at", "with", "von", "de", "van"))
_EXCEPTIONS: Final = frozenset(
    ("except", "excepting", "excluding", "apart from", "aside from", "other than", "besides", "bar",
     "save", "save for", "with the exception of", "außer", "sauf", "salvo", "tranne", "behalve")
)  # fmt: skip
_BEGAN: Final = frozenset(
    ("took", "gained", "became", "started", "began", "came", "joined", "just", "recently",
     "supplied", "supply", "registered", "inherited", "acquired", "now", "today", "seen", "saw",
     "received", "obtained", "entered", "launched", "ever", "been", "arrived", "onboarded")
)  # fmt: skip
_AFTER_NO: Final = frozenset(
    ("we", "i", "it", "these", "they", "this", "those", "not", "neither", "none", "sorry")
)
_DONE: Final = frozenset(("it", "them", "these", "this", "those", "both", "that", "all"))
_THROUGH: Final = frozenset(("under", "through", "via", "with", "on", "from", "in"))
_ROW_WORDS: Final = frozenset(
    (parts.ROW, parts.ALL_BUT, parts.DEVICE, parts.ONE_DEVICE, parts.THESE, parts.THIS)
)


def clauses_of(text: str) -> list[Clause]:
    """Return the clauses of one sentence, in order; clauses without words are left out."""
    return list(_clauses_of(text))


@cache_short
def _clauses_of(text: str) -> tuple[Clause, ...]:
    found: list[Clause] = []
    words: list[Word] = []
    opener = ""
    read = [*_words(text), Word(parts.PAUSE, "")]
    for index, word in enumerate(read):
        joins = word.text.lower() if word.part == parts.JOIN else ""
        if word.part not in (parts.PAUSE, parts.CONTRAST) and not joins:
            words.append(word)
            continue
        if (word.text == "," or joins == "and") and _are_rows(words):
            continue  # "the first, the second and the fourth" are one subject
        if word.text == "," and read[index + 1].text.lower() in _EXCEPTIONS:
            continue  # "none of these, except the second"
        if words:
            found.append(_clause(words, opener))
            words, opener = [], ""
        opener = "but" if word.part == parts.CONTRAST else joins or opener
        if joins == "nor":
            words.append(Word(parts.NEGATION, word.text))
    return tuple(found)


def _are_rows(words: list[Word]) -> bool:
    """Whether a clause has nothing yet but rows."""
    here = {word.part for word in words} - {parts.FILLER}
    return parts.ROW in here and here <= _ROW_WORDS


def _clause(words: list[Word], opener: str) -> Clause:
    words = [
        word._replace(part=parts.FILLER) if moves_supply(words, at) else word
        for at, word in enumerate(words)
    ]
    for at, word in enumerate(words):
        since = when_installed(words, at) if word.part == parts.INSTALL else -1
        if since >= 0:
            idle = [one._replace(part=parts.FILLER) for one in words[since : at + 1]]
            words = [*words[:since], *idle, *words[at + 1 :]]
    kept = tuple(word for word in words if word.part != parts.FILLER)
    for at in range(len(kept) - 1, max(0, len(kept) - _NEAR), -1):
        if kept[at].text.lower() in _EXCEPTIONS and _names_rows(kept[at + 1 :]):
            kept = (*kept[:at], kept[at]._replace(part=parts.ALL_BUT), *kept[at + 1 :])
    return Clause(tuple(words), "".join(word.part for word in kept), kept, opener)


def _names_rows(words: tuple[Word, ...]) -> bool:
    """Whether words are rows or Devices, and nothing else."""
    named = any(word.part == parts.ROW or word.text == DEVICE_MARK for word in words)
    return named and {word.part for word in words} <= {parts.ROW, parts.DEVICE, parts.ONE_DEVICE}


def _words(text: str) -> Iterator[Word]:
    text = text[:_LONGEST]
    text, ends = with_endings_marked(text)
    text = plain_words(text)
    text, rows = with_rows_marked(text)
    raw = _WORD.findall(text)
    low = [one.lower() for one in raw]
    seen, last_digits, at, before = iter(rows), iter(ends), 0, ""
    while at < len(raw):
        length, word = _next(raw, low, at, before)
        if word.text == ROWS_MARK:
            word = Word(parts.ROW, word.text, next(seen, ()))
        if word.text == ENDS_MARK:
            word = Word(parts.ROW, f"{ENDS_MARK} {next(last_digits, '')}")
        yield word
        if word.part != parts.FILLER or word.text == "by":
            before = word.part
        at += length


def _next(raw: list[str], low: list[str], at: int, before: str) -> tuple[int, Word]:
    """Return how many words the next phrase has, and the phrase."""
    word = low[at]
    if word in PAUSES:
        return 1, Word(parts.PAUSE, word)
    follows = low[at + 1] if at + 1 < len(low) else ""
    if word == "and" and before == parts.NAME and _is_name(raw, low, at):
        return 1, Word(parts.NAME, word)  # Mercia Power and Gas
    if word in _JOINS or (
        word in _REASONS
        and (follows in _BEGINNINGS or raw[at + 1 : at + 2] != low[at + 1 : at + 2])
    ):
        return 1, Word(parts.JOIN, word)
    if word == DEVICE_MARK:
        return 1, Word(parts.DEVICE, word)
    if word == CODE_MARK:
        return 1, Word(parts.CODE, word)
    if word in (ROWS_MARK, ENDS_MARK):
        return 1, Word(parts.ROW, word)
    after = low[at + 1] if at + 1 < len(low) else ""
    ordinal = ordinal_at(low, at)
    if ordinal:
        return ordinal
    number = parts.number_of(word)
    if number and low[at + 1 : at + 3] == ["of", "us"]:
        return 3, Word(parts.WE, " ".join(raw[at : at + 3]))  # only two of us on this desk
    if number:
        counts = not at or low[at - 1] in _BEFORE_COUNTS or word.isalpha()
        if not counts and after not in ("devices", "meters", "of", "ones"):
            return 1, Word(parts.MOMENT, word)
        some = after == "of" and before not in (parts.THESE, parts.NO_ONE)
        return 1, Word(parts.PARTLY if some else parts.NUMBER, word, (number,))
    if word == "did" and low[at - 2 : at] == ["how", "we"]:
        return 1, Word(parts.FILLER, word)  # tell us how we did
    if word in _MAY_CLOSE and ((at and not follows) or follows in PAUSES) and low[at - 1] != "not":
        return 1, Word(parts.INSTALL if word == "did" else parts.FILLER, word)  # "Ostler did."
    if word in ("do", "done", "did") and at and low[at - 1] in ("not", "never"):
        idle = low[at - 2 : at - 1] == ["do"] or _names_job(low[at + 1 : at + 4])
        return 1, Word(parts.FILLER if idle else parts.INSTALL, word)
    if word == "did" and before == parts.NAME and follows in _DONE:
        return 1, Word(parts.INSTALL, word)  # Marlpit did them
    if low[at + 1 : at + 3] == ["of", "our"] and word in ("one", "any", "some", "member"):
        people = own_people(low, at + 2)
        if people:
            return people + 2, Word(parts.WE, " ".join(raw[at : at + people + 2]))
    people = own_people(low, at) if word in ("our", "my") else 0
    if people:
        return people, Word(parts.WE, " ".join(raw[at : at + people]))
    if before == parts.NAME and word == "group":
        return 1, Word(parts.NAME, raw[at])  # the Vale group
    if before == parts.NAME and _is_month_word(low, at):
        return 1, Word(parts.MOMENT, raw[at])  # by Limekiln Energy in August
    if before == parts.NAME and word in OWN_PEOPLE:
        return 1, Word(parts.FILLER, word)  # Vale's engineers
    others = other_people(low, at)
    if others:
        return others, Word(parts.OTHERS, " ".join(raw[at : at + others]))
    if (
        before in (parts.INSTALL, parts.MOMENT)
        and word in _THROUGH
        and (is_somebody(raw, at + 1) or other_people(low, at + 1))
    ):
        return 1, Word(parts.BY, word)  # went in under us
    if word == "you" and follows == "are" and (low[at + 2 : at + 3] or ["."])[0] in PAUSES:
        return 2, Word(parts.CORRECTION, "you are")
    if word == "yours" and not at:
        return 1, Word(parts.FILLER, word)
    if word == "put" and "in" in low[at + 1 : at + _SPLIT_VERB]:
        return 1, Word(parts.INSTALL, word)
    if raw[at] == "May" and at and _is_month(low, at):
        return 1, Word(parts.MOMENT, word)
    if word == "no" and follows in _AFTER_NO:
        return 1, Word(parts.FILLER, word)
    if word == "no" and not _phrase(low, at):
        return 1, Word(parts.FILLER if after in PAUSES or not after else parts.NEGATION, word)
    named = raw[at][:1].isupper() and word not in ("we", "i")
    if before == parts.NAME and named and not (raw[at].isupper() and _phrase(low, at)):
        return 1, Word(parts.NAME, raw[at])  # Gas & Electric, Energy
    known = _phrase(low, at)
    if known and known[0][-2:] == ("not", "have") and _installing(low[at + len(known[0]) :][:2]):
        known = None if low[at] != "not" else (("not",), parts.NEGATION)  # have not installed
    if known:
        phrase, part = known
        text = " ".join(raw[at : at + len(phrase)])
        return len(phrase), Word(_in_place(part, phrase, low, at), text)
    if word.startswith("mp121"):
        return 1, Word(parts.FILLER, raw[at])
    if word == "&":
        return 1, Word(parts.NAME if before == parts.NAME else parts.FILLER, word)
    meant = TYPOS.get(word)
    if meant:
        return _next(
            [*raw[:at], meant, *raw[at + 1 :]], [*low[:at], meant, *low[at + 1 :]], at, before
        )
    listed = at > 1 and low[at - 1] == "your" and low[at - 2] in _ON_YOURS
    if listed and raw[at] == word and word not in _YOUR_WORD:
        return 1, Word(parts.FILLER, word)  # on your schedule: whatever they call our list
    capital = raw[at][:1].isupper() or before == parts.BY
    return 1, Word(parts.NAME if capital else parts.UNKNOWN, raw[at])


def _is_name(raw: list[str], low: list[str], at: int) -> bool:
    """Whether the words before and after ``and`` may be one company's name."""
    after = raw[at + 1 : at + 2]
    if not at or not after or not (raw[at - 1][:1].isupper() and after[0][:1].isupper()):
        return False
    return low[at + 1] not in _BEGINNINGS and not after[0].isupper()


def _phrase(low: list[str], at: int) -> tuple[tuple[str, ...], str] | None:
    """Return the longest phrase that is listed and stands here, with its part."""
    for phrase, part in PHRASES.get(low[at], ()):
        if low[at : at + len(phrase)] == list(phrase):
            return phrase, part
    return None


def _is_month(low: list[str], at: int) -> bool:
    """Whether ``May`` stands where a month does: before a year, after ``in`` or another month."""
    near = low[max(0, at - 2) : at]
    months = any(parts.MOMENT in {p for _, p in PHRASES.get(word, ())} for word in near)
    year = low[at + 1 : at + 2] and low[at + 1].isdecimal()
    return months or bool(year) or low[at - 1].isdecimal() or low[at - 1] in ("in", "since", "by")


def _is_month_word(low: list[str], at: int) -> bool:
    known = _phrase(low, at)
    return known is not None and known[1] == parts.MOMENT and low[at - 1] in ("in", "since", "from")


def _names_job(words: list[str]) -> bool:
    """Whether a job is what was not done: ``did not do this install``."""
    return any(word.startswith(("install", "job", "work", "fit")) for word in words)


def _clause_before(low: list[str], at: int) -> list[str]:
    """Return the words of the same clause before one, the nearest ones."""
    start = at
    while start > at - _NEAR and start and low[start - 1] not in PAUSES:
        start -= 1
    return low[start:at]


def _in_place(part: str, phrase: tuple[str, ...], low: list[str], at: int) -> str:
    """Return the part of a phrase where the words around it change it."""
    before = low[at - 1] if at else ""
    after = low[at + len(phrase)] if at + len(phrase) < len(low) else ""
    if phrase in _AS_ADJECTIVE and after in parts.OF_INSTALLING:
        return parts.FILLER
    if phrase[0] in ("job", "jobs") and after in parts.OF_JOBS:
        return parts.FILLER
    if phrase == ("only",) and (before.isdecimal() or _tells_when(low[at + 1 : at + 3])):
        return parts.FILLER
    if phrase in (("install",), ("fit",)) and before in parts.BEFORE_JOBS:
        return parts.JOB
    if phrase == ("this",) and after in _NO_DEVICE:
        return parts.FILLER  # this customer
    if phrase == ("that",):
        return parts.FILLER
    if phrase in (("who",), ("which",)) and before in {*COMPANY, "else", "us", "we", "ourselves"}:
        return parts.FILLER
    if phrase == ("only",) and (
        after in (ROWS_MARK, DEVICE_MARK) or low[at + 2 : at + 3][:1] in _ORDINALS
    ):
        return parts.FILLER
    if phrase[0] in _ALL and (before in ("install", "fit") or before in _NEGATIONS):
        return parts.PARTLY  # we did not install all of them
    if phrase[0] in _ALL and part == parts.THESE and _is_negated(low, at):
        return parts.PARTLY
    if phrase[0] in _ECHOES and _NEGATIONS & set(_clause_before(low, at)):
        return parts.THESE
    if phrase == ("for", "you") and _installing(_clause_before(low, at)):
        return parts.EXCEPT  # for whom else?
    if phrase == ("ourselves",) and before != "by":
        return parts.EXCEPT  # somebody else did, for us
    if phrase == ("it",) and low[at + 2 : at + 4] in (["not", "us"], ["not", "we"]):
        return parts.FILLER  # who did
    if phrase == ("it",) and low[at + 2 : at + 5] == ["not", "the", "installing"]:
        return parts.FILLER  # the company
    if phrase == ("ours",) and before in parts.GREETINGS:
        return parts.FILLER  # Hello Ours
    if part == parts.OURS and after == "to":
        return parts.DOUBT  # not ours to say
    if phrase == ("ni",) and not at and after != "a":
        return parts.NEGATION
    if phrase == ("ni",):
        return parts.WE
    if phrase in (("one",), ("device",), ("meter",)) and before in ("these", "those", "all"):
        return parts.DEVICE
    return part


def _tells_when(words: list[str]) -> bool:
    """Whether ``only`` is said of a time: ``only took them over``, ``only in 2021``."""
    if len(words) > 1 and words[0] in ("in", "from", "since"):
        return words[1].isdecimal() or (parts.MOMENT in {p for _, p in PHRASES.get(words[1], ())})
    return bool(words) and words[0] in _BEGAN


def _installing(words: list[str]) -> bool:
    return any(
        part in (parts.INSTALL, parts.WE_INSTALLED)
        for word in words
        for phrase, part in PHRASES.get(word, ())
        if len(phrase) == 1
    )


def _is_negated(low: list[str], at: int) -> bool:
    """Whether ``all`` comes after a negated verb: ``we have not fitted all``, no ``all were``."""
    words = _clause_before(low, at)
    if (
        words[-1:] == ["of"]
        and words[-2:-1] != ["respect"]
        and _NEGATIONS & set(words)
        and {"supplier", "installer"} & set(words)
    ):
        return True  # not the installing Supplier of both
    if words and words[-1] in _PREPOSITIONS:
        return False
    return "by" not in words and bool(_NEGATIONS & set(words)) and _installing(words)
