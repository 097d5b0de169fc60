"""``exchange run --once``, with the instants at which its pass began and ended.

``python -m tests.benchmarks.once FILE FOLDER`` is that program with one function wrapped; FILE
gets the two instants, in seconds of the machine's monotonic clock, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from exchange import daemon
from exchange.__main__ import main
from exchange.services.desk import Desk
from exchange.services.rounds import Round


def _timed(file: Path) -> None:
    work = daemon.run_once

    def run_once(desk: Desk) -> Round:
        began = time.monotonic()
        done = work(desk)
        file.write_text(json.dumps({"began": began, "ended": time.monotonic()}))
        return done

    daemon.run_once = run_once


if __name__ == "__main__":
    _timed(Path(sys.argv[1]))
    sys.argv[1:] = ["run", "--once", "--folder", sys.argv[2]]
    main()
