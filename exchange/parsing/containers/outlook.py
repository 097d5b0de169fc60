"""Read Outlook message files (.msg): [MS-OXMSG] in a compound file ([MS-CFB])."""

from __future__ import annotations

import io
import re
import struct
from typing import Final

import olefile

from exchange.domain.mail import Reject
from exchange.errors import Unreadable
from exchange.parsing.containers import mapi
from exchange.parsing.containers.embedded import file_in_streams
from exchange.parsing.containers.mapi import Item, ItemAttachment, Value
from exchange.parsing.containers.openers import Budget, InnerPart, Opened
from exchange.parsing.containers.protected import OLE_DAMAGE

_STREAM = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})", re.I)
_ATTACHMENT = re.compile(r"__attach_version1\.0_#([0-9A-F]{8})", re.I)
_FIXED = "__properties_version1.0"
_EMBEDDED = "__substg1.0_3701000d"
_STRING, _UNICODE, _BINARY = 0x1E, 0x1F, 0x102
_INTEGERS: Final = (0x02, 0x03, 0x0B)
_TIME: Final = 0x40
_ENTRY = struct.Struct("<HHI8s")  # type, tag, flags, value
# The size of the header before the fixed properties: of a file, an item in it, an attachment.
_FILE_HEAD, _ITEM_HEAD, _ATTACHMENT_HEAD = 32, 24, 8

Tree = dict[str, "Tree | str"]  # lower-case name -> storage, or the stream's own name


def open_outlook(where: str, content: bytes, budget: Budget, depth: int) -> Opened:
    """Open the mail in a .msg file; raises Unreadable when the mail's ceilings are passed."""
    opened = Opened()
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            item = _Reader(file, where, budget).item([], _FILE_HEAD, depth)
    except Unreadable:
        raise
    except OLE_DAMAGE:
        opened.rejects.append(Reject(where, "the Outlook message file is damaged", where))
        return opened
    part = mapi.as_mail(item, budget.limits.header_bytes, opened.warnings, where)
    opened.inner.append(InnerPart("", part, mail=True))
    return opened


class _Reader:
    """Read items from one compound file."""

    def __init__(self, file: olefile.OleFileIO, where: str, budget: Budget) -> None:
        self._file = file
        self._where = where
        self._budget = budget
        self._tree = _tree(file)

    def item(self, path: list[str], head: int, depth: int) -> Item:
        """Return the item in the storage ``path``."""
        self._budget.check_depth(depth, self._where)
        storage = self._storage(path)
        item = Item(self._properties(path, storage, head))
        numbered = []
        for name, entry in storage.items():
            match = _ATTACHMENT.fullmatch(name)
            if match and isinstance(entry, dict):
                numbered.append((int(match.group(1), 16), name))
        self._budget.count_files(len(numbered), self._where)
        for _, name in sorted(numbered):
            item.attachments.append(self._attachment([*path, name], depth))
        charset = {
            tag: item.properties[tag]
            for tag in (mapi.CODEPAGE, mapi.MESSAGE_CODEPAGE)
            if tag in item.properties
        }
        for one in item.attachments:
            one.properties = {**charset, **one.properties}
        return item

    def _attachment(self, path: list[str], depth: int) -> ItemAttachment:
        storage = self._storage(path)
        found = ItemAttachment(self._properties(path, storage, _ATTACHMENT_HEAD))
        embedded = storage.get(_EMBEDDED)
        if isinstance(embedded, dict):
            if _FIXED in embedded:
                found.item = self.item([*path, _EMBEDDED], _ITEM_HEAD, depth + 1)
            else:
                names = [name for name, entry in embedded.items() if isinstance(entry, str)]
                found.take_file(
                    file_in_streams(names, lambda name: self._stream([*path, _EMBEDDED, name]))
                )
        return found

    def _storage(self, path: list[str]) -> Tree:
        storage = self._tree
        for name in path:
            inner = storage[name]
            if not isinstance(inner, dict):
                raise KeyError(name)
            storage = inner
        return storage

    def _properties(self, path: list[str], storage: Tree, head: int) -> dict[int, Value]:
        found: dict[int, Value] = {}
        if _FIXED in storage:
            fixed = self._stream([*path, _FIXED])
            usable = len(fixed) - (len(fixed) - head) % _ENTRY.size if len(fixed) > head else head
            for kind, tag, _, value in _ENTRY.iter_unpack(fixed[head:usable]):
                if kind in _INTEGERS:
                    found[tag] = int.from_bytes(value[:4], "little")
                elif kind == _TIME:
                    found[tag] = bytes(value)
        for name, entry in storage.items():
            match = _STREAM.fullmatch(name)
            if not match or isinstance(entry, dict):
                continue
            tag, kind = int(match.group(1), 16), int(match.group(2), 16)
            if tag not in _WANTED or kind not in (_STRING, _UNICODE, _BINARY):
                continue
            content = self._stream([*path, name])
            if kind == _UNICODE:
                found[tag] = content.decode("utf-16-le", "replace")
            elif kind == _BINARY or tag not in found:
                found[tag] = content
        return found

    def _stream(self, path: list[str]) -> bytes:
        if self._file.get_size(path) > self._budget.limits.member_bytes:
            raise Unreadable(
                f"it holds a file of more than {self._budget.limits.member_bytes:,} bytes",
                place=self._where,
            )
        with self._file.openstream(path) as stream:
            content: bytes = stream.read()
        self._budget.count_bytes(len(content), self._where)
        return content


_WANTED: Final = frozenset(
    (mapi.SUBJECT, mapi.SENDER_NAME, mapi.SENDER, mapi.SENDER_TYPE, mapi.SENDER_SMTP,
     mapi.SENT_BY_SMTP, mapi.SHOWN_TO, mapi.HEADERS, mapi.MESSAGE_ID, mapi.IN_REPLY_TO,
     mapi.REFERENCES, mapi.BODY, mapi.RTF, mapi.HTML, mapi.ATTACHED, mapi.SHORT_NAME,
     mapi.LONG_NAME, mapi.SHOWN_NAME, mapi.MEDIA)
)  # fmt: skip


def _tree(file: olefile.OleFileIO) -> Tree:
    """Return all storages and streams, names in lower case as compound files compare them."""
    root: Tree = {}
    for path in file.listdir(streams=True, storages=False):
        storage = root
        for name in path[:-1]:
            inner = storage.setdefault(name.lower(), {})
            if not isinstance(inner, dict):
                break
            storage = inner
        else:
            storage.setdefault(path[-1].lower(), path[-1])
    return root
