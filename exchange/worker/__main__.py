"""The reading process: mails in on standard input, understandings out on standard output.

It has no key, no configuration and no database; it may open no more memory, processor time and
files than it is given.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
from typing import Any

from exchange.domain.columnmap import from_values
from exchange.errors import ExchangeError
from exchange.parsing.containers.openers import Openers
from exchange.parsing.limits import Limits
from exchange.parsing.mapped import Mapping
from exchange.parsing.message import understand, understand_file
from exchange.worker.frames import encode, read_frame, write_frame


def _confine(memory_bytes: int) -> None:
    """Ceilings that the kernel keeps: memory, files written, core dumps (they would hold codes)."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(request: bytes, limits: Limits) -> bytes:
    """One request (JSON head with its length, then the raw mail) answered."""
    size = int.from_bytes(request[:4], "big")
    asked: dict[str, Any] = json.loads(request[4 : 4 + size])
    raw, own = request[4 + size :], frozenset(map(str, asked["own_addresses"]))
    openers = Openers(passwords=tuple(asked["passwords"]))
    mapping = Mapping(from_values(asked["columns"]), [] if asked["look"] else None)
    try:
        if asked["file"]:
            said = understand_file(str(asked["file"]), raw, limits, openers, own, mapping)
        else:
            said = understand(raw, limits, own, openers, mapping)
        return b"+" + encode(said)
    except ExchangeError as error:
        told = {"message": error.message, "place": error.place, "hint": error.hint}
        return b"-" + json.dumps(told).encode("ascii")
    except MemoryError:
        return b"-" + json.dumps({"message": "it takes more memory than it may"}).encode("ascii")


def main() -> None:
    """Serve until standard input ends."""
    setup: dict[str, Any] = json.loads(base64.b64decode(sys.argv[1]))
    limits = Limits(**setup["limits"])
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not end up between the frames.
    os.dup2(2, 1)
    _confine(setup["memory_bytes"])
    while (request := read_frame(source)) is not None:
        write_frame(sink, answer(request, limits))


if __name__ == "__main__":
    main()
