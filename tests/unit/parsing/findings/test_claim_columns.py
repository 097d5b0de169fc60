"""What is asked of all claims of a mail at once, in columns or one by one."""

from __future__ import annotations

import numpy as np
import pytest

from exchange.domain.columns.device_columns import ListedColumns, TextColumn
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Found, Outcome
from exchange.parsing.findings.claim_columns import (
    ClaimColumns,
    any_bad_code,
    any_code,
    any_outcome,
    claims_at,
    rows_with,
    to_claim_columns,
)
from exchange.parsing.findings.findings import Claim
from exchange.parsing.findings.mixed_list import MixedList

CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
DEVICES = [DeviceId.parse(f"00-DB-12-34-56-78-90-{number:02X}") for number in range(6)]
SAID = [
    Claim(DEVICES[0], "row 2", CODE, digits=36),
    Claim(DEVICES[1], "row 3", outcome=Outcome.NOT_INSTALLER, remark="not ours"),
    Claim(DEVICES[2], "row 4"),
]


def _gathered(claims: list[Claim], *, columns: bool) -> MixedList[Claim]:
    found: MixedList[Claim] = MixedList()
    found += ClaimColumns.of(claims) if columns else claims
    return found


@pytest.mark.parametrize("columns", [True, False])
def test_the_questions_have_one_answer_in_either_form(columns: bool) -> None:
    some, none = _gathered(SAID, columns=columns), _gathered(SAID[2:], columns=columns)
    assert (any_code(some), any_code(none)) == (True, False)
    assert any_outcome(some, Outcome.NOT_INSTALLER)
    assert not any_outcome(some, Outcome.UNCLEAR)
    assert not any_outcome(none, Outcome.NOT_INSTALLER)


def test_only_single_claims_are_spoiled() -> None:
    found = _gathered(SAID, columns=True)
    assert not any_bad_code(found)
    found += [Claim(DEVICES[3], "line 9", bad_code=True)]
    assert any_bad_code(found)
    columns, bad_code = to_claim_columns(found)
    assert bad_code.tolist() == [False, False, False, True]
    assert [one.where for one in columns] == ["row 2", "row 3", "row 4", "line 9"]


def test_claims_are_picked_by_their_places_over_all_pieces() -> None:
    single = [Claim(DEVICES[3], "line 9", bad_code=True), Claim(DEVICES[4], "line 10")]
    found = _gathered(SAID, columns=True)
    found += single
    found += ClaimColumns.of(SAID[:1])
    assert claims_at(found, np.array([1, 3, 5])) == [SAID[1], single[0], SAID[0]]


def test_one_word_for_a_whole_list() -> None:
    listed = ListedColumns.of([Found(one, f"row {at}") for at, one in enumerate(DEVICES, 2)])
    said = list(ClaimColumns.saying(listed, Outcome.NOT_INSTALLER, "none of these"))
    assert said == [
        Claim(one, f"row {at}", outcome=Outcome.NOT_INSTALLER, remark="none of these")
        for at, one in enumerate(DEVICES, 2)
    ]


def test_joined_columns_are_one_list() -> None:
    joined = ClaimColumns.concat([ClaimColumns.of(SAID[:1]), ClaimColumns.of(SAID[1:])])
    assert list(joined) == SAID
    assert list(joined.take(slice(1, 2))) == SAID[1:2]


def test_rows_are_chosen_by_their_word() -> None:
    words = TextColumn.of(["yes", "no", "yes", ""])
    wanted = [words.texts()[words.which.tolist().index(at)] == "yes" for at in range(2)]
    chosen = rows_with(words, [*wanted, *([False] * 8)][: int(words.which.max()) + 1])
    assert chosen.tolist()[:3] == [True, False, True]
