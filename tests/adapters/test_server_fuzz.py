"""A slice of ``python -m tests.fuzz.server``: a server whose answers are damaged at random."""

from __future__ import annotations

from tests.fuzz.server import fuzz


def test_whatever_the_server_says_the_mailbox_ends_in_time_with_a_result_or_our_errors() -> None:
    ended, faults = fuzz(seed=20261130, seconds=2, least=8)
    assert not faults
    assert ended["stories"] >= 8
    assert ended["afterwards"] == ended["stories"]
