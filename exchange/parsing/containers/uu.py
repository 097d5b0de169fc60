"""Find uuencoded files in a text (POSIX, "uuencode utility") in linear time."""

from __future__ import annotations

import binascii
import re
from typing import Final, NamedTuple

_BEGIN = re.compile(rb"^begin(?:-base64)? (?:0?[0-7]{3}) ([^\r\n]{1,200})\r?$", re.M)
_LONGEST_LINE: Final = 200
_FULL: Final = 45  # bytes in every line but the last


class UuFile(NamedTuple):
    """One file; ``whole`` is False when its end is missing or a line of it is damaged."""

    name: str
    content: bytes
    whole: bool


def extract_uu(body: bytes) -> tuple[bytes, list[UuFile]]:
    """Return ``body`` with each uuencoded file replaced by empty lines, and those files.

    ``begin 644 name`` alone is not a file: the next line has to be uuencode.
    """
    if b"begin" not in body:
        return body, []
    files: list[UuFile] = []
    kept: list[bytes] = []
    done = 0
    for match in _BEGIN.finditer(body):
        if match.start() < done:
            continue
        read = _read(body, match.end(), base64=match.group().startswith(b"begin-base64"))
        if read is None:
            continue
        content, end, whole = read
        files.append(UuFile(match.group(1).decode("utf-8", "replace"), content, whole))
        kept += [body[done : match.start()], b"\n" * body.count(b"\n", match.start(), end)]
        done = end
    return b"".join([*kept, body[done:]]), files


def _read(body: bytes, start: int, *, base64: bool) -> tuple[bytes, int, bool] | None:
    """Return the content, the place after the last line, whether it is whole; None: no file."""
    out: list[bytes] = []
    place = body.find(b"\n", start) + 1
    closing = b"====" if base64 else b"end"
    whole = True
    while 0 < place < len(body):
        line, after = _line_at(body, place)
        if line.strip() == closing:
            return b"".join(out), after, whole
        decoded = _decoded(line, base64=base64)
        if decoded is None:
            if not out:
                return None
            if b" " in line.strip() or not line.strip():
                # Ordinary text again: the end of the file is missing.
                return b"".join(out), place, False
            whole = False
        else:
            if not out and not base64 and len(decoded) != _FULL and not _ends(body, after):
                return None  # a Device ID looks like a short line of uuencode
            out.append(decoded)
        place = after
    return (b"".join(out), len(body), False) if out else None


def _line_at(body: bytes, place: int) -> tuple[bytes, int]:
    """Return the line at ``place`` without its line end, and where the next one begins."""
    stop = body.find(b"\n", place)
    after = len(body) if stop < 0 else stop + 1
    return body[place:after].strip(b"\r\n"), after


def _ends(body: bytes, place: int) -> bool:
    """Return whether the next lines close a file: ``end``, or an empty line and ``end``."""
    line, after = _line_at(body, place)
    if line.strip() in (b"", b"`"):
        line, _ = _line_at(body, after)
    return line.strip() == b"end"


def _decoded(line: bytes, *, base64: bool) -> bytes | None:
    if len(line) > _LONGEST_LINE:
        return None
    try:
        if base64:
            return binascii.a2b_base64(line, strict_mode=True)
        if not line:
            return b""
        if not 32 <= line[0] <= 96:
            return None
        size = (line[0] - 32) & 63
        # Blanks at the end are sometimes lost on the way; a line with more than three bytes too
        # many is not uuencode.
        needed = -(-size // 3) * 4
        if not needed <= len(line.ljust(needed + 1)) - 1 <= needed + 2:
            return None
        if size and len(line) - 1 < needed - 8:
            return None
        return binascii.a2b_uu(line[: 1 - (-4 * size // 3)])  # whatever pads the last group
    except (binascii.Error, ValueError):
        return None
