"""The words of mail programs: fields of a header, titles over a quoted mail, who wrote it."""

from __future__ import annotations

import pytest

from exchange.parsing.mime.quote_words import (
    is_sentence,
    role_of,
    says_wrote,
    title_words,
    titles_earlier,
    titles_passed_on,
)


@pytest.mark.parametrize(
    ("label", "role"),
    [("Von:", "from"), ("De la :", "from"), ("*Fra:*", "from"), ("Datum:", "sent"),
     ("\u00c4mne:", "subject"), ("Till\uff1a", "to"), ("To do:", ""), ("Meter:", ""), ("", "")],
)  # fmt: skip
def test_a_label_is_a_field_of_a_header(label: str, role: str) -> None:
    assert role_of(label) == role


@pytest.mark.parametrize(
    "text",
    ["-----Reply Message-----", "-------- Oprindelig besked --------", "--- Mensaje original ---",
     "___ Oorspronkelijk bericht ___", "-----Message d\u2019origine-----"],
)  # fmt: skip
def test_a_title_says_original_message(text: str) -> None:
    assert titles_earlier(title_words(text))
    assert not titles_passed_on(title_words(text))


@pytest.mark.parametrize(
    "text", ["----------  Forwarded Message  ----------", "--- Videresendt besked ---"]
)
def test_a_title_says_forwarded_message(text: str) -> None:
    assert titles_passed_on(title_words(text))


@pytest.mark.parametrize(
    "text",
    ["--- Electricity meters ---", "----- Please send the codes of the original list -----",
     "-------------------", "Original message", "--- Important message ---",
     "--- 12 Mill Lane ---"],
)  # fmt: skip
def test_another_title_says_neither(text: str) -> None:
    assert not titles_earlier(title_words(text))
    assert not titles_passed_on(title_words(text))


def test_verbs_between_the_writer_and_the_day() -> None:
    assert says_wrote("kirjoitti")
    assert says_wrote("Schreef")
    assert not says_wrote("needs")


@pytest.mark.parametrize(
    "text",
    [
        "On 5 May we told the fitters, and Ann wrote:",
        "On the meters of 5 May our desk wrote:",
        "On 5 May I wrote:",
        "On those, as Ann said on 5 May 2026 at 09:00:",
        "On 5 May these were looked at, codes@north.example wrote:",
    ],
)
def test_words_of_the_sender_are_a_sentence(text: str) -> None:
    assert is_sentence(text)


@pytest.mark.parametrize(
    "text",
    [
        "On 5 May 2026 at 09:00, Ann Lee wrote:",
        "On 5 May 2026 09:00, you wrote:",
        "On 5 May 2026, Our Power Ltd wrote:",
        "On 5 May 2026 our desk <desk@north.example> wrote:",
        "Am 5.5.2026 um 09:00 schrieb codes@north.example:",
    ],
)
def test_what_mail_programs_write_is_none(text: str) -> None:
    assert not is_sentence(text)
