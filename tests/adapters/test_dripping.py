"""A server that keeps sending, however little, has an end at each command."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.config import MailboxSettings
from exchange.errors import MailboxUnavailable
from exchange.transport.imap import ImapMailbox
from tests.servers import HOST
from tests.servers.scripted import Line, ScriptedImap
from tests.waiting import PATIENCE, patiently

_TIMEOUT = 0.25  # of one silence; a command may have four
_MAILS = dict.fromkeys((3, 5), b"Subject: x\r\n\r\nbody\r\n")


def _mailbox(server: ScriptedImap, tls: str = "implicit") -> ImapMailbox:
    settings = MailboxSettings.model_validate(
        {
            "host": HOST,
            "port": server.port,
            "username": "codes@op-a.test",
            "tls": tls,
            "ca_file": server.ca_file,
            "timeout_seconds": _TIMEOUT,
        }
    )
    return ImapMailbox(settings, "word", Path("/"))


def _drip(line: Line, text: str) -> None:
    """A sign now and then, always before a silence would be too long, and no end to wait for."""
    end = time.monotonic() + 2 * PATIENCE
    for sign in itertools.cycle(text):
        if time.monotonic() > end:
            return
        line.sock.sendall(sign.encode())
        time.sleep(_TIMEOUT / 5)


def _flaw(text: str) -> Callable[[Line, str, str], None]:
    return lambda line, _tag, _arguments: _drip(line, text)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("AUTHENTICATE", "* OK still looking "),
        ("SELECT", "* 1 EXISTS\r\n"),
        ("UID SEARCH", " 1"),
        ("UID FETCH", "* 1 FETCH (UID 3 "),
        ("LIST", '* LIST () "/" x\r\n'),
    ],
)
def test_an_answer_that_drips_is_given_up(tmp_path: Path, command: str, text: str) -> None:
    with ScriptedImap(tmp_path, _MAILS, flaws={command: _flaw(text)}) as server:
        mailbox = _mailbox(server)
        began = time.monotonic()
        with pytest.raises(MailboxUnavailable, match="in time"):
            list(mailbox.fetch(mailbox.list()))
        assert time.monotonic() - began < PATIENCE
        server.flaws.clear()
        found = patiently(lambda: [*mailbox.fetch(mailbox.list())], MailboxUnavailable)
        assert [mail.ref.uid for mail in found] == [3, 5]
        mailbox.close()


def test_the_words_before_tls_are_bounded_too(tmp_path: Path) -> None:
    class Dripping(ScriptedImap):
        def serve(self, line: Line) -> None:
            _drip(line, "* OK welcome to ")

    with Dripping(tmp_path, tls=False) as server:
        began = time.monotonic()
        with pytest.raises(MailboxUnavailable, match="in time"):
            _mailbox(server, "starttls").list()
        assert time.monotonic() - began < PATIENCE
