"""Real mail servers, started from temporary folders, for the adapter and scenario tests.

Each server class has ``missing()``, which says why it cannot run here (empty when it can), and is
a context manager.  ``want`` turns the reason into a skip, or into a failure where
``EXCHANGE_TEST_SERVERS=required`` says that every server must be there.
"""

from __future__ import annotations

import itertools
import os
import socket
import ssl
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

REQUIRED = os.environ.get("EXCHANGE_TEST_SERVERS", "") == "required"
HOST = "127.0.0.1"
_PORTS = range(20_000, 32_000)
_ports = itertools.cycle([*_PORTS[(_from := os.getpid() * 997 % len(_PORTS)) :], *_PORTS[:_from]])


def want(missing: str, *, may_lack: bool = False) -> None:
    """Go on when nothing is missing; else fail or skip. ``may_lack``: skip even when required."""
    if not missing:
        return
    if REQUIRED and not may_lack:
        pytest.fail(f"a server is required and missing: {missing}")
    pytest.skip(missing)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that are free now, all different.

    They lie below those that the system gives to connections, each process begins elsewhere, and
    none is named twice in a run: so nothing takes one before the server that it is for.
    """
    found: list[int] = []
    while len(found) < count:
        port = next(_ports)
        with suppress(OSError), socket.create_server((HOST, port)):
            found.append(port)
    return found


def wait_for_port(port: int, seconds: float = PATIENCE) -> bool:
    """Whether something listens before the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False


def trusting(ca_file: Path) -> ssl.SSLContext:
    """A client context for the tests' own look at a server."""
    return ssl.create_default_context(cafile=str(ca_file))
