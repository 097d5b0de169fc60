"""The most memory that a process ever held."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_mb(process: int = 0) -> float:
    """In MB, of this process alone, or of another; 0 when that has ended."""
    status = Path(f"/proc/{process or 'self'}/status")
    try:
        # Linux keeps ru_maxrss over exec, so that it tells of the parent as well; this does not.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    if process:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
