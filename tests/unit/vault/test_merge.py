"""What a put does to the rows that are held: the rule of ``merge``, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from exchange.ports.records import VaultRecord
from exchange.vault.merge import ADDED, CONFLICT, UNCHANGED, UPDATED, merge
from exchange.vault.records import Rows, Sources, joined, rows_of
from tests.unit.vault.cases import record

LATER = date(2026, 12, 1)


def _merged(
    held: Sequence[VaultRecord], incoming: Sequence[VaultRecord], *, replace: bool = False
) -> tuple[list[int], dict[bytes, bytes], int]:
    """The outcome of each record, the rows after it by device, and how many are changed."""
    sources = Sources()

    def rows(records: Sequence[VaultRecord]) -> Rows:
        return joined(list(rows_of(records, sources)))

    done = merge(rows(held), rows(incoming), replace=replace)
    after = {one.tobytes()[:8]: one.tobytes() for one in done.rows}
    assert len(after) == len(done.rows)
    return done.outcomes.tolist(), after, int(done.changed.sum())


def _alone(one: VaultRecord) -> bytes:
    (content,) = _merged([], [one])[1].values()
    return content


def _whole(records: Sequence[VaultRecord]) -> set[bytes]:
    return {_alone(one) for one in records}


def test_an_unknown_device_is_added() -> None:
    outcomes, after, changed = _merged([record(1)], [record(2), record(3, None)])
    assert outcomes == [ADDED, ADDED]
    assert set(after.values()) == _whole([record(1), record(2), record(3, None)])
    assert changed == 2


def test_another_code_is_a_conflict_and_nothing_of_the_record_is_taken() -> None:
    outcomes, after, changed = _merged([record(1)], [record(1, 9, installed=True, kind="ESME")])
    assert (outcomes, changed) == ([CONFLICT], 0)
    assert set(after.values()) == _whole([record(1)])


def test_who_replaces_gets_the_new_code() -> None:
    outcomes, after, changed = _merged([record(1)], [record(1, 9)], replace=True)
    assert (outcomes, changed) == ([UPDATED], 1)
    assert set(after.values()) == _whole([record(1, 9)])


def test_a_code_of_the_same_call_is_never_replaced() -> None:
    outcomes, after, _ = _merged([record(1)], [record(1, 9), record(1, 8)], replace=True)
    assert outcomes == [UPDATED, CONFLICT]
    assert set(after.values()) == _whole([record(1, 9)])


@pytest.mark.parametrize(
    ("held", "new", "after"),
    [
        (record(1, None), record(1, day=LATER), record(1, day=LATER)),
        (record(1), record(1, installed=True, day=LATER), record(1, installed=True, day=LATER)),
        (record(1), record(1, None, kind="GSME", day=LATER), record(1, kind="GSME", day=LATER)),
        (
            record(1, kind="ESME"),
            record(1, None, installed=True, day=LATER),
            record(1, kind="ESME", installed=True, day=LATER),
        ),
    ],
    ids=["a code", "installed by us", "a type", "installed by us, the type stays"],
)
def test_new_knowledge_comes_with_its_day(
    held: VaultRecord, new: VaultRecord, after: VaultRecord
) -> None:
    outcomes, rows, changed = _merged([held], [new])
    assert (outcomes, changed) == ([UPDATED], 1)
    assert set(rows.values()) == _whole([after])


def test_a_record_that_knows_less_takes_nothing_away() -> None:
    held = record(1, installed=True, kind="ESME")
    outcomes, rows, changed = _merged([held], [record(1, None, day=LATER)])
    assert (outcomes, changed) == ([UNCHANGED], 0)
    assert set(rows.values()) == _whole([held])


def test_a_record_said_again_shares_the_fate_of_the_first() -> None:
    assert _merged([record(1)], [record(1, 9), record(1, 9)])[0] == [CONFLICT, CONFLICT]
    assert _merged([], [record(1), record(2), record(1)])[0] == [ADDED, ADDED, UNCHANGED]


def test_each_device_is_there_once() -> None:
    held = [record(n) for n in range(40)]
    outcomes, rows, _ = _merged(held, [record(n) for n in range(30, 60)])
    assert outcomes == [UNCHANGED] * 10 + [ADDED] * 20
    assert len(rows) == 60
