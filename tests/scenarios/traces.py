"""Looks for a secret in whatever a run leaves behind, in every form in which it may be written."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_SEPARATORS = b" \t\r\n\0-:._,;|'\"/\\\xa0\xc2"
_WINDOW = 16  # hex digits: half of a code is a leak already, and a Device ID is as long
_BYTES = 8


def digits_of(written: str) -> str:
    """The hex digits of a code as somebody wrote it, in lower case."""
    return "".join(one for one in written.lower() if one in "0123456789abcdef")


@cache
def needles(written: str) -> dict[str, bytes]:
    """What to look for: in squeezed text the halves, in raw bytes the code and its base64."""
    digits = digits_of(written)
    found: dict[str, bytes] = {}
    for start in range(0, len(digits) - _WINDOW + 1, 2):
        found[f"digits {start} to {start + _WINDOW}"] = digits[start : start + _WINDOW].encode()
    return found


@cache
def raw_needles(written: str) -> dict[str, bytes]:
    """Forms that are looked for in the bytes as they are."""
    digits = digits_of(written)
    raw = bytes.fromhex(digits[: len(digits) // 2 * 2])
    found = {
        f"raw bytes {start} to {start + _BYTES}": raw[start : start + _BYTES]
        for start in range(len(raw) - _BYTES + 1)
    }
    forms = {"raw": raw, "upper": digits.upper().encode(), "lower": digits.encode()}
    forms["as written"] = written.encode()
    for name, form in forms.items():
        for offset in range(3):
            # Base64 of a text depends on where it begins; the outer characters on what is beside.
            encoded = b64encode(b"\0" * offset + form)
            inner = encoded[4:].rstrip(b"=")[:-1] if offset else encoded.rstrip(b"=")[:-1]
            found[f"base64 of {name}, offset {offset}"] = inner[:20]
    return found


def squeezed(content: bytes) -> bytes:
    """Text without separators, in lower case: grouped, hyphenated, UTF-16 all look the same."""
    return content.translate(None, _SEPARATORS).lower()


def traces(content: bytes, secrets: Iterable[str]) -> list[str]:
    """How each of ``secrets`` shows in ``content``; empty when none does."""
    found = []
    plain = squeezed(content)
    for nth, secret in enumerate(secrets, 1):
        for text, forms in ((plain, needles(secret)), (content, raw_needles(secret))):
            found += [f"secret {nth}: {name}" for name, one in forms.items() if one in text]
    return found


def traces_in(folder: Path, secrets: Iterable[str]) -> list[str]:
    """The same for every file under ``folder`` and its name."""
    listed, found = list(secrets), []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found += [f"name of {name}: {one}" for one in traces(name.encode(), listed)]
        if path.is_file():
            found += [f"{name}: {one}" for one in traces(path.read_bytes(), listed)]
    return found
