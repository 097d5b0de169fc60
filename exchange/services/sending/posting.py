"""Send letters while further mails are decided, so that a backlog's first answers leave at once.

Sending runs in parallel with the round, in its own process (``exchange.daemon.posting``).  The two
share only the database: letters are committed in the outbox before they are sent, and the results
are recorded there.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from exchange.errors import ExchangeError
from exchange.ports.mail import Courier, Delivery
from exchange.services.context import Context
from exchange.services.running import clock_guard
from exchange.services.sending import send_mail

# Each poll that finds letters opens connections, and sends some hundreds over them.
_LOOK_SECONDS: Final = 1.0


@dataclass(slots=True)
class Posted:
    """The results of sending, and what ended it early."""

    fates: Counter[str] = field(default_factory=Counter)
    fault: ExchangeError | None = None
    trouble: str = ""  # what went wrong in the sending process, if anything
    # Results that the database refused; whoever started the sending records them later.
    unrecorded: list[Delivery] = field(default_factory=list)


class Posting(Protocol):
    """Sends what is due in parallel with the round, from ``start`` to ``finish``."""

    def start(self) -> None:
        """Begin, unless already begun."""

    def finish(self) -> Posted:
        """Send what is due by now, and end; may be called without ``start``."""


def post(ctx: Context, courier: Courier, over: threading.Event, posted: Posted) -> None:
    """Send what becomes due until ``over`` is set, and then once more."""
    try:
        clock_guard.check_clock(ctx)
        while True:
            last = over.wait(_LOOK_SECONDS)
            send_mail.deliver(ctx, courier, posted.fates)
            if last:
                return
    except ExchangeError as error:  # reported by whoever started it
        posted.fault = error
