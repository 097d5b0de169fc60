"""Who a mail claims to be from: exactly one plain address, or nobody.

A code leaves only to an address on the register, and the register is entered by this address;
so whatever could be read in two ways (several addresses, groups, comments around an address, a
display name that poses as one: CVE-2023-27043 and its kin) is read as nobody.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exchange.parsing.mime.headers import Headers, decoded

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_ADDR_SPEC = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_ADDRESS_LIKE = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+")
_LONGEST: Final = 320  # 64 + @ + 255 octets, RFC 5321 section 4.5.3.1
_LONGEST_FIELD: Final = 4000
_MOST_IN_LIST: Final = 200


class Address(NamedTuple):
    """A bare address in lower case and the name that stood beside it."""

    address: str
    name: str


def bare(text: str) -> str:
    """``text`` as one bare address in lower case, or empty when it is not exactly one."""
    text = text.strip()
    if len(text) > _LONGEST or not text.isascii() or not _ADDR_SPEC.fullmatch(text):
        return ""
    return text.lower()


def sender_of(headers: Headers) -> Address:
    """The one author; an empty address when From is missing, doubled, or not one plain mailbox."""
    fields = headers.all("from")
    if len(fields) != 1:
        return Address("", "")
    return mailbox(fields[0]) or Address("", decoded(fields[0])[:200])


def addresses(fields: list[str]) -> tuple[str, ...]:
    """The plain addresses of list fields (Reply-To, To), in order, without what cannot be read."""
    found: dict[str, None] = {}
    for field in fields:
        for piece in _split(field[:100_000]) or ():
            one = mailbox(piece)
            if one and len(found) < _MOST_IN_LIST:
                found.setdefault(one.address)
    return tuple(found)


def mailbox(text: str) -> Address | None:
    """``name <address>``, ``<address>`` or ``address``; None for anything else."""
    text = text.strip()
    if len(text) > _LONGEST_FIELD:
        return None
    pieces = _split(text)
    if pieces is None or len(pieces) != 1:
        return None
    if not text.endswith(">"):
        return _without_angles(text)
    name, _, address = text.rpartition("<")
    address = bare(address[:-1])
    spoken = _name_of(name)
    if not address or spoken is None:
        return None
    posed = _ADDRESS_LIKE.findall(spoken)
    if any(one.strip(".").lower() != address for one in posed) or spoken.count("@") > len(posed):
        return None
    return Address(address, spoken[:200])


def _without_angles(text: str) -> Address | None:
    """A bare address, perhaps with the old-style name in brackets behind it."""
    address, _, comment = text.partition("(")
    found = bare(address)
    if not found or (comment and not re.fullmatch(r"[^()<>@,;:\\\"]*\)", comment)):
        return None
    return Address(found, decoded(comment[:-1]))


def _name_of(name: str) -> str | None:
    """A display name, unquoted and decoded; None when it holds what only an address may."""
    outside = re.sub(r"\"(?:[^\"\\]|\\.)*\"", " ", name)
    if re.search(r"[<>:;,\\\"\[\]]", outside):
        return None
    if re.search(r"[()]", outside) and not re.fullmatch(r"(?:[^()]|\([^()@]*\))*", outside):
        return None
    return decoded(re.sub(r"\\(.)", r"\1", name).replace('"', ""))


# A name and an address, and nothing that could part them.
_ONE_PLAIN = re.compile(r"[^\"\\()<>:;,]*(?:<[^\"\\()<>:;,]*>[^\"\\()<>:;,]*)?")


def _split(text: str) -> list[str] | None:
    """Cut an address list at its commas; None when it is not well formed (groups included)."""
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
