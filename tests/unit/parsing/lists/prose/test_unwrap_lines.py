"""Device IDs and install codes that a mail client broke over two lines."""

from __future__ import annotations

import pytest

from exchange.parsing.lists.prose.unwrap_lines import UnprovenBreak, unwrap_lines
from exchange.parsing.text.lines import Line, plain_lines

CODE = "83FED3407A939723A5C639B26916D505C3B5"
DEVICE = "00-DB-12-34-56-78-90-A0"


def _read(text: str) -> tuple[list[str], list[UnprovenBreak]]:
    broken: list[UnprovenBreak] = []
    return [line.text for line in unwrap_lines(plain_lines(text), broken)], broken


@pytest.mark.parametrize("cut", [2, 7, 16, 20, 33])
def test_a_code_whose_crc_holds_is_put_together_wherever_it_broke(cut: int) -> None:
    lines, broken = _read(f"Code: {CODE[:cut]}\n{CODE[cut:]} as agreed\nRegards")
    assert lines == [f"Code: {CODE} as agreed", "", "Regards"]
    assert broken == []


def test_a_code_in_groups_that_broke_between_them() -> None:
    groups = [CODE[at : at + 4] for at in range(0, 36, 4)]
    lines, broken = _read(" ".join(groups[:5]) + "\n" + " ".join(groups[5:]))
    assert (lines, broken) == ([CODE, ""], [])


def test_a_code_over_three_lines() -> None:
    lines, broken = _read(f"{CODE[:12]}\n{CODE[12:24]}\n{CODE[24:]}\nthanks")
    assert (lines, broken) == ([CODE, "", "", "thanks"], [])


def test_a_code_without_a_good_crc_is_not_put_together() -> None:
    damaged = CODE[:-1] + "6"
    text = f"{damaged[:20]}\n{damaged[20:]}"
    assert _read(text)[0] == text.split("\n")


@pytest.mark.parametrize(
    ("first", "second"), [("00-DB-12-34-", "56-78-90-A0"), ("00-DB", "-12-34-56-78-90-A0")]
)
def test_a_device_that_broke_at_a_separator_is_one_again(first: str, second: str) -> None:
    lines, broken = _read(f"meter {first}\n{second} please")
    assert (lines, broken) == ([f"meter {DEVICE} please", ""], [])


@pytest.mark.parametrize(
    ("first", "second"),
    [("00-DB-12-34-5", "6-78-90-A0"), ("00DB1234", "567890A0")],
)
def test_a_break_that_nothing_proves_is_reported_and_neither_piece_is_read(
    first: str, second: str
) -> None:
    lines, (found,) = _read(f"meter {first}\n{second} please")
    assert lines == ["meter ", " please"]
    assert found.text == f"{first} {second}"
    assert found.line.number == 1
    assert "broken over two lines" in found.reason


def test_a_code_in_hyphens_that_no_crc_proves_is_reported() -> None:
    lines, (found,) = _read("83FE-D340-7A93-9723-\nA5C6-39B2-6916-D505")
    assert lines == ["", ""]
    assert "without a CRC to prove it" in found.reason


@pytest.mark.parametrize(
    "text",
    [
        f"{DEVICE}\n00-DB-12-34-56-78-90-A1",
        "00DB1234567890A0\n00DB1234567890A1",
        f"{DEVICE}:\n{CODE}",
        "0123\n4567",
        "seen at 12:30\n14:45 it was gone",
        "",
    ],
)
def test_whole_lines_stay_as_they_are(text: str) -> None:
    assert _read(text) == (text.split("\n"), [])


def test_lines_that_do_not_follow_each_other_are_not_joined() -> None:
    broken: list[UnprovenBreak] = []
    lines = [Line(1, CODE[:20]), Line(3, CODE[20:])]
    assert [line.text for line in unwrap_lines(lines, broken)] == [CODE[:20], CODE[20:]]
    assert broken == []


def test_rows_of_a_table_are_not_joined() -> None:
    lines = [Line(1, CODE[:20], table=1, row=1), Line(2, CODE[20:], table=1, row=2)]
    assert list(unwrap_lines(lines, [])) == lines


def test_a_chain_of_broken_ids_stays_a_chain() -> None:
    text = f"{DEVICE}, 00-DB-12-\n34-56-78-90-A1, 00-DB-12-34-56-\n78-90-A2, {DEVICE[:-1]}3 please"
    lines, broken = _read(text)
    ids = [one.strip(", ").removesuffix(" please") for line in lines for one in line.split(", ")]
    assert [one for one in ids if one] == [DEVICE] + [f"{DEVICE[:-1]}{n}" for n in (1, 2, 3)]
    assert broken == []


@pytest.mark.parametrize(
    "damaged",
    ["00-DB12-34-56-78-90-A1", "00-DB-12-34-56-78-90-A1-", "00DB1234567890A", "00 DB 12 34 56 78"],
)
def test_a_whole_id_is_never_joined_to_a_damaged_neighbour(damaged: str) -> None:
    text = f"{DEVICE}\n{damaged}\n00-DB-12-34-56-78-90-A2\n{damaged}"
    assert _read(text) == (text.split("\n"), [])


def test_eight_pairs_with_blanks_over_two_lines_are_reported() -> None:
    lines, (found,) = _read("meter 00 DB 12 34\n56 78 90 A0, please")
    assert lines == ["meter ", ", please"]
    assert found.text == "00 DB 12 34 56 78 90 A0"
