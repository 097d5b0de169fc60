"""The demo: three suppliers' agents play one month on a simulated clock over real IMAP and SMTP.

Gainsborough asks about 240 gained meters.  Loseley has installed most of them, Formby some, and
Quietdale does not answer at all.  Christmas lies in between.  At the end the demo opens every
agent's database and compares with what it knows to be true.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from exchange.bootstrap import SetClock, open_context
from exchange.domain.device import InstallCode
from exchange.domain.inbound import DeviceState
from exchange.domain.outbound import CaseState, LegState
from exchange.domain.time.calendar import WorkingCalendar
from exchange.errors import BadInput
from exchange.files import USUAL, make_file, replace_file
from exchange.sandbox.narrate import Narrator
from exchange.sandbox.servers import SandboxServers
from exchange.sandbox.troupe import PASSWORD, Agent, furnish, import_codes, running_agents
from exchange.sandbox.world import (
    AGENTS,
    COMPANIES,
    GAIN,
    LOSE,
    QUIET,
    Meters,
    gained_csv,
    mail_by_hand,
    make_meters,
)
from exchange.services.context import Context
from exchange.services.people import monthly

LONDON = ZoneInfo("Europe/London")
FIRST, LAST = date(2026, 12, 14), date(2027, 1, 13)
BY_HAND, FOUND = date(2026, 12, 16), date(2026, 12, 22)
MARKER = ".mp121-demo"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The result of the month, counted from the agents' databases."""

    devices_asked: int
    codes_received: int
    codes_verified: int  # equal to the code of that meter, bit for bit
    wrong: int  # codes received that belong to another meter
    not_installer: int  # devices that every Supplier asked has denied
    held: int  # devices that wait for a person at a Supplier asked
    unreadable: int
    overdue: int
    escalated: int
    lost: int  # devices or mails that nobody can account for
    mails: int
    restarts: int  # agents that were killed and started again
    seconds: float
    folder: str

    def as_json(self) -> dict[str, object]:
        """Return it as JSON values, for programs."""
        return asdict(self)


def prepare(folder: Path, *, keep: bool) -> Path:
    """Return an empty folder for the demo; an earlier demo there is replaced, unless ``keep``.

    Raises BadInput if anything else is there: only a demo's folder is ever removed.
    """
    chosen, number = folder, 1
    while keep and chosen.exists():
        number += 1
        chosen = folder.with_name(f"{folder.name}-{number}")
    if chosen.exists():
        if any(chosen.iterdir()) and not (chosen / MARKER).exists():
            raise BadInput("already exists and is not a demo's folder", place=str(chosen))
        shutil.rmtree(chosen)
    chosen.mkdir(parents=True)
    (chosen / MARKER).touch()
    return chosen


def play(
    folder: Path,
    say: Callable[[str], None] | None,
    *,
    fast: bool,
    kill_after: str = "",
) -> DemoResult:
    """Play the month in ``folder`` (see ``prepare``).

    ``kill_after`` names a commit (keep, decide, delivered, file): right after it the losing
    Supplier's agent is killed, as by kill -9.  It is then started again, and must not lose or
    repeat anything.
    """
    started = time.monotonic()
    narrator, meters = Narrator(say, fast=fast), make_meters()
    clock = SetClock(_at(FIRST, 8))
    accounts = {company.address: PASSWORD for company in COMPANIES}
    for company in COMPANIES:
        accounts |= dict.fromkeys(company.contacts, PASSWORD)
    with SandboxServers(folder / "servers", accounts, clock.now) as servers:
        agents = [
            Agent(one, folder / one.signifier.lower(), kill_after if one == LOSE else "")
            for one in AGENTS
        ]
        for agent in agents:
            furnish(agent.company, agent.folder, servers, meters, clock.at.isoformat())
        story = _Story(narrator, clock, servers, agents, meters, folder)
        with running_agents(agents):
            narrator.line(
                "agents: " + ", ".join(f"{one.company.name} (process {one.pid})" for one in agents)
            )
            story.play()
        result = _count(story, started)
        _leave_mails(folder, servers)
    return result


class _Story:
    """The month, day by day."""

    def __init__(
        self,
        narrator: Narrator,
        clock: SetClock,
        servers: SandboxServers,
        agents: Sequence[Agent],
        meters: Meters,
        folder: Path,
    ) -> None:
        self.narrator, self.clock, self.servers = narrator, clock, servers
        self.agents, self.meters, self.folder = agents, meters, folder
        self.by_name = {agent.company.signifier: agent for agent in agents}
        ctx = open_context(agents[0].folder, clock)
        self.calendar: WorkingCalendar = ctx.calendar
        ctx.store.dispose()

    def play(self) -> None:
        """Play each day: every agent works in the morning, and on some days more happens."""
        day = FIRST
        while day <= LAST:
            self.clock.at = _at(day, 9)
            why = self.calendar.why(day)
            holiday = "holiday" in why
            self.narrator.day(self.clock.at, f"{why}: not a Working Day" if holiday else "")
            if day == FIRST:
                self._ask()
            if day == BY_HAND:
                self.clock.at = _at(day, 15)
                self.narrator.line(f"a person at {QUIET.name} writes to {LOSE.name} by hand")
                self.servers.deliver(mail_by_hand(self.meters), LOSE.address)
            if day == FOUND:
                self._find()
            self._settle()
            day += timedelta(days=1)

    def _ask(self) -> None:
        path = self.folder / "gained.csv"
        replace_file(path, gained_csv(self.meters), mode=USUAL)
        self.narrator.line(f"{GAIN.name} has gained {len(self.meters.gained)} meters: gained.csv")
        done = self.by_name["GAIN"].step(self.clock.at, do="create", file=str(path.resolve()))
        self.narrator.events("GAIN", done["events"])

    def _find(self) -> None:
        """Import the codes that the losing Supplier has found; release the Devices held so far."""
        agent = self.by_name["LOSE"]
        found = self.meters.found_later
        self.narrator.line(f"{LOSE.name} finds {len(found)} of its missing codes and imports them")
        ctx = open_context(agent.folder, self.clock)
        try:
            import_codes(ctx, [(one, self.meters.codes[one].grouped) for one in found])
            with ctx.store.reading() as tx:
                refs = [one.ref for one in tx.inbound.requests(open_only=True)]
        finally:
            ctx.store.dispose()
        for ref in refs:
            done = agent.step(self.clock.at, do="release", ref=ref)
            self.narrator.events("LOSE", done["events"])

    def _settle(self) -> None:
        """Let the agents do rounds until none has anything left to do on this day."""
        for _ in range(12):
            moved = 0
            for agent in self.agents:
                done = agent.step(self.clock.at, do="round")
                self.narrator.events(agent.company.signifier, done["events"])
                moved += done["mails"]
            self.clock.at += timedelta(minutes=10)
            if not moved:
                return


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


def _count(story: _Story, started: float) -> DemoResult:
    """Write the reports, and compare every database with what is true."""
    contexts = {
        agent.company.signifier: open_context(agent.folder, story.clock) for agent in story.agents
    }
    try:
        for ctx in contexts.values():
            for month in ("2026-12", "2027-01"):
                monthly.write_month(ctx, month)
        asked = _asked(contexts["GAIN"], story.meters)
        inbound: Counter[DeviceState] = Counter()
        for ctx in contexts.values():
            with ctx.store.reading() as tx:
                for request in tx.inbound.requests():
                    inbound += Counter(tx.inbound.counts(request.id))
        return DemoResult(
            **asked,
            held=inbound[DeviceState.HELD],
            unreadable=inbound[DeviceState.UNREADABLE],
            lost=_lost_devices(contexts["GAIN"], story.meters)
            + _lost_mails(contexts, story.servers),
            mails=len(story.servers.sent),
            restarts=sum(agent.restarts for agent in story.agents),
            seconds=round(time.monotonic() - started, 1),
            folder=str(story.folder),
        )
    finally:
        for ctx in contexts.values():
            ctx.store.dispose()


def _asked(ctx: Context, meters: Meters) -> dict[str, Any]:
    with ctx.store.reading() as tx:
        cases = list(tx.outbound.cases())
        overdue, escalated = tx.legs.overdue_and_escalated()
    received = {
        case.device: InstallCode(ctx.sealer.open(case.sealed_code, "code"))
        for case in cases
        if case.sealed_code is not None
    }
    verified = sum(meters.codes[device] == code for device, code in received.items())
    return {
        "devices_asked": len(cases),
        "codes_received": len(received),
        "codes_verified": verified,
        "wrong": len(received) - verified,
        "not_installer": sum(case.state is CaseState.EXHAUSTED for case in cases),
        "overdue": overdue,
        "escalated": escalated,
    }


def _lost_devices(ctx: Context, meters: Meters) -> int:
    """Count gained devices with no answer and no running clock at any Supplier."""
    with ctx.store.reading() as tx:
        cases = {case.device: case.state for case in tx.outbound.cases()}
        running_ = {
            leg.device
            for leg in tx.legs.legs(states=[LegState.SENT, LegState.ACKNOWLEDGED])
            if leg.due_on is not None
        }
    settled = (CaseState.CODE_RECEIVED, CaseState.EXHAUSTED)
    return sum(
        cases.get(device) not in settled and device not in running_
        for device, _, _ in meters.gained
    )


def _lost_mails(contexts: dict[str, Context], servers: SandboxServers) -> int:
    """Count mails that the server accepted for an agent but that are not in its ledger."""
    ledgers: dict[str, set[str]] = {}
    for ctx in contexts.values():
        with ctx.store.reading() as tx:
            ledgers[ctx.settings.party.address] = tx.mail.message_ids()
    return sum(
        str(message_from_bytes(mail.raw)["Message-ID"]) not in ledgers[recipient]
        for mail in servers.sent
        for recipient in mail.recipients
        if recipient in ledgers
    )


def _leave_mails(folder: Path, servers: SandboxServers) -> None:
    """Write every mail to a file, as it was sent; the codes in it are made up."""
    place = folder / "mails"
    place.mkdir()
    for number, mail in enumerate(servers.sent, 1):
        sender = mail.sender.partition("@")[2].partition(".")[0]
        receiver = mail.recipients[0].partition("@")[2].partition(".")[0]
        make_file(place / f"{number:03}-{sender}-to-{receiver}.eml", mail.raw, mode=USUAL)
