"""Letters go out while further mails are decided: the first answers to a backlog wait for no other.

A second thread does what ``deliver`` does.  It shares nothing with the first but the database: what
it sends is committed in the outbox, and what becomes of it is recorded there.
"""

from __future__ import annotations

import threading
from collections import Counter
from types import TracebackType
from typing import Final, Self

from exchange.ports import Courier
from exchange.services import deliver
from exchange.services.desk import Desk

# Each look that finds letters opens connections: some hundreds are sent over them.
_LOOK_SECONDS: Final = 2.0


class Posting:
    """Delivers what is due, from ``start`` until the block ends; nothing before ``start``."""

    def __init__(self, desk: Desk, courier: Courier) -> None:
        self._desk, self._courier = desk, courier
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self.fates: Counter[str] = Counter()
        self.fault: Exception | None = None  # what ended the sending early

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._thread is not None:
            self._over.set()
            self._thread.join()

    def start(self) -> None:
        """Begin, if that has not happened yet."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="posting", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            while not self._over.wait(_LOOK_SECONDS):
                deliver.deliver(self._desk, self._courier, self.fates)
        except Exception as error:  # a thread's border: raised again by whoever started it
            self.fault = error
