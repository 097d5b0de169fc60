"""Statements of a mail that the sender passes on: his company's words, or those of another."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from exchange.domain.statements import Act, Statement
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import Line

_HEADER_LINES: Final = 8
_DOMAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@([A-Za-z0-9.\-]{1,253})")
_GENERAL: Final = frozenset(("co", "com", "org", "net", "ac", "gov", "ltd", "plc"))


def author_of(lines: Sequence[Line]) -> str:
    """Return the first mail address in the header of a mail that is passed on, or empty."""
    for line in lines[:_HEADER_LINES]:
        found = _DOMAIN.search(line.text)
        if found:
            return found.group()
    return ""


def same_company(one: str, other: str) -> bool:
    """Return whether two mail addresses can be of one company; also where one is not known."""
    return not one or not other or _company(one) == _company(other)


def _company(address: str) -> str:
    labels = address.rpartition("@")[2].lower().strip(".").split(".")[:-1]
    while len(labels) > 1 and labels[-1] in _GENERAL:
        labels.pop()
    return labels[-1] if labels else ""


def read_passed_on(
    lines: Sequence[Line], place: Callable[[Line], str], author: str, sender: str
) -> list[Statement]:
    """Return the statements of a mail that ``sender`` passes on.

    Another company's asking is not the sender's: its codes are not for him.
    """
    if same_company(author, sender):
        return read_statements(lines, place)
    return [of_another(author, place(lines[0]))]


def of_another(author: str, where: str) -> Statement:
    """Return the statement that a mail of another company is passed on."""
    return Statement(Act.OTHER, where, f"a mail of {author} is passed on")
