"""Find files that a person dropped into the text of an Outlook mail: OLE objects ([MS-OLEDS]).

A mail in Rich Text keeps such a file as an object in a compound file: as a package with its name,
as a newer Office document, or as the storage of an older Office document itself.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Collection
from typing import Final, NamedTuple

import olefile

from exchange.parsing.containers.naming import member_path
from exchange.parsing.containers.protected import OLE_DAMAGE
from exchange.parsing.text.cfb_precheck import has_endless_chain
from exchange.parsing.text.charset import to_text

_NATIVE, _PACKAGE = "\x01ole10native", "package"
_DOCUMENTS: Final = ("workbook", "book")  # the object itself is an Excel 97 file
_EMBEDDED: Final = 3  # not linked


class EmbeddedFile(NamedTuple):
    """A file in an object; the name is empty where the object has none."""

    name: str
    content: bytes


def file_in_compound(content: bytes) -> EmbeddedFile | None:
    """Return the file in an object that is itself a compound file.

    None when the object belongs to another program or is damaged; never raises.
    """
    if has_endless_chain(content):
        return None
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            names = {path[0].lower(): path[0] for path in file.listdir() if len(path) == 1}

            def read(name: str) -> bytes:
                with file.openstream(names[name]) as stream:
                    found: bytes = stream.read()
                return found

            held = file_in_streams(names, read)
    except OLE_DAMAGE:
        return None
    if held is None and any(one in names for one in _DOCUMENTS):
        return EmbeddedFile("", content)
    return held


def file_in_streams(names: Collection[str], read: Callable[[str], bytes]) -> EmbeddedFile | None:
    """Return the file in an object with these streams, their names in lower case; else None."""
    if _NATIVE in names:
        return file_in_package(read(_NATIVE))
    if _PACKAGE in names:
        content = read(_PACKAGE)
        return EmbeddedFile("", content) if content else None
    return None


def file_in_package(stream: bytes) -> EmbeddedFile | None:
    """Return the file in a package's Ole10Native stream; None when it holds something else."""
    try:
        (flags,) = struct.unpack_from("<H", stream, 4)
        label, place = _text(stream, 6)
        _, place = _text(stream, place)
        _, kind, path = struct.unpack_from("<HHI", stream, place)
        place += 8 + path
        (size,) = struct.unpack_from("<I", stream, place)
    except (struct.error, ValueError):
        return None
    content = stream[place + 4 : place + 4 + size]
    if flags != 2 or kind != _EMBEDDED or not size or len(content) < size:
        return None
    return EmbeddedFile(member_path(to_text(label)).rpartition("/")[2], content)


def _text(stream: bytes, place: int) -> tuple[bytes, int]:
    """Return a text that ends in a zero byte, and the place after it."""
    end = stream.index(b"\x00", place)
    return stream[place:end], end + 1
