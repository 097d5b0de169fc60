"""Decide each device of a request, in columns: a backlog asks for half a million.

The rule is ``domain.inbound.decide_device``.  It is called once for each combination of ``Facts``
in a request; devices are not objects here.  500,000 take 0.01 s so, and one by one 0.6 s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import (
    BoolArray,
    Int32Array,
    Int64Array,
    ListedColumns,
    PlaceColumn,
    TextColumn,
    concat_places,
    concat_texts,
)
from exchange.domain.columns.format_columns import (
    Grid,
    HexColumn,
    concat_hex,
)
from exchange.domain.columns.group_facts import FactColumn, group_facts
from exchange.domain.device import MASKED, mask_codes
from exchange.domain.device_type import DEVICE_TYPES, DeviceType
from exchange.domain.inbound import (
    LIKENESSES,
    Before,
    DecisionTerms,
    DeviceEvent,
    DeviceState,
    Facts,
    decide_device,
    move,
)
from exchange.domain.mail import Found, Reject, names_row
from exchange.errors import BadInput
from exchange.rendering.wording import OutcomeWord, safe_quote
from exchange.services.answering.requests.device_holdings import KnownDevices
from exchange.services.answering.requests.sent_words import in_their_words

OUTCOME_WORDS = {
    DeviceState.PROVIDED: OutcomeWord.PROVIDED,
    DeviceState.NOT_INSTALLER: OutcomeWord.NOT_INSTALLER,
    DeviceState.HELD: OutcomeWord.HELD,
    DeviceState.UNREADABLE: OutcomeWord.UNREADABLE,
}
_NO_YES = (False, True)
_BEFORE = tuple(Before)
_FOLLOWS = "our team is looking into it; the answer follows"


class EarlierColumn(NamedTuple):
    """What the same party asked before about each device of a list; columns in its order."""

    before: npt.NDArray[np.uint8]  # the index in ``Before``
    requests: TextColumn  # reference and date of the earlier request; empty if there is none

    @classmethod
    def of(cls, rows: Sequence[tuple[Before, str]]) -> EarlierColumn:
        """Return the column of rows (what we answered, in which request)."""
        before = np.array([_BEFORE.index(one) for one, _ in rows], np.uint8)
        return cls(before, TextColumn.of([request for _, request in rows]))


@dataclass(frozen=True, slots=True)
class DecidedRows:
    """The decided rows of a request, as columns of equal length.

    ``devices`` and ``codes`` are formatted for the answer; a decision's reason is for our own
    people; ``seen`` is the text of an unreadable row.
    """

    devices: HexColumn
    types: TextColumn
    places: PlaceColumn
    decisions: tuple[tuple[DeviceState, str], ...]  # the different ones: state and reason
    which: Int32Array  # the index in ``decisions`` of each row
    codes: HexColumn = field(repr=False)
    seen: TextColumn = field(repr=False)

    def __len__(self) -> int:
        return len(self.which)

    def __add__(self, other: DecidedRows) -> DecidedRows:
        return DecidedRows(
            concat_hex([self.devices, other.devices]),
            concat_texts([self.types, other.types]),
            concat_places([self.places, other.places]),
            (*self.decisions, *other.decisions),
            np.concatenate([self.which, other.which + np.int32(len(self.decisions))]),
            concat_hex([self.codes, other.codes]),
            concat_texts([self.seen, other.seen]),
        )

    @property
    def states(self) -> list[DeviceState]:
        """Return the state of each row."""
        return [self.decisions[at][0] for at in self.which.tolist()]

    @property
    def reasons(self) -> TextColumn:
        """Return the reason of each row."""
        return TextColumn(tuple(reason for _, reason in self.decisions), self.which)

    def counts(self) -> Counter[DeviceState]:
        """Count the rows in each state."""
        found: Counter[DeviceState] = Counter()
        numbers = np.bincount(self.which, minlength=len(self.decisions)).tolist()
        for (state, _), number in zip(self.decisions, numbers, strict=True):
            if number:
                found[state] += number
        return found

    def answer_rows(self) -> Grid:
        """Return the rows as the other party gets them, with the cells of AnswerRow."""
        outcomes = tuple(OUTCOME_WORDS[state] for state, _ in self.decisions)
        return Grid(
            (
                self.devices,
                TextColumn(outcomes, self.which),
                self.codes,
                self._reasons_given(),
                self.places,
            )
        )

    def _reasons_given(self) -> TextColumn:
        """Return the Reason cells of the answer; for an unreadable row with what they sent."""
        reasons = tuple(_reason_given(state, reason) for state, reason in self.decisions)
        given = TextColumn(reasons, self.which)
        unread = self.by_state(DeviceState.UNREADABLE)
        if not unread:
            return given
        chosen = np.array(unread, np.int64)
        columns = (given, self.seen, self.places)
        rows = zip(*(column.take(chosen).texts() for column in columns), strict=True)
        texts = list(starmap(_with_sent, rows))
        which = given.which.copy()
        which[chosen] = np.arange(len(texts), dtype=np.int32) + np.int32(len(given.values))
        return TextColumn((*given.values, *texts), which)

    def take(self, rows: slice | Int64Array | BoolArray) -> DecidedRows:
        """Return some of the rows."""
        return DecidedRows(
            self.devices.take(rows),
            self.types.take(rows),
            self.places.take(rows),
            self.decisions,
            self.which[rows],
            self.codes.take(rows),
            self.seen.take(rows),
        )

    def chosen(self, places: Sequence[int]) -> DecidedRows:
        """Return the rows with the indexes ``places``, in that order."""
        return self.take(np.array(places, np.int64))

    def whole_files(self) -> set[int]:
        """Return the indexes of the rows that are whole files, and not rows or lines of one."""
        leads, numbers = self.places
        alone = np.array([names_row(lead) for lead in leads.values], np.bool_)
        numbered = np.array([names_row(f"{lead}1") for lead in leads.values], np.bool_)
        row = np.where(numbers < 0, alone[leads.which], numbered[leads.which])
        return set(np.flatnonzero(~row).tolist())

    def by_state(self, state: DeviceState) -> list[int]:
        """Return the indexes of the rows in ``state``."""
        alike = np.array([one is state for one, _ in self.decisions], np.bool_)
        found: list[int] = np.flatnonzero(alike[self.which]).tolist()
        return found


def _reason_given(state: DeviceState, reason: str) -> str:
    """Return the reason that the other party gets with the outcome."""
    if state is DeviceState.HELD:
        return _FOLLOWS
    return reason if state is DeviceState.UNREADABLE else ""


def _with_sent(reason: str, sent: str, place: str) -> str:
    """Append what was sent, made safe (``safe_quote``), unless ``reason`` quotes it.

    For a whole file it is the file's name, which ``place`` has; a dash stands for an empty cell.
    """
    shown = safe_quote(sent)
    named = not names_row(place) or place.startswith(f"{sent} > ") or sent == "-"
    if not shown or named or f'"{shown}"' in reason or f"'{shown}'" in reason:
        return reason
    if shown == MASKED:
        return f"{reason} (what you sent may be an install code, and is not repeated here)"
    return f'{reason} (you sent "{shown}")'


def decide_devices(
    asked: Sequence[Found],
    known: KnownDevices,
    terms: DecisionTerms,
    *,
    earlier: EarlierColumn | None = None,
    state: DeviceState = DeviceState.OPEN,
    not_installer: str = "",
) -> DecidedRows:
    """Decide every device of a request; ``known`` is what the vault knows of each.

    ``earlier``: what the same party asked before; None if it asked for none of them.  ``state`` is
    their present state.  ``not_installer`` is a person's reason to answer "not the installing
    Supplier" where the rule alone would hold a device; raises BadInput if our register says that
    we installed it.
    """
    listed = ListedColumns.of(asked)
    types, places = listed.types, listed.places
    grouped = group_facts(Facts, _fact_columns(known, types, earlier), len(asked))
    decided: list[tuple[DeviceState, str]] = []
    repeated: list[bool] = []
    alike: list[bool] = []
    for facts, at in zip(grouped.facts, grouped.first, strict=True):
        decision = decide_device(facts, terms)
        event, reason = decision.event, decision.reason
        if event is DeviceEvent.HOLD and not_installer:
            if facts.installed_by_us:
                (device,) = known.devices.take(slice(at, at + 1)).texts()
                raise BadInput(
                    f"{device} is on our register as installed by us: "
                    'it cannot be answered "not the installing Supplier"'
                )
            event, reason = DeviceEvent.NOT_OURS, not_installer
        decided.append((move(state, event), reason))
        repeated.append(decision.repeated)
        alike.append(decision.alike and event is DeviceEvent.HOLD)
    which = grouped.which
    named = TextColumn.repeat("", len(which))
    if earlier is not None and any(repeated):
        named = _where(np.array(repeated)[which], earlier.requests, named)
    if known.alike is not None and any(alike):
        named = _where(np.array(alike)[which], known.alike.devices, named)
    if any(named.values):
        decided, which = _name(decided, which, named)
    provided = np.array([one is DeviceState.PROVIDED for one, _ in decided], np.bool_)[which]
    different = {one: at for at, one in enumerate(dict.fromkeys(decided))}
    return DecidedRows(
        devices=known.devices,
        types=_masked(types),
        places=PlaceColumn(_masked(places.leads), places.numbers),
        decisions=tuple(different),
        which=np.array([different[one] for one in decided], np.int32)[which],
        codes=known.codes._replace(present=provided),
        seen=TextColumn.repeat("", len(which)),
    )


def _where(chosen: BoolArray, first: TextColumn, second: TextColumn) -> TextColumn:
    """Return the texts of ``first`` in the ``chosen`` rows, those of ``second`` in the others."""
    start = np.int32(len(first.values))
    return TextColumn(
        (*first.values, *second.values), np.where(chosen, first.which, second.which + start)
    )


def _name(
    decided: Sequence[tuple[DeviceState, str]], which: Int32Array, named: TextColumn
) -> tuple[list[tuple[DeviceState, str]], Int32Array]:
    """Add to the reason of each row the request or Device that it is because of, if any."""
    number = len(named.values)
    pairs, again = np.unique(which.astype(np.int64) * number + named.which, return_inverse=True)
    split: list[tuple[DeviceState, str]] = []
    for decision, name in (divmod(int(one), number) for one in pairs):
        state, reason = decided[decision]
        text = named.values[name]
        split.append((state, f"{reason}: {text}" if text else reason))
    return split, again.reshape(-1).astype(np.int32)


def unreadable_rows(rejects: Sequence[Reject], like: DecidedRows, body: str = "") -> DecidedRows:
    """Return a row for each reject, to append to ``like``; ``body`` is the text of the mail."""
    number = len(rejects)
    state = move(DeviceState.OPEN, DeviceEvent.MALFORMED)
    reasons = TextColumn.of([mask_codes(one.reason) for one in rejects])
    return DecidedRows(
        devices=HexColumn.empty(number, like.devices),
        types=TextColumn.repeat("", number),
        places=PlaceColumn.of([mask_codes(one.where) for one in rejects]),
        decisions=tuple((state, reason) for reason in reasons.values),
        which=reasons.which,
        codes=HexColumn.empty(number, like.codes),
        seen=TextColumn.of(in_their_words(rejects, body)),
    )


def _fact_columns(
    devices: KnownDevices, asked: TextColumn, earlier: EarlierColumn | None
) -> dict[str, FactColumn]:
    """Return each field of ``Facts`` as a column; ``asked`` are the types that the list names."""
    held, known, alike = devices.held.held, devices.held.columns, devices.alike
    types = np.array([DEVICE_TYPES.index(DeviceType.of(word)) for word in asked.values], np.uint8)
    return {
        "held": FactColumn(_NO_YES, held),
        # Without a record the columns of the vault are undefined.
        "has_code": FactColumn(_NO_YES, held & known.has_code),
        "installed_by_us": FactColumn(_NO_YES, held & known.installed),
        "device_type": FactColumn(DEVICE_TYPES, held * known.types),
        "asked_type": FactColumn(DEVICE_TYPES, types[asked.which]),
        "before": FactColumn(_BEFORE, held * 0 if earlier is None else earlier.before),
        "likeness": FactColumn(LIKENESSES, held * 0 if alike is None else alike.likenesses),
    }


def _masked(words: TextColumn) -> TextColumn:
    """Mask what looks like an install code in each different text.

    A place's number is not masked: it cannot complete a code with the words before it.
    """
    return TextColumn(tuple(map(mask_codes, words.values)), words.which)
