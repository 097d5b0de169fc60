"""Notify systemd about a service of type ``notify``: sd_notify(3), without its library.

Without ``NOTIFY_SOCKET`` nothing is sent. A message that cannot be delivered is dropped, so that
the service does not fail because its supervisor is slow.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

_SEND_SECONDS: Final = 0.5


class Supervisor:
    """The socket of the service manager that started us, if any."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        named = os.environ if environment is None else environment
        self._address = _address(named.get("NOTIFY_SOCKET", ""))
        self.watchdog_seconds = _watchdog(named) if self._address else 0.0

    @property
    def listens(self) -> bool:
        """Return whether a service manager listens."""
        return bool(self._address)

    def tell(self, *lines: str) -> None:
        """Send assignments such as ``READY=1`` as one message; never raises."""
        if not self._address:
            return
        message = "\n".join(lines).encode("utf-8", "replace")
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line,
        ):
            line.settimeout(_SEND_SECONDS)
            line.sendto(message, self._address)


def _address(named: str) -> str | bytes:
    """Return a path, or a name in the abstract namespace, written with an @ for its zero byte.

    Other kinds (such as ``vsock:`` of virtual machines) are not supported.
    """
    if named.startswith("/"):
        return named
    if named.startswith("@") and len(named) > 1:
        return b"\0" + os.fsencode(named[1:])
    return ""


def _watchdog(named: Mapping[str, str]) -> float:
    """Return the seconds within which we must report; 0 if nobody watches this process."""
    try:
        seconds = int(named.get("WATCHDOG_USEC", "0")) / 1_000_000
        process = int(named.get("WATCHDOG_PID", "") or os.getpid())
    except ValueError:
        return 0.0
    return seconds if seconds > 0 and process == os.getpid() else 0.0
