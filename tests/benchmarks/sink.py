"""A mail server that takes every mail: ``python -m tests.benchmarks.sink CERTIFICATE KEY FILE``.

Speaks TLS only.  Prints its port at the start.  When standard input ends it writes what it took
into FILE, each mail behind its length, and prints as JSON when it took the last one (seconds of
the machine's monotonic clock) and for whom.
"""

from __future__ import annotations

import json
import ssl
import sys
import time
from collections import Counter
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import HOST, free_ports


class _Taker:
    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.recipients: Counter[str] = Counter()
        self.last = 0.0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        self.recipients.update(envelope.rcpt_tos)
        self.last = time.monotonic()
        return "250 taken"


def main(certificate: str, key: str, path: str) -> None:
    """Serve until standard input ends."""
    (port,) = free_ports(1)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    taker = _Taker()
    controller = Controller(
        taker, hostname=HOST, port=port, ssl_context=context, data_size_limit=60_000_000
    )
    controller.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    controller.stop()
    with Path(path).open("wb") as file:
        for mail in taker.mails:
            file.write(len(mail).to_bytes(4, "big") + mail)
    sys.stdout.write(json.dumps({"last": taker.last, "recipients": taker.recipients}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
