"""Settle the CRCs that a mail gives apart from its install codes, once all of it is read.

A CRC under its code, on the line above its Device ID, in a list of its own: the value says whose it
is.  Where a CRC fits no code of the mail, a code without a CRC may be the damaged one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.format_columns import crcs
from exchange.domain.device import InstallCode, crc16_x25
from exchange.domain.mail import LooseCode, Reject
from exchange.parsing.findings.claim_columns import ClaimColumns, to_claim_columns
from exchange.parsing.findings.findings import Claim, Findings, LooseCrc
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.identifiers.codes import CODE_DIGITS
from exchange.parsing.identifiers.separate_crc import FITS_NONE, WRONG_CRC, swapped


class Settled(NamedTuple):
    """The claims, with what the CRCs say of their codes, and why some codes are bad."""

    claims: MixedList[Claim]
    rejects: tuple[Reject, ...]


def settle_claims(found: Findings) -> Settled:
    """Return the claims with the codes proved that a loose CRC fits; if any CRC fits none, the
    codes without a CRC are bad."""
    claims = found.claims
    if not claims or not found.loose_crcs:
        return Settled(claims, ())
    table, _ = to_claim_columns(claims)
    own = crcs(table.codes).astype(np.int64)
    written = np.array([one.number for one in found.loose_crcs], np.int64)
    fits = table.coded & (np.isin(own, written) | np.isin(swapped(own), written))
    left = len(_fitting_none(found))
    bare = table.coded & (table.digits == CODE_DIGITS[0])
    bad = bare & ~fits if left else np.zeros(len(table), np.bool_)
    if not (bare & fits).any() and not bad.any():
        return Settled(claims, ())
    reason = WRONG_CRC if left >= int(np.count_nonzero(bad)) else FITS_NONE
    settled: MixedList[Claim] = MixedList()
    rejects: list[Reject] = []
    start = 0
    for piece in claims.pieces:
        rows = slice(start, start + len(piece))
        start += len(piece)
        if isinstance(piece, ClaimColumns) and not bad[rows].any():
            settled.extend(_proved(piece, fits[rows]))
            continue
        for claim, fitting, spoilt in zip(piece, fits[rows], bad[rows], strict=True):
            if spoilt and claim.code is not None:
                rejects.append(Reject(claim.code.hex, reason, claim.where, claim.device))
                settled.append(claim._replace(code=None, bad_code=True, digits=0))
            else:
                settled.append(claim._replace(digits=CODE_DIGITS[1]) if fitting else claim)
    return Settled(settled, tuple(rejects))


def settle_loose_codes(found: Findings) -> list[LooseCode]:
    """Return the codes that belong to no claim, those proved that a loose CRC fits, and without
    those that another CRC makes doubtful."""
    if not found.loose_crcs or not found.loose_codes:
        return found.loose_codes
    numbers = {one.number for one in found.loose_crcs}
    proved = [
        one._replace(without_crc=one.without_crc and numbers.isdisjoint(_own(one.code)))
        for one in found.loose_codes
    ]
    left = _fitting_none(found)
    return [one for one in proved if not (left and one.without_crc)]


def _fitting_none(found: Findings) -> list[LooseCrc]:
    """Return the loose CRCs that fit no code of the mail."""
    loose = {number for one in found.loose_codes for number in _own(one.code)}
    known = np.array(sorted(loose), np.int64)
    if found.claims:
        table, _ = to_claim_columns(found.claims)
        own = crcs(table.codes[table.coded]).astype(np.int64)
        known = np.concatenate([known, own, swapped(own)])
    return [one for one in found.loose_crcs if not (known == one.number).any()]


def _own(code: InstallCode) -> tuple[int, int]:
    number = crc16_x25(code.raw)
    return number, swapped(number)


def _proved(piece: ClaimColumns, fitting: npt.NDArray[np.bool_]) -> ClaimColumns:
    digits = np.where(fitting, CODE_DIGITS[1], piece.digits).astype(np.uint8)
    return replace(piece, digits=digits)
