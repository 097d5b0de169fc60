"""Looks one device up, in some tens of microseconds: one statement, one bucket, no arrays.

Past SQLAlchemy, which would take longer than everything else here.  It answers only where all is
well; whatever is not is met again, and told, on the ordinary way (``lookup``).
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import Engine, bindparam, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from exchange.vault.records import ROW, row_in
from exchange.vault.tables import vault_bucket, vault_head
from exchange.vault.vault_header import Head

# Head and bucket in one statement: one instant, even without a transaction around it.
_FIND: Final = select(
    vault_head.c.stamp, vault_bucket.c.generation, vault_bucket.c.sealed
).select_from(vault_head.join(vault_bucket, vault_bucket.c.start == bindparam("start")))
# Some buckets' worth: a page that is used again costs nothing, one of a large cache is memory
# that the kernel must give first (17 us a bucket against 25 to 45).
_PAGES: Final = 64


class SingleLookup:
    """Reads single buckets of one database. Safe to share between threads.

    It keeps a connection of its own, closed when the engine is disposed of; for a database in
    memory it borrows the engine's, which is the only one that sees it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._errors = engine.dialect.loaded_dbapi.Error
        compiled = _FIND.compile(dialect=engine.dialect)
        self._sql, self._by_name = str(compiled), not compiled.positional
        self._owns = engine.dialect.name != "sqlite" or bool(engine.url.database)
        self._own: DBAPIConnection | None = None
        self._lock = threading.Lock()
        if self._owns:
            event.listen(engine, "engine_disposed", lambda _: self.close())

    def row_of(self, head: Head, device: bytes) -> bytes | None:
        """The row of a Device ID of 8 bytes: 28 bytes, as in ``records``, none where it is unknown.

        None where ``head`` is no longer the head, or the bucket is not what ``head`` says.
        """
        at = bisect_right(head.manifest.starts, head.cipher.place(device)) - 1
        start, records, _, _, generation = head.manifest.entries.item(at)
        found = self._read(start)
        if found is None or found[0] != head.stamp or found[1] != generation:
            return None
        content = head.cipher.content(start, generation, found[2])
        if content is None or len(content) != records * ROW.itemsize:
            return None
        return row_in(content, device)

    def close(self) -> None:
        """Give the connection up; the next look-up makes another."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None:
            with suppress(self._errors):
                own.close()

    def _read(self, start: int) -> Sequence[object] | None:
        """Stamp of the head, generation and content of the bucket at ``start``."""
        try:
            if self._owns:
                with self._lock:
                    own = self._own = self._own or self._opened()
                    return self._asked(own, start)
            borrowed = self._engine.raw_connection()
            try:
                return self._asked(borrowed, start)
            finally:
                borrowed.close()
        except (SQLAlchemyError, self._errors):
            self.close()
            return None

    def _asked(self, connection: DBAPIConnection, start: int) -> Sequence[object] | None:
        cursor = connection.cursor()
        cursor.execute(self._sql, {"start": start} if self._by_name else (start,))
        found: Sequence[Sequence[object]] = cursor.fetchall()  # to the end: nothing stays open
        cursor.close()
        return found[0] if found else None

    def _opened(self) -> DBAPIConnection:
        borrowed = self._engine.raw_connection()
        borrowed.detach()
        own = borrowed.dbapi_connection
        assert own is not None
        if self._engine.dialect.name != "sqlite":
            # Else each look-up begins a transaction, and has to end it.
            self._engine.dialect.set_isolation_level(own, "AUTOCOMMIT")
            return own
        cursor = own.cursor()
        cursor.execute(f"PRAGMA cache_size = {_PAGES}")
        cursor.execute("PRAGMA query_only = ON")
        cursor.close()
        return own
