"""Replies that answer no Device: what they say instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.mail import Subkind
from exchange.parsing.mailkinds.replies import reply_says, warnings_for


@pytest.mark.parametrize(
    ("text", "subkind"),
    [
        ("Please raise this on our portal.", Subkind.ELSEWHERE),
        ("You will have to use the web form", Subkind.ELSEWHERE),
        ("Log a call with the service desk please", Subkind.ELSEWHERE),
        ("We need the MPAN of each site.", Subkind.NEEDS_MORE),
        ("Please provide MPRNs", Subkind.NEEDS_MORE),
        ("Could you send the postcode?", Subkind.NEEDS_MORE),
        ("Which meters do you mean?", Subkind.ASKS_WHICH),
        ("What of the devices? I do not see any list", Subkind.ASKS_WHICH),
        ("There was no attachment", Subkind.ASKS_WHICH),
        ("Pa fesurydd?", Subkind.ASKS_WHICH),
        ("This will follow next week.", Subkind.PROMISED),
        ("I’ll get back to you", Subkind.PROMISED),
        ("Passed on to the team", Subkind.PROMISED),
        ("Bydd hyn i ddilyn", Subkind.PROMISED),
        ("Thanks.", Subkind.REPLY),
        ("", Subkind.REPLY),
        # The words have to be in one sentence.
        ("Please raise it. Our portal is new.", Subkind.REPLY),
        ("I need a holiday! Your MPAN", Subkind.REPLY),
    ],
)
def test_what_a_reply_says(text: str, subkind: Subkind) -> None:
    assert reply_says(text, files=False) is subkind
    assert reply_says(text, files=True) is subkind


@pytest.mark.parametrize(
    ("pattern", "words", "subkind"),
    [
        ("{} it on the portal", "raise submit log send enter make use", Subkind.ELSEWHERE),
        ("only {} our portal", "via through on", Subkind.ELSEWHERE),
        (
            "use our {}",
            "portal,porth,web form,webform,online form,service desk,helpdesk,ticketing system",
            Subkind.ELSEWHERE,
        ),
        (
            "{} an MPAN",
            "need require provide send supply confirm give have without angen",
            Subkind.NEEDS_MORE,
        ),
        (
            "we need the {}",
            "mpan,mprns,mpxn,msn,serial numbers,addresses,postcodes,site address",
            Subkind.NEEDS_MORE,
        ),
        ("which {}?", "meter devices sites ids codes one", Subkind.ASKS_WHICH),
        ("there is no {}", "attachment,list,device id", Subkind.ASKS_WHICH),
        ("{} attached", "see find are is in", Subkind.ATTACHMENT_MISSING),
        ("we will {}", "follow send provide supply respond", Subkind.PROMISED),
        ("we are {} it", "looking into,investigating", Subkind.PROMISED),
    ],
)
def test_each_word_that_is_looked_for(pattern: str, words: str, subkind: Subkind) -> None:
    for word in words.split("," if "," in words else " "):
        assert reply_says(pattern.format(word), files=False) is subkind, word


@pytest.mark.parametrize(
    "text",
    [
        "Please see attached.",
        "Attached",
        "hello\n attached.\nbye",
        "Gweler ynghlwm",
        "the list is enclosed",
    ],
)
def test_an_attachment_that_is_mentioned(text: str) -> None:
    assert reply_says(text, files=True) is Subkind.ATTACHMENT_SILENT
    assert reply_says(text, files=False) is Subkind.ATTACHMENT_MISSING


def test_the_first_of_several_counts_in_a_fixed_order() -> None:
    later = "It will follow."
    attached = f"See attached. {later}"
    which = f"{attached} Which meters?"
    needs = f"{which} We need the MPAN."
    portal = f"{needs} Use the portal."
    assert [reply_says(text, files=True) for text in (portal, needs, which, attached, later)] == [
        Subkind.ELSEWHERE,
        Subkind.NEEDS_MORE,
        Subkind.ASKS_WHICH,
        Subkind.ATTACHMENT_SILENT,
        Subkind.PROMISED,
    ]


def test_only_the_beginning_of_a_reply_counts() -> None:
    words = " please see attached"
    most = 1500 - len(words)
    assert reply_says("x" * most + words, files=False) is not Subkind.REPLY
    assert reply_says("x" * (most + 1) + words, files=False) is Subkind.REPLY


@pytest.mark.parametrize(
    ("subkind", "part"),
    [
        (Subkind.ELSEWHERE, "portal"),
        (Subkind.NEEDS_MORE, "meter points"),
        (Subkind.ASKS_WHICH, "which Devices"),
        (Subkind.ATTACHMENT_MISSING, "has none"),
        (Subkind.ATTACHMENT_SILENT, "no answer was found"),
        (Subkind.COMPLAINT, "spam or abuse"),
        (Subkind.PROMISED, "promises"),
    ],
)
def test_each_has_a_warning_for_a_person(subkind: Subkind, part: str) -> None:
    (warning,) = warnings_for(subkind)
    assert part in warning


def test_a_plain_reply_has_no_warning() -> None:
    assert warnings_for(Subkind.REPLY) == []
    assert warnings_for(Subkind.NONE) == []


@given(st.text(max_size=300), st.booleans())
def test_every_text_has_one_of_these_subkinds(text: str, files: bool) -> None:
    found = reply_says(text, files=files)
    assert found is Subkind.REPLY or warnings_for(found)
