"""Turn roundabout ways to ask into the plain order that they stand for.

"You are requested to supply", "it would be appreciated if the codes could be forwarded" and "if you
could send them, that would be brilliant" are each one order of parts around something that is to
be done.  That is put after "please", and everything else in the sentence is kept as it is.
"""

from __future__ import annotations

import re
from typing import Final

_ADVERB: Final = (
    r"(?:(?:very|much|so|really|greatly|most|warmly|highly|absolutely|hugely|truly|deeply|just"
    r"|eternally|ever so|only|also|therefore|hereby|kindly|formally|further|now|accordingly) ){0,3}"
)
# What is said of something that is welcome.
_WELCOME: Final = (
    rf"{_ADVERB}(?:appreciated|valued|welcomed?|obliged|thankful|grateful|helpful|useful|handy"
    r"|brilliant|brill|lovely|great|good|ace|fab|fabulous|fantastic|super|wonderful|marvellous"
    r"|perfect|magic|amazing|awesome|smashing|grand|nice|kind|ideal|gratefully received"
    r"|delighted|glad|pleased|happy"
    r"|over the moon|(?:of |a )(?:\w+ ){0,2}(?:star|legend|gem|angel|hero|life-?saver|godsend|boon"
    r"|help|assistance|favour|kindness|relief|use|service))"
)
_WOULD: Final = r"(?:would|should|will|'d|'ll)"
_WHO: Final = r"(?:it|that|this|i|we|you|they|he|she)"
_ADDRESSEE: Final = (
    r"(?:you|your (?:company|office|organisation|firm|team|good selves)|(?:the|each) "
    r"(?:recipient|addressee|installing supplier(?: party)?|(?:losing|former|previous) supplier))"
)
_ASKED: Final = r"(?:asked|requested|required|invited|urged|called (?:up)?on|obliged|bidden)"
_CODES: Final = (
    r"(?:(?:any|all|the|their|these|those|each|every|relevant|corresponding|meter|device|smart"
    r"|install|installation|installing|joining) ){0,4}(?:codes?|ics?|keys?)\b"
)
_GIVEN: Final = (
    r"(?:sent|provided|supplied|shared|given|forwarded|passed|e-?mailed|mailed|returned|released"
    r"|issued|resent|re-sent|furnished|disclosed|reissued|transmitted|dispatched|despatched|relayed"
    r"|conveyed|delivered|posted|communicated|handed|made (?:available|known)|submitted|copied"
    r"|retrieved|located|found|looked (?:up|out)|dug out|populated|filled in|entered|advised"
    r"|confirmed|notified|sought out|tracked down|hunted down|pinged|dropped|let)\b"
)
_NO_TURN: Final = r"(?:(?!\b(?:not|never|no|nor|only|until|unless)\b)[^.;?!])"

# "You are hereby requested to supply ...": an order, now, to whom it is written.
_IS_ASKED = re.compile(
    rf"(?P<begin>^\W*(?:\w{{1,3}}[.)] ?)?"
    rf"|\b(?:under|pursuant to|in accordance with) "
    rf"[^,.;?!]{{3,50}} |[,;:] ?|\b(?:accordingly|therefore|hence|so|thus)[, ]+)"
    rf"{_ADDRESSEE}(?: are| is|'re|'s) {_ADVERB}{_ASKED},?(?: please| kindly)? to\b(?! not\b)",
    re.I,
)
# "It would be much appreciated if the codes of these could be forwarded".
_IF_GIVEN = re.compile(
    rf"(?:\b{_WHO} ?{_WOULD} {_ADVERB}be |\b(?:we|i)(?: am| are|'m|'re) |^\W*|[,;:.!-] )"
    rf"{_WELCOME} (?:if|were|should) "
    rf"(?P<what>{_CODES}{_NO_TURN}{{0,120}}?) "
    rf"(?:(?:could|can|might|may|would|were|was)(?: to)?(?: kindly| please)?(?: be)?|to be)"
    rf" {_GIVEN}",
    re.I,
)
# "It would be a great help if you could let me have ...".
_IF_YOU_DO = re.compile(
    rf"\b{_WHO} ?{_WOULD}(?: {_ADVERB}(?:be|prove) {_WELCOME}| {_ADVERB}(?:help|assist|oblige)"
    r"(?: us| me)?(?: no end| greatly| a lot| enormously| hugely| very much| immensely)?) if\b",
    re.I,
)
_SOMEBODY = re.compile(
    r"\bgrateful if (?:someone|somebody|anyone)(?: (?:at|on|in|from) your (?:side|end|team))?\b",
    re.I,
)
_ASSISTS = re.compile(
    rf"\b{_WHO} ?{_WOULD} (?:help|assist|oblige)(?: us| me)?(?: no end| greatly| a lot| enormously"
    rf"| hugely| very much| immensely)? if (?P<what>{_CODES}{_NO_TURN}{{0,120}}?) "
    rf"(?:could|can|might|were)(?: to)?(?: kindly)?(?: be)? {_GIVEN}",
    re.I,
)
# "If you could send the codes over when you get a minute that would be brilliant".
_THEN_WELCOME = re.compile(
    rf"\bif (?:you|someone|somebody|anyone|one of you|your team)(?:'d|'ll| could| can| would| might"
    rf"| were able to| are able to) (?P<do>{_NO_TURN}{{3,160}}?),? ?\b(?:then )?{_WHO} ?{_WOULD}"
    rf" {_ADVERB}(?:be {_WELCOME}|appreciate (?:it|that)|help (?:us|me)?)",
    re.I,
)
# "Codes would be brilliant": they are asked for.
_CODES_WELCOME = re.compile(
    rf"(?P<begin>^\W*|[,;] (?:so|and|hence|thus) )(?:(?:receipt|sight|copies|a copy) of )?"
    rf"(?P<codes>{_CODES}(?: (?:for|of|to|relating to|pertaining to|belonging to)"
    rf" {_NO_TURN}{{1,50}}?)?) ?{_WOULD} be"
    rf" {_WELCOME}(?=\W*$|[,.!])",
    re.I,
)
# "A response containing the codes is requested within ten days".
_REPLY_ASKED = re.compile(
    r"^\W*(?:an?|your|the) (?:\w+ )?(?:response|reply|answer|letter|e-?mail|return|note)"
    rf" (?:containing|with|giving|setting out|including|stating|listing) (?P<what>{_CODES}"
    rf"{_NO_TURN}{{0,80}}?),? (?:is|are|would be) {_ADVERB}(?:{_ASKED}|needed|sought|awaited"
    rf"|{_WELCOME})",
    re.I,
)
_SCHEDULED = re.compile(
    r"\b(?:scheduled|annexed|appended) (?:hereto|hereunder|herein|hereafter|below|above)\b", re.I
)
_FRAMES: Final = (
    (_SCHEDULED, "listed below"),
    (_IS_ASKED, r"\g<begin>please"),
    (_IF_GIVEN, r"please send \g<what>"),
    (_ASSISTS, r"please send \g<what>"),
    (_IF_YOU_DO, "grateful if"),
    (_SOMEBODY, "grateful if you"),
    (_THEN_WELCOME, r"please \g<do>"),
    (_CODES_WELCOME, r"\g<begin>\g<codes> please"),
    (_REPLY_ASKED, r"please send \g<what>"),
)
_MAY_BE_ONE = re.compile(
    rf"\b(?:if|were|should|would|will)\b|'d\b|'ll\b|\b{_ASKED}\b"
    r"|\b(?:is|are)\b[^.]{0,40}ed\b|\b(?:scheduled|annexed|appended)\b",
    re.I,
)


def asked_plainly(text: str) -> str:
    """Return ``text`` with each roundabout asking as a plain one: ``please send the codes``."""
    if not _MAY_BE_ONE.search(text):
        return text
    for pattern, into in _FRAMES:
        text = pattern.sub(into, text)
    return text
