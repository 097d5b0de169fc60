"""Clean text from outside so that every database, file and mail of ours can hold it.

It is cleaned once, where it comes in: header fields, output of the reading process, servers'
replies and what people type.
"""

from __future__ import annotations

import re
from typing import Any, Final

# PostgreSQL takes no NUL; no encoding takes half of a surrogate pair.
_UNFIT: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


def storable(text: str) -> str:
    """Return the text with each NUL and each half of a surrogate pair replaced by U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNFIT.sub(_REPLACEMENT, text)


def storable_json(content: Any) -> Any:
    """Return parsed JSON with every string and every key in it made storable."""
    if isinstance(content, str):
        return storable(content)
    if isinstance(content, list):
        return [storable_json(one) for one in content]
    if isinstance(content, dict):
        return {storable_json(name): storable_json(value) for name, value in content.items()}
    return content


def clipped(text: str, most_bytes: int) -> str:
    """Return as much of the beginning of a text as fits into so many bytes of UTF-8."""
    if len(text) * 4 <= most_bytes:
        return text
    return text.encode("utf-8", "replace")[:most_bytes].decode("utf-8", "ignore")
