"""One supplier's agent as a process of its own, driven step by step on a simulated clock.

Reads one JSON object per line from standard input, ``{"now": "2026-12-14T09:00:00+00:00", "do":
"round"}``, and answers each with one line: what the rounds did and which audit events they left.
It is a real agent: its own folder, database, vault, mailbox; only its clock is set.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from exchange.bootstrap import SetClock, open_context, open_courier, open_mailbox
from exchange.domain.time.sla import parse_instant
from exchange.errors import ExchangeError
from exchange.services.asking import request
from exchange.services.asking.gained import read_gained
from exchange.services.context import Context
from exchange.services.mailbox.rounds import Reachability, one_round
from exchange.services.people import review_devices

KILL_AFTER = "EXCHANGE_SANDBOX_KILL_AFTER"  # the name of a commit: keep, decide, delivered, file
_MOST_ROUNDS = 20


def kill_after(commit: str) -> Callable[[str], None] | None:
    """Return a function that kills this process right after the first commit of that name."""
    if not commit:
        return None

    def committed(name: str) -> None:
        if name == commit:
            os.kill(os.getpid(), signal.SIGKILL)

    return committed


class SteppedAgent:
    """The context of a folder with its mailboxes and courier, kept open between steps."""

    def __init__(self, folder: Path) -> None:
        self._clock = SetClock(datetime.now().astimezone())
        self.ctx: Context = open_context(
            folder, self._clock, kill_after(os.environ.get(KILL_AFTER, ""))
        )
        self._mailboxes = [
            open_mailbox(self.ctx, settings) for settings in self.ctx.settings.mailbox
        ]
        self._courier = open_courier(self.ctx)
        self._reach = Reachability()
        with self.ctx.store.reading() as tx:
            self._seen = tx.audit.head()[0]

    def step(self, wanted: dict[str, str]) -> dict[str, object]:
        """Do one thing at one instant; return what was done and the audit events."""
        self._clock.at = parse_instant(wanted["now"])
        reply: dict[str, object] = {}
        if wanted["do"] == "round":
            reply["mails"] = self._rounds()
        elif wanted["do"] == "create":
            reply["requests"] = self._create(Path(wanted["file"]))
        elif wanted["do"] == "release":
            done = review_devices.release_devices(self.ctx, wanted["ref"], "ops")
            reply["provided"] = done.provided
        reply["events"] = self._events()
        return reply

    def _rounds(self) -> int:
        """Do rounds until nothing is left to do; return how many mails and letters moved."""
        moved = 0
        for _ in range(_MOST_ROUNDS):
            done = one_round(self.ctx, self._mailboxes, self._courier, self._reach)
            moved += done.kept + sum(done.delivered.values())
            if done.quiet or done.troubles:
                break
        return moved

    def _create(self, file: Path) -> list[str]:
        with self.ctx.store.reading() as tx:
            parties = tx.parties.all(active_only=True)
        gained = read_gained(
            file.name,
            file.read_bytes(),
            parties,
            self.ctx.limits,
            ours=self.ctx.settings.party,
        )
        return list(request.create(self.ctx, gained, file.name).requests)

    def _events(self) -> list[dict[str, object]]:
        """Return the audit events since the last step, counted by kind, party and main details."""
        counted: Counter[tuple[str, str, str]] = Counter()
        with self.ctx.store.reading() as tx:
            for row in tx.audit.rows(after=self._seen):
                detail = json.loads(row.detail)
                shown = {key: detail[key] for key in _SHOWN if detail.get(key) not in (None, "")}
                if row.event.startswith("request."):
                    shown["subject"] = row.subject
                counted[row.event, row.party, json.dumps(shown, sort_keys=True)] += 1
                self._seen = row.seq
        return [
            {"event": event, "party": party, "number": number, **json.loads(shown)}
            for (event, party, shown), number in counted.items()
        ]

    def close(self) -> None:
        """Close the mailboxes."""
        for mailbox in self._mailboxes:
            mailbox.close()


_SHOWN = ("due", "devices", "rung", "ref")


def main() -> None:
    """Serve steps until standard input ends."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(40),  # errors only
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    agent = SteppedAgent(Path(sys.argv[1]))
    with agent.ctx.store.sole_daemon():
        sys.stdout.write(json.dumps({"ready": agent.ctx.signifier}) + "\n")
        sys.stdout.flush()
        for line in sys.stdin:
            try:
                reply = agent.step(json.loads(line))
            except ExchangeError as error:
                reply = {"error": str(error)}
            sys.stdout.write(json.dumps(reply) + "\n")
            sys.stdout.flush()
    agent.close()


if __name__ == "__main__":
    main()
