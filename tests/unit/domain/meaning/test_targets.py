"""Which Devices of a list a statement is about: an exact fit, or a text that says why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.meaning.targets import Devices, rest_of, targets_of
from exchange.domain.meaning.thread import ThreadContext
from exchange.domain.statements import Act, Scope
from tests.unit.domain.meaning.cases import D, says, thread

LIST = D[:4]


def targets(
    scope: Scope, *rows: int, count: int | None = None, context: ThreadContext | None = None
) -> Devices | str:
    one = says(Act.DENIES, scope, rows=rows, count=count)
    return targets_of(one, LIST, thread(4) if context is None else context)


@pytest.mark.parametrize("scope", [Scope.NONE, Scope.THESE])
@pytest.mark.parametrize("count", [None, 4])
def test_a_list_is_meant_whole_where_no_other_number_is_named(
    scope: Scope, count: int | None
) -> None:
    assert targets(scope, count=count) == LIST


def test_a_number_of_devices_is_the_list_or_what_is_open_of_it() -> None:
    some = thread(4, open=frozenset(D[1:3]))
    assert targets(Scope.THESE, count=4, context=some) == LIST
    assert targets(Scope.THESE, count=2, context=some) == D[1:3]
    assert targets(Scope.THESE, count=3, context=some) == (
        "it says 3, and the list has 4, 2 of them open"
    )


def test_without_a_thread_the_text_does_not_speak_of_open_ones() -> None:
    assert targets(Scope.THESE, count=3, context=ThreadContext()) == (
        "it says 3, and the list has 4"
    )


KINDS = dict(zip(LIST, ("ESME", "GSME", "ESME", "GSME"), strict=True))


@pytest.mark.parametrize(
    ("count", "types", "expected"),
    [
        (None, KINDS, (LIST[1], LIST[3])),
        (2, KINDS, (LIST[1], LIST[3])),
        (1, KINDS, "it says 1, and the list has 2 of that kind"),
        (None, {}, "it names a kind of Device (GSME), and the list has no types"),
        (None, {**KINDS, LIST[0]: ""},
         "it names a kind of Device (GSME), and the list has no types"),
        (None, {**KINDS, LIST[0]: "PPMID"},
         "it names a kind of Device (GSME), and not all are meters"),
        (None, dict.fromkeys(LIST, "ESME"),
         "it names a kind of Device that the list does not have: GSME"),
    ],
)  # fmt: skip
def test_a_kind_is_those_of_its_type_where_every_type_is_known(
    count: int | None, types: dict[DeviceId, str], expected: Devices | str
) -> None:
    one = replace(says(Act.DENIES, Scope.KIND, count=count), kinds=("GSME",))
    assert targets_of(one, LIST, thread(4, types=types)) == expected


def test_some_of_them_are_none() -> None:
    assert targets(Scope.PART) == "it does not say which Devices are meant"


def test_this_device_is_one_where_there_is_only_one() -> None:
    one = says(Act.DENIES, Scope.ONE)
    assert targets_of(one, D[:1], thread(1)) == D[:1]
    assert targets_of(one, D[:2], thread(2)) == "it is about one Device, and the list has 2"


@pytest.mark.parametrize(
    ("scope", "rows", "found"),
    [
        (Scope.ROWS, (1,), D[:1]),
        (Scope.ROWS, (4, 2), (D[3], D[1])),
        (Scope.ROWS, (-1,), D[3:4]),
        (Scope.ROWS, (-4, 1), D[:1]),
        (Scope.ALL_BUT, (-1,), D[:3]),
        (Scope.ALL_BUT, (2, 3), (D[0], D[3])),
        (Scope.ALL_BUT, (1, 2, 3, 4), ()),
    ],
)
def test_rows_count_from_one_and_from_the_end(
    scope: Scope, rows: tuple[int, ...], found: Devices
) -> None:
    assert targets(scope, *rows) == found


@pytest.mark.parametrize("scope", [Scope.ROWS, Scope.ALL_BUT])
@pytest.mark.parametrize("rows", [(5,), (-5,), (0,), (1, 5), ()])
def test_a_row_that_the_list_does_not_have_leaves_all_open(
    scope: Scope, rows: tuple[int, ...]
) -> None:
    assert targets(scope, *rows) == "it counts rows that a list of 4 does not have"


@pytest.mark.parametrize("scope", [Scope.ROWS, Scope.ALL_BUT])
def test_rows_of_a_list_in_unknown_order_are_not_counted(scope: Scope) -> None:
    shuffled = thread(4, ordered=False)
    assert targets(scope, 1, context=shuffled) == (
        "it counts rows of a list whose order is not known"
    )


# -- the rest --

NO_REST = "it mentions the rest of a list and answers no Device individually"


def rest(
    *named: int,
    count: int | None = None,
    context: ThreadContext | None = None,
    rows: Devices = LIST,
) -> Devices | str:
    """Return the rest, given which Devices the mail answers on their own."""
    one = says(Act.DENIES, Scope.REST, count=count)
    known = {D[number] for number in named}
    return rest_of(one, rows, context or ThreadContext(), known, any_named=bool(known))


def test_the_rest_is_what_the_mail_does_not_name() -> None:
    assert rest(0, 2) == (D[1], D[3])
    assert rest(0, 2, count=2) == (D[1], D[3])


def test_a_number_that_is_not_that_of_the_rest_leaves_it_open() -> None:
    assert rest(0, 2, count=3) == "it says 3, and 2 are not answered"


def test_the_rest_does_not_reach_what_was_answered_before() -> None:
    some = thread(4, open=frozenset(D[2:4]))
    assert rest(context=some) == D[2:4]
    assert rest(2, context=some) == D[3:4]
    assert rest(context=some, count=2) == D[2:4]


def test_without_any_answer_there_is_no_rest() -> None:
    assert rest() == NO_REST
    assert rest(context=thread(4)) == NO_REST
    assert rest(count=4) == NO_REST


def test_the_remaining_four_of_four_are_all_of_our_list() -> None:
    assert rest(count=4, context=thread(4)) == LIST


def test_without_a_list_the_text_says_what_is_missing() -> None:
    assert rest(0, rows=()) == "this mail does not quote the whole list"
    assert rest(rows=()) == NO_REST


def test_last_digits_are_those_of_one_row() -> None:
    one = says(Act.DENIES, Scope.ROWS, endings=("9001", "9003"))
    assert targets_of(one, LIST, thread(4)) == (D[1], D[3])
    shared = says(Act.DENIES, Scope.ROWS, endings=("90",))
    assert targets_of(shared, LIST, thread(4)) == "0 Devices of the list end in 90"
    both = says(Act.DENIES, Scope.ROWS, endings=("9001",), rows=(2,))
    assert "and not only these" in str(targets_of(both, LIST, thread(4)))
