"""Sealed texts."""

from __future__ import annotations

import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.errors import BadInput, VaultDamaged, WrongKey
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.keys.seal import BlobSealer

KEYS = DataKeys.generate()
SEALER = BlobSealer(KEYS)
OVERHEAD = 1 + 1 + 8 + 12 + 4 + 16
MAIL = b"Please send the install codes of these Devices.\r\n" * 200


@given(st.binary(max_size=3000), st.sampled_from(["mail", "outbox", "code"]))
def test_round_trip(content: bytes, purpose: str) -> None:
    sealed = SEALER.seal(content, purpose)
    assert SEALER.open(sealed, purpose) == content
    assert len(sealed) <= len(content) + OVERHEAD
    if len(content) >= 8:
        assert content not in sealed


def test_equal_texts_are_sealed_differently() -> None:
    assert SEALER.seal(MAIL, "code") != SEALER.seal(MAIL, "code")


@pytest.mark.parametrize("content", [b"", b"short", MAIL, Random(1).randbytes(300)])
def test_every_changed_byte_and_every_cut_is_noticed(content: bytes) -> None:
    sealed = SEALER.seal(content, "mail")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 0x10
        # The key id is bytes 2 to 9: a change there looks like another key.
        with pytest.raises(WrongKey if 2 <= place < 10 else VaultDamaged):
            SEALER.open(bytes(changed), "mail")
    for cut in (0, 1, 10, 22, len(sealed) - 1):
        with pytest.raises(VaultDamaged):
            SEALER.open(sealed[:cut], "mail")
    with pytest.raises(VaultDamaged):
        SEALER.open(sealed + b"\0", "mail")


def test_the_purpose_is_bound() -> None:
    with pytest.raises(VaultDamaged):
        SEALER.open(SEALER.seal(MAIL, "mail"), "outbox")


def test_another_key_is_wrong_not_damaged() -> None:
    with pytest.raises(WrongKey):
        BlobSealer(DataKeys.generate()).open(SEALER.seal(MAIL, "mail"), "mail")


def test_a_retired_key_still_opens_and_the_current_one_seals() -> None:
    newer = DataKeys.generate()
    both = BlobSealer(DataKeys(KEYS.placing, (newer.current, KEYS.current)))
    assert both.open(SEALER.seal(MAIL, "mail"), "mail") == MAIL
    assert BlobSealer(newer).open(both.seal(MAIL, "mail"), "mail") == MAIL
    with pytest.raises(WrongKey):
        SEALER.open(both.seal(MAIL, "mail"), "mail")


def test_mail_is_deflated_where_it_pays() -> None:
    assert len(SEALER.seal(MAIL, "mail")) < len(MAIL) / 10
    random = Random(2).randbytes(5000)
    assert len(SEALER.seal(random, "mail")) == len(random) + OVERHEAD


def test_a_large_mail_is_judged_by_its_middle() -> None:
    text = MAIL * 400
    bulky = MAIL + Random(3).randbytes(3_000_000) + MAIL
    assert len(SEALER.seal(text, "mail")) < len(text) / 10
    assert len(SEALER.seal(bulky, "mail")) == len(bulky) + OVERHEAD
    assert SEALER.open(SEALER.seal(text, "mail"), "mail") == text
    assert SEALER.open(SEALER.seal(bulky, "mail"), "mail") == bulky


def test_what_holds_codes_beside_a_strangers_words_keeps_its_length() -> None:
    for purpose in ("outbox", "code"):
        assert len(SEALER.seal(MAIL, purpose)) == len(MAIL) + OVERHEAD


def test_a_text_above_the_ceiling_is_neither_sealed_nor_opened() -> None:
    small = BlobSealer(KEYS, max_bytes=1000)
    with pytest.raises(BadInput):
        small.seal(b"x" * 1001, "mail")
    assert len(small.open(small.seal(b"x" * 1000, "mail"), "mail")) == 1000
    with pytest.raises(VaultDamaged, match="more than allowed"):
        small.open(SEALER.seal(b"x" * 1001, "mail"), "mail")


def test_a_text_never_inflates_past_the_length_it_declares() -> None:
    # Only the owner of the key can make such a text; the limit applies all the same.
    packed = zlib.compress(b"x" * 1_000_000)
    for declared in (10, 999_999, 1_000_001):
        body = declared.to_bytes(4, "big") + packed
        header = bytes([1, 1]) + KEYS.current.key_id
        sealed = KEYS.current.cipher("text mail").encrypt(
            bytes(12), body, b"mp121 text" + header + b"mail"
        )
        with pytest.raises(VaultDamaged, match="another length"):
            SEALER.open(header + bytes(12) + sealed, "mail")


def test_tags_tell_equal_contents_and_nothing_else() -> None:
    tag = SEALER.tag(MAIL, "mail")
    assert len(tag) == 32
    assert int(tag, 16) >= 0
    assert tag == BlobSealer(KEYS).tag(MAIL, "mail")
    others = [
        SEALER.tag(MAIL + b".", "mail"),
        SEALER.tag(MAIL, "outbox"),
        BlobSealer(DataKeys.generate()).tag(MAIL, "mail"),
    ]
    assert tag not in others
    newer = DataKeys(KEYS.placing, (DataKeys.generate().current, KEYS.current))
    assert BlobSealer(newer).tag(MAIL, "mail") == tag


def test_a_purpose_is_a_short_word() -> None:
    for wrong in ("", "Mail", "m" * 40, "a b"):
        with pytest.raises(ValueError, match="not a purpose"):
            SEALER.seal(b"", wrong)
        with pytest.raises(ValueError, match="not a purpose"):
            SEALER.tag(b"", wrong)


def test_no_repr_shows_anything() -> None:
    assert KEYS.current.secret.hex() not in repr(SEALER)
    assert repr(KEYS.current.secret) not in repr(vars(SEALER)["_keys"])
