"""Find our own table, quoted with the letter, to which the sender added a column of answers.

Our letter's table has no column for codes or outcomes; a quoted one that has was filled in, and is
read as a table of the sender's own.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Final

from exchange.parsing.lists.prose.inline import QuotedList
from exchange.parsing.phrases.header_terms import Role, asked_about, header_meaning
from exchange.parsing.text.lines import Line

_ANSWERING: Final = frozenset((Role.CODE, Role.REMARK, Role.DENIAL))


def take_filled(quote: QuotedList) -> list[Line]:
    """Take the rows of tables that the sender filled in out of a quoted list; return their lines.

    The lines are no longer quoted.
    """
    filled: list[Line] = []
    if not quote.ours or not quote.rows:
        return filled
    for number, rows in groupby(quote.lines, key=lambda line: line.table):
        lines = list(rows)
        if number and _has_answers(lines[0]) and any(one.number in quote.listed for one in lines):
            filled += [replace(line, quoted=False) for line in lines]
    for line in filled:
        quote.listed.pop(line.number, None)
    return filled


def _has_answers(header: Line) -> bool:
    """Whether a header has a column of Device IDs, and one of answers."""
    roles = [header_meaning(cell)[0] for cell in header.cells]
    asks = any(asked_about(cell) for cell in header.cells)
    return Role.DEVICE in roles and (asks or bool(_ANSWERING & set(roles)))
