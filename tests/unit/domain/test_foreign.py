"""Text from outside becomes text that every database, file and mail of ours can hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.foreign import clipped, storable, storable_json

ANY = st.text(st.characters() | st.sampled_from("\x00\ud800\udfff"), max_size=30)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain", "plain"),
        ("é\n\t\x01", "é\n\t\x01"),
        ("a\x00b", "a\ufffdb"),
        ("é\x00", "é\ufffd"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
    ],
)
def test_only_what_cannot_be_held_is_replaced(text: str, clean: str) -> None:
    assert storable(text) == clean


@given(ANY)
def test_every_clean_text_can_be_encoded(text: str) -> None:
    clean = storable(text)
    assert "\x00" not in clean.encode().decode()
    assert len(clean) == len(text)
    assert storable(clean) == clean


def test_json_is_clean_at_every_depth_and_in_its_keys() -> None:
    content = {"a\x00": ["\ud800", 1, None, True, {"b": "\x00"}], "c": 2.5}
    clean = storable_json(content)
    assert clean == {"a\ufffd": ["\ufffd", 1, None, True, {"b": "\ufffd"}], "c": 2.5}
    assert json.loads(json.dumps(clean)) == clean


@given(st.text(max_size=30), st.integers(0, 40))
def test_a_clipped_text_fits_and_loses_no_more_than_it_must(text: str, most: int) -> None:
    cut = clipped(text, most)
    assert text.startswith(cut)
    assert len(cut.encode()) <= most
    if cut != text:
        assert len(text[: len(cut) + 1].encode()) > most


def test_half_a_character_is_not_kept() -> None:
    assert clipped("ééé", 3) == "é"
    assert clipped("\ud800" * 5, 3) == "???"
