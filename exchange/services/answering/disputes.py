"""Settle disputes: one install code came for two devices, and a person decides which it belongs to.

The device that had the code first goes to a person too: its case is ``disputed``, its code is not
handed out, and nobody is informed.  Mails come in any order, so a ruling is kept: a code that
was ruled out for a device is never taken for it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.outbound import CaseState, Leg, LegEvent, LegState, Ruling, leg_takes, move_leg
from exchange.errors import BadInput
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.requests.disputes import ContestedCode, Dispute
from exchange.store.requests.outbound import Case

# A mail never changes a case that a person works on or has finished; it is only named.
_RELIED_ON: Final = CaseState.CODE_RECEIVED


@dataclass(frozen=True, slots=True)
class Objections:
    """Why a code may not be taken for a device, and the disputes to open; empty if it may."""

    doubt: str = ""
    claims: tuple[ContestedCode, ...] = ()
    settled: bool = False  # a person ruled out this mail's code


@dataclass(slots=True)
class CodeOwners:
    """Which cases already hold the codes of one mail, and what people ruled about them."""

    holders: Mapping[str, Case]
    ruled_out: Mapping[tuple[str, int], set[int]]  # with the mails of the disputes
    contested: Mapping[int, set[str]]
    in_dispute: Collection[str]
    _here: dict[str, str] = field(default_factory=dict)  # the devices of this mail

    def objections(self, tag: str, case: Case, leg: Leg, mail_id: int) -> Objections:
        """Return why a code may not be taken for the device of ``leg``, and the disputes to open.

        ``tag`` is the code's fingerprint, ``case`` the case of that device, ``mail_id`` the mail
        that the code came in.
        """
        device = leg.device
        if mails := self.ruled_out.get((tag, case.id)):
            if mail_id in mails:
                return Objections(settled=True)
            return Objections(f"a person ruled that this is not the code of {device}")
        holder = self.holders.get(tag)
        if holder is not None and holder.device != device:
            claim = ContestedCode(
                tag, holder.id, holder.device, holder.code_from, case.id, device, leg.party, mail_id
            )  # fmt: skip
            return Objections(_objection(claim, holder), (claim,))
        other = self._here.setdefault(tag, device)
        if other != device:
            return Objections(f"the code for {device} is that of {other} too")
        if self.contested.get(case.id, set()) - {tag}:
            return Objections(f"another code for {device} came before and is in dispute")
        has_it = case.code_tag == tag and leg.state is LegState.PROVIDED
        if tag in self.in_dispute and not has_it:
            return Objections(f"the code of {device} is in dispute, and waits for a person")
        return Objections()


def _objection(claim: ContestedCode, holder: Case) -> str:
    said = f"the code for {claim.rival} is that of {claim.device} too, from {claim.party}"
    if holder.state in (_RELIED_ON, CaseState.DISPUTED):
        return f"{said}, which waits for a person as well"
    return f"{said}, whose case is {holder.state}: nothing of it was changed"


def known(tx: Transaction, tags: Collection[str], cases: Mapping[int, Case]) -> CodeOwners:
    """Read what is on file about the codes and the cases of a mail."""
    ruled_out: dict[tuple[str, int], set[int]] = {}
    until: dict[tuple[str, str], int] = {}  # the Device's cases up to this one do not count
    in_dispute: set[str] = set()
    for dispute in tx.disputes.of_codes(tags):
        claim = dispute.claim
        if dispute.ruling is Ruling.NONE:
            in_dispute.add(claim.code_tag)
        for pair in dispute.ruled_out:
            ruled_out.setdefault(pair, set()).add(claim.mail_id)
        for case_id, device in ((claim.case_id, claim.device), (claim.rival_case_id, claim.rival)):
            if (claim.code_tag, case_id) in dispute.ruled_out:
                of_device = (claim.code_tag, device)
                until[of_device] = max(until.get(of_device, 0), case_id)
    holders: dict[str, Case] = {}
    for case in tx.outbound.holders(tags):
        if case.id > until.get((case.code_tag, case.device), 0):
            holders.setdefault(case.code_tag, case)
    return CodeOwners(holders, ruled_out, tx.disputes.contested(cases.keys()), in_dispute)


def open_claims(ctx: Context, tx: Transaction, claims: Sequence[ContestedCode]) -> None:
    """Put both devices of each claim in dispute; a claim already on file changes nothing."""
    if not claims:
        return
    now = ctx.now()
    on_file = {
        (one.claim.code_tag, one.claim.rival_case_id)
        for one in tx.disputes.of_codes({claim.code_tag for claim in claims})
    }
    fresh = {
        (one.code_tag, one.rival_case_id): one
        for one in claims
        if (one.code_tag, one.rival_case_id) not in on_file
    }
    tx.disputes.open(fresh.values(), now)
    relied_on = [one.id for one in _held(tx, list(fresh.values())) if one.state is _RELIED_ON]
    tx.outbound.set_states(relied_on, CaseState.DISPUTED)
    events = []
    for one in fresh.values():
        mail: dict[str, str | int | bool | None] = {"mail": one.mail_id}
        first, second = mail | {"also_for": one.rival}, mail | {"held_by": one.device}
        events.append(AuditEvent("code.disputed", one.device, one.party, first))
        events.append(AuditEvent("code.disputed", one.rival, one.rival_party, second))
    tx.audit.append(now, *events)


def rule(
    ctx: Context, tx: Transaction, disputes: Sequence[Dispute], ruling: Ruling, why: str, actor: str
) -> None:
    """Record which device each code belongs to, and act on the devices that had it first.

    Raises BadInput if that is impossible; the caller must then roll back.
    """
    now = ctx.now()
    mine = {one.id for one in disputes}
    others = [
        one
        for one in tx.disputes.of_codes({one.claim.code_tag for one in disputes})
        if one.id not in mine and one.ruling is Ruling.NONE
    ]
    if ruling is not Ruling.FIRST:
        _refuse_while_others_wait(disputes, others)
    if ruling is Ruling.SECOND:
        _refuse_second_codes(tx, disputes)
    tx.disputes.rule([one.id for one in disputes], ruling, now)
    concerned = [
        one for one in _held(tx, [one.claim for one in disputes]) if one.state is CaseState.DISPUTED
    ]
    events: list[AuditEvent] = []
    if ruling is Ruling.FIRST:
        still = {(one.claim.code_tag, one.claim.device) for one in others}
        free = [one.id for one in concerned if (one.code_tag, one.device) not in still]
        tx.outbound.set_states(free, CaseState.CODE_RECEIVED)
    else:
        # A closed case keeps a code that came for it, and does not hand it out.
        tx.outbound.set_states([one.id for one in concerned if one.closed], CaseState.CLOSED)
        events += _give_back(tx, [one.id for one in concerned if not one.closed])
    for one in disputes:
        detail: dict[str, str | int | bool | None] = {
            "ruling": ruling.value, "mail": one.claim.mail_id, "also_for": one.claim.rival,
            "from": one.claim.rival_party, "why": why,
        }  # fmt: skip
        events.append(
            AuditEvent("code.dispute_settled", one.claim.device, one.claim.party, detail, actor)
        )
    tx.audit.append(now, *events)


def _held(tx: Transaction, claims: Sequence[ContestedCode]) -> list[Case]:
    """Return the cases that hold these codes, including closed ones of the same Device."""
    named = {(one.code_tag, one.device) for one in claims}
    holders = tx.outbound.holders({one.code_tag for one in claims})
    return [one for one in holders if (one.code_tag, one.device) in named]


def _refuse_while_others_wait(disputes: Sequence[Dispute], others: Sequence[Dispute]) -> None:
    for one in disputes:
        for other in others:
            if other.claim.code_tag == one.claim.code_tag:
                raise BadInput(
                    f"the code came for {other.claim.rival} as well, in mail {other.claim.mail_id}",
                    hint=f"`exchange inbox rule {other.claim.mail_id} --first` rules that out"
                    " first",
                )


def _refuse_second_codes(tx: Transaction, disputes: Sequence[Dispute]) -> None:
    cases = tx.outbound.cases_of({one.claim.rival_case_id for one in disputes})
    for one in disputes:
        held = cases[one.claim.rival_case_id].code_tag
        if held and held != one.claim.code_tag:
            raise BadInput(
                f"another code is held for {one.claim.rival}",
                hint="--first or --neither; `exchange request close` gives a case up",
            )


def _give_back(tx: Transaction, case_ids: Sequence[int]) -> list[AuditEvent]:
    """Take the codes from these cases and ask their Suppliers again."""
    if not case_ids:
        return []
    legs = tx.legs.of_cases(case_ids)
    provided = [leg for leg in legs if leg.state is LegState.PROVIDED]
    # They were withdrawn when the code came, before we asked: they wait for their turn again.
    waiting = [
        leg
        for leg in legs
        if leg.state is LegState.WITHDRAWN
        and leg.request_id is None
        and leg_takes(leg.state, LegEvent.REOPEN)
    ]
    tx.outbound.drop_codes(case_ids)
    tx.legs.reopen([leg.id for leg in provided])
    tx.legs.move_legs([leg.id for leg in waiting], move_leg(LegState.WITHDRAWN, LegEvent.REOPEN))
    why: dict[str, str | int | bool | None] = {"why": "the code is not this device's"}
    return [AuditEvent("leg.queued", leg.device, leg.party, why) for leg in provided]
