"""What commands print holds nothing that commands a terminal."""

from __future__ import annotations

import pytest

from exchange.cli import common

EVIL = "a\x1b[2J\x1b]0;title\x07 b\x9b31m c\u202ed\r\x08"


def test_strangers_words_do_not_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    common.say(f"{EVIL}\n\tnext")
    common.warn(EVIL)
    common.table("", ("what",), [(EVIL,)])
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert not {one for one in text if one in "\x1b\x07\x9b\u202e\r\x08"}
    assert "\n\tnext\n" in said.out
    assert all(word in said.out for word in ("a", "b", "c", "d"))
