"""Records as rows of 28 bytes, and back, one by one and many at once."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.device_type import DEVICE_TYPES
from exchange.errors import BadInput
from exchange.ports.records import VaultRecord
from exchange.vault import records as module
from exchange.vault.records import (
    HAS_CODE,
    INSTALLED,
    ROW,
    Rows,
    Sources,
    find_row,
    joined,
    record_of,
    records_of,
    row_devices,
    rows_of,
)
from tests.unit.vault.cases import device, record, records


def _rows(given_records: list[VaultRecord], sources: Sources | None = None) -> Rows:
    return joined(list(rows_of(given_records, sources or Sources())))


def test_the_layout_of_a_row_never_changes() -> None:
    code = InstallCode(bytes(range(16)))
    day = date(1970, 1, 3)
    one = VaultRecord(DeviceId(bytes(range(1, 9))), code, True, "HCALCS", "a", day)
    (row,) = _rows([one])
    assert ROW.itemsize == 28
    assert row.tobytes() == (
        bytes(range(8, 0, -1)) + bytes(range(16)) + bytes([0x53, 1]) + b"\x02\x00"
    )


RECORDS = st.builds(
    VaultRecord,
    st.integers(1, 2**64 - 2).map(lambda n: DeviceId(n.to_bytes(8, "big"))),
    st.none() | st.integers(1, 2**128 - 2).map(lambda n: InstallCode(n.to_bytes(16, "big"))),
    st.booleans(),
    st.sampled_from(DEVICE_TYPES),
    st.sampled_from(("", "delivery 1", "é")),
    st.dates(date(1970, 1, 1), date(2149, 6, 6)),
)


@given(st.lists(RECORDS, min_size=1, max_size=8))
@settings(deadline=None)
def test_every_record_comes_back(given_records: list[VaultRecord]) -> None:
    sources = Sources()
    rows = _rows(given_records, sources)
    assert list(records_of(rows, sources.names)) == given_records
    devices = [one.device for one in given_records]
    assert list(records_of(rows, sources.names, devices)) == given_records
    singly = [
        record_of(row.tobytes(), sources.names[1:], one.device)
        for row, one in zip(rows, given_records, strict=True)
    ]
    assert singly == given_records


def test_many_records_come_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SLICE", 3)
    monkeypatch.setattr(module, "_SLICES_A_CHUNK", 2)
    some, sources = records(20), Sources()
    pieces = list(rows_of(iter(some), sources))
    assert [len(one) for one in pieces] == [6, 6, 6, 2]
    assert list(records_of(joined(pieces), sources.names)) == some


def test_the_first_and_the_last_day_come_back() -> None:
    some = [record(1, day=date(1970, 1, 1)), record(2, day=date(2149, 6, 6))]
    assert list(records_of(_rows(some), [""])) == some


def test_flags_of_a_row() -> None:
    rows = _rows([record(1), record(2, None, installed=True), record(3, None)])
    assert (rows["flags"] & HAS_CODE).tolist() == [HAS_CODE, 0, 0]
    assert (rows["flags"] & INSTALLED).tolist() == [0, INSTALLED, 0]
    assert not rows["code_a"][1:].any()
    assert row_devices(rows).tolist() == [
        int.from_bytes(device(number).raw, "big") for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record(1, kind="METER"), "'METER' is not a device type"),
        (record(1, day=date(1969, 12, 31)), "not a day between 1970 and 2149"),
        (record(1, day=date(2149, 6, 7)), "not a day between 1970 and 2149"),
    ],
)
def test_what_cannot_be_stored_names_its_device(bad: VaultRecord, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as raised:
        _rows([record(2), bad])
    assert raised.value.place == str(device(1))


def test_sources_are_numbered_in_order_and_end_at_255() -> None:
    sources = Sources(["a", "b"])
    assert [sources.number(name) for name in ("", "b", "c", "a", "c")] == [0, 2, 3, 1, 3]
    assert sources.names == ["", "a", "b", "c"]
    full = Sources(f"s{number}" for number in range(254))
    assert full.number("last") == 255
    assert full.number("last") == 255
    with pytest.raises(BadInput, match="at most 255 sources; 'one more'"):
        full.number("one more")


@pytest.mark.parametrize("name", ["x" * 201, "a\nb", "\x00"])
def test_a_source_name_is_short_and_printable(name: str) -> None:
    sources = Sources()
    with pytest.raises(BadInput, match="printable and has at most 200"):
        sources.number(name)
    assert sources.names == [""]
    assert sources.number("x" * 200) == 1


def test_a_row_is_found_by_its_device_or_not_at_all() -> None:
    rows = _rows([record(number) for number in range(1, 30)])
    rows = rows[np.argsort(rows["device"])]
    for number in range(1, 30):
        row = find_row(rows.tobytes(), device(number).raw)
        assert row_devices(np.frombuffer(row, ROW)).tolist() == [
            int.from_bytes(device(number).raw, "big")
        ]
    for other in (bytes(7) + b"\x01", b"\xff" * 7 + b"\xfe", device(99).raw):
        assert find_row(rows.tobytes(), other) == b""
    assert find_row(b"", device(1).raw) == b""
