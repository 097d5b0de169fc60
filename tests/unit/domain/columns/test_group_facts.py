"""Rows are grouped by every field of their facts; the rule is asked once for each combination."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from datetime import date
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.columns import group_facts as group_facts_module
from exchange.domain.columns.device_columns import ListedColumns
from exchange.domain.columns.device_ids import ids_from_numbers, ids_of
from exchange.domain.columns.format_columns import format_codes, format_device_ids
from exchange.domain.columns.group_facts import FactColumn, group_facts
from exchange.domain.columns.look_alikes import LookAlikes
from exchange.domain.device import DeviceId
from exchange.domain.device_type import DEVICE_TYPES, DeviceType
from exchange.domain.inbound import (
    LIKENESSES,
    Before,
    Decision,
    DecisionTerms,
    DeviceEvent,
    DeviceState,
    Facts,
    InstalledRegister,
    Likeness,
    decide_device,
    move,
)
from exchange.domain.mail import Found
from exchange.ports.vault import CodeColumns, FoundColumns
from exchange.services.answering.requests import device_decisions
from exchange.services.answering.requests.device_decisions import (
    EarlierColumn,
    decide_devices,
)
from exchange.services.answering.requests.device_holdings import AlikeColumn, KnownDevices

TODAY = date(2026, 12, 14)
NO_YES = (False, True)


@dataclass(frozen=True, slots=True)
class FactsWithOneMore(Facts):
    """What ``Facts`` is once somebody has added a field."""

    under_dispute: bool = False


_VALUES: dict[str, tuple[object, ...]] = {
    "before": tuple(Before),
    "likeness": LIKENESSES,
}


def _columns(rows: list[FactsWithOneMore], kind: type[Facts]) -> dict[str, FactColumn]:
    found = {}
    for name in (one.name for one in fields(kind)):
        values = _VALUES.get(name, DEVICE_TYPES if name.endswith("_type") else NO_YES)
        places = [values.index(getattr(row, name)) for row in rows]
        found[name] = FactColumn(values, np.array(places, np.uint8))
    return found


# Few types, so that many rows differ in one field only.
_types = st.sampled_from([DeviceType.UNKNOWN, DeviceType.ESME, DeviceType.CHF])
_more_facts = st.builds(
    FactsWithOneMore,
    held=st.booleans(),
    has_code=st.booleans(),
    installed_by_us=st.booleans(),
    device_type=_types,
    asked_type=_types,
    before=st.sampled_from(Before),
    likeness=st.sampled_from(Likeness),
    under_dispute=st.booleans(),
)
_terms = st.builds(
    DecisionTerms,
    st.builds(
        InstalledRegister,
        st.sampled_from([None, date(2026, 12, 1), date(2025, 1, 1)]),
        st.sampled_from([0, 92]),
    ),
    st.just(TODAY),
    st.frozensets(_types.filter(bool)),
    st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(_more_facts, max_size=60))
def test_each_row_has_the_facts_of_its_group(rows: list[FactsWithOneMore]) -> None:
    grouped = group_facts(FactsWithOneMore, _columns(rows, FactsWithOneMore), len(rows))
    assert [grouped.facts[at] for at in grouped.which.tolist()] == rows
    assert grouped.first == [rows.index(facts) for facts in grouped.facts]
    assert len(set(grouped.facts)) == len(grouped.facts)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(_more_facts, max_size=16))
def test_a_few_rows_are_grouped_as_many_are(rows: list[FactsWithOneMore]) -> None:
    columns = _columns(rows, FactsWithOneMore)
    few = group_facts(FactsWithOneMore, columns, len(rows))
    with patch.object(group_facts_module, "_FEW", -1):
        many = group_facts(FactsWithOneMore, columns, len(rows))
    assert (few.facts, few.first) == (many.facts, many.first)
    assert few.which.tolist() == many.which.tolist()
    assert few.which.dtype == many.which.dtype


def test_a_field_that_nobody_gives_a_column_is_refused() -> None:
    rows = [FactsWithOneMore(), FactsWithOneMore(under_dispute=True)]
    with pytest.raises(TypeError, match="under_dispute"):
        group_facts(FactsWithOneMore, _columns(rows, Facts), len(rows))
    with pytest.raises(TypeError, match="under_dispute"):
        group_facts(Facts, _columns(rows, FactsWithOneMore), len(rows))


def _vault_columns(rows: list[Facts]) -> FoundColumns:
    """What a look-up gives for ``rows``; their columns are filled in where nothing is held too."""
    number = len(rows)
    return FoundColumns(
        np.array([row.held for row in rows], np.bool_),
        np.zeros(number, np.bool_),
        CodeColumns(
            np.arange(1, number + 1, dtype=np.uint64),
            np.ones((number, 16), np.uint8),
            np.array([row.has_code for row in rows], np.bool_),
            np.array([row.installed_by_us for row in rows], np.bool_),
            np.array([DEVICE_TYPES.index(row.device_type) for row in rows], np.uint8),
            np.zeros(number, np.uint8),
            np.zeros(number, np.uint16),
        ),
    )


def _alike_column(rows: list[Facts]) -> AlikeColumn:
    """Give every row that is like a Device of ours another one of them."""
    alike = np.flatnonzero([bool(row.likeness) for row in rows])
    kinds = [LIKENESSES.index(rows[at].likeness) for at in alike.tolist()]
    found = LookAlikes(alike, ids_from_numbers(alike + 1_000), np.array(kinds, np.uint8))
    return AlikeColumn.of(len(rows), found)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(_more_facts, min_size=1, max_size=40), terms=_terms, columns=st.booleans())
def test_a_list_is_decided_as_each_of_its_devices(
    rows: list[FactsWithOneMore], terms: DecisionTerms, columns: bool
) -> None:
    asked = [
        Found(DeviceId((at + 1).to_bytes(8, "big")), f"row {at}", row.asked_type)
        for at, row in enumerate(rows)
    ]
    held = _vault_columns(list(rows))
    ids = ids_of([one.device for one in asked])
    alike = _alike_column(list(rows))
    known = KnownDevices(held, format_device_ids(ids), format_codes(held.columns.codes), alike)
    # Some requests are the same, as in a list that was sent again.
    named = [f"MP121-A{at % 3}" if row.before else "" for at, row in enumerate(rows)]
    earlier = EarlierColumn.of([(row.before, one) for row, one in zip(rows, named, strict=True)])
    listed = ListedColumns.of(asked) if columns else asked
    rulings = decide_devices(listed, known, terms, earlier=earlier)
    each = [
        decide_device(
            Facts(
                True, row.has_code, row.installed_by_us, row.device_type, row.asked_type, row.before
            )
            if row.held
            else Facts(asked_type=row.asked_type, before=row.before, likeness=row.likeness),
            terms,
        )
        for row in rows
    ]
    assert rulings.states == [move(DeviceState.OPEN, one.event) for one in each]
    like = alike.devices.texts()
    assert rulings.reasons.texts() == [
        f"{one.reason}: {request}"
        if one.repeated
        else (f"{one.reason}: {device}" if one.alike else one.reason)
        for one, request, device in zip(each, named, like, strict=True)
    ]


def test_each_device_is_decided_from_its_own_facts() -> None:
    """Give every combination of facts, and find each field of ``Facts`` as the vault has it."""
    types = (DeviceType.UNKNOWN, DeviceType.ESME)
    befores = (Before.NOTHING, Before.DENIED)
    flags = [(False, True)] * 3
    likenesses = (Likeness.NONE, Likeness.REVERSED)
    rows = list(
        itertools.starmap(Facts, itertools.product(*flags, types, types, befores, likenesses))
    )
    asked = [
        Found(DeviceId((at + 1).to_bytes(8, "big")), f"row {at}", row.asked_type)
        for at, row in enumerate(rows)
    ]
    held = _vault_columns(rows)
    ids = ids_of([one.device for one in asked])
    alike = _alike_column(rows)
    known = KnownDevices(held, format_device_ids(ids), format_codes(held.columns.codes), alike)
    given: list[Facts] = []

    def tell(facts: Facts, _: DecisionTerms) -> Decision:
        given.append(facts)
        return Decision(DeviceEvent.HOLD, repr(facts))

    terms = DecisionTerms(InstalledRegister(), TODAY, ())
    with patch.object(device_decisions, "decide_device", tell):
        earlier = EarlierColumn.of([(row.before, "") for row in rows])
        decided = decide_devices(asked, known, terms, earlier=earlier)
    # Where nothing is held, the other facts of the vault are not known.
    own = [
        row
        if row.held
        else Facts(asked_type=row.asked_type, before=row.before, likeness=row.likeness)
        for row in rows
    ]
    assert decided.reasons.texts() == [repr(one) for one in own]
    for one in fields(Facts):
        values = {getattr(facts, one.name) for facts in given}
        assert len(values) > 1, f"{one.name} is the same for every device: give it a column"


def test_types_are_known_in_any_case() -> None:
    assert DeviceType.of(" chf ") is DeviceType.CHF
    assert DeviceType.of("hub") is DeviceType.UNKNOWN
