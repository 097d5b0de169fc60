"""Device IDs and install codes: values that cannot be wrong.

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
CODE_BYTES: Final = 16
CRC_BYTES: Final = 2
# Smart Energy knows 6, 8 and 12-byte codes too; GBCS does not.
FOREIGN_CODE_BYTES: Final = (6, 8, 12)

_SEPARATORS = re.compile(r"[\s:.\-]+")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_HEX_PREFIX = re.compile(r"\s*0[xX](?=[0-9A-Fa-f])")


def bare_digits(text: str) -> str:
    """A written identifier or code without what parts its digits, and without a leading 0x."""
    prefix = _HEX_PREFIX.match(text)
    return _SEPARATORS.sub("", text[prefix.end() :] if prefix else text)


def crc_table() -> tuple[int, ...]:
    """Return the 256 steps of CRC-16/X-25, for whoever computes many at once."""
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ 0x8408 if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


_CRC_TABLE: Final = crc_table()


def crc16_x25(content: bytes) -> int:
    """CRC-16/X-25: reflected 0x8408, init and xorout 0xFFFF; of ``123456789`` it is 0x906E."""
    value = 0xFFFF
    for byte in content:
        value = (value >> 8) ^ _CRC_TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFF


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
        """Read one written Device ID: hyphens, colons, dots, spaces or none, any case.

        A leading 0x is no digit.  Raises BadInput with the reason; never repairs.
        """
        digits = bare_digits(text)
        if not _HEX.fullmatch(digits):
            raise BadInput("a Device ID has hex digits only, as in 00-DB-12-34-56-78-90-A0")
        if len(digits) != 2 * DEVICE_ID_BYTES:
            raise BadInput(f"a Device ID has 16 hex digits, not {len(digits)}")
        return cls(bytes.fromhex(digits))

    def __str__(self) -> str:
        return self.raw.hex("-").upper()

    def __repr__(self) -> str:
        return f"DeviceId({self})"


@dataclass(frozen=True, slots=True)
class InstallCode:
    """A 16-byte install code without its CRC.

    There is no ``str()`` and ``repr()`` is redacted, so that no log line or traceback shows one:
    ``.hex``, ``.with_crc`` and ``.grouped`` are the three ways out, each called on purpose.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != CODE_BYTES:
            raise BadInput("an install code has 16 bytes")
        if self.raw in (b"\x00" * CODE_BYTES, b"\xff" * CODE_BYTES):
            raise BadInput("an install code is not all zeros or all Fs")

    @classmethod
    def parse(cls, text: str) -> InstallCode:
        """Read a written code: 36 hex digits with CRC, or 32 without; groups and case are free.

        Raises BadInput saying what is wrong without repeating the code.  A bad CRC is never
        repaired: whoever sent it is asked again.
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
                raise BadInput("the CRC of the install code does not match")
            return cls(code)
        if len(content) in FOREIGN_CODE_BYTES or len(content) - CRC_BYTES in FOREIGN_CODE_BYTES:
            raise BadInput("a 6, 8 or 12-byte install code exists in Smart Energy but not in GBCS")
        raise BadInput(f"{len(digits)} hex digits: an install code has 36 with its CRC, 32 without")

    @property
    def hex(self) -> str:
        """32 upper-case hex digits, the form SRV 8.11 takes."""
        return self.raw.hex().upper()

    @property
    def with_crc(self) -> str:
        """36 upper-case hex digits: the code and its CRC, little-endian."""
        return (self.raw + crc16_x25(self.raw).to_bytes(CRC_BYTES, "little")).hex().upper()

    @property
    def grouped(self) -> str:
        """The code with its CRC in groups of four: ``83FE D340 ... C3B5``, as shown to people."""
        digits = self.with_crc
        return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))

    def __repr__(self) -> str:
        return "InstallCode(<redacted>)"

    def __str__(self) -> NoReturn:
        raise TypeError("an install code is never turned into text by accident")

    def __format__(self, _spec: str) -> NoReturn:
        raise TypeError("an install code is never turned into text by accident")


# Hex words in a row, however grouped; and hex digits without a gap, whatever stands around them.
_GAP = r"[\s:.,;/|_\-\u00a0]{1,3}"
_HEX_WORDS = re.compile(rf"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]+{_GAP})*[0-9A-Fa-f]+(?![0-9A-Za-z])")
_HEX_RUN = re.compile(r"[0-9A-Fa-f]{24,}")
# Eight pairs and no more: a code in pairs has sixteen or eighteen.
_DEVICE_ID = re.compile(r"(?<![0-9A-Fa-f\-])(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}(?![0-9A-Fa-f\-])")
_PAIRED = re.compile(r"(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}[ :.\u00a0\-]+(?:[0-9A-Fa-f]{2}-){7}")
_NOT_HEX = re.compile(r"[^0-9A-Fa-f]+")
_SECRET_DIGITS: Final = 24
# So many hex digits at all, wherever they stand: most texts have fewer, and nothing to blank.
_DIGITS_ENOUGH = re.compile(rf"(?:[^0-9A-Fa-f]*+[0-9A-Fa-f]){{{_SECRET_DIGITS}}}")
MASKED: Final = "[masked]"


def _mask_words(match: re.Match[str]) -> str:
    """The words masked, but for Device IDs in the form that we write ourselves.

    Two of them with nothing but a blank between could be a code in pairs: masked.
    """
    text, out, last = match.group(), [], 0
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
    """Blank whatever in ``text`` could be an install code, for places that stay in the clear.

    24 digits are enough to be blanked: a code that lost its end is still a secret.  Device IDs
    in our own form are told apart from a code's pairs and stay; two in another form side by side
    are blanked, which only costs readability.
    """
    if len(text) < _SECRET_DIGITS or not _DIGITS_ENOUGH.match(text):
        return text
    return _HEX_RUN.sub(MASKED, _HEX_WORDS.sub(_mask_words, text))
