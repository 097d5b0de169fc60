"""Faults put into the product on purpose: a sweep that does not count them proves nothing.

Each is a context in which the commands, forks of this process, run with the fault.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from exchange.ports.mail import Delivery, Fetched, Letter, MailRef
from exchange.services.asking.case_status import case_lines
from exchange.services.context import Context
from exchange.services.letters import claiming
from exchange.services.sending import send_mail
from exchange.transport.imap import ImapMailbox
from exchange.transport.smtp import SmtpCourier


@dataclass(frozen=True)
class Mutant:
    """A fault: the scenario that shows it, and what it has to be counted as."""

    name: str
    scenario: str
    call: str  # cut before calls of this kind
    target: str
    kind: str  # lost, doubled, stuck
    patched: AbstractContextManager[Any]


_fetch, _send, _record = ImapMailbox.fetch, SmtpCourier.send_many, send_mail.record_deliveries
_numbers = itertools.count(1)


def _filed_first(
    self: ImapMailbox, refs: Sequence[MailRef], not_before: datetime | None = None
) -> Iterator[Fetched]:
    """A mail is moved away before it is kept."""
    found = list(_fetch(self, refs, not_before))
    self.file([one.ref for one in found], "Processed")
    yield from found


def _newly_named(
    self: SmtpCourier, letters: Sequence[Letter]
) -> Generator[Sequence[Delivery], None, None]:
    """A letter has another Message-ID at every attempt."""
    named = [
        Letter(
            one.key, one.sender, one.recipient,
            re.sub(rb"(?m)^Message-ID: <", b"Message-ID: <%d-%d." % (os.getpid(), next(_numbers)),
                   one.raw, count=1),
        )
        for one in letters
    ]  # fmt: skip
    yield from _send(self, named)


def _noted_first(ctx: Context, courier: Any, fates: Any) -> None:
    """Letters are noted as sent before the server has them."""
    while batch := claiming.claim(ctx)[0]:
        letters = send_mail._opened(ctx, batch, fates)
        with ctx.store.transaction("delivered") as tx:
            _record(ctx, tx, [(Delivery(one.id, accepted=True, permanent=False, reply=""), one)
                               for one in batch])  # fmt: skip
        for _ in courier.send_many(letters):
            pass


def _written_in_place(_ctx: Context, path: Path, _actor: str) -> int:
    """A file grows under its own name."""
    with path.open("x") as file:
        for line in case_lines(_ctx):
            file.write(f"{line.device}\n")
            file.flush()
    return 1


MUTANTS: Final = (
    Mutant("a mail is filed before it is kept", "a round", "pwrite64", "folder/exchange.db-wal",
           "lost", patch.object(ImapMailbox, "fetch", _filed_first)),
    Mutant("a Message-ID is given at each attempt", "a round", "sendto", "socket smtp",
           "doubled", patch.object(SmtpCourier, "send_many", _newly_named)),
    Mutant("a letter is noted before it is sent", "a round", "sendto", "socket smtp",
           "lost", patch.object(send_mail, "_deliver", _noted_first)),
    Mutant("a file grows under its own name", "request outcomes", "write", "outside/codes.csv",
           "lost", patch("exchange.services.asking.case_status.write_codes", _written_in_place)),
)  # fmt: skip
