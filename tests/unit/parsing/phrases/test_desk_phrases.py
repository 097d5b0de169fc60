"""Which lines of a mail a ticket system wrote."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases.desk_phrases import is_added_by_desk


@pytest.mark.parametrize(
    "line",
    [
        "12-11-2026 10:51:00 GMT - Kim Marsh (Additional comments)",
        "2026-11-12 09:05 - Kim Marsh  Public reply",
        "Case CS0056783 has been updated.",
        "State: Resolved",
        "Take me to the Case",
        "You can view all the details of the case by following the link below:",
        "Ref:MSG1455605_kT535bQz",
    ],
)
def test_a_desk_wrote_it(line: str) -> None:
    assert is_added_by_desk(line)


@pytest.mark.parametrize(
    "line",
    [
        "12-11-2026 10:51:00 GMT - Kim Marsh (Work notes)",
        "Status: not ours",
        "Resolution: not installed by us",
        "View of our metering team: these may be ours",
        "The case has been updated because one of these is ours.",
    ],
)
def test_a_person_may_have_written_it(line: str) -> None:
    assert not is_added_by_desk(line)
