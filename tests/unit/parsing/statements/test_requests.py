"""Who asks whom for what: requests for codes, and sentences with the words of one."""

from __future__ import annotations

import time

import pytest

from exchange.parsing.statements import requests


@pytest.mark.parametrize(
    "text",
    [
        "Would one of your team look out the installation codes for both?",
        "Kindly arrange for the codes to be sent to us.",
        "We should be obliged if you supplied the codes.",
        "I am after the ICs of two ESMEs.",
        "Our engineer needs the code of \u2460 by noon.",
        "Any chance of getting codes?",
        "In need of install codes:",
        "Requested data: install codes.",
        "What is the install code for \u2460?",
        "Do you hold codes for them?",
        "We have never been given the codes.",
        "We would value your support in obtaining the codes.",
        "Could you run a check for the codes of these?",
        "Please treat this as a request under the SEC for the codes of",
        "What we need from you is the code.",
        "Codes for the two flats to be returned by Friday.",
        "Vale Energy requests the codes of both.",
        "We should be obliged for the codes.",
        "Codes that we are after:",
        "It would help us to have the codes.",
        "Grateful for sight of the codes.",
        "Under MP121, please.",
    ],
)
def test_asking_for_codes(text: str) -> None:
    assert requests.asks_for_codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please confirm receipt of the codes.",
        "Please delete the codes that we sent you.",
        "Why do you want codes for our customers?",
        "Can we meet to talk about install codes?",
        "Could you send them the codes?",
        "Please let us have your invoice for the codes.",
        "Did you get the codes?",
        "Would you like the codes?",
        "We will send the codes on Friday.",
        "Always request the code before the visit.",
        "From 1 March please send codes to the new desk.",
        'They wrote "please send the codes" to everybody.',
        "No codes please.",
        "The column of codes came back blank.",
        "We need more time to supply codes.",
        "Please send the sort code of your bank.",
        "Install codes",
        "Can you tell us what these are, or what their codes do?",
        "MPANs please",
        "Please, no codes any more.",
    ],
)
def test_words_of_a_request_in_another_order(text: str) -> None:
    assert not requests.asks_for_codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please send them over.",
        "Could you do the same for these two?",
        "Can we have those too?",
        "Two more, please.",
        "Kindly fill in and return.",
        "Can you help?",
        "Do you have them on record?",
        "Please process the below.",
    ],
)
def test_asking_where_codes_were_named_before(text: str) -> None:
    assert requests.asks_for_codes(text, about_codes=True)
    assert not requests.asks_for_codes(text)


def test_a_pronoun_after_the_codes_in_one_sentence() -> None:
    assert requests.asks_for_codes("If you hold the codes, could you pass them on?")
    assert not requests.asks_for_codes("If you hold the codes, say so.")


def test_the_codes_of_these_ask_in_a_mail_and_not_in_its_subject() -> None:
    assert requests.asks_for_codes("Codes for these:", titled=False)
    assert not requests.asks_for_codes("Codes for these:", titled=True)


def test_asking_for_another_thing() -> None:
    assert requests.asks_otherwise("Could you send us the serial numbers?")
    assert requests.asks_otherwise("Closing reads please.")
    assert requests.asks_otherwise("Please confirm that you removed them.")
    assert not requests.asks_otherwise("Could you send us the codes?")
    assert not requests.asks_otherwise("The reading was wrong.")


def test_calling_off() -> None:
    assert requests.calls_off("Please do not process these.")
    assert requests.calls_off("Sorry, no codes please.")
    assert requests.calls_off("Please do not do anything yet.")
    assert not requests.calls_off("Please do not reply to this mailbox.")
    assert not requests.calls_off("Please process these.")


def test_what_a_subject_leaves_open() -> None:
    assert requests.leaves_it_open("3 meters")
    assert requests.leaves_it_open("Request")
    assert not requests.leaves_it_open("Closing reads")
    assert requests.names_our_matter("MP121 list")
    assert requests.names_our_matter("Installatiecodes")
    assert not requests.names_our_matter("Sort code")


def test_the_small_things() -> None:
    assert requests.says_nothing("Just these this week.")
    assert not requests.says_nothing("These are faulty.")
    assert requests.has_verb("This is ours")
    assert not requests.has_verb("Flat above the shop")
    assert requests.is_told("Could you help with it")
    assert not requests.is_told("Request for a visit")
    assert requests.lacks_codes("It failed as we do not have its code.")
    assert not requests.lacks_codes("It failed with its code.")
    assert requests.is_standing("In future send codes to the desk.")
    assert not requests.is_standing("Send codes to the desk.")


def test_a_hostile_sentence_costs_little() -> None:
    started = time.process_time()
    for words in ("please could you ", "we need ", "code ", "w z P ", "grateful if you "):
        requests.asks_for_codes(words * 400)
    assert time.process_time() - started < 0.5
