"""The parts of speech of answers: one character each."""

from __future__ import annotations

from exchange.parsing.phrases import statement_words as parts


def part_names() -> dict[str, str]:
    named = vars(parts).items()
    return {name: one for name, one in named if isinstance(one, str) and len(one) == 1}


def test_no_two_parts_have_the_same_character() -> None:
    characters = list(part_names().values())
    assert len(characters) > 25
    assert len(set(characters)) == len(characters)
