"""What could not be read is quoted as it was sent, with the words around it, and harmless."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Reject
from exchange.rendering.wording import safe_quote
from exchange.services.answering.requests.sent_words import in_their_words

BODY = """Good morning,
meter 00-DB-41-07-00-1A-20-3 at 4 Elm Road (gas)

 - serial 21E0012345, EUI 00DB4107001A2O31X, installed in the spring of 2023 by our own engineer
83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B and 00-DB-41-07-00-1A-20-3
00-DB-41-07-00-1A-20"""


@pytest.mark.parametrize(
    ("text", "where", "shown"),
    [
        (
            "00-DB-41-07-00-1A-20-3",
            "body line 2",
            "meter 00-DB-41-07-00-1A-20-3 at 4 Elm Road (gas)",
        ),
        # As few words as leave no room for a code.
        ("00DB4107001A2O31X", "body line 4", "… EUI 00DB4107001A2O31X, installed …"),
        ("00-DB-41-07-00-1A-20-3", "body line 5", "… C3B and 00-DB-41-07-00-1A-20-3"),
        ("00-DB-41-07-00-1A-20", "body line 6", "00-DB-41-07-00-1A-20"),
        # Not in that line, not a line of the body, no such line.
        ("00-DB-41-07", "body line 1", "00-DB-41-07"),
        ("00-DB-41-07", "list.csv > row 2", "00-DB-41-07"),
        ("00-DB-41-07", "old.eml > body line 2", "00-DB-41-07"),
        ("00-DB-41-07", "body line 99", "00-DB-41-07"),
        ("00-DB-41-07", "body line 0", "00-DB-41-07"),
        ("", "body line 2", ""),
    ],
)
def test_a_line_of_the_body_is_quoted_with_its_words(text: str, where: str, shown: str) -> None:
    assert in_their_words([Reject(text, "too short", where)], BODY) == [shown]
    assert safe_quote(shown) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("83FE D340 7A93 9723 A5C6 39B2 6916 D505", "[masked]"),
        ("00-DB-41\x00\r\n07\u202e", "00-DB-41 07"),
        ("x" * 200, "x" * 99 + "…"),
    ],
)
def test_a_quote_is_safe(sent: str, shown: str) -> None:
    assert safe_quote(sent) == shown


def test_thousands_of_rejects_of_a_long_body_cost_little() -> None:
    body = "\n".join(f"row {at}: 00-DB-41-{at:06}" for at in range(50_000))
    rejects = [
        Reject(f"00-DB-41-{at:06}", "too short", f"body line {at + 1}") for at in range(50_000)
    ]
    texts = in_their_words(rejects, body)
    assert texts[0] == "row 0: 00-DB-41-000000"
    assert texts[-1] == "00-DB-41-049999"


def test_an_id_that_lost_its_end_is_not_quoted_as_its_neighbour() -> None:
    line = "00-DB-12-34-56-78-90-A0, 00-DB-12-34-56-78-90 and 00-DB-12-34-56-78-90-A2"
    reject = Reject("00-DB-12-34-56-78-90", "too short", "body line 1")
    (said,) = in_their_words([reject], line)
    assert "00-DB-12-34-56-78-90 " in said
    assert said.index("00-DB-12-34-56-78-90 ") > 0
    assert not said.startswith("00-DB-12-34-56-78-90-A0, …")
