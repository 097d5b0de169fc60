"""What a mail says, as values: the result of understanding it, with the place of each finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from exchange.domain.device import DeviceId, InstallCode


class Kind(StrEnum):
    """What a mail is, as far as its own text and headers tell."""

    REQUEST = "request"
    RESPONSE = "response"
    ACKNOWLEDGEMENT = "acknowledgement"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    UNKNOWN = "unknown"


class Subkind(StrEnum):
    """What a mail is more exactly, within its kind."""

    NONE = ""
    OWN = "own"
    COMPLAINT = "complaint"
    REFUSED = "refused"
    READ_RECEIPT = "read_receipt"
    DELIVERY_RECEIPT = "delivery_receipt"
    FREE_FORM = "free_form"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    QUERY = "query"
    TICKET = "ticket"
    CHALLENGE = "challenge"
    ABSENCE = "absence"
    AUTOMATIC = "automatic"
    DELAYED = "delayed"
    UNREADABLE_REPORT = "unreadable_report"
    STATEMENT = "statement"
    PHISHING = "phishing"
    MAILING_LIST = "list"
    NEWSLETTER = "newsletter"
    INVITATION = "invitation"
    GENERATED = "generated"
    REPLY = "reply"
    QUESTION = "question"
    ELSEWHERE = "elsewhere"
    NEEDS_MORE = "needs_more"
    ASKS_WHICH = "asks_which"
    ATTACHMENT_MISSING = "attachment_missing"
    ATTACHMENT_SILENT = "attachment_silent"
    PROMISED = "promised"
    AUTOMATIC_ANSWER = "automatic_answer"
    COLUMNS = "columns"  # the columns on file for the sender do not fit
    UNREADABLE = "unreadable"  # a file that could not be read at all


class Outcome(StrEnum):
    """What a response says of one device."""

    PROVIDED = "provided"
    NOT_INSTALLER = "not_installer"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Found:
    """A device the sender asks for (or merely lists), and where it stands."""

    device: DeviceId
    where: str  # request.xlsx > Sheet1 > row 14
    device_type: str = ""  # ESME, GSME ... when the list says so


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender says of one device."""

    device: DeviceId
    outcome: Outcome
    where: str
    code: InstallCode | None = None  # exactly when the outcome is PROVIDED
    remark: str = ""  # the sender's own words beside it


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that stands where a device or a code should be and is neither."""

    text: str  # as seen; may hold a damaged code: seal it, or mask it, before it is stored
    reason: str
    where: str
    device: DeviceId | None = None  # the device whose code is bad, when that much is readable

    @property
    def spoils_code(self) -> bool:
        """Whether the code for ``device`` is damaged, and not what is said of the device."""
        return self.device is not None and self.text != str(self.device)


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient of a delivery report (RFC 3464)."""

    recipient: str
    permanent: bool
    status: str = ""  # 5.1.1
    diagnostic: str = ""
    original_message_id: str = ""


@dataclass(frozen=True, slots=True)
class MailHead:
    """The header fields that decide: addresses are bare addr-specs in lower case."""

    message_id: str = ""
    subject: str = ""  # decoded, on one line
    sender: str = ""  # the one address of From; empty when there is none or more than one
    sender_name: str = ""
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    date: datetime | None = None  # as claimed, UTC
    own_marker: str = ""  # the value of our own X-MP121-Exchange header


class TableLook(NamedTuple):
    """How one table was read, column by column, with its first rows; no install code is in it."""

    where: str
    letters: tuple[str, ...]
    titles: tuple[str, ...]
    usual: tuple[str, ...]  # what each column is read as without a mapping; empty: not read
    mapped: tuple[str, ...]  # and with it; () where none is for this table or fits it
    misfit: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything one mail says.  Pure: the same bytes give the same understanding."""

    head: MailHead
    kind: Kind
    subkind: Subkind = Subkind.NONE
    devices: Sequence[Found] = ()  # a tuple, or columns where they are many
    answers: Sequence[Answer] = ()
    rejects: tuple[Reject, ...] = ()
    warnings: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # MP121 references of any exchange, from subject and body
    bounces: tuple[Bounce, ...] = ()
    returns_on: date | None = None  # an auto-reply's return date
    text: str = field(default="", repr=False)  # the readable body, for a person's eyes
    tables: tuple[TableLook, ...] = ()  # only where somebody wants to look
