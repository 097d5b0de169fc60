"""What a party asked before: its own, the newest that was not withdrawn, looked up together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.inbound import Before, DecisionTerms, InstalledRegister
from exchange.domain.mail import Found
from exchange.domain.time.sla import parse_instant
from exchange.ports.mail import FetchedMail, MailRef
from exchange.ports.records import VaultRecord
from exchange.services.answering import intake
from exchange.services.answering.requests.device_decisions import (
    decide_devices,
)
from exchange.services.answering.requests.device_holdings import Holdings, KnownDevices
from exchange.services.answering.requests.history import History
from exchange.services.context import Context
from exchange.services.mailbox import fetch_and_file
from exchange.services.people import review_devices
from tests.services.contexts import add_parties, make_context, make_party

ONE, TWO, THREE = (f"00-DB-12-34-56-78-90-0{nth}" for nth in (1, 2, 3))
CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
FIRST = "MP121-LOSE-2612-A00001 of 2026-12-01"


class _Inbox:
    """A mailbox with some mails."""

    name = "codes"
    uidnext = 0

    def __init__(self, first: int, mails: Sequence[bytes]) -> None:
        self._mails = {MailRef(1, uid): raw for uid, raw in enumerate(mails, first)}

    def list(self) -> Sequence[MailRef]:
        return list(self._mails)

    def since(self, day: date) -> Sequence[MailRef]:
        return self.list()

    def fetch(self, refs: Sequence[MailRef], not_before: object = None) -> Iterator[FetchedMail]:
        for ref in refs:
            yield FetchedMail(ref, self._mails[ref], parse_instant("2026-12-01T10:00"))


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    ctx = make_context(tmp_path / "lose")
    add_parties(ctx, make_party("GAIN"), make_party("FORM"))
    ctx.vault.put_many([VaultRecord(DeviceId.parse(ONE), CODE, True)])
    yield ctx
    ctx.reader.close()
    ctx.store.dispose()


def _mail(number: int, *devices: str, party: str = "gain", words: str = "") -> bytes:
    listed = "\r\n".join(devices)
    return (
        f"From: codes@{party}.example\r\nTo: install-codes@lose.example\r\nSubject: MP121\r\n"
        f"Message-ID: <{number}@{party}.example>\r\n\r\n{words}\r\n{listed}\r\n"
    ).encode()


def _decide(ctx: Context, first: int, *mails: bytes) -> None:
    inbox = _Inbox(first, mails)
    fetch_and_file.keep(ctx, inbox, fetch_and_file.fresh(ctx, inbox))  # type: ignore[arg-type]
    assert intake.decide_all(ctx).folders == {"processed": len(mails)}


def _known(ctx: Context, *devices: str) -> KnownDevices:
    found = [Found(DeviceId.parse(one), "body") for one in devices]
    return Holdings.of(ctx.vault, [found]).devices(found)


def _before(ctx: Context, party: str, *devices: str) -> list[tuple[Before, str]] | None:
    known = _known(ctx, *devices)
    with ctx.store.reading() as tx:
        column = History(tx, [(party, known)]).before(party, known)
    if column is None:
        return None
    kinds = [tuple(Before)[one] for one in column.before.tolist()]
    return list(zip(kinds, column.requests.texts(), strict=True))


ASKS = "Please send us the install codes of:"


def test_only_this_party_and_only_what_was_not_withdrawn_counts(ctx: Context) -> None:
    assert _before(ctx, "GAIN", ONE, TWO) is None
    _decide(ctx, 1, _mail(1, ONE, TWO, words=ASKS))
    assert _before(ctx, "GAIN", TWO, THREE, ONE) == [
        (Before.OPEN, FIRST), (Before.NOTHING, ""), (Before.PROVIDED, FIRST),
    ]  # fmt: skip
    assert _before(ctx, "GAIN", THREE) is None
    assert _before(ctx, "FORM", ONE, TWO) is None
    review_devices.withdraw_devices(ctx, "MP121-LOSE-2612-A00001", "no longer needed", "kim")
    assert _before(ctx, "GAIN", TWO, ONE) == [(Before.NOTHING, ""), (Before.PROVIDED, FIRST)]


def test_two_mails_decided_together_know_of_each_other(ctx: Context) -> None:
    _decide(
        ctx, 1, _mail(1, ONE, words=ASKS), _mail(2, ONE), _mail(3, ONE, party="form"),
        _mail(4, ONE, words=ASKS),
    )  # fmt: skip
    with ctx.store.reading() as tx:
        rows = [row for number in (1, 2, 3, 4) for row in tx.inbound.devices(number)]
    again = "we have sent its install code, and no sentence asks for it again"
    waits = "this party asked before, and still waits: MP121-LOSE-2612-A00002 of 2026-12-01"
    assert [(row.state.value, row.reason) for row in rows] == [
        ("provided", ""), ("held", f"{again}: {FIRST}"), ("provided", ""), ("held", waits),
    ]  # fmt: skip


def test_each_row_names_its_own_request(ctx: Context) -> None:
    _decide(ctx, 1, _mail(1, TWO, words=ASKS))
    _decide(ctx, 2, _mail(2, THREE, words=ASKS))
    found = [Found(DeviceId.parse(one), "body") for one in (TWO, ONE, THREE)]
    known = Holdings.of(ctx.vault, [found]).devices(found)
    with ctx.store.reading() as tx:
        earlier = History(tx, [("GAIN", known)]).before("GAIN", known)
    terms = DecisionTerms(InstalledRegister(), date(2026, 12, 1), ())
    rows = decide_devices(found, known, terms, earlier=earlier)
    second = "MP121-LOSE-2612-A00002 of 2026-12-01"
    waits = "this party asked before, and still waits"
    assert rows.reasons.texts() == [f"{waits}: {FIRST}", "", f"{waits}: {second}"]
    assert len(ids_of([one.device for one in found])) == len(rows)
