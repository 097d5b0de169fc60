"""Change keys while the daemon runs: the wrapping key alone, or everything sealed again.

The steps of ``reseal``: (1) drop old data keys that seal nothing; (2) put a new data key in front,
which every process uses within ``settle`` seconds; (3) seal buckets and texts under another key
again, a part at a time; (4) once every process uses it, seal what was sealed meanwhile under the
old key; (5) count that nothing is left, and open every bucket.  If interrupted anywhere, the next
run continues: the keys show what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from exchange.domain.audit import AuditEvent
from exchange.errors import VaultDamaged
from exchange.ports.sealing import KeyChange
from exchange.ports.vault import ReportProgress
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.sealed import SEALED

_ROWS_AT_ONCE = 200

Detail = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Resealed:
    """The result of sealing everything again."""

    key_id: str  # of the data key that seals everything now
    buckets: int
    texts: int
    records: int  # in the buckets, all opened
    kept_texts: int  # all sealed texts; each names the key
    resumed: bool


def rotate(ctx: Context, change: KeyChange, by: str) -> tuple[str, str]:
    """Lock the vault with a new key; return the IDs of the old and the new one.

    An interrupted change is finished instead; the old ID is empty if no file gives it.
    """

    def note(transaction: object, old: str, new: str) -> None:
        # In one transaction with the change: if not noted, it was not done.
        with ctx.store.joined(transaction) as tx:
            _event(ctx, tx, by, "key.rotated", {"old_key": old, "new_key": new})

    return change.rewrap(note)


def reseal(
    ctx: Context,
    change: KeyChange,
    by: str,
    pause: Callable[[float], None],
    progress: ReportProgress | None = None,
) -> Resealed:
    """Seal everything again under a new data key, or continue doing so, and prove it.

    Raises VaultDamaged naming what does not open, after doing everything else.
    """
    report = progress or _silent
    before = _counted(ctx, change)
    current = change.current_key()
    resumed = bool(set(before) - {current})
    if not resumed:
        change.drop_data_keys(set(before))  # 1
        current = change.new_data_key(_noted(ctx, by))  # 2
    buckets = texts = 0
    damaged: list[VaultDamaged] = []
    for normalized in (False, True):
        try:
            buckets += change.reseal_buckets(
                lambda done, total: report("buckets", done, total)
            )  # 3
        except VaultDamaged as error:
            damaged.append(error)
        texts += _texts(ctx, change, current, report)
        if damaged:
            raise damaged[0]
        if not normalized:
            pause(change.settle)  # 4
    left = _counted(ctx, change)  # 5
    stray = {key: number for key, number in left.items() if key != current}
    if stray:
        raise VaultDamaged(
            f"{sum(stray.values()):,} sealed texts are not under the new key",
            hint="run `exchange codes rotate-key --reseal` again; it continues from here",
        )
    records = ctx.vault.verify().records
    done = Resealed(
        current.hex(), buckets, texts, records, sum(_texts_by_key(ctx).values()), resumed
    )
    _audit(
        ctx, by, "reseal.ended",
        {"data_key": done.key_id, "buckets": buckets, "texts": texts, "left": 0},
    )  # fmt: skip
    return done


def _noted(ctx: Context, by: str) -> Callable[[object, bytes], None]:
    """Return a function that audits the start in the transaction that makes the new key.

    A run that continues after a kill sees that key and does not start again.
    """

    def note(transaction: object, key: bytes) -> None:
        with ctx.store.joined(transaction) as tx:
            _event(ctx, tx, by, "reseal.begun", {"data_key": key.hex()})

    return note


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report no progress."""


def under_other_keys(ctx: Context, change: KeyChange) -> int:
    """Count the buckets and texts that are not sealed under the current key."""
    current = change.current_key()
    return sum(number for key, number in _counted(ctx, change).items() if key != current)


def _counted(ctx: Context, change: KeyChange) -> Counter[bytes]:
    return change.buckets_by_key() + _texts_by_key(ctx)


def _texts_by_key(ctx: Context) -> Counter[bytes]:
    with ctx.store.reading() as tx:
        return Counter(tx.sealed.by_key())


def _texts(ctx: Context, change: KeyChange, current: bytes, report: ReportProgress) -> int:
    """Seal the texts again; leave those that do not open, and report them at the end."""
    sealer = change.sealer()
    faults: list[str] = []
    done = 0
    for kind in SEALED:

        def again(sealed: bytes, purpose: str = kind.purpose) -> bytes:
            return sealer.seal(sealer.open(sealed, purpose), purpose)

        after: object = None
        while True:
            with ctx.store.transaction("reseal") as tx:
                rows = tx.sealed.stale(kind, current, after, _ROWS_AT_ONCE)
                if not rows:
                    break
                try:
                    number = tx.sealed.reseal(kind, rows, again)
                except VaultDamaged:
                    # Go one by one, so that only the damaged one is left.
                    rows = rows[:1]
                    number = 1
                    try:
                        tx.sealed.reseal(kind, rows, again)
                    except VaultDamaged as error:
                        faults.append(f"{kind.purpose} {rows[0]}: {error.message}")
                        number = 0
            after = rows[max(number, 1) - 1]
            done += number
            report("texts", done, done)
    if faults:
        raise VaultDamaged(
            f"{len(faults):,} sealed texts do not open: {'; '.join(faults[:20])}",
            hint="restore the database from a backup; everything else was sealed again",
        )
    return done


def _audit(ctx: Context, by: str, event: str, detail: Detail) -> None:
    with ctx.store.transaction("keys") as tx:
        _event(ctx, tx, by, event, detail)


def _event(ctx: Context, tx: Transaction, by: str, event: str, detail: Detail) -> None:
    tx.audit.append(ctx.now(), AuditEvent(event, "keys", detail=detail, actor=by))
