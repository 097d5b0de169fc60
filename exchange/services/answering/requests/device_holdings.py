"""Look up the devices of requests in the vault, and what the unknown ones may be slips for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import ListedColumns, TextColumn
from exchange.domain.columns.device_ids import DeviceIds
from exchange.domain.columns.format_columns import HexColumn, format_codes, format_device_ids
from exchange.domain.columns.look_alikes import LookAlikes
from exchange.domain.mail import Found
from exchange.ports.vault import CodeVault, FoundColumns


@dataclass(frozen=True, slots=True)
class KnownDevices:
    """What the vault knows of a list of devices, and their texts; columns in the list's order."""

    held: FoundColumns
    devices: HexColumn
    codes: HexColumn = field(repr=False)  # with CRC; undefined where no code is held
    alike: AlikeColumn | None = None  # None if no device is like one of ours


class AlikeColumn(NamedTuple):
    """How each device of a list is like one that we installed, and which; in the list's order."""

    likenesses: npt.NDArray[np.uint8]  # the index in ``LIKENESSES``
    devices: TextColumn  # empty where there is none

    @classmethod
    def of(cls, number: int, found: LookAlikes) -> AlikeColumn:
        """Return the columns of ``number`` devices, of which ``found`` are like ours."""
        likenesses = np.zeros(number, np.uint8)
        likenesses[found.rows] = found.likenesses
        which = np.zeros(number, np.int32)
        which[found.rows] = np.arange(1, len(found.rows) + 1, dtype=np.int32)
        return cls(likenesses, TextColumn(("", *format_device_ids(found.ids).texts()), which))

    def take(self, chosen: slice) -> AlikeColumn:
        """Return some of the rows."""
        return AlikeColumn(self.likenesses[chosen], self.devices.take(chosen))


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the vault knows of the devices of several requests, looked up together."""

    known: dict[int, KnownDevices] = field(repr=False)  # by id() of the list

    @classmethod
    def of(cls, vault: CodeVault, lists: Sequence[Sequence[Found]]) -> Holdings:
        """Look up the devices of ``lists``, reading each bucket once.

        Raises VaultDamaged as the vault does.
        """
        if not lists:
            return cls({})
        ids = np.concatenate([ListedColumns.of(one).ids for one in lists])
        held = vault.find_columns(ids)
        devices, codes = format_device_ids(ids), format_codes(held.columns.codes)
        alike = _look_alikes(vault, ids, held)
        known, start = {}, 0
        for one in lists:
            own = slice(start, start + len(one))
            known[id(one)] = KnownDevices(
                held.take(own),
                devices.take(own),
                codes.take(own),
                None if alike is None else alike.take(own),
            )
            start = own.stop
        return cls(known)

    def devices(self, asked: Sequence[Found]) -> KnownDevices:
        """Return what is known of ``asked``, which must be one of the lists looked up."""
        return self.known[id(asked)]


def _look_alikes(vault: CodeVault, ids: DeviceIds, held: FoundColumns) -> AlikeColumn | None:
    """Return what the devices that are not held may have been meant for; None if nothing."""
    unknown = np.flatnonzero(~held.held)
    if not len(unknown):
        return None
    found = vault.find_look_alikes(ids[unknown])
    if not len(found.rows):
        return None
    return AlikeColumn.of(len(ids), found._replace(rows=unknown[found.rows]))
