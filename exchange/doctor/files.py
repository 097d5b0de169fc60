"""Check owner and access rights of each file and folder.

The rights are derived from owner, group and mode, for the daemon's user: root, who may run the
check, could read every file itself.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from exchange.bootstrap import INSTANCE, database_url, working_owner
from exchange.config import Settings
from exchange.doctor.check import Check, failed, faults, ok, warning
from exchange.errors import ExchangeError
from exchange.owner import Owner, user_name
from exchange.rendering.wording import counted
from exchange.services.running.heartbeat import HEARTBEAT_FILE as HEARTBEAT
from exchange.store.db import sqlite_path
from exchange.store.references import FILES as REFERENCES
from exchange.store.taken import TAKEN_FILE as TAKEN

_WHAT: Final = "files"
_MOST_IN_FOLDER, _MOST_SAID = 1_000, 20
_READ, _WRITE, _SEARCH = 4, 2, 1


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or folder, and its requirements."""

    path: Path
    written: bool = False  # the daemon writes to it, or makes files in it
    private: bool = False  # no other user may access it
    vital: bool = True  # the daemon needs it
    plain: bool = False  # it has to be an ordinary file


def user(folder: Path, settings: Settings) -> tuple[list[Check], bool]:
    """Check that the folder's owner runs the command: only they may open the database."""
    try:
        owner = working_owner(folder, settings)
    except (ExchangeError, OSError):
        return [], True  # the database's own check names what is wrong
    me = os.geteuid()
    if me == owner.uid:
        return [ok("user", f"{owner.name}, to whom {owner.shown_by} belongs")], True
    return [
        failed(
            "user",
            f"{user_name(me)}, but {owner.shown_by} belongs to {owner.name}: the database was not"
            " opened, for files made by another user lock the daemon out",
            f"`sudo -u {owner.name} exchange doctor --folder {folder.absolute()}`",
        )
    ], False


def files(folder: Path, settings: Settings) -> list[Check]:
    """Check that the daemon's files and folders are accessible to their owner only."""
    try:
        owner = working_owner(folder, settings)
        entries = list(_entries(folder, settings))
    except ExchangeError as error:
        return faults(_WHAT, error, "fix that first")
    except OSError as error:
        return [failed(_WHAT, f"{error.filename}: {error.strerror}", "check owner and mode")]
    groups = _groups(owner)
    found: list[Check] = []
    looked = 0
    for entry in entries:
        try:
            status = entry.path.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            # The folder above says why.
            found.append(_unreachable(entry.path, error, owner))
            continue
        looked += 1
        found += _faults_of(entry, status, owner, groups)
    if not found:
        text = f"{counted(looked, 'file or folder', 'files and folders')} of {owner.name}"
        return [ok(_WHAT, f"{text}, all as required")]
    found.sort(key=lambda check: check.state != "failed")
    left = len(found) - _MOST_SAID
    if left > 0:
        found = [*found[:_MOST_SAID], warning(_WHAT, f"{left} more", "fix those above first")]
    return found


def _entries(folder: Path, settings: Settings) -> Iterator[_Entry]:
    yield _Entry(folder, written=True)
    for name in (*REFERENCES, INSTANCE, HEARTBEAT, TAKEN):
        vital = name in REFERENCES  # without them no reference is given
        yield _Entry(folder / name, written=True, private=True, vital=vital, plain=True)
    for path in _tree(folder / "config"):
        yield _Entry(path)
    for path in _tree(folder / "templates"):
        yield _Entry(path)
    for path in _tree(folder / "secrets"):
        yield _Entry(path, private=True)
    if settings.keys.by_file:
        key = folder / settings.keys.file
        yield _Entry(key.parent, written=True, private=key.parent.name == "keys")
        names = (path for path in _inside(key.parent) if path.name.startswith(key.name))
        for path in names:
            vital = path.name in (key.name, f"{key.name}.next")
            yield _Entry(path, private=path != key, vital=vital)  # its own check is stricter
    url = database_url(folder, settings)
    if url.startswith("sqlite"):
        database = sqlite_path(url)
        if database.parent != folder.resolve():
            yield _Entry(database.parent, written=True)
        for path in _inside(database.parent):
            # The log, the shared memory, the locks: all begin with the database's name.
            if path.name == database.name or path.name.startswith(
                (f"{database.name}-", f"{database.name}.")
            ):
                yield _Entry(path, written=True, private=path.name != database.name, plain=True)
    reports = folder / settings.report.folder
    for path in _tree(reports):
        yield _Entry(path, written=True, vital=path == reports)


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(islice(folder.iterdir(), _MOST_IN_FOLDER))
    except OSError:
        return []


def _tree(folder: Path) -> Iterator[Path]:
    """Yield a folder and its contents, without following links."""
    yield folder
    try:
        is_folder = stat.S_ISDIR(folder.lstat().st_mode)
    except OSError:
        return
    if is_folder:
        for path in _inside(folder):
            yield from _tree(path)


def _faults_of(
    entry: _Entry, status: os.stat_result, owner: Owner, groups: frozenset[int]
) -> Iterator[Check]:
    path, mode = entry.path, stat.S_IMODE(status.st_mode)
    says = failed if entry.vital else warning
    folder = stat.S_ISDIR(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        if entry.written:
            yield says(
                _WHAT,
                f"{path} is a symbolic link, which is never written through",
                "name the file or folder itself in the configuration",
            )
        return
    if entry.plain and not stat.S_ISREG(status.st_mode):
        yield says(_WHAT, f"{path} is not an ordinary file", "move it away; a new one is made")
        return
    wanted = _READ | (_WRITE if entry.written else 0) | (_SEARCH if folder else 0)
    missing = wanted & ~_allowed(status, owner, groups)
    kind = "folder" if folder else "file"
    if missing:
        cannot = "written to" if missing == _WRITE else "used"
        yield says(
            _WHAT,
            f"{path} cannot be {cannot} by {owner.name}: the {kind} belongs to"
            f" {user_name(status.st_uid)}, mode {mode:04o}",
            _remedy(path, status, owner, "u+rwX" if entry.written else "u+rX"),
        )
    elif status.st_uid != owner.uid and entry.written and not folder:
        yield warning(
            _WHAT,
            f"{path} belongs to {user_name(status.st_uid)}, not to {owner.name}",
            f"`sudo chown {owner.name}: {path}`",
        )
    if entry.private and mode & 0o077:
        yield warning(
            _WHAT,
            f"the {kind} {path} is accessible to other users (mode {mode:04o})",
            f"`chmod go= {path}`",
        )
    if entry.written and folder and os.statvfs(path).f_flag & os.ST_RDONLY:
        yield says(_WHAT, f"{path} is on a read-only file system", "mount it for writing")


def _allowed(status: os.stat_result, owner: Owner, groups: frozenset[int]) -> int:
    if not owner.uid:
        return _READ | _WRITE | _SEARCH
    if status.st_uid == owner.uid:
        return status.st_mode >> 6 & 7
    return status.st_mode >> 3 & 7 if status.st_gid in groups else status.st_mode & 7


def _groups(owner: Owner) -> frozenset[int]:
    if owner.uid == os.geteuid():
        return frozenset((os.getegid(), *os.getgroups()))
    try:
        known = pwd.getpwuid(owner.uid)
    except KeyError:
        return frozenset()
    return frozenset(os.getgrouplist(known.pw_name, known.pw_gid))


def _remedy(path: Path, status: os.stat_result, owner: Owner, mode: str) -> str:
    if status.st_uid != owner.uid:
        return f"`sudo chown {owner.name}: {path}`"
    return f"`chmod {mode} {path}`"


def _unreachable(path: Path, error: OSError, owner: Owner) -> Check:
    return failed(
        _WHAT,
        f"{path} cannot be checked: {error.strerror}",
        f"`sudo chown {owner.name}: {path.parent}` and `sudo chmod u+rwX {path.parent}`",
    )
