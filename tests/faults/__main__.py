"""``python -m tests.faults``: every command that writes, cut at each of its points."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

_MOST_SAID = 3  # findings of one trial
_ORDERLY = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def main() -> int:
    """Sweep, print the table, end with 1 where anything was lost, doubled, stuck or unclear."""
    given = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    given.add_argument("--only", action="append", default=[], help="scenarios that begin so")
    given.add_argument("--how", action="append", default=[], help="kill, ENOSPC, EIO")
    given.add_argument("--seconds", type=float, default=3600.0, help="a ceiling for all of it")
    given.add_argument("--sample", type=int, default=0, help="trials of each scenario; 0: all")
    given.add_argument("--jobs", type=int, default=2)
    given.add_argument(
        "--postgresql", type=int, default=0, metavar="N", help="also so many kills on PostgreSQL"
    )
    given.add_argument("--prove", action="store_true", help="faults put in on purpose must show")
    given.add_argument("--sandbox", action="store_true", help="no Dovecot though installed")
    given.add_argument("--part", default="", help=argparse.SUPPRESS)
    wanted = given.parse_args()
    if wanted.part:
        return _prove(wanted) if wanted.prove else _part(wanted)
    from tests.faults.seccomp import missing

    if missing():
        sys.stderr.write(f"nothing was tried: {missing()}\n")
        return 1
    begun = time.monotonic()
    if wanted.prove:
        wanted.jobs = 1
    parts = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults", *sys.argv[1:], "--part", f"{nth}/{wanted.jobs}"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **_ORDERLY},
        )
        for nth in range(wanted.jobs)
    ]
    lines = [line for one in parts for line in one.communicate()[0].splitlines()]
    failed = [one.returncode for one in parts if one.returncode]
    return _print(lines, time.monotonic() - begun) or (1 if failed else 0)


def _part(wanted: argparse.Namespace) -> int:
    """A process of its own with its own servers: prints a line of JSON a scenario and finding."""
    from exchange.cli.main import whole
    from tests.faults.post import post
    from tests.faults.scenarios import ON_POSTGRESQL, named
    from tests.faults.sweep import Bases, Trial, sweep
    from tests.faults.traced import How, become_reaper
    from tests.faults.world import RECIPIENTS
    from tests.servers import postgres

    whole(at_work=True)  # each command is a fork that has all of them loaded
    become_reaper()
    nth, of = map(int, wanted.part.split("/"))
    hows = [How(one) for one in wanted.how] or list(How)
    end = time.monotonic() + wanted.seconds

    def told(trial: Trial) -> None:
        if not trial.reached:
            sys.stderr.write(f"{trial.scenario}: {trial.how} {trial.point}: not reached\n")
        for kind, what in trial.findings[:_MOST_SAID]:
            sys.stderr.write(f"{trial.scenario}: {trial.how} {trial.point}: {kind}: {what}\n")

    with contextlib.ExitStack() as stack:
        at = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sweep-", dir=_quick())))
        servers = stack.enter_context(post(RECIPIENTS, 3000, dovecot=not wanted.sandbox))
        scenarios, part = named(wanted.only), (nth, of)
        if wanted.sample:  # what takes longest is to prepare a scenario: each in one process only
            rounds = [one for one in scenarios if one.again]
            others = [one for one in scenarios if not one.again]
            scenarios = [*others[nth :: of - 1 or 1], *(rounds if of == 1 else [])]
            scenarios, part = (rounds if 0 < nth == of - 1 else scenarios), (0, 1)
        work = [(one, "", hows, wanted.sample) for one in scenarios]
        if wanted.postgresql:
            url = stack.enter_context(postgres.postgres(alone=True))
            work += [(one, url, [How.KILL], wanted.postgresql // of) for one in ON_POSTGRESQL]
        bases = {url: Bases(at / (url and "postgresql"), servers, url) for _, url, _, _ in work}
        for number, (scenario, url, kinds, sample) in enumerate(work):
            begun = time.monotonic()
            # What is left of the time is shared among what is left to do.
            until = begun + (end - begun) / (len(work) - number)
            tallies = sweep(
                scenario, bases[url], kinds, until=until, sample=sample, part=part, told=told
            )
            for how, tally in tallies.items():
                _say({
                    "scenario": scenario.name + (" (PostgreSQL)" if url else ""), "how": how,
                    "points": tally.points, "tried": tally.tried, "unreached": tally.unreached,
                    "copies": tally.copies, "found": dict(tally.found),
                    "seconds": time.monotonic() - begun,
                })  # fmt: skip
        _say({"server": servers.server})
    return 0


def _prove(wanted: argparse.Namespace) -> int:
    """Run with each fault that was put in; ends with 1 where one of them does not show."""
    from exchange.cli.main import whole
    from tests.faults.mutants import MUTANTS
    from tests.faults.post import post
    from tests.faults.scenarios import named
    from tests.faults.sweep import Bases, attempt, prepare, spread
    from tests.faults.traced import How, become_reaper
    from tests.faults.world import RECIPIENTS

    whole(at_work=True)  # each command is a fork that has all of them loaded
    become_reaper()
    unseen = 0
    with (
        tempfile.TemporaryDirectory(prefix="sweep-", dir=_quick()) as at,
        post(RECIPIENTS, 3000, dovecot=not wanted.sandbox) as servers,
    ):
        bases = Bases(Path(at), servers)
        for mutant in MUTANTS:
            (scenario,) = named([mutant.scenario])
            with mutant.patched:
                ready = prepare(scenario, bases)
                points = [
                    one for one in ready.points
                    if (one.call, one.target) == (mutant.call, mutant.target)
                ]  # fmt: skip
                seen, tried = False, 0
                for point in spread(points):
                    found = attempt(ready, point, How.KILL).findings
                    tried += 1
                    if seen := mutant.kind in {kind for kind, _ in found}:
                        break
            unseen += not seen
            _say({"mutant": mutant.name, "seen": seen, "tried": tried, "kind": mutant.kind})
    return unseen


def _quick() -> str | None:
    """A file system that loses nothing to syncing: what is synced is asked of the calls."""
    memory = Path("/dev/shm")
    return str(memory) if os.access(memory, os.W_OK) else None


def _say(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _print(lines: list[str], seconds: float) -> int:
    from tests.faults.sweep import KINDS

    rows: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    servers = set()
    for line in map(json.loads, lines):
        if "mutant" in line:
            print(  # noqa: T201
                f"{line['mutant']}: "
                + (f"counted as {line['kind']}" if line["seen"] else "NOT COUNTED")
                + f" after {line['tried']} points"
            )
        if "server" in line:
            servers.add(line["server"])
        if "scenario" not in line:
            continue
        row = rows[line["scenario"], line["how"]]
        row["points"] = max(row["points"], line["points"])  # each process knows all of them
        for name in ("tried", "unreached", "copies"):
            row[name] += line[name]
        for kind in KINDS:
            row[kind] += line["found"].get(kind, 0)
        row["seconds"] = max(row["seconds"], line["seconds"])
    if not rows:
        return 0
    titles = ("points", "tried", *KINDS)
    print(f"{'scenario':32} {'fault':7}" + "".join(f"{one:>9}" for one in titles))  # noqa: T201
    total: dict[str, float] = defaultdict(float)
    for (scenario, how), row in rows.items():
        print(f"{scenario:32} {how:7}" + "".join(f"{row[one]:9.0f}" for one in titles))  # noqa: T201
        for name, value in row.items():
            total[name] += value
    print(f"{'all':40}" + "".join(f"{total[one]:9.0f}" for one in titles))  # noqa: T201
    print(  # noqa: T201
        f"{total['points'] - total['tried']:.0f} points skipped for the time or the sample, "
        f"{total['unreached']:.0f} not reached; {total['copies']:.0f} letters went out once more "
        f"as the same mail; mailboxes on {' and '.join(sorted(servers))}; {seconds:.0f} s"
    )
    return 1 if any(total[kind] for kind in KINDS) or not total["tried"] else 0


if __name__ == "__main__":
    sys.exit(main())
