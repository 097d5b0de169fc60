"""The vault and the register of installed devices, as people fill, ask and declare them.

An import is all or nothing.  What the vault says already is never contradicted without a word:
another code for a known device is refused unless the import replaces, and one code for two
devices is refused always.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.device import DeviceId, mask_codes
from exchange.errors import BadInput, BadInputs, VaultError
from exchange.ports import VaultRecord, VaultStats
from exchange.services.codefile import (
    CodeFile,
    Placed,
    Progress,
    Reading,
    RejectedRow,
    read_code_file,
)
from exchange.services.desk import Desk
from exchange.services.respond import COMPLETE_AS_OF

DEFAULT_SOURCE: Final = "import"
_STRIDE: Final = 5_000


class RejectedRows(BadInputs):
    """Rows of a code file that cannot be taken; nothing was imported."""

    def __init__(self, name: str, rejects: list[RejectedRow]) -> None:
        super().__init__(
            f"{len(rejects)} bad rows", [reject.fault for reject in rejects], place=name
        )
        self.rejects = rejects


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; every device of the file is counted in added, updated or unchanged."""

    name: str
    sha256: str
    source: str
    rows: int
    repeated: int  # rows that only said again what an earlier one said
    devices: int
    without_code: int
    added: int
    updated: int
    unchanged: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The vault's counts, and until when the register of installed devices is declared complete."""

    stats: VaultStats
    complete_as_of: date | None
    age_days: int  # of the declaration; 0 without one
    max_age_days: int  # 0: a declaration never ages

    @property
    def current(self) -> bool:
        """Whether "not the installing Supplier" may be answered from a missing row."""
        if self.complete_as_of is None:
            return False
        return not self.max_age_days or self.age_days <= self.max_age_days


def import_codes(
    desk: Desk,
    name: str,
    content: bytes,
    reading: Reading,
    by: str,
    *,
    replacing: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Read a CSV or workbook and seal all of it in the vault, or nothing.

    Raises RejectedRows with every bad row, BadInput when the file cannot be read as such a list.
    """
    source = mask_codes(reading.source) or DEFAULT_SOURCE
    reading = replace(reading, source=source)
    read = read_code_file(name, content, reading, desk.limits, desk.today(), progress)
    read.rejects += _contradictions(desk, read, replacing=replacing, progress=progress)
    if read.rejects:
        raise RejectedRows(name, sorted(read.rejects, key=lambda one: one.order))
    records = [placed.record for placed in read.placed.values()]
    done = desk.vault.put_many(_told(records, progress), replace=replacing)
    imported = Imported(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        source=source,
        rows=read.rows,
        repeated=read.repeated,
        devices=len(records),
        without_code=sum(record.code is None for record in records),
        added=done.added,
        updated=done.updated,
        unchanged=done.unchanged,
        notes=tuple(read.notes),
    )
    _record(desk, imported, by, len(done.conflicts))
    if done.conflicts:
        named = ", ".join(map(str, done.conflicts[:5]))
        raise VaultError(
            f"another import came in between: {len(done.conflicts)} Devices kept the code they"
            f" had ({named}); the rest of the file was imported",
            place=name,
            hint="import the file again to see them row by row",
        )
    return imported


def _told(records: Sequence[VaultRecord], progress: Progress | None) -> Iterator[VaultRecord]:
    for done, record in enumerate(records, 1):
        if progress and (done % _STRIDE == 0 or done == len(records)):
            progress("sealing", done, len(records))
        yield record


def _contradictions(
    desk: Desk, read: CodeFile, *, replacing: bool, progress: Progress | None
) -> Iterator[RejectedRow]:
    """Rows that say something else than the vault does."""
    total = len(read.placed)
    for done, (device, held) in enumerate(desk.vault.find_many(read.placed), 1):
        if progress and (done % _STRIDE == 0 or done == total):
            progress("comparing", done, total)
        if held is None:
            continue
        placed = read.placed[device]
        new = placed.record
        known = f"(imported on {held.imported_on.isoformat()} from {held.source or 'no source'})"
        if new.code and held.code and new.code != held.code and not replacing:
            yield placed.rejected(
                f"the vault holds another install code for the Device {known}; "
                "--replace overwrites it"
            )
        elif held.installed_by_us and not new.installed_by_us:
            yield placed.rejected(f"the vault says that we installed the Device {known}")
    yield from _shared_codes(desk, read)


def _shared_codes(desk: Desk, read: CodeFile) -> Iterator[RejectedRow]:
    """Rows whose code the vault holds for another device.

    The whole vault is read for it: codes are found by device there, not devices by code.
    """
    by_code: dict[bytes, Placed] = {
        placed.record.code.raw: placed for placed in read.placed.values() if placed.record.code
    }
    if not by_code or not desk.vault.stats().with_code:
        return
    for held in desk.vault.iter_all():
        if held.code is None:
            continue
        placed = by_code.get(held.code.raw)
        if placed is None or placed.record.device == held.device:
            continue
        there = read.placed.get(held.device)
        # A device to which the same file gives another code loses this one: the two were swapped.
        if there is None or there.record.code is None:
            yield placed.rejected(f"the vault holds the same install code for {held.device}")


def _record(desk: Desk, done: Imported, by: str, conflicts: int) -> None:
    with desk.store.transaction("codes") as tx:
        tx.audit.append(
            desk.now(),
            AuditEvent(
                "codes.imported",
                mask_codes(done.name),
                detail={
                    "sha256": done.sha256,
                    "source": done.source,
                    "devices": done.devices,
                    "without_code": done.without_code,
                    "added": done.added,
                    "updated": done.updated,
                    "unchanged": done.unchanged,
                    "conflicts": conflicts,
                },
                actor=by,
            ),
        )


def look_up(desk: Desk, device: DeviceId, by: str, *, revealed: bool) -> VaultRecord | None:
    """What the vault knows of a device; the look-up is in the audit log before it is answered."""
    found = desk.vault.find(device)
    with desk.store.transaction("look up") as tx:
        tx.audit.append(
            desk.now(),
            AuditEvent(
                "code.looked_up",
                str(device),
                detail={
                    "found": found is not None,
                    "code_held": found is not None and found.code is not None,
                    "revealed": revealed,
                },
                actor=by,
            ),
        )
    return found


def standing(desk: Desk, *, verify: bool = False) -> Standing:
    """The vault's counts and the declaration; ``verify`` opens and checks every bucket.

    Raises VaultDamaged naming every bucket that does not hold.
    """
    stats = desk.vault.verify() if verify else desk.vault.stats()
    with desk.store.reading() as tx:
        declared = tx.facts.get(COMPLETE_AS_OF)
    complete = date.fromisoformat(declared) if declared else None
    return Standing(
        stats=stats,
        complete_as_of=complete,
        age_days=(desk.today() - complete).days if complete else 0,
        max_age_days=desk.settings.installed.max_age_days,
    )


def declare_complete(
    desk: Desk, as_of: date | None, by: str, *, empty: bool = False
) -> date | None:
    """Declare that the vault knows every device we installed up to and including ``as_of``.

    None takes the declaration back.  Returns what was declared before.  Raises BadInput for a day
    to come, or when the vault knows no device that we installed and ``empty`` does not say that
    this is so.
    """
    if as_of is not None:
        if as_of > desk.today():
            raise BadInput(f"{as_of.isoformat()} is a day to come")
        if not empty and not desk.vault.stats().installed_by_us:
            raise BadInput(
                "the vault knows no Device that we installed",
                hint="`exchange codes import` first: on an empty register every Device is answered"
                ' with "not the installing Supplier"; --empty says that this is so',
            )
    with desk.store.transaction("declare") as tx:
        before = tx.facts.get(COMPLETE_AS_OF)
        tx.facts.put(COMPLETE_AS_OF, as_of.isoformat() if as_of else "")
        tx.audit.append(
            desk.now(),
            AuditEvent(
                "installed.declared",
                "installed devices",
                detail={
                    "complete_as_of": as_of.isoformat() if as_of else None,
                    "before": before or None,
                },
                actor=by,
            ),
        )
    return date.fromisoformat(before) if before else None
