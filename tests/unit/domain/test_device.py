"""Device IDs and install codes: the published vectors, and what must never be accepted."""

from __future__ import annotations

import traceback

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.columns.format_columns import crcs
from exchange.domain.device import MASKED, DeviceId, InstallCode, crc16_x25, mask_codes
from exchange.errors import BadInput

# Code with CRC, from the test suites of several ZigBee stacks.
VECTORS = (
    "83FED3407A939723A5C639B26916D505C3B5",
    "83FED3407A939723A5C639B269161802AEBB",
)
FOREIGN = (
    "7A939723A5C639B269161802819B",
    "83FED3407A939723A5C639FF4C12",
    "11223344556677884AF7",
    "83FED3407A939738C552",
)


def test_the_check_value_of_the_crc() -> None:
    assert crc16_x25(b"123456789") == 0x906E


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=20))
def test_the_crcs_of_a_column_are_those_of_each_code(codes: list[bytes]) -> None:
    column = np.frombuffer(b"".join(codes), np.uint8).reshape(-1, 16)
    assert crcs(column).tolist() == [crc16_x25(code) for code in codes]


@pytest.mark.parametrize("text", VECTORS)
def test_vectors(text: str) -> None:
    code = InstallCode.parse(text)
    assert code.with_crc == text
    assert code.hex == text[:32]
    assert InstallCode.parse(code.grouped) == code
    assert InstallCode.parse(code.hex.lower()) == code
    assert code.grouped.split() == [text[i : i + 4] for i in range(0, 36, 4)]


def test_a_leading_0x_is_no_digit() -> None:
    assert InstallCode.parse(f"0x{VECTORS[0]}") == InstallCode.parse(VECTORS[0])
    assert str(DeviceId.parse("0X00db1234567890a0")) == "00-DB-12-34-56-78-90-A0"
    for text in ("0x", "0x0x00DB1234567890A0", "x00DB1234567890A0", "0x00DB1234567890"):
        with pytest.raises(BadInput):
            DeviceId.parse(text)


@pytest.mark.parametrize("text", FOREIGN)
def test_codes_that_gbcs_does_not_have(text: str) -> None:
    with pytest.raises(BadInput, match="not in GBCS"):
        InstallCode.parse(text)


def test_a_bad_crc_is_refused() -> None:
    with pytest.raises(BadInput, match="CRC"):
        InstallCode.parse("5492072F8DE72829FEE139CF8ACA4F43EF21")


@given(st.binary(min_size=16, max_size=16), st.integers(0, 143))
def test_any_flipped_bit_is_noticed(raw: bytes, bit: int) -> None:
    if raw in (b"\x00" * 16, b"\xff" * 16):
        return
    content = bytearray(bytes.fromhex(InstallCode(raw).with_crc))
    content[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadInput):
        InstallCode.parse(content.hex())


@pytest.mark.parametrize("text", ["00" * 16, "FF" * 16, "12", "", "GG" * 16, "0" * 33])
def test_no_code(text: str) -> None:
    with pytest.raises(BadInput):
        InstallCode.parse(text)


def test_a_code_does_not_become_text_by_accident() -> None:
    code = InstallCode.parse(VECTORS[0])
    assert "83FE" not in repr(code)
    with pytest.raises(TypeError):
        str(code)
    with pytest.raises(TypeError):
        f"{code}"
    try:
        raise RuntimeError(repr([code]))
    except RuntimeError:
        assert "83FE" not in traceback.format_exc()


@pytest.mark.parametrize(
    "text",
    [
        "00-DB-12-34-56-78-90-A0",
        "00db1234567890a0",
        "00:DB:12:34:56:78:90:A0",
        "00 DB 12 34 56 78 90 a0",
        "00DB-1234-5678-90A0",
    ],
)
def test_written_forms_of_a_device_id(text: str) -> None:
    assert str(DeviceId.parse(text)) == "00-DB-12-34-56-78-90-A0"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("00DB1234567890A", "Device ID too short: 15 characters, 16 needed"),
        ("00DB1234567890A00", "Device ID too long: 17 characters, 16 needed"),
        ("O0DB1234567890A0", "a Device ID has hex digits only"),
        ("0" * 16, "all zeros"),
        ("F" * 16, "all zeros or all Fs"),
        ("", "a Device ID has hex digits only"),
    ],
)
def test_no_device_id(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        DeviceId.parse(text)


@given(st.binary(min_size=16, max_size=16), st.sampled_from(["", " ", "-", ":", "\u00a0"]))
def test_codes_are_masked_however_they_are_written(raw: bytes, gap: str) -> None:
    if raw in (b"\x00" * 16, b"\xff" * 16):
        return
    digits = InstallCode(raw).with_crc
    written = gap.join(digits[i : i + 4] for i in range(0, 36, 4))
    for text in (
        f"the code is {written}.",
        f"x={written}z" if not gap else written,
        written.lower(),
    ):
        masked = mask_codes(text)
        assert MASKED in masked
        assert digits[:8].lower() not in masked.lower().replace(gap, "")


def test_ordinary_words_and_single_ids_stay_readable() -> None:
    text = "Device 00-DB-12-34-56-78-90-A0 is bad; a face fades. Ref MP121-GAIN-2612-Q00001"
    assert mask_codes(text) == text


def test_the_number_of_a_place_is_not_masked_with_the_code_next_to_it() -> None:
    assert mask_codes("body line 12: 5E0B81D3 F2694A7C 10B8E526") == "body line 12: [masked]"
    assert mask_codes("row 5E0B 81D3: F269 4A7C 10B8 E526 3D97") == "row [masked]"
