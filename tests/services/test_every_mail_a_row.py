"""Whatever a server lists becomes a row of the ledger, whatever it says when it is fetched."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from exchange.cli.main import app
from exchange.errors import BadInput
from exchange.parsing.reading.understand import read_head
from exchange.services.answering import intake
from exchange.services.mailbox import fetch_and_file
from exchange.services.people import audit_log, review
from exchange.store.mails.waiting import MailFilter
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.servers.scripted import HangUp, ImapFlaw, Line, ScriptedImap
from tests.services.contexts import command
from tests.services.yards import THEM, Yard, asks


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    if request.param == "sqlite":
        yield lambda: ""
        return
    want(missing())
    with postgres() as url:
        yield lambda: url


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScriptedImap]:
    with ScriptedImap(tmp_path / "server") as found:
        yield found


class Scripted(Yard):
    """A yard with its scripted server at hand."""

    def __init__(self, folder: Path, server: ScriptedImap, *words: str, **more: str) -> None:
        super().__init__(folder, server, *words, **more)
        self.server = server


@pytest.fixture
def yard(tmp_path: Path, server: ScriptedImap) -> Iterator[Scripted]:
    found = Scripted(tmp_path / "lose", server)
    yield found
    found.close()


@pytest.fixture
def both(tmp_path: Path, server: ScriptedImap, database: Callable[[], str]) -> Iterator[Scripted]:
    url = database()
    found = Scripted(tmp_path / "lose", server, url)
    yield found
    if url:
        with found.ctx.store.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    found.close()


# -- text that no database takes

POISON = {
    "UTF-7 that is half a character": asks(1, "=?utf-7?Q?+2AA-?="),
    "the other half, in base64": asks(1, "codes =?utf-7?B?KzNnQS0=?= please"),
    "UTF-16 of half a character": asks(1, "=?utf-16-le?B?ANg=?="),
    "NUL in the Message-ID": asks(7).replace(b"<7@", b"<7\0@"),
    "NUL in an encoded word": asks(1, "=?utf-8?Q?co=00des?="),
    "raw bytes in the head": asks(1, "co\udcffdes \udc80\udcfe"),
    "half a character in a display name": asks(1)
    .replace(b"From: codes", b"From: =?utf-7?Q?+2AA-?= <codes", 1)
    .replace(b"example\r\nTo", b"example>\r\nTo", 1),
    "a thread of halves": asks(
        1, head="In-Reply-To: <\udcd8\0@x>\r\nReferences: <\0a@b> <c@d>\r\n"
    ),
    "a Message-ID longer than an index takes": asks(1).replace(
        b"<1@", b"<" + "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(900)).encode() + b"@"
    ),
    "a file called half a character": (
        asks(1).partition(b"\r\n\r\n")[0]
        + b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/csv; name*=utf-7''a+2AA-\0.csv\r\n\r\n"
        b"Device ID\r\n00-DB-12-34-56-78-90-A0\r\n00-DB-12-34\r\n--b--\r\n"
    ),
    "halves in the text": asks(1)
    + b"a row that is none: \0 +2AA- 00-DB-12-34-56\r\n"
    + b"\xed\xa0\x80 00-DB-1\r\n",
}


def test_text_that_no_database_takes_stops_nothing(both: Scripted) -> None:
    for raw in POISON.values():
        both.server.arrive(raw)
    both.server.arrive(asks(99))
    both.round()
    rows = both.rows()
    assert [both.raw(row.id) for row in rows] == [*POISON.values(), asks(99)]
    assert not both.troubles
    assert {row.state for row in rows} == {"filed"}
    assert not [row.reason for row in rows if "fault" in row.reason]
    assert rows[-1].folder == "processed"
    assert both.server.mails == {}
    audit_log.verify(both.ctx)


def test_a_mail_whose_row_cannot_be_made_is_kept_bare_and_shown(
    both: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        both.server.arrive(asks(number))

    def stumble(raw: bytes) -> object:
        if b"<2@gain" in raw:
            raise ZeroDivisionError
        return real(raw)

    from exchange.services.mailbox import fetch_and_file

    real = read_head
    with monkeypatch.context() as broken:
        broken.setattr(fetch_and_file, "read_head", stumble)
        both.round()
    first, second, third = both.rows()
    assert (first.folder, third.folder) == ("processed", "processed")
    assert (second.folder, second.reason) == ("shunted", "an internal fault (ZeroDivisionError)")
    assert both.raw(second.id) == asks(2)
    assert [mail.id for mail, _ in review.waiting(both.ctx).mails] == [second.id]


def test_a_row_that_the_database_refuses_costs_its_own_mail(both: Scripted) -> None:
    rule = "NEW.subject LIKE '%sesame%'"
    if both.ctx.store.engine.dialect.name == "sqlite":
        both.sql_write(
            "CREATE TRIGGER picky BEFORE INSERT ON mail"
            f" WHEN {rule} BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
    else:
        both.sql_write("ALTER TABLE mail ADD CHECK (position('sesame' IN subject) = 0)")
    for number, subject in ((1, "codes"), (2, "open sesame"), (3, "codes")):
        both.server.arrive(asks(number, subject))
    both.round()
    assert [(row.folder, row.subject) for row in both.rows()] == [
        ("processed", "codes"),
        ("shunted", ""),
        ("processed", "codes"),
    ]
    assert "internal fault (NotStorable)" in both.rows()[1].reason


# -- mails that are not given


Answer = Callable[[Line, str, int], None]


def only(server: ScriptedImap, flaws: Mapping[int, Answer]) -> ImapFlaw:
    """A flaw of the fetching of some mails' text, each asked for alone."""

    def flaw(line: Line, tag: str, arguments: str) -> None:
        uids, _, fields = arguments.partition(" ")
        bad = [uid for uid in server.chosen(uids) if uid in flaws]
        if "BODY" not in fields or not bad:
            server.proper(line, tag, arguments)
        elif uids == str(bad[0]):
            flaws[bad[0]](line, tag, bad[0])
        else:
            line.write(f"{tag} NO one of them is odd")

    return flaw


def _hang_up(line: Line, tag: str, uid: int) -> None:
    raise HangUp


WITHHELD: dict[str, Answer] = {
    "OK without data": lambda line, tag, _: line.write(f"{tag} OK done"),
    "NIL": lambda line, tag, uid: line.write(f"* 2 FETCH (UID {uid} BODY[] NIL)", f"{tag} OK d"),
    "without UID": lambda line, tag, _: line.write("* 2 FETCH (BODY[] {2}", "hi)", f"{tag} OK d"),
    "as another mail": lambda line, tag, _: line.write(
        "* 1 FETCH (UID 1 BODY[] {2}", "hi)", f"{tag} OK done"
    ),
    "nothing but flags": lambda line, tag, uid: line.write(
        f"* 2 FETCH (UID {uid} FLAGS (\\Seen))", f"{tag} OK done"
    ),
    "no bytes": lambda line, tag, uid: line.write(
        f"* 2 FETCH (UID {uid} BODY[] {{0}}", ")", f"{tag} OK done"
    ),
    "another section": lambda line, tag, uid: line.write(
        f"* 2 FETCH (UID {uid} BODY[TEXT] {{2}}", "hi)", f"{tag} OK done"
    ),
    "a part of it": lambda line, tag, uid: line.write(
        f"* 2 FETCH (UID {uid} BODY[]<0> {{2}}", "hi)", f"{tag} OK done"
    ),
    "two versions": lambda line, tag, uid: line.write(
        f"* 2 FETCH (UID {uid} BODY[] {{2}}",
        "hi)",
        f"* 2 FETCH (UID {uid} BODY[] {{2}}",
        "ho)",
        f"{tag} OK done",
    ),
    "no IMAP": lambda line, tag, uid: line.write(f"* 2 FETCH (UID {uid} BODY[] ((", f"{tag} OK d"),
    "a refusal": lambda line, tag, _: line.write(f"{tag} NO [CORRUPTION] a broken file"),
    "SERVERBUG": lambda line, tag, _: line.write(f"{tag} NO [SERVERBUG] Internal error"),
    "BAD": lambda line, tag, _: line.write(f"{tag} BAD what?"),
    "not now": lambda line, tag, _: line.write(f"{tag} NO [UNAVAILABLE] try again"),
    "the line breaks": _hang_up,
    "a literal without end": lambda line, _tag, uid: line.write(
        f"* 2 FETCH (UID {uid} BODY[] {{99999999999}}", "hi"
    ),
}


def test_mails_that_are_not_given_wait_in_the_ledger_and_hinder_nobody(yard: Scripted) -> None:
    server = yard.server
    last = 2 * len(WITHHELD) + 1
    for number in range(1, last + 1):
        server.arrive(asks(number))
    bad = dict(zip(range(2, last, 2), WITHHELD.values(), strict=True))
    server.flaws["UID FETCH"] = only(server, bad)
    yard.round()
    by_uid = {row.ref.uid: row for row in yard.rows()}
    assert {uid: row.state for uid, row in by_uid.items()} == {
        uid: "not_given" if uid in bad else "filed" for uid in range(1, last + 1)
    }
    assert sorted(server.mails) == sorted(bad)
    withheld = [by_uid[uid] for uid in bad]
    assert all(mail.reason and len(mail.reason) < 400 for mail in withheld)
    assert {mail.arrived_at.isoformat() for mail in withheld} == {"2026-10-05T09:30:00+00:00"}
    shown = review.waiting(yard.ctx, MailFilter(folder="not_given"))
    assert {one.id for one, _ in shown.mails} == {one.id for one in withheld}
    assert review.waiting(yard.ctx).folders["not_given"] == len(withheld)
    words = ("inbox", "list", "--in", "not_given")
    assert command(app, yard.ctx.folder, *words).out.count("not_given") == len(bad)
    yard.round()  # not at once again
    assert {row.attempts for row in yard.rows() if row.ref.uid in bad} == {1}
    server.flaws.clear()
    yard.later(2)
    yard.round()
    assert server.mails == {}
    again = {row.ref.uid: row for row in yard.rows()}
    assert {uid: row.id for uid, row in again.items()} == {u: r.id for u, r in by_uid.items()}
    assert {row.state for row in again.values()} == {"filed"}
    assert [yard.raw(again[uid].id) for uid in bad] == [asks(uid) for uid in bad]
    assert not [row for row in again.values() if "the same as" in row.reason]
    audit_log.verify(yard.ctx)


def test_a_mail_that_is_not_given_is_tried_with_growing_pauses(yard: Scripted) -> None:
    yard.server.arrive(asks(1))
    yard.server.flaws["UID FETCH"] = only(yard.server, {1: WITHHELD["NIL"]})
    tries = []
    for _ in range(20):
        yard.round()
        tries.append(yard.rows()[0].attempts)
        yard.later(1)
    assert tries[-1] == 5  # after 0, 1, 3, 7 and 15 minutes
    assert len(yard.rows()) == 1


def test_nothing_is_the_same_as_nothing(both: Scripted) -> None:
    server = both.server

    def empty(line: Line, tag: str, arguments: str) -> None:
        uids, _, fields = arguments.partition(" ")
        for uid in server.chosen(uids):
            if "BODY" in fields:
                line.write(f"* 1 FETCH (UID {uid} BODY[] {{0}}", ")")
            else:
                size = 0 if uid <= 2 else 700
                line.write(
                    f"* 1 FETCH (UID {uid} RFC822.SIZE {size} "
                    'INTERNALDATE "05-Oct-2026 10:30:00 +0100")'
                )
        line.write(f"{tag} OK done")

    for number in range(4):
        server.arrive(asks(number))
    server.flaws["UID FETCH"] = empty
    both.round()
    rows = both.rows()
    # Two mails of no bytes, as their sizes say, and two that are withheld.
    assert sorted((row.ref.uid, row.state, row.folder) for row in rows) == [
        (1, "filed", rows[0].folder),
        (2, "filed", rows[1].folder),
        (3, "not_given", "not_given"),
        (4, "not_given", "not_given"),
    ]
    assert {rows[0].folder, rows[1].folder} <= {"review", "shunted"}
    assert not [row for row in rows if "the same as" in row.reason]
    server.flaws.clear()
    both.later(5)
    both.round()
    assert [row.folder for row in both.rows() if row.ref.uid > 2] == ["processed", "processed"]
    assert not [row for row in both.rows() if "the same as" in row.reason]


def _whatever_is_asked(server: ScriptedImap) -> ImapFlaw:
    """A server that does not know partial FETCH: it gives the whole mail each time."""

    def flaw(line: Line, tag: str, arguments: str) -> None:
        server.proper(line, tag, re.sub(r"<\d+\.1>", "", arguments))

    return flaw


@pytest.mark.parametrize("knows_parts", [True, False])
def test_a_mail_whose_end_the_server_keeps_back_is_not_decided_by_its_beginning(
    both: Scripted, knows_parts: bool
) -> None:
    server = both.server
    whole, cut, estimated = (server.arrive(asks(number)) for number in range(3))
    server.sizes[estimated] = len(server.mails[estimated]) + 300
    server.sizes[whole] = len(server.mails[whole]) - 20
    if knows_parts:
        server.cuts[cut] = len(server.mails[cut]) - 10
    else:
        server.flaws["UID FETCH"] = _whatever_is_asked(server)
    both.round()
    rows = {row.ref.uid: row for row in both.rows()}
    assert {rows[whole].folder, rows[estimated].folder} == {"processed"}
    if knows_parts:
        size = len(server.mails[cut])
        assert rows[cut].state == "not_given"
        assert f"gives {size - 10} of its {size} bytes" in rows[cut].reason
        server.cuts.clear()
        both.later(2)
        both.round()
    assert {row.folder for row in both.rows()} == {"processed"}


_PARTS_HEAD = b'Content-Type: multipart/mixed;\r\n boundary="q-q"\r\n'
_IN_PARTS = _PARTS_HEAD + asks(1).replace(b"\r\n\r\n", b"\r\n\r\n--q-q\r\n\r\n", 1) + b"--q-q--\r\n"


@pytest.mark.parametrize("told", [0, 100, 10_000])
def test_a_mail_cut_short_is_not_decided_whatever_size_the_server_tells(
    yard: Scripted, told: int
) -> None:
    server = yard.server
    for number in (1, 2):
        server.sizes[server.arrive(asks(number))] = told
    server.cuts[2] = len(server.mails[2]) - 25
    yard.round()
    rows = {row.ref.uid: row for row in yard.rows()}
    assert rows[1].folder == "processed"
    assert rows[2].state == "not_given"
    assert f"{server.cuts[2]} " in rows[2].reason
    server.cuts.clear()
    yard.later(2)
    yard.round()
    assert {row.folder for row in yard.rows()} == {"processed"}


@pytest.mark.parametrize("lost", [asks(1)[:-3], _IN_PARTS[:-9], _IN_PARTS[:-30]])
def test_a_mail_whose_end_the_server_has_lost_is_not_decided(yard: Scripted, lost: bytes) -> None:
    server = yard.server
    server.sizes[server.arrive(lost)] = len(_IN_PARTS) + 5
    server.sizes[server.arrive(_IN_PARTS)] = len(_IN_PARTS) + 5
    yard.round()
    assert [row.folder for row in yard.rows()] == ["not_given", "processed"]
    assert "gives" in yard.rows()[0].reason


def test_a_mail_that_vanishes_before_it_is_given_is_marked_and_not_tried_for_ever(
    yard: Scripted,
) -> None:
    yard.server.arrive(asks(1))
    yard.server.arrive(asks(2))
    yard.server.flaws["UID FETCH"] = only(yard.server, {2: WITHHELD["NIL"]})
    yard.round()
    raw = yard.server.mails.pop(2)
    yard.later(10)
    yard.round()
    (number,) = (row.id for row in yard.rows() if row.ref.uid == 2)
    mail = yard.rows()[number - 1]
    assert mail.state == "vanished"
    assert "left the inbox" in mail.reason
    shown = review.waiting(yard.ctx, MailFilter(folder="vanished"))
    assert [one.id for one, _ in shown.mails] == [number]
    assert review.waiting(yard.ctx).folders["vanished"] == 1
    heard = len(yard.server.heard)
    yard.later(1000)
    yard.round()
    assert not [line for line in yard.server.heard[heard:] if "FETCH" in line]
    # A list that was cut short looks alike: what is listed again is read again.
    yard.server.flaws.clear()
    yard.server.mails[2] = raw
    yard.round()
    assert yard.rows()[number - 1].folder == "processed"


@pytest.mark.parametrize(
    ("date", "arrived", "source"),
    [
        ("NIL", "2026-12-11T08:15:00+00:00", "Received"),
        ('"yesterday evening"', "2026-12-11T08:15:00+00:00", "Received"),
        ('"31-Feb-2026 10:00:00 +0000"', "2026-12-11T08:15:00+00:00", "Received"),
        ('"11-Dec-2026 08:00:00"', "2026-12-11T08:15:00+00:00", "Received"),
        (None, "2026-12-11T08:15:00+00:00", "Received"),
        ('"01-Jan-1970 00:00:00 +0000"', "2026-12-11T08:15:00+00:00", "Received"),
        ('"01-Jan-0000 00:00:00 +0000"', "2026-12-11T08:15:00+00:00", "Received"),
        ('"11-Dec-2027 08:00:00 +0000"', "2026-12-14T09:00:00+00:00", ""),
    ],
)
def test_a_mail_without_a_time_of_receipt_has_the_one_of_its_last_server(
    yard: Scripted, date: str | None, arrived: str, source: str
) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        if "INTERNALDATE" not in arguments:
            yard.server.proper(line, tag, arguments)
            return
        told = f" INTERNALDATE {date}" if date else ""
        line.write(f"* 1 FETCH (UID 1 RFC822.SIZE 300{told})", f"{tag} OK done")

    trace = "Received: from a by b; Fri, 11 Dec 2026 08:15:00 +0000\r\n"
    yard.server.arrive(trace.encode() + asks(1))
    yard.server.flaws["UID FETCH"] = flaw
    yard.round()
    (mail,) = yard.rows()
    assert mail.folder == "processed"
    assert mail.arrived_at.isoformat() == arrived
    (kept,) = audit_log.rows(yard.ctx, event="mail.kept")
    assert f'"arrived_from":"{source}"' in kept.detail or not source


# -- UIDs that are used again


def _snapshot(server: ScriptedImap) -> tuple[dict[int, bytes], int]:
    return dict(server.mails), server.uidnext


def _put_back(server: ScriptedImap, taken: tuple[dict[int, bytes], int]) -> None:
    server.mails, server.uidnext = dict(taken[0]), taken[1]


def test_a_server_put_back_gives_uids_again_and_nothing_is_lost_or_answered_twice(
    both: Scripted,
) -> None:
    server = both.server
    server.arrive(asks(1))
    taken = _snapshot(server)
    both.round()
    for number in (2, 3):
        server.arrive(asks(number))
    both.round()
    assert both.answers() == 3
    _put_back(server, taken)  # mail 1 is in the inbox again; UIDs 2 and 3 are free
    server.arrive(asks(3))  # its sender had it sent again
    server.arrive(asks(4))
    for _ in range(3):
        both.round()
    assert both.answers() == 4
    assert server.mails == {}
    assert both.sql("SELECT count(*) FROM inbound_request") == [(4,)]
    rows = both.rows()
    assert [row.ref.uid for row in rows[1:3]] == [-row.id for row in rows[1:3]]
    assert {row.state for row in rows} == {"filed"}
    assert [row.reason for row in rows].count(f"the same as mail {rows[2].id}") == 1
    assert len(list(audit_log.rows(both.ctx, event="mailbox.put_back"))) == 1
    audit_log.verify(both.ctx)


def test_a_filed_uid_that_is_listed_again_is_read_without_any_sign_of_uidnext(
    both: Scripted,
) -> None:
    server = both.server
    server.arrive(asks(1))
    server.arrive(asks(2))
    both.round()
    server.mails[1] = asks(5)  # UIDNEXT is as it was
    for _ in range(3):
        both.round()
    assert both.answers() == 3
    assert server.mails == {}
    assert both.raw(both.rows()[2].id) == asks(5)


def test_a_mail_decided_and_not_filed_does_not_take_another_along(both: Scripted) -> None:
    """Decided as Review, its UID is a good request's by the time it is filed."""
    server = both.server

    def refuse(line: Line, tag: str, arguments: str) -> None:
        line.write(f"{tag} NO [UNAVAILABLE] later")

    server.arrive(asks(1))
    both.round()
    taken = _snapshot(server)
    server.arrive(asks(2).replace(b"codes@gain", b"who@else"))
    server.flaws["UID MOVE"] = refuse
    both.round()
    assert both.rows()[1].state == "decided"
    server.flaws.clear()
    _put_back(server, taken)
    server.arrive(asks(3))
    for _ in range(2):
        both.round()
    assert both.answers() == 2
    assert server.filed == {"Processed": [asks(1), asks(3)]}
    assert both.rows()[1].folder == "review"


def test_a_server_put_back_between_list_and_move_is_noticed_at_the_move(yard: Scripted) -> None:
    server = yard.server
    server.arrive(asks(1))
    taken = _snapshot(server)
    server.arrive(asks(2))
    refs = yard.box.list()
    _put_back(server, taken)
    from exchange.errors import MailboxUnavailable

    with pytest.raises(MailboxUnavailable, match="restored to an earlier state"):
        yard.box.file(refs, "Processed")
    assert server.mails == {1: asks(1)}


def test_a_server_that_says_moved_and_does_not_move_is_not_asked_in_every_round(
    yard: Scripted,
) -> None:
    server = yard.server
    server.arrive(asks(1))
    server.flaws["UID MOVE"] = lambda line, tag, _: line.write(f"{tag} OK done")
    for _ in range(6):
        yard.round()
    moves = [line for line in server.heard if "UID MOVE" in line]
    assert len(moves) == 2
    assert yard.answers() == 1
    assert len(yard.rows()) == 1
    server.flaws.clear()
    yard.later(5)
    yard.round()
    assert server.mails == {}


# -- mails from before our time

OLD_DATE, NEW_DATE = "05-Mar-2022 10:30:00 +0000", "12-Dec-2026 10:30:00 +0000"


@pytest.fixture
def aged(tmp_path: Path, server: ScriptedImap) -> Iterator[Scripted]:
    found = Scripted(tmp_path / "lose", server, not_before="2026-12-01")
    yield found
    found.close()


def test_old_mail_is_listed_and_left_alone(aged: Scripted) -> None:
    server = aged.server
    for number in range(1, 8):
        server.arrive(asks(number), OLD_DATE)
    for number in range(8, 11):
        server.arrive(asks(number), NEW_DATE)
    for _ in range(2):
        aged.round()
    assert aged.answers() == 3
    assert sorted(server.mails) == list(range(1, 8))
    old = [row for row in aged.rows() if row.state == "old"]
    assert [(row.sender, row.subject, row.folder) for row in old] == [
        ("codes@gain.example", "codes please", "old")
    ] * 7
    assert {row.arrived_at.isoformat() for row in old} == {"2022-03-05T10:30:00+00:00"}
    assert not review.waiting(aged.ctx).mails
    assert all(aged.raw(row.id) == b"" for row in old)
    heard = len(server.heard)
    aged.round()
    assert not [line for line in server.heard[heard:] if "FETCH" in line]


def test_a_person_may_ask_for_an_old_mail(aged: Scripted) -> None:
    aged.server.arrive(asks(1), OLD_DATE)
    aged.server.arrive(asks(2), OLD_DATE)
    aged.round()
    with pytest.raises(BadInput, match="replay 1"):
        review.show_mail(aged.ctx, 1)
    said = command(app, aged.ctx.folder, "inbox", "replay", "1")
    assert (said.code, "next round" in said.out) == (0, True)
    aged.round()
    first, second = aged.rows()
    assert (first.folder, second.state) == ("processed", "old")
    assert aged.answers() == 1
    review.reject_mail(aged.ctx, 2, "too old", "kim")
    with pytest.raises(BadInput, match="dealt with"):
        review.replay_mail(aged.ctx, 2, "kim")


def test_todays_requests_do_not_wait_for_those_of_years(aged: Scripted) -> None:
    """More than are fetched in a round lie in the inbox, older and newer ones mixed."""
    server = aged.server
    for number in range(5200):
        server.arrive(asks(number), OLD_DATE)
    server.arrive(asks(5201), NEW_DATE)
    server.arrive(asks(5202), OLD_DATE)  # moved here by somebody
    server.arrive(asks(5203), NEW_DATE)
    aged.round()
    assert aged.answers() == 2
    assert aged.sql("SELECT id, uid FROM mail WHERE state <> 'old' ORDER BY id") == [
        (1, 5201),
        (2, 5203),
    ]
    assert aged.sql("SELECT count(*), min(uid) FROM mail WHERE state = 'old'") == [(5000, 202)]
    aged.round()
    assert aged.sql("SELECT count(*), min(uid) FROM mail WHERE state = 'old'") == [(5201, 1)]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-07-01", "2026-06-30T23:00:00+00:00"),  # as London counts
        ("2026-12-01T09:30:00Z", "2026-12-01T09:30:00+00:00"),
        ('"2026-12-01"', "2026-12-01T00:00:00+00:00"),
        ("2026-07-01 09:30:00", "2026-07-01T08:30:00+00:00"),
    ],
)
def test_not_before_is_a_day_or_an_instant(
    tmp_path: Path, server: ScriptedImap, written: str, instant: str
) -> None:
    found = Scripted(tmp_path / "lose", server, not_before=written)
    settings = found.ctx.settings.mailbox[0]
    assert settings.not_before
    assert settings.not_before.isoformat() == instant
    found.close()


def test_mail_of_strangers_is_read_after_that_of_parties_and_few_at_a_time(
    both: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.services.answering.intake._STRANGERS_BYTES", 1_000_000)
    for number in (1, 2, 3):
        strange = asks(number).replace(b"gain.example", b"elsewhere.example")
        both.server.arrive(strange + b" " * 700_000)
    both.server.arrive(asks(4).replace(b"codes@gain", b"Codes@Gain"))
    fetch_and_file.keep(both.ctx, both.box, fetch_and_file.fresh(both.ctx, both.box))
    over = threading.Event()
    over.set()  # the mails at hand are the last
    folders = [intake.decide_all(both.ctx, stop=over).folders for _ in range(4)]
    assert folders == [{"processed": 1}, {"review": 1}, {"review": 1}, {"review": 1}]


def test_a_mail_that_cannot_be_read_is_shown_with_whose_it_is_and_why(yard: Scripted) -> None:
    yard.server.arrive(asks(1, head="References: " + "<a@b>\r\n " * 60_000 + "<a@b>\r\n"))
    yard.round()
    (row,) = yard.rows()
    assert (row.folder, row.sender, row.subject) == ("shunted", THEM, "codes please")
    said = command(app, yard.ctx.folder, "inbox", "show", "1")
    assert said.code == 0
    assert THEM in said.out
    assert "not read: a header of more than 256,000 bytes" in said.out
    said = command(app, yard.ctx.folder, "inbox", "show", "1", "--json")
    assert (said.code, json.loads(said.out)["from"]) == (0, THEM)
