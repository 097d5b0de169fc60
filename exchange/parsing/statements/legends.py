"""Read what the words of a column mean, where the sender says so: ``No = not checked yet``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from exchange.domain.mail import Outcome
from exchange.parsing.phrases.answer_phrases import read_remark, says_no
from exchange.parsing.text.lines import Line

_KEY: Final = (
    r"[\"'(]?(?P<key>no?|n/?a|nil|x|blank|y|yes|-|[\u2713\u2714\u2717\u2718\u274c])[\"')]?"
)
_BETWEEN: Final = (
    r"(?: (?:here|in|the|that|this|column|just|only|simply|under|ours|table|above|below|it|which"
    r"|second|third|last|answer)){0,6}"
)
_LONGEST: Final = 500
_LEGEND = re.compile(
    rf"(?:(?<=[,;/(.:] )|(?<=^)|\b(?:and|or|an?|the|put|say(?:s|ing)?|show(?:s|ing|n)?|with"
    rf"|mark(?:s|ed)?|enter(?:ed)?|it's|read|treat|take) ){_KEY}{_BETWEEN},?"
    r" ?(?:=|(?:it |this |that |which )?(?:means?|meant|meaning|stands? for|denotes?|indicates?"
    r"|signif(?:y|ies)|is for|only says|says only)\b| as(?: a)?\b)(?: that)?"
    r" ?[\"']?(?P<meaning>[^,;\"'=]{2,80})",
    re.I,
)
_POSITIVE: Final = frozenset(("y", "yes", "x", "\u2713", "\u2714"))
_WHERE = re.compile(
    r"\bwhere(?:ver)? (?:it|the \w+|we|i) (?:have |has )?(?:says?|reads?|put|shows?|entered?)"
    r" [\"']?(?P<key>no?|n/?a)[\"']?,? (?P<meaning>.{2,80})",
    re.I,
)
_DENIES: Final = re.compile(
    r"\W*(?:(?:we|it|they|was|were|is|are) ){0,2}(?:not|never|did not|didn't|no)\b[^.?!]{0,40}"
    r"\b(?:us|ours|our \w+|install(?:ed|ing)?(?: supplier)?|fit(?:ted)?)\W*$",
    re.I,
)


# In a text in lower case: to ignore case takes five times as long, and each sentence is tried.
_DEFINES = re.compile(r"mean|stand|denote|indicat|signif|says|shows|\bas\b|where")
_SAYS_YES = re.compile(
    r"[0-9a-f]{2}[^\w]{1,12}(?:y|yes|\u2713|\u2714)\W*$|\b(?:y|yes|\u2713"
    r"|\u2714)\W{1,12}[0-9a-f]{2}[-: ]?[0-9a-f]{2}",
    re.I,
)


_SIGN = re.compile(
    r"(?:^|[,;:(] ?)[\"']?(?P<key>(?!(?i:key|note|code)\b)[A-Za-z0-9]{1,4}"
    r"|[\u2713\u2714\u2717\u2718\u274c])[\"']? ?(?:=|[-\u2013](?= )"
    r"|:|(?:means?|stands for)\b(?: that)?) ?[\"']?(?P<meaning>[^,;=\"':]{3,90})"
)
# A bullet before the sign of equality is taken for one of a list.
_MARK = re.compile(
    r"[^\w\s.,;:?!\u2460-\u2473-]{0,3} ?=|[*#+~!\u2020\u2021\u2713-\u2718]{1,3} ?[:\u2013-] "
)
_CELLS = re.compile(r"\s{2,}|\t|\|")

_PROVISIONAL = re.compile(
    r"\b(?:provisional(?:ly)?|tentative(?:ly)?|preliminar(?:y|ily)|interim|drafts?|for now"
    r"|(?:not|until|before) (?:yet )?(?:final|finalised|signed[- ]off|approved|verified|validated)"
    r"|(?:the )?(?:signed[- ]off|approved|final|validated) (?:version|one|list|copy|sheet)"
    r"|subject to (?:\w+ )?(?:sign[- ]?off|approval|confirmation|checks?|verification)"
    r"|work in progress|first pass|first cut|rough)\b",
    re.I,
)
_NOT_PROVISIONAL = re.compile(
    r"\b(?:not|no longer|never) (?:a |an )?(?:provisional|draft|interim|preliminary)"
    r"|\b(?:this|that|here)(?:'s| is) (?:the|our) (?:final|approved|signed[- ]off)"
    r"|\b(?:in|from|sat in) (?:my |the )?drafts",
    re.I,
)


def signs_of_denial(texts: Iterable[str]) -> frozenset[str]:
    """Return the signs that sentences explain as a denial, in lower case: ``B - not ours``.

    A sign that they explain in another way as well is none.
    """
    denying: set[str] = set()
    other: set[str] = set()
    for text in texts:
        for one in _SIGN.finditer(text[:_LONGEST]):
            meaning = one["meaning"].strip(" .)")
            denied = read_remark(meaning).outcome is Outcome.NOT_INSTALLER
            denies = denied or _DENIES.match(meaning)
            (denying if denies else other).add(one["key"].lower())
    return frozenset(denying - other)


def explains_sign(text: str) -> bool:
    """Return whether a sentence begins with a sign and its meaning: ``A - code below``."""
    found = _SIGN.search(text[:_LONGEST])
    return found is not None and found.start() == 0


def explains_mark(text: str) -> bool:
    """Return whether a sentence gives a mark, and no letter, its meaning: ``* = not ours``.

    It says nothing of Devices on which the mark is not.
    """
    return _MARK.match(text[:_LONGEST]) is not None


def provisional_in(text: str) -> str:
    """Return the words by which the answers of a table are not the last: ``filled in for now``."""
    found = _PROVISIONAL.search(text)
    return "" if found is None or _NOT_PROVISIONAL.search(text) else found[0]


def has_sign(line: Line, signs: frozenset[str]) -> bool:
    """Return whether a line of a list has one of the signs in a cell of its own."""
    cells = line.cells or _CELLS.split(line.text[:_LONGEST])
    return any(cell.strip().lower() in signs for cell in cells)


def is_key(text: str) -> bool:
    """Return whether a sentence gives a sign its meaning: ``N = not installed by us``."""
    return "=" in text and _LEGEND.search(text[:500]) is not None


def says_yes(line: str) -> bool:
    """Return whether a line has a Device ID with "yes" next to it."""
    return len(line) < _LONGEST and bool(_SAYS_YES.search(line))


def read_legend(text: str) -> tuple[bool, str]:
    """Return whether a sentence is a legend, and its words that give a "No" another meaning.

    ``N = not installed by us`` alone is a denial too, and no legend here.
    """
    if "=" not in text and not _DEFINES.search(text.lower()):
        return False, ""
    found = False
    text = text[:_LONGEST]
    for one in (*_LEGEND.finditer(text), *_WHERE.finditer(text)):
        positive = one["key"].lower() in _POSITIVE
        found = found or positive
        if says_no(one["key"]) or one["key"] in "-xX" or one["key"].lower() in ("nil", "blank"):
            meaning = one["meaning"].strip(" .)")
            denied = read_remark(meaning).outcome is Outcome.NOT_INSTALLER
            if not (denied or _DENIES.match(meaning)):
                return True, one[0].strip()
    return found, ""
