"""Whatever is misspelt in the configuration is refused with file, line and the nearest word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from exchange.calendar_file import open_calendar
from exchange.config import KeySource, Settings, settings_in
from exchange.domain.device_type import OUT_OF_SCOPE, DeviceType
from exchange.errors import BadInput, BadInputs
from exchange.toml_file import TomlFile

GOOD = """\
[party]
signifier = "OURS"
name = "Ours"
address = "us@ours.example"
[[mailbox]]
host = "imap.ours.example"
username = "us"
[smtp]
host = "smtp.ours.example"
[[source]]
name = "map"
[[smime]]
pkcs12 = "one.p12"
[keys]
[keys.old]
"""


def _faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "exchange.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        settings_in(path)
    found = caught.value.faults if isinstance(caught.value, BadInputs) else [caught.value]
    return [str(one).replace(f"{path} ", "") for one in found]


def _sections(model: type[BaseModel] = Settings, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every table that the file may have, by its header."""
    for key, option in model.model_fields.items():
        for inner in (option.annotation, *get_args(option.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield f"{name}{key}", inner
                yield from _sections(inner, f"{name}{key}.")


SECTIONS = dict(_sections())
OPTIONS = [
    (section, option) for section, model in SECTIONS.items() for option in model.model_fields
]
CHOICES = [
    (section, option, get_args(model.model_fields[option].annotation))
    for section, model in SECTIONS.items()
    for option in model.model_fields
    if get_origin(model.model_fields[option].annotation) is Literal
]


def _with(section: str, line: str) -> tuple[str, int]:
    """The good file with one more line in a section, and the number of that line."""
    lines = GOOD.splitlines()
    for header in (f"[{section}]", f"[[{section}]]"):
        if header in lines:
            at = lines.index(header) + 1
            return "\n".join([*lines[:at], line, *lines[at:]]), at + 1
    return f"{GOOD}[{section}]\n{line}\n", len(lines) + 2


def test_the_tables_are_all_here() -> None:
    assert SECTIONS["keys.old"] is KeySource
    assert len(SECTIONS) == 16
    assert {option for _, option, _ in CHOICES} == {"tls", "region", "format", "level"}


@pytest.mark.parametrize(("section", "option"), OPTIONS)
def test_a_misspelt_option_is_refused(tmp_path: Path, section: str, option: str) -> None:
    text, line = _with(section, f'{option}x = "secret"')
    (fault,) = _faults(tmp_path, text)
    assert fault.startswith(f"line {line} > {section.partition('.')[0]}")
    assert fault.endswith(f"{option}x: there is no such option or table (did you mean {option}?)")
    assert "secret" not in fault


@pytest.mark.parametrize("section", [one for one in SECTIONS if "." not in one])
def test_a_misspelt_table_is_refused(tmp_path: Path, section: str) -> None:
    (fault,) = _faults(tmp_path, f"{GOOD}[{section}x]\n")
    line = len(GOOD.splitlines()) + 1
    assert fault == (
        f"line {line} > {section}x: there is no such option or table (did you mean {section}?)"
    )


@pytest.mark.parametrize(("section", "option", "choices"), CHOICES)
def test_a_misspelt_choice_is_refused(
    tmp_path: Path, section: str, option: str, choices: tuple[str, ...]
) -> None:
    text, line = _with(section, f'{option} = "{choices[0]}x"')
    (fault,) = _faults(tmp_path, text)
    assert fault.startswith(f"line {line} > {section}")
    assert fault.endswith(f"(did you mean {choices[0]}?)")


def test_device_types_are_read_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "exchange.toml"
    path.write_text(GOOD)
    assert settings_in(path).release.refused_device_types == OUT_OF_SCOPE
    text, _ = _with("source", 'device_type = "gsme"')
    path.write_text(f'{text}\n[release]\nrefused_device_types = ["chf", " Ihd"]\n')
    loaded = settings_in(path)
    assert loaded.release.refused_device_types == {DeviceType.CHF, DeviceType.IHD}
    assert loaded.source[0].device_type is DeviceType.GSME


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('["CHF", "GFP"]', "release.refused_device_types.2: "),
        ('["chfs"]', "(did you mean CHF?)"),
        ('["hub"]', "(one of ESME, GSME, GPF, CHF, HCALCS, PPMID, IHD, CAD)"),
        ('[""]', "name a device type"),
        ("[4]", "release.refused_device_types.1: "),
        ('"CHF"', "release.refused_device_types: "),
    ],
)
def test_a_device_type_that_there_is_not_is_refused(
    tmp_path: Path, written: str, said: str
) -> None:
    (fault,) = _faults(tmp_path, f"{GOOD}[release]\nrefused_device_types = {written}\n")
    assert fault.startswith(f"line {len(GOOD.splitlines()) + 2} > release.refused_device_types")
    assert said in fault


@pytest.mark.parametrize("written", ["%Q", "%d/%m", "day", "%d/%m/%Y %"])
def test_a_format_that_gives_no_date_is_refused(tmp_path: Path, written: str) -> None:
    text, line = _with("source", f'date_format = "{written}"')
    (fault,) = _faults(tmp_path, text)
    assert fault.startswith(f"line {line} > source.1.date_format: is not the format of a date")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("sqllite:///a.db", "sqlite"), ("postgresql://u:secret@h/n", "postgresql+psycopg")],
)
def test_a_database_that_there_is_not_is_refused(tmp_path: Path, written: str, meant: str) -> None:
    (fault,) = _faults(tmp_path, f'{GOOD}[database]\nurl = "{written}"\n')
    assert fault.startswith(f"line {len(GOOD.splitlines()) + 2} > database.url: ")
    assert fault.endswith(f"(did you mean {meant}?)")
    assert "secret" not in fault


def test_a_day_outside_the_calendar_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "exchange.toml"
    path.write_text(f'{GOOD}[calendar]\nfile = "days.toml"\n')
    days = tmp_path / "days.toml"
    days.write_text(
        '[[add]]\ndate = 2027-05-10\nname = "a"\n[[add]]\ndate = 2090-05-10\nname = "b"'
    )
    with pytest.raises(BadInput, match=r"days\.toml line 5 > add\.2\.date: 2090-05-10 is outside"):
        open_calendar(tmp_path, settings_in(path))


def test_the_line_is_found_however_the_value_is_written() -> None:
    file = TomlFile.parse(
        'a.b = 1\nlong = """\n[x]\nq = 1\n"""\nlist = [\n  1,\n  2,\n]\n# [x]\n[x]\n"q" = {r = 2}\n'
        "[[many]]\n[[many]]\nz = 1\n",
        "file",
    )
    lines = {
        ("a", "b"): 1,
        ("long",): 2,
        ("list", 1): 6,
        ("x",): 11,
        ("x", "q", "r"): 12,
        ("many", 1): 14,
        ("many", 1, "z"): 15,
        ("many", 1, "missing"): 14,
        ("nothing",): 0,
    }
    assert {keys: file.line_of(keys) for keys in lines} == lines


def test_a_contact_that_breaks_the_line_is_refused(tmp_path: Path) -> None:
    named = GOOD.replace("[party]\n", '[party]\ncontact_name = "Ann\\nBcc: x"\n', 1)
    (fault,) = _faults(tmp_path, named)
    assert "party.contact_name" in fault
    path = tmp_path / "exchange.toml"
    path.write_text(named.replace("\\nBcc: x", " O'Neil"))
    assert settings_in(path).party.contact_name == "Ann O'Neil"
    assert settings_in(path).party.contact_phone == ""


@pytest.mark.parametrize("days", ["[8, 5]", "[5, 5]"])
def test_reminder_days_out_of_order_are_refused(tmp_path: Path, days: str) -> None:
    text, _ = _with("escalation", f"reminder_days = {days}")
    (fault,) = _faults(tmp_path, text)
    assert "each reminder day must be later than the one before" in fault
    assert "reminder_days" in fault
