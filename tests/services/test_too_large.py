"""A server that takes small mails only: answers and requests go in parts, each device once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from exchange.cli.main import app
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.outbound import Gained
from exchange.ports.mail import FetchedMail, MailRef
from exchange.ports.records import VaultRecord
from exchange.services.answering import intake
from exchange.services.asking import request
from exchange.services.mailbox import fetch_and_file
from exchange.services.people import audit_log
from exchange.store.mails.outbox import NewLetter
from tests.benchmarks import made
from tests.servers.scripted import ScriptedSmtp
from tests.services.contexts import command
from tests.services.posted import Post, make_post
from tests.services.test_outbox_review import _Inbox

_LIMIT = 600_000
_DEVICES = 20_000
_CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
_PLAIN = ("AUTH PLAIN", "8BITMIME")


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with ScriptedSmtp(tmp_path / "server", extensions=(*_PLAIN, f"SIZE {_LIMIT}")) as server:
        post = make_post(tmp_path / "ctx", server)
        yield post
        post.ctx.reader.close()
        post.ctx.store.dispose()


def _asked(post: Post, number: int) -> list[str]:
    """PA asks for the codes of so many devices, which we hold, and is answered."""
    ctx = post.ctx
    rows = [(f"00-DB-12-34-56-{n >> 16:02X}-{n >> 8 & 255:02X}-{n & 255:02X}", "ESME")
            for n in range(number)]  # fmt: skip
    devices = [row[0] for row in rows]
    ctx.vault.put_many(
        VaultRecord(DeviceId.parse(one), InstallCode(_CODE.raw[:8] + n.to_bytes(8, "big")), True)
        for n, one in enumerate(devices)
    )
    raw = made.csv_mail(rows).replace(b"codes@losing.example", b"codes@pa.example")
    inbox = _Inbox(FetchedMail(MailRef(1, 1), raw, ctx.now()))
    fetch_and_file.keep(ctx, inbox, fetch_and_file.fresh(ctx, inbox))  # type: ignore[arg-type]
    assert intake.decide_all(ctx).folders == {"processed": 1}
    return devices


def _told(post: Post) -> tuple[Counter[str], dict[str, str]]:
    """How often each device stands in the answers that arrived, and in which mail it does."""
    found: Counter[str] = Counter()
    where: dict[str, str] = {}
    for raw in post.server.taken:
        assert len(raw) <= _LIMIT
        mail = message_from_bytes(raw)
        for part in mail.walk():
            if part.get_content_type() == "text/csv":
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                lines = content.decode("utf-8-sig").splitlines()[1:]
                devices = [line.split(",")[0] for line in lines]
                assert all("install code provided" in line for line in lines)
                found.update(devices)
                where |= dict.fromkeys(devices, mail["Message-ID"])
    return found, where


def _rows(post: Post) -> dict[str, str]:
    """The Message-ID of the letter that tells of each device, by the database."""
    with post.ctx.store.reading() as tx:
        (asked,) = tx.inbound.requests()
        assert asked.answered
        letters = {one.id: one for one in tx.outbox.heads()}
        rows = list(tx.inbound.devices(asked.id))
    assert {letters[row.outbox_id or 0].state for row in rows} == {"sent"}
    return {row.device: letters[row.outbox_id or 0].message_id for row in rows}


def test_an_answer_larger_than_the_server_takes_is_made_anew_in_parts(post: Post) -> None:
    devices = _asked(post, _DEVICES)
    assert post.go() == ""
    told, where = _told(post)
    assert told == Counter(devices)
    assert len(post.server.taken) > 3
    assert _rows(post) == where
    states = Counter(state for state, _ in post.states().values())
    assert states == {"cancelled": 1, "sent": len(post.server.taken)}
    assert sum(line.startswith("MAIL") for line in post.server.heard) == len(post.server.taken)
    ends = {str(message_from_bytes(raw)["subject"]).rpartition("(part ")[2] for raw in
            post.server.taken}  # fmt: skip
    assert ends == {f"{n} of {len(ends)})" for n in range(1, len(ends) + 1)}
    assert "mail.remade" in post.events()
    # The log tells of a device under the mail that really carried it.
    last = list(audit_log.rows(post.ctx, subject=devices[-1]))[-1]
    assert where[devices[-1]] in last.detail
    audit_log.verify(post.ctx)


def test_the_next_answer_is_written_in_parts_at_once(post: Post) -> None:
    post.write(1, "codes@pb.example")
    assert post.go() == ""
    post.server.taken.clear()
    devices = _asked(post, 9_000)
    assert post.go() == ""
    told, _ = _told(post)
    assert told == Counter(devices)
    assert set(dict(post.states().values())) == {"sent"}


def test_a_552_of_a_server_that_names_no_limit_halves_the_answer(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path / "server", extensions=_PLAIN) as server:
        post = make_post(tmp_path / "ctx", server)
        devices = _asked(post, 9_000)
        size = {"raw": 0}
        content = ScriptedSmtp._content

        def weighed(line: object) -> bytes:
            raw = content(line)  # type: ignore[arg-type]
            size["raw"] = len(raw)
            return raw

        server._content = weighed  # type: ignore[method-assign]
        server.flaws["."] = lambda _: (
            "552 5.3.4 Message too big" if size["raw"] > _LIMIT else "250 taken"
        )
        assert post.go() == ""
        server.taken = [raw for raw in server.taken if len(raw) <= _LIMIT]
        told, where = _told(post)
        assert told == Counter(devices)
        assert _rows(post) == where
        post.ctx.reader.close()
        post.ctx.store.dispose()


def test_a_letter_that_cannot_be_split_is_held_in_words_and_goes_when_the_limit_rose(
    post: Post,
) -> None:
    number = post.write(1, "codes@pa.example", "reminder", "PA")
    with post.ctx.store.transaction("test") as tx:
        raw = b"To: codes@pa.example\r\n\r\n" + (b"x" * 70 + b"\r\n") * 10_000
        letter = tx.outbox.get(number)
        tx.outbox.replace(
            number,
            made_letter(letter.message_id, letter.ref, post.ctx.sealer.seal(raw, "outbox"), raw),
        )
    assert post.go() == ""
    assert post.states()[number][0] == "held"
    shown = command(app, post.folder, "letters", "list").out
    assert "larger than the server takes" in shown
    post.server._extensions = (*_PLAIN, "SIZE 9000000")
    command(app, post.folder, "letters", "release", str(number))
    assert post.go() == ""
    assert post.states()[number][0] == "sent"


def made_letter(message_id: str, ref: str, sealed: bytes, raw: bytes) -> NewLetter:
    return NewLetter(message_id, "reminder", ref, "PA", "codes@pa.example", 0, sealed, len(raw))


def test_a_request_of_ours_is_asked_in_several_that_fit(post: Post) -> None:
    gained = [
        Gained(f"00-DB-12-34-56-78-{n >> 8:02X}-{n & 255:02X}", ("PA",), "ESME", f"row {n}")
        for n in range(12_000)
    ]
    request.create(post.ctx, gained, "list")
    assert post.go() == ""
    assert len(post.server.taken) > 1
    assert all(len(raw) <= _LIMIT for raw in post.server.taken)
    with post.ctx.store.reading() as tx:
        counts = tx.legs.leg_counts()
        asked = [number for one in tx.outbound.requests() for number in
                 tx.legs.asked([one.id]).values()]  # fmt: skip
    assert {state.value: number for state, number in counts.items()} == {"sent": 12_000}
    assert sum(asked) == 12_000
    refs = {str(message_from_bytes(raw)["Subject"]) for raw in post.server.taken}
    assert len(refs) == len(post.server.taken)


def test_a_letter_that_failed_for_its_size_is_made_anew_by_retry(post: Post) -> None:
    """As an outbox has it from before, or where a party's own ceiling was lowered."""
    devices = _asked(post, 9_000)
    with post.ctx.store.transaction("test") as tx:
        (head,) = tx.outbox.heads()
        tx.outbox.put_aside([head.id], "failed", "552 5.3.4 too large")
        tx.facts.put("courier.size_limit", str(_LIMIT))
    ref = head.ref
    done = command(app, post.folder, "inbox", "retry", ref)
    assert done.out.endswith(f"1 letter of {ref} split into parts\n")
    assert post.go() == ""
    told, where = _told(post)
    assert told == Counter(devices)
    assert _rows(post) == where


def test_a_limit_that_nothing_fits_into_decides_the_request_all_the_same(post: Post) -> None:
    """The letter is held with its reason, and goes once the server takes it."""
    ctx = post.ctx
    with ctx.store.transaction("test") as tx:
        tx.facts.put("courier.size_limit", "700")
    _asked(post, 2)
    with ctx.store.reading() as tx:
        (asked,) = tx.inbound.requests()
        (letter,) = tx.outbox.heads()
    assert asked.answered
    assert letter.state == "queued"
    assert post.go() == ""
    assert len(post.server.taken) == 1


@pytest.mark.parametrize(("limit", "letters"), [(35_000, 3), (9_000, 0)])
def test_a_request_of_ours_goes_in_small_mails_too_or_waits_and_blocks_no_other(
    tmp_path: Path, limit: int, letters: int
) -> None:
    extensions = (*_PLAIN, f"SIZE {limit}")
    with ScriptedSmtp(tmp_path / "server", extensions=extensions) as server:
        post = make_post(tmp_path / "ctx", server)
        gained = [
            Gained(f"00-DB-12-34-56-78-{n >> 8:02X}-{n & 255:02X}", ("PA",), "ESME", f"row {n}")
            for n in range(400)
        ]
        request.create(post.ctx, gained, "list")
        post.go()
        post.go()
        assert len(server.taken) == letters
        assert all(len(raw) <= limit for raw in server.taken)
        held = [one for one in post.states().values() if one[0] == "held"]
        assert len(held) == (0 if letters else 1)
        more = Gained("00-DB-12-34-56-79-00-00", ("PB",), "ESME", "row 1")
        assert len(request.create(post.ctx, [more], "another").requests) == 1
        post.ctx.reader.close()
        post.ctx.store.dispose()
