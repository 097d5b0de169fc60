"""Rewrite letters before they leave: in parts that the server takes, or to another address.

The decisions stay: a part gives each device exactly the answer of the original letter, and the
request's rows point to the part.
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

from exchange.domain.audit import AuditEvent
from exchange.domain.inbound import DeviceState, InboundRequest
from exchange.domain.mail import MailHead, names_row
from exchange.domain.party import Party
from exchange.domain.release import address_now
from exchange.errors import BadInput, ExchangeError, NotFound, StoreError
from exchange.later import Log
from exchange.rendering.workbook import AnswerRow, SheetFacts
from exchange.services.answering.requests import answer_request
from exchange.services.answering.requests.answer_parts import answers_in_parts as files_in_parts
from exchange.services.answering.requests.answer_text import AnswerText
from exchange.services.answering.requests.device_decisions import OUTCOME_WORDS
from exchange.services.asking import request
from exchange.services.context import Context
from exchange.services.letters import claiming, letters
from exchange.store.db import Transaction
from exchange.store.mails.outbox import CANCELLED, DEFERRED, FAILED, QUEUED, NewLetter, StoredLetter

log = Log("exchange.remaking")

_STATES: Final = {word.value: state for state, word in OUTCOME_WORDS.items()}
# A letter this small is not split further for a server that names no limit.
_SMALLEST: Final = 50_000
_ATTEMPTS: Final = 3  # to write letters that are small enough
_NAMED_AT_ONCE: Final = 500  # devices per row of the audit log
_EVENT_PER_ROW: Final = 1_000
_HEADER: Final = re.compile(rb"(?mi)^(To|Message-ID|Date):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


def split_letter(ctx: Context, number: int, actor: str = "exchange") -> int:
    """Replace a letter that is too large for the server by smaller ones; return how many.

    Returns 0 if that is impossible: then the letter is held, with the reason.
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
        why = f"it is larger than the server takes and cannot be split: {error}"
        log.warning("a letter is too large for the server", letter=number, why=str(error))
        with ctx.store.transaction("hold") as tx:
            for head in tx.outbox.heads(numbers=[number], states=(QUEUED, DEFERRED, FAILED)):
                claiming.hold_letter(ctx, tx, head, why, actor)
        return 0


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer, read back from its letter."""

    letter: StoredLetter
    request: InboundRequest
    rows: Sequence[AnswerRow]


def _answer_in_parts(ctx: Context, letter: StoredLetter, actor: str) -> int:
    # Imported here: it loads all the reading code, which a list of letters does not need.
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
        # Refused although no limit is known to be this small: try half, down to a sensible size.
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
    log.info("an answer was split into parts", ref=letter.ref, parts=len(made), most=most)
    return len(made)


def _written_to_fit(
    ctx: Context, answer: _Answer, party: Party, head: MailHead, most: int
) -> tuple[list[NewLetter], list[Sequence[AnswerRow]]]:
    """Return letters of at most ``most`` bytes, and the rows of each.

    The length of their text is only known once they are written.
    """
    facts = SheetFacts("Answers under MP121", answer.request.ref, ctx.now())
    recipient, room = answer.letter.recipient, most
    for _ in range(_ATTEMPTS):
        drafts, portions = [], []
        for part, some, files in files_in_parts(answer.rows, facts, room, called=most):
            rows = answer.rows[some]
            text = _answer_text(ctx, rows)
            drafts.append(
                answer_request.draft_answer(
                    ctx, answer.request, party, recipient, head, text, part, files
                )
            )
            portions.append(rows)
        made = list(letters.write_letters(ctx, drafts))
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
    decided = tx.inbound.rows_of_letter(answer.request.id, letter.id)
    numbers = tx.outbox.add_many([made for made, _ in parts], now)
    number_of = {
        row.device_id: number
        for number, (_, rows) in zip(numbers, parts, strict=True)
        for row in rows
    }
    tx.inbound.assign_letters(
        (number_of[device], row) for device, row in decided if device in number_of
    )
    tx.outbox.put_aside([letter.id], CANCELLED, f"split into {len(parts)} parts")
    detail: dict[str, str | int | bool | None] = {
        "letter": letter.id, "message_id": letter.message_id, "bytes": len(letter.sealed),
        "parts": len(parts),
    }  # fmt: skip
    tx.audit.append(now, AuditEvent("mail.remade", letter.ref, letter.party, detail, actor))
    for made, rows in parts:
        tx.audit.append(now, *_audit_events_again(letter, made.message_id, rows))


def _audit_events_again(
    letter: StoredLetter, message_id: str, rows: Sequence[AnswerRow]
) -> Iterator[AuditEvent]:
    """Yield the audit events of the original letter again, for the new one."""
    detail: dict[str, str | int | bool | None] = {
        "ref": letter.ref, "address": letter.recipient, "message_id": message_id,
    }  # fmt: skip
    events = {DeviceState.PROVIDED: "released", DeviceState.NOT_INSTALLER: "not_installer"}
    for state, word in events.items():
        one = "code" if state is DeviceState.PROVIDED else "device"
        devices = [row.device_id for row in rows if _STATES.get(row.outcome) is state]
        if len(rows) <= _EVENT_PER_ROW:
            yield from (AuditEvent(f"{one}.{word}", name, letter.party, detail) for name in devices)
            continue
        for start in range(0, len(devices), _NAMED_AT_ONCE):
            some = devices[start : start + _NAMED_AT_ONCE]
            together = {**detail, "devices": len(some), "device_ids": ",".join(some)}
            yield AuditEvent(f"{one}s.{word}", letter.ref, letter.party, together)


def _answer_text(ctx: Context, rows: Sequence[AnswerRow]) -> AnswerText:
    small = ctx.settings.release.body_table_rows
    states = [_STATES[row.outcome] for row in rows]
    pairs = list(zip(rows, states, strict=True))
    unread = [row for row, state in pairs if state is DeviceState.UNREADABLE]
    files = [row for row in unread if not names_row(row.where)]
    return AnswerText(
        Counter(states),
        rows if len(rows) <= small else (),
        [row for row, state in pairs if state is DeviceState.HELD][:small],
        [row for row in unread if names_row(row.where)][: 4 * small],
        files[:small],
        len(files),
    )


def _rows_of(raw: bytes) -> list[AnswerRow]:
    """Return the answer for each device in a letter of ours, from its CSV."""
    for part in message_from_bytes(raw).walk():
        if part.get_content_type() == "text/csv":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
                next(lines, None)
                return [AnswerRow._make(line) for line in lines]
    raise BadInput("the letter has no CSV")


def _request_in_parts(ctx: Context, letter: StoredLetter, actor: str) -> int:
    """Ask again, in as many requests as the server's limit needs, each with its reference."""
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
        tx.outbox.put_aside([letter.id], CANCELLED, "requested again in smaller requests")
        legs = request.unask(tx, asked)
        if not 0 < request.rows_within(most) < legs:  # splitting would not make it smaller
            raise BadInput(f"a request does not fit into mails of {most:,} bytes")
        detail: dict[str, str | int | bool | None] = {"letter": letter.id, "devices": legs}
        event = AuditEvent("mail.remade", letter.ref, letter.party, detail, actor)
        tx.audit.append(ctx.now(), event)
    return len(request.raise_requests(ctx, letter.party, most))


def readdressed(ctx: Context, tx: Transaction, letter: StoredLetter) -> str:
    """Rewrite a letter to the address that is now on the register; return the address.

    Text and files stay, the Message-ID is new: the letter has not reached anybody.
    """
    party = tx.parties.mail_addresses([letter.party]).get(letter.party)
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
        tx.outbound.set_message_id(tx.outbound.find(letter.ref).id, message_id)
    return address
