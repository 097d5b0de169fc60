"""What a server answers to FETCH and SEARCH, taken apart: each mail by its own UID, or not at all.

The library names an answer without UID by its sequence number, which may be the UID of another
mail, and one field of nonsense costs it the whole answer.
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
HIGHEST: Final = 2**32 - 1
SIZE_AND_DATE: Final = ("RFC822.SIZE", "INTERNALDATE")
WHOLE: Final = "BODY.PEEK[]"
HEADER: Final = "BODY.PEEK[HEADER]<0.65536>"
FEW_FIELDS: Final = "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT MESSAGE-ID)]<0.8192>"
_LARGEST: Final = 2**31 - 1  # what a column of the ledger holds; no mail comes near
_NUMBERS: Final = re.compile(rb"\s*((?:\d{1,10}(?:\s+|$))*)(?:\(MODSEQ \d+\))?\s*", re.IGNORECASE)
_HEAD: Final = 65_536  # bytes in which the header field with the boundary is looked for
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_BOUNDARY: Final = re.compile(
    rb"^content-type\s*:\s*multipart/[^\r\n]*?;\s*boundary\s*=\s*(?:\"([^\"\r\n]+)|([^\s;\"]+))",
    re.IGNORECASE | re.MULTILINE,
)

Fields = Mapping[bytes, object]
Given = Callable[[Sequence[int], Sequence[str]], tuple[Mapping[int, Fields], Mapping[int, str]]]


@dataclass(frozen=True, slots=True)
class Sized:
    """What is known of a mail before its bytes are asked for; None is what the server left out."""

    ref: MailRef
    size: int | None = None
    arrived: datetime | None = None  # UTC


def is_number(value: object) -> bool:
    """Whether this may be a UID or a UIDVALIDITY."""
    return isinstance(value, int) and 0 < value <= HIGHEST


def uids_in(answers: Sequence[object]) -> set[int]:
    """The numbers of a SEARCH answer, which may come in several lines.

    Raises imaplib's ``error`` where anything else stands in it.
    """
    found: set[int] = set()
    for line in answers:
        match = _NUMBERS.fullmatch(line) if isinstance(line, bytes) else None
        if match is None:
            raise imaplib.IMAP4.error("the list of mails makes no sense")
        found.update(map(int, match.group(1).split()))
    if any(not is_number(uid) for uid in found):
        raise imaplib.IMAP4.error("the list of mails holds a number that is none of a mail")
    return found


def fields_by_uid(answers: Sequence[Any]) -> dict[int, dict[bytes, object]]:
    """The fields of each mail in a FETCH answer; what names no mail by its UID is passed over.

    Raises imaplib's ``error`` when the answer is no IMAP, or gives a mail twice in two versions.
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
                    raise imaplib.IMAP4.error("the server gives one mail twice, and not the same")
            known.update(fields)
    except (imaplib.IMAP4.error, OSError):
        raise
    except Exception as error:
        raise imaplib.IMAP4.error(
            f"the server's answer makes no sense ({type(error).__name__})"
        ) from None
    return found


def _answers(answers: Sequence[Any]) -> Iterator[dict[bytes, object]]:
    parsed = gen_parsed_response(list(answers))
    for _sequence in parsed:
        items = next(parsed, None)
        if not isinstance(items, tuple) or len(items) % 2:
            raise ValueError("no list of fields")
        yield {
            name.upper(): value
            for name, value in zip(items[::2], items[1::2], strict=True)
            if isinstance(name, bytes)
        }


def sized(ref: MailRef, fields: Fields) -> Sized:
    """Size and time of receipt, as far as the server gave them."""
    size = fields.get(b"RFC822.SIZE")
    told = isinstance(size, int) and 0 <= size <= _LARGEST
    return Sized(ref, size if told and isinstance(size, int) else None, arrival(fields))


def arrival(fields: Fields) -> datetime | None:
    """When the server received a mail, UTC; None where it gives no time that can be."""
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
    """What became of one mail of which ``asked`` was fetched; ``refused`` has refusals by UID."""
    if asked == FEW_FIELDS and mail.arrived is not None:
        return OldMail(mail.ref, _header_in(fields or {}), mail.arrived, mail.size or 0)
    if fields is None:
        return not_given(mail, refused.get(mail.ref.uid, "the server answers OK without it"))
    if asked == HEADER:
        head = _header_in(fields)
        if not head:
            return not_given(mail, "the server gives no header of it")
        return FetchedMail(mail.ref, head, mail.arrived, mail.size or 0)
    raw = _whole_in(fields, mail.size)
    if isinstance(raw, str):
        return not_given(mail, raw)
    if len(raw) > max_bytes:
        # Some servers only estimate RFC822.SIZE, so the bytes themselves count too.
        return FetchedMail(mail.ref, _header_of(raw), mail.arrived, len(raw))
    return FetchedMail(mail.ref, raw, mail.arrived)


def checked(mail: Sized, found: Fetched, given: Given) -> Fetched:
    """Return ``found``, or *not given* where a mail of another size than announced is cut off.

    ``given`` asks the server what lies beyond the end (``Session.given``).
    """
    end = _in_doubt(mail, found)
    if end is None:
        return found
    beyond, _ = given([mail.ref.uid], (f"BODY.PEEK[]<{end}.1>",))
    return _cut_off(mail, found, beyond.get(mail.ref.uid, {}))


def _in_doubt(mail: Sized, found: Fetched) -> int | None:
    """Where a whole mail ended, unless its size is what the server announced; else None.

    Some servers only estimate RFC822.SIZE or tell none, others lose the end of a mail: one octet
    asked for from there on (RFC 9051, 6.4.5, partial FETCH) tells which.
    """
    if not isinstance(found, FetchedMail) or found.oversize:
        return None
    return len(found.raw) if len(found.raw) != mail.size else None


def _cut_off(mail: Sized, found: Fetched, beyond: Fields) -> Fetched:
    """The same, or *not given* where the mail goes on past its end.

    ``beyond`` shows it, or the mail itself, where it is shorter than announced and breaks off.
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
    """Whether a mail ends within a line, or before the last of its parts is closed."""
    if not raw.endswith(b"\n"):
        return True
    head = _FOLD.sub(b" ", _header_of(raw[:_HEAD]))
    found = _BOUNDARY.search(head)
    return found is not None and b"--%b--" % (found[1] or found[2]) not in raw


def not_given(mail: Sized, reason: str) -> NotGiven:
    """A mail that the server does not hand over."""
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
    """The mail that a FETCH of it brought, or why that is none."""
    raw = fields.get(b"BODY[]", fields.get(b"BODY[]<0>"))
    if isinstance(raw, bytes):
        if not raw and size != 0:
            told = f"although it announces {size:,}" if size else "and tells no size"
            return f"the server gives no bytes of it, {told}"
        if b"BODY[]" not in fields and len(raw) < (size or 0):
            return f"the server gives {len(raw):,} of its {size:,} bytes"
        return raw
    if b"BODY[]" in fields or b"BODY[]<0>" in fields:
        return "the server gives NIL in the place of it"
    return "the server answers OK and does not give it"


def groups(
    mails: Sequence[Sized], most_bytes: int, max_bytes: int, not_before: datetime | None
) -> Iterator[list[Sized]]:
    """Groups to fetch in one command, in their order: bounded in bytes, of one kind each.

    Mails that are too large, and those of a size that is not told or nothing, go alone.
    """
    group: list[Sized] = []
    weight = 0
    for one in mails:
        old = is_old(one, not_before)
        # A size that is not told may be any.
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
    """Whether the server received a mail before the mailbox was ours to answer."""
    return not_before is not None and mail.arrived is not None and mail.arrived < not_before


def still_there(
    found: Sequence[Fetched], ask: Callable[[list[int]], Iterable[int]]
) -> Sequence[Fetched]:
    """The same, with what has left the inbox marked so; ``ask`` says which UIDs are in it."""
    missing = [one.ref.uid for one in found if isinstance(one, NotGiven)]
    there = set(ask(missing)) if missing else set()
    return [
        replace(one, reason="it has left the inbox", vanished=True)
        if isinstance(one, NotGiven) and one.ref.uid not in there
        else one
        for one in found
    ]
