"""One pattern of many phrases: whole words, any case."""

from __future__ import annotations

from exchange.parsing.phrases.any_of import any_of


def test_each_phrase_matches_as_whole_words_in_any_case() -> None:
    found = any_of("send", "pass(?:ed)? on")
    assert [one.group() for one in found.finditer("Send it, PASSED ON, resend, sender")] == [
        "Send",
        "PASSED ON",
    ]


def test_a_phrase_may_begin_or_end_with_a_sign() -> None:
    assert any_of("\u2461").search("is \u2461.")
