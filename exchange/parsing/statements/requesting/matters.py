"""Tell whether a sentence is about codes, Devices or requests of ours, or another trade's."""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.languages.acts import names_codes_in
from exchange.parsing.languages.clauses import language_of
from exchange.parsing.phrases import act_phrases as asked
from exchange.parsing.phrases import matter_phrases as matter
from exchange.parsing.text.cache_short import cache_short

_LEAST_WORDS: Final = 4  # of a sentence
_SHORT: Final = 8  # words of a sentence that has no room for another matter
_WORD = re.compile(r"[^\W\d_]{2,}")


@cache_short
def names_codes(text: str) -> bool:
    """Return whether a sentence names install codes."""
    if matter.CODES.search(matter.OTHER_CODES.sub(" ", text)):
        return True
    language = language_of(text)
    return bool(language) and names_codes_in(text, language)


def is_about_ours(text: str, *, pointers: bool = True, it: bool = True) -> bool:
    """Return whether what a sentence complains of may be our matter, not that of another trade.

    ``pointers``: "these" may be our Devices; ``it``: so may "it".
    """
    if matter.OURS.search(text):
        return True
    if matter.SOURCE_CODE.search(text):
        return False
    if names_codes(text):
        return True
    if matter.PROGRAMS.search(text) or matter.ELSEWHERE.search(text):
        return False
    few = len(_WORD.findall(text)) <= _LEAST_WORDS  # they speak of what was named before
    if few or matter.THINGS.search(text) or (pointers and matter.POINTERS.search(text)):
        return True
    return pointers and it and bool(matter.IT.search(text))


def is_about_it(text: str) -> bool:
    """Return whether "it" is what a sentence is about, not what it named a few words before."""
    first = matter.IT.search(text)
    return first is not None and (
        len(_WORD.findall(text[: first.start()])) < _LEAST_WORDS
        or len(_WORD.findall(text)) <= _SHORT
    )


def without_other_objects(text: str) -> str:
    """Return ``text`` without the meeting that it calls off, unless it names something of ours."""
    ours = matter.OURS.search(text) or names_codes(text)
    return text if ours else matter.OTHER_OBJECTS.sub(" ", text)


def is_about_software(text: str) -> bool:
    """Return whether a sentence is about programs, and nothing of ours."""
    if matter.OURS.search(text) or matter.MAIL.search(text):
        return False
    return bool(matter.SOURCE_CODE.search(text) or matter.PROGRAMS.search(text))


def is_about_scams(text: str) -> bool:
    """Return whether a sentence warns of the scams of others, as footers do."""
    return bool(asked.SCAMS_ABOUT.search(text)) and not asked.OWN_MAILBOX.search(text)
