"""Who owns a working folder: nobody else may work in it.

Files that another user makes there (a key file, a lock file, a report, all 0600) lock the service
out, and root is another user too.  So whatever opens the database checks the owner first, before it
makes any file.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import NamedTuple

from exchange.errors import BadInput


class Owner(NamedTuple):
    """The owner of a working folder, and the file or folder that shows it."""

    uid: int
    shown_by: Path

    @property
    def name(self) -> str:
        """Return the user's name, or the number as sudo takes it."""
        return user_name(self.uid)


def owner_of(folder: Path, database: Path | None, key_file: Path | None) -> Owner:
    """Return the owner of the database file, or else of the key file, or of the folder itself.

    ``database`` is None for a server, ``key_file`` if the key comes from elsewhere.
    """
    for path in (database, key_file):
        if path is not None:
            try:
                return Owner(path.lstat().st_uid, path)
            except OSError:
                continue
    return Owner(folder.stat().st_uid, folder)


def check_owner(folder: Path, owner: Owner) -> None:
    """Raise BadInput if somebody other than the owner runs the command."""
    user = os.geteuid()
    if user == owner.uid:
        return
    hint = f"run it as `sudo -u {owner.name} exchange ...`"
    if not owner.uid:
        place = folder.resolve()
        hint += (
            f", or, if {user_name(user)} is to run it, `sudo chown -R {user_name(user)} {place}`"
        )
    raise BadInput(
        f"this folder belongs to {owner.name}, but {user_name(user)} ran the command;"
        " nothing was done",
        place=str(owner.shown_by),
        hint=hint,
    )


def user_name(uid: int) -> str:
    """Return a user's name, or '#' and the number, as sudo takes it, if there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"'#{uid}'"
