"""Labels of meters as a scanner types them: both parts are checked."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId, InstallCode
from exchange.parsing.identifiers.codes import BadCode
from exchange.parsing.identifiers.devices import DamagedId
from exchange.parsing.identifiers.meter_labels import find_labels, may_have_labels
from tests.corpus.making import BAD_CRC, CODE, CODE_CRC, OTHER_CRC

ID = "00DB1234567890A0"


def test_labels_singly_and_several_on_a_line() -> None:
    text = f"scanned Z:{ID}$I:{CODE_CRC}; z:00-DB-12-34-56-78-90-A1$i:{OTHER_CRC.lower()}."
    one, other = find_labels(text)
    assert text[one.start : one.end] == f"Z:{ID}$I:{CODE_CRC}"
    assert (one.device, one.code) == (DeviceId.parse(ID), InstallCode.parse(CODE_CRC))
    assert (str(other.device), other.code) == (
        "00-DB-12-34-56-78-90-A1",
        InstallCode.parse(OTHER_CRC),
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (BAD_CRC, "CRC of the install code does not match"),
        (CODE, "has its CRC: 36 hex digits"),
        (CODE_CRC[:-2], "34 hex digits"),
        ("83FED3407A939738C552", "6, 8 or 12-byte"),
        (CODE_CRC[:-1] + "G", "hexadecimal"),
        ("", "hexadecimal"),
    ],
)
def test_a_damaged_code_is_named(code: str, reason: str) -> None:
    (found,) = find_labels(f"Z:{ID}$I:{code}")
    assert isinstance(found.code, BadCode)
    assert reason in found.code.reason


@pytest.mark.parametrize("device", ["00DB1234567890A", "00DB1234567890AG", "0" * 16])
def test_a_damaged_id_is_named(device: str) -> None:
    (found,) = find_labels(f"Z:{device}$I:{CODE_CRC}")
    assert isinstance(found.device, DamagedId)
    assert found.device.text == device


@pytest.mark.parametrize("text", [f"Z:{ID}", f"I:{CODE_CRC}", "it costs $I", f"QUIZ:{ID}$I:{CODE}"])
def test_what_is_no_label(text: str) -> None:
    assert find_labels(text) == []


def test_the_quick_look() -> None:
    assert may_have_labels(f"Z:{ID}$i:{CODE_CRC}")
    assert not may_have_labels(f"{ID} {CODE_CRC} for $5")


@pytest.mark.parametrize("text", [f"Z: {ID} $I: {CODE_CRC}", f"`Z:{ID}$I:{CODE_CRC}`"])
def test_blanks_and_quotes_around_the_parts(text: str) -> None:
    (found,) = find_labels(text)
    assert (found.device, found.code) == (DeviceId.parse(ID), InstallCode.parse(CODE_CRC))
