"""Write header fields in ASCII, folded so that the reader gets exactly the value put in.

The standard library decodes encoded words inside a value that is set (and fails on line ends
hidden in them), and it encodes a Message-ID longer than a line, which breaks the thread.  So we
fold subjects, Message-IDs and other plain words here; the library's header objects fold addresses
and attachment names that are not ASCII.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from email.headerregistry import Address, HeaderRegistry
from email.policy import SMTP
from typing import Final

from exchange.errors import BadInput
from exchange.rendering.wording import one_line

SUBJECT_LIMIT: Final = 200  # characters
_LONGEST_ORIGINAL: Final = 10_000
REFERENCES_LIMIT: Final = 30  # Message-IDs: the first, and the last ones
_LINE: Final = 76
# 45 bytes give 60 characters in base64: with =?utf-8?B? and ?= an encoded word stays under the
# 75 that RFC 2047 (section 2) allows.
_WORD_BYTES: Final = 45
_LONGEST_WORD: Final = 500  # a line holds 998 characters (RFC 5322, 2.1.1)
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,900}")
_REPLY_PREFIXES = re.compile(r"(?:re(?:\[\d+\])?\s*:\s*)*", re.IGNORECASE)
# A line end without a following blank would begin another field.
_OPEN_END = re.compile(r"\r(?!\n)|(?<!\r)\n|\r\n(?![ \t])")
# Always 7 bit: not every relay announces 8BITMIME.
_POLICY: Final = SMTP.clone(cte_type="7bit", header_factory=HeaderRegistry())


def verbatim(name: str, value: str) -> bytes:
    """Return a field of printable ASCII words, folded at spaces and never encoded."""
    return _closed(name, _folded(name, value.split()))


def free_text(name: str, value: str) -> bytes:
    """Return a field of free text, as encoded words (RFC 2047) if it is not plain ASCII."""
    said = one_line(value)
    words = said.split(" ")
    if not said.isascii() or "=?" in said or max(map(len, words)) > _LONGEST_WORD:
        words = [f"=?utf-8?B?{b64encode(piece).decode('ascii')}?=" for piece in _pieces(said)]
    return _closed(name, _folded(name, words))


def structured(name: str, value: str | Address) -> bytes:
    """Return a field with its own grammar, as the standard library folds it."""
    field = _POLICY.header_factory(name, value)
    return _closed(name, field.fold(policy=_POLICY))


def _closed(name: str, folded: str) -> bytes:
    """Check that the folded text is exactly one field, whatever folded it; raise BadInput."""
    if not folded.endswith("\r\n") or _OPEN_END.search(folded, 0, len(folded) - 2):
        raise BadInput("a value is not valid in a mail header", place=name)
    return folded.encode("ascii")


def _folded(name: str, words: Iterable[str]) -> str:
    """Return ``name: words``, folded between words so that lines keep to 76 characters."""
    lines: list[str] = []
    line = f"{name}:"
    for nth, word in enumerate(words):
        if nth and len(line) + 1 + len(word) > _LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]) + "\r\n"


def _pieces(text: str) -> Iterator[bytes]:
    """Split into UTF-8 pieces of at most 45 bytes, never inside a character."""
    piece = b""
    for character in text:
        encoded = character.encode()
        if len(piece) + len(encoded) > _WORD_BYTES:
            yield piece
            piece = b""
        piece += encoded
    yield piece


def reply_subject(original: str) -> str:
    """Return ``Re: `` and the requester's own subject, so that their ticket number survives.

    ``original`` is the decoded subject.  Whatever it holds, the result is one line of at most
    200 characters; an ``Re:`` that is already there is not doubled.
    """
    subject = _REPLY_PREFIXES.sub("", one_line(original[:_LONGEST_ORIGINAL]), count=1)
    return one_line(f"Re: {subject or '(no subject)'}", SUBJECT_LIMIT)


def message_id(text: str) -> str:
    """Return a Message-ID as ``<left@right>``, given with or without brackets; else empty."""
    bare = text.strip().removeprefix("<").removesuffix(">")
    return f"<{bare}>" if _MESSAGE_ID.fullmatch(bare) else ""


def thread(references: Iterable[str], parent: str) -> tuple[str, ...]:
    """Return the References of a reply (RFC 5322, 3.6.4): the parent's and the parent itself.

    Invalid ones are left out; of more than 30 the first and the last 29 are kept.
    """
    known = [known for known in map(message_id, references) if known]
    if parent:
        known.append(parent)
    # Keep each ID once, at its last place, so that the parent stays last.
    ids = list(reversed(dict.fromkeys(reversed(known))))
    if len(ids) > REFERENCES_LIMIT:
        ids = [ids[0], *ids[-(REFERENCES_LIMIT - 1) :]]
    return tuple(ids)
