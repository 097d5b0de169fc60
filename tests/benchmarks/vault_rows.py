"""What the vault's cases are made of: Device IDs and codes, the same at every call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

_BLOCK: Final = 250_000


def _devices(places: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = places * np.uint64(2654435761) & np.uint64(0xFFFFFFFF)
    return mixed | np.uint64(0x00DB_1234_0000_0000)


def pairs(number: int) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]:
    """(n, 8) Device IDs and (n, 16) codes, the same at every call."""
    for first in range(0, number, _BLOCK):
        many = min(_BLOCK, number - first)
        devices = _devices(np.arange(first, first + many, dtype=np.uint64)).astype(">u8")
        codes = np.random.default_rng(first).integers(1, 255, (many, 16), np.uint8)
        yield devices.view(np.uint8).reshape(many, 8), codes


def asked_of(number: int, asked: int) -> npt.NDArray[np.uint64]:
    """Random devices of the first ``number``, each once."""
    places = np.random.default_rng(7).choice(number, min(asked, number), replace=False)
    return _devices(places.astype(np.uint64))


def _hex(content: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    digits = np.frombuffer(b"0123456789ABCDEF", np.uint8)
    return np.stack([digits[content >> 4], digits[content & 15]], axis=2).reshape(len(content), -1)


def write_csv(folder: Path, number: int, _asked: int) -> dict[str, float]:
    """The CSV: device with hyphens, type, code with CRC."""
    from exchange.domain.columns.format_columns import crcs

    with (folder / "codes.csv").open("wb") as file:
        file.write(b"Device ID,Device Type,Install Code\r\n")
        for devices, codes in pairs(number):
            many = len(devices)
            written = np.full((many, 8, 3), ord("-"), np.uint8)
            written[:, :, :2] = _hex(devices).reshape(many, 8, 2)
            lead = written.reshape(many, 24)
            lead[:, 23] = ord(",")
            crc = crcs(codes).astype("<u2").view(np.uint8).reshape(many, 2)
            parts = [
                lead, _constant(b"ESME,", many), _hex(np.concatenate([codes, crc], axis=1)),
                _constant(b"\r\n", many),
            ]  # fmt: skip
            file.write(np.concatenate(parts, axis=1).tobytes())
    return {}


def _constant(text: bytes, many: int) -> npt.NDArray[np.uint8]:
    return np.tile(np.frombuffer(text, np.uint8), (many, 1))
