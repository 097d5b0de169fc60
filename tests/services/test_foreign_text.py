"""What a person types may hold text that no database takes: it is stored all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.bootstrap import SetClock, open_context
from exchange.cli.main import app
from exchange.domain.time.sla import parse_instant
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.services.people import audit_log
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.contexts import NOW, command

HALF = "\udcff"
CONTACTS = "party,signifier,mpids,request_address\r\nGain,GAIN,GNSB,codes@gain.example\r\n"
CODES = "Device ID,Install Code\r\n00-DB-12-34-56-78-90-A0,83FED3407A939723A5C639B26916D505C3B5\r\n"
GAINED = "Device ID,Former supplier\r\n00-DB-12-34-56-78-90-A1,GAIN\r\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def ctx(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    def opened(url: str) -> Context:
        make_folder(tmp_path / "lose", OwnParty("LOSE", "Lose Power", "codes@lose.example", url))
        return open_context(tmp_path / "lose", SetClock(parse_instant(NOW)))

    if request.param == "sqlite":
        yield opened("")
        return
    want(missing())
    with postgres() as url:
        found = opened(url)
        yield found
        found.store.dispose()


def test_commands_store_what_a_person_gives_them(ctx: Context, tmp_path: Path) -> None:
    def file(name: str, content: str) -> str:
        path = tmp_path / f"{name}{HALF}.csv"
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
        return str(path)

    def run(*words: str) -> None:
        said = command(app, ctx.folder, *words)
        assert said.code == 0, said.all

    run("contacts", "import", file("contacts", CONTACTS), "--yes", "--by", f"k{HALF}m\0")
    run("codes", "import", file("codes", CODES), "--source", f"main{HALF}", "--by", f"k{HALF}")
    run("request", "create", file("gained", GAINED), "--by", f"k{HALF}")
    run("request", "close", "00-DB-12-34-56-78-90-A1", "--why", f"sold{HALF}\0", "--by", "kim")
    run("codes", "remove", "--source", "main\ufffd", "--yes", "--by", f"k{HALF}")
    audit_log.verify(ctx)
    actors = {row.actor for row in audit_log.rows(ctx)}
    assert {"k\ufffdm\ufffd", "k\ufffd"} <= actors
    assert "sold\ufffd\ufffd" in "".join(row.detail for row in audit_log.rows(ctx))
