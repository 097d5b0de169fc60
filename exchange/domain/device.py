"""Device IDs and install codes, checked when they are made.

Sources: DCC User Interface Specification (Device ID is an EUI-64); ZigBee Smart Energy Profile,
section 5.4.8.1 (install codes, CRC-16/X-25 appended little-endian); GBCS CCS01 (16-byte code,
passed without its CRC in SRV 8.11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from exchange.errors import BadInput

DEVICE_ID_BYTES: Final = 8
CRC_MISMATCH: Final = "the CRC of the install code does not match"
CODE_BYTES: Final = 16
CRC_BYTES: Final = 2
# Smart Energy knows 6, 8 and 12-byte codes too; GBCS does not.
FOREIGN_CODE_BYTES: Final = (6, 8, 12)

_SEPARATORS = re.compile(r"[\s:.\-]+")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_HEX_PREFIX = re.compile(r"\s*0[xX](?=[0-9A-Fa-f])")


def bare_digits(text: str) -> str:
    """Return an identifier or code without separators and without a leading 0x."""
    prefix = _HEX_PREFIX.match(text)
    return _SEPARATORS.sub("", text[prefix.end() :] if prefix else text)


def crc_table() -> tuple[int, ...]:
    """Return the 256-entry table of CRC-16/X-25, for computing many at once."""
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ 0x8408 if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


_CRC_TABLE: Final = crc_table()


def crc16_x25(content: bytes) -> int:
    """Return the CRC-16/X-25 (reflected 0x8408, init and xorout 0xFFFF; 0x906E for 123456789)."""
    value = 0xFFFF
    for byte in content:
        value = (value >> 8) ^ _CRC_TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFF


def wrong_length(characters: int) -> str:
    """Return the reason for refusing a Device ID of so many hex digits, as its sender reads it."""
    size = "short" if characters < 2 * DEVICE_ID_BYTES else "long"
    noun = "character" if characters == 1 else "characters"
    return f"Device ID too {size}: {characters} {noun}, {2 * DEVICE_ID_BYTES} needed"


@dataclass(frozen=True, slots=True, order=True)
class DeviceId:
    """An EUI-64 that names one Device in the Smart Metering Inventory: 8 bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != DEVICE_ID_BYTES:
            raise BadInput("a Device ID has 16 hex digits")
        if self.raw in (b"\x00" * 8, b"\xff" * 8):
            raise BadInput("a Device ID is not all zeros or all Fs")

    @classmethod
    def parse(cls, text: str) -> DeviceId:
        """Read one Device ID: hyphens, colons, dots, spaces or none between digits, any case.

        A leading 0x is ignored.  Raises BadInput with the reason; never repairs.
        """
        digits = bare_digits(text)
        if not _HEX.fullmatch(digits):
            raise BadInput("a Device ID has hex digits only, as in 00-DB-12-34-56-78-90-A0")
        if len(digits) != 2 * DEVICE_ID_BYTES:
            raise BadInput(wrong_length(len(digits)))
        return cls(bytes.fromhex(digits))

    def __str__(self) -> str:
        return self.raw.hex("-").upper()

    def __repr__(self) -> str:
        return f"DeviceId({self})"


def _in_fours(digits: str) -> str:
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


@dataclass(frozen=True, slots=True)
class InstallCode:
    """A 16-byte install code without its CRC.

    ``str()`` raises and ``repr()`` is redacted, so that no log line or traceback shows a code.
    Only ``.hex``, ``.with_crc`` and ``.grouped`` show it.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != CODE_BYTES:
            raise BadInput("an install code has 16 bytes")
        if self.raw in (b"\x00" * CODE_BYTES, b"\xff" * CODE_BYTES):
            raise BadInput("an install code is not all zeros or all Fs")

    @classmethod
    def parse(cls, text: str) -> InstallCode:
        """Read a code: 36 hex digits with CRC, or 32 without; any grouping, any case.

        Raises BadInput saying what is wrong without repeating the code.  A bad CRC is never
        repaired: we ask the sender again.
        """
        digits = bare_digits(text)
        if not _HEX.fullmatch(digits):
            raise BadInput("an install code is hexadecimal")
        if len(digits) % 2:
            raise BadInput(
                f"{len(digits)} hex digits: an install code has 36 with its CRC, 32 without"
            )
        content = bytes.fromhex(digits)
        if len(content) == CODE_BYTES:
            return cls(content)
        if len(content) == CODE_BYTES + CRC_BYTES:
            code, crc = content[:CODE_BYTES], content[CODE_BYTES:]
            if crc16_x25(code).to_bytes(CRC_BYTES, "little") != crc:
                raise BadInput(CRC_MISMATCH)
            return cls(code)
        if len(content) in FOREIGN_CODE_BYTES or len(content) - CRC_BYTES in FOREIGN_CODE_BYTES:
            raise BadInput("a 6, 8 or 12-byte install code exists in Smart Energy but not in GBCS")
        raise BadInput(f"{len(digits)} hex digits: an install code has 36 with its CRC, 32 without")

    @property
    def hex(self) -> str:
        """Return 32 upper-case hex digits, the form SRV 8.11 takes."""
        return self.raw.hex().upper()

    @property
    def with_crc(self) -> str:
        """Return 36 upper-case hex digits: the code and its CRC, little-endian."""
        return (self.raw + crc16_x25(self.raw).to_bytes(CRC_BYTES, "little")).hex().upper()

    @property
    def grouped(self) -> str:
        """Return the code with its CRC in groups of four: ``83FE D340 ... C3B5``, for people."""
        return _in_fours(self.with_crc)

    @property
    def bare_grouped(self) -> str:
        """Return the code without a CRC in groups of four: its source gave none."""
        return _in_fours(self.hex)

    def __repr__(self) -> str:
        return "InstallCode(<redacted>)"

    def __str__(self) -> NoReturn:
        raise TypeError("an install code is not turned into text: use hex, with_crc or grouped")

    def __format__(self, _spec: str) -> NoReturn:
        raise TypeError("an install code is not turned into text: use hex, with_crc or grouped")


# Hex words in a row, however grouped; and unbroken hex digits, whatever is around them.
_GAP = r"[\s:.,;/|_\-\u00a0]{1,3}"
_HEX_WORDS = re.compile(rf"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]+{_GAP})*[0-9A-Fa-f]+(?![0-9A-Za-z])")
_HEX_RUN = re.compile(r"[0-9A-Fa-f]{24,}")
# Exactly eight pairs: a code in pairs has sixteen or eighteen.
_DEVICE_ID = re.compile(r"(?<![0-9A-Fa-f\-])(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}(?![0-9A-Fa-f\-])")
_PAIRED = re.compile(r"(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}[ :.\u00a0\-]+(?:[0-9A-Fa-f]{2}-){7}")
_NOT_HEX = re.compile(r"[^0-9A-Fa-f]+")
_HEX_PIECES = re.compile(r"[0-9A-Fa-f]{2,}(?:[\s:.\-]{1,3}[0-9A-Fa-f]{2,})++|[0-9A-Fa-f]{4,}")
_SECRET_DIGITS: Final = 24
# That many hex digits anywhere: most texts have fewer, and so nothing to mask.
_DIGITS_ENOUGH = re.compile(rf"(?:[^0-9A-Fa-f]*+[0-9A-Fa-f]){{{_SECRET_DIGITS}}}")
MASKED: Final = "[masked]"


# "body line 12: 83FE ...": the number of a place, not the first digits of a code.
_PLACE = re.compile(r"[0-9]{1,7}:\s")
_PLACE_WORDS: Final = ("line ", "row ")


def _mask_words(match: re.Match[str]) -> str:
    """Mask the words, except Device IDs in the form that we write ourselves.

    Two of those with only a blank between them could be a code in pairs: masked too.
    """
    text, out, last = match.group(), [], 0
    place = _PLACE.match(text)
    if place and match.string[: match.start()].endswith(_PLACE_WORDS):
        out.append(place.group())
        text = text[place.end() :]
    devices = [] if _PAIRED.search(text) else list(_DEVICE_ID.finditer(text))
    for device in (*devices, None):
        piece = text[last : device.start()] if device else text[last:]
        secret = len(_NOT_HEX.sub("", piece)) >= _SECRET_DIGITS
        out.append(MASKED if secret else piece)
        if device:
            out.append(device.group())
            last = device.end()
    return "".join(out)


def mask_codes(text: str) -> str:
    """Mask everything in ``text`` that could be an install code, for texts stored unencrypted.

    24 digits are enough to be masked: a code that lost its end is still a secret.  Device IDs in
    our own form can be distinguished from a code's pairs and stay; two in another form next to
    each other are masked, which only costs readability.
    """
    if len(text) < _SECRET_DIGITS or not _DIGITS_ENOUGH.match(text):
        return text
    return _HEX_RUN.sub(MASKED, _HEX_WORDS.sub(_mask_words, text))


def mask_pieces(text: str) -> str:
    """Mask what is left of one install code: any half, quarter or group of it is a secret too."""
    return _HEX_PIECES.sub(MASKED, mask_codes(text))
