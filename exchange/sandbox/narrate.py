"""Describe in sentences what the agents do, as it happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exchange.rendering.wording import counted
from exchange.sandbox.world import COMPANIES

_LONDON = ZoneInfo("Europe/London")
_NAMES = {company.signifier: company.name for company in COMPANIES}
_PAUSE = 0.25

_MANY: dict[str, str] = {
    "code.released": "answered {party} with {install_codes}",
    "device.not_installer": 'answered {party} for {Devices}: "not the installing Supplier"',
    "device.held": "holds {Devices} of {party} for a person, the clock running",
    "device.unreadable": "reported {unreadable_rows} back to {party}",
    "code.received": "received {codes} from {party}, checked their CRC and sealed them",
    "leg.not_installer": "notes that {party} is not the installer of {Devices}",
    "leg.queued": "will ask {party}, the next former Supplier, about {Devices}",
    "leg.overdue": "counts {Devices} overdue at {party}",
    "case.exhausted": "closes the list of {Devices}: every Supplier asked has denied them",
    "request.raised": "asks {party} for the codes of {listed}, as {subject}",
    "request.received": "received a request of {party} for {listed}, due {due}: {subject}",
    "request.query": "asks {party} to send the codes of {listed} again",
    "request.reminder": "reminds {party} ({rung}) about {listed}",
    "request.breach": "writes to the first escalation contact of {party}: {listed} late",
    "request.escalation": "escalates to the next contact of {party} ({rung})",
    "request.evidence": "hands its own compliance contact the evidence file about {party}",
}


class Narrator:
    """Says what happens, with its simulated day; silent when nobody listens."""

    def __init__(self, say: Callable[[str], None] | None, *, fast: bool) -> None:
        self._say = say
        self._fast = fast
        self._day = ""

    def day(self, now: datetime, why: str = "") -> None:
        """Begin a simulated day; its date is shown once something happens, or with ``why``."""
        self._day = f"{now.astimezone(_LONDON):%a %d %b %Y}"
        if why:
            self.line(why)

    def line(self, text: str) -> None:
        """Say one sentence."""
        if self._say:
            self._say(f"{self._day:16} {text}" if self._day else text)
            if not self._fast:
                time.sleep(_PAUSE)

    def events(self, who: str, events: Iterable[dict[str, Any]]) -> None:
        """Say audit events in sentences, in the order of the story rather than of the log."""
        listed = [event for event in events if event["event"] in _MANY]
        for event in sorted(listed, key=lambda one: _ORDER[one["event"]]):
            words = {
                **event,
                **_counts(event),
                "party": _NAMES.get(str(event["party"]), event["party"]),
            }
            self.line(f"{_NAMES[who]} {_MANY[str(event['event'])].format(**words)}")


def _counts(event: dict[str, Any]) -> dict[str, str]:
    """Return the numbers of an event with their nouns."""
    number, devices = int(event.get("number") or 0), int(event.get("devices") or 0)
    return {
        "Devices": counted(number, "Device"),
        "codes": counted(number, "code"),
        "install_codes": counted(number, "install code"),
        "unreadable_rows": counted(number, "unreadable row"),
        "listed": counted(devices, "Device"),
    }


_ORDER = {
    name: place
    for place, name in enumerate(
        (
            "request.received", "code.released", "device.not_installer", "device.held",
            "device.unreadable", "code.received", "leg.not_installer", "leg.queued",
            "request.query", "request.raised", "case.exhausted", "request.reminder", "leg.overdue",
            "request.breach", "request.escalation", "request.evidence",
        )
    )
}  # fmt: skip
