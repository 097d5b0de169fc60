"""Columns stand for the objects that they are made of, wherever those may stand."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.columns.device_columns import (
    AnswerColumns,
    ColumnSequence,
    ListedColumns,
    PlaceColumn,
)
from exchange.domain.columns.device_ids import ids_of
from exchange.domain.columns.group_equal_rows import first_equal_rows
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Answer, Found, Kind, MailHead, Outcome, Understanding
from exchange.errors import BadInput, Unreadable
from exchange.parsing.findings.claim_columns import (
    ClaimColumns,
    any_bad_code,
    any_code,
    any_outcome,
    claim_ids,
    claims_at,
    found_ids,
)
from exchange.parsing.findings.findings import Claim
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.findings.resolve_claims import resolve_claims, unique_devices
from exchange.worker.frames import decode, encode
from tests.unit.parsing.findings.cases import resolved_one_by_one, unique_one_by_one

_DEVICES = st.integers(1, 12).map(lambda number: DeviceId(number.to_bytes(8, "big")))
_CODES = st.integers(1, 6).map(lambda number: InstallCode(number.to_bytes(16, "big")))
_PLACES = st.sampled_from(
    ("list.csv > row 7", "list.csv > row 07", "body line 12", "subject", "", "row 0", "row ٣",
     "page 1 > line 999999999999999999", " 4", "5")
) | st.text(max_size=12)  # fmt: skip
_FOUND = st.builds(Found, _DEVICES, _PLACES, st.sampled_from(("", "ESME", "GSME")))


@st.composite
def _answers(draw: st.DrawFn) -> Answer:
    outcome = draw(st.sampled_from(Outcome))
    code = draw(_CODES) if outcome is Outcome.PROVIDED else None
    return Answer(draw(_DEVICES), outcome, draw(_PLACES), code, draw(st.text(max_size=5)))


@st.composite
def _claims(draw: st.DrawFn) -> Claim:
    coded = draw(st.booleans())
    return Claim(
        draw(_DEVICES),
        draw(_PLACES),
        draw(_CODES) if coded else None,
        draw(st.none() | st.sampled_from(Outcome)),
        draw(st.sampled_from(("", "not ours", "see below"))),
        bad_code=False,
        digits=draw(st.sampled_from((0, 32, 36, 36, 36))) if coded else 0,
    )


@given(st.lists(_PLACES, max_size=20))
def test_places_come_back_as_they_were_written(places: list[str]) -> None:
    assert PlaceColumn.of(places).texts() == places


def _same(columns: ColumnSequence[Any], items: Sequence[object]) -> None:
    assert list(columns) == list(items)
    assert columns == tuple(items)
    assert tuple(items) == columns
    assert list(columns[1:4]) == list(items[1:4])
    assert list(columns[::-1]) == list(items[::-1])
    if items:
        assert columns[-1] == items[-1]
        assert columns != tuple(items[:-1])
    with pytest.raises(IndexError):
        columns[len(items)]


@given(st.lists(_FOUND, max_size=20), st.lists(_FOUND, max_size=5))
def test_devices_as_columns(found: list[Found], more: list[Found]) -> None:
    _same(ListedColumns.of(found), found)
    _same(ListedColumns.concat([ListedColumns.of(found), ListedColumns.of(more)]), [*found, *more])


@given(st.lists(_answers(), max_size=20), st.lists(_answers(), max_size=5))
def test_answers_as_columns(answers: list[Answer], more: list[Answer]) -> None:
    _same(AnswerColumns.of(answers), answers)
    _same(
        AnswerColumns.concat([AnswerColumns.of(answers), AnswerColumns.of(more)]), [*answers, *more]
    )
    assert "InstallCode" not in repr(AnswerColumns.of(answers))


@given(st.lists(_claims(), max_size=20))
def test_claims_as_columns(claims: list[Claim]) -> None:
    _same(ClaimColumns.of(claims), claims)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from((0, 1, 2**63, 2**64 - 1))), max_size=60)
)
def test_first_rows_are_those_of_a_plain_search(rows: list[tuple[int, int]]) -> None:
    columns = [np.array([row[at] for row in rows], np.uint64) for at in (0, 1)]
    assert first_equal_rows(*columns).tolist() == [rows.index(row) for row in rows]


def test_first_rows_where_the_values_are_made_to_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "exchange.domain.columns.group_equal_rows._MIX", (np.uint64(0), np.uint64(0))
    )
    ids = np.array([5, 3, 5, 9, 3, 1, 9, 5], np.uint64)
    assert first_equal_rows(ids).tolist() == [0, 1, 0, 3, 1, 5, 3, 0]


Mixed: TypeAlias = tuple[MixedList[Any], list[Any]]


@st.composite
def _mixed(draw: st.DrawFn, items: st.SearchStrategy[Any]) -> Mixed:
    """The same items, some of them standing in columns."""
    mixed: MixedList[Any] = MixedList()
    plain: list[Any] = []
    for _ in range(draw(st.integers(1, 4))):
        some = draw(st.lists(items, max_size=8))
        plain += some
        if not some or not draw(st.booleans()):
            mixed += some
        else:
            mixed += ClaimColumns.of(some) if isinstance(some[0], Claim) else ListedColumns.of(some)
    return mixed, plain


@settings(max_examples=300)
@given(
    _mixed(_claims() | _claims() | st.tuples(_DEVICES, _PLACES).map(lambda pair: Claim(*pair))),
    st.lists(st.tuples(_DEVICES, st.none() | st.sampled_from(Outcome)), max_size=2),
    st.data(),
)
def test_claims_in_columns_say_what_each_of_them_says(
    mixed: Mixed, spoiled: list[tuple[DeviceId, Outcome | None]], data: st.DataObject
) -> None:
    claims, plain = mixed
    for device, outcome in spoiled:
        plain.append(Claim(device, "row 1", outcome=outcome, bad_code=True))
        claims.append(plain[-1])
    assert resolve_claims(claims) == resolved_one_by_one(plain)
    assert claim_ids(claims).tolist() == ids_of([one.device for one in plain]).tolist()
    assert any_code(claims) == any(one.code is not None for one in plain)
    assert any_bad_code(claims) == any(one.bad_code for one in plain)
    for outcome in Outcome:
        assert any_outcome(claims, outcome) == any(one.outcome is outcome for one in plain)
    rows = data.draw(st.sets(st.integers(0, len(plain) - 1))) if plain else set()
    chosen = np.array(sorted(rows), np.int64)
    assert claims_at(claims, chosen) == [plain[row] for row in sorted(rows)]


@given(_mixed(_FOUND))
def test_devices_in_columns_have_the_same_first_places(
    mixed: Mixed,
) -> None:
    found, plain = mixed
    assert tuple(unique_devices(found)) == unique_one_by_one(plain)
    assert found_ids(found).tolist() == ids_of([one.device for one in plain]).tolist()


def _many() -> Understanding:
    devices = [DeviceId((2**40 + at).to_bytes(8, "big")) for at in range(300)]
    found = [Found(one, f"a.xlsx > S > row {at}", "ESME") for at, one in enumerate(devices)]
    answers = [
        Answer(
            one,
            Outcome.PROVIDED if at % 3 else Outcome.NOT_INSTALLER,
            f"a.xlsx > S > row {at}",
            InstallCode(bytes([7, *one.raw, *one.raw[1:]])) if at % 3 else None,
            "not ours" if at % 5 else "",
        )
        for at, one in enumerate(devices)
    ]
    return Understanding(MailHead(), Kind.RESPONSE, devices=tuple(found), answers=tuple(answers))


def test_many_come_through_as_columns_and_nothing_changes() -> None:
    said = _many()
    told = decode(encode(said))
    assert isinstance(told.devices, ListedColumns)
    assert isinstance(told.answers, AnswerColumns)
    assert told == said


def _packed(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    ("list_", "column", "value"),
    [
        ("devices", "ids", _packed(bytes(8 * 300))),
        ("devices", "ids", _packed(b"\x01" * 8 * 299)),
        ("devices", "ids", _packed(b"\x01" * 7)),
        ("devices", "ids", "no base64"),
        ("devices", "types", [["ESME"], _packed(b"\x01\x00\x00\x00" * 300)]),
        ("devices", "types", [["ESME"], _packed(b"\xff\xff\xff\xff" * 300)]),
        ("devices", "places", [[["x"], _packed(bytes(1200))], _packed(b"\xfe" + b"\xff" * 2399)]),
        ("devices", "places", 5),
        ("answers", "codes", _packed(bytes(16 * 200))),
        ("answers", "codes", _packed(b"\xff" * 16 * 200)),
        ("answers", "codes", _packed(b"\x07" * 16 * 199)),
        ("answers", "coded", _packed(b"\x01" * 300)),
        ("answers", "outcomes", _packed(b"\x09" * 300)),
        ("answers", "outcomes", _packed(bytes(300))),
    ],
)
def test_columns_that_do_not_hold_do_not_come_through(
    list_: str, column: str, value: object
) -> None:
    told = json.loads(encode(_many()))
    assert column in told[list_]
    told[list_][column] = value
    with pytest.raises(Unreadable):
        decode(json.dumps(told).encode())


def test_a_code_stands_by_no_other_outcome() -> None:
    answers = [Answer(DeviceId(b"\x01" * 8), Outcome.UNCLEAR, "", InstallCode(b"\x01" * 16))]
    with pytest.raises(BadInput, match="do not agree"):
        AnswerColumns.of(answers)
