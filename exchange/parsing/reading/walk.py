"""Read one mail, with everything in it, into findings; mails within it in the same way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from exchange.domain.device import DeviceId
from exchange.domain.limits import Limits
from exchange.domain.mail import MailHead, Reject
from exchange.domain.meaning.sent_lines import SentText
from exchange.domain.statements import Statement
from exchange.errors import Unreadable
from exchange.parsing.containers.archive import count_workbook
from exchange.parsing.containers.openers import Budget, InnerPart, Openers
from exchange.parsing.containers.opening import mail_in, open_container, unpack_bodies
from exchange.parsing.containers.sniff import Shape, shape_of
from exchange.parsing.findings.findings import Findings
from exchange.parsing.lists.prose.device_recognition import PlaceOf, devices_in
from exchange.parsing.lists.prose.device_runs import expand_runs, text_of_lines
from exchange.parsing.lists.prose.filled_tables import take_filled
from exchange.parsing.lists.prose.inline import (
    QuotedList,
    find_quoted_list,
    read_inline,
    read_quoted_codes,
)
from exchange.parsing.lists.prose.pasted_tables import lines_with_tables
from exchange.parsing.lists.prose.prose import read_prose
from exchange.parsing.lists.tables.mapped_columns import NO_MAPPING, ColumnMappings
from exchange.parsing.mailkinds.classify import FORWARD_SUBJECT, REPLY_SUBJECT
from exchange.parsing.mime.contents import Contents, contents_of
from exchange.parsing.mime.parts import Part
from exchange.parsing.mime.quoting import mark_quotes
from exchange.parsing.mime.sent_quotes import mark_sent
from exchange.parsing.phrases.answer_phrases import asks_for_codes
from exchange.parsing.reading.attachments import (
    read_attachment,
    read_lines,
)
from exchange.parsing.reading.head import head_of
from exchange.parsing.reading.left_out import hidden_devices, leave_out_struck
from exchange.parsing.reading.mbox import mails_in
from exchange.parsing.reading.renderings import (
    answers_conflict,
    contradiction,
    differ,
    lists_differ,
)
from exchange.parsing.statements.passed_on import (
    author_of,
    of_another,
    read_passed_on,
    same_company,
)
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import Line, plain_lines


@dataclass(slots=True)
class Reading:
    """What was read in one mail."""

    contents: Contents
    lines: list[Line]
    text: str  # the whole body
    own_text: str  # the body without its quotes
    findings: Findings
    statements: list[Statement]
    quote: QuotedList = field(default_factory=QuotedList)


@dataclass(frozen=True, slots=True)
class Scope:
    """What applies to a mail and to everything in it, at every depth."""

    limits: Limits
    own_addresses: frozenset[str]
    openers: Openers
    budget: Budget
    mapping: ColumnMappings = NO_MAPPING
    sent: tuple[SentText, ...] = ()  # letters of ours that the mail may repeat
    lists: frozenset[str] = frozenset()  # mailing lists that are allowed, by List-Id


def scope_of(
    limits: Limits,
    own_addresses: frozenset[str],
    openers: Openers,
    mapping: ColumnMappings = NO_MAPPING,
    sent: tuple[SentText, ...] = (),
    lists: frozenset[str] = frozenset(),
) -> Scope:
    """Return a new scope with its whole budget left."""
    return Scope(limits, own_addresses, openers, Budget(limits), mapping, sent, lists)


def read_mail(
    mail: Part, head: MailHead, scope: Scope, *, path: str = "", depth: int = 0
) -> Reading:
    """Read body, attachments and mails within; ``path`` leads to this mail (``x.eml > ``)."""
    if depth > scope.limits.depth:
        raise Unreadable(f"mails are nested more than {scope.limits.depth} deep")
    unpacked = unpack_bodies(path, mail, scope.openers, scope.budget, depth)
    path = unpacked.path
    contents = contents_of(mail, scope.limits, lines_with_tables)
    lines = contents.lines
    scope.budget.count_rows(len(lines), path.removesuffix(" > "))
    replies, forwards = _echoes(head)
    mark_quotes(lines, subject_forwards=forwards, subject=head.subject, ruled=contents.ruled)
    typed_rows = mark_sent(lines, scope.sent, head.sender) if scope.sent else {}
    if any(line.quoted for line in lines):
        lines = contents.lines = expand_runs(lines)
    own = [line for line in lines if not line.quoted]

    def place(line: Line) -> str:
        return f"{path}{line.where}"

    quote = find_quoted_list(lines, head.subject, head.sender) if replies else QuotedList()
    filled = take_filled(quote)
    inline, taken_inline = read_inline(lines, quote, place, typed_rows)
    rest_of_own = [line for line in own if line.number not in taken_inline] + filled
    found = read_lines(rest_of_own, place, in_reply=replies, mapping=scope.mapping)
    found.add(inline)
    answered = frozenset(claim.device for claim in found.claims)
    found.add(read_quoted_codes(quote, answered, place))
    statements = read_statements(
        rest_of_own,
        place,
        head.subject,
        echoed=replies or forwards,
        headings=found.headings,
        below=max(quote.listed, default=0) if len(quote.rows) > 1 else 0,
    )
    taken: set[int] = set()
    passed_on = [line for line in lines if line.forwarded]
    silent = not (found.devices or found.claims or found.rejects)
    if passed_on and silent and not _from_us(passed_on, scope.own_addresses):
        # Only a forwarded mail: that is what the sender means.
        found.add(read_lines(passed_on, place, in_reply=replies, mapping=scope.mapping))
        statements += read_passed_on(passed_on, place, author_of(passed_on), head.sender)
        taken = {line.number for line in passed_on}
    quoted = [line for line in lines if line.quoted and line.number not in taken]
    found.quoted.update(dict.fromkeys(devices_in(quoted)))
    hidden = hidden_devices(contents.hidden_text)
    if hidden:
        found.leave_out(f"{path}body", hidden, "in hidden text")
    if contents.struck_text:
        leave_out_struck(found, f"{path}body", plain_lines(contents.struck_text))
    _take_subject(found, head.subject, f"{path}subject", echoed=replies or forwards)
    found.contradiction = _contradiction(contents, found, head, scope, place)
    reading = Reading(
        contents,
        lines,
        text_of_lines(lines),
        text_of_lines(own),
        found,
        statements,
        quote,
    )
    for number, (name, part) in enumerate(contents.attachments):
        take = _take_instead if number in contents.standing_in else _take_file
        take(reading, part, f"{path}{name}", scope, depth, head)
    for name, inner in contents.mails:
        _take_mail(reading, inner, f"{path}{name}", scope, depth, head)
    found.rejects += unpacked.rejects
    found.warnings += unpacked.warnings
    if contents.encrypted:
        found.warnings.append(f"{path}an encrypted part is not read")
    return reading


def _contradiction(
    contents: Contents, found: Findings, head: MailHead, scope: Scope, place: PlaceOf
) -> str:
    """Return how the text of a body contradicts its HTML, which was read, or an empty text."""
    others = contents.plain_lines
    if not differ(contents.lines, others):
        return ""
    replies, forwards = _echoes(head)
    unseen = f"{contents.hidden_text}\n{contents.struck_text}"
    subject = "" if replies or forwards else head.subject
    why = contradiction(contents.lines, others, unseen, subject)
    if why or not found.claims:
        return why
    mark_sent(others, scope.sent, head.sender)
    own = [line for line in expand_runs(others) if not line.quoted]
    there = read_lines(own, place, in_reply=replies, mapping=scope.mapping)
    return answers_conflict(found.claims, there.claims)


def _echoes(head: MailHead) -> tuple[bool, bool]:
    """Return whether a mail replies to another, and whether it forwards one."""
    replies = bool(REPLY_SUBJECT.match(head.subject)) or bool(head.in_reply_to)
    return replies, bool(FORWARD_SUBJECT.match(head.subject))


def _take_subject(found: Findings, subject: str, where: str, *, echoed: bool) -> None:
    """Add what a subject asks or answers to the findings.

    From a subject that may come from another mail (``echoed``) only codes are taken, and only if
    the mail itself answers nothing.
    """
    prose = read_prose([Line(1, subject)], lambda _: where)
    if echoed and (found.claims or not any(claim.code or claim.bad_code for claim in prose.claims)):
        return
    found.asks |= not echoed and asks_for_codes(subject)
    found.devices += prose.devices
    found.copied += len(prose.devices)
    found.rejects += prose.rejects
    found.claims += prose.claims


def _take_file(
    reading: Reading, part: Part, where: str, scope: Scope, depth: int, head: MailHead
) -> None:
    """Read an attached file: a mail, a container with other files, or a list."""
    found = reading.findings
    if part.media == "message/partial":
        reason = "one piece of a mail that was sent in pieces: please send it whole"
        found.rejects.append(Reject(part.name, reason, where))
    shape = shape_of(part.content)
    if shape is Shape.MAIL:
        mails = mails_in(part.content, scope.limits.mail_bytes)
        for number, raw in enumerate(mails, 1):
            there = f"{where} > mail {number}" if len(mails) > 1 else where
            inner = mail_in(raw, scope.budget, there, depth + 1)
            _take_mail(reading, inner, there, scope, depth, head)
        return
    opened = open_container(where, part, shape, scope.openers, scope.budget, depth)
    if opened is None:
        if shape is Shape.WORKBOOK:
            count_workbook(where, part.content, scope.budget)
        replies = bool(REPLY_SUBJECT.match(head.subject)) or bool(head.in_reply_to)
        listed = read_attachment(where, part, scope.limits, in_reply=replies, mapping=scope.mapping)
        scope.budget.count_rows(listed.rows, where)
        found.add(listed)
        return
    found.rejects += opened.rejects
    found.warnings += opened.warnings
    for one in opened.inner:
        there = f"{where} > {one.step}" if one.step else where
        if one.same_mail:
            _take_same_mail(reading, one, there, scope, depth + 1, head)
        elif one.mail:
            _take_mail(reading, one.part, there, scope, depth, head)
        else:
            _take_file(reading, one.part, there, scope, depth + 1, head)


def _take_instead(
    reading: Reading, part: Part, where: str, scope: Scope, depth: int, head: MailHead
) -> None:
    """Read a file that a mail program may show in place of the body, and compare their lists."""
    alone = replace(reading, findings=Findings())
    _take_file(alone, part, where, scope, depth, head)
    body, file = reading.findings, alone.findings
    why = lists_differ(where, _listed(body), _listed(file))
    reading.findings.add(file)
    body.contradiction = body.contradiction or why


def _listed(found: Findings) -> set[DeviceId]:
    return {one.device for one in found.devices} | {one.device for one in found.claims}


def _take_same_mail(
    reading: Reading, one: InnerPart, where: str, scope: Scope, depth: int, head: MailHead
) -> None:
    """Add what a second copy of the mail says: Outlook attaches the mail in its own format.

    The copy often repeats the body, so rejects that are known already are left out.
    """
    again = read_mail(one.part, head, scope, path=f"{where} > ", depth=depth)
    known = {(reject.text, reject.reason) for reject in reading.findings.rejects}
    kept = [one for one in again.findings.rejects if (one.text, one.reason) not in known]
    again.findings.rejects[:] = kept
    again.findings.copied = len(again.findings.devices)
    reading.findings.add(again.findings)
    reading.contents.calendar |= again.contents.calendar
    if not reading.text.strip():
        reading.text, reading.own_text = again.text, again.own_text


def _take_mail(
    reading: Reading, mail: Part, where: str, scope: Scope, depth: int, outer: MailHead
) -> None:
    """Read a mail within the mail: what it lists counts, unless the mail is our own."""
    found = reading.findings
    head = head_of(mail.headers)
    inner = read_mail(mail, head, scope, path=f"{where} > ", depth=depth + 1)
    if head.sender and head.sender in scope.own_addresses:
        listed: list[DeviceId] = [one.device for one in inner.findings.devices]
        found.quoted.update(dict.fromkeys(listed))
        found.warnings.append(f"{where} is a mail of our own: what it lists is ignored")
        return
    found.add(inner.findings)
    if same_company(head.sender, outer.sender):
        reading.statements += inner.statements
    else:
        reading.statements.append(of_another(head.sender, where))


def _from_us(lines: list[Line], own_addresses: frozenset[str]) -> bool:
    """Return whether the header of a forwarded block names one of our addresses as its author."""
    for line in lines[:8]:
        text = line.text.lower()
        if text.lstrip(" *").startswith("from") and any(one in text for one in own_addresses):
            return True
    return False
