"""Whatever fuzzing ever found goes through reading without a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.errors import Unreadable
from exchange.parsing.reading.understand import understand

FOUND = sorted(
    path
    for path in (Path(__file__).parent / "found").glob("*")
    if path.suffix not in (".md", ".py")
)


def check(raw: bytes) -> None:
    """Understood, or refused for a reason of its own; a fault behind the refusal is a fault."""
    try:
        said = understand(raw)
    except Unreadable as refused:
        assert refused.message  # noqa: PT017
        if refused.__cause__ is not None:
            raise refused.__cause__ from None
    else:
        assert "\n" not in said.head.subject
        assert all(one.recipient for one in said.bounces)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_a_finding_reads_without_a_fault(path: Path) -> None:
    check(path.read_bytes())
