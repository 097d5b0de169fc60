"""The same on PostgreSQL, where a hold and a claim could meet: pauses, the register, claims."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.errors import ExchangeError
from exchange.services.sending import outbox_review
from exchange.services.sending.outbox_review import Choice
from tests.servers.scripted import ScriptedSmtp
from tests.services.contexts import add_parties, make_party
from tests.services.posted import Post, make_post


@pytest.fixture
def post(tmp_path: Path, postgres_url: str) -> Iterator[Post]:
    with ScriptedSmtp(tmp_path / "server") as server:
        made = make_post(tmp_path / "ctx", server, postgres_url)
        yield made
        made.ctx.store.dispose()


def test_letters_held_by_people_while_they_are_sent(post: Post) -> None:
    """Each of sixty letters is sent or held, and whoever held it knows which."""
    numbers = [post.write(n, f"codes@p{'abcdef'[n % 6]}.example") for n in range(1, 61)]
    held, told = list[int](), list[str]()

    def hold() -> None:
        for number in numbers[::-3]:
            try:
                outbox_review.hold_letters(post.ctx, Choice((number,)), "wait", "kim")
                held.append(number)
            except ExchangeError as error:
                told.append(str(error))

    people = threading.Thread(target=hold)
    people.start()
    post.go()
    people.join(60)
    post.go(minutes=3)
    states = post.states()
    assert len(held) + len(told) == 20
    assert all("sent" in one for one in told)
    assert sorted(held) == sorted(one for one in numbers if states[one][0] == "held")
    assert Counter(state for state, _ in states.values())["sent"] == 60 - len(held)
    assert len(post.server.taken) == len(set(post.server.taken)) == 60 - len(held)
    # And the rest of it: a pause that outlives the process, an address that moved.
    post.write(70, "codes@pa.example")
    moved = post.write(71, "codes@pb.example")
    post.server.flaws["MAIL"] = "550 5.7.60 not allowed to send as this sender"
    rests = post.go()
    assert "paused until" in rests
    post.again()
    assert post.go() == rests
    outbox_review.resume(post.ctx, "kim")
    post.server.flaws.clear()
    party = make_party("PB")
    object.__setattr__(party, "reply_address", "new@pb.example")
    add_parties(post.ctx, party)
    assert post.go(minutes=2) == ""
    assert post.states()[moved][0] == "held"
