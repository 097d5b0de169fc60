"""What is asked of all claims of a mail at once, in columns or one by one."""

from __future__ import annotations

import numpy as np
import pytest

from exchange.domain.columns.device_columns import Listed, Words
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Found, Outcome
from exchange.parsing.findings.claim_columns import (
    Claimed,
    claimed_of,
    claims_at,
    claims_code,
    claims_outcome,
    claims_spoiled,
    which_word,
)
from exchange.parsing.findings.findings import Claim
from exchange.parsing.findings.mixed_list import Gathered

CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
DEVICES = [DeviceId.parse(f"00-DB-12-34-56-78-90-{number:02X}") for number in range(6)]
SAID = [
    Claim(DEVICES[0], "row 2", CODE, digits=36),
    Claim(DEVICES[1], "row 3", outcome=Outcome.NOT_INSTALLER, remark="not ours"),
    Claim(DEVICES[2], "row 4"),
]


def _gathered(claims: list[Claim], *, columns: bool) -> Gathered[Claim]:
    found: Gathered[Claim] = Gathered()
    found += Claimed.of(claims) if columns else claims
    return found


@pytest.mark.parametrize("columns", [True, False])
def test_the_questions_have_one_answer_in_either_form(columns: bool) -> None:
    some, none = _gathered(SAID, columns=columns), _gathered(SAID[2:], columns=columns)
    assert (claims_code(some), claims_code(none)) == (True, False)
    assert claims_outcome(some, Outcome.NOT_INSTALLER)
    assert not claims_outcome(some, Outcome.UNCLEAR)
    assert not claims_outcome(none, Outcome.NOT_INSTALLER)


def test_only_single_claims_are_spoiled() -> None:
    found = _gathered(SAID, columns=True)
    assert not claims_spoiled(found)
    found += [Claim(DEVICES[3], "line 9", spoiled=True)]
    assert claims_spoiled(found)
    columns, spoiled = claimed_of(found)
    assert spoiled.tolist() == [False, False, False, True]
    assert [one.where for one in columns] == ["row 2", "row 3", "row 4", "line 9"]


def test_claims_are_picked_by_their_places_over_all_pieces() -> None:
    single = [Claim(DEVICES[3], "line 9", spoiled=True), Claim(DEVICES[4], "line 10")]
    found = _gathered(SAID, columns=True)
    found += single
    found += Claimed.of(SAID[:1])
    assert claims_at(found, np.array([1, 3, 5])) == [SAID[1], single[0], SAID[0]]


def test_one_word_for_a_whole_list() -> None:
    listed = Listed.of([Found(one, f"row {at}") for at, one in enumerate(DEVICES, 2)])
    said = list(Claimed.saying(listed, Outcome.NOT_INSTALLER, "none of these"))
    assert said == [
        Claim(one, f"row {at}", outcome=Outcome.NOT_INSTALLER, remark="none of these")
        for at, one in enumerate(DEVICES, 2)
    ]


def test_joined_columns_are_one_list() -> None:
    joined = Claimed.joined([Claimed.of(SAID[:1]), Claimed.of(SAID[1:])])
    assert list(joined) == SAID
    assert list(joined.taken(slice(1, 2))) == SAID[1:2]


def test_rows_are_chosen_by_their_word() -> None:
    words = Words.of(["yes", "no", "yes", ""])
    wanted = [words.texts()[words.which.tolist().index(at)] == "yes" for at in range(2)]
    chosen = which_word(words, [*wanted, *([False] * 8)][: int(words.which.max()) + 1])
    assert chosen.tolist()[:3] == [True, False, True]
