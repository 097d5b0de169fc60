"""Which letters of ours a mail is read with."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from exchange.domain.meaning.sent_lines import SentText
from exchange.services.answering.sent_letters import named_in
from exchange.services.context import Context
from exchange.store.mails.outbox import NewLetter
from tests.services.contexts import add_parties, make_context, make_party

REF = "MP121-LOSE-2612-Q00007"
MESSAGE_ID = "<mp121-lose-2612-q00007.request.0a1b2c3d4e5f@lose.example>"


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    """Two parties; FORM was written to, and reminded five times."""
    ctx = make_context(tmp_path / "lose")
    add_parties(ctx, make_party("GAIN"), make_party("FORM"))
    with ctx.store.transaction("letters") as tx:
        tx.outbox.add(_letter(ctx, "the request", MESSAGE_ID), ctx.now())
        for number in range(5):
            tx.outbox.add(
                _letter(ctx, f"reminder {number}", f"<r{number}@lose.example>"), ctx.now()
            )
    return ctx


def _letter(ctx: Context, text: str, message_id: str) -> NewLetter:
    mail = EmailMessage()
    mail.set_content(text)
    raw = mail.as_bytes()
    sealed = ctx.sealer.seal(raw, "outbox")
    to = make_party("FORM").request_address
    return NewLetter(message_id, "request", REF, "FORM", to, 0, sealed, len(raw))


def _named(ctx: Context, raw: bytes, party: str) -> tuple[SentText, ...]:
    return named_in(ctx, raw, make_party(party).request_address)


def test_the_letter_that_is_replied_to_comes_first_then_the_newest(ctx: Context) -> None:
    texts = _named(ctx, f"In-Reply-To: {MESSAGE_ID}\r\n\r\nHello".encode(), "FORM")
    wanted = ["the request", "reminder 4", "reminder 3", "reminder 2"]
    assert texts == tuple(SentText.of([one]) for one in wanted)


def test_a_reference_in_subject_or_text_is_enough(ctx: Context) -> None:
    for raw in (f"Subject: Re: {REF}\n\nHello", f"Subject: codes\n\nyour {REF.lower()}, please"):
        assert SentText.of(["reminder 4"]) in _named(ctx, raw.encode(), "FORM")


def test_a_letter_to_another_party_is_not_handed_over(ctx: Context) -> None:
    raw = f"In-Reply-To: {MESSAGE_ID}\r\n\r\n{REF}".encode()
    assert _named(ctx, raw, "GAIN") == ()
    assert named_in(ctx, raw, "stranger@else.example") == ()
    assert named_in(ctx, raw, "") == ()


def test_a_mail_that_names_none_of_ours_has_none(ctx: Context) -> None:
    for raw in (b"", b"Subject: MP121-GAIN-2612-Q00007", b"Subject: MP121-LOSE-26", b"mp121-lose"):
        assert _named(ctx, raw, "FORM") == ()


def test_a_damaged_letter_does_not_hold_up_the_mail(ctx: Context) -> None:
    with ctx.store.transaction("letters") as tx:
        damaged = _letter(ctx, "x", "<d@lose.example>")
        broken = replace(damaged, sealed=damaged.sealed[:-1] + b"?")
        tx.outbox.add(broken, ctx.now())
    assert len(_named(ctx, f"Subject: {REF}\n\n".encode(), "FORM")) == 3
