"""One line of running text: its sentences, its groups of devices, and which code is of which.

The order on the line and the words between decide; where they do not, nothing is paired.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from exchange.domain.mail import Outcome
from exchange.parsing.identifiers.codes import has_good_crc
from exchange.parsing.identifiers.tokens import Token, remove_tokens
from exchange.parsing.phrases.answer_phrases import expresses_doubt, mentions_rest, normalise_phrase
from exchange.parsing.phrases.header_terms import device_type_of, labels_code

LEFTOVER: Final = re.compile(r"[\s,;:.|/&()\[\]\-*\u2022\u00b7\"'<>#=]+|\b(?:and|or|nor)\b", re.I)
_BETWEEN_LISTED = re.compile(
    r"[\s,;:.|/&()\[\]\-\"']+|\b(?:and|or|nor|also|esme|gsme|gpf|chf|ppmid|ihd|meter|device|elec"
    r"|electricity|gas|the|id)\b",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z0-9(])")
_BELONGS = re.compile(r"\b(?:for|of|belongs? to|goes with)\b", re.I)
_JOINED_TO = re.compile(r"[\s,;]*(?:\b(?:but|and|while|whereas|however)\b[\s,;:]*)+$", re.I)
# What may stand before a code without making anything else of it.
_CODE_LEAD = re.compile(
    r"\b(?:esme|gsme|gpf|chf|ppmid|ihd|elec(?:tric(?:ity)?)?|gas|meters?|devices?|hub|code|ic|is|it|its"
    r"|it's|use|for|of|the|and|with|crc|without|ours?|yes|y|installed|fitted|by|us|provided|x|smets"
    r"|eui|id|guid|type|hex|install(?:ation)?|key|here|below|new|correct)\b",
    re.I,
)
_BRACKETED = re.compile(r"[(\[][^()\[\]]*[)\]]")
_DISTRUSTED = re.compile(
    r"\b(?:ignore|disregard|wrong(?:ly)?|incorrect|invalid|superseded|obsolete|typo|mistaken?(?:ly)?"
    r"|expired?|not sure|unsure|fail(?:s|ed|ing)?|(?:does not|doesn't|did not|didn't) work"
    r"|(?:previous|old|former|earlier) (?:install(?:ation)? )?(?:code|ic)|another (?:meter|device)"
    r"|(?:look|looks|meters?|devices?|something) like|for example|you (?:told|gave|said)|maybe"
    r"|might|perhaps|possibly|probably|i think|we think|no longer valid"
    r"|(?:do not|don't|not to) use|example|dummy|in error|out of date)\b"
    r"|\be\.g\b|\?|(?:\bnot|n't|\bnever)\W*$",
    re.I,
)
_TALK = re.compile(
    r"\b(?:ours?|us|we|only|except|but|yes|installed|fitted|did|not|codes?|however|apart|was|is"
    r"|were|are|if|see|this|that|which)\b",
    re.I,
)
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_REMARK: Final = 300
_NEARBY: Final = 200


class Segment(NamedTuple):
    """A line, or those of its sentences that speak of the same devices."""

    devices: list[Token]
    codes: list[Token]
    text: str
    start: int  # its column in the line

    @property
    def rest(self) -> str:
        """The text without its devices and codes."""
        return remove_tokens(self.text, [*self.devices, *self.codes], self.start)


def words_before(text: str, word: Token) -> str:
    """The words before a word, as far back as a label can stand."""
    lead = text[max(0, word.start - _NEARBY) : word.start]
    return lead[:-2] if lead[-2:].lower() == "0x" else lead


def labelled_type(lead: str) -> str:
    """The device type that the words right before a value name, or nothing."""
    return device_type_of(lead[-40:]) if lead.strip() else ""


def is_mere_item(rest: str) -> bool:
    """Whether what stands beside a device is no more than an item of a list holds."""
    return not _TALK.search(rest) and len(_LETTERS.findall(rest[:_REMARK])) <= 8


def split_segments(
    text: str, devices: Sequence[Token], codes: Sequence[Token]
) -> tuple[list[Segment], list[str]]:
    """A line in units, each with devices of its own, and its sentences on the rest of a list.

    One unit where a sentence has a code and no device: then they belong together over its end.
    """
    whole = [Segment(list(devices), list(codes), text, 0)]
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    if len(cuts) == 2 or not devices:
        return whole, []
    heads = [word.start for word in devices]
    tails = [word.start for word in codes]
    units: list[Segment] = []
    aside: list[str] = []
    lead = 0
    for start, end in pairwise(cuts):
        own = list(devices[bisect_left(heads, start) : bisect_left(heads, end)])
        its = list(codes[bisect_left(tails, start) : bisect_left(tails, end)])
        if own:
            begin = lead if not units else start
            units.append(Segment(own, its, text[begin:end], begin))
        elif its:
            return whole, []
        elif mentions_rest(text[start:end]):
            aside.append(text[start:end])
            lead = end if not units else lead
        elif units:
            last = units.pop()
            if len(last.text) + last.start != start:
                return whole, []  # a sentence on the rest stands between
            units.append(last._replace(text=text[last.start : end]))
    return units, aside


def calls_otherwise(lead: str) -> bool:
    """Whether the words right before 32 or 36 digits make something else of them than a code."""
    tail = _BRACKETED.sub(" ", lead[-60:])
    cut = max(tail.rfind(sign) for sign in ",;.|\t(")
    return bool(_LETTERS.search(_CODE_LEAD.sub(" ", tail[cut + 1 :])))


def calls_code_wrong(unit: Segment) -> bool:
    """Whether the words around a code call it wrong, or say that it is not this one."""
    if _DISTRUSTED.search(unit.rest):
        return True
    leads = [unit.text[: code.start - unit.start][-40:] for code in unit.codes]
    return any(map(_DISTRUSTED.search, leads))


def calls_code_otherwise(unit: Segment) -> bool:
    """Whether a code that no CRC bears out stands behind words that call it something else."""
    for code in unit.codes:
        ends = [word.end for word in unit.devices if word.end <= code.start]
        lead = unit.text[max(ends, default=unit.start) - unit.start : code.start - unit.start]
        if not has_good_crc(code.text) and not labels_code(lead) and calls_otherwise(lead):
            return True
    return False


def groups_of(unit: Segment) -> list[list[Token]]:
    """The devices of a unit, together where nothing but a comma or "and" stands between them."""
    groups: list[list[Token]] = []
    for word in unit.devices:
        if groups:
            between = unit.text[groups[-1][-1].end - unit.start : word.start - unit.start]
            if not _BETWEEN_LISTED.sub("", between):
                groups[-1].append(word)
                continue
        groups.append([word])
    return groups


def outcomes_of(
    gaps: list[str], outcome_of: Callable[[str], Outcome | None]
) -> list[Outcome | None]:
    """What is said of each group, from the words before the first, between them and at the end.

    Either each is followed by its words or each stands behind them; else none is plain.
    """
    lead, behind = outcome_of(gaps[0]), [outcome_of(gap) for gap in gaps[1:]]
    heads = [outcome_of(gap) for gap in gaps[:-1]]
    if not any([lead, *behind]):
        return [None] * len(behind)
    unclear: list[Outcome | None] = [Outcome.UNCLEAR] * len(behind)
    if lead is None and all(_LETTERS.search(gap) for gap in gaps[1:]):
        return list(behind)
    if lead is not None and behind[-1] is None and not _LETTERS.search(gaps[-1]):
        after = [expresses_doubt(_JOINED_TO.sub("", gap)) for gap in gaps[1:]]
        return [
            Outcome.UNCLEAR if doubtful and head is not None else head
            for head, doubtful in zip(heads, after, strict=True)
        ]
    return unclear


def pairs_of(unit: Segment) -> list[tuple[Token, Token]]:
    """Devices and codes that alternate: each code behind its device, or plainly before it."""
    devices, codes = unit.devices, unit.codes
    if len(devices) != len(codes):
        return []
    coded = {word.start for word in codes}
    kinds = [start in coded for start in sorted([word.start for word in devices] + [*coded])]
    both = list(zip(devices, codes, strict=True))
    if len(devices) == 1 or kinds == [False, True] * len(devices):
        return both
    if kinds != [True, False] * len(devices):
        return []
    within = [unit.text[c.end - unit.start : d.start - unit.start] for d, c in both]
    across = [
        unit.text[d.end - unit.start : c.start - unit.start]
        for d, c in zip(devices, codes[1:], strict=False)
    ]
    plain = all(map(_BELONGS.search, within)) and not any(map(_BELONGS.search, across))
    return both if plain else []


def remark_of(rest: str) -> str:
    """The words beside a device, as a remark."""
    return normalise_phrase(rest).strip(" -:;,.|\t\u2022*")[:_REMARK]
