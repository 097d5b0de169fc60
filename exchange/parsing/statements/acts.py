"""Tell what a sentence asks for, takes back, reports, disputes or warns of.

Asking for install codes has to be said: a sentence asks only if it asks, names codes, and nothing
in it turns the asking round.  A sentence about Devices or codes in words that are not understood
is OTHER, so that a person reads it where nothing else in the mail asks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from exchange.domain.statements import OF_REQUEST, Act, Scope, Statement
from exchange.parsing.languages.acts import act_in
from exchange.parsing.languages.clauses import language_of
from exchange.parsing.phrases import act_phrases as asked
from exchange.parsing.phrases import background_phrases as background
from exchange.parsing.phrases import condition_phrases as conditions
from exchange.parsing.phrases import matter_phrases as matter
from exchange.parsing.phrases import remark_phrases as remarks
from exchange.parsing.phrases.aside_phrases import is_small_print
from exchange.parsing.phrases.paraphrases.asking import asked_plainly
from exchange.parsing.statements import requests
from exchange.parsing.statements.requesting import request_state
from exchange.parsing.statements.requesting.matters import (
    is_about_it,
    is_about_ours,
    is_about_scams,
    is_about_software,
    names_codes,
    without_other_objects,
)
from exchange.parsing.statements.requesting.request_state import Place
from exchange.parsing.statements.sentences import Sentence, is_closing

_MOST_WORDS: Final = 300
_LEAST_WORDS: Final = 4  # of a sentence
_CAPITALS: Final = 0.7  # of the words of a name or an address
_NAMES: Final = 2  # words after thanks that may be the names of people
_BACKGROUND: Final = (
    background.COURTESY, background.WHO, background.GAINED, background.UNCOMMISSIONED
)  # fmt: skip
# A sentence that goes on with the list below it.
_LEADS_ON = re.compile(r"(?::|\b(?:for|of|at|on|in|with|to|from|are|is|and|as follows))\W*$", re.I)
_CONTRACTED = re.compile(r"n't\b", re.I)
_POSTSCRIPT = re.compile(r"\W*p\.?\s?s\b", re.I)
# Below the closing words these are what a footer says about any mail.
_NOT_IN_FOOTERS: Final = frozenset(
    (Act.CORRECTS, Act.REPORTS, Act.DISPUTES, Act.ASKS_ELSE, Act.OTHER, Act.CHASES)
)
# These say already that a person reads it.
_SETTLED: Final = frozenset((Act.WARNS, Act.TAKES_BACK, Act.DISPUTES, Act.CORRECTS, Act.REPORTS))
_WORD = re.compile(r"[^\W\d_]{2,}")


def read_acts(
    sentence: Sentence, where: str, *, about_codes: bool = False, asked: bool = False
) -> list[Statement]:
    """Return the statements of one sentence, or none if it is about nothing of ours.

    ``about_codes``: install codes were named before it, so that "them" can be the codes;
    ``asked``: they were asked for.
    """
    act = act_of(sentence, about_codes=about_codes)
    found = _statements(act, sentence, where)
    if (found and act in _SETTLED) or not _unsettles(sentence, act, asked=asked):
        return found
    scope = Scope.NAMED if sentence.devices else Scope.THESE
    text = sentence.text[:_MOST_WORDS]
    state = Statement(Act.OTHER, where, text, scope, sentence.devices, reason=OF_REQUEST)
    return [*(one for one in found if one.act is not Act.OTHER), state]


def _unsettles(sentence: Sentence, act: Act | None, *, asked: bool) -> bool:
    """Return whether a sentence may say that a request is over, put off or yet to come."""
    text = asked_plainly(_without_contractions(sentence.text))
    if sentence.item or remarks.BOILERPLATE.search(text) or is_closing(text):
        return False
    if language_of(text):
        return False
    if sentence.signed and is_small_print(text, signed=True):
        return request_state.is_added_later(text)
    if sentence.line.number == 0:
        place = Place.SUBJECT
    elif sentence.signed:
        place = Place.SIGNED
    else:
        place = Place.BELOW if asked else Place.ABOVE
    return request_state.unsettles(text, place, asks=act is Act.ASKS)


def _statements(act: Act | None, sentence: Sentence, where: str) -> list[Statement]:
    standing = sentence.signed and not sentence.devices and act in _NOT_IN_FOOTERS
    if act is None or (standing and not _POSTSCRIPT.match(sentence.text)):
        return []
    if act is Act.WARNS and sentence.signed and is_about_scams(sentence.text):
        return []
    scope = Scope.NAMED if sentence.devices else Scope.THESE
    text = sentence.text[:_MOST_WORDS]
    return [Statement(act, where, text, scope, sentence.devices)]


def act_of(sentence: Sentence, *, about_codes: bool = False) -> Act | None:
    """Return what somebody does by writing this sentence; None if it is not about our matter."""
    titled = sentence.heading or sentence.signed
    read = _act_of if len(sentence.text) <= _MOST_WORDS else _act_of.__wrapped__
    subject = sentence.line.number == 0
    return read(sentence.text, sentence.item, titled, about_codes, subject)


# The sentences of small requests come again and again: without it, they take half as long again.
@lru_cache(maxsize=2048)
def _act_of(text: str, item: bool, titled: bool, about_codes: bool, subject: bool) -> Act | None:
    text = asked_plainly(_without_contractions(text))
    if remarks.BOILERPLATE.search(text) or (is_closing(text)):
        return None
    language = language_of(text) if not item or _has_many_words(text) else ""
    if language:
        named = bool(matter.CODES.search(text))
        act = act_in(text, language, titled=titled, about_codes=about_codes, named=named)
        other = act is None and background.OTHER_MATTER.search(text)
        return Act.OTHER if other and not titled else act
    if item and not _is_sentence(text):
        if requests.takes_back(text) and asked.TAKES_BACK.search(text):
            return Act.TAKES_BACK
        return Act.ASKS if _item_asks(text, about_codes=about_codes) else None
    if conditions.SUSPICION.search(text) and not names_codes(text):
        return None
    facts = conditions.HYPOTHESIS.sub(" ", remarks.OFFERS_DENIAL.sub(" ", text))
    warns = bool(remarks.WARNS.search(facts) or asked.OUTSIDERS_READ.search(facts))
    warns = warns or bool(asked.POSES.search(facts))
    if warns and not is_about_software(text):
        if asked.ALL_CLEAR.search(text) and not asked.NOT_CLEAR.search(text):
            return Act.REPORTS
        posing = asked.POSES.search(facts)
        return None if remarks.SUPPOSES.search(text) and not posing else Act.WARNS
    said = remarks.OFFERS_DENIAL.sub(" ", text)
    if _is_forbidden(text, about_codes=about_codes) or _is_held_back(said, about_codes=about_codes):
        return Act.TAKES_BACK
    if requests.calls_off(text):
        return Act.TAKES_BACK
    if asked.ONLY_A_TEST.search(text) and not subject:
        return Act.REPORTS
    called_off = requests.takes_back(said)
    if called_off and requests.takes_back(without_other_objects(said)):
        return Act.TAKES_BACK
    settled = asked.THAT_YOU_INSTALLED.sub(" ", conditions.NO_DISPUTE.sub(" ", facts))
    disputes = bool(remarks.DISPUTES.search(settled))
    disputes = disputes and not _only_wonders(facts)
    if disputes and is_about_ours(said) and not remarks.OPINES.search(said):
        return Act.DISPUTES
    reports = _reports(facts)
    reports_ours = reports and is_about_ours(said, it=about_codes or is_about_it(said))
    if asked.STILL_WAITING.search(said) and not (reports_ours or asked.TO_US.search(said)):
        return Act.CHASES
    asks = _asks_for_codes(text, said, about_codes=about_codes, titled=subject)
    if asks and not request_state.is_in_earnest(text):
        return Act.REPORTS if reports_ours else Act.OTHER
    if asks:
        reports_ours = reports_ours and _reports(asked.FOR_MORE.sub(" ", facts))
        return Act.REPORTS if reports_ours and not requests.lacks_codes(said) else Act.ASKS
    if reports_ours and requests.only_lacks_codes(said):
        return Act.OTHER
    corrects = bool(remarks.CORRECTS.search(facts))
    if corrects and is_about_ours(said, pointers=False):
        return Act.CORRECTS
    if reports_ours:
        return Act.REPORTS
    if remarks.CHASES.search(said):
        return Act.CHASES
    lesser = _lesser_act(said, titled=titled, about_codes=about_codes)
    against_another = warns or called_off or disputes or reports or corrects
    return lesser or (Act.OTHER if against_another else None)


def _has_many_words(text: str) -> bool:
    return len(_WORD.findall(text)) > _LEAST_WORDS


def _is_sentence(text: str) -> bool:
    """Return whether the words next to a Device are a sentence and no note on its row."""
    sentence = _has_many_words(text) and requests.has_verb(text)
    return sentence or requests.asks_otherwise(text)


def _item_asks(text: str, *, about_codes: bool) -> bool:
    """Return whether the few words next to a Device ask for its code, and say nothing else."""
    asks = len(_WORD.findall(text)) >= _LEAST_WORDS
    asks = asks and _asks_for_codes(text, text, about_codes=about_codes)
    return asks and not (
        requests.takes_back(text) or _reports(text) or remarks.DISPUTES.search(text)
    )


def _only_wonders(text: str) -> bool:
    """Return whether a sentence asks who installed something, and doubts no answer."""
    return text.rstrip(" )\"'").endswith("?") and not conditions.INSISTS.search(text)


def _is_forbidden(text: str, *, about_codes: bool) -> bool:
    """Return whether a sentence forbids codes, however far its words are from each other."""
    ours = names_codes(text) or (about_codes and bool(asked.GIVES.search(text)))
    return ours and bool(conditions.PROHIBITS.search(text))


def _is_held_back(text: str, *, about_codes: bool) -> bool:
    """Return whether codes must not come yet: on a condition, or announced."""
    text = conditions.SUPPLY_OF_ENERGY.sub(" ", text)
    ours = names_codes(text) or (about_codes and bool(asked.GIVES.search(text)))
    if conditions.PRECONDITION.search(text) and (ours or asked.GIVES.search(text)):
        return _asks(text) or ours
    if ours and asked.NEEDED_LATER.search(text):
        return True
    announced = conditions.ANNOUNCED.search(asked.WILL_NEED.sub(" ", text))
    return names_codes(text) and bool(announced)


def _reports(text: str) -> bool:
    if asked.FAILS.search(text):
        return True
    text = asked.WORKING_TIME.sub(" ", asked.NOT_YET.sub(" ", asked.WISHED.sub(" ", text)))
    return bool(remarks.REPORTS.search(matter.OTHER_CODES.sub(" ", text))) or bool(
        remarks.FAULTS.search(text)
    )


def _without_contractions(text: str) -> str:
    """Return ``text`` with "don't" as "do not", so that each pattern knows one form."""
    return _CONTRACTED.sub(" not", text.replace("can't", "cannot").replace("won't", "will not"))


def _asks_for_codes(text: str, said: str, *, about_codes: bool, titled: bool = True) -> bool:
    """Return whether a sentence asks for install codes; ``said``: without its alternatives."""
    if asked.SENDS_REQUESTS.search(text):
        return False
    if names_codes(text):
        if matter.SOURCE_CODE.search(text) and not matter.OURS.search(text):
            return False
        if asked.PASSED_ON.search(said) and not asked.TO_US.search(said):
            return False
        # The condition that is left out of it may be what names the codes.
        asks = requests.asks_for_codes(said, about_codes=not names_codes(said), titled=titled)
        asks = asks or requests.asks_for_codes(text, titled=titled)
        return asks or _asks_elsewhere(said)
    if matter.OTHER_CODES.search(said):
        return False
    return requests.asks_for_codes(said, about_codes=about_codes)


def _asks_elsewhere(text: str) -> bool:
    """Return whether a sentence in another language asks for the codes that it names."""
    asks = asked.ASKING_ELSEWHERE.search(text)
    return asks is not None and not asked.DENIED_ELSEWHERE.search(text)


def _asks(text: str) -> bool:
    bare = asked.CONDITION.sub("", asked.SHOWING.sub(" ", text))
    if asked.IMPERATIVE.search(bare):
        return True
    if not asked.ASKING.search(bare):
        return False
    # "Kindly deal with them and not with us" sends us elsewhere.
    return not conditions.REDIRECTS.search(bare)


def _lesser_act(text: str, *, titled: bool, about_codes: bool) -> Act | None:
    """Return the act of a sentence that says nothing of codes that can be acted on."""
    if background.FIELD.fullmatch(text) or background.GREETING.fullmatch(text):
        return None
    if about_codes and request_state.points_to_subject(text):
        return None
    if remarks.INFORMS.search(text):
        return Act.OTHER
    if remarks.THANKS.search(text) and len(text) < _MOST_WORDS:
        rest = remarks.THANKS.sub(" ", background.COURTESY.sub(" ", text))
        said = (
            len(_WORD.findall(rest)) > _NAMES
            or background.PRAISE.search(rest)
            or asked.THANKED.search(text)
            or background.STATE.search(background.NO_STATE.sub(" ", rest))
        )
        return Act.THANKS if said else None
    if asked.SHOWS_CODES.search(text) and matter.OURS.search(text):
        return Act.OTHER
    if conditions.REDIRECTS.search(text) and names_codes(text):
        return Act.OTHER
    if requests.asks_otherwise(text):
        return Act.ASKS_ELSE
    if requests.is_standing(text) and names_codes(text):
        return Act.OTHER
    if not _WORD.search(background.COURTESY.sub(" ", text)):
        return None
    if requests.asks_about_devices(text):
        return Act.ASKS_ELSE
    if remarks.PROCEDURAL.search(text):
        other = names_codes(text) or background.OTHER_MATTER.search(text)
        return Act.OTHER if other else None
    if text.rstrip(" )\"'").endswith("?") or (_asks(text) and not _is_title(text, titled)):
        return Act.ASKS_ELSE
    if conditions.DIRECTS.search(text):
        return Act.OTHER
    return None if _says_nothing_else(text, titled=titled) else Act.OTHER


def _is_title(text: str, titled: bool) -> bool:
    return titled and not requests.is_told(text)


def _says_nothing_else(text: str, *, titled: bool) -> bool:
    """Return whether a sentence is a title, a courtesy, or a reason why codes are asked for."""
    polite = background.COURTESY.sub(" ", text)
    stated = bool(background.STATE.search(text) or background.PRAISE.search(text))
    stated = stated or (_is_fragment(text) and _names_another(polite))
    pointed = requests.says_nothing(text) and not stated
    if pointed or background.HEADER_LINE.fullmatch(text):
        return True
    if background.CODES_WE_GAVE.search(text):
        return False
    heading = text.rstrip().endswith(":")
    told = requests.has_verb(text) or not (titled or _is_fragment(text))
    if names_codes(text) and told and not background.UNCOMMISSIONED.search(text):
        return False
    if (heading or not titled) and not requests.has_verb(text):
        if _is_label(text):
            return True
        if _is_fragment(text):
            return False
    return _gives_reason(text, titled=titled and not heading)


def _gives_reason(text: str, *, titled: bool) -> bool:
    """Return whether a sentence says why somebody asks, or nothing about the matter at all."""
    rest = text
    for pattern in _BACKGROUND:
        rest = pattern.sub(" ", rest)
    words = _WORD.findall(rest)
    titled = titled and not requests.has_verb(text)
    capitals = sum(map(str.istitle, words)) > len(words) * _CAPITALS
    titled = titled or (capitals and not background.OTHER_MATTER.search(text))
    stated = bool(background.STATE.search(background.NO_STATE.sub(" ", rest)))
    shown = background.SHOWN.sub(" ", rest)
    if len(_WORD.findall(shown)) <= _LEAST_WORDS:
        rest = shown
    only_polite = rest == background.COURTESY.sub(" ", text) != text
    if only_polite and len(words) >= _LEAST_WORDS and _is_about_the_matter(rest):
        return False
    if rest == text and not titled and _is_fragment(text):
        return _is_label(text)
    if titled or len(words) < _LEAST_WORDS or rest != text:
        return not stated
    return requests.has_verb(text) and not (stated or _is_about_the_matter(text))


def _is_fragment(text: str) -> bool:
    """Return whether a text is a few words without a verb, such as a heading."""
    return len(_WORD.findall(background.SHOWN.sub(" ", text))) < _LEAST_WORDS


def _is_label(text: str) -> bool:
    """Return whether a few words only name a list or somebody: ``Batch 12``, ``Vale Energy``."""
    polite = background.COURTESY.sub(" ", text)
    stated = background.STATE.search(background.NO_STATE.sub(" ", polite))
    if _names_another(polite) or stated or background.PRAISE.search(text):
        return False
    if names_codes(text) and _is_fragment(text):
        return True
    rest = text
    for pattern in (*_BACKGROUND, background.SHOWN, background.LISTING):
        rest = pattern.sub(" ", rest)
    words = _WORD.findall(rest)
    whole = _WORD.findall(text)
    first_only = words == whole[:1] and not all(one[0].isupper() for one in whole)
    named = all(one[0].isupper() for one in words) and not first_only
    return named or requests.says_nothing(rest)


def _names_another(text: str) -> bool:
    return bool(background.OTHER_MATTER.search(text) or background.NO_LABEL.search(text))


def _is_about_the_matter(text: str) -> bool:
    """Return whether a sentence may tell of Devices, of a list, or of what is done with them."""
    if _LEADS_ON.search(text) or _names_another(text):
        return True
    named = matter.OURS.search(text) or matter.THINGS.search(text) or matter.POINTERS.search(text)
    return bool(
        named
        or matter.IT.search(text)
        or names_codes(text)
        or matter.ELSEWHERE.search(text)
        or background.PEOPLE.search(text)
        or background.ANNOUNCES.search(text)
    )
