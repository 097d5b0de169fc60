"""Every paraphrase is a pattern with plainer words for it."""

from __future__ import annotations

import re

from exchange.parsing.phrases.paraphrases.paraphrases import PARAPHRASES


def test_patterns_ignore_case_and_change_no_plain_denial() -> None:
    plain = "we were not the installing supplier"
    for pattern, words in PARAPHRASES:
        assert pattern.pattern.flags & re.I
        assert pattern.sub(words, plain) == plain
