"""The words of a denial as hurried people type them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from exchange.parsing.phrases.statement_phrases import PHRASES

# What a denial is made of; a slip in any other word leaves it open, as an unknown word does.
_WORDS: Final = (
    "installed", "installing", "install", "installer", "installation", "installations", "fitted",
    "fitting", "supplier", "suppliers", "these", "those", "meters", "meter", "devices", "device",
    "neither", "either", "engineers", "never", "listed", "supply", "records", "unfortunately",
    "previous", "another", "customer", "customers", "confirm", "because", "request",
    "apologies", "sorry", "before", "already",
)  # fmt: skip
_LEAST: Final = 5  # letters of a word: in shorter ones a slip makes another word


def _slips(word: str) -> Iterator[str]:
    """Yield the word with a letter left out, doubled, or two changed over."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at - 1] + word[at:]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


TYPOS: Final = {
    slip: word
    for word in _WORDS
    for slip in _slips(word)
    if len(slip) >= _LEAST
    and slip not in _WORDS
    and (slip,) not in {one for one, _ in PHRASES.get(slip, ())}
}
