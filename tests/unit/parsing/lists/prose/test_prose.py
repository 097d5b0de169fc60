"""Lines of a body as findings: the rules that hold whatever words people use."""

from __future__ import annotations

import numpy as np
import pytest

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.device import DeviceId
from exchange.domain.mail import Outcome
from exchange.parsing.findings.findings import Findings
from exchange.parsing.lists.prose import prose
from exchange.parsing.lists.prose.device_recognition import devices_in
from exchange.parsing.lists.prose.device_runs import DeviceRun
from exchange.parsing.lists.prose.prose import read_prose
from exchange.parsing.text.lines import Line, plain_lines

A, B, C = (f"00-DB-12-34-56-78-90-A{number}" for number in range(3))
CODE, OTHER = "83FED3407A939723A5C639B26916D505C3B5", "83FED3407A939723A5C639B269161802AEBB"
NO, UNCLEAR = Outcome.NOT_INSTALLER, Outcome.UNCLEAR


def _read(text: str, *, in_reply: bool = False) -> Findings:
    return read_prose(plain_lines(text), lambda line: line.where, in_reply=in_reply)


def _devices(found: Findings) -> list[tuple[str, str]]:
    return [(str(one.device), one.where) for one in found.devices]


def _outcomes(found: Findings) -> dict[str, Outcome | None]:
    return {str(one.device): one.outcome for one in found.claims}


def test_a_list_keeps_the_place_of_each_line() -> None:
    found = _read(f"Please send the install codes of\n\n{A}\n{B}\n\nThanks, Kim")
    assert _devices(found) == [(A, "body line 3"), (B, "body line 4")]
    assert found.asks
    assert not found.claims


def test_a_code_belongs_to_the_device_on_its_line() -> None:
    found = _read(f"{A} {CODE}\n{B} {OTHER}")
    assert [(str(one.device), one.code and one.code.with_crc) for one in found.claims] == [
        (A, CODE),
        (B, OTHER),
    ]


def test_a_heading_says_what_holds_for_its_items() -> None:
    found = _read(f"Not ours:\n{A}\n{B}")
    assert _outcomes(found) == {A: NO, B: NO}
    assert {one.remark for one in found.claims} == {"Not ours:"}


def test_it_does_not_hold_after_a_blank_line_or_for_an_item_with_words() -> None:
    found = _read(f"Not ours:\n{A}\n\n{B}")
    assert _outcomes(found) == {A: NO, B: UNCLEAR}
    found = _read(f"Not ours:\n{A}\n{B} was fitted by Kim")
    assert _outcomes(found) == {A: NO, B: UNCLEAR}


def test_another_line_of_words_ends_a_heading() -> None:
    found = _read(f"Not ours:\n{A}\nPlease send the codes of these:\n{B}")
    assert (_outcomes(found), found.asks) == ({A: NO}, True)
    assert _devices(found) == [(A, "body line 2"), (B, "body line 4")]


def test_tentative_words_answer_in_a_reply_alone() -> None:
    assert _outcomes(_read(f"{A} pending", in_reply=True)).get(A) in (None, UNCLEAR)
    assert not _read(f"{A} tbc").claims
    assert _outcomes(_read(f"{A} tbc", in_reply=True)) == {A: UNCLEAR}


def test_digits_alone_count_below_a_heading_of_devices() -> None:
    digits = "1234567890123456"
    assert [one for one, _ in _devices(_read(f"Device IDs:\n{digits}"))] == [
        "12-34-56-78-90-12-34-56"
    ]
    assert not _read(digits).devices
    assert len(_read(f"{A}\n{digits}").devices) == 2


def test_half_a_code_is_no_device() -> None:
    found = _read(f"{A}\nIC:\n83FED3407A939723")
    assert [one for one, _ in _devices(found)] == [A]
    assert [one.text for one in found.rejects] == ["83FED3407A939723"]


def test_what_is_damaged_is_reported_with_its_place() -> None:
    found = _read(f"Device IDs:\n{A}\n1.23457E+15\n{B}\n00-DB-12-34-56-78-90-AO")
    assert [(one.text, one.where) for one in found.rejects] == [
        ("1.23457E+15", "body line 3"),
        ("00-DB-12-34-56-78-90-AO", "body line 5"),
    ]


@pytest.mark.parametrize("between", ["", "\n"])
def test_the_words_above_count_for_what_is_damaged_before_any_device(between: str) -> None:
    found = _read(f"Device IDs:\n{between}1.23457E+15\n{A}")
    assert [one.text for one in found.rejects] == ["1.23457E+15"]
    assert not _read(f"Order numbers:\n{between}1.23457E+15\nthanks").rejects


def test_a_line_that_is_too_long_is_named_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prose, "_LONGEST_LINE", 100)
    found = _read(f"{A}\n{B} {'x' * 100}")
    assert [one for one, _ in _devices(found)] == [A]
    assert found.warnings == ["body line 2 is too long to be read"]


def _run(first: int) -> DeviceRun:
    devices = [DeviceId.parse(f"00DB{number:012X}") for number in range(1, 4)]
    texts = [one.raw.hex().upper() for one in devices]
    return DeviceRun(first, texts[0], full_text="\n".join(texts), ids=ids_of(devices))


def test_a_run_of_devices_reads_as_its_lines_do() -> None:
    heads: list[list[Line]] = [[], [Line(1, "Not ours:")], [Line(1, "Serial numbers:")]]
    for head in heads:
        run = _run(2)
        fast = read_prose([*head, run], lambda line: line.where)
        slow = read_prose([*head, *run.lines()], lambda line: line.where)
        assert _devices(fast) == _devices(slow)
        assert _outcomes(fast) == _outcomes(slow)
        assert fast.warnings == slow.warnings
    assert len(list(read_prose([_run(2)], lambda line: line.where).devices.columns())) == 1


def test_an_answer_after_a_run_is_about_its_last_device() -> None:
    lines = [_run(1), Line(4, "not installed by us")]
    fast = read_prose(lines, lambda line: line.where, in_reply=True)
    slow = read_prose([*lines[0].lines(), lines[1]], lambda line: line.where, in_reply=True)  # type: ignore[attr-defined]
    assert _outcomes(fast) == _outcomes(slow)


def test_devices_of_quoted_text_are_only_named() -> None:
    lines = plain_lines(f"> {A} and {A}\n> 00DB1234567890A1\n> 1234567890123456\n> nothing")
    assert [str(one) for one in devices_in(lines)] == [A, B]
    assert np.array(devices_in([])).size == 0


def test_a_mistyped_id_that_a_fold_broke_between_letters_is_named() -> None:
    found = _read("Codes please for\n\n5C C7 C1 20 9D 14 77 B3, DO CF\n5E 41 9A 66 07 2C, thanks")
    assert any(
        "5E 41 9A" in text for text in [*(one.text for one in found.rejects), *found.warnings]
    )


def test_an_id_in_pairs_with_half_of_its_code_is_no_code() -> None:
    rows = "00 DB 12 AE 83 B7 2B D4 8D80 B61D 4C96 44B6"
    found = _read(f"{A}\n{rows}", in_reply=True)
    assert [one.code for one in found.claims] == [None]
    assert [one.text for one in found.rejects] == [rows]
