"""Recognise that the other side held a mail of ours back: a quarantine, a filter, a moderator.

Unlike a bounce it comes from the party's own address, as an automatic reply or from a person, and
is no report in the form of RFC 3464.
"""

from __future__ import annotations

import re
from typing import Final

_OPENING: Final = 4_000
_ADDRESS = re.compile(r"[<\"']?[\w.+\-]{1,64}@[\w.\-]{1,200}\w[>\"']?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
# Our mail, as the other side names it.
_MAIL = r"(?:e-?mails?|messages?|mails?|letters?|attachments?|files?)"
_OURS = (
    rf"(?:your (?:\w+ ){{0,3}}(?:{_MAIL}|repl(?:y|ies)|response|answer)"
    rf"|(?:an?|the|this|that|one|following|of the|\d+) (?:\w+ ){{0,3}}{_MAIL}(?: \S+){{0,4}}"
    rf" (?:you (?:\w+ )?(?:sent|wrote)|from you|sent by you|sent from)"
    rf"|(?:the|this|that|following) (?:\w+ )?{_MAIL})"
)
_STOPPED = (
    r"(?:quarantined|withheld|detained|intercepted|isolated|stripped|blocked|discarded|bounced"
    r"|rejected|stopped|undeliverable"
    r"|(?:put|placed|moved|held|kept|sent|diverted)(?: \w+){0,2} (?:quarantine|spam|junk|hold)"
    r"|held(?! (?:in|on) (?:our|the|a) (?:\w+ )?(?:queue|file|record|ticket))"
    r"|on hold|in quarantine|(?:awaiting|pending) (?:\w+ ){0,2}(?:moderation|moderator|approval"
    r"|release|clearance|inspection)"
    r"|not (?:been |be |yet been )?(?:successfully )?(?:delivered|released))"
)
_WAS = r"(?:(?:has|have|was|were|is|are|been|being|could|can|will)(?:n't)?(?: \w+){0,2} |be |now )"
_SAID = re.compile(
    rf"\b{_OURS}\b[^.!?]{{0,160}}?\b{_WAS}{_STOPPED}\b"
    rf"|\b(?:we|i|it|filter|gateway|system|scanner|firewall|policy)(?: have| has|'ve)?(?: \w+)? "
    rf"(?:quarantined|withheld|detained|intercepted|held|blocked|stripped|stopped|rejected"
    rf"|did not (?:deliver|release)) (?:an? \w+ (?:from|in|of) )?{_OURS}\b",
    re.I,
)
# "Quarantined: codes please", "[Message held] ...": a subject, or a notice's first line.
_HEADLINE = re.compile(
    r"^\W{0,3}(?:(?:e-?mail|message|mail|attachment)s? )?(?:was |has been |is )?"
    r"(?:quarantined?|withheld|held(?: for \w+)?|on hold|blocked|detained)\s*"
    r"(?:(?:notice|notification|e-?mail|message|report|alert)\s*)?(?:[:\])]|-\s|$)",
    re.I,
)
# What might happen to any mail is no notice of one.
_SUPPOSED = re.compile(r"\b(?:may|might|if|unless|in case|should (?:your|an?|the))\b", re.I)


def says_held_back(subject: str, text: str) -> bool:
    """Return whether a mail says that ours was quarantined, held, blocked or stripped.

    ``text`` is without quotes.  What may happen to a mail ("attachments may be blocked") is none.
    """
    if _HEADLINE.search(subject[:300]):
        return True
    flat = _ADDRESS.sub("somebody", text[:_OPENING].replace("\u2019", "'"))
    return any(
        _SAID.search(sentence) and not _SUPPOSED.search(sentence)
        for sentence in (" ".join(one.split()) for one in _SENTENCE.split(flat))
    )
