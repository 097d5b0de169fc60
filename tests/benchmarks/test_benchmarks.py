"""The benchmark program runs, at a size that measures nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import main


def test_the_program_prints_its_table_and_writes_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "benchmarks.json"
    asked = ["--number", "300", "--runs", "1", "--only", "plain text", "--out", str(out)]
    assert main(asked) == 0
    written = json.loads(out.read_text())
    (case,) = written["cases"]
    assert case["number"] == 300
    assert case["ours"] > 0
    assert case["ratio"] > 0
    assert case["peak_mb"] > 10
    assert case["met"] is None
    assert set(written["machine"]) == {"processor", "cores", "system", "python"}
    assert "understand 500,000 IDs in plain text" in capsys.readouterr().out


def test_the_vault_is_measured_against_both_others(tmp_path: Path) -> None:
    pytest.importorskip("sqlcipher3")
    out = tmp_path / "benchmarks.json"
    asked = ["--number", "2000", "--runs", "1", "--only", "10 M", "--out", str(out)]
    assert main(asked) == 0
    written = json.loads(out.read_text())
    assert [case["name"] for case in written["cases"]] == [
        "import 10 M codes from CSV",
        "look up 500,000 of 10 M",
        "look up one of 10 M",
    ]
    for case in written["cases"]:
        assert len(case["comparators"]) == 2
        assert case["ours"] > 0
