"""Devices of a request kept from columns are the rows that they stand for, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from exchange.domain.columns.device_columns import PlaceColumn, TextColumn
from exchange.domain.columns.device_ids import ids_from_numbers
from exchange.domain.columns.format_columns import format_device_ids
from exchange.domain.inbound import DeviceState, RequestClock
from exchange.errors import NotFound, StoreError
from exchange.ports.mail import MailRef
from exchange.store.bulk import bulk_insert, device_rows
from exchange.store.bulk.bulk_insert import insert_rows, update_rows
from exchange.store.bulk.device_rows import DeviceColumns
from exchange.store.db import Store, Transaction
from exchange.store.mails.mail import NewMail
from exchange.store.mails.outbox import NewLetter
from exchange.store.tables import InboundDeviceRow, table_of
from exchange.store.upkeep import schema
from tests.servers import want
from tests.servers.postgres import missing, postgres

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
STATES = (
    DeviceState.PROVIDED, DeviceState.HELD, DeviceState.NOT_INSTALLER, DeviceState.HELD,
    DeviceState.PROVIDED, DeviceState.HELD, DeviceState.NOT_INSTALLER,
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        yield _made(f"sqlite:///{tmp_path / 'x.db'}")
        return
    want(missing())
    with postgres() as url:
        yield _made(url)


def _made(url: str) -> Store:
    store = Store(url)
    with store.engine.begin() as connection:
        schema.upgrade(connection)
    return store


def _begun(tx: Transaction) -> tuple[int, int]:
    """A request and a letter."""
    mail = NewMail(
        mailbox="codes", ref=MailRef(1, 1), content_hash="x", message_id="<m>",
        sender="a@b.example", subject="", size=1, arrived_at=NOW, sealed=b"",
    )  # fmt: skip
    (mail_id,) = tx.mail.keep([mail], NOW)
    clock = RequestClock(NOW, date(2026, 11, 2), date(2026, 11, 16), NOW, "rule", "calendar")
    request = tx.inbound.add_request("MP121-A1", mail_id, "GAIN", "", clock)
    letter = NewLetter("<l>", "answer", "MP121-A1", "GAIN", "a@b.example", 0, b"", 0)
    return request, tx.outbox.add(letter, NOW)


def _columns(
    types: list[str], places: list[str], which: list[int], reasons: tuple[str, ...]
) -> DeviceColumns:
    ids = ids_from_numbers(np.arange(1, len(which) + 1))
    return DeviceColumns(
        format_device_ids(ids),
        TextColumn.of(types),
        PlaceColumn.of(places),
        STATES,
        TextColumn(reasons, np.array(which, np.int32)),
    )


MANY = 700
CASES = {
    "all alike": (["ESME"] * MANY, [f"list.csv > row {nth}" for nth in range(MANY)], [0] * MANY),
    "all that differs": (
        ["ESME", "GSME", ""] * 5 + ["Ł"],
        [f"Zażółć '{nth % 3}'; -- > row {10**nth}" for nth in range(16)],
        [0, 1, 2, 2] * 4,
    ),
    "no numbers": (["ESME"] * 3, ["body", "", "body, below"], [2, 1, 0]),
    "some numbers": (["ESME"] * 4, ["body", "row 0", "0", "x 999999999999999"], [1, 1, 0, 0]),
    "the pad itself": (["a\x1f", "b", "c"], ["x\x1f", "y 1\x1f", "z 1"], [0, 1, 2]),
    "very wide": (["ESME", "GSME"], ["x" * 3_000 + " 7", "y 8"], [0, 1]),
    "every place another": (
        ["ESME"] * MANY,
        [f"{nth} is where" for nth in range(MANY)],
        [nth % 3 for nth in range(MANY)],
    ),
    "odd texts": (
        ["ES\tME", "\\N", "\\.", "a\\b", "\r\n"],
        ["Sheet\t1 > row 7", "x\ny > row 8", "\\N", "C:\\new > row 9", "\\. 10"],
        [3, 4, 5, 6, 3],
    ),
    "odd texts, many": (
        ["\\t", "GSME\x0b", "€\u2028", "\U0001f4e8"] * 15,
        [f"\\{nth}\t'list' > row {nth}" for nth in range(60)],
        [nth % 7 for nth in range(60)],
    ),
    "one": (["GSME"], ["row 2"], [1]),
    "none": ([], [], []),
}  # fmt: skip
REASONS = (
    "", "no code is held, though 'we' installed it", "?", "tab\tline\nend\r", "\\N", "\\.\n\\.",
    "Ł\\ż " * 20_000,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("at_once", [200_000, 3])
def test_columns_are_kept_as_their_rows(
    store: Store, case: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_rows, "_AT_ONCE", at_once)
    monkeypatch.setattr(device_rows, "_COPIED_AT_ONCE", at_once)
    types, places, which = CASES[case]
    columns = _columns(types, places, which, REASONS)
    with store.transaction("test") as tx:
        request, letter = _begun(tx)
        tx.inbound.add_devices(request, [("", "", "first", DeviceState.WITHDRAWN, "", b"s")], None)
        tx.inbound.add_columns(request, columns, letter)
    with store.reading() as tx:
        first, *kept = tx.inbound.devices(request)
    store.dispose()
    assert (first.where, first.state) == ("first", DeviceState.WITHDRAWN)
    assert [
        (row.device, row.device_type, row.where, row.state, row.reason, row.outbox_id)
        for row in kept
    ] == [
        (
            nth.to_bytes(8, "big").hex("-").upper(),
            types[nth - 1],
            places[nth - 1],
            STATES[at],
            REASONS[at],
            None if STATES[at] is DeviceState.HELD else letter,
        )
        for nth, at in enumerate(which, 1)
    ]


_TEXTS = st.sampled_from(("", "ESME", "GSME\x1f", "\x1f", "Ł\t\\N", "w" * 2_100)) | st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=5
)
_PLACES = st.builds("{}{}".format, _TEXTS, st.sampled_from(("", " 7", " 07", " 999999999999999")))


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = _made(f"sqlite:///{tmp_path_factory.mktemp('rows') / 'x.db'}")
    yield store
    store.dispose()


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(_TEXTS, _PLACES, st.integers(0, len(STATES) - 1)), max_size=12),
    reasons=st.lists(_TEXTS, min_size=len(STATES), max_size=len(STATES)),
    at_once=st.sampled_from((1, 3, 200_000)),
)
@example(  # a text that ends as padded texts do
    rows=[("GSME\x1f", "row 7", 0), ("ESME", "row 8", 1)],
    reasons=[""] * len(STATES),
    at_once=200_000,
)
def test_columns_are_kept_as_the_same_rows_one_by_one(
    one_store: Store, rows: list[tuple[str, str, int]], reasons: list[str], at_once: int
) -> None:
    types, places, which = (
        (list(column) for column in zip(*rows, strict=True)) if rows else [[]] * 3
    )
    columns = _columns(types, places, which, tuple(reasons))
    plain = [
        (device, kind, place, STATES[at], reasons[at], None)
        for device, (kind, place, at) in zip(columns.devices.texts(), rows, strict=True)
    ]
    kept: list[tuple[object, ...]] = []
    with (
        patch.object(device_rows, "_AT_ONCE", at_once),
        suppress(_RolledBackError),
        one_store.transaction("test") as tx,
    ):
        request, letter = _begun(tx)
        tx.inbound.add_columns(request, columns, letter)
        tx.inbound.add_devices(request, plain, letter)
        kept += (
            (row.device, row.device_type, row.where, row.state, row.reason, row.outbox_id)
            for row in tx.inbound.devices(request)
        )
        raise _RolledBackError
    by_columns, by_rows = kept[: len(rows)], kept[len(rows) :]
    assert by_columns == by_rows
    assert [row[:5] for row in by_rows] == [row[:5] for row in plain]


class _RolledBackError(Exception):
    """Ends a transaction of which nothing is to stay."""


def test_nothing_is_kept_of_columns_when_the_transaction_fails(store: Store) -> None:
    types, places, which = CASES["all alike"]

    def kept_and_then_failed() -> None:
        with store.transaction("test") as tx:
            request, letter = _begun(tx)
            tx.inbound.add_columns(request, _columns(types, places, which, REASONS), letter)
            raise RuntimeError("later")

    with pytest.raises(RuntimeError, match="later"):
        kept_and_then_failed()
    with store.reading() as tx:
        assert tx.inbound.requests() == []
        assert tx.inbound.refs_of("00-00-00-00-00-00-00-01") == []
    store.dispose()


def test_postgresql_refuses_a_nul_and_keeps_nothing_of_the_list(tmp_path: Path) -> None:
    want(missing())
    with postgres() as url:
        store = _made(url)
        places = [f"list.csv > row {nth}" for nth in range(MANY - 1)] + ["li\0st > row 9"]
        refused = _columns(["ESME"] * MANY, places, [0] * MANY, REASONS)

        def kept() -> None:
            with store.transaction("test") as tx:
                request, letter = _begun(tx)
                tx.inbound.add_columns(request, refused, letter)

        with pytest.raises(StoreError, match="database refuses"):
            kept()
        with store.transaction("test") as tx:  # and the connection is as good as before
            assert tx.inbound.requests() == []
            request, letter = _begun(tx)
            tx.inbound.add_columns(request, refused.take(slice(0, 5)), letter)
        with store.reading() as tx:
            assert len(list(tx.inbound.devices(request))) == 5
        store.dispose()


TEXTS = [
    "", "\t", "\\", "\\N", "\n\\.\n", "\r", "ż€\U0001f4e8", "'; --", "x" * 100_000, "%s %",
]  # fmt: skip
ODD = [
    (odd, number, None if number % 3 else bytes(range(256)), f"{number} {odd}")
    for number, odd in enumerate(TEXTS * 12)
]


@pytest.mark.parametrize("worth_copying", [1, 7, 10**9])
def test_rows_are_the_same_however_they_come(
    store: Store, worth_copying: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_insert, "_WORTH_COPYING", worth_copying)
    table = table_of(InboundDeviceRow)
    names = ("request_id", "device", "device_type", "place", "state", "reason", "seen", "outbox_id")
    read = select(*(table.c[name] for name in names)).order_by(table.c.id)
    with store.transaction("test") as tx:
        request, letter = _begun(tx)
        tx.flush()
        session = tx.inbound._session
        rows: list[tuple[object, ...]] = [
            (request, odd, "", place, "held", odd, seen, letter if number % 2 else None)
            for odd, number, seen, place in ODD
        ]
        insert_rows(session, table, names, rows)
        insert_rows(session, table, names, [])
        insert_rows(session, table, names, rows[:3])
    with store.engine.connect() as connection:
        kept = [tuple(row) for row in connection.execute(read)]
        numbers = list(connection.execute(select(table.c.id).order_by(table.c.id)).scalars())
    assert kept == [*rows, *rows[:3]]
    monkeypatch.setattr(bulk_insert, "_UPDATED_AT_ONCE", 50)
    changed = [
        (f"now {row[5]}", row[6], row[7], number)
        for number, row in zip(numbers[: len(rows)], rows[::-1], strict=True)
    ]
    with store.transaction("test") as tx:
        update_rows(tx.inbound._session, table, ("reason", "seen", "outbox_id"), changed)
    with store.engine.connect() as connection:
        kept = [tuple(row) for row in connection.execute(read)]
    store.dispose()
    assert [(row[5], row[6], row[7]) for row in kept[: len(rows)]] == [row[:3] for row in changed]
    assert kept[len(rows) :] == rows[:3]
    assert [row[:5] for row in kept[: len(rows)]] == [row[:5] for row in rows]


def test_postgresql_counts_a_table_that_many_rows_came_into() -> None:
    want(missing())
    with postgres() as url:
        store = _made(url)
        counted = text("SELECT reltuples FROM pg_class WHERE relname = 'inbound_device'")
        with store.transaction("test") as tx:
            request, letter = _begun(tx)
            few = _columns(["ESME"] * 10, [f"row {nth}" for nth in range(10)], [0] * 10, REASONS)
            tx.inbound.add_columns(request, few, letter)
        with store.engine.connect() as connection:
            assert connection.execute(counted).scalar_one() == -1  # nobody has looked
        with store.transaction("test") as tx:
            number = 12_000
            places = [f"row {nth}" for nth in range(number)]
            tx.inbound.add_columns(
                request, _columns(["ESME"] * number, places, [0] * number, REASONS), letter
            )
        with store.engine.connect() as connection:
            assert connection.execute(counted).scalar_one() == 12_010
        store.dispose()


def test_letters_taken_together_are_recorded_each_and_a_missing_one_is_told(store: Store) -> None:
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    letters = [
        NewLetter(f"<{nth}@x.test>", "answer", "R", "P", "a@b.test", 0, b"x", 1)
        for nth in range(45)
    ]
    with store.transaction("test") as tx:
        numbers = [tx.outbox.add(letter, now) for letter in letters]
    assert len(set(numbers)) == len(letters)
    with store.transaction("test") as tx:
        tx.outbox.accepted([(number, f"250 {number}") for number in numbers[1:]], now)
    with store.reading() as tx:
        assert tx.outbox.counts() == {"queued": 1, "sent": 44}
        assert tx.outbox.get(numbers[7]).reply == f"250 {numbers[7]}"
        assert tx.outbox.get(numbers[7]).attempts == 1
    with pytest.raises(NotFound), store.transaction("test") as tx:
        tx.outbox.accepted([(numbers[0], "250"), (10**6, "250")], now)
    with store.reading() as tx:
        assert tx.outbox.get(numbers[0]).state == "queued"
