"""All claims of one mail become one answer per Device; whatever contradicts is unclear."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.columns.device_columns import ListedColumns
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Answer, Found, Outcome, Reject
from exchange.parsing.findings.claim_columns import ClaimColumns
from exchange.parsing.findings.findings import Claim
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.findings.resolve_claims import (
    resolve_claims,
    unique_devices,
)
from tests.unit.parsing.findings.cases import resolved_one_by_one

A, B, C = (DeviceId.parse(f"00-DB-12-34-56-78-90-A{n}") for n in range(3))
X, Y = InstallCode(bytes(range(1, 17))), InstallCode(bytes(range(2, 18)))
NO, UNCLEAR = Outcome.NOT_INSTALLER, Outcome.UNCLEAR


def _resolve(*claims: Claim) -> tuple[dict[DeviceId, Answer], tuple[Reject, ...]]:
    answers, rejects = resolve_claims(MixedList(claims))
    assert len({one.device for one in answers}) == len(answers)
    return {one.device: one for one in answers}, rejects


def test_a_code_a_denial_and_an_unclear_word() -> None:
    answers, rejects = _resolve(
        Claim(A, "row 1", X, remark="here it is", digits=36),
        Claim(B, "row 2", outcome=NO, remark="not ours"),
        Claim(C, "row 3", outcome=UNCLEAR),
    )
    assert list(answers.values()) == [
        Answer(A, Outcome.PROVIDED, "row 1", X, "here it is"),
        Answer(B, NO, "row 2", remark="not ours"),
        Answer(C, UNCLEAR, "row 3"),
    ]
    assert rejects == ()


def test_the_same_twice_is_one_answer() -> None:
    answers, rejects = _resolve(Claim(A, "row 1", X), Claim(A, "row 2", X, remark="again"))
    assert list(answers.values()) == [Answer(A, Outcome.PROVIDED, "row 1", X, "again")]
    assert rejects == ()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ((Claim(A, "r1", X), Claim(A, "r2", Y)), "two different install codes for one device"),
        ((Claim(A, "r1", X), Claim(A, "r2", outcome=NO)), "say they did not install it: r1 and r2"),
        ((Claim(A, "r1", X, NO),), "say they did not install it: r1"),
        ((Claim(A, "r1", X), Claim(A, "r2", bad_code=True)), "a good install code and a bad one"),
        ((Claim(A, "r1", outcome=NO), Claim(A, "r2", outcome=UNCLEAR)), "two different answers"),
        ((Claim(A, "r1", outcome=NO), Claim(A, "r2", bad_code=True)), "two different answers"),
    ],
)
def test_what_contradicts_itself_is_unclear_and_reported(
    claims: tuple[Claim, ...], reason: str
) -> None:
    answers, rejects = _resolve(*claims)
    assert answers[A] == Answer(A, UNCLEAR, "r1")
    ((text, said, where, device),) = [
        (one.text, one.reason, one.where, one.device) for one in rejects
    ]
    assert (text, where, device) == (str(A), "r1", A)
    assert reason in said


def test_one_code_for_two_devices_is_unclear_for_both() -> None:
    answers, rejects = _resolve(Claim(A, "r1", X), Claim(B, "r2", X), Claim(C, "r3", Y))
    assert [one.outcome for one in answers.values()] == [UNCLEAR, UNCLEAR, Outcome.PROVIDED]
    assert [one.device for one in rejects] == [A, B]
    assert f"one install code for 2 devices: {A}, {B}" in rejects[0].reason


def test_a_bad_code_alone_is_unclear_and_reported_where_it_was_read() -> None:
    answers, rejects = _resolve(Claim(A, "r1", bad_code=True))
    assert (answers[A].outcome, rejects) == (UNCLEAR, ())


def test_a_code_without_crc_among_codes_with_one_is_not_trusted() -> None:
    answers, rejects = _resolve(Claim(A, "r1", X, digits=36), Claim(B, "r2", Y, digits=32))
    assert [one.outcome for one in answers.values()] == [Outcome.PROVIDED, UNCLEAR]
    assert "32 digits and the others in this mail have 36" in rejects[0].reason
    answers, rejects = _resolve(
        Claim(A, "r1", X, digits=36), Claim(B, "r2", Y, digits=32), Claim(B, "r3", Y, digits=36)
    )
    assert (answers[B].outcome, rejects) == (Outcome.PROVIDED, ())
    answers, rejects = _resolve(Claim(A, "r1", X, digits=32), Claim(B, "r2", Y, digits=32))
    assert [one.outcome for one in answers.values()] == [Outcome.PROVIDED] * 2


CLAIMS = st.builds(
    Claim,
    st.sampled_from([A, B, C]),
    st.sampled_from(["row 1", "row 2"]),
    st.sampled_from([None, None, X, Y]),
    st.sampled_from([None, NO, UNCLEAR]),
    st.sampled_from(["", "words"]),
    st.just(False),
    st.sampled_from([32, 36]),
)


def _with_digits(claim: Claim) -> Claim:
    return claim if claim.code else claim._replace(digits=0)


@given(st.lists(CLAIMS.map(_with_digits), min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_columns_are_resolved_as_single_claims_are(claims: list[Claim]) -> None:
    columns: MixedList[Claim] = MixedList()
    columns += ClaimColumns.of(claims)
    answers, rejects = resolve_claims(columns)
    singly = resolved_one_by_one(claims)
    assert (list(answers), set(rejects)) == (list(singly[0]), set(singly[1]))


LISTED = [Found(A, "row 1"), Found(B, "row 2", "ESME"), Found(A, "row 3", "GSME"),
          Found(A, "row 4", "IHD"), Found(B, "row 5", "GSME")]  # fmt: skip


@pytest.mark.parametrize("columns", [False, True])
def test_each_device_once_with_the_first_type_that_is_named(columns: bool) -> None:
    found: MixedList[Found] = MixedList()
    found += ListedColumns.of(LISTED) if columns else LISTED
    assert list(unique_devices(found)) == [Found(A, "row 1", "GSME"), Found(B, "row 2", "ESME")]


OWN = MixedList([Found(A, "r1"), Found(B, "r2")])
