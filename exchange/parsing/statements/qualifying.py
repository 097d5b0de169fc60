"""Find what a sentence that answers nothing may take back of an answer elsewhere in its mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.phrases.aside_phrases import (
    labelled_unsent,
    leaves_open,
    of_the_answer,
    recalled_words,
    tells_of_arrival,
    without_others,
)
from exchange.parsing.statements.asides import is_below, is_small_print
from exchange.parsing.statements.grammar.history import (
    guesses_supplier,
    is_passive,
    tells_of_supply,
)
from exchange.parsing.statements.grammar.spelling import spelt_out
from exchange.parsing.statements.grammar.words import Clause, Word
from exchange.parsing.statements.sentences import DEVICE_MARK, Sentence

OF_SOME: Final = frozenset("FKrPE")  # ... and with one of these about some of the Devices
# ... and with one of these takes back what was said, whatever it speaks of.
_STILL_TOUCHES: Final = frozenset((parts.CORRECTION, parts.UNFINISHED, parts.OURS, parts.OUR))
_SPEAKS_OF_ANSWERS = re.compile(
    r"\b(?:check\w*|search\w*|look(?:ed|ing)|records?|data|systems?|files?|archives?|logs?|tracker"
    r"|suppliers?|installers?|contractors?|answer\w*|repl(?:y|ies|ied)|response|above|below"
    r"|said|told|wrote|says?|this is|that is|it is|it was|that was|these|those|them|they)\b",
    re.I,
)
_OTHER_WORDS: Final = 2
_SENTENCE_END = re.compile(r"[.!?:;=]\s*$|n't\b")
_LETTERS = re.compile(r"[^\W\d_]+")
_SMALL: Final = frozenset(
    ("and", "of", "for", "the", "in", "at", "on", "to", "a", "an", "or", "with", "by", "winner",
     "tel", "t", "m", "e", "w", "s", "ext", "x", "he", "she", "her", "him", "they", "them", "his",
     "y", "de", "und", "et", "i", "la", "le", "da", "van", "von")
)  # fmt: skip
_VERBS: Final = frozenset(
    ("did", "was", "were", "is", "are", "has", "have", "had", "do", "does", "may", "might", "will")
)
_SAYS: Final = frozenset(
    (parts.INSTALL, parts.OUR, parts.PARTLY, parts.NEGATION, parts.NO_ONE, parts.OURS, parts.WE,
     parts.REST, parts.ROW, parts.EXCEPT, parts.UNFINISHED, parts.CORRECTION)
)  # fmt: skip
_ALWAYS: Final = frozenset((parts.UNFINISHED, parts.ON_BEHALF, parts.OURS, parts.CORRECTION))
_ABOUT: Final = frozenset("ISoJDdTtFrKWOZ")  # a sentence with one of these is about the matter
_MATTER: Final = frozenset("ISoJDdTFrKc")
# A sentence with one of these speaks of Devices, codes or answers.
_TOPIC: Final = frozenset("ISoJDdFrKcGZ")
# These ask and announce as often as they doubt: they count next to what was installed.
_WEAK: Final = frozenset(
    ("why", "how", "who", "where", "which", "what", "can you", "could you", "would you", "will",
     "once", "when we", "soon", "shortly", "at the time", "at that time", "even", "see", "seen",
     "read", "reading", "without", "since", "because", "right", "again", "longer", "report",
     "reported")
)  # fmt: skip
_INSTALLING: Final = frozenset("ISoJFrK")
_ADVICE = re.compile(
    r"\W*(?:please|kindly|in case (?:of|you)|in the event|for any|if you|should you|you (?:may"
    r"|might|could|should|will|can|would)|suggest"
    r"|you(?:'ll|'d| need| want| have to)\b|best to"
    r"|(?:i|we)(?:'d| would)? (?:suggest|recommend|advise)|(?:perhaps|maybe) (?:you|try)|try\b"
    r"|(?:i )?think you(?:'ll| will| would| need| want| should|'d)"
    r"|it (?:might|may|could|would) be (?:worth|best|an idea|better|easier)"
    r"|(?:the |perhaps |maybe )*(?:dcc|map|meter asset provider|ecoes|(?:previous|old|last"
    r"|losing) supplier)\b[^.?!]{0,30}"
    r"\b(?:may|might|should|could|can|will|would) (?:be able|know|tell|help|have|hold)"
    r"|contact|let (?:me|us) know|do let|feel free|hope\b|have you (?:tried|asked)|any (?:questions"
    r"|problems|queries)|as (?:discussed|requested))",
    re.I,
)
_POINTS: Final = frozenset((parts.THESE, parts.THIS, parts.DEVICE, parts.ROW, parts.REST))
_EXIST: Final = frozenset(
    ("is", "are", "follow", "follows", "on", "in", "here", "attached", "enclosed", "below", "sent",
     "to", "available", "have", "has", "were", "was")
)  # fmt: skip


_TO_COME: Final = frozenset(("will", "shall", "'ll"))
_OWN: Final = frozenset("GoN")
_OWN_HISTORY: Final = frozenset(
    (parts.OUR, parts.INSTALL, parts.JOB, parts.MOMENT, parts.UNKNOWN, parts.NUMBER)
)
_DOING: Final = frozenset((parts.INSTALL, parts.JOB))
_LATER: Final = frozenset(("later", "soon", "shortly", "once"))
_ASKS_BACK = re.compile(r"\W*(?:or|did|do|were|was|have|is|are|right|sure)\b[^?]*\?", re.I)
_SOME_WAS = re.compile(r"\b(?:one|two|some|first|second|third|last) (?:was|is|were|are)\b", re.I)
# Our lads did do one in that street.
_WE_DID = re.compile(
    r"\bdid (?:do |actually |in fact )?(?:one|some|it|them|these|those|both|two|a few|a couple"
    r"|a number|several|that one|this one|the (?:first|second|third|last|other|gas|electric\w*))\b",
    re.I,
)
_FEW: Final = 5  # words of a sentence that only adds something to the one before
_HAS_CODES = re.compile(
    r"\b(?:use|see|had|have|has|hold|holds|holding|there are|found|got|find|take|resend|sent"
    r"|sending|gave|given|already)\b"
    r"[^.?!;]{0,30}\bcodes?\b|\bcodes?\b ?(?:are|were|is)?[:,-]? ?(?:see|on|in|attached|from|below"
    r"|above|sent)\b|\bcodes? (?:that )?(?:i|we) (?:have |had )?(?:sent|gave|provided|supplied)\b",
    re.I,
)
_NOT_THEIRS = re.compile(
    r"\b(?:not|no|never|nor|without|unable|cannot|you|your|request(?:ed|s|ing)?|need|ask(?:ed|ing)?"
    r"|supplier|suppliers|they|whoever|would|should|might|(?-i:may)|enquir\w+|regarding|about)\b",
    re.I,
)
_WOULD: Final = frozenset(("would", "will", "should", "can", "would be", "should be", "could be"))
_OURSELVES: Final = frozenset((parts.WE, parts.OUR, parts.OURS, parts.NEGATION))
_BY_SOMEBODY: Final = frozenset("IGJXYB")
_WORKING: Final = frozenset(
    ("acting", "acted", "working", "worked", "who", "whom", "employed", "contracted", "operating")
)
_OWN_BEGINNING = re.compile(
    r"\b(?:our|we) (?:\w+ ){0,2}?(?:first|start(?:ed)?|began"
    r"|launched)\b[^.?!]{0,40}\b(?:install\w*|fitt\w*"
    r"|roll-?out)\b[^.?!]{0,40}\b(?:19|20)\d\d\b",
    re.I,
)
_LIMITS = re.compile(
    r"\W*(?:this|that|it|which|the above|(?:our|this|my) (?:answer|response|reply|search|check))"
    r"\b[^.?!]{0,20}\b(?:includes?|covers?|appl(?:y|ies)|concerns?|excludes?|relates?|(?-i:limited))\b",
    re.I,
)
_LIMITS_NOTHING = re.compile(
    r"\b(?:all|each|every|both|whole|entire|your (?:request|e-?mail|list|letter|query))\b", re.I
)
_ONLY_THESE = re.compile(
    r"\W*(?:only|just) (?:one|two|three|four|five|\d{1,3}|this one|these|those)(?: of (?:these"
    r"|them|those"
    r"|the \w+|your \w+))? (?:is|was|are|were) (?:ours|(?:installed|fitted|put in) by us)\W*$",
    re.I,
)
_EXCEPTED: Final = _MATTER | {parts.ONE_DEVICE, parts.NUMBER, parts.MOMENT}
_NOBODY: Final = frozenset(("no", "none", "nobody", "no-one", "neither", "not"))
_UNDONE: Final = frozenset(
    ("exchanged", "replaced", "swapped", "commissioned", "refitted", "reinstalled")
)
_ONE_OF_THEM: Final = frozenset(("one of them", "one of these", "one of those"))
_OF_A_KIND = re.compile(r"K+[dDtT]")  # the gas one


def is_off_topic(sentence: Sentence, clauses: Sequence[Clause]) -> bool:
    """Return whether a sentence speaks of something else than Devices, answers or records.

    It has at least two words that are not known, and none of the matter.
    """
    if sentence.devices or sentence.codes:
        return False
    words = [word for clause in clauses for word in clause.words]
    if any(word.part in _TOPIC or word.part in _STILL_TOUCHES for word in words):
        return False
    if _SPEAKS_OF_ANSWERS.search(sentence.text):
        return False
    if any(word.part == parts.NUMBER and word.text.isalpha() for word in words):
        return False  # job sheets for two
    return sum(word.part == parts.UNKNOWN for word in words) >= _OTHER_WORDS


def is_title(sentence: Sentence, clauses: Sequence[Clause]) -> bool:
    """Return whether a line is a title or an address: ``Meter Data Team``."""
    if sentence.devices or sentence.codes or _SENTENCE_END.search(sentence.text):
        return False
    words = _LETTERS.findall(sentence.text)
    small = [word for word in words if not word[0].isupper() and word not in _SMALL]
    said = any(set(clause.shape) & _SAYS for clause in clauses)
    said = said or any(word.lower() in _VERBS for word in words)
    return len(words) > 1 and not small and not said


def is_advice(clause: Clause) -> bool:
    """Return whether a clause only tells us whom we may ask: ``you will need to ask Marlpit``."""
    text = " ".join(word.text for word in clause.words)
    return bool(_ADVICE.match(text)) and not set(clause.shape) & (OF_SOME | _ALWAYS | _OWN)


def is_harmless(word: Word, clause: Clause) -> bool:
    """Return whether a word that can hedge does not in this clause."""
    text = word.text.lower()
    if word.part == parts.ON_BEHALF and _nobody_did(clause):
        return True  # our meter operator did not fit them for us
    if text == "for us":  # please close it for us
        worked = any(one.text.lower() in _WORKING for one in clause.words)
        return not (worked or set(clause.shape) & _BY_SOMEBODY)
    if text.startswith("no record of"):
        return True  # that is no answer, and nothing against one
    undone = text in _UNDONE and parts.NEGATION in clause.shape  # nor have we exchanged them
    return undone or is_weak(word, clause) or would_give(clause)


def _names_others(clause: Clause) -> bool:
    """Whether a clause speaks of another supplier: who has the codes is one of the earlier ones."""
    words = {part for word in clause.words for part in word.text.lower().split()}
    return parts.OTHERS in clause.shape or bool(words & {"supplier", "suppliers", "installer"})


def _nobody_did(clause: Clause) -> bool:
    """Whether a clause says that those who work for the sender did not install them either."""
    shape = set(clause.shape)
    if shape & (OF_SOME | {parts.UNKNOWN, parts.NAME, parts.CORRECTION, parts.OURS}):
        return False
    none = any(word.text.lower().startswith(("no record", "no trace")) for word in clause.words)
    return none or (parts.NEGATION in shape and bool(shape & {parts.INSTALL, parts.JOB}))


def would_give(clause: Clause) -> bool:
    """Return whether a clause says what the installing Supplier, somebody else, can give us."""
    texts = {word.text.lower() for word in clause.words}
    return bool(texts & _WOULD) and not set(clause.shape) & _OURSELVES


def is_weak(word: Word, clause: Clause) -> bool:
    """Return whether a word asks or announces something next to no word of installing."""
    return word.text.lower() in _WEAK and not set(clause.shape) & _INSTALLING


def qualifies(sentence: Sentence, clauses: Sequence[Clause]) -> str:
    """Return the words by which a sentence without an answer may qualify one elsewhere."""
    if (
        is_small_print(sentence, clauses)
        or is_below(sentence, clauses)
        or is_title(sentence, clauses)
    ):
        return ""
    plain = spelt_out(sentence.text)
    if _OWN_BEGINNING.search(plain) and not sentence.devices:
        return ""  # when the sender began to install at all
    limits = _LIMITS.match(plain)
    if limits and not _LIMITS_NOTHING.search(plain):
        return limits[0]
    if sentence.heading and _ONLY_THESE.match(plain):
        return ""  # what follows is theirs, and has its own answers
    open_still = leaves_open(without_others(plain)) or recalled_words(plain)
    if open_still:
        return open_still
    unsent = labelled_unsent(sentence.text) if sentence.heading else ""
    if unsent:
        return unsent
    shape = "".join(clause.shape for clause in clauses)
    did = _WE_DID.search(plain) if parts.WE in shape and parts.NEGATION not in shape else None
    if did:
        return did[0]
    if not (sentence.signed or set(shape) & _TOPIC or any(map(tells_of_supply, clauses))):
        remark = of_the_answer(sentence.text)
        if remark:
            return remark
    advises = bool(_ADVICE.match(sentence.text)) and not set(shape) & OF_SOME
    if not (advises or sentence.heading):
        held = _codes_held(plain, clauses) or (not sentence.signed and _added(plain, clauses))
        if held:
            return held
    said = [word for clause in clauses for word in clause.words]
    if guesses_supplier(said) or tells_of_arrival(sentence.text):
        return ""
    if is_off_topic(sentence, clauses):
        return ""
    if "?" in sentence.text and not advises and set(shape) & _POINTS:
        return "?"
    if not (sentence.heading or advises):
        where = next(filter(None, map(_codes_elsewhere, clauses)), "")
        if where:
            return where
    for clause in clauses:
        if tells_of_supply(clause):
            continue
        found = _qualifying_words(clause, about=bool(set(shape) & _ABOUT), advises=advises)
        if found:
            return found
    return DEVICE_MARK if sentence.devices else ""


def _codes_held(plain: str, clauses: Sequence[Clause]) -> str:
    """Return the words by which the sender has codes: ``use the codes from last week``."""
    found = _HAS_CODES.search(plain)
    if not found or _NOT_THEIRS.search(plain):
        return ""
    names = any(parts.NAME in one.shape and parts.WE not in one.shape for one in clauses)
    return "" if names and found.start() else found[0]  # Marlpit has the codes


def _added(plain: str, clauses: Sequence[Clause]) -> str:
    """Return what a few words add to the sentence before: ``one was``, ``not!``, ``or did we?``."""
    if len(plain.split()) > _FEW:
        return ""
    words = [word for clause in clauses for word in clause.kept]
    for word in words:
        hedges = word.part in parts.HEDGES and word.part != parts.REVERSAL
        if hedges and word.text.lower() not in _WEAK - _LATER:
            return word.text
    first = words[0] if words else None
    if first and len(words) == 1 and first.part in (parts.NEGATION, parts.ONE_DEVICE):
        return first.text
    if first and first.text.lower() in ("one", "test"):
        return first.text
    some = _SOME_WAS.search(plain)
    return some[0] if some else "?" if _ASKS_BACK.match(plain) else ""


def _codes_elsewhere(clause: Clause) -> str:
    """Return the words that say that there are codes: ``the codes are on the portal``."""
    if {parts.NEGATION, parts.NO_ONE} & set(clause.shape):
        return ""
    if parts.WE in clause.shape and any(one.text.lower() in _TO_COME for one in clause.words):
        return next((one.text for one in clause.kept if one.part == parts.CODE), "")
    for one, after in pairwise(clause.words):
        if one.part == parts.CODE and after.text.lower() in _EXIST:
            return f"{one.text} {after.text}"
    return ""


def _qualifying_words(clause: Clause, *, about: bool, advises: bool) -> str:
    """Return the words of one clause that may qualify an answer elsewhere in the mail.

    ``about``: the sentence is about Devices; ``advises``: it tells us what we may do.
    """
    parts_here = set(clause.shape)
    first = clause.words[0]
    if first.part in (parts.NEGATION, parts.NO_ONE) and first.text.lower() in _NOBODY:
        against = OF_SOME | (parts.HEDGES - {parts.ON_BEHALF}) | {parts.UNFINISHED}
        if not parts_here & against and parts_here & {parts.INSTALL, parts.JOB}:
            return ""  # no engineer or agent of ours ever fitted a meter there
    supports = not parts_here & (OF_SOME | parts.HEDGES | {parts.OUR, parts.ONE_DEVICE})
    negative = bool(parts_here & {parts.NEGATION, parts.NO_ONE})
    negative = negative or any(word.text.lower().startswith("no ") for word in clause.words)
    last = clause.kept[-1] if clause.kept else None
    if last and last.part == parts.NUMBER and parts.WE in clause.shape and not negative:
        return last.text  # we found job sheets for two
    for word in clause.kept:
        if word.part in _ALWAYS and not is_harmless(word, clause):
            return word.text
        theirs = not parts_here & {parts.WE, parts.OUR} and _names_others(clause)
        if word.part == parts.CODE and parts_here & OF_SOME and not (negative or theirs):
            return word.text
        if word.part == parts.KIND and _OF_A_KIND.search(clause.shape) and not advises:
            return word.text
        if word.part == parts.ROW and not advises:
            return word.text  # something is said about one row, and it is not understood
        doing = word.part in _DOING and not (advises or negative or is_passive(clause))
        if doing and (parts.UNKNOWN in clause.shape or clause.shape == parts.INSTALL):
            return word.text
        if word.part == parts.INSTALLER and would_give(clause):
            continue
        if parts_here <= _OWN_HISTORY and {parts.OUR, parts.MOMENT} <= parts_here:
            continue  # our first install was in 2021
        installed = word.part in (parts.INSTALL, parts.INSTALLER)
        if installed and is_passive(clause):
            continue
        if installed and not (advises or supports or negative):
            return word.text
        narrows = (
            word.part == parts.PARTLY
            and not theirs
            and (set(clause.shape) & _MATTER or word.text.lower() in _ONE_OF_THEM)
        )
        excepts = word.part == parts.EXCEPT and set(clause.shape) & _EXCEPTED
        if narrows or excepts:
            return word.text
        if word.part in (parts.DOUBT, parts.REVERSAL) and about and not advises:
            if is_harmless(word, clause):
                continue
            return word.text
    return ""
