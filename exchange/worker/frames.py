"""What the two processes say to each other: length-prefixed JSON, never pickle.

The reading process may have been taken over by what it read; nothing that it says may run here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, BinaryIO, Final, get_args

from exchange.domain.device import DeviceId
from exchange.domain.envelope import Hash, WrappedKey
from exchange.domain.foreign import storable_json
from exchange.domain.mail import (
    Bounce,
    Kind,
    MailHead,
    Reject,
    Subkind,
    TablePreview,
    Understanding,
)
from exchange.errors import BadInput, Unreadable
from exchange.parsing.identifiers.bulk import uncollected
from exchange.worker import columns

LENGTH_BYTES: Final = 8
HEAD_BYTES: Final = 4  # of the length of a question's head
# In the place of that: several questions follow, each with its own length.
SEVERAL: Final = b"\xff" * HEAD_BYTES
MOST_BYTES: Final = 1 << 29
# How each message of the reading process begins.
READY, SAID, FAILED, ASKS = b".", b"+", b"-", b"?"
_MOST_KEYS: Final = 200
_LARGEST_KEY: Final = 2048


def write_frame(stream: BinaryIO, *pieces: bytes) -> None:
    """One message: its length in 8 bytes, big-endian, then its bytes."""
    stream.write(sum(map(len, pieces)).to_bytes(LENGTH_BYTES, "big"))
    for piece in pieces:
        stream.write(piece)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next message, or None at the end."""
    prefix = stream.read(LENGTH_BYTES)
    if len(prefix) < LENGTH_BYTES:
        return None
    return stream.read(int.from_bytes(prefix, "big"))


class Asked:
    """A question as it comes in: its head (JSON), and a raw mail or file, given out once."""

    def __init__(self, head: bytes, raw: bytes) -> None:
        self.head: dict[str, Any] = json.loads(head)
        self._raw = raw

    def take(self) -> bytes:
        """The raw mail or file.  It is as large as any, and does not stay here as well."""
        raw, self._raw = self._raw, b""
        return raw


def write_question(head: bytes) -> bytes:
    """What stands before the raw mail or file in a question: the head with its length."""
    return len(head).to_bytes(HEAD_BYTES, "big") + head


def read_questions(stream: BinaryIO) -> list[Asked] | None:
    """The questions of the next message, most often one; None at the end."""
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


def encode(said: Understanding) -> bytes:
    """An understanding as JSON; long lists go as columns, for there may be half a million rows."""
    # Field by field: ``asdict`` copies each value on the way, which is half of all the work here.
    head = {name: getattr(said.head, name) for name in _HEAD}
    head["date"] = said.head.date.isoformat() if said.head.date else None
    content = {
        "head": head,
        "kind": said.kind.value,
        "subkind": said.subkind.value,
        "devices": columns.of_found(said.devices),
        "answers": columns.of_answers(said.answers),
        "rejects": [
            [one.text, one.reason, one.where, one.device.raw.hex() if one.device else None]
            for one in said.rejects
        ],
        "warnings": said.warnings,
        "references": said.references,
        "bounces": [asdict(one) for one in said.bounces],
        "returns_on": said.returns_on.isoformat() if said.returns_on else None,
        "text": said.text,
        "tables": said.tables,
    }
    return json.dumps(content).encode("ascii")


def decode(content: bytes | bytearray) -> Understanding:
    """The understanding in ``content``; raises Unreadable when it is none.

    Every value passes the constructors that check it, and the many devices one check of all: a
    Device ID or a code that is none does not come through, whatever the other process says.
    """
    try:
        with uncollected():
            return _understanding(_loaded(content))
    except (BadInput, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable("the reading process gave no understanding") from None


# How JSON writes what ``storable`` replaces; half of a pair and a whole one begin alike.
_UNFIT: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def _loaded(content: bytes | bytearray) -> Any:
    """What the other process said, with text in it that can be stored whatever it read."""
    told = json.loads(content)
    # Looked for in the bytes first: there may be half a million rows, and nearly never any.
    return storable_json(told) if not content.isascii() or _UNFIT.search(content) else told


def said_fault(content: bytes | bytearray) -> tuple[Unreadable, bool]:
    """Return why the other process could not understand something, in its words.

    True with it where the process rather than the mail may be at fault: the machine's memory may
    have run out.  Raises Unreadable when the words make no sense.
    """
    try:
        said = _loaded(content)
        error = Unreadable(str(said["message"]), place=str(said.get("place", "")))
        return error, bool(said.get("memory"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable("the reading process gave no understanding") from None


def _understanding(told: dict[str, Any]) -> Understanding:
    return Understanding(
        head=_head(told["head"]),
        kind=Kind(told["kind"]),
        subkind=Subkind(told["subkind"]),
        devices=columns.to_found(told["devices"]),
        answers=columns.to_answers(told["answers"]),
        rejects=tuple(
            Reject(
                str(text),
                str(reason),
                str(where),
                DeviceId(bytes.fromhex(device)) if device else None,
            )
            for text, reason, where, device in told["rejects"]
        ),
        warnings=tuple(map(str, told["warnings"])),
        references=tuple(map(str, told["references"])),
        bounces=tuple(_bounce(one) for one in told["bounces"]),
        returns_on=date.fromisoformat(told["returns_on"]) if told["returns_on"] else None,
        text=str(told["text"]),
        tables=tuple(map(_look, told["tables"])),
    )


def _head(told: dict[str, Any]) -> MailHead:
    return MailHead(
        message_id=str(told["message_id"]),
        subject=str(told["subject"]),
        sender=str(told["sender"]),
        sender_name=str(told["sender_name"]),
        reply_to=tuple(map(str, told["reply_to"])),
        to=tuple(map(str, told["to"])),
        in_reply_to=str(told["in_reply_to"]),
        references=tuple(map(str, told["references"])),
        date=datetime.fromisoformat(told["date"]) if told["date"] else None,
        own_marker=str(told["own_marker"]),
    )


def _look(told: list[Any]) -> TablePreview:
    where, letters, titles, usual, mapped, misfit, rows = told
    return TablePreview(
        str(where),
        tuple(map(str, letters)),
        tuple(map(str, titles)),
        tuple(map(str, usual)),
        tuple(map(str, mapped)),
        str(misfit),
        tuple((int(number), tuple(map(str, cells))) for number, cells in rows),
    )


def _bounce(told: dict[str, Any]) -> Bounce:
    return Bounce(
        recipient=str(told["recipient"]),
        permanent=bool(told["permanent"]),
        status=str(told["status"]),
        diagnostic=str(told["diagnostic"]),
        original_message_id=str(told["original_message_id"]),
    )


def encode_keys(wrapped: Sequence[WrappedKey]) -> bytes:
    """The question for the content key of an encrypted part."""
    told = [
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
    return json.dumps(told).encode("ascii")


def decode_keys(content: bytes | bytearray) -> list[WrappedKey]:
    """The wrapped keys in a question; raises Unreadable when it is none."""
    try:
        told: list[dict[str, Any]] = json.loads(content)
        if len(told) > _MOST_KEYS:
            raise ValueError("too many")
        return [_wrapped(one) for one in told]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable("the reading process asked for no key") from None


def _wrapped(told: dict[str, Any]) -> WrappedKey:
    found = WrappedKey(
        sealed=bytes.fromhex(told["sealed"]),
        issuer=bytes.fromhex(told["issuer"]),
        serial=int(told["serial"]),
        key_id=bytes.fromhex(told["key_id"]),
        padding=told["padding"],
        hash=told["hash"],
        mask_hash=told["mask_hash"],
        label=bytes.fromhex(told["label"]),
    )
    if (
        found.padding not in ("pkcs1", "oaep")
        or not {found.hash, found.mask_hash} <= set(get_args(Hash))
        or len(found.sealed) > _LARGEST_KEY
    ):
        raise ValueError("not a wrapped key")
    return found
