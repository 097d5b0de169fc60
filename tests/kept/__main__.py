"""Writes the databases of the present schema that are kept."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from exchange.store.upkeep import schema
from tests.kept import HERE, fill, make_place
from tests.servers.postgres import postgres


def main() -> None:
    """Both engines; a database that is kept already stays as it is."""
    revision = schema.revisions()[-1]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "lose"
        make_place(place)
        fill(place)
        with closing(sqlite3.connect(place / "exchange.db")) as connection:
            _write(f"{revision}-sqlite.sql", "\n".join(connection.iterdump()))
    with tempfile.TemporaryDirectory() as folder, postgres(alone=True) as url:
        place = Path(folder) / "lose"
        make_place(place, url)
        fill(place)
        _write(f"{revision}-postgresql.sql", _dumped(url))


def _dumped(url: str) -> str:
    parsed = make_url(url)
    place = (f"--host={parsed.host}", f"--port={parsed.port}", f"--username={parsed.username}")
    words = ["pg_dump", "--inserts", "--no-owner", "--no-privileges", *place, str(parsed.database)]
    environment = {**os.environ, "PGPASSWORD": str(parsed.password)}
    said = subprocess.run(words, check=True, capture_output=True, env=environment, text=True).stdout
    # Without what psql alone reads, remarks, and what only this version of the server knows.
    return re.sub(r"(?m)^(\\|--|SET |SELECT pg_catalog.set_config).*\n", "", said)


def _write(name: str, sql: str) -> None:
    path = HERE / name
    if path.exists():
        sys.exit(f"{path} is kept already: what stands at people's sites does not change")
    path.write_text(re.sub(r"\n{2,}", "\n", sql) + "\n", encoding="utf-8")


main()
