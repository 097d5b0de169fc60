"""The thread of a mail: the letter that it answers, and whether a name is the sender's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exchange.domain.mail import Found, Kind, MailHead, Understanding
from exchange.domain.meaning.thread import Asked, ThreadContext, is_sender, thread_of
from tests.unit.domain.meaning.cases import D

OURS = "MP121-OURS-2612-Q00001"
NAMES = ("Harbour Energy", "HARB")


def letter(message_id: str, *devices: int, reference: str = "") -> Understanding:
    return Understanding(
        MailHead(message_id=message_id),
        Kind.REQUEST,
        references=(reference,) if reference else (),
        devices=tuple(Found(D[number], "row 1") for number in devices),
    )


def reply(
    to: str = "", *, thread: tuple[str, ...] = (), references: tuple[str, ...] = ()
) -> Understanding:
    head = MailHead(in_reply_to=to, references=thread)
    return Understanding(head, Kind.RESPONSE, references=references)


FIRST, SECOND = letter("1@ours", 0, 1, reference=OURS), letter("2@ours", 2, reference="OTHER")


def test_a_reply_is_about_the_list_of_its_letter_and_all_of_it_is_open() -> None:
    assert thread_of(reply("1@ours"), [FIRST, SECOND], NAMES) == ThreadContext(
        rows=D[:2], open=frozenset(D[:2]), names=NAMES, reference=OURS, requests=(OURS,),
        asked=(Asked(OURS), Asked("OTHER")),
    )  # fmt: skip


def test_our_requests_are_known_by_their_days_oldest_first() -> None:
    days = (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC))
    late, early = (
        replace(one, head=replace(one.head, date=day))
        for one, day in zip((FIRST, SECOND), days, strict=True)
    )
    # Half past eleven in the night of a summer's day is the next day in London.
    assert thread_of(reply("1@ours"), [late, early]).asked == (
        Asked("OTHER", ("2026-06-01",)),
        Asked(OURS, ("2026-07-01",)),
    )


def test_a_mail_without_our_letter_has_only_its_names() -> None:
    alone = ThreadContext(names=NAMES)
    assert thread_of(reply("3@ours"), [FIRST, SECOND], NAMES) == alone
    assert thread_of(reply(), [letter("", 0)], NAMES) == alone
    assert thread_of(reply("1@ours"), [], NAMES) == alone


def test_a_reference_finds_the_letter_where_no_message_id_does() -> None:
    assert thread_of(reply(references=(OURS,)), [FIRST, SECOND]).rows == D[:2]
    assert thread_of(reply("2@ours", references=(OURS,)), [FIRST, SECOND]).rows == D[2:3]


def test_the_letter_that_is_replied_to_comes_before_others_of_its_thread() -> None:
    said = reply("1@ours", thread=("1@ours", "2@ours"))
    assert thread_of(said, [FIRST, SECOND]).rows == D[:2]


def test_of_several_letters_in_a_thread_the_last_counts() -> None:
    said = reply("their@mail", thread=("1@ours", "2@ours"))
    assert thread_of(said, [FIRST, SECOND]).rows == D[2:3]


def test_a_device_that_a_letter_lists_twice_is_one_row_in_the_order_of_the_list() -> None:
    assert thread_of(reply("4@ours"), [letter("4@ours", 3, 1, 3, 0)]).rows == (D[3], D[1], D[0])


def test_a_letter_without_a_reference_gives_none() -> None:
    assert thread_of(reply("4@ours"), [letter("4@ours", 0)]).reference == ""


# -- names --

HEAD = MailHead(sender="ops@tarn-power.example", sender_name="Jo Quay")


@pytest.mark.parametrize(
    "name",
    [
        "Harbour Energy",
        "HARBOUR ENERGY",
        "Harbour",
        "Energy Harbour",
        "Harb",
        "Jo Quay",
        "Tarn-Power",
        "Tarn",
    ],
)
def test_the_sender_has_its_names_that_of_its_domain_and_its_own(name: str) -> None:
    assert is_sender(name, ThreadContext(names=NAMES), HEAD)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Energy",
        "Limited",
        "Harbour Vale",
        "Harbourside",
        "Vale Energy",
        "Jo",
        "Example",
        "Power",
    ],
)
def test_another_company_is_not_the_sender(name: str) -> None:
    context = ThreadContext(names=("Harbour Energy", "HARB"))
    assert not is_sender(name, context, HEAD)


def test_words_such_as_limited_may_be_added_to_a_name() -> None:
    assert is_sender("Vale Ltd", ThreadContext(names=("Vale",)), MailHead())
    assert not is_sender("Vale Tarn", ThreadContext(names=("Vale",)), MailHead())


def test_without_an_address_the_name_that_a_mail_shows_is_not_the_senders() -> None:
    assert not is_sender("Vale Energy", ThreadContext(), MailHead(sender_name="Vale Energy"))


def test_general_words_are_no_sender_that_shows_no_name() -> None:
    head = MailHead(sender="ops@tarn.example")
    assert not is_sender("the Gas Company", ThreadContext(names=("",)), head)


def test_a_company_of_general_words_alone_is_known_by_all_of_them() -> None:
    context = ThreadContext(names=("The Energy Company",))
    assert is_sender("the energy company", context, MailHead())
    assert not is_sender("Energy", context, MailHead())


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Vale Gas & Power Ltd", True),
        ("the Vale Gas and Power Company", True),
        ("Vale Gas", False),
        ("Vale Water & Power", False),
        ("Power and Gas Ltd", False),
    ],
)
def test_a_company_may_be_written_with_an_ampersand_or_without_its_form(
    name: str, ours: bool
) -> None:
    context = ThreadContext(names=("Vale Gas and Power",))
    assert is_sender(name, context, MailHead(sender="a@vgp.example")) is ours
