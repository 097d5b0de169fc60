"""No code goes to the next device where a list begins with codes and its first one is damaged."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId, InstallCode
from exchange.parsing.lists.prose.pair_order import PairOrder
from exchange.parsing.lists.prose.prose import read_prose
from exchange.parsing.text.lines import plain_lines

_IDS = ("00-DB-12-41-77-20-9C-05", "70-B3-D5-0E-62-91-AF-38", "EC-1B-BD-95-03-4D-71-C6")
_CODES = tuple(
    InstallCode.parse(one).with_crc
    for one in (
        "5E0B81D3F2694A7C10B8E5263D97FA42",
        "C94F7A0682B15DE370D8A34B96F0152C",
        "1D73B6E84C05A29FE3914D608B7C25FA",
    )
)
_FIRST = _CODES[0]


def _fours(digits: str, sign: str = " ") -> str:
    return sign.join(digits[at : at + 4] for at in range(0, len(digits), 4))


DAMAGED = {
    "letter in hyphens": _fours(_FIRST, "-").replace("8", "I", 1),
    "letter for a zero": _FIRST.replace("0", "O"),
    "S for 5": _FIRST.replace("5", "S"),
    "letter in the first group": _fours(f"FFCZ{_FIRST[4:]}"),
    "letter without CRC": _fours(f"FFCZ{_FIRST[4:32]}"),
    "letter in a middle group": _fours(_FIRST).replace("4A7C", "AGFC"),
    "many letters": _FIRST.replace("8", "S").replace("3", "E").replace("2", "Z"),
    "forty digits": _FIRST + _FIRST[-4:],
    "a digit lost": _FIRST[1:],
    "half": _fours(_FIRST[:18], "-"),
    "eight": _FIRST[:8],
    "wide dashes": _fours(_FIRST, " – "),
    "slashes": _fours(_FIRST, "/"),
    "another digit": _FIRST[:-1] + "0",
}


def _wrong(text: str, *, in_reply: bool) -> list[str]:
    found = read_prose(plain_lines(text), lambda line: line.where, in_reply=in_reply)
    right = dict(zip(map(DeviceId.parse, _IDS), _CODES, strict=True))
    return [
        str(one.device)
        for one in found.claims
        if one.code is not None and one.code.with_crc != right.get(one.device)
    ]


@pytest.mark.parametrize("in_reply", [True, False])
@pytest.mark.parametrize("start", ["", "- ", "Install code: "])
@pytest.mark.parametrize("above", ["", "About 00-1D-24-AA-BB-CC-DD-EE:\n\n"])
@pytest.mark.parametrize("first", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_no_code_goes_to_the_device_above_it(
    first: str, start: str, above: str, gap: str, *, in_reply: bool
) -> None:
    codes = (first, *_CODES[1:])
    rows = [f"{start}{code}\n{device}" for code, device in zip(codes, _IDS, strict=True)]
    assert _wrong(above + gap.join(rows), in_reply=in_reply) == []


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_codes_below_a_device_of_the_introduction_are_not_trusted(between: str) -> None:
    rows = [f"{code}{between}{device}" for code, device in zip(_CODES, _IDS, strict=True)]
    text = "Further to 00-1D-24-AA-BB-CC-DD-EE:\n\n" + between.join(rows)
    assert _wrong(text, in_reply=True) == []


@pytest.mark.parametrize("end", ["", "\n\nRef 4471-20\nSam"])
def test_codes_below_their_devices_are_taken_whatever_is_damaged_last(end: str) -> None:
    rows = [f"{device}\n{code}" for code, device in zip(_CODES, _IDS, strict=True)]
    rows[2] = f"{_IDS[2]}\n{DAMAGED['letter for a zero']}"
    found = read_prose(plain_lines("\n".join(rows) + end), lambda line: line.where, in_reply=True)
    given = {str(one.device): one.code.with_crc for one in found.claims if one.code}
    assert given == dict(zip(_IDS[:2], _CODES[:2], strict=True))


@pytest.mark.parametrize(
    ("order", "doubtful"),
    [
        (PairOrder(), False),
        (PairOrder(broken=True), True),
        (PairOrder(shifted=True), True),
        (PairOrder(passed_ahead=True), False),
        (PairOrder(crossed=True), False),
        (PairOrder(crossed=True, skipped=True), True),
    ],
)
def test_when_pairs_below_their_devices_are_doubtful(order: PairOrder, *, doubtful: bool) -> None:
    assert order.is_doubtful(below=True, above=False, left=False) is doubtful
    assert order.is_doubtful(below=True, above=True, left=False)
    assert order.is_doubtful(below=True, above=False, left=True) is (doubtful or order.crossed)
