"""Start the agents' processes, step them, and restart one that was killed in a step."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from exchange.bootstrap import SetClock, open_context
from exchange.domain.time.sla import parse_instant
from exchange.errors import ExchangeError
from exchange.files import USUAL, replace_file
from exchange.processes import OWN_FOLDER, clean_environment, python_command
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.agent import KILL_AFTER
from exchange.sandbox.servers import SandboxServers
from exchange.sandbox.world import Company, Meters, contacts_csv
from exchange.services.codes import codes, holdings
from exchange.services.codes.code_file import ReadOptions
from exchange.services.codes.import_report import CodeSource
from exchange.services.context import Context
from exchange.services.people import contacts

PASSWORD = "made-up-for-the-demo"  # noqa: S105 - opens nothing but the embedded server


class Agent:
    """One supplier's agent in a process of its own."""

    def __init__(self, company: Company, folder: Path, kill_after: str = "") -> None:
        self.company = company
        self.folder = folder
        self.restarts = 0
        self._kill_after = kill_after
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """Return the number of the present process."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the process; ``wait_ready`` waits until it can be used."""
        environment = {**clean_environment(), KILL_AFTER: self._kill_after}
        self._kill_after = ""  # once is enough
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            python_command("exchange.sandbox.agent", str(self.folder.resolve())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=OWN_FOLDER,
        )

    def wait_ready(self) -> None:
        """Wait until the process has locked its database."""
        if self._read() is None:
            raise ExchangeError(f"the agent of {self.company.name} did not start")

    def step(self, now: datetime, **wanted: str) -> dict[str, Any]:
        """Have the agent do one thing; if it is killed meanwhile, restart it and ask again.

        Asking twice must be harmless: that is what the demo shows.
        """
        for _ in range(3):
            reply = self._ask({"now": now.isoformat(), **wanted})
            if reply is not None:
                if "error" in reply:
                    raise ExchangeError(f"{self.company.name}: {reply['error']}")
                return reply
            self.restarts += 1
            self.start()
            self.wait_ready()
        raise ExchangeError(f"the agent of {self.company.name} ends again and again")

    def stop(self) -> None:
        """End the process: it ends by itself when its input is closed."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _ask(self, wanted: dict[str, str]) -> dict[str, Any] | None:
        if self._process is None or self._process.stdin is None:
            return None
        try:
            self._process.stdin.write(json.dumps(wanted) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._read()

    def _read(self) -> dict[str, Any] | None:
        if self._process is None or self._process.stdout is None:
            return None
        line = self._process.stdout.readline()
        reply: dict[str, Any] | None = json.loads(line) if line else None
        return reply


def furnish(
    company: Company, folder: Path, servers: SandboxServers, meters: Meters, start: str
) -> None:
    """Make the agent's folder as a new user would: init, configuration, contacts, codes."""
    make_folder(folder, OwnParty(company.signifier, company.name, company.address))
    config = folder / "config" / "exchange.toml"
    ca = os.path.relpath(servers.ca_file, folder)
    text = config.read_text(encoding="utf-8")
    for host, port in (("imap", servers.imap_port), ("smtp", servers.smtp_port)):
        text = text.replace(
            f'host = "{host}.ours.example"',
            f'host = "127.0.0.1"\nport = {port}\nca_file = "{ca}"',
        )
    replace_file(config, text.encode(), mode=USUAL)
    for name in ("imap-password", "smtp-password"):
        path = folder / "secrets" / name
        replace_file(path, PASSWORD.encode())
    ctx = open_context(folder, SetClock(parse_instant(start)))
    try:
        plan = contacts.plan_import(ctx, "contacts.csv", contacts_csv(company))
        contacts.apply_plan(ctx, plan, "demo")
        rows = [
            *((device, meters.codes[device].grouped) for device in
              meters.installed.get(company.signifier, ())),
            *((device, "") for device in meters.codeless.get(company.signifier, ())),
        ]  # fmt: skip
        if rows:
            import_codes(ctx, rows)
            holdings.declare_complete(ctx, parse_instant(start).date(), "demo")
    finally:
        ctx.store.dispose()


def import_codes(ctx: Context, rows: list[tuple[str, str]]) -> None:
    """Import codes the usual way, from a CSV that is only in memory."""
    lines = ["Device ID,Install code", *(f"{device},{code}" for device, code in rows)]
    content = ("\r\n".join(lines) + "\r\n").encode()
    codes.import_codes(ctx, CodeSource.of("codes.csv", content), ReadOptions(), "demo")


@contextmanager
def running_agents(agents: list[Agent]) -> Iterator[None]:
    """Start all agents; stop them at the end."""
    try:
        for agent in agents:
            agent.start()
        for agent in agents:
            agent.wait_ready()
        yield
    finally:
        for agent in agents:
            agent.stop()
