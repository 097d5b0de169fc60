"""Rows that a company denies by its name."""

from __future__ import annotations

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Answer, Outcome
from exchange.domain.statements import Act, Scope
from exchange.parsing.findings.named_denials import named_denials

ONE, TWO, THREE = (DeviceId(bytes([0, 0x1D, 0x24, 0, 0, 0, 0, n])) for n in (1, 2, 3))


def test_rows_in_a_companys_name_become_one_statement() -> None:
    words = "Not installed by Vale Energy"
    answers = [
        Answer(ONE, Outcome.UNCLEAR, "list.xlsx > row 2", remark=words),
        Answer(TWO, Outcome.UNCLEAR, "list.xlsx > row 3", remark="being looked into"),
        Answer(THREE, Outcome.UNCLEAR, "list.xlsx > row 4", remark=words),
    ]
    (found,) = named_denials(answers)
    assert (found.act, found.scope, found.subject) == (Act.DENIES, Scope.NAMED, "Vale Energy")
    assert found.devices == (ONE, THREE)
    assert found.where == "list.xlsx > row 2"


def test_a_row_with_a_code_is_not_denied() -> None:
    code = InstallCode(bytes(range(16)))
    given = Answer(ONE, Outcome.PROVIDED, "row 2", code, "Not installed by Vale Energy")
    assert named_denials([given]) == []
    assert named_denials([]) == []
