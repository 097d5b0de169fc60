"""Mailbox files (RFC 4155, and what went before it) to their mails, a line at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

# The line before each mail carries a sender and a date as asctime() writes it; whatever else
# begins with "From " is text.
_SEPARATOR = re.compile(rb"From \S.*\b\d{1,2}:\d\d(?::\d\d)?\b.*\b(?:19|20)\d\d\b")
_FIELD = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|>From ")
_QUOTED = re.compile(rb">+From ")
_BLANK: Final = (b"\n", b"\r\n")


def is_separator(line: bytes) -> bool:
    """Whether ``line`` is what stands before each mail of a mailbox file."""
    return len(line) < 1000 and bool(_SEPARATOR.match(line))


def mails_in(content: bytes, most: int) -> list[bytes]:
    """The mails of a file that is a mail or a mailbox of several."""
    if not is_separator(content[:1000].partition(b"\n")[0]):
        return [content]
    return list(split_mbox(content.splitlines(keepends=True), most))


def split_mbox(lines: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The mails of a mailbox file, whose ``lines`` keep their ends.

    A mail ends before a separator that follows an empty line and precedes a header field.  Lines
    that were quoted for the mailbox (``>From``) lose that one quote mark.  Of a mail of more than
    ``most`` bytes only one byte more is given.
    """
    mail: list[bytes] = []
    size, blank, held, begun = 0, True, b"", False
    for line in lines:
        if held:
            if _FIELD.match(line):
                if begun:
                    yield _whole(mail, most)
                mail, size, begun = [], 0, True
            else:
                mail.append(held)
            held = b""
        if blank and is_separator(line):
            held, blank = line, False
            continue
        blank = line in _BLANK
        if _QUOTED.match(line):
            line = line[1:]
        if size <= most:
            mail.append(line)
            size += len(line)
            begun = True
    if held:
        mail.append(held)
    if begun:
        yield _whole(mail, most)


def _whole(mail: list[bytes], most: int) -> bytes:
    if mail and mail[-1] in _BLANK:
        mail.pop()  # the empty line belongs to the separator behind it
    return b"".join(mail)[: most + 1]
