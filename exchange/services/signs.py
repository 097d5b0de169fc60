"""What a daemon's last signs of life come to, in words: how it ended, or that it does nothing."""

from __future__ import annotations

from exchange.services.heartbeat import SILENCE, Beat, when


def end_of(beat: Beat) -> str:
    """How the last daemon ended, and when."""
    if beat.why:
        return f"ended {_at(beat.written)}: {beat.why}"
    verb = "stopped" if beat.ended else "ended without a word, last seen"
    return f"{verb} {_at(beat.written)}"


def silence(beat: Beat) -> tuple[str, str] | None:
    """What is wrong with a daemon that is there and does nothing, and what to do; None: nothing."""
    if beat.halted:
        return (
            f"is held by a signal (SIGSTOP or Ctrl-Z), last seen {_at(beat.written)}",
            f"`kill -CONT {beat.pid}` lets it go on; or restart it",
        )
    if beat.written > SILENCE and not beat.ended:
        return (
            f"has given no sign of life since {_at(beat.written)}",
            "see whether it may write into the working folder; restart it",
        )
    return None


def _at(ago: float) -> str:
    return f"{when(ago):%Y-%m-%d %H:%M:%S} UTC"
