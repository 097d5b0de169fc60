"""Parse answers to FETCH and SEARCH; ignore every mail that the server does not name by UID.

The library puts an answer without UID under its sequence number, which may be the UID of another
mail, and one invalid field makes it lose the whole answer.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from imapclient.datetime_util import parse_to_datetime
from imapclient.response_parser import gen_parsed_response

from exchange.ports.mail import Fetched, FetchedMail, MailRef, NotGiven, OldMail

# RFC 9051, 9: UIDs and UIDVALIDITY are nz-number, unsigned 32-bit.
HIGHEST_UID: Final = 2**32 - 1
SIZE_AND_DATE: Final = ("RFC822.SIZE", "INTERNALDATE")
WHOLE: Final = "BODY.PEEK[]"
HEADER: Final = "BODY.PEEK[HEADER]<0.65536>"
FEW_FIELDS: Final = "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT MESSAGE-ID)]<0.8192>"
_LARGEST: Final = 2**31 - 1  # the most a ledger column holds; no mail is that large
_NUMBERS: Final = re.compile(rb"\s*((?:\d{1,10}(?:\s+|$))*)(?:\(MODSEQ \d+\))?\s*", re.IGNORECASE)
_HEAD: Final = 65_536  # bytes searched for the header field with the boundary
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_BOUNDARY: Final = re.compile(
    rb"^content-type\s*:\s*multipart/[^\r\n]*?;\s*boundary\s*=\s*(?:\"([^\"\r\n]+)|([^\s;\"]+))",
    re.IGNORECASE | re.MULTILINE,
)

Fields = Mapping[bytes, object]
Given = Callable[[Sequence[int], Sequence[str]], tuple[Mapping[int, Fields], Mapping[int, str]]]


@dataclass(frozen=True, slots=True)
class Sized:
    """What is known of a mail before it is fetched; None where the server left it out."""

    ref: MailRef
    size: int | None = None
    arrived: datetime | None = None  # UTC


def is_number(value: object) -> bool:
    """Return whether this may be a UID or a UIDVALIDITY."""
    return isinstance(value, int) and 0 < value <= HIGHEST_UID


def uids_in(answers: Sequence[object]) -> set[int]:
    """Return the numbers in a SEARCH answer, which may have several lines.

    Raises imaplib's ``error`` if it contains anything else.
    """
    found: set[int] = set()
    for line in answers:
        match = _NUMBERS.fullmatch(line) if isinstance(line, bytes) else None
        if match is None:
            raise imaplib.IMAP4.error("the list of mails is invalid")
        found.update(map(int, match.group(1).split()))
    if any(not is_number(uid) for uid in found):
        raise imaplib.IMAP4.error("the list of mails contains a number that is not a UID")
    return found


def fields_by_uid(answers: Sequence[Any]) -> dict[int, dict[bytes, object]]:
    """Return the fields of each mail in a FETCH answer; answers without a UID are ignored.

    Raises imaplib's ``error`` if the answer is not IMAP, or gives two versions of a mail.
    """
    found: dict[int, dict[bytes, object]] = {}
    try:
        for fields in _answers(answers):
            uid = fields.pop(b"UID", None)
            if not isinstance(uid, int) or not is_number(uid):
                continue
            known = found.setdefault(uid, fields)
            for name in known.keys() & fields.keys():
                if name.startswith(b"BODY[") and known[name] != fields[name]:
                    raise imaplib.IMAP4.error("the server gives two different versions of one mail")
            known.update(fields)
    except (imaplib.IMAP4.error, OSError):
        raise
    except Exception as error:
        raise imaplib.IMAP4.error(
            f"the server's answer is invalid ({type(error).__name__})"
        ) from None
    return found


def _answers(answers: Sequence[Any]) -> Iterator[dict[bytes, object]]:
    parsed = gen_parsed_response(list(answers))
    for _sequence in parsed:
        items = next(parsed, None)
        if not isinstance(items, tuple) or len(items) % 2:
            raise ValueError("not a list of fields")
        yield {
            name.upper(): value
            for name, value in zip(items[::2], items[1::2], strict=True)
            if isinstance(name, bytes)
        }


def sized(ref: MailRef, fields: Fields) -> Sized:
    """Return size and time of receipt, as far as the server gave them."""
    size = fields.get(b"RFC822.SIZE")
    known = size if isinstance(size, int) and 0 <= size <= _LARGEST else None
    return Sized(ref, known, arrival(fields))


def arrival(fields: Fields) -> datetime | None:
    """Return when the server received a mail, UTC; None if it gives no valid time."""
    written = fields.get(b"INTERNALDATE")
    if not isinstance(written, bytes):
        return None
    try:
        found = parse_to_datetime(written, normalise=False)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, TypeError, OverflowError, LookupError, ArithmeticError):
        return None


def outcome(
    mail: Sized, fields: Fields | None, refused: Mapping[int, str], asked: str, max_bytes: int
) -> Fetched:
    """Return the result for one mail after a FETCH of ``asked``; ``refused`` is by UID."""
    if asked == FEW_FIELDS and mail.arrived is not None:
        return OldMail(mail.ref, _header_in(fields or {}), mail.arrived, mail.size or 0)
    if fields is None:
        return not_given(mail, refused.get(mail.ref.uid, "the server answers OK without it"))
    if asked == HEADER:
        head = _header_in(fields)
        if not head:
            return not_given(mail, "the server gives no header for it")
        return FetchedMail(mail.ref, head, mail.arrived, mail.size or 0)
    raw = _whole_in(fields, mail.size)
    if isinstance(raw, str):
        return not_given(mail, raw)
    if len(raw) > max_bytes:
        # Some servers only estimate RFC822.SIZE, so the bytes themselves count too.
        return FetchedMail(mail.ref, _header_of(raw), mail.arrived, len(raw))
    return FetchedMail(mail.ref, raw, mail.arrived)


def checked(mail: Sized, found: Fetched, given: Given) -> Fetched:
    """Return ``found``, or NotGiven if the mail is cut off; check only if its size is unexpected.

    ``given`` (``Session.given``) asks the server whether the mail goes on after the end.
    """
    end = _in_doubt(mail, found)
    if end is None:
        return found
    beyond, _ = given([mail.ref.uid], (f"BODY.PEEK[]<{end}.1>",))
    return _cut_off(mail, found, beyond.get(mail.ref.uid, {}))


def _in_doubt(mail: Sized, found: Fetched) -> int | None:
    """Return where a whole mail ended; None if it has the size that the server announced.

    Some servers only estimate RFC822.SIZE or leave it out, others lose the end of a mail: fetching
    one more octet from there (RFC 9051, 6.4.5, partial FETCH) shows which.
    """
    if not isinstance(found, FetchedMail) or found.oversize:
        return None
    return len(found.raw) if len(found.raw) != mail.size else None


def _cut_off(mail: Sized, found: Fetched, beyond: Fields) -> Fetched:
    """Return ``found``, or NotGiven if the mail is cut off.

    It is if ``beyond`` has more of it, or if it is shorter than announced and breaks off.
    """
    if not isinstance(found, FetchedMail):
        return found
    end = len(found.raw)
    past = beyond.get(b"BODY[]<%d>" % end)
    again = beyond.get(b"BODY[]")  # a server that does not know partial FETCH gives all of it
    more = past or (isinstance(again, bytes) and len(again) > end)
    if end >= (mail.size or 0):
        return not_given(mail, f"the server gives only {end:,} bytes of it") if more else found
    if not more and not _breaks_off(found.raw):
        return found
    return not_given(mail, f"the server gives {end:,} of its {mail.size:,} bytes")


def _breaks_off(raw: bytes) -> bool:
    """Return whether a mail ends within a line, or before its closing boundary."""
    if not raw.endswith(b"\n"):
        return True
    head = _FOLD.sub(b" ", _header_of(raw[:_HEAD]))
    found = _BOUNDARY.search(head)
    return found is not None and b"--%b--" % (found[1] or found[2]) not in raw


def not_given(mail: Sized, reason: str) -> NotGiven:
    """Return the result for a mail that the server does not give."""
    return NotGiven(mail.ref, reason, mail.size or 0, mail.arrived)


def _header_in(fields: Fields) -> bytes:
    for name, value in fields.items():
        if name.startswith(b"BODY[HEADER") and isinstance(value, bytes):
            return value
    return b""


def _header_of(raw: bytes) -> bytes:
    end = raw.find(b"\r\n\r\n")
    return raw[: end + 4] if end >= 0 else raw[:64_000]


def _whole_in(fields: Fields, size: int | None) -> bytes | str:
    """Return the whole mail from a FETCH answer, or the reason why it is not there."""
    raw = fields.get(b"BODY[]", fields.get(b"BODY[]<0>"))
    if isinstance(raw, bytes):
        if not raw and size != 0:
            announced = f"although it announces {size:,}" if size else "and no size"
            return f"the server gives no bytes of it, {announced}"
        if b"BODY[]" not in fields and len(raw) < (size or 0):
            return f"the server gives {len(raw):,} of its {size:,} bytes"
        return raw
    if b"BODY[]" in fields or b"BODY[]<0>" in fields:
        return "the server gives NIL instead of it"
    return "the server answers OK but does not give it"


def groups(
    mails: Sequence[Sized], most_bytes: int, max_bytes: int, not_before: datetime | None
) -> Iterator[list[Sized]]:
    """Yield groups to fetch in one command, in order: bounded in bytes, all old or all new.

    A mail that is too large, or whose size is unknown or 0, is a group of its own.
    """
    group: list[Sized] = []
    weight = 0
    for one in mails:
        old = is_old(one, not_before)
        # A mail of unknown size may be large.
        alone = not old and (not one.size or one.size > max_bytes)
        size = 0 if old else one.size or 0
        if group and (
            alone or weight + size > most_bytes or old != is_old(group[0], not_before)
        ):  # fmt: skip
            yield group
            group, weight = [], 0
        if alone:
            yield [one]
        else:
            group.append(one)
            weight += size
    if group:
        yield group


def is_old(mail: Sized, not_before: datetime | None) -> bool:
    """Return whether the server received a mail before we had to answer its mails."""
    return not_before is not None and mail.arrived is not None and mail.arrived < not_before


def still_there(
    found: Sequence[Fetched], ask: Callable[[list[int]], Iterable[int]]
) -> Sequence[Fetched]:
    """Return ``found``, with mails that left the inbox marked; ``ask`` returns the UIDs in it."""
    missing = [one.ref.uid for one in found if isinstance(one, NotGiven)]
    there = set(ask(missing)) if missing else set()
    return [
        replace(one, reason="it has left the inbox", vanished=True)
        if isinstance(one, NotGiven) and one.ref.uid not in there
        else one
        for one in found
    ]
