"""Say in words how a daemon ended, or that it hangs, from its last signs of life."""

from __future__ import annotations

from exchange.services.running.heartbeat import SILENCE, Beat, when


def describe_end(beat: Beat) -> str:
    """Return how the last daemon ended, and when."""
    if beat.why:
        return f"ended {_at(beat.written)}: {beat.why}"
    verb = "stopped" if beat.ended else "ended without notice, last seen"
    return f"{verb} {_at(beat.written)}"


def silence(beat: Beat) -> tuple[str, str] | None:
    """Return what is wrong with a daemon that hangs, and what to do; None if it works."""
    if beat.halted:
        return (
            f"is stopped by a signal (SIGSTOP or Ctrl-Z), last seen {_at(beat.written)}",
            f"`kill -CONT {beat.pid}` continues it; or restart it",
        )
    if beat.written > SILENCE and not beat.ended:
        return (
            f"has given no sign of life since {_at(beat.written)}",
            "check that it may write into the working folder; restart it",
        )
    return None


def _at(ago: float) -> str:
    return f"{when(ago):%Y-%m-%d %H:%M:%S} UTC"
