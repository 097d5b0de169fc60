"""Fuzzing of the mailbox adapter's server side: ``python -m tests.fuzz.server --seconds 300``.

A scripted server whose dialogue is damaged at random: answers dropped, doubled, cut short, put in
another order, filled with nonsense, NIL, wrong tags and literals of any size.  Whatever it says,
each call of the adapter ends in time with a result, MailboxUnavailable or MailboxRefused; no mail
comes under the UID of another, and memory stays bounded.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Final

from exchange.config import MailboxSettings
from exchange.errors import MailboxRefused, MailboxUnavailable
from exchange.ports.mail import FetchedMail, MailRef
from exchange.transport.imap import ImapMailbox
from tests.servers import HOST
from tests.servers.scripted import HangUp, Line, ScriptedImap
from tests.waiting import PATIENCE, patiently

MAILS: Final = {
    uid: f"Subject: mail {uid}\r\n\r\nthis is mail {uid:05d}\r\n".encode() for uid in (2, 3, 5, 9)
}
_DAY, _INSTANT = date(2026, 12, 1), datetime(2026, 12, 1, tzinfo=UTC)
_LONGEST: Final = PATIENCE  # seconds a call may take: a few commands, each in four timeouts
_TIMEOUT: Final = 0.25
_NONSENSE: Final = (
    b"NIL", b"()", b"(((", b")", b'"', b"[", b"]", b"{3}\r\nabc", b"{99999999999}\r\n", b"{0}\r\n",
    b"\\", b"\x00", b"\xff\xfe", b"* BYE gone\r\n", b"* 3 EXPUNGE\r\n", b"* 99 EXISTS\r\n",
    b"* SEARCH\r\n", b"* SEARCH 4294967296 0 -1\r\n", b"* OK [UIDVALIDITY 0] x\r\n",
    b"* OK [COPYUID] x\r\n", b"[COPYUID 7 1:2]", b"* NAMESPACE\r\n", b"* NAMESPACE NIL NIL NIL\r\n",
    b"* LIST\r\n", b"* CAPABILITY\r\n", b"* 1 FETCH (FLAGS (\\Seen))\r\n", b"* 1 FETCH NIL\r\n",
    b"* 2 FETCH (UID 3)\r\n", b"+ go on\r\n", b"9" * 5000, b" ", b"\r\n", b"A1 OK done\r\n",
    b"* NO [ALERT] x\r\n", b"* OK [UIDNEXT 4] x\r\n", b"BODY[]<0>", b"BODY[]", b"UID 5",
    b"* STATUS INBOX (MESSAGES 0)\r\n", b"%s%n", b"99-Zzz-0000 99:99:99 +9999",
)  # fmt: skip


class Damaged(ScriptedImap):
    """Gives its answers through ``damage``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder, MAILS, capabilities="IMAP4rev1 AUTH=PLAIN IDLE UIDPLUS MOVE NAMESPACE"
        )
        self.damage: Callable[[bytes], bytes] = lambda answer: answer

    def proper(self, line: Line, tag: str, arguments: str) -> None:
        """The right answer, damaged; a part of it may be left out by hanging up."""
        _, _, command = self.heard[-1].partition(" ")
        collected = _Collected(line)
        if command.upper().startswith("NAMESPACE"):
            collected.write('* NAMESPACE (("" "/")) NIL NIL')
        super().proper(collected, tag, arguments)
        line.sock.sendall(self.damage(bytes(collected.content)))


class _Collected(Line):
    """Takes what is written; reads from the real line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.content = bytearray()
        self.sock = self  # type: ignore[assignment]

    def read(self) -> str:
        self._line.sock.sendall(bytes(self.content))
        self.content.clear()
        return self._line.read()

    def sendall(self, content: bytes) -> None:
        self.content += content


def damaged(answer: bytes, random: Random) -> bytes:
    """``answer`` after one to three things that servers, proxies and attackers do to it."""
    lines = answer.splitlines(keepends=True)
    for _ in range(random.randint(1, 3)):
        way, at = random.randrange(12), random.randrange(len(lines) + 1)
        if way == 0 and lines:
            del lines[at % len(lines)]
        elif way == 1 and lines:
            lines.insert(at, lines[at % len(lines)])
        elif way == 2:
            random.shuffle(lines)
        elif way == 3:
            lines.insert(at, random.choice(_NONSENSE))
        elif way == 4 and lines:
            line = lines[at % len(lines)]
            cut = random.randrange(len(line) + 1)
            lines[at % len(lines)] = line[:cut] + random.choice(_NONSENSE) + line[cut:]
        elif way == 5 and lines:
            line = lines[at % len(lines)]
            tokens = re.split(rb"( )", line)
            tokens[random.randrange(len(tokens))] = random.choice(_NONSENSE)
            lines[at % len(lines)] = b"".join(tokens)
        elif way == 6 and lines:
            changed = bytearray(lines[at % len(lines)])
            changed[random.randrange(len(changed))] = random.randrange(256)
            lines[at % len(lines)] = bytes(changed)
        elif way == 7:
            content = b"".join(lines)
            lines = [content[: random.randrange(len(content) + 1)]]
            if random.random() < 0.5:
                raise HangUp
        elif way == 8:
            lines = [re.sub(rb"\bOK\b", random.choice((b"NO", b"BAD", b"BYE", b"PREAUTH", b"ok")),
                            line) for line in lines]  # fmt: skip
        elif way == 9:
            lines = [re.sub(rb"\{\d+\}", b"{%d}" % random.choice((0, 1, 30, 10**6, 10**12)), line)
                     for line in lines]  # fmt: skip
        elif way == 10:
            lines = [re.sub(rb"UID \d+", b"", line) for line in lines]
        else:
            lines = [re.sub(rb"\d+", lambda _: b"%d" % random.choice((0, 1, 2, 7, 2**32, 2**70)),
                            line) if random.random() < 0.3 else line for line in lines]  # fmt: skip
    return b"".join(lines)


def checked(mailbox: ImapMailbox, call: Callable[[], object]) -> str:
    """How a call ended; raises AssertionError when it may not end so."""
    start, said = time.monotonic(), ""
    try:
        found = call()
        ended = "result"
    except (MailboxUnavailable, MailboxRefused) as error:
        found, ended, said = None, type(error).__name__, str(error)
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} escaped: {error!r}") from error
    spent = time.monotonic() - start
    assert spent < _LONGEST, f"{spent:.0f} seconds"
    assert len(said) < 2000, "a message of any length"
    if isinstance(found, list):
        _check_mails(found)
    return ended


def _check_mails(found: list[object]) -> None:
    seen = Counter[MailRef]()
    for one in found:
        if isinstance(one, MailRef):
            assert 0 < one.uid < 2**32, f"UID {one.uid}"
            assert 0 < one.uidvalidity < 2**32
            continue
        seen[one.ref] += 1  # type: ignore[attr-defined]
        if isinstance(one, FetchedMail):
            # What a server says under a UID is that mail's, unless it was another's text as it is.
            other = [uid for uid, raw in MAILS.items() if raw == one.raw and uid != one.ref.uid]
            assert not other, f"mail {other} was given as UID {one.ref.uid}"
    assert not [ref for ref, number in seen.items() if number > 1], "a mail was given twice"


def one_story(folder: Path, random: Random, server: Damaged) -> Counter[str]:
    """Some calls on one mailbox before a server that is damaged at some of its answers."""
    server.mails, server.uidnext = dict(MAILS), 10
    # A number or a UID that is changed makes another mail's text out of one: a lie, and no fault.
    keeps_uids = random.random() < 0.5
    rate = random.choice((0.05, 0.2, 0.6))

    def damage(answer: bytes) -> bytes:
        if random.random() > rate:
            return answer
        out = damaged(answer, random)
        named = re.findall(rb"UID (\d+) BODY\[\] \{\d+\}\r\nSubject: mail (\d+)", out)
        if any(uid != mail for uid, mail in named) and keeps_uids:
            return answer
        return out if all(uid == mail for uid, mail in named) else answer

    server.damage = damage
    settings = MailboxSettings(
        host=HOST, port=server.port, username="a@op-a.test", ca_file=server.ca_file,
        timeout_seconds=_TIMEOUT,
    )  # fmt: skip
    mailbox = ImapMailbox(settings, "secret", Path("/"), max_bytes=100_000)
    refs = [MailRef(7, uid) for uid in MAILS]
    calls: list[Callable[[], object]] = [
        mailbox.list,
        lambda: list(mailbox.fetch(refs)),
        lambda: mailbox.file(refs[:2], "Processed"),
        lambda: mailbox.wait(0.05),
        mailbox.probe,
        lambda: mailbox.since(_DAY),
        lambda: list(mailbox.fetch(refs, _INSTANT)),
    ]
    ended = Counter[str]()
    for _ in range(4):
        ended[checked(mailbox, random.choice(calls))] += 1
    mailbox.close()
    server.damage = lambda answer: answer
    server.mails = dict(MAILS)
    # Once it speaks IMAP again, everything is given.
    ended["afterwards"] += 1
    found = patiently(lambda: [*mailbox.fetch(mailbox.list())], MailboxUnavailable)
    assert [one.ref.uid for one in found] == list(MAILS)
    mailbox.close()
    return ended


def fuzz(seed: int, seconds: float, least: int = 1) -> tuple[Counter[str], list[str]]:
    """``least`` stories, and more until the time is over: how calls ended, and what must not."""
    ended, faults = Counter[str](), list[str]()
    end, number = time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as folder, Damaged(Path(folder)) as server:
        while time.monotonic() < end or number < least:
            number += 1
            try:
                ended += one_story(Path(folder), Random(f"{seed} {number}"), server)
            except AssertionError as error:
                faults.append(f"seed {seed} story {number}: {error}")
    ended["stories"] = number
    return ended, faults


def main() -> None:
    """Fuzz for ``--seconds``."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.server")
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--seed", type=int, default=int(time.time()))
    chosen = options.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        ended, faults = fuzz(chosen.seed, chosen.seconds)
        sys.stdout.write("\n".join([f"{name}: {n}" for name, n in ended.items()] + faults) + "\n")
        sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
