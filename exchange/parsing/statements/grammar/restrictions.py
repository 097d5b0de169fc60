"""Notice what narrows "the meters" to some of them: in bold, the Landis ones, those fitted in 2019.

Words around the Devices that only say where they are listed or that we asked about them narrow
nothing.  Any other word may: a denial of these is no denial of the whole list.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.words import Clause, Word

_DEVICES: Final = frozenset((parts.DEVICE, parts.ONE_DEVICE))
_VERBS: Final = frozenset(
    ("was", "were", "is", "are", "has", "have", "had", "did", "do", "does", "been", "be", "being",
     "went", "came", "got", "gets", "wasn't", "weren't", "isn't", "aren't", "didn't", "can",
     "will", "would", "could", "may", "might", "must", "should", "relate", "relates", "belong",
     "belongs", "appear", "appears", "match", "matches", "correspond", "show", "shows", "exist",
     "come", "comes", "fall")
)  # fmt: skip
_ENDS: Final = frozenset(
    (parts.NEGATION, parts.NO_ONE, parts.BY, parts.INSTALLER, parts.OURS, parts.WE, parts.PAUSE)
)
_MAY_NARROW: Final = frozenset((parts.FILLER, parts.UNKNOWN, parts.NAME))
_HARMLESS: Final = frozenset(
    # Words of little meaning.
    ("the", "a", "an", "of", "in", "on", "at", "to", "for", "from", "by", "with", "as", "and", "or",
     "your", "our", "that", "which", "who", "you", "we", "i", "it", "this", "these", "those",
     "them", "all", "any", "both", "each", "every", "either", "and", "single", "just", "only", "so",
     "us", "there", "here", "below", "above", "attached", "enclosed", "following", "said",
     "same", "whole", "entire", "full", "complete", "various", "particular", "specific", "other",
     # Where they are listed, and that we asked.
     "list", "lists", "listing", "table", "request", "requests", "email", "e-mail", "mail",
     "message", "letter", "query", "tracker", "log", "portal", "register", "export",
     "enquiry", "spreadsheet", "workbook", "sheet", "file", "csv",
     "attachment", "schedule", "form", "note", "ticket", "case", "reference", "ref", "rows", "row",
     "entries", "listed", "mentioned", "named", "quoted", "referenced", "referred", "given",
     "shown", "sent", "supplied", "provided", "asked", "asking", "ask", "requested", "queried",
     "enquired", "about", "after", "question", "concerned", "detailed", "set", "out", "refer",
     "re", "mp121", "under", "per", "identified", "therein", "contained", "raised", "name",
     "above-referenced", "above-mentioned", "aforementioned", "batch", "lot", "bunch", "pair",
     # What every one of them is.
     "already", "gain", "gained",
     "smart", "smets", "smets1", "smets2", "zigbee", "electricity", "gas", "fuel", "dual", "energy",
     "metering", "device", "meter", "uncommissioned", "installed", "premises", "sites", "site",
     "properties", "property", "addresses", "address", "homes", "customers", "customer",
     "customers'", "house", "houses", "ids", "id", "guid", "guids", "eui", "euis")
)  # fmt: skip


def restriction_in(clause: Clause) -> str:
    """Return the word that narrows the Devices of a clause to some of them; empty if none does."""
    words = clause.words
    for at, word in enumerate(words):
        if word.part in _DEVICES:
            before = list(takewhile(_is_inside, reversed(words[:at])))
            lead = words[at - len(before) - 1] if at > len(before) else None
            if lead and lead.part == parts.THESE and lead.text.lower() != "those":
                continue  # "these meters" are all of them, whatever else is said of them
            found = _narrowing(() if _pointed_out(before) else before)
        elif word.part == parts.THESE and word.text.lower() == "those":
            found = ""
        else:
            continue
        found = found or _narrowing(_after(words, at)) or _when_installed(words, at)
        if found:
            return found
    return ""


def restriction_before(clauses: Sequence[Clause], index: int) -> str:
    """Return what narrows the Devices of a clause, or of a heading right before it.

    ``Meters shown in red: not installed by us``.
    """
    found = restriction_in(clauses[index])
    before = clauses[index - 1] if index else None
    if found or before is None or any(_is_verb(word) for word in before.words):
        return found
    return restriction_in(before)


def _is_verb(word: Word) -> bool:
    return word.text.lower().partition(" ")[0] in _VERBS


def _is_inside(word: Word) -> bool:
    return word.part in _MAY_NARROW and not _is_verb(word)


def _pointed_out(before: Sequence[Word]) -> bool:
    """Return whether no article is before the Devices, nearest word first: "7 old meters"."""
    return not any(word.text.lower() in ("the", "those") for word in before)


def _after(words: Sequence[Word], at: int) -> list[Word]:
    return list(
        takewhile(lambda word: word.part not in _ENDS and not _is_verb(word), words[at + 1 :])
    )


def _narrowing(words: Sequence[Word]) -> str:
    return next(
        (
            word.text
            for word in words
            if word.part in _MAY_NARROW
            and word.text.lower() not in _HARMLESS
            and word.text[:1].isalpha()
            and " " not in word.text
            and not any(map(str.isdigit, word.text))
        ),
        "",
    )


def _when_installed(words: Sequence[Word], at: int) -> str:
    """Return "installed" of "those installed before 2019 are not ours"."""
    rest = words[at + 1 :]
    if not rest or rest[0].part != parts.INSTALL:
        return ""
    verb = next((i for i, word in enumerate(rest) if _is_verb(word)), None)
    return rest[0].text if verb is not None and verb > 1 else ""
