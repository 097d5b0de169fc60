"""The messages between the two processes: length-prefixed JSON, never pickle.

A mail may have taken over the reading process; nothing in its messages may be executed here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, BinaryIO, Final, get_args

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.envelope import Hash, WrappedKey
from exchange.domain.foreign import storable_json
from exchange.domain.mail import (
    Bounce,
    Enclosed,
    Kind,
    Lack,
    LooseCode,
    MailHead,
    Reject,
    Subkind,
    TablePreview,
    Understanding,
)
from exchange.errors import BadInput, Unreadable
from exchange.parsing.identifiers.bulk import gc_paused
from exchange.worker import columns, statements

LENGTH_BYTES: Final = 8
HEAD_BYTES: Final = 4  # of the length of a question's head
# Instead of that length: several questions follow, each with its own length.
SEVERAL: Final = b"\xff" * HEAD_BYTES
MOST_BYTES: Final = 1 << 29
# The first byte of each message from the reading process.
READY, ANSWER, FAILED, KEYS_WANTED = b".", b"+", b"-", b"?"
_MOST_KEYS: Final = 200
_LARGEST_KEY: Final = 2048


def write_frame(stream: BinaryIO, *pieces: bytes) -> None:
    """Write one message: its length in 8 bytes, big-endian, then its bytes."""
    stream.write(sum(map(len, pieces)).to_bytes(LENGTH_BYTES, "big"))
    for piece in pieces:
        stream.write(piece)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read the next message; None at the end."""
    prefix = stream.read(LENGTH_BYTES)
    if len(prefix) < LENGTH_BYTES:
        return None
    return stream.read(int.from_bytes(prefix, "big"))


class Asked:
    """A question as received: its head (JSON), and a raw mail or file that can be taken once."""

    def __init__(self, head: bytes, raw: bytes) -> None:
        self.head: dict[str, Any] = json.loads(head)
        self._raw = raw

    def take(self) -> bytes:
        """Return the raw mail or file and forget it here, because it may be large."""
        raw, self._raw = self._raw, b""
        return raw


def write_question(head: bytes) -> bytes:
    """Return what precedes the raw mail or file in a question: the head with its length."""
    return len(head).to_bytes(HEAD_BYTES, "big") + head


def read_questions(stream: BinaryIO) -> list[Asked] | None:
    """Read the questions in the next message, usually one; None at the end."""
    prefix = stream.read(LENGTH_BYTES)
    if len(prefix) < LENGTH_BYTES:
        return None
    left, first = int.from_bytes(prefix, "big"), stream.read(HEAD_BYTES)
    if first != SEVERAL:
        return [_question(stream, first, left)]
    found = []
    left -= HEAD_BYTES
    while left > 0:
        size = int.from_bytes(stream.read(LENGTH_BYTES), "big")
        found.append(_question(stream, stream.read(HEAD_BYTES), size))
        left -= LENGTH_BYTES + size
    return found


def _question(stream: BinaryIO, first: bytes, size: int) -> Asked:
    head = stream.read(int.from_bytes(first, "big"))
    return Asked(head, stream.read(size - HEAD_BYTES - len(head)))


_HEAD: Final = tuple(field.name for field in fields(MailHead))


def encode(understanding: Understanding) -> bytes:
    """Return an understanding as JSON; long lists, of up to half a million rows, as columns."""
    # Field by field: ``asdict`` copies each value, which is half of all the work here.
    head = {name: getattr(understanding.head, name) for name in _HEAD}
    head["date"] = understanding.head.date.isoformat() if understanding.head.date else None
    content = {
        "head": head,
        "kind": understanding.kind.value,
        "subkind": understanding.subkind.value,
        "devices": columns.of_found(understanding.devices),
        "answers": columns.of_answers(understanding.answers),
        "rejects": [
            [one.text, one.reason, one.where, one.device.raw.hex() if one.device else None]
            for one in understanding.rejects
        ],
        "warnings": understanding.warnings,
        "left_out": understanding.left_out,
        "statements": statements.of_statements(understanding.statements),
        "quoted_rows": statements.of_ids(understanding.quoted_rows),
        "quoted_whole": understanding.quoted_whole,
        "loose_codes": [
            [
                one.code.hex,
                one.where,
                one.device.raw.hex() if one.device else None,
                one.without_crc,
            ]
            for one in understanding.loose_codes
        ],
        "repeated": understanding.repeated,
        "miscount": understanding.miscount,
        "files": understanding.files,
        "references": understanding.references,
        "bounces": [asdict(one) for one in understanding.bounces],
        "returns_on": understanding.returns_on.isoformat() if understanding.returns_on else None,
        "text": understanding.text,
        "tables": understanding.tables,
        "lack": understanding.lack.value,
        "lacking": understanding.lacking,
        "by_machine": understanding.by_machine,
        "enclosed": understanding.enclosed,
        "links": understanding.links,
        "addressed": understanding.addressed,
        "spoken_of": understanding.spoken_of,
    }
    return json.dumps(content).encode("ascii")


def decode(content: bytes | bytearray) -> Understanding:
    """Return the understanding in ``content``; raises Unreadable when it is not one.

    Constructors check every value, and long columns are checked as a whole, so that an invalid
    Device ID or code is refused whatever the other process sends.
    """
    try:
        with gc_paused():
            return _understanding(_loaded(content))
    except (BadInput, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable("the reading process gave an invalid answer") from None


# How JSON writes what ``storable`` replaces; half of a pair and a whole pair start alike.
_UNFIT: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def _loaded(content: bytes | bytearray) -> Any:
    """Parse what the other process sent, with every text in it made storable."""
    values = json.loads(content)
    # Search the bytes first: there may be half a million rows, and hardly ever a bad character.
    return storable_json(values) if not content.isascii() or _UNFIT.search(content) else values


def decode_fault(content: bytes | bytearray) -> tuple[Unreadable, bool]:
    """Return why the other process could not read a mail, and whether the process may be at fault.

    The process may be at fault when the machine ran out of memory.  Raises Unreadable when the
    message is invalid.
    """
    try:
        fault = _loaded(content)
        error = Unreadable(str(fault["message"]), place=str(fault.get("place", "")))
        return error, bool(fault.get("memory"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable("the reading process gave an invalid answer") from None


def _understanding(values: dict[str, Any]) -> Understanding:
    return Understanding(
        head=_head(values["head"]),
        kind=Kind(values["kind"]),
        subkind=Subkind(values["subkind"]),
        devices=columns.to_found(values["devices"]),
        answers=columns.to_answers(values["answers"]),
        rejects=tuple(
            Reject(
                str(text),
                str(reason),
                str(where),
                DeviceId(bytes.fromhex(device)) if device else None,
            )
            for text, reason, where, device in values["rejects"]
        ),
        warnings=tuple(map(str, values["warnings"])),
        left_out=tuple(map(str, values["left_out"])),
        statements=statements.to_statements(values["statements"]),
        quoted_rows=statements.to_ids(values["quoted_rows"]),
        quoted_whole=bool(values["quoted_whole"]),
        loose_codes=tuple(
            LooseCode(
                InstallCode(bytes.fromhex(code)),
                str(where),
                DeviceId(bytes.fromhex(device)) if device else None,
                bool(without_crc),
            )
            for code, where, device, without_crc in values["loose_codes"]
        ),
        repeated=int(values["repeated"]),
        miscount=str(values["miscount"]),
        files=int(values["files"]),
        references=tuple(map(str, values["references"])),
        bounces=tuple(_bounce(one) for one in values["bounces"]),
        returns_on=date.fromisoformat(values["returns_on"]) if values["returns_on"] else None,
        text=str(values["text"]),
        tables=tuple(map(_look, values["tables"])),
        lack=Lack(values["lack"]),
        lacking=str(values["lacking"]),
        by_machine=bool(values["by_machine"]),
        enclosed=tuple(
            Enclosed(str(name), str(media), int(size)) for name, media, size in values["enclosed"]
        ),
        links=tuple(map(str, values["links"])),
        addressed=tuple(map(str, values["addressed"])),
        spoken_of=tuple(map(str, values["spoken_of"])),
    )


def _head(values: dict[str, Any]) -> MailHead:
    return MailHead(
        message_id=str(values["message_id"]),
        subject=str(values["subject"]),
        sender=str(values["sender"]),
        sender_name=str(values["sender_name"]),
        list_id=str(values["list_id"]),
        reply_to=tuple(map(str, values["reply_to"])),
        to=tuple(map(str, values["to"])),
        in_reply_to=str(values["in_reply_to"]),
        references=tuple(map(str, values["references"])),
        date=datetime.fromisoformat(values["date"]) if values["date"] else None,
        own_marker=str(values["own_marker"]),
        delivered_to=tuple(map(str, values["delivered_to"])),
        content=str(values["content"]),
        fault=str(values["fault"]),
    )


def _look(values: list[Any]) -> TablePreview:
    where, letters, titles, usual, mapped, misfit, rows = values
    return TablePreview(
        str(where),
        tuple(map(str, letters)),
        tuple(map(str, titles)),
        tuple(map(str, usual)),
        tuple(map(str, mapped)),
        str(misfit),
        tuple((int(number), tuple(map(str, cells))) for number, cells in rows),
    )


def _bounce(values: dict[str, Any]) -> Bounce:
    return Bounce(
        recipient=str(values["recipient"]),
        permanent=bool(values["permanent"]),
        status=str(values["status"]),
        diagnostic=str(values["diagnostic"]),
        original_message_id=str(values["original_message_id"]),
        forwarded_to=str(values["forwarded_to"]),
    )


def encode_keys(wrapped: Sequence[WrappedKey]) -> bytes:
    """Return the question for the content key of an encrypted part."""
    values = [
        {
            "sealed": one.sealed.hex(),
            "issuer": one.issuer.hex(),
            "serial": one.serial,
            "key_id": one.key_id.hex(),
            "padding": one.padding,
            "hash": one.hash,
            "mask_hash": one.mask_hash,
            "label": one.label.hex(),
        }
        for one in wrapped
    ]
    return json.dumps(values).encode("ascii")


def decode_keys(content: bytes | bytearray) -> list[WrappedKey]:
    """Return the wrapped keys in a question; raises Unreadable when it is not one."""
    try:
        values: list[dict[str, Any]] = json.loads(content)
        if len(values) > _MOST_KEYS:
            raise ValueError("too many")
        return [_wrapped(one) for one in values]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable("the reading process sent an invalid request for a key") from None


def _wrapped(values: dict[str, Any]) -> WrappedKey:
    found = WrappedKey(
        sealed=bytes.fromhex(values["sealed"]),
        issuer=bytes.fromhex(values["issuer"]),
        serial=int(values["serial"]),
        key_id=bytes.fromhex(values["key_id"]),
        padding=values["padding"],
        hash=values["hash"],
        mask_hash=values["mask_hash"],
        label=bytes.fromhex(values["label"]),
    )
    if (
        found.padding not in ("pkcs1", "oaep")
        or not {found.hash, found.mask_hash} <= set(get_args(Hash))
        or len(found.sealed) > _LARGEST_KEY
    ):
        raise ValueError("not a wrapped key")
    return found
