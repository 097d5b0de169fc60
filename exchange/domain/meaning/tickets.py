"""Find the number that the other side's ticket system gave a mail: ``[INC0012345]``, ``#48211``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 500
# Short enough to be no supply point (13 digits) and no Device ID.
_NUMBER: Final = r"(?P<{}>\d{{4,11}})(?![\w-])"
_TICKET = re.compile(
    r"(?<![\w-])(?:(?P<prefix>[A-Z]{2,8})(?:[-_]|[ ]?#)?" + _NUMBER.format("named")
    + r"|#\s?" + _NUMBER.format("hashed")
    + r"|(?:ticket|case|call|incident|enquiry|query|job|service request|ref(?:erence)?)\b"
    r"[^\w\n]{0,4}(?:no|nr|number|id)?[^\w\n]{0,4}" + _NUMBER.format("called")
    + r"|\[" + _NUMBER.format("alone") + r"\])",
    re.I,
)  # fmt: skip
_WORDS: Final = frozenset(("TICKET", "CASE", "CALL", "JOB", "REF", "QUERY"))
_NO_TICKETS: Final = frozenset(
    ("MP", "SEC", "MPAN", "MPRN", "SRV", "CLAUSE", "ESME", "GSME", "SMETS", "IN", "OF", "ON", "THE",
     "FOR", "BY", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "SEPT", "OCT",
     "NOV", "DEC", "SINCE", "FROM", "TO")
)  # fmt: skip


def tickets_in(subject: str) -> frozenset[str]:
    """Return the ticket numbers in a subject, each as its letters and digits."""
    found: set[str] = set()
    for one in _TICKET.finditer(subject[:_LONGEST]):
        prefix = (one["prefix"] or "").upper()
        number = one["named"] or one["hashed"] or one["called"] or one["alone"]
        if prefix in _NO_TICKETS:
            continue
        found.add(number if prefix in _WORDS else prefix + number)
    return frozenset(found)


def refs_of_tickets(subject: str, threads: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return our references under which mails with a ticket of ``subject`` were filed.

    ``threads`` has the subject and our reference of earlier mails of the same party.
    """
    wanted = tickets_in(subject)
    if not wanted:
        return ()
    return tuple(dict.fromkeys(ref for earlier, ref in threads if wanted & tickets_in(earlier)))
