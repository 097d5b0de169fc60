"""Sources of the wrapping key other than a key file (keyfile.py); see ``KeyProvider``.

A key is derived from a passphrase by Argon2id (RFC 9106).  Salt and cost are stored in the vault
header, so a restore needs only the passphrase and the database.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from exchange.errors import VaultDamaged, VaultError, WrongKey
from exchange.processes import clean_environment
from exchange.vault.keys.keys import (
    SECRET_BYTES,
    KeyProvider,
    VaultLock,
    WrappingKey,
    parse_key_file,
)

KEY_ID_VARIABLE: Final = "EXCHANGE_KEY_ID"

_DIGITS: Final = re.compile(rb"\s*([0-9A-Fa-f]{64})\s*")
_MAX_OUTPUT: Final = 4_096
_RECIPE: Final = struct.Struct(">BBBI16s")  # version, passes, lanes, KiB, salt
_ARGON2ID: Final = 1
_PASSES, _LANES, _KIB = 3, 4, 1 << 16  # RFC 9106, 4: the second recommended option
_MAX_KIB: Final = 1 << 20
_MIN_CHARACTERS: Final = 12


@dataclass(frozen=True, slots=True)
class ExternalKey:
    """A key from an environment variable, a systemd credential, or a command.

    ``give`` gets the id of the wanted key and returns the text of a key file, or 64 hex digits.
    """

    place: str
    give: Callable[[str], bytes] = field(repr=False)

    def key_for(self, lock: VaultLock) -> WrappingKey:
        """Read the key from its source, each time again."""
        content = self.give(lock.key_id)
        digits = _DIGITS.fullmatch(content)
        if digits:
            return WrappingKey(bytes.fromhex(digits[1].decode("ascii")))
        if not content.strip():
            raise VaultError("there is no key", place=self.place)
        return parse_key_file(self.place, content.strip() + b"\n")


def environment_key(name: str) -> ExternalKey:
    """Return the source of a key in an environment variable."""
    return ExternalKey(f"${name}", lambda _: os.environ.get(name, "").encode("utf-8", "replace"))


def credential_key(name: str) -> ExternalKey:
    """Return the source of a key that systemd passes on (``LoadCredential=``)."""
    return ExternalKey(f"credential {name}", lambda _: read_credential(name))


def read_credential(name: str) -> bytes:
    """Read a file in $CREDENTIALS_DIRECTORY; raises VaultError naming it."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        raise VaultError(
            "$CREDENTIALS_DIRECTORY is not set: systemd gives credentials only to services",
            place=f"credential {name}",
        )
    try:
        return (Path(folder) / name).read_bytes()[:_MAX_OUTPUT]
    except OSError as error:
        raise VaultError(
            f"the credential cannot be read: {error.strerror}", place=f"credential {name}"
        ) from None


def command_key(words: Sequence[str], seconds: float, folder: Path | None = None) -> ExternalKey:
    """Return the source of a key that a command prints, such as one for an HSM or a cloud KMS.

    The command runs without a shell, in ``folder`` (the working folder), with the id of the wanted
    key in $EXCHANGE_KEY_ID.  It is killed after ``seconds``.  Its output and its error messages are
    never shown.
    """
    place = f"key command {words[0]}"

    def give(key_id: str) -> bytes:
        try:
            # In a session of its own, so that its child processes can be killed with it.
            running = subprocess.Popen(  # noqa: S603 - the words come from the configuration
                list(words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**clean_environment(), KEY_ID_VARIABLE: key_id},
                cwd=folder,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it cannot be run"
            raise VaultError(f"it cannot be run: {reason}", place=place) from None
        with running:
            try:
                printed, _ = running.communicate(timeout=seconds)
            except BaseException as error:  # also an interrupt must not leave it running
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                raise VaultError(f"it did not end within {seconds:g} s", place=place) from None
        if running.returncode:
            raise VaultError(
                f"it ended with {running.returncode}",
                place=place,
                hint="run it by hand as the daemon's user",
            )
        if len(printed) > _MAX_OUTPUT:
            raise VaultError("it printed more than a key", place=place)
        return printed

    return ExternalKey(place, give)


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A key derived from a passphrase, which ``give`` returns."""

    give: Callable[[], str] = field(repr=False)
    _derived: dict[bytes, WrappingKey] = field(default_factory=dict, repr=False)

    def key_for(self, lock: VaultLock) -> WrappingKey:
        """Derive the key by the recipe of the lock."""
        if not lock.recipe:
            raise WrongKey(
                f"the vault is locked by a key (id {lock.key_id}), not by a passphrase",
                hint="name that key in [keys], or in [keys.old] to change to the passphrase",
            )
        return self._key_by(lock.recipe)

    def fresh(self) -> WrappingKey:
        """Derive a key with a new salt."""
        return self._key_by(_RECIPE.pack(_ARGON2ID, _PASSES, _LANES, _KIB, os.urandom(16)))

    def _key_by(self, recipe: bytes) -> WrappingKey:
        made = self._derived.get(recipe)
        if made is None:
            made = self._derived[recipe] = _derive_from_passphrase(self.give(), recipe)
        return made


def _derive_from_passphrase(passphrase: str, recipe: bytes) -> WrappingKey:
    if len(passphrase) < _MIN_CHARACTERS:
        raise VaultError(
            f"a passphrase needs at least {_MIN_CHARACTERS} characters", place="passphrase"
        )
    damaged = VaultDamaged("the passphrase settings in the vault header are damaged")
    if len(recipe) != _RECIPE.size:
        raise damaged
    version, passes, lanes, kib, salt = _RECIPE.unpack(recipe)
    # Somebody who can write the database must not make us use up all memory, or an hour.
    if version != _ARGON2ID or not (1 <= passes <= 16 and 1 <= lanes <= 16):
        raise damaged
    if not 8 * lanes <= kib <= _MAX_KIB:
        raise damaged
    stretched = Argon2id(
        salt=salt, length=SECRET_BYTES, iterations=passes, lanes=lanes, memory_cost=kib
    )
    return WrappingKey(stretched.derive(passphrase.encode()), recipe)


@dataclass(frozen=True, slots=True)
class EitherKey:
    """The current source of the key and the old one: uses whichever opens the lock."""

    current: KeyProvider
    old: KeyProvider

    def key_for(self, lock: VaultLock) -> WrappingKey:
        """Return the current key if it opens the lock, else the old one."""
        try:
            found = self.current.key_for(lock)
        except VaultError:
            return self.old.key_for(lock)
        return found if found.key_id == lock.key_id else self.old.key_for(lock)
