"""Whether a mail that answers means the list of its thread, or another of ours, or a file."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Found, Kind, MailHead, Outcome, Understanding
from exchange.domain.meaning.pointed_lists import other_lists
from exchange.domain.meaning.resolve import resolve
from exchange.domain.meaning.thread import Asked
from exchange.domain.statements import Act, Scope, Statement
from tests.unit.domain.meaning.cases import D, says, thread

Q1 = Asked("MP121-OURS-2612-Q00001", ("2026-11-03", "2026-11-10"))  # and its reminder
Q2 = Asked("MP121-OURS-2612-Q00002", ("2026-11-17",))
Q3 = Asked("MP121-OURS-2612-Q00003", ("2026-11-17",))


def names(words: str, order: int = 0, day: str = "") -> Statement:
    return says(Act.NAMES_REQUEST, Scope.NONE, words=words, reason=words, order=order, day=day)


def mail(*said: Statement, **more: object) -> Understanding:
    return Understanding(MailHead(), Kind.RESPONSE, statements=said, **more)  # type: ignore[arg-type]


FIRST, SECOND, LAST = names("first", 1), names("second", 2), names("last", -1)
EARLIER = names("the earlier one")


@pytest.mark.parametrize(
    ("one", "here", "asked", "meant"),
    [
        # Only one request was ever sent to them.
        (FIRST, Q1, [Q1], ""),
        (EARLIER, Q1, [Q1], ""),
        (names("of 10 November", day="11-10"), Q1, [Q1], ""),
        (names("of the 3rd", day="03"), Q1, [Q1], ""),
        (names("of 4 November", day="11-04"), Q1, [Q1], "a request that is not known here"),
        # Of several, the words have to fit the one that is replied to.
        (FIRST, Q1, [Q1, Q2], ""),
        (FIRST, Q2, [Q1, Q2], "Q00001 of 2026-11-03"),
        (SECOND, Q2, [Q1, Q2], ""),
        (SECOND, Q1, [Q1, Q2], "Q00002 of 2026-11-17"),
        (LAST, Q3, [Q1, Q2, Q3], ""),
        (LAST, Q2, [Q1, Q2, Q3], "Q00001 of 2026-11-03 or MP121-OURS-2612-Q00003"),
        (EARLIER, Q1, [Q1, Q2], "Q00002"),
        (names("third", 3), Q1, [Q1, Q2], "Q00002"),
        (names("of 3 November", day="11-03"), Q2, [Q1, Q2], "Q00001 of 2026-11-03"),
        (names("of 3 November", day="2026-11-03"), Q1, [Q1, Q2], ""),
        (names("of 3 November", day="2025-11-03"), Q1, [Q1, Q2], "not known here"),
        # Two of one day: the words agree with the thread, which says which.
        (names("of 17 November", day="11-17"), Q2, [Q1, Q2, Q3], ""),
    ],
)
def test_words_that_name_a_request_have_to_fit_the_one_replied_to(
    one: Statement, here: Asked, asked: list[Asked], meant: str
) -> None:
    context = thread(reference=here.reference, requests=(here.reference,), asked=tuple(asked))
    found = list(other_lists(mail(says(Act.DENIES), one), context))
    assert len(found) == bool(meant)
    assert meant in "".join(found)
    assert all(here.reference in why for why in found)


def test_in_a_thread_of_two_requests_a_day_tells_them_apart() -> None:
    both = (Q1.reference, Q2.reference)
    context = thread(reference=" and ".join(both), requests=both, asked=(Q1, Q2))
    (why,) = other_lists(mail(says(Act.DENIES), names("3 November", day="11-03")), context)
    assert Q1.reference in why


def test_a_denial_for_another_request_closes_nothing() -> None:
    context = thread(reference=Q2.reference, requests=(Q2.reference,), asked=(Q1, Q2))
    found = resolve(mail(says(Act.DENIES), FIRST), context)
    assert {one.outcome for one in found.answers} == {Outcome.UNCLEAR}
    assert found.doubts


HERE = says(Act.ATTACHES, Scope.NONE, words="See attached.", reason="See attached")
ANY = says(Act.NAMES_FILE, Scope.NONE, words="Those in the file.", reason="the file")
IN_FILE = {"files": 1, "devices": (Found(D[0], "list.csv > row 2"),)}


@pytest.mark.parametrize(
    ("one", "more", "why"),
    [
        (HERE, {}, "nothing is attached"),
        (HERE, {"files": 1}, "no Device is in its files"),
        (HERE, {"files": 1, "devices": (Found(D[0], "body line 4"),)}, "no Device is in its files"),
        (HERE, IN_FILE, ""),
        (ANY, {}, ""),  # ours: our letter has files
        (ANY, {"files": 1}, "no Device is in its files"),
        (ANY, IN_FILE, ""),
    ],
)
def test_words_that_point_to_a_file_have_to_find_it(
    one: Statement, more: dict[str, object], why: str
) -> None:
    found = list(other_lists(mail(says(Act.DENIES), one, **more), thread()))
    assert len(found) == bool(why)
    assert why in "".join(found)
