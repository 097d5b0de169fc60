"""Decide whom an SMTP refusal concerns: the recipient, the letter, our account, or the server.

Servers agree on little, so these are tried in order, and the first that fits decides:

=====================================  ==========================================================
what is known                          what follows
=====================================  ==========================================================
a size (X.3.4, X.2.3, or in words)     this letter is too large
the stage: anything before RCPT        our account: nobody else has been named
an enhanced code with one meaning      what RFC 3463, its registry or the server's maker says
the words                              whom they name: the sender and its rights, or a recipient
a vague code, by the stage             X.2 (mailbox): the recipient's at RCPT, ours later, because
                                       the recipient was accepted; X.3.1, X.3.2 (system) and X.4.2
                                       (bad connection): the server; other X.4 (routes): the
                                       recipient; 4.7 (security): the server slows us down
nothing                                unclear; ``domain.refusal.Alike`` counts those
=====================================  ==========================================================
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import IntEnum
from typing import Final, NamedTuple

from exchange.domain.refusal import OURS, About


class Stage(IntEnum):
    """How far the SMTP dialogue was when the server refused."""

    GREETING = 0
    LOGIN = 1
    MAIL = 2
    RCPT = 3
    DATA = 4  # the command, or after the whole mail


class Refusal(NamedTuple):
    """What a refusal means."""

    about: About
    permanent: bool
    named: timedelta | None = None  # how long to wait, in the server's own words
    daily: bool = False  # a quota per day

    @property
    def ours(self) -> bool:
        """Return whether it concerns every letter alike."""
        return self.about in OURS


_R, _L, _S, _A, _Q, _T, _V = (
    About.RECIPIENT, About.LETTER, About.SIZE, About.ACCOUNT, About.QUOTA, About.THROTTLE,
    About.SERVER,
)  # fmt: skip

_SENDER_LATER: Final = "sender"  # us, once the recipient was accepted; undecided before
_MAILBOX: Final = "mailbox"  # the recipient's at RCPT; ours later, once it was accepted

# Replies used only for a missing or wrong login (RFC 4954, 6).
LOGIN_CODES: Final = frozenset({530, 534, 535, 538})

# Enhanced codes with one meaning: subject, first and last detail.  RFC 3463 and IANA's registry
# of SMTP enhanced status codes; from 57 on those of Exchange Online, which are in no registry.
_PRECISE: Final = (
    (1, 1, 6, _R),  # the destination's address
    (1, 7, 8, _A),  # the sender's address
    (1, 9, 10, _R),
    (1, 90, 90, _Q),  # daily limit of recipients
    (2, 4, 4, _R),
    (2, 250, 259, _A),  # SendAsDenied and its kind
    (4, 5, 5, _Q),  # congestion; Google: daily sending limit
    (5, 3, 3, _T),  # too many recipients, of one
    (6, 1, 99, _L),
    (7, 2, 2, _R),
    (7, 4, 7, _L),
    (7, 8, 14, _A),
    (7, 17, 19, _R),
    (7, 20, 27, _A),  # DKIM, SPF, reverse name of ours
    (7, 28, 28, _T),  # mail flood
    (7, 30, 30, _R),
    (7, 57, 64, _A),  # not authenticated, send-as, relay
    (7, 120, 138, _R),  # whom the recipient lets write to it
    (7, 139, 139, _A),  # basic authentication is disabled
    (7, 230, 239, _Q),  # limits of the tenant
    (7, 500, 799, _A),  # banned or over a threshold
)

_SIZE = re.compile(
    r"(message|mail|attachments?)\s(size|length)\b.{0,40}\b(limit|more|larger|greater|over|reached|max)"
    r"|\b(exceed\w*|max\w*|larger|greater|more|over)\b.{0,30}\b(e?mail|message)\s(size|length)"
    r"|(message|mail|letter|content|header|data|size)\b.{0,40}\b(too (large|big|long)"
    r"|exceed\w*.{0,30}(size|length)|size limit|larger than)"
    r"|(size|length) (limit )?exceed|too large",
    re.IGNORECASE,
)

# Whom the words name; the first pattern that fits decides.  Sender and recipient count only with
# what is said about them: "recipient" alone occurs in refusals of either kind.
_WORDS: Final = tuple(
    (about, re.compile(pattern, re.IGNORECASE | re.VERBOSE))
    for about, pattern in (
        # Clearly the recipient, even if limits and rights are mentioned.
        (
            _R,
            r"""receiving\s(e?mail|messages)|storedrv\.deliver
            |(?<!\w)(recipient|addressee)('s\b|\s(has|have|is|was|does|did|only|can\S*)\b|\sexceed)
            |(send|deliver|mail|write|messages?)\sto\sthe-recipient|addressee
            |(?<!ip\s)address\s(is\s)?(on\s\w+\s)?(black|block|suppress)|suppression\slist
            |recipient\s(thread|message|receiv\w+)\slimit
            |(account|user|mailbox|person|address)\s(that\s)?you('re|\sare|\shave)?\s(trying|tried)
            |by\s(the\s|its\s)?(recipient|addressee)\b
            |to\s(this|the|that)\s(recipient|group|list|mailbox|user|distribution)
            |recipient('s)?\s(mailbox|inbox|account|server|domain)|gr[ea]y.?list""",
        ),
        # How fast or how much the sender may send.
        (
            _T,
            r"""throttl|over.?limit\b|(?<!recipient\s)rate.?limit|(sending|message|submission|connection|mail)\srate
            |(sender\sthread|sender|connection|concurren\w+)\slimit|too\s(fast|quickly|frequent|often)
            |slow\sdown|too\smany\s(?!hops)(\w+\s)?(messages|e?mails?|connections|log.?ins?|auth\w*
            |commands|errors|sessions|attempts|invalid|bad|failed)|unusual\s(rate|\w+\sactivity)
            |mail\sflood""",
        ),
        (
            _Q,
            r"""submission.?quota
            |(dail?y|hourly|monthly|weekly|sending|submission|outbound|outgoing|outmail|relay|tenant
            |your|plan|account('s)?|sender('s)?|external\srecipient|recipient\srate|messages?|e?mails?)
            (\s[\w-]+){0,3}\s(quota|limit|threshold|allowance)
            |(quota|limit|threshold|allowance|maximum)s?(\s[\w-]+){0,4}\s(for|of|on)(\s[\w-]+){0,2}
            \s(sending|messages|e?mails|your|recipients)
            |\byou('ve|\shave|\shas)?(\s\w+){0,3}\s(exceed|reach)\w*|exceeded\syour
            |exceed\w*(\s\w+){0,4}\s(messages|e?mails|recipients|defers|failures)
            |(messages|e?mails|recipients)\s(per|an?|in)\s(\w+\s)?(second|minute|hour|day)
            |(out\sof|insufficient|no)\s(\w+\s)?credits?|credits?\s(\w+\s)?(exhaust|exceed|used|expired)\w*|allow\srcpt\snumbers|too\smany\srecipients""",
        ),
        # Who the sender is, and what it may do.
        (
            _A,
            r"""send.?as\b|sendas|on\sbehalf\sof|(not|no|n't|without|lacks?)(\s[\w-]+){0,4}
            \s(permi\w+|allowed|authori[sz]\w+|rights?|entitled)(\s[\w-]+){0,3}\s[`'"(]?(\w+:)?(send|submit
            |relay)
            |relay\w*(\s[\w-]+){0,3}\s(denied|not|prohibited|rejected|refused|forbidden)
            |(unable|not\spermitted|cannot|refuse\w*)\sto\srelay|not\sowned\sby
            |\bout(going|bound)s?\b|(not|un)\s?verified|\bsubmission\b|\b(helo|ehlo)\b
            |\bsending\s(is\s|has\sbeen\s)?(suspend|disabl|paus|block|restrict)
            |(sender|sending\saddress|mail\sfrom|from\s(address|header)|envelope\sfrom|return.?path)(\s[\w<>@.:'-]+){0,3}
            \s(reject\w*|denied|not|invalid|refused|block\w*|banned|suspend\w*|verif\w*|unknown|mismatch
            |disallowed|unauthori[sz]ed)
            |(invalid|unauthori[sz]ed|bad|unverified|unvalidated|outbound)\ssender|tenant|licen[cs]e
            |subscription|unpaid|billing|payment|trial|authenticat|\blog.?(in|on)\b|logged\sin
            |credential|password|basic.?auth|smtp.?(client.?)?auth
            |your\s(account|ip|domain|organi[sz]ation|server|host|country|mailbox|network)
            |client\s(host|ip|was|not|blocked)|compromised|restricted\s(from|user|entit)
            |(black|block|deny).?list|banned|\b(spf|dkim|dmarc)\b|(poor|bad|low)\sreputation""",
        ),
        (
            _R,
            r"""(user|mailbox|recipient|address|domain|host)(\s[\w<>@.:'"-]+){0,3}\s(unknown|not\sfound
            |rejected|refused|invalid|does(n't|\snot)\sexist|not\sexist|not\slocal|unroutable
            |has\smoved)
            |(unknown|invalid|no\ssuch|bad|unroutable|undeliverable|nonexistent|not\sa\s(valid|known))
            \s(local\s)?(user|recipient|mailbox|address|domain|person|account|here)|no\smailbox
            |recipient(\s[\w<>@.:'"-]+){0,3}\s(unavailable|inactive|disabled|full|over.?quota)""",
        ),
        (
            _MAILBOX,
            r"""(user|mailbox|account|inbox|storage)(\s[\w<>@.:'"-]+){0,3}\s(unavailable|inactive|full
            |disabled|suspended|locked|blocked|expired|terminated|closed|over.?quota|exceed\w*)
            |over.?quota|quota\sexceeded|exceed\w*\s(\w+\s)?(quota|storage)""",
        ),
        # Last, and only once the recipient was accepted: then the account named is ours.
        (_SENDER_LATER, r"\baccount\b|the-sender|the-domain-of-the-sender"),
    )
)  # fmt: skip

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![.\d]*\d)")
_AGAIN = re.compile(
    r"(?:again|retry|wait|resum\w+|blocked|suspended|paused)\b\D{0,25}?(\d{1,5})\s*"
    r"(s|sec|second|m|min|minute|h|hr|hour|d|day)s?\b",
    re.IGNORECASE,
)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DENIED = re.compile(r"\b5\.7\.\d|relay", re.IGNORECASE)
_DAILY = re.compile(r"dail?y|per.day|24.?h|a day\b|today|tomorrow", re.IGNORECASE)


def read_refusal(
    stage: Stage,
    code: int,
    text: str,
    *,
    logged_in: bool = True,
    sender: str = "",
    recipient: str = "",
) -> Refusal:
    """Return what a 4xx or 5xx reply means; any other code counts as refused for now.

    If not ``logged_in``, a 5xx at RCPT for security or relaying concerns our account.  ``sender``
    and ``recipient`` are the addresses that the reply may name.
    """
    text = _with_the_ends_named(text, sender, recipient)
    permanent = 500 <= code < 600
    about = _about(stage, code, text, permanent)
    if stage is Stage.RCPT and permanent and not logged_in and _DENIED.search(text):
        about = _A
    return Refusal(about, permanent, _named(text), about is _Q and bool(_DAILY.search(text)))


def _with_the_ends_named(text: str, sender: str, recipient: str) -> str:
    """Return the text with both addresses, and ``<>`` around them, replaced by their roles."""
    named = [(recipient, "the-recipient"), (sender, "the-sender")]
    own, theirs = (one.rpartition("@")[2].lower() for one in (sender, recipient))
    if own != theirs:
        named.append((own, "the-domain-of-the-sender"))
    for address, what in named:
        if address:
            pattern = rf"<?(?<![\w.@-]){re.escape(address)}(?![\w-]|\.\w)>?"
            text = re.sub(pattern, what, text, flags=re.IGNORECASE)
    return text


def _about(stage: Stage, code: int, text: str, permanent: bool) -> About:
    # Only one of the reply's own class: an RFC section or a version number looks the same.
    found = next((one for one in _ENHANCED.finditer(text) if one[1] == str(code)[0]), None)
    subject, detail = (int(found[2]), int(found[3])) if found else (0, 0)
    worded = _worded(stage, text)
    if code not in LOGIN_CODES and _too_large(stage, code, subject, detail, text, worded):
        return _S
    if stage < Stage.RCPT or code in LOGIN_CODES or code == 421:
        if worded is not None and worded in OURS:
            return worded
        return _A if permanent else _T if subject == 7 else _V
    precise = next(
        (about for of, low, high, about in _PRECISE if subject == of and low <= detail <= high),
        None,
    )
    if not permanent and detail >= 500:
        precise = None  # such as 4.7.500, with which makers say busy
    return precise or worded or _vague(stage, code, subject, detail, permanent)


def _worded(stage: Stage, text: str) -> About | None:
    for about, words in _WORDS:
        if words.search(text):
            if isinstance(about, About):
                return about
            if stage is not Stage.RCPT:
                return _A
            return _R if about is _MAILBOX else None
    return None


def _too_large(
    stage: Stage, code: int, subject: int, detail: int, text: str, worded: About | None
) -> bool:
    if (subject, detail) in ((3, 4), (2, 3)):
        return True
    if subject == 2:
        return False  # concerns a mailbox
    # RFC 1870, 6.1: 552 refuses the size; some servers use it with another reason.
    by_code = code == 552 and subject in (0, 3) and stage is not Stage.RCPT and worded is None
    return by_code or bool(_SIZE.search(text))


def _vague(stage: Stage, code: int, subject: int, detail: int, permanent: bool) -> About:
    if code in (432, 454):
        return _T if code == 432 else _A
    if subject == 2:
        if detail > 4:
            return _A
        later = {1: _A, 2: _Q}.get(detail, About.UNCLEAR)
        return _R if stage is Stage.RCPT else later
    if (subject, detail) in ((3, 1), (3, 2), (4, 2)):
        return _V
    if subject == 4:
        return _R
    if subject == 6:
        return _L  # "other"; the words were tried before
    # Command unknown or out of order (RFC 5321, 4.2.4): a server's fault, not the recipient's.
    if code in (502, 503):
        return _V
    if subject == 7 and not permanent:
        return _T
    return About.UNCLEAR


def _named(text: str) -> timedelta | None:
    found = _AGAIN.search(text)
    return timedelta(**{_UNITS[found[2][0].lower()]: int(found[1])}) if found else None


# What a person can do about it.
REMEDIES: Final = {
    About.ACCOUNT: "check smtp.username, its password and sign-in, party.address and whether the "
    "account may send as it, or ask the provider",
    About.QUOTA: "the account has used up its quota: ask the provider for more, or lower "
    "smtp.per_minute",
    About.THROTTLE: "the server wants letters more slowly: lower smtp.per_minute or "
    "smtp.connections",
    About.SERVER: "wait; if it does not pass, ask whoever runs the server",
    About.UNCLEAR: "all recipients are refused in the same words, so hardly because of them: "
    "ask whoever runs the server",
}
