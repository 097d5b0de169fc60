"""Know how the Devices of the vault begin, so that an unknown one need not be looked up often.

The leads are read from the buckets themselves; a write has only the buckets it changed read again.
A lead whose last Device was removed stays until the program ends, which costs a look-up at most.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from exchange.domain.columns.device_ids import DeviceIds
from exchange.domain.columns.look_alikes import KnownLeads, leads_of
from exchange.vault.buckets import open_together
from exchange.vault.records import ROW, row_devices
from exchange.vault.vault_header import VaultHeader

_BUCKETS_AT_ONCE: Final = 128
_NOTHING: Final = KnownLeads.of(leads_of(np.empty(0, np.uint64)))


class _Read(NamedTuple):
    """The leads of the buckets that have been read, and which those are."""

    stamp: bytes
    buckets: npt.NDArray[np.uint64]  # start and generation, packed
    known: KnownLeads


class VaultLeads:
    """The leads of one vault, kept in memory. Thread-safe: what is known is replaced at once."""

    def __init__(self) -> None:
        self._read = _Read(b"", np.empty(0, np.uint64), _NOTHING)

    def of(self, connection: Connection, header: VaultHeader) -> KnownLeads:
        """Return the leads of the vault as ``connection`` sees it; damaged buckets are left out."""
        read = self._read
        if read.stamp == header.stamp:
            return read.known
        entries = header.manifest.entries
        # Generations count writes: 32 bits are enough, and two of a bucket do not meet by chance.
        buckets = (entries["start"].astype(np.uint64) << np.uint64(32)) | (
            entries["generation"] & np.uint64(0xFFFFFFFF)
        )
        fresh = np.flatnonzero(~np.isin(buckets, read.buckets))
        leads, whole = [read.known.leads], np.ones(len(entries), bool)
        for first in range(0, len(fresh), _BUCKETS_AT_ONCE):
            some = fresh[first : first + _BUCKETS_AT_ONCE]
            part = entries.take(some)
            memory = np.empty(int(part["records"].sum()), ROW)
            consecutive = int(some[-1] - some[0]) == len(some) - 1
            opened = open_together(connection, header.cipher, part, memory, whole_range=consecutive)
            whole[some[list(opened.faults)]] = False
            if opened.faults:
                sound = np.repeat(opened.sizes != 0, part["records"])
                leads.append(leads_of(_devices(opened.rows)[sound]))
            elif len(opened.rows):
                leads.append(leads_of(_devices(opened.rows)))
        found = np.unique(np.concatenate(leads))
        known = read.known if len(found) == len(read.known.leads) else KnownLeads.of(found)
        self._read = _Read(header.stamp, buckets[whole], known)
        return known


def _devices(rows: npt.NDArray[np.void]) -> DeviceIds:
    return row_devices(rows)
