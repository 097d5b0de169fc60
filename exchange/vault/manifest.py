"""The manifest: which buckets there are, what each holds, and the names of sources.

It is sealed in the vault header and proves that every bucket is the one written last: a bucket
that was deleted, swapped or restored from an older copy does not match it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Entries: TypeAlias = npt.NDArray[np.void]  # of ENTRY, sorted by start, the first one at 0

ENTRY: Final = np.dtype(
    [
        ("start", "<u4"),  # first place of the range; it ends where the next one starts
        ("records", "<u4"),
        ("with_code", "<u4"),
        ("installed", "<u4"),
        ("generation", "<u8"),  # of the write that sealed it
    ]
)
ALL_PLACES: Final = 1 << 32
_LENGTHS: Final = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class Manifest:
    """All buckets and all source names (numbered from 1) of a vault.

    ``work`` is how far an import in steps has come; empty when none is under way.
    """

    entries: Entries
    sources: tuple[str, ...]
    work: Mapping[str, str | int] = field(default_factory=dict)
    starts: memoryview = field(init=False)  # of unsigned ints, for single look-ups

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", self.entries["start"].astype(np.uint32).data)

    def to_bytes(self) -> bytes:
        """Return two lengths, the names (and ``work``) as JSON, then 24 bytes per bucket."""
        content = {"sources": self.sources, "work": self.work} if self.work else self.sources
        names = json.dumps(content, ensure_ascii=False).encode()
        return _LENGTHS.pack(len(names), len(self.entries)) + names + self.entries.tobytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """Read what ``to_bytes`` made; the caller has authenticated it."""
        size, count = _LENGTHS.unpack_from(content)
        opens = _LENGTHS.size + size
        names = json.loads(content[_LENGTHS.size : opens])
        sources, work = (
            (names["sources"], names["work"]) if isinstance(names, dict) else (names, {})
        )
        return cls(np.frombuffer(content, ENTRY, count, opens), tuple(sources), work)


def buckets_of(entries: Entries, places: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """Return for each place the position of the bucket that covers it."""
    return np.searchsorted(np.ascontiguousarray(entries["start"]), places, side="right") - 1


def widths(entries: Entries) -> npt.NDArray[np.int64]:
    """Return how many places each bucket covers."""
    edges = np.append(entries["start"].astype(np.int64), ALL_PLACES)
    return np.diff(edges)
