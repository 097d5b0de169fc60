"""Split a line of running text into segments, and pair the devices and codes of each.

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
from exchange.parsing.phrases.header_terms import device_type_of, labels_code, labels_device

LEFTOVER: Final = re.compile(r"[\s,;:.|/&()\[\]\-*\u2022\u00b7\"'<>#=]+|\b(?:and|or|nor)\b", re.I)
_BETWEEN_LISTED = re.compile(
    r"[\s,;:.|/&()\[\]\-\"']+|\b(?:and|or|nor|also|esme|gsme|gpf|chf|ppmid|ihd|meter|device|elec"
    r"|electricity|gas|the|id)\b",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z0-9(])")
_BELONGS_TO = re.compile(r"\b(?:for|of|belongs? to|goes with)\b", re.I)
_JOINED_TO = re.compile(r"[\s,;]*(?:\b(?:but|and|while|whereas|however)\b[\s,;:]*)+$", re.I)
# Words before a code that do not turn it into something else.
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
    """A line, or those of its sentences that are about the same devices."""

    devices: list[Token]
    codes: list[Token]
    text: str
    start: int  # its column in the line

    @property
    def rest(self) -> str:
        """Return the text without its devices and codes."""
        return remove_tokens(self.text, [*self.devices, *self.codes], self.start)


def words_before(text: str, token: Token) -> str:
    """Return the text before a token, as far back as a label can be."""
    lead = text[max(0, token.start - _NEARBY) : token.start]
    return lead[:-2] if lead[-2:].lower() == "0x" else lead


def labelled_type(lead: str) -> str:
    """Return the device type named by the words right before a value, or empty."""
    return device_type_of(lead[-40:]) if lead.strip() else ""


def is_mere_item(rest: str) -> bool:
    """Return whether the words next to a device are no more than an item of a list has."""
    return not _TALK.search(rest) and len(_LETTERS.findall(rest[:_REMARK])) <= 8


def split_segments(
    text: str, devices: Sequence[Token], codes: Sequence[Token]
) -> tuple[list[Segment], list[str]]:
    """Return the segments of a line, each with its own devices, and the sentences about the rest.

    A sentence with a code and no device belongs to the others: then the line is one segment.
    """
    whole = [Segment(list(devices), list(codes), text, 0)]
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    if len(cuts) == 2 or not devices:
        return whole, []
    heads = [token.start for token in devices]
    tails = [token.start for token in codes]
    segments: list[Segment] = []
    about_rest: list[str] = []
    lead = 0
    for start, end in pairwise(cuts):
        own_devices = list(devices[bisect_left(heads, start) : bisect_left(heads, end)])
        own_codes = list(codes[bisect_left(tails, start) : bisect_left(tails, end)])
        if own_devices:
            begin = lead if not segments else start
            segments.append(Segment(own_devices, own_codes, text[begin:end], begin))
        elif own_codes:
            return whole, []
        elif mentions_rest(text[start:end]):
            about_rest.append(text[start:end])
            lead = end if not segments else lead
        elif segments:
            last = segments.pop()
            if len(last.text) + last.start != start:
                return whole, []  # a sentence about the rest is between them
            segments.append(last._replace(text=text[last.start : end]))
    return segments, about_rest


def calls_otherwise(lead: str) -> bool:
    """Return whether the words right before 32 or 36 digits call them something else."""
    tail = _BRACKETED.sub(" ", lead[-60:])
    cut = max(tail.rfind(sign) for sign in ",;.|\t(")
    return bool(_LETTERS.search(_CODE_LEAD.sub(" ", tail[cut + 1 :])))


def calls_code_wrong(segment: Segment) -> bool:
    """Return whether the words around a code call it wrong, or say that it is not this one."""
    if _DISTRUSTED.search(segment.rest):
        return True
    leads = [segment.text[: code.start - segment.start][-40:] for code in segment.codes]
    return any(map(_DISTRUSTED.search, leads))


def calls_code_otherwise(segment: Segment) -> bool:
    """Return whether a code without a right CRC follows words that call it something else."""
    for code in segment.codes:
        ends = [token.end for token in segment.devices if token.end <= code.start]
        lead = segment.text[
            max(ends, default=segment.start) - segment.start : code.start - segment.start
        ]
        if not has_good_crc(code.text) and not labels_code(lead) and calls_otherwise(lead):
            return True
    return False


def groups_of(segment: Segment) -> list[list[Token]]:
    """Return the devices of a segment in groups, separated only by a comma or "and"."""
    groups: list[list[Token]] = []
    for token in segment.devices:
        if groups:
            between = segment.text[groups[-1][-1].end - segment.start : token.start - segment.start]
            if not _BETWEEN_LISTED.sub("", between):
                groups[-1].append(token)
                continue
        groups.append([token])
    return groups


def outcomes_of(
    gaps: list[str], outcome_of: Callable[[str], Outcome | None]
) -> list[Outcome | None]:
    """Return the outcome of each group, from the words before the first, between and at the end.

    Either each group is followed by its words or each follows them; otherwise none is clear.
    """
    lead, after = outcome_of(gaps[0]), [outcome_of(gap) for gap in gaps[1:]]
    heads = [outcome_of(gap) for gap in gaps[:-1]]
    if not any([lead, *after]):
        return [None] * len(after)
    unclear: list[Outcome | None] = [Outcome.UNCLEAR] * len(after)
    if lead is None and all(_LETTERS.search(gap) for gap in gaps[1:]):
        return list(after)
    if lead is not None and after[-1] is None and not _LETTERS.search(gaps[-1]):
        doubts = [expresses_doubt(_JOINED_TO.sub("", gap)) for gap in gaps[1:]]
        return [
            Outcome.UNCLEAR if doubtful and head is not None else head
            for head, doubtful in zip(heads, doubts, strict=True)
        ]
    return unclear


def pairs_of(segment: Segment) -> list[tuple[Token, Token]]:
    """Return the pairs of alternating devices and codes: each code after its device, or clearly
    before it."""
    devices, codes = segment.devices, segment.codes
    if len(devices) != len(codes):
        return []
    coded = {token.start for token in codes}
    kinds = [start in coded for start in sorted([token.start for token in devices] + [*coded])]
    both = list(zip(devices, codes, strict=True))
    if len(devices) == 1 or kinds == [False, True] * len(devices):
        return both
    if kinds != [True, False] * len(devices):
        return []
    within = [segment.text[c.end - segment.start : d.start - segment.start] for d, c in both]
    across = [
        segment.text[d.end - segment.start : c.start - segment.start]
        for d, c in zip(devices, codes[1:], strict=False)
    ]
    plain = all(map(_BELONGS_TO.search, within)) and not any(map(_BELONGS_TO.search, across))
    return both if plain else []


def remark_of(rest: str) -> str:
    """Return the words next to a device as a remark."""
    return normalise_phrase(rest).strip(" -:;,.|\t\u2022*")[:_REMARK]


def may_be_code(lead: str) -> bool:
    """Return whether the words before a value leave it an install code: ``code without CRC:``."""
    return labels_code(lead) or labels_device(lead) is not False
