"""The types of Devices that the exchange knows; code, vault and configuration share this list.

Source: SEC Section A (definitions); Appendix AC, clause 4.16, for the types it does not cover.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class DeviceType(StrEnum):
    """A type of Device.

    A member's position is its number in columns and in the vault: append only, never reorder.
    """

    UNKNOWN = ""
    ESME = "ESME"
    GSME = "GSME"
    GPF = "GPF"
    CHF = "CHF"
    HCALCS = "HCALCS"
    PPMID = "PPMID"
    IHD = "IHD"
    CAD = "CAD"

    @classmethod
    def of(cls, text: str) -> DeviceType:
        """Return the type written in ``text``, in any case; UNKNOWN if it is no type we know."""
        return _BY_NAME.get(text.strip().upper(), cls.UNKNOWN)


DEVICE_TYPES: Final = tuple(DeviceType)
NAMED_TYPES: Final = DEVICE_TYPES[1:]
_BY_NAME: Final = {one.value: one for one in DEVICE_TYPES}

# Communications Hub Functions, Gas Proxy Functions and Type 2 Devices: clause 4.16 does not cover
# them, but lists of meters often name them.
OUT_OF_SCOPE: Final = frozenset((DeviceType.CHF, DeviceType.GPF, DeviceType.IHD, DeviceType.CAD))
