"""The other party reads none of our reasons to hold a Device, only that an answer follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.columns.format_columns import format_codes, format_device_ids
from exchange.domain.device import DeviceId
from exchange.domain.device_type import DEVICE_TYPES, OUT_OF_SCOPE, DeviceType
from exchange.domain.inbound import DecisionTerms, DeviceState, InstalledRegister
from exchange.domain.mail import Found, Reject
from exchange.ports.vault import CodeColumns, FoundColumns
from exchange.services.answering.requests.device_decisions import (
    DecidedRows,
    decide_devices,
    unreadable_rows,
)
from exchange.services.answering.requests.device_holdings import KnownDevices

HELD = "our team is looking into it; the answer follows"
OUTCOME, CODE, REASON = 1, 2, 3


def _decided(held: Sequence[bool], installed: Sequence[bool], types: Sequence[str]) -> DecidedRows:
    """Decide a list of Devices of which no code is held and no declaration was made."""
    number = len(held)
    devices = [DeviceId((at + 1).to_bytes(8, "big")) for at in range(number)]
    ids = ids_of(devices)
    columns = CodeColumns(
        ids,
        np.zeros((number, 16), np.uint8),
        np.zeros(number, np.bool_),
        np.array(installed, np.bool_),
        np.array([DEVICE_TYPES.index(DeviceType.of(one)) for one in types], np.uint8),
        np.zeros(number, np.uint8),
        np.zeros(number, np.uint16),
    )
    found = FoundColumns(np.array(held, np.bool_), np.zeros(number, np.bool_), columns)
    asked = [Found(one, f"row {at}") for at, one in enumerate(devices, 2)]
    known = KnownDevices(found, format_device_ids(ids), format_codes(columns.codes))
    return decide_devices(
        asked, known, DecisionTerms(InstalledRegister(), date(2026, 12, 14), OUT_OF_SCOPE)
    )


def test_why_we_hold_a_device_stays_with_us() -> None:
    decided = _decided([True, False, True, True], [True, False, True, False], ["", "", "CHF", ""])
    assert decided.states == [DeviceState.HELD] * 3 + [DeviceState.NOT_INSTALLER]
    ours = [one for one in decided.reasons.texts() if one]
    assert len(set(ours)) == 3
    rows = decided.answer_rows().to_objects()
    assert [row[REASON] for row in rows] == [HELD, HELD, HELD, ""]
    assert [row[CODE] for row in rows] == [""] * 4
    assert not [one for one in ours for row in rows if one in "|".join(row)]


def test_an_unreadable_row_says_why_beside_devices_that_are_held() -> None:
    decided = _decided([False], [False], [""])
    reject = Reject("00-DB-12", "too short: 6 characters, 16 needed", "row 3")
    both = decided + unreadable_rows([reject], decided)
    reasons = [row[REASON] for row in both.answer_rows().to_objects()]
    assert reasons == [HELD, 'too short: 6 characters, 16 needed (you sent "00-DB-12")']
