"""What the courier does with servers that no real one can be made to be."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from exchange.config import SmtpSettings
from exchange.errors import CourierRefused, CourierUnavailable
from exchange.ports.mail import Delivery, Letter
from exchange.transport.smtp import SmtpCourier
from tests.servers import HOST
from tests.servers.scripted import HangUp, Line, ScriptedSmtp
from tests.waiting import with_longer

SECRET = "wachtwoord 9"
CODE = "83FED3407A939723A5C639B26916D505C3B5"
RAW = b"From: a@op-a.test\r\nSubject: x\r\n\r\ntext\r\n"


def courier_at(server: ScriptedSmtp, **changes: object) -> SmtpCourier:
    fields: dict[str, object] = {
        "host": HOST,
        "port": server.port,
        "username": "codes@op-a.test",
        "ca_file": server.ca_file,
        "timeout_seconds": 30,
        "connections": 1,
    }
    return SmtpCourier(SmtpSettings.model_validate(fields | changes), SECRET, Path("/"))


def letters(count: int, raw: bytes = RAW, to: str = "b@op-b.test") -> list[Letter]:
    return [Letter(key, "a@op-a.test", to, raw) for key in range(count)]


def _in_time(server: ScriptedSmtp, given: list[Letter], seconds: float) -> list[Delivery]:
    """The fates where the courier waits no longer than that, or than it takes to begin."""
    return with_longer(
        seconds,
        lambda allowed: list(courier_at(server, timeout_seconds=allowed).send(given)),
        CourierUnavailable,
    )


def hang_up(_: Line) -> str:
    raise HangUp


class Nth:
    """A flaw of the nth time only."""

    def __init__(self, nth: int, flaw: str | None, proper: str) -> None:
        self.left, self.flaw, self.proper = nth, flaw, proper

    def __call__(self, line: Line) -> str:
        self.left -= 1
        if self.left != 0:
            return self.proper
        if self.flaw is None:
            raise HangUp
        return self.flaw


# -- the connection breaks


def test_a_connection_broken_after_data_leaves_the_letter_for_later(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path, flaws={".": Nth(2, None, "250 taken")}) as server:
        fates = list(courier_at(server).send(letters(4)))
        assert [fate.key for fate in fates] == [0, 1, 2, 3]
        assert [fate.accepted for fate in fates] == [True, False, True, True]
        assert fates[1].permanent is False
        assert "may have taken" in fates[1].reply
        assert server.visits == 2


def test_a_connection_broken_in_the_middle_of_data(tmp_path: Path) -> None:
    raw = RAW + (b"z" * 70 + b"\r\n") * 100_000

    def part(line: Line) -> str:
        line.write("354 go on")
        for _ in range(50):
            line.read()
        raise HangUp

    with ScriptedSmtp(tmp_path, flaws={"DATA": part}) as server:
        [fate] = courier_at(server).send(letters(1, raw))
        assert (fate.accepted, fate.permanent) == (False, False)
        assert server.taken == []


def test_a_letter_certainly_not_taken_goes_again_at_once(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path, flaws={"RCPT": Nth(2, None, "250 ok")}) as server:
        fates = list(courier_at(server).send(letters(3)))
        assert [fate.accepted for fate in fates] == [True, True, True]
        assert len(server.taken) == 3
        assert server.visits == 2


def test_a_server_that_breaks_every_connection_is_given_up(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path, flaws={"MAIL": hang_up}) as server:
        with pytest.raises(CourierUnavailable, match="connections in a row"):
            list(courier_at(server).send(letters(50)))
        assert server.visits == 3
    with ScriptedSmtp(tmp_path, flaws={".": hang_up}) as server:
        fates: list[Delivery] = []
        with pytest.raises(CourierUnavailable):
            fates.extend(courier_at(server).send(letters(50)))
        assert server.visits == 3


def test_a_silent_server_is_given_up_in_time(tmp_path: Path) -> None:
    def silent(line: Line) -> str:
        line.read()
        raise HangUp

    with ScriptedSmtp(tmp_path, flaws={".": silent}) as server:
        [fate] = _in_time(server, letters(1), 0.3)
        assert (fate.accepted, fate.permanent) == (False, False)
        assert "did not answer" in fate.reply
    with (
        ScriptedSmtp(tmp_path, flaws={"greeting": silent}) as server,
        pytest.raises(CourierUnavailable, match="in time"),
    ):
        list(courier_at(server, timeout_seconds=0.3).send(letters(1)))


def test_a_server_that_closes_between_letters(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path, flaws={"RCPT": Nth(2, "421 4.3.2 closing", "250 ok")}) as server:
        fates = list(courier_at(server).send(letters(3)))
        assert [fate.accepted for fate in fates] == [True, True, True]
        assert len(server.taken) == 3
        assert server.visits == 2


def test_one_connection_is_enough_where_the_others_are_refused(tmp_path: Path) -> None:
    class Narrow(ScriptedSmtp):
        def serve(self, line: Line) -> None:
            if self.visits > 1:
                line.write("421 4.7.0 Too many concurrent connections")
                return
            super().serve(line)

    with Narrow(tmp_path) as server:
        fates = list(courier_at(server, connections=4).send(letters(40)))
        assert len(fates) == 40
        assert all(fate.accepted for fate in fates)
        assert len(server.taken) == 40


# -- refusals


PLAIN = ("AUTH PLAIN", "8BITMIME")


@pytest.mark.parametrize("extensions", [PLAIN, (*PLAIN, "PIPELINING")])
@pytest.mark.parametrize(
    ("verb", "reply", "permanent"),
    [
        ("RCPT", "451 4.7.1 greylisted", False),
        ("RCPT", "452 4.2.2 over quota", False),
        ("RCPT", "550 5.1.1 unknown", True),
        ("RCPT", "553 5.1.3 bad address", True),
        ("DATA", "451 4.3.0 later", False),
        ("DATA", "554 5.6.0 no", True),
        (".", "451 4.3.0 later", False),
        (".", "552 5.3.4 too large", True),
        (".", "550 5.7.1 looks like spam", True),
        ("MAIL", "552 5.3.4 too large", True),
        ("MAIL", "554 5.3.4 too large", True),
    ],
)
def test_refusals_and_the_letter_after(
    tmp_path: Path, extensions: tuple[str, ...], verb: str, reply: str, permanent: bool
) -> None:
    proper = {"DATA": "354 go on"}.get(verb, "250 ok")
    flaws = {verb: Nth(1, reply, proper)}
    with ScriptedSmtp(tmp_path, extensions=extensions, flaws=flaws) as server:
        if verb == "DATA":  # the scripted server would wait for content
            server.flaws["DATA"] = reply
            fates = _in_time(server, letters(1), 1)
        else:
            fates = list(courier_at(server).send(letters(2)))
            assert fates[1].accepted
            assert server.visits == 1
            assert server.taken[-1] == RAW
        assert (fates[0].accepted, fates[0].permanent) == (False, permanent)
        assert fates[0].reply == reply


@pytest.mark.parametrize("reply", ["taken", "25x taken"])
def test_what_is_no_reply_is_no_fate(tmp_path: Path, reply: str) -> None:
    with ScriptedSmtp(tmp_path, flaws={".": Nth(1, reply, "250 ok")}) as server:
        fates = list(courier_at(server).send(letters(2)))
        assert [fate.accepted for fate in fates] == [False, True]
        assert not fates[0].permanent
        assert server.visits == 2


def test_a_reply_of_several_lines(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path, flaws={".": "250-2.0.0 taken\r\n250 as 7"}) as server:
        [fate] = courier_at(server).send(letters(1))
        assert fate.accepted
        assert fate.reply == "250 2.0.0 taken as 7"


@pytest.mark.parametrize(
    "body", [b".\r\n..\r\n.x\r\n", b"..\r\n.", b"x.\r\n.\r\n", b"\r\n.\r\nQUIT\r\n"]
)
def test_dots_arrive_as_they_were(tmp_path: Path, body: bytes) -> None:
    with ScriptedSmtp(tmp_path) as server:
        for raw in (RAW + body, body):
            [fate] = courier_at(server).send(letters(1, raw))
            assert fate.accepted
            assert server.taken.pop() == (raw if raw.endswith(b"\r\n") else raw + b"\r\n")
        assert not server.taken


def test_a_refused_sender_is_no_fate_of_a_letter(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path, flaws={"MAIL": "553 5.7.1 not yours"}) as server:
        with pytest.raises(CourierRefused, match=r"send as a@op-a\.test"):
            list(courier_at(server).send(letters(5)))
        assert server.taken == []
        assert sum(line.startswith("MAIL") for line in server.heard) == 1


def test_a_login_that_ended_is_no_fate_of_a_letter(tmp_path: Path) -> None:
    with (
        ScriptedSmtp(tmp_path, flaws={"RCPT": "530 5.7.0 log in first"}) as server,
        pytest.raises(CourierRefused, match="another login"),
    ):
        list(courier_at(server).send(letters(2)))


@pytest.mark.parametrize(
    ("verb", "reply", "error"),
    [
        ("greeting", "554 5.7.1 go away", CourierRefused),
        ("greeting", "421 4.3.2 busy", CourierUnavailable),
        ("AUTH", "535 5.7.8 wrong", CourierRefused),
        ("AUTH", "454 4.7.0 later", CourierUnavailable),
    ],
)
def test_a_server_that_cannot_be_used(
    tmp_path: Path, verb: str, reply: str, error: type[Exception]
) -> None:
    with ScriptedSmtp(tmp_path, flaws={verb: reply}) as server:
        with pytest.raises(error, match=reply[4:]):
            list(courier_at(server).send(letters(1)))
        assert sum(line.startswith("AUTH") for line in server.heard) <= 1


# -- secrets


def test_codes_in_a_reply_are_masked(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path, flaws={".": f"554 5.6.0 refused line: {CODE}"}) as server:
        [fate] = courier_at(server).send(letters(1))
        assert CODE not in fate.reply
        assert fate.reply == "554 5.6.0 refused line: [masked]"


def test_a_server_that_repeats_the_password_does_not_spread_it(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path, flaws={"AUTH": f"535 5.7.8 bad {SECRET}"}) as server:
        fault = courier_at(server).probe().fault
        assert fault is not None
        assert SECRET not in str(fault)


@pytest.mark.parametrize("extensions", [("AUTH PLAIN",), ("AUTH PLAIN", "STARTTLS")])
def test_no_login_over_clear_text(tmp_path: Path, extensions: tuple[str, ...]) -> None:
    """No STARTTLS, or one that is offered and does not come."""
    with ScriptedSmtp(tmp_path, tls=False, extensions=extensions) as server:
        with pytest.raises((CourierRefused, CourierUnavailable)):
            list(courier_at(server, tls="starttls", timeout_seconds=1).send(letters(1)))
        said = " ".join(server.heard)
        assert "AUTH" not in said
        assert "MAIL" not in said
        assert base64.b64encode(SECRET.encode()).decode()[:-4] not in said


# -- letters that cannot go


@pytest.mark.parametrize(
    "recipient",
    ["", "b@op-b.test>\r\nRCPT TO:<c@op-c.test", "b@op-b.test, c@op-c.test", "B <b@op-b.test>",
     "b @op-b.test", "b@op-b.test NOTIFY=NEVER", "\u200bb@op-b.test"],
)  # fmt: skip
def test_an_address_goes_as_it_is_or_not_at_all(tmp_path: Path, recipient: str) -> None:
    with ScriptedSmtp(tmp_path) as server:
        [bad, good] = courier_at(server).send(
            [*letters(1, to=recipient), Letter(9, "a@op-a.test", "b@op-b.test", RAW)]
        )
        assert (bad.accepted, bad.permanent) == (False, True)
        assert good.accepted
        heard = [line for line in server.heard if line.startswith("RCPT")]
        assert heard == ["RCPT TO:<b@op-b.test>"]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\n.\r\n", b"\r\n.\n"])
def test_a_line_end_that_is_not_crlf_is_not_sent(tmp_path: Path, end: bytes) -> None:
    raw = RAW + b"one" + end + b"two\r\n"
    with ScriptedSmtp(tmp_path) as server:
        [fate] = courier_at(server).send(letters(1, raw))
        assert (fate.accepted, fate.permanent) == (False, True)
        assert server.taken == []


def test_eight_bit_and_international_only_where_offered(tmp_path: Path) -> None:
    raw = RAW + "naïve\r\n".encode()
    with ScriptedSmtp(tmp_path, extensions=("AUTH PLAIN",)) as server:
        [fate] = courier_at(server).send(letters(1, raw))
        assert (fate.accepted, fate.permanent) == (False, True)
        [fate] = courier_at(server).send(letters(1, to="jörg@op-b.test"))
        assert (fate.accepted, fate.permanent) == (False, True)
    with ScriptedSmtp(tmp_path, extensions=("AUTH PLAIN", "8BITMIME", "SMTPUTF8")) as server:
        fates = courier_at(server).send([*letters(1), *letters(1, raw), *letters(1, to="ö@b.test")])
        assert all(fate.accepted for fate in fates)
        heard = [line for line in server.heard if line.startswith(("MAIL", "RCPT"))]
        assert heard == [
            "MAIL FROM:<a@op-a.test>",
            "RCPT TO:<b@op-b.test>",
            "MAIL FROM:<a@op-a.test> BODY=8BITMIME",
            "RCPT TO:<b@op-b.test>",
            "MAIL FROM:<a@op-a.test> SMTPUTF8",
            "RCPT TO:<ö@b.test>",
        ]
        assert server.taken == [RAW, raw, RAW]


def test_a_last_line_without_its_end_gets_one(tmp_path: Path) -> None:
    with ScriptedSmtp(tmp_path) as server:
        [fate] = courier_at(server).send(letters(1, RAW + b"no end"))
        assert fate.accepted
        assert server.taken == [RAW + b"no end\r\n"]
