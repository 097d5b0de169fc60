"""Open ZIP archives (PKWARE APPNOTE 6.3; WinZip AE-1 and AE-2) and gzip (RFC 1952), under ceilings.

We count the sizes that the archive declares before we inflate anything, and never inflate more than
declared; a member that declares a false size fails its checksum.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Final

import pyzipper

from exchange.domain.mail import Reject
from exchange.errors import Unreadable
from exchange.parsing.containers.naming import Steps, file_part, member_path
from exchange.parsing.containers.openers import Budget, InnerPart, Opened, Openers
from exchange.parsing.containers.sniff import zip_directory_bytes

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_AES: Final = 99
_ENCRYPTED: Final = 0x1
_STRONG: Final = 0x40  # certificate encryption, which only PKWARE's own programs write
# The size of an entry of the central directory with a name of usual length.
_ENTRY_BYTES: Final = 46 + 300
# An archive that unpacks to less than this does no harm, however well it is packed.
_HARMLESS: Final = 20_000_000
# The legacy cipher runs at some 2 MB/s in plain Python.
_LEGACY_BYTES: Final = 20_000_000
_MOST_PASSWORDS: Final = 20
_DAMAGE: Final = (
    zipfile.BadZipFile,
    pyzipper.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    KeyError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)
_CLUTTER: Final = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")

LOCKED: Final = "it needs a password, and none is on file for this contact"
NOT_UNLOCKED: Final = "none of the passwords on file for this contact opens it"


def open_zip(where: str, content: bytes, openers: Openers, budget: Budget) -> Opened:
    """Open a ZIP; an archive that passes its own ceilings is refused as a whole.

    Raises Unreadable when the mail's ceilings are passed.
    """
    opened = Opened()
    try:
        reason = _read_zip(where, content, openers, budget, opened)
    except _DAMAGE:
        reason = "the archive is damaged"
    if reason:
        opened.rejects.append(Reject(where, reason, where))
    return opened


def _read_zip(where: str, content: bytes, openers: Openers, budget: Budget, opened: Opened) -> str:
    """Fill ``opened``; return why the archive is refused as a whole, or the empty string."""
    if zip_directory_bytes(content) > budget.limits.members * _ENTRY_BYTES:
        raise Unreadable(f"an archive of more than {budget.limits.members:,} files", place=where)
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        listed = [one for one in archive.infolist() if not _is_clutter(one.filename)]
        reason = _oversized(listed, content, budget)
        if reason:
            return reason
        budget.count_files(len(listed), where)
        budget.count_bytes(sum(one.file_size for one in listed), where)
        steps = Steps("file")
        unlocked = _Unlocker(archive, openers)
        for one in listed:
            step = steps.of(one.filename)
            there = f"{where} > {step}"
            locked = one.flag_bits & _ENCRYPTED
            got = unlocked.read(one) if locked else _plain_member(archive, one)
            if isinstance(got, bytes):
                opened.inner.append(InnerPart(step, file_part(one.filename, got)))
            elif got not in (LOCKED, NOT_UNLOCKED):
                opened.rejects.append(Reject(member_path(one.filename), got, there))
    for reason in (LOCKED, NOT_UNLOCKED):
        if unlocked.refused.get(reason):
            # Report it once for the archive: its files share their password.
            opened.rejects.append(Reject(where, reason, where))
    return ""


def _is_clutter(name: str) -> bool:
    """Return whether a member is a folder, or a file that a desktop adds to archives unasked."""
    lowered = name.lower()
    last = lowered.rpartition("/")[2]
    return not last or lowered.startswith(_CLUTTER[0]) or last in _CLUTTER


def _oversized(listed: list[zipfile.ZipInfo], content: bytes, budget: Budget) -> str:
    limits = budget.limits
    total = sum(one.file_size for one in listed)
    if total > _HARMLESS and total > limits.expansion * len(content):
        return f"the archive unpacks to more than {limits.expansion} times its size"
    if any(one.file_size > limits.member_bytes for one in listed):
        return f"the archive holds a file of more than {limits.member_bytes:,} bytes"
    return ""


def _unreadable_kind(one: zipfile.ZipInfo) -> str:
    if one.flag_bits & _STRONG:
        return "it is encrypted in a way that we do not support"
    if one.compress_type not in _METHODS:
        return "it is compressed in a way that we do not support: please use ordinary ZIP (Deflate)"
    return ""


def _plain_member(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes | str:
    reason = _unreadable_kind(one)
    if reason:
        return reason
    try:
        return _exactly(archive, one, None)
    except _DAMAGE:
        return "the file is damaged in its archive"


def _exactly(archive: zipfile.ZipFile, one: zipfile.ZipInfo, password: bytes | None) -> bytes:
    # Asked for fewer bytes than are packed, pyzipper may stop early and never check the
    # authentication code after them.
    most = max(one.file_size, one.compress_size) + 1
    with archive.open(one, pwd=password) as stream:
        content = stream.read(most)
    if len(content) != one.file_size:
        raise zipfile.BadZipFile("not the declared size")
    return content


class _Unlocker:
    """Read encrypted members, trying first the password that worked last."""

    def __init__(self, archive: zipfile.ZipFile, openers: Openers) -> None:
        self._archive = archive
        self._candidates: list[bytes] = []
        for password in openers.passwords[:_MOST_PASSWORDS]:
            for form in (password.encode("utf-8"), password.encode("cp1252", "replace")):
                if form and form not in self._candidates:
                    self._candidates.append(form)
        self._legacy_bytes = 0
        self.refused: dict[str, bool] = {}

    def read(self, one: zipfile.ZipInfo) -> bytes | str:
        """Return the member's content, or the reason why there is none."""
        reason = _unreadable_kind(one)
        if reason:
            return reason
        if not self._candidates:
            return self._refuse(LOCKED)
        if getattr(one, "wz_aes_version", None) is None:
            self._legacy_bytes += one.compress_size
            if self._legacy_bytes > _LEGACY_BYTES:
                return "it is too large for the legacy ZIP encryption: please use AES"
        for candidate in list(self._candidates):
            try:
                content = _exactly(self._archive, one, candidate)
            except _DAMAGE:
                # Now and then a wrong password passes the cipher's own check, and fails later.
                continue
            self._candidates.remove(candidate)
            self._candidates.insert(0, candidate)
            return content
        return self._refuse(NOT_UNLOCKED)

    def _refuse(self, reason: str) -> str:
        self.refused[reason] = True
        return reason


def count_workbook(where: str, content: bytes, budget: Budget) -> None:
    """Count the bytes a workbook in ZIP form declares; raises Unreadable at the mail's ceiling.

    The reader of the workbook checks whether that is true, and whether it may be opened.
    """
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            total = sum(one.file_size for one in archive.infolist())
    except _DAMAGE:
        return
    budget.count_bytes(total, where)


def open_gzip(where: str, name: str, content: bytes, budget: Budget) -> Opened:
    """Open the one file in a gzip; raises Unreadable when the mail's ceilings are passed."""
    limits = budget.limits
    ceiling = min(limits.member_bytes, max(_HARMLESS, limits.expansion * len(content)))
    opened = Opened()
    plain = inflate(content, ceiling, zlib.MAX_WBITS | 16)
    if plain is None:
        reason = "the archive is damaged, or unpacks to far more than its size"
        opened.rejects.append(Reject(name, reason, where))
        return opened
    budget.count_bytes(len(plain), where)
    budget.count_files(1, where)
    inner = name[:-3] if name.lower().endswith(".gz") else ""
    opened.inner.append(InnerPart(Steps("file").of(inner), file_part(inner, plain)))
    return opened


def inflate(content: bytes, ceiling: int, window: int = zlib.MAX_WBITS) -> bytes | None:
    """Inflate at most ``ceiling`` bytes; None when there are more, or the stream is damaged."""
    out = bytearray()
    while content:
        stream = zlib.decompressobj(window)
        try:
            out += stream.decompress(content, ceiling + 1 - len(out))
        except zlib.error:
            return None
        if len(out) > ceiling or not stream.eof:
            return None
        content = stream.unused_data.lstrip(b"\x00")
        if window <= zlib.MAX_WBITS:
            break  # only gzip files are chained
    return bytes(out)
