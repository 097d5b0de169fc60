"""What follows for each device of a request, as columns: a backlog asks for half a million.

The rule itself stands in ``domain.inbound.decide_device`` and is asked once for each combination
of what can make a difference; no device has an object of its own here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

import numpy as np

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.inbound import (
    DeviceEvent,
    DeviceState,
    Facts,
    InstalledRegister,
    decide_device,
    move,
)
from exchange.domain.listed import Ids, Listed, Places, Words, ids_of, parted
from exchange.domain.mail import Found, Reject
from exchange.domain.written import code_texts, device_texts
from exchange.errors import BadInput
from exchange.ports import DEVICE_TYPES, CodeVault, FoundColumns
from exchange.rendering.workbook import OutcomeWord

WORDS = {
    DeviceState.PROVIDED: OutcomeWord.PROVIDED,
    DeviceState.NOT_INSTALLER: OutcomeWord.NOT_INSTALLER,
    DeviceState.HELD: OutcomeWord.HELD,
    DeviceState.UNREADABLE: OutcomeWord.UNREADABLE,
}
_EACH_BY_ITSELF = 1000
_TOGETHER = 500
_FEW = 64  # rows of a request that needs no arrays
_FOLLOWS = "our team is looking into it; the answer follows"


@dataclass(frozen=True, slots=True)
class Known:
    """What the vault knows of a list of devices, and their texts; every column in its order."""

    held: FoundColumns
    devices: Sequence[str]  # as we write them
    codes: Sequence[str] = field(repr=False)  # with CRC; means nothing where no code is held


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the vault knows of the devices of some requests, looked up at once."""

    known: dict[int, Known] = field(repr=False)  # by the identity of the list

    @classmethod
    def of(cls, vault: CodeVault, lists: Sequence[Sequence[Found]]) -> Holdings:
        """Look the devices of ``lists`` up, each bucket once.

        Raises VaultDamaged as the vault does.
        """
        if not lists:
            return cls({})
        ids = np.concatenate([_ids(one) for one in lists])
        held = vault.find_columns(ids.view(">u8").astype(np.uint64))
        # Texts are made for all lists at once too: for each small one alone they take longer.
        devices, codes = device_texts(ids), code_texts(held.columns.codes)
        known, start = {}, 0
        for one in lists:
            own = slice(start, start + len(one))
            known[id(one)] = Known(held.taken(own), devices[own], codes[own])
            start = own.stop
        return cls(known)

    def devices(self, asked: Sequence[Found]) -> Known:
        """For each device of ``asked``, one of the lists looked up, in its order."""
        return self.known[id(asked)]


def _ids(asked: Sequence[Found]) -> Ids:
    return asked.ids if isinstance(asked, Listed) else ids_of([one.device for one in asked])


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rule needs beside a device."""

    register: InstalledRegister
    received_on: date  # in Europe/London
    refused_types: Collection[str]


@dataclass(frozen=True, slots=True)
class Rulings:
    """The rows of a request, decided: every column has as many.

    ``devices`` and ``codes`` are written as they go out; ``reasons`` are ours, for a person of
    ours; ``seen`` is what an unreadable row said.
    """

    devices: Sequence[str]
    types: Sequence[str]
    places: Sequence[str]
    states: Sequence[DeviceState]
    reasons: Sequence[str]
    codes: Sequence[str] = field(repr=False)
    seen: Sequence[str] = field(repr=False)

    def __len__(self) -> int:
        return len(self.devices)

    def __add__(self, other: Rulings) -> Rulings:
        return Rulings(
            [*self.devices, *other.devices],
            [*self.types, *other.types],
            [*self.places, *other.places],
            [*self.states, *other.states],
            [*self.reasons, *other.reasons],
            [*self.codes, *other.codes],
            [*self.seen, *other.seen],
        )

    def counts(self) -> Counter[DeviceState]:
        """How many rows are in each state."""
        return Counter(self.states)

    def answer_rows(self) -> list[tuple[str, ...]]:
        """The rows as the other party gets them, cell by cell as in AnswerRow."""
        words = map(WORDS.__getitem__, self.states)
        told = [
            _FOLLOWS
            if state is DeviceState.HELD
            else reason
            if state is DeviceState.UNREADABLE
            else ""
            for state, reason in zip(self.states, self.reasons, strict=True)
        ]
        return list(zip(self.devices, words, self.codes, told, self.places, strict=True))

    def taken(self, rows: slice) -> Rulings:
        """Some rows that follow each other."""
        return Rulings(
            self.devices[rows],
            self.types[rows],
            self.places[rows],
            self.states[rows],
            self.reasons[rows],
            self.codes[rows],
            self.seen[rows],
        )

    def chosen(self, places: Sequence[int]) -> Rulings:
        """Some of the rows."""
        return Rulings(
            [self.devices[at] for at in places],
            [self.types[at] for at in places],
            [self.places[at] for at in places],
            [self.states[at] for at in places],
            [self.reasons[at] for at in places],
            [self.codes[at] for at in places],
            [self.seen[at] for at in places],
        )

    def by_state(self, state: DeviceState) -> Iterator[int]:
        """Which rows are in ``state``."""
        return (at for at, one in enumerate(self.states) if one is state)


def rule(
    asked: Sequence[Found],
    known: Known,
    terms: Terms,
    *,
    state: DeviceState = DeviceState.OPEN,
    not_installer: str = "",
) -> Rulings:
    """Decide every device of a request; ``known`` is what the vault knows of each.

    ``state`` is what they are in now.  ``not_installer`` is a person's reason to answer so where
    the rule alone would hold a device; raises BadInput where our register says we installed it.
    """
    few = not isinstance(asked, Listed) and len(asked) <= _FEW
    types, places, first, order = _few(asked, known.held) if few else _many(asked, known.held)
    decided: list[tuple[DeviceState, str]] = []
    for at in first:
        holding = _holding(known.held, at)
        decision = decide_device(
            holding, terms.register, terms.received_on, terms.refused_types, types[at]
        )
        event, reason = decision.event, decision.reason
        if event is DeviceEvent.HOLD and not_installer:
            if holding is not None and holding.installed_by_us:
                raise BadInput(
                    f"{known.devices[at]} is on our register as installed by us: "
                    'it cannot be answered "not the installing Supplier"'
                )
            event, reason = DeviceEvent.NOT_OURS, not_installer
        decided.append((move(state, event), reason))
    states = [decided[at][0] for at in order]
    return Rulings(
        devices=known.devices,
        types=types,
        places=places,
        states=states,
        reasons=[decided[at][1] for at in order],
        codes=[
            code if one is DeviceState.PROVIDED else ""
            for code, one in zip(known.codes, states, strict=True)
        ],
        seen=[""] * len(order),
    )


def unreadable(rejects: Sequence[Reject]) -> Rulings:
    """What could not be read, one row each."""
    number = len(rejects)
    state = move(DeviceState.OPEN, DeviceEvent.MALFORMED)
    return Rulings(
        devices=[""] * number,
        types=[""] * number,
        places=[mask_codes(one.where) for one in rejects],
        states=[state] * number,
        reasons=[mask_codes(one.reason) for one in rejects],
        codes=[""] * number,
        seen=[one.text for one in rejects],
    )


# What a ruling says of each row beside its answer, and how the rows group: types, places, a row of
# each combination that the rule may tell apart, and which one each row is of.
_Grouped: TypeAlias = tuple[list[str], list[str], list[int], list[int]]


def _many(asked: Sequence[Found], held: FoundColumns) -> _Grouped:
    listed = Listed.of(asked)
    kinds = Words(tuple(map(mask_codes, listed.types.words)), listed.types.which)
    known = held.columns
    facts = known.has_code * 2 + known.installed * 4 + known.types.astype(np.int64) * 8
    keys = np.where(held.held, facts + 1, 0) + kinds.which.astype(np.int64) * 256
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    places = Places(_masked(listed.places.leads), listed.places.numbers)
    return kinds.texts(), places.texts(), first.tolist(), which.tolist()


def _few(asked: Sequence[Found], held: FoundColumns) -> _Grouped:
    """The same without arrays, which for a handful of rows take five times as long."""
    types = [mask_codes(one.device_type) for one in asked]
    places = []
    for one in asked:
        lead, number = parted(one.where)
        places.append(mask_codes(lead) + (str(number) if number >= 0 else ""))
    known = held.columns
    keys = zip(
        held.held.tolist(),
        known.has_code.tolist(),
        known.installed.tolist(),
        known.types.tolist(),
        types,
        strict=True,
    )
    combinations: dict[tuple[object, ...], int] = {}
    first, order = list[int](), list[int]()
    for at, key in enumerate(keys):
        which = combinations.setdefault(key, len(first))
        if which == len(first):
            first.append(at)
        order.append(which)
    return types, places, first, order


def _holding(held: FoundColumns, at: int) -> Facts | None:
    if not held.held[at]:
        return None
    known = held.columns
    return Facts(
        bool(known.has_code[at]), bool(known.installed[at]), DEVICE_TYPES[int(known.types[at])]
    )


def _masked(leads: Words) -> Words:
    """The number behind a lead makes no code of it: a word stands between."""
    return Words(tuple(map(mask_codes, leads.words)), leads.which)


def told(
    rulings: Rulings, ref: str, party: str, address: str, message_id: str
) -> Iterator[AuditEvent]:
    """What the audit log gets: who was told what of which device.

    A short answer has an event for each row; a long one an event for some hundreds of rows alike,
    which names each of their devices.
    """
    alike: dict[tuple[DeviceState, str], list[str]] = {}
    for device, place, state, reason in zip(
        rulings.devices, rulings.places, rulings.states, rulings.reasons, strict=True
    ):
        alike.setdefault((state, reason), []).append(device or place)
    for (state, reason), subjects in alike.items():
        left = state in (DeviceState.PROVIDED, DeviceState.NOT_INSTALLER)
        detail: dict[str, str | int | bool | None] = {"ref": ref}
        detail |= {"address": address, "message_id": message_id} if left else {"reason": reason}
        if len(rulings) <= _EACH_BY_ITSELF:
            event = "code.released" if state is DeviceState.PROVIDED else f"device.{state}"
            yield from (AuditEvent(event, subject, party, detail) for subject in subjects)
            continue
        event = "codes.released" if state is DeviceState.PROVIDED else f"devices.{state}"
        for start in range(0, len(subjects), _TOGETHER):
            some = subjects[start : start + _TOGETHER]
            named = {"device_ids": ",".join(some)} if state is not DeviceState.UNREADABLE else {}
            yield AuditEvent(event, ref, party, detail | {"devices": len(some)} | named)
