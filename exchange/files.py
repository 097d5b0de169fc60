"""Make, replace and lock files on disk; nothing else in the exchange does.

A file appears in its place complete or not at all: it is written to a temporary file in the same
folder, synced, and only then named.  A new file has no name until then, so that a process that is
ended leaves nothing behind.  No write follows a symbolic link: the temporary file is always new,
and naming it replaces a link in its place, never what the link points to.  Folders in a path that a
person names may be links; within the working folder they are refused (``plain_folder``).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

PRIVATE: Final = 0o600
# The mode that open() uses: the umask decides.
USUAL: Final = 0o666
_ABANDONED_SECONDS: Final = 3600.0
_NAP_SECONDS: Final = 0.02
_MOST_OF_NAME: Final = 40
_DESCRIPTORS: Final = "/proc/self/fd/"
_ASIDE: Final = re.compile(r"[.].+[.][0-9a-f]{8}[.]part", re.DOTALL)
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.ENOENT}
_NO_NAMELESS: Final = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}
# O_NONBLOCK: a pipe in its place must not make us wait.
_NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def whole_file(
    path: Path, *, new: bool = False, mode: int = PRIVATE, tidy: bool = True
) -> Iterator[BinaryIO]:
    """Open a file that appears at ``path`` when the block ends, but not if the block raises.

    With ``new`` nothing may be there already: raises FileExistsError, at once if possible.
    ``mode`` is set whatever the umask, except for USUAL.  ``tidy`` first removes temporary files
    that ended processes left in this folder.  Raises OSError, which always names a file; ``path``
    is then as before.
    """
    if new and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    if tidy:
        _forget_abandoned(path.parent)
    with _naming(path):
        descriptor, aside = _nameless(path, mode) if new else _named(path, mode)
        try:
            with os.fdopen(descriptor, "w+b") as file:  # locked until it has its name
                if mode != USUAL:
                    os.fchmod(descriptor, mode)
                yield file
                file.flush()
                os.fsync(descriptor)
                if aside is None:
                    _give_name(descriptor, path, mode)
                elif new:
                    _put_in_place(aside, path)
                else:
                    os.replace(aside, path)  # noqa: PTH105 - as in a trace of system calls
        finally:
            if aside is not None:
                with contextlib.suppress(OSError):
                    os.unlink(aside)  # noqa: PTH108
        sync_folder(path.parent)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Make every OSError name this file; those from a descriptor (write, sync, lock) name none."""
    try:
        yield
    except OSError as error:
        named = error.filename
        if (
            named is None
            or str(named).startswith(_DESCRIPTORS)
            or _ASIDE.fullmatch(
                os.path.basename(named)  # noqa: PTH119
            )
        ):
            error.filename, error.filename2 = str(path), None
        raise


def _nameless(path: Path, mode: int) -> tuple[int, Path | None]:
    """Open a file without a name, which disappears with its process; else a temporary file.

    Its content may be secret: a process that is ended must leave none of it.
    """
    try:
        return os.open(path.parent, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, mode), None
    except OSError as error:
        if error.errno not in _NO_NAMELESS:
            raise
    return _named(path, mode)


def _named(path: Path, mode: int) -> tuple[int, Path]:
    """Make a temporary file next to ``path``, locked so that nobody removes it as abandoned."""
    while True:
        aside = path.with_name(f"{_lead(path)}{secrets.token_hex(4)}.part")
        descriptor = os.open(aside, _NEW, mode)
        with contextlib.suppress(OSError):  # a file system without locks: its age decides
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, aside
        os.close(descriptor)  # another process removed it between the two calls


def _give_name(descriptor: int, path: Path, mode: int) -> None:
    try:
        # src_dir_fd selects linkat, which follows the link in /proc; the path is absolute.
        os.link(f"{_DESCRIPTORS}{descriptor}", path, src_dir_fd=descriptor)
        return
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    other, aside = _named(path, mode)
    try:
        with os.fdopen(other, "wb") as file, os.fdopen(os.dup(descriptor), "rb") as whole:
            whole.seek(0)
            shutil.copyfileobj(whole, file)
            file.flush()
            os.fchmod(other, os.fstat(descriptor).st_mode & 0o7777)
            os.fsync(other)
            _put_in_place(aside, path)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(aside)  # noqa: PTH108


def make_file(path: Path, content: bytes, *, mode: int = PRIVATE, tidy: bool = True) -> None:
    """Make a new file; raises OSError, FileExistsError if anything is there already."""
    with whole_file(path, new=True, mode=mode, tidy=tidy) as file:
        file.write(content)


def replace_file(path: Path, content: bytes, *, mode: int = PRIVATE, tidy: bool = True) -> None:
    """Put a file at ``path``, replacing whatever is there; raises OSError."""
    with whole_file(path, mode=mode, tidy=tidy) as file:
        file.write(content)


def second_name(present: Path, name: Path) -> None:
    """Give a file a second name, never replacing another file; raises OSError, FileExistsError.

    Makes a copy where the file system has no hard links.
    """
    try:
        os.link(present, name, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        make_file(name, present.read_bytes(), tidy=False)
    sync_folder(name.parent)


def _put_in_place(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        os.rename(aside, path)  # noqa: PTH104


def read_file(path: Path, most: int) -> tuple[bytes, os.stat_result]:
    """Read up to ``most`` bytes of an ordinary file, no link, and its status; raises OSError."""
    descriptor = os.open(path, _READ)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
        return file.read(most), status


def plain_folder(path: Path, within: Path) -> Path:
    """Make the folder ``path`` if it is missing; ``within`` is the working folder.

    Raises OSError, also where a symbolic link would lead out of the working folder: to have the
    files elsewhere, name that place in the configuration.
    """
    if at := linked(path, within):
        raise OSError(errno.ELOOP, "it is a symbolic link: name the folder itself", str(at))
    path.mkdir(parents=True, exist_ok=True)
    return path


def linked(path: Path, within: Path) -> Path | None:
    """Return the first symbolic link on the way from ``within`` to ``path`` itself, or None."""
    at = within
    for part in path.relative_to(within).parts if path.is_relative_to(within) else ():
        at = at / part
        if os.path.islink(at):  # noqa: PTH114 - is_symlink raises where it may not look
            return at
    return path if os.path.islink(path) else None  # noqa: PTH114


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that new names in it survive a power cut, not only the content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with _naming(folder):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def folder_lock(folder: Path, seconds: float) -> Iterator[None]:
    """Hold the lock for changing names in ``folder``, after waiting up to ``seconds`` for it.

    The lock is on the folder itself: no lock file can be left or deleted, and the kernel releases
    it however the process ends.  Raises BlockingIOError when another process holds it, OSError
    where the file system has no locks.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        end = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise
            time.sleep(_NAP_SECONDS)
        yield
    finally:
        os.close(descriptor)


def asides(path: Path) -> list[Path]:
    """Return temporary files for ``path`` left by processes that were ended."""
    form = re.compile(re.escape(_lead(path)) + "[0-9a-f]{8}[.]part")
    try:
        names = os.listdir(path.parent)  # noqa: PTH208
    except OSError:
        return []
    return [path.with_name(name) for name in names if form.fullmatch(name)]


def _lead(path: Path) -> str:
    # The name may already be as long as the file system allows.
    return f".{path.name[:_MOST_OF_NAME]}."


def _forget_abandoned(folder: Path) -> None:
    """Remove temporary files of ours left by ended processes: those that nobody has locked."""
    try:
        with os.scandir(folder) as entries:
            found = [folder / one.name for one in entries if _ASIDE.fullmatch(one.name)]
    except OSError:
        return
    for one in found:
        with contextlib.suppress(OSError):
            descriptor = os.open(one, _READ)
            try:
                _forget(one, descriptor)
            finally:
                os.close(descriptor)


def _forget(aside: Path, descriptor: int) -> None:
    is_ = os.fstat(descriptor)
    if not stat.S_ISREG(is_.st_mode) or is_.st_uid != os.geteuid():
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    except OSError:  # a file system without locks
        if time.time() - is_.st_mtime < _ABANDONED_SECONDS:
            return
    if os.path.samestat(is_, os.lstat(aside)):
        os.unlink(aside)  # noqa: PTH108
