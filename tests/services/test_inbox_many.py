"""``exchange inbox``: pages and filters of what waits, and many mails dealt with at once."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from exchange import __main__ as entry
from exchange.bootstrap import SetClock, open_context
from exchange.cli.main import app
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.time.sla import parse_instant
from exchange.errors import NotFound, StoreError
from exchange.ports.mail import MailRef
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.services.people import review
from exchange.store.mails.mail import REVIEW, SHUNTED, NewMail
from exchange.store.tables import MailRow
from tests.services.contexts import NOW, Said, add_parties, command, make_context, make_party

ENDED = "reading it ended the reading process (exit 1), 3 times"
DEVICE = "00-DB-12-34-56-78-90-A0"


def _raw(number: int, sender: str) -> bytes:
    return (
        f"From: {sender}\r\nTo: us@lose.example\r\nSubject: codes {number}\r\n"
        f"Message-ID: <{number}@gain.example>\r\n\r\n"
        f"Please send us the install code of {DEVICE}.\r\n"
    ).encode()


def _fill(ctx: Context, *mails: tuple[str, str, str, str]) -> None:
    """A row for each (sender, folder, kind, reason), filed, an hour apart."""
    now = ctx.now()
    with ctx.store.transaction("test") as tx:
        for number, (sender, folder, kind, reason) in enumerate(mails, 1):
            raw = _raw(number, sender)
            (row,) = tx.mail.keep(
                [
                    NewMail(
                        "requests", MailRef(1, number), f"hash {number}",
                        f"<{number}@gain.example>", sender, f"codes {number}", len(raw),
                        now - timedelta(hours=1000 - number), ctx.sealer.seal(raw, "mail"),
                    )
                ],
                now,
            )  # fmt: skip
            assert row == number
            if folder in (REVIEW, SHUNTED):
                tx.mail.decide(row, now, folder=folder, kind=kind, reason=reason)
                tx.mail.filed([row])
            else:
                found = tx.mail._session.get(MailRow, row)
                assert found
                found.state, found.folder, found.reason = folder, folder, reason
                tx.mail._session.flush()


def _context_with_party(ctx: Context) -> Context:
    add_parties(ctx, make_party("GAIN"))
    code = InstallCode(bytes(range(16)))
    ctx.vault.put_many([VaultRecord(DeviceId.parse(DEVICE), code, installed_by_us=True)])
    return ctx


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    ctx = _context_with_party(make_context(tmp_path / "ours"))
    yield ctx
    ctx.reader.close()
    ctx.store.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    url = ""
    if request.param == "postgresql":
        url = _new_database(request.getfixturevalue("postgres_url"), request.node.name)
    make_folder(tmp_path / "ours", OwnParty("LOSE", "Lose", "codes@lose.example", url))
    ctx = _context_with_party(open_context(tmp_path / "ours", SetClock(parse_instant(NOW))))
    yield ctx
    ctx.reader.close()
    ctx.store.dispose()


def _new_database(url: str, name: str) -> str:
    name = re.sub("[^a-z]", "_", name.lower())[:60]
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def inbox(ctx: Context, *words: str) -> Said:
    return command(app, ctx.folder, "inbox", *words)


def listed(ctx: Context, *words: str) -> dict[str, Any]:
    said = inbox(ctx, "list", "--json", *words)
    assert said.code == 0, said.all
    found: dict[str, Any] = json.loads(said.out)
    return found


def numbers(told: dict[str, Any]) -> list[int]:
    return [mail["number"] for mail in told["mails"]]


def places(ctx: Context) -> dict[int, tuple[str, bool]]:
    """(folder, resolved) of every mail."""
    with ctx.store.reading() as tx:
        return {
            number: (mail.folder, mail.resolved_at is not None)
            for number in range(1, 1 + max(tx.mail.counts().values(), default=0) * 9)
            if (mail := _got(tx, number))
        }


def _got(tx: Any, number: int) -> Any:
    try:
        return tx.mail.get(number)
    except NotFound:
        return None


# -- the list


MIXED = [
    *[("codes@gain.example", SHUNTED, "", ENDED)] * 4,  # 1-4
    *[("who@else.example", REVIEW, "request", "sender is not on the register")] * 3,  # 5-7
    *[("a_b@gain.example", REVIEW, "response", "100% of it is doubtful")] * 2,  # 8-9
    *[("old@gain.example", "old", "", "received before the first day")] * 5,  # 10-14
    ("lost@gain.example", "not_given", "", "the server does not hand it over"),  # 15
]


def test_pages_and_filters(either: Context) -> None:
    _fill(either, *MIXED)
    told = listed(either)
    assert numbers(told) == [1, 2, 3, 4, 5, 6, 7, 9, 8]  # by due date, then newest first
    assert told["chosen"] == 9
    assert told["folders"] == {
        "review": 5, "shunted": 4, "old": 5, "not_given": 1, "vanished": 0, "wanted": 0
    }  # fmt: skip
    assert numbers(listed(either, "--limit", "4")) == [1, 2, 3, 4]
    assert numbers(listed(either, "--limit", "4", "--page", "3")) == [8]
    assert numbers(listed(either, "--limit", "2", "--offset", "5")) == [6, 7]
    assert numbers(listed(either, "--in", "shunted")) == [1, 2, 3, 4]
    assert numbers(listed(either, "--in", "Old")) == [14, 13, 12, 11, 10]
    assert numbers(listed(either, "--in", "not-given")) == [15]
    assert numbers(listed(either, "--reason", "READING process")) == [1, 2, 3, 4]
    assert numbers(listed(either, "--from", "GAIN.example")) == [1, 2, 3, 4, 9, 8]
    # Signs of the database's own patterns are signs like others.
    assert numbers(listed(either, "--from", "a_b")) == [9, 8]
    assert numbers(listed(either, "--from", "a_c")) == []
    assert numbers(listed(either, "--from", "_")) == [9, 8]
    assert numbers(listed(either, "--reason", "100%")) == [9, 8]
    assert numbers(listed(either, "--reason", "1%doubt")) == []
    assert numbers(listed(either, "--kind", "request", "--from", "else")) == [5, 6, 7]
    assert listed(either, "--limit", "1", "--kind", "request")["chosen"] == 3


def test_the_list_for_people(ctx: Context) -> None:
    _fill(ctx, *MIXED, *[("x@y.example", REVIEW, "unknown", "not a request")] * 60)
    said = inbox(ctx, "list").out
    assert said.count("not a request") == 43  # after the seven with a due date
    assert "... and 19 more: --page 2" in said
    assert "5 mails from before the first day" in said
    assert "`exchange inbox list --in old`" in said
    assert "1 mail that the mail server does not deliver" in said
    assert "Requests: none" in said
    second = inbox(ctx, "list", "--page", "2").out
    assert second.count("not a request") == 17
    assert "more:" not in second
    old = inbox(ctx, "list", "--in", "old").out
    assert old.count("received before the first day") == 5
    assert "Requests" not in old
    assert inbox(ctx, "list", "--page", "2", "--offset", "3").code == 2


def test_a_name_that_is_no_folder_of_mails(ctx: Context) -> None:
    said = inbox(ctx, "list", "--in", "shuntd")
    assert said.code == 2
    assert "did you mean shunted?" in said.err
    said = inbox(ctx, "list", "--in", "elsewhere")
    assert said.code == 2
    assert "not_given" in said.err


# -- many at once


def test_what_the_reading_process_shunted_comes_back(either: Context) -> None:
    mails = [("codes@gain.example", SHUNTED, "", ENDED)] * 6
    mails += [("codes@gain.example", SHUNTED, "", "more than 1,000,000 rows")]
    mails += [("who@else.example", REVIEW, "request", "sender is not on the register")]
    _fill(either, *mails)
    said = inbox(either, "replay", "--all", "--reason", "reading process", "--yes", "--by", "kim")
    assert said.code == 0, said.all
    assert "6 mails to be read and decided again" in said.out
    assert "mail 1, " in said.out
    assert "from codes@gain.example: codes 1" in said.out
    assert "... and 1 more" in said.out
    assert "6 done: 1-6 (6 processed)" in said.out
    found = places(either)
    assert [found[number][0] for number in range(1, 9)] == [
        *["processed"] * 6, "shunted", "review",
    ]  # fmt: skip
    with either.store.reading() as tx:
        letters = tx.outbox.due(either.now(), 100, 1 << 30)
        assert {one.recipient for one in letters} == {"codes@gain.example"}
        assert sum(one.codes for one in letters) == 6
        replayed = [row for row in tx.audit.rows() if row.event == "mail.replayed"]
        assert [(row.subject, row.actor) for row in replayed] == [
            (f"mail {number}", "kim") for number in range(1, 7)
        ]


def test_nothing_is_done_unasked(ctx: Context) -> None:
    _fill(ctx, *MIXED)
    before = places(ctx)
    for words in (
        ["replay", "--all"],
        ["replay", "--all", "--json"],
        ["reject", "1-4", "--why", "x"],
        ["release", "--all", "--in", "review", "--as", "GAIN"],
    ):
        said = inbox(ctx, *words)
        assert said.code == 1, words
        assert "no terminal to ask on; nothing was done" in said.err
        assert "--yes" in said.err
        dry = inbox(ctx, *words, "--dry-run")
        assert dry.code == 0, dry.all
    assert places(ctx) == before
    told = json.loads(inbox(ctx, "reject", "2-8", "--why", "x", "--dry-run", "--json").out)
    assert told["chosen"] == [2, 3, 4, 5, 6, 7, 8]
    assert told["done"] == []
    assert told["dry_run"] is True


@pytest.mark.parametrize(
    "words",
    [
        ["replay"],
        ["replay", "3", "--all"],
        ["replay", "twelve"],
        ["replay", "9-3"],
        ["replay", "3-"],
        ["reject", "1,,2", "--why", "x"],
        ["reject", "1-2"],
        ["reject", "1", "--why", ""],
        ["reject", "1", "--why", "  "],
        ["list", "--kind", "nonsense"],
        ["release", "1-2"],
        ["release", "1-2", "MP121-LOSE-2612-A00001", "--as", "GAIN"],
    ],
)
def test_a_wrong_choice_is_a_wrong_usage(ctx: Context, words: list[str]) -> None:
    assert inbox(ctx, *words).code == 2


def test_numbers_and_spans_and_what_does_not_wait(ctx: Context) -> None:
    _fill(ctx, *MIXED)
    assert inbox(ctx, "reject", "2", "--why", "noise").out == "mail 2 rejected\n"
    said = inbox(ctx, "reject", "1-4,7", "9", "2", "77", "--why", "noise", "--yes")
    assert said.code == 1
    assert "5 done: 1, 3-4, 7, 9" in said.out
    assert "mail 2: it is not waiting" in said.err
    assert "mail 77: it is not waiting" in said.err
    resolved = {number for number, (_, done) in places(ctx).items() if done}
    assert resolved == {1, 2, 3, 4, 7, 9}
    # A span takes what waits in Review and Shunted; what is old is named, or filtered for.
    told = json.loads(inbox(ctx, "reject", "1-12", "--why", "x", "--dry-run", "--json").out)
    assert told["chosen"] == [5, 6, 8]
    said = inbox(ctx, "replay", "10-15", "--dry-run")
    assert "0 mails" in said.out
    assert "5 mails in old; --in old takes them" in said.out
    assert "1 mail in not_given; --in not_given takes them" in said.out
    told = json.loads(inbox(ctx, "reject", "11", "5", "--why", "x", "--dry-run", "--json").out)
    assert told["chosen"] == [5, 11]
    words = ["reject", "1-12", "--in", "old", "--why", "x", "--dry-run", "--json"]
    assert json.loads(inbox(ctx, *words).out)["chosen"] == [10, 11, 12]
    words = ["reject", "10", "--in", "old", "--from", "gain", "--why", "x", "--yes", "--json"]
    assert json.loads(inbox(ctx, *words).out)["done"] == [{"number": 10}]


def test_released_as_a_party_each_by_itself(ctx: Context) -> None:
    _fill(ctx, *MIXED)
    with ctx.store.transaction("test") as tx:  # one of them cannot be opened any more
        row = tx.mail._session.get(MailRow, 6)
        assert row
        row.sealed = b"damaged"
    said = inbox(ctx, "release", "5-7", "--as", "gain", "--yes")
    assert said.code == 1
    assert "answers go to codes@gain.example" in said.out
    assert "2 done: 5, 7 (2 processed)" in said.out
    assert "mail 6:" in said.err
    found = places(ctx)
    assert [found[number] for number in (5, 6, 7)] == [
        ("processed", True), ("review", False), ("processed", True),
    ]  # fmt: skip
    assert inbox(ctx, "release", "5-7", "--as", "NOBODY", "--yes").code == 1


def test_a_database_that_goes_away_stops_it_and_what_was_done_is_said(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(ctx, *MIXED)
    real = review.reject_mail

    def fails(ctx: Context, number: int, why: str, actor: str) -> None:
        if number == 3:
            raise StoreError("the database refuses: disk full")
        real(ctx, number, why, actor)

    monkeypatch.setattr(review, "reject_mail", fails)
    said = inbox(ctx, "reject", "--all", "--why", "x", "--yes")
    assert said.code == 1
    assert "2 done: 1-2" in said.out
    assert "mail 3: the database refuses: disk full" in said.err
    assert "6 not tried: 4-9" in said.out


def test_at_a_terminal_it_asks(ctx: Context) -> None:
    _fill(ctx, *MIXED)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "exchange", "inbox", "reject", "--all", "--why", "x",
         "-C", str(ctx.folder)],
        stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "EXCHANGE_NOW": NOW, "COLUMNS": "200"},
    )  # fmt: skip
    os.close(theirs)
    said, asked = b"", False
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
            # Once: the blank after the question may come by itself, after the answer.
            if not asked and said.rstrip().endswith(b"Go on? [y/N]:"):
                asked = True
                assert listed(ctx)["chosen"] == 9
                os.write(ours, b"y\n")
    except OSError:  # Linux ends a terminal nobody holds open with EIO
        pass
    os.close(ours)
    assert process.wait() == 0
    assert "9 mails to be closed" in said.decode()
    assert "9 done: 1-9" in said.decode()
    assert listed(ctx)["chosen"] == 0


HUGE = "9" * 23


@pytest.mark.parametrize(
    "words",
    [
        ["list", "--limit", HUGE],
        ["list", "--page", HUGE],
        ["list", "--offset", HUGE],
        ["show", HUGE],
        ["replay", HUGE],
        ["replay", "\u00b2"],
        ["settle", HUGE, "--first", "--why", "x"],
    ],
)
def test_a_number_beyond_all_numbers_is_a_wrong_usage(ctx: Context, words: list[str]) -> None:
    assert inbox(ctx, *words).code == 2


@pytest.mark.parametrize("option", ["--from", "--reason", "--kind", "--party"])
def test_what_is_no_text_is_refused_in_words(
    ctx: Context, option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["exchange", "inbox", "list", "-C", str(ctx.folder), option, "caf\udce9"]
    monkeypatch.setattr("sys.argv", typed)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "not valid UTF-8: 'caf" in said
    assert "internal fault" not in said


def test_a_release_of_what_was_not_fetched_names_the_party(ctx: Context) -> None:
    _fill(ctx, *MIXED)
    old = numbers(listed(ctx, "--in", "old"))[0]
    assert inbox(ctx, "release", str(old), "--as", "NOBODY").code == 1
    assert old in numbers(listed(ctx, "--in", "old"))
    said = inbox(ctx, "release", str(old), "--as", "GAIN")
    assert said.code == 0
    assert "release it as GAIN once more" in said.out


@pytest.mark.parametrize(
    "words",
    [
        ["inbox", "list", "--party", "NOPE"],
        ["inbox", "replay", "--all", "--party", "NOPE", "--dry-run"],
        ["inbox", "retry", "--party", "NOPE"],
        ["letters", "list", "--party", "NOPE"],
        ["letters", "hold", "--party", "NOPE"],
    ],
)
def test_a_party_that_was_never_on_the_register_is_refused(ctx: Context, words: list[str]) -> None:
    said = command(app, ctx.folder, *words)
    assert said.code == 1
    assert "NOPE is not on the contacts register" in said.err


def test_a_cancelled_letter_has_a_reason(ctx: Context) -> None:
    said = command(app, ctx.folder, "letters", "cancel", "1", "--why", " ")
    assert said.code == 2
    assert "give a reason" in said.err


def test_an_export_of_nothing_says_so(ctx: Context) -> None:
    refused = command(app, ctx.folder, "audit", "export", "--event", "NONSENSE")
    assert refused.code == 1
    assert "NONSENSE is not the name of an event" in refused.err
    none = command(app, ctx.folder, "audit", "export", "--event", "clock.moved")
    assert (none.code, none.out) == (0, "")
    assert "the log has no event clock.moved" in none.err
    none = command(app, ctx.folder, "audit", "export", "--subject", "mail 99")
    assert (none.code, none.out) == (0, "")
    assert "nothing about mail 99" in none.err
