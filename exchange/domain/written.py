"""Device IDs and install codes as we write them, by the hundred thousand.

The same texts as ``str(DeviceId)`` and ``InstallCode.grouped`` give, without an object for each.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.device import CODE_BYTES, CRC_BYTES, DEVICE_ID_BYTES, crc16_x25

Bytes = npt.NDArray[np.uint8]

_HEX: Final = np.array([[ord(digit) for digit in f"{byte:02X}"] for byte in range(256)], np.uint8)
_GROUPED: Final = CODE_BYTES + CRC_BYTES


def device_texts(ids: npt.NDArray[np.uint64]) -> list[str]:
    """``00-DB-12-34-...`` for each row; ``ids`` hold the 8 bytes as they stand in memory."""
    content = np.ascontiguousarray(ids).view(np.uint8).reshape(-1, DEVICE_ID_BYTES)
    return _joined(content, 1, "-")


def code_texts(codes: Bytes) -> list[str]:
    """``83FE D340 ... C3B5`` for each row of 16 bytes, its CRC behind it."""
    crc = crcs(codes)
    content = np.empty((len(codes), _GROUPED), np.uint8)
    content[:, :CODE_BYTES] = codes
    content[:, CODE_BYTES] = crc & np.uint16(0xFF)
    content[:, CODE_BYTES + 1] = crc >> np.uint16(8)
    return _joined(content, 2, " ")


def _joined(content: Bytes, group: int, between: str) -> list[str]:
    """Upper-case hex digits in groups of ``group`` bytes."""
    number, width = content.shape
    groups = width // group
    size = 2 * group + 1
    letters = np.full((number, groups, size), ord(between), np.uint8)
    letters[:, :, : size - 1] = _HEX[content].reshape(number, groups, size - 1)
    length = groups * size - 1  # nothing behind the last group
    lines = np.ascontiguousarray(letters.reshape(number, groups * size)[:, :length])
    texts: list[str] = lines.view(f"S{length}").ravel().astype(f"U{length}").tolist()
    return texts


def _crc_steps() -> npt.NDArray[np.uint16]:
    """What one byte does to a CRC that is nothing yet: the remainder of each of the 256."""
    # crc(b) = T[b ^ 0xFF] ^ 0xFF ^ 0xFFFF for a single byte, whence T.
    steps = [crc16_x25(bytes((byte ^ 0xFF,))) ^ 0xFF00 for byte in range(256)]
    return np.array(steps, np.uint16)


_STEPS: Final = _crc_steps()


def crcs(codes: Bytes) -> npt.NDArray[np.uint16]:
    """CRC-16/X-25 of each row."""
    value = np.full(len(codes), 0xFFFF, np.uint16)
    for place in range(codes.shape[1]):
        value = (value >> np.uint16(8)) ^ _STEPS[(value ^ codes[:, place]) & np.uint16(0xFF)]
    return value ^ np.uint16(0xFFFF)
