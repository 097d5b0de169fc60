"""Statements: where each stands, what it is about, and what was named before it."""

from __future__ import annotations

from exchange.domain.statements import Act, Scope
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import Line, plain_lines
from tests.corpus.making import D


def place(line: Line) -> str:
    return f"line {line.number}"


def acts(text: str, subject: str = "") -> list[tuple[Act, str]]:
    found = read_statements(plain_lines(text), place, subject)
    return [(one.act, one.where) for one in found]


def test_each_statement_has_the_line_where_its_sentence_begins() -> None:
    text = "Hello\n\nPlease send the install codes for\n\nCancel our list of Monday."
    assert acts(text) == [(Act.ASKS, "line 3"), (Act.TAKES_BACK, "line 5")]


def test_the_subject_is_read_as_a_sentence_of_its_own() -> None:
    assert acts("Hello", "Request for install codes") == [(Act.ASKS, "subject")]


def test_codes_named_in_the_subject_are_what_them_means() -> None:
    assert acts("Could you send them over?", "Install codes") == [(Act.ASKS, "line 1")]
    assert acts("Could you send them over?", "Photographs") == [(Act.ASKS_ELSE, "line 1")]


def test_a_statement_that_names_devices_is_about_those() -> None:
    (one,) = read_statements(plain_lines(f"Please send the code of {D[0]}."), place)
    assert one.scope is Scope.NAMED
    assert [str(device) for device in one.devices] == [D[0]]
    (other,) = read_statements(plain_lines("Please send the codes of these."), place)
    assert (other.scope, other.devices) == (Scope.THESE, ())


def test_the_questions_of_a_form_ask_nothing() -> None:
    filled = "Who are you?\nVale Energy\n\nWhat would you like?\nInstall codes\n"
    assert acts(filled) == [(Act.ASKS, "line 5")]
    assert acts("Who are you?\n\nWhat would you like?\n\n") == [
        (Act.ASKS_ELSE, "line 1"),
        (Act.ASKS_ELSE, "line 3"),
    ]
