"""The ceilings on what one mail or one file may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings; what passes one is refused with a reason, never cut silently.

    Sizes are in bytes unless a comment says otherwise.
    """

    mail_bytes: int = 50_000_000
    header_bytes: int = 256_000  # the head of one mail
    part_header_bytes: int = 32_000  # the head of one part
    parts: int = 200
    depth: int = 10  # parts within parts, mails within mails
    rows: int = 1_000_000  # of all tables and texts of one mail
    columns: int = 512
    cells: int = 20_000_000
    text_chars: int = 80_000_000  # decoded text of one part
    html_bytes: int = 30_000_000
    html_depth: int = 250  # elements within elements that are still followed
    expansion: int = 200  # inflated size over packed size of a workbook
    inflated_bytes: int = 600_000_000
    sheets: int = 200


DEFAULT = Limits()
