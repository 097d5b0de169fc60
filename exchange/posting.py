"""The posting process: delivers a backlog's answers while the daemon decides further mails.

``python -m exchange.posting FOLDER`` opens the working folder like any other program of ours, with
keys and password of its own, so no letter and no secret passes between the two.  Standard input
tells it to come to an end: a byte when no more letters will come, its end when all is to stop.
Standard output gets what became of the letters, as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any, Final

import structlog

from exchange.bootstrap import open_courier, open_desk, the_clock
from exchange.config import load_settings
from exchange.errors import CourierRefused, CourierUnavailable, ExchangeError
from exchange.logs import start_log
from exchange.processes import OWN_FOLDER, clean_environment, python_command
from exchange.services.posting import Posted, post

log = structlog.get_logger("exchange.posting")

_NO_MORE: Final = b"."
_STEP: Final = 0.1  # seconds between looks at whether all is to stop
_PATIENCE: Final = 4.0  # with a server that hangs, as the daemon has
_KINDS: Final = {kind.__name__: kind for kind in (CourierUnavailable, CourierRefused)}


class PostingProcess:
    """The daemon's end: one process from ``start`` to ``finish``; ended early by ``stop``."""

    def __init__(self, folder: Path, stop: threading.Event) -> None:
        self._folder, self._stop = folder, stop
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, if that has not happened yet; where no process can be had nothing runs beside."""
        if self._process is not None:
            return
        try:
            process = subprocess.Popen(  # noqa: S603 - ourselves
                python_command("exchange.posting", str(self._folder.resolve())),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # a Ctrl-C is ours to pass on
                env=clean_environment(),
                cwd=OWN_FOLDER,
            )
        except OSError as error:
            log.warning("the letters wait for the end of the round", why=str(error.strerror))
            return
        self._process = process
        threading.Thread(target=self._relay, args=(process,), daemon=True).start()

    def finish(self) -> Posted:
        """Wait until what is due by now is sent; the fates that the process told."""
        process, self._process = self._process, None
        if process is None:
            return Posted()
        with process:
            if process.stdin is None or process.stdout is None:
                return Posted()
            with contextlib.suppress(OSError):  # it has ended already
                os.write(process.stdin.fileno(), _NO_MORE)
            told = process.stdout.read()
        try:
            return _from_values(json.loads(told))
        except (ValueError, LookupError, TypeError, AttributeError):
            # What it did is recorded, and the round's own sending goes on with the rest.
            if not self._stop.is_set():
                log.warning("the posting process ended early", status=process.returncode)
            return Posted()

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            if self._stop.wait(_STEP):
                process.terminate()
                return


def _as_values(posted: Posted) -> dict[str, Any]:
    fault = posted.fault
    told = fault and [type(fault).__name__, fault.message, fault.place, fault.hint]
    return {"fates": posted.fates, "fault": told}


def _from_values(told: dict[str, Any]) -> Posted:
    posted = Posted(Counter(told["fates"]))
    if told["fault"]:
        kind, message, place, hint = told["fault"]
        posted.fault = _KINDS.get(kind, ExchangeError)(message, place=place, hint=hint)
    return posted


def main(folder: Path) -> None:
    """Post until standard input says that it is over, or a signal that all is to stop."""
    over, stop = threading.Event(), threading.Event()

    def stopped(*_: object) -> None:
        stop.set()
        over.set()
        # What is under way is recorded, or goes again with the same Message-ID.
        impatient = threading.Timer(_PATIENCE, os._exit, [1])
        impatient.daemon = True
        impatient.start()

    def listen() -> None:
        # Past Python's own buffer: a thread that holds its lock would hinder the end.
        if os.read(0, 1) == _NO_MORE:
            over.set()
            os.read(0, 1)
        stopped()  # whoever started this has ended

    signal.signal(signal.SIGTERM, stopped)
    threading.Thread(target=listen, daemon=True).start()
    posted = Posted()
    try:
        start_log(load_settings(folder).log)
        desk = open_desk(folder, the_clock())
        post(desk, open_courier(desk, stop), over, posted)
    except ExchangeError as error:
        posted.fault = error
    with contextlib.suppress(BrokenPipeError):  # nobody is there to be told
        os.write(1, json.dumps(_as_values(posted)).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
