"""Import install codes, look them up, and declare the register of installed devices complete.

An import is all or nothing, unless bad rows are to be skipped.  Nothing in the vault is silently
contradicted: another code for a known device is refused unless the import replaces, and one code
for two devices is always refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import merge
from operator import attrgetter
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.device import DeviceId, mask_codes
from exchange.errors import BadInput, BadInputs
from exchange.ports.records import ImportResult, RefusedRow, RowRefusal, VaultRecord, VaultStats
from exchange.ports.vault import ReportProgress
from exchange.services.codes.code_file import ReadOptions, RejectedRow
from exchange.services.codes.code_stream import NeedsWholeFile, read_delivery
from exchange.services.codes.import_report import CodeSource, Delivered
from exchange.services.codes.register import COMPLETE_AS_OF
from exchange.services.context import Context
from exchange.store.db import Transaction

DEFAULT_SOURCE: Final = "import"
_MOST_FAULTS: Final = 1_000  # in the text of an error
_CONFLICTS: Final = frozenset(
    {
        RowRefusal.OTHER_CODE,
        RowRefusal.CODE_HELD,
        RowRefusal.CODE_TWICE,
        RowRefusal.DEVICE_OTHER_CODE,
    }
)


class Rejects(Sequence[RejectedRow]):
    """All rows of a file that were not imported, in order, made on demand."""

    def __init__(self, delivered: Delivered, refused: Sequence[RefusedRow]) -> None:
        self._delivered, self._refused = delivered, refused
        self.conflicts = sum(one.refusal in _CONFLICTS for one in refused)

    def __len__(self) -> int:
        return len(self._delivered.rejects) + len(self._refused)

    def __iter__(self) -> Iterator[RejectedRow]:
        refused = (_as_rejected(self._delivered, one) for one in self._refused)
        yield from merge(self._delivered.rejects, refused, key=attrgetter("order"))

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # an int or a slice
        return list(self)[index]


class RejectedRows(BadInputs):
    """Rows of a code file cannot be imported; nothing was imported."""

    def __init__(self, name: str, rejects: Rejects, repeated: int) -> None:
        faults: list[BadInput] = []
        for reject in rejects:
            if len(faults) == _MOST_FAULTS:
                break
            faults.append(reject.fault)
        super().__init__(f"{len(rejects)} bad rows", faults, place=name)
        self.rejects = rejects
        self.repeated = repeated


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import; each device is counted in added, updated or unchanged."""

    name: str
    sha256: str
    source: str
    rows: int
    repeated: int  # rows that only repeat an earlier one
    devices: int
    without_code: int
    added: int
    updated: int
    unchanged: int
    notes: tuple[str, ...]
    rejects: Rejects = field(repr=False)
    resumed: bool  # an interrupted attempt had imported a part


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """The vault's counts, and until when the register of installed devices is declared complete."""

    stats: VaultStats
    complete_as_of: date | None
    age_days: int  # of the declaration; 0 without one
    max_age_days: int  # 0: a declaration never ages

    @property
    def current(self) -> bool:
        """Return whether a missing row may be answered with "not the installing Supplier"."""
        if self.complete_as_of is None:
            return False
        return not self.max_age_days or self.age_days <= self.max_age_days


def import_codes(
    ctx: Context,
    file: CodeSource,
    reading: ReadOptions,
    by: str,
    *,
    replacing: bool = False,
    good: bool = False,
    resume: bool = False,
    progress: ReportProgress | None = None,
) -> Imported:
    """Read a CSV or workbook and seal all of it in the vault, or nothing.

    ``good`` takes all rows but the bad ones; ``resume`` does so in steps, and continues where an
    import of the same file was cut off.  Raises RejectedRows with every bad row where nothing was
    taken because of them, BadInput when the file cannot be read as such a list.
    """
    source = mask_codes(reading.source) or DEFAULT_SOURCE
    reading = replace(reading, source=source)
    stamp = file.stamp()
    sha256 = digest_of(file)
    resume_by = f"{sha256}:{reading}:{replacing}" if resume else ""
    terms = _Terms(replacing, good, resume_by, stamp, progress)
    recorded = False

    def imported(taken: ImportResult, delivered: Delivered) -> Imported:
        return Imported(
            name=file.name,
            sha256=sha256,
            source=source,
            rows=delivered.rows,
            repeated=taken.repeated,
            devices=taken.added + taken.updated + taken.unchanged,
            without_code=taken.without_code,
            added=taken.added,
            updated=taken.updated,
            unchanged=taken.unchanged,
            notes=(*delivered.notes, *_doubts(taken, reading)),
            rejects=Rejects(delivered, taken.refused),
            resumed=taken.resumed,
        )

    def record(transaction: object, taken: ImportResult, delivered: Delivered) -> None:
        nonlocal recorded
        with ctx.store.joined(transaction) as tx:
            _record(ctx, tx, imported(taken, delivered), by)
        recorded = True

    try:
        taken, delivered = _deliver(ctx, file, reading, terms, record, whole=False)
    except NeedsWholeFile:
        taken, delivered = _deliver(ctx, file, reading, terms, record, whole=True)
    done = imported(taken, delivered)
    if not taken.kept:
        raise RejectedRows(file.name, done.rejects, taken.repeated)
    if not recorded:  # nothing was written, at least in the last step
        with ctx.store.transaction("codes") as tx:
            _record(ctx, tx, done, by)
    return done


@dataclass(frozen=True, slots=True)
class _Terms:
    replacing: bool
    good: bool
    resume: str  # identifies this import, or empty
    stamp: tuple[int, ...]  # of the file, before reading
    progress: ReportProgress | None


def _deliver(
    ctx: Context,
    file: CodeSource,
    reading: ReadOptions,
    terms: _Terms,
    record: Callable[[object, ImportResult, Delivered], None],
    *,
    whole: bool,
) -> tuple[ImportResult, Delivered]:
    delivered = Delivered(file.name)
    batches = read_delivery(
        file, reading, ctx.limits, ctx.today(), delivered, terms.progress, whole=whole
    )
    lenient = terms.good or bool(terms.resume)

    def keep() -> bool:
        # All has been read, nothing is in the vault yet.
        if file.stamp() != terms.stamp:
            raise BadInput(
                "the file changed while it was read; nothing was changed in the vault",
                place=mask_codes(file.name),
                hint="wait until it is complete, then import it again",
            )
        return lenient or not delivered.rejects

    taken = ctx.vault.import_codes(
        batches,
        replace=terms.replacing,
        skip_bad=terms.good,
        resume=hashlib.sha256(terms.resume.encode()).hexdigest() if terms.resume else "",
        progress=terms.progress,
        confirm=keep,
        record=lambda transaction, taken: record(transaction, taken, delivered),
    )
    return taken, delivered


def _doubts(taken: ImportResult, reading: ReadOptions) -> Iterator[str]:
    """Return warnings for a person although every row was good."""
    devices = taken.added + taken.updated + taken.unchanged
    if devices and taken.without_code == devices and not reading.installed_only:
        yield (
            "not one row has an install code, all were taken as installed Devices without one;"
            " a workbook whose formulas were never calculated shows none either"
        )


def digest_of(file: CodeSource) -> str:
    try:
        with file.open() as content:
            # The type stub wants readinto(), which every binary file has.
            return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError as error:
        raise BadInput(error.strerror or "cannot be read", place=file.name) from None


def _as_rejected(delivered: Delivered, refused: RefusedRow) -> RejectedRow:
    """Describe a row that the vault refused, never with a code."""
    table, number = delivered.located(refused.row)
    other = delivered.located(refused.other_row)[1] if refused.other_row else 0
    twice = f"the Device is in row {other} too,"
    known = f"(imported on {refused.held_on} from {refused.held_from or 'no source'})"
    reason = {
        RowRefusal.OTHER_CODE: f"the vault holds another install code for the Device {known}; "
        "--replace overwrites it",
        RowRefusal.INSTALLED: "the vault says that we installed the Device",
        RowRefusal.CODE_HELD: f"the vault holds the same install code for {refused.other_device}",
        RowRefusal.CODE_TWICE: f"the same install code as {refused.other_device} in row {other}",
        RowRefusal.DEVICE_OTHER_CODE: f"{twice} with another install code",
        RowRefusal.DEVICE_NO_CODE: f"{twice} and without a code once",
        RowRefusal.DEVICE_INSTALLED: f"{twice} and only one of the rows says that we installed it",
        RowRefusal.DEVICE_TYPE: f"{twice} with another device type",
    }[refused.refusal]
    return RejectedRow(table.place(number), number, refused.row, str(refused.device), reason)


def _record(ctx: Context, tx: Transaction, done: Imported, by: str) -> None:
    tx.audit.append(
        ctx.now(),
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
                "rejected": len(done.rejects),
                "conflicts": done.rejects.conflicts,
            },
            actor=by,
        ),
    )


def look_up(ctx: Context, device: DeviceId, by: str, *, revealed: bool) -> VaultRecord | None:
    """Return what the vault knows of a device, after the look-up is in the audit log."""
    found = ctx.vault.find(device)
    with ctx.store.transaction("look up") as tx:
        tx.audit.append(
            ctx.now(),
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


def vault_status(ctx: Context, *, verify: bool = False) -> VaultStatus:
    """Return the vault's counts and the declaration; ``verify`` opens and checks every bucket.

    Raises VaultDamaged naming every bucket that fails.
    """
    stats = ctx.vault.verify() if verify else ctx.vault.stats()
    with ctx.store.reading() as tx:
        declared = tx.facts.get(COMPLETE_AS_OF)
    complete = date.fromisoformat(declared) if declared else None
    return VaultStatus(
        stats=stats,
        complete_as_of=complete,
        age_days=(ctx.today() - complete).days if complete else 0,
        max_age_days=ctx.settings.installed.max_age_days,
    )


def declare_complete(
    ctx: Context, as_of: date | None, by: str, *, empty: bool = False
) -> date | None:
    """Declare that the vault knows every device we installed up to and including ``as_of``.

    None withdraws the declaration.  Returns the previous one.  Raises BadInput for a future day,
    or if the vault knows no device that we installed, unless ``empty`` confirms that.
    """
    if as_of is not None:
        if as_of > ctx.today():
            raise BadInput(f"{as_of.isoformat()} is in the future")
        if not empty and not ctx.vault.stats().installed_by_us:
            raise BadInput(
                "the vault knows no Device that we installed",
                hint="`exchange codes import` first: on an empty register every Device is answered"
                ' with "not the installing Supplier"; --empty confirms that this is right',
            )
    with ctx.store.transaction("declare") as tx:
        before = put_declaration(ctx, tx, as_of, by)
    return date.fromisoformat(before) if before else None


def put_declaration(ctx: Context, tx: Transaction, as_of: date | None, by: str) -> str:
    """Store the declaration, None for none; return the previous one as text, or empty."""
    before = tx.facts.get(COMPLETE_AS_OF)
    tx.facts.put(COMPLETE_AS_OF, as_of.isoformat() if as_of else "")
    tx.audit.append(
        ctx.now(),
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
    return before
