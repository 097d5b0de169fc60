"""A second copy of a mail is the same in what it asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from exchange.domain.mail import Kind, MailHead, Understanding
from exchange.domain.meaning.copies import DecidedCopy, asks_of, first_copy

HEAD = MailHead(
    message_id="<1@gain.example>", subject="Codes", sender="codes@gain.example",
    to=("codes@lose.example",), content="content-type: text/plain",
)  # fmt: skip
SAID = Understanding(HEAD, Kind.REQUEST)


def test_the_way_a_copy_took_makes_no_difference() -> None:
    other = replace(HEAD, to=("group@lose.example",), delivered_to=("codes@lose.example",))
    assert asks_of(replace(SAID, head=other)) == asks_of(SAID)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Other codes"},
        {"reply_to": ("else@where.example",)},
        {"in_reply_to": "<0@lose.example>"},
        {"references": ("<0@lose.example>",)},
        {"own_marker": "request; ref=X"},
        {"content": "content-type: text/html"},
        {"fault": "two readers"},
    ],
)
def test_whatever_changes_the_meaning_makes_another_mail(change: dict[str, Any]) -> None:
    assert asks_of(replace(SAID, head=replace(HEAD, **change))) != asks_of(SAID)


def test_another_kind_is_another_mail() -> None:
    assert asks_of(replace(SAID, kind=Kind.AUTO_REPLY)) != asks_of(SAID)


def test_the_first_copy_is_named_and_never_the_mail_itself() -> None:
    asks = asks_of(SAID)
    known = [DecidedCopy(7, "Codes", "request", asks), DecidedCopy(5, "Codes", "request", asks)]
    assert first_copy(9, "Codes", SAID, known) == 5
    assert first_copy(5, "Codes", SAID, known[1:]) is None
    assert first_copy(9, "Codes", SAID, [DecidedCopy(5, "Codes", "request", "other")]) is None


def test_mails_decided_by_older_versions_are_compared_by_subject_and_kind() -> None:
    assert first_copy(9, "Codes", SAID, [DecidedCopy(5, "Codes", "request", None)]) == 5
    assert first_copy(9, "Codes", SAID, [DecidedCopy(5, "Codes?", "request", None)]) is None
    assert first_copy(9, "Codes", SAID, [DecidedCopy(5, "Codes", "auto_reply", None)]) is None
