"""What parties have asked us, and what we ask them, about the devices of several requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from exchange.domain.inbound import Before, before_of
from exchange.domain.time.sla import local_date
from exchange.services.answering.requests.device_decisions import (
    DecidedRows,
    EarlierColumn,
)
from exchange.services.answering.requests.device_holdings import KnownDevices
from exchange.store.db import Transaction

_NOTHING = (Before.NOTHING, "")


class History:
    """Look-ups for the requests that are decided in one transaction, kept up to date meanwhile.

    ``lists`` are these requests: party and devices.  It costs two small look-ups where no party
    has asked or was asked before, else one more for all devices.
    """

    def __init__(self, tx: Transaction, lists: Sequence[tuple[str, KnownDevices]]) -> None:
        self._earlier: dict[str, dict[str, tuple[Before, str]]] = {}
        self._asked: dict[str, set[str]] = {}
        self._to_come = Counter(party for party, _ in lists)
        parties = self._to_come.keys()
        if not parties:
            return
        if asking := tx.inbound.asking_parties(parties):
            for row in tx.inbound.earlier(asking, _devices(lists, asking)):
                request = _named(row.ref, local_date(row.at))
                known = self._earlier.setdefault(row.party, {})
                known[row.device] = before_of(row.state), request
        if asked := tx.legs.asked_parties(parties):
            for party, device in tx.legs.asked_of(asked, _devices(lists, asked)):
                self._asked.setdefault(party, set()).add(device)

    def before(self, party: str, devices: KnownDevices) -> EarlierColumn | None:
        """Return what ``party`` asked before about each of ``devices``; None if nothing."""
        known = self._earlier.get(party)
        if not known:
            return None
        rows = [known.get(device, _NOTHING) for device in devices.devices.texts()]
        return EarlierColumn.of(rows) if any(before for before, _ in rows) else None

    def asked_of_them(self, party: str, devices: KnownDevices) -> str:
        """Return one of ``devices`` that we asked ``party`` about, or an empty text."""
        asked = self._asked.get(party)
        if not asked:
            return ""
        return next((one for one in devices.devices.texts() if one in asked), "")

    def note(self, party: str, rows: DecidedRows, ref: str, on: date) -> None:
        """Add a request that was decided now, if the same party has another one to come."""
        self._to_come[party] -= 1
        if self._to_come[party] <= 0:
            return
        known, request = self._earlier.setdefault(party, {}), _named(ref, on)
        kinds = [(before_of(state), request) for state, _ in rows.decisions]
        for device, which in zip(rows.devices.texts(), rows.which.tolist(), strict=True):
            known[device] = kinds[which]


def _named(ref: str, on: date) -> str:
    return f"{ref} of {on.isoformat()}"


def _devices(lists: Iterable[tuple[str, KnownDevices]], parties: set[str]) -> list[str]:
    return [
        device for party, known in lists if party in parties for device in known.devices.texts()
    ]
