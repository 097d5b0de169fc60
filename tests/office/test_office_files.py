"""A list says the same in every format that LibreOffice writes, device for device and reject for
reject."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exchange.domain.limits import DEFAULT
from exchange.parsing.findings.findings import Findings
from exchange.parsing.mime.headers import Headers
from exchange.parsing.mime.parts import Part
from exchange.parsing.reading.attachments import read_attachment
from tests.office.convert import FILES, FORMATS, OFFICE, convert
from tests.office.lists import LISTS, device

_CASES = [
    (name, form)
    for name, listed in LISTS.items()
    for form in FORMATS
    if not (form == "csv" and listed.struck)  # a CSV has no struck-out text
]


def read(path: Path) -> Findings:
    part = Part(headers=Headers([]), media="", params={}, content=path.read_bytes(), name=path.name)
    return read_attachment(path.name, part, DEFAULT, in_reply=False)


def number(where: str) -> int:
    found = re.search(r"(?:row|line|column) (\d+)$", where)
    assert found, where
    return int(found[1])


def check(path: Path, name: str) -> None:
    listed, found = LISTS[name], read(path)
    devices = sorted((str(one.device), number(one.where)) for one in found.devices)
    assert devices == sorted((device(which), row) for which, row in listed.devices)
    rejects = sorted((number(one.where), one.reason) for one in found.rejects)
    assert [row for row, _ in rejects] == [row for row, _ in listed.rejects], rejects
    for (_, reason), (_, wanted) in zip(rejects, listed.rejects, strict=True):
        assert wanted in reason
    codes = sorted(str(one.device) for one in found.claims if one.code is not None)
    assert codes == [device(which) for which in listed.codes]
    for which in listed.struck:
        assert any("struck out" in one and device(which) in one for one in found.warnings)


@pytest.mark.parametrize(("name", "form"), _CASES)
def test_a_list_says_the_same_in_every_format(name: str, form: str) -> None:
    check(FILES / f"{name}.{form}", name)


@pytest.mark.slow
@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")
def test_the_libreoffice_of_this_machine_writes_the_same(tmp_path: Path) -> None:
    # The formats whose cells we read ourselves, record by record: one start of the program each.
    convert(tmp_path, ("xls", "ods"))
    for name, form in _CASES:
        if form in ("xls", "ods"):
            check(tmp_path / f"{name}.{form}", name)
