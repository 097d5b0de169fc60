"""Which code is of which device, over several lines of running text."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Outcome
from exchange.parsing.findings.findings import Findings
from exchange.parsing.identifiers.tokens import find_tokens
from exchange.parsing.lists.prose.pairing import Pairing
from exchange.parsing.lists.prose.prose import read_prose
from exchange.parsing.text.lines import Line, plain_lines

A, B = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1"
CODE, OTHER = "83FED3407A939723A5C639B26916D505C3B5", "83FED3407A939723A5C639B269161802AEBB"


def _place(line: Line) -> str:
    return line.where


def _read(text: str, *, in_reply: bool = False) -> Findings:
    return read_prose(plain_lines(text), _place, in_reply=in_reply)


def _claims(found: Findings) -> dict[str, str]:
    """Device -> its code with CRC, the outcome in words, ``bad_code``, or ``nothing``."""
    return {
        str(one.device): "bad_code"
        if one.bad_code
        else one.code.with_crc
        if one.code
        else str(one.outcome.value)
        if one.outcome
        else "nothing"
        for one in found.claims
    }


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{CODE}\n{B}\n{OTHER}",
        f"{A}\n{CODE}\n\n{B}\n{OTHER}",
        f"{A} {CODE}\n{B} {OTHER}",
        f"Install code: {CODE}\n{A}\n\nInstall code: {OTHER}\n{B}",
    ],
)
def test_a_code_belongs_to_the_device_that_waits_for_it(text: str) -> None:
    found = _read(text)
    assert _claims(found) == {A: CODE, B: OTHER}
    assert found.rejects == []


def test_two_devices_then_two_codes_are_paired_with_nobody() -> None:
    found = _read(f"{A}\n{B}\n{CODE}\n{OTHER}")
    assert _claims(found) == {A: "bad_code", B: "bad_code"}
    assert any("without exactly one Device ID" in one.reason for one in found.rejects)


def test_one_code_too_many_spoils_every_pair_made_by_order() -> None:
    found = _read(f"{A}\n{CODE}\n{B}\n{OTHER}\n{CODE}")
    assert set(_claims(found).values()) == {"bad_code"}
    assert any("do not alternate" in one.reason for one in found.rejects)


def test_a_damaged_code_spoils_its_own_device_only() -> None:
    damaged = OTHER[:-1] + "0"
    found = _read(f"{A}: {CODE}\n{B}: {damaged}")
    assert _claims(found) == {A: CODE, B: "bad_code"}
    (reject,) = found.rejects
    assert (reject.device, "CRC" in reject.reason) == (found.claims[1].device, True)


def test_words_below_a_device_answer_it() -> None:
    found = _read(f"{A}\nWe did not install this meter\n{B}\n{OTHER}", in_reply=True)
    assert _claims(found)[B] == OTHER
    assert _claims(found)[A] == Outcome.NOT_INSTALLER.value


def test_who_asks_for_a_code_claims_nothing() -> None:
    assert _claims(_read(f"Please send the install code of {A}")) == {}


def test_digits_that_nothing_calls_a_code_are_not_taken() -> None:
    found = _read(f"{A}\n{CODE[:32]}")
    assert _claims(found) == {}
    assert any("32 hex digits are not taken" in one for one in found.warnings)


def test_a_code_waits_for_the_device_of_its_own_block_only() -> None:
    found = Findings()
    pairing = Pairing(found, in_reply=False)
    (word,) = find_tokens(CODE)
    pairing.pair_below(word, "install code: ", "line 1", called=True)
    pairing.end_block()
    (waiting,) = find_tokens(A)
    assert waiting.device is not None
    pairing.wait(waiting.device, "line 3", 3)
    pairing.settle()
    assert _claims(found) == {A: "bad_code"}
    assert [one.where for one in found.rejects] == ["line 1"]


@pytest.mark.parametrize("glued", ["0A 3F ", "41::7144 2 ", "6B2E-"])
def test_a_code_with_the_end_of_a_mistyped_id_goes_to_a_person(glued: str) -> None:
    sign = glued[-1]
    code = sign.join(CODE[at : at + 4] for at in range(0, 36, 4))
    found = _read(f"{B} {OTHER}\n5C C7 C1 65 E5 CI {glued}{code}", in_reply=True)
    assert _claims(found)[B] == OTHER
    assert any(code[-9:] in one.text for one in found.rejects)
