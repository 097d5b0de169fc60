"""The most memory that this process ever held."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_mb() -> float:
    """In MB, of this process alone."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux keeps ru_maxrss over exec, so that it tells of the parent as well; this does not.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
