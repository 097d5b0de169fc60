"""What a line of words says of the list below it."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Outcome
from exchange.parsing.lists.prose.list_block import block_under


@pytest.mark.parametrize(
    ("heading", "asking", "labelled", "barred", "outcome"),
    [
        ("Device IDs:", False, True, False, None),
        ("Please send the codes of these devices:", True, True, False, None),
        ("Account number:", False, False, True, None),
        ("Not ours:", False, False, False, Outcome.NOT_INSTALLER),
        ("Kind regards", False, False, False, None),
    ],
)
def test_a_heading(
    heading: str, asking: bool, labelled: bool, barred: bool, outcome: Outcome | None
) -> None:
    block = block_under(heading, asking=asking)
    assert (block.labelled, block.barred, block.outcome) == (labelled, barred, outcome)
    assert block.of_devices is labelled


def test_a_list_with_a_device_is_one_of_devices() -> None:
    block = block_under("For tomorrow:", asking=False)
    block.has_device = True
    assert block.of_devices
