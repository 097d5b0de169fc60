"""Check the mail servers: whether they work, and how long their certificates last."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from exchange.config import MailboxSettings, Settings
from exchange.doctor.check import Check, failed, faults, ok, warning
from exchange.errors import ExchangeError, Unreadable
from exchange.parsing.reading.understand import read_head
from exchange.rendering.wording import counted
from exchange.transport.imap import ImapMailbox
from exchange.transport.imap_counts import MOST_HEADERS
from exchange.transport.imap_probe import MailboxProbe
from exchange.transport.smtp import CourierProbe, SmtpCourier

# A network operation may take as long as the settings say, but here no longer than this.
_STEP_SECONDS: Final = 10.0
# A name look-up has no limit of its own, so the whole check has one.
_WHOLE_SECONDS: Final = 2 * _STEP_SECONDS
_ENDS_SOON: Final = timedelta(days=21)
_OLD: Final = timedelta(days=7)  # of a mail that waits in an inbox
_USUAL_SIZE: Final = 20_000_000  # bytes: a list of 100,000 Devices with its answers
_CONNECT: Final = "check host, port and tls in config/exchange.toml, and the network"

Seen = TypeVar("Seen")
Result = Callable[[], list[Check]]


def look_at_mailbox(
    folder: Path,
    settings: MailboxSettings,
    password: str | None,
    registered: Callable[[], Collection[str]] = tuple,
) -> Result:
    """Start checking a mailbox; return a function that waits for the checks.

    ``registered`` yields the addresses of the parties, in lower case, once they are needed.
    """
    what = f"mailbox {settings.name}"
    if password is None:
        return lambda: [_untried(what)]
    patient = settings.model_copy(
        update={"timeout_seconds": min(_STEP_SECONDS, settings.timeout_seconds)}
    )
    seen = _begun(ImapMailbox(patient, password, folder).probe)

    def result() -> list[Check]:
        return _waited(
            what, seen, lambda probe: list(_of_mailbox(what, settings, probe, registered()))
        )

    return result


def look_at_courier(folder: Path, settings: Settings, password: str | None) -> Result:
    """Start checking the SMTP server; return a function that waits for the checks."""
    what = "smtp"
    if password is None:
        return lambda: [_untried(what)]
    patient = settings.smtp.model_copy(
        update={"timeout_seconds": min(_STEP_SECONDS, settings.smtp.timeout_seconds)}
    )
    seen = _begun(SmtpCourier(patient, password, folder).probe)

    def result() -> list[Check]:
        return _waited(what, seen, lambda probe: list(_of_courier(what, settings, probe)))

    return result


def _untried(what: str) -> Check:
    return failed(what, "not tried: its password cannot be read", "see its password above")


def _begun(work: Callable[[], Seen]) -> queue.SimpleQueue[Seen | BaseException]:
    """Run ``work`` in a thread that can be abandoned."""
    box: queue.SimpleQueue[Seen | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put(work())
        except BaseException as error:  # raised again in the thread that waits
            box.put(error)

    threading.Thread(target=run, name="doctor", daemon=True).start()
    return box


def _waited(
    what: str,
    box: queue.SimpleQueue[Seen | BaseException],
    tell: Callable[[Seen], list[Check]],
) -> list[Check]:
    try:
        seen = box.get(timeout=_WHOLE_SECONDS)
    except queue.Empty:
        return [failed(what, f"not finished after {_WHOLE_SECONDS:.0f} s", _CONNECT)]
    if isinstance(seen, ExchangeError):
        return faults(what, seen, _CONNECT)
    if isinstance(seen, BaseException):
        raise seen
    return tell(seen)


def _of_mailbox(
    what: str, settings: MailboxSettings, probe: MailboxProbe, registered: Collection[str] = ()
) -> Iterator[Check]:
    if probe.login_ok:
        yield ok(
            what,
            f"{settings.username} at {settings.host}:{settings.port} over {probe.tls_version}",
        )
        yield from _certificate(what, probe.certificate_ends)
    if probe.fault is not None:
        yield from faults(what, probe.fault, _CONNECT)
        return
    yield _inbox(f"{what}: inbox", settings, probe)
    yield _junk(f"{what}: Junk", probe, registered)
    yield _folders(f"{what}: folders", settings, probe)
    if probe.moves_by:
        yield ok(f"{what}: filing", f"by {probe.moves_by}")
    else:
        yield failed(
            f"{what}: filing",
            "the server knows neither MOVE nor UIDPLUS, so mails cannot be filed",
            "use a server that knows one of them; any current one does",
        )
    yield _idle(f"{what}: IDLE", settings, probe)


def _certificate(what: str, ends: datetime | None) -> Iterator[Check]:
    if ends is None:
        return
    what = f"{what}: certificate"
    text = f"valid until {ends:%Y-%m-%d}"
    if ends - datetime.now(UTC) < _ENDS_SOON:
        yield warning(what, text, "ask whoever runs the server to renew it before then")
    else:
        yield ok(what, text)


def _inbox(what: str, settings: MailboxSettings, probe: MailboxProbe) -> Check:
    """Report number and age of the mails, which would be answered on the first day."""
    text = f"{counted(probe.mails, 'mail')} in {settings.inbox}"
    if settings.not_before is not None and settings.not_before > datetime.now(UTC):
        return warning(
            what,
            f"{text}; not_before is in the future: nothing that arrives is answered until "
            f"{settings.not_before:%Y-%m-%d %H:%M} UTC",
            "correct not_before in this [[mailbox]], or remove it",
        )
    if not probe.mails:
        return ok(what, text)
    if probe.oldest is None:
        return ok(what, f"{text}; the server gives no dates")
    text += f", the oldest of {probe.oldest:%Y-%m-%d}"
    if settings.not_before is not None:
        day = settings.not_before.astimezone(UTC)
        return ok(what, f"{text}; mail older than {day:%Y-%m-%d %H:%M} UTC is ignored")
    if datetime.now(UTC) - probe.oldest > _OLD:
        return warning(
            what,
            f"{text}: all of them are read and may be answered",
            "before the first start set not_before in this [[mailbox]] to the day on which the "
            "exchange takes over; older mail is then listed and ignored",
        )
    return ok(what, text)


def _junk(what: str, probe: MailboxProbe, registered: Collection[str]) -> Check:
    """Report mails of registered parties that a filter put into a Junk folder."""
    if not probe.junk:
        return ok(what, "there is no folder for it")
    found, lines = 0, []
    for folder in probe.junk:
        theirs = sum(_sender(field) in registered for field in folder.senders)
        found += theirs
        of = f" of the last {MOST_HEADERS:,}" if folder.mails > MOST_HEADERS else ""
        lines.append(
            f"{folder.name}: {counted(folder.mails, 'mail')},{of or ' of them'} "
            f"{theirs:,} from addresses of registered parties"
        )
    if not found:
        return ok(what, "; ".join(lines))
    return warning(
        what,
        "; ".join(lines),
        "move genuine mails to the inbox by hand, and ask whoever runs the mail server to let "
        "these addresses through",
    )


def _sender(field: bytes) -> str:
    try:
        return read_head(field).sender.lower()
    except Unreadable:
        return ""


def _folders(what: str, settings: MailboxSettings, probe: MailboxProbe) -> Check:
    if settings.inbox in probe.folders_missing:
        return failed(what, f"there is no {settings.inbox}", "correct inbox in this [[mailbox]]")
    if probe.folders_missing:
        missing = ", ".join(probe.folders_missing)
        return ok(what, f"{missing}: will be made when the first mail is filed there")
    return ok(what, ", ".join(probe.folders_found))


def _idle(what: str, settings: MailboxSettings, probe: MailboxProbe) -> Check:
    polled = f"the inbox is checked every {settings.poll_seconds:g} s"
    if probe.idle_works is None:
        return ok(what, f"switched off: {polled}")
    if probe.idle_works:
        return ok(what, "offered and answered")
    return warning(what, f"not offered, or not answered: {polled}", "nothing, or set idle = false")


def _of_courier(what: str, settings: Settings, probe: CourierProbe) -> Iterator[Check]:
    smtp = settings.smtp
    if probe.connected:
        login = f"login as {smtp.username}" if probe.login_ok else "no login"
        yield ok(what, f"{smtp.host}:{smtp.port} over {probe.tls_version}, {login}")
        yield from _certificate(what, probe.certificate_ends)
    if probe.fault is not None:
        yield from faults(what, probe.fault, _CONNECT)
        return
    if not probe.size_limit:
        yield ok(f"{what}: size", "the server names no size limit")
    elif probe.size_limit < _USUAL_SIZE:
        yield warning(
            f"{what}: size",
            f"mails up to {probe.size_limit:,} bytes only; an answer holds some 5,000 Devices a "
            "megabyte",
            "ask for a higher limit before large backlogs come",
        )
    else:
        yield ok(f"{what}: size", f"mails up to {probe.size_limit:,} bytes")
