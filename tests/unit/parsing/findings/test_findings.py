"""What the sources of one mail say is added up, in their order, and nothing is lost."""

from __future__ import annotations

from dataclasses import fields

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Found, LooseCode, Outcome, Reject
from exchange.domain.statements import Act, Statement
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.findings.mixed_list import MixedList

CODE = InstallCode.parse("000102030405060708090A0B0C0D0E0F")
A, B = (DeviceId.parse(f"00-DB-12-34-56-78-90-A{n}") for n in range(2))


def _full(device: DeviceId, where: str) -> Findings:
    return Findings(
        devices=MixedList([Found(device, where)]),
        claims=MixedList([Claim(device, where, outcome=Outcome.UNCLEAR)]),
        rejects=[Reject("x", "a reason", where)],
        warnings=[f"a warning of {where}"],
        quoted={device: None},
        asks=True,
        headings={f"heading of {where}": None},
        definite=True,
        stray_code=True,
        loose_codes=[LooseCode(CODE, where)],
        statements=[Statement(Act.DENIES, where, "not ours")],
        rows=3,
        misfits=[where],
        contradiction=f"two renderings of {where}",
    )


def test_an_empty_whole_takes_everything_over() -> None:
    whole, source = Findings(), _full(A, "row 1")
    whole.add(source)
    for one in fields(Findings):
        assert getattr(whole, one.name) == getattr(source, one.name), one.name


def test_what_is_known_stays_when_an_empty_source_is_added() -> None:
    whole, same = _full(A, "row 1"), _full(A, "row 1")
    whole.add(Findings())
    assert whole == same


def test_two_sources_keep_their_order() -> None:
    whole = _full(A, "row 1")
    whole.add(_full(B, "row 2"))
    assert [one.device for one in whole.devices] == [A, B]
    assert [one.where for one in whole.claims] == ["row 1", "row 2"]
    assert [one.where for one in whole.rejects] == ["row 1", "row 2"]
    assert whole.warnings == ["a warning of row 1", "a warning of row 2"]
    assert list(whole.quoted) == [A, B]
    assert list(whole.headings) == ["heading of row 1", "heading of row 2"]
    assert (whole.rows, whole.misfits) == (6, ["row 1", "row 2"])
    assert whole.contradiction == "two renderings of row 1"


def test_a_source_is_not_changed_by_adding_it() -> None:
    source = _full(B, "row 2")
    whole = Findings()
    whole.add(source)
    whole.add(_full(A, "row 1"))
    assert source == _full(B, "row 2")
