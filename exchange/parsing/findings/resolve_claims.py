"""Resolve all claims of one mail into one answer per device.

Two codes for one device, one code for two devices, a bad code, words that contradict a code: each
makes every device concerned unclear and is reported.  Nothing is guessed.
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
from exchange.parsing.findings.stated_totals import StatedTotal

_WITH_CRC: Final = 36
_WITHOUT_CRC: Final = 32
_SHORT: Final = 5_000  # Devices of a list whose rows are counted


def note_totals(found: Findings, totals: Sequence[tuple[str, int]]) -> None:
    """Note how long a list says that it is, at which places, beside how long it may be called."""
    if not totals:
        return
    rows, unique, unread = (
        len(found.devices),
        len(unique_devices(found.devices)),
        len(found.rejects),
    )
    lengths = {rows, unique, rows + unread, unique + unread}
    if rows < _SHORT:  # a row may have two IDs, and its total counts rows
        places = {one.where for one in (*found.devices, *found.rejects)}
        lengths.add(len(places))
    numbers = tuple(number for _, number in totals)
    found.totals.append(StatedTotal(totals[-1][0], numbers, frozenset(lengths)))


def unique_devices(devices: MixedList[Found]) -> Sequence[Found]:
    """Return each device once, with its first place; a later device type fills an empty one.

    Without a long list no columns are made: they would take a quarter of the time in which a mail
    of five devices is read.
    """
    if not devices.singles_only:
        return _unique_columns(to_listed_columns(devices))
    kept: dict[bytes, Found] = {}
    for found in devices:
        known = kept.setdefault(found.device.raw, found)
        if found.device_type and not known.device_type:
            kept[found.device.raw] = Found(known.device, known.where, found.device_type)
    return tuple(kept.values())


def _unique_columns(listed: ListedColumns) -> ListedColumns:
    first = first_equal_rows(listed.ids)
    is_first = first == np.arange(len(first))
    if is_first.all():
        return listed
    has_type = rows_with(listed.types, [bool(word) for word in listed.types.values])
    which = listed.types.which.copy()
    later = np.flatnonzero(~is_first & has_type & ~has_type[first])[::-1]
    which[first[later]] = listed.types.which[later]  # the first of several wins
    return ListedColumns(
        listed.ids[is_first],
        listed.places.take(is_first),
        TextColumn(listed.types.values, which[is_first]),
    )


def resolve_claims(
    claims: MixedList[Claim], *, crc_elsewhere: bool = False
) -> tuple[Sequence[Answer], tuple[Reject, ...]]:
    """Return one answer per device, in order of first place, and why some are unclear.

    ``crc_elsewhere``: a code of the mail that belongs to no claim came with its CRC.
    ``_resolve_each`` is the rule.  Claims without a conflict, those that share neither device nor
    code with another claim, are resolved together: 500,000 take 0.04 s so, one by one 5 s.
    """
    if not claims:
        return (), ()
    table, bad_code = to_claim_columns(claims)
    coded = table.coded
    crc_expected = crc_elsewhere or bool((table.digits == _WITH_CRC).any())
    conflicted = bad_code | _has_duplicates(first_equal_rows(table.ids))
    halves = np.ascontiguousarray(table.codes[coded]).view(np.uint64)
    conflicted[coded] |= _has_duplicates(first_equal_rows(halves[:, 0], halves[:, 1]))
    if crc_expected:
        conflicted |= coded & (table.digits == _WITHOUT_CRC)
    denied = table.outcomes == OUTCOMES.index(Outcome.NOT_INSTALLER)
    conflicted |= coded & denied
    rows = np.flatnonzero(conflicted)
    answers, rejects = _resolve_each(claims_at(claims, rows), crc_expected=crc_expected)
    clear_rows = np.flatnonzero(~conflicted)
    clear_claims = table.take(clear_rows)
    outcomes = np.full(len(clear_rows), OUTCOMES.index(Outcome.UNCLEAR), np.uint8)
    outcomes[denied[clear_rows]] = OUTCOMES.index(Outcome.NOT_INSTALLER)
    outcomes[coded[clear_rows]] = OUTCOMES.index(Outcome.PROVIDED)
    clear = AnswerColumns(
        clear_claims.ids,
        clear_claims.places,
        outcomes,
        clear_claims.codes,
        coded[clear_rows],
        clear_claims.remarks,
        coded[clear_rows] & (clear_claims.digits == _WITHOUT_CRC),
    )
    if not answers:
        return clear, tuple(rejects)
    # In order of first place: a device with conflicts has the place of its first claim.
    first_claims = rows[np.unique(first_equal_rows(table.ids[rows]))]
    order = np.argsort(np.concatenate([clear_rows, first_claims]), kind="stable")
    return AnswerColumns.concat([clear, AnswerColumns.of(answers)]).take(order), tuple(rejects)


def _resolve_each(
    claims: Iterable[Claim], *, crc_expected: bool
) -> tuple[list[Answer], list[Reject]]:
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
        if not reason and crc_expected:
            reason = _may_be_shortened(own)
        answers.append(_answer(device, own, conflict=bool(reason)))
        if reason:
            rejects.append(Reject(str(device), reason, own[0].where, device))
    return answers, rejects


def _has_duplicates(first: Int64Array) -> BoolArray:
    """Return which rows are equal to another one."""
    counts = np.bincount(first, minlength=len(first))
    return counts[first] > 1


def _conflict(own: list[Claim], owners: defaultdict[InstallCode, set[DeviceId]]) -> str:
    """Return why the claims about one device contradict each other or those about another."""
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
        return f"an install code, and words that say they did not install it: {places}"
    if codes and any(claim.bad_code for claim in own):
        return f"a good install code and a bad one for one device: {places}"
    denied = Outcome.NOT_INSTALLER in outcomes
    if denied and (len(outcomes) > 1 or any(claim.bad_code for claim in own)):
        return f"two different answers for one device: {places}"
    return ""


def _may_be_shortened(own: list[Claim]) -> str:
    """Return why a code without CRC is not trusted where the sender's other codes have one."""
    lengths = {claim.digits for claim in own if claim.code is not None}
    if _WITHOUT_CRC in lengths and _WITH_CRC not in lengths:
        return (
            "this install code has 32 digits and the others in this mail have 36: without a CRC"
            " we cannot tell whether it has lost a group"
        )
    return ""


def _answer(device: DeviceId, own: list[Claim], *, conflict: bool) -> Answer:
    coded = next((claim for claim in own if claim.code is not None), None)
    remark = next((claim.remark for claim in own if claim.remark), "")
    where = own[0].where
    bad_code = any(claim.bad_code for claim in own)
    if conflict or bad_code:
        return Answer(device, Outcome.UNCLEAR, where, remark=remark)
    if coded:
        bare = {claim.digits for claim in own if claim.code is not None} == {_WITHOUT_CRC}
        return Answer(device, Outcome.PROVIDED, coded.where, coded.code, remark, bare)
    if own[0].outcome is Outcome.NOT_INSTALLER:
        return Answer(device, Outcome.NOT_INSTALLER, where, remark=remark)
    return Answer(device, Outcome.UNCLEAR, where, remark=remark)
