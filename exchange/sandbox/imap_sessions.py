"""Sessions of the sandbox's IMAP server that never give a mail the number of another.

pymap joins the untagged FETCH answers of one command by sequence number.  If another connection
expunged a mail during that command, the numbers before and after it mean different mails, and a
mail is sent under the UID of its neighbour.  So, as most servers do, an EXPUNGE is announced with a
later command (RFC 9051, section 7.5.1, demands it for FETCH and STORE by sequence number only).
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable

from pymap.backend.dict import Identity, Login, Session
from pymap.backend.dict.mailbox import Message
from pymap.flags import FlagOp
from pymap.interfaces.login import IdentityInterface
from pymap.parsing.specials import SequenceSet
from pymap.parsing.specials.flag import Flag
from pymap.selected import SelectedMailbox


class SteadyLogin(Login):
    """pymap's login; what it lets in gets a steady session."""

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> Identity:
        """Return the identity to work as."""
        plain = await super().authorize(authenticated, authzid)
        return _Identity(plain.name, self, None, plain.roles)


class _Identity(Identity):
    @contextlib.asynccontextmanager
    async def new_session(self) -> AsyncIterator[Session]:
        async with super().new_session() as plain:
            yield _Session(self.name, plain.config, plain.mailbox_set, plain.filter_set)


class _Session(Session):
    async def fetch_messages(
        self, selected: SelectedMailbox, sequence_set: SequenceSet, set_seen: bool
    ) -> tuple[Iterable[tuple[int, Message]], SelectedMailbox]:
        selected.hide_expunged = True
        return await super().fetch_messages(selected, sequence_set, set_seen)

    async def update_flags(
        self,
        selected: SelectedMailbox,
        sequence_set: SequenceSet,
        flag_set: frozenset[Flag],
        mode: FlagOp = FlagOp.REPLACE,
    ) -> tuple[Iterable[tuple[int, Message]], SelectedMailbox]:
        selected.hide_expunged = True
        return await super().update_flags(selected, sequence_set, flag_set, mode)
