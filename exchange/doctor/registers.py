"""Check the registers that people maintain, the calendar and the clock."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exchange.bootstrap import NOW_VARIABLE, the_clock
from exchange.calendar_file import open_calendar
from exchange.config import Settings
from exchange.doctor.check import Check, failed, faults, ok, warning
from exchange.domain.party import check_entries as findings_of
from exchange.domain.time.calendar import LAST_YEAR, calendar_overrides
from exchange.domain.time.sla import local_date
from exchange.errors import BadInput, ExchangeError
from exchange.rendering.wording import counted
from exchange.services.codes.register import COMPLETE_AS_OF
from exchange.services.letters import return_tags
from exchange.services.running.clock_guard import HINT, TROUBLE
from exchange.store.db import Store
from exchange.toml_file import TomlFile

_AHEAD: Final = 60  # Working Days that the calendar must cover: more than any clock of today needs
_MOST_FINDINGS: Final = 20
_FIRST_YEAR: Final = 2026  # it cannot be an earlier year: this program did not exist yet
_TOLERANCE: Final = timedelta(minutes=5)


def _today() -> date:
    try:
        return local_date(the_clock().now())
    except BadInput:
        return local_date(datetime.now(UTC))


def check_installed_register(store: Store, settings: Settings) -> list[Check]:
    """Check whether "not the installing Supplier" may be answered without a person."""
    what = "register of installed Devices"
    follows = 'every answer "not the installing Supplier" waits for a person'
    advice = "`exchange codes complete-as-of YYYY-MM-DD` once every installation is imported"
    try:
        with store.reading() as tx:
            declared = tx.facts.get(COMPLETE_AS_OF)
        as_of = datetime.fromisoformat(declared).date() if declared else None
    except ExchangeError as error:
        return faults(what, error, advice)
    except ValueError:
        return [failed(what, "its declaration is not a date", advice)]
    if as_of is None:
        return [warning(what, f"nobody has declared it complete: {follows}", advice)]
    text = f"declared complete as of {as_of.isoformat()}"
    age, most = (_today() - as_of).days, settings.installed.max_age_days
    if age < 0:
        return [warning(what, f"{text}, a day in the future", advice)]
    if most and age > most:
        return [
            warning(what, f"{text}, {counted(age, 'day')} ago, {most} at most: {follows}", advice)
        ]
    return [ok(what, text)]


def return_address(store: Store, settings: Settings) -> list[Check]:
    """Report whether letters carry tagged return addresses."""
    what = "return address"
    if not settings.smtp.return_tags:
        return [ok(what, "without tags, as configured: a person decides on each delivery report")]
    try:
        with store.reading() as tx:
            proved = return_tags.proved_for(settings, tx)
    except ExchangeError as error:
        return faults(what, error, "")
    if proved:
        return [ok(what, "with a tag for each letter: reports that come to it prove themselves")]
    text = "no tags are proved: a person decides on each delivery report"
    return [ok(what, f"{text}; `exchange doctor --return-address` tries them")]


def contacts(store: Store, settings: Settings) -> list[Check]:
    """Count the parties on the register, and report doubtful entries."""
    what = "contacts"
    try:
        with store.reading() as tx:
            parties = tx.parties.all(active_only=True)
    except ExchangeError as error:
        return faults(what, error, "`exchange contacts check`")
    if not parties:
        return [
            warning(
                what,
                "the register is empty: no request can be recognised or sent",
                "`exchange contacts import FILE`; config/contacts.csv is a sample",
            )
        ]
    found = findings_of(
        parties, _today(), ours={settings.party.address}, usual_days=settings.sla.days
    )
    known = counted(len(parties), "active party", "active parties")
    checks = [ok(what, f"{known}, {counted(len(found), 'finding')}")]
    checks += [
        warning(f"contact {one.signifier}", one.problem, one.advice)
        for one in found[:_MOST_FINDINGS]
    ]
    if len(found) > _MOST_FINDINGS:
        left = len(found) - _MOST_FINDINGS
        checks.append(warning(what, f"{left} more findings", "`exchange contacts check`"))
    return checks


def registered_addresses(store: Store) -> set[str]:
    """Return the addresses of registered parties, in lower case; none if the database fails."""
    try:
        with store.reading() as tx:
            parties = tx.parties.all(active_only=True)
    except ExchangeError:
        return set()
    found = {address for one in parties for address in (one.request_address, one.reply_address)}
    return {address.lower() for address in found if address}


def calendar(folder: Path, settings: Settings) -> list[Check]:
    """Check that the Working Days are known far enough ahead."""
    what = "calendar"
    path = folder / settings.calendar.file
    try:
        days = open_calendar(folder, settings)
        file = TomlFile.read(path) if path.exists() else TomlFile(str(path), "", {})
        added, removed = calendar_overrides(file.table, file.place)
        until = days.add(_today(), _AHEAD)
    except ExchangeError as error:
        return faults(what, error, f"correct {settings.calendar.file}, or update the program")
    dated = (
        f"{counted(len(added), 'day')} added and {len(removed)} removed by {settings.calendar.file}"
        if path.exists()
        else f"no {settings.calendar.file}"
    )
    text = (
        f"{days.version}, to {days.covers[1].isoformat()}; {_AHEAD} Working Days from today end "
        f"on {until.isoformat()}; {dated}"
    )
    return [
        ok(what, text),
        *(
            warning(what, f"{settings.calendar.file}: {one}", "remove the entry")
            for one in days.redundant
        ),
    ]


def clock_stopped(store: Store) -> list[Check]:
    """Report whether a daemon found the clock wrong, and waits."""
    try:
        with store.reading() as tx:
            trouble = tx.facts.get(TROUBLE)
    except ExchangeError as error:
        return faults("clock", error, "`exchange doctor` again")
    return [failed("clock", f"at the last check {trouble}", HINT)] if trouble else []


def clock(newest: datetime | None) -> list[Check]:
    """Check that the time makes sense; ``newest`` is the latest recorded instant."""
    what = "clock"
    advice = "set the machine's clock, best by NTP: due dates are counted from it"
    try:
        summer = datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(ZoneInfo("Europe/London"))
    except ZoneInfoNotFoundError:
        summer = None
    if summer is None or summer.hour != 13:
        return [failed(what, "Europe/London is not known", "install the tzdata package")]
    try:
        chosen = the_clock()
    except BadInput as error:
        return faults(what, error, f"unset ${NOW_VARIABLE}")
    now = chosen.now()
    text = f"{now.astimezone(ZoneInfo('Europe/London')):%Y-%m-%d %H:%M %Z}"
    if not _FIRST_YEAR <= now.year < LAST_YEAR:
        return [failed(what, f"it cannot be {text}", advice)]
    if chosen.simulated and os.environ.get(NOW_VARIABLE):
        return [
            warning(what, f"{text}, set by ${NOW_VARIABLE}", f"unset ${NOW_VARIABLE} in production")
        ]
    if newest is not None and newest > now + _TOLERANCE:
        return [
            warning(
                what,
                f"{text}, but the audit log has a row of {newest:%Y-%m-%d %H:%M} UTC",
                advice,
            )
        ]
    return [ok(what, text)]
