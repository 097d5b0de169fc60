"""Read the declaration about the register of installed devices."""

from __future__ import annotations

from datetime import datetime

from exchange.domain.inbound import InstalledRegister
from exchange.services.context import Context
from exchange.store.db import Transaction

COMPLETE_AS_OF = "installed.complete_as_of"


def installed_register(ctx: Context, tx: Transaction) -> InstalledRegister:
    """Return the register of installed devices as last declared."""
    declared = tx.facts.get(COMPLETE_AS_OF)
    return InstalledRegister(
        complete_as_of=datetime.fromisoformat(declared).date() if declared else None,
        max_age_days=ctx.settings.installed.max_age_days,
    )
