"""Whose a working folder is: nobody else works in it.

What another user makes there (a key file, a lock file, a report, all 0600) locks the service out,
and root is another user too.  So whatever opens the database asks here first, before it makes any
file.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import NamedTuple

from exchange.errors import BadInput


class Owner(NamedTuple):
    """Whose a working folder is, and the file or folder that says so."""

    uid: int
    told_by: Path

    @property
    def name(self) -> str:
        """The user's name, or the number as sudo takes it."""
        return user_name(self.uid)


def owner_of(folder: Path, database: Path | None, key_file: Path | None) -> Owner:
    """The owner of the database file; without one of the key file, else of the folder itself.

    ``database`` is None on a server, ``key_file`` where the key comes from elsewhere.
    """
    for path in (database, key_file):
        if path is not None:
            try:
                return Owner(path.lstat().st_uid, path)
            except OSError:
                continue
    return Owner(folder.stat().st_uid, folder)


def check_owner(folder: Path, owner: Owner) -> None:
    """Raise BadInput where somebody else than the owner types the command."""
    user = os.geteuid()
    if user == owner.uid:
        return
    hint = f"type it as `sudo -u {owner.name} exchange ...`"
    if not owner.uid:
        place = folder.resolve()
        hint += (
            f", or, if {user_name(user)} is to run it, `sudo chown -R {user_name(user)} {place}`"
        )
    raise BadInput(
        f"this folder belongs to {owner.name}, and {user_name(user)} typed the command;"
        " nothing was done",
        place=str(owner.told_by),
        hint=hint,
    )


def user_name(uid: int) -> str:
    """A user's name; the number with # before it, as sudo takes it, where there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"'#{uid}'"
