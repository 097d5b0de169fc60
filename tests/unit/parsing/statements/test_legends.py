"""Legends: what "No" means in a column, where the sender says so."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.legends import is_key, read_legend, says_yes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("N = still to be looked up", (True, "N = still to be looked up")),
        (
            "A No means that nobody looked.",
            (True, "A No means that nobody looked."),
        ),
        ("Y = fitted by us, N = not fitted by us", (True, "")),
        ("N = not fitted by us", (False, "")),
        ("No, we did not fit these.", (False, "")),
        ("No reply means no.", (False, "")),
        ("Where it says No we have yet to look.", (True, "Where it says No we have yet to look.")),
    ],
)
def test_a_legend_may_redefine_no(text: str, found: tuple[bool, str]) -> None:
    assert read_legend(text) == found


def test_a_key_and_the_rows_that_say_yes() -> None:
    assert is_key("N = not fitted by us")
    assert not is_key("Not fitted by us")
    assert says_yes("00-DB-12-34-56-78-90-A0 | Y")
    assert not says_yes("00-DB-12-34-56-78-90-A0 | N")
