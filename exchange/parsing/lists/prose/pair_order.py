"""Decide whether the order of devices and install codes on lines of their own says which belong
together.

Where a list begins with its codes and the first one is not read, each device is followed by the
code of the next: such a list looks right, so whatever may be a lost code casts doubt on all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class PairOrder:
    """What was seen of the order of devices and codes, line by line."""

    broken: bool = False  # devices and codes did not alternate: no such pair is trusted
    lost_ahead: bool = False  # a code is damaged, and no device above it waits for one
    passed_ahead: bool = False  # the same of what may be a code, and is not read
    shifted: bool = False  # a device is below that, or below a code paired with another block
    skipped: bool = False  # a device in a block above got no code
    crossed: bool = False  # a code was paired across a blank line
    _crossed_block: int = -1  # the last block with such a code

    def device(self, block: int) -> None:
        """Note a device without a code on its line: the code above may be its own."""
        self.broken |= self.lost_ahead
        self.shifted |= self.passed_ahead or block == self._crossed_block

    def cross(self, block: int) -> None:
        """Note a code in ``block`` that was paired with a device above its blank line."""
        self.crossed, self._crossed_block = True, block

    def is_doubtful(self, *, below: bool, above: bool, left: bool) -> bool:
        """Return, at the end of the text, whether no pair made by order can be trusted.

        ``below``, ``above``: there are pairs with the code on a line below its device, above it.
        ``left``: after the last code there is another device, or what may be one.
        """
        paired = below or above
        return (
            self.broken
            or (below and above)
            or (self.crossed and (self.skipped or left))
            or (self.shifted and paired)
        )
