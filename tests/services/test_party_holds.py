"""All letters to a party are held, those that wait and those still to be made, until released."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.cli.main import app
from exchange.services.letters import claiming
from exchange.store.mails.outbox import HELD
from tests.servers.scripted import ScriptedSmtp
from tests.services.contexts import Said, command
from tests.services.posted import Post, make_post


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with ScriptedSmtp(tmp_path / "server") as server:
        made = make_post(tmp_path / "ctx", server)
        yield made
        made.ctx.reader.close()
        made.ctx.store.dispose()


def _run(post: Post, *words: str) -> Said:
    return command(app, post.folder, *words, now="2026-12-01T10:00")


def _states(post: Post) -> list[str]:
    return [state for state, _ in post.states().values()]


def test_what_waits_and_what_is_made_later_is_held_and_nobody_else_s(post: Post) -> None:
    post.write(1, "codes@pa.example")
    held = _run(post, "letters", "hold", "--party", "pa", "--why", "they rang")
    assert (held.code, held.out.strip()) == (
        0, "all letters to PA are held from now on; 1 of them waiting"
    )  # fmt: skip
    for nth, purpose in enumerate(("request", "query", "reminder", "escalation"), 2):
        if purpose != "request":
            post.write(nth, "codes@pa.example", purpose, "PA")
    post.write(7, "codes@pb.example")
    post.write(8, "compliance@lose.example", "evidence", "PA")  # goes to ourselves
    assert post.go() == ""
    assert _states(post) == ["held", "held", "held", "held", "sent", "sent"]
    assert len(post.server.taken) == 2


def test_only_what_was_held_for_the_party_is_released_with_it(post: Post) -> None:
    first, second = post.write(1, "codes@pa.example"), post.write(2, "codes@pa.example")
    assert _run(post, "letters", "hold", str(first), "--why", "wrong list").code == 0
    assert _run(post, "letters", "hold", "--party", "PA", "--why", "they rang").code == 0
    for words in (("release", str(first)), ("release", str(second))):
        refused = _run(post, "letters", *words)
        assert refused.code == 1
        assert "all letters to PA are held: they rang" in refused.err
    assert _run(post, "letters", "release", "--party", "PA").code == 0
    post.go()
    assert _states(post) == ["held", "sent"]
    assert _run(post, "letters", "release", "--party", "PA").code == 0  # as ever: what is held
    post.go()
    assert _states(post) == ["sent", "sent"]


def test_who_holds_a_party_and_why_is_shown(post: Post) -> None:
    assert (
        _run(post, "letters", "hold", "--party", "PA", "--why", "they rang", "--by", "kim").code
        == 0
    )
    for words in (("letters", "list"), ("inbox", "list")):
        shown = json.loads(_run(post, *words, "--json").out)["held_parties"]
        assert [(one["party"], one["why"], one["by"], one["mail"]) for one in shown] == [
            ("PA", "they rang", "kim", None)
        ]
    register = json.loads(_run(post, "contacts", "list", "--json").out)
    assert {one["signifier"] for one in register if one["letters_held"]} == {"PA"}
    health = json.loads(_run(post, "health", "--json").out)
    assert health["sending"]["held_parties"] == ["PA"]
    assert _run(post, "letters", "hold", "--party", "NOPE", "--why", "x").code == 1


def test_a_letter_that_waits_is_held_at_once_when_a_mail_warns(post: Post) -> None:
    ctx = post.ctx
    number = post.write(1, "codes@pa.example")
    with ctx.store.transaction("test") as tx:
        held = claiming.hold_party(ctx, tx, "PA", "mail 7: hacked", "exchange", 7)
    assert [one.id for one in held] == [number]
    with ctx.store.reading() as tx:
        (letter,) = tx.outbox.heads(states=[HELD])
        assert letter.reply == "held: all letters to PA are held: mail 7: hacked"
        events = [(row.event, row.subject) for row in tx.audit.rows()]
    assert ("letters.held", "PA") in events
    assert post.events() == ["mail.held"]
