"""A mail server that takes every mail and only counts: ``python -m tests.benchmarks.sink``.

Speaks TLS only.  Prints its port at the start and, when standard input ends, how many it took.
"""

from __future__ import annotations

import ssl
import sys
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import HOST, free_ports


class _Counter:
    def __init__(self) -> None:
        self.taken = 0

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        self.taken += 1
        return "250 taken"


def main(certificate: str, key: str) -> None:
    """Serve until standard input ends."""
    (port,) = free_ports(1)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    counter = _Counter()
    controller = Controller(
        counter, hostname=HOST, port=port, ssl_context=context, data_size_limit=60_000_000
    )
    controller.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    controller.stop()
    import time; sys.stderr.write(f"sink cpu {time.process_time():.2f} s\n")
    sys.stdout.write(f"{counter.taken}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
