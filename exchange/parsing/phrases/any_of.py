"""Build one pattern of many phrases."""

from __future__ import annotations

import re


def any_of(*phrases: str) -> re.Pattern[str]:
    """Return a pattern that matches any of ``phrases`` as whole words, in any case.

    Each phrase is a regular expression without anchors.
    """
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.I)
