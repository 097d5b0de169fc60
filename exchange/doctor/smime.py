"""Check our S/MIME keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from exchange.config import Settings
from exchange.doctor.check import Check, faults, ok, warning
from exchange.errors import ConfigError
from exchange.vault.keys.mailkeys import load_mail_key

_ENDS_SOON: Final = timedelta(days=30)


def mail_keys(folder: Path, settings: Settings) -> list[Check]:
    """Check that each key of ``[[smime]]`` exists, is private and matches its certificate."""
    if not settings.smime:
        return [ok("S/MIME", "no key is configured: encrypted mail is not read")]
    checks: list[Check] = []
    for number, one in enumerate(settings.smime, 1):
        what = "S/MIME key" if len(settings.smime) == 1 else f"S/MIME key {number}"
        try:
            found = load_mail_key(folder, one)
        except ConfigError as error:
            checks += faults(what, error, "put certificate and key there; mail to it waits")
            continue
        ends = found.certificate.not_valid_after_utc
        # Only the end, as in the reason for a mail that is encrypted for another key.
        number_ends = f"…{found.certificate.serial_number & 0xFFFFFFFF:08X}"
        text = f"{found.place}, certificate {number_ends} until {ends:%d/%m/%Y}"
        left = ends - datetime.now(UTC)
        if left < timedelta(0):
            advice = "keep it for mail that still uses it; give the other Suppliers a new one"
            checks.append(warning(what, f"{text}: it has expired", advice))
        elif left < _ENDS_SOON:
            advice = "have it renewed, give the new one to the other Suppliers, keep both here"
            checks.append(warning(what, text, advice))
        else:
            checks.append(ok(what, text))
    return checks
