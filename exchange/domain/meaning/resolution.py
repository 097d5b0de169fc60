"""One mail on its way from statements to answers: what it is about, what leaves it open, why.

Nothing is taken where anything in the mail could take it back; the doubts say which words do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId
from exchange.domain.mail import (
    Answer,
    Kind,
    LooseCode,
    Outcome,
    Reject,
    Understanding,
)
from exchange.domain.meaning.pointed_lists import other_lists
from exchange.domain.meaning.spoken import (
    count_codes,
    count_devices,
    has_signs,
    is_of_column,
    is_of_devices,
    is_of_loose_code,
    is_of_rows,
    legend_of,
    owned_rest,
    qualifies,
    set_apart,
    shown,
)
from exchange.domain.meaning.targets import Devices, rest_of, targets_of
from exchange.domain.meaning.thread import ThreadContext, is_related, is_sender
from exchange.domain.statements import (
    ANSWERING,
    BEFORE_SENDER,
    KEYED,
    Act,
    Scope,
    Statement,
)

_MOST_DOUBTS: Final = 5


class Resolved(NamedTuple):
    """Answers to our Devices, each with its reason in ``remark``, and what a person must decide."""

    answers: Sequence[Answer]
    doubts: tuple[str, ...] = ()
    rejects: tuple[Reject, ...] = ()  # of the reader, without those that found their Device
    kind: Kind = Kind.UNKNOWN  # of the mail, given its thread


@dataclass(slots=True)
class Resolution:
    """One mail on its way from statements to answers."""

    said: Understanding
    context: ThreadContext
    spoken: list[Statement]
    doubts: list[str] = field(default_factory=list)
    verdicts: dict[DeviceId, list[Statement]] = field(default_factory=dict)
    codes: dict[DeviceId, LooseCode] = field(default_factory=dict)
    reasons: dict[Statement, str] = field(default_factory=dict)

    def resolved(self) -> Resolved:
        """Return the answers, and why nothing else is taken."""
        self.spoken = [self._before_sender(one) for one in self.spoken]
        if any(one.act is Act.DENIES for one in self.spoken):
            # Who else installed them is a reason, and answers nothing.
            for one in filter(self._is_reason, self.spoken):
                if is_related(one.subject, self.context, self.said.head):
                    self._doubt(f"{shown(one)}: {one.subject} may belong to the sender")
            self.spoken = [one for one in self.spoken if not self._is_reason(one)]
        by_row = {one.device: one for one in self.said.answers}
        own = {one.device: one.where for one in self.said.devices if one.device not in by_row}
        rows = self._rows(own)
        self._learn_types()
        self._weigh_the_mail(by_row)
        for one in self.said.statements:
            if one.reason == KEYED:
                self._give(one, tuple(device for device in one.devices if device not in by_row))
        for one in self.spoken:
            placed = one.act is not Act.PROVIDES or one.rows or one.kinds or one.endings
            if rows and one.scope is not Scope.REST and placed:
                self._give(one, targets_of(one, rows, self.context))
        promised = [one for one in self.said.statements if one.act is Act.PROMISES]
        apart = {one for each in set_apart(self.said, self.spoken, by_row) for one in each.devices}
        for one in (*self.spoken, *promised):
            if one.scope is Scope.REST:
                named = {*by_row, *self.verdicts, *apart}
                some = bool(named)
                self._give(one, rest_of(one, rows, self.context, named, any_named=some))
        self._weigh_rows(rows)
        self._place_codes(rows, by_row)
        worse = self._worse(by_row)
        self._find_contradictions(by_row, rows)
        return self._conclude(by_row, own, rows, worse)

    def _before_sender(self, one: Statement) -> Statement:
        """Return ``Northmere fitted them before we took over`` as a denial of the sender."""
        if one.act is not Act.OWNS or one.reason != BEFORE_SENDER or one.hedge:
            return one
        if self._is_sender(one.subject) or is_related(one.subject, self.context, self.said.head):
            return one
        return replace(one, act=Act.DENIES, subject="")

    # -- which Devices --

    def _learn_types(self) -> None:
        """Add the Device types that the sender's own list names, where a sentence needs them."""
        if any(one.kinds for one in self.spoken):
            own = {one.device: one.device_type for one in self.said.devices if one.device_type}
            self.context = replace(self.context, types={**own, **self.context.types})

    def _rows(self, own: dict[DeviceId, str]) -> tuple[DeviceId, ...]:
        """Return the list that the sentences are about: the sender's own, else ours."""
        quoted = self.said.quoted_rows
        context = self.context.rows
        if own:
            rows = tuple(own)
            if context and not set(rows) <= set(context):
                self._doubt("the mail lists Devices that we did not ask for")
            return rows if not self._is_about_ours(rows) else context or rows
        if not context:
            return quoted if self.said.quoted_whole else ()
        if quoted and self._at_stake() and not self.context.open <= set(quoted):
            self._doubt(
                f"the mail quotes {count_devices(len(set(quoted)))}, and {self._list()} has"
                f" {len(context)}"
            )
        return context

    def _is_about_ours(self, own: tuple[DeviceId, ...]) -> bool:
        """Whether what is said of rows and of the rest means our list, not the sender's own."""
        scopes = {one.scope for one in self.spoken}
        return (
            Scope.REST in scopes
            and bool(self.said.answers or set_apart(self.said, self.spoken, ()))
            and set(own) <= set(self.context.rows)
        )

    # -- what leaves it open --

    def _at_stake(self) -> bool:
        """Whether more than the rows of a list answers, so that other words may change it."""
        denied = any(one.act is not Act.PROVIDES for one in self.spoken)
        loose = any(one.device is None for one in self.said.loose_codes)
        return denied or loose or has_signs(self.said)

    def _weigh_the_mail(self, by_row: dict[DeviceId, Answer]) -> None:
        """Note everything in the mail that could qualify an answer."""
        clear = {one.words for one in self.spoken if not one.hedge}
        apart = set_apart(self.said, self.spoken, by_row)
        for one in self.said.statements if self._at_stake() else ():
            if one.act is Act.OTHER and self._is_sender(one.subject):
                continue  # on behalf of the sender's own company
            if one.hedge and one.act in ANSWERING and not is_of_rows(one):
                self._doubt(f'{shown(one)}: "{one.hedge}" leaves it open')
            elif is_of_rows(one) or one in apart or is_of_devices(one, by_row):
                continue  # it leaves its own rows open, and no others
            elif qualifies(one) and one.words not in clear:
                self._doubt(f"{shown(one)} may qualify it")
        denies = any(one.act is Act.DENIES for one in self.spoken)
        for one in self.spoken:
            theirs = not one.subject or self._is_sender(one.subject)
            if not theirs and (one.act is Act.DENIES or not denies):
                self._doubt(f"{shown(one)}: {one.subject} is no name of the sender's")
        for why in other_lists(self.said, self.context) if self._at_stake() else ():
            self._doubt(why)
        self._weigh_attached(by_row)
        for reject in self.said.rejects:
            if not is_of_loose_code(reject):
                self._doubt(f"{reject.where}: {reject.reason}")

    def _weigh_rows(self, rows: tuple[DeviceId, ...]) -> None:
        """Leave rows open that a sentence is about in words which do not answer."""
        for one in self.said.statements if self._at_stake() else ():
            if one.act is not Act.OTHER or one.scope is not Scope.ROWS:
                continue
            self._give(one, targets_of(one, rows, self.context) if rows else "it names a row")

    def _weigh_attached(self, by_row: dict[DeviceId, Answer]) -> None:
        """Note codes that are said to be attached, and are not."""
        attached = next((one for one in self.spoken if one.reason == "attached"), None)
        if attached is None or by_row or self.said.loose_codes:
            return
        what = "no answer is in its files" if self.said.files else "nothing is attached"
        self._doubt(f"{shown(attached)}: {what}")

    def _is_reason(self, one: Statement) -> bool:
        return one.act is Act.OWNS and bool(one.subject) and not self._is_sender(one.subject)

    def _is_sender(self, name: str) -> bool:
        return is_sender(name, self.context, self.said.head)

    def _find_contradictions(
        self, by_row: dict[DeviceId, Answer], rows: tuple[DeviceId, ...]
    ) -> None:
        """Note Devices that are both denied and owned, and a promise where all are denied."""
        by_name = {
            device
            for one in self.said.statements
            if one.scope is Scope.NAMED and one.act is Act.DENIES and self._is_sender(one.subject)
            for device in one.devices
        }
        for device, said in self.verdicts.items():
            acts = {one.act for one in said}
            given = device in self.codes or (
                device in by_row
                and device not in by_name
                and by_row[device].outcome is not Outcome.NOT_INSTALLER
            )
            if Act.DENIES in acts and (len(acts) > 1 or given):
                other = next((one for one in said if one.act is not Act.DENIES), said[0])
                self._doubt(f"{device} is denied, and not only denied: {shown(other)}")
                break
        if rest := owned_rest(self.spoken):
            self._doubt(f"{shown(rest)}: it is not clear of what")
        denied = [one for one, said in self.verdicts.items() if said[0].act is Act.DENIES]
        if any(device in self.context.provided for device in denied):
            self._doubt("it denies a Device that they gave an install code for")
        promise = next((one for one in self.said.statements if one.act is Act.PROMISES), None)
        if denied and promise and len({*denied, *by_row}) >= len(rows):
            self._doubt(f"{shown(promise)}: an answer is still to come")
        vague = [
            one
            for one in self.spoken
            if one.act in (Act.OWNS, Act.PROVIDES) and one.scope is Scope.NONE and not one.subject
        ]
        if denied and vague and not (by_row or self.codes):
            self._doubt(f"{shown(vague[0])}: it does not say which")

    # -- codes --

    def _place_codes(self, rows: tuple[DeviceId, ...], by_row: dict[DeviceId, Answer]) -> None:
        """Give each install code without a Device next to it to the Device that is meant.

        One next to a Device in our own list was typed there if we know the letter: we send none.
        """
        ours = frozenset(self.context.rows)
        for one in self.said.loose_codes:
            if one.device is not None and one.device in ours and one.device in by_row:
                self.codes[one.device] = one
        if self.codes and len({one.code for one in self.codes.values()}) < len(self.codes):
            self._doubt("one install code is typed next to several Devices")
        loose = [one for one in self.said.loose_codes if one.device is None]
        if not loose:
            return
        owned = [
            device
            for one in self.spoken
            if one.act in (Act.OWNS, Act.PROVIDES)
            for device in self._owned(one)
        ]
        owned = list(dict.fromkeys(owned))
        owned = owned or self._excepted(rows)
        if not owned and len(rows) == 1 and rows[0] not in by_row:
            owned = list(rows)
        if len(owned) != len(loose):
            called = (
                f", for {count_devices(len(owned))} that the mail calls theirs" if owned else ""
            )
            self._doubt(f"{loose[0].where}: {count_codes(len(loose))} without a Device ID{called}")
            return
        for device, one in zip(owned, loose, strict=True):
            self.codes[device] = one

    def _excepted(self, rows: tuple[DeviceId, ...]) -> list[DeviceId]:
        """Return the Devices that a denial of all the others leaves."""
        for one in self.spoken:
            if one.act is Act.DENIES and one.scope is Scope.ALL_BUT:
                denied = set(self._owned(one))
                return [device for device in rows if denied and device not in denied]
        return []

    def _owned(self, one: Statement) -> list[DeviceId]:
        return [device for device, said in self.verdicts.items() if one in said]

    # -- and the answers --

    def _give(self, one: Statement, devices: Devices | str) -> None:
        if isinstance(devices, str):
            self._doubt(f"{shown(one)}: {devices}")
            return
        for device in devices:
            self.verdicts.setdefault(device, []).append(one)

    def _conclude(
        self,
        by_row: dict[DeviceId, Answer],
        own: dict[DeviceId, str],
        rows: tuple[DeviceId, ...],
        worse: dict[DeviceId, Answer],
    ) -> Resolved:
        found: list[Answer] = []
        meant = dict(self.verdicts)
        answered = any(one.act is not Act.PROVIDES for one in self.spoken)
        if self.doubts and (answered or self.context.rows):
            listed = rows or self.said.quoted_rows
            for device in listed:
                if device in self.context.open or not self.context.rows:
                    meant.setdefault(device, [])
        meant.update({device: meant.get(device, []) for device in self.codes})
        for device, said in meant.items():
            if device in by_row:
                continue
            found.append(self._answer(device, said, own.get(device, "")))
        used = {one.where for one in self.codes.values()} if not self.doubts else set()
        rejects = tuple(
            one for one in self.said.rejects if not (is_of_loose_code(one) and one.where in used)
        )
        better = worse or ({} if self.doubts else self._better(by_row))
        answers: Sequence[Answer] = self.said.answers
        if found or better:
            answers = (*(better.get(one.device, one) for one in answers), *found)
        kind = Kind.RESPONSE if answers and self.context.rows else self.said.kind
        return Resolved(answers, tuple(self.doubts[:_MOST_DOUBTS]), rejects, kind)

    def _better(self, by_row: dict[DeviceId, Answer]) -> dict[DeviceId, Answer]:
        """Return the answers of rows that the thread makes clear: a code typed there, a name."""
        found: dict[DeviceId, Answer] = {}
        for device, typed in self.codes.items():
            old = by_row.get(device)
            if old is not None and old.outcome is Outcome.UNCLEAR:
                found[device] = _given(device, typed, old.remark)
        for one in self.said.statements:
            named = one.act is Act.DENIES and one.scope is Scope.NAMED and not one.hedge
            if named and (one.subject or one.reason == KEYED):
                theirs = one.reason == KEYED or self._is_sender(one.subject)
                for device in one.devices if theirs else ():
                    old = by_row.get(device)
                    if old is not None and old.outcome is Outcome.UNCLEAR:
                        why = shown(one)
                        found[device] = Answer(device, Outcome.NOT_INSTALLER, old.where, remark=why)
        return found

    def _worse(self, by_row: dict[DeviceId, Answer]) -> dict[DeviceId, Answer]:
        """Return the denials of rows that a column gives in another company's name or sense."""
        named = [one for one in self.said.statements if is_of_column(one)]
        other = next((one for one in named if not self._is_sender(one.subject)), None)
        legend = legend_of(self.said)
        if other is None and legend is None:
            return {}
        if other is not None:
            self._doubt(f"{shown(other)}: {other.subject} is no name of the sender's")
        if legend is not None:
            self._doubt(f"{shown(legend)}: it gives the answers of a column another meaning")
        return {
            device: replace(one, outcome=Outcome.UNCLEAR)
            for device, one in by_row.items()
            if one.outcome is Outcome.NOT_INSTALLER
        }

    def _answer(self, device: DeviceId, said: list[Statement], place: str) -> Answer:
        code = self.codes.get(device)
        first = said[0] if said else None
        said_at = self.spoken[0].where if self.spoken else "body"
        where = place or (first.where if first else code.where if code else said_at)
        why = self._reason(first) if first else ""
        if self.doubts:
            return Answer(device, Outcome.UNCLEAR, where, remark=why)
        if code is not None and not any(one.hedge for one in said):
            return _given(device, code, why)
        if first and all(one.act is Act.DENIES and not one.hedge for one in said):
            return Answer(device, Outcome.NOT_INSTALLER, where, remark=why)
        return Answer(device, Outcome.UNCLEAR, where, remark=why)

    def _reason(self, one: Statement) -> str:
        if one not in self.reasons:
            self.reasons[one] = f"{shown(one)}, {self._about(one)}"
        return self.reasons[one]

    def _about(self, one: Statement) -> str:
        count = sum(one in said for said in self.verdicts.values())
        rows = ", ".join(map(str, one.rows[:10]))
        named = f"row{'s' * (len(one.rows) > 1)} {rows}"
        which = {
            Scope.REST: f"about the remaining {count}",
            Scope.ROWS: f"about {named}" if rows else f"about {', '.join(one.endings[:10])}",
            Scope.ALL_BUT: f"about all but {named}",
            Scope.KIND: f"about the {count} of type {', '.join(one.kinds)}",
        }.get(one.scope, f"about {'the' if count == 1 else 'all ' + str(count)}")
        return f"{which} of {self._list()}"

    def _list(self) -> str:
        return self.context.reference or "the list"

    def _doubt(self, why: str) -> None:
        if why not in self.doubts:
            self.doubts.append(why)


def _given(device: DeviceId, one: LooseCode, why: str) -> Answer:
    return Answer(device, Outcome.PROVIDED, one.where, one.code, why, one.without_crc)
