"""Letters made anew before they left: in parts that the server takes, or to another address.

What was decided stays decided: a part says of each device exactly what the letter said that it
was made from, and the rows of the request follow it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from typing import Final

import structlog

from exchange.domain.audit import AuditEvent
from exchange.domain.inbound import DeviceState, InboundRequest
from exchange.domain.mail import MailHead
from exchange.domain.party import Party
from exchange.domain.release import address_now
from exchange.errors import BadInput, ExchangeError, NotFound, StoreError
from exchange.rendering.workbook import AnswerRow, Sheetfacts
from exchange.services.answering import answer_request
from exchange.services.answering.answer_parts import in_parts as files_in_parts
from exchange.services.answering.answer_request import Said
from exchange.services.answering.device_decisions import WORDS
from exchange.services.asking import request
from exchange.services.context import Context
from exchange.services.letters import claiming, letters
from exchange.store.db import Transaction
from exchange.store.mails.outbox import CANCELLED, DEFERRED, FAILED, QUEUED, NewLetter, StoredLetter

log = structlog.get_logger("exchange.remaking")

_STATES: Final = {word.value: state for state, word in WORDS.items()}
# A letter as small as this that is too large for a server which names no limit is not cut further.
_SMALLEST: Final = 50_000
_ATTEMPTS: Final = 3  # at writing letters that are small enough
_NAMED_AT_ONCE: Final = 500  # devices in one row of the audit log
_EACH_BY_ITSELF: Final = 1_000
_HEADER: Final = re.compile(rb"(?mi)^(To|Message-ID|Date):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


def in_parts(ctx: Context, number: int, actor: str = "exchange") -> int:
    """Letters in place of one that is too large for the server; how many there are now.

    0 where none can be made: then the letter is held, and says what a person can do.
    """
    try:
        with ctx.store.reading() as tx:
            letter = tx.outbox.get(number)
        if letter.purpose == "answer":
            return _answer_in_parts(ctx, letter, actor)
        if letter.purpose == "request":
            return _request_in_parts(ctx, letter, actor)
        raise BadInput(f"a {letter.purpose} cannot be split")
    except StoreError:
        raise
    except ExchangeError as error:
        why = f"it is larger than the server takes, and not made smaller: {error}"
        log.warning("a letter is too large for the server", letter=number, why=str(error))
        with ctx.store.transaction("hold") as tx:
            for head in tx.outbox.heads(numbers=[number], states=(QUEUED, DEFERRED, FAILED)):
                claiming.hold(ctx, tx, head, why, actor)
        return 0


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer taken apart again."""

    letter: StoredLetter
    request: InboundRequest
    rows: Sequence[AnswerRow]


def _answer_in_parts(ctx: Context, letter: StoredLetter, actor: str) -> int:
    # Only now: it brings in all of the reading, which a list of letters does without.
    from exchange.parsing.reading.understand import read_head

    with ctx.store.reading() as tx:
        asked = tx.inbound.find(letter.ref)
        mail = tx.mail.get(asked.mail_id)
        party = tx.parties.get(letter.party)
        if party is None:
            raise NotFound(f"{letter.party} is not on the contacts register any more")
        most = letters.most_bytes(ctx, tx, party)
    raw = ctx.sealer.open(letter.sealed, "outbox")
    if not 0 < most < len(raw):
        # Refused although nobody named so small a limit: half, as far as that makes sense.
        if len(raw) <= _SMALLEST:
            raise BadInput(f"the server refuses {len(raw):,} bytes and names no limit")
        most = len(raw) // 2
    answer = _Answer(letter, asked, _rows_of(raw))
    head = read_head(ctx.sealer.open(mail.sealed, "mail"))
    made, portions = _written_to_fit(ctx, answer, party, head, most)
    with ctx.store.transaction("remake") as tx:
        tx.inbound.claim(asked.id)
        _still_here(tx, letter)
        _put_in_place(ctx, tx, answer, list(zip(made, portions, strict=True)), actor)
    log.info("an answer was made anew in parts", ref=letter.ref, parts=len(made), most=most)
    return len(made)


def _written_to_fit(
    ctx: Context, answer: _Answer, party: Party, head: MailHead, most: int
) -> tuple[list[NewLetter], list[Sequence[AnswerRow]]]:
    """The letters, none larger than ``most``, and the rows of each.

    How long their text gets is seen only once they are written.
    """
    facts = Sheetfacts("Answers under MP121", answer.request.ref, ctx.now())
    recipient, room = answer.letter.recipient, most
    for _ in range(_ATTEMPTS):
        drafts, portions = [], []
        for part, some, files in files_in_parts(answer.rows, facts, room, called=most):
            rows = answer.rows[some]
            said = _said(ctx, rows)
            drafts.append(
                answer_request.draft_answer(
                    ctx, answer.request, party, recipient, head, said, part, files
                )
            )
            portions.append(rows)
        made = list(letters.written(ctx, drafts))
        over = max(one.size for one in made) - most
        if over <= 0:
            return made, portions
        room -= over + over // 4
    raise BadInput(f"its text alone leaves no room in mails of {most:,} bytes")


def _still_here(tx: Transaction, letter: StoredLetter) -> None:
    if not tx.outbox.heads(numbers=[letter.id], states=(QUEUED, DEFERRED, FAILED)):
        raise BadInput(f"letter {letter.id} does not wait any more")


def _put_in_place(
    ctx: Context,
    tx: Transaction,
    answer: _Answer,
    parts: Sequence[tuple[NewLetter, Sequence[AnswerRow]]],
    actor: str,
) -> None:
    letter, now = answer.letter, ctx.now()
    told = tx.inbound.told_by(answer.request.id, letter.id)
    numbers = tx.outbox.add_many([made for made, _ in parts], now)
    number_of = {
        row.device_id: number
        for number, (_, rows) in zip(numbers, parts, strict=True)
        for row in rows
    }
    tx.inbound.tell_by((number_of[device], row) for device, row in told if device in number_of)
    tx.outbox.put_aside([letter.id], CANCELLED, f"made anew in {len(parts)} parts")
    detail: dict[str, str | int | bool | None] = {
        "letter": letter.id, "message_id": letter.message_id, "bytes": len(letter.sealed),
        "parts": len(parts),
    }  # fmt: skip
    tx.audit.append(now, AuditEvent("mail.remade", letter.ref, letter.party, detail, actor))
    for made, rows in parts:
        tx.audit.append(now, *_told_again(letter, made.message_id, rows))


def _told_again(
    letter: StoredLetter, message_id: str, rows: Sequence[AnswerRow]
) -> Iterator[AuditEvent]:
    """Who is told what of which device, as the audit log had it of the letter before."""
    detail: dict[str, str | int | bool | None] = {
        "ref": letter.ref, "address": letter.recipient, "message_id": message_id,
    }  # fmt: skip
    events = {DeviceState.PROVIDED: "released", DeviceState.NOT_INSTALLER: "not_installer"}
    for state, word in events.items():
        one = "code" if state is DeviceState.PROVIDED else "device"
        devices = [row.device_id for row in rows if _STATES.get(row.outcome) is state]
        if len(rows) <= _EACH_BY_ITSELF:
            yield from (AuditEvent(f"{one}.{word}", name, letter.party, detail) for name in devices)
            continue
        for start in range(0, len(devices), _NAMED_AT_ONCE):
            some = devices[start : start + _NAMED_AT_ONCE]
            together = {**detail, "devices": len(some), "device_ids": ",".join(some)}
            yield AuditEvent(f"{one}s.{word}", letter.ref, letter.party, together)


def _said(ctx: Context, rows: Sequence[AnswerRow]) -> Said:
    small = ctx.settings.release.body_table_rows
    states = [_STATES[row.outcome] for row in rows]
    pairs = list(zip(rows, states, strict=True))
    return Said(
        Counter(states),
        rows if len(rows) <= small else (),
        [row for row, state in pairs if state is DeviceState.HELD][:small],
        [row for row, state in pairs if state is DeviceState.UNREADABLE][: 4 * small],
    )


def _rows_of(raw: bytes) -> list[AnswerRow]:
    """What a letter of ours says of each device, from its own list."""
    for part in message_from_bytes(raw).walk():
        if part.get_content_type() == "text/csv":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
                next(lines, None)
                return [AnswerRow._make(line) for line in lines]
    raise BadInput("the letter has no list")


def _request_in_parts(ctx: Context, letter: StoredLetter, actor: str) -> int:
    """Ask anew, in as many requests as the server's limit asks for, each with its reference."""
    with ctx.store.reading() as tx:
        most = letters.server_limit(tx)
    size = len(ctx.sealer.open(letter.sealed, "outbox"))
    if not 0 < most < size:
        if size <= _SMALLEST:
            raise BadInput(f"the server refuses {size:,} bytes and names no limit")
        most = size // 2
    with ctx.store.transaction("remake") as tx:
        asked = tx.outbound.find(letter.ref)
        _still_here(tx, letter)
        tx.outbox.put_aside([letter.id], CANCELLED, "asked anew in smaller requests")
        legs = request.unask(tx, asked)
        if not 0 < request.rows_within(most) < legs:  # no smaller one would come of it
            raise BadInput(f"a request does not fit into mails of {most:,} bytes")
        detail: dict[str, str | int | bool | None] = {"letter": letter.id, "devices": legs}
        event = AuditEvent("mail.remade", letter.ref, letter.party, detail, actor)
        tx.audit.append(ctx.now(), event)
    return len(request.raise_requests(ctx, letter.party, most))


def readdressed(ctx: Context, tx: Transaction, letter: StoredLetter) -> str:
    """Write the letter anew to the address that the register has now; returns that address.

    The same text and files under a new Message-ID: nothing of it reached anybody.
    """
    party = tx.parties.standing([letter.party]).get(letter.party)
    if party is None or not party.active:
        raise BadInput(
            f"{letter.party} is not an active party on the contacts register",
            place=f"letter {letter.id}",
            hint="correct the register, or `exchange letters cancel`",
        )
    _, _, level = tx.legs.rung_of(letter.id).partition("-")
    address = address_now(letter.purpose, int(level) if level.isdigit() else 1, party)
    message_id = ctx.new_message_id(letter.ref, letter.purpose)
    raw = ctx.sealer.open(letter.sealed, "outbox")
    head, end, body = raw.partition(b"\r\n\r\n")
    new = {b"to": address, b"message-id": message_id}

    def written(field: re.Match[bytes]) -> bytes:
        name = field[1]
        value = new.get(name.lower())
        return field[0] if value is None else name + b": " + value.encode("ascii") + b"\r\n"

    mail = _HEADER.sub(written, head + b"\r\n").removesuffix(b"\r\n") + end + body
    tx.outbox.replace(
        letter.id,
        NewLetter(
            message_id, letter.purpose, letter.ref, letter.party, address, letter.codes,
            ctx.sealer.seal(mail, "outbox"), len(mail),
        ),
    )  # fmt: skip
    if letter.purpose == "request":
        tx.outbound.renamed(tx.outbound.find(letter.ref).id, message_id)
    return address
