"""Which tokens of a line are Device IDs: those whose surroundings say so."""

from __future__ import annotations

import pytest

from exchange.parsing.findings.findings import Findings
from exchange.parsing.identifiers.tokens import TokenForm, find_tokens
from exchange.parsing.lists.prose.device_recognition import DeviceRecognition, continues_list
from exchange.parsing.lists.prose.list_block import ListBlock
from exchange.parsing.text.lines import Line

SEPARATED, OTHER = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1"
BARE, DECIMAL = "00DB1234567890A0", "1234567890123456"


def _recognition() -> DeviceRecognition:
    return DeviceRecognition(Findings(), lambda line: line.where)


def _accept(
    text: str,
    block: ListBlock | None = None,
    *,
    alone: bool = False,
    listed: bool = False,
    others: bool = False,
    table: int = 0,
) -> tuple[bool, Findings, ListBlock]:
    recognition, block = _recognition(), block or ListBlock()
    (token,) = (one for one in find_tokens(text) if one.device or one.form is TokenForm.DAMAGED)
    accepted = recognition.accept(
        text,
        Line(1, text, table=table, row=1),
        token,
        block,
        alone=alone,
        listed=listed,
        others=others,
    )
    assert accepted == bool(recognition.found.devices or recognition.hubs)
    assert accepted == block.has_device or block.deferred
    return accepted, recognition.found, block


@pytest.mark.parametrize(
    "text",
    [
        f"Hello {SEPARATED} is what I mean",
        BARE,
        f"- {BARE} in Leeds",
        f"3) {BARE} in Leeds",
        f"the meter {BARE}",
        f"it is {BARE}, a smart meter",
        f"please send the code for {BARE}",
        f"Device ID: {DECIMAL}",
    ],
)
def test_the_words_around_it_make_it_one(text: str) -> None:
    assert _accept(text, alone=text == BARE)[0]


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        (f"it is {BARE} there", True),
        (f"it is {DECIMAL} there", False),
        (f"serial number {BARE}", False),
        (f"MPAN: {SEPARATED}", False),
        (f"install code: {BARE}", False),
        (f"IC: {SEPARATED}", False),
    ],
)
def test_other_words_do_not(text: str, warned: bool) -> None:
    accepted, found, _ = _accept(text)
    assert not accepted
    assert bool(found.warnings) is warned
    if warned:
        assert found.warnings == [
            f"body line 1: {BARE} is not taken: nothing says that it is a Device ID"
        ]


def test_a_bare_word_next_to_a_device_with_separators_is_a_serial_number() -> None:
    assert not _accept(BARE, others=True)[0]
    assert _accept(BARE, others=True, listed=True)[0]


def test_in_a_table_the_place_in_the_line_proves_nothing() -> None:
    assert not _accept(BARE, alone=True, table=1)[0]
    assert not _accept(DECIMAL, ListBlock(labelled=True), alone=True, table=1)[0]
    assert _accept(f"Device ID: {BARE}", table=1)[0]


def test_below_a_heading_that_names_something_else_nothing_alone_is_taken() -> None:
    accepted, found, _ = _accept(SEPARATED, ListBlock(barred=True), alone=True)
    assert not accepted
    assert found.warnings == [
        f"body line 1: {SEPARATED} is not taken: the words above it name something else"
    ]


def test_digits_alone_wait_until_their_list_is_known() -> None:
    accepted, _, block = _accept(DECIMAL, alone=True)
    assert (accepted, [token.text for _, token in block.deferred]) == (False, [DECIMAL])
    assert _accept(DECIMAL, ListBlock(labelled=True), alone=True)[0]
    assert _accept(DECIMAL, ListBlock(has_device=True), alone=True)[0]


def test_a_code_that_is_asked_for_may_follow_its_name() -> None:
    assert _accept(f"please send the install code {SEPARATED}")[0]
    assert not _accept(f"please send the install code {BARE}")[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [(f"ESME {SEPARATED}", "ESME"), (f"the gas meter {SEPARATED}", "GSME"), (SEPARATED, "")],
)
def test_the_type_before_it_is_kept(text: str, kind: str) -> None:
    (found,) = _accept(text)[1].devices
    assert (str(found.device), found.where, found.device_type) == (SEPARATED, "body line 1", kind)


def _named(*texts: str) -> Findings:
    recognition = _recognition()
    for number, text in enumerate(texts, 1):
        (token,) = find_tokens(text)
        recognition.accept(
            text, Line(number, text), token, ListBlock(), alone=False, listed=False, others=False
        )
    recognition.settle_hubs()
    return recognition.found


def test_hubs_are_listed_if_nothing_else_is() -> None:
    found = _named(f"the CHF {SEPARATED}", f"the IHD {OTHER}")
    assert [str(one.device) for one in found.devices] == [SEPARATED, OTHER]
    assert found.warnings == []


def test_hubs_next_to_meters_are_only_mentioned() -> None:
    found = _named(f"the CHF {SEPARATED}", f"the ESME {OTHER}")
    assert [str(one.device) for one in found.devices] == [OTHER]
    assert found.warnings == [
        f"1 Communications Hub or in-home device is named and not asked about: {SEPARATED}"
    ]
    many = [f"the CHF 00-DB-12-34-56-78-91-{number:02X}" for number in range(1, 8)]
    (warning,) = _named(f"the ESME {OTHER}", *many).warnings
    assert warning.startswith("7 Communications Hubs or in-home devices are named")
    assert warning.count("00-DB-") == 5


@pytest.mark.parametrize(
    ("text", "block", "alone", "reported"),
    [
        ("00-DB-12-34-56-78-90-AO", ListBlock(), False, True),
        ("it is 00-DB-12-34-56-78-9-A0 there", ListBlock(), False, True),
        ("FACEDEAFCAFEBEEO", ListBlock(), True, False),
        ("00DB1234567890AO", ListBlock(), True, True),
        ("it is 00DB1234567890AO there", ListBlock(), False, False),
        ("00DB1234567890A", ListBlock(labelled=True), True, True),
        ("00DB1234567890A", ListBlock(), True, False),
        ("Device ID: 00DB1234567890A", ListBlock(), False, True),
        ("serial number 00-DB-12-34-56-78-90-AO", ListBlock(), False, False),
        ("IC: 00-DB-12-34-56-78-90-AO", ListBlock(), False, False),
        ("123456789012", ListBlock(labelled=True), True, False),
    ],
)
def test_something_damaged_is_reported_where_a_device_id_was_meant(
    text: str, block: ListBlock, alone: bool, reported: bool
) -> None:
    recognition = _recognition()
    (token,) = find_tokens(text)
    assert token.form is TokenForm.DAMAGED
    recognition.damaged_token(text, Line(1, text), token, block, alone=alone)
    assert [one.text for one in recognition.found.rejects] == [token.text] * reported


def test_digits_that_may_be_half_a_code_are_reported_as_they_were_sent() -> None:
    recognition, text = _recognition(), f"x {BARE} {BARE} y"
    recognition.doubt(text, Line(1, text), [find_tokens(text)[:1]])
    (reject,) = recognition.found.rejects
    assert reject.text == BARE
    assert "may be a Device ID or a piece of an install code" in reject.reason


@pytest.mark.parametrize(
    ("between", "form", "goes_on"),
    [
        (", ", TokenForm.SEPARATED, True),
        (" and ", TokenForm.BARE, True),
        (" ", TokenForm.BARE, True),
        (" ", TokenForm.DECIMAL, False),
        (" and ", TokenForm.DECIMAL, True),
        ("\t", TokenForm.SEPARATED, False),
        (" in Leeds ", TokenForm.SEPARATED, False),
    ],
)
def test_what_stands_between_two_items_of_a_list(
    between: str, form: TokenForm, goes_on: bool
) -> None:
    assert continues_list(between, form) is goes_on
