"""What is settled in columns, settled one finding after another: what the columns must equal."""

from __future__ import annotations

from collections.abc import Iterable

from exchange.domain.mail import Answer, Found, Reject
from exchange.parsing.findings import resolve_claims
from exchange.parsing.findings.findings import Claim
from exchange.parsing.findings.mixed_list import MixedList


def resolved_one_by_one(
    claims: Iterable[Claim], *, crc_elsewhere: bool = False
) -> tuple[tuple[Answer, ...], tuple[Reject, ...]]:
    """Resolve all claims by the rule for claims with conflicts."""
    kept = list(claims)
    crc_expected = crc_elsewhere or any(claim.digits == 36 for claim in kept)
    answers, rejects = resolve_claims._resolve_each(kept, crc_expected=crc_expected)
    return tuple(answers), tuple(rejects)


def unique_one_by_one(devices: Iterable[Found]) -> tuple[Found, ...]:
    """Return each device once, as for devices that are in no list."""
    return tuple(resolve_claims.unique_devices(MixedList(list(devices))))
