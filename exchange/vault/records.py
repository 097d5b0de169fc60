"""Records as stored in a bucket: 28 bytes each, handled as numpy rows.

======  =====  ==============================================================
offset  bytes  what
======  =====  ==============================================================
0       8      Device ID as a number, little-endian
8       16     install code without its CRC; zeros where none is held
24      1      bit 0: a code is held; bit 1: installed by us; bits 4-7: type
25      1      number of the source's name in the manifest; 0: no name
26      2      day of import, days since 1970-01-01, little-endian
======  =====  ==============================================================

Rows become Python objects only on demand, some thousands at a time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import (
    codes_of,
    devices_of,
    make_objects,
    slot_setters,
)
from exchange.domain.columns.device_ids import DeviceIds, ids_from_numbers, ids_of
from exchange.domain.device import CODE_BYTES, DEVICE_ID_BYTES, DeviceId, InstallCode
from exchange.domain.device_type import DEVICE_TYPES
from exchange.errors import BadInput
from exchange.ports.records import VaultRecord
from exchange.vault.radix_sort import concatenated

Rows: TypeAlias = npt.NDArray[np.void]  # of ROW

# The code as two 64-bit words: numpy compares these in bulk, but 16-byte fields one by one.
ROW: Final = np.dtype(
    [
        ("device", "<u8"),
        ("code_a", "<u8"),
        ("code_b", "<u8"),
        ("flags", "u1"),
        ("source", "u1"),
        ("days", "<u2"),
    ]
)
_ROW_FORM: Final = struct.Struct("<Q16sBBH")  # the same for one row
_DEVICE: Final = struct.Struct("<Q")
CODE_OFFSET: Final = DEVICE_ID_BYTES
# Device, code and flags are the facts; source and day only say where and when they came from.
FACT_BYTES: Final = 25

HAS_CODE: Final = 0x01
INSTALLED: Final = 0x02
TYPE_MASK: Final = 0xF0
TYPE_SHIFT: Final = 4

MAX_SOURCES: Final = 255
_MAX_SOURCE_LENGTH: Final = 200
EPOCH: Final = date(1970, 1, 1)
# Objects handled at a time: few enough that garbage collection stays cheap.
_SLICE: Final = 4_096
_SLICES_A_CHUNK: Final = 16
_NO_CODE: Final = bytes(CODE_BYTES)

_FLAGS: Final[dict[tuple[bool, bool, str], int]] = {
    (held, installed, name): (HAS_CODE if held else 0)
    | (INSTALLED if installed else 0)
    | number << TYPE_SHIFT
    for held in (False, True)
    for installed in (False, True)
    for number, name in enumerate(DEVICE_TYPES)
}


def joined(parts: Sequence[Rows]) -> Rows:
    """Return all rows of ``parts``, in order."""
    return concatenated(parts, ROW)


def row_devices(rows: Rows) -> DeviceIds:
    """Return the Device IDs of rows."""
    return ids_from_numbers(rows["device"])


class Sources:
    """The names of sources by number; 0 is "no name"."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names: list[str] = ["", *names]
        self._numbers = {name: number for number, name in enumerate(self.names)}

    def number(self, name: str) -> int:
        """Return the number of ``name``, adding a new one; raises BadInput if all 255 are used."""
        number = self._numbers.get(name)
        if number is None:
            number = len(self.names)
            if number > MAX_SOURCES:
                raise BadInput(
                    f"the vault keeps at most {MAX_SOURCES} sources; {name!r} would be one more",
                    hint="import under a source name that is already in use",
                )
            if len(name) > _MAX_SOURCE_LENGTH or not name.isprintable():
                raise BadInput(
                    f"a source name is printable and has at most {_MAX_SOURCE_LENGTH} characters"
                )
            self._numbers[name] = number
            self.names.append(name)
        return number


def rows_of(records: Iterable[VaultRecord], sources: Sources) -> Iterator[Rows]:
    """Yield records as rows, in order, up to 65,536 at a time; add source names to ``sources``.

    Raises BadInput naming the device whose record cannot be stored.
    """
    days: dict[date, int] = {}
    pending = iter(records)
    while True:
        slices: list[Rows] = []
        while len(slices) < _SLICES_A_CHUNK and (some := list(islice(pending, _SLICE))):
            slices.append(_rows(some, sources, days))
        if not slices:
            return
        yield joined(slices)


def _rows(records: Sequence[VaultRecord], sources: Sources, days: dict[date, int]) -> Rows:
    rows = np.empty(len(records), ROW)
    rows["device"] = ids_of([record.device for record in records])
    codes = b"".join([record.code.raw if record.code else _NO_CODE for record in records])
    words = np.frombuffer(codes, "<u8")
    rows["code_a"], rows["code_b"] = words[0::2], words[1::2]
    rows["flags"] = np.frombuffer(bytes([_flags(record) for record in records]), np.uint8)
    numbers = bytes([sources.number(record.source) for record in records])
    rows["source"] = np.frombuffer(numbers, np.uint8)
    rows["days"] = [_day(record, days) for record in records]
    return rows


def _flags(record: VaultRecord) -> int:
    try:
        return _FLAGS[record.code is not None, record.installed_by_us, record.device_type]
    except KeyError:
        raise BadInput(
            f"{record.device_type!r} is not a device type", place=str(record.device)
        ) from None


def _day(record: VaultRecord, known: dict[date, int]) -> int:
    day = known.get(record.imported_on)
    if day is None:
        day = (record.imported_on - EPOCH).days
        if not 0 <= day <= 0xFFFF:
            raise BadInput(
                f"{record.imported_on} is not a day between 1970 and 2149", place=str(record.device)
            )
        known[record.imported_on] = day
    return day


def records_of(
    rows: Rows, sources: Sequence[str], devices: Sequence[DeviceId] | None = None
) -> Iterator[VaultRecord]:
    """Yield rows as records, in order; ``devices`` are their Device IDs, if the caller has them."""
    days: dict[int, date] = {}
    for start in range(0, len(rows), _SLICE):
        part = np.ascontiguousarray(rows[start : start + _SLICE])
        names = None if devices is None else devices[start : start + _SLICE]
        named = devices_of(row_devices(part)) if names is None else names
        yield from _records(part, named, sources, days)


def find_row(content: bytes, device: bytes) -> bytes:
    """Return the row of an 8-byte Device ID in the content of a bucket; b"" if it has none."""
    number, size, device_of = int.from_bytes(device, "big"), ROW.itemsize, _DEVICE.unpack_from
    low, high = 0, len(content) // size
    while low < high:
        middle = (low + high) >> 1
        if device_of(content, middle * size)[0] < number:
            low = middle + 1
        else:
            high = middle
    row = content[low * size : (low + 1) * size]
    return row if row and device_of(row)[0] == number else b""


def record_of(row: bytes, sources: Sequence[str], device: DeviceId) -> VaultRecord:
    """Return one row as a record, far quicker than ``records_of`` for a single row."""
    _, code, flags, source, day = _ROW_FORM.unpack(row)
    return VaultRecord(
        device=device,
        code=InstallCode(code) if flags & HAS_CODE else None,
        installed_by_us=bool(flags & INSTALLED),
        device_type=DEVICE_TYPES[flags >> TYPE_SHIFT],
        source=sources[source - 1] if source else "",
        imported_on=EPOCH + timedelta(days=day),
    )


# Rows were validated before they were sealed; validating them again in three constructors would
# take twice as long as the rest of a look-up.
_RECORD: Final = slot_setters(
    VaultRecord, "device", "code", "installed_by_us", "device_type", "source", "imported_on"
)


def _records(
    rows: Rows, devices: Sequence[DeviceId], sources: Sequence[str], days: dict[int, date]
) -> list[VaultRecord]:
    flags = rows["flags"]
    content = rows.view(np.uint8).reshape(len(rows), ROW.itemsize)
    codes = content[:, CODE_OFFSET : CODE_OFFSET + CODE_BYTES]
    numbers = rows["days"].tolist()
    for day in set(numbers) - days.keys():
        days[day] = EPOCH + timedelta(days=day)
    return make_objects(
        VaultRecord,
        len(rows),
        _RECORD,
        devices,
        codes_of(codes, (flags & HAS_CODE) != 0),
        ((flags & INSTALLED) != 0).tolist(),
        map(DEVICE_TYPES.__getitem__, (flags >> TYPE_SHIFT).tolist()),
        map(sources.__getitem__, rows["source"].tolist()),
        map(days.__getitem__, numbers),
    )
