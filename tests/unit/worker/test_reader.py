"""The reading process: understands alike, and a mail that ends it costs only itself."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.limits import Limits
from exchange.domain.mail import (
    Answer,
    Bounce,
    Found,
    Kind,
    MailHead,
    Outcome,
    Reject,
    Subkind,
    Understanding,
)
from exchange.errors import BadInput, Unreadable
from exchange.parsing.reading.understand import understand
from exchange.ports.reading import Question
from exchange.worker.frames import decode, encode
from exchange.worker.reader import WorkerReader
from tests.benchmarks import made
from tests.benchmarks.peak import peak_mb
from tests.places import CORPUS

_SECONDS = 200.0  # for what is read; a busy machine takes its time
OURS = frozenset({"install-codes@lose.example"})
MAIL = b"From: a@gain.example\r\nSubject: codes\r\n\r\nPlease send:\r\n00-DB-12-34-56-78-90-A0\r\n"


@pytest.fixture(scope="module")
def reader() -> Iterator[WorkerReader]:
    found = WorkerReader(Limits(), OURS, seconds=_SECONDS, memory_bytes=1 << 30)
    yield found
    found.close()


def _either(read: object, raw: bytes) -> object:
    try:
        return read(raw)  # type: ignore[operator]
    except Unreadable as error:
        return error.message, error.place


def test_the_whole_corpus_is_understood_alike(reader: WorkerReader) -> None:
    mails = sorted(CORPUS.glob("*.eml"))
    assert mails
    for path in mails:
        raw = path.read_bytes()
        direct = _either(lambda one: understand(one, Limits(), OURS), raw)
        assert _either(reader.read, raw) == direct, path.name


fit = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
# What no database takes: NUL, and halves of surrogate pairs, as UTF-7 and UTF-16 have them.
unfit = st.text(st.sampled_from("a\0\ud800\udfff\ud83d\ude00é\U0001f600"), max_size=6)
devices = st.binary(min_size=8, max_size=8).filter(lambda raw: raw.strip(b"\0\xff")).map(DeviceId)
codes = (
    st.binary(min_size=16, max_size=16).filter(lambda raw: raw.strip(b"\0\xff")).map(InstallCode)
)


_WITHOUT_CODE = [one for one in Outcome if one is not Outcome.PROVIDED]


def understandings(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Understanding]:
    return st.builds(
        Understanding,
        head=st.builds(
            MailHead,
            message_id=texts,
            subject=texts,
            sender=texts,
            sender_name=texts,
            reply_to=st.lists(texts, max_size=3).map(tuple),
            to=st.lists(texts, max_size=3).map(tuple),
            in_reply_to=texts,
            references=st.lists(texts, max_size=3).map(tuple),
            date=st.none() | st.just(datetime(2026, 12, 14, 9, tzinfo=UTC)),
            own_marker=texts,
        ),
        kind=st.sampled_from(Kind),
        subkind=st.sampled_from(Subkind),
        devices=st.lists(st.builds(Found, devices, texts, texts), max_size=5).map(tuple),
        answers=st.lists(
            st.builds(Answer, devices, st.just(Outcome.PROVIDED), texts, codes, texts)
            | st.builds(Answer, devices, st.sampled_from(_WITHOUT_CODE), texts, st.none(), texts),
            max_size=5,
        ).map(tuple),
        rejects=st.lists(
            st.builds(Reject, texts, texts, texts, st.none() | devices), max_size=5
        ).map(tuple),
        warnings=st.lists(texts, max_size=3).map(tuple),
        references=st.lists(texts, max_size=3).map(tuple),
        bounces=st.lists(
            st.builds(Bounce, texts, st.booleans(), texts, texts, texts), max_size=3
        ).map(tuple),
        returns_on=st.none() | st.just(date(2027, 1, 5)),
        text=texts,
    )


@given(understandings(fit))
def test_nothing_changes_on_the_way(said: Understanding) -> None:
    assert decode(encode(said)) == said


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


@given(understandings(unfit))
def test_whatever_was_read_can_be_stored(said: Understanding) -> None:
    for text in _texts(json.loads(encode(decode(encode(said))))):
        assert "\0" not in text
        text.encode("utf-8")


@given(st.binary(max_size=300))
def test_whatever_the_other_process_says_nothing_runs_here(content: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(content)


def test_a_code_that_is_none_does_not_come_through() -> None:
    said = understand(MAIL, Limits(), OURS)
    device, none = (base64.b64encode(bytes.fromhex(one)) for one in ("00db1234567890a0", "00" * 8))
    content = encode(said)
    assert device in content
    with pytest.raises(Unreadable):
        decode(content.replace(device, none))


def test_an_answer_that_promises_a_code_has_one() -> None:
    answer = Answer(DeviceId.parse("00DB1234567890A0"), Outcome.PROVIDED, "line 1")
    with pytest.raises(BadInput, match="do not agree"):
        encode(Understanding(MailHead(), Kind.RESPONSE, answers=(answer,)))


def test_too_slow_a_mail_costs_itself_and_the_next_one_is_read() -> None:
    reader = WorkerReader(Limits(), OURS, seconds=_SECONDS, memory_bytes=1 << 30)
    reader.read(MAIL)
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGSTOP)  # a short limit alone a quick answer may keep
    reader._seconds = 0.2
    with pytest.raises(Unreadable, match=r"more than 0\.2 seconds"):
        reader.read(MAIL)
    reader._seconds = _SECONDS
    assert [str(one.device) for one in reader.read(MAIL).devices] == ["00-DB-12-34-56-78-90-A0"]
    reader.close()


def test_a_process_that_is_ended_costs_one_mail_at_most() -> None:
    reader = WorkerReader(Limits(), OURS, seconds=_SECONDS, memory_bytes=1 << 30)
    reader.read(MAIL)
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGSTOP)
    reader._seconds = 0.2
    with pytest.raises(Unreadable, match="seconds"):
        reader.read(MAIL)
    reader._seconds = _SECONDS
    reader.read(MAIL)
    os.kill(reader._process.pid, signal.SIGKILL)
    reader._process.wait()
    assert reader.read(MAIL).devices
    reader.close()


def _numbered(number: int) -> bytes:
    return MAIL.replace(b"90-A0", b"90-%02X" % number)


def _devices(said: Understanding) -> list[str]:
    return [str(one.device)[-2:] for one in said.devices]


@pytest.mark.parametrize(
    "order", [[1, 2, 3, 4], [2, 1, 3, 4], [4, 3, 2, 1], [1, 9, 2, 3], [3], [1, 1, 2, 3, 4]]
)
def test_mails_begun_ahead_are_never_taken_for_each_other(order: list[int]) -> None:
    reader = WorkerReader(Limits(), OURS, seconds=_SECONDS, memory_bytes=1 << 30)
    reader.ahead([Question(_numbered(number)) for number in (1, 2, 3, 4)])
    assert [_devices(reader.read(_numbered(number))) for number in order] == [
        [f"{number:02X}"] for number in order
    ]
    reader.ahead([Question(_numbered(number)) for number in (5, 6)])
    assert _devices(reader.read(_numbered(5), ["another password"])) == ["05"]
    assert _devices(reader.read(_numbered(6))) == ["06"]
    reader.close()


def test_a_process_that_ends_among_mails_begun_ahead_costs_the_one_at_hand() -> None:
    reader = WorkerReader(Limits(), OURS, seconds=_SECONDS, memory_bytes=1 << 30)
    numbers = range(1, 40)
    reader.ahead([Question(_numbered(number)) for number in numbers])
    assert _devices(reader.read(_numbered(1))) == ["01"]
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGKILL)
    reader._process.wait()
    lost = 0
    for number in numbers[1:]:
        try:
            assert _devices(reader.read(_numbered(number))) == [f"{number:02X}"]
        except Unreadable:
            lost += 1
            assert _devices(reader.read(_numbered(number))) == [f"{number:02X}"]
    assert lost <= 1
    reader.close()


def test_memory_has_a_ceiling() -> None:
    """A mail far beyond the process's memory is refused, whether politely or by its end."""
    reader = WorkerReader(
        Limits(mail_bytes=1 << 31), OURS, seconds=_SECONDS, memory_bytes=400 << 20
    )
    huge = MAIL + b"00-DB-12-34-56-78-90-A0 and some words\r\n" * 6_000_000
    with pytest.raises(Unreadable):
        reader.read(huge)
    assert reader.read(MAIL).devices
    reader.close()


def test_no_secret_of_our_environment_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_IMAP_PASSWORD", "do-not-take-along")
    reader = WorkerReader(Limits(), OURS, seconds=_SECONDS, memory_bytes=1 << 30)
    reader.read(MAIL)
    assert reader._process is not None
    environment = Path(f"/proc/{reader._process.pid}/environ").read_bytes()
    assert b"do-not-take-along" not in environment
    reader.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell")
def test_a_long_workbook_takes_little_more_memory_than_it_unpacks_to() -> None:
    """Its mail, its XML and its cells each lie in memory once, and not all at the same time."""
    rows = list(made.rows_of(100_000))
    mail = made.xlsx_mail(rows)
    with zipfile.ZipFile(io.BytesIO(_attached(mail))) as workbook:
        unpacked = sum(one.file_size for one in workbook.infolist())
    reader = WorkerReader(Limits(), OURS, seconds=_SECONDS, memory_bytes=1 << 30)
    reader.read(MAIL)
    assert reader._process is not None
    before = peak_mb(reader._process.pid)
    said = reader.read(mail)
    grown = peak_mb(reader._process.pid) - before
    reader.close()
    assert len(said.devices) == len({row[0] for row in rows})
    assert 0 < grown * (1 << 20) < 3 * unpacked  # 53 MB of 28 MB were measured, and once 100


def _attached(raw: bytes) -> bytes:
    (part,) = message_from_bytes(raw, policy=policy.default).iter_attachments()
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
