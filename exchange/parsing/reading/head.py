"""Read the header fields that matter: sender, thread and date."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from exchange.domain.foreign import storable
from exchange.domain.mail import MailHead
from exchange.parsing.mime.headers import (
    CONTENT_FIELDS,
    Headers,
    collapse_blanks,
    decode_words,
    head_end,
    message_ids,
    parse_date,
    read_fields,
)
from exchange.parsing.mime.sender import plain_addresses, sender_of

_MARKER_HEADER: Final = "x-mp121-exchange"
_LONGEST_SUBJECT: Final = 2000
_LONGEST_HEAD: Final = 1_000_000
_LONGEST_LIST_ID: Final = 255
_MOST_LISTS: Final = 10
# Fields of groups and lists that give no List-Id.
_GROUPS: Final = ("mailing-list", "x-mailing-list", "x-google-group-id", "list-post")
NAMELESS: Final = "without a name"


# A server that delivers a mail notes in one of these to which address it did.
_DELIVERED: Final = ("delivered-to", "x-original-to", "x-delivered-to", "envelope-to")


def received(raw: bytes) -> datetime | None:
    """Return when the last server received a mail, by its topmost Received field; or None."""
    ends = head_end(raw, _LONGEST_HEAD)
    trace = read_fields(raw[: ends[0]]).get("received") if ends else ""
    return parse_date(trace.rpartition(";")[2].strip())


def _list_id(headers: Headers) -> str:
    """Return the identifier of the List-Id field, with or without its description (RFC 2919).

    A mail that came through several lists has them all in one, which is no list's identifier; so
    has one whose list does not give its own.  Groups without List-Id have another field.
    """
    fields = headers.all("list-id")[:_MOST_LISTS]
    if not fields:
        fields = [one for one in map(headers.get, _GROUPS) if one][:1]
    names = dict.fromkeys(_identifier(one) or NAMELESS for one in fields)
    return ", ".join(names)[:_LONGEST_LIST_ID]


def _identifier(field: str) -> str:
    _, opened, rest = field.rpartition("<")
    written = rest.partition(">")[0] if opened else field
    return collapse_blanks(written).strip().lower()


def head_of(headers: Headers) -> MailHead:
    """Return the fields that matter of a parsed header, made storable."""
    sender = sender_of(headers)
    ids = message_ids(headers.get("message-id"))
    parents = message_ids(headers.get("in-reply-to"))
    return MailHead(
        message_id=storable(ids[0]) if ids else "",
        subject=storable(decode_words(headers.get("subject"))[:_LONGEST_SUBJECT]),
        # What can be read in two ways is nobody.
        sender="" if headers.fault else storable(sender.address),
        sender_name=storable(sender.name),
        reply_to=plain_addresses(headers.all("reply-to")),
        to=plain_addresses([*headers.all("to"), *headers.all("cc")]),
        in_reply_to=storable(parents[0]) if parents else "",
        references=tuple(map(storable, message_ids(" ".join(headers.all("references"))))),
        date=parse_date(headers.get("date")),
        list_id=storable(_list_id(headers)),
        own_marker=storable(collapse_blanks(headers.get(_MARKER_HEADER))[:300]),
        delivered_to=plain_addresses(
            [one for name in _DELIVERED for one in headers.all(name)[:20]]
        ),
        content=storable(_content_of(headers)),
        fault=headers.fault,
    )


def _content_of(headers: Headers) -> str:
    """Return the fields that say how a body is decoded, on one line; two copies have the same."""
    fields = (f"{name}: {value}" for name in CONTENT_FIELDS for value in headers.all(name)[:5])
    return collapse_blanks("; ".join(fields))[:_LONGEST_SUBJECT]
