"""The reading process: reads mails from standard input, writes what they say to standard output.

It has no key, no configuration and no database; the kernel limits its memory and forbids it to
write files.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

from exchange.domain.columns.column_map import from_values
from exchange.domain.envelope import Unwrap, WrappedKey
from exchange.domain.limits import Limits
from exchange.domain.sent_lines import SentText
from exchange.errors import ExchangeError, NotDecrypted
from exchange.parsing.reading.understand import ColumnMappings, Openers, understand, understand_file
from exchange.processes import ignore_signals
from exchange.worker.frames import (
    ANSWER,
    FAILED,
    KEYS_WANTED,
    READY,
    Asked,
    encode,
    encode_keys,
    read_frame,
    read_questions,
    write_frame,
)


def _confine(memory_bytes: int) -> None:
    """Set kernel limits on memory, written files and core dumps (they would contain codes)."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _Asker:
    """Asks the main process for content keys; this process never has the private keys."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink

    def unwrap(self, wrapped: Sequence[WrappedKey]) -> Sequence[bytes]:
        """Return the content keys; raises NotDecrypted with the main process's reason."""
        write_frame(self._sink, KEYS_WANTED, encode_keys(wrapped))
        reply = read_frame(self._source)
        if reply is None:
            raise SystemExit(0)
        content = json.loads(reply[1:])
        if reply[:1] == ANSWER:
            return [bytes.fromhex(key) for key in content]
        raise NotDecrypted(str(content["message"]))


def answer(question: Asked, limits: Limits, unwrap: Unwrap | None) -> tuple[bytes, bytes]:
    """Return the answer to one question: the kind of message, and its content."""
    asked = question.head
    own = frozenset(map(str, asked["own_addresses"]))
    openers = Openers(tuple(asked["passwords"]), unwrap)
    mapping = ColumnMappings(from_values(asked["columns"]), [] if asked["look"] else None)
    lists = frozenset(map(str, asked["lists"]))
    name = str(asked["file"])
    try:
        sent = tuple(map(SentText.from_value, asked["sent"]))
        # take() keeps no reference here, so that the mail can be freed while it is read.
        if name:
            understanding = understand_file(
                name, question.take(), limits, openers, own, mapping, sent
            )
        else:
            understanding = understand(question.take(), limits, own, openers, mapping, sent, lists)
        return ANSWER, encode(understanding)
    except ExchangeError as error:
        fault = {"message": error.message, "place": error.place, "hint": error.hint}
        return FAILED, json.dumps(fault).encode("ascii")
    except MemoryError:
        # The machine may be out of memory, which is not the mail's fault: the main process checks.
        scarce = {"message": "reading it takes more memory than allowed", "memory": True}
        return FAILED, json.dumps(scarce).encode("ascii")


def main() -> None:
    """Serve until standard input ends."""
    if len(sys.argv) < 2:  # a person checks why it does not start, as our error suggests
        sys.exit("the reading process can start; `exchange` starts it when needed")
    ignore_signals()
    setup: dict[str, Any] = json.loads(base64.b64decode(sys.argv[1]))
    limits = Limits(**setup["limits"])
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a library prints must not get between the frames.
    os.dup2(2, 1)
    _confine(setup["memory_bytes"])
    unwrap = _Asker(source, sink).unwrap if setup["unwraps"] else None
    write_frame(sink, READY)
    while (questions := read_questions(source)) is not None:
        for question in questions:
            write_frame(sink, *answer(question, limits, unwrap))


if __name__ == "__main__":
    main()
