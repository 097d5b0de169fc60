"""However the commands of several claimants mingle, and whoever stalls, one works at most."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from exchange.transport import imap_claim
from tests.adapters.claim_model import Actor, Server, actor, alone, explore, step

RENEWED, NOTICED, DEAD = 241, 301, 901  # seconds: just past each of the limits


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_claim, "log", SimpleNamespace(warning=lambda *_, **__: None))


def _at_work(*todo: str) -> tuple[Server, Actor]:
    """A holder whose first mark is older than the lease, and whose renewal is due."""
    server, one = alone(Server(), actor("a", *["hold"] * 5), each=RENEWED)
    return server, replace(one, todo=todo)


def test_two_that_begin() -> None:
    found = explore(Server(), [actor("a", "hold"), actor("b", "hold")], 1, [RENEWED, DEAD])
    assert found.both == ()
    assert {("a1",), ("b1",)} <= found.ends


def test_three_that_begin() -> None:
    found = explore(Server(), [actor(name, "hold") for name in "abc"], 0, [])
    assert found.both == ()
    assert found.ends == {("a1",), ("b1",), ("c1",)}


def test_one_that_begins_while_another_renews() -> None:
    server, holder = _at_work("hold")
    found = explore(server, [holder, actor("b", "hold")], 0, [])
    assert found.both == ()
    assert found.ends == {("a1",)}


@pytest.mark.parametrize("todo", [("hold",), ("hold", "hold"), ("hold", "release")])
def test_one_that_begins_while_another_renews_or_stops_late(todo: tuple[str, ...]) -> None:
    server, holder = _at_work(*todo)
    found = explore(server, [holder, actor("b", "hold")], 1, [RENEWED, DEAD])
    assert found.both == ()
    assert ("b1",) in found.ends


def test_a_take_over_while_the_other_renews() -> None:
    server, holder = _at_work("hold")
    command = actor("b", "take_over", session="cli")
    found = explore(server, [holder, command], 1, [NOTICED])
    assert found.both == ()
    assert () in found.ends


def test_who_renews_while_taken_over_leaves() -> None:
    """He was silent for long, and renews between the look of the command and its removal."""
    server, holder = _at_work("hold")
    server = replace(server, now=server.now + NOTICED)
    actors = {
        "a": holder,
        "b": actor("b", "hold"),
        "c": actor("b", "take_over", session="cli"),
    }
    for name in "bbbb" + "ccccc" + "aaaaaaaa" + "cccccccc" + "bbbbbbbbbbbb":
        if actors[name].todo:
            server, actors[name] = step(server, actors[name])
    assert not any(one.todo for one in actors.values())
    assert [name for name, one in actors.items() if one.works] == ["b"]
