"""Mail encrypted to us: opened in the reading process with keys that never enter it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.config import SmimeSettings
from exchange.domain.device import mask_codes
from exchange.domain.envelope import MOST_DECRYPTIONS, WrappedKey
from exchange.domain.limits import Limits
from exchange.domain.mail import Kind, Understanding
from exchange.errors import ConfigError, NotDecrypted, Unreadable
from exchange.parsing.containers.openers import Openers
from exchange.parsing.reading.understand import understand
from exchange.vault.keys.mailkeys import MailKeys, load_mail_key
from exchange.worker.reader import WorkerReader
from tests.corpus import making
from tests.corpus.making import CODE, CODE_CRC, D
from tests.sealing import Identity, envelope, identity, tlv

US, OLD, OTHER = "us", "us before", "somebody else"
DAMAGED = "it is damaged, or was encrypted to another key"


def listed(*devices: str) -> bytes:
    """The MIME entity of a request with its list in a CSV."""
    rows = "Device ID,Type\n" + "".join(f"{one},ESME\n" for one in devices)
    return making.multi(
        "mixed",
        making.part("Please send us the install codes of the attached.\n"),
        making.raw_part(rows.encode(), "text/csv", "request.csv"),
    )


def sealed_mail(content: bytes, **more: Any) -> bytes:
    kind = "application/pkcs7-mime; smime-type=enveloped-data"
    return making.mail(making.raw_part(content, kind, "smime.p7m"), **more)


def tables(*identities: Identity, folder: Path) -> list[SmimeSettings]:
    for number, one in enumerate(identities):
        one.write(folder / "secrets", f"{number}")
    return [
        SmimeSettings(certificate=f"secrets/{at}.crt", key=f"secrets/{at}.key")
        for at in range(len(identities))
    ]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> MailKeys:
    """Two keys on file, one of them of an expired certificate."""
    folder = tmp_path_factory.mktemp("keys")
    ours = tables(identity(US), identity(OLD, days=-10), folder=folder)
    return MailKeys(folder, ours)


@pytest.fixture(scope="module")
def reader(keys: MailKeys) -> Iterator[WorkerReader]:
    found = WorkerReader(
        Limits(), frozenset(), seconds=60, memory_bytes=1 << 30, unwrap=keys.unwrap
    )
    yield found
    found.close()


def places(said: Understanding) -> list[tuple[str, str]]:
    return [(str(one.device), one.where) for one in said.devices]


FROM_CSV = [(D[0], "encrypted mail > request.csv > row 2"),
            (D[1], "encrypted mail > request.csv > row 3")]  # fmt: skip


@pytest.mark.parametrize("endless", [False, True], ids=["definite", "indefinite"])
@pytest.mark.parametrize(
    "how",
    [
        {"cipher": "aes-128-cbc"},
        {"cipher": "aes-192-cbc"},
        {"cipher": "aes-256-cbc", "by_key_id": True},
        {"cipher": "aes-128-gcm"},
        {"cipher": "aes-256-gcm", "attributes": True},
        {"cipher": "aes-256-gcm", "tag_bytes": 12},
        {"wrap": "oaep"},
        {"wrap": "oaep", "hashing": "sha256"},
        {"wrap": "oaep", "hashing": "sha512", "masking": "sha1"},
    ],
    ids=str,
)
def test_every_usual_envelope_opens(
    reader: WorkerReader, how: dict[str, Any], endless: bool
) -> None:
    content = envelope(listed(D[0], D[1]), identity(US), endless=endless, **how)
    said = reader.read(sealed_mail(content))
    assert (said.kind, places(said), said.rejects, said.warnings) == (
        Kind.REQUEST, FROM_CSV, (), ())  # fmt: skip


def test_another_library_s_envelope_opens(reader: WorkerReader) -> None:
    sealed = (
        pkcs7.PKCS7EnvelopeBuilder()
        .set_data(listed(D[0], D[1]))
        .add_recipient(identity(OTHER).certificate)
        .add_recipient(identity(US).certificate)
        .set_content_encryption_algorithm(algorithms.AES256)
        .encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )
    assert places(reader.read(sealed_mail(sealed))) == FROM_CSV


def test_mail_to_the_expired_certificate_still_opens(reader: WorkerReader) -> None:
    to_old = envelope(listed(D[0], D[1]), identity(OTHER), identity(OLD, days=-10))
    assert places(reader.read(sealed_mail(to_old))) == FROM_CSV


def test_triple_des_opens_with_a_word_about_it(reader: WorkerReader) -> None:
    said = reader.read(sealed_mail(envelope(listed(D[0], D[1]), identity(US), cipher="3des")))
    assert places(said) == FROM_CSV
    assert "Triple DES, which is out of date" in said.warnings[0]


def test_an_answer_s_codes_are_read_and_belong_to_their_devices(reader: WorkerReader) -> None:
    text = making.part(f"{D[0]} {CODE_CRC}\n{D[1]} not installed by us\n")
    said = reader.read(
        sealed_mail(envelope(text, identity(US)), subject="Re: MP121-OURS-2612-Q00001")
    )
    assert said.kind is Kind.RESPONSE
    assert [(str(one.device), one.code and one.code.hex, one.where) for one in said.answers] == [
        (D[0], CODE, "encrypted mail > body line 1"),
        (D[1], None, "encrypted mail > body line 2"),
    ]


def test_an_encrypted_part_of_a_mail_and_a_bare_file(reader: WorkerReader) -> None:
    content = envelope(listed(D[0]), identity(US))
    part = making.raw_part(content, "application/pkcs7-mime", "smime.p7m")
    footer = making.part("Sent by our gateway.\n")
    said = reader.read(making.mail(making.multi("mixed", part, footer)))
    assert places(said) == FROM_CSV[:1]
    assert said.kind is Kind.REQUEST
    bare = reader.read(content, file="smime.p7m")
    assert places(bare) == [(D[0], "smime.p7m > encrypted mail > request.csv > row 2")]


# What does not open


def refused(reader: WorkerReader, content: bytes) -> str:
    """Why a mail is refused as a whole, though a device stands in the clear beside the part."""
    part = making.raw_part(content, "application/pkcs7-mime", "smime.p7m")
    clear = making.part(f"Please send the install code of {D[2]}\n")
    with pytest.raises(Unreadable) as caught:
        reader.read(making.mail(making.multi("mixed", clear, part)))
    assert caught.value.place == "smime.p7m"
    return caught.value.message


def test_another_recipient_is_named_by_its_serial_number(reader: WorkerReader) -> None:
    said = refused(reader, envelope(listed(D[0]), identity(OTHER)))
    assert "none of our certificates" in said
    assert f"{identity(OTHER).certificate.serial_number:X}"[-8:] in mask_codes(said)


@pytest.mark.parametrize("cipher", ["aes-256-cbc", "aes-256-gcm"])
def test_damage_behind_the_key_is_always_told_in_the_same_words(
    reader: WorkerReader, cipher: str
) -> None:
    content = bytearray(envelope(listed(D[0]), identity(US), cipher=cipher))
    if cipher.endswith("gcm"):
        content[-1] ^= 1  # the tag
        assert DAMAGED in refused(reader, bytes(content))
    wrapped = bytearray(envelope(listed(D[0]), identity(US), cipher=cipher))
    at = wrapped.index(tlv(0x04, bytes(256))[:4]) + 40  # in the encrypted key
    wrapped[at] ^= 1
    assert DAMAGED in refused(reader, bytes(wrapped))
    # Encrypted to a key that names our certificate and is not ours.
    other = Identity(identity(US).certificate, identity(OTHER).key)
    assert DAMAGED in refused(reader, envelope(listed(D[0]), other, cipher=cipher))


def test_unsupported_encryption_is_named(reader: WorkerReader) -> None:
    agreed = tlv(0xA1, b"\x02\x01\x03")
    assert "key agreement (ECDH)" in refused(reader, envelope(b"x", others=[agreed]))
    phrase = tlv(0xA3, b"\x02\x01\x00")
    assert "with a password" in refused(reader, envelope(b"x", others=[phrase]))
    weak = envelope(b"x", identity(US)).replace(
        bytes.fromhex("60864801650304012a"), bytes.fromhex("2a864886f70d030200")
    )
    assert "we do not support: please use AES" in refused(reader, weak)
    # Beside one that is read it does no harm.
    both = envelope(listed(D[0], D[1]), identity(US), others=[agreed])
    assert places(reader.read(sealed_mail(both))) == FROM_CSV


def test_a_mail_of_very_many_encrypted_parts_is_refused(reader: WorkerReader) -> None:
    part = making.raw_part(
        envelope(listed(D[0]), identity(US)), "application/pkcs7-mime", "smime.p7m"
    )
    many = making.mail(making.multi("mixed", *[part] * (MOST_DECRYPTIONS + 1)))
    with pytest.raises(Unreadable, match="more than 20 encrypted parts"):
        reader.read(many)


def test_encrypted_within_encrypted_ends_at_the_depth(reader: WorkerReader) -> None:
    content = listed(D[0])
    for _ in range(12):
        sealed = envelope(content, identity(US), cipher="aes-128-cbc")
        content = making.raw_part(sealed, "application/pkcs7-mime", "smime.p7m")
    with pytest.raises(Unreadable, match="deeper than 10"):
        reader.read(making.mail(content))


_WHOLE = envelope(listed(D[0]), identity(US), cipher="aes-128-cbc", endless=True)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_envelopes_raise_nothing_but_ours(data: st.DataObject) -> None:
    content = bytearray(_WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(content), 900) - 1))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(1, len(content)))
    raw = sealed_mail(bytes(content[:cut]))
    with contextlib.suppress(Unreadable):
        understand(raw, openers=Openers(unwrap=lambda _: [bytes(16)]))


# The keys


def test_the_private_key_never_enters_the_reading_process(
    keys: MailKeys, reader: WorkerReader
) -> None:
    said = reader.read(sealed_mail(envelope(listed(D[0]), identity(US))))
    assert said.devices
    assert reader._process is not None
    process = Path(f"/proc/{reader._process.pid}")
    numbers = identity(US).key.private_numbers()
    pem = identity(US).pem()
    wanted = [pem.splitlines()[3], pem.splitlines()[8]]
    for number in (numbers.d, numbers.p, numbers.q, numbers.dmp1):
        raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
        wanted += [raw[:16], raw[::-1][:16], raw[::-1][-16:]]
    seen = process.joinpath("environ").read_bytes() + process.joinpath("cmdline").read_bytes()
    seen += _memory(process)
    assert b"exchange.worker" in seen
    assert D[0].encode() in seen  # we do look at what it has read
    assert [one for one in wanted if one in seen] == []
    assert "RSA" not in repr(keys._keys[0])


def _memory(process: Path) -> bytes:
    found = []
    with (process / "mem").open("rb", 0) as memory:
        for line in (process / "maps").read_text().splitlines():
            span, mode = line.split()[:2]
            if not mode.startswith("rw") or "[v" in line:
                continue
            start, end = (int(edge, 16) for edge in span.split("-"))
            memory.seek(start)
            found.append(memory.read(end - start) or b"")
    return b"".join(found)


@pytest.mark.parametrize("form", ["plain", "password", "pkcs12"])
def test_a_key_is_loaded_in_each_form(tmp_path: Path, form: str) -> None:
    mine = identity(US)
    if form == "pkcs12":
        path = tmp_path / "both.p12"
        path.write_bytes(mine.packed("lantern"))
        path.chmod(0o600)
        (tmp_path / "word").write_text("lantern\n")
        chosen = SmimeSettings(pkcs12="both.p12", password_file="word")
    else:
        password = "lantern" if form == "password" else ""
        mine.write(tmp_path / "secrets", "k", password)
        more = {"password_file": "secrets/k.password"} if password else {}
        chosen = SmimeSettings(certificate="secrets/k.crt", key="secrets/k.key", **more)
    found = load_mail_key(tmp_path, chosen)
    assert found.certificate == mine.certificate
    assert found.key.private_numbers() == mine.key.private_numbers()
    assert "RSA" not in repr(found)


def _mode(folder: Path) -> None:
    (folder / "secrets" / "0.key").chmod(0o640)


def _swap(folder: Path) -> None:
    (folder / "secrets" / "0.key").write_bytes(identity(OTHER).pem())


def _gone(folder: Path) -> None:
    (folder / "secrets" / "0.key").unlink()


def _locked(folder: Path) -> None:
    (folder / "secrets" / "0.key").write_bytes(identity(US).pem("lantern"))


def _curve(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "secrets" / "0.key").write_bytes(pem)


def _spoiled(folder: Path) -> None:
    (folder / "secrets" / "0.crt").write_text("no certificate")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_mode, "the private key is accessible to other users (mode 0640)"),
        (_swap, "does not belong to the certificate"),
        (_gone, "there is no such file"),
        (_locked, "cannot be opened"),
        (_curve, "not an RSA key"),
        (_spoiled, "not a certificate in PEM format"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_with_its_file(
    tmp_path: Path, spoil: Any, said: str
) -> None:
    (chosen,) = tables(identity(US), folder=tmp_path)
    spoil(tmp_path)
    with pytest.raises(ConfigError) as caught:
        load_mail_key(tmp_path, chosen)
    assert said in caught.value.message
    assert str(tmp_path / "secrets") in caught.value.place
    assert "PRIVATE" not in str(caught.value)


def test_while_the_key_is_not_usable_the_mail_is_not_refused(tmp_path: Path) -> None:
    """ConfigError, which is ours to mend; once it is mended the same reader opens the mail."""
    chosen = tables(identity(US), folder=tmp_path)
    _mode(tmp_path)
    reader = WorkerReader(
        Limits(),
        frozenset(),
        seconds=60,
        memory_bytes=1 << 30,
        unwrap=MailKeys(tmp_path, chosen).unwrap,
    )
    raw = sealed_mail(envelope(listed(D[0]), identity(US)))
    try:
        with pytest.raises(ConfigError):
            reader.read(raw)
        (tmp_path / "secrets" / "0.key").chmod(0o600)
        assert places(reader.read(raw)) == FROM_CSV[:1]
    finally:
        reader.close()


def test_only_content_keys_leave(keys: MailKeys) -> None:
    """Whatever else somebody wraps to our key, it is not handed to the reading process."""
    certificate = identity(US).certificate
    public = identity(US).key.public_key()
    for size, leaves in ((16, 1), (24, 1), (32, 1), (20, 0), (48, 0)):
        sealed = public.encrypt(b"k" * size, padding.PKCS1v15())
        asked = WrappedKey(sealed, certificate.issuer.public_bytes(), certificate.serial_number)
        assert len(keys.unwrap([asked])) == leaves
    with pytest.raises(NotDecrypted):
        keys.unwrap([WrappedKey(sealed, key_id=b"nobody's")])
