"""Recognise answers in people's words: next to one device, or about a whole list.

"Not the installing Supplier" closes the question for a device, so we accept only a clear statement
in the first person; one doubtful word near it makes it unclear.  Unclear goes to a person.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, NamedTuple

from exchange.domain.device_type import NAMED_TYPES
from exchange.domain.mail import Outcome
from exchange.domain.statements import Act
from exchange.parsing.languages.acts import act_in
from exchange.parsing.languages.answers import answers_in
from exchange.parsing.languages.clauses import language_of
from exchange.parsing.text.cache_short import cache_short


class Remark(NamedTuple):
    """What a remark says; ``definite`` when it is an answer in any mail, not only in a reply."""

    outcome: Outcome | None
    definite: bool = False


_US = r"(?:us|ourselves|our (?:company|engineers?|team|installers?))\b"
_FITTED = r"(?:installed|fitted)"
_NOT_INSTALLER = re.compile(
    r"(?:\bnot|n't) (?:the |an? )?(?:original )?install(?:ing|ation) (?:supplier|party|company)s?\b"
    r"|(?:\bnot|n't) (?:the |an? )?installers?\b"
    r"|(?:\bnot|n't) (?:been |originally |actually )?" + _FITTED + " by " + _US
    + r"|\b(?:never|none|neither|nor|not any)\b[^.;]{0,60}\b" + _FITTED + " by " + _US
    + r"|\bwe (?:have |had )?" + _FITTED + r" (?:neither|none|nothing)\b"
    + r"|(?:\bnot|n't) (?:been )?(?:put in|done|carried out|mounted|hung) by " + _US
    + r"|^\W*(?:no\W+)?(?:not|never) by " + _US
    + r"|\b(?:not|none) (?:(?:one|any) )?(?:of )?our (?:own )?(?:jobs?|works?|doing|fitments?|fits?"
    r"|installs?|installations?)\b(?=\W*$|\W*[;(,.-]| (?:either|i'm afraid|sorry)\b)"
    r"|\bnon[- ]?install(?:ers?|ing (?:supplier|party))\b"
    r"|^\W*(?:no\W+)?(?:some(?:one|body) else|(?:an)?other|(?:a )?(?:different|previous|prior)"
    r" supplier|other supplier|another supplier)(?:'?s'?)? (?:install(?:ation)?s?|jobs?|work)\W*$"
    r"|^\W*(?:no\W+)?(?:(?:an)?other|(?:a )?different) supplier\W*$"
    + r"|\b(?:neither|none|nor)\b[^.;]{0,40}\bwe(?:re)? " + _FITTED + r"\b"
    + r"|(?:(?:\bnot|\bnever|n't) (?:be )?(?:one of )?|\bn(?:one|either)\b[^.;]{0,40}?"
    + r"(?:\b(?:is|are|was|were) )?)ours\b"
    r"|\bnot us\b(?=(?: either| I'm afraid| sorry)?\W*$)"
    r"|\bnot our install(?:s|ed|ation|ations)?\b"
    r"|\bwe (?:did not|didn't|have not|haven't|have never|never|do not|don't|had not) "
    r"(?:originally |actually )?(?:install|fit)(?:ed|ted)?\b"
    r"(?=\W*$|\s*[.,;)]| (?:this|these|it|them|that|those|the (?:meter|device)s?|any|either)\b"
    r"| (?:meter|device)s?\W*$)"
    r"|\b(?:did not|didn't) (?:install|fit)(?:ed)?\W*$"
    r"|\b" + _FITTED + r" by (?:another|a different|an other|some other|a previous|the previous"
    r"|previous|an earlier|a prior) (?:energy )?(?:supplier|party|company)\b",
    re.I,
)  # fmt: skip
# Denials that do not say who installed it: a person reads them.
_DENIED_WITHOUT_NAME = re.compile(
    r"(?:\bnot|n't|never) (?:been )?" + _FITTED + r"\b|\bnot our (?:meter|device|asset|site)s?\b",
    re.I,
)
_DOUBT = re.compile(
    r"\?|\b(?:not sure|unsure|unclear|(?-i:may)|might|maybe|perhaps|possibly|probably|presumably"
    r"|if|unless|whether|check(?:ing)?|believe|think|assume|suspect|appears?|seems?|tbc"
    r"|(?:cannot|can't|unable to|could not|couldn't|to be|please) confirm(?:ed)?|not yet|until"
    r"|not (?:the case|that|as if|as though|aware|certain|convinced|confident|say(?:ing)?|right"
    r"|claim(?:ing)?|correct|to say|rule|exclude|den(?:y|ied)|mean|entirely)"
    r"|(?:would|could|can|do|did|does|am|is|are|was|were)(?: not|n't|not) (?:\w+ ){0,2}(?:say|mean"
    r"|claim|deny|exclude|rule|aware|certain|think|believe|remember|recall|true|the case)"
    r"|(?:cannot|can't|could not|couldn't|can not) be|rule out|den(?:y|ies|ied)|untrue|false"
    r"|at first|first thought|initially|previously thought|apparently|seemingly|allegedly|likely"
    r"|as far as|(?:best of|to) (?:my|our|the best of) (?:my |our )?knowledge|guess|reckon"
    r"|thought|(?:was|were|been) told|told us|claims?|customer says|unlikely|hard to|doubt"
    r"|for us|contractors?|subcontract\w+|subsidiar\w+|sister|agents?|behalf|predecessor"
    r"|trad(?:ed|ing)"
    r"|merged|acquired|took over|legacy|(?:old|former|current) name"
    r"|disputed?|query|should (?:not|be)|not true|incorrect|wrong(?:ly)?|but|except|some of"
    r"|(?:did|was|were) (?:install|fit)(?:ed|ted)?(?! by (?:an?other|an? |the previous"
    r"|previous|some other))"
    r"|we (?:installed|fitted)|you(?:'re| are| were| have| did))\b",
    re.I,
)
# What can reverse a denial when it comes before or after it: another negation in its clause, a word
# that somebody says or thinks so, or a word that narrows it.
_REVERSES = re.compile(
    r"\b(?:no|not|never|nothing|nobody|no-one|none|without|hardly|scarcely|neither|cannot|nor)\b"
    r"|n't\b|\b(?:sa(?:y|ys|id|ying)|stat(?:e|es|ed|ing)|alleg\w+|tell(?:s|ing)?|told|suggest\w*"
    r"|indicat\w+|impl(?:y|ies|ied|ying)|report(?:s|ed|ing)?|argu\w+|think(?:s|ing)?|thought"
    r"|believ\w+|suppos\w+|assum\w+|suspect\w*|understand|understood|hear|heard|insist\w*"
    r"|maintain\w*|prov(?:e|es|en|ed)|proof|evidence|hop(?:e|ing)|wish|pretend|why|how|who|where"
    r"|when|send(?:ing)?|because|since|even|despite|although|though|had|imagine|mistaken|error"
    r"|case that)\b",
    re.I,
)
_HARMLESS = re.compile(
    r"\b(?:our|the) (?:records?|systems?|data|files?|database) (?:clearly )?"
    r"(?:shows?|indicates?|says?|states?|confirms?|tells? us)\b"
    r"|^\W*no\b(?=\s*[,.;:(\-]|\s+(?:we|this|it|not|sorry)\b)|\bno problem\b|\bno worries\b",
    re.I,
)
# Everything that may follow a denial in its clause without changing it.
_HARMLESS_AFTER = re.compile(
    r"\b(?:any|all|each|both|either|none|of|these|those|this|that|it|them|the|a|one|ones|devices?"
    r"|meters?|smart|electricity|gas|elec|esme|gsme|units?|assets?|ids?|in|on|for|to|at|from|with"
    r"|your|our|their|his|her|list(?:ed)?|request|e?mail|message|spreadsheet|workbook|file|sheet"
    r"|table|attach(?:ed|ment)|below|above|following|question|quoted|mentioned|named|provided|sent"
    r"|asked|about|which|you|are|is|were|was|have|sites?|property|properties|premises?"
    r"|address(?:es)?"
    r"|locations?|mpans?|mprns?|reference|ref|number|sorry|unfortunately|apologies|thanks|thank"
    r"|hope"
    r"|so|therefore|hence|please|contact|ask|try|refer|speak|originally|here|either|two|three"
    r"|four|five|six|ten|[0-9]{6,}|i'm|afraid|and|nor|or|not|installed|installing|by|us|supplier"
    r"|as per|do|don't|hold|have|can(?:not|'t)?|help|assist|unable|we"
    r"|records?|no|code|codes|held|another|different|gain(?:ed)?|cos|since|supply|supplied"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|august"
    r"|september|october|november|december|\d{1,4})\b",
    re.I,
)
_CLAUSE_END = re.compile(r"[.;!,:(]|\s-\s")
_PENDING = re.compile(
    r"\b(?:still (?:looking|checking|waiting|searching|trying)|looking for|trying to"
    r"|being looked into|look(?:ing)? into|investigat(?:ing|ion|e|ed)|(?:will|to) follow"
    r"|awaiting|chasing|under review|in progress|raised with|requested from|held for a person"
    r"|not readable|unreadable|will (?:be )?(?:provide|send|sent|provided|supply))\b",
    re.I,
)
_NO_CODE = re.compile(
    r"\b(?:no record|not found|not held|not available|unavailable|not known"
    r"|not recogni[sz]ed|invalid|no (?:install )?codes?|code (?:missing|unknown|lost)"
    r"|(?:cannot|can't|could not|couldn't|unable to)"
    r" (?:find|locate|provide|confirm|trace|match|obtain|retrieve)"
    r"|(?:do not|don't|does not|doesn't) (?:hold|have|recogni[sz]e|exist))\b",
    re.I,
)
_TENTATIVE = re.compile(r"\b(?:pending|tbc|tba|outstanding|on hold|n/k|unknown|not yet)\b", re.I)
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


@cache_short
def normalise_phrase(text: str) -> str:
    """Return ``text`` on one line with straight apostrophes, as the patterns here expect it."""
    return " ".join(text[:_LONGEST].replace("\u2019", "'").replace("\u2018", "'").split())


_NOT_THIS_COMPANY = re.compile(r"\W*[Nn]ot [A-Z][\w&'-]*(?: (?:[A-Z&][\w&'-]*|and)){0,5}\W*")


@cache_short
def read_remark(text: str) -> Remark:
    """Return the outcome stated by the words next to a device, or ``Remark(None)``."""
    text = normalise_phrase(text)
    # The inventory's own statuses occur in requests too and answer nothing.
    if not text or "".join(_LETTERS.findall(text.lower())) in _SMI_STATUS:
        return Remark(None)
    if _NOT_INSTALLER.search(text):
        doubtful = _DOUBT.search(_NOT_INSTALLER.sub(" ", text)) or _PENDING.search(text)
        if doubtful or _is_reversed(text):
            return Remark(Outcome.UNCLEAR, definite=True)
        return Remark(Outcome.NOT_INSTALLER, definite=True)
    if _PENDING.search(text) or _NO_CODE.search(text):
        return Remark(Outcome.UNCLEAR, definite=True)
    if _PROVIDED.search(text):
        return Remark(Outcome.PROVIDED, definite=True)
    language = language_of(text)
    if language:
        return _remark_in(text, language)
    if _NOT_THIS_COMPANY.fullmatch(text):
        return Remark(Outcome.UNCLEAR)
    if _DENIED_WITHOUT_NAME.search(text) or _TENTATIVE.search(text):
        return Remark(Outcome.UNCLEAR)
    return Remark(None)


def _remark_in(text: str, language: str) -> Remark:
    """Return what a remark in another language than English says."""
    answers = [one for one in answers_in(text, language) if one.act is Act.DENIES]
    if not answers:
        return Remark(None)
    clear = not any(one.hedge or one.who != "us" for one in answers)
    return Remark(Outcome.NOT_INSTALLER if clear else Outcome.UNCLEAR, definite=True)


def _is_reversed(text: str) -> bool:
    """Return whether words around a denial reverse or narrow it."""
    text = _HARMLESS.sub(" ", text)
    found, last = _NOT_INSTALLER.search(text), 0
    while found:
        lead = text[last : found.start()]
        clause = _CLAUSE_END.split(lead)
        near = clause[-1]
        if _REVERSES.search(near) or (len(clause) > 1 and _SUBORDINATE.search(near)):
            return True
        after = _CLAUSE_END.split(text[found.end() :], maxsplit=1)[0]
        if _WORD.search(_HARMLESS_AFTER.sub(" ", after)):
            return True
        last = found.end()
        found = _NOT_INSTALLER.search(text, last)
    return False


_WORD = re.compile(r"[^\W_]{2,}")
_SUBORDINATE = re.compile(r"^\s*(?:that|the case that|to me that)\b", re.I)


def says_no(cell: str) -> bool:
    """Return whether a yes-or-no cell says no."""
    return cell.strip().lower().rstrip(".\ufe0f") in _NO


def claims_it(cell: str) -> bool:
    """Return whether a yes-or-no cell says yes."""
    return cell.strip().lower().rstrip(".!\ufe0f") in _YES


_YES: Final = frozenset(("y", "yes", "true", "ja", "oui", "ydy", "\u2713", "\u2714", "\u2705"))
_NO: Final = frozenset(
    ("n", "no", "false", "na", "nac ydy", "\u2717", "\u2718", "\u274c", "\u274e")
)


_SCOPE = re.compile(
    r"\b(?:none|any|all|these|those|following|below|above|attached|listed|neither|they|them|rest"
    r"|others"
    r"|remainder|balance|other (?:ones|devices|meters|two|three|four|five|six|ten|\d{1,6})"
    r"|each|remaining|your (?:list|request)|the (?:devices|meters|list))\b",
    re.I,
)
_NARROWED = re.compile(
    r"\b(?:some|most|many|several|one|two|three|first|last|few|part|half|apart from|other than"
    r"|except|excluding|besides|only|please|confirm|which|where|tell us|let us know|say|answer"
    r"|either)\b",
    re.I,
)
# Words about one kind of device, or the devices of one region, do not deny a whole list.
_OF_A_KIND = re.compile(
    rf"\b(?:gas|elec(?:tric(?:ity)?)?|hubs?|(?:{'|'.join(NAMED_TYPES)})s?|smets ?[12]|region)\b",
    re.I,
)
# Words that only seem to narrow a denial: "all three", "I can confirm", "please ask the others".
_NOT_NARROWED = re.compile(
    r"\b(?:all|any|none|these|those) (?:of )?(?:the |these )?"
    r"(?:\d{1,6}|one|two|three|four|five|six|ten)\b"
    r"|\b(?:can|to|may|hereby|i|we|writing to) confirm\b|\bany one of\b|\bwhich (?:you|were|are)\b"
    r"|\bother (?:one|two|three|four|five|six|ten|\d{1,6})\b"
    r"|\bremaining (?:one|two|three|four|five|six|ten|\d{1,6})\b"
    r"|\bplease (?:be advised|note)\b|\bthe one (?:before|after)\b"
    r"|\bplease (?:contact|ask|try|speak (?:to|with)|redirect|refer (?:back )?to|direct|approach"
    r"|go to|get in touch with|see the list)\b",
    re.I,
)
_SIGN_OFF = re.compile(
    r"\W*(?:(?:kind|best|many|warm)(?:est)? (?:regards|thanks|wishes)|regards|thanks|thank you"
    r"|cheers|rgds|br|kr|yours (?:sincerely|faithfully)|sincerely|diolch|cofion)\b[^.]{0,40}$|-- ?$"
    r"|\W*(?:sent from my|get outlook for)\b.{0,80}$",
    re.I,
)
_BOILERPLATE = re.compile(
    r"\b(?:intended|addressees?|recipients?|confidential|disclaimer|virus|liability|registered)\b",
    re.I,
)


@cache_short
def denies_all(text: str) -> bool:
    """Return whether a text denies a whole list: ``none of these meters were installed by us``."""
    text = normalise_phrase(text)
    if not _SCOPE.search(text) or read_remark(text).outcome is not Outcome.NOT_INSTALLER:
        return False
    return any(
        _NOT_INSTALLER.search(one)
        and _SCOPE.search(one)
        and not _NARROWED.search(_NOT_NARROWED.sub(" ", one))
        and (one.endswith(":") or not _OF_A_KIND.search(one))
        for one in _SENTENCE_END.split(text)
    )


_SENTENCE_END = re.compile(r"(?<=[.!;])\s+")


@cache_short
def is_denial_heading(text: str) -> bool:
    """Return whether a heading denies what is listed below it: ``Not ours:``."""
    text = normalise_phrase(text)
    if _NARROWED.search(_NOT_NARROWED.sub(" ", text)):
        return False
    return read_remark(text).outcome is Outcome.NOT_INSTALLER


def is_boilerplate(text: str) -> bool:
    """Return whether a text is the small print that a company puts below its mails."""
    return bool(_BOILERPLATE.search(text))


@cache_short
def is_sign_off(text: str) -> bool:
    """Return whether a line closes what the sender wrote: ``Kind regards``."""
    return len(text) < 200 and bool(_SIGN_OFF.match(text))


_CONTRACTOR = re.compile(
    r"\b(?:for us|(?:on|at) (?:our|\w+) (?:behalf|instruction)|(?:sub-?)?contract(?:ors?|ed)?"
    r"|under contract|our (?:agents?|mops?|partners?)|landlord|self-?\s?install(?:ed)?)\b",
    re.I,
)


def tells_of_contractor(text: str) -> bool:
    """Return whether words say that somebody installed a Device for the sender."""
    return bool(_CONTRACTOR.search(normalise_phrase(text)))


def expresses_doubt(text: str) -> bool:
    """Return whether words express a doubt."""
    return bool(_DOUBT.search(normalise_phrase(text)))


_REST_WORDS = re.compile(
    r"\b(?:rest|others|remaining|remainder|balance)\b"
    r"|\bother (?:ones|devices|meters|ids|rows|two|three|four|five|six|ten|\d{1,6})\b"
    r"|\b(?:everything|anything|all) else\b",
    re.I,
)
_SEVERAL_WORDS = re.compile(
    r"\b(?:these|those|all|both|none|neither|any|they|them|above|below|following|each|every)\b",
    re.I,
)


def mentions_rest(text: str) -> bool:
    """Return whether a text mentions what was not answered one by one: ``all the rest``."""
    return bool(_REST_WORDS.search(normalise_phrase(text)))


@cache_short
def leaves_rest_open(text: str) -> bool:
    """Return whether a text mentions the rest of a list without a clear denial.

    For example ``none of the others``.
    """
    if not mentions_rest(text):
        return False
    bare = normalise_phrase(text).lower().startswith(("none of", "not the "))
    return bare or read_remark(text).outcome is not None


def mentions_several(text: str) -> bool:
    """Return whether words can be about more than one row of a list."""
    return bool(_SEVERAL_WORDS.search(text) or _REST_WORDS.search(text))


_REQUEST_VERBS = re.compile(
    r"\b(?:please(?! (?:find|see|note|accept|ignore|disregard|be advised|do not|let (?:us|me) know"
    r" if))|kindly|could you|can you|would you|we (?:(?:hereby|formally) )?(?:request|require|need"
    r"|ask|are requesting|would like)|requesting|i (?:need|require|am requesting)|grateful if"
    r"|request for"
    r"|os gwelwch yn dda)\b",
    re.I,
)
_REQUESTED_THINGS = re.compile(
    r"\b(?:install(?:ation)? codes?|codes?|ics?|devices?|meters?|list|attached|below|following)\b",
    re.I,
)
_REQUEST_NOUNS = re.compile(
    r"\b(?:install(?:ation)? )?codes? (?:request(?:ed)?|required|needed|wanted|please)\b"
    r"|\brequests? for (?:the )?install(?:ation)? codes?\b",
    re.I,
)
_ASK_SPAN: Final = 220  # characters between the request and what is requested


@cache_short
def asks_for_codes(text: str) -> bool:
    """Return whether a line asks for install codes."""
    text = normalise_phrase(text)
    if _REQUEST_NOUNS.search(text):
        return True
    language = language_of(text)
    if language:
        return act_in(text, language, titled=False, about_codes=False) is Act.ASKS
    return any(
        _REQUESTED_THINGS.search(text, lead.end(), lead.end() + _ASK_SPAN)
        for lead in islice(_REQUEST_VERBS.finditer(text), 8)
    )
