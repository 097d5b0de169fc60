"""Acts: each sentence does one thing, and a word that is near another does not decide alone."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from exchange.parsing.statements.acts import act_of, read_acts
from exchange.parsing.statements.sentences import Sentence
from exchange.parsing.text.lines import Line


def act(text: str, *, about_codes: bool = False) -> Act | None:
    return act_of(Sentence(text, Line(1, text)), about_codes=about_codes)


@pytest.mark.parametrize(
    "text",
    [
        "Could you provide the install codes?",
        "Codes needed for the below.",
        "Send me the ICs.",
        "We do not hold the install codes of these meters.",
        "I'd be grateful for the code.",
        "Please supply the codes or confirm that you did not install the meters.",
        "If you installed them, please send the codes.",
        "Would you mind sharing the ICs?",
        "I'm after three install codes.",
        "Hopefully not a bother, hoping you could give us the codes.",
        "Please find below the meters that we need codes for.",
        "Please note that we lack the install codes.",
        "How about the ICs of the other three?",
        "Any idea what their install codes are?",
        "Wanted: install codes for two flats.",
        "If that is all right with you, let us have the codes.",
        "In case you fitted them, kindly provide the codes.",
        "We'd much like the installation codes of both.",
        "We still have no install codes for either.",
    ],
)
def test_asking(text: str) -> None:
    assert act(text) is Act.ASKS


@pytest.mark.parametrize(
    "text",
    [
        "Please do not supply the codes.",
        "We don't need these any more.",
        "Cancel the request.",
        "The codes must not be sent.",
        "Please hold our request until Friday.",
    ],
)
def test_taking_back(text: str) -> None:
    assert act(text) is Act.TAKES_BACK


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("Please do not send the codes by post.", "Please do not send the codes by e-mail."),
        ("Please ignore the second tab.", "Please ignore the list."),
        ("We do not need the serial numbers.", "We do not need the codes."),
        ("We do not need anything else for these.", "We do not need anything for these."),
        ("Never click on such links, our policy says, they may be phishing.", "We were phished."),
    ],
)
def test_the_same_words_about_something_else(text: str, harmless: str) -> None:
    assert act(text) not in (Act.TAKES_BACK, Act.WARNS)
    assert act(harmless) in (Act.TAKES_BACK, Act.WARNS, None)


def test_a_code_of_another_kind_is_no_install_code() -> None:
    assert act("Please send the postcodes.") is Act.ASKS_ELSE
    assert act("Please send the error code.") is Act.ASKS_ELSE


def test_them_are_the_codes_only_where_codes_were_named() -> None:
    assert act("Please send them over.") is Act.ASKS_ELSE
    assert act("Please send them over.", about_codes=True) is Act.ASKS


def test_a_request_that_also_complains_is_a_report() -> None:
    assert act("The code does not work, please send the right code.") is Act.REPORTS


def test_what_is_not_about_the_matter_says_nothing() -> None:
    for text in ("Hello,", "Hope you had a good weekend!", "Kind regards", "Registered in England"):
        assert act(text) is None, text


def test_what_is_about_the_matter_and_not_understood_is_other() -> None:
    assert act("The meter hums in the night like an old fridge.") is Act.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "I have to cancel my subscription and will not renew it.",
        "The pull request was rejected, the code is wrong on the main branch.",
        "The copier is dead and the toner has been replaced.",
        "I dispute the late fee on the hire car.",
        "The minutes should read Thursday.",
        "The locker code was not accepted.",
        "I couldn't disagree more.",
        "My bicycle came back from the workshop last week and it has been replaced in part.",
        "A cookie of the web page was stolen in the old release.",
    ],
)
def test_a_complaint_about_another_matter_counts_only_where_nothing_asks(text: str) -> None:
    assert act(text) in (Act.OTHER, Act.ASKS_ELSE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please cancel the order for these meters.", Act.TAKES_BACK),
        ("Please withdraw the application for the codes.", Act.TAKES_BACK),
        ("They have since been replaced.", Act.REPORTS),
        ("It did not join.", Act.REPORTS),
        ("A script of ours found that the codes were rejected.", Act.REPORTS),
        ("We cannot agree with that.", Act.DISPUTES),
        ("The last number should be another one.", Act.CORRECTS),
        ("Our web site was hacked, and so was the mailbox.", Act.WARNS),
        ("The laptop with the codes was stolen.", Act.WARNS),
    ],
)
def test_what_may_be_ours_counts_whatever_else_is_named(text: str, expected: Act) -> None:
    assert act(text) is expected


def test_it_is_the_codes_only_where_codes_were_named() -> None:
    text = "I tried the coupon with another basket on Monday evening and it still didn't work."
    assert act(text) is Act.OTHER
    assert act(text, about_codes=True) is Act.REPORTS


def test_the_footer_of_a_confidential_mail_takes_nothing_back() -> None:
    text = "If you received it by mistake, please notify us and do not answer it or send it on."
    assert act(text) is None
    assert act("You received it by mistake, please do not answer it.") is Act.TAKES_BACK


@pytest.mark.parametrize(
    "text",
    [
        "Please see attached the install codes for both.",
        "Find enclosed your codes for these meters.",
        "We have requested the install codes from our contractors.",
        "Your enquiry about the codes is with the field team.",
        "No code needed for the second meter.",
        "Could you read the source code of the importer?",
    ],
)
def test_codes_that_are_named_and_not_asked_for(text: str) -> None:
    assert act(text) in (Act.OTHER, Act.ASKS_ELSE, Act.TAKES_BACK)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We want the IC for \u2460 too.", Act.ASKS),
        ("Bitte auch die Installationscodes f\u00fcr \u2460.", Act.ASKS),
        ("\u2460 in the hall cupboard", None),
        ("\u2460 code does not work, need another code", Act.REPORTS),
    ],
)
def test_the_words_next_to_a_device_ask_only_where_they_say_so(
    text: str, expected: Act | None
) -> None:
    assert act_of(Sentence(text, Line(1, text), item=True)) is expected


@pytest.mark.parametrize(
    "text",
    [
        "At no time are install codes of these to be passed to anybody.",
        "We ask that you refrain, until the dispute is settled, from giving out any install code.",
        "Please send the codes only once our security team has confirmed the new address.",
        "Should the transfer go through we shall be asking you for the codes.",
        "You can forget about the codes for these.",
    ],
)
def test_codes_that_must_not_come_or_not_yet_are_not_asked_for(text: str) -> None:
    assert act(text) is Act.TAKES_BACK


@pytest.mark.parametrize(
    "text",
    [
        "Please send the codes as soon as you can.",
        "If any were fitted by you, please send the codes.",
        "We have never been given the codes, so please send them.",
        "Don't forget the install codes for our two meters, please.",
        "Codes for these two pls.",
    ],
)
def test_what_only_sounds_like_a_condition_or_a_denial_asks(text: str) -> None:
    assert act(text) is Act.ASKS


def test_who_sends_us_elsewhere_asks_for_nothing() -> None:
    assert act("Kindly deal with Dunlin and not with us about the codes.") is Act.OTHER


def test_a_footer_reports_nothing_and_a_postscript_does() -> None:
    def below(text: str) -> list[Act]:
        return [one.act for one in read_acts(Sentence(text, Line(1, text), signed=True), "x")]

    assert below("No codes or passwords should have been stored here.") == []
    assert below("PS the second code does not work.") == [Act.REPORTS]


@pytest.mark.parametrize(
    "text",
    [
        "I'm covering for Ann this month.",
        "The rain has been dreadful.",
        "Batch 31, the usual.",
        "Vale Energy, Gains Desk",
        "Hope the week was kind.",
        "It's only a short one today.",
    ],
)
def test_who_writes_and_what_is_new_says_nothing(text: str) -> None:
    assert act(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Audit sample.",
        "Returns",
        "On the van for your depot:",
        "Left on the doorstep.",
        "Rental, as invoiced",
        "Not these.",
        "All good.",
        "As agreed these go back on the lorry.",
        "Our fitter calls on Tuesday at",
    ],
)
def test_what_else_a_list_may_be_sent_for_is_for_a_person(text: str) -> None:
    assert act(text) is Act.OTHER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Send nothing to this mailbox, an ex-colleague can still read it.", Act.WARNS),
        ("The phishing matter is now closed.", Act.REPORTS),
        ("The phishing matter is not closed.", Act.WARNS),
        ("Kindly ignore.", Act.TAKES_BACK),
        ("We are still waiting for the codes that we asked for.", Act.CHASES),
        ("Please send requests for codes to the desk in Hull.", Act.ASKS_ELSE),
        ("We require the codes within ten working days.", Act.ASKS),
        ("The codes are not working.", Act.REPORTS),
        ("Just a test, the codes please.", Act.REPORTS),
    ],
)
def test_acts_that_are_near_each_other(text: str, expected: Act) -> None:
    assert act(text) is expected


def test_a_footer_that_knows_of_scams_warns_of_none() -> None:
    def said(text: str) -> list[Act]:
        found = read_acts(Sentence(text, Line(1, text), signed=True), "line 1")
        return [one.act for one in found]

    assert said("We know of bogus calls in the trade.") == []
    assert said("We know of bogus calls from our number, our mailbox was hacked.") == [Act.WARNS]
