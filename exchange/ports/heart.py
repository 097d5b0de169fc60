"""The heartbeat, as the services see it."""

from __future__ import annotations

from typing import Final


class Heart:
    """Notes the progress of the work; this one ignores it, as commands and tests do."""

    def moved(self) -> None:
        """Note progress: some mails read, a letter sent, the clock looked at."""

    def mailbox_good(self, name: str) -> None:
        """Note that a mailbox was read and that what it handed over is kept."""

    def mailbox_failed(self, name: str, why: str) -> None:
        """Note that a mailbox cannot be used."""

    def round_ended(self) -> None:
        """Note that a whole round is done."""


SILENT: Final = Heart()
