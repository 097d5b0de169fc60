"""Change keys: the wrapping key at once, the data key bucket by bucket.

Each bucket names the data key that sealed it, so an interrupted change continues with the buckets
that are left; nothing else needs to be recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    ScalarResult,
    bindparam,
    func,
    select,
    update,
)

from exchange.errors import VaultError
from exchange.vault.buckets import Fault, damage, read_buckets
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.keys.keys import KEY_ID_BYTES, KeyProvider, VaultLock, WrappingKey
from exchange.vault.manifest import Manifest
from exchange.vault.tables import vault_bucket
from exchange.vault.vault_header import (
    VaultHeader,
    read_header,
    reading,
    write_header,
    write_keys,
    writing,
)

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
    present: VaultLock,
    note: Callable[[object, str, str], None],
) -> None:
    """Lock the vault, now locked by ``present``, by ``new``; nothing is sealed again.

    ``note`` is called with the open transaction and the ids of both keys.  Raises WrongKey when
    ``old`` does not open the vault, VaultError when another change was quicker.
    """
    with writing(engine) as connection:
        header = read_header(connection, old, None)
        if header.key_id != present.key_id:
            raise VaultError(
                "the key was changed by somebody else meanwhile; nothing was changed",
                hint="`exchange codes stats` names the present key",
            )
        write_keys(connection, header, header.keys, new)
        note(connection, header.key_id, new.key_id)


def change_data_keys(
    engine: Engine,
    key: KeyProvider,
    change: Callable[[DataKeys], DataKeys],
    note: Callable[[object, bytes], None] = lambda *_: None,
) -> VaultHeader:
    """Replace the data keys by ``change(data keys)``, wrapped by the same key.

    ``note`` is called with the open transaction and the id of the key that seals from now on.
    """
    with writing(engine) as connection:
        header = read_header(connection, key, None)
        wrapping = key.key_for(header.lock)
        changed = write_keys(connection, header, change(header.keys), wrapping)
        note(connection, changed.keys.current.key_id)
        return changed


def reseal_buckets(engine: Engine, key: KeyProvider, progress: Callable[[int, int], None]) -> int:
    """Seal every bucket again that is not under the current data key; return how many.

    Works in transactions of a few hundred buckets; others can read and write between them.
    Raises VaultDamaged naming the buckets that do not open, after all others are done.
    """
    done, faults, tried = 0, list[Fault](), set[int]()
    while True:
        with writing(engine) as connection:
            header = read_header(connection, key, None)
            current = header.keys.current.key_id
            stale = [start for start in _stale_buckets(connection, current) if start not in tried]
            part = stale[:_AT_ONCE]
            if not part:
                break
            tried.update(part)
            entries = header.manifest.entries.copy()
            known = {start: place for place, start in enumerate(header.manifest.starts)}
            faults += [
                Fault(start, 0, "is not in the manifest") for start in part if start not in known
            ]
            part = [start for start in part if start in known]
            at = [known[start] for start in part]
            found = read_buckets(connection, header.cipher, entries.take(at))
            generation = header.generation + 1
            changed = []
            for place, start, rows in zip(at, part, found, strict=True):
                if isinstance(rows, Fault):
                    faults.append(rows)
                    continue
                sealed = header.cipher.seal(start, generation, rows)
                changed.append(
                    {"bucket": start, "new_generation": generation, "new_sealed": sealed}
                )
                entries["generation"][place] = generation
            if changed:
                connection.execute(_UPDATE, changed)
                old = header.manifest
                write_header(
                    connection, header, Manifest(entries, old.sources, old.work), generation
                )
            done += len(changed)
        progress(done, done + len(stale) - len(part))
    if faults:
        raise damage(faults, header.manifest.entries)
    return done


def _stale_buckets(connection: Connection, current: bytes) -> ScalarResult[int]:
    """Find the buckets that are not sealed with the data key ``current``, in order."""
    query = select(vault_bucket.c.start).where(_KEY_ID.is_distinct_from(current))
    return connection.execute(query.order_by(vault_bucket.c.start)).scalars()


def buckets_by_key(engine: Engine) -> Counter[bytes]:
    """Count the buckets that name each data key."""
    with reading(engine) as connection:
        rows = connection.execute(select(_KEY_ID, func.count()).group_by(_KEY_ID))
        return Counter({bytes(key_id): int(number) for key_id, number in rows})


def unused(keys: DataKeys, used: Collection[bytes]) -> set[bytes]:
    """Return the ids of the old data keys under which nothing is sealed."""
    return {key.key_id for key in keys.sealing[1:] if key.key_id not in used}
