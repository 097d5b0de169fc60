"""Answers in people's words: beside one device, or for a whole list.

"Not the installing Supplier" discharges a device, so it takes a plain statement in the first
person; one doubtful word beside it makes it unclear.  Unclear goes to a person.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from exchange.domain.mail import Outcome


class Remark(NamedTuple):
    """What a remark says; ``firm`` when it can only be an answer, whatever mail it stands in."""

    outcome: Outcome | None
    firm: bool = False


_US = r"(?:us|ourselves|our (?:company|engineers?|team|installers?))\b"
_FITTED = r"(?:installed|fitted)"
_NOT_INSTALLER = re.compile(
    r"\bnot (?:the |an? )?(?:original )?install(?:ing|ation) (?:supplier|party|company)\b"
    r"|\bnot (?:the |an? )?installer\b"
    r"|(?:\bnot|n't) (?:been |originally |actually )?" + _FITTED + " by " + _US
    + r"|\b(?:never|none|neither|nor|not any)\b[^.;]{0,60}\b" + _FITTED + " by " + _US
    + r"|(?:(?:\bnot|n't) (?:one of )?|\bnone [^.;]{0,40}\b(?:is|are|were) )ours\b"
    r"|\bnot our install(?:s|ed|ation|ations)?\b"
    r"|\bwe (?:did not|didn't|have not|haven't|have never|never|do not|don't|had not) "
    r"(?:originally |actually )?(?:install|fit)(?:ed|ted)?\b"
    r"(?=\W*$|[.,;)]| (?:this|these|it|them|that|those|the (?:meter|device)s?|any|either)\b"
    r"| (?:meter|device)s?\W*$)"
    r"|\b(?:did not|didn't) install(?:ed)?\W*$"
    r"|\b" + _FITTED + r" by (?:another|a different|an other|some other) (?:supplier|party)\b",
    re.I,
)  # fmt: skip
# Denials that name nobody, or somebody: a person reads them.
_HALF_DENIED = re.compile(
    r"(?:\bnot|n't|never) (?:been )?" + _FITTED + r"\b|\bnot our (?:meter|device|asset|site)s?\b",
    re.I,
)
_DOUBT = re.compile(
    r"\?|\b(?:not sure|unsure|unclear|(?-i:may)|might|maybe|perhaps|possibly|probably|presumably"
    r"|if|unless|whether|check(?:ing)?|believe|think|assume|suspect|appears?|seems?|tbc"
    r"|(?:cannot|can't|unable to|could not|couldn't|to be|please) confirm(?:ed)?|not yet|until"
    r"|disputed?|query|should (?:not|be)|not true|incorrect|wrong(?:ly)?|but|except|some of"
    r"|(?:did|was|were) install(?:ed)?(?! by (?:another|a different))|we installed|you"
    r"(?:'re| are| were| have| did))\b",
    re.I,
)
_PENDING = re.compile(
    r"\b(?:being looked into|look(?:ing)? into|investigat(?:ing|ion|e|ed)|(?:will|to) follow"
    r"|awaiting|chasing|under review|in progress|raised with|requested from|held for a person"
    r"|not readable|unreadable|will (?:be )?(?:provide|send|sent|provided|supply))\b",
    re.I,
)
_LACKING = re.compile(
    r"\b(?:no record|not found|not held|not available|unavailable|not known"
    r"|not recogni[sz]ed|invalid|no (?:install )?codes?|code (?:missing|unknown|lost)"
    r"|(?:cannot|can't|could not|couldn't|unable to)"
    r" (?:find|locate|provide|confirm|trace|match|obtain|retrieve)"
    r"|(?:do not|don't|does not|doesn't) (?:hold|have|recogni[sz]e|exist))\b",
    re.I,
)
_VAGUE = re.compile(r"\b(?:pending|tbc|tba|outstanding|on hold|n/k|unknown|not yet)\b", re.I)
_PROVIDED = re.compile(
    r"\binstall(?:ation)? code (?:is )?(?:provided|attached|supplied|sent)\b"
    r"|\bcode provided\b|^(?:provided|supplied)$",
    re.I,
)
_SMI_STATUS: Final = frozenset(
    ("pending", "whitelisted", "installednotcommissioned", "commissioned", "decommissioned",
     "withdrawn", "suspended", "recovery", "recovered")
)  # fmt: skip
_LETTERS = re.compile(r"[a-z]+")
_LONGEST: Final = 500


def plain_words(text: str) -> str:
    """``text`` on one line with straight apostrophes, as the patterns here expect it."""
    return " ".join(text[:_LONGEST].replace("\u2019", "'").replace("\u2018", "'").split())


@lru_cache(maxsize=4096)
def read_remark(text: str) -> Remark:
    """The outcome that words beside a device state, or ``Remark(None)``."""
    text = plain_words(text)
    # The inventory's own statuses stand in requests too and answer nothing.
    if not text or "".join(_LETTERS.findall(text.lower())) in _SMI_STATUS:
        return Remark(None)
    if _NOT_INSTALLER.search(text):
        if _DOUBT.search(_NOT_INSTALLER.sub(" ", text)) or _PENDING.search(text):
            return Remark(Outcome.UNCLEAR, firm=True)
        return Remark(Outcome.NOT_INSTALLER, firm=True)
    if _PENDING.search(text) or _LACKING.search(text):
        return Remark(Outcome.UNCLEAR, firm=True)
    if _PROVIDED.search(text):
        return Remark(Outcome.PROVIDED, firm=True)
    if _HALF_DENIED.search(text) or _VAGUE.search(text):
        return Remark(Outcome.UNCLEAR)
    return Remark(None)


def says_no(cell: str) -> bool:
    """A yes-or-no cell that says no."""
    return cell.strip().lower().rstrip(".") in ("n", "no", "false", "na", "nac ydy")


_SCOPE = re.compile(
    r"\b(?:none|any|all|these|those|following|below|above|attached|listed|neither|they|them|rest|others"
    r"|remainder|balance"
    r"|each|remaining|your (?:list|request)|the (?:devices|meters|list))\b",
    re.I,
)
_NARROWED = re.compile(
    r"\b(?:some|most|many|several|one|two|three|few|part|half|apart from|other than|except"
    r"|excluding|besides|please|confirm|which|where|tell us|let us know|say|answer|either)\b",
    re.I,
)


def denies_all(text: str) -> bool:
    """Whether a sentence denies a whole list: ``none of these meters were installed by us``."""
    text = plain_words(text)
    if not _SCOPE.search(text) or _NARROWED.search(text):
        return False
    return read_remark(text).outcome is Outcome.NOT_INSTALLER


_REST = re.compile(
    r"\b(?:rest|others|remaining|remainder|balance)\b"
    r"|\bother (?:ones|devices|meters|ids|rows)\b|\b(?:everything|anything|all) else\b",
    re.I,
)
_SEVERAL = re.compile(
    r"\b(?:these|those|all|both|none|neither|any|they|them|above|below|following|each|every)\b",
    re.I,
)


def speaks_of_rest(text: str) -> bool:
    """Whether a sentence speaks of what was not answered one by one: ``all the rest``."""
    return bool(_REST.search(plain_words(text)))


def leaves_rest_open(text: str) -> bool:
    """Words on the rest of a list that are no plain denial: ``none of the others``."""
    if not speaks_of_rest(text):
        return False
    bare = plain_words(text).lower().startswith(("none of", "not the "))
    return bare or read_remark(text).outcome is not None


def speaks_of_several(text: str) -> bool:
    """Whether words can be meant of more than one row of a list."""
    return bool(_SEVERAL.search(text) or _REST.search(text))


_ASKS = re.compile(
    r"\b(?:please(?! (?:find|see|note|accept|ignore|disregard|be advised|do not|let (?:us|me) know"
    r" if))|kindly|could you|can you|would you|we (?:request|require|need|are requesting"
    r"|would like)|requesting|i (?:need|require|am requesting)|grateful if|request for"
    r"|os gwelwch yn dda)\b",
    re.I,
)
_ASKED_FOR = re.compile(
    r"\b(?:install(?:ation)? codes?|codes?|ics?|devices?|meters?|list|attached|below|following)\b",
    re.I,
)
_ASKS_PLAINLY = re.compile(
    r"\b(?:install(?:ation)? )?codes? (?:request(?:ed)?|required|needed|wanted|please)\b"
    r"|\brequests? for (?:the )?install(?:ation)? codes?\b",
    re.I,
)
_ASK_SPAN: Final = 220  # characters between the asking and what is asked for


def asks(text: str) -> bool:
    """Whether a line asks for codes."""
    text = plain_words(text)
    if _ASKS_PLAINLY.search(text):
        return True
    return any(
        _ASKED_FOR.search(text, lead.end(), lead.end() + _ASK_SPAN)
        for lead in islice(_ASKS.finditer(text), 8)
    )
