"""The limits on what one mail or one file may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits; whatever exceeds one is refused with a reason, never cut silently.

    Sizes are in bytes unless a comment says otherwise.
    """

    mail_bytes: int = 50_000_000
    header_bytes: int = 256_000  # the head of one mail
    part_header_bytes: int = 32_000  # the head of one part
    parts: int = 200
    depth: int = 10  # parts within parts, mails within mails
    rows: int = 1_000_000  # of all tables and texts of one mail
    columns: int = 512
    cells: int = 20_000_000  # in a sheet's used range
    text_chars: int = 80_000_000  # decoded text of one part
    html_bytes: int = 30_000_000
    expansion: int = 200  # inflated size over packed size of a workbook or an archive
    inflated_bytes: int = 600_000_000  # out of all containers of one mail together
    members: int = 1_000  # files in all containers of one mail together
    member_bytes: int = 100_000_000  # one file in a container
    sheets: int = 200


DEFAULT = Limits()
