"""What a mail says: the result of reading it, with the place of each finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId, InstallCode, mask_codes, mask_pieces
from exchange.domain.statements import Statement

# Why a loose code is rejected, unless its thread shows the Device.
LOOSE_CODE: Final = "an install code without exactly one Device ID next to it"
QUOTED_CODE: Final = "an install code found only in quoted text: it may come from an earlier mail"


_ROW = re.compile(r"(?:body )?(?:row|line|link) \d+|subject")


# Begins the reason of a mail that waits for a password.
NEEDS_PASSWORD: Final = "needs a password"  # noqa: S105


def needs_password(reason: str) -> bool:
    """Return whether a file was rejected because it needs a password."""
    return "password" in reason


def names_row(where: str) -> bool:
    """Return whether a place is a row or line of something; if not, it is a whole file."""
    return _ROW.fullmatch(where.rpartition(" > ")[2]) is not None


class Kind(StrEnum):
    """What a mail is, judged by its own text and headers."""

    REQUEST = "request"
    RESPONSE = "response"
    ACKNOWLEDGEMENT = "acknowledgement"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    UNKNOWN = "unknown"


class Subkind(StrEnum):
    """What exactly a mail is, within its kind."""

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
    NOT_DELIVERED = "not_delivered"  # the other side says that it held our mail back
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
    # A list of Devices that is no request for codes, or not plainly one.
    TAKES_BACK = "takes_back"
    CORRECTS = "corrects"
    REPORTS = "reports"
    DISPUTES = "disputes"
    ASKS_ELSE = "asks_else"
    CHASES = "chases"
    THANKS = "thanks"
    WARNS = "warns"
    NOT_UNDERSTOOD = "not_understood"
    CONTRADICTION = "contradiction"  # its text and its HTML say different things
    LOCKED = "locked"  # a file needs a password, and nothing else says what the mail is
    UNREADABLE = "unreadable"  # a file that could not be read at all


class Lack(StrEnum):
    """What a mail that asks for install codes has instead of a list of Devices."""

    NONE = ""
    EMPTY = "empty"
    NO_IDS = "no_ids"
    LINK = "link"
    PICTURE = "picture"
    METER_POINTS = "meter_points"
    FORGOTTEN = "forgotten"


class Enclosed(NamedTuple):
    """A file as it is attached to a mail."""

    name: str
    media: str
    size: int  # bytes


class Outcome(StrEnum):
    """What a response says about one device."""

    PROVIDED = "provided"
    NOT_INSTALLER = "not_installer"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Found:
    """A device the sender asks for (or merely lists), and where it was found."""

    device: DeviceId
    where: str  # request.xlsx > Sheet1 > row 14
    device_type: str = ""  # ESME, GSME ..., if the list names it


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender says about one device."""

    device: DeviceId
    outcome: Outcome
    where: str
    code: InstallCode | None = None  # exactly when the outcome is PROVIDED
    remark: str = ""  # the sender's own words next to it
    without_crc: bool = False  # the code came without a CRC: a wrong digit cannot be noticed


@dataclass(frozen=True, slots=True)
class Reject:
    """Text found where a Device ID or a code should be, but is neither."""

    text: str  # as sent; may contain a damaged code: seal or mask it before storing
    reason: str
    where: str
    device: DeviceId | None = None  # the device whose code is bad, if it is readable

    @property
    def locked(self) -> bool:
        """Whether a file cannot be read because it needs a password."""
        return needs_password(self.reason)

    @property
    def spoils_code(self) -> bool:
        """Return whether the code of ``device`` is damaged, rather than the words about it."""
        return self.device is not None and self.text != str(self.device)

    @property
    def masked(self) -> str:
        """Return the text for people: of a damaged code, no piece is shown either."""
        return mask_pieces(self.text) if self.spoils_code else mask_codes(self.text)


class LooseCode(NamedTuple):
    """An install code that the reader alone cannot give to a Device, and where it was found.

    It has no Device ID next to it; or it is next to ``device`` in our own list as it came back, and
    only the thread tells whether it was typed there.
    """

    code: InstallCode
    where: str
    device: DeviceId | None = None
    without_crc: bool = False


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient of a delivery report (RFC 3464)."""

    recipient: str
    permanent: bool
    status: str = ""  # 5.1.1
    diagnostic: str = ""
    original_message_id: str = ""
    forwarded_to: str = ""  # the address that failed, where the recipient's server passed it on


@dataclass(frozen=True, slots=True)
class MailHead:
    """The header fields that matter; addresses are bare addr-specs in lower case."""

    message_id: str = ""
    subject: str = ""  # decoded, on one line
    sender: str = ""  # the one address of From; empty when there is none or more than one
    sender_name: str = ""
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()  # and those in copy
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    date: datetime | None = None  # as claimed, UTC
    list_id: str = ""  # of the mailing list that it came through (RFC 2919), in lower case
    own_marker: str = ""  # the value of our own X-MP121-Exchange header
    delivered_to: tuple[str, ...] = ()  # where the last servers say that they delivered it
    content: str = ""  # how its body is to be decoded: media type, parameters, encoding
    fault: str = ""  # why two readers might read two headers; then ``sender`` is empty


class TablePreview(NamedTuple):
    """How one table was read, column by column, with its first rows; contains no install code."""

    where: str
    letters: tuple[str, ...]
    titles: tuple[str, ...]
    usual: tuple[str, ...]  # what each column is read as without a column map; empty: not read
    mapped: tuple[str, ...]  # and with it; () if no column map fits this table
    misfit: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything one mail says.  The same bytes always give the same understanding."""

    head: MailHead
    kind: Kind
    subkind: Subkind = Subkind.NONE
    devices: Sequence[Found] = ()  # a tuple, or columns where one of the lists is a table
    answers: Sequence[Answer] = ()
    rejects: tuple[Reject, ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()  # places with Device IDs that were seen and not taken
    statements: tuple[Statement, ...] = ()  # what the sender's sentences say
    quoted_rows: tuple[DeviceId, ...] = ()  # our list as it came back, in its order
    quoted_whole: bool = False  # ``quoted_rows`` is the whole list that we sent
    loose_codes: tuple[LooseCode, ...] = ()  # in their order; each is among the rejects as well
    repeated: int = 0  # how many rows list a Device that an earlier row has
    miscount: str = ""  # how a number that the mail states contradicts its list
    files: int = 0  # how many files are attached
    references: tuple[str, ...] = ()  # MP121 references of any exchange, from subject and body
    bounces: tuple[Bounce, ...] = ()
    returns_on: date | None = None  # the return date in an automatic reply
    text: str = field(default="", repr=False)  # the readable body, for people
    tables: tuple[TablePreview, ...] = ()  # only when asked for
    lack: Lack = Lack.NONE
    lacking: str = ""  # the file, link or words that ``lack`` is about
    by_machine: bool = False  # its header says that no person wrote it
    enclosed: tuple[Enclosed, ...] = ()
    links: tuple[str, ...] = ()  # where the links of its body lead, the first of them
    addressed: tuple[str, ...] = ()  # whom a request calls on by name, as it is written
    spoken_of: tuple[str, ...] = ()  # and whom it speaks of as of others
