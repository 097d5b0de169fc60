"""A slice of fuzzing without atheris: corpus mails, damaged in the ways mails are damaged.

The same mutations on every run; `make fuzz` is the long, coverage-guided run.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.corpus.test_found import check
from tests.places import CORPUS

_LONGEST = 20_000
_SEEDS = [
    raw for path in sorted(CORPUS.glob("*.eml")) if 0 < len(raw := path.read_bytes()) <= _LONGEST
]
# What the scanners stop at: a mutation that lands on one of these reaches far.
_WORDS = [
    b"\r\n", b"\n\n", b"--=_b0\r\n", b"--=_b0--", b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary==_b0\r\n\r\n", b"=?utf-8?b?", b"?=", b"<>", b"@",
    b"Content-Transfer-Encoding: base64\r\n", b"Final-Recipient: rfc822;", b"Status: 5.", b"\x00",
    b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"<table><tr><td>", b"begin 6",
    b"From: a\nSent: b\nTo: c\n", b"00-DB-12-34-56-78-90-A0", b"\x78\x9f\x3e\x22", b"99999999999",
]  # fmt: skip


def mutated(raw: bytes, random: Random) -> bytes:
    """``raw`` after one to six cuts, repeats, swaps, flips or insertions."""
    out = bytearray(raw)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(out) + 1)
        end = min(len(out), at + random.choice((1, 2, 8, 64, 512)))
        way = random.randrange(6)
        if way == 0:
            del out[at:end]
        elif way == 1:
            out[at:at] = random.choice(_WORDS)
        elif way == 2:
            out[at:end] = random.choice(_WORDS)
        elif way == 3:
            out[at:at] = out[at:end] * random.randint(1, 8)
        elif way == 4 and at < len(out):
            out[at] = random.randrange(256)
        else:
            other = random.choice(_SEEDS)
            cut = random.randrange(len(other))
            out[at:end] = other[cut : cut + 512]
    return bytes(out[:_LONGEST])


@pytest.mark.parametrize("slice_", range(8))
def test_mutated_mails_read_without_a_fault(slice_: int) -> None:
    random = Random(20261122 + slice_)
    for _ in range(60):
        raw = mutated(random.choice(_SEEDS), random)
        try:
            check(raw)
        except Exception as error:
            raise AssertionError(f"reading failed on {raw!r}") from error
