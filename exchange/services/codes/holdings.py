"""Look up install codes, count what the vault holds, and declare its register complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exchange.domain.audit import AuditEvent
from exchange.domain.device import DeviceId
from exchange.errors import BadInput
from exchange.ports.records import VaultRecord, VaultStats
from exchange.services.codes.register import COMPLETE_AS_OF
from exchange.services.context import Context
from exchange.store.db import Transaction


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
