"""The limits on what a mail may cost: each of them is held by the reading."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.reading.understand import understand, understand_file
from tests.corpus import making

BOOK = making.xlsx(("S", [["Device ID", "x"]] * 30), ("T", [["a"]]))
NESTED = making.multi("mixed", making.multi("mixed", making.part("x"), boundary="=_b1"))


@pytest.mark.parametrize("name", [one.name for one in fields(Limits)])
def test_every_limit_is_a_number_above_zero_that_nobody_changes(name: str) -> None:
    assert getattr(DEFAULT, name) > 0
    with pytest.raises(FrozenInstanceError):
        setattr(DEFAULT, name, 1)


def test_a_part_is_never_allowed_more_than_the_whole() -> None:
    assert DEFAULT.part_header_bytes <= DEFAULT.header_bytes <= DEFAULT.mail_bytes
    assert DEFAULT.member_bytes <= DEFAULT.inflated_bytes
    assert DEFAULT.html_bytes <= DEFAULT.text_chars


@pytest.mark.parametrize(
    ("name", "limit", "mail"),
    [
        ("mail_bytes", 200, making.mail("x" * 200)),
        ("header_bytes", 100, making.mail("x")),
        ("parts", 2, making.mail(making.multi("mixed", *[making.part("x")] * 3))),
        ("depth", 1, making.mail(NESTED)),
        ("rows", 5, making.mail("line\n" * 9)),
    ],
)
def test_a_mail_that_passes_one_is_refused(name: str, limit: int, mail: bytes) -> None:
    understand(mail)
    with pytest.raises(Unreadable, match=r"more than|deep"):
        understand(mail, replace(DEFAULT, **{name: limit}))


@pytest.mark.parametrize(
    ("name", "limit", "where"), [("sheets", 1, "a.xlsx"), ("columns", 1, "a.xlsx > S")]
)
def test_a_workbook_that_passes_one_is_refused_alone(name: str, limit: int, where: str) -> None:
    assert not understand_file("a.xlsx", BOOK).rejects
    read = understand_file("a.xlsx", BOOK, replace(DEFAULT, **{name: limit}))
    assert [one.where for one in read.rejects] == [where]


def test_what_its_containers_hold_is_counted_for_the_whole_mail() -> None:
    with pytest.raises(Unreadable, match="more than 100 bytes") as raised:
        understand_file("a.xlsx", BOOK, replace(DEFAULT, inflated_bytes=100))
    assert raised.value.place == "a.xlsx"
