"""Read the key from a key file, and change the key file.

A change writes the next key (``.next``), locks the vault by it, and puts it in place.  The present
file is never renamed away: it first gets a second name (``.KEYID.old``) and is then replaced.  If
the change is interrupted anywhere, the file or the next one opens the vault, and running the change
again finishes it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exchange.errors import VaultError, WrongKey
from exchange.files import (
    asides,
    folder_lock,
    read_file,
    replace_file,
    second_name,
    sync_folder,
)
from exchange.vault.keys.keys import (
    MAX_KEY_FILE_BYTES,
    VaultLock,
    WrappingKey,
    load_key_file,
    parse_key_file,
    write_key_file,
)

RESTORE_KEY: Final = "`exchange codes restore-key` puts it back"
_REMOVE_LINK: Final = f"remove the symbolic link there, then {RESTORE_KEY}"
_FINISH: Final = (
    "the vault is locked by it and opens; run `exchange codes rotate-key` again to finish"
)
_PATIENCE: Final = 30.0  # seconds that one change of the key waits for another
_MAX_FILES: Final = 10_000


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file, and next to it (``.next``) the one that will replace it."""

    path: Path

    @property
    def next_path(self) -> Path:
        """Return where a new key waits until the vault is locked by it."""
        return self.path.with_name(f"{self.path.name}.next")

    def key_for(self, lock: VaultLock) -> WrappingKey:
        """Return the key in the file, or the next one if the vault is locked by that already.

        Raises VaultError when there is no usable key, naming the file in the same folder that holds
        the key of the vault.
        """
        if not lock.key_id:
            return load_key_file(self.path)
        present: WrappingKey | None = None
        fault: VaultError | None = None
        # The file again at the end: the next one may have replaced it meanwhile.
        for path in (self.path, self.next_path, self.path):
            try:
                key = load_key_file(path)
            except VaultError as error:
                if path == self.path:
                    fault = error
                continue
            if key.key_id == lock.key_id:
                return key
            if path == self.path:
                present, fault = key, None
        found = self.find(lock.key_id)
        if found and found[0] != self.path:
            reason = (
                fault.message if fault else f"this is another key (id {present and present.key_id})"
            )
            kind = VaultError if fault else WrongKey
            raise kind(
                f"{reason}; the key of this vault (id {lock.key_id}) is in {found[0]}",
                place=str(self.path),
                hint=_REMOVE_LINK if _is_link(self.path) else RESTORE_KEY,
            )
        if present is not None:
            return present
        if fault is not None and not found and not os.path.lexists(self.path):
            raise VaultError(
                fault.message,
                place=str(self.path),
                hint=f"restore the key with the id {lock.key_id} from its backup: no file in"
                f" {self.path.parent} holds it, and without it the codes cannot be read",
            )
        raise fault or VaultError("there is no key file", place=str(self.path))

    def find(self, key_id: str) -> list[Path]:
        """Return the files in the key file's folder that hold the key with this id, whatever names.

        The key file itself and the next one come first, the others by name.
        """
        try:
            with os.scandir(self.path.parent) as entries:
                names = [one.name for one, _ in zip(entries, range(_MAX_FILES), strict=False)]
        except OSError:
            return []
        found = [path for name in names if _id_in(path := self.path.with_name(name)) == key_id]
        return sorted(
            found, key=lambda path: (path != self.path, path != self.next_path, path.name)
        )

    def unfinished(self) -> str:
        """Describe a next key that waits in the folder; usually empty."""
        if not os.path.lexists(self.next_path):
            return ""
        with contextlib.suppress(OSError), folder_lock(self.path.parent, 0.0):
            try:
                load_key_file(self.next_path)
            except VaultError as error:
                if not os.path.lexists(self.next_path):
                    return ""
                return (
                    f"{self.next_path} is ignored: {error.message}"
                    " (the next `exchange codes rotate-key` moves it away)"
                )
            return (
                f"{self.next_path}: a change of the key was started and not finished"
                " (`exchange codes rotate-key` finishes it)"
            )
        return ""  # a change is under way

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Block other changes of this key; raises VaultError if another one takes too long."""
        if _is_link(self.path):
            raise VaultError(
                "the key file is a symbolic link, so it is not changed",
                place=str(self.path),
                hint="name the file itself in the configuration, under keys.file",
            )
        with ExitStack() as held:
            try:
                held.enter_context(folder_lock(self.path.parent, _PATIENCE))
            except BlockingIOError:
                raise VaultError(
                    "another change of the key is under way",
                    place=str(self.path),
                    hint="try again when it has finished; nothing was changed",
                ) from None
            except OSError as error:
                raise VaultError(
                    f"the folder cannot be locked for a change of the key: {error.strerror}",
                    place=str(self.path.parent),
                    hint="check the folder, its owner and mode; a network file system may have"
                    " no locks",
                ) from None
            yield

    def prepare(self, lock: VaultLock) -> WrappingKey:
        """Write the next key, before anything is locked by it, and return it; in ``exclusive``.

        Uses the next key of an interrupted change, if there is one; moves an unusable file away,
        and deletes it only if it is empty.
        """
        with self._changing("the next key cannot be written"):
            in_place = _id_in(self.path) == lock.key_id
            for one in (*asides(self.path), *asides(self.next_path)):
                if in_place or _id_in(one) != lock.key_id:  # not what the vault is locked by
                    one.unlink()
            if os.path.lexists(self.next_path):
                try:
                    return load_key_file(self.next_path)
                except VaultError:
                    if not in_place and _id_in(self.next_path) == lock.key_id:
                        raise  # the vault is locked by it: its mode must be corrected
                self._put_aside(self.next_path)
        write_key_file(self.next_path, WrappingKey.generate())
        return load_key_file(self.next_path)

    def promote(self) -> Path | None:
        """Put the next key in place; the old file stays in the folder under its key id."""
        with self._changing("the new key cannot be put in place", _FINISH):
            kept = self._keep_present(_id_in(self.next_path))
            self.next_path.replace(self.path)
            sync_folder(self.path.parent)
        return kept

    def restore(self, lock: VaultLock) -> Path | None:
        """Put the key of ``lock`` back; return the file that had it, None if it is in place.

        Keeps the present file under another name.  Raises VaultError when no file in the folder
        holds the key.
        """
        with self.exclusive(), self._changing("the key cannot be put back"):
            found = self.find(lock.key_id)
            if not found:
                raise VaultError(
                    f"no file in {self.path.parent} holds the key of this vault (id {lock.key_id})",
                    place=str(self.path),
                    hint="copy it there from its backup, under any name, and try again",
                )
            with contextlib.suppress(VaultError):
                if load_key_file(self.path).key_id == lock.key_id:
                    return None
            content, _ = read_file(found[0], MAX_KEY_FILE_BYTES)
            self._keep_present(lock.key_id)
            replace_file(self.path, content, tidy=False)
            if _id_in(self.next_path) == lock.key_id:
                self.next_path.unlink()
            return found[0]

    def _keep_present(self, coming: str) -> Path | None:
        """Give the present file its second name, unless it holds the new key already."""
        if not os.path.lexists(self.path):
            return None
        key_id = _id_in(self.path)
        if key_id == coming:
            return None
        if self.path.is_dir() and not self.path.is_symlink():
            self._put_aside(self.path)  # a folder: no key, and it cannot have a second name
            return None
        kept = self.path.with_name(f"{self.path.name}.{key_id or 'damaged'}.old")
        if key_id and _id_in(kept) == key_id:
            return kept
        kept = _free_name(kept)
        second_name(self.path, kept)
        return kept

    def _put_aside(self, path: Path) -> None:
        if path.is_file() and not path.is_symlink() and not path.stat().st_size:
            path.unlink()
            return
        path.rename(_free_name(path.with_name(f"{path.name}.damaged")))
        sync_folder(path.parent)

    @contextmanager
    def _changing(self, what: str, hint: str = "") -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise VaultError(
                f"{what}: {error.strerror}",
                place=str(error.filename or self.path),
                hint=hint or "check the folder, its owner, its mode and the free space",
            ) from None


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 - is_symlink raises without permission


def _id_in(path: Path) -> str:
    """Return the id of the key in a file, whatever its mode; empty when it holds none."""
    try:
        content, _ = read_file(path, MAX_KEY_FILE_BYTES + 1)
        return parse_key_file("", content).key_id
    except (OSError, VaultError):
        return ""


def _free_name(path: Path) -> Path:
    """Return ``path``, or if it exists, ``path`` with the first free number at its end."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
