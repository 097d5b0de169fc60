"""Letters go out while further mails are decided: the first answers to a backlog wait for no other.

The sending runs next to the round, in a process of its own (``exchange.daemon.posting``).  The two
share nothing but the database: what is sent is committed in the outbox, and what becomes of it is
recorded there.
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

# Each look that finds letters opens connections: some hundreds are sent over them.
_LOOK_SECONDS: Final = 1.0


@dataclass(slots=True)
class Posted:
    """What became of the letters, and what ended the sending early."""

    fates: Counter[str] = field(default_factory=Counter)
    fault: ExchangeError | None = None
    trouble: str = ""  # what befell whoever sent, where something did
    # What became of letters and the database did not take; whoever started it offers it again.
    unrecorded: list[Delivery] = field(default_factory=list)


class Posting(Protocol):
    """Delivers what is due beside the round, from ``start`` until ``finish``."""

    def start(self) -> None:
        """Begin, if that has not happened yet."""

    def finish(self) -> Posted:
        """Send what is due by now, and end; also when nothing was started."""


def post(ctx: Context, courier: Courier, over: threading.Event, posted: Posted) -> None:
    """Deliver whatever becomes due until ``over`` is set, and then once more."""
    try:
        clock_guard.check(ctx)
        while True:
            last = over.wait(_LOOK_SECONDS)
            send_mail.deliver(ctx, courier, posted.fates)
            if last:
                return
    except ExchangeError as error:  # told by whoever started it
        posted.fault = error
