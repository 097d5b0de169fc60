"""What one mail may cost: containers of all kinds and levels are counted together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exchange.domain.envelope import MOST_DECRYPTIONS
from exchange.domain.limits import Limits
from exchange.errors import NotDecrypted, Unreadable
from exchange.parsing.containers.naming import file_part
from exchange.parsing.containers.openers import NO_OPENERS, Budget, InnerPart, Opened, Openers

LIMITS = Limits(depth=3, inflated_bytes=1000, rows=2000, members=1500)


@pytest.mark.parametrize(
    ("count", "most", "message"),
    [
        (Budget.count_bytes, 1000, "its containers hold more than 1,000 bytes"),
        (Budget.count_rows, 2000, "its tables and texts have more than 2,000 rows together"),
        (Budget.count_files, 1500, "its containers hold more than 1,500 files"),
    ],
    ids=["bytes", "rows", "files"],
)
def test_counts_add_up_to_the_ceiling_and_no_further(
    count: Callable[[Budget, int, str], None], most: int, message: str
) -> None:
    budget = Budget(LIMITS)
    count(budget, most - 1, "a.zip")
    count(budget, 1, "b.zip")
    count(budget, 0, "b.zip")
    with pytest.raises(Unreadable) as caught:
        count(budget, 1, "c.zip")
    assert (caught.value.message, caught.value.place) == (message, "c.zip")


def test_a_ceiling_once_passed_stays_passed() -> None:
    budget = Budget(LIMITS)
    with pytest.raises(Unreadable):
        budget.count_bytes(1001, "a.zip")
    with pytest.raises(Unreadable):
        budget.count_bytes(0, "b.zip")


def test_each_kind_is_counted_by_itself() -> None:
    budget = Budget(LIMITS)
    budget.count_bytes(1000, "x")
    budget.count_rows(2000, "x")
    budget.count_files(1500, "x")
    budget.count_decryption("x")
    assert (budget.inflated, budget.rows, budget.members, budget.decryptions) == (
        1000,
        2000,
        1500,
        1,
    )


def test_levels_of_containers() -> None:
    budget = Budget(LIMITS)
    budget.check_depth(3, "a.zip")
    with pytest.raises(Unreadable, match=r"a\.zip: containers nested deeper than 3 levels"):
        budget.check_depth(4, "a.zip")


def test_too_many_encrypted_parts_send_the_mail_to_a_person() -> None:
    budget = Budget(LIMITS)
    for _ in range(MOST_DECRYPTIONS):
        budget.count_decryption("x.p7m")
    with pytest.raises(NotDecrypted) as caught:
        budget.count_decryption("y.p7m")
    assert caught.value.message == f"more than {MOST_DECRYPTIONS} encrypted parts"
    assert caught.value.place == "y.p7m"


def test_secrets_are_not_shown() -> None:
    shown = repr(Openers(("winter 2026",), lambda keys: [b"0" * 16]))
    assert shown == "Openers()"
    assert NO_OPENERS.passwords == ()
    assert NO_OPENERS.unwrap is None


def test_a_part_of_a_container_is_a_file_unless_it_is_called_a_mail() -> None:
    inner = InnerPart("a.csv", file_part("a.csv", b"x"))
    assert (inner.mail, inner.same_mail) == (False, False)


def test_what_one_container_held_is_not_shared_with_the_next() -> None:
    Opened().warnings.append("x")
    assert Opened() == Opened([], [], [])
