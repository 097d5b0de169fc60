"""One install code for two Devices in two mails: both wait, whatever comes next."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pytest

from exchange.bootstrap import SetClock, open_context
from exchange.domain.device import DeviceId
from exchange.domain.outbound import CaseState, Gained, LegState, Ruling
from exchange.domain.time.sla import parse_instant
from exchange.errors import BadInput, ExchangeError, NotFound, StoreError
from exchange.ports.mail import Delivery, FetchedMail, MailRef
from exchange.provision import OwnParty, make_folder
from exchange.services.answering import intake
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.asking import chase, request
from exchange.services.asking.case_status import case_lines, write_codes
from exchange.services.mailbox import fetch_and_file
from exchange.services.people import monthly, review
from exchange.services.sending import send_mail
from exchange.store.requests.outbound import ReceivedCode
from tests.services.contexts import add_parties, make_party
from tests.services.test_codes import code, device
from tests.waiting import PATIENCE

WHY = "the label was read"


class _Inbox:
    name = "codes"
    uidnext = 0

    def __init__(self, mails: list[FetchedMail]) -> None:
        self._mails = {mail.ref: mail for mail in mails}

    def list(self) -> Sequence[MailRef]:
        return list(self._mails)

    def since(self, day: date) -> Sequence[MailRef]:
        return self.list()

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Sequence[FetchedMail]:
        return [self._mails[ref] for ref in refs]


class Room:
    """A context that asks; what the others answer comes as mails, without any server."""

    def __init__(self, folder: Path, url: str) -> None:
        make_folder(folder, OwnParty("LOSE", "Lose Power", "codes@lose.example", url))
        self.clock = SetClock(parse_instant("2026-12-01T10:00"))
        self.ctx = open_context(folder, self.clock)
        add_parties(self.ctx, *map(make_party, ("GAIN", "FORM", "QUIET")))
        self._mails = 0

    def close(self) -> None:
        self.ctx.reader.close()
        engine = self.ctx.store.engine
        if engine.dialect.name == "postgresql":
            with engine.begin() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
        self.ctx.store.dispose()

    def ask(self, **asked: list[int]) -> None:
        """Each Supplier is asked about its devices, QUIET behind it."""
        gained = [
            Gained(device(one), tuple(dict.fromkeys((party, "QUIET"))), "ESME", f"row {one}")
            for party, numbers in asked.items()
            for one in numbers
        ]
        request.create(self.ctx, gained, "gained.csv")
        self.post()

    def post(self) -> None:
        """Every letter that is due is accepted by its recipient's server."""
        request.raise_requests(self.ctx)
        with self.ctx.store.transaction("delivered") as tx:
            due = tx.outbox.due(self.ctx.now(), 100, 10**9)
            send_mail.record_deliveries(
                self.ctx, tx, [(Delivery(one.id, accepted=True), one) for one in due]
            )

    def mail(
        self, party: str, codes: Mapping[int, int | None], *, thread: bool = True
    ) -> FetchedMail:
        """An answer of ``party``: device -> whose code; None: not the installing Supplier."""
        self._mails += 1
        mail = EmailMessage()
        mail["From"] = f"codes@{party.lower()}.example"
        mail["To"] = "codes@lose.example"
        mail["Subject"] = "Your request"
        mail["Message-ID"] = f"<answer{self._mails}@{party.lower()}.example>"
        with self.ctx.store.reading() as tx:
            ours = tx.outbound.requests(party)[-1]
        if thread:
            mail["In-Reply-To"] = ours.message_id
        mail.set_content(
            "".join(
                f"{device(one)}  "
                + ("we are not the installing supplier" if other is None else code(other).with_crc)
                + "\n"
                for one, other in codes.items()
            )
        )
        return FetchedMail(MailRef(1, self._mails), mail.as_bytes(), self.ctx.now())

    def arrive(self, *mails: FetchedMail) -> None:
        """Mails come together and are decided in one batch."""
        inbox = _Inbox(list(mails))
        fetch_and_file.keep(self.ctx, inbox, fetch_and_file.fresh(self.ctx, inbox))  # type: ignore[arg-type]
        assert intake.decide_all(self.ctx).left == {}

    def settle(self, number: int, ruling: Ruling, *only: int) -> MailOutcome | None:
        names = [device(one) for one in only]
        number = self.numbers()[number - 1]
        return review.settle_codes(self.ctx, number, ruling, WHY, "kim", only=names).mail

    def release(self, number: int, party: str) -> str:
        """Where a mail goes that is decided again."""
        return review.release_mail(self.ctx, self.numbers()[number - 1], party, "kim").folder

    def numbers(self) -> list[int]:
        """The mails' numbers, in the order of arrival: PostgreSQL leaves gaps."""
        with self.ctx.store.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT id FROM mail ORDER BY id")
            return [row.id for row in found]

    def reason(self, number: int) -> str:
        """Where a mail lies, and why."""
        with self.ctx.store.reading() as tx:
            mail = tx.mail.get(self.numbers()[number - 1])
        return f"{mail.folder}: {mail.reason}"

    def states(self) -> dict[int, str]:
        """Device -> state of its case."""
        return {int(line.device[-2:], 16): line.state for line in case_lines(self.ctx)}

    def legs(self, one: int) -> list[tuple[str, str]]:
        with self.ctx.store.reading() as tx:
            return [(leg.party, leg.state.value) for leg in tx.legs.legs(devices=[device(one)])]

    def codes(self) -> dict[int, int]:
        """Device -> whose code is held for it and may be used."""
        whose = {code(one).raw: one for one in range(1, 256)}
        with self.ctx.store.reading() as tx:
            return {
                int(case.device[-2:], 16): whose[self.ctx.sealer.open(case.sealed_code, "code")]
                for case in tx.outbound.cases(CaseState.CODE_RECEIVED)
                if case.sealed_code is not None
            }

    def waiting(self) -> list[tuple[int, str, str]]:
        return [
            (self.numbers().index(one.claim.mail_id) + 1, one.claim.device, one.claim.rival)
            for one in review.waiting(self.ctx).disputes
        ]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = Room(tmp_path / "lose", url)
    yield made
    made.close()


def test_two_mails_decided_together_are_as_two_apart(room: Room, tmp_path: Path) -> None:
    room.ask(GAIN=[1, 3], FORM=[2])
    room.arrive(room.mail("GAIN", {1: 1, 3: 3}), room.mail("FORM", {2: 1}))
    assert room.states() == {1: "disputed", 2: "seeking", 3: "code_received"}
    assert room.waiting() == [(2, device(1), device(2))]
    assert room.reason(1).startswith("processed: ")
    assert "is that of" in room.reason(2)
    # Only what nobody doubts is handed out.
    target = tmp_path / "codes.csv"
    assert write_codes(room.ctx, target, "kim") == 1
    assert code(1).grouped not in target.read_text()


def test_three_devices_and_one_code(room: Room) -> None:
    room.ask(GAIN=[1], FORM=[2], QUIET=[3])
    room.arrive(room.mail("GAIN", {1: 1}))
    room.arrive(room.mail("FORM", {2: 1}))
    room.arrive(room.mail("QUIET", {3: 1}))
    assert room.waiting() == [(2, device(1), device(2)), (3, device(1), device(3))]
    for ruling in (Ruling.SECOND, Ruling.NEITHER):
        with pytest.raises(BadInput, match="as well, in mail"):
            room.settle(2, ruling)
    assert room.settle(3, Ruling.FIRST)
    # The other one still doubts it.
    assert room.states() == {1: "disputed", 2: "seeking", 3: "seeking"}
    outcome = room.settle(2, Ruling.SECOND)
    assert outcome is not None
    assert outcome.folder == "processed"
    assert room.states() == {1: "seeking", 2: "code_received", 3: "seeking"}
    assert room.codes() == {2: 1}
    # And again for the third: ruled out, whoever holds it now.
    room.arrive(room.mail("QUIET", {3: 1}))
    assert "a person ruled" in room.reason(4)
    assert room.codes() == {2: 1}
    assert room.waiting() == []


def test_a_shifted_column_is_ruled_on_at_once(room: Room) -> None:
    number = 120
    ours, theirs = list(range(1, number + 1)), list(range(number + 1, 2 * number + 1))
    room.ask(GAIN=ours, FORM=theirs)
    room.arrive(room.mail("GAIN", {one: one for one in ours}))
    wrong = dict(zip(theirs, ours, strict=True)) | {theirs[-1]: theirs[-1]}
    room.arrive(room.mail("FORM", wrong))
    assert len(room.waiting()) == number - 1
    assert room.codes() == {ours[-1]: ours[-1], theirs[-1]: theirs[-1]}
    outcome = room.settle(2, Ruling.FIRST, 1, theirs[1])
    assert outcome is not None
    assert outcome.folder == "review"
    assert len(room.waiting()) == number - 3
    assert room.codes().keys() == {1, 2, ours[-1], theirs[-1]}
    outcome = room.settle(2, Ruling.FIRST)
    assert outcome is not None
    assert (outcome.folder, room.waiting()) == ("processed", [])
    assert room.codes() == {one: one for one in (*ours, theirs[-1])}


def test_another_code_for_a_device_in_dispute_is_not_taken(room: Room) -> None:
    room.ask(GAIN=[1], FORM=[2])
    room.arrive(room.mail("GAIN", {1: 1}))
    room.arrive(room.mail("FORM", {2: 1}))
    room.arrive(room.mail("FORM", {2: 9}))  # for the second device
    assert "another code" in room.reason(3)
    room.arrive(room.mail("GAIN", {1: 8}))  # for the first
    assert "another code" in room.reason(4)
    room.arrive(room.mail("GAIN", {1: None}))
    assert "denied now" in room.reason(5)
    assert room.codes() == {}
    assert room.states() == {1: "disputed", 2: "seeking"}
    # Ruled to be of neither, what they sent since is decided again.
    assert room.settle(2, Ruling.NEITHER)
    room.post()
    for number, party in ((3, "FORM"), (4, "GAIN")):
        assert room.release(number, party) == "processed"
    assert room.codes() == {1: 8, 2: 9}


def test_who_was_asked_too_does_not_settle_it(room: Room) -> None:
    room.ask(GAIN=[1], FORM=[2])
    room.arrive(room.mail("GAIN", {1: None}))
    room.post()  # now QUIET is asked about the first
    room.arrive(room.mail("GAIN", {1: 1}))  # they looked again
    room.arrive(room.mail("FORM", {2: 1}))
    room.arrive(room.mail("QUIET", {1: 1}))
    assert "in dispute" in room.reason(4)
    assert room.states() == {1: "disputed", 2: "seeking"}
    assert room.settle(3, Ruling.FIRST)
    assert room.release(4, "QUIET") == "processed"
    assert room.codes() == {1: 1}


def test_a_device_that_has_a_code_does_not_get_another(room: Room) -> None:
    room.ask(GAIN=[1], FORM=[2])
    room.arrive(room.mail("GAIN", {1: 1}), room.mail("FORM", {2: 2}))
    room.arrive(room.mail("FORM", {2: 1}))
    assert room.states() == {1: "disputed", 2: "code_received"}
    with pytest.raises(BadInput, match="another code is held"):
        room.settle(3, Ruling.SECOND)
    assert room.waiting() == [(3, device(1), device(2))]
    assert room.settle(3, Ruling.FIRST)
    assert room.codes() == {1: 1, 2: 2}


def test_a_mail_that_belongs_to_nothing_brings_no_dispute(room: Room) -> None:
    room.ask(GAIN=[1], FORM=[2])
    room.arrive(room.mail("GAIN", {1: 1}))
    room.arrive(room.mail("FORM", {2: 1, 7: 7}, thread=False))
    assert "belongs to no request of ours" in room.reason(2)
    assert room.codes() == {1: 1}
    assert room.waiting() == []


def test_the_first_supplier_is_asked_anew_and_reminded_anew(room: Room) -> None:
    room.ask(GAIN=[1, 4], FORM=[2])
    room.clock.at = parse_instant("2026-12-08T10:00")
    assert chase.chase(room.ctx) == {"reminder": 2}
    room.post()
    room.arrive(room.mail("GAIN", {1: 1}), room.mail("FORM", {2: 1}))
    assert room.legs(1) == [("GAIN", "provided"), ("QUIET", "withdrawn")]
    room.settle(2, Ruling.NEITHER)
    assert room.legs(1) == [("GAIN", "queued"), ("QUIET", "waiting")]
    room.post()
    with room.ctx.store.reading() as tx:
        (leg,) = tx.legs.legs(party="GAIN", devices=[device(1)])
        asked = [one.ref for one in tx.outbound.requests("GAIN")]
    assert leg.state is LegState.SENT
    assert str(leg.accepted_on) == "2026-12-08"
    assert len(asked) == 2
    room.clock.at = parse_instant("2026-12-15T10:00")
    chase.chase(room.ctx)
    with room.ctx.store.reading() as tx:
        kinds = [one.purpose for one in tx.outbox.by_ref(asked[1])]
    assert kinds == ["request", "reminder"]
    # A denial of the first goes on where it would have gone before.
    room.arrive(room.mail("GAIN", {1: None}))
    assert room.legs(1) == [("GAIN", "not_installer"), ("QUIET", "queued")]
    told = monthly.build(room.ctx, "2026-12").outbound
    assert (told.devices_asked, told.unaccounted) == (3, 0)
    assert (told.not_installer, told.provided) == (1, 0)


def test_a_ruling_holds_where_the_process_ends_before_the_mail_is_decided(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.ask(GAIN=[1], FORM=[2])
    room.arrive(room.mail("GAIN", {1: 1}), room.mail("FORM", {2: 1}))

    def ends(*_: object) -> MailOutcome:
        raise StoreError("the process ends here")

    with monkeypatch.context() as patch:
        patch.setattr(review, "release_mail", ends)
        with pytest.raises(StoreError):
            room.settle(2, Ruling.SECOND)
    assert (room.codes(), room.waiting()) == ({}, [])
    assert room.reason(2).startswith("review: ")
    assert review.replay_mail(room.ctx, room.numbers()[1], "kim").folder == "processed"
    assert room.codes() == {2: 1}


def test_what_cannot_be_ruled_on(room: Room) -> None:
    room.ask(GAIN=[1], FORM=[2])
    room.arrive(room.mail("GAIN", {1: 1}), room.mail("FORM", {2: 1}))
    with pytest.raises(NotFound, match="not in dispute"):
        room.settle(1, Ruling.FIRST)
    with pytest.raises(NotFound, match="not in dispute"):
        room.settle(2, Ruling.FIRST, 1, 9)
    with room.ctx.store.transaction("test") as tx:
        parties = {one.signifier: one for one in tx.parties.all()}
        object.__setattr__(parties["FORM"], "active", False)
        tx.parties.apply([parties["FORM"]], [], room.ctx.now(), actor="test", source="test")
    with pytest.raises(ExchangeError, match="FORM is not an active party"):
        room.settle(2, Ruling.SECOND)
    assert room.states() == {1: "disputed", 2: "seeking"}
    assert room.waiting() == [(2, device(1), device(2))]


def test_a_case_closed_while_in_dispute_is_not_changed_by_the_ruling(room: Room) -> None:
    room.ask(GAIN=[1], FORM=[2])
    room.arrive(room.mail("GAIN", {1: 1}), room.mail("FORM", {2: 1}))
    request.close(room.ctx, device(1), "meter exchanged", "kim")
    assert room.settle(2, Ruling.SECOND)
    assert room.states() == {1: "closed", 2: "code_received"}
    with room.ctx.store.reading() as tx:
        (first, _) = tx.outbound.cases()
    assert first.sealed_code is not None
    assert first.code_from == "GAIN"
    assert room.legs(1) == [("GAIN", "provided"), ("QUIET", "withdrawn")]
    # Asked about anew, it does not get that code: the second one has it now.
    room.ask(GAIN=[1])
    room.arrive(room.mail("GAIN", {1: 1}))
    assert room.states() == {1: "seeking", 2: "disputed"}
    assert room.waiting() == [(3, device(2), device(1))]


@pytest.mark.servers
def test_two_who_decide_at_once_see_each_others_codes(tmp_path: Path, postgres_url: str) -> None:
    room = Room(tmp_path / "lose", postgres_url)
    room.ask(GAIN=[1], FORM=[2])
    mail, done = room.mail("FORM", {2: 1}), threading.Event()

    def other() -> None:
        room.arrive(mail)
        done.set()

    thread = threading.Thread(target=other)
    with room.ctx.store.transaction("a person's release") as tx:
        tx.outbound.wait_for_codes()
        (leg,) = tx.legs.legs(party="GAIN")
        raw = code(1).raw
        seal = room.ctx.sealer
        given = ReceivedCode(leg.case_id, seal.seal(raw, "code"), seal.tag(raw, "code"))
        tx.outbound.receive_codes([given], "GAIN", room.ctx.now())
        tx.legs.move_legs([leg.id], LegState.PROVIDED)
        thread.start()
        assert not done.wait(1.0)
    thread.join(PATIENCE)
    assert room.states() == {1: "disputed", 2: "seeking"}
    assert len(room.waiting()) == 1
    room.close()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_in_whatever_order_no_code_is_used_for_two_devices(
    tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    room = Room(tmp_path / "lose", "")
    asked = {"GAIN": [1, 2], "FORM": [3, 4], "QUIET": [5]}
    room.ask(**asked)
    rulings = [Ruling.FIRST, Ruling.SECOND, Ruling.NEITHER]
    followed = 0
    for _ in range(60):
        act = chance.random()
        if act < 0.55:
            mails = []
            for _ in range(chance.randint(1, 3)):
                party = chance.choice(list(asked))
                some = chance.sample(asked[party], chance.randint(1, len(asked[party])))
                mails.append(room.mail(party, {one: chance.randint(1, 3) for one in some}))
            room.arrive(*mails)
        elif act < 0.85 and room.waiting():
            number, first, second = chance.choice(room.waiting())
            only = [int(chance.choice((first, second))[-2:], 16)] * chance.randint(0, 1)
            try:
                room.settle(number, chance.choice(rulings), *only)
                followed += 1
            except BadInput:
                pass
        elif act < 0.93:
            party = chance.choice(list(asked))
            one = chance.choice(asked[party])
            request.close_many(room.ctx, [DeviceId.parse(device(one))], "exchanged", "kim")
            room.ask(**{party: [one]})
        else:
            room.post()
        _nothing_is_used_twice(room)
    assert followed
    room.close()


def _nothing_is_used_twice(room: Room) -> None:
    """What must hold after every step."""
    with room.ctx.store.reading() as tx:
        cases = {case.id: case for case in tx.outbound.cases()}
        disputes = tx.disputes.of_codes({case.code_tag for case in cases.values()} - {""})
        open_ = set(tx.outbound.open_cases_of([case.device for case in cases.values()]).values())
        provided = {leg.case_id for leg in tx.legs.legs(states=[LegState.PROVIDED])}
    used = [case for case in cases.values() if case.state is CaseState.CODE_RECEIVED]
    users = {(case.code_tag, case.device) for case in used}
    assert len(users) == len({tag for tag, _ in users})
    waiting = [one.claim for one in disputes if one.ruling is Ruling.NONE]
    assert not {(claim.code_tag, claim.device) for claim in waiting} & users
    held = {claim.case_id for claim in waiting}
    assert {one for one in open_ if cases[one].state is CaseState.DISPUTED} == held & open_
    ruled_out = {pair for one in disputes for pair in one.ruled_out}
    assert not ruled_out & {(case.code_tag, case.id) for case in used}
    for one in open_:
        has_code = cases[one].state in (CaseState.CODE_RECEIVED, CaseState.DISPUTED)
        assert (cases[one].sealed_code is not None) == bool(cases[one].code_tag) == has_code
        assert (one in provided) == has_code
