"""The chase as one would first write it: every open leg an object, every letter a commit."""

from __future__ import annotations

import io
from datetime import date, timedelta
from email.message import EmailMessage

import holidays
import xlsxwriter
from sqlmodel import Session, col, select

from exchange.domain.outbound import CHASED_LEGS
from exchange.services.context import Context
from exchange.store.tables import LegRow, LegRungRow, OutboundRequestRow, OutboxRow

_FIRST_REMINDER = 5  # Working Days


def chase_the_usual_way(ctx: Context, today: date) -> int:
    """Queue the first reminders that are due; returns the letters."""
    days_off = holidays.country_holidays("GB", subdiv="ENG")
    with Session(ctx.store.engine, expire_on_commit=False) as session:
        legs = session.exec(
            select(LegRow).where(col(LegRow.state).in_([state.value for state in CHASED_LEGS]))
        ).all()
        due: dict[int, list[LegRow]] = {}
        for leg in legs:
            if leg.accepted_on is None or leg.request_id is None:
                continue
            if _after(leg.accepted_on, _FIRST_REMINDER, days_off) <= today:
                due.setdefault(leg.request_id, []).append(leg)
    for number, some in due.items():
        with Session(ctx.store.engine, expire_on_commit=False) as session:
            request = session.get_one(OutboundRequestRow, number)
            raw = _mail(request, [leg.device for leg in some])
            letter = OutboxRow(
                message_id=f"<reminder.{number}@ours.example>", purpose="reminder",
                ref=request.ref, recipient="codes@supplier.example", size=len(raw),
                sealed=ctx.sealer.seal(raw, "outbox"), created_at=ctx.now(),
                next_attempt_at=ctx.now(),
            )  # fmt: skip
            session.add(letter)
            session.flush()
            for leg in some:
                session.add(
                    LegRungRow(
                        leg_id=leg.id or 0, rung="reminder-1", at=ctx.now(), outbox_id=letter.id
                    )
                )
            session.commit()
    return len(due)


def _after(day: date, number: int, days_off: holidays.HolidayBase) -> date:
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5 and day not in days_off
    return day


def _mail(request: OutboundRequestRow, devices: list[str]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "codes@ours.example", "codes@supplier.example"
    message["Subject"] = f"Reminder, MP121 request {request.ref}"
    message["Message-ID"] = f"<reminder.{request.id}@ours.example>"
    message.set_content("Dear colleagues,\n\nplease answer our request.\n")
    message.add_alternative("<p>Dear colleagues,</p><p>please answer our request.</p>", "html")
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, device in enumerate(["Device ID", *devices]):
        sheet.write_string(row, 0, device)
    book.close()
    message.add_attachment(
        target.getvalue(), maintype="application", subtype="octet-stream", filename="list.xlsx"
    )
    return message.as_bytes()
