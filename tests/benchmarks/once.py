"""``exchange run --once``, and when its pass began and where its time went.

``python -m tests.benchmarks.once FILE FOLDER`` is that program with a few functions wrapped; FILE
gets what was seen, as JSON: two instants in seconds of the machine's monotonic clock, processor
seconds of the pass (the reading processes' too), and the stages.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Final

from exchange.__main__ import main
from exchange.daemon import main as daemon
from exchange.services.context import Context
from exchange.services.mailbox.rounds import Round
from tests.benchmarks.stages import StageClock

STAGES: Final = {
    "exchange.services.mailbox.fetch_and_file:keep": "keep",
    "exchange.worker.reader:WorkerReader.read": "wait for understanding",
    "exchange.services.answering.intake:decide_all": "decide",
    "exchange.services.mailbox.fetch_and_file:file": "file",
    "exchange.services.sending.send_mail:deliver": "deliver",
    "sqlalchemy.orm:Session.commit": "commit",
}


def _cpu() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def _timed(file: Path) -> None:
    work, stages = daemon.run_once, StageClock()
    stages.wrap(STAGES)

    def run_once(ctx: Context) -> Round:
        began, used = time.monotonic(), _cpu()
        stages.begin()
        done = work(ctx)
        ended = time.monotonic()
        seen = {
            "began": began, "ended": ended, "cpu": _cpu() - used, "stages": stages.end(),
        }  # fmt: skip
        file.write_text(json.dumps(seen))
        return done

    daemon.run_once = run_once


if __name__ == "__main__":
    _timed(Path(sys.argv[1]))
    sys.argv[1:] = ["run", "--once", "--folder", sys.argv[2]]
    main()
