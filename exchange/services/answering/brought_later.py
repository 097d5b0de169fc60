"""Tell what a reply brings of what we could not read of a request: rows, a file, a password."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from exchange.domain.device import mask_codes
from exchange.domain.inbound import DISCHARGED, DeviceState
from exchange.domain.mail import Kind, Subkind, Understanding, names_row
from exchange.domain.meaning.corrections import corrects, may_correct
from exchange.domain.party import Party
from exchange.rendering.wording import one_line
from exchange.services.answering.earlier_answers import spoken_of
from exchange.services.answering.requests.read_again import locked_files, locked_now
from exchange.services.context import Context
from exchange.store.db import Transaction

_PASSWORD = re.compile(r"\bpass(?:word|code|phrase)|\bpwd?\b", re.I)
_LONGEST_NAME: Final = 80


def as_request(ctx: Context, said: Understanding, party: Party | None) -> Understanding:
    """Return ``said`` as a request if it corrects one of ``party`` that is open, else as it is.

    What a corrected list repeats and we answered in that request counts as repeated.
    """
    if party is None or said.head.fault or not may_correct(said):
        return said
    with ctx.store.reading() as tx:
        states, rows, files = _asked(tx, said, party)
    if not corrects(said, states, rows, files):
        return said
    left = [one for one in said.devices if states.get(str(one.device)) not in DISCHARGED]
    again = said.repeated + len(said.devices) - len(left)
    return replace(said, kind=Kind.REQUEST, subkind=Subkind.NONE, devices=left, repeated=again)


def _asked(
    tx: Transaction, said: Understanding, party: Party
) -> tuple[dict[str, DeviceState], int, int]:
    """Return the Devices of the requests that a mail replies to, and what could not be read.

    That is how many rows, and how many whole files.
    """
    states: dict[str, DeviceState] = {}
    rows = files = 0
    for request in spoken_of(tx, said, party).thread:
        for row in tx.inbound.devices(request.id):
            if row.state is DeviceState.UNREADABLE:
                rows += names_row(row.where)
                files += not names_row(row.where)
            elif row.device:
                states[row.device] = row.state
    return states, rows, files


def may_give_password(tx: Transaction, said: Understanding, party: Party) -> str:
    """Return what a person can do with a mail that may give the password of a file, else "".

    It replies to a request with such a file, or says something of a password.  Its words are not
    repeated: a reason is shown in lists and in the log.
    """
    spoken = spoken_of(tx, said, party)
    threads = {one.mail_id: locked_files(tx, one) for one in spoken.thread}
    mails = [number for number, files in threads.items() if files]
    if not mails and any(_PASSWORD.search(one.words) for one in said.statements):
        mails = locked_now(tx, party.signifier, tx.inbound.requests(open_only=True))
    if not mails:
        return ""
    files = [one for some in threads.values() for one in some]
    of = f": {mask_codes(one_line(files[0], _LONGEST_NAME))}" if files else ""
    return (
        f"it may give the password of a file that we could not open{of}; if so, "
        f"`exchange contacts passwords {party.signifier}`, then `exchange inbox replay {mails[-1]}`"
    )
