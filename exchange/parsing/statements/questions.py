"""Read a question together with the short answer that the sender gives to it: ``Did we? No.``

The words of the answer alone say nothing, and those of the question ask; together they are one
sentence that denies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from exchange.parsing.statements.sentences import Sentence

_NAME = r"(?-i:[A-Z][\w&.'-]*(?: (?:[A-Z&][\w&.'-]*|and)){0,5})"
_WHO = rf"(?:we|our (?:\w+ )?(?:team|engineers|company|installers)|{_NAME})"
_DID = re.compile(
    rf"\W*(?:q(?:uestion)?\W+)?(?P<did>did|have|had) (?P<who>{_WHO}) (?P<rest>[^?]{{3,200}})\?\W*",
    re.I,
)
_WERE = re.compile(
    r"\W*(?:q(?:uestion)?\W+)?(?P<were>were|was|are|is) (?P<which>[^?]{2,120}?) "
    r"(?P<rest>(?:installed|fitted|put in|ours\b|the installing|the installer)[^?]{0,120})\?\W*",
    re.I,
)
_ASKED = re.compile(
    r"\W*(?:you|your (?:e-?mail|request|letter|message|query))(?: have| had)? (?:asked|asks?"
    r"|wanted to know|want to know|are asking|enquired|queried|wondered)(?: us| me)? (?:whether|if)"
    rf" (?P<who>{_WHO}) (?:had |have |has )?(?P<rest>[^?.]{{3,200}})[.?]?\W*",
    re.I,
)
_NO = re.compile(
    r"\W*(?:\(?y(?:es)?\W{0,3}(?:or\W)?n(?:o)?\)?\W{1,4})?(?:a(?:nswer)?\W+)?(?:(?:no|n|nope|nah"
    r"|negative|afraid not|i'?m afraid not|unfortunately not"
    r"|sadly not|sorry|definitely not|absolutely not|certainly not|not at all|they (?:were not"
    r"|weren't)|we (?:did not|didn't|have not|haven't|had not|hadn't)|not us|it (?:was not|wasn't)"
    r"|none(?: of (?:them|these|those))?(?: (?:was|were))?|not ours)[,.!\s]*){1,3}",
    re.I,
)
_ABOUT = re.compile(r"\b(?:install|fit|put|ours\b)", re.I)


def with_answers(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences, each question and the ``no`` after it as one that denies."""
    return list(_merged(sentences))


def _merged(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    answered = False
    for at, one in enumerate(sentences):
        after = sentences[at + 1] if at + 1 < len(sentences) else None
        if answered:
            answered = False
            continue
        denied = _denied(one.text) if after is not None and _NO.fullmatch(after.text) else ""
        answered = bool(denied)
        yield one._replace(text=denied) if denied else one


def _denied(text: str) -> str:
    """Return what a question becomes if its answer is no; empty if it asks something else."""
    if not _ABOUT.search(text):
        return ""
    did = _DID.fullmatch(text) or _ASKED.fullmatch(text)
    if did is not None:
        return f"{did['who']} did not {did['rest']}."
    were = _WERE.fullmatch(text)
    return f"{were['which']} {were['were'].lower()} not {were['rest']}." if were is not None else ""
