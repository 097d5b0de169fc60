"""Mails and their parts, as the tests of their kinds need them."""

from __future__ import annotations

from exchange.domain.limits import DEFAULT
from exchange.parsing.mime.contents import Contents, contents_of
from exchange.parsing.mime.headers import Headers
from exchange.parsing.mime.parts import read_parts
from tests.corpus import making


def contents(content: bytes | str) -> Contents:
    """Return the contents of a mail with this text, or this part."""
    return contents_of(read_parts(making.mail(content), DEFAULT), DEFAULT)


def headers(**fields: str) -> Headers:
    """Return a header; an underscore in a name stands for a hyphen."""
    return Headers([(name.replace("_", "-"), value) for name, value in fields.items()])


def report(*recipients: str, text: str = "A notice.\n", returned: bytes = b"") -> bytes:
    """Return a delivery-status report with these recipients' fields."""
    status = "Reporting-MTA: dns; mx.test\n\n" + "\n\n".join(recipients) + "\n"
    parts = [making.part(text), making.part(status, "message/delivery-status")]
    if returned:
        parts.append(making.part(returned, "message/rfc822"))
    return making.multi("report", *parts, more='; report-type="delivery-status"')


def disposition(fields: str) -> bytes:
    """Return a receipt (RFC 8098) with these fields."""
    return making.multi(
        "report",
        making.part("A receipt.\n"),
        making.part(fields, "message/disposition-notification"),
    )


OURS = b"Message-ID: <ours@op-a.test>\r\nTo: Bob <Bob@op-b.test>\r\nSubject: x\r\n\r\nbody\r\n"
