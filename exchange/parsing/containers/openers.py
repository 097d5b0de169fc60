"""The secrets that open a mail's containers, what an open container holds, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass, field

from exchange.domain.envelope import MOST_DECRYPTIONS, Unwrap
from exchange.domain.limits import Limits
from exchange.domain.mail import Reject
from exchange.errors import NotDecrypted, Unreadable
from exchange.parsing.mime.parts import Part


@dataclass(frozen=True, slots=True)
class Openers:
    """The secrets that a mail's containers may need.

    ``passwords``: those on file for the contact, tried in order.  ``unwrap``: asks the holder of
    the private keys for the content key of an encrypted mail; None when there are no keys.
    """

    passwords: tuple[str, ...] = field(default=(), repr=False)
    unwrap: Unwrap | None = field(default=None, repr=False)


NO_OPENERS = Openers()


@dataclass(frozen=True, slots=True)
class InnerPart:
    """Something from a container; ``step`` is its element of the path.

    Empty when it takes the container's place: a workbook without its password, a mail in a file.
    """

    step: str
    part: Part
    mail: bool = False  # a whole mail, to be read as one
    same_mail: bool = False  # the mail that holds the container, packed (winmail.dat)


@dataclass(slots=True)
class Opened:
    """What a container held, and what could not be opened."""

    inner: list[InnerPart] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Budget:
    """What one mail has cost so far: the containers and texts of all kinds and levels together."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.inflated = 0
        self.members = 0
        self.rows = 0
        self.decryptions = 0

    def check_depth(self, depth: int, where: str) -> None:
        """Raise Unreadable when ``depth`` levels of containers and mails are too many."""
        if depth > self.limits.depth:
            raise Unreadable(
                f"containers nested deeper than {self.limits.depth} levels", place=where
            )

    def count_bytes(self, size: int, where: str) -> None:
        """Count ``size`` bytes that come out of a container; raises Unreadable at the ceiling."""
        self.inflated += size
        if self.inflated > self.limits.inflated_bytes:
            raise Unreadable(
                f"its containers hold more than {self.limits.inflated_bytes:,} bytes", place=where
            )

    def count_rows(self, rows: int, where: str) -> None:
        """Count rows of tables and lines of texts; raises Unreadable at the ceiling."""
        self.rows += rows
        if self.rows > self.limits.rows:
            raise Unreadable(
                f"its tables and texts have more than {self.limits.rows:,} rows together",
                place=where,
            )

    def count_files(self, members: int, where: str) -> None:
        """Count files in containers; raises Unreadable at the ceiling."""
        self.members += members
        if self.members > self.limits.members:
            raise Unreadable(
                f"its containers hold more than {self.limits.members:,} files", place=where
            )

    def count_decryption(self, where: str) -> None:
        """Count one encrypted part; raises NotDecrypted when there are too many."""
        self.decryptions += 1
        if self.decryptions > MOST_DECRYPTIONS:
            raise NotDecrypted(f"more than {MOST_DECRYPTIONS} encrypted parts", place=where)
