"""A change of keys: the wrapping key at once, the data key bucket by bucket.

Which bucket is sealed under which data key stands in the bucket itself, so a change that was cut
off goes on with those that are left; nothing else is remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import ColumnElement, Engine, bindparam, func, select, update

from exchange.errors import VaultError
from exchange.vault.buckets import Fault, damage, read_buckets
from exchange.vault.datakeys import DataKeys
from exchange.vault.head import Head, read_head, reading, write_head, write_keys, writing
from exchange.vault.keys import KEY_ID_BYTES, KeyProvider, Lock, WrappingKey
from exchange.vault.manifest import Manifest
from exchange.vault.tables import vault_bucket

_AT_ONCE: Final = 256  # buckets in one transaction: some ten megabytes
# After the version byte.
_KEY_ID: Final[ColumnElement[bytes]] = func.substr(vault_bucket.c.sealed, 2, KEY_ID_BYTES)
_UPDATE: Final = (
    update(vault_bucket)
    .where(vault_bucket.c.start == bindparam("bucket"))
    .values(generation=bindparam("new_generation"), sealed=bindparam("new_sealed"))
)


def rewrap(
    engine: Engine,
    old: KeyProvider,
    new: WrappingKey,
    present: Lock,
    note: Callable[[object, str, str], None],
) -> None:
    """Lock the vault, which is locked by ``present``, by ``new``; nothing is sealed again.

    ``note`` is called with the open transaction and the ids of both keys.  Raises WrongKey when
    ``old`` does not open it, VaultError when another change came between.
    """
    with writing(engine) as connection:
        head = read_head(connection, old, None)
        if head.key_id != present.key_id:
            raise VaultError(
                "another change of the key came between; nothing was changed",
                hint="`exchange codes stats` names the key now",
            )
        write_keys(connection, head, head.keys, new)
        note(connection, head.key_id, new.key_id)


def change_data_keys(
    engine: Engine,
    key: KeyProvider,
    change: Callable[[DataKeys], DataKeys],
    note: Callable[[object, bytes], None] = lambda *_: None,
) -> Head:
    """Replace the data keys by ``change`` of them, wrapped as before.

    ``note`` is called with the open transaction and the id of the key that seals from now on.
    """
    with writing(engine) as connection:
        head = read_head(connection, key, None)
        wrapping = key.key_for(head.lock)
        changed = write_keys(connection, head, change(head.keys), wrapping)
        note(connection, changed.keys.current.key_id)
        return changed


def reseal_buckets(engine: Engine, key: KeyProvider, told: Callable[[int, int], None]) -> int:
    """Seal every bucket again that is not under the current data key; returns how many were.

    A few hundred at a time, each time in one transaction; readers and writers go on between them.
    Raises VaultDamaged naming the buckets that do not open; the others are done by then.
    """
    done, faults, tried = 0, list[Fault](), set[int]()
    while True:
        with writing(engine) as connection:
            head = read_head(connection, key, None)
            current = head.keys.current.key_id
            stale = [
                start
                for start in connection.execute(
                    select(vault_bucket.c.start)
                    .where(_KEY_ID.is_distinct_from(current))
                    .order_by(vault_bucket.c.start)
                ).scalars()
                if start not in tried
            ]
            part = stale[:_AT_ONCE]
            if not part:
                break
            tried.update(part)
            entries = head.manifest.entries.copy()
            known = {start: place for place, start in enumerate(head.manifest.starts)}
            faults += [
                Fault(start, 0, "is not in the manifest") for start in part if start not in known
            ]
            part = [start for start in part if start in known]
            at = [known[start] for start in part]
            found = read_buckets(connection, head.cipher, entries.take(at))
            generation = head.generation + 1
            changed = []
            for place, start, rows in zip(at, part, found, strict=True):
                if isinstance(rows, Fault):
                    faults.append(rows)
                    continue
                sealed = head.cipher.seal(start, generation, rows)
                changed.append(
                    {"bucket": start, "new_generation": generation, "new_sealed": sealed}
                )
                entries["generation"][place] = generation
            if changed:
                connection.execute(_UPDATE, changed)
                old = head.manifest
                write_head(connection, head, Manifest(entries, old.sources, old.work), generation)
            done += len(changed)
        told(done, done + len(stale) - len(part))
    if faults:
        raise damage(faults, head.manifest.entries)
    return done


def buckets_by_key(engine: Engine) -> Counter[bytes]:
    """How many buckets are sealed under each data key, by what they say themselves."""
    with reading(engine) as connection:
        rows = connection.execute(select(_KEY_ID, func.count()).group_by(_KEY_ID))
        return Counter({bytes(key_id): int(number) for key_id, number in rows})


def unused(keys: DataKeys, used: Collection[bytes]) -> set[bytes]:
    """Those data keys that only open, and under which nothing is sealed."""
    return {key.key_id for key in keys.sealing[1:] if key.key_id not in used}
