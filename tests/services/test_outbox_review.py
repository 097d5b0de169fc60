"""Letters held, cancelled and released by people, and the register read again at delivery."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes
from pathlib import Path
from types import SimpleNamespace

import pytest

from exchange.cli.main import app
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.inbound import DeviceState
from exchange.domain.outbound import Gained, LegState
from exchange.domain.party import Party
from exchange.errors import BadInput
from exchange.ports.mail import FetchedMail, MailRef
from exchange.ports.records import VaultRecord
from exchange.services.answering import intake
from exchange.services.asking import request
from exchange.services.mailbox import fetch_and_file
from exchange.services.sending import outbox_review
from exchange.services.sending.outbox_review import Choice
from tests.servers.scripted import Line, ScriptedSmtp
from tests.services.contexts import Said, add_parties, command, make_party
from tests.services.posted import Post, make_post
from tests.waiting import PATIENCE

CODE = "83FED3407A939723A5C639B26916D505C3B5"
DEVICE = "00-DB-12-34-56-78-90-A0"
MAIL = (
    "From: codes@pa.example\r\nTo: install-codes@lose.example\r\nSubject: codes please\r\n"
    "Message-ID: <1@pa.example>\r\n\r\nPlease send the code of\r\n{device}\r\n"
)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with ScriptedSmtp(tmp_path / "server") as server:
        made = make_post(tmp_path / "ctx", server)
        yield made
        made.ctx.reader.close()
        made.ctx.store.dispose()


class _Inbox:
    name = "codes"
    uidnext = 0
    unreadable: dict[MailRef, str] = {}  # noqa: RUF012

    def __init__(self, mail: FetchedMail) -> None:
        self._mail = mail

    def list(self) -> Sequence[MailRef]:
        return [self._mail.ref]

    def since(self, day: date) -> Sequence[MailRef]:
        return self.list()

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Sequence[FetchedMail]:
        return [self._mail] * len(refs)


def asked(post: Post, device: str = DEVICE) -> str:
    """PA asks for a code that we hold, and is answered; the reference."""
    ctx = post.ctx
    ctx.vault.put_many([VaultRecord(DeviceId.parse(device), InstallCode.parse(CODE), True)])
    inbox = _Inbox(FetchedMail(MailRef(1, 1), MAIL.format(device=device).encode(), ctx.now()))
    fetch_and_file.keep(ctx, inbox, fetch_and_file.fresh(ctx, inbox))  # type: ignore[arg-type]
    assert intake.decide_all(ctx).folders == {"processed": 1}
    with ctx.store.reading() as tx:
        return tx.inbound.requests()[0].ref


def _run(post: Post, *words: str) -> Said:
    return command(app, post.folder, *words, now="2026-12-01T10:00")


def _devices(post: Post, ref: str) -> list[DeviceState]:
    with post.ctx.store.reading() as tx:
        return [row.state for row in tx.inbound.devices(tx.inbound.find(ref).id)]


def _changed(party: Party, what: str) -> Party:
    if what == "inactive":
        return replace(party, active=False)
    return replace(party, request_address="new@pa.example", reply_address="new@pa.example",
                   escalation=())  # fmt: skip


@pytest.mark.parametrize("what", ["inactive", "moved"])
def test_an_answer_decided_before_the_register_changed_does_not_leave(
    post: Post, what: str
) -> None:
    ref = asked(post)
    add_parties(post.ctx, _changed(make_party("PA"), what))
    other = post.write(9, "codes@pb.example")
    assert post.go() == ""
    assert post.states() == {1: ("held", 0), other: ("sent", 1)}
    assert not any("pa.example" in line for line in post.server.heard)
    listed = _run(post, "letters", "list").out
    assert "held: " in listed
    assert ("not active" in listed) == (what == "inactive")
    assert "held: " in _run(post, "inbox", "list").out
    assert CODE[:8] not in listed
    # Also not because a person tries it again.
    assert post.go(minutes=60) == ""
    assert _run(post, "inbox", "retry", "--all", "--yes").code == 1
    released = _run(post, "letters", "release", "--ref", ref, "--by", "kim")
    if what == "inactive":
        assert released.code == 1
        assert "not an active party" in released.err
        assert post.states()[1] == ("held", 0)
        return
    assert released.out == "letter 1 goes to new@pa.example, rewritten\n"
    assert post.go() == ""
    assert [line for line in post.server.heard if line.startswith("RCPT")][-1:] == [
        "RCPT TO:<new@pa.example>"
    ]
    mail = message_from_bytes(post.server.taken[-1])
    assert mail["To"] == "new@pa.example"
    assert mail["In-Reply-To"] == "<1@pa.example>"
    assert mail["Message-ID"].startswith(f"<{ref.lower()}.answer.")
    assert b"codes@pa.example" not in post.server.taken[-1].partition(b"\r\n\r\n")[0]
    assert sum(part.get_content_type() == "text/csv" for part in mail.walk()) == 1
    assert post.events()[-1] == "mail.accepted"
    assert {"mail.held", "mail.freed"} < set(post.events())


@pytest.mark.parametrize(
    ("purpose", "to", "goes"),
    [
        ("answer", "codes@pa.example", False),
        ("request", "codes@pa.example", False),
        ("query", "codes@pa.example", False),
        ("reminder", "codes@pa.example", False),
        ("breach", "lead@pa.example", False),
        ("escalation", "lead@pa.example", False),
        ("evidence", "compliance@lose.example", True),
        ("alert", "team@lose.example", True),
    ],
)
def test_every_kind_of_letter_is_looked_up_again(
    post: Post, purpose: str, to: str, goes: bool
) -> None:
    number = post.write(1, to, purpose, "PA")
    add_parties(post.ctx, _changed(make_party("PA"), "moved"))
    post.go()
    assert post.states()[number][0] == ("sent" if goes else "held")
    assert len(post.server.taken) == goes


def test_a_request_that_was_held_goes_to_the_new_address_and_its_clock_starts(post: Post) -> None:
    (ref,) = request.create(post.ctx, [Gained(DEVICE, ("PA",), "", "row 2")], "list").requests
    add_parties(post.ctx, _changed(make_party("PA"), "moved"))
    post.go()
    assert post.server.taken == []
    _run(post, "letters", "release", "1")
    post.go()
    mail = message_from_bytes(post.server.taken[0])
    assert mail["To"] == "new@pa.example"
    with post.ctx.store.reading() as tx:
        found = tx.outbound.find(ref)
        (leg,) = tx.legs.legs(request_id=found.id)
    assert found.message_id == mail["Message-ID"]
    assert leg.state is LegState.SENT


def test_a_cancelled_answer_waits_for_a_person_and_can_be_answered_anew(post: Post) -> None:
    ref = asked(post)
    assert _run(post, "letters", "hold", "1", "--why", "wrong list", "--by", "kim").code == 0
    assert post.go() == ""
    done = _run(post, "letters", "cancel", "1", "--why", "wrong list", "--by", "kim")
    assert done.out == "1 letter cancelled; 1 Device held for a person\n"
    assert post.go(minutes=300) == ""
    assert post.server.heard == []
    assert _devices(post, ref) == [DeviceState.HELD]
    assert ref in _run(post, "inbox", "list").out
    for word in ("release", "hold"):
        again = _run(post, "letters", word, "1")
        assert again.code == 1
        assert "letter 1 is cancelled" in again.err
    assert "1 code" in _run(post, "inbox", "release", ref).out
    assert post.go(minutes=1) == ""
    assert len(post.server.taken) == 1
    assert _devices(post, ref) == [DeviceState.PROVIDED]
    rest = [one for one in post.events() if one not in ("mail.kept", "mail.processed")]
    assert rest == ["mail.held", "mail.cancelled", "mail.accepted"]


def test_a_cancelled_request_is_withdrawn_and_the_next_supplier_is_asked(post: Post) -> None:
    (ref,) = request.create(post.ctx, [Gained(DEVICE, ("PA", "PB"), "", "row 2")], "list").requests
    many = _run(post, "letters", "cancel", "--party", "PA", "--why", "no")
    assert (many.code, "nothing was changed" in many.err) == (1, True)
    done = _run(post, "letters", "cancel", "--party", "PA", "--why", "no", "--yes")
    assert "1 Device not asked of that Supplier any more" in done.out
    with post.ctx.store.reading() as tx:
        (leg,) = tx.legs.legs(request_id=tx.outbound.find(ref).id)
    assert leg.state is LegState.WITHDRAWN
    request.raise_requests(post.ctx)
    post.go()
    assert [message_from_bytes(raw)["To"] for raw in post.server.taken] == ["codes@pb.example"]


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set once a person's command waits for the sending."""
    found = threading.Event()

    def sleep(seconds: float) -> None:
        found.set()
        time.sleep(seconds)

    clock = SimpleNamespace(monotonic=time.monotonic, sleep=sleep)
    monkeypatch.setattr("exchange.services.letters.claiming.time", clock)
    return found


@pytest.mark.parametrize("word", ["hold", "cancel"])
def test_a_letter_under_way_is_sent_or_held_never_both(
    post: Post, waiting: threading.Event, word: str
) -> None:
    """The first of three is with a server that takes its time; the last is not begun yet."""
    first, second, third = (post.write(n, f"codes@p{x}.example") for n, x in enumerate("abc", 1))
    reached, go_on = threading.Event(), threading.Event()

    def slow(_: Line) -> str:
        reached.set()
        go_on.wait(PATIENCE)
        return "250 taken"

    post.server.flaws["."] = slow
    sending = threading.Thread(target=post.go)
    sending.start()
    assert reached.wait(PATIENCE)
    told: list[str] = []

    def do() -> None:
        try:
            if word == "hold":
                outbox_review.hold_letters(post.ctx, Choice((third,)), "wait", "kim")
            else:
                outbox_review.cancel(post.ctx, Choice(party="PA"), "wait", "kim")
        except Exception as error:
            told.append(str(error))

    acting = threading.Thread(target=do)
    acting.start()
    assert waiting.wait(PATIENCE), "it did not wait for the sending"
    go_on.set()
    acting.join(PATIENCE)
    sending.join(PATIENCE)
    states, sent = post.states(), {message_from_bytes(raw)["To"] for raw in post.server.taken}
    assert told, "both were sent, and the command says that it was done"
    assert "sent meanwhile" in told[0]
    assert {states[one][0] for one in (first, second, third)} == {"sent"}
    assert len(sent) == 3
    assert post.events().count("mail.accepted") == 3
    assert not {"mail.held", "mail.cancelled"} & set(post.events())


def test_what_was_claimed_and_not_begun_is_held(
    post: Post, waiting: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.transport.smtp._STINT_SECONDS", 0.3)
    first, second = (post.write(n, f"codes@p{x}.example") for n, x in enumerate("ab", 1))
    reached, go_on = threading.Event(), threading.Event()

    def slow(_: Line) -> str:
        reached.set()
        go_on.wait(PATIENCE)
        return "250 taken"

    post.server.flaws["."] = slow
    sending = threading.Thread(target=post.go)
    sending.start()
    assert reached.wait(PATIENCE)
    acting = threading.Thread(
        target=outbox_review.hold_letters, args=(post.ctx, Choice((second,)), "wait", "kim")
    )
    acting.start()
    assert waiting.wait(PATIENCE)
    time.sleep(0.5)  # longer than a courier begins letters
    go_on.set()
    acting.join(PATIENCE)
    sending.join(PATIENCE)
    assert [post.states()[one][0] for one in (first, second)] == ["sent", "held"]
    assert len(post.server.taken) == 1


def test_choosing_nothing_or_what_is_sent_changes_nothing(post: Post) -> None:
    number = post.write(1, "codes@pa.example")
    post.go()
    for words in (("hold", str(number)), ("hold", "99")):
        assert _run(post, "letters", *words).code == 1
    assert _run(post, "letters", "hold").code == 2
    assert _run(post, "letters", "cancel", "--why", "x").code == 2
    with pytest.raises(BadInput, match="is sent"):
        outbox_review.cancel(post.ctx, Choice((number,)), "x", "kim")
    shown = _run(post, "letters", "show", str(number)).out
    assert "accepted" in shown
    assert "text of" not in shown
    assert post.states() == {number: ("sent", 1)}
