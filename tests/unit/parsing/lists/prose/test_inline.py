"""Answers typed into our own list as it comes back quoted."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.mail import Outcome
from exchange.domain.statements import Act
from exchange.parsing.findings.findings import Findings
from exchange.parsing.lists.prose.inline import find_quoted_list, read_inline, read_quoted_codes
from exchange.parsing.mime.quoting import mark_quotes
from exchange.parsing.text.lines import Line, plain_lines

A, B, C = (f"00-DB-12-34-56-78-90-A{number}" for number in range(3))
CODE = "83FED3407A939723A5C639B26916D505C3B5"
HEAD = "On Monday OURS wrote:\n> Request MP121-OURS-2026-Q00001\n> Devices: 3\n"
FROM = "clerk@theirs.example"


def _lines(text: str) -> list[Line]:
    lines = plain_lines(text)
    mark_quotes(lines)
    return lines


def _read(text: str, subject: str = "Re: request") -> tuple[Findings, frozenset[int]]:
    lines = _lines(text)
    return read_inline(lines, find_quoted_list(lines, subject, FROM), lambda line: line.where)


def _claims(found: Findings) -> list[tuple[str, str]]:
    return [
        (
            str(one.device),
            "bad_code"
            if one.bad_code
            else one.code.with_crc
            if one.code
            else str(one.outcome.value)
            if one.outcome
            else "",
        )
        for one in found.claims
    ]


def test_answers_under_their_rows() -> None:
    found, taken = _read(f"{HEAD}> {A}\nnot installed by us\n> {B}\n{CODE}\n> {C}\n")
    assert _claims(found) == [(A, Outcome.NOT_INSTALLER.value), (B, CODE)]
    assert taken == {5, 7}


def test_an_answer_beside_its_row() -> None:
    found, taken = _read(f"{HEAD}> {A}  not installed by us\n> {B}\n")
    assert _claims(found) == [(A, Outcome.NOT_INSTALLER.value)]
    assert taken == frozenset()


def test_a_list_that_is_not_ours_is_answered_by_nobody() -> None:
    theirs = "On Monday X wrote:\n> Our order 12\n"
    text = f"{theirs}> {A}\nnot installed by us\n> {B}\n"
    assert _claims(_read(text)[0]) == []
    # The reference in the subject is enough.
    assert _claims(_read(text, "Re: MP121-OURS-2026-Q00001")[0]) == [
        (A, Outcome.NOT_INSTALLER.value)
    ]


def test_an_answer_that_speaks_of_several_rows_is_unclear() -> None:
    found, _ = _read(f"{HEAD}> {A}\n> {B}\nboth not installed by us\n> {C}\n")
    assert _claims(found) == [(A, Outcome.UNCLEAR.value), (B, Outcome.UNCLEAR.value)]
    assert ["not clear" in one.reason for one in found.rejects] == [True]


def test_words_below_the_whole_list_are_of_no_single_row() -> None:
    found, taken = _read(f"{HEAD}> {A}\n> {B}\n\nnot installed by us\n")
    assert (_claims(found), taken) == ([], frozenset())


def test_a_damaged_code_under_a_row_is_reported_with_its_device() -> None:
    found, _ = _read(f"{HEAD}> {A}\n{CODE[:-1]}6\n> {B}\n")
    assert _claims(found) == [(A, "bad_code")]
    assert [str(one.device) for one in found.rejects] == [A]


def test_two_codes_under_one_row_are_not_chosen_from() -> None:
    found, _ = _read(f"{HEAD}> {A}\n{CODE}\n83FED3407A939723A5C639B269161802AEBB\n> {B}\n")
    assert _claims(found) == [(A, "bad_code")]
    assert found.rejects[0].reason == "several install codes under one quoted row"


def test_codes_above_the_first_row_put_every_pair_in_doubt() -> None:
    found, _ = _read(f"{HEAD}{CODE}\n> {A}\n83FED3407A939723A5C639B269161802AEBB\n> {B}\n")
    assert _claims(found) == [(A, "bad_code")]


@pytest.mark.parametrize(
    ("count", "whole"), [("Devices: 2", True), ("Devices: 3", False), ("", False)]
)
def test_the_whole_list_came_back_where_its_count_agrees(count: str, whole: bool) -> None:
    lines = _lines(f"Hi\n> MP121-OURS-2026-Q00001\n> {count}\n> {A}\n> {B}\n")
    quote = find_quoted_list(lines, "Re: request", FROM)
    assert quote.ours
    assert quote.complete is whole
    assert [str(one) for one in quote.rows] == [A, B]


def test_a_code_that_stands_only_in_the_quote_is_for_a_person() -> None:
    lines = _lines(f"{HEAD}> {A} {CODE}\n> {B} {CODE}\n")
    quote = find_quoted_list(lines, "Re: request", FROM)
    answered = frozenset({DeviceId.parse(B)})
    found = read_quoted_codes(quote, answered, lambda line: line.where)
    assert _claims(found) == [(A, "bad_code")]
    assert "only in quoted text" in found.rejects[0].reason


@pytest.mark.parametrize("mark", ["\u2713", "*", "??"])
def test_a_mark_that_not_every_row_has_is_a_statement_about_its_row(mark: str) -> None:
    found, _ = _read(f"X = not ours\n\n{HEAD}> {A} ESME {mark}\n> {B} ESME\n> {C} ESME\n")
    (said,) = found.statements
    assert (said.act, [str(one) for one in said.devices], said.hedge) == (
        Act.OTHER, [A], mark[0],
    )  # fmt: skip
    assert found.claims == []


def test_what_is_around_every_row_marks_none() -> None:
    found, _ = _read(f"None were ours.\n\n{HEAD}> *{A}*\n> *{B}*\n> *{C}*\n")
    assert found.statements == []


def test_what_is_typed_on_a_row_of_a_letter_of_ours_is_a_statement_about_it() -> None:
    lines = _lines(f"{HEAD}> {A} ESME KC\n> {B} ESME not ours\n> {C} ESME\n")
    quote = find_quoted_list(lines, "Re: request", FROM)
    typed = {4: "KC", 5: "not ours"}
    found, _ = read_inline(lines, quote, lambda line: line.where, typed)
    assert [(str(one.devices[0]), one.words) for one in found.statements] == [(A, "KC")]
    assert _claims(found) == [(B, Outcome.NOT_INSTALLER.value)]
