"""What the mailbox does with servers that no real one can be made to be."""

from __future__ import annotations

import base64
import contextlib
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from exchange.config import MailboxSettings
from exchange.errors import MailboxRefused, MailboxUnavailable, Transient
from exchange.ports.mail import MailRef, NotGiven
from exchange.transport.imap import ImapMailbox
from tests.adapters.conftest import ACCOUNTS, Account, given, withheld
from tests.servers import HOST, want
from tests.servers.dovecot import Dovecot
from tests.servers.scripted import HangUp, ImapFlaw, Line, ScriptedImap
from tests.waiting import PATIENCE, patiently

SECRET = "wachtwoord 9"
CAPABILITIES = "IMAP4rev1 NAMESPACE IDLE"
MAILS = {uid: f"Subject: {uid}\r\n\r\nbody {uid}\r\n".encode() for uid in (3, 5, 9)}


def mailbox_at(server: ScriptedImap, **changes: object) -> ImapMailbox:
    fields: dict[str, object] = {
        "host": HOST,
        "port": server.port,
        "username": "codes@op-a.test",
        "ca_file": server.ca_file,
        "timeout_seconds": 30,
    }
    return ImapMailbox(MailboxSettings.model_validate(fields | changes), SECRET, Path("/"))


def no(text: str) -> ImapFlaw:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write(f"{tag} NO {text}")

    return flaw


def says(*lines: str, end: str = "OK done") -> ImapFlaw:
    """These lines for an answer."""

    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write(*lines, f"{tag} {end}")

    return flaw


def scripted(folder: Path, flaws: Mapping[str, ImapFlaw], **options: object) -> ScriptedImap:
    return ScriptedImap(folder, MAILS, flaws=flaws, **options)  # type: ignore[arg-type]


# -- secrets stay in


def heard_secret(heard: list[str]) -> bool:
    encoded = [
        base64.b64encode(prefix + SECRET.encode()).decode().rstrip("=")[4:-2]
        for prefix in (b"", b"x", b"xx")
    ]
    return any(SECRET in line or any(part in line for part in encoded) for line in heard)


def test_no_login_over_clear_text_where_starttls_is_missing(tmp_path: Path) -> None:
    with scripted(tmp_path, {}, tls=False) as server:
        with pytest.raises(MailboxRefused, match="no STARTTLS"):
            mailbox_at(server, tls="starttls").list()
        assert server.visits == 1
        assert not any("LOGIN" in line or "AUTH" in line for line in server.heard)
        assert not heard_secret(server.heard)


def test_no_login_over_clear_text_where_tls_is_expected(tmp_path: Path) -> None:
    with scripted(tmp_path, {}, tls=False) as server:
        with pytest.raises((MailboxRefused, MailboxUnavailable)):
            mailbox_at(server, timeout_seconds=1).list()
        assert not heard_secret(server.heard)


def test_a_preauthenticated_clear_connection_is_not_trusted(tmp_path: Path) -> None:
    """PREAUTH before STARTTLS is how an attacker keeps a client in the clear (RFC 9051, 7.1.4)."""

    class Preauth(ScriptedImap):
        def serve(self, line: Line) -> None:
            line.write("* PREAUTH hello")
            while True:
                tag, _, rest = line.read().partition(" ")
                if rest.startswith("CAPABILITY"):
                    line.write("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN")
                line.write(f"{tag} OK done")

    with Preauth(tmp_path, tls=False) as server:
        with pytest.raises((MailboxRefused, MailboxUnavailable)):
            mailbox_at(server, tls="starttls").list()
        assert not any(line.partition(" ")[2].startswith("SELECT") for line in server.heard)


def test_a_server_that_repeats_the_password_does_not_spread_it(tmp_path: Path) -> None:
    with scripted(tmp_path, {"AUTHENTICATE": no(f"bad password {SECRET}")}) as server:
        with pytest.raises(MailboxRefused) as caught:
            mailbox_at(server).list()
        assert SECRET not in str(caught.value)
        assert "[password]" in str(caught.value)


def test_a_password_with_a_line_end_is_not_sent(tmp_path: Path) -> None:
    with scripted(tmp_path, {}) as server:
        mailbox = ImapMailbox(
            MailboxSettings(
                host=HOST, port=server.port, username="a@op-a.test", ca_file=server.ca_file
            ),
            'x"\r\na1 DELETE INBOX',
            Path("/"),
        )
        with pytest.raises(MailboxRefused, match="control character"):
            mailbox.list()
        assert not any("DELETE" in line for line in server.heard)


# -- passing or lasting


@pytest.mark.parametrize(
    "words",
    ["[UNAVAILABLE] Temporary authentication failure.", "User is authenticated but not connected."],
)
def test_a_login_refused_for_now_may_be_tried_again(tmp_path: Path, words: str) -> None:
    with (
        scripted(tmp_path, {"AUTHENTICATE": no(words)}) as server,
        pytest.raises(MailboxUnavailable),
    ):
        mailbox_at(server).list()


def test_a_connection_broken_during_the_login_may_be_tried_again(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write("* BYE too many connections")
        raise HangUp

    with (
        scripted(tmp_path, {"AUTHENTICATE": flaw}) as server,
        pytest.raises(MailboxUnavailable),
    ):
        mailbox_at(server).list()


def test_a_silent_server_is_given_up_in_time(tmp_path: Path) -> None:
    def silent(line: Line, tag: str, arguments: str) -> None:
        line.read()

    with scripted(tmp_path, {"SELECT": silent}) as server:
        with pytest.raises(MailboxUnavailable, match="in time"):
            mailbox_at(server, timeout_seconds=1).list()
        server.flaws.clear()
        assert len(mailbox_at(server).list()) == 3


def test_a_server_without_uidvalidity_is_refused(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write("* 0 EXISTS", f"{tag} OK done")

    with (
        scripted(tmp_path, {"SELECT": flaw}) as server,
        pytest.raises(MailboxRefused, match="UIDVALIDITY"),
    ):
        mailbox_at(server).list()


def test_a_read_only_inbox_is_refused(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write("* 0 EXISTS", "* OK [UIDVALIDITY 7] ", f"{tag} OK [READ-ONLY] done")

    with (
        scripted(tmp_path, {"SELECT": flaw}) as server,
        pytest.raises(MailboxRefused, match="read-only"),
    ):
        mailbox_at(server).list()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    def none(line: Line, tag: str, arguments: str) -> None:
        line.write(f"{tag} OK done")

    flaws = {"LIST": none, "CREATE": no("[NOPERM] not yours")}
    with scripted(tmp_path, flaws) as server:
        mailbox = mailbox_at(server)
        refs = mailbox.list()
        with pytest.raises(MailboxRefused, match=r"Processed cannot be made.*not yours"):
            mailbox.file(refs, "Processed")
        assert len(mailbox.list()) == 3  # the connection goes on


# -- damaged mails


def test_a_mail_the_server_cannot_give_does_not_stop_the_others(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        if "BODY" in arguments and "5" in arguments.partition(" ")[0].split(","):
            line.write(f"{tag} NO [CORRUPTION] cannot be converted")
        else:
            server.proper(line, tag, arguments)

    with scripted(tmp_path, {"UID FETCH": flaw}) as server:
        mailbox = mailbox_at(server)
        refs = mailbox.list()
        assert given(mailbox, refs) == [MAILS[3], MAILS[9]]
        assert "cannot be converted" in withheld(mailbox, refs)[5]


@pytest.mark.parametrize("words", ["[SERVERBUG] Internal error occurred.", "nothing special"])
def test_a_damaged_mail_by_itself_is_left_out(tmp_path: Path, words: str) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        if "BODY" in arguments and "5" in arguments.partition(" ")[0].split(","):
            line.write(f"{tag} NO {words}")
        else:
            server.proper(line, tag, arguments)

    with scripted(tmp_path, {"UID FETCH": flaw}) as server:
        mailbox = mailbox_at(server)
        assert len(given(mailbox, mailbox.list())) == 2
        server.flaws.clear()
        assert len(given(mailbox, mailbox.list())) == 3


def test_a_mail_at_which_the_server_hangs_up_does_not_stop_the_others(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        if "BODY" in arguments and "5" in arguments.partition(" ")[0].split(","):
            raise HangUp
        server.proper(line, tag, arguments)

    with scripted(tmp_path, {"UID FETCH": flaw}) as server:
        mailbox = mailbox_at(server)
        refs = mailbox.list()
        assert given(mailbox, refs) == [MAILS[3], MAILS[9]]
        assert list(withheld(mailbox, refs)) == [5]
        server.flaws.clear()
        assert given(mailbox, refs) == list(MAILS.values())


@pytest.mark.parametrize("short", [10, 300])
def test_what_the_server_sends_is_not_quoted(tmp_path: Path, short: int) -> None:
    # Too short a literal has the rest of the mail read as answers, line by line.
    code = "83FED3407A939723A5C639B26916D505C3B5"
    lines = [f"00-DB-12-34-56-78-90-A0,{code}", code[:15], base64.b64encode(code.encode()).decode()]
    raw = "".join(f"{line}\r\n" for line in lines * 8).encode()

    def cut(line: Line, tag: str, arguments: str) -> None:
        if "BODY" not in arguments:
            line.write(
                f"* 1 FETCH (UID 3 RFC822.SIZE {len(raw)} "
                'INTERNALDATE "05-Oct-2026 10:30:00 +0100")',
                f"{tag} OK done",
            )
            return
        line.sock.sendall(b"* 1 FETCH (UID 3 BODY[] {%d}\r\n" % short + raw + b")\r\n")
        line.write(f"{tag} OK done")

    with scripted(tmp_path, {"UID FETCH": cut}) as server:
        box = mailbox_at(server)
        ref = MailRef(7, 3)
        try:
            (found,) = box.fetch([ref])
            said = found.reason if isinstance(found, NotGiven) else ""
        except (MailboxUnavailable, MailboxRefused) as error:
            said = str(error)
        box.close()
    assert "not shown" in said
    assert not [line for line in lines if line[:12] in said]


def test_an_answer_that_is_no_imap_does_not_escape_as_a_library_error(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write("* 1 FETCH (UID 3 RFC822.SIZE (((", f"{tag} OK done")

    with scripted(tmp_path, {"UID FETCH": flaw}) as server:
        mailbox = mailbox_at(server)
        assert list(withheld(mailbox, mailbox.list())) == [3, 5, 9]


def test_a_connection_broken_while_fetching(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        if "BODY" not in arguments:
            server.proper(line, tag, arguments)
            return
        line.write("* 1 FETCH (UID 3 BODY[] {4000}", "only a little of it")
        raise HangUp

    with scripted(tmp_path, {"UID FETCH": flaw}) as server:
        mailbox = mailbox_at(server)
        refs = mailbox.list()
        with pytest.raises(MailboxUnavailable):
            list(mailbox.fetch(refs))
        server.flaws.clear()
        assert given(mailbox, refs) == list(MAILS.values())


@pytest.mark.parametrize(
    "answer",
    [b"* \xff\xfe\r\n", b"garbage\r\n", b"* many EXISTS\r\n", b"* OK [UIDVALIDITY x] \r\n",
     b"* " + b"9" * 5000 + b" EXISTS\r\n", b"x" * 1_100_000 + b"\r\n"],
)  # fmt: skip
def test_nonsense_is_said_to_be_passing(tmp_path: Path, answer: bytes) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.sock.sendall(answer)
        server.proper(line, tag, arguments)

    with scripted(tmp_path, {"SELECT": flaw, "UID SEARCH": flaw}) as server:
        mailbox = mailbox_at(server, timeout_seconds=1)
        with pytest.raises((MailboxUnavailable, MailboxRefused)):
            mailbox.list()
        server.flaws.clear()
        assert len(patiently(mailbox.list, MailboxUnavailable)) == 3


NONSENSE: dict[str, dict[str, ImapFlaw]] = {
    "NAMESPACE without data": {"NAMESPACE": says()},
    "NAMESPACE of NIL": {"NAMESPACE": says("* NAMESPACE NIL NIL NIL")},
    "NAMESPACE of nonsense": {"NAMESPACE": says('* NAMESPACE (("x")) 5 "')},
    "NAMESPACE refused": {"NAMESPACE": no("not today")},
    "LIST without data": {"LIST": says()},
    "LIST of nonsense": {"LIST": says("* LIST 5")},
    "CAPABILITY of nothing": {"CAPABILITY": says("* CAPABILITY")},
    "no CAPABILITY": {"CAPABILITY": says()},
    "SELECT without anything": {"SELECT": says()},
    "SELECT of words": {"SELECT": says("* x EXISTS", "* OK [UIDVALIDITY y] ")},
    "UIDVALIDITY of nothing": {"SELECT": says("* 3 EXISTS", "* OK [UIDVALIDITY] ")},
    "UIDVALIDITY too high": {"SELECT": says("* 3 EXISTS", f"* OK [UIDVALIDITY {2**32}] ")},
    "SEARCH without data": {"UID SEARCH": says()},
    "SEARCH of junk": {"UID SEARCH": says("* SEARCH 3 five 9")},
    "SEARCH of numbers too high": {"UID SEARCH": says(f"* SEARCH 3 {2**64}")},
    "a bare COPYUID": {"UID MOVE": says("* OK [COPYUID] done")},
    "COPYUID of nonsense": {"UID MOVE": says("* OK [COPYUID 7 x:y z] done")},
    "a COPYUID in the end": {"UID MOVE": says(end="OK [COPYUID] done")},
    "BYE in the middle": {"UID MOVE": says("* BYE")},
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_ends_in_an_error_of_ours_or_in_nothing_at_all(tmp_path: Path, kind: str) -> None:
    options = {"capabilities": "IMAP4rev1 NAMESPACE AUTH=PLAIN UIDPLUS MOVE"}
    with scripted(tmp_path, NONSENSE[kind], **options) as server:
        mailbox = mailbox_at(server, timeout_seconds=0.5)
        refs = [MailRef(7, uid) for uid in MAILS]
        for call in (
            mailbox.list,
            lambda: list(mailbox.fetch(refs)),
            lambda: mailbox.file(refs, "Processed"),
            lambda: mailbox.wait(0.01),
        ):
            with contextlib.suppress(MailboxUnavailable, MailboxRefused):
                call()
        mailbox.probe()
        server.flaws.clear()
        assert len(patiently(mailbox.list, MailboxUnavailable)) == len(server.mails)
        mailbox.close()


def test_a_list_in_two_answers_is_one_list(tmp_path: Path) -> None:
    flaws = {"UID SEARCH": says("* SEARCH 3", "* SEARCH 5 9 (MODSEQ 17)")}
    with scripted(tmp_path, flaws) as server:
        assert [ref.uid for ref in mailbox_at(server).list()] == [3, 5, 9]


def _flood(line: Line, tag: str, arguments: str) -> None:
    while True:
        line.sock.sendall(b"* OK nothing of interest, and more of it\r\n" * 500)


def _drip(line: Line, tag: str, arguments: str) -> None:
    for _ in range(2000):  # longer than anybody is patient
        line.sock.sendall(b"* OK x\r\n")
        time.sleep(0.1)


def _huge(line: Line, tag: str, arguments: str) -> None:
    line.write("* 1 FETCH (UID 3 BODY[] {99999999999}")
    line.read()


@pytest.mark.parametrize("flaw", [_flood, _drip, _huge])
@pytest.mark.parametrize("command", ["AUTHENTICATE", "SELECT", "UID SEARCH", "UID FETCH"])
def test_a_command_has_a_ceiling_of_time_and_of_bytes(
    tmp_path: Path, flaw: ImapFlaw, command: str
) -> None:
    with scripted(tmp_path, {command: flaw}) as server:
        mailbox = mailbox_at(server, timeout_seconds=0.3)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.monotonic()
        with contextlib.suppress(MailboxUnavailable):
            list(mailbox.fetch([MailRef(7, 3)]))
            mailbox.list()
        assert time.monotonic() - started < PATIENCE
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120_000  # KiB


# -- IDLE


def test_new_mail_told_in_one_piece_with_the_start_of_idle(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write("+ idling", "* 4 EXISTS")
        line.read()
        line.write(f"{tag} OK done")

    with scripted(tmp_path, {"IDLE": flaw}) as server:
        mailbox = mailbox_at(server)
        mailbox.list()
        started = time.monotonic()
        assert mailbox.wait(2 * PATIENCE) is True
        assert time.monotonic() - started < PATIENCE


def test_new_mail_told_before_the_start_of_idle(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write("* 4 EXISTS", "+ idling")
        line.read()
        line.write(f"{tag} OK done")

    with scripted(tmp_path, {"IDLE": flaw}) as server:
        mailbox = mailbox_at(server)
        mailbox.list()
        assert mailbox.wait(PATIENCE) is True
        assert len(mailbox.list()) == 3


def test_an_announcement_in_two_pieces(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write("+ idling")
        time.sleep(0.2)
        line.sock.sendall(b"* 4 EX")
        time.sleep(0.2)
        line.sock.sendall(b"ISTS\r\n")
        line.read()
        line.write(f"{tag} OK done")

    with scripted(tmp_path, {"IDLE": flaw}) as server:
        mailbox = mailbox_at(server)
        mailbox.list()
        assert mailbox.wait(PATIENCE) is True
        assert len(mailbox.list()) == 3


def test_chatter_during_idle_is_no_mail(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write("+ idling")
        line.write("* OK still here", "* 2 EXPUNGE")
        line.read()
        line.write(f"{tag} OK done")

    with scripted(tmp_path, {"IDLE": flaw}) as server:
        mailbox = mailbox_at(server)
        mailbox.list()
        assert mailbox.wait(0.3) is False


def test_a_server_that_refuses_idle_is_polled(tmp_path: Path) -> None:
    def flaw(line: Line, tag: str, arguments: str) -> None:
        line.write(f"{tag} NO not today")

    with scripted(tmp_path, {"IDLE": flaw}) as server:
        mailbox = mailbox_at(server)
        mailbox.list()
        assert mailbox.probe().idle_works is False
        started = time.monotonic()
        assert mailbox.wait(0.3) is False
        assert mailbox.wait(0.3) is False
        assert time.monotonic() - started >= 0.5  # it waits rather than spins
        assert len(mailbox.list()) == 3


# -- Dovecot in other shapes


@pytest.fixture(scope="module")
def dovecots() -> Iterator[Callable[..., Account]]:
    """Accounts at Dovecots of any configuration."""
    want(Dovecot.missing())
    running: list[Dovecot] = []
    accounts = iter(ACCOUNTS.items())

    def make(**options: str) -> Account:
        dovecot = Dovecot(ACCOUNTS, **options)
        running.append(dovecot)
        dovecot.start()
        address, password = next(accounts)
        return Account(address, password, dovecot.imap_port, dovecot.ca_file)

    yield make
    for dovecot in running:
        dovecot.__exit__()


def test_folders_inside_the_inbox(
    dovecots: Callable[..., Account], mail: Callable[..., bytes]
) -> None:
    account = dovecots(prefix="INBOX.", separator=".")
    raws = [mail(), mail(), mail()]
    account.put(*raws)
    mailbox = account.mailbox()
    assert mailbox.probe().folders_missing == ("Processed", "Review", "Shunted")
    refs = mailbox.list()
    mailbox.file(refs[:1], "Processed")
    mailbox.file(refs[1:2], "INBOX/Old/Deep")
    mailbox.file(refs[2:], "INBOX.Shunted")
    assert mailbox.probe().folders_found == ("INBOX", "Processed", "Shunted")
    mailbox.close()
    assert account.holds("INBOX.Processed") == raws[:1]
    assert account.holds("INBOX.Old.Deep") == raws[1:2]
    assert account.holds("INBOX.Shunted") == raws[2:]


def test_without_move_only_our_mails_are_removed(
    dovecots: Callable[..., Account], mail: Callable[..., bytes]
) -> None:
    account = dovecots(capabilities=f"{CAPABILITIES} UIDPLUS")
    raws = [mail() for _ in range(4)]
    account.put(*raws)
    mailbox = account.mailbox()
    assert mailbox.probe().moves_by == "COPY"
    refs = mailbox.list()
    with account.visit() as client:  # somebody else has marked one and not expunged it
        client.select()
        client.uid("STORE", str(refs[3].uid), "+FLAGS", r"(\Deleted)")
        client.unselect()
    mailbox.file(refs[:2], "Processed")
    mailbox.file(refs[:3], "Processed")
    mailbox.close()
    assert account.holds("Processed") == raws[:3]
    assert account.holds() == raws[3:]


def test_without_move_and_uidplus_nothing_is_touched(
    dovecots: Callable[..., Account], mail: Callable[..., bytes]
) -> None:
    account = dovecots(capabilities=CAPABILITIES)
    raw = mail()
    account.put(raw)
    mailbox = account.mailbox()
    assert mailbox.probe().moves_by == ""
    with pytest.raises(MailboxRefused, match="neither MOVE nor UIDPLUS"):
        mailbox.file(mailbox.list(), "Processed")
    mailbox.close()
    assert account.holds() == [raw]
    assert account.holds("Processed") == []


def test_starttls(dovecots: Callable[..., Account], mail: Callable[..., bytes]) -> None:
    want(Dovecot.missing())
    with Dovecot(ACCOUNTS) as dovecot:
        address, password = "u0@op-a.test", ACCOUNTS["u0@op-a.test"]
        account = Account(address, password, dovecot.imap_port, dovecot.ca_file)
        raw = mail()
        account.put(raw)
        mailbox = account.mailbox(port=dovecot.starttls_port, tls="starttls")
        assert given(mailbox, mailbox.list()) == [raw]
        assert mailbox.probe().tls_version == "TLSv1.3"
        mailbox.close()
        wrong = account.mailbox(port=dovecot.starttls_port, tls="starttls", ca_file=None)
        with pytest.raises(MailboxRefused, match="certificate is not valid"):
            wrong.list()
        crossed = account.mailbox(port=dovecot.starttls_port)
        with pytest.raises(MailboxRefused, match="TLS is not possible"):
            crossed.list()


def test_a_password_source_that_fails_for_now(tmp_path: Path) -> None:
    def source() -> str:
        raise Transient("the sign-in service does not answer")

    with scripted(tmp_path, {}) as server:
        settings = MailboxSettings(
            host=HOST, port=server.port, username="a@op-a.test", ca_file=server.ca_file
        )
        with pytest.raises(MailboxUnavailable, match="sign-in service"):
            ImapMailbox(settings, source, Path("/")).list()
