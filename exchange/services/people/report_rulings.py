"""Let a person decide whether a letter of ours arrived that a report says did not."""

from __future__ import annotations

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.outbound import ReportRuling
from exchange.errors import NotFound
from exchange.services.answering import intake, take_report
from exchange.services.context import Context
from exchange.store.mails.mail import PROCESSED
from exchange.store.mails.outbox import SENT
from exchange.store.requests.delivery_reports import DeliveryReport


def rule(
    ctx: Context, number: int, ruling: ReportRuling, why: str, actor: str
) -> list[DeliveryReport]:
    """Decide on the letters that mail ``number`` reports as not arrived; return the reports.

    VOID: the letter failed, and the clocks that it started are void.  RUN_ON: the chase goes on.
    Other mails that report the same letters are closed with it.  Raises NotFound if none of them
    waits for a ruling; then nothing was changed.
    """
    why = mask_codes(why)
    with ctx.store.transaction("rule report") as tx:
        tx.mail.claim(number)
        chosen = tx.reports.waiting(mail_id=number)
        if not chosen:
            raise NotFound(f"mail {number} reports no letter that waits for a ruling")
        letters = {one.letter for one in chosen}
        alike = {one.mail_id for one in tx.reports.waiting() if one.letter in letters}
        for one in chosen:
            detail: dict[str, str | int | bool | None] = {
                "mail": number, "ruling": ruling.value, "why": why,
            }  # fmt: skip
            event = AuditEvent("report.ruled", one.ref, one.party, detail, actor)
            tx.audit.append(ctx.now(), event)
            letter = tx.outbox.get(one.letter)
            if ruling is ReportRuling.VOID and letter.state == SENT:
                take_report.failed(ctx, tx, letter, one.status, actor)
        tx.reports.rule(letters, ruling, ctx.now())
        for mail in sorted(alike):
            _, folder, resolved = tx.mail.claim(mail)
            if folder not in ("", PROCESSED) and not resolved:
                intake.resolve(ctx, tx, mail, f"{_SAID[ruling]}: {why}", actor)
    return chosen


_SAID = {
    ReportRuling.VOID: "the letter did not arrive",
    ReportRuling.RUN_ON: "the report is not believed",
}
