"""A long answer in several mails: what the other side gets, and what is recorded of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from exchange.domain.device import DeviceId, InstallCode
from exchange.errors import BadInput, ConfigError
from exchange.ports.mail import FetchedMail, MailRef
from exchange.ports.records import VaultRecord
from exchange.rendering import workbook
from exchange.rendering.workbook import AnswerRow, Batches, SheetFacts, answers_workbook
from exchange.services.answering import intake
from exchange.services.answering.requests import answer_parts
from exchange.services.answering.requests.answer_parts import answers_in_parts
from exchange.services.context import Context
from exchange.services.letters import letters
from exchange.services.mailbox import fetch_and_file
from exchange.services.people import audit_log
from exchange.store.mails.outbox import NewLetter
from tests.benchmarks import made
from tests.services.contexts import add_parties, make_context, make_party
from tests.unit.rendering.cases import CODE, FACTS

_ROWS = 3_000
_LIMIT = 300_000


def _rows(number: int) -> list[AnswerRow]:
    return [
        AnswerRow(
            (0x00DB123456000000 + nth).to_bytes(8, "big").hex("-").upper(),
            "install code provided",
            CODE,
            "",
            f"list.csv > row {nth + 2}",
        )
        for nth in range(number)
    ]


@pytest.mark.parametrize("number", [0, 1, 7, 4_001])
@pytest.mark.parametrize("most", [0, 150_000, 400_000])
def test_parts_hold_every_row_once_in_order_and_keep_the_ceiling(number: int, most: int) -> None:
    rows = _rows(number)
    letters_made = list(answers_in_parts(rows, FACTS, most))
    read: list[list[object]] = []
    for nth, (part, chosen, files) in enumerate(letters_made, 1):
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(files.workbook)).get_sheet_by_index(0)
        own = sheet.to_python(skip_empty_area=False)[1:]
        assert [row[0] for row in own] == [row.device_id for row in rows[chosen]]
        read += own  # type: ignore[arg-type]
        assert not most or files.encoded < most
        if len(letters_made) == 1:
            assert part is None
        else:
            assert part is not None
            assert (part.number, part.of) == (nth, len(letters_made))
            assert (part.first, part.last) == (chosen.start + 1, chosen.stop)
    assert [row[0] for row in read] == [row.device_id for row in rows]


def test_a_ceiling_that_holds_no_row_at_all_is_said() -> None:
    with pytest.raises(BadInput, match="does not fit"):
        list(answers_in_parts(_rows(3), FACTS, 9_000))


@pytest.mark.parametrize("most", [1, 500, 12_001, 15_000, 19_000, 40_000, 90_000])
def test_a_low_ceiling_is_decided_on_soon(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    rows_made = 0

    def counted(rows: Batches, facts: SheetFacts) -> bytes:
        nonlocal rows_made
        rows_made += len(rows) + 20
        return answers_workbook(rows, facts)

    monkeypatch.setattr(answer_parts, "answers_workbook", counted)
    number = 1_000
    try:
        got = [
            len(range(number)[some]) for _, some, _ in answers_in_parts(_rows(number), FACTS, most)
        ]
    except BadInput:
        assert most < 40_000
    else:
        assert sum(got) == number
        assert most > 12_001
    assert rows_made < 20 * number


class _Inbox:
    name = "codes"
    uidnext = 0

    def __init__(self, mail: FetchedMail) -> None:
        self._mail = mail

    def list(self) -> Sequence[MailRef]:
        return [self._mail.ref]

    def since(self, day: date) -> Sequence[MailRef]:
        return self.list()

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Sequence[FetchedMail]:
        return [self._mail] * len(refs)


def _asked(tmp_path: Path, rows: list[tuple[str, ...]]) -> Context:
    """A context that was asked for the devices of ``rows``, holds the codes, and keeps the mail."""
    ctx = make_context(tmp_path)
    party = make_party("GAIN")
    object.__setattr__(party, "request_address", "codes@losing.example")
    object.__setattr__(party, "max_mail_mb", 1)
    add_parties(ctx, party)
    code = InstallCode.parse(CODE)
    ctx.vault.put_many(
        VaultRecord(DeviceId.parse(one), InstallCode(code.raw[:8] + nth.to_bytes(8, "big")), True)
        for nth, one in enumerate(dict.fromkeys(row[0] for row in rows))
    )
    mail = FetchedMail(MailRef(1, 1), made.csv_mail(rows), ctx.now())
    fetch_and_file.keep(ctx, _Inbox(mail), fetch_and_file.fresh(ctx, _Inbox(mail)))  # type: ignore[arg-type]
    return ctx


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_part_that_cannot_be_written_leaves_nothing_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    ctx = _asked(tmp_path, list(made.rows_of(_ROWS * 5)))
    usual = letters.write_letter

    def failing(ctx: Context, draft: letters.Draft) -> NewLetter:
        if f"(part {broken} of" in draft.subject:
            raise ConfigError("a template is broken")
        return usual(ctx, draft)

    with monkeypatch.context() as patch:
        patch.setattr(letters, "write_letter", failing)
        assert intake.decide_all(ctx).left == {1: "a template is broken"}
    with ctx.store.reading() as tx:
        assert tx.outbox.counts() == {}
        assert tx.inbound.requests() == []
    # Mended, all of it goes, in order.
    assert intake.decide_all(ctx).folders == {"processed": 1}
    ctx.reader.close()
    with ctx.store.reading() as tx:
        found = tx.outbox.due(ctx.now(), 100, 10**9)
    mails = [message_from_bytes(ctx.sealer.open(one.sealed, "outbox")) for one in found]
    ends = [str(mail["subject"]).rpartition("(part ")[2] for mail in mails]
    assert ends == [f"{nth} of {len(found)})" for nth in range(1, len(found) + 1)]
    assert len({one.message_id for one in found}) == len(found) > 2
    audit_log.verify(ctx)


def test_a_fault_while_parts_are_made_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 2_000)
    with pytest.raises(BadInput, match="holds 2,000 rows"):
        list(answers_in_parts(_rows(40_000), FACTS, 1_000_000))


def _bodies(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_long_answer_goes_in_numbered_parts_under_one_reference(tmp_path: Path) -> None:
    rows = list(made.rows_of(_ROWS * 5))
    devices = list(dict.fromkeys(row[0] for row in rows))
    ctx = _asked(tmp_path, rows)
    assert intake.decide_all(ctx).folders == {"processed": 1}
    ctx.reader.close()
    with ctx.store.reading() as tx:
        letters = tx.outbox.due(ctx.now(), 100, 10**9)
        (request,) = tx.inbound.requests()
        kept = list(tx.inbound.devices(request.id))
    raws = [ctx.sealer.open(one.sealed, "outbox") for one in letters]
    mails = [message_from_bytes(raw, policy=policy.default) for raw in raws]
    number = len(letters)
    assert number > 2
    assert request.answered
    assert all(len(raw) <= 1_000_000 for raw in raws)
    assert {one.ref for one in letters} == {request.ref}
    assert sum(one.codes for one in letters) == len(devices)
    told: dict[str, int] = {}
    for nth, (letter, one) in enumerate(zip(letters, mails, strict=True), 1):
        assert isinstance(one, EmailMessage)
        assert str(one["subject"]).endswith(f"(part {nth} of {number})")
        assert f"This is part {nth} of {number}" in _bodies(one)
        book, table = one.iter_attachments()
        assert book.get_filename() == f"{request.ref}-part{nth}of{number}.xlsx"
        assert table.get_filename() == f"{request.ref}-part{nth}of{number}.csv"
        lines = str(table.get_content()).removeprefix("\ufeff").splitlines()[1:]
        told |= {line.split(",")[0]: letter.id for line in lines}
    assert list(told) == devices
    assert {row.device: row.outbox_id for row in kept} == told
    # The log tells of many devices at once, and still of each to whoever asks for it.
    for device in (devices[0], devices[len(devices) // 2], devices[-1]):
        (row,) = audit_log.rows(ctx, subject=device)
        assert (row.event, row.subject) == ("codes.released", request.ref)
        assert letters[told[device] - letters[0].id].message_id in row.detail
    assert list(audit_log.rows(ctx, subject="00-DB-12-34-FF-FF-FF-FE")) == []
    audit_log.verify(ctx)
