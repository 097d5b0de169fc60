"""The types of Devices that the exchange knows, named once for code, vault and configuration.

Source: SEC Section A (definitions), clause 4.16 of Appendix AC for the types it does not cover.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class DeviceType(StrEnum):
    """A type of Device.

    The position is the number in a column and in the vault: append only, never reorder.
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
        """Return the type written in ``text``, in any case; UNKNOWN where it is none of ours."""
        return _BY_NAME.get(text.strip().upper(), cls.UNKNOWN)


DEVICE_TYPES: Final = tuple(DeviceType)
NAMED_TYPES: Final = DEVICE_TYPES[1:]
_BY_NAME: Final = {one.value: one for one in DEVICE_TYPES}

# Communications Hubs, Gas Proxy Functions and Type 2 Devices: clause 4.16 is not for them, and
# a list of meters often names them in passing.
OUT_OF_SCOPE: Final = frozenset((DeviceType.CHF, DeviceType.GPF, DeviceType.IHD, DeviceType.CAD))
