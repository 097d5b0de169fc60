"""Coverage-guided fuzzing of ``bytes -> understanding``: ``make fuzz``.

Seeds are the corpus.  An input that raises anything but Unreadable, or takes longer than
``SLOW`` seconds of processor time, is written to tests/corpus/found/, where a test reads it ever
after; the run goes on, so that one finding does not hide the next.  One process.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["exchange"]):
    from exchange.domain.limits import Limits
    from exchange.errors import Unreadable
    from exchange.parsing.reading.understand import understand

CORPUS: Final = Path(__file__).parents[1] / "corpus"
FOUND: Final = CORPUS / "found"
SLOW: Final = 5.0
_LONGEST: Final = 20_000  # bytes of an input: longer ones teach no more and cost speed
_OWN: Final = frozenset(("codes@op-a.test",))
_LIMITS: Final = Limits(inflated_bytes=20_000_000, cells=1_000_000, rows=100_000)


def keep(raw: bytes, why: str) -> None:
    """Write an input to the folder of findings, once per reason."""
    name = hashlib.sha256(why.encode()).hexdigest()[:12]
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{name}.eml"
    if not path.exists() or path.stat().st_size > len(raw):
        path.write_bytes(raw)
        sys.stderr.write(f"\nfound: {why} -> {path}\n")


def _place(error: BaseException) -> str:
    """The kind of an error and the line of ours that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "/exchange/" in one.filename]
    last = (ours or list(frames))[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"


def one_input(raw: bytes) -> None:
    """Understand one input; what must not happen is written down."""
    start = time.process_time()
    try:
        understand(raw, _LIMITS, _OWN)
    except Unreadable as error:
        # The border of the parsers turns any fault into Unreadable; here the fault is the finding.
        if error.__cause__ is not None:
            keep(raw, _place(error.__cause__))
    except Exception as error:  # whatever else comes out is what this run looks for
        keep(raw, _place(error))
    spent = time.process_time() - start
    if spent > SLOW:
        keep(raw, f"slow: {spent:.0f} s")


def main() -> None:
    """Fuzz for ``--seconds``."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("--seconds", type=int, default=300)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder)
        for mail in (*CORPUS.glob("*.eml"), *FOUND.glob("*.eml")):
            content = mail.read_bytes()
            if len(content) <= _LONGEST:
                (seeds / mail.name).write_bytes(content)
        atheris.Setup(
            [
                sys.argv[0],
                f"-max_total_time={chosen.seconds}",
                f"-max_len={_LONGEST}",
                "-timeout=60",
                "-rss_limit_mb=2048",
                f"-artifact_prefix={FOUND}/",
                str(seeds),
            ],
            one_input,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
