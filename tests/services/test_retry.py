"""Letters that were refused, tried again by a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.errors import NotFound
from exchange.services.sending.outbox_review import Choice, retry
from exchange.store.mails.outbox import FAILED, NewLetter
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
