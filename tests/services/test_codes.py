"""The vault as people fill and ask it: all rows or none, and no code anywhere in the clear."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from exchange.bootstrap import SetClock, open_context
from exchange.cli.codes.codes import app
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.time.sla import parse_instant
from exchange.ports.records import VaultRecord
from exchange.services.codes.register import installed_register
from exchange.services.context import Context
from tests.services.contexts import NOW, Said, bytes_of, command, make_context

HEAD = "Device ID,Install code\n"
GOOD = "83FED3407A939723A5C639B26916D505C3B5"
BAD_CRC = "5492072F8DE72829FEE139CF8ACA4F43EF21"


def device(number: int) -> str:
    return str(DeviceId(bytes((0x00, 0xDB)) + number.to_bytes(6, "big")))


def code(number: int) -> InstallCode:
    return InstallCode(Random(number).randbytes(16))


def rows(numbers: Sequence[int]) -> str:
    """CSV rows: a device and a code for each number."""
    return "".join(f"{device(one)},{code(one).with_crc}\n" for one in numbers)


@dataclass
class Bench:
    """A context, and a folder beside it for the files that people hand in."""

    ctx: Context
    files: Path

    def run(self, *words: str, now: str = NOW) -> Said:
        return command(app, self.ctx.folder, *words, now=now)

    def write(self, text: str | bytes, name: str = "codes.csv") -> str:
        path = self.files / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    def load(self, text: str | bytes, *words: str, name: str = "codes.csv") -> Said:
        return self.run("import", self.write(text, name), *words)

    def held(self) -> dict[str, VaultRecord]:
        return {str(one.device): one for one in self.ctx.vault.iter_all()}

    def rejects(self, name: str = "codes.csv") -> list[list[str]]:
        text = (self.files / f"{name}.rejects.csv").read_text()
        return list(csv.reader(io.StringIO(text)))[1:]

    def audited(self, event: str) -> list[tuple[str, str, dict[str, object]]]:
        with self.ctx.store.reading() as tx:
            return [
                (one.actor, one.subject, json.loads(one.detail))
                for one in tx.audit.rows(event=event)
            ]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "files").mkdir()
    return Bench(make_context(tmp_path / "lose"), tmp_path / "files")


def forms(secret: str) -> Iterator[bytes]:
    """The shapes in which a code could lie about: as written, without CRC, grouped, raw."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", secret)
    for text in (digits, digits[:32], " ".join(re.findall("....?", digits)), digits[:24]):
        yield text.upper().encode()
        yield text.lower().encode()
    yield bytes.fromhex(digits[:32])


def assert_nowhere(secret: str, *places: bytes | str) -> None:
    for place in places:
        content = place.encode() if isinstance(place, str) else place
        for form in forms(secret):
            assert form not in content


def test_import_seals_every_row_and_says_so_once(bench: Bench) -> None:
    text = HEAD + rows(range(1, 41))
    said = bench.load(text, "--by", "Sam Ops", "--source", "MAP list")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "codes.csv: 40 Devices, 0 of them without a code: 40 added, 0 updated, 0 known already\n"
    )
    held = bench.held()
    assert {one: record.code for one, record in held.items()} == {
        device(number): code(number) for number in range(1, 41)
    }
    first = held[device(1)]
    assert (first.installed_by_us, first.source) == (True, "MAP list")
    assert first.imported_on == date(2026, 12, 1)
    [(actor, subject, detail)] = bench.audited("codes.imported")
    assert (actor, subject) == ("Sam Ops", "codes.csv")
    assert detail["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert (detail["devices"], detail["added"], detail["source"]) == (40, 40, "MAP list")

    again = bench.load(text)
    assert again.out == "codes.csv: nothing new, 40 Devices known already\n"
    assert not list(bench.files.glob("*.rejects.csv"))


def test_no_code_of_a_good_or_a_bad_file_lies_about_in_the_clear(bench: Bench) -> None:
    good = [code(number).with_crc for number in (1, 2, 3)]
    assert bench.load(HEAD + rows((1, 2, 3))).code == 0
    grouped = " ".join(re.findall("....", code(5).with_crc))
    text = (
        f"{HEAD}{device(4)},{BAD_CRC}\n{device(5)},{grouped}\n{device(6)},{grouped}\n"
        f"{device(1)},{code(7).with_crc}\n{code(8).with_crc},{device(8)}\n"
        f"{device(9)},{GOOD[:-1]}\n{device(10)},{GOOD[:-1]}X\n"
    )
    said = bench.load(text, name="bad.csv")
    as_json = bench.load(text, "--json", name="bad.csv")
    assert said.code == as_json.code == 1
    # The files handed in stay where they were; everything else must be free of codes.
    reject_file = (bench.files / "bad.csv.rejects.csv").read_bytes()
    seen = (said.all, as_json.all, reject_file, bytes_of(bench.ctx.folder))
    for secret in (*good, BAD_CRC, grouped, code(7).with_crc, code(8).with_crc, GOOD):
        assert_nowhere(secret, *seen)
    assert len(bench.rejects("bad.csv")) == 6
    assert set(bench.held()) == {device(1), device(2), device(3)}


def test_every_bad_row_is_said_with_its_reason_and_nothing_is_imported(bench: Bench) -> None:
    said = bench.load(
        f"Serial,EUI,IC\nS1,{device(1)},{GOOD}\nS2,{device(2)},{BAD_CRC}\nS3,,{GOOD}\n"
        f"S4,00-DB-12,{code(4).with_crc}\nS5,{device(5)},83FED3407A939723A5C639FF4C12\n"
        f"S6,{device(6)},on order\nS7,1.23457E+15,{code(7).with_crc}\n"
    )
    assert said.code == 1
    assert said.out == ""
    assert said.err.splitlines()[:6] == [
        f"exchange: codes.csv > row 3: {device(2)}: the CRC of the install code does not match",
        "exchange: codes.csv > row 4: there is no Device ID",
        "exchange: codes.csv > row 5: Device ID too short: 6 characters, 16 needed (it has"
        ' "00-DB-12")',
        f"exchange: codes.csv > row 6: {device(5)}: a 6, 8 or 12-byte install code exists in"
        " Smart Energy but not in GBCS",
        f"exchange: codes.csv > row 7: {device(6)}: the cell in the code column is not an install"
        " code",
        "exchange: codes.csv > row 8: Excel kept it as a number in exponent notation: digits are"
        ' lost (it has "1.23457E+15")',
    ]
    assert "6 bad rows; nothing was changed" in said.err
    assert [(row[1], row[2]) for row in bench.rejects()] == [
        ("3", device(2)), ("4", ""), ("5", ""), ("6", device(5)), ("7", device(6)), ("8", ""),
    ]  # fmt: skip
    assert bench.held() == {}
    assert bench.audited("codes.imported") == []


def test_the_printed_list_is_cut_and_the_file_is_whole(bench: Bench) -> None:
    text = HEAD + rows([1]) + "".join(f"{device(n)},{BAD_CRC}\n" for n in range(2, 122))
    said = bench.load(text)
    assert len(said.err.splitlines()) == 50 + 3
    assert "... and 70 more" in said.err
    assert len(bench.rejects()) == 120
    assert bench.files.joinpath("codes.csv.rejects.csv").stat().st_mode & 0o777 == 0o600
    assert bench.held() == {}


def test_contradictions_within_the_file(bench: Bench) -> None:
    said = bench.load(
        "Device ID,Device type,Install code\n"
        f"{device(1)},ESME,{code(1).with_crc}\n"
        f"{device(2)},ESME,{code(1).with_crc}\n"  # one code for two devices
        f"{device(1)},ESME,{code(3).with_crc}\n"  # two codes for one device
        f"{device(1)},GSME,{code(1).with_crc}\n"
        f"{device(1)},ESME,\n"
        f"{device(1).lower()},esme,{code(1).grouped.lower()}\n"  # the same, only written otherwise
        f"{device(4)},Toaster,{code(4).with_crc}\n"
    )
    assert [(row[1], row[3]) for row in bench.rejects()] == [
        ("3", f"the same install code as {device(1)} in row 2"),
        ("4", "the Device is in row 2 too, with another install code"),
        ("5", "the Device is in row 2 too, with another device type"),
        ("6", "the Device is in row 2 too, and without a code once"),
        ("8", "the device type is none of ESME, GSME, GPF, CHF, HCALCS, PPMID, IHD, CAD"
         ' (--type-column "" takes no type)'),
    ]  # fmt: skip
    assert said.code == 1
    assert bench.held() == {}


def test_contradictions_with_the_vault(bench: Bench) -> None:
    bench.load(HEAD + rows([1, 2, 3]))
    before = bench.held()
    text = f"{HEAD}{device(1)},{code(11).with_crc}\n{device(4)},{code(2).with_crc}\n{rows([5])}"
    said = bench.load(text)
    assert [(row[1], row[3]) for row in bench.rejects()] == [
        ("2", "the vault holds another install code for the Device (imported on 2026-12-01 from"
         " import); --replace overwrites it"),
        ("3", f"the vault holds the same install code for {device(2)}"),
    ]  # fmt: skip
    assert said.code == 1
    assert bench.held() == before
    # One code for two devices is never taken, not even by --replace.
    assert bench.load(text, "--replace").code == 1
    assert bench.held() == before
    said = bench.load(f"{HEAD}{device(1)},{code(11).with_crc}\n{rows([5])}", "--replace")
    assert "1 added, 1 updated" in said.out
    assert bench.held()[device(1)].code == code(11)
    not_ours = bench.load(HEAD + rows([2]), "--not-installed")
    assert not_ours.code == 1
    assert "the vault says that we installed the Device" in not_ours.err


def test_two_swapped_codes_can_be_put_right(bench: Bench) -> None:
    bench.load(f"{HEAD}{device(1)},{code(2).with_crc}\n{device(2)},{code(1).with_crc}\n")
    right = HEAD + rows([1, 2])
    assert bench.load(right).code == 1
    assert bench.load(right, "--replace").code == 0
    assert {one: held.code for one, held in bench.held().items()} == {
        device(1): code(1),
        device(2): code(2),
    }
    # A row without a code takes none away, so this would leave one code at two devices.
    half = f"{HEAD}{device(1)},\n{device(3)},{code(1).with_crc}\n"
    assert bench.load(half, "--replace").code == 1


def test_installed_devices_without_a_code(bench: Bench) -> None:
    listed = f"Device GUID,MPAN\n{device(1)},1234567890126\n{device(2)},\n"
    said = bench.load(listed)
    assert said.code == 1
    assert "there is no column of install codes" in said.err
    assert "--installed-only" in said.err
    assert bench.held() == {}
    assert bench.load(listed, "--installed-only").code == 0
    assert [(held.code, held.installed_by_us) for held in bench.held().values()] == [
        (None, True),
        (None, True),
    ]
    # The code turns up later; a row without one beside it is known as installed.
    said = bench.load(f"{HEAD}{rows([1])}{device(3)},\n")
    assert "1 added, 1 updated" in said.out
    assert bench.held()[device(1)].code == code(1)
    assert bench.held()[device(3)].code is None
    dropped = bench.load(HEAD + rows([4]), "--installed-only")
    assert dropped.code == 1
    assert "--installed-only would drop it" in dropped.err


def test_who_installed_it_by_column_or_option(bench: Bench) -> None:
    head = "Device ID,Install code,Installed by us\n"
    lines = rows([1, 2, 3]).splitlines()
    said = bench.load(f"{head}{lines[0]},Yes\n{lines[1]},n\n{lines[2]},\n")
    assert said.code == 1
    assert [row[1] for row in bench.rejects()] == ["4"]
    assert bench.load(f"{head}{lines[0]},Yes\n{lines[1]},n\n").code == 0
    assert bench.load(f"{HEAD}{lines[2]}\n", "--not-installed").code == 0
    assert {one: held.installed_by_us for one, held in bench.held().items()} == {
        device(1): True,
        device(2): False,
        device(3): False,
    }


def test_a_status_that_denies_is_never_imported_as_installed_by_us(bench: Bench) -> None:
    text = "Device ID,Install code,Status\n" + "".join(
        f"{device(number)},{code(number).with_crc},{words}\n"
        for number, words in ((1, "Commissioned"), (2, "Not installed by us"), (3, "not ours"))
    )
    said = bench.load(text)
    assert (said.code, bench.held()) == (1, {})
    assert [row[1] for row in bench.rejects()] == ["3", "4"]
    assert "not installed by us" in bench.rejects()[0][3]
    assert bench.load(text, "--skip-bad").code == 1
    assert list(bench.held()) == [device(1)]
    assert bench.load(text, "--not-installed", name="others.csv").code == 1  # 1 is ours already
    assert bench.load(text, "--installed-column", "", name="all.csv").code == 0
    assert len(bench.held()) == 3


def test_an_empty_name_of_the_column_of_ids_is_refused(bench: Bench) -> None:
    said = bench.load(HEAD + rows((1,)), "--device-column", "")
    assert said.code == 1
    assert "the column of Device IDs is named by an empty text" in said.err
    assert not bench.held()


def test_columns_by_option(bench: Bench) -> None:
    head = "Node,Spare,Secret,Ours?,Kind"
    text = f"{head}\n{device(1)},{device(2)},{code(1).with_crc},no,Gas meter\n"
    assert "several columns could hold the Device ID: Node, Spare" in bench.load(text).err
    options = ("--device-column", "node", "--code-column", "C", "--installed-column", "4",
               "--type-column", "Kind")  # fmt: skip
    assert bench.load(text, *options).code == 0
    held = bench.held()[device(1)]
    assert (held.code, held.installed_by_us, held.device_type) == (code(1), False, "GSME")
    wrong = bench.load(text, "--device-column", "Meter")
    assert wrong.code == 1
    assert (
        "there is no column 'Meter'; the columns are Node, Spare, Secret, Ours?, Kind" in wrong.err
    )


def test_a_file_without_a_header_is_read_by_its_content_or_by_letter(bench: Bench) -> None:
    assert bench.load(rows([1, 2])).code == 0
    assert {one: held.code for one, held in bench.held().items()} == {
        device(1): code(1), device(2): code(2)
    }  # fmt: skip
    twice = f"{device(3)},{device(4)},{code(3).with_crc}\n"
    assert "several columns could hold the Device ID: column A, column B" in bench.load(twice).err
    assert bench.load(twice, "--device-column", "A", "--code-column", "C").code == 0
    assert bench.held()[device(3)].code == code(3)


def test_excel_damage_and_text_cells_in_a_workbook(bench: Bench) -> None:
    digits = InstallCode(bytes.fromhex("12345678901234567890123456789012"))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Codes")
        sheet.write_row(0, 0, ("Device ID", "Install code"))
        sheet.write_row(1, 0, (device(1), code(1).grouped))
        sheet.write_number(2, 0, 1234567890123456)
        sheet.write(2, 1, code(2).with_crc)
        sheet.write(3, 0, device(3))
        sheet.write_number(3, 1, float(digits.hex))
        book.add_worksheet("Notes").write_column(0, 0, ("From the MAP", "Ask Sam"))
    said = bench.load(out.getvalue(), name="codes.xlsx")
    assert said.code == 1
    found = bench.rejects("codes.xlsx")
    assert [(row[0], row[1], row[2]) for row in found] == [
        ("codes.xlsx > Codes", "3", ""),
        ("codes.xlsx > Codes", "4", device(3)),
    ]
    assert all("Excel kept" in row[3] for row in found)
    assert "1.23456789" not in said.all


def test_a_workbook_that_is_good(bench: Bench) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, number in (("North", 1), ("South", 2)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ("ESME Device ID", "Install code"))
            sheet.write_row(1, 0, (device(number), code(number).grouped))
        book.add_worksheet("Notes").write_column(0, 0, ("From the MAP", "Ask Sam"))
    said = bench.load(out.getvalue(), "--json", name="codes.xlsx")
    told = json.loads(said.out)
    assert (told["devices"], told["added"]) == (2, 2)
    assert told["notes"][0].startswith("left out: codes.xlsx > Notes: ")
    assert {held.device_type for held in bench.held().values()} == {"ESME"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        (HEAD, "there is no row below the header"),
        (f"Serial,Code\n{device(1)},{GOOD}\n", "no column is named Device ID"),
        (f"ESME ID,GSME ID,Code\n{device(1)},{device(2)},{GOOD}\n", "several columns could hold"),
        ("PK\x03\x04broken", "neither a workbook nor a text file"),
    ],
)
def test_a_file_that_is_no_such_list(bench: Bench, text: str, said: str) -> None:
    found = bench.load(text)
    assert found.code == 1
    assert said in found.err
    assert_nowhere(GOOD, found.all)
    assert bench.held() == {}


def test_a_folder_that_cannot_be_written_still_gets_its_answer(bench: Bench) -> None:
    (bench.files / "codes.csv.rejects.csv").mkdir()
    said = bench.load(f"{HEAD}{device(1)},{BAD_CRC}\n")
    assert said.code == 1
    assert "the CRC of the install code does not match" in said.err
    assert "could not be written" in said.err


def test_find_masks_unless_revealed_and_is_always_audited(bench: Bench) -> None:
    bench.load(HEAD + rows([1]) + f"{device(2)},\n")
    masked = bench.run("find", device(1).replace("-", "").lower())
    assert masked.code == 0
    assert "[masked]" in masked.out
    assert_nowhere(code(1).with_crc, masked.all, bench.run("find", device(1), "--json").all)
    shown = bench.run("find", device(1), "--reveal", "--by", "Jo")
    assert code(1).grouped in shown.out
    told = json.loads(bench.run("find", device(1), "--reveal", "--json").out)
    assert told["install_code"] == code(1).hex
    assert told["install_code_with_crc"] == code(1).with_crc
    assert "no code is held" in bench.run("find", device(2)).out
    nothing = bench.run("find", device(9))
    assert (nothing.code, nothing.out) == (1, f"{device(9)}: not known\n")
    looked = bench.audited("code.looked_up")
    assert [(subject, detail["found"], detail["revealed"]) for _, subject, detail in looked] == [
        (device(1), True, False),
        (device(1), True, False),
        (device(1), True, True),
        (device(1), True, True),
        (device(2), True, False),
        (device(9), False, False),
    ]
    assert looked[2][0] == "Jo"
    assert_nowhere(code(1).with_crc, json.dumps(looked), bytes_of(bench.ctx.folder))
    with bench.ctx.store.reading() as tx:
        tx.audit.verify()


def test_find_refuses_what_is_no_device_id(bench: Bench) -> None:
    said = bench.run("find", GOOD)
    assert said.code == 1
    assert_nowhere(GOOD, said.all)
    assert bench.audited("code.looked_up") == []


def test_stats_and_verify(bench: Bench) -> None:
    bench.load(HEAD + rows(range(1, 11)) + f"{device(11)},\n")
    bench.load(HEAD + rows([12]), "--not-installed", name="theirs.csv")
    told = json.loads(bench.run("stats", "--json").out)
    assert (told["records"], told["with_code"], told["without_code"]) == (12, 11, 1)
    assert told["installed_by_us"] == 11
    assert told["complete_as_of"] is None
    assert told["declaration_current"] is False
    verified = bench.run("verify")
    assert verified.code == 0
    assert "every bucket is intact" in verified.out
    with bench.ctx.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE vault_bucket SET sealed = zeroblob(200)")
    damaged = bench.run("verify")
    assert damaged.code == 1
    assert "intact" not in damaged.all


def test_the_register_is_declared_complete(bench: Bench) -> None:
    empty = bench.run("complete-as-of", "2026-12-01")
    assert empty.code == 1
    assert "--empty" in empty.err
    bench.load(HEAD + rows([1]))
    said = bench.run("complete-as-of", "2026-11-30", "--by", "Head of Metering")
    assert said.out == "declared complete as of 2026-11-30, 1 installed Devices known\n"
    with bench.ctx.store.reading() as tx:
        assert installed_register(bench.ctx, tx).complete_as_of == date(2026, 11, 30)
    assert bench.audited("installed.declared") == [
        (
            "Head of Metering",
            "installed devices",
            {"complete_as_of": "2026-11-30", "before": None},
        )
    ]
    assert "2026-11-30" in bench.run("stats").out
    assert json.loads(bench.run("stats", "--json").out)["declaration_current"] is True
    late = json.loads(bench.run("stats", "--json", now="2027-03-05T10:00").out)
    assert late["declaration_current"] is False
    assert "older than 92" in bench.run("stats", now="2027-03-05T10:00").out


@pytest.mark.parametrize("written", ["2026-12-02", "20261130", "30/11/2026", "2026-11-31", ""])
def test_a_day_to_come_or_no_day_is_refused(bench: Bench, written: str) -> None:
    bench.load(HEAD + rows([1]))
    assert bench.run("complete-as-of", written).code == 1
    with bench.ctx.store.reading() as tx:
        assert installed_register(bench.ctx, tx).complete_as_of is None
    assert bench.audited("installed.declared") == []


def test_a_declaration_can_be_taken_back(bench: Bench) -> None:
    assert bench.run("complete-as-of", "2026-12-01", "--empty").code == 0
    said = bench.run("complete-as-of", "none")
    assert said.out.endswith("held for a person (before: 2026-12-01)\n")
    with bench.ctx.store.reading() as tx:
        assert installed_register(bench.ctx, tx).complete_as_of is None
    assert len(bench.audited("installed.declared")) == 2


def test_what_was_imported_outlives_the_process(bench: Bench) -> None:
    bench.load(HEAD + rows([1]))
    ctx = open_context(bench.ctx.folder, SetClock(parse_instant(NOW)))
    found = ctx.vault.find(DeviceId.parse(device(1)))
    assert found is not None
    assert found.code == code(1)


# -- a CRC in a column of its own --


def crc_rows(*numbers: int, wrong: int = 0, swapped: int = 0, missing: int = 0) -> str:
    """CSV rows: Device ID, code of 32 digits, its CRC."""
    out = []
    for one in numbers:
        own = code(one).with_crc[32:]
        crc = "0F0E" if one == wrong else own[2:] + own[:2] if one == swapped else own
        out.append(f"{device(one)},{code(one).hex},{'' if one == missing else crc}\n")
    return "".join(out)


@pytest.mark.parametrize("head", ["CRC", "Checksum (hex)", "crc16", "Proof", ""])
def test_a_crc_column_that_does_not_fit_refuses_the_row(bench: Bench, head: str) -> None:
    text = f"Device ID,Install code,{head}\n{crc_rows(1, 2, 3, wrong=2, swapped=3)}"
    assert bench.load(text).code == 1
    assert [(row[1], row[3]) for row in bench.rejects()] == [
        ("3", "the CRC that is written with the install code does not fit it")
    ]
    assert bench.held() == {}
    assert bench.load(text, "--skip-bad").code == 1
    assert {one: record.code for one, record in bench.held().items()} == {
        device(1): code(1),
        device(3): code(3),
    }


def test_a_crc_column_is_named_by_an_option(bench: Bench) -> None:
    text = f"Node;Secret;Box;P\n{device(1)};{code(1).hex};A1B2;{code(2).with_crc[32:]}\n"
    named = ("--device-column", "Node", "--code-column", "Secret", "--crc-column", "P")
    assert bench.load(text, *named).code == 1
    assert "does not fit" in bench.rejects()[0][3]
    missing = bench.load(text, *named[:-1], "Q")
    assert "there is no column 'Q'" in missing.err
    twice = bench.load(text, *named[:-1], "Secret")
    assert "two fields are to be read from the same column" in twice.err


def test_a_code_without_the_crc_that_others_have_is_refused_unless_told_otherwise(
    bench: Bench,
) -> None:
    column = f"Device ID,Install code,CRC\n{crc_rows(1, 2, 3, missing=2)}"
    whole = f"{HEAD}{rows([1])}{device(2)},{code(2).hex}\n{rows([3])}"
    for text in (column, whole):
        assert bench.load(text).code == 1
        ((_, row, named, reason),) = bench.rejects()
        assert (row, named) == ("3", device(2))
        assert "has no CRC" in reason
        assert "--crc-column" in reason
    said = bench.load(whole, "--crc-column", "")
    assert said.code == 0
    assert "1 install code came without a CRC" in said.out
    (audited,) = bench.audited("codes.imported")
    assert audited[2]["without_crc"] == 1


def test_a_source_that_gives_no_crc_is_recorded_as_such(bench: Bench) -> None:
    said = bench.load(
        HEAD + "".join(f"{device(one)},{code(one).hex}\n" for one in (1, 2)), "--json"
    )
    assert json.loads(said.out)["without_crc"] == 2
    assert bench.audited("codes.imported")[0][2]["without_crc"] == 2


def test_a_crc_that_excel_kept_as_a_number_has_its_zeros_again(bench: Bench) -> None:
    number = next(n for n in range(1, 9_000) if code(n).with_crc[32:].startswith("0")
                  and code(n).with_crc[32:].isdecimal())  # fmt: skip
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet("Codes")
        sheet.write_row(0, 0, ["Device ID", "Install code", "CRC"])
        sheet.write_row(1, 0, [device(number), code(number).hex])
        sheet.write_number(1, 2, int(code(number).with_crc[32:]))
    assert bench.load(book.getvalue(), name="codes.xlsx").code == 0
    assert bench.held()[device(number)].code == code(number)
