"""A slice of the sweep, and proof that its checks can fail; `make test-faults` is the whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.faults.post import Sent
from tests.faults.seccomp import missing
from tests.faults.state import Finding, State, compared, in_the_clear, letters_of
from tests.faults.sweep import spread, unclear
from tests.faults.traced import How, Point, Ran
from tests.servers import want

_SLICE = ("init", "codes import", "codes rotate-key", "a round")
_LETTER = b"Message-ID: <1@a>\r\nTo: codes@gain.example\r\nSubject: Re: list\r\n\r\nanswered\r\n"


def test_a_slice_of_the_sweep_finds_nothing_lost_doubled_or_stuck() -> None:
    want(missing())
    only = [word for name in _SLICE for word in ("--only", name)]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--sample", "4", *only],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    tried = Counter[str]()
    for line in ran.stdout.splitlines():
        if line[33:41].strip() in list(How):
            tried[line[:33].strip()] += int(line[41:].split()[1])
    assert tried == dict.fromkeys(_SLICE, 4), ran.stdout


@pytest.fixture
def right() -> State:
    """What a folder holds after a round in which a mail was answered."""
    return State(
        tables={
            "mail": Counter({(1, "filed", "processed"): 1}), "outbox": Counter({(1, "sent"): 1}),
        },
        vault={"00-DB-11-22-33-44-55-01": ("ab" * 16, "ESME", True, "")},
        events=Counter({("mail.kept", ""): 1, ("code.released", "GAIN"): 1}),
        files=Counter({"folder/reports/a.csv 3 lines, 40 bytes 644": 1}),
        lying=Counter({("Processed", "<1@far>"): 1}),
        sent=Counter({("codes@gain.example", "Re: list", "answer"): 1}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("part", "key", "number", "kinds"),
    [
        ("mail", (1, "filed", "processed"), 0, {"lost"}),
        ("outbox", (2, "sent"), 1, {"doubled"}),
        ("events", ("code.released", "GAIN"), 2, {"doubled"}),
        ("events", ("mail.kept", ""), 0, {"lost"}),
        ("files", "folder/keys/.new.*.part", 1, {"doubled"}),
        ("lying", ("Processed", "<1@far>"), 0, {"lost"}),
        ("lying", ("INBOX", "<1@far>"), 1, {"doubled"}),
        ("sent", ("codes@gain.example", "Re: list", "answer"), 2, {"doubled"}),
        ("sent", ("codes@gain.example", "Re: list", "answer"), 0, {"lost"}),
    ],
)
def test_what_differs_is_counted(
    right: State, part: str, key: object, number: int, kinds: set[str]
) -> None:
    found = State(
        {name: Counter(rows) for name, rows in right.tables.items()}, dict(right.vault),
        Counter(right.events), Counter(right.files), Counter(right.lying), Counter(right.sent),
    )  # fmt: skip
    assert compared(found, right) == []
    counter: Any = found.tables.get(part) if part in found.tables else getattr(found, part)
    counter[key] = number
    found.tables = {name: +rows for name, rows in found.tables.items()}
    for name in ("files", "lying", "sent"):
        setattr(found, name, +getattr(found, name))
    assert {one.kind for one in compared(found, right)} == kinds
    assert compared(found, right, found) == [], "one of the states that are right"


def test_a_record_of_the_vault_that_is_missing_or_another_is_lost(right: State) -> None:
    (device,) = right.vault
    other: dict[str, tuple[object, ...]] = {device: ("cd" * 16, "ESME", True, "")}
    for vault in ({}, other):
        found = State(right.tables, vault, right.events, right.files, right.lying, right.sent)
        assert compared(found, right) == [Finding("lost", f"vault record of {device}")]


def test_a_letter_may_go_out_twice_as_the_same_mail_alone() -> None:
    once, none, copies = letters_of([Sent("codes@gain.example", _LETTER)] * 2)
    assert (once.total(), none, copies) == (1, [], 1)
    another = _LETTER.replace(b"<1@a>", b"<2@a>")
    assert letters_of([Sent("a", _LETTER), Sent("a", another)])[0].total() == 2
    changed = _LETTER.replace(b"answered", b"denied")
    assert [one.kind for one in letters_of([Sent("a", _LETTER), Sent("a", changed)])[1]] == [
        "doubled"
    ]


@pytest.mark.parametrize("written", ["0123456789ABCDEF0123456789ABCDEF",
                                     "0123456789abcdef0123456789abcdef",
                                     "0123 4567 89AB CDEF 0123 4567 89AB CDEF"])  # fmt: skip
def test_a_code_in_the_clear_is_found_however_written(tmp_path: Path, written: str) -> None:
    (tmp_path / "left.part").write_text(f"Device,{written}\n")
    assert in_the_clear(tmp_path, ["0123456789ABCDEF0123456789ABCDEF"])
    assert not in_the_clear(tmp_path, ["0123456789ABCDEF0123456789ABCDEE"])
    (tmp_path / "left.part").write_bytes(bytes.fromhex(written.replace(" ", "")))
    assert in_the_clear(tmp_path, ["0123456789ABCDEF0123456789ABCDEF"])


@pytest.mark.parametrize(
    ("code", "said", "clear"),
    [
        (1, "exchange: exchange.db: the database refuses: disk I/O error", True),
        (1, "exchange: an internal fault (OSError); set EXCHANGE_TRACEBACK=1", False),
        (1, "Traceback (most recent call last):", False),
        (1, "3 mails kept, 0 requests raised", False),
        (70, "exchange: no", False),
        (0, "nothing to say", True),
    ],
)
def test_a_fault_is_said_in_words(code: int, said: str, clear: bool) -> None:
    assert bool(list(unclear(Ran(code, said)))) is not clear


def test_every_kind_of_point_comes_early() -> None:
    many = [Point("pwrite64", "folder/exchange.db", nth) for nth in range(1, 101)]
    few = [Point("rename", "folder/keys/exchange.key", 1), Point("sendto", "socket smtp", 1)]
    ordered = spread([*many, *few])
    assert set(few) < set(ordered[:3])
    assert sorted(map(str, ordered)) == sorted(map(str, [*many, *few]))
    early = [one.nth for one in ordered if one.call == "pwrite64"][:5]
    assert max(early) - min(early) > 40
