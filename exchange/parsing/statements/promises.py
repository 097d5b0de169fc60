"""Recognise that an answer is announced: later, or in an attached file."""

from __future__ import annotations

import re

from exchange.parsing.text.guarded import Guarded

_ANSWERING = (
    r"(?:look|come|get|revert|send|provide|supply|respond|reply|answer|follow|check|investigate"
    r"|deal|be in touch|let you|update|forward|pass|pick|raise|chase|review|action|process|share)"
)
_PROMISE = Guarded(
    rf"\b(?:will|'ll|shall|going to|aim to|hope to|intend to|try to|hoping to|plan to)"
    rf"(?: \w+){{0,3}} {_ANSWERING}\b"
    r"|\b(?<!been )(?:looking|be looked|being looked) into\b|\binvestigating\b|\bto follow\b"
    r"|\bi ddilyn\b"
    r"|(?<!registration )(?<!supply )(?<!supplier )(?<!customer )(?<!site )(?<!account )"
    r"\bpassed (?:this |it |them |these )?(?:on )?to\b(?! (?:us|me|our (?:team|desk"
    r"|mailbox) (?:today|this|yesterday|last|on))\b)|\bbear with (?:us|me)\b"
    r"|\bworking on (?:this|it|these|them|your)\b|\b(?:in progress|under review|in hand)\b"
    r"|\bleave (?:it|this|that|them|these) with (?:us|me)\b"
    r"|\b(?:will|shall) be (?:answered|sent|provided|dealt|looked|with you|processed|back)\b"
    r"|\b(?:we are|i am|we're|i'm|am|are|still) (?:\w+ )?(?:checking|searching|chasing|looking)\b"
    r"|\byou(?:'ll| will) hear (?:back )?from (?:me|us)\b"
    r"|\b(?:i|we)(?:'ve| have)? asked (?:our|the|my) [^.?!]{0,40} to (?:find|check|look|confirm"
    r"|dig)\b"
    r"|\b(?:is |are |now |^)with (?:our|the) (?:\w+ ){0,3}(?:team|department|colleagues?|contractor"
    r"|engineers?|mop|desk)\b"
    r"|\bawaiting (?:a |the |our )?\w+|\bwaiting (?:to hear|for|on|until)\b"
    r"|\b(?:need|give us|require) (?:a bit |some |a little |a few )?(?:more )?(?:time|days)\b"
    r"|\bwerden (?:das|es|uns|ihnen)\b|\bnous reviendrons\b|\bbyddwn yn\b"
)
# Somebody finds out, now or later, and the clause after it is what he does not know.
_FINDING_OUT = re.compile(
    r"(?:\b(?:am|are|is|be|'m|'re|still|currently|now|will|'ll|shall|to|must|need|just"
    r"|let me|let us) (?:\w+ ){0,2}?|^)"
    r"(?:look(?:ing)?|check(?:ing)?|find(?:ing)?|investigat(?:e|ing)|see(?:ing)?|confirm(?:ing)?"
    r"|establish(?:ing)?|verify(?:ing)?|determin(?:e|ing)|work(?:ing)?|ask(?:ing)?"
    r"|clarify(?:ing)?)\b"
    r"(?: (?!whether|if|who|but|not|none|no)[^\s.,;:?!]+){0,8} (?:whether|if|who)\b",
    re.I,
)
_SAYS_MORE = re.compile(
    r"[;:\u2013]| - |\b(?:but|however|although|though|meanwhile|except)\b", re.I
)
_FILES = Guarded(
    r"\b(?:codes?|answers?|responses?|results?|workbook|spreadsheet|details)\b[^.?!]{0,60}"
    r"\b(?:attached|enclosed|attachment)\b"
    r"|\b(?:attached|enclosed|attachment)\b[^.?!]{0,60}"
    r"\b(?:codes?|answers?|response|results?|completed|details)\b"
)
_ANY_MORE = re.compile(
    r"\W*(?:in case|in the event|if|should|for|with) (?:of |there |you |we "
    r"|can )?(?:\w+ ){0,4}?(?:any|further|other"
    r"|more|anything)\b[^.?!]{0,60}\b(?:quer|question|concern|issue|problem|else|help|request"
    r"|enquir)",
    re.I,
)
_QUESTION = Guarded(r"\b(?:(?:will|shall) (?:you|someone|anyone)|when|how (?:soon|long))\b[^.!]*\?")
_ASKING = re.compile(
    r"\b(?:please (?:send|provide|supply|let|could|can|confirm|return|complete|enter)"
    r"|(?:could|can|would|will) (?:you|someone|anyone)|we (?:need|require|request))\b",
    re.I,
)


def promises(text: str) -> bool:
    """Return whether a sentence announces an answer for later."""
    text = text[:1_000]
    if _ANY_MORE.match(text):
        return False  # if you have further queries, one of the team will look
    return bool(_PROMISE.search(text)) and not _QUESTION.search(text)


def is_still_asked(text: str) -> bool:
    """Return whether a sentence says that somebody is finding out who installed what, and no more.

    ``We are checking whether these were ours`` answers nothing; ``we are checking row 2, but the
    others are not ours`` does.
    """
    text = text[:1_000]
    found = _FINDING_OUT.search(text)
    if found is None:
        return False
    more = _SAYS_MORE.search(text, found.start())
    return more is None or promises(text[more.end() :])


def announces_codes(text: str) -> bool:
    """Return whether a sentence says that codes or answers are attached."""
    text = text[:1_000]
    return bool(_FILES.search(text)) and not _ASKING.search(text)
