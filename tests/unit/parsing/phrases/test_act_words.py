"""Each word of a sentence that asks has one part."""

from __future__ import annotations

from exchange.parsing.phrases import act_words


def test_a_word_has_one_part_of_one_letter() -> None:
    assert all(len(part) <= 1 for part in act_words.PARTS.values())
    assert act_words.PARTS["install keys"] == act_words.CODE
    assert act_words.PARTS["firmware"] == act_words.OTHER_THING
    assert act_words.PARTS["again"] == act_words.FILLER


def test_the_names_of_the_parts_differ() -> None:
    named = [
        value
        for name, value in vars(act_words).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    ]
    assert len(named) == len(set(named)) > 20


def test_phrases_are_found_by_their_first_word() -> None:
    assert {"grateful", "let", "able"} <= act_words.BEGINNINGS
    assert 3 < act_words.MOST_WORDS < 12
    assert all(word == word.strip().lower() for word in act_words.PARTS)
