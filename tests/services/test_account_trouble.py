"""Trouble with our own account fails no letter: sending rests, on file, and longer each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exchange.cli.main import app
from exchange.domain.outbound import Gained, LegState
from exchange.services.asking import request
from tests.servers.scripted import Line, ScriptedSmtp
from tests.services.contexts import Said, command
from tests.services.posted import Post, make_post

FULL_QUOTA = "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with ScriptedSmtp(tmp_path / "server") as server:
        made = make_post(tmp_path / "ctx", server)
        yield made
        made.ctx.store.dispose()


def _write(post: Post, parties: str = "abc") -> list[int]:
    return [post.write(nth, f"codes@p{one}.example") for nth, one in enumerate(parties, 1)]


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("greeting", "554 5.7.1 Your address is on our block list"),
        ("greeting", "421 4.3.2 Service not active"),
        ("AUTH", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."),
        ("AUTH", "454 4.7.0 Too many login attempts, please try again later"),
        ("MAIL", "550 5.7.60 Client does not have permissions to send as this sender"),
        ("MAIL", "552 5.2.2 mailbox full"),
        ("MAIL", "451 4.3.1 storage"),
        ("RCPT", "550 5.4.5 Daily user sending limit exceeded."),
        ("RCPT", "550 5.1.90 You have reached your daily limit for message recipients"),
        ("RCPT", "421 4.7.0 Try again later, closing connection."),
        ("RCPT", "530 5.7.57 Client was not authenticated to send anonymous mail"),
        (".", "554 5.2.252 SendAsDenied; a@b not allowed to send as c@d"),
        (".", FULL_QUOTA),
        (".", "554 5.2.2 mailbox full"),
        (".", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        (".", "550 Domain lose.example has exceeded the max emails per hour (151/150) allowed"),
    ],
)
def test_it_fails_no_letter_and_the_server_has_peace(post: Post, verb: str, reply: str) -> None:
    numbers = _write(post)
    post.server.flaws[verb] = reply
    told = post.go()
    assert reply[4:14] in told
    assert "outgoing mail is paused until" in told
    assert "`exchange letters resume`" in told
    assert all(state in ("queued", "deferred") for state, _ in post.states().values())
    assert {attempts for _, attempts in post.states().values()} == {0}
    assert sum(line.startswith(verb) for line in post.server.heard) <= 1
    visits = post.server.visits
    post.again()
    assert post.go(minutes=0.9) == told, "another word, or another pause"
    assert post.server.visits == visits, "a restart went to the server again"
    assert post.events() == ["courier.paused"]
    # Mended: everything goes, once.
    post.server.flaws.clear()
    post.server.taken.clear()
    command(app, post.folder, "letters", "resume", "--by", "kim", now="2026-12-01T10:00")
    assert post.go(minutes=2) == ""
    assert {state for state, _ in post.states().values()} == {"sent"}
    assert len(post.server.taken) == len(numbers)
    assert post.events()[1] == "courier.resumed"


def test_each_trouble_in_a_row_rests_longer_and_a_success_ends_it(post: Post) -> None:
    _write(post)
    post.server.flaws["MAIL"] = "553 5.7.1 not yours"
    post.go()
    tried = []
    for minute in range(1, 241):
        before = post.server.visits
        post.go(minutes=1)
        tried += [minute] * (post.server.visits - before)
    assert tried == [10, 30, 70, 150]
    post.server.flaws.clear()
    while post.go(minutes=10):
        pass
    post.go(minutes=10)  # the letter that met with it comes after the others
    assert {state for state, _ in post.states().values()} == {"sent"}
    post.write(9, "codes@pd.example")
    post.server.flaws["MAIL"] = "553 5.7.1 not yours"
    post.go()
    before = post.server.visits
    post.go(minutes=11)
    assert post.server.visits == before + 1, "the pauses did not begin anew"


def test_a_quota_of_the_day_rests_until_the_next(post: Post) -> None:
    _write(post)
    post.server.flaws["RCPT"] = "550 5.4.5 Daily SMTP relay sending quota exceeded for customer."
    assert "paused until 00:10 on 2 December" in post.go()
    post.server.flaws.clear()
    assert post.go(minutes=14 * 60)
    assert post.server.taken == []
    assert post.go(minutes=15) == ""
    assert len(post.server.taken) == 3


def test_a_letter_that_alone_meets_with_it_holds_nobody_up(post: Post) -> None:
    """A server that will not relay to one domain, say."""

    def denied(line: Line) -> str:
        to = line.heard_last()
        return "554 5.7.1 Relay access denied" if "pa.example" in to else "250 ok"

    first, *others = _write(post)
    post.server.flaws["RCPT"] = denied
    assert "Relay access denied" in post.go()
    assert post.go(minutes=10) == ""
    assert {post.states()[one][0] for one in others} == {"sent"}
    more = post.write(7, "codes@pd.example")
    assert post.go(minutes=2) == "", "everybody waits for one letter again"
    assert post.states()[more][0] == "sent"
    assert post.states()[first] == ("deferred", 1)


@pytest.mark.parametrize("verb", ["RCPT", "."])
@pytest.mark.parametrize("reply", ["550 computer says no", "554 5.7.1 Refused. Id {n}", "451 busy"])
def test_everybody_refused_in_the_same_words_is_no_recipients_refusal(
    post: Post, verb: str, reply: str
) -> None:
    numbers = iter(range(1000))
    _write(post, "aabcdef")
    post.server.flaws[verb] = lambda _: reply.format(n=next(numbers))
    told = post.go()
    assert "refused in the same words" in told
    assert sum(line.startswith("RCPT") for line in post.server.heard) == 3, "it went on"
    assert {state for state, _ in post.states().values()} <= {"queued", "deferred"}
    assert {attempts for _, attempts in post.states().values()} == {0}
    post.server.flaws.clear()
    assert post.go(minutes=15) == ""
    assert {state for state, _ in post.states().values()} == {"sent"}


def test_letters_of_several_rounds_are_compared_and_a_request_comes_back(post: Post) -> None:
    """One letter a round, each refused for good: the second one shows that it was us."""
    post.server.flaws["."] = "554 rejected by policy 17"
    gained = Gained("00-DB-12-34-56-78-90-A0", ("PA",), "", "row 2")
    created = request.create(post.ctx, [gained], "list")
    assert post.go() == ""
    with post.ctx.store.reading() as tx:
        (leg,) = tx.legs.legs(request_id=tx.outbound.find(created.requests[0]).id)
    assert leg.state is LegState.BOUNCED
    post.again()
    post.write(3, "codes@pb.example")
    assert "2 letters to different places were refused in the same words" in post.go(minutes=1)
    assert set(post.states().values()) == {("deferred", 0)}
    post.server.flaws.clear()
    post.go(minutes=20)
    with post.ctx.store.reading() as tx:
        (leg,) = tx.legs.legs(request_id=tx.outbound.find(created.requests[0]).id)
    assert (leg.state, leg.accepted_on is not None) == (LegState.SENT, True)
    assert post.events().count("mail.reinstated") == 2


def test_recipients_that_are_gone_fail_and_the_others_go(post: Post) -> None:
    def some(line: Line) -> str:
        gone = any(f"p{one}.example" in line.heard_last() for one in "abc")
        return "550 5.1.1 no such user" if gone else "250 ok"

    _write(post, "abcdef")
    post.server.flaws["RCPT"] = some
    assert post.go() == ""
    assert [state for state, _ in post.states().values()] == ["failed"] * 3 + ["sent"] * 3


def test_another_account_in_the_configuration_ends_the_pause(post: Post) -> None:
    _write(post)
    post.server.flaws["AUTH"] = "535 5.7.8 no"
    assert post.go()
    post.server.flaws.clear()
    config = post.folder / "config" / "exchange.toml"
    text = config.read_text()
    assert 'username = "install-codes@lose.example"  # leave' in text
    mine, other = (
        f'username = "{one}@lose.example"  # leave' for one in ("install-codes", "other")
    )
    config.write_text(text.replace(mine, other))
    post.again()
    assert post.go(minutes=1) == ""
    assert len(post.server.taken) == 3


def test_a_retry_by_a_person_ends_it_and_many_are_shown_first(post: Post) -> None:
    def gone(line: Line) -> str:
        return "250 ok" if "pd.example" in line.heard_last() else "550 5.1.1 no such user"

    _write(post, "aabd")
    post.server.flaws["RCPT"] = gone
    post.go()
    run = _runner(post)
    asked = run("inbox", "retry", "--party", "pa")
    assert (asked.code, "2 letters in all" in asked.out) == (1, True)
    assert "nothing was changed" in asked.err
    assert {state for state, _ in post.states().values()} == {"failed", "sent"}
    assert run("inbox", "retry", "--reason", "quota").code == 1
    post.server.flaws["RCPT"] = FULL_QUOTA
    done = run("inbox", "retry", "--party", "PA", "--yes")
    assert done.out.endswith("2 letters will be tried again\n")
    assert post.go()
    assert "paused until" in run("letters", "list").out
    post.server.flaws.clear()
    assert "2 letters" not in run("inbox", "retry", "--all", "--yes", "--json").out
    assert post.go() == "", "the pause went on"
    assert {state for state, _ in post.states().values()} == {"sent"}


def _runner(post: Post) -> Callable[..., Said]:
    def run(*words: str) -> Said:
        return command(app, post.folder, *words, now="2026-12-01T10:00")

    return run


def _only_pa(line: Line) -> str:
    """What may be about us, said of one party's mail alone."""
    if "<codes@pa." in line.heard_last().lower():
        return "550 5.7.1 Sending to this domain is not permitted for your account"
    return "250 ok"


@pytest.mark.parametrize("minutes", [10, 45, 300])
def test_one_place_that_always_refuses_like_that_stops_nobody_else(
    post: Post, minutes: float
) -> None:
    theirs = _write(post, "aaa")
    others = [post.write(9, "codes@pb.example"), post.write(10, "codes@pc.example")]
    post.server.flaws["RCPT"] = _only_pa
    assert "paused" in post.go()
    post.go(minutes=minutes)
    assert [post.states()[one][0] for one in others] == ["sent", "sent"]
    assert {post.states()[one][0] for one in theirs} == {"deferred"}
    asked = len([line for line in post.server.heard if "TO:<codes@pa." in line])
    assert asked <= 3, "each of their letters was tried for itself"
    # What comes later is not held up either, and theirs are tried more and more rarely.
    later = post.write(11, "codes@pb.example")
    assert post.go(minutes=1) == ""
    assert post.states()[later][0] == "sent"
    post.server.flaws.clear()
    post.go(minutes=241)
    assert {state for state, _ in post.states().values()} == {"sent"}


def test_a_long_rest_that_one_place_brought_about_lets_others_try(post: Post) -> None:
    _write(post, "a")
    post.server.flaws["RCPT"] = _only_pa
    for minutes in (0, 11, 21, 41, 81):
        assert "paused" in post.go(minutes=minutes)
    other = post.write(9, "codes@pb.example")
    assert "paused" in post.go(minutes=1)
    assert post.states()[other][0] == "queued"
    post.go(minutes=10)
    assert post.states()[other][0] == "sent"
    # Trouble that the other place meets with too is ours, and nobody tries before its time.
    post.server.flaws["RCPT"] = "550 5.7.1 Your account is not permitted to send"
    post.write(10, "codes@pb.example")
    assert "paused" in post.go(minutes=1)
    visits = post.server.visits
    post.write(11, "codes@pc.example")
    for _ in range(9):
        assert "paused" in post.go(minutes=1)
    assert post.server.visits == visits


def test_a_request_that_was_withdrawn_before_it_left_does_not_leave(post: Post) -> None:
    ctx = post.ctx
    gained = [Gained(f"00-DB-12-34-56-78-90-A{n}", ("PA",), "", f"row {n + 2}") for n in (0, 1)]
    (asked,) = request.create(ctx, gained, "list").requests
    post.server.flaws["RCPT"] = "450 4.2.0 later"
    post.go()
    request.withdraw(ctx, asked, "exchanged")
    post.server.flaws.clear()
    assert post.go(minutes=6) == ""
    assert post.server.taken == []
    assert [state for state, _ in post.states().values()] == ["cancelled"]
    assert post.events()[-1] == "mail.cancelled"
