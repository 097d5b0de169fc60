"""Rows of a delivery that wait on disk, sealed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exchange.errors import StoreError
from exchange.vault.importing import sealed_tempfile
from exchange.vault.importing.sealed_tempfile import SealedTempFile

DTYPE = np.dtype([("number", "<u8"), ("more", "<u4")])


def _records(count: int, start: int = 0) -> Any:
    made = np.zeros(count, DTYPE)
    made["number"] = np.arange(start, start + count)
    return made


@pytest.fixture(params=[1 << 30, 100], ids=["in memory", "on disk"])
def spill(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> SealedTempFile:
    monkeypatch.setattr(sealed_tempfile, "_HELD_BYTES", request.param)
    return SealedTempFile(DTYPE, tmp_path)


def test_each_part_comes_back_whole_and_in_order(spill: SealedTempFile, tmp_path: Path) -> None:
    for start in range(0, 3_000, 1_000):
        records = _records(1_000, start)
        spill.add((records["number"] % 7).astype(np.uint8), records)
    for part in range(7):
        numbers = spill.part(part)["number"].tolist()
        assert numbers == list(range(part, 3_000, 7))
        assert spill.counts[part] == len(numbers)
    assert len(spill.part(200)) == 0
    assert list(tmp_path.iterdir()) == []  # the file has no name
    spill.close()


def test_nothing_lies_on_the_disk_in_the_clear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sealed_tempfile, "_HELD_BYTES", 0)
    made: list[Any] = []

    def named(**options: Any) -> Any:
        made.append((tmp_path / "seen").open("w+b", buffering=0))
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", named)
    spill = SealedTempFile(DTYPE, tmp_path)
    records = _records(1)
    records["number"] = 0x1122334455667788
    spill.add(np.zeros(1, np.uint8), records)
    content = (tmp_path / "seen").read_bytes()
    assert len(content) == DTYPE.itemsize + 16  # and the tag of AES-GCM
    assert bytes.fromhex("8877665544332211") not in content
    assert spill.part(0)["number"].tolist() == [0x1122334455667788]
    spill.close()


def test_a_folder_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_tempfile, "_HELD_BYTES", 0)
    spill = SealedTempFile(DTYPE, tmp_path / "gone")
    with pytest.raises(StoreError) as refused:
        spill.add(np.zeros(1, np.uint8), _records(1))
    assert str(tmp_path / "gone") in str(refused.value.place)
