"""A mail's bytes to what it says: the one way in for everything that reads mail.

The order is that of ``understand``: parts, head, body and its quotes, findings of body and
attachments, kind, and last the weighing of all findings against each other.
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
    MailHead,
    Reject,
    Subkind,
    Understanding,
)
from exchange.errors import Unreadable
from exchange.parsing.containers.openers import NO_OPENERS, Openers
from exchange.parsing.containers.outlook import open_outlook
from exchange.parsing.containers.sniff import Shape, has_mail_header, shape_of
from exchange.parsing.findings.claim_columns import any_code, claim_ids, found_ids
from exchange.parsing.findings.findings import Findings
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.findings.resolve_claims import (
    answer_rest,
    check_single_denial,
    claims_from_denial,
    resolve_claims,
    unique_devices,
)
from exchange.parsing.identifiers.bulk import gc_paused
from exchange.parsing.lists.prose.device_runs import expand_runs
from exchange.parsing.lists.tables.mapped_columns import NO_MAPPING, ColumnMappings
from exchange.parsing.mailkinds import bounces, notices
from exchange.parsing.mailkinds.absence import return_date
from exchange.parsing.mailkinds.classify import Judged, by_content, by_header, is_reply
from exchange.parsing.mailkinds.replies import told_of
from exchange.parsing.mime.headers import Headers, head_end, read_fields
from exchange.parsing.mime.parts import Part, read_parts
from exchange.parsing.reading.head import head_of
from exchange.parsing.reading.walk import Reading, Scope, read_mail, scope_of

__all__ = ["ColumnMappings", "Openers", "read_head", "understand", "understand_file"]

_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9])MP121-[A-Z0-9][A-Z0-9_\-]{1,15}-\d{4}-[QA]\d{5,9}(?![A-Za-z0-9])", re.I
)
_MARK: Final = "MP121-"
_MOST_REFERENCES: Final = 1000
_FAULTS: Final = (
    ValueError, LookupError, ArithmeticError, TypeError, AttributeError, OSError, EOFError,
    struct.error, zlib.error,
)  # fmt: skip


def read_head(raw: bytes, limits: Limits = DEFAULT) -> MailHead:
    """The header fields that decide, without looking at the body.

    Raises Unreadable when the header passes its ceiling.
    """
    ends = head_end(raw, limits.header_bytes)
    if ends is None:
        raise Unreadable(f"a header of more than {limits.header_bytes:,} bytes")
    return head_of(read_fields(raw[: ends[0]]))


def understand(
    raw: bytes,
    limits: Limits = DEFAULT,
    own_addresses: frozenset[str] = frozenset(),
    openers: Openers = NO_OPENERS,
    mapping: ColumnMappings = NO_MAPPING,
) -> Understanding:
    """Everything one mail says.

    ``own_addresses``: our own addresses, bare and in lower case; what comes from them is our own
    mail coming back.  ``openers``: what opens protected files and encrypted mails.  ``mapping``:
    the columns that a person put on file for the sender.  Raises Unreadable, with a reason for a
    person, when the mail passes a ceiling or cannot be read at all; no other error escapes,
    whatever the bytes.
    """
    scope = scope_of(limits, own_addresses, openers, mapping)

    def read() -> Understanding:
        nonlocal raw
        mail = read_parts(raw, limits)
        raw = b""  # its parts hold it, decoded: where nobody else has it, it need not stay
        return _read(mail, scope)

    return _guarded(read)


def _read(mail: Part, scope: Scope) -> Understanding:
    head = head_of(mail.headers)
    reading = read_mail(mail, head, scope)
    said = _concluded(head, mail.headers, reading, scope.own_addresses)
    looks = scope.mapping.previews
    return replace(said, tables=tuple(looks)) if looks else said


def _guarded(read: Callable[[], Understanding]) -> Understanding:
    try:
        with gc_paused():
            return read()
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("parts within parts without end") from None
    except MemoryError:
        raise Unreadable("it takes more memory than there is") from None
    except _FAULTS as error:
        # The border of the parsers: a fault of ours in strange input must cost one mail only.
        raise Unreadable(f"it set off a fault ({type(error).__name__})") from error


def understand_file(
    name: str,
    content: bytes,
    limits: Limits = DEFAULT,
    openers: Openers = NO_OPENERS,
    own_addresses: frozenset[str] = frozenset(),
    mapping: ColumnMappings = NO_MAPPING,
) -> Understanding:
    """A file by itself, read as the only attachment of a mail without a header.

    A file that is a mail (.eml, .msg) is read as that mail.  Raises Unreadable like
    ``understand``.
    """
    shape = shape_of(content)
    headed = shape is Shape.TEXT and has_mail_header(content)
    if shape is Shape.MAIL or headed or name.lower().endswith(".eml"):
        whole = content.lstrip(b"\r\n")
        return understand(whole, limits, own_addresses, openers, mapping)
    if len(content) > limits.mail_bytes:
        raise Unreadable(f"the file has {len(content):,} bytes, more than {limits.mail_bytes:,}")
    scope = scope_of(limits, own_addresses, openers, mapping)
    if shape is Shape.OUTLOOK:
        return _guarded(lambda: _read_outlook(name, content, scope))
    part = Part(Headers([]), "application/octet-stream", {}, content, name=name, attached=True)
    mail = Part(Headers([]), "multipart/mixed", {}, children=[part])
    return _guarded(lambda: _read(mail, scope))


def _read_outlook(name: str, content: bytes, scope: Scope) -> Understanding:
    opened = open_outlook(name, content, scope.budget, 0)
    if not opened.inner:
        raise Unreadable(opened.rejects[0].reason, place=name)
    said = _read(opened.inner[0].part, scope)
    return replace(said, warnings=(*opened.warnings, *said.warnings))


def _concluded(
    head: MailHead, headers: Headers, reading: Reading, own_addresses: frozenset[str]
) -> Understanding:
    references = _references(head.subject, reading.text)
    judged = by_header(head, headers, reading.contents, reading.own_text, own_addresses)
    found = reading.findings
    check_single_denial(found)
    if judged is None:
        about_ours = bool(references) or is_reply(head)
        judged = by_content(
            head, headers, reading.contents, found, reading.own_text, about_ours=about_ours
        )
    warnings = list(found.warnings)
    failed: tuple[Bounce, ...] = ()
    if judged.kind is Kind.BOUNCE:
        failed = (
            bounces.read_reports(reading.contents)
            or bounces.read_refusal(reading.contents, f"{head.subject}\n{reading.own_text}"[:4000])
            or notices.read_notice(
                headers, reading.contents, expand_runs(reading.lines), head.subject, own_addresses
            )
        )
        if (
            judged.subkind is Subkind.FREE_FORM
            and failed
            and not any(one.permanent for one in failed)
        ):
            judged = Judged(judged.kind, Subkind.DELAYED, counts=False)
    if _answers_by_machine(judged, found):
        judged = Judged(Kind.UNKNOWN, Subkind.AUTOMATIC_ANSWER, counts=False)
    if found.misfits and judged.kind in (Kind.REQUEST, Kind.RESPONSE, Kind.UNKNOWN):
        judged = Judged(Kind.UNKNOWN, Subkind.COLUMNS, counts=False)
    if not judged.counts:
        warnings = _told_only(judged, found)
        found = Findings()
    warnings += told_of(judged.subkind)
    devices, answers, rejects = _outcome(judged, found, warnings)
    return Understanding(
        head=head,
        kind=judged.kind,
        subkind=judged.subkind,
        devices=devices,
        answers=answers,
        rejects=rejects,
        warnings=tuple(dict.fromkeys(warnings)),
        references=references,
        bounces=failed,
        returns_on=(
            return_date(f"{head.subject}\n{reading.own_text}", head.date)
            if judged.kind is Kind.AUTO_REPLY and judged.subkind in (Subkind.NONE, Subkind.ABSENCE)
            else None
        ),
        text=reading.text,
    )


def _references(subject: str, text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for source in (subject, text):
        if _MARK not in source.upper():
            continue  # a pattern without regard to case takes its time over a long list
        for match in _REFERENCE.finditer(source):
            if len(found) < _MOST_REFERENCES:
                found.setdefault(match.group().upper())
    return tuple(found)


def _answers_by_machine(judged: Judged, found: Findings) -> bool:
    """A machine's reply that is no absence and no ticket, yet brings codes: for a person."""
    plain = judged.kind in (Kind.ACKNOWLEDGEMENT, Kind.AUTO_REPLY) and judged.subkind in (
        Subkind.NONE,
        Subkind.AUTOMATIC,
        Subkind.GENERATED,
    )
    return plain and any_code(found.claims)


def _told_only(judged: Judged, found: Findings) -> list[str]:
    """Warnings for a mail whose lists do not count: how much it lists is told, no more."""
    devices = len(np.unique(found_ids(found.devices)))
    if judged.kind is Kind.BOUNCE or not devices:
        return list(found.misfits)
    what = judged.subkind or judged.kind.value
    return [*found.misfits, f"{devices} Device IDs stand in it and are not taken ({what})"]


def _outcome(
    judged: Judged, found: Findings, warnings: list[str]
) -> tuple[Sequence[Found], Sequence[Answer], tuple[Reject, ...]]:
    """Devices, answers and rejects that follow from the findings and the kind."""
    devices = unique_devices(found.devices)
    if judged.kind is Kind.RESPONSE:
        warnings += answer_rest(found)
    if found.quoted:
        listed = np.concatenate([found_ids(found.devices), claim_ids(found.claims)])
        only_quoted = ~np.isin(ids_of(found.quoted), listed)
        if only_quoted.any():
            warnings.append(_only_quoted(int(np.count_nonzero(only_quoted))))
    claims = found.claims
    if judged.kind is not Kind.RESPONSE:
        if claims:
            count = len(np.unique(claim_ids(claims)))
            warnings.append(
                f"words that could be an answer stand next to {count} Device IDs; the mail is read"
                f" as {judged.kind.value}"
            )
        return devices, (), tuple(found.rejects)
    if found.denies_all:
        if not claims and not found.rest_words:
            claims = MixedList(claims_from_denial(found))
        if not devices and not claims:
            warnings.append("it says of a whole list that they did not install it, and lists none")
    answers, conflicts = resolve_claims(claims)
    return devices, answers, (*found.rejects, *conflicts)


def _only_quoted(count: int) -> str:
    if count == 1:
        return "1 Device ID stands only in quoted text"
    return f"{count} Device IDs stand only in quoted text"
