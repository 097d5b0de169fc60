"""Meter labels in a line of words."""

from __future__ import annotations

from exchange.domain.device import DeviceId, InstallCode
from exchange.parsing.findings.findings import Findings
from exchange.parsing.lists.prose.labels_in_text import read_labels

_ID = "00-DB-12-34-56-78-90-A1"
_CODE = InstallCode(bytes(range(16)))


def test_a_label_gives_its_device_its_code() -> None:
    found = Findings()
    rest = read_labels(f"see Z:{_ID}$I:{_CODE.with_crc} thanks", "body line 1", found)
    assert rest.split() == ["see", "thanks"]
    (claim,) = list(found.claims)
    assert (claim.device, claim.code) == (DeviceId.parse(_ID), _CODE)
    assert not found.rejects


def test_a_label_with_a_wrong_crc_gives_no_code() -> None:
    found = Findings()
    wrong = _CODE.with_crc[:-1] + ("0" if _CODE.with_crc[-1] != "0" else "1")
    read_labels(f"Z:{_ID}$I:{wrong}", "body line 2", found)
    (reject,) = list(found.rejects)
    assert (str(reject.device), reject.where) == (_ID, "body line 2")
    assert [claim.code for claim in found.claims] == [None]


def test_words_are_left_alone() -> None:
    found = Findings()
    assert read_labels("no label here", "body line 1", found) == "no label here"
    assert not found.devices
