"""Frozen settings, read from one TOML file; every fault names file, line and field.

Paths in the file are relative to the working folder (the one that contains ``config/``).  Passwords
are never in it: they come from a file, an environment variable or a systemd credential.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from exchange.config_faults import config_fault, fault_at
from exchange.config_forms import (
    HIGHEST,
    Address,
    AnyListId,
    AnySignifier,
    ClaimFolder,
    Days,
    Host,
    Line,
    MailFolder,
    Many,
    Mpid,
    Port,
    Seconds,
    ShortName,
    SignatureLine,
    Signifier,
    UserName,
    a_date_format,
    database_url,
    refuse_other_kinds,
    start,
    upper,
)
from exchange.domain.device_type import NAMED_TYPES, OUT_OF_SCOPE, DeviceType
from exchange.errors import BadInput, BadInputs
from exchange.toml_file import TomlFile

CONFIG_PATH = Path("config") / "exchange.toml"


class Section(BaseModel):
    """A table of the file; unknown keys are refused, and nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, written: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields[str(info.field_name)]
        return refuse_other_kinds(written, field.annotation)


def _known_type(written: DeviceType) -> DeviceType:
    if written is DeviceType.UNKNOWN:
        raise ValueError(f"name a device type: {', '.join(NAMED_TYPES)}")
    return written


AnyType = Annotated[DeviceType, BeforeValidator(upper)]
NamedType = Annotated[AnyType, AfterValidator(_known_type)]


class Credential(Section):
    """Where a password comes from: exactly one of the three."""

    password_file: Path | None = None
    password_env: str = ""
    password_credential: str = ""  # a name under $CREDENTIALS_DIRECTORY (systemd LoadCredential=)

    @model_validator(mode="after")
    def _one_source(self) -> Credential:
        named = [bool(self.password_file), bool(self.password_env), bool(self.password_credential)]
        if sum(named) > 1:
            raise ValueError("name only one of password_file, password_env and password_credential")
        return self


class OurParty(Section):
    """Who we are."""

    signifier: Signifier
    name: Line
    mpids: tuple[Mpid, ...] = ()
    address: Address  # where requests to us arrive and our mails come from
    compliance_address: Address | None = None  # our own compliance contact, for evidence files
    alerts_to: Address | None = None  # our own team: is warned of answers of ours nearly due
    contact_name: SignatureLine = ""  # signs every mail; empty: the company alone does
    contact_phone: SignatureLine = ""


class MailboxSettings(Credential):
    """One request mailbox."""

    name: ShortName = "requests"
    host: Host
    port: Port = 993
    tls: Literal["implicit", "starttls"] = "implicit"
    ca_file: Path | None = None
    username: UserName
    inbox: MailFolder = "INBOX"
    processed: MailFolder = "Processed"
    review: MailFolder = "Review"
    shunted: MailFolder = "Shunted"
    claim: ClaimFolder = "MP121-claim"  # empty: no claim is left
    idle: bool = True
    poll_seconds: Seconds = 60.0
    timeout_seconds: Seconds = 30.0
    # List-Id of a mailing list or group, and the parties whose mail through it is read as theirs.
    allowed_lists: dict[AnyListId, tuple[AnySignifier, ...]] = Field(default_factory=dict)
    # Mail received earlier is listed in the ledger and left alone; in UTC after loading.
    not_before: Annotated[datetime | None, BeforeValidator(start)] = None

    @model_validator(mode="after")
    def _folders_differ(self) -> MailboxSettings:
        taken: dict[str, str] = {"inbox": self.inbox.casefold()}
        for name in ("processed", "review", "shunted", "claim"):
            folder = str(getattr(self, name)).casefold()
            for other, same in taken.items():
                if folder == same:  # mail moved there would come again, or be lost from sight
                    raise fault_at((name,), f"is the same folder as {other}")
            taken[name] = folder
        return self


class SmtpSettings(Credential):
    """The submission server."""

    host: Host
    port: Port = 465
    tls: Literal["implicit", "starttls"] = "implicit"
    ca_file: Path | None = None
    username: str = ""
    connections: Annotated[int, Field(ge=1, le=20)] = 2
    per_minute: Many = 30  # 0: no limit
    timeout_seconds: Seconds = 60.0
    return_tags: bool = True  # where ``exchange doctor --return-address`` has proved them


class DatabaseSettings(Section):
    """The SQLite file or PostgreSQL server."""

    url: Annotated[str, AfterValidator(database_url)] = "sqlite:///exchange.db"
    password_env: str = ""


_KEY_SOURCES = (
    "passphrase_file",
    "passphrase_env",
    "passphrase_credential",
    "env",
    "credential",
    "command",
)


class KeySource(Section):
    """Where a key comes from: one of file, passphrase, env, credential and command."""

    file: Path = Path("keys/exchange.key")
    passphrase_file: Path | None = None
    passphrase_env: str = ""
    passphrase_credential: str = ""  # a name under $CREDENTIALS_DIRECTORY
    env: str = ""
    credential: str = ""
    command: tuple[Annotated[str, Field(min_length=1)], ...] = ()  # prints the key; no shell
    command_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0

    @model_validator(mode="after")
    def _one_source(self) -> KeySource:
        named = [name for name in _KEY_SOURCES if getattr(self, name)]
        if len(named) > 1 or (named and "file" in self.model_fields_set):
            sources = [*(["file"] if "file" in self.model_fields_set else []), *named]
            raise ValueError(f"a key has one source; these are named: {', '.join(sources)}")
        return self

    @property
    def passphrase(self) -> bool:
        """Return whether the key is derived from a passphrase."""
        return bool(self.passphrase_file or self.passphrase_env or self.passphrase_credential)

    @property
    def by_file(self) -> bool:
        """Return whether the key is in a key file."""
        return not any(getattr(self, name) for name in _KEY_SOURCES)


class KeySettings(KeySource):
    """The key that opens vault and sealed texts; ``old`` is its old source during a change."""

    old: KeySource | None = None


class SourceSettings(Section):
    """How to read the files of one source of install codes (a manufacturer, a MAP).

    A column is named by its header, letter or number; if unset it is found by its header, and if
    empty it is not read.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    device_column: str | None = None
    code_column: str | None = None
    crc_column: str | None = None  # empty: codes without a CRC are taken too
    type_column: str | None = None
    installed_column: str | None = None
    date_column: str | None = None  # never found by its header
    # For strptime; empty: dates such as 2026-11-03.
    date_format: Annotated[str, AfterValidator(a_date_format)] = ""
    device_type: AnyType = DeviceType.UNKNOWN
    installed_by_us: bool = True
    installed_only: bool = False


class SmimeSettings(Credential):
    """A certificate that others use to encrypt mail to us, and its private key.

    Either ``certificate`` and ``key`` (PEM) or ``pkcs12``; the password is the key's.
    """

    certificate: Path | None = None
    key: Path | None = None
    pkcs12: Path | None = None

    @model_validator(mode="after")
    def _one_form(self) -> SmimeSettings:
        given = (bool(self.certificate), bool(self.key), bool(self.pkcs12))
        if given not in ((True, True, False), (False, False, True)):
            raise ValueError("name certificate and key, or pkcs12 alone")
        return self


class CalendarSettings(Section):
    """Working Days."""

    region: Literal["ENG", "SCT", "WLS", "NIR"] = "ENG"
    file: Path = Path("config/calendar.toml")
    deemed_receipt: bool = False
    deemed_receipt_after: time = time(17, 30)


class SlaSettings(Section):
    """The answer time unless another was agreed."""

    days: Days = 10


class InstalledSettings(Section):
    """The register of devices we installed."""

    max_age_days: Annotated[int, Field(ge=0, le=36500)] = 92  # 0: a declaration never ages


class ReleaseSettings(Section):
    """What may be sent without a person."""

    devices_per_party_per_day: Many = 0  # 0: no limit
    mails_per_party_per_day: Annotated[int, Field(ge=1, le=HIGHEST)] = 50
    body_table_rows: Many = 25
    ask_for_list: bool = False
    max_mail_mb: Many = 20  # of an answer, as sent; 0: no limit
    refused_device_types: frozenset[NamedType] = OUT_OF_SCOPE


class EscalationSettings(Section):
    """Reminders and escalation of our requests, in Working Days after acceptance."""

    reminder_days: tuple[Days, ...] = (5, 8)
    breach_day: Days = 11
    next_level_every: Days = 3

    @field_validator("reminder_days")
    @classmethod
    def _ascending(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days)):
            raise ValueError("each reminder day must be later than the one before")
        return days

    @model_validator(mode="after")
    def _reminded_first(self) -> EscalationSettings:
        if self.reminder_days and self.breach_day <= self.reminder_days[-1]:
            written = "breach_day" if "breach_day" in self.model_fields_set else "reminder_days"
            raise fault_at((written,), "breach_day must be later than the last reminder day")
        return self


class ReportSettings(Section):
    """The monthly compliance report."""

    folder: Path = Path("reports")


class LimitSettings(Section):
    """Limits on what one mail may cost."""

    mail_bytes: Annotated[int, Field(ge=1000, le=HIGHEST)] = 50_000_000
    parts: Annotated[int, Field(ge=1, le=HIGHEST)] = 200
    depth: Annotated[int, Field(ge=1, le=HIGHEST)] = 10
    rows: Annotated[int, Field(ge=1, le=HIGHEST)] = 1_000_000
    seconds: Seconds = 120.0
    memory_mb: Annotated[int, Field(ge=256, le=1_048_576)] = 2048
    attempts: Annotated[int, Field(ge=1, le=HIGHEST)] = 3


class LogSettings(Section):
    """The daemon's log."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Section):
    """The whole file."""

    party: OurParty
    mailbox: Annotated[tuple[MailboxSettings, ...], Field(min_length=1)]
    smtp: SmtpSettings
    database: DatabaseSettings = DatabaseSettings()
    keys: KeySettings = KeySettings()
    source: tuple[SourceSettings, ...] = ()
    smime: tuple[SmimeSettings, ...] = ()
    calendar: CalendarSettings = CalendarSettings()
    sla: SlaSettings = SlaSettings()
    installed: InstalledSettings = InstalledSettings()
    release: ReleaseSettings = ReleaseSettings()
    escalation: EscalationSettings = EscalationSettings()
    report: ReportSettings = ReportSettings()
    limits: LimitSettings = LimitSettings()
    log: LogSettings = LogSettings()

    @model_validator(mode="after")
    def _names_differ(self) -> Settings:
        inboxes: dict[object, str] = {}
        for at, one in enumerate(self.mailbox):
            if one.name in inboxes.values():
                raise fault_at(("mailbox", at, "name"), "two mailboxes have the same name")
            place = (one.host.lower(), one.port, one.username, one.inbox)
            if other := inboxes.get(place):
                raise fault_at(("mailbox", at), f"mailboxes {other} and {one.name} are one inbox")
            inboxes[place] = one.name
        sources: set[str] = set()
        for at, source in enumerate(self.source):
            if source.name in sources:
                raise fault_at(
                    ("source", at, "name"), "two sources of install codes have the same name"
                )
            sources.add(source.name)
        return self


def load_settings(folder: Path) -> Settings:
    """Return the settings of the working folder ``folder``.

    Raises ConfigError (or BadInputs with one ConfigError per fault) naming file, line and field.
    """
    return settings_in(folder / CONFIG_PATH)


def settings_in(path: Path) -> Settings:
    """Return the settings in one file; raises as ``load_settings`` does."""
    return settings_of(TomlFile.read(path))


def settings_of(file: TomlFile) -> Settings:
    """Return the settings in a file that was read; raises as ``load_settings`` does."""
    try:
        return Settings.model_validate(file.table)
    except ValidationError as error:
        faults: list[BadInput] = [
            config_fault(file, Settings, fault)
            for fault in error.errors(include_url=False)
            # pydantic does not count faulty tables: skip "too few", their own faults are listed.
            if not (fault["type"] == "too_short" and fault["ctx"]["actual_length"] == 0)
            or not file.table.get(str(fault["loc"][0]))
        ]
        if len(faults) == 1:
            raise faults[0] from None
        raise BadInputs(
            f"{len(faults)} faults: " + "; ".join(str(fault) for fault in faults), faults
        ) from None


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file; raises ConfigError naming file and line."""
    return TomlFile.read(path).table
