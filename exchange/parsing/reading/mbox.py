"""Split mailbox files (RFC 4155 and older forms) into mails, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

# The line before each mail has a sender and a date as asctime() writes it; any other line that
# begins with "From " is text.
_SEPARATOR = re.compile(rb"From \S.*\b\d{1,2}:\d\d(?::\d\d)?\b.*\b(?:19|20)\d\d\b")
_FIELD = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|>From ")
_QUOTED = re.compile(rb">+From ")
_BLANK: Final = (b"\n", b"\r\n")


def is_separator(line: bytes) -> bool:
    """Return whether ``line`` is the line before each mail of a mailbox file."""
    return len(line) < 1000 and bool(_SEPARATOR.match(line))


def mails_in(content: bytes, most: int) -> list[bytes]:
    """Return the mails of a file that is one mail or a mailbox file."""
    if not is_separator(content[:1000].partition(b"\n")[0]):
        return [content]
    return list(split_mbox(content.splitlines(keepends=True), most))


def split_mbox(lines: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Yield the mails of a mailbox file; ``lines`` keep their line ends.

    A mail ends before a separator that follows an empty line and precedes a header field.  Lines
    that were quoted for the mailbox (``>From``) lose one quote mark.  A mail of more than ``most``
    bytes is cut to ``most`` + 1 bytes.
    """
    mail: list[bytes] = []
    size, blank, separator, started = 0, True, b"", False
    for line in lines:
        if separator:
            if _FIELD.match(line):
                if started:
                    yield _whole(mail, most)
                mail, size, started = [], 0, True
            else:
                mail.append(separator)
            separator = b""
        if blank and is_separator(line):
            separator, blank = line, False
            continue
        blank = line in _BLANK
        if _QUOTED.match(line):
            line = line[1:]
        if size <= most:
            mail.append(line)
            size += len(line)
            started = True
    if separator:
        mail.append(separator)
    if started:
        yield _whole(mail, most)


def _whole(mail: list[bytes], most: int) -> bytes:
    if mail and mail[-1] in _BLANK:
        mail.pop()  # the empty line belongs to the next separator
    return b"".join(mail)[: most + 1]
