"""Text that comes from outside, as every database, file and mail of ours can hold it.

It passes here once, where it enters: header fields, what the reading process says, servers' words
and what a person typed.
"""

from __future__ import annotations

import re
from typing import Any, Final

# PostgreSQL takes no NUL; half of a surrogate pair is no character, and no encoding takes it.
_UNFIT: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


def storable(text: str) -> str:
    """The text with each NUL and each half of a surrogate pair as U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNFIT.sub(_REPLACEMENT, text)


def storable_json(content: Any) -> Any:
    """What JSON was read to, with every text and every name in it made storable."""
    if isinstance(content, str):
        return storable(content)
    if isinstance(content, list):
        return [storable_json(one) for one in content]
    if isinstance(content, dict):
        return {storable_json(name): storable_json(value) for name, value in content.items()}
    return content


def clipped(text: str, most_bytes: int) -> str:
    """The beginning of a text that takes no more than so many bytes in UTF-8."""
    if len(text) * 4 <= most_bytes:
        return text
    return text.encode("utf-8", "replace")[:most_bytes].decode("utf-8", "ignore")
