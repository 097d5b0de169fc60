"""A column mapping: what cannot be one, and how it is kept and shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.columns.column_map import ColumnMap, as_values, from_values
from exchange.errors import BadInput

CODE = "83FED3407A939723A5C639B26916D505C3B5"
FULL = ColumnMap(
    device="Meter GUID",
    code=("F", "G"),
    status="Result",
    comment="",
    device_type="Fuel",
    installed=None,
    header_row=3,
    file="*.xlsx",
    sheet="Codes*",
)


@pytest.mark.parametrize(
    ("given_values", "reason", "place"),
    [
        ({"device": ""}, "not named", "device"),
        ({"device": "  "}, "not named", "device"),
        ({"status": "x" * 121}, "at most 120 plain characters", "status"),
        ({"file": "a\nb"}, "at most 120 plain characters", "file"),
        ({"sheet": "x" * 121}, "at most 120 plain characters", "sheet"),
        ({"comment": CODE}, "an install code was given", "comment"),
        ({"file": CODE}, "an install code was given", "file"),
        ({"header_row": -1}, "row 1 to 1000", "header row"),
        ({"header_row": 1001}, "row 1 to 1000", "header row"),
        ({"code": ("a", "b", "c")}, "two columns at most", "code"),
        ({"code": ("a", " ")}, "not named", "code"),
        ({"code": ("device  ID",)}, "named for two things", ""),
        ({"status": "A", "comment": "a"}, "named for two things", ""),
    ],
)
def test_what_cannot_be_a_mapping(given_values: dict[str, Any], reason: str, place: str) -> None:
    with pytest.raises(BadInput, match=reason) as raised:
        ColumnMap(**{"device": "Device ID", **given_values})
    assert raised.value.place == place
    assert CODE not in str(raised.value)


def test_what_just_can_be_one() -> None:
    ColumnMap("x" * 120, code=("a", "b"), status="", comment="", header_row=1000)
    ColumnMap("Device ID", code=())


def test_its_columns_come_with_the_device_first_and_without_the_missing() -> None:
    assert FULL.columns == ("Meter GUID", "F", "G", "Result", "Fuel")
    assert FULL.scope == ("*.xlsx", "codes*")


def test_it_is_shown_in_words() -> None:
    assert str(FULL) == (
        "Device ID in 'Meter GUID', install code in 'F' and 'G', answer in 'Result', no comment,"
        " device type in 'Fuel', header in row 3, files '*.xlsx' only, sheets 'Codes*' only"
    )
    assert str(ColumnMap("A", code=(), installed="B")) == (
        "Device ID in 'A', no install code, installed by them in 'B'"
    )


NAMES = st.none() | st.sampled_from(("", "Answer", "Q", "é"))


@given(
    st.builds(
        ColumnMap,
        st.just("Device ID"),
        st.none() | st.sampled_from([(), ("F",), ("F", "G")]),
        NAMES.map(lambda name: name and f"{name} 1"),
        NAMES.map(lambda name: name and f"{name} 2"),
        NAMES.map(lambda name: name and f"{name} 3"),
        NAMES.map(lambda name: name and f"{name} 4"),
        st.integers(0, 1000),
    )
)
def test_it_comes_back_from_json_as_it_was(one: ColumnMap) -> None:
    assert from_values(json.loads(json.dumps(as_values([one, one])))) == (one, one)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("code", "F", TypeError),
        ("header_row", "3", TypeError),
        ("header_row", None, TypeError),
        ("header_row", 5000, BadInput),
        ("device", "", BadInput),
        ("device", None, None),
    ],
)
def test_values_that_are_no_mapping(
    name: str, value: object, error: type[Exception] | None
) -> None:
    (values,) = as_values([FULL])
    if error is None:
        del values[name]
        error = LookupError
    else:
        values[name] = value
    with pytest.raises(error):
        from_values([values])
