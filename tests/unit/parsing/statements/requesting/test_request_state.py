"""What a sentence says of a request or of its Devices, other than to ask for their codes."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.requesting.request_state import Place, is_in_earnest, unsettles


@pytest.mark.parametrize(
    "text",
    [
        "Please send the install codes for these.",
        "This is our formal request for the install codes of the meters below.",
        "We will need the codes for these.",
        "If you still hold the codes, please send them.",
        "If it was Vale Energy who fitted any of these, please send us the code.",
        "Please post the codes over as soon as possible.",
        "We cannot join these without their codes, so please dig them out.",
        "Please confirm what the codes are.",
    ],
)
def test_asks_in_earnest(text: str) -> None:
    assert is_in_earnest(text)


@pytest.mark.parametrize(
    "text",
    [
        "Our request for the codes has withered.",  # of a request, in a word that nobody knows
        "We are mothballing the request for these codes.",
        "We are going to apply for the codes of these.",
        "We shall come round to the codes of these in May.",
        "If the auditors agree, please send the codes.",
        "Please send the codes once our manager has countersigned.",
        "We would hardly know what to do with the codes.",
        "Please shred the codes of these.",
        "Tell us whether the codes of these were handed out before.",
        "Note to self: ask for the codes on Monday.",
        "The codes for these arrived in one piece.",
    ],
)
def test_has_the_words_of_a_request_and_is_none(text: str) -> None:
    assert not is_in_earnest(text)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place.ABOVE, "This enquiry has run into the sand."),
        (Place.ABOVE, "Mothballed."),
        (Place.ABOVE, "The message below has done its work."),
        (Place.BELOW, "They have been scooped up by another supplier."),
        (Place.BELOW, "These went to auction."),
        (Place.BELOW, "Our fitter unearthed them in the cupboard."),
        (Place.BELOW, "The above can be binned."),
        (Place.BELOW, "Update 3 May: we are all set."),
        (Place.SIGNED, "Archived by Jo."),
        (Place.SIGNED, "PS: skip the last two."),
        (Place.SIGNED, "** Jo says these have fallen through **"),
        (Place.SUBJECT, "Mothballed: install code request"),
        (Place.SUBJECT, "Install codes (on hold)"),
    ],
)
def test_may_say_that_a_request_is_over(place: Place, text: str) -> None:
    assert unsettles(text, place, asks=False)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place.ABOVE, "These sites came to us in August."),
        (Place.ABOVE, "Please find attached our request."),
        (Place.BELOW, "They were installed and never commissioned."),
        (Place.BELOW, "The second one is behind a locked door."),
        (Place.BELOW, "Our engineer could not join them."),
        (Place.BELOW, "Both are in Leeds."),
        (Place.SIGNED, "Registered in England."),
        (Place.SIGNED, "Ahmed"),
        (Place.SIGNED, "PS we need these by Friday, please."),
        (Place.SUBJECT, "Gained meters, install codes needed"),
        (Place.SUBJECT, "Install codes: 4 meters that failed to join"),
    ],
)
def test_leaves_a_request_as_it_is(place: Place, text: str) -> None:
    assert not unsettles(text, place, asks=False)


def test_what_is_said_in_brackets_counts_where_a_sentence_asks() -> None:
    assert unsettles("Codes for these please (superseded by my next mail).", Place.BELOW, asks=True)
    assert not unsettles("Codes for these please (all fitted in May).", Place.BELOW, asks=True)
