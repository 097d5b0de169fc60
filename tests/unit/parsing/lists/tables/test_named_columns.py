"""Columns that answer for a company with a name: whom they deny, and where that is shown."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.lists.tables.column_finder import Columns
from exchange.parsing.lists.tables.named_columns import denials_of_a_name
from exchange.parsing.sheets.grid import NO_DAMAGE, Row, Table

DEVICE = "00-DB-12-34-56-78-90-A0"


def table(*rows: tuple[str, ...]) -> Table:
    """Return a sheet whose first row is row 4."""
    return Table(
        "reply.xlsx > Codes", (), [Row(4 + i, one, NO_DAMAGE) for i, one in enumerate(rows)]
    )


def denied(title: str, *, denial: int | None = 1, first_row: int = 1) -> list[Statement]:
    listed = table(("Device ID", title), (DEVICE, "N"))
    return denials_of_a_name(listed, Columns(first_row=first_row, denial=denial))


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("Did Vale install? (Y/N)", "Vale"),
        ("Has Vale Energy installed it?", "Vale Energy"),
        ("Was this installed by Vale & Sons? Yes/No", "Vale & Sons"),
    ],
)
def test_a_column_denies_in_the_name_of_its_header(title: str, who: str) -> None:
    where = "reply.xlsx > Codes > row 4"
    assert denied(title) == [Statement(Act.DENIES, where, title, Scope.NAMED, subject=who)]


@pytest.mark.parametrize("title", ["Did we install? (Y/N)", "Installed? (Y/N)", "Remarks", ""])
def test_a_column_about_the_sender_or_about_nobody_names_no_company(title: str) -> None:
    assert denied(title) == []


def test_the_words_shown_of_a_header_are_cut() -> None:
    title = "Did Vale install? (Y/N)" + " " * 200
    (one,) = denied(title)
    assert one.words == title[:120]


@pytest.mark.parametrize(
    ("denial", "first_row"),
    [
        (None, 1),  # no column denies
        (2, 1),  # the header is shorter than its rows
        (1, 3),  # the list begins below the table
    ],
)
def test_without_the_header_of_such_a_column_nothing_is_denied(
    denial: int | None, first_row: int
) -> None:
    assert denied("Did Vale install? (Y/N)", denial=denial, first_row=first_row) == []


def test_a_list_without_a_header_does_not_take_its_last_row_for_one() -> None:
    below = table((DEVICE, "N"), ("Total", "Did Vale install? (Y/N)"))
    assert denials_of_a_name(below, Columns(first_row=0, denial=1)) == []
