"""An import: everything or nothing, or in steps that go on where they were cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, delete, select, update

from exchange.errors import VaultDamaged
from exchange.ports.records import ImportResult, RowRefusal, VaultRecord
from exchange.ports.vault import Batch
from exchange.vault.columns import columns_from
from exchange.vault.importing import code_import as module
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.records import Sources, joined, rows_of
from exchange.vault.tables import vault_bucket
from exchange.vault.vault import SealedVault
from tests.unit.vault.cases import contents, fresh, record, sqlite_engine

KEY = WrappingKey.generate()
NEW = [record(number, source="delivery", kind="ESME") for number in range(300)]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return sqlite_engine(tmp_path / "vault.db")


@pytest.fixture
def vault(engine: Engine) -> SealedVault:
    return fresh(engine, KEY, bucket_records=20, batch_rows=60, step_rows=50)


def _batches(records: Sequence[VaultRecord], size: int = 70) -> list[Batch]:
    sources, found = Sources(), []
    for first in range(0, len(records), size):
        rows = joined(list(rows_of(records[first : first + size], sources)))
        numbers = np.arange(first + 1, first + 1 + len(rows), dtype=np.uint32)
        found.append(Batch(columns_from(rows, tuple(sources.names)), numbers))
    return found


def _import(vault: SealedVault, records: Sequence[VaultRecord], **options: Any) -> ImportResult:
    return vault.import_codes(_batches(records), **options)


def _counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.added, result.updated, result.unchanged, len(result.refused)


def test_all_rows_are_merged_with_the_names_of_their_sources(vault: SealedVault) -> None:
    vault.put_many([record(1, None, source="before"), record(2)])
    result = _import(vault, NEW)
    assert (_counts(result), result.kept, result.resumed) == ((298, 2, 0, 0), True, False)
    assert contents(vault) == {one.device: one for one in NEW}
    vault.verify()
    assert _counts(_import(vault, NEW)) == (0, 0, 300, 0)


def test_rows_without_a_code_and_repeated_rows_are_counted(vault: SealedVault) -> None:
    result = _import(vault, [record(1), record(2, None), record(1), record(3, None)])
    assert (result.added, result.without_code, result.repeated) == (3, 2, 1)


BAD = [*NEW[:5], record(900, 901), record(900, 902)]


def test_one_refused_row_keeps_everything_out(vault: SealedVault) -> None:
    vault.put_many([record(800)])
    before = vault.stats()
    result = _import(vault, [*NEW[:5], record(800, 7)])
    assert (_counts(result), result.kept) == ((0, 0, 0, 1), False)
    refused = result.refused[0]
    assert (refused.row, refused.refusal, str(refused.device)) == (
        6,
        RowRefusal.OTHER_CODE,
        str(record(800).device),
    )
    assert vault.stats() == before


def test_bad_rows_can_be_skipped(vault: SealedVault) -> None:
    result = _import(vault, BAD, skip_bad=True)
    assert (result.added, result.kept) == (5, True)
    assert [one.row for one in result.refused] == [6, 7]
    assert len(contents(vault)) == 5


def test_a_code_at_two_devices_is_refused_within_the_rows_and_against_the_vault(
    vault: SealedVault,
) -> None:
    vault.put_many([record(1)])
    result = _import(vault, [record(2, 1), record(3, 9), record(4, 9)], skip_bad=True)
    assert {one.refusal for one in result.refused} == {RowRefusal.CODE_HELD, RowRefusal.CODE_TWICE}
    assert [one.row for one in result.refused] == [1, 2, 3]
    assert len(contents(vault)) == 1


@pytest.mark.parametrize("options", [{"skip_bad": True}, {"resume": "fingerprint"}])
def test_a_code_of_two_devices_leaves_no_other_code_for_either(
    vault: SealedVault, options: dict[str, Any]
) -> None:
    # Device 1 has code 9, which device 4 has too, and code 8: nobody knows which of them is right.
    rows = [record(1, 9), record(2), record(1, 8), record(4, 9), record(4, None), record(3)]
    result = _import(vault, rows, **options)
    assert [(one.row, one.refusal, one.other_row) for one in result.refused] == [
        (1, RowRefusal.CODE_TWICE, 4),
        (3, RowRefusal.DEVICE_OTHER_CODE, 1),
        (4, RowRefusal.CODE_TWICE, 1),
        (5, RowRefusal.DEVICE_NO_CODE, 4),
    ]
    assert set(contents(vault)) == {record(2).device, record(3).device}


def test_a_code_that_the_vault_has_elsewhere_leaves_no_other_code(vault: SealedVault) -> None:
    vault.put_many([record(1)])
    result = _import(vault, [record(2, 1), record(2, 7), record(3)], skip_bad=True)
    assert [one.row for one in result.refused] == [1, 2]
    assert len(contents(vault)) == 2


def test_a_device_that_gets_another_code_gives_its_own_away(vault: SealedVault) -> None:
    vault.put_many([record(1)])
    result = _import(vault, [record(1, 50), record(2, 1)], replace=True)
    assert (_counts(result), result.kept) == ((1, 1, 0, 0), True)


@pytest.mark.parametrize("resume", ["", "fingerprint"])
def test_who_declines_stores_nothing_and_sees_the_comparison(
    vault: SealedVault, resume: str
) -> None:
    asked: list[bool] = []

    def declined() -> bool:
        asked.append(True)
        return False

    vault.put_many([record(800)])
    rows = [*NEW[:5], record(800, 7)]
    result = _import(vault, rows, resume=resume, confirm=declined)
    assert (_counts(result), result.kept, asked) == ((0, 0, 0, 1), False, [True])
    assert len(contents(vault)) == 1


def test_what_is_recorded_is_committed_with_the_codes_or_not_at_all(
    engine: Engine, vault: SealedVault
) -> None:
    seen: list[tuple[int, int, int, int]] = []

    def record_it(transaction: Any, result: ImportResult) -> None:
        seen.append(_counts(result))
        assert transaction.in_transaction()

    _import(vault, NEW[:20], record=record_it)
    _import(vault, NEW[:20], record=record_it)  # nothing changes: nothing to record
    assert seen == [(20, 0, 0, 0)]

    def fail(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        _import(vault, NEW, record=fail)
    assert len(contents(SealedVault(engine, KEY))) == 20


def test_progress_reaches_its_end(vault: SealedVault) -> None:
    seen: list[tuple[str, int, int]] = []
    vault.put_many([record(800)])
    _import(vault, NEW, progress=lambda *one: seen.append(one))
    assert seen[-1] == ("sealing", 300, 300)
    assert ("comparing", 1, 1) in seen
    assert [done for what, done, _ in seen if what == "sealing"] == sorted(
        done for what, done, _ in seen if what == "sealing"
    )


def test_damage_stops_it_before_anything_is_written(engine: Engine, vault: SealedVault) -> None:
    vault.put_many(NEW)
    with engine.begin() as connection:
        last = connection.execute(select(vault_bucket.c.start)).scalars().all()[-1]
        connection.execute(
            update(vault_bucket).where(vault_bucket.c.start == last).values(sealed=b"")
        )
    with pytest.raises(VaultDamaged, match=f"bucket {last:08x}"):
        _import(vault, [record(1000)])
    with engine.begin() as connection:
        connection.execute(delete(vault_bucket).where(vault_bucket.c.start == last))
    with pytest.raises(VaultDamaged, match="is missing"):
        _import(vault, [record(1000)])


class _Cut(Exception):
    """Stands for the end of the process."""


def _cut_after(steps: int) -> Callable[[str, int, int], None]:
    """Return a progress that ends the process in the step after ``steps`` whole ones."""
    seen = 0

    def progress(what: str, _done: int, _total: int) -> None:
        nonlocal seen
        seen += what == "sealing"
        if seen > steps:
            raise _Cut

    return progress


def test_an_import_in_steps_goes_on_where_it_was_cut_off(
    vault: SealedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.put_many([record(number) for number in range(1000, 1400)])  # many buckets
    monkeypatch.setattr(module, "_WINDOW_ROWS", 20)
    with pytest.raises(_Cut):
        _import(vault, NEW, resume="file 1", progress=_cut_after(8))
    half = len(contents(vault)) - 400
    assert 0 < half < 300
    recorded: list[tuple[int, int, int, int]] = []
    result = _import(
        vault, NEW, resume="file 1", record=lambda _, one: recorded.append(_counts(one))
    )
    assert (_counts(result), result.resumed, result.kept) == ((300, 0, 0, 0), True, True)
    assert recorded == [(300, 0, 0, 0)]
    assert len(contents(vault)) == 700
    vault.verify()
    again = _import(vault, NEW, resume="file 1")
    assert (_counts(again), again.resumed) == ((0, 0, 300, 0), False)


def test_another_file_does_not_go_on_where_this_one_was_cut_off(
    vault: SealedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.put_many([record(number) for number in range(1000, 1400)])
    monkeypatch.setattr(module, "_WINDOW_ROWS", 20)
    with pytest.raises(_Cut):
        _import(vault, NEW, resume="file 1", progress=_cut_after(8))
    done = len(contents(vault)) - 400
    result = _import(vault, NEW, resume="file 2")
    assert (_counts(result), result.resumed) == ((300 - done, 0, done, 0), False)


def test_bad_rows_of_an_import_in_steps_are_reported_after_a_cut_too(
    vault: SealedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.put_many([record(number) for number in range(1000, 1400)])
    monkeypatch.setattr(module, "_WINDOW_ROWS", 20)
    rows = [*NEW, *(record(number, number + 5000) for number in range(1000, 1400))]
    with pytest.raises(_Cut):
        _import(vault, rows, resume="file 1", progress=_cut_after(5))
    result = _import(vault, rows, resume="file 1")
    assert (result.added, len(result.refused), result.resumed) == (300, 400, True)
    assert [one.row for one in result.refused] == list(range(301, 701))


def test_nothing_is_left_on_the_disk(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "waiting"
    folder.mkdir()
    fresh(engine, KEY)
    waiting = SealedVault(engine, KEY, folder=folder)
    _import(waiting, NEW)
    with pytest.raises(_Cut):
        _import(waiting, [record(5000)], progress=_cut_after(0))
    assert list(folder.iterdir()) == []
