"""Turn a mail's bytes into what it says: the entry point for everything that reads mail.

The order of the steps: parts, header, body and its quotes, findings in body and attachments, kind
of mail, and last resolving claims that contradict each other.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.limits import DEFAULT, Limits
from exchange.domain.mail import (
    Answer,
    Bounce,
    Found,
    Kind,
    Lack,
    MailHead,
    Reject,
    Subkind,
    Understanding,
)
from exchange.domain.meaning.sent_lines import SentText
from exchange.errors import Unreadable
from exchange.parsing.containers.openers import NO_OPENERS, Openers
from exchange.parsing.containers.outlook import open_outlook
from exchange.parsing.containers.sniff import Shape, has_mail_header, shape_of
from exchange.parsing.findings.claim_columns import any_code, claim_ids, found_ids
from exchange.parsing.findings.findings import Findings, ids_in_words
from exchange.parsing.findings.loose_crcs import settle_claims, settle_loose_codes
from exchange.parsing.findings.named_denials import named_denials
from exchange.parsing.findings.resolve_claims import (
    resolve_claims,
    unique_devices,
)
from exchange.parsing.identifiers.bulk import gc_paused
from exchange.parsing.lists.prose.device_runs import expand_runs, text_of_lines
from exchange.parsing.lists.tables.mapped_columns import NO_MAPPING, ColumnMappings
from exchange.parsing.mailkinds import bounces, notices
from exchange.parsing.mailkinds.absence import return_date
from exchange.parsing.mailkinds.asking import asks
from exchange.parsing.mailkinds.automatic import Automatic, automatic
from exchange.parsing.mailkinds.classify import (
    Classified,
    classify_by_content,
    classify_by_header,
    is_reply,
)
from exchange.parsing.mailkinds.replies import warnings_for
from exchange.parsing.mime.headers import Headers, head_end, header_fault, read_fields
from exchange.parsing.mime.parts import Part, read_parts
from exchange.parsing.reading.enclosed import (
    MOST_NAMED,
    enclosed_in,
    lack_of,
    links_in,
    pictured_in,
    typed_links,
)
from exchange.parsing.reading.head import head_of
from exchange.parsing.reading.linked_ids import linked_ids
from exchange.parsing.reading.list_length import miscount_of
from exchange.parsing.reading.walk import Reading, Scope, read_mail, scope_of
from exchange.parsing.statements.requesting.addressees import addressed_in, spoken_of_in

__all__ = ["ColumnMappings", "Openers", "read_head", "understand", "understand_file"]

_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9])MP121-[A-Z0-9][A-Z0-9_\-]{1,15}-\d{4}-[QA]\d{5,9}(?![A-Za-z0-9])", re.I
)
_MARK: Final = "MP121-"
_BOTH: Final = "\n\n-- the same mail to those who read text and not HTML:\n\n"
_MAY_BE_LOCKED: Final = frozenset(
    (
        Subkind.NONE, Subkind.REPLY, Subkind.QUESTION, Subkind.ATTACHMENT_MISSING,
        Subkind.ATTACHMENT_SILENT, Subkind.PROMISED, Subkind.NEEDS_MORE, Subkind.ASKS_WHICH,
    )
)  # fmt: skip
_MAY_LACK: Final = frozenset(
    (Subkind.QUESTION, Subkind.REPLY, Subkind.ATTACHMENT_MISSING, Subkind.ATTACHMENT_SILENT)
)
_MOST_REFERENCES: Final = 1000
_FAULTS: Final = (
    ValueError, LookupError, ArithmeticError, TypeError, AttributeError, OSError, EOFError,
    struct.error, zlib.error,
)  # fmt: skip


def read_head(raw: bytes, limits: Limits = DEFAULT) -> MailHead:
    """Return the header fields that matter, without reading the body.

    Raises Unreadable when the header exceeds its limit.
    """
    ends = head_end(raw, limits.header_bytes)
    if ends is None:
        raise Unreadable(f"a header of more than {limits.header_bytes:,} bytes")
    headers = read_fields(raw[: ends[0]])
    headers.fault = header_fault(raw, ends)
    return head_of(headers)


def understand(
    raw: bytes,
    limits: Limits = DEFAULT,
    own_addresses: frozenset[str] = frozenset(),
    openers: Openers = NO_OPENERS,
    mapping: ColumnMappings = NO_MAPPING,
    sent: tuple[SentText, ...] = (),
    lists: frozenset[str] = frozenset(),
) -> Understanding:
    """Return everything one mail says.

    ``own_addresses``: our own addresses, plain and in lower case; mail from them is our own mail
    coming back.  ``openers``: passwords and keys for protected files and encrypted mails.
    ``mapping``: the columns that a person put on file for the sender.  ``sent``: letters of ours
    that the mail may answer; what it repeats of them is quoted.  ``lists``: the List-Ids of mailing
    lists whose mail is read as the sender's own.  Raises Unreadable, with a reason for people, when
    the mail exceeds a limit or cannot be read at all; raises no other error, whatever the bytes.
    """
    scope = scope_of(limits, own_addresses, openers, mapping, sent, lists)

    def read() -> Understanding:
        nonlocal raw
        mail = read_parts(raw, limits)
        raw = b""  # its parts have the content, decoded: free the raw mail if nobody else needs it
        return _read(mail, scope)

    return _catch_faults(read)


def _read(mail: Part, scope: Scope) -> Understanding:
    head = head_of(mail.headers)
    reading = read_mail(mail, head, scope)
    result = _with_enclosed(mail, reading, _conclude(head, mail.headers, reading, scope), scope)
    looks = scope.mapping.previews
    return replace(result, tables=tuple(looks)) if looks else result


def _with_enclosed(
    mail: Part, reading: Reading, said: Understanding, scope: Scope
) -> Understanding:
    """Add what is attached and linked, and what is there where a list should be."""
    attachments = reading.contents.attachments
    links = links_in(mail, reading.own_text)
    lack, lacking = Lack.NONE, ""
    asking = reading.findings.asks or asks(said.statements)
    if said.subkind in _MAY_LACK and said.kind is Kind.UNKNOWN and asking:
        lack, lacking = lack_of(mail, reading.own_text, attachments, links, scope.limits)
    # In the HTML of a reply nobody knows which links are quoted.
    typed = links if reading.own_text == reading.text else typed_links(reading.own_text)
    listed = len(typed) if said.kind in (Kind.REQUEST, Kind.RESPONSE) else 0
    linked = linked_ids(links, said.devices, listed=listed)
    unseen = pictured_in(mail, reading.own_text, attachments) if said.kind is Kind.REQUEST else ()
    return replace(
        said,
        rejects=(*said.rejects, *linked.rejects, *unseen),
        warnings=(*said.warnings, *linked.warnings),
        lack=lack,
        lacking=lacking,
        by_machine=said.kind is Kind.UNKNOWN
        and automatic(mail.headers, said.head.subject) is not Automatic.NO,
        enclosed=enclosed_in(attachments),
        links=links[:MOST_NAMED],
    )


def _catch_faults(read: Callable[[], Understanding]) -> Understanding:
    try:
        with gc_paused():
            return read()
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("parts are nested without end") from None
    except MemoryError:
        raise Unreadable("reading it takes more memory than there is") from None
    except _FAULTS as error:
        # Last line of defence: a bug of ours on strange input must cost one mail only.
        raise Unreadable(f"reading it caused an internal error ({type(error).__name__})") from error


def understand_file(
    name: str,
    content: bytes,
    limits: Limits = DEFAULT,
    openers: Openers = NO_OPENERS,
    own_addresses: frozenset[str] = frozenset(),
    mapping: ColumnMappings = NO_MAPPING,
    sent: tuple[SentText, ...] = (),
) -> Understanding:
    """Read a single file as the only attachment of a mail without a header.

    A file that is a mail (.eml, .msg) is read as that mail.  Raises Unreadable like
    ``understand``.
    """
    shape = shape_of(content)
    headed = shape is Shape.TEXT and has_mail_header(content)
    if shape is Shape.MAIL or headed or name.lower().endswith(".eml"):
        whole = content.lstrip(b"\r\n")
        return understand(whole, limits, own_addresses, openers, mapping, sent)
    if len(content) > limits.mail_bytes:
        raise Unreadable(f"the file has {len(content):,} bytes, more than {limits.mail_bytes:,}")
    scope = scope_of(limits, own_addresses, openers, mapping, sent)
    if shape is Shape.OUTLOOK:
        return _catch_faults(lambda: _read_outlook(name, content, scope))
    part = Part(Headers([]), "application/octet-stream", {}, content, name=name, attached=True)
    mail = Part(Headers([]), "multipart/mixed", {}, children=[part])
    return _catch_faults(lambda: _read(mail, scope))


def _read_outlook(name: str, content: bytes, scope: Scope) -> Understanding:
    opened = open_outlook(name, content, scope.budget, 0)
    if not opened.inner:
        raise Unreadable(opened.rejects[0].reason, place=name)
    result = _read(opened.inner[0].part, scope)
    return replace(result, warnings=(*opened.warnings, *result.warnings))


def _conclude(head: MailHead, headers: Headers, reading: Reading, scope: Scope) -> Understanding:
    own_addresses = scope.own_addresses
    references = _references(head.subject, reading.text)
    classified = classify_by_header(
        head, headers, reading.contents, reading.own_text, own_addresses
    )
    found = reading.findings
    if classified is None:
        about_ours = bool(references) or is_reply(head)
        classified = classify_by_content(
            head,
            headers,
            reading.contents,
            found,
            reading.own_text,
            reading.statements,
            list_allowed=head.list_id in scope.lists,
            about_ours=about_ours,
            ours_repeated=any("-Q" in one for one in references),
            of_answer=bool(references) and all("-A" in one for one in references),
            own_addresses=own_addresses,
        )
    warnings = list(found.warnings)
    failed: tuple[Bounce, ...] = ()
    if classified.kind is Kind.BOUNCE:
        failed = (
            bounces.read_reports(reading.contents)
            or bounces.refused_recipient(
                reading.contents, f"{head.subject}\n{reading.own_text}"[:4000]
            )
            or notices.read_notice(
                headers, reading.contents, expand_runs(reading.lines), head.subject, own_addresses
            )
        )
        if (
            classified.subkind is Subkind.FREE_FORM
            and failed
            and not any(one.permanent for one in failed)
        ):
            classified = Classified(classified.kind, Subkind.DELAYED, counts=False)
    if _answers_by_machine(classified, found):
        classified = Classified(Kind.UNKNOWN, Subkind.AUTOMATIC_ANSWER, counts=False)
    unsaid = classified.kind is Kind.UNKNOWN and classified.subkind in _MAY_BE_LOCKED
    if unsaid and any(reject.locked for reject in found.rejects):
        classified = Classified(Kind.UNKNOWN, Subkind.LOCKED)
    if found.misfits and classified.kind in (Kind.REQUEST, Kind.RESPONSE, Kind.UNKNOWN):
        classified = Classified(Kind.UNKNOWN, Subkind.COLUMNS, counts=False)
    text = reading.text
    if found.contradiction and classified.kind in (Kind.REQUEST, Kind.RESPONSE, Kind.UNKNOWN):
        classified = Classified(Kind.UNKNOWN, Subkind.CONTRADICTION, counts=False)
        other = text_of_lines(reading.contents.plain_lines)
        text += _BOTH + other if other else ""
    if not classified.counts:
        said = [found.contradiction] if found.contradiction else []
        warnings = [*said, *_uncounted_warnings(classified, found)]
        found = Findings()
    warnings += warnings_for(classified.subkind)
    listed = len(found.devices)
    devices, answers, rejects = _outcome(classified, found, warnings)
    repeated = max(0, listed - len(devices) - found.copied)
    asks = classified.kind is Kind.REQUEST
    return Understanding(
        head=head,
        kind=classified.kind,
        subkind=classified.subkind,
        devices=devices,
        answers=answers,
        rejects=rejects,
        warnings=tuple(dict.fromkeys([head.fault, *warnings] if head.fault else warnings)),
        left_out=tuple(dict.fromkeys(found.left_out)),
        statements=(*reading.statements, *found.statements, *named_denials(answers)),
        quoted_rows=tuple(reading.quote.rows),
        quoted_whole=reading.quote.complete,
        repeated=repeated,
        miscount=miscount_of(classified, reading, devices, rejects, repeated, found.totals),
        loose_codes=tuple(one for one in settle_loose_codes(found) if one.where.startswith("body")),
        files=len(reading.contents.attachments) + len(reading.contents.mails),
        references=references,
        bounces=failed,
        returns_on=(
            return_date(f"{head.subject}\n{reading.own_text}", head.date)
            if classified.kind is Kind.AUTO_REPLY
            and classified.subkind in (Subkind.NONE, Subkind.ABSENCE)
            else None
        ),
        text=text,
        addressed=addressed_in(reading.lines, head.subject) if asks else (),
        spoken_of=spoken_of_in(reading.lines) if asks else (),
    )


def _references(subject: str, text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for source in (subject, text):
        if _MARK not in source.upper():
            continue  # a case-insensitive pattern is slow on a long list
        for match in _REFERENCE.finditer(source):
            if len(found) < _MOST_REFERENCES:
                found.setdefault(match.group().upper())
    return tuple(found)


def _answers_by_machine(classified: Classified, found: Findings) -> bool:
    """Return whether an automatic reply (no absence, no ticket) has codes: a person reads it."""
    automatic = classified.kind in (Kind.ACKNOWLEDGEMENT, Kind.AUTO_REPLY)
    unspecific = classified.subkind in (Subkind.NONE, Subkind.AUTOMATIC, Subkind.GENERATED)
    return automatic and unspecific and any_code(found.claims)


def _uncounted_warnings(classified: Classified, found: Findings) -> list[str]:
    """Return warnings for a mail whose lists are ignored: how many devices it lists."""
    devices = len(np.unique(found_ids(found.devices)))
    if classified.kind is Kind.BOUNCE or not devices:
        return list(found.misfits)
    what = classified.subkind or classified.kind.value
    verb = "is" if devices == 1 else "are"
    return [*found.misfits, f"{ids_in_words(devices)} in it {verb} ignored ({what})"]


def _outcome(
    classified: Classified, found: Findings, warnings: list[str]
) -> tuple[Sequence[Found], Sequence[Answer], tuple[Reject, ...]]:
    """Return devices, answers and rejects, by the findings and the kind of mail."""
    devices = unique_devices(found.devices)
    if found.quoted:
        listed = np.concatenate([found_ids(found.devices), claim_ids(found.claims)])
        only_quoted = ~np.isin(ids_of(found.quoted), listed)
        if only_quoted.any():
            warnings.append(_only_quoted(int(np.count_nonzero(only_quoted))))
    claims = found.claims
    if classified.kind is not Kind.RESPONSE:
        if claims:
            count = len(np.unique(claim_ids(claims)))
            ids = _count(count, "Device ID", "Device IDs")
            warnings.append(
                f"words that could be an answer are next to {ids}; the mail is read"
                f" as {classified.kind.value}"
            )
        return devices, (), tuple(found.rejects)
    claims, spoilt = settle_claims(found)
    whole = any(not one.without_crc for one in found.loose_codes)
    answers, conflicts = resolve_claims(claims, crc_elsewhere=whole)
    return devices, answers, (*found.rejects, *spoilt, *conflicts)


def _only_quoted(count: int) -> str:
    return f"{_count(count, 'Device ID is', 'Device IDs are')} only in quoted text"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
