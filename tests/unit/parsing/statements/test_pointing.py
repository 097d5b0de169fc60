"""Words by which a sentence points to one of our requests, or to a file."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act, Scope
from exchange.parsing.statements.pointing import point_to_lists
from exchange.parsing.statements.sentences import Sentence
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import Line


def pointed(text: str) -> list[tuple[Act, str, int, str]]:
    found = point_to_lists(Sentence(text, Line(1, text)), "body line 1")
    return [(one.act, one.reason, one.order, one.day) for one in found]


@pytest.mark.parametrize(
    ("text", "words", "order", "day"),
    [
        ("As to your first request, none were ours.", "your first request", 1, ""),
        ("Your latest list: not ours.", "Your latest list", -1, ""),
        ("We fitted nothing on your second e-mail.", "your second e-mail", 2, ""),
        ("Re your mail of 7 May, not ours.", "your mail of 7 May", 0, "05-07"),
        ("Your request dated 7/5/26: none.", "Your request dated 7/5/26", 0, "2026-05-07"),
        ("The list you sent on May 7th, 2026: no.", "The list you sent on May 7th, 2026", 0,
         "2026-05-07"),
        ("Your letter of 2026-05-07 - not us.", "Your letter of 2026-05-07", 0, "2026-05-07"),
        ("Thanks for your message of the 7th.", "your message of the 7th", 0, "07"),
        ("Those from last month are not ours.", "Those from last month", 0, ""),
        ("Tuesday's batch was not fitted by us.", "Tuesday's batch", 0, ""),
        ("For the previous ones: no.", "For the previous ones", 0, ""),
        ("None of the meters you asked us about in June.", "meters you asked us about in June", 0,
         ""),
    ],
)  # fmt: skip
def test_a_request_is_named_by_its_order_or_its_day(
    text: str, words: str, order: int, day: str
) -> None:
    assert (Act.NAMES_REQUEST, words, order, day) in pointed(text)


@pytest.mark.parametrize(
    "text",
    [
        "None of the Devices in your request are ours.",
        "The first one on your list is not ours.",
        "Please note my new email address from 3 May.",
        "Our previous list was wrong.",
        "They were fitted by the previous Supplier in May 2019.",
        "We lost that supply on 7 May.",
        "Not ours.",
    ],
)
def test_what_names_no_request_or_the_only_one_points_to_none(text: str) -> None:
    assert not pointed(text)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("I attach a list of what we never fitted.", Act.ATTACHES),
        ("See attached.", Act.ATTACHES),
        ("Our list is enclosed: none of them are ours.", Act.ATTACHES),
        ("The meters on the attached sheet were not installed by us.", Act.ATTACHES),
        ("None of the meters on my spreadsheet.", Act.ATTACHES),
        ("None of the Devices in the spreadsheet are ours.", Act.NAMES_FILE),
        ("Everything listed in the attachment was fitted by somebody else.", Act.NAMES_FILE),
    ],
)
def test_a_file_is_the_senders_where_the_words_say_so(text: str, act: Act) -> None:
    assert [one[0] for one in pointed(text)] == [act]


@pytest.mark.parametrize(
    "text", ["None of those in your attachment.", "We did not fit what you attached in the file."]
)
def test_our_own_file_points_nowhere_else(text: str) -> None:
    assert not pointed(text)


def test_the_number_of_a_request_is_no_row() -> None:
    text = "None of the devices in your first list were ours."
    said = read_statements([Line(1, text)], lambda _: "body line 1")
    assert [(one.act, one.scope, one.rows) for one in said] == [
        (Act.DENIES, Scope.PART, ()),
        (Act.NAMES_REQUEST, Scope.NONE, ()),
    ]


def test_a_mail_that_answers_nothing_points_nowhere() -> None:
    said = read_statements([Line(1, "Thanks for your email of 7 May.")], lambda _: "body line 1")
    assert Act.NAMES_REQUEST not in {one.act for one in said}
