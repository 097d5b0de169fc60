"""Properties of every list, every damaged code and every string of bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.limits import Limits
from exchange.domain.mail import Kind, MailHead, Outcome, Understanding
from exchange.errors import BadInput, Unreadable
from exchange.parsing.reading.import_tables import read_tables
from exchange.parsing.reading.understand import read_head, understand, understand_file
from tests.corpus import making, sheetfiles
from tests.places import CORPUS

MAILS = sorted(CORPUS.glob("*.eml"))

device_ids = st.binary(min_size=8, max_size=8).filter(
    lambda raw: raw not in (b"\x00" * 8, b"\xff" * 8)
)
lists = st.lists(device_ids.map(DeviceId), min_size=1, max_size=12, unique=True)
codes = st.binary(min_size=16, max_size=16).filter(lambda raw: len(set(raw)) > 1).map(InstallCode)
FORMS: list[Callable[[DeviceId], str]] = [
    str,
    lambda one: str(one).replace("-", ""),
    lambda one: str(one).replace("-", "").lower(),
    lambda one: str(one).replace("-", ":"),
    lambda one: str(one).replace("-", " ").lower(),
]


def _csv(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def _attached(content: bytes, name: str) -> bytes:
    asked = making.part("Please send the install codes for the attached devices.\n")
    return making.mail(
        making.multi("mixed", asked, making.raw_part(content, "application/octet-stream", name))
    )


def _headed(written: list[str]) -> list[list[str]]:
    return [["Site", "Device ID"], *(["x", one] for one in written)]


def _page(ids: list[str]) -> sheetfiles.Page:
    return sheetfiles.Page("S", _headed(ids))


_ASK = "Please send the install codes for these devices:\n\n"
LAYOUTS: dict[str, Callable[[list[str]], bytes]] = {
    "lines": lambda ids: making.mail(_ASK + "\n".join(ids)),
    "bullets": lambda ids: making.mail(_ASK + "\n".join(f"- {one}" for one in ids)),
    "labels": lambda ids: making.mail("\n".join(f"Device ID: {one}" for one in ids)),
    "commas": lambda ids: making.mail(f"Install codes needed for devices {', '.join(ids)}."),
    "html lines": lambda ids: making.mail(making.html(f"<p>{_ASK}</p>{'<br>'.join(ids)}")),
    "html table": lambda ids: making.mail(
        making.html("<p>" + _ASK + "</p>" + making.table(*_headed(ids)))
    ),
    "csv": lambda ids: _attached(_csv(_headed(ids)).encode(), "a.csv"),
    "semicolons": lambda ids: _attached(_csv(_headed(ids), ";").encode("utf-16"), "a.csv"),
    "tabs": lambda ids: _attached(_csv(_headed(ids), "\t").encode("cp1252"), "a.txt"),
    "formulas": lambda ids: _attached(
        _csv(_headed([f'="{one}"' for one in ids]), "|").encode("utf-8-sig"), "a.csv"
    ),
    "one column": lambda ids: _attached(("Device ID\n" + "\n".join(ids)).encode(), "a.csv"),
    "xlsx": lambda ids: _attached(making.xlsx(("S", _headed(ids))), "a.xlsx"),
    "ods": lambda ids: _attached(making.ods("S", _headed(ids)), "a.ods"),
    "xls": lambda ids: _attached(making.xls("S", _headed(ids)), "a.xls"),
    "xlsb": lambda ids: _attached(sheetfiles.xlsb(_page(ids)), "a.xlsb"),
    "xml 2003": lambda ids: _attached(sheetfiles.xml_2003(_page(ids)), "a.xls"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@given(ids=lists, data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_list_reads_back_exactly(layout: str, ids: list[DeviceId], data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(FORMS))
    rounded = [one for one in ids if form(one).isdecimal() and form(one)[-1] == "0"]
    if len(rounded) > 2 and layout not in ("xlsx", "ods", "xls", "xlsb", "xml 2003"):
        return  # looks like what Excel's rounding leaves behind, and is refused as such
    said = understand(LAYOUTS[layout]([form(one) for one in ids]))
    assert [one.device for one in said.devices] == ids
    assert said.kind is Kind.REQUEST
    assert not said.rejects
    assert not said.answers


def _damaged(code: InstallCode, data: st.DataObject) -> str:
    """Return the code and CRC after one typing error: a wrong, lost, doubled or swapped digit."""
    digits = code.with_crc
    at = data.draw(st.integers(0, len(digits) - 1))
    slip = data.draw(st.sampled_from(["wrong", "lost", "doubled", "swapped"]))
    if slip == "wrong":
        other = data.draw(st.sampled_from([d for d in "0123456789ABCDEF" if d != digits[at]]))
        return digits[:at] + other + digits[at + 1 :]
    if slip == "lost":
        return digits[:at] + digits[at + 1 :]
    if slip == "doubled":
        return digits[:at] + digits[at] + digits[at:]
    at = min(at, len(digits) - 2)
    return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]


ANSWERS: dict[str, Callable[[str, str], bytes]] = {
    "line": lambda device, code: making.mail(f"{device} {code}\n", subject="Re: x"),
    "groups": lambda device, code: making.mail(
        f"{device} IC: {making.grouped(code)}\n", subject="Re: x"
    ),
    "below": lambda device, code: making.mail(
        f"Device ID: {device}\nInstall code: {making.grouped(code)}\n", subject="Re: x"
    ),
    "csv": lambda device, code: _attached(f"Device ID,IC\n{device},{code}\n".encode(), "a.csv"),
    "bare csv": lambda device, code: _attached(f"{device},{code}\n".encode(), "a.csv"),
    "xlsx": lambda device, code: _attached(
        making.xlsx(("S", [["EUI", "Install code"], [device, making.grouped(code)]])), "a.xlsx"
    ),
}


@pytest.mark.parametrize("layout", ANSWERS)
@given(code=codes, device=device_ids.map(DeviceId), data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_damaged_code_is_never_provided(
    layout: str, code: InstallCode, device: DeviceId, data: st.DataObject
) -> None:
    written = _damaged(code, data)
    if written == code.with_crc:
        return
    said = understand(ANSWERS[layout](str(device), written))
    assert all(one.outcome is not Outcome.PROVIDED for one in said.answers)
    assert all(one.code is None for one in said.answers)


@pytest.mark.parametrize("layout", ANSWERS)
@given(code=codes, device=device_ids.map(DeviceId), crc=st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_good_code_is_read_with_or_without_its_crc(
    layout: str, code: InstallCode, device: DeviceId, crc: bool
) -> None:
    said = understand(ANSWERS[layout](str(device), code.with_crc if crc else code.hex))
    assert [(one.device, one.code) for one in said.answers] == [(device, code)]
    assert said.answers[0].outcome is Outcome.PROVIDED


def _refused(read: Callable[[], Understanding | MailHead]) -> Understanding | MailHead | None:
    """Return the result, or None when the mail was refused; fail on a caught fault of ours."""
    try:
        return read()
    except Unreadable as error:
        if "fault" in error.message:
            raise
        return None


@given(st.binary(max_size=3000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_raise_only_our_errors(raw: bytes) -> None:
    for read in (understand, read_head, lambda content: understand_file("x", content)):
        _refused(partial(read, raw))


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_mail_raises_only_our_errors(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(MAILS)).read_bytes()
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.integers(0, 40))
        new = data.draw(st.one_of(st.binary(max_size=20), st.sampled_from(
            [b"\r\n\r\n", b"--=_b0", b"\x00", b"=?utf-8?b?", b"<table>", b"\xff\xfe", b'"', b"E+15"]
        )))  # fmt: skip
        raw = raw[:start] + new + raw[start + length :]
    said = _refused(lambda: understand(raw))
    if not isinstance(said, Understanding):
        return
    assert "\n" not in said.head.subject
    assert all((one.code is not None) == (one.outcome is Outcome.PROVIDED) for one in said.answers)


@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"]))
@settings(max_examples=200, deadline=None)
def test_any_table_file_raises_only_bad_input(content: bytes, start: bytes) -> None:
    try:
        tables = read_tables("x.csv", start + content, Limits(rows=50))
    except BadInput:
        return
    assert tables
    assert all(row.number >= 1 for table in tables for row in table.rows)
