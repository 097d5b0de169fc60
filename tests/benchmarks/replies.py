"""What must be true once the small requests are answered: in the sink, the outbox, the mailbox."""

from __future__ import annotations

import csv
import imaplib
import io
import re
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from exchange.bootstrap import open_context, the_clock
from exchange.domain.device import InstallCode
from tests.servers import HOST, trusting
from tests.servers.dovecot import Dovecot

_SAMPLE: Final = 200  # replies that are read to the last code
_HEADER: Final = re.compile(rb"^(Message-ID|In-Reply-To):\s*(<[^>\s]+>)", re.I | re.M)


def all_replied(
    requests: Sequence[bytes], replies: Sequence[bytes], codes: Mapping[str, InstallCode]
) -> None:
    """One reply for each request, each another mail; a sample is right to the last code."""
    asked = {_headers(raw)["message-id"]: raw for raw in requests}
    told = [_headers(raw) for raw in replies]
    assert len({one["message-id"] for one in told}) == len(replies), "a reply went out twice"
    answered = {one["in-reply-to"]: raw for one, raw in zip(told, replies, strict=True)}
    assert len(replies) == len(answered) == len(asked), (len(replies), len(answered), len(asked))
    assert answered.keys() == asked.keys(), "replies to something else"
    step = max(1, len(requests) // _SAMPLE)
    for message_id in list(asked)[::step]:
        wanted = {
            device: codes[device].grouped for device in _devices(asked[message_id].decode("ascii"))
        }
        assert wanted
        assert _answers(answered[message_id]) == wanted, f"the answer to {message_id!r}"


def _headers(raw: bytes) -> dict[str, bytes]:
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    return {name.decode().lower(): value for name, value in _HEADER.findall(head)}


def _devices(text: str) -> list[str]:
    return re.findall(r"^(?:[0-9A-F]{2}-){7}[0-9A-F]{2}", text, re.M)


def _answers(raw: bytes) -> dict[str, str]:
    """Device and code of each row of the attached CSV."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    (content,) = (
        part.get_payload(decode=True)
        for part in mail.iter_attachments()
        if str(part.get_filename()).endswith(".csv")
    )
    assert isinstance(content, bytes)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    found = {row[0]: row[2] for row in rows}
    assert len(found) == len(rows), "a device is answered twice"
    return found


def all_recorded(folder: Path, number: int) -> None:
    """Every letter is recorded as sent, every mail as processed and filed."""
    ctx = open_context(folder, the_clock(""))
    try:
        with ctx.store.engine.connect() as connection:
            letters = connection.exec_driver_sql(
                "SELECT state, purpose, count(*), count(DISTINCT ref), count(accepted_at)"
                " FROM outbox GROUP BY state, purpose"
            )
            assert [tuple(row) for row in letters] == [("sent", "answer", number, number, number)]
            mails = connection.exec_driver_sql(
                "SELECT state, folder, count(*) FROM mail GROUP BY state, folder"
            )
            assert [tuple(row) for row in mails] == [("filed", "processed", number)]
    finally:
        ctx.store.dispose()


def all_filed(server: Dovecot, address: str, folder: str, number: int) -> None:
    """Every mail has left the inbox for ``folder``."""
    with imaplib.IMAP4_SSL(
        HOST, server.imap_port, ssl_context=trusting(server.ca_file)
    ) as connection:
        connection.login(address, server.accounts[address])
        held = {}
        for name in ("INBOX", folder):
            status, words = connection.select(f'"{name}"', readonly=True)
            assert status == "OK", words
            held[name] = int(words[0] or 0)
    assert held == {"INBOX": 0, folder: number}, held
