"""Real mail servers, started from temporary folders, for the adapter and scenario tests.

Each server class has ``missing()``, which says why it cannot run here (empty when it can), and is
a context manager.  ``want`` turns the reason into a skip, or into a failure where
``EXCHANGE_TEST_SERVERS=required`` says that every server must be there.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from pathlib import Path

import pytest

REQUIRED = os.environ.get("EXCHANGE_TEST_SERVERS", "") == "required"
HOST = "127.0.0.1"


def want(missing: str, *, may_lack: bool = False) -> None:
    """Go on when nothing is missing; else fail or skip. ``may_lack``: skip even when required."""
    if not missing:
        return
    if REQUIRED and not may_lack:
        pytest.fail(f"a server is required and missing: {missing}")
    pytest.skip(missing)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that are free now, all different."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def wait_for_port(port: int, seconds: float = 15.0) -> bool:
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
