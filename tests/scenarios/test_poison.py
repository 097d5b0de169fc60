"""Poison that the sandbox's IMAP server cannot hold itself, put before the agent as fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exchange.bootstrap import open_context
from exchange.ports.mail import FetchedMail, MailRef
from exchange.services.answering import intake
from exchange.services.mailbox import fetch_and_file
from tests.scenarios.mailroom import Mailroom
from tests.scenarios.stage import STORIES, staged

STORY = STORIES / "poison-mails"
ARRIVED = datetime(2026, 12, 14, 9, tzinfo=UTC)


class Shelf:
    """A mailbox whose mails lie ready."""

    name = "requests"
    uidnext = 0

    def __init__(self, mails: Sequence[bytes]) -> None:
        self._mails = {MailRef(1, number): raw for number, raw in enumerate(mails, 1)}
        self.folders: dict[str, list[int]] = {}

    def list(self) -> Sequence[MailRef]:
        return list(self._mails)

    def since(self, day: date) -> Sequence[MailRef]:
        return self.list()

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Iterator[FetchedMail]:
        for ref in refs:
            yield FetchedMail(ref, self._mails[ref], ARRIVED)

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        self.folders.setdefault(folder, []).extend(ref.uid for ref in refs)

    def server_time(self) -> None:
        return None

    def wait(self, seconds: float) -> bool:
        return False

    def close(self) -> None:
        pass


def _poisons() -> dict[str, bytes]:
    head = (
        b"From: install-codes@gain.example\r\nMessage-ID: <x@gain.example>\r\nMIME-Version: 1.0\r\n"
    )
    nested = Mailroom(STORY, {}, list).fill("${nested:2000}")
    mails = b"".join(b"Content-Type: message/rfc822\r\n\r\n" for _ in range(2000))
    return {
        "2,000 parts within parts": head
        + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
        + nested.replace("\n", "\r\n").encode(),
        "2,000 mails within mails": head + mails,
        "100,000 parts": head
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nx\r\n" * 100_000,
        "a header without an end": b"Subject: " + b"a" * 3_000_000,
        "a subject of encoded words": head
        + b"Subject: "
        + b"=?utf-8?Q?=41?= " * 12_000
        + b"\r\n\r\nhello\r\n",
        "an address of brackets": head.replace(b"install", b"(" * 5000) + b"\r\nhello\r\n",
        "nothing": b"",
        "zero bytes": b"\0" * 10_000,
        "no line end": b"From: install-codes@gain.example" * 1000,
    }


@pytest.mark.parametrize("name", _poisons())
def test_the_mail_after_the_poison_is_answered(name: str, tmp_path: Path) -> None:
    with staged(STORY, tmp_path) as stage:
        good = stage.mail("good1.eml")
        shelf = Shelf([_poisons()[name], good])
        ctx = open_context(stage.folder, stage.clock)
        try:
            assert fetch_and_file.keep(ctx, shelf, fetch_and_file.fresh(ctx, shelf)) == 2
            intake.decide_all(ctx)
            fetch_and_file.file(
                ctx, shelf, {one: one for one in ("processed", "review", "shunted")}
            )
        finally:
            ctx.store.dispose()
        (poison, folder, reason), (number, *_) = stage.rows("SELECT id, folder, reason FROM mail")
        assert (poison, number) == (1, 2)
        assert folder in ("review", "shunted")
        assert "internal fault" not in reason
        assert "internal error" not in reason
        assert reason
        assert shelf.folders == {folder: [1], "processed": [2]}
        assert stage.rows("SELECT purpose, party FROM outbox") == [["answer", "GAIN"]]
