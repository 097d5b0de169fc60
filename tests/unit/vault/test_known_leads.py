"""The vault finds the Devices that we installed and that unknown ones may be slips for."""

from __future__ import annotations

from unittest.mock import patch

from sqlalchemy import Engine, select, update

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.device import DeviceId
from exchange.domain.inbound import LIKENESSES, Likeness
from exchange.ports.records import VaultRecord
from exchange.vault.buckets import open_together
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.tables import vault_bucket
from exchange.vault.vault import SealedVault
from tests.unit.vault.cases import code, fresh

KEY = WrappingKey.generate()
OURS = [DeviceId(bytes([0x00, 0xDB, 0x41, 0x07, 0, 0, n >> 8, n & 255])) for n in range(1, 400)]
THEIRS = DeviceId.parse("70-B3-D5-1E-40-00-61-05")


def _held(device: DeviceId, number: int, *, installed: bool = True) -> VaultRecord:
    return VaultRecord(device, code(number), installed, "ESME")


def _found(vault: SealedVault, *asked: str) -> list[tuple[int, DeviceId, Likeness]]:
    found = vault.find_look_alikes(ids_of(map(DeviceId.parse, asked)))
    names = [DeviceId(int(one).to_bytes(8, "big")) for one in found.ids]
    kinds = [LIKENESSES[at] for at in found.likenesses]
    return list(zip(found.rows.tolist(), names, kinds, strict=True))


def _vault(engine: Engine) -> SealedVault:
    vault = fresh(engine, KEY, bucket_records=25)
    vault.put_many(_held(one, number) for number, one in enumerate(OURS))
    vault.put_many([_held(THEIRS, 900, installed=False)])
    return vault


def test_a_slip_is_found_only_where_what_was_meant_is_held_and_ours(engine: Engine) -> None:
    vault = _vault(engine)
    assert _found(
        vault,
        "00-DB-41-07-00-00-09-09",  # not held, but not a slip
        "0B-D0-41-07-00-00-00-07",  # two slips
        "00-D8-41-07-00-00-00-07",
        "07-01-00-00-07-41-DB-00",
        "05-61-00-40-1E-D5-B3-70",  # what it is reversed was installed by another
        "00-D8-41-07-00-00-09-09",  # what it may be is not held
    ) == [(2, OURS[6], Likeness.ONE_DIGIT), (3, OURS[262], Likeness.REVERSED)]


def test_what_is_imported_later_is_known_and_only_its_buckets_are_read(engine: Engine) -> None:
    vault = _vault(engine)
    assert _found(vault, "00-11-22-34-00-00-00-01") == []
    with patch("exchange.vault.known_leads.open_together", wraps=open_together) as opened:
        assert _found(vault, "00-11-22-35-00-00-00-01") == []
        assert opened.call_count == 0
        # Another program imports, such as `exchange codes import` beside the daemon.
        other = SealedVault(engine, KEY, bucket_records=25)
        late = DeviceId.parse("00-11-22-33-00-00-00-01")
        other.put_many([_held(late, 901)])
        assert _found(vault, "00-11-22-34-00-00-00-01") == [(0, late, Likeness.ONE_DIGIT)]
    assert sum(len(call.args[2]) for call in opened.call_args_list) <= 2


def test_a_damaged_bucket_hides_only_its_own_devices(engine: Engine) -> None:
    vault = _vault(engine)
    with engine.begin() as connection:
        first = connection.execute(select(vault_bucket.c.start)).scalars().first()
        connection.execute(
            update(vault_bucket).where(vault_bucket.c.start == first).values(sealed=b"spoilt")
        )
    asked = [f"00-D8-41-07-00-00-{n >> 8:02X}-{n & 255:02X}" for n in range(1, 400)]
    found = _found(vault, *asked)
    assert 300 < len(found) < 399
    assert all(device == OURS[row] for row, device, _ in found)
