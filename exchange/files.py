"""Puts files on disk: the one place that makes, replaces and locks any.

A file stands in its place whole or not at all: it is written aside, in the same folder, synced, and
only then named; a new one has no name at all until then, so that nothing is left of it.  No write
follows a symbolic link: the file aside is always a new one, and naming it replaces a link that
stands there, never what the link points to.  Folders on the way may be links where a person names
the path; within the working folder they are refused (``plain_folder``).
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
# What open() gives: the umask of whoever writes decides.
USUAL: Final = 0o666
_ABANDONED_SECONDS: Final = 3600.0
_NAP_SECONDS: Final = 0.02
_MOST_OF_NAME: Final = 40
_DESCRIPTORS: Final = "/proc/self/fd/"
_ASIDE: Final = re.compile(r"[.].+[.][0-9a-f]{8}[.]part", re.DOTALL)
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.ENOENT}
_NO_NAMELESS: Final = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}
# A pipe that somebody put there must not hold us up.
_NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def written(
    path: Path, *, new: bool = False, mode: int = PRIVATE, tidy: bool = True
) -> Iterator[BinaryIO]:
    """A file that takes its place at ``path`` when the block ends, and not at all when it raises.

    With ``new`` nothing may stand there already: FileExistsError, at once where it can be seen.
    ``mode`` is given whatever the umask, save USUAL.  With ``tidy`` what processes that were ended
    wrote aside in this folder is removed first.  Raises OSError, which always names a file; then
    ``path`` is as before.
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
    """Have every OSError name this file: those of a descriptor (write, sync, lock) name none."""
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
    """A file that goes with its process, as it has no name yet; a named one where that cannot be.

    What it holds may be secret: a process that is ended leaves nothing of it.
    """
    try:
        return os.open(path.parent, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, mode), None
    except OSError as error:
        if error.errno not in _NO_NAMELESS:
            raise
    return _named(path, mode)


def _named(path: Path, mode: int) -> tuple[int, Path]:
    """A new file aside ``path``, locked so that nobody takes it for an abandoned one."""
    while True:
        aside = path.with_name(f"{_lead(path)}{secrets.token_hex(4)}.part")
        descriptor = os.open(aside, _NEW, mode)
        with contextlib.suppress(OSError):  # a file system without locks: its age tells
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, aside
        os.close(descriptor)  # somebody tidied up between the two calls


def _give_name(descriptor: int, path: Path, mode: int) -> None:
    try:
        # The folder makes it the call that follows the link in /proc; the path is a full one.
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
    """Make a new file; raises OSError, FileExistsError where anything stands there already."""
    with written(path, new=True, mode=mode, tidy=tidy) as file:
        file.write(content)


def replace_file(path: Path, content: bytes, *, mode: int = PRIVATE, tidy: bool = True) -> None:
    """Put a file at ``path`` in place of whatever stands there; raises OSError."""
    with written(path, mode=mode, tidy=tidy) as file:
        file.write(content)


def second_name(present: Path, name: Path) -> None:
    """Give a file a second name, never over another; raises OSError, FileExistsError.

    Where the file system has no second names it is a copy.
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
    """Up to ``most`` bytes of an ordinary file that is no link, and what it is; raises OSError."""
    descriptor = os.open(path, _READ)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
        return file.read(most), status


def plain_folder(path: Path, within: Path) -> Path:
    """Make the folder ``path`` where it is missing; ``within`` is the working folder.

    Raises OSError, also where a symbolic link would lead out of the working folder: whoever wants
    the files elsewhere names that place in the configuration.
    """
    if at := linked(path, within):
        raise OSError(errno.ELOOP, "it is a symbolic link: name the folder itself", str(at))
    path.mkdir(parents=True, exist_ok=True)
    return path


def linked(path: Path, within: Path) -> Path | None:
    """The first symbolic link on the way from the folder ``within`` to ``path``, and ``path``."""
    at = within
    for part in path.relative_to(within).parts if path.is_relative_to(within) else ():
        at = at / part
        if os.path.islink(at):  # noqa: PTH114 - is_symlink raises where it may not look
            return at
    return path if os.path.islink(path) else None  # noqa: PTH114


def sync_folder(folder: Path) -> None:
    """Make new names in a folder last: they must outlive a power cut too, not only the bytes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with _naming(folder):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def folder_lock(folder: Path, seconds: float) -> Iterator[None]:
    """Be the only one who changes names in ``folder``, waiting up to ``seconds`` for another.

    The lock is on the folder itself: no file is made, none can be left or deleted, and the kernel
    gives it back however the process ends.  Raises BlockingIOError when another keeps it, OSError
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
    """Files written aside for ``path`` that never took its place: a process was ended."""
    form = re.compile(re.escape(_lead(path)) + "[0-9a-f]{8}[.]part")
    try:
        names = os.listdir(path.parent)  # noqa: PTH208
    except OSError:
        return []
    return [path.with_name(name) for name in names if form.fullmatch(name)]


def _lead(path: Path) -> str:
    # A name may be as long as the file system allows already.
    return f".{path.name[:_MOST_OF_NAME]}."


def _forget_abandoned(folder: Path) -> None:
    """Remove what we wrote aside in this folder in a process that was ended: nobody locks it."""
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
