"""Which mails are recognised as the same when they come again."""

from __future__ import annotations

import pytest

from exchange.services.mailbox.fetch_and_file import content_hash

HEAD = b"From: a@gain.test\r\nMessage-ID: <1@gain.test>\r\n"


@pytest.mark.parametrize("shift", range(5))
def test_a_long_mail_is_the_same_whatever_ends_its_lines(shift: int) -> None:
    """Wherever a line may end among the pieces in which it is read."""
    body = b"x" * shift + b"\r\n00-DB-12-34-56-78-90-A0" * 120_000
    raw = HEAD + b"\r\n" + body
    known = content_hash(raw, "<1@gain.test>")
    assert content_hash(raw.replace(b"\r\n", b"\n"), "<1@gain.test>") == known
    assert content_hash(b"Received: by mx\r\n" + raw, "<1@gain.test>") == known
    assert content_hash(raw[:-1] + b"1", "<1@gain.test>") != known
    assert content_hash(raw, "<2@gain.test>") != known
    assert content_hash(raw, "") != content_hash(b"Received: by mx\r\n" + raw, "")
