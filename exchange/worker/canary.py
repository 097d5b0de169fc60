"""The canary: a mail that every working reading process can read.

If a process cannot read it, the process or the machine is at fault and not the mail it was reading.
"""

from __future__ import annotations

from typing import Final

from exchange.domain.mail import Kind, Understanding

_DEVICE: Final = "00-DB-12-34-56-78-90-A0"
MAIL: Final = (
    "From: canary@reader.invalid\r\nSubject: install codes\r\n"
    f"Message-ID: <canary@reader.invalid>\r\n\r\nPlease send the install code of\r\n{_DEVICE}\r\n"
).encode("ascii")


def understood(result: Understanding) -> bool:
    """Return whether the canary was understood correctly."""
    return result.kind is Kind.REQUEST and [str(one.device) for one in result.devices] == [_DEVICE]
