"""The sealed store of install codes, as the services see it; records as numpy columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_ids import DeviceIds
from exchange.domain.columns.look_alikes import LookAlikes
from exchange.domain.device import DeviceId
from exchange.ports.records import ImportResult, PutResult, Removed, VaultRecord, VaultStats

Mask: TypeAlias = npt.NDArray[np.bool_]
ReportProgress: TypeAlias = Callable[[str, int, int], None]  # (step, done, total)


@dataclass(frozen=True, slots=True)
class CodeColumns:
    """n records as arrays, one array of length n a field: bulk work makes no object per record.

    A code that is not held is sixteen zero bytes.
    """

    devices: DeviceIds
    codes: npt.NDArray[np.uint8] = field(repr=False)  # (n, 16), without CRC
    has_code: Mask
    installed: Mask  # installed by us
    types: npt.NDArray[np.uint8]  # indexes into DEVICE_TYPES
    sources: npt.NDArray[np.uint8]  # indexes into ``source_names``
    days: npt.NDArray[np.uint16]  # of import, counted from 1970-01-01
    source_names: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        return len(self.devices)

    def take(self, chosen: slice) -> CodeColumns:
        """Return the records in a slice."""
        return CodeColumns(
            self.devices[chosen],
            self.codes[chosen],
            self.has_code[chosen],
            self.installed[chosen],
            self.types[chosen],
            self.sources[chosen],
            self.days[chosen],
            self.source_names,
        )


@dataclass(frozen=True, slots=True)
class FoundColumns:
    """The answer of a look-up: one entry for each device asked, in the order of asking.

    Where ``held`` is false the device is not known and its columns mean nothing.  ``unknown`` is
    true for devices in damaged buckets; only a ``partial`` look-up returns any.
    """

    held: Mask
    unknown: Mask
    columns: CodeColumns

    def take(self, chosen: slice) -> FoundColumns:
        """Return the entries in a slice."""
        return FoundColumns(self.held[chosen], self.unknown[chosen], self.columns.take(chosen))


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of an import; ``rows`` are their numbers in it, ascending over all batches."""

    columns: CodeColumns
    rows: npt.NDArray[np.uint32]


class CodeVault(Protocol):
    """The sealed store of install codes."""

    def find_columns(self, devices: DeviceIds, *, partial: bool = False) -> FoundColumns:
        """Look up many devices at once; a repeated device is answered each time.

        Raises VaultDamaged when a bucket that is needed does not open, unless ``partial``.
        """

    def find_look_alikes(self, devices: DeviceIds) -> LookAlikes:
        """Find the Devices that we installed and that unknown ``devices`` may be slips for.

        What is in damaged buckets is not found.
        """

    def put_columns(self, batches: Iterable[CodeColumns], *, replace: bool = False) -> PutResult:
        """Do what ``put_many`` does, by columns."""

    def import_codes(
        self,
        batches: Iterable[Batch],
        *,
        replace: bool = False,
        skip_bad: bool = False,
        resume: str = "",
        progress: Callable[[str, int, int], None] | None = None,
        confirm: Callable[[], bool] | None = None,
        record: Callable[[object, ImportResult], None] | None = None,
    ) -> ImportResult:
        """Import rows that contradict neither each other nor the vault, in one transaction.

        If any row is refused nothing is stored, or with ``skip_bad`` every other row.
        ``resume`` is a fingerprint of the file: the good rows are then committed in steps, and
        an import with the same fingerprint continues where one was cut off.  ``progress`` is
        called with (what, done, total).  ``confirm`` is called once after the last batch: if it
        returns False everything is compared and nothing stored.  ``record`` is called before
        the last commit of an import that changed anything, with that transaction (for
        ``Store.joined``): what it writes is committed together with the codes, or not at all.
        """

    def find_many(
        self, devices: Iterable[DeviceId]
    ) -> Iterator[tuple[DeviceId, VaultRecord | None]]:
        """Yield each device once, in no particular order, with its record or None."""

    def find(self, device: DeviceId) -> VaultRecord | None:
        """Look up one device."""

    def put_many(self, records: Iterable[VaultRecord], *, replace: bool = False) -> PutResult:
        """Store all records or none, in one transaction; ``replace`` lets new codes overwrite."""

    def remove_many(self, devices: Iterable[DeviceId]) -> int:
        """Remove devices; return how many there were."""

    def remove(
        self,
        devices: DeviceIds | None,
        *,
        source: str | None = None,
        dry: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
        record: Callable[[object, Removed], None] | None = None,
    ) -> Removed:
        """Remove devices (None: all) in one transaction, in constant memory.

        With ``source`` only records that came from there.  ``dry`` counts and changes nothing.
        ``progress`` is called with (what, done, total).  ``record`` is called before the commit of
        a removal that changes anything, with that transaction (for ``Store.joined``); if it raises,
        nothing was removed.  Raises NotFound for a source that no record has.
        """

    def iter_all(self) -> Iterator[VaultRecord]:
        """Yield every record, bucket by bucket."""

    def verify(self) -> VaultStats:
        """Check every bucket against the manifest; raises VaultDamaged naming all bad ones."""

    def stats(self) -> VaultStats:
        """Return the counts in the authenticated manifest."""
