"""Short answers in many words: nothing is denied that the sender did not deny."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from exchange.domain.mail import Outcome
from exchange.domain.meaning.resolve import resolve
from exchange.domain.meaning.thread import thread_of
from exchange.parsing.reading.sent import sent_texts
from exchange.parsing.reading.understand import understand
from tests.judged.score import Judged, judged

_FILE: Final = Path(__file__).with_name("wordings.txt")
_OURS: Final = frozenset(("codes@ours.example",))
_LEAST: Final = 0.91  # of the denials are taken without a person


def _wordings() -> Iterator[tuple[frozenset[int], str]]:
    for line in _FILE.read_text().splitlines():
        which, _, words = line.partition("|")
        if words:
            rows = {"D": "123", "N": ""}.get(which, which)
            yield frozenset(int(row) for row in rows), words


@pytest.fixture(scope="module")
def letter() -> Judged:
    return next(
        one for one in judged("answers4") if one.sent and len(one.judgement["answers"]) == 3
    )


def _denied(letter: Judged, words: str) -> frozenset[int]:
    """Return the rows of our letter that a reply with these words denies."""
    sent = email.message_from_bytes(letter.sent, policy=email.policy.default)
    plain = sent.get_body(("plain",))
    assert plain is not None
    body = plain.get_content()
    devices = sorted(letter.judgement["answers"], key=body.find)
    for row, device in enumerate(devices, 1):
        words = words.replace(f"${row}", device)
    company = letter.judgement["party"][0]
    words = words.replace("\\n", "\n").replace("$P", company)
    quoted = "\n".join(f"> {line}" for line in body.splitlines())
    raw = (
        f"From: Pat Smith <pat@vale.example>\nTo: codes@ours.example\n"
        f"Subject: RE: {sent['Subject']}\n"
        f"Date: Mon, 16 Nov 2026 10:10:10 +0000\nMessage-ID: <a1@vale.example>\n"
        f"In-Reply-To: {sent['Message-ID']}\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\n\n"
        f"{words}\n\nOn Mon, 9 Nov 2026 at 10:12, Ours Energy <codes@ours.example> wrote:\n"
        f"{quoted}\n"
    )
    said = understand(raw.encode(), own_addresses=_OURS, sent=sent_texts(letter.sent))
    letters = [understand(letter.sent.replace(b"X-MP121-Exchange:", b"X-L:", 1))]
    found = resolve(said, thread_of(said, letters, letter.judgement["party"]))
    outcomes = {str(one.device): one.outcome for one in found.answers}
    return frozenset(
        row
        for row, device in enumerate(devices, 1)
        if outcomes.get(device) is Outcome.NOT_INSTALLER
    )


def test_what_denies_is_taken_and_nothing_else(letter: Judged) -> None:
    cases = list(_wordings())
    read = [(rows, _denied(letter, words), words) for rows, words in cases]
    assert [(words, sorted(got)) for rows, got, words in read if got - rows] == []
    due = [(rows, got) for rows, got, _ in read if rows]
    taken = sum(rows == got for rows, got in due)
    assert taken >= _LEAST * len(due), f"{taken} of {len(due)} denials taken"
