"""Find a request of ours that a mail names and that its thread is not about."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from exchange.domain.mail import Understanding

# ``Q00012``, as somebody writes who leaves out what all our references have in common.
_SHORT: Final = re.compile(r"(?<![\w-])Q\d{5,9}(?!\w)", re.I)


def another_request(said: Understanding, requests: Collection[str]) -> str:
    """Return a reference in a mail to a request of ours that is none of ``requests``, or "".

    ``requests`` are the references of the thread, ``MP121-OURS-2612-Q00001``.  "Q00002: none of
    these were ours", as a reply to Q00001, must close neither.
    """
    ours = {one.upper() for one in requests}
    signifiers = set(map(_signifier, ours))
    for one in said.references:
        asks = one.upper().rpartition("-")[2].startswith("Q")
        if asks and one.upper() not in ours and _signifier(one) in signifiers:
            return one
    numbers = {one.rpartition("-")[2] for one in ours}
    if numbers:
        for statement in said.statements:
            for match in _SHORT.finditer(statement.words):
                if match.group().upper() not in numbers:
                    return match.group()
    return ""


def _signifier(reference: str) -> str:
    return reference.upper().rsplit("-", 2)[0]
