"""``exchange codes remove`` as a user runs it: counted, asked, all or nothing, on both engines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from exchange.bootstrap import SetClock, open_context
from exchange.cli.codes import codes_remove
from exchange.cli.codes.codes import app
from exchange.domain.time.sla import parse_instant
from exchange.errors import BadInput, NotStorable
from exchange.ports.records import Removed
from exchange.provision import OwnParty, make_folder
from exchange.services.codes import holdings, removal
from exchange.services.context import Context
from tests.corpus import making
from tests.services.contexts import NOW, Said, bytes_of, command
from tests.services.test_codes import (
    HEAD,
    Bench,
    assert_nowhere,
    code,
    device,
    rows,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    make_folder(tmp_path / "lose", OwnParty("LOSE", "Lose Power", "codes@lose.example", url))
    (tmp_path / "files").mkdir()
    made = Bench(open_context(tmp_path / "lose", SetClock(parse_instant(NOW))), tmp_path / "files")
    yield made
    if url:
        with made.ctx.store.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    made.ctx.store.dispose()


def _two_imports(bench: Bench) -> str:
    """Devices 1 to 6 rightly, 5 to 12 wrongly, of which 5 and 6 say nothing new."""
    assert bench.load(HEAD + rows(range(1, 7)), "--source", "map-north").code == 0
    wrong = bench.write(HEAD + rows(range(5, 13)), "wrong.csv")
    assert bench.run("import", wrong, "--source", "map-south").code == 0
    return wrong


def _declared(bench: Bench) -> None:
    assert bench.run("complete-as-of", "2026-11-30").code == 0


def test_a_wrong_import_is_undone_and_what_others_brought_stays(bench: Bench) -> None:
    wrong = _two_imports(bench)
    before = bench.held()
    said = bench.run("remove", wrong, "--source", "map-south", "--yes", "--by", "Kim Example")
    assert said.code == 0, said.all
    assert said.out.splitlines() == [
        "wrong.csv: 8 Devices, 8 known to the vault, 0 not known",
        "from map-south: 6 to remove, 6 with a code, 6 installed by us;"
        " 2 stay, their records came from other sources",
        "6 Devices removed from the vault",
    ]
    assert "held for a person: there is no current declaration" in said.err
    assert bench.held() == {name: before[name] for name in map(device, range(1, 7))}
    assert bench.ctx.vault.verify().records == 6
    assert bench.audited("codes.removed") == [
        (
            "Kim Example",
            "wrong.csv",
            {
                "sha256": hashlib.sha256(Path(wrong).read_bytes()).hexdigest(),
                "source": "map-south",
                "listed": 8,
                "removed": 6,
                "with_code": 6,
                "installed_by_us": 6,
                "unknown": 0,
                "of_other_sources": 2,
            },
        )
    ]
    assert_nowhere(code(7).with_crc, said.all, json.dumps(bench.audited("codes.removed")))
    again = bench.run("remove", wrong, "--source", "map-south", "--yes")
    assert again.code == 0
    assert again.out.endswith("nothing was removed\n")
    assert len(bench.audited("codes.removed")) == 1
    # What was wrong can be put right: the same codes, not installed by us.
    said = bench.run("import", wrong, "--source", "map-north", "--not-installed")
    assert said.code == 1
    assert "the vault says that we installed the Device" in said.err
    right = bench.write(HEAD + rows(range(7, 13)), "right.csv")
    assert bench.run("import", right, "--source", "map-north", "--not-installed").code == 0
    assert [bench.held()[device(one)].installed_by_us for one in (6, 7)] == [True, False]


def test_everything_from_a_source_goes_without_a_list(bench: Bench) -> None:
    _two_imports(bench)
    said = bench.run("remove", "--source", "map-south", "--yes", "--json")
    assert said.code == 0, said.all
    told = json.loads(said.out)
    assert told == {
        "file": None, "sha256": None, "source": "map-south", "listed": None, "known": 12,
        "unknown": 0, "of_other_sources": 0, "to_remove": 6, "with_code": 6,
        "installed_by_us": 6, "removed": 6, "dry_run": False, "complete_as_of": None,
        "answered_not_installer": False, "notes": [],
    }  # fmt: skip
    assert set(bench.held()) == set(map(device, range(1, 7)))
    ((actor, subject, detail),) = bench.audited("codes.removed")
    assert (subject, detail["listed"], detail["source"]) == ("everything", None, "map-south")
    assert actor


def test_devices_by_name_and_what_is_not_known(bench: Bench) -> None:
    _two_imports(bench)
    names = [device(1).replace("-", ""), device(2).lower(), device(2), device(99)]
    said = bench.run("remove", *names, "--yes")
    assert said.code == 0, said.all
    assert "named one by one: 3 Devices, 2 known to the vault, 1 not known" in said.out
    assert set(bench.held()) == set(map(device, range(3, 13)))
    ((_, _, detail),) = bench.audited("codes.removed")
    assert detail["device_ids"] == ",".join((device(1), device(2), device(99)))
    assert detail["sha256"] is None


def test_a_dry_run_and_a_script_without_yes_change_nothing(bench: Bench) -> None:
    wrong = _two_imports(bench)
    before = bench.held()
    for words in (["--dry-run"], ["--dry-run", "--json"], ["--dry-run", "--yes"]):
        said = bench.run("remove", wrong, *words)
        assert said.code == 0, said.all
        assert "nothing was removed" in said.out or json.loads(said.out)["removed"] == 0
    for words in ([], ["--json"]):
        said = bench.run("remove", wrong, *words)
        assert said.code == 1
        assert "no terminal to ask on; nothing was removed (--yes" in said.err
    assert bench.held() == before
    assert bench.audited("codes.removed") == []


@pytest.mark.parametrize(("typed", "left"), [("y\n", 11), ("n\n", 12), ("\n", 12)])
def test_a_person_is_asked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, typed: str, left: int
) -> None:
    _two_imports(bench)
    monkeypatch.setattr(codes_remove, "at_terminal", lambda: True)
    said = command(app, bench.ctx.folder, "remove", device(1), typed=typed)
    assert said.code == 0, said.all
    assert "1 to remove, 1 with a code, 1 installed by us" in said.out
    assert len(bench.held()) == left
    assert said.out.endswith("removed from the vault\n" if left == 11 else "nothing was removed\n")


def test_a_bad_row_refuses_the_whole_list(bench: Bench) -> None:
    _two_imports(bench)
    before = bench.held()
    bad = bench.write(f"Device ID\n{device(1)}\n00-DB-12\n{device(2)}\n1.23457E+15\n", "bad.csv")
    said = bench.run("remove", bad, "--yes")
    assert said.code == 1
    assert "bad.csv > row 3: Device ID too short: 6 characters, 16 needed" in said.err
    assert "bad.csv > row 5: Excel kept it" in said.err
    assert bench.held() == before
    assert bench.audited("codes.removed") == []


def test_a_workbook_of_devices(bench: Bench) -> None:
    _two_imports(bench)
    book = making.xlsx(("List", [["Device ID", "Note"], [device(1), "moved"], [device(99), ""]]))
    said = bench.run("remove", bench.write(book, "list.xlsx"), "--yes")
    assert said.code == 0, said.all
    assert "list.xlsx: 2 Devices, 1 known to the vault, 1 not known" in said.out
    assert device(1) not in bench.held()


def test_where_the_register_is_declared_complete_it_is_said_what_follows(bench: Bench) -> None:
    _two_imports(bench)
    _declared(bench)
    said = bench.run("remove", device(1), "--dry-run")
    assert "declared complete as of 2026-11-30" in said.err
    assert '"not the installing Supplier"' in said.err
    told = json.loads(bench.run("remove", device(1), "--dry-run", "--json").out)
    assert (told["complete_as_of"], told["answered_not_installer"]) == ("2026-11-30", True)
    # A declaration that is too old answers nothing.
    late = command(app, bench.ctx.folder, "remove", device(1), "--dry-run", now="2027-06-01T10:00")
    assert "held for a person" in late.err


def test_with_the_last_installed_device_goes_the_declaration(bench: Bench) -> None:
    _two_imports(bench)
    _declared(bench)
    assert bench.run("remove", "--source", "map-south", "--yes").code == 0
    assert "2026-11-30" in bench.run("stats").out  # six are left
    other = bench.write(HEAD + rows([50]), "other.csv")
    assert bench.run("import", other, "--source", "map-east", "--not-installed").code == 0
    said = bench.run("remove", "--source", "map-north", "--yes", "--by", "Kim")
    assert said.code == 0, said.all
    assert "the declaration that the register is complete goes with the last one" in said.err
    standing = holdings.vault_status(bench.ctx)
    assert (standing.complete_as_of, standing.stats.installed_by_us) == (None, 0)
    actor, _, detail = bench.audited("installed.declared")[-1]
    assert actor == "Kim"
    assert detail == {"complete_as_of": None, "before": "2026-11-30"}
    # Declared on purpose, an empty register stays declared.
    assert bench.run("complete-as-of", "2026-11-30", "--empty").code == 0
    assert bench.run("remove", device(50), "--yes").code == 0
    assert holdings.vault_status(bench.ctx).complete_as_of is not None


def test_what_cannot_be_meant_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    _two_imports(bench)
    monkeypatch.chdir(bench.files)

    def refused(*words: str) -> Said:
        said = bench.run("remove", *words, "--yes")
        assert said.code != 0
        assert len(bench.held()) == 12
        return said

    assert refused().code == 2
    assert "its sources: 'map-north', 'map-south'" in refused("--source", "map-west").err
    assert "nowhere.csv: neither a file nor a Device ID" in refused("nowhere.csv").err
    assert "give one file alone" in refused("wrong.csv", device(1)).err
    bench.write(f"Device ID\n{device(2)}\n", device(1))
    assert f"./{device(1)} is the file" in refused(device(1)).err
    said = bench.run("remove", f"./{device(1)}", "--yes")
    assert (said.code, len(bench.held())) == (0, 11)
    assert device(1) in bench.held()


def test_what_was_counted_is_removed_or_nothing(bench: Bench) -> None:
    _two_imports(bench)
    ctx = bench.ctx
    planned = removal.plan(ctx, removal.everything(), "map-south")
    assert planned.counts == Removed(12, 6, 6, 6)
    assert bench.load(HEAD + rows([20]), "--source", "map-south", name="more.csv").code == 0
    with pytest.raises(BadInput, match="has changed since"):
        removal.remove(ctx, planned, "kim")
    assert len(bench.held()) == 13
    assert bench.audited("codes.removed") == []


def test_without_its_audit_entry_nothing_is_removed(bench: Bench) -> None:
    _two_imports(bench)
    _refuse_audit(bench.ctx)
    with pytest.raises(NotStorable):
        removal.remove(bench.ctx, removal.plan(bench.ctx, removal.everything(), "map-south"), "kim")
    assert len(bench.held()) == 12
    assert bench.ctx.vault.verify().records == 12


def _refuse_audit(ctx: Context) -> None:
    with ctx.store.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(
                "CREATE TRIGGER refuse BEFORE INSERT ON audit"
                " BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        else:
            connection.exec_driver_sql(
                "ALTER TABLE audit ADD CONSTRAINT refused CHECK (seq < 0) NOT VALID"
            )


def test_a_list_of_many_in_any_order_with_the_codes_beside(bench: Bench) -> None:
    many = list(range(1, 5001))
    assert bench.load(HEAD + rows(many), "--source", "map-north").code == 0
    Random(7).shuffle(many)
    # The delivery of a wrong import, some of its codes damaged: only the Devices are read.
    lines = HEAD + rows(many[:3000]).replace("\n", "X\n", 5)
    said = bench.run("remove", bench.write(lines, "wrong.csv"), "--yes", "--quiet")
    assert said.code == 0, said.all
    assert set(bench.held()) == set(map(device, many[3000:]))
    assert bench.ctx.vault.verify().records == 2000


def test_the_codes_of_a_source_are_gone_from_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "lose"
    make_folder(folder, OwnParty("LOSE", "Lose Power", "codes@lose.example"))
    (tmp_path / "files").mkdir()
    bench = Bench(open_context(folder, SetClock(parse_instant(NOW))), tmp_path / "files")
    _two_imports(bench)
    assert bench.run("remove", "--source", "map-south", "--yes").code == 0
    assert_nowhere(code(8).with_crc, bytes_of(folder))
