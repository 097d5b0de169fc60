"""Letters that were refused, tried again by a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.errors import NotFound
from exchange.services.sending.outbox_review import Choice, retry
from exchange.store.mails.outbox import FAILED, HELD, NewLetter
from tests.services.contexts import make_context


def test_a_refused_request_is_asked_anew_and_a_refused_answer_tried_again(tmp_path: Path) -> None:
    ctx = make_context(tmp_path / "ctx")
    asked, answered = "MP121-LOSE-2612-Q00001", "MP121-LOSE-2612-A00001"
    with ctx.store.transaction("refused") as tx:
        for purpose, ref in (("request", asked), ("answer", answered)):
            sealed = ctx.sealer.seal(b"a letter", "outbox")
            letter = NewLetter(ref, purpose, ref, "GAIN", "codes@gain.example", 0, sealed, 8)
            tx.outbox.record(tx.outbox.add(letter, ctx.now()), ctx.now(), state=FAILED)
    with pytest.raises(NotFound, match=f"exchange request resend {asked}"):
        retry(ctx, Choice(ref=asked), "ops")
    with pytest.raises(NotFound, match="no refused letter"):
        retry(ctx, Choice(ref="MP121-LOSE-2612-A00002"), "ops")
    assert retry(ctx, Choice(ref=answered), "ops").again == 1
    with ctx.store.reading() as tx:
        assert tx.outbox.counts() == {"failed": 1, "queued": 1}
    ctx.store.dispose()


def test_who_retries_what_is_held_hears_why_it_is_held_and_what_sends_it(tmp_path: Path) -> None:
    ctx = make_context(tmp_path / "ctx")
    why = "it is larger than the server takes and cannot be split"
    with ctx.store.transaction("held") as tx:
        for number in (1, 2):
            ref = f"MP121-LOSE-2612-A0000{number}"
            sealed = ctx.sealer.seal(b"a letter", "outbox")
            letter = NewLetter(ref, "answer", ref, "GAIN", "codes@gain.example", 0, sealed, 8)
            tx.outbox.put_aside([tx.outbox.add(letter, ctx.now())], HELD, why)
    for choice in (Choice(everything=True), Choice(reason="larger")):
        with pytest.raises(NotFound, match=f"2 letters held for a person .2 of them: {why}") as hit:
            retry(ctx, choice, "ops")
        assert "`exchange letters release 1 2`" in str(hit.value)
    with pytest.raises(NotFound, match=f"1 letter held for a person .{why}"):
        retry(ctx, Choice(ref="MP121-LOSE-2612-A00002"), "ops")
    with pytest.raises(NotFound, match=r"no refused letter is meant$"):
        retry(ctx, Choice(reason="another reason"), "ops")
    ctx.store.dispose()
