"""``init --upgrade``: kept databases of every older schema are brought forward, after a backup.

A revision of a day to come is thrown in by the tests, so that there is always something to upgrade
to; it makes a table anew to which others refer, the hardest that a migration does.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, TextClause, create_engine, event, inspect, make_url, text

from exchange import provision
from exchange.bootstrap import SetClock, open_context
from exchange.cli.main import app
from exchange.domain.time.sla import parse_instant
from exchange.errors import ExchangeError, StoreError
from exchange.services.people import audit_log
from exchange.store.db import Store, writing_engine
from exchange.store.upkeep import backup, schema, shape
from tests import kept
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.contexts import Said, command

ROOT = Path(__file__).parents[2]
AT = parse_instant(kept.NOW)
HEAD = schema.revisions()[-1]
LATER = f"{int(HEAD) + 1:04d}"
THROWN_IN = f'''
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "{LATER}", "{HEAD}", None, None

def upgrade():
    op.create_table("thrown_in", sa.Column("id", sa.Integer(), primary_key=True),
                    sa.Column("mail_id", sa.Integer(), sa.ForeignKey("mail.id"), nullable=False))
    with op.batch_alter_table("mail", recreate="auto") as batch:
        batch.add_column(sa.Column("thrown_in", sa.Text(), nullable=False, server_default="x"))
        batch.alter_column("kind", existing_type=sa.String(), type_=sa.Text())
    op.create_index("ix_thrown_in", "mail", ["thrown_in"], unique=False)
    op.execute("INSERT INTO thrown_in (id, mail_id) SELECT id, id FROM mail")
'''


def _all(table: str) -> TextClause:
    return text(f"SELECT * FROM {table}")


@dataclass
class Place:
    """A working folder with the kept database of schema 0001."""

    folder: Path
    url: str

    @property
    def sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def load(self, revision: str = "0001") -> None:
        kept.load(revision, self.url)

    def run(self, *words: str) -> Said:
        return command(app, self.folder, "init", "--upgrade", *words)

    def sql(self, statement: str) -> list[Any]:
        engine = create_engine(self.url)
        with writing_engine(engine).begin() as connection:
            found = connection.execute(text(statement))
            rows = [tuple(row) for row in found] if found.returns_rows else []
        engine.dispose()
        return rows

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table, but what says which schema it is."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            tables = set(inspect(connection).get_table_names()) - {schema.VERSION_TABLE}
            found = {
                table: [
                    dict(row)
                    for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()
                ]
                for table in sorted(tables)
            }
        engine.dispose()
        return found

    def shape(self) -> shape.DatabaseShape:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = shape.database_shape(connection)
        engine.dispose()
        return found

    def backups(self) -> list[Path]:
        return sorted(
            path for path in self.folder.iterdir() if path.suffix in (".backup", ".dump", ".part")
        )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    want(missing())
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return _place(request, tmp_path, request.param)


def _place(request: pytest.FixtureRequest, tmp_path: Path, dialect: str) -> Place:
    folder = tmp_path / "lose"
    url = f"sqlite:///{folder / 'exchange.db'}"
    if dialect == "sqlite":
        kept.make_place(folder)
    else:
        url = request.getfixturevalue("server")
        Place(folder, url).load()  # nothing but a schema to be emptied
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        engine.dispose()
        kept.make_place(folder, url)
    made = Place(folder, url)
    made.load()
    return made


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer version of the program: one more revision than there is."""
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / f"v{LATER}_thrown_in.py").write_text(THROWN_IN)
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, versions])


def _kept_rows_are_there(
    before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]
) -> None:
    for table, rows in before.items():
        assert rows, f"{table}: the kept database has no row in it"
        for row in rows:
            if (table, row.get("name")) == ("fact", "audit.head"):
                continue  # the upgrade itself is audited
            assert any(row.items() <= other.items() for other in after[table]), (table, row)


# -- the kept databases --


def test_every_older_schema_is_kept() -> None:
    dialects = {dialect for _, dialect in kept.kept()}
    assert dialects == {"sqlite", "postgresql"}
    for revision in {*schema.revisions()[:-1], "0001"}:
        for dialect in dialects:
            assert (revision, dialect) in kept.kept(), "python -m tests.kept, before it is too late"


@pytest.mark.parametrize(("revision", "dialect"), kept.kept())
def test_a_revision_makes_what_it_always_made(
    revision: str, dialect: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Frozen: what a migration makes today is what stands at people's sites since it came out."""
    place = _place(request, tmp_path, dialect)
    place.load(revision)
    engine = create_engine(place.url)
    assert shape.expected(engine, revision) == place.shape()
    engine.dispose()


@pytest.mark.parametrize(("revision", "dialect"), kept.kept())
def test_a_kept_database_is_brought_forward(
    revision: str, dialect: str, request: pytest.FixtureRequest, tmp_path: Path, later: None
) -> None:
    place = _place(request, tmp_path, dialect)
    place.load(revision)
    before = place.rows()
    said = place.run("--json")
    assert said.code == 0, said.all
    told = json.loads(said.out)
    assert (told["upgraded"], told["from"], told["to"], told["notes"]) == (
        True,
        revision,
        LATER,
        [],
    )
    after = place.rows()
    _kept_rows_are_there(before, after)
    assert after["thrown_in"] == [{"id": 1, "mail_id": 1}]
    engine = create_engine(place.url)
    assert place.shape() == shape.expected(engine, LATER)
    engine.dispose()
    # And it works: the key opens the vault and what is sealed, the log holds, work goes on.
    ctx = open_context(place.folder, SetClock(AT))
    assert ctx.vault.verify().with_code == 1
    for table, column, purpose in (
        ("mail", "sealed", "mail"),
        ("outbox", "sealed", "outbox"),
        ("gained_case", "sealed_code", "code"),
    ):
        assert ctx.sealer.open(bytes(after[table][0][column]), purpose) == kept.SEALED[purpose]
    assert audit_log.verify(ctx)[0] == len(before["audit"]) + 1
    (row,) = audit_log.rows(ctx, event="schema.upgraded")
    assert json.loads(row.detail) == {
        "backup": Path(told["backup"]).name, "from": revision, "to": LATER,
    }  # fmt: skip
    ctx.store.dispose()


@pytest.mark.parametrize(("revision", "dialect"), kept.kept())
def test_a_kept_database_comes_to_the_present_schema(
    revision: str, dialect: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = _place(request, tmp_path, dialect)
    place.load(revision)
    before = place.rows()
    said = place.run()
    assert said.code == 0, said.all
    assert ("nothing was changed" in said.out) == (revision == HEAD)
    assert len(place.backups()) == (revision != HEAD)
    _kept_rows_are_there(before, place.rows())
    engine = create_engine(place.url)
    schema.check_schema(engine)
    assert place.shape() == shape.expected(engine, HEAD)
    engine.dispose()


# -- the backup --


def test_the_backup_is_the_database_before(place: Place, later: None) -> None:
    before = place.rows()
    done = provision.upgrade(place.folder, AT)
    assert done.backup is not None
    assert place.backups() == [done.backup]
    assert re.search(r"\.schema-0001\.2026-12-01-100000\.(backup|dump)$", done.backup.name)
    assert stat.S_IMODE(done.backup.stat().st_mode) == 0o600
    # Going back: put in its place, it is what was there before the upgrade.
    if place.sqlite:
        for suffix in ("-wal", "-shm"):
            Path(f"{place.folder}/exchange.db{suffix}").unlink(missing_ok=True)
        shutil.copyfile(done.backup, place.folder / "exchange.db")
    else:
        place.sql("DROP SCHEMA public CASCADE")
        url = make_url(place.url)
        words = ["pg_restore", f"--host={url.host}", f"--port={url.port}"]
        words += [f"--username={url.username}", f"--dbname={url.database}", str(done.backup)]
        environment = {**os.environ, "PGPASSWORD": str(url.password)}
        place.sql("CREATE SCHEMA public")
        subprocess.run(words, env=environment, check=False, capture_output=True)
    assert place.rows() == before
    with pytest.raises(StoreError, match="exchange init --upgrade"):
        open_context(place.folder, SetClock(AT))
    again = provision.upgrade(place.folder, AT)  # within the same second: beside the first
    assert again.backup is not None
    assert again.backup.name.endswith(("-2.backup", "-2.dump"))
    assert len(place.backups()) == 2


def test_without_a_backup(place: Place, later: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    if not place.sqlite:
        said = place.run()
        assert said.code == 1
        assert "pg_dump is not installed" in said.err
        assert "--no-backup" in said.err
        assert place.sql("SELECT version_num FROM alembic_version") == [("0001",)]
    said = place.run("--no-backup", "--json")
    assert (said.code, json.loads(said.out)["backup"]) == (0, None)
    assert place.backups() == []


def test_a_dump_that_fails_is_said_without_the_password(
    request: pytest.FixtureRequest, tmp_path: Path, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _place(request, tmp_path, "postgresql")
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "pg_dump").write_text(
        '#!/bin/sh\necho "$@" > "$0.words"\necho "out of luck" >&2\nexit 1\n'
    )
    (fake / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(fake), prepend=os.pathsep)
    said = place.run()
    password = str(make_url(place.url).password)
    assert said.code == 1
    assert "out of luck" in said.err
    assert password not in said.all
    assert password not in (fake / "pg_dump.words").read_text()
    assert place.backups() == []
    assert place.sql("SELECT version_num FROM alembic_version") == [("0001",)]


def test_no_space_for_the_backup(
    tmp_path: Path, request: pytest.FixtureRequest, later: None
) -> None:
    import resource

    place = _place(request, tmp_path, "sqlite")
    before = place.rows()
    database = place.folder / "exchange.db"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (database.stat().st_size // 2, hard))
    try:
        said = place.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert said.code == 1
    assert "the backup cannot be made" in said.err
    assert place.backups() == []
    assert place.rows() == before
    assert place.run().code == 0


def test_a_copy_that_is_not_whole_is_none(
    tmp_path: Path, request: pytest.FixtureRequest, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _place(request, tmp_path, "sqlite")
    copied = backup._copy

    def short(database: Path, part: Path) -> None:
        copied(database, part)
        with closing(sqlite3.connect(part)) as connection:
            connection.execute("DELETE FROM audit WHERE seq = 2")
            connection.commit()

    monkeypatch.setattr(backup, "_copy", short)
    said = place.run()
    assert said.code == 1
    assert "the copy differs from the database" in said.err
    assert place.backups() == []
    assert place.sql("SELECT version_num FROM alembic_version") == [("0001",)]


# -- what is no database to upgrade --

FOREIGN: list[tuple[str, list[str]]] = [
    ("newer version of exchange", ["UPDATE alembic_version SET version_num = '9999'"]),
    ("which no version of exchange made", ["UPDATE alembic_version SET version_num = 'ae1027a6'"]),
    ("alembic_version is empty", ["DELETE FROM alembic_version"]),
    ("names 2 schemas (0001, 9999)", ["INSERT INTO alembic_version VALUES ('9999')"]),
    ("was not changed", ["DROP TABLE alembic_version", "DROP TABLE leg_rung"]),
    ("is not ours", ["ALTER TABLE alembic_version RENAME COLUMN version_num TO version"]),
    (
        "outbox: trigger keep_out is not of this schema",
        [
            "CREATE TRIGGER keep_out BEFORE UPDATE ON outbox BEGIN"
            " SELECT RAISE(IGNORE); END",
        ],
    ),
    ("mail: index ix_mail_state (state) is missing", ["DROP INDEX ix_mail_state"]),
    ("table code_dispute is missing", ["DROP TABLE code_dispute"]),
    ("fact: column values", ["ALTER TABLE fact RENAME COLUMN value TO \"values\""]),
    ("outbox: column extra", ["ALTER TABLE outbox ADD COLUMN extra INTEGER DEFAULT 1 NOT NULL"]),
    (
        "uq_gained_case_open (device) is not of this schema",
        [
            "DROP INDEX uq_gained_case_open",
            "CREATE UNIQUE INDEX uq_gained_case_open ON gained_case (device)",
        ],
    ),
]  # fmt: skip


CASES = [("sqlite", *one) for one in FOREIGN] + [
    ("postgresql", *FOREIGN[at]) for at in (0, 5, 7, 11)
]


@pytest.mark.parametrize(("place", "words", "statements"), CASES, indirect=["place"])
def test_what_is_wrong_is_named(
    place: Place, words: str, statements: list[str], later: None
) -> None:
    for one in statements:
        place.sql(one)
    before = place.rows()
    said = place.run()
    assert said.code == 1
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert place.rows() == before
    assert place.backups() == []


def test_a_trigger_on_postgresql_is_named(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    place = _place(request, tmp_path, "postgresql")
    place.sql("CREATE RULE keep_out AS ON DELETE TO outbox DO INSTEAD NOTHING")
    place.sql(
        "CREATE FUNCTION nought() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
    )
    place.sql("CREATE TRIGGER nought BEFORE INSERT ON audit EXECUTE FUNCTION nought()")
    said = place.run("--no-backup")
    assert said.code == 1
    assert "outbox: trigger keep_out is not of this schema" in said.err
    assert "audit: trigger nought is not of this schema" in said.err


def test_what_stands_in_the_way_of_the_new_schema_is_said_with_a_remedy(
    place: Place, later: None
) -> None:
    place.sql("ALTER TABLE mail ADD COLUMN thrown_in TEXT")
    before, shaped = place.rows(), place.shape()
    said = place.run("--no-backup")
    assert said.code == 1
    assert "thrown_in" in said.err
    assert "cannot be brought forward" in said.err
    assert "by hand" in said.err
    assert (place.rows(), place.shape()) == (before, shaped)


def test_damage_is_no_lack_of_space(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    place = _place(request, tmp_path, "sqlite")
    with closing(sqlite3.connect(place.folder / "exchange.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_mail_state'"
        ).fetchone()
    with (place.folder / "exchange.db").open("r+b") as file:
        file.seek((page - 1) * 4096 + 1)
        file.write(bytes(range(1, 200)))
    for words in ((), ("--no-backup",)):
        said = place.run(*words)
        assert said.code == 1
        assert "damaged" in said.err or "malformed" in said.err
        assert "restore" in said.err
        assert "space" not in said.err
        assert place.backups() == []


@pytest.mark.parametrize(
    "words",
    [("--no-backup",), ("--upgrade", "--database-only"), ("--upgrade", "--name", "Another")],
)
def test_options_that_mean_nothing_together_are_refused(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    said = command(app, tmp_path / "new", "init", *words)
    assert said.code == 2
    assert not (tmp_path / "new").exists()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    """What a name means in an address is no part of it: a folder has its own database."""
    for name in ("a b", "a%20b", "a?b=c", "a#b", "100%"):
        said = command(app, tmp_path / name, "init")
        assert said.code == 0, said.err
        assert (tmp_path / name / "exchange.db").exists()
        assert command(app, tmp_path / name, "audit", "verify").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "100%", "a b", "a#b", "a%20b", "a?b=c",
    ]  # fmt: skip


def test_what_somebody_added_does_no_harm(place: Place, later: None) -> None:
    place.sql("CREATE INDEX of_ours ON mail (sender)")
    place.sql("ALTER TABLE party ADD COLUMN remark TEXT")
    place.sql("CREATE TABLE scratch (id INTEGER)")
    said = place.run("--json")
    assert said.code == 0, said.err
    assert [note.split(" is not")[0] for note in json.loads(said.out)["notes"]] == [
        "table scratch",
        "mail: index of_ours (sender)",
        "party: column (may be empty) remark TEXT",
    ]


def test_commands_refuse_another_schema(
    place: Place, monkeypatch: pytest.MonkeyPatch, later: None
) -> None:
    for words in (["inbox", "list"], ["codes", "stats"], ["audit", "verify"]):
        said = command(app, place.folder, *words)
        assert said.code == 1
        assert f"has schema 0001, this version of exchange needs {LATER}" in said.err
        assert "`exchange init --upgrade`" in said.err
    place.sql("UPDATE alembic_version SET version_num = '9999'")
    for words in (["inbox", "list"], ["codes", "stats"], ["audit", "verify"]):
        said = command(app, place.folder, *words)
        assert said.code == 1
        assert "9999 of a newer version of exchange" in said.err
        assert "init --upgrade" not in said.err


def test_an_up_to_date_database_is_left_alone(place: Place) -> None:
    if HEAD != "0001":
        place.run()
        for one in place.backups():
            one.unlink()
    before = place.rows()
    said = place.run("--json")
    assert (said.code, json.loads(said.out)["upgraded"]) == (0, False)
    assert place.rows() == before
    assert place.backups() == []


def test_beside_a_daemon(place: Place, later: None) -> None:
    store = Store(place.url)
    with store.sole_daemon():
        said = place.run()
    store.dispose()
    assert said.code == 1
    assert "another exchange daemon is working" in said.err
    assert place.backups() == []


def test_files_that_are_no_database(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    place = _place(request, tmp_path, "sqlite")
    path = place.folder / "exchange.db"
    whole = path.read_bytes()
    for content, words in (
        (b"", "missing or empty"),
        (b"Dear diary, nobody wrote. " * 200, "not a database"),
        (whole[: len(whole) // 2], "cut off"),
    ):
        path.write_bytes(content)
        said = place.run()
        assert (said.code, words in said.err) == (1, True), said.err
        assert path.read_bytes() == content
    path.unlink()
    assert "missing or empty" in place.run().err
    assert not path.exists()


def test_a_database_that_another_holds(
    tmp_path: Path, request: pytest.FixtureRequest, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exchange.store import db

    monkeypatch.setattr(db, "_BUSY_SECONDS", 0.3)
    place = _place(request, tmp_path, "sqlite")
    with closing(sqlite3.connect(place.folder / "exchange.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = place.run()
    assert said.code == 1
    assert "locked" in said.err
    assert "wait until it has finished" in said.err
    assert place.run().code == 0


# -- cut off --


def _ended_at(point: int, place: Place) -> bool:
    """Whether a process of its own was ended before that write of its upgrade, or its commit."""
    child = os.fork()
    if not child:
        seen = 0

        def count(connection: Connection, *given: object) -> None:
            nonlocal seen
            reads = len(given) > 1 and str(given[1]).lstrip().startswith(("PRAGMA", "SELECT"))
            seen += not reads and str(connection.engine.url) == str(make_url(place.url))
            if seen == point:
                os._exit(9)

        event.listen(Engine, "before_cursor_execute", count)
        event.listen(Engine, "commit", count)
        try:
            provision.upgrade(place.folder, AT)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_cut_off_anywhere_it_is_the_old_schema_or_the_new(place: Place, later: None) -> None:
    before = place.rows()
    engine = create_engine(place.url)
    wanted = {revision: shape.expected(engine, revision) for revision in ("0001", LATER)}
    engine.dispose()
    point, tried = 1, 0
    while _ended_at(point, place):
        tried += 1
        ((revision,),) = place.sql("SELECT version_num FROM alembic_version")
        assert place.shape() == wanted[revision], f"ended before write {point}"
        _kept_rows_are_there(before, place.rows())
        if revision == LATER:
            place.load()
        point += 3 if place.sqlite else 15
    assert tried > 4
    place.load()
    for one in place.backups():
        if one.suffix == ".part":
            (place.folder / one.name).write_bytes(b"cut off")
    assert provision.upgrade(place.folder, AT).now == LATER
    assert not [one for one in place.backups() if one.suffix == ".part"]


def test_a_migration_that_fails_is_taken_back(place: Place, tmp_path: Path, later: None) -> None:
    (revision,) = (tmp_path / "versions").glob("*.py")
    revision.write_text(THROWN_IN + '    op.execute("INSERT INTO nowhere VALUES (1)")\n')
    before, shaped = place.rows(), place.shape()
    said = place.run()
    assert said.code == 1
    assert "nowhere" in said.err
    assert (place.rows(), place.shape()) == (before, shaped)
    with pytest.raises(ExchangeError):
        open_context(place.folder, SetClock(AT))


# -- docs/upgrade.md --


def _block(heading: str) -> list[str]:
    """The commands of a section's first example, without those of the administrator."""
    page = (ROOT / "docs" / "upgrade.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n")[1]
    block = section.split("```sh\n")[1].split("```")[0]
    # Nor doctor, which waits for mail servers that are not there.
    return [
        line for line in block.splitlines() if not line.startswith(("sudo ", "exchange doctor"))
    ]


def test_the_page_on_upgrades_works_as_written(
    request: pytest.FixtureRequest, tmp_path: Path, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commands: with a newer program first, then with the present one again."""
    place = _place(request, tmp_path, "sqlite")
    newer, present = schema.MIGRATIONS, schema.MIGRATIONS[:1]
    if HEAD != "0001":
        monkeypatch.setattr(schema, "MIGRATIONS", present)
        assert place.run("--no-backup").code == 0
    before = place.rows()

    def run(lines: list[str]) -> None:
        for line in lines:
            line = line.replace("schema-0001", f"schema-{HEAD}")
            if line.startswith("exchange "):
                said = command(app, place.folder, *line.split()[1:])
                assert said.code == 0, f"{line}: {said.all}"
            else:
                subprocess.run(["/bin/sh", "-c", line], cwd=place.folder, check=True)

    assert "exchange init --upgrade" in _block("Upgrade")
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    run(_block("Upgrade"))
    assert place.sql("SELECT version_num FROM alembic_version") == [(LATER,)]
    monkeypatch.setattr(schema, "MIGRATIONS", present)
    run(_block("Go back"))
    assert place.rows() == before
