"""A short request is decided without arrays: row by row what a long one is decided to be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from exchange.domain.columns.device_columns import ListedColumns
from exchange.domain.device_type import OUT_OF_SCOPE
from exchange.domain.inbound import DecisionTerms, DeviceState, InstalledRegister
from exchange.domain.mail import Found, Reject
from exchange.ports.records import VaultRecord
from exchange.services.answering.requests.device_decisions import (
    DecidedRows,
    decide_devices,
    unreadable_rows,
)
from exchange.services.answering.requests.device_holdings import Holdings
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.vault import SealedVault
from tests.unit.vault.cases import DAY, code, device, fresh, sqlite_engine

KEY = WrappingKey.generate()
TYPES = ("", "ESME", "CHF", "gsme")
TODAY = date(2026, 11, 23)
# Device n: what the vault knows follows from n.
KNOWN = [
    VaultRecord(device(n), code(n) if held else None, installed, kind, "", DAY)
    for n, (held, installed, kind) in enumerate(
        (held, installed, kind)
        for held in (False, True)
        for installed in (False, True)
        for kind in ("", "ESME", "CHF")
    )
]

NOT_REPEATED = "(what you sent may be an install code, and is not repeated here)"


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> SealedVault:
    folder: Path = tmp_path_factory.mktemp("rulings")
    engine: Engine = sqlite_engine(folder / "vault.db")
    made = fresh(engine, KEY)
    made.put_many(KNOWN)
    return made


_places = st.sampled_from(
    ["line 7", "a.xlsx > Sheet1 > row 14", "", "row 007", "83FE D340 7A93 9723 A5C6 39B2 row 5"]
)
_founds = st.builds(
    lambda n, where, kind: Found(device(n), where, kind),
    st.integers(0, len(KNOWN) + 3),
    _places,
    st.sampled_from(TYPES),
)


def _said(decided_rows: DecidedRows) -> tuple[object, ...]:
    texts = (
        decided_rows.devices,
        decided_rows.types,
        decided_rows.places,
        decided_rows.reasons,
        decided_rows.codes,
    )
    return decided_rows.states, *(column.texts() for column in texts), decided_rows.counts()


@settings(max_examples=60, deadline=None)
@given(
    asked=st.lists(_founds, min_size=1, max_size=30),
    complete=st.sampled_from([None, date(2026, 11, 1)]),
)
def test_short_and_long_lists_are_decided_alike(
    vault: SealedVault, asked: list[Found], complete: date | None
) -> None:
    short, long = tuple(asked), ListedColumns.of(asked)
    holdings = Holdings.of(vault, [short, long])
    terms = DecisionTerms(InstalledRegister(complete), TODAY, OUT_OF_SCOPE)
    few = decide_devices(short, holdings.devices(short), terms)
    many = decide_devices(long, holdings.devices(long), terms)
    assert _said(few) == _said(many)
    assert list(few.answer_rows()) == list(many.answer_rows())
    devices, codes, places = few.devices.texts(), few.codes.texts(), few.places.texts()
    for at, one in enumerate(asked):
        assert devices[at] == str(one.device)
        known = next((each for each in KNOWN if each.device == one.device), None)
        kind = known.device_type if known and known.device_type else one.device_type
        gives = known is not None and known.installed_by_us and known.code and kind != "CHF"
        assert (few.states[at] is DeviceState.PROVIDED) == bool(gives)
        assert codes[at] == (known.code.grouped if known and known.code and gives else "")
        if "83FE" in one.where:
            assert "83FE" not in places[at]
        else:
            assert places[at] == one.where


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("00DB1234567890A", 'too short (you sent "00DB1234567890A")'),
        ("=HYPERLINK(1)", 'too short (you sent "=HYPERLINK(1)")'),
        (" a\r\nb\x07\u202e ", 'too short (you sent "a b")'),
        ("83FED3407A939723A5C639B26916D505C3B5", f"too short {NOT_REPEATED}"),
        ("83FE D340 7A93 972O A5C6 39B2 6916 D505", f"too short {NOT_REPEATED}"),
        ("", "too short"),
        ("a.zip", "too short"),  # the place says it
    ],
)
@pytest.mark.parametrize("devices", [1, 1500])
def test_an_unreadable_cell_is_shown_as_it_was_sent_and_harmless(
    vault: SealedVault, devices: int, sent: str, shown: str
) -> None:
    asked = ListedColumns.of([Found(device(n), f"row {n}", "ESME") for n in range(devices)])
    holdings = Holdings.of(vault, [asked])
    terms = DecisionTerms(InstalledRegister(None), TODAY, OUT_OF_SCOPE)
    decided_rows = decide_devices(asked, holdings.devices(asked), terms)
    readable = [row[3] for row in decided_rows.answer_rows()]
    decided_rows += unreadable_rows([Reject(sent, "too short", "a.zip > row 9")], decided_rows)
    *before, last = decided_rows.answer_rows()
    assert [row[3] for row in before] == readable
    assert tuple(last) == ("", "not readable", "", shown, "a.zip > row 9")
    assert (
        decided_rows.reasons.texts()[-1] == "too short"
    )  # stored in the clear: without what was sent
