"""Tell who asks whom for what: whether a sentence asks for install codes.

Each word of a sentence has a part (``act_words``); its parts, one character for each word, are its
shape.  A request for codes is an order of parts: somebody is asked to give, and the thing to give
is the codes.  So "confirm receipt of the codes", "why do you want the codes" and "we will look for
the codes" have the words of a request, but not its shape.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from exchange.parsing.phrases import act_phrases as asked
from exchange.parsing.phrases import act_words as parts
from exchange.parsing.phrases import condition_phrases as conditions
from exchange.parsing.phrases import matter_phrases as matter
from exchange.parsing.statements.sentences import CODE_MARK, DEVICE_MARK

_LONGEST: Final = 600  # characters of a sentence that are read
_WORD = re.compile(
    rf"[^\W_]+(?:[-.'@][^\W_]+)*|[{DEVICE_MARK}{CODE_MARK}&]|[,;:.!?()/\u2013\u2014-]"
)
_SHORTENED: Final = (
    (re.compile(r"\b(ca|wo|sha)n't\b", re.I), r"\1n not"),
    (re.compile(r"n't\b", re.I), " not"),
    (re.compile(r"\b(we|i|they|you|it|that)'(?:d|ll)\b", re.I), r"\1 would"),
    (re.compile(r"'(ve)\b", re.I), " have"),
    (re.compile(r"'(re|m)\b", re.I), " are"),
)  # fmt: skip
# "Vale Energy requests the codes": the sender, by his company's name.
_IN_THEIR_NAME = re.compile(
    r"(?:\b[A-Z][\w&'.-]{1,30} ){1,4}(?=(?:hereby |formally |kindly )?"
    r"(?:requests|is requesting|asks|is asking|seeks|is seeking|would (?:like|be grateful))\b)"
)
_FROM_A_DAY = re.compile(
    r"^\W*(?:from|starting|effective|as of|as from) (?:now|today|tomorrow|next|\d|the \d"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.I,
)
_QUOTED = re.compile(r"[\"\u201c][^\"\u201c\u201d]{1,200}[\"\u201d]")  # somebody else's words
_PAUSES: Final = frozenset(",;:.!?()/-\u2013\u2014")

# The codes, as the thing that a verb before them is about: "a list of the outstanding codes".
_CODES: Final = r"(?:[zpD]{0,2}(?:L[Ff]?)?[zpD]{0,3}C(?![fF]?X))"
_TO_US: Final = "(?:f?uf?)?"
_BEGIN: Final = r"(?:^|[.;:?!(,\-]|c)"
# Words in between that begin no other clause, deny nothing and are about no other thing.
_ON: Final = r"[^nitqQXOZs.;:?!]{0,9}?"
_ON_WITHOUT_YOU: Final = r"[^nitqQXOZyms.;:?!]{0,9}?"
_ASKED_TO: Final = (
    f"(?:Py?{_ON_WITHOUT_YOU}|M,?{_ON}y{_ON_WITHOUT_YOU}|M,?{_ON}w{_ON_WITHOUT_YOU}[ghrGR]"
    f"|J{_ON}|R[ty]{{1,2}})"
)
_THEY_GAVE: Final = "(?![^.;:?!]{0,2}[wy][hMdv])"  # no "codes that you sent"
_ORDERS: Final = (
    f"{_ASKED_TO}[gGhr]{_TO_US}{_CODES}",
    f"{_ASKED_TO}{_TO_US}f?{_CODES}{_THEY_GAVE}",
    f"J{_ON}[yw]{_ON}v{_TO_US}{_CODES}",  # obliged if you returned the codes
    f"{_BEGIN}z{{0,2}}P?[gG]{_TO_US}{_CODES}",  # send the codes
    f"K[zf]{{0,2}}[ghr]{_CODES}",  # grateful for a prompt reply with the codes
    r"P[.,:]?C(?:[fF]|[.:]?$)",  # one more please, code of ...
)
_NEEDS: Final = (
    f"w{_ON}(?:N|R)(?:fy)?{_TO_US}f?{_CODES}",
    f"w{_ON}N(?:{_ON}[hr]|[gG]){_TO_US}{_CODES}",
    # we would appreciate your support in getting codes
    f"{_BEGIN}z{{0,2}}N{_ON}[hrf]{_TO_US}{_CODES}",
    f"w{_ON}N[^nitqQXOZ.;:?!]{{0,3}}f{_CODES}",  # we would value your help with the codes
    # we request, under ..., that you send
    f"w{_ON}R,[^n.;:?!]{{0,12}},ty{_ON_WITHOUT_YOU}[gG]{_TO_US}{_CODES}",
    f"w[^nitqQZM.;:?!]{{0,6}}K{_TO_US}f?{_CODES}",  # we are after the codes
    f"w[^n.;:?!]{{0,3}}Ry,[^.;:?!]{{0,12}},f{_CODES}",  # we ask you, as ..., for the codes
    f"(?:^|[.,;:-])[pDLGF]{{1,4}}N{_CODES}",  # these need codes
    f"w{_ON}R[gGz]{{0,2}}F{_CODES}",  # we request release of the codes
    f"w[^ne.;:?!]{{0,6}}yf{_CODES}",  # we turn to you for the codes
    f"wMb?z{{0,2}}K{_TO_US}f?{_CODES}",  # we should be obliged for the codes
    r"^[zDLbp,:\-]{0,5}Ct?wb?[KN](?:$|[.,:!?]|f)",  # codes we are after
    rf"[gG]z{{0,2}}R[^nitqQX.;:?!]{{0,6}}f{_CODES}",  # treat this as a request for the codes
    rf"w{_ON}[gG]D{{1,2}}f{_CODES}",  # we submit these for the codes
    f"{_BEGIN}[zPDfL]{{0,6}}(?:N|K{{1,2}}|J|R)[z:]{{0,3}}f?{_CODES}",  # need codes
    rf"{_BEGIN}(?:[zDbps]{{0,4}}|wb)R[zf:b]{{0,4}}{_CODES}",  # request for codes
)
_NOUNS: Final = (
    # codes [for these] needed
    r"(?:^|[.;:?!(,\-])[^nie]{0,6}C(?:[^ntqQi.;?!()]{0,9}P|[fFzpDbLMucm,:\-]{0,9}E"
    r"|[^n.;?!]{0,4}e$)",
    r"E[z:f\-]{1,3}C(?:$|[.,:(])",  # requested item: install codes
    rf"{_BEGIN}[zDpb]{{0,4}}CR(?!z)",  # install code request
    r"^[zDpb]{0,4}CRL?[zD]{0,3}$",
    rf"^P?s?[LD]{{1,3}}[fF]?[LD]{{0,2}}f{_CODES}(?:[.:,-]|$)",  # list of meters for install codes
    "^C[?]",
    f"pM[AbE]{{1,2}}z{{0,2}}f?[hgr]{_TO_US}{_CODES}",  # it would help us to have the codes
    f"M[zP,]{{0,2}}{_CODES}[^nitqQXOZ.;:?!]{{0,6}}bv",  # could the codes be sent
    f"C{_ON}fbv",  # codes to be returned by Friday
)
_QUESTIONS: Final = (
    f"qwN(?:fy)?[b:]{_CODES}",  # what we need from you is the code
    rf"qb{_CODES}[^v]*$|q{_CODES}(?:f|b|[?]|$)",  # what is the code
    f"d[yz]{{1,2}}[hH]{_CODES}{_THEY_GAVE}",  # do you hold the code
    f"hyh?{_CODES}{_THEY_GAVE}",
    f"^h{_CODES}[fFpzDL]{{1,6}}[?]",  # got codes for these?
)
_LACKS: Final = (
    f"(?:^|[.,;:-]|w[^.,;:]{{0,3}})T{_CODES}",
    "(?:^|[w,:-])h?nh?z?C(?:[fFDhHv.,;:?!]|$)",
)
_ASKS_FOR_CODES: Final = re.compile("|".join((*_ORDERS, *_NEEDS, *_NOUNS, *_QUESTIONS, *_LACKS)))
_CODES_OF_THESE: Final = re.compile(r"(?:^|[.,;:!])[zL]?C[fF][zpDL,]*e*z?[.?:]?$")  # no verb at all
_ASKS_FOR_THEM: Final = re.compile(
    "|".join(
        (
            f"{_ASKED_TO}[gr]?{_TO_US}[gr]{_TO_US}(?:z{{0,2}}[pmL]|D|t?$|t?[.,:;?!(c\\-])",
            f"{_ASKED_TO}G{_TO_US}[pm](?:[fpPD:?!.]|$)",
            f"{_ASKED_TO}G(?:q[zp]b|mz[fu])",  # tell us what they are; make them available to us
            f"{_ASKED_TO}A(?:[fc,.?!:]|$)",  # could you help
            "K[zf]{0,2}L(?:[.?!]|$)",  # any chance of copies
            f"{_ASKED_TO}d{_TO_US}[pm]",  # do the same for these
            f"M{_ON}wP?h[zpmt]{{0,2}}[pmt]",  # can we have that
            "dyz?[hH]z?[pm]",  # do you have it on record
            f"{_BEGIN}P?g{_TO_US}[pmD]",
            f"w{_ON}(?:N|R){_TO_US}f?[pmD](?:[.,:;?!(c\\-]|$)",
            rf"{_BEGIN}[eDf]{{0,4}}?[pDL][zpDLfFG,]{{0,6}}[PJE](?!,?[GVOX])",  # two more please
            rf"{_BEGIN}[zDbp,F]{{0,4}}R(?:f{{1,2}}[zpDL]|D?(?:$|[.:,]))",  # request for these
            rf"w{_ON}Rf?[pD]",
            rf"{_ASKED_TO}G{_TO_US}(?:z{{0,2}}[pmDL]{{1,2}})(?:f[pDwu]*)?(?:[.:?!,(]|$|c[gG])",
            rf"{_BEGIN}P?(?:G|V)c[gG](?:[.:?!]|$)",  # kindly fill in and return
        )
    )
)
# What is to be done with the Devices, in words that are not all known.
_ASKS_ABOUT_DEVICES: Final = re.compile(
    r"P(?:[GVO][zfu]{0,2}[pDm]{1,3}[bfi,].{0,6}[zXO]|[GVO]s?f[zX]|[GgVO]z?[pDm]f[zXO])"
)
_NAMES_OF_DEVICES: Final = re.compile(
    r"^\W*(?:the )?(?:mpans?|mprns?|mpxns?|guids?|euis?|device ids?|sites?|addresses|properties"
    r"|premises)\W+(?:please|pls|required|needed|wanted)\b",
    re.I,
)
_WHAT_THESE_ARE: Final = re.compile(r"\bwhat (?:these|this|those|they) (?:are|is|were)\b", re.I)
_ASKS_WHY: Final = re.compile(
    "[zc,]{0,3}Q(?!(?:f[zy]{1,3})?M[ghG]|h)"
)  # but "who can send us", "who has"
_LACKS_CODES: Final = re.compile(f"(?:T|[hH]n|n[hHgGz]u?){_CODES}")
_ASKS_ELSE: Final = re.compile(
    f"(?:{_ASKED_TO}[gGhrVO]?|w{_ON}[NKR]|q)[^.;:?!n]{{0,4}}X|^[gGO][^.;:?!]{{0,4}}X"
    f"|{_ASKED_TO}[gGV][it]|P[G]z|X[^.;:?!n]{{0,3}}[PE]"
)
# "Do not action this yet", "no codes please": nothing is to be done with what is listed.
_CALLS_OFF: Final = re.compile(
    r"(?:^|[.,;:!-]|c)(?:P?dP?nd|P?dP?n(?:[gG](?:[pD.,;!:]|$)|[gG]z?(?:[.,;!]|$))|nCP|P,?nC"
    r"|CR[zD]?O)"
)
_PLEASE: Final = re.compile("[fLDpR,.:]*P[fLDpR,.:!]*")  # under MP121, please
_CLAUSE_END = re.compile(r"[,;:.]|\b(?:but|only)\b")
_NO_MATTER: Final = re.compile("[RDLpPewufFc,.:!?()-]*")
_SAYS_NOTHING: Final = re.compile("[pmDLfFcuwyCRePs,.:!?()-]*")


def spelt_out(text: str) -> str:
    """Return a text with its contractions in full: ``we will not`` for ``we won't``."""
    for pattern, into in _SHORTENED:
        text = pattern.sub(into, text)
    return text


@lru_cache(maxsize=2048)  # each sentence is looked at for several things
def shape_of(text: str) -> str:
    """Return the parts of the words of a sentence, one character for each; pauses are kept."""
    text = _IN_THEIR_NAME.sub("we ", spelt_out(text)[:_LONGEST])
    text = _FROM_A_DAY.sub("henceforth", text)
    words = _WORD.findall(text.lower())
    shape: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word in _PAUSES:
            shape.append("-" if word in "/\u2013\u2014" else word)
            at += 1
            continue
        size = 1
        part = parts.PARTS.get(word, parts.OTHER_WORD)
        if word in parts.BEGINNINGS:
            for more in range(min(parts.MOST_WORDS, len(words) - at), 1, -1):
                found = parts.PARTS.get(" ".join(words[at : at + more]))
                if found is not None:
                    part, size = found, more
                    break
        if not word.isdigit():
            shape.append(part)
        at += size
    return "".join(shape)


def asks_for_codes(text: str, *, about_codes: bool = False, titled: bool = True) -> bool:
    """Return whether a sentence asks for install codes.

    ``about_codes``: install codes were named before it, so that "them" can be the codes.
    ``titled``: it may be a title, which names the codes and asks for nothing.
    """
    shape = shape_of(matter.OTHER_CODES.sub(" number ", _QUOTED.sub(" number ", text)))
    if (
        parts.ALWAYS in shape
        or _ASKS_WHY.match(shape)
        or _WHAT_THESE_ARE.search(text)
        or _NAMES_OF_DEVICES.search(text)
    ):
        return False
    if _ASKS_FOR_CODES.search(shape):
        return True
    if not titled and _CODES_OF_THESE.search(shape):
        return True
    by_rule = bool(matter.OUR_RULE.search(text))
    if by_rule and _PLEASE.fullmatch(shape):
        return True
    about_codes = about_codes or by_rule
    named = shape.rfind(parts.CODE) + 1
    if _ASKS_ABOUT_DEVICES.search(shape, named):
        return False
    asks = (about_codes or named) and parts.OTHER_THING not in shape[named:]
    return bool(asks and _ASKS_FOR_THEM.search(shape, named))


def names_our_matter(text: str) -> bool:
    """Return whether a title or a sentence says that codes are what the mail is about."""
    codes = matter.CODES.search(matter.OTHER_CODES.sub(" ", text))
    return bool(codes or matter.OUR_RULE.search(text))


def leaves_it_open(subject: str) -> bool:
    """Return whether a subject names no matter at all: ``Request``, ``3 meters``, ``More``."""
    return bool(_NO_MATTER.fullmatch(shape_of(subject)))


def asks_otherwise(text: str) -> bool:
    """Return whether a sentence asks us for a thing that is no code: a date, a reading."""
    return bool(_ASKS_ELSE.search(shape_of(matter.OTHER_CODES.sub(" number ", text))))


def asks_about_devices(text: str) -> bool:
    """Return whether something is to be done with the Devices: added to a register, confirmed."""
    shape = shape_of(text)
    return bool(_ASKS_ABOUT_DEVICES.search(shape) or _NAMES_OF_DEVICES.search(text))


def calls_off(text: str) -> bool:
    """Return whether a sentence tells us to do nothing with what is listed."""
    return bool(_CALLS_OFF.search(shape_of(text)))


def takes_back(text: str) -> bool:
    """Return whether a sentence takes a request back, or asks us not to answer it."""
    kept = asked.HARMLESS_IGNORE.sub(" ", text)
    if not asked.TAKEN_BACK.search(kept):
        return False
    if asked.TAKES_BACK.search(kept) or asked.HOLDS.search(kept):
        return True
    needless = asked.NEEDS_NOT.search(kept)
    if needless and asked.NEEDED.search(_CLAUSE_END.split(kept[needless.end() :], maxsplit=1)[0]):
        return True
    forbids = asked.FORBIDS.search(kept) or _not_given(kept)
    return bool(forbids) and not asked.HARMLESS_MANNER.search(kept)


def _not_given(text: str) -> bool:
    """Return whether codes are not to be given; not where we were not given any."""
    found = asked.NOT_GIVEN.search(text)
    return found is not None and not conditions.NOT_GIVEN_TO_US.search(text[: found.end() - 1])


def is_standing(text: str) -> bool:
    """Return whether a sentence says how it is to be done from now on."""
    return parts.ALWAYS in shape_of(text)


def has_verb(text: str) -> bool:
    """Return whether a text is a whole sentence, by the verbs that are known."""
    return bool(re.search("[bMdNPTw]", shape_of(text)))


def is_told(text: str) -> bool:
    """Return whether somebody is asked to do something, not only the noun for it named."""
    return bool(re.search("[PMJdN]|^[gGV]", shape_of(text)))


def lacks_codes(text: str) -> bool:
    """Return whether a sentence says that somebody has no codes, so that something failed."""
    return bool(_LACKS_CODES.search(shape_of(text)))


def only_lacks_codes(text: str) -> bool:
    """Return whether a sentence names codes only to say that they are missing."""
    shape = shape_of(text)
    lacking = len(_LACKS_CODES.findall(shape))
    return 0 < shape.count(parts.CODE) == lacking


def says_nothing(text: str) -> bool:
    """Return whether a text only points to a list: ``Just these this week``."""
    return bool(_SAYS_NOTHING.fullmatch(shape_of(text)))
