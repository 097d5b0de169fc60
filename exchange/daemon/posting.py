"""The posting process: sends the answers of a backlog while the daemon decides more mails.

``python -m exchange.daemon.posting FOLDER`` opens the working folder itself and reads the keys
and the password there, so no letter and no secret passes between the two processes. Standard input
says when to finish: a byte when no more letters will come, end of file when everything stops. It
writes a blank line to standard output each second as a sign of life, and at the end the fate of the
letters as JSON.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from exchange.bootstrap import open_context, open_courier, the_clock
from exchange.config import load_settings
from exchange.domain.refusal import About
from exchange.errors import (
    CourierPaused,
    CourierRefused,
    CourierUnavailable,
    ExchangeError,
    StoreError,
    StoreReplaced,
)
from exchange.later import Log
from exchange.logs import start_log
from exchange.ports.mail import Delivery
from exchange.processes import OWN_FOLDER, clean_environment, ignore_signals, python_command
from exchange.services.running.reach import describe_error
from exchange.services.sending.posting import Posted, post

log = Log("exchange.posting")

_NO_MORE: Final = b"."
_STEP: Final = 0.1  # seconds between checks whether to stop
_PATIENCE: Final = 4.0  # for a server that hangs, as in the daemon
_START_SECONDS: Final = 60.0  # until the first sign of life
# Shorter than others wait for the database while this process holds it.
_SILENT_SECONDS: Final = 15.0
_BEAT_SECONDS: Final = 1.0
_ALIVE: Final = b"\n"
_KINDS: Final = {
    kind.__name__: kind
    for kind in (
        CourierUnavailable,
        CourierRefused,
        CourierPaused,
        StoreError,
        StoreReplaced,
    )
}


class PostingProcess:
    """The daemon's side: one process from ``start`` to ``finish``; ended early by ``stop``.

    A process without a sign of life is killed, because others wait for the locks it holds.
    """

    def __init__(
        self, folder: Path, stop: threading.Event, silent_seconds: float = _SILENT_SECONDS
    ) -> None:
        self._folder, self._stop = folder, stop
        self._silent_seconds = silent_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._attendant: threading.Thread | None = None
        self._output = bytearray()
        self._hung = False

    def start(self) -> None:
        """Start the process unless it runs; if it cannot be started, the daemon sends by itself."""
        if self._process is not None:
            return
        try:
            process = subprocess.Popen(  # noqa: S603 - ourselves
                python_command("exchange.daemon.posting", str(self._folder.resolve())),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # a Ctrl-C is ours to pass on
                env=clean_environment(),
                cwd=OWN_FOLDER,
            )
        except OSError as error:
            log.warning(
                "no posting process; letters wait for the end of the round",
                why=str(error.strerror),
            )
            return
        self._process, self._output, self._hung = process, bytearray(), False
        self._attendant = threading.Thread(target=self._attend, args=(process,), daemon=True)
        self._attendant.start()

    def finish(self) -> Posted:
        """Wait until what is due by now is sent; return the fates that the process reported."""
        process, self._process = self._process, None
        if process is None or self._attendant is None:
            return Posted()
        with process:
            if process.stdin is not None:
                with contextlib.suppress(OSError):  # it has ended already
                    os.write(process.stdin.fileno(), _NO_MORE)
            self._attendant.join()
        try:
            return _from_values(json.loads(self._output))
        except (ValueError, LookupError, TypeError, AttributeError):
            # What it did is recorded, and the daemon's own sending continues with the rest.
            if self._stop.is_set():
                return Posted()
            what = f"the posting process ended early (status {process.returncode})"
            if self._hung:
                what = (
                    f"the posting process gave no sign of life for {self._silent_seconds:g} "
                    "seconds and was ended"
                )
            log.warning(what, what="its letters are sent all the same")
            return Posted(trouble=what)

    def _attend(self, process: subprocess.Popen[bytes]) -> None:
        """Read the output until the process ends; kill it on a stop or when it is silent."""
        pipe = process.stdout
        if pipe is None:
            return
        silent_from, patience = time.monotonic(), _START_SECONDS
        kill_at = 0.0
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                # Read first: we ourselves may have been suspended for a while.
                if selector.select(_STEP):
                    some = os.read(pipe.fileno(), 65536)
                    if not some:
                        break
                    self._output += some
                    silent_from, patience = time.monotonic(), self._silent_seconds
                elif time.monotonic() - silent_from > patience and not self._hung:
                    self._hung = True
                    process.kill()
                if self._stop.is_set() and not kill_at:
                    process.terminate()
                    kill_at = time.monotonic() + _PATIENCE - 1
                elif kill_at and time.monotonic() > kill_at:
                    process.kill()
        process.wait()


def _as_values(posted: Posted) -> dict[str, Any]:
    fault = posted.fault
    reported = fault and [type(fault).__name__, fault.message, fault.place, fault.hint]
    unrecorded = [asdict(one) for one in posted.unrecorded]
    return {"fates": posted.fates, "fault": reported, "unrecorded": unrecorded}


def _from_values(values: dict[str, Any]) -> Posted:
    posted = Posted(Counter(values["fates"]))
    for one in values["unrecorded"]:
        posted.unrecorded.append(Delivery(**{**one, "about": About(one["about"])}))
    if values["fault"]:
        kind, message, place, hint = values["fault"]
        posted.fault = _KINDS.get(kind, ExchangeError)(message, place=place, hint=hint)
    return posted


def main(folder: Path) -> None:
    """Send letters until standard input says to finish, or a signal says to stop."""
    over, stop = threading.Event(), threading.Event()

    def stopped(*_: object) -> None:
        stop.set()
        over.set()
        # A letter under way is recorded, or sent again with the same Message-ID.
        impatient = threading.Timer(_PATIENCE, os._exit, [1])
        impatient.daemon = True
        impatient.start()

    def listen() -> None:
        # Not through Python's buffer: a thread that holds its lock would block the exit.
        if os.read(0, 1) == _NO_MORE:
            over.set()
            os.read(0, 1)
        stopped()  # whoever started this has ended

    def alive() -> None:
        with contextlib.suppress(OSError):  # nobody reads any more
            os.write(1, _ALIVE)
            while not stop.wait(_BEAT_SECONDS):
                os.write(1, _ALIVE)

    signal.signal(signal.SIGTERM, stopped)
    ignore_signals()
    threading.Thread(target=alive, daemon=True).start()
    threading.Thread(target=listen, daemon=True).start()
    posted = Posted()
    try:
        start_log(load_settings(folder).log)
        ctx = open_context(folder, the_clock())
        for call in (stop.set, over.set):
            ctx.store.when_lost(call)  # another process may send the letters now
        gc.freeze()  # what was loaded stays: to look through it again took 7 % of the time
        try:
            post(ctx, open_courier(ctx, stop), over, posted)
        finally:
            posted.unrecorded += ctx.unrecorded
    except ExchangeError as error:
        posted.fault = error
    except Exception as error:  # its text may quote a letter
        posted.fault = ExchangeError(describe_error(error))
    with contextlib.suppress(BrokenPipeError):  # nobody reads any more
        os.write(1, json.dumps(_as_values(posted)).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
