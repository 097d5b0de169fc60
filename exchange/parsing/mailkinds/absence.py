"""Find the date on which an absence ends, as people write it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january ionawr januar", "feb february chwefror februar",
            "mar march mawrth märz maerz", "apr april ebrill",
            "may mai", "jun june mehefin juni", "jul july gorffennaf juli", "aug august awst",
            "sep sept september medi", "oct october hydref oktober", "nov november tachwedd",
            "dec december rhagfyr dezember",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)?[ \-]+([A-Za-zä]{3,12})\.?"
    r"(?:,?[ \-]+(\d{4}|\d{2}(?!\d|:)))?",
    re.I,
)
_MONTH_DAY = re.compile(r"\b([A-Za-z]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?\b(?:,? (\d{4}))?", re.I)
_NUMERIC = re.compile(r"\b(\d{1,2})[/.\-](\d{1,2})(?:[/.\-](\d{4}|\d{2}))?\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
# A dot before the date may end "Mon." or "Jan." rather than a sentence.
_RETURN = re.compile(
    r"\b(?:return(?:ing|s)?|back|resum(?:e|ing)|dychwelyd|yn [oô]l|zurück|wieder (?:da|erreichbar"
    r"|verfügbar|im (?:büro|haus))|available (?:again|from)|(?:in|at) (?:the|my) (?:office|desk)"
    r" (?:again )?(?:on|from))\b(?:[^.\d]|\.(?=\s?\d)){0,50}",
    re.I,
)
_UNTIL = re.compile(
    r"\b(?:until|till|through|up to|tan|bis|ends? on|(?:to|and|-)(?= (?:\w{3,9} )?\d{1,2}))\b"
    r"(?:[^.\n\d]|\.(?=\s?\d)){0,40}|\d(?:st|nd|rd|th)? ?[-–] ?(?=\d{1,2}(?:st|nd|rd|th)? [a-z])",
    re.I,
)
_ZERO: Final = timedelta(0)
_OPENING: Final = 4_000  # characters at the start of a mail that are searched


def return_date(text: str, sent: datetime | None) -> date | None:
    """Return the date on which an absence ends (``I am back on 5 January 2027``), or None.

    Day and month are in British order.  A date without a year is the first such date from the day
    ``sent``; without ``sent`` it is not known.
    """
    # Cut between two words: of "2027" cut short, "20" would be read as a year.
    beginning = text if len(text) <= _OPENING else text[:_OPENING].rpartition(" ")[0]
    flat = " ".join(beginning.split())
    for lead in (_RETURN, _UNTIL):
        for match in lead.finditer(flat):
            # The match may already include a month before its day ("back on January 5").
            start = match.start()
            found = _date_in(flat[start : match.end() + 30], sent)
            if found:
                return found
    return None


def _date_in(text: str, sent: datetime | None) -> date | None:
    iso = _ISO.search(text)
    if iso:
        return _date(int(iso.group(1)), int(iso.group(2)), int(iso.group(3)), sent)
    best: tuple[int, date] | None = None
    for match in _DAY_MONTH.finditer(text):
        month = _MONTHS.get(match.group(2).lower(), 0)
        found = _date(_year(match.group(3)), month, int(match.group(1)), sent)
        if found and (best is None or match.start() < best[0]):
            best = (match.start(), found)
    for match in _MONTH_DAY.finditer(text):
        month = _MONTHS.get(match.group(1).lower(), 0)
        found = _date(_year(match.group(3)), month, int(match.group(2)), sent)
        if found and (best is None or match.start() < best[0]):
            best = (match.start(), found)
    for match in _NUMERIC.finditer(text):
        found = _date(_year(match.group(3)), int(match.group(2)), int(match.group(1)), sent)
        if found and (best is None or match.start() < best[0]):
            best = (match.start(), found)
    return best[1] if best else None


def _year(text: str | None) -> int:
    if not text:
        return 0
    return int(text) if len(text) == 4 else 2000 + int(text)


def _date(year: int, month: int, day: int, sent: datetime | None) -> date | None:
    if not month or (not year and sent is None):
        return None
    try:
        if year:
            return date(year, month, day)
        first = sent.date() if sent else date.min
        found = date(first.year, month, day)
        return found if found - first >= _ZERO else date(first.year + 1, month, day)
    except ValueError:
        return None
