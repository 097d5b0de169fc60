"""The header fields of a mail that decide: who, what thread, when."""

from __future__ import annotations

from typing import Final

from exchange.domain.mail import MailHead
from exchange.parsing.headers import Headers, decoded, message_ids, one_line, when
from exchange.parsing.sender import addresses, sender_of

_MARKER_HEADER: Final = "x-mp121-exchange"
_LONGEST_SUBJECT: Final = 2000


def head_of(headers: Headers) -> MailHead:
    """The deciding fields of a parsed header."""
    sender = sender_of(headers)
    ids = message_ids(headers.get("message-id"))
    parents = message_ids(headers.get("in-reply-to"))
    return MailHead(
        message_id=ids[0] if ids else "",
        subject=decoded(headers.get("subject"))[:_LONGEST_SUBJECT],
        sender=sender.address,
        sender_name=sender.name,
        reply_to=addresses(headers.all("reply-to")),
        to=addresses(headers.all("to")),
        in_reply_to=parents[0] if parents else "",
        references=message_ids(" ".join(headers.all("references"))),
        date=when(headers.get("date")),
        own_marker=one_line(headers.get(_MARKER_HEADER))[:300],
    )
