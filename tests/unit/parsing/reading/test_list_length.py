"""What a request says of the length of its list, against what was read."""

from __future__ import annotations

import pytest

from exchange.parsing.reading.understand import understand

_HEAD = (
    "From: a@vale.example\nTo: codes@ours.example\nSubject: codes\nMessage-ID: <a@vale.example>\n"
    "MIME-Version: 1.0\nContent-Type: text/plain\n\n"
)
_LIST = "\n".join(f"00-1D-24-00-00-00-00-0{row}" for row in range(1, 5))


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (f"Please send the install codes of these 4 devices:\n{_LIST}", False),
        (f"Please send the install codes of these 5 devices:\n{_LIST}", True),
        (f"Please send the install codes:\n{_LIST}\nTotal: 6", True),
        (f"Please send the install codes:\n{_LIST}\nNumber of devices: 4", False),
        (f"Please send the install codes:\n{_LIST}\nNumber of devices: 9", True),
    ],
)
def test_a_list_is_as_long_as_it_says(words: str, wrong: bool) -> None:
    assert bool(understand((_HEAD + words).encode()).miscount) is wrong
