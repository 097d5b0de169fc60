"""Import install codes.

An import is all or nothing, unless bad rows are to be skipped.  Nothing in the vault is silently
contradicted: another code for a known device is refused unless the import replaces, and one code
for two devices is always refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from operator import attrgetter
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.errors import BadInput, BadInputs
from exchange.ports.records import ImportResult, RefusedRow, RowRefusal
from exchange.ports.vault import ReportProgress
from exchange.rendering.wording import counted
from exchange.services.codes.code_file import ReadOptions, RejectedRow
from exchange.services.codes.code_stream import NeedsWholeFile, read_delivery
from exchange.services.codes.import_report import CodeSource, Delivered
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
    without_crc: int  # codes whose source gives no CRC
    added: int
    updated: int
    unchanged: int
    notes: tuple[str, ...]
    rejects: Rejects = field(repr=False)
    resumed: bool  # an interrupted attempt had imported a part


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
            without_crc=delivered.codes_without_crc,
            added=taken.added,
            updated=taken.updated,
            unchanged=taken.unchanged,
            notes=(*delivered.notes, *_doubts(taken, delivered, reading)),
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


def _doubts(taken: ImportResult, delivered: Delivered, reading: ReadOptions) -> Iterator[str]:
    """Return warnings for a person although every row was good."""
    devices = taken.added + taken.updated + taken.unchanged
    if devices and taken.without_code == devices and not reading.installed_only:
        yield (
            "not one row has an install code, all were taken as installed Devices without one;"
            " a workbook whose formulas were never calculated shows none either"
        )
    if delivered.codes_without_crc:
        yield (
            f"{counted(delivered.codes_without_crc, 'install code')} came without a CRC, so that a"
            " wrong digit cannot be noticed; the audit log keeps the number"
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
                "without_crc": done.without_crc,
                "added": done.added,
                "updated": done.updated,
                "unchanged": done.unchanged,
                "rejected": len(done.rejects),
                "conflicts": done.rejects.conflicts,
            },
            actor=by,
        ),
    )
