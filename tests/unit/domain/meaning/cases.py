"""What the tests of meaning share: five Devices, statements, and threads about the first ones."""

from __future__ import annotations

from exchange.domain.device import DeviceId
from exchange.domain.meaning.thread import ThreadContext
from exchange.domain.statements import Act, Scope, Statement

D = tuple(DeviceId(bytes((0, 0xDB, 0x12, 0x34, 0x56, 0x78, 0x90, number))) for number in range(5))


def says(act: Act, scope: Scope = Scope.THESE, **more: object) -> Statement:
    """Return a statement; its words show what it says unless they are given."""
    words = str(more.pop("words", f"{act} {scope} {more}"))
    return Statement(act, "body line 3", words, scope, **more)  # type: ignore[arg-type]


def thread(rows: int = 3, **more: object) -> ThreadContext:
    """Return a thread about the first ``rows`` Devices, all of them open."""
    listed = D[:rows]
    fields = {
        "rows": listed, "open": frozenset(listed), "names": ("Harbour Energy", "HARB"),
        "reference": "MP121-OURS-2612-Q00001", **more,
    }  # fmt: skip
    return ThreadContext(**fields)  # type: ignore[arg-type]
