"""Legends: what "No" means in a column, where the sender says so."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.legends import (
    explains_mark,
    has_sign,
    is_key,
    read_legend,
    says_yes,
    signs_of_denial,
)
from exchange.parsing.text.lines import Line


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


def test_signs_are_those_that_only_deny() -> None:
    assert signs_of_denial(["A - code below; B - not fitted by us"]) == {"b"}
    assert signs_of_denial(["Y = fitted by us, N = not fitted by us"]) == {"n"}
    assert signs_of_denial(["B - not fitted by us", "B - still looking"]) == frozenset()
    assert signs_of_denial(["We have two vans."]) == frozenset()


def test_a_sign_is_alone_in_its_cell() -> None:
    signs = frozenset("b")
    assert has_sign(Line(1, "00-DB-12-34-56-78-90-A0  B"), signs)
    assert has_sign(Line(1, "x", cells=("00-DB-12-34-56-78-90-A0", " b ")), signs)
    assert not has_sign(Line(1, "00-DB-12-34-56-78-90-A0  not B"), signs)


@pytest.mark.parametrize(
    "text", ["* = not ours", "= not ours", "\u2717: not installed by us", "# = ours"]
)
def test_a_mark_that_is_explained_speaks_of_marked_rows_alone(text: str) -> None:
    assert explains_mark(text)


@pytest.mark.parametrize(
    "text", ["not ours", "We = the installer", "- not ours", "(not ours)", "5 = five"]
)
def test_other_sentences_explain_no_mark(text: str) -> None:
    assert not explains_mark(text)
