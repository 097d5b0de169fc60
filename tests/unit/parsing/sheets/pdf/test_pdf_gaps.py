"""A PDF whose columns are cut off or wrapped is sent back whole, never answered as what is left."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Understanding
from exchange.parsing.reading.understand import understand_file
from exchange.parsing.sheets.pdf.pdf_gaps import (
    CUT_OFF,
    LETTERS,
    letter_by_letter,
    unread_lines,
    whole_fault,
)
from tests.unit.parsing.sheets.pdf.test_pdf import make_pdf

IDS = [f"00-DB-41-07-{number * 37 % 256:02X}-1A-B0-{number:02X}" for number in range(1, 25)]
BARE = [one.replace("-", "") for one in IDS]


def _read(lines: list[str]) -> Understanding:
    return understand_file("meters.pdf", make_pdf([["Device ID   Serial   Site"], lines]))


def _glued(ids: list[str], *, whole: int = 3) -> list[str]:
    """Return rows whose next cell overlaps the ID in all but the first ``whole``."""
    return [
        f"{one}{' ' if at < whole else ''}19P0123{at:02} {at} High St" for at, one in enumerate(ids)
    ]


@pytest.mark.parametrize(
    "lines",
    [
        _glued(IDS),
        _glued(BARE),
        [one if at % 5 else one[:15] for at, one in enumerate(IDS)],
    ],
)
def test_cut_off_or_wrapped_columns_give_no_device(lines: list[str]) -> None:
    said = _read(lines)
    assert len(said.devices) == 0
    assert CUT_OFF in {one.reason for one in said.rejects}
    assert {one.where for one in said.rejects} == {"meters.pdf"}


@pytest.mark.parametrize("lines", [[one[:17] for one in IDS], [one[:13] for one in BARE]])
def test_where_every_id_lost_its_end_each_is_named(lines: list[str]) -> None:
    said = _read(lines)
    assert len(said.devices) == 0
    assert {one.text for one in said.rejects} == set(lines)


@pytest.mark.parametrize(
    "lines",
    [
        IDS,
        BARE,
        [f"{one}   19P0123456   12 High Street, Bath BA1 2AB   01/11/2026" for one in IDS],
        [f"{at} | {one} | +44 20 7946 0000" for at, one in enumerate(IDS)],
        [*IDS, "Order 8f14e45f-ceea-467f-a8f4-0123456789ab of 01-11-2026, total 24", "Page 1 of 1"],
        [piece for one in IDS for piece in (one[:12], one[12:])],  # broken at a hyphen
        # Two cells' worth in one cell, drawn one below the other.
        [f"{one}{two}" for one, two in zip(IDS[::2], IDS[1::2], strict=True)],
    ],
)
def test_a_whole_list_is_read(lines: list[str]) -> None:
    said = _read(lines)
    assert {str(one.device) for one in said.devices} == set(IDS)
    assert said.rejects == ()


def test_a_single_piece_beside_a_list_is_named() -> None:
    said = _read([*IDS, "and 00-DB-41-07-00-1A-B0-6219P01"])
    assert len(said.devices) == len(IDS)
    (reject,) = said.rejects
    assert reject.where == "meters.pdf > page 2 > line 25"
    assert "00-DB-41-07-00-1A-B0-6219P01" in reject.text


def test_an_answer_with_codes_is_no_list_with_pieces() -> None:
    code = "83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5"
    for shown in (code, code.replace(" ", ""), "-".join(f"{at:02X}" for at in range(16))):
        assert unread_lines([f"Install code: {shown}"], ()) == ([], False)


def test_text_placed_letter_by_letter_is_named() -> None:
    spelled = [" ".join(one) for one in IDS]
    said = _read(spelled)
    assert [(one.reason, one.where) for one in said.rejects] == [(LETTERS, "meters.pdf")]
    assert len(said.devices) == 0
    assert not letter_by_letter(["a b c"] * 5)
    assert letter_by_letter(list("00-DB-41-07-1A-B0-00-01" * 3))


def test_an_id_broken_within_a_pair_is_named() -> None:
    said = _read([piece for one in IDS for piece in (one[:13], one[13:])])
    assert len(said.devices) == 0
    assert len(said.rejects) >= len(IDS)


def test_a_column_of_serial_numbers_is_no_column_of_pieces() -> None:
    serials = [f"21E5{at:08}" for at in range(24)]
    lines, read = [*IDS, *serials], range(len(IDS))
    assert unread_lines(lines, read, {"00DB"}) == ([], False)
    assert unread_lines([*BARE[:5], *(one[:14] for one in BARE)], range(5), {"00DB"})[1]
    # Where no Device was read, they may be pieces of one.
    assert unread_lines(serials, ())[1]


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (["Meters", "Page 1 of 3"], True), (["Page 2/3", "Page 3/3"], True),
        (["Page 1 of 2", "Page 2 of 2"], False), (["page 4 of the list"], False),
        (["Gainsborough list, Page 1 of 2, 3 Nov 2026"], True), (["nothing"], False),
        (["We are on page 1 of 3 of our works programme, which our engineers began in May."
          " More pages follow, and nobody knows when they will be done, or by whom."], False),
    ],
)  # fmt: skip
def test_pages_that_are_missing_by_their_numbers(lines: list[str], missing: bool) -> None:
    assert bool(whole_fault(lines)) is missing


def test_a_list_in_a_narrow_column_is_wrapped_and_not_empty() -> None:
    drawn = [line for at in range(4) for line in ("00-DB-12-", "34-56-78-", f"90-A{at}")]
    said = understand_file("meters.pdf", make_pdf([["Device ID", *drawn]]))
    assert [one.reason for one in said.rejects] == [CUT_OFF]
    days = ["01-02-26", "03-04-26", "on 05-06-26"]
    assert not understand_file("days.pdf", make_pdf([days])).rejects
