"""The canary: a mail that every working reading process reads.

A process that does not read it is broken, or its machine is; no mail that it was at is to blame.
"""

from __future__ import annotations

from typing import Final

from exchange.domain.mail import Kind, Understanding

_DEVICE: Final = "00-DB-12-34-56-78-90-A0"
MAIL: Final = (
    "From: canary@reader.invalid\r\nSubject: install codes\r\n"
    f"Message-ID: <canary@reader.invalid>\r\n\r\nPlease send the install code of\r\n{_DEVICE}\r\n"
).encode("ascii")


def understood(said: Understanding) -> bool:
    """Whether that is what the canary says."""
    return said.kind is Kind.REQUEST and [str(one.device) for one in said.devices] == [_DEVICE]
