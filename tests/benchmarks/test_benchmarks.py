"""The benchmark program runs, at a size that measures nothing."""

from __future__ import annotations

import importlib
import json
import os
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import answering, engine, made, mailbox, once, replies
from tests.benchmarks.__main__ import main
from tests.servers import want
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import missing


def told(tmp_path: Path, only: str, number: int, store: str = "sqlite") -> dict[str, Any]:
    """What benchmarks.json has after one run of some cases."""
    out = tmp_path / "benchmarks.json"
    asked = ["--number", str(number), "--runs", "1", "--only", only, "--out", str(out)]
    assert main([*asked, "--store", store]) == 0
    written: dict[str, Any] = json.loads(out.read_text())
    return written


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


@pytest.mark.parametrize("target", sorted({*answering.STAGES, *once.STAGES}))
def test_each_stage_that_is_measured_is_a_function_of_the_product(target: str) -> None:
    """The comparators are not installed everywhere, so a renamed function shows here first."""
    module, _, path = target.partition(":")
    found = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    assert callable(found)


def test_a_long_request_is_answered_both_ways_with_its_stages(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    (case,) = told(tmp_path, "answer a request", 200)["cases"]
    assert case["name"] == answering.NAME
    assert list(case["comparators"]) == [answering.USUAL]
    assert case["ratio"] > 0
    assert case["peak_mb"] > 50
    stages = case["stages"]
    for name in ("understand", "look up", "record", "workbook", "CSV", "compose", "seal", "commit"):
        assert stages[name] > 0, name
    assert sum(stages.values()) == pytest.approx(case["ours"], abs=0.05, rel=0.3)


@pytest.mark.parametrize(
    ("only", "number"),
    [
        ("answer a request", 200),
        ("chase tick", 3_300),
        ("closed legs beside", 3_300),
        ("monthly report", 3_000),
        ("gained devices", 60),
        ("look up one", 2_000),
        ("mailbox to accepted", 12),
    ],
)
def test_the_cases_run_on_postgresql(tmp_path: Path, only: str, number: int) -> None:
    want(missing())
    if "answer" in only:
        pytest.importorskip("openpyxl")
    if "look up" in only:
        pytest.importorskip("sqlcipher3")
    if "mailbox" in only:
        want(Dovecot.missing())
    written = told(tmp_path, only, number, "postgresql")
    assert written["store"] == "postgresql"
    (case,) = written["cases"]
    assert case["ours"] > 0
    assert engine.SERVER not in os.environ


def letter(rows: dict[str, str], about: str = "<0.bench@losing.example>") -> bytes:
    """An answer with a workbook nobody looks into, and ``rows`` as CSV."""
    mail = EmailMessage()
    mail["Message-ID"] = f"<re.{about[1:-1]}>"
    mail["In-Reply-To"] = about
    mail.set_content("Dear colleagues")
    mail.add_attachment(b"PK", "application", "octet-stream", filename="a.xlsx")
    lines = ["device,outcome,code", *(f"{device},,{code}" for device, code in rows.items())]
    mail.add_attachment("\r\n".join(lines).encode(), "text", "csv", filename="a.csv")
    return mail.as_bytes()


def test_an_answer_with_a_code_on_another_device_is_no_result() -> None:
    codes = {device: code.grouped for device, code in answering.codes_of(60)}
    first, second, *_ = codes
    answering.all_right([letter(codes)], 60)
    swapped = codes | {first: codes[second], second: codes[first]}
    for wrong in (swapped, {first: codes[first]}, codes | {"00-00": codes[first]}):
        with pytest.raises(AssertionError):
            answering.all_right([letter(wrong)], 60)


def test_requests_without_a_right_reply_of_their_own_are_no_result() -> None:
    requests = [made.small_mail(number) for number in range(3)]
    codes = mailbox.codes_of(requests)
    answers: list[bytes] = []
    for number, raw in enumerate(requests):
        rows = {one: codes[one].grouped for one in codes if one.encode() in raw}
        answers.append(letter(rows, f"<{number}.bench@losing.example>"))
    replies.all_replied(requests, answers, codes)
    for wrong in (answers[:2], [*answers[:2], answers[0]], [*answers, answers[0]]):
        with pytest.raises(AssertionError):
            replies.all_replied(requests, wrong, codes)
    others = dict(zip(codes, reversed(list(codes.values())), strict=True))
    with pytest.raises(AssertionError):
        replies.all_replied(requests, answers, others)


def test_small_requests_go_from_a_mailbox_to_accepted_replies(tmp_path: Path) -> None:
    want(Dovecot.missing())
    written = told(tmp_path, "mailbox to accepted", 12)
    (case,) = written["cases"]
    assert case["name"] == mailbox.NAME
    assert case["ours"] > 0
    assert case["start_s"] > 0
    assert case["stages"]["deliver"] > 0
    if mailbox.has_comparator():
        assert case["ratio"] > 0
    else:
        assert [one["name"] for one in written["skipped"]] == [f"{mailbox.NAME}: {mailbox.USUAL}"]


def test_without_dovecot_the_case_is_skipped_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Dovecot, "missing", staticmethod(lambda: "there is no dovecot"))
    written = told(tmp_path, "mailbox to accepted", 12)
    assert written["cases"] == []
    assert written["skipped"] == [{"name": mailbox.NAME, "why": "there is no dovecot"}]
    assert f"skipped: {mailbox.NAME}: there is no dovecot" in capsys.readouterr().out
