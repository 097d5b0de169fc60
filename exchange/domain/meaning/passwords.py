"""Tell whether a mail gives the password of a file that comes with it, without repeating it."""

from __future__ import annotations

import re

from exchange.domain.mail import Understanding

_GIVES = re.compile(
    r"\b(?:pass[ -]?(?:words?|codes?|phrases?)|pwd?)\b[^.?!\n]{0,60}?(?:\b(?:is|are|was)\b|[:=])\s*"
    r"(?P<what>[^\n]{1,80})",
    re.I,
)
# Where the password is, in place of the password.
_ELSEWHERE = re.compile(
    r"\W*(?:now |also |being |to be |only )?(?:sen[dt]|follow\w*|coming|separate\w*|in (?:a|an|the)"
    r"|by|with|available|known|as (?:usual|before|agreed)|the (?:usual|same)|unchanged|not|set"
    r"|given|on (?:request|its|the)|required|needed|protected)\b",
    re.I,
)


def gives_password(said: Understanding) -> bool:
    """Return whether a file of a mail could not be opened, and its words may give the password."""
    if not any(one.locked for one in said.rejects):
        return False
    words = f"{said.head.subject}\n{said.text}"
    return any(not _ELSEWHERE.match(one["what"]) for one in _GIVES.finditer(words))
