"""All findings of one mail weighed against each other: one answer per device, or none that counts.

Two codes for one device, one code for two devices, a bad code, words against a code: each makes
every device concerned unclear and is told.  Nothing is settled by guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from exchange.domain.columns.device_columns import (
    OUTCOMES,
    AnswerColumns,
    BoolArray,
    Int64Array,
    ListedColumns,
    TextColumn,
)
from exchange.domain.columns.group_equal_rows import first_equal_rows
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Answer, Found, Outcome, Reject
from exchange.parsing.findings.claim_columns import (
    claims_at,
    rows_with,
    to_claim_columns,
    to_listed_columns,
)
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.findings.mixed_list import MixedList

_WITH_CRC: Final = 36
_WITHOUT_CRC: Final = 32
_MANY: Final = 2000  # from here on columns are quicker


def unique_devices(devices: MixedList[Found]) -> Sequence[Found]:
    """Each device once, at the first place where it stands; a later type fills an empty one."""
    if not devices.singles_only or len(devices) >= _MANY:
        return _first_columns(to_listed_columns(devices))
    kept: dict[bytes, Found] = {}
    for found in devices:
        known = kept.setdefault(found.device.raw, found)
        if found.device_type and not known.device_type:
            kept[found.device.raw] = Found(known.device, known.where, found.device_type)
    return tuple(kept.values())


def _first_columns(listed: ListedColumns) -> ListedColumns:
    first = first_equal_rows(listed.ids)
    firsts = first == np.arange(len(first))
    if firsts.all():
        return listed
    typed = rows_with(listed.types, [bool(word) for word in listed.types.values])
    which = listed.types.which.copy()
    later = np.flatnonzero(~firsts & typed & ~typed[first])[::-1]
    which[first[later]] = listed.types.which[later]  # of several the first stays
    return ListedColumns(
        listed.ids[firsts],
        listed.places.take(firsts),
        TextColumn(listed.types.values, which[firsts]),
    )


def resolve_claims(claims: MixedList[Claim]) -> tuple[Sequence[Answer], tuple[Reject, ...]]:
    """One answer per device, in order of its first place, and why some are unclear."""
    if not claims.singles_only:
        return _weigh_columns(claims)
    checked = any(claim.digits == _WITH_CRC for claim in claims)
    answers, rejects = _weigh_each(claims, checked=checked)
    return tuple(answers), tuple(rejects)


def _weigh_each(claims: Iterable[Claim], *, checked: bool) -> tuple[list[Answer], list[Reject]]:
    by_device: dict[DeviceId, list[Claim]] = {}
    for claim in claims:
        by_device.setdefault(claim.device, []).append(claim)
    owners: defaultdict[InstallCode, set[DeviceId]] = defaultdict(set)
    for device, own in by_device.items():
        for claim in own:
            if claim.code is not None:
                owners[claim.code].add(device)
    answers: list[Answer] = []
    rejects: list[Reject] = []
    for device, own in by_device.items():
        reason = _conflict(own, owners)
        if not reason and checked:
            reason = _shortened(own)
        answers.append(_answer(device, own, conflict=bool(reason)))
        if reason:
            rejects.append(Reject(str(device), reason, own[0].where, device))
    return answers, rejects


def _weigh_columns(claims: MixedList[Claim]) -> tuple[AnswerColumns, tuple[Reject, ...]]:
    """The claims that stand alone together, the others one by one.

    Alone stands a claim whose device no other names, and whose code no other holds.
    """
    table, spoiled = to_claim_columns(claims)
    coded = table.coded
    checked = bool((table.digits == _WITH_CRC).any())
    doubtful = spoiled | _shared(first_equal_rows(table.ids))
    halves = np.ascontiguousarray(table.codes[coded]).view(np.uint64)
    doubtful[coded] |= _shared(first_equal_rows(halves[:, 0], halves[:, 1]))
    if checked:
        doubtful |= coded & (table.digits == _WITHOUT_CRC)
    denied = table.outcomes == OUTCOMES.index(Outcome.NOT_INSTALLER)
    doubtful |= coded & denied
    rows = np.flatnonzero(doubtful)
    answers, rejects = _weigh_each(claims_at(claims, rows), checked=checked)
    sure = np.flatnonzero(~doubtful)
    plain = table.take(sure)
    outcomes = np.full(len(sure), OUTCOMES.index(Outcome.UNCLEAR), np.uint8)
    outcomes[denied[sure]] = OUTCOMES.index(Outcome.NOT_INSTALLER)
    outcomes[coded[sure]] = OUTCOMES.index(Outcome.PROVIDED)
    alone = AnswerColumns(
        plain.ids, plain.places, outcomes, plain.codes, coded[sure], plain.remarks
    )
    if not answers:
        return alone, tuple(rejects)
    # In order of the first place: each device's first claim among the doubtful ones.
    firsts = rows[np.unique(first_equal_rows(table.ids[rows]))]
    order = np.argsort(np.concatenate([sure, firsts]), kind="stable")
    return AnswerColumns.concat([alone, AnswerColumns.of(answers)]).take(order), tuple(rejects)


def _shared(first: Int64Array) -> BoolArray:
    """Which rows are equal to another one."""
    counts = np.bincount(first, minlength=len(first))
    return counts[first] > 1


def answer_rest(found: Findings) -> list[str]:
    """Answer the devices of our quoted list that ``all the rest`` speaks of; warnings about it.

    Adds to the claims.  They count as denied only where the quote holds the whole list that we
    asked about and some of it is answered one by one; else each is unclear.
    """
    if not found.rest_words:
        return []
    answered = {claim.device for claim in found.claims}
    if not answered:
        return ["it mentions the rest of a list but answers no Device individually"]
    rest = {one: where for one, where in found.unanswered.items() if one not in answered}
    for one in found.devices:
        if one.device not in answered:
            rest[one.device] = rest.get(one.device, one.where)
    strangers = [one for one in rest if one not in found.unanswered]
    plain = found.quoted_whole and not found.rest_open and found.denies_all and not strangers
    plain = plain and not found.hedged
    outcome = Outcome.NOT_INSTALLER if plain else Outcome.UNCLEAR
    found.claims += [
        Claim(device, where, outcome=outcome, remark=found.rest_words)
        for device, where in rest.items()
    ]
    if plain:
        return []
    why = (
        "the words are not a clear denial"
        if found.rest_open or found.hedged
        else ("this mail does not quote the whole list")
    )
    return [f"it mentions the rest of a list: not accepted as an answer, because {why}"]


def claims_from_denial(found: Findings) -> list[Claim]:
    """What ``none of these were installed by us`` says of each device, where no other is answered.

    It speaks of the sender's own list; of ours, as it came back, only where that is quoted whole.
    One device is meant where ``this meter`` is denied.  Where other words could take some of it
    back, nothing is plain.
    """
    concerned = _denied(found)
    plain = not found.hedged and not found.rejects
    return [
        Claim(
            device,
            where,
            outcome=Outcome.NOT_INSTALLER
            if plain and device not in found.in_sentences
            else Outcome.UNCLEAR,
            remark="of all listed",
        )
        for device, where in concerned.items()
    ]


def check_single_denial(found: Findings) -> None:
    """``We did not install this meter`` denies nothing where not one Device is spoken of."""
    if found.denies_one and len(_denied(found)) != 1:
        found.denies_all = found.denies_one = False


def _denied(found: Findings) -> dict[DeviceId, str]:
    own = {one.device: one.where for one in found.devices}
    return own or (found.unanswered if found.quoted_whole and not found.rejects else {})


def _conflict(own: list[Claim], owners: defaultdict[InstallCode, set[DeviceId]]) -> str:
    """Why the claims on one device contradict each other or those on another; or empty."""
    codes = {claim.code: claim for claim in own if claim.code is not None}
    places = " and ".join(dict.fromkeys(claim.where for claim in own))[:300]
    if len(codes) > 1:
        return f"two different install codes for one device: {places}"
    for code in codes:
        others = owners[code]
        if len(others) > 1:
            named = ", ".join(sorted(map(str, others))[:5])
            return f"one install code for {len(others)} devices: {named}"
    outcomes = {claim.outcome for claim in own if claim.outcome is not None}
    if codes and Outcome.NOT_INSTALLER in outcomes:
        return f"an install code, and the words that they did not install it: {places}"
    if codes and any(claim.bad_code for claim in own):
        return f"a good install code and a bad one for one device: {places}"
    denied = Outcome.NOT_INSTALLER in outcomes
    if denied and (len(outcomes) > 1 or any(claim.bad_code for claim in own)):
        return f"two different answers for one device: {places}"
    return ""


def _shortened(own: list[Claim]) -> str:
    """Why a code without CRC is not trusted where the sender writes the others with theirs."""
    lengths = {claim.digits for claim in own if claim.code is not None}
    if _WITHOUT_CRC in lengths and _WITH_CRC not in lengths:
        return (
            "this install code has 32 digits and the others of this mail 36: without a CRC nothing"
            " shows whether it is whole or has lost a group"
        )
    return ""


def _answer(device: DeviceId, own: list[Claim], *, conflict: bool) -> Answer:
    told = next((claim for claim in own if claim.code is not None), None)
    remark = next((claim.remark for claim in own if claim.remark), "")
    where = own[0].where
    spoiled = any(claim.bad_code for claim in own)
    if conflict or spoiled:
        return Answer(device, Outcome.UNCLEAR, where, remark=remark)
    if told:
        return Answer(device, Outcome.PROVIDED, told.where, told.code, remark)
    if own[0].outcome is Outcome.NOT_INSTALLER:
        return Answer(device, Outcome.NOT_INSTALLER, where, remark=remark)
    return Answer(device, Outcome.UNCLEAR, where, remark=remark)
