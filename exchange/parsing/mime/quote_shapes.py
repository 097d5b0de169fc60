"""Tell by its shape, in any language, a line or block that begins an earlier mail.

Three shapes: a header block (``Label: value`` lines with addresses and a date), an attribution
(``Am 3.11.2026 um 09:24 schrieb Ann <ann@a.test>:``), and the head of a ticket's comment (``Ann
Lee, 3 Nov 2026, 09:24 GMT``).  A sentence that merely holds an address and a date is none of them:
its words stand where these have a name, a date and at most a verb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from exchange.parsing.mime.quote_words import is_sentence, role_of, says_wrote
from exchange.parsing.text.lines import Line

MOST_LABELS: Final = 8
_LONGEST: Final = 300
_LABEL = re.compile(
    r"\s*\*{0,2}[^\W\d_][^\W\d]{0,14}(?:[ ./'\u2019()-][^\W\d]{0,14}){0,3}\s?\*{0,2}\s?"
    r"[:\uff1a]\*{0,2}\s*(?=(?P<value>.*))"
)
_CLOCK = re.compile(r"(?<![\d:.,-])\d{1,2}(?:[:.]\d{2}(?::\d{2})?(?!\d|\.\d)|\s?h\s?\d{2}\b)", re.I)
_NUMBERED_DAY = re.compile(
    r"(?<![\d:.])(?:\d{1,4}\s?[./-]\s?\d{1,2}(?:\s?[./-]\s?\d{2,4})?(?!\d)|(?:19|20)\d\d(?!\d)"
    r"|\d{1,2}(?:st|nd|rd|th|er|[.\u00ba])?,?\s(?:[^\W\d_]{1,3}\s)?[^\W\d_]{3,}"
    r"|\d{4}\s?[\u5e74\ub144]\s?\d|\d{1,4}/[^\W\d_]{3,9}/\d{2,4})",
    re.I,
)
_NAMED_DAY = re.compile(r"(?<!\w)[^\W\d_]{3,12}\.?\s\d{1,2}(?=,|\s|$)")  # "Nov 3"
_ADDRESS = re.compile(r"[^\s<>\"'(\[:;,]{1,64}@[^\s<>\"')\]:;,]{2,255}")
_ANGLED = re.compile(r"[<(\[]\s?(?:mailto:)?[^\s<>()\[\]]{1,64}@[^<>()\[\]]{2,300}[>)\]]+")
_DEVICE = re.compile(r"(?:[0-9A-F]{2}[-:. ]?){8}", re.I)
_REPLIED = re.compile(r"\s*[^\W\d_]{1,4}(?:\[\d+\])?\s?[:\uff1a]\s*\S", re.I)
_PREFIXES = re.compile(r"(?:\s*[^\W\d_]{1,5}(?:\[\d+\])?\s?[:\uff1a])+\s*", re.I)
_HINT = re.compile(r"[0-9@]")  # a day or an address
_RULE = re.compile(r"\s*[-_=*~\u2013\u2014\u2500\u2501]{4,}\s*")
_ENCLOSED = re.compile(r"\s*[-_=]{2,}\s?(?P<inner>[^\s\-_=].{3,280}?)\s?[-_=]{2,}\s*")
_GROUPWISE = re.compile(r"\s*>>>\s(?P<inner>[^>\s].{3,280}?)(?:>>>|:)?\s*")
_REPLY_ABOVE = re.compile(
    r"\s*(?:##-.{3,200}-##|[-_=*\u2014 ]{0,9}reply above this line\W*)\s*", re.I
)
_ZONE = re.compile(
    r"(?:[AaPp]\.?[Mm]\.?|UTC|GMT|[A-Z]{1,4}[SD]?T|Z)(?:[+\u2212-]\d.*)?|[+\u2212-]\d{2}:?\d{2}"
)
_MOST_NAMED: Final = 10  # words of a line that says who wrote
_ENDING: Final = 3  # words at the end of a line, of which one may be "wrote"
_PARTICLE: Final = 3  # letters of a lower-case word that may belong to a name or a date


class Posted(NamedTuple):
    """The parts of a line that may tell who wrote what follows, and when."""

    before: list[str]  # words before date and address
    between: list[str]
    after: list[str]
    address: bool
    day: bool
    clock: bool


def is_rule(text: str) -> bool:
    """Return whether a line is drawn to part what is above from what is below."""
    return bool(_RULE.fullmatch(text))


def asks_to_reply_above(text: str) -> bool:
    """Return whether a ticket desk asks for replies above this line: the newest comment follows."""
    return bool(_REPLY_ABOVE.fullmatch(text))


def holds_device(text: str) -> bool:
    """Return whether a line has what may be a Device ID or an install code."""
    return bool(_DEVICE.search(text))


def has_clock(text: str) -> bool:
    """Return whether a line may have a time of day."""
    return bool(_CLOCK.search(text[:_LONGEST]))


def may_tell_when(text: str) -> bool:
    """Return whether a line may have a day or an address."""
    return bool(_HINT.search(text))


def is_header_block(
    lines: Sequence[Line], index: int, subject: str = "", *, ruled: bool = False
) -> bool:
    """Return whether ``Label: value`` lines of an earlier mail's header begin here.

    ``subject`` is that of the mail itself, which the earlier one often shares; ``ruled``: something
    parts the line from those above.
    """
    values: list[str] = []
    for line in lines[index : index + MOST_LABELS + 2]:
        label = _LABEL.match(line.text[: _LONGEST * 3])
        if not line.text.strip() or holds_device(line.text[:_LONGEST]):
            break
        if label:
            values.append(label["value"][:_LONGEST])
        elif not values or "@" not in line.text:  # more addressees on a line of their own
            break
    values = values[:MOST_LABELS]
    if len(values) < 3:
        return False
    dated = [at for at, one in enumerate(values[:4]) if _day(one) and _CLOCK.search(one)]
    if not dated:
        return False
    addressed = sum(1 for one in values if _ADDRESS.search(one))
    core = _without_prefixes(subject)
    titled = any(
        _REPLIED.match(one) or (core and _without_prefixes(one) == core) for one in values[1:]
    )
    if ruled and addressed:
        return True
    if addressed >= 2:
        return bool(_ADDRESS.search(values[0])) and dated[0] > 0
    return (
        titled and (ruled or dated[0] <= 2) and (not addressed or bool(_ADDRESS.search(values[0])))
    )


def has_header_fields(
    lines: Sequence[Line], index: int, subject: str, *, ruled: bool, titled: bool
) -> bool:
    """Return whether named fields of an earlier mail's header begin here, however few.

    ``ruled``: a line is drawn above; ``titled``: it has a few words, so that it is a title.
    Without either, the day needs a time and two more fields, or a subject that is answered.
    """
    fields: dict[str, str] = {}
    for line in lines[index : index + MOST_LABELS]:
        label = _LABEL.match(line.text[: _LONGEST * 3])
        role = role_of(label.group()) if label else ""
        if label is None or not role:
            break
        fields.setdefault(role, label["value"][:_LONGEST])
    others = fields.keys() - {"sent"}
    sent = fields.get("sent", "")
    if not _day(sent):
        return titled and bool(_ADDRESS.search(fields.get("from", "")))
    if ruled or titled:
        return bool(others)
    if not _CLOCK.search(sent):
        return False
    title = fields.get("subject", "")
    core = _without_prefixes(subject)
    answered = bool(_REPLIED.match(title)) or bool(core and _without_prefixes(title) == core)
    return len(others) >= 2 or (bool(title) and answered)


def is_attribution(text: str, *, marked: bool = False) -> bool:
    """Return whether a text ends in a colon and says who wrote what follows, and when.

    ``marked``: what follows has quote marks, so that a date or an address is enough.
    """
    text = text.strip().strip("*").rstrip()
    if not text.endswith((":", "\uff1a")) or len(text) > _LONGEST:
        return False
    if not _HINT.search(text) or holds_device(text) or is_sentence(text):
        return False
    posted = _parse(text[:-1])
    if marked:
        return posted.address or (posted.day and posted.clock)
    if not (posted.address or (posted.day and posted.clock) or _ends_in_a_year(posted, text)):
        return False
    if _says_who_wrote(posted):
        return True
    angled = bool(_ANGLED.search(text))
    if (
        angled
        and not posted.after
        and len(posted.before) > 1
        and _lower(posted.before) == posted.before[:1]
    ):
        return True  # "ysgrifennodd Ann Lee <ann@a.test>:"
    if _spoken(posted.before):
        return False
    if angled and (posted.day or posted.clock):
        return len(_lower(posted.between)) <= 6 and len(_lower(posted.after)) <= 2
    if angled:  # "Ann Lee <ann@a.test> wrote:"
        return bool(posted.before) and 1 <= len(posted.after) <= 3
    if not posted.day or posted.address:
        return posted.address and posted.day and len(posted.after) <= 2
    return _names_a_writer(posted)


def tells_who_wrote(text: str) -> bool:
    """Return whether a text says that somebody wrote what follows: a name or address, a verb."""
    posted = _parse(text[:_LONGEST].rstrip(" :"))
    words = [*posted.before, *posted.between, *posted.after]
    return any(map(says_wrote, words[-_ENDING:])) and len(_lower(words)) <= _ENDING


def _says_who_wrote(posted: Posted) -> bool:
    """Whether besides a name, a day and "wrote" there are hardly any words."""
    words = [*posted.before, *posted.after]
    verbs = [at for at, one in enumerate(words) if says_wrote(one)]
    if len(verbs) != 1 or not posted.day or len(words) > _MOST_NAMED:
        return False
    others = [one for at, one in enumerate(words) if at != verbs[0]]
    return bool(_capital(others)) and len(_lower(others)) <= 1 + (len(posted.before) <= 3)


def _names_a_writer(posted: Posted) -> bool:
    """Whether words around a date are a name and a verb: the only words that are not the date's."""
    small = [one[:1].islower() for one in posted.after]
    said = sum(small)
    if not _lower(posted.after) or said > 2:
        return False
    # The verb is together, after the name or before it.
    together = all(small[-said:]) or all(small[:said])
    if said == len(small):
        return len(_capital(posted.before)) >= 2
    return together and _leads_to_a_date(posted.before)


def is_enclosed_attribution(text: str) -> bool:
    """Return whether it is ``---- On ... wrote ----``, or GroupWise's ``>>> Name date >>>``."""
    if len(text) > _LONGEST:
        return False
    enclosed = _ENCLOSED.fullmatch(text) or _GROUPWISE.fullmatch(text)
    if enclosed is None or holds_device(text):
        return False
    posted = _parse(enclosed["inner"])
    return posted.day and (posted.clock or posted.address)


def is_comment_head(text: str, *, plainly: bool = False) -> bool:
    """Return whether a line is only a name, a day and a time, as above a ticket's comment.

    ``plainly``: nothing else tells it from a heading, so it must have a full name and no colon.
    """
    if (plainly and text.rstrip(" *").endswith(":")) or _LABEL.match(text):
        return False
    text = text.strip().strip("*").rstrip(" :")
    if not 8 <= len(text) <= 160 or holds_device(text) or not _CLOCK.search(text):
        return False
    posted = _parse(text)
    if not posted.day or text.endswith((".", "?", "!", ";")) or len(posted.before) > 6:
        return False
    names = [*posted.before, *posted.after]
    if any(any(map(str.isdecimal, one)) for one in names) or len(_lower(posted.between)) > 6:
        return False
    if not posted.address and len(_capital(names)) < (2 if plainly else 1):
        return False
    return not _spoken(posted.before) and len(_lower(posted.after)) <= 2 and len(posted.after) <= 6


def is_only_a_time(text: str) -> bool:
    """Return whether a line is only a day and a time of day."""
    if not 6 <= len(text) <= 80 or not _CLOCK.search(text) or _LABEL.match(text):
        return False
    posted = _parse(text.strip().rstrip(":"))
    return posted.day and not posted.after and len(posted.before) <= 1


def _parse(text: str) -> Posted:
    clock, day, address = _CLOCK.search(text), _day(text), _ADDRESS.search(text)
    marks = [one.span() for one in (clock, day, _ANGLED.search(text) or address) if one]
    if not marks:
        return Posted(_words(text), [], [], address=False, day=False, clock=False)
    start, end = min(one[0] for one in marks), max(one[1] for one in marks)
    year = re.search(r"(?:19|20)\d\d\b", text[end : end + 40])
    if year and day:
        end += year.end()
    return Posted(
        _words(text[:start]),
        _words(text[start:end]),
        _words(text[end:]),
        address=bool(address),
        day=bool(day),
        clock=bool(clock),
    )


def _day(text: str) -> re.Match[str] | None:
    """Return the first day in a text, of whatever notation."""
    numbered, named = _NUMBERED_DAY.search(text), _NAMED_DAY.search(text)
    if named and not (named.group()[0].isupper() or "." in named.group()):
        named = None  # "received 3": a verb before a number
    if numbered and named:
        # In "Lee 3 Nov" the day begins at the number.
        return named if named.end() < numbered.start() else numbered
    return numbered or named


def _words(text: str) -> list[str]:
    found = (one.strip("\"'(),.;:<>[]|*-\u2013\u2014\u00a0") for one in text.split())
    return [one for one in found if one and not _ZONE.fullmatch(one)]


def _lower(words: Sequence[str]) -> list[str]:
    return [one for one in words if one[:1].islower() and len(one) > _PARTICLE]


def _spoken(words: Sequence[str]) -> bool:
    """Whether words before a date are a sentence and no name: "Please send the codes by"."""
    if _leads_to_a_date(words):
        return False
    return bool(_lower(words)) or sum(one[:1].islower() for one in words) > 2


def _leads_to_a_date(words: Sequence[str]) -> bool:
    """Whether words before a date are at most a preposition and a day: "On", "Il giorno mar"."""
    if len(words) == 1:
        return len(words[0]) <= _PARTICLE or words[0].islower()
    short = not words or len(words[0]) <= _PARTICLE
    return short and len(words) <= 3 and not _capital(words[1:-1])


def _capital(words: Sequence[str]) -> list[str]:
    return [one for one in words if one[:1].isupper() and len(one) > 2]


def _ends_in_a_year(posted: Posted, text: str) -> bool:
    return posted.day and bool(re.search(r"(?:19|20)\d\d", text))


def _without_prefixes(subject: str) -> str:
    found = _PREFIXES.match(subject)
    return " ".join(subject[found.end() if found else 0 :].casefold().split())
