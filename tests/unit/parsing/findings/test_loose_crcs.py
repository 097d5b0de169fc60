"""The CRCs that a mail gives apart from its codes prove them by value, or make them doubtful."""

from __future__ import annotations

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import LooseCode
from exchange.parsing.findings.claim_columns import ClaimColumns
from exchange.parsing.findings.findings import Claim, Findings, LooseCrc
from exchange.parsing.findings.loose_crcs import settle_claims, settle_loose_codes
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.identifiers.separate_crc import FITS_NONE, WRONG_CRC

_CODES = tuple(InstallCode.parse(f"{n:02X}" * 16) for n in (0x11, 0x22, 0x33))
_CRCS = tuple(int(code.with_crc[-4:], 16) for code in _CODES)


def _claim(n: int, digits: int = 32) -> Claim:
    device = DeviceId.parse(f"00DB1234567890A{n}")
    return Claim(device, f"body line {n}", _CODES[n], digits=digits)


def _settled(claims: list[Claim], *numbers: int) -> tuple[list[tuple[bool, int]], list[str]]:
    """Return for each claim whether it is bad and its digits, and the reasons; singles and columns
    must agree."""
    loose = [LooseCrc(number, "body line 9") for number in numbers]
    singles = settle_claims(Findings(claims=MixedList(claims), loose_crcs=loose))
    columns = settle_claims(Findings(claims=MixedList(ClaimColumns.of(claims)), loose_crcs=loose))
    assert list(singles.claims) == list(columns.claims)
    assert singles.rejects == columns.rejects
    assert all(one.device in {claim.device for claim in claims} for one in singles.rejects)
    return (
        [(one.bad_code, one.digits) for one in singles.claims],
        [one.reason for one in singles.rejects],
    )


def test_a_crc_proves_the_code_that_it_fits_in_either_order() -> None:
    swapped = (_CRCS[1] & 0xFF) << 8 | _CRCS[1] >> 8
    assert _settled([_claim(0), _claim(1)], _CRCS[0], swapped) == ([(False, 36), (False, 36)], [])


def test_one_that_fits_none_makes_the_unproved_code_bad() -> None:
    assert _settled([_claim(0), _claim(1)], _CRCS[0], 0x1234) == (
        [(False, 36), (True, 0)],
        [WRONG_CRC],
    )


def test_one_for_several_unproved_codes_makes_all_of_them_bad() -> None:
    bad, reasons = _settled([_claim(0), _claim(1), _claim(2)], _CRCS[2], -1)
    assert bad == [(True, 0), (True, 0), (False, 36)]
    assert reasons == [FITS_NONE, FITS_NONE]


def test_codes_with_their_own_crc_are_left_alone() -> None:
    assert _settled([_claim(0, 36), _claim(1, 36)], 0x1234) == ([(False, 36), (False, 36)], [])


def test_a_crc_said_twice_is_no_crc_of_another_code() -> None:
    assert _settled([_claim(0, 36), _claim(1)], _CRCS[0]) == ([(False, 36), (False, 32)], [])


def test_a_code_without_a_device_is_proved_or_left_out_too() -> None:
    bare = LooseCode(_CODES[0], "body line 1", without_crc=True)
    fitting = Findings(loose_codes=[bare], loose_crcs=[LooseCrc(_CRCS[0], "body line 2")])
    assert settle_loose_codes(fitting) == [bare._replace(without_crc=False)]
    other = Findings(loose_codes=[bare], loose_crcs=[LooseCrc(0x1234, "body line 2")])
    assert settle_loose_codes(other) == []
