"""Columns that say yes or no for a company with a name: ``Did Vale install? (Y/N)``."""

from __future__ import annotations

from typing import Final

from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.lists.tables.column_finder import Columns
from exchange.parsing.phrases.header_terms import asked_about
from exchange.parsing.sheets.grid import Table

_SHOWN: Final = 120


def denials_of_a_name(table: Table, columns: Columns) -> list[Statement]:
    """Return who did not install what a column answers with no; nothing if that is the sender.

    Whether the name is one of the sender's is not known here: its thread tells.
    """
    if columns.denial is None or not 0 < columns.first_row <= len(table.rows):
        return []
    header = table.rows[columns.first_row - 1]
    title = header.cells[columns.denial] if columns.denial < len(header.cells) else ""
    who = asked_about(title)
    if who in ("", "us"):
        return []
    where = table.place(header.number)
    return [Statement(Act.DENIES, where, title[:_SHOWN], Scope.NAMED, subject=who)]
