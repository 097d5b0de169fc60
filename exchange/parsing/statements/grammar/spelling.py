"""Spell out what people shorten or mistype, so that each word has one form."""

from __future__ import annotations

import re

from exchange.parsing.phrases.paraphrases.paraphrases import PARAPHRASES
from exchange.parsing.text.guarded import substituted

# "A full review of our records shows that" says how they know, before they say it.
_PREAMBLE = re.compile(
    r"\b(?:we|i|can|hereby|records|data|systems?|search(?:es)?|review|checks?|investigations?"
    r"|(?:like|writing|pleased|able) to)"
    r" (?:(?:can|have|has|hereby|also|now|further) ){0,2}(?:confirm(?:ed|s)?|show(?:s|ed|n)?"
    r"|indicate[sd]?|found|find|established|concluded|advise|inform)(?: you)? (?:that )?"
    r"(?=(?:that|these|those|the|we|none|neither|this|it|all|both|no) )",
    re.I,
)
_NOT = re.compile(r"n't\b", re.I)
_NOT_THEIR_WORDS = re.compile(
    r"\b(?:not|no|never|nor|none|neither|unable|cannot|fail\w*|refus\w*|hardly|until|once|if|when"
    r"|you|they|he|she|before|whether|unless|who|how|hope|trust|until)\b",
    re.I,
)


def plain_words(text: str) -> str:
    """Return a sentence with its short forms spelt out.

    A pause comes after words by which the sender vouches for what follows.
    """
    return _with_preamble(substituted(PARAPHRASES, text))


def spelt_out(text: str) -> str:
    """Return a sentence with ``don't`` as ``do not``."""
    return _NOT.sub(" not", text.replace("can't", "cannot").replace("won't", "will not"))


def _with_preamble(text: str) -> str:
    """Return the text with a pause after words by which the sender vouches for what follows."""
    found = _PREAMBLE.search(text)
    if not found or _NOT_THEIR_WORDS.search(text[: found.end()]):
        return text
    return f"{text[: found.end()]}, {text[found.end() :]}"
