"""Read the meter labels in running text: each names its Device and gives its code."""

from __future__ import annotations

from exchange.domain.mail import Found, Reject
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.identifiers.codes import CODE_DIGITS, BadCode
from exchange.parsing.identifiers.devices import DamagedId
from exchange.parsing.identifiers.meter_labels import find_labels


def read_labels(text: str, where: str, found: Findings) -> str:
    """Add what the labels of a line say, and return its text without them."""
    for label in find_labels(text):
        text = text[: label.start] + " " * (label.end - label.start) + text[label.end :]
        device, code = label.device, label.code
        if isinstance(device, DamagedId):
            found.rejects.append(Reject(device.text, device.reason, where))
            if isinstance(code, BadCode):
                found.rejects.append(Reject(code.text, code.reason, where))
            continue
        found.devices.append(Found(device, where))
        if isinstance(code, BadCode):
            found.rejects.append(Reject(code.text, code.reason, where, device))
            found.claims.append(Claim(device, where, bad_code=True))
        else:
            found.claims.append(Claim(device, where, code, digits=CODE_DIGITS[1]))
    return text
