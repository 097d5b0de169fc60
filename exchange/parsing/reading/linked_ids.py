"""Name the Device IDs inside the links of a mail: they are not read, and not passed over either.

A link of a list that begins like the Device IDs next to it is a row that could not be read, and its
sender is told.  Any other may be a tracking number, and is named in a warning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from exchange.domain.mail import Found, Reject
from exchange.parsing.identifiers.devices import read_device
from exchange.parsing.identifiers.tokens import UUID

IN_A_LINK: Final = "a Device ID inside a link is not read: please send it as text"

_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{12,20}"
    r"|[0-9A-Fa-f]{2}([-:._])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{1,3}){4,8})(?![0-9A-Za-z])"
)
_NO_DIGIT = re.compile(r"[^0-9A-Fa-f]")
_START: Final = 4  # digits at the start that the IDs of one maker have in common
_COMPARED: Final = 1000
_MOST: Final = 1000
_MOST_NAMED: Final = 40


class LinkedIds(NamedTuple):
    """What the links hold: rows that could not be read, and what is named in warnings."""

    rejects: tuple[Reject, ...]
    warnings: tuple[str, ...]


def linked_ids(links: Iterable[str], devices: Iterable[Found], *, listed: int) -> LinkedIds:
    """Return what is written like a Device ID inside ``links`` and is not among ``devices``.

    ``listed``: so many of the first links may be items of the list of ``devices``.
    """
    held = {
        (text, number): digits.upper()
        for number, link in enumerate(links, 1)
        for text, digits in _ids_of(link)
    }
    if not held:
        return LinkedIds((), ())
    known = {one.device.raw.hex().upper() for one in devices}
    starts = {one[:_START] for one in islice(known, _COMPARED)}
    rejects: list[Reject] = []
    warnings: list[str] = []
    for (text, number), digits in islice(held.items(), _MOST):
        if digits in known:
            continue
        known.add(digits)
        where = f"body link {number}"
        if number <= listed and digits[:_START] in starts:
            rejects.append(Reject(text, IN_A_LINK, where))
        elif read_device(text) and _is_telling(digits, starts) and len(warnings) < _MOST_NAMED:
            warnings.append(f"{where}: {text} is not taken: it is inside a link")
    return LinkedIds(tuple(rejects), tuple(warnings))


def _ids_of(link: str) -> list[tuple[str, str]]:
    """Return what may be an ID, as written and as digits."""
    text = UUID.sub(" ", unquote_to_bytes(link).decode("utf-8", "replace"))
    return [(one.group(), _NO_DIGIT.sub("", one.group())) for one in _ID.finditer(text)]


def _is_telling(digits: str, starts: Collection[str]) -> bool:
    return digits[:_START] in starts or not (digits.isdecimal() or digits.isalpha())
