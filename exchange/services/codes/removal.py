"""Remove Devices from the vault: one by one, by a list, or all from one source.

A removal is all or nothing, and its audit entry is in the same commit.  After counting and asking
a person, exactly what was counted is removed, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np

from exchange.domain.audit import AuditEvent
from exchange.domain.columns.device_ids import DeviceIds, blank_ids, ids_of
from exchange.domain.device import DeviceId, mask_codes
from exchange.errors import BadInput, BadInputs
from exchange.ports.records import Removed
from exchange.ports.vault import ReportProgress
from exchange.services.codes.code_file import ReadOptions
from exchange.services.codes.code_stream import NeedsWholeFile, read_delivery
from exchange.services.codes.codes import digest_of
from exchange.services.codes.holdings import put_declaration
from exchange.services.codes.import_report import CodeSource, Delivered
from exchange.services.codes.register import COMPLETE_AS_OF
from exchange.services.context import Context

_MOST_FAULTS: Final = 1_000  # in the text of one error
_ONE_BY_ONE: Final = "named one by one"


@dataclass(frozen=True, slots=True)
class ChosenDevices:
    """Which Devices to remove; ``numbers`` are unique, None means all of the source."""

    name: str
    numbers: DeviceIds | None = field(default=None, repr=False)
    sha256: str = ""  # of the list
    notes: tuple[str, ...] = ()
    named: tuple[str, ...] = ()  # if no file lists them: for the audit log

    def __len__(self) -> int:
        return 0 if self.numbers is None else len(self.numbers)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a removal would do."""

    chosen: ChosenDevices
    source: str  # empty: any source
    counts: Removed
    installed_left: int  # Devices installed by us that the vault knows afterwards

    @property
    def ends_declaration(self) -> bool:
        """Return whether the register would be empty: then it cannot be declared complete."""
        return self.counts.installed > 0 and not self.installed_left

    @property
    def unknown(self) -> int:
        """Count the named Devices that the vault does not know."""
        return 0 if self.chosen.numbers is None else len(self.chosen) - self.counts.known

    @property
    def spared(self) -> int:
        """Count the Devices that stay because their record came from another source."""
        return 0 if self.chosen.numbers is None else self.counts.known - self.counts.removed


def everything() -> ChosenDevices:
    """Choose all Devices; use it with a source."""
    return ChosenDevices("everything")


def devices_named(written: Sequence[str]) -> ChosenDevices:
    """Choose Devices by their IDs; raises BadInput for an invalid one."""
    devices = dict.fromkeys(DeviceId.parse(one) for one in written)
    numbers = np.unique(ids_of(devices))
    name = str(next(iter(devices))) if len(devices) == 1 else _ONE_BY_ONE
    return ChosenDevices(name, numbers, named=tuple(map(str, devices)))


def devices_listed(
    ctx: Context,
    file: CodeSource,
    device_column: str | None,
    progress: ReportProgress | None = None,
) -> ChosenDevices:
    """Choose the Devices in a CSV or workbook; nothing else in it, such as codes, is read.

    Raises BadInput, or BadInputs with every bad row: then none of the others is chosen.
    """
    stamp, sha256 = file.stamp(), digest_of(file)
    read = partial(_read, ctx, file, device_column, progress)
    try:
        numbers, delivered = read(whole=False)
    except NeedsWholeFile:
        numbers, delivered = read(whole=True)
    if file.stamp() != stamp:
        raise BadInput(
            "the file changed while it was read; nothing was removed",
            place=mask_codes(file.name),
            hint="wait until it is complete",
        )
    faults = [one.fault for one in delivered.rejects]
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise BadInputs(
            f"{len(faults)} bad rows",
            list(faults[:_MOST_FAULTS]),
            place=mask_codes(file.name),
        )
    return ChosenDevices(file.name, numbers, sha256, tuple(map(mask_codes, delivered.notes)))


def _read(
    ctx: Context,
    file: CodeSource,
    device_column: str | None,
    progress: ReportProgress | None,
    *,
    whole: bool,
) -> tuple[DeviceIds, Delivered]:
    # Read only Device IDs, so that the file of a wrong import will do, whatever its codes are.
    reading = ReadOptions(
        device_column=device_column,
        code_column="", type_column="", installed_column="", installed_only=True,
    )  # fmt: skip
    delivered = Delivered(file.name)
    batches = read_delivery(
        file, reading, ctx.limits, ctx.today(), delivered, progress, whole=whole
    )
    parts = [batch.columns.devices for batch in batches]
    numbers = np.unique(np.concatenate(parts)) if parts else blank_ids()
    return numbers, delivered


def plan(
    ctx: Context, chosen: ChosenDevices, source: str, progress: ReportProgress | None = None
) -> Plan:
    """Count what ``remove`` would take out; nothing is changed.

    Raises BadInput if neither Devices nor a source are named, NotFound for an unknown source.
    """
    source = mask_codes(" ".join(source.split()))
    if chosen.numbers is None and not source:
        raise BadInput("name Devices, a list of them, or a source")
    counts = ctx.vault.remove(chosen.numbers, source=source or None, dry=True, progress=progress)
    left = ctx.vault.stats().installed_by_us - counts.installed
    return Plan(chosen, source, counts, left)


def remove(ctx: Context, planned: Plan, by: str, progress: ReportProgress | None = None) -> Removed:
    """Remove what was counted, with its audit entry, in one commit.

    Removing the last installed Device also withdraws the declaration that the register is
    complete: with an empty register every Device would be denied.

    Raises BadInput if the vault has changed since, so that something else would be removed.
    """

    def record(transaction: object, done: Removed) -> None:
        if done != planned.counts:
            raise BadInput(
                "the vault has changed since it was counted; nothing was removed",
                hint="do it again",
            )
        with ctx.store.joined(transaction) as tx:
            tx.audit.append(ctx.now(), _event(planned, by))
            if planned.ends_declaration and tx.facts.get(COMPLETE_AS_OF):
                put_declaration(ctx, tx, None, by)

    if not planned.counts.removed:
        return planned.counts
    done = ctx.vault.remove(
        planned.chosen.numbers, source=planned.source or None, progress=progress, record=record
    )
    if done != planned.counts:  # nothing was left to remove
        raise BadInput("the vault has changed since it was counted; nothing was removed")
    return done


def _event(planned: Plan, by: str) -> AuditEvent:
    chosen, counts = planned.chosen, planned.counts
    return AuditEvent(
        "codes.removed",
        mask_codes(chosen.name),
        detail={
            "sha256": chosen.sha256 or None,
            "source": planned.source or None,
            "listed": None if chosen.numbers is None else len(chosen),
            "removed": counts.removed,
            "with_code": counts.with_code,
            "installed_by_us": counts.installed,
            "unknown": planned.unknown,
            "of_other_sources": planned.spared,
            **({"device_ids": ",".join(chosen.named)} if chosen.named else {}),
        },
        actor=by,
    )
