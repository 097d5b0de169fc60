"""A CRC that is written apart from its code is checked, in every place and in both byte orders."""

from __future__ import annotations

import os
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.device import DeviceId, InstallCode, crc16_x25
from exchange.domain.mail import Outcome
from exchange.parsing.identifiers.codes import BadCode
from exchange.parsing.identifiers.separate_crc import (
    CONTRADICTS,
    FITS,
    NOT_GIVEN,
    WRONG_CRC,
    crc_number,
    read_code_and_crc,
    weigh_crc,
    weigh_crcs,
)
from exchange.parsing.reading.understand import understand

# EXCHANGE_DRAWS=10000 draws more; every draw is a whole mail.
_DRAWS: Final = int(os.environ.get("EXCHANGE_DRAWS", "250"))
CODE: Final = "83FED3407A939723A5C639B26916D505"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("C3B5", 0xC3B5),
        ("c3b5", 0xC3B5),
        ("0xC3B5", 0xC3B5),
        ("C3 B5", 0xC3B5),
        ("C3:B5", 0xC3B5),
        ("c3b5h", 0xC3B5),
        ("", None),
        ("n/a", None),
        ("OK", None),
        ("-", None),
        ("not known", None),
        ("C3B", -1),
        ("ADD", None),  # letters alone, and not four of them: a word
        ("3B5", -1),
        ("C3B55", -1),
        ("1.2E+04", -1),
        ("CRC C3B5", 0xC3B5),
        ("meter swapped 2024, checksum = 0xC3B5.", 0xC3B5),
        ("CRC: C3O5", -1),
        ("crc 16 is C3B", -1),
        ("CRC checked 12 May", None),
        ("no CRC", None),
    ],
)
def test_the_crc_in_a_cell(text: str, number: int | None) -> None:
    assert crc_number(text) == number


def test_a_number_has_lost_its_leading_zeros() -> None:
    assert crc_number("418", numeric=True) == 0x0418
    assert crc_number("418") == -1


@pytest.mark.parametrize("crc", ["C3B5", "B5C3", "0xb5c3", "c3-b5"])
def test_either_byte_order_proves_the_code(crc: str) -> None:
    code, digits = read_code_and_crc(CODE, crc)
    assert isinstance(code, InstallCode)
    assert digits == 36


@pytest.mark.parametrize("crc", ["C3B6", "0000", "C3B", "12345", "1"])
def test_any_other_makes_it_bad(crc: str) -> None:
    for cell in (CODE, f"{CODE}C3B5"):
        code, _ = read_code_and_crc(cell, crc)
        assert isinstance(code, BadCode)
        assert code.reason == WRONG_CRC


def test_without_a_crc_the_code_has_32_digits() -> None:
    assert read_code_and_crc(CODE, "")[1] == 32
    assert read_code_and_crc(f"{CODE}C3B5", "")[1] == 36
    assert read_code_and_crc("", "C3B5") == (None, 0)


@given(
    st.lists(
        st.tuples(
            st.binary(min_size=16, max_size=16).filter(lambda raw: len(set(raw)) > 1),
            st.sampled_from(["right", "swapped", "wrong", "", "n/a", "3B5"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_many_at_once_are_weighed_as_one(rows: list[tuple[bytes, str]]) -> None:
    codes = [InstallCode(raw) for raw, _ in rows]
    cells = [_crc_text(code, how) for code, (_, how) in zip(codes, rows, strict=True)]
    columns = np.array([list(raw) for raw, _ in rows], np.uint8)
    many = weigh_crcs(columns, cells, np.arange(len(cells)))
    single = [weigh_crc(code, crc_number(cell)) for code, cell in zip(codes, cells, strict=True)]
    assert many.tolist() == single
    for (_, how), weight in zip(rows, single, strict=True):
        expected = {"right": FITS, "swapped": FITS, "": NOT_GIVEN, "n/a": NOT_GIVEN}
        assert weight == expected.get(how, CONTRADICTS)


def _crc_text(code: InstallCode, how: str) -> str:
    own = crc16_x25(code.raw)
    if how == "right":
        return own.to_bytes(2, "little").hex().upper()
    if how == "swapped":
        return f"{own:04x}"
    if how == "wrong":
        return f"{own ^ 0x0110:04X}"
    return how


# -- whole mails --

_ID: Final = "00-DB-12-34-56-78-9{}-A{}"
_HEADS: Final = ("CRC", "Checksum", "CRC-16", "Chk", "crc (hex)", "Install code CRC", "")


def _id(number: int) -> str:
    return _ID.format(number % 10, (number * 3 + 1) % 10)


def _in_csv(rows: list[tuple[str, str, str]], head: str, *, first: bool) -> str:
    names = ["Device ID", head, "Install code"] if first else ["Device ID", "Install code", head]
    lines = [(device, crc, code) if first else (device, code, crc) for device, code, crc in rows]
    return "\n".join(",".join(line) for line in [names, *lines]) + "\n"


def _in_body(rows: list[tuple[str, str, str]], shape: str) -> str:
    return "\n".join(shape.format(device=device, code=code, crc=crc) for device, code, crc in rows)


_SHAPES: Final = (
    "{device} {code} CRC {crc}",
    "{device}: {code} (crc: {crc})",
    "{device}\t{code}\t{crc}",
    "{device}, {code}, {crc}",
    "{device} {code} / {crc}",
    "{device} install code {code}, checksum is 0x{crc}",
    "{device} CRC {crc} code {code}",
    "Device {device}\nInstall code {code}\nCRC {crc}\n",
    "Device {device}\nCRC: {crc}\nInstall code: {code}\n",
    "{device}\n{code}\n{crc}\n",
)


def _mail(body: str, csv: str = "") -> bytes:
    head = (
        "From: a@losing.test\r\nTo: codes@op-a.test\r\nSubject: Re: MP121-OPA-2611-Q00001\r\n"
        "Message-ID: <1@losing.test>\r\nIn-Reply-To: <q1@op-a.test>\r\nMIME-Version: 1.0\r\n"
    )
    if not csv:
        return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}".encode()
    return (
        f'{head}Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        f"Content-Type: text/plain\r\n\r\n{body}\r\n--b\r\nContent-Type: text/csv\r\n"
        'Content-Disposition: attachment; filename="codes.csv"\r\n\r\n'
        f"{csv}\r\n--b--\r\n"
    ).encode()


@settings(max_examples=_DRAWS, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.binary(min_size=16, max_size=16).filter(lambda raw: len(set(raw)) > 8),
            st.sampled_from(["right", "right", "swapped", "wrong"]),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    ),
    grouped=st.booleans(),
    place=st.sampled_from([*_SHAPES, *(("csv", head, True) for head in _HEADS),
                           *(("csv", head, False) for head in _HEADS)]),
)  # fmt: skip
def test_wherever_it_is_a_wrong_crc_makes_the_code_bad_and_a_right_one_proves_it(
    rows: list[tuple[bytes, str]], *, grouped: bool, place: str | tuple[str, str, bool]
) -> None:
    listed = []
    for number, (raw, how) in enumerate(rows):
        code = InstallCode(raw)
        text = " ".join(code.hex[at : at + 4] for at in range(0, 32, 4)) if grouped else code.hex
        listed.append((_id(number), text, _crc_text(code, how)))
    if isinstance(place, str):
        said = understand(_mail(_in_body(listed, place)), own_addresses=frozenset())
    else:
        csv = _in_csv(listed, place[1], first=place[2])
        said = understand(_mail("Our codes are attached.", csv), own_addresses=frozenset())
    found = {str(answer.device): answer for answer in said.answers}
    unnamed = not isinstance(place, str) and place[1] in ("", "Chk")
    for (raw, how), (device, _, crc) in zip(rows, listed, strict=True):
        answer = found.get(str(DeviceId.parse(device)))
        good = how != "wrong"
        if not good and unnamed and all(one.isdecimal() for _, _, one in listed):
            continue  # a column of four decimal digits without a name: years, numbers of sites
        if good and answer is not None and answer.outcome is Outcome.PROVIDED:
            assert answer.code == InstallCode(raw)
        else:
            # A bad one in the list may make its neighbours unclear too, never the other way round.
            assert answer is None or answer.outcome is Outcome.UNCLEAR, (place, crc)
            assert not good or any(other != "right" for _, other in rows) or answer is None
    assert all(how == "wrong" for _, how in rows) or found
