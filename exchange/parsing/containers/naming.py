"""Make the names of files in containers, which strangers write, safe to show in a path."""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.mime.headers import Headers
from exchange.parsing.mime.parts import Part

# Control characters, and those that change the writing direction (exe.xslx looks like .xlsx).
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_DRIVE = re.compile(r"^[A-Za-z]:")
_LONGEST: Final = 120


def member_path(name: str) -> str:
    """Return a member's name as ``North/list.csv``: never absolute, never upwards, not too long."""
    steps = _DRIVE.sub("", _INVISIBLE.sub("", name).replace("\\", "/")).split("/")
    kept = [step.strip() for step in steps if step.strip() not in ("", ".", "..")]
    path = "/".join(kept)
    return path if len(path) <= _LONGEST else f"…{path[-_LONGEST + 1 :]}"


def file_part(name: str, content: bytes, media: str = "", charset: str = "") -> Part:
    """Return a file from a container as if it had been attached."""
    params = {"charset": charset} if charset else {}
    return Part(
        Headers([]),
        media or "application/octet-stream",
        params,
        content,
        name=member_path(name).rpartition("/")[2],
        attached=True,
    )


class Steps:
    """Hand out path elements, so that two files of one name differ: ``a.csv``, ``a.csv (2)``."""

    def __init__(self, fallback: str) -> None:
        self._fallback = fallback
        self._seen: dict[str, int] = {}
        self._number = 0

    def of(self, name: str) -> str:
        """Return the path element of the next file."""
        self._number += 1
        step = member_path(name) or f"{self._fallback} {self._number}"
        self._seen[step] = self._seen.get(step, 0) + 1
        return step if self._seen[step] == 1 else f"{step} ({self._seen[step]})"
