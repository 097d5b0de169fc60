"""Mails from a party's own address which say that ours was quarantined, held or stripped."""

from __future__ import annotations

from tests.corpus.making import Case, D, mail

_REPLIED = ["Auto-Submitted: auto-replied", "In-Reply-To: <a7@op-a.test>"]
_GENERATED = ["Auto-Submitted: auto-generated", "In-Reply-To: <a7@op-a.test>"]
_REPLY = ["In-Reply-To: <a7@op-a.test>"]


def _held(
    name: str,
    text: str,
    kind: str = "auto_reply",
    subkind: str = "not_delivered",
    *,
    subject: str = "Re: Install codes",
    extra: list[str] = _REPLIED,
) -> Case:
    return Case(f"held-back-{name}", mail(text, subject=subject, extra=extra), kind, subkind)


def cases() -> list[Case]:
    return [
        _held(
            "in-quarantine",
            "The message you sent to codes@op-b.test has been placed in quarantine.\n"
            "It will be deleted after 14 days unless the recipient asks for it.\n",
        ),
        _held("subject-alone", "Policy: archives.\n", subject="[Message held] Install codes"),
        _held(
            "by-the-gateway",
            "Our mail gateway has blocked your e-mail: it contains a workbook.\n",
            extra=_GENERATED,
        ),
        _held(
            "stripped",
            "Hello,\n\nan attachment of your message was stripped, see policy IT-12.\n",
        ),
        _held(
            "received-and-held",
            "Your message has been received. Your e-mail is on hold because of its attachment.\n",
        ),
        # The same from a person, or from a machine that does not say so.
        _held(
            "by-a-person",
            "Hi, your message was held by our filter, I will look into it on Monday.\n\nJo\n",
            "unknown",
            extra=_REPLY,
        ),
        # What may happen to any mail, or where a mail waits for a clerk, is none.
        _held(
            "only-supposed",
            "Thank you for your e-mail. Attachments over 20 MB may be blocked.\n",
            "acknowledgement",
            "automatic",
        ),
        _held(
            "in-a-queue",
            "Your message has been received and is held in our queue.\n",
            "acknowledgement",
            "ticket",
        ),
        # A list that asks for codes stays a request, whatever else the mail says.
        Case(
            "held-back-and-a-list",
            mail(
                "Your answer was quarantined by our filter. Please send the install codes again:\n"
                f"{D[0]}\n",
                extra=_REPLY,
            ),
            "request",
            devices=[(D[0], "body line 2")],
        ),
    ]
