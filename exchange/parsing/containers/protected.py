"""Open password-protected workbooks ([MS-OFFCRYPTO]) with the passwords on file."""

from __future__ import annotations

import io
import struct
from typing import Final

import msoffcrypto
import olefile
from msoffcrypto.exceptions import InvalidKeyError

from exchange.domain.mail import Reject
from exchange.parsing.containers.naming import file_part
from exchange.parsing.containers.openers import Budget, InnerPart, Opened, Openers

_LOCKED: Final = "the workbook is protected by a password, and none is on file for this contact"
_NOT_UNLOCKED: Final = (
    "the workbook is protected by a password, and none of those on file for this contact opens it"
)
_DAMAGED: Final = (
    "the workbook is protected, and it is damaged or protected in a way that we do not support"
)
# Excel opens a workbook with this password without asking: it only keeps others from changing it.
_NO_SECRET: Final = "VelvetSweatshop"  # noqa: S105  (published in [MS-OFFCRYPTO])
_MOST_PASSWORDS: Final = 20
# Office writes 100,000; each password costs that many hashes twice.
_MOST_SPINS: Final = 250_000
_LARGEST_RECORD: Final = 65_536
_LARGEST_OLD: Final = 10_000_000  # the old formats are decrypted byte by byte
OLE_DAMAGE: Final = (
    OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError,
    RecursionError, struct.error,
)  # fmt: skip


def open_protected(
    where: str, name: str, content: bytes, openers: Openers, budget: Budget
) -> Opened:
    """Return the workbook without its password at the same place, or the reason why not."""
    passwords = list(dict.fromkeys((_NO_SECRET, *openers.passwords[:_MOST_PASSWORDS])))
    opened = Opened()
    plain: bytes | None = None
    reason = _DAMAGED
    if not _too_large_record(content):
        plain, reason = _first_that_opens(content, passwords)
    if plain is None:
        if reason == _NOT_UNLOCKED and not openers.passwords:
            reason = _LOCKED
        opened.rejects.append(Reject(name, reason, where))
        return opened
    budget.count_bytes(len(plain), where)
    opened.inner.append(InnerPart("", file_part(name, plain)))
    return opened


def _first_that_opens(content: bytes, passwords: list[str]) -> tuple[bytes | None, str]:
    try:
        for password in passwords:
            plain = _try_password(content, password)
            if plain is not None:
                return plain, ""
    except _TooExpensive:
        return None, _DAMAGED
    except Exception:
        # The library has no base class for its errors: struct, XML, key and index errors all
        # come through.  None of them is of use to the sender.
        return None, _DAMAGED
    return None, _NOT_UNLOCKED


class _TooExpensive(Exception):
    """Trying one password would cost more than with any file that Office writes."""


def _try_password(content: bytes, password: str) -> bytes | None:
    book = msoffcrypto.OfficeFile(io.BytesIO(content))
    out = io.BytesIO()
    try:
        if book.format == "ooxml":
            if getattr(book, "info", {}).get("spinValue", 0) > _MOST_SPINS:
                raise _TooExpensive
            book.load_key(password=password, verify_password=True)
        elif len(content) > _LARGEST_OLD:
            raise _TooExpensive
        else:
            book.load_key(password=password)
        book.decrypt(out)
    except InvalidKeyError:
        return None
    return out.getvalue()


def _too_large_record(content: bytes) -> bool:
    """Return whether the XML that describes the protection is larger than any real one."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            name = "EncryptionInfo"
            return bool(file.exists(name) and file.get_size(name) > _LARGEST_RECORD)
    except OLE_DAMAGE:
        return True


def is_protected_xls(content: bytes) -> bool:
    """Return whether a BIFF workbook begins with a FilePass record ([MS-XLS] 2.4.117)."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            name = next((one for one in ("Workbook", "Book") if file.exists(one)), "")
            if not name:
                return False
            with file.openstream(name) as stream:
                head = stream.read(4096)
    except OLE_DAMAGE:
        return False
    place = 0
    while place + 4 <= len(head):
        kind = int.from_bytes(head[place : place + 2], "little")
        if kind == 0x2F:
            return True
        if kind == 0x85 or kind == 0x0A:  # the sheets begin, or the end
            return False
        place += 4 + int.from_bytes(head[place + 2 : place + 4], "little")
    return False
