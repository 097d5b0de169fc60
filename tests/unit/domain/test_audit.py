"""The hash chain of the audit log: every field counts."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from exchange.domain.audit import GENESIS, AuditRow, canonical, instant_text, row_hash

ROW = AuditRow(
    1, "2026-12-21T16:45:00.000000Z", "clerk", "mail.kept", "M1", "OURS", "{}", GENESIS, ""
)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_hash_is_sha_256_over_the_previous_one_and_every_field_with_its_length() -> None:
    text = "1:127:2026-12-21T16:45:00.000000Z5:clerk9:mail.kept2:M14:OURS2:{}"
    assert row_hash(ROW) == _sha256(GENESIS + text)


@pytest.mark.parametrize("name", [one.name for one in fields(AuditRow) if one.name != "hash"])
def test_a_changed_field_changes_the_hash(name: str) -> None:
    other = 2 if name == "seq" else "x" + str(getattr(ROW, name))
    assert row_hash(replace(ROW, **{name: other})) != row_hash(ROW)  # type: ignore[arg-type]


def test_words_cannot_wander_from_one_field_to_the_next() -> None:
    assert row_hash(replace(ROW, actor="clerkm", event="ail.kept")) != row_hash(ROW)


def test_lengths_are_those_of_bytes() -> None:
    text = "1:127:2026-12-21T16:45:00.000000Z6:Zoë J9:mail.kept2:M14:OURS2:{}"
    assert row_hash(replace(ROW, actor="Zoë J")) == _sha256(GENESIS + text)


def test_detail_is_written_in_one_way_only() -> None:
    assert canonical({"b": 1, "a": "é", "c": None}) == '{"a":"é","b":1,"c":null}'
    assert canonical(None) == "{}"


def test_an_instant_has_microseconds_and_a_z() -> None:
    assert instant_text(datetime(2026, 12, 21, 16, 45, tzinfo=UTC)) == "2026-12-21T16:45:00.000000Z"
