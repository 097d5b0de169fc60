"""Read who a mail claims to be from: exactly one plain address, or nobody.

We send codes only to addresses on the register, and look the register up by this address; so a
From field that could be read in two ways (several addresses, groups, comments around an address, a
display name that looks like an address: CVE-2023-27043 and the like) counts as nobody.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exchange.parsing.mime.headers import Headers, decode_words
from exchange.parsing.text.cache_short import cache_short

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_ADDR_SPEC = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_ADDRESS_LIKE = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+")
# "Ops @ Hazelmere": at a company, and no address, as no domain follows.
_AT_COMPANY = re.compile(r"(?<=\w )@(?= [^\s@.]+(?: |$))")
_LONGEST: Final = 320  # 64 + @ + 255 octets, RFC 5321 section 4.5.3.1
_LONGEST_FIELD: Final = 4000
_MOST_IN_LIST: Final = 200


class Address(NamedTuple):
    """A plain address in lower case and the display name that came with it."""

    address: str
    name: str


def plain_address(text: str) -> str:
    """Return ``text`` in lower case when it is exactly one plain address, else empty."""
    text = text.strip()
    if len(text) > _LONGEST or not text.isascii() or not _ADDR_SPEC.fullmatch(text):
        return ""
    return text.lower()


def sender_of(headers: Headers) -> Address:
    """Return the one author; the address is empty unless From is there once, with one mailbox."""
    fields = headers.all("from")
    if len(fields) != 1:
        return Address("", "")
    return parse_mailbox(fields[0]) or Address("", decode_words(fields[0])[:200])


def plain_addresses(fields: list[str]) -> tuple[str, ...]:
    """Return the plain addresses of list fields (Reply-To, To) in order; others are left out."""
    found: dict[str, None] = {}
    for field in fields:
        for piece in _split(field[:100_000]) or ():
            one = parse_mailbox(piece)
            if one and len(found) < _MOST_IN_LIST:
                found.setdefault(one.address)
    return tuple(found)


@cache_short
def parse_mailbox(text: str) -> Address | None:
    """Read ``name <address>``, ``<address>`` or ``address``; None for anything else."""
    text = text.strip()
    if len(text) > _LONGEST_FIELD:
        return None
    pieces = _split(text)
    if pieces is None or len(pieces) != 1:
        return None
    if not text.endswith(">"):
        return _without_angles(text)
    name, _, address = text.rpartition("<")
    address = plain_address(address[:-1])
    display = _display_name(name)
    if not address or display is None:
        return None
    without_at = _AT_COMPANY.sub(" ", display)
    similar = _ADDRESS_LIKE.findall(without_at)
    if any(one.strip(".").lower() != address for one in similar):
        return None
    ambiguous = without_at.count("@") > len(similar)
    return None if ambiguous else Address(address, display[:200])


def _without_angles(text: str) -> Address | None:
    """Read a plain address, with or without an old-style name in brackets after it."""
    address, _, comment = text.partition("(")
    found = plain_address(address)
    if not found or (comment and not re.fullmatch(r"[^()<>@,;:\\\"]*\)", comment)):
        return None
    return Address(found, decode_words(comment[:-1]))


def _display_name(name: str) -> str | None:
    """Return a display name, unquoted and decoded; None when it holds what only an address may."""
    outside = re.sub(r"\"(?:[^\"\\]|\\.)*\"", " ", name)
    if re.search(r"[<>:;,\\\"\[\]]|\s@\s", outside):
        return None
    if re.search(r"[()]", outside) and not re.fullmatch(r"(?:[^()]|\([^()@]*\))*", outside):
        return None
    return decode_words(re.sub(r"\\(.)", r"\1", name).replace('"', ""))


# A name and an address, and nothing that could separate two of them.
_ONE_PLAIN = re.compile(r"[^\"\\()<>:;,]*(?:<[^\"\\()<>:;,]*>[^\"\\()<>:;,]*)?")


def _split(text: str) -> list[str] | None:
    """Split an address list at its commas; None when it is malformed or holds a group."""
    if _ONE_PLAIN.fullmatch(text):
        return [text]
    pieces: list[str] = []
    start = depth = 0
    quoted = escaped = angled = False
    for index, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth < 0:
                return None
        elif depth:
            continue
        elif char == "<":
            if angled:
                return None
            angled = True
        elif char == ">":
            if not angled:
                return None
            angled = False
        elif char in ":;" and not angled:
            return None
        elif char == "," and not angled:
            pieces.append(text[start:index])
            start = index + 1
    if quoted or depth or angled:
        return None
    pieces.append(text[start:])
    return [piece for piece in pieces if piece.strip()]
