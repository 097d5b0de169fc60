"""The key file as a place where the key comes from, and its change.

A change writes the next key down (``.next``), has the vault locked by it, and puts it in place.
The present file is never renamed away: it gets its second name (``.KEYID.old``) first and is then
replaced.  Cut off anywhere, the file or the next one opens the vault, and the same change goes on.
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
from exchange.vault.keys import (
    MOST_BYTES,
    Lock,
    WrappingKey,
    load_key_file,
    parsed_key,
    write_key_file,
)

RESTORE_KEY: Final = "`exchange codes restore-key` puts it back"
_PLAIN_FIRST: Final = f"remove the symbolic link that stands there, then {RESTORE_KEY}"
_AGAIN: Final = "the vault is locked by it and opens; `exchange codes rotate-key` again finishes it"
_PATIENCE: Final = 30.0  # seconds that one change of the key waits for another
_MOST_FILES: Final = 10_000


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file, and beside it (``.next``) the one that is to take its place."""

    path: Path

    @property
    def next_path(self) -> Path:
        """Where a new key waits until the vault is locked by it."""
        return self.path.with_name(f"{self.path.name}.next")

    def key_for(self, lock: Lock) -> WrappingKey:
        """The key in the file; the next one where the vault is locked by that already.

        Raises VaultError when there is none that can be used, naming the file in the same folder
        that holds the key which is wanted.
        """
        if not lock.key_id:
            return load_key_file(self.path)
        present: WrappingKey | None = None
        fault: VaultError | None = None
        # The file once more: it may have been replaced by the next one while we looked.
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
            said = (
                fault.message if fault else f"this is another key (id {present and present.key_id})"
            )
            kind = VaultError if fault else WrongKey
            raise kind(
                f"{said}; the key of this vault (id {lock.key_id}) lies in {found[0]}",
                place=str(self.path),
                hint=_PLAIN_FIRST if _is_link(self.path) else RESTORE_KEY,
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
        """Files in the key file's folder that hold the key with this id, whatever their names.

        The key file itself and the next one come first, then by name.
        """
        try:
            with os.scandir(self.path.parent) as entries:
                names = [one.name for one, _ in zip(entries, range(_MOST_FILES), strict=False)]
        except OSError:
            return []
        found = [path for name in names if _id_in(path := self.path.with_name(name)) == key_id]
        return sorted(
            found, key=lambda path: (path != self.path, path != self.next_path, path.name)
        )

    def unfinished(self) -> str:
        """What a person should know of a next key that waits in the folder; mostly nothing."""
        if not os.path.lexists(self.next_path):
            return ""
        with contextlib.suppress(OSError), folder_lock(self.path.parent, 0.0):
            try:
                load_key_file(self.next_path)
            except VaultError as error:
                if not os.path.lexists(self.next_path):
                    return ""
                return (
                    f"{self.next_path} is passed over: {error.message}"
                    " (the next `exchange codes rotate-key` puts it aside)"
                )
            return (
                f"{self.next_path}: a change of the key was begun and not finished"
                " (`exchange codes rotate-key` finishes it)"
            )
        return ""  # a change is under way

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one who changes this key; raises VaultError when another does for long."""
        if _is_link(self.path):
            raise VaultError(
                "the key file is a symbolic link, which is not followed to change it",
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
                    hint="try again when it has ended; nothing was changed",
                ) from None
            except OSError as error:
                raise VaultError(
                    f"its folder cannot be locked for a change of the key: {error.strerror}",
                    place=str(self.path.parent),
                    hint="check the folder, its owner and mode; a network file system may have"
                    " no locks",
                ) from None
            yield

    def prepare(self, lock: Lock) -> WrappingKey:
        """The next key, written down before anything is locked by it; within ``alone``.

        One that was written down by a change that was cut off is taken; what cannot be used is put
        aside, never destroyed unless it is empty.
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
                        raise  # the vault is locked by it: its mode has to be mended
                self._put_aside(self.next_path)
        write_key_file(self.next_path, WrappingKey.generate())
        return load_key_file(self.next_path)

    def promote(self) -> Path | None:
        """Put the next key in place; the old file stays in the folder under its key id."""
        with self._changing("the new key cannot be put in place", _AGAIN):
            kept = self._keep_present(_id_in(self.next_path))
            self.next_path.replace(self.path)
            sync_folder(self.path.parent)
        return kept

    def restore(self, lock: Lock) -> Path | None:
        """Put the key of ``lock`` back in place; the file it was found in, None when it is there.

        What stands in its place is kept under another name.  Raises VaultError when no file in the
        folder holds it.
        """
        with self.alone(), self._changing("the key cannot be put back"):
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
            content, _ = read_file(found[0], MOST_BYTES)
            self._keep_present(lock.key_id)
            replace_file(self.path, content, tidy=False)
            if _id_in(self.next_path) == lock.key_id:
                self.next_path.unlink()
            return found[0]

    def _keep_present(self, coming: str) -> Path | None:
        """Give the present file its second name, unless it holds the key that is coming."""
        if not os.path.lexists(self.path):
            return None
        key_id = _id_in(self.path)
        if key_id == coming:
            return None
        if self.path.is_dir() and not self.path.is_symlink():
            self._put_aside(self.path)  # no key, and no second name can be given to it
            return None
        kept = self.path.with_name(f"{self.path.name}.{key_id or 'damaged'}.old")
        if key_id and _id_in(kept) == key_id:
            return kept
        kept = _free(kept)
        second_name(self.path, kept)
        return kept

    def _put_aside(self, path: Path) -> None:
        if path.is_file() and not path.is_symlink() and not path.stat().st_size:
            path.unlink()
            return
        path.rename(_free(path.with_name(f"{path.name}.damaged")))
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
    return os.path.islink(path)  # noqa: PTH114 - is_symlink raises where it may not look


def _id_in(path: Path) -> str:
    """The id of the key that a file holds, whoever may use it; empty when it holds none."""
    try:
        content, _ = read_file(path, MOST_BYTES + 1)
        return parsed_key("", content).key_id
    except (OSError, VaultError):
        return ""


def _free(path: Path) -> Path:
    """``path``, or with the first number at its end under which nothing stands."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
