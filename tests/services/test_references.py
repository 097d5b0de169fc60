"""No reference is given twice, whatever is put back: on both engines."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from exchange import bootstrap
from exchange.bootstrap import SetClock, open_context
from exchange.domain.time.sla import parse_instant
from exchange.errors import StoreError
from exchange.parsing.reading.understand import read_head
from exchange.provision import OwnParty, make_folder
from exchange.services.people import audit_log
from exchange.store.references import FILES, References
from tests.servers import want
from tests.servers.postgres import missing, postgres

NOW = "2026-12-14T09:00"


@dataclass
class Site:
    """A working folder, its database, and every reference that was ever given."""

    folder: Path
    url: str
    given: list[str] = field(default_factory=list)

    def give(self, number: int, kind: str = "A", now: str = NOW) -> list[str]:
        """As many more, each in a transaction of its own or several together."""
        ctx = open_context(self.folder, SetClock(parse_instant(now)))
        fresh: list[str] = []
        while len(fresh) < number:
            with ctx.store.transaction("give") as tx:
                some = [ctx.new_ref(tx, kind) for _ in range(min(7, number - len(fresh)))]
            fresh += some
        ctx.store.dispose()
        self.given += fresh
        assert len(set(self.given)) == len(self.given), "given twice"
        return fresh

    def back_up(self, to: Path) -> None:
        if self.url.startswith("sqlite"):
            engine = create_engine(self.url)
            with engine.connect() as connection:
                connection.exec_driver_sql(f"VACUUM INTO '{to}'")
            engine.dispose()
        else:
            self._run("pg_dump", "--format=custom", f"--file={to}")

    def put_back(self, copy: Path) -> None:
        if self.url.startswith("sqlite"):
            for suffix in ("-wal", "-shm"):
                (self.folder / f"exchange.db{suffix}").unlink(missing_ok=True)
            shutil.copyfile(copy, self.folder / "exchange.db")
            return
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        engine.dispose()
        self._run("pg_restore", str(copy), check=False)

    def _run(self, program: str, *words: str, check: bool = True) -> None:
        url = make_url(self.url)
        where = [f"--host={url.host}", f"--port={url.port}", f"--username={url.username}"]
        subprocess.run(
            [program, *where, f"--dbname={url.database}", *words],
            env={**os.environ, "PGPASSWORD": str(url.password)},
            check=check,
            capture_output=True,
        )

    def forget(self) -> None:
        for name in FILES:
            (self.folder / name).unlink()

    def gaps(self) -> int:
        ctx = open_context(self.folder, SetClock(parse_instant(NOW)))
        found = sum(1 for _ in audit_log.rows(ctx, event="references.gap"))
        audit_log.verify(ctx)
        ctx.store.dispose()
        return found


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    want(missing())
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    folder = tmp_path / "ours"
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("server")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        engine.dispose()
    make_folder(folder, OwnParty("OURS", "Our Energy", "codes@ours.example", url))
    return Site(folder, url or f"sqlite:///{folder / 'exchange.db'}")


def _number(ref: str) -> int:
    return int(ref.rpartition("-")[2][1:])


def test_without_a_restore_they_count_on_without_a_gap(site: Site) -> None:
    refs = site.give(10) + site.give(10)
    assert [_number(ref) for ref in refs] == list(range(1, 21))
    assert site.give(2, "Q")[0] == "MP121-OURS-2612-Q00001"
    assert site.give(2, now="2027-01-04T09:00")[0] == "MP121-OURS-2701-A00001"
    assert site.give(1) == ["MP121-OURS-2612-A00021"]
    assert site.gaps() == 0
    for name in FILES:
        assert stat.S_IMODE((site.folder / name).stat().st_mode) == 0o600


def test_a_database_that_was_put_back(site: Site, tmp_path: Path) -> None:
    site.give(20)
    site.back_up(tmp_path / "copy")
    site.give(50)
    site.give(3, "Q")
    site.put_back(tmp_path / "copy")
    assert _number(site.give(10)[0]) == 71
    assert _number(site.give(1, "Q")[0]) == 4
    assert site.gaps() == 2
    site.put_back(tmp_path / "copy")  # the same one once more
    assert _number(site.give(10)[0]) == 81


def test_one_of_before_the_first_reference(site: Site, tmp_path: Path) -> None:
    site.back_up(tmp_path / "copy")
    site.give(50)
    site.put_back(tmp_path / "copy")
    site.give(50)


def _gone(site: Site, tmp_path: Path) -> None:
    site.forget()


def _old_copies(site: Site, tmp_path: Path) -> None:
    """The whole folder comes from the backup, files and all, over those that are there."""
    for name in FILES:
        shutil.copy2(tmp_path / name, site.folder / name)


def _old_copies_made_anew(site: Site, tmp_path: Path) -> None:
    site.forget()
    _old_copies(site, tmp_path)


def _one_old_copy(site: Site, tmp_path: Path) -> None:
    shutil.copy2(tmp_path / FILES[0], site.folder / FILES[0])


def _the_other_old_copy(site: Site, tmp_path: Path) -> None:
    shutil.copy2(tmp_path / FILES[1], site.folder / FILES[1])


def _damaged(site: Site, tmp_path: Path) -> None:
    for name in FILES:
        path = site.folder / name
        path.write_bytes(path.read_bytes()[:100])


def _of_another_folder(site: Site, tmp_path: Path) -> None:
    other = tmp_path / f"other-{len(site.given)}"
    make_folder(other, OwnParty("OURS", "Our Energy", "codes@ours.example", ""))
    for name in FILES:
        shutil.move(other / name, site.folder / name)


LOST = [
    _gone,
    _old_copies,
    _old_copies_made_anew,
    _one_old_copy,
    _the_other_old_copy,
    _damaged,
    _of_another_folder,
]
CASES = [
    *(("sqlite", lost, first) for lost in LOST for first in (0, 20)),
    *(("postgresql", lost, 20) for lost in (_gone, _old_copies)),
]


@pytest.mark.parametrize(("site", "lost", "first"), CASES, indirect=["site"])
def test_where_nobody_knows_what_was_given(
    site: Site,
    tmp_path: Path,
    first: int,
    lost: Callable[[Site, Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a new machine; also twice, and from one copy."""
    ticks = itertools.count(0, 2)  # a restore takes some seconds, here too
    start = datetime(2026, 12, 14, 9, tzinfo=UTC)
    monkeypatch.setattr(
        bootstrap,
        "References",
        lambda folder: References(folder, lambda: start + timedelta(seconds=next(ticks))),
    )
    site.give(first)
    site.back_up(tmp_path / "copy")
    for name in FILES:
        shutil.copy2(site.folder / name, tmp_path / name)
    site.give(50)
    for _ in range(2):
        site.put_back(tmp_path / "copy")
        lost(site, tmp_path)
        site.give(50)
        site.give(5, "Q")
    # From the next month on they are small again, and once more each is given once.
    months = [site.give(3, now=f"2027-0{month}-04T09:00")[0] for month in (1, 2)]
    assert months == ["MP121-OURS-2701-A00001", "MP121-OURS-2702-A00001"]


def test_every_reader_of_references_takes_the_long_ones(site: Site) -> None:
    site.give(1)
    site.forget()
    (ref,) = site.give(1)
    assert re.fullmatch(r"MP121-OURS-2612-A\d{6,9}", ref)
    raw = f"From: codes@gain.example\r\nSubject: Re: {ref}\r\nMessage-ID: <x@y>\r\n\r\nx\r\n"
    assert read_head(raw.encode()).subject.endswith(ref)
    from exchange.parsing.lists.prose import inline
    from exchange.parsing.reading import understand

    assert inline._ANSWER.search(ref)
    assert any(
        pattern.search(ref)
        for pattern in vars(understand).values()
        if isinstance(pattern, re.Pattern) and "QA" in pattern.pattern
    )


def test_numbers_that_were_rolled_back_are_a_gap_at_most(site: Site) -> None:
    ctx = open_context(site.folder, SetClock(parse_instant(NOW)))
    site.give(3)

    class Stop(Exception):
        pass

    def stopped() -> None:
        with ctx.store.transaction("lost") as tx:
            ctx.new_ref(tx, "A")
            tx.flush()
            raise Stop

    with pytest.raises(Stop):
        stopped()
    assert 4 <= _number(site.give(1)[0]) <= 5
    ctx.store.dispose()


def test_several_at_once(site: Site) -> None:
    """Threads with databases of their own, as the daemon and commands beside it have."""
    found: list[str] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            ctx = open_context(site.folder, SetClock(parse_instant(NOW)))
            for _ in range(25):
                with ctx.store.transaction("give") as tx:
                    some = [ctx.new_ref(tx, "A") for _ in range(3)]
                found.extend(some)
            ctx.store.dispose()
        except BaseException as error:
            faults.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert faults == []
    assert sorted(map(_number, found)) == list(range(1, 301))


def test_two_folders_on_one_server(server: str, tmp_path: Path) -> None:
    """Two machines that take turns: each has numbers of its own, and neither repeats any."""
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    engine.dispose()
    one = Site(tmp_path / "one", server)
    make_folder(one.folder, OwnParty("OURS", "Our Energy", "codes@ours.example", server))
    shutil.copytree(one.folder, tmp_path / "two")
    two = Site(tmp_path / "two", server, one.given)
    one.given = two.given
    one.give(10)
    one.back_up(tmp_path / "copy")
    for _ in range(3):
        two.give(10)
        one.give(10)
    assert [_number(ref) for ref in one.give(1)] == [41]
    one.put_back(tmp_path / "copy")
    two.give(10)
    one.give(10)


def test_files_that_cannot_be_written_are_said(site: Site) -> None:
    site.forget()
    (site.folder / FILES[0]).symlink_to("/etc/passwd")
    with pytest.raises(StoreError, match=re.escape(FILES[0])):
        site.give(1)
    (site.folder / FILES[0]).unlink()
    (site.folder / FILES[0]).mkdir()
    with pytest.raises(StoreError, match="the issued references cannot be recorded"):
        site.give(1)
    (site.folder / FILES[0]).rmdir()
    site.give(1)


def test_a_full_disk_is_said_and_nothing_is_given(tmp_path: Path) -> None:
    """/dev/full answers every writing as a full disk does."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    references = References(tmp_path)
    references.read()
    kept = os.pwrite
    try:
        os.pwrite = lambda *_: _raise_full()
        with pytest.raises(StoreError, match="No space left"):
            references.record({"A2612": 5})
    finally:
        os.pwrite = kept
    assert references.read().last == {}


def _raise_full() -> int:
    import errno

    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_after_another_start_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written last may be lost with the power: a lower number is then no proof."""
    from exchange.store import references

    site = Site(tmp_path / "ours", f"sqlite:///{tmp_path / 'ours' / 'exchange.db'}")
    make_folder(site.folder, OwnParty("OURS", "Our Energy", "codes@ours.example"))
    site.give(20)
    site.back_up(tmp_path / "copy")
    site.give(50)
    monkeypatch.setattr(references, "_boot", lambda: "another")
    assert [_number(ref) for ref in site.give(5)] == list(range(71, 76))
    monkeypatch.setattr(references, "_boot", lambda: "a third")
    site.put_back(tmp_path / "copy")
    assert _number(site.give(1)[0]) > 1_000


def test_numbers_of_the_time(tmp_path: Path) -> None:
    at = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    references = References(tmp_path, lambda: at)
    last = references.number_above(0)
    assert 900_000_000 < last <= 999_999_999
    assert (
        References(tmp_path, lambda: datetime(2026, 12, 1, tzinfo=UTC)).number_above(0) == 100_000
    )
    assert references.number_above(last) > last
    with pytest.raises(StoreError, match="no reference is left"):
        references.number_above(999_000_000)


def test_many_months_fit(tmp_path: Path) -> None:
    references = References(tmp_path)
    for year in range(26, 34):
        for month in range(1, 13):
            for kind in "AQ":
                references.record({f"{kind}{year}{month:02d}": 999_999_999})
    found = references.read().last
    assert {"A3312", "Q3312"} <= found.keys()
    assert (tmp_path / FILES[0]).stat().st_size == (tmp_path / FILES[1]).stat().st_size == 4096
