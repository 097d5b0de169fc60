"""Deliveries of any size: read by blocks as by rows, good rows, steps that go on, a full disk."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.columns.device_ids import blank_ids
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.limits import DEFAULT
from exchange.errors import BadInput
from exchange.parsing.identifiers.bulk import CheckedDevices
from exchange.parsing.text.byte_column import ByteColumn
from exchange.ports.records import VaultRecord
from exchange.ports.vault import Batch
from exchange.services.codes import code_rows, code_stream, import_report
from exchange.services.codes.code_file import ReadOptions
from exchange.services.codes.code_stream import NeedsWholeFile, read_delivery
from exchange.services.codes.codes import import_codes
from exchange.services.codes.import_report import CodeSource, Delivered
from exchange.vault.columns import rows_from
from exchange.vault.records import Sources, records_of
from tests.corpus import making
from tests.services.contexts import Said, make_context
from tests.services.test_codes import (
    BAD_CRC,
    GOOD,
    HEAD,
    Bench,
    assert_nowhere,
    code,
    device,
    rows,
)

TODAY = date(2026, 12, 1)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "files").mkdir()
    return Bench(make_context(tmp_path / "lose"), tmp_path / "files")


# -- blocks and rows agree --


class Read(NamedTuple):
    """What reading a delivery gave."""

    records: list[tuple[int, VaultRecord]]
    rejects: list[tuple[str, int, str, str]]
    rows: int
    notes: list[str]


def read_one(name: str, content: bytes, reading: ReadOptions, *, whole: bool) -> Read:
    import_report = Delivered(name)
    found: list[tuple[int, VaultRecord]] = []
    source = CodeSource.of(name, content)
    for batch in read_delivery(source, reading, DEFAULT, TODAY, import_report, whole=whole):
        found += zip(batch.rows.tolist(), _records(batch), strict=True)
    rejects = [(one.where, one.row, one.device, one.reason) for one in import_report.rejects]
    return Read(found, rejects, import_report.rows, import_report.notes)


def _none_valid(cells: ByteColumn) -> CheckedDevices:
    return CheckedDevices(np.zeros(len(cells), np.bool_), blank_ids(len(cells)))


def read_rows(name: str, content: bytes, reading: ReadOptions) -> Read:
    """As a whole, and each row alone: no row passes the check of the column of Device IDs."""
    with patch.object(code_rows, "check_devices", _none_valid):
        return read_one(name, content, reading, whole=True)


def read_both(name: str, content: bytes, reading: ReadOptions) -> tuple[Read, Read]:
    """In pieces by columns, and row by row; as a whole by columns is the same."""
    by_rows = read_rows(name, content, reading)
    assert read_one(name, content, reading, whole=True) == by_rows
    return read_one(name, content, reading, whole=False), by_rows


def _records(batch: Batch) -> list[VaultRecord]:
    sources = Sources()
    return list(records_of(rows_from(batch.columns, sources), sources.names))


_DEVICES = st.sampled_from(
    ["00-DB-12-34-56-78-90-A0", "00DB1234567890A1", "00:db:12:34:56:78:90:a2",
     "00DB 1234 5678 90A3", " 00-DB-12-34-56-78-90-A4 ", "00-DB-12", "", "1.23457E+15",
     "0000000000000000", "FFFFFFFFFFFFFFFF", '"00-DB-12-34-56-78-90-A5"', "'00DB1234567890A6",
     '="00DB1234567890A7"', "00-DB:12-34-56-78-90-A8", "0x00DB1234567890AA",
     "OODB1234567890A9", "Total", "00DB1234é", '"00-DB-12-34-56-78-90-AB" ', '00DB"1234567890AC',
     ' "00DB1234567890AD"', '"00DB1234567890AE""']
)  # fmt: skip
_CODES = st.sampled_from(
    [GOOD, GOOD.lower(), GOOD[:32], BAD_CRC, "", " ",
     "83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5",
     "83-FE-D3-40-7A-93-97-23-A5-C6-39-B2-69-16-D5-05", "0" * 32, "F" * 32, "on order", "99",
     "83FED3407A939723A5C639FF4C12", f'"{GOOD}"', f"'{GOOD}", "83FED3407A939723 A5C639B26916D505",
     f"IC: {GOOD}", f"0x{GOOD}", "83FE-D340 7A93:9723.A5C6-39B2-6916-D505-C3B5",
     "83FE-D340 7A93 9723 A5C6 39B2 6916 D505", "83FE_D340_7A93_9723_A5C6_39B2_6916_D505",
     f'"{GOOD}" ', f'{GOOD[:20]}"{GOOD[20:]}']
)  # fmt: skip
_KINDS = st.sampled_from(
    ["ESME", "gsme", "Toaster", "", "Gas meter", "a word that is far too long"]
)
_YESNO = st.sampled_from(["yes", "No", "", "perhaps", "1"])
_DATES = st.sampled_from(["03/11/2026", "31/12/2026", "2026-11-03", "", "soon"])
_LINES = st.lists(st.tuples(_DEVICES, _CODES, _KINDS, _YESNO, _DATES), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(
    lines=_LINES,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    cut=st.sampled_from([0, 0, 0, 2, 3]),
    charset=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    titles=st.sampled_from(["", "Delivery of November\n\n"]),
)
def test_blocks_and_rows_read_the_same(
    lines: list[tuple[str, ...]],
    delimiter: str,
    end: str,
    cut: int,
    charset: str,
    titles: str,
) -> None:
    header = delimiter.join(["Device ID", "Install code", "Kind", "Ours", "Delivered"])
    body = [delimiter.join(line[: len(line) - (cut if n % 3 == 1 else 0)])
            for n, line in enumerate(lines)]  # fmt: skip
    content = (titles + end.join([header, *body, "", ""])).encode(charset)
    reading = ReadOptions(
        device_column="Device ID", code_column="Install code", type_column="Kind",
        installed_column="Ours", date_column="Delivered", date_format="%d/%m/%Y", source="x",
    )  # fmt: skip
    try:
        by_rows = read_rows("codes.csv", content, reading)
    except BadInput as error:
        said = str(error)
        with pytest.raises((BadInput, NeedsWholeFile)) as raised:
            read_one("codes.csv", content, reading, whole=False)
        assert isinstance(raised.value, NeedsWholeFile) or said in str(raised.value)
        return
    assert read_one("codes.csv", content, reading, whole=True) == by_rows
    if any(line.count('"') % 2 for line in body):  # it may run on into the next line
        with pytest.raises(NeedsWholeFile):
            read_one("codes.csv", content, reading, whole=False)
        return
    assert read_one("codes.csv", content, reading, whole=False) == by_rows


def test_many_blocks_are_read_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_stream, "_BLOCK_BYTES", 700)
    monkeypatch.setattr(code_stream, "_HEAD_BYTES", 300)
    text = HEAD + rows(range(1, 200)) + f"{device(500)},{BAD_CRC}\n" + rows(range(201, 300))
    reading = ReadOptions(source="x")
    blocks, whole = read_both("codes.csv", text.encode(), reading)
    assert blocks == whole
    found, rejects, _, _ = blocks
    assert [row for row, _ in found] == [*range(2, 201), *range(202, 301)]
    assert [row for _, row, _, _ in rejects] == [201]


def test_a_quote_that_spans_lines_is_read_as_a_whole(bench: Bench) -> None:
    text = f'Device ID,Install code,Note\n{device(1)},{code(1).with_crc},"two\nlines"\n'
    assert bench.load(text + f"{device(2)},{code(2).with_crc},x\n").code == 0
    assert set(bench.held()) == {device(1), device(2)}


# -- what is not taken --


def test_a_file_that_is_written_to_while_it_is_read_is_refused(bench: Bench) -> None:
    path = Path(bench.write(HEAD + rows(range(1, 2000))))
    text = path.read_bytes()

    def told(what: str, done: int, total: int) -> None:
        if path.stat().st_size == len(text):
            os.truncate(path, len(text) - len(rows([1])))  # ends where a line does: no bad row

    for resume in (False, True):
        path.write_bytes(text)
        with pytest.raises(BadInput, match="changed while it was read"):
            import_codes(
                bench.ctx, CodeSource.at(path), ReadOptions(), "t", progress=told, resume=resume
            )
        assert bench.held() == {}
    assert bench.run("import", str(path)).code == 0
    assert len(bench.held()) == 1998


def test_a_pipe_is_refused(bench: Bench) -> None:
    pipe = bench.files / "pipe"
    os.mkfifo(pipe)
    said = bench.run("import", str(pipe))
    assert said.code == 1
    assert "a code file is read more than once" in said.err


def test_it_is_said_when_no_row_has_a_code(bench: Bench) -> None:
    book = making.xlsx(("S", [["Device ID", "Install code"], [device(1), None], [device(2), ""]]))
    said = bench.load(book)
    assert said.code == 0
    assert "not one row has an install code" in said.out
    assert "not one row" not in bench.load(HEAD + rows([3]) + f"{device(4)},\n").out


def test_codes_after_0x_are_read(bench: Bench) -> None:
    bare = "".join(
        f"0x{device(one).replace('-', '').lower()},0x{code(one).with_crc}\n" for one in range(1, 9)
    )
    assert bench.load(HEAD + bare).code == 0
    held = {name: record.code for name, record in bench.held().items()}
    assert held == {device(one): code(one) for one in range(1, 9)}


def test_good_rows_are_taken_and_the_doubtful_ones_never(bench: Bench) -> None:
    bench.load(HEAD + rows([1, 2, 21]))
    text = HEAD + (
        f"{device(1)},{code(11).with_crc}\n"  # row 2: another code than the vault's
        f"{device(3)},{code(3).with_crc}\n"
        f"{device(4)},{code(4).with_crc}\n"  # row 4: two codes for one device, neither is taken
        f"{device(4)},{code(14).with_crc}\n"
        f"{device(5)},{code(5).with_crc}\n"  # row 6: one code for two devices, neither is taken
        f"{device(6)},{code(5).with_crc}\n"
        f"{device(7)},{BAD_CRC}\n"
        f"{device(8)},{code(2).with_crc}\n"  # row 9: the vault has it for device 2
        f"{device(3)},{code(3).with_crc}\n"  # says it again
        f"{device(21)},{code(21).with_crc}\n"
    )
    refused = bench.load(text)
    assert refused.code == 1
    assert set(bench.held()) == {device(1), device(2), device(21)}
    said = bench.load(text, "--skip-bad", "--json")
    assert said.code == 1
    told = json.loads(said.out)
    assert (told["added"], told["unchanged"], told["repeated_rows"]) == (1, 1, 1)
    assert (told["rows"], told["bad_rows"], told["conflicts"]) == (10, 7, 6)
    assert [int(row[1]) for row in bench.rejects()] == [2, 4, 5, 6, 7, 8, 9]
    assert bench.rejects()[1][3] == "the Device is in row 5 too, with another install code"
    assert {one: held.code for one, held in bench.held().items()} == {
        device(1): code(1), device(2): code(2), device(3): code(3),
        device(21): code(21),
    }  # fmt: skip
    target = bench.files / "codes.csv.rejects.csv"
    assert target.stat().st_mode & 0o777 == 0o600
    for number in (2, 4, 5, 11, 14):
        assert_nowhere(code(number).with_crc, said.all, target.read_bytes())
    assert "6 conflicts" in bench.load(text, "--skip-bad").out


def test_a_reject_file_that_others_could_read_is_closed_to_them(bench: Bench) -> None:
    target = bench.files / "codes.csv.rejects.csv"
    target.write_text("old")
    target.chmod(0o644)
    bench.load(f"{HEAD}{device(1)},{BAD_CRC}\n")
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_wrong_file_stops_early(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_report, "MOST_REJECTS", 40)
    said = bench.load(HEAD + f"{device(1)},{BAD_CRC}\n" * 100)
    assert said.code == 1
    assert "more than 40 bad rows" in said.err
    assert bench.held() == {}


def test_importing_the_same_again_changes_nothing_and_says_so(bench: Bench) -> None:
    text = HEAD + rows(range(1, 300))
    bench.load(text)
    with bench.ctx.store.engine.connect() as connection:
        head = connection.exec_driver_sql("SELECT * FROM vault_head").one()
    for options in ((), ("--skip-bad",), ("--resume",), ("--replace",)):
        said = bench.load(text, *options)
        assert (said.code, said.err) == (0, "")
        assert said.out == "codes.csv: nothing new, 299 Devices known already\n"
    with bench.ctx.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM vault_head").one() == head


# -- profiles --

PROFILE = """
[[source]]
name = "MAP north"
device_column = "Node"
code_column = "Secret"
installed_column = ""
date_column = "Sent"
date_format = "%d.%m.%y"
device_type = "GSME"
installed_by_us = false
"""


def test_a_profile_tells_how_a_source_writes(bench: Bench) -> None:
    config = bench.ctx.folder / "config" / "exchange.toml"
    config.write_text(config.read_text() + PROFILE)
    text = (
        f"Node;Sent;Secret;Installed by us\n{device(1)};03.11.26;{code(1).grouped};yes\n"
        f"{device(2)};;{code(2).with_crc};no\n"
    )
    assert bench.load(text, "--source", "MAP north").code == 0
    assert bench.held() == {
        device(number): VaultRecord(
            DeviceId.parse(device(number)), code(number), False, "GSME", "MAP north", day
        )
        for number, day in ((1, date(2026, 11, 3)), (2, TODAY))
    }
    wrong = bench.load(
        f"Node;Sent;Secret\n{device(3)};2026-11-31;{code(3).hex}\n", "--source", "MAP north"
    )
    assert "the date is not written as %d.%m.%y" in wrong.err
    later = bench.load(
        f"Node;Sent;Secret\n{device(3)};31.12.26;{code(3).hex}\n", "--source", "MAP north"
    )
    assert "in the future" in later.err
    # An option overrules the profile; without the profile's name nothing of it holds.
    assert bench.load(f"Node;Secret\n{device(4)};{code(4).hex}\n", "--source", "MAP north",
                      "--date-column", "").code == 0  # fmt: skip
    assert bench.load(f"Node;Secret\n{device(5)};{code(5).hex}\n").code == 1


# -- killed, and gone on --

MANY = 6_000


def import_process(folder: Path, path: Path, kill_at: int, before: str = "") -> int:
    program = f"""
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from exchange.vault import vault
from exchange.vault.importing import code_import
{before}
left = [{kill_at}]
vault.STEP_ROWS = 500
vault.SealedVault.__init__.__kwdefaults__["step_rows"] = 500
vault.SealedVault.__init__.__kwdefaults__["bucket_records"] = 40
vault.SealedVault.__init__.__kwdefaults__["batch_rows"] = 300
code_import._WINDOW_ROWS = 200
@event.listens_for(Engine, "commit")
def committed(connection):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["exchange", "codes", "import", {str(path)!r}, "--resume", "--json", "--by", "T",
            "--folder", {str(folder)!r}]
from exchange.__main__ import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        env={**os.environ, "EXCHANGE_NOW": "2026-12-01T09:00"}, check=False,
    )  # fmt: skip
    (path.parent / "said.json").write_text(done.stdout)
    return done.returncode


@pytest.mark.parametrize("kill_at", [2, 5, 9])
def test_a_killed_import_goes_on_where_it_was(bench: Bench, kill_at: int) -> None:
    numbers = list(range(1, MANY + 1))
    random.Random(4).shuffle(numbers)
    text = HEAD + rows(numbers) + f"{device(17)},{code(9_999).with_crc}\n{device(9)},{BAD_CRC}\n"
    path = Path(bench.write(text))
    assert import_process(bench.ctx.folder, path, kill_at) == -signal.SIGKILL
    part = bench.ctx.vault.verify().records
    assert 0 < part < MANY - 1
    generation = _generation(bench)
    assert import_process(bench.ctx.folder, path, 1_000_000) == 1  # two rows are refused
    told = json.loads((bench.files / "said.json").read_text())
    assert told["resumed"] is True
    # Device 17 has two codes in the file: neither is taken. Everything is counted once.
    assert (told["added"], told["updated"], told["unchanged"]) == (MANY - 1, 0, 0)
    assert (told["rows"], told["bad_rows"]) == (MANY + 2, 3)
    assert {int(row[1]) for row in bench.rejects()} == {numbers.index(17) + 2, MANY + 2, MANY + 3}
    assert bench.ctx.vault.verify().records == MANY - 1
    assert {one: held.code for one, held in bench.held().items()} == {
        device(number): code(number) for number in numbers if number != 17
    }
    # What was committed before was not sealed again: the second attempt wrote the rest alone.
    assert _generation(bench) - generation < 20
    done = import_process(bench.ctx.folder, path, 1_000_000)
    told = json.loads((bench.files / "said.json").read_text())
    assert done == 1
    assert (told["added"], told["unchanged"], told["resumed"]) == (0, MANY - 1, False)


def _generation(bench: Bench) -> int:
    with bench.ctx.store.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT generation FROM vault_head").scalar_one())


# -- a full disk --


def test_a_full_database_disk_leaves_the_vault_as_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.load(HEAD + rows([1, 2]))
    before = bench.held()
    said = _limited(bench, HEAD + rows(range(1, 20_000)), 450_000)
    assert said.returncode == 1
    assert "the database refuses" in said.stderr
    assert "Traceback" not in said.stderr
    assert bench.held() == before
    assert bench.ctx.vault.verify().records == 2
    assert bench.load(HEAD + rows(range(1, 20_000))).code == 0


def test_a_full_disk_for_what_waits_leaves_the_vault_as_it_was(bench: Bench) -> None:
    said = _limited(
        bench, HEAD + rows(range(1, 5_000)), 100_000,
        "from exchange.vault.importing import sealed_tempfile as t; t._HELD_BYTES = 50_000",
    )  # fmt: skip
    assert said.returncode == 1
    assert "no room to sort the import" in said.stderr
    assert bench.held() == {}


def _limited(
    bench: Bench, text: str, most: int, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Import in a process that may write no file longer than ``most`` bytes."""
    path = bench.write(text, "large.csv")
    program = f"""
import resource, signal, sys
{before}
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
sys.argv = ["exchange", "codes", "import", {path!r}, "--by", "T", "--folder",
            {str(bench.ctx.folder)!r}]
from exchange.__main__ import main
main()
"""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        env={**os.environ, "EXCHANGE_NOW": "2026-12-01T09:00"}, check=False,
    )  # fmt: skip


# -- progress --


def test_progress_is_told_in_lines_only_where_it_takes_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from exchange.cli.codes.progress_bar import _lines

    at = [0.0]
    seen: list[str] = []
    monkeypatch.setattr("exchange.cli.codes.progress_bar.warn", seen.append)
    report = _lines(lambda: at[0])
    for second in range(1, 12):
        at[0] = float(second)
        report("reading", second * 10_000_000, 200_000_000)
    assert seen == [
        "exchange: reading 25 %, 12 MB/s, 12 s left",
        "exchange: reading 50 %, 11 MB/s, 9 s left",
    ]


def test_quiet_says_nothing_of_the_progress(bench: Bench) -> None:
    said: Said = bench.load(HEAD + rows([1]), "--quiet")
    assert (said.code, said.err) == (0, "")
    assert isinstance(bench.held()[device(1)].code, InstallCode)
