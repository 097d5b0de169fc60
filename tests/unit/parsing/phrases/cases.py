"""What the tests of several phrase modules share: their patterns, and lines made to be slow."""

from __future__ import annotations

import re
import time
from types import ModuleType

HOSTILE = [
    "please " * 1500,
    "not " * 2500,
    "codes code " * 1000,
    "if you have " * 900,
    "or confirm " * 900,
    "we have not been " * 600,
    "a" * 10_000,
    " " * 10_000,
    "the code is " * 900,
]


def patterns_of(module: ModuleType) -> dict[str, re.Pattern[str]]:
    """Return the patterns of a module by their names."""
    return {name: one for name, one in vars(module).items() if isinstance(one, re.Pattern)}


def seconds_on_hostile_lines(pattern: re.Pattern[str]) -> float:
    """Return the processor time in seconds that a pattern takes for all of ``HOSTILE``."""
    began = time.process_time()
    for text in HOSTILE:
        pattern.search(text)
        pattern.sub(" ", text)
    return time.process_time() - began
