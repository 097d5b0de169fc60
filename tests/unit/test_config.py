"""Whatever is misspelt in the configuration is refused with file, line and the nearest word."""

from __future__ import annotations

import re
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
    """The good file with one more line in a section, and the number of that line.

    A line of the file that sets the same option is left out.
    """
    lines, here = [], ""
    for one in GOOD.splitlines():
        here = one.strip("[]") if one.startswith("[") else here
        if here != section or one.split(" ")[0] != line.split(" ")[0]:
            lines.append(one)
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


# Words of the library, or of Python, that say nothing to whoever wrote the file.
_NOT_OURS = re.compile(
    r"Input should|valid |unable to|pattern|literal|parse|frozenset|tuple|instance|pydantic|"
    r"Value error|dictionary|integer|boolean|string|None|Settings|Section|type=|\\"
)
_HOST = 'the name of a server in quotes, such as "mail.ours.example", without port'
_A_TABLE = "{ x = 1 }"  # which no option takes
_WRONG = ('"certainly not"', '"@"', "-1", "0", "99999999", '""', "1.5", "[[1]]", '["?"]', "[-1]")


def _places(section: str, option: str) -> str:
    """How the place of an option is written: ``mailbox.1.port``, ``keys.old.env``."""
    many = f"[[{section}]]" in GOOD
    return f"{section}.1.{option}" if many else f"{section}.{option}"


@pytest.mark.parametrize(("section", "option"), OPTIONS)
def test_a_fault_says_what_is_allowed_in_our_own_words(
    tmp_path: Path, section: str, option: str
) -> None:
    if f"{section}.{option}" in SECTIONS:
        return  # a table: see the next test
    place = _places(section, option)
    for written in (_A_TABLE, *_WRONG):
        text, line = _with(section, f"{option} = {written}")
        try:
            faults = _faults(tmp_path, text)
        except pytest.fail.Exception:
            assert written != _A_TABLE, f"{option} takes a table"
            continue
        for fault in faults:
            assert re.match(rf"line \d+ > {section.partition('.')[0]}\b", fault)
            assert not _NOT_OURS.search(fault)
            if place in fault:
                assert fault.startswith(f"line {line} > {place}")
                assert re.search(
                    rf"{place}(\.\w+)*: (must be ..|name a device type|is not .+ such as|"
                    r"is not a known .+\((one of|did you mean))",
                    fault,
                )
        if written == _A_TABLE:
            (fault,) = faults
            assert re.search(rf" > {place}(\.\w+)*: must be ", fault)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_value_for_a_table_is_refused_in_our_own_words(tmp_path: Path, section: str) -> None:
    upper, _, name = section.rpartition(".")
    wrong, lines, left_out = f"{name} = 5", [], False
    for one in GOOD.splitlines():
        if one.startswith("["):
            left_out = f"{one.strip('[]')}.".startswith(f"{section}.")
        lines += [] if left_out else [one]
        lines += [wrong] if one == f"[{upper}]" else []
    text = "\n".join(lines if upper else [wrong, *lines])
    (fault,) = _faults(tmp_path, text)
    header = f"[[{section}]]" if f"[[{section}]]" in GOOD else f"[{section}]"
    assert re.match(rf"line \d+ > {section}: must be a table\b", fault)
    assert header in fault
    assert not _NOT_OURS.search(fault)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('port = "nothing"', "must be a whole number from 1 to 65535"),
        ('tls = "ssl"', "must be one of implicit, starttls"),
        ('tls = "startls"', "must be one of implicit, starttls (did you mean starttls?)"),
        ("host = 5", f"must be {_HOST}"),
        ("username = 5", "must be text in quotes"),
        ('port = "465"', "must be a whole number from 1 to 65535 (without quotes)"),
        ("timeout_seconds = 0", "must be a number above 0, 86400 at most"),
        ("connections = 21", "must be a whole number from 1 to 20"),
        ("ca_file = 1", "must be a path in quotes"),
    ],
)
def test_what_a_wrong_option_is_told(tmp_path: Path, line: str, said: str) -> None:
    text, number = _with("smtp", line)
    (fault,) = _faults(tmp_path, text)
    assert fault == f"line {number} > smtp.{line.split(' ')[0]}: {said}"


def test_what_is_missing_is_said_with_what_it_takes(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, GOOD.replace('host = "smtp.ours.example"\n', ""))
    assert fault.endswith(f"smtp.host: this is missing ({_HOST})")
    (fault,) = _faults(tmp_path, GOOD.replace('[smtp]\nhost = "smtp.ours.example"\n', ""))
    assert fault.endswith("smtp: this is missing (a table: [smtp])")


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
        ('["hub"]', "must be one of ESME, GSME, GPF, CHF, HCALCS, PPMID, IHD, CAD"),
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


_OTHER_KINDS = {  # option: values that pydantic would take for it
    "smtp.port": ("true", '"465"', "465.0"),
    "mailbox.poll_seconds": ("true", '"60"', "inf", "nan", "1e300"),
    "mailbox.idle": ("1", '"yes"', '"true"'),
    "sla.days": ("true", '"10"', "10.0"),
    "escalation.reminder_days": ("[true]", '["5"]', "[5.0]"),
    "calendar.deemed_receipt_after": ("1730", '"17:30"', "true"),
    "report.folder": ('""', '" "'),
    "keys.file": ('""',),
    "smtp.ca_file": ('""',),
}


@pytest.mark.parametrize(
    ("option", "written"),
    [(one, value) for one, values in _OTHER_KINDS.items() for value in values],
)
def test_a_value_of_another_kind_is_not_taken_for_ours(
    tmp_path: Path, option: str, written: str
) -> None:
    section, name = option.split(".")
    text, line = _with(section, f"{name} = {written}")
    (fault,) = _faults(tmp_path, text)
    assert fault.startswith(f"line {line} > {section}")
    assert f"{name}: must be " in fault


@pytest.mark.parametrize(
    ("section", "written"),
    [
        *(
            ("smtp", f'host = "{one}"')
            for one in ("", "a b", "smtps://a", "a.example:465", "1.2.3.4:5")
        ),
        *(("mailbox", f'{one} = ""') for one in ("username", "inbox", "processed", "review")),
        ("mailbox", 'processed = "inbox"'),
        ("mailbox", 'review = "Processed"'),
        ("mailbox", 'claim = "INBOX"'),
        ("mailbox", 'shunted = "a\\nb"'),
        ("keys", 'command = [""]'),
        ("escalation", "breach_day = 8"),
        ("escalation", "reminder_days = [5, 12]"),
        ("party", 'name = "a\\nBcc: x"'),
        *(
            ("database", f'url = "{one}"')
            for one in ("sqlite:", "sqlite:///", "sqlite:///:memory:")
        ),
        ("database", 'url = "sqlite://exchange.db"'),
        *(
            ("database", f'url = "postgresql+psycopg:{one}"')
            for one in ("", "//u@h:abc/n", "//u@h")
        ),
    ],
)
def test_a_value_that_cannot_work_is_refused_with_its_line(
    tmp_path: Path, section: str, written: str
) -> None:
    text, line = _with(section, written)
    (fault,) = _faults(tmp_path, text)
    assert fault.startswith(f"line {line} > {section}")


@pytest.mark.parametrize("host", ["a.example", "127.0.0.1", "::1", "fe80::1.2.3.4", "localhost"])
def test_every_form_of_host_is_taken(tmp_path: Path, host: str) -> None:
    path = tmp_path / "exchange.toml"
    path.write_text(GOOD.replace("smtp.ours.example", host))
    assert settings_in(path).smtp.host == host


def test_the_second_of_two_names_is_named(tmp_path: Path) -> None:
    text = f'{GOOD}[[source]]\nname = "twice"\n[[source]]\nname = "twice"\n'
    (fault,) = _faults(tmp_path, text)
    assert fault.startswith(f"line {len(text.splitlines())} > source.")
    assert fault.endswith("two sources of install codes have the same name")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[a]\nb = 1\nb = 2\n", r"line 3: this option or table is there twice"),
        (b"[a]\nb = 1\n[a]\n", r"line 3: the table \[a\] is there twice"),
        (b"[a]\nb = Our Energy\n", r"line 2: the value is not valid TOML \(text is written in"),
        (b'[a]\nb = "C:\\keys"\n', r"line 2: a backslash in quotes is written twice"),
        (b"[a\n", r"line 1: is not valid TOML: "),
        (b"a = 1\nb = 'caf\xe9'\n", r"line 2: is not UTF-8 text"),
        (b"a = " + b"[" * 5000, "is not valid TOML: too many brackets"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_its_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "exchange.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=rf"exchange\.toml ?{said}|exchange\.toml: {said}"):
        TomlFile.read(path)


def test_a_file_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "exchange.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert settings_in(path).party.signifier


def test_a_calendar_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "exchange.toml"
    path.write_text(GOOD)
    assert open_calendar(tmp_path, settings_in(path))  # the usual one may be missing
    path.write_text(f'{GOOD}[calendar]\nfile = "config/calender.toml"\n')
    with pytest.raises(BadInput, match=r"calender\.toml: there is no such file"):
        open_calendar(tmp_path, settings_in(path))
