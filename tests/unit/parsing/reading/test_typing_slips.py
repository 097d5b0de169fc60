"""A slice of ``make slips``: no row of a mistyped list is lost in silence, and none is invented."""

from __future__ import annotations

from random import Random

import pytest

from exchange.parsing.reading.understand import understand
from tests.slips.answering import answer_faults, draw_answer
from tests.slips.drawing import draw
from tests.slips.judging import faults


@pytest.mark.parametrize("slice_", range(6))
def test_no_row_is_lost_in_silence(slice_: int) -> None:
    for number in range(slice_ * 150, (slice_ + 1) * 150):
        drawn = draw(Random(f"slice {number}"))
        assert faults(drawn, understand(drawn.raw)) == [], f"{number}: {drawn.what}"


@pytest.mark.parametrize("slice_", range(4))
def test_no_code_is_lost_in_silence_or_taken_damaged(slice_: int) -> None:
    for number in range(slice_ * 150, (slice_ + 1) * 150):
        drawn = draw_answer(Random(f"slice {number}"))
        assert answer_faults(drawn, understand(drawn.raw)) == [], f"{number}: {drawn.what}"
