"""Keep long lists in a plain text, thousands of lines with one Device ID each, as one object.

A mail with 500,000 Devices in its body is read in 0.15 s so, line by line in 2.5 s.
This applies only to the middle of such a list: code that looks a few lines ahead or back still sees
lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from exchange.domain.columns.device_columns import Int64Array
from exchange.domain.columns.device_ids import DeviceIds, blank_ids
from exchange.parsing.identifiers.bulk import check_devices, find_decimal_cells
from exchange.parsing.sheets.csv_columns import NEWLINE, unix_line_ends
from exchange.parsing.text.byte_column import PADDING, ByteColumn, padded_buffer, to_utf8
from exchange.parsing.text.lines import Line, plain_lines

_LONG: Final = 100_000  # characters
_AT_START: Final = 600  # lines at the start of a list that stay lines
_AT_END: Final = 20  # lines at its end that stay lines
_LEAST: Final = 500  # lines
_WIDTHS: Final = (16, 23)


@dataclass(slots=True)
class DeviceRun(Line):
    """Lines with just a Device ID each, from line ``number`` on; ``text`` is the first of them."""

    full_text: str = field(default="", repr=False)
    ids: DeviceIds = field(default_factory=blank_ids, repr=False)

    def lines(self) -> Iterator[Line]:
        """Yield the lines one by one."""
        for number, text in enumerate(self.full_text.split("\n"), self.number):
            yield Line(number, text, self.quoted, self.forwarded)


def lines_with_runs(text: str) -> list[Line]:
    """Return the lines of a text, the middle of a long list as one DeviceRun."""
    if len(text) < _LONG:
        return plain_lines(text)
    content = unix_line_ends(to_utf8(text))
    buffer = padded_buffer(content)
    ended = np.flatnonzero(buffer[: len(buffer) - len(PADDING)] == NEWLINE)
    starts = np.concatenate([[0], ended + 1])
    ends = np.concatenate([ended, [len(content)]])
    cells = ByteColumn(buffer, starts, ends)
    checked = check_devices(cells)
    lengths = ends - starts
    good = checked.valid & (lengths == cells.lengths) & np.isin(lengths, _WIDTHS)
    good &= ~find_decimal_cells(cells)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]])))
    found: list[Line] = []
    done = 0
    for first, last in edges.reshape(-1, 2).tolist():
        run_start, run_end = first + _AT_START, last - _AT_END
        if run_end - run_start < _LEAST:
            continue
        found += _lines(content, starts, ends, done, run_start)
        whole = content[starts[run_start] : ends[run_end - 1]].decode("ascii")
        line = content[starts[run_start] : ends[run_start]].decode("ascii")
        found.append(
            DeviceRun(run_start + 1, line, full_text=whole, ids=checked.ids[run_start:run_end])
        )
        done = run_end
    return found + _lines(content, starts, ends, done, len(starts))


def _lines(
    content: bytes, starts: Int64Array, ends: Int64Array, first: int, last: int
) -> list[Line]:
    if first >= last:
        return []
    piece = content[starts[first] : ends[last - 1]].decode("utf-8", "surrogatepass")
    return [Line(number, text) for number, text in enumerate(piece.split("\n"), first + 1)]


def expand_runs(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with each DeviceRun replaced by its lines."""
    found: list[Line] = []
    for line in lines:
        if isinstance(line, DeviceRun):
            found += line.lines()
        else:
            found.append(line)
    return found


def text_of_lines(lines: Sequence[Line]) -> str:
    """Return the text of all lines."""
    return "\n".join(line.full_text if isinstance(line, DeviceRun) else line.text for line in lines)
