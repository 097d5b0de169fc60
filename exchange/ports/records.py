"""What the vault holds and what its operations return, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from exchange.domain.device import DeviceId, InstallCode


@dataclass(frozen=True, slots=True)
class VaultRecord:
    """What the vault knows about one device."""

    device: DeviceId
    code: InstallCode | None  # None: known as installed, code not held
    installed_by_us: bool
    device_type: str = ""  # a DeviceType
    source: str = ""  # up to 255 distinct names per vault
    imported_on: date = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class PutResult:
    """What put_many did: every record is counted in exactly one of these."""

    added: int
    updated: int  # a code for a device known without one, or other new facts
    unchanged: int
    conflicts: tuple[DeviceId, ...]  # another code is held for this device; the old one stays


class RowRefusal(IntEnum):
    """Why a row of an import is refused."""

    OTHER_CODE = 1  # the vault holds another code for the device
    INSTALLED = 2  # the vault says that we installed it, the row that we did not
    CODE_HELD = 3  # the vault holds the same code for another device
    CODE_TWICE = 4  # another row gives the same code for another device
    DEVICE_OTHER_CODE = 5  # another row for the device has another code ...
    DEVICE_NO_CODE = 6  # ... or only one of them has any
    DEVICE_INSTALLED = 7  # ... or only one says that we installed it
    DEVICE_TYPE = 8  # ... or another type


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of an import that contradicts another row, or the vault."""

    row: int
    device: DeviceId
    refusal: RowRefusal
    other_row: int = 0  # the row that it contradicts, where there is one
    other_device: DeviceId | None = None  # the device that has the same code
    held_on: date | None = None  # when and from where the vault has what it holds
    held_from: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of an import.

    Every row is counted once: added, updated, unchanged, repeated (the same as an earlier row) or
    refused.  ``kept`` is false when nothing at all was stored because some rows were refused.
    """

    added: int
    updated: int
    unchanged: int
    repeated: int
    refused: Sequence[RefusedRow]
    kept: bool
    without_code: int = 0  # of those added, updated or unchanged
    resumed: bool = False  # an earlier attempt had stored a part


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal takes out of the vault, or took."""

    known: int  # how many of the named devices the vault holds, whatever their source
    removed: int
    with_code: int  # of those removed
    installed: int  # of those removed: installed by us


@dataclass(frozen=True, slots=True)
class VaultStats:
    """Counts of a vault."""

    records: int
    with_code: int
    installed_by_us: int
    buckets: int
    key_id: str
