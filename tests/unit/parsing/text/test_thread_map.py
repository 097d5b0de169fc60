"""Work on the pieces of a long list, in two threads or in one."""

from __future__ import annotations

import threading

import pytest

from exchange.parsing.text import thread_map as threads
from exchange.parsing.text.thread_map import start_in_thread, thread_map


@pytest.mark.parametrize("count", [0, 3, 100])
def test_the_order_is_kept(count: int) -> None:
    assert thread_map(lambda one: one * one, range(count)) == [n * n for n in range(count)]


def test_long_work_is_shared_by_two_threads() -> None:
    both = threading.Barrier(2, timeout=60)

    def wait(number: int) -> int:
        if number < 2:
            both.wait()  # ends only when two threads are here at once
        return number

    assert thread_map(wait, range(8)) == list(range(8))


def _no_pool(*_: object) -> None:
    raise RuntimeError("can't start new thread")


def test_without_threads_the_work_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "ThreadPoolExecutor", _no_pool)
    assert thread_map(str, range(20)) == [str(n) for n in range(20)]


def test_what_the_work_raised_is_raised() -> None:
    def fail(number: int) -> int:
        raise ValueError(str(number))

    with pytest.raises(ValueError, match="0"):
        thread_map(fail, range(20))
    outcome = start_in_thread(lambda: fail(7))
    with pytest.raises(ValueError, match="7"):
        outcome()


def test_what_was_begun_gives_its_result_when_asked() -> None:
    started = threading.Event()

    def work() -> int:
        started.set()
        return 5

    outcome = start_in_thread(work)
    assert started.wait(60)
    assert outcome() == 5
