"""The reader of mails, as the services see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.mail import Understanding
from exchange.domain.sent_lines import SentText


@dataclass(frozen=True, slots=True)
class Question:
    """A mail to be understood, and what is on file for its sender."""

    raw: bytes = field(repr=False)
    passwords: tuple[str, ...] = field(default=(), repr=False)
    columns: tuple[ColumnMap, ...] = ()
    sent: tuple[SentText, ...] = field(default=(), repr=False)
    lists: tuple[str, ...] = ()  # mailing lists that are allowed for the sender, by List-Id


class Reader(Protocol):
    """Understands mails within limits of time and memory."""

    def start(self) -> None:
        """Get ready now: mails will be read soon. A hint only."""

    def read(
        self,
        raw: bytes,
        passwords: Sequence[str] = (),
        file: str = "",
        *,
        columns: Sequence[ColumnMap] = (),
        sent: Sequence[SentText] = (),
        lists: Sequence[str] = (),
        look: bool = False,
    ) -> Understanding:
        """Return what a mail says; ``passwords`` are tried on its protected files.

        With ``file``, a file name, ``raw`` may be any file and is read as what it is.  ``columns``
        are those on file for the sender; ``sent`` are letters of ours that the mail may repeat;
        ``lists`` the mailing lists whose mail is read as the sender's own; ``look`` adds how each
        table was read.  Raises Unreadable when the mail exceeds a limit or cannot be understood,
        ReaderEnded when it used too much time or memory.
        """

    def ahead(self, mails: Sequence[Question]) -> None:
        """Start on the mails that are read next, in this order. A hint only."""

    def close(self) -> None:
        """Release everything the reader holds."""
