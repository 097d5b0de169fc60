"""Removes devices from the vault by source and by Device ID, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import Engine

from exchange.domain.columns.device_ids import ids_of
from exchange.errors import NotFound
from exchange.ports.records import Removed
from exchange.ports.vault import Batch
from exchange.vault.columns import columns_from
from exchange.vault.importing import code_import as deliveries
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.records import Sources, joined, rows_of
from exchange.vault.vault import SealedVault
from tests.unit.vault.cases import contents, device, fresh, record, records

KEY = WrappingKey.generate()


class Cut(Exception):
    """Simulates the end of the process."""


def test_one_source_goes_and_the_others_stay(engine: Engine) -> None:
    vault = fresh(engine, KEY, bucket_records=20, batch_rows=50)
    put = records(400)
    vault.put_many(put)
    told: list[tuple[str, int, int]] = []
    going = [each for each in put if each.source == "delivery 2"]
    counts = Removed(
        known=400,
        removed=100,
        with_code=sum(each.code is not None for each in going),
        installed=sum(each.installed_by_us for each in going),
    )
    assert vault.remove(None, source="delivery 2", dry=True) == counts
    assert vault.verify().records == 400

    def progress(what: str, done: int, total: int) -> None:
        told.append((what, done, total))

    assert vault.remove(None, source="delivery 2", progress=progress) == counts
    assert contents(vault) == {each.device: each for each in put if each.source != "delivery 2"}
    assert vault.verify().records == 300
    assert told[-1][0] == "removing"
    assert told[-1][1] == told[-1][2] == vault.stats().buckets
    assert vault.remove(None, source="delivery 2").removed == 0
    with pytest.raises(NotFound, match=r"no record from 'nowhere'.*'delivery 1'"):
        vault.remove(None, source="nowhere")


def test_what_is_named_goes_only_where_it_came_from_the_source(engine: Engine) -> None:
    vault = fresh(engine, KEY, bucket_records=20)
    put = records(400)
    vault.put_many(put)
    named = ids_of([each.device for each in put[::3]] + [device(5000)])
    done = vault.remove(named, source="delivery 1")
    going = {each.device for each in put[::3] if each.source == "delivery 1"}
    assert (done.known, done.removed) == (134, len(going))
    assert contents(vault).keys() == {each.device for each in put} - going


def test_a_delivery_that_was_cut_off_is_taken_whole_after_a_removal(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "_WINDOW_ROWS", 40)
    fresh(engine, KEY)
    vault = SealedVault(engine, KEY, bucket_records=20, step_rows=100)
    vault.put_many(records(600))
    put = [record(n, source="map") for n in range(1000, 1500)]

    def batches() -> Iterator[Batch]:
        named = Sources()
        rows = joined(list(rows_of(put, named)))
        columns = columns_from(rows, tuple(named.names))
        yield Batch(columns, np.arange(1, len(put) + 1, dtype=np.uint32))

    def told(what: str, done: int, _: int) -> None:
        if what == "sealing" and done > 300:
            raise Cut

    with pytest.raises(Cut):
        vault.import_codes(batches(), resume="this one", progress=told)
    held = vault.remove(None, source="map").removed
    assert 0 < held < 500
    taken = vault.import_codes(batches(), resume="this one")
    assert (taken.added, taken.resumed) == (500, False)
    assert vault.remove(None, source="map", dry=True).removed == 500
