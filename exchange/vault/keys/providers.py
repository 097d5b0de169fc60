"""Where the wrapping key may come from, beside a key file (keyfile.py): see ``KeyProvider``.

A passphrase becomes a key by Argon2id (RFC 9106).  Salt and cost stand in the head of the vault, so
that the passphrase and the database are all that a restore needs.
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
from exchange.vault.keys.keys import SECRET_BYTES, KeyProvider, Lock, WrappingKey, parsed_key

KEY_ID_VARIABLE: Final = "EXCHANGE_KEY_ID"

_DIGITS: Final = re.compile(rb"\s*([0-9A-Fa-f]{64})\s*")
_MOST_OUTPUT: Final = 4_096
_RECIPE: Final = struct.Struct(">BBBI16s")  # version, passes, lanes, KiB, salt
_ARGON2ID: Final = 1
_PASSES, _LANES, _KIB = 3, 4, 1 << 16  # RFC 9106, 4: the second recommended option
_MOST_KIB: Final = 1 << 20
_SHORTEST: Final = 12


@dataclass(frozen=True, slots=True)
class GivenKey:
    """A key that something outside hands over: an environment variable, a credential, a command.

    ``give`` returns the text of a key file, or 64 hex digits; it is told the key id wanted.
    """

    place: str
    give: Callable[[str], bytes] = field(repr=False)

    def key_for(self, lock: Lock) -> WrappingKey:
        """What is handed over now."""
        content = self.give(lock.key_id)
        digits = _DIGITS.fullmatch(content)
        if digits:
            return WrappingKey(bytes.fromhex(digits[1].decode("ascii")))
        if not content.strip():
            raise VaultError("there is no key", place=self.place)
        return parsed_key(self.place, content.strip() + b"\n")


def environment_key(name: str) -> GivenKey:
    """A key in an environment variable."""
    return GivenKey(f"${name}", lambda _: os.environ.get(name, "").encode("utf-8", "replace"))


def credential_key(name: str) -> GivenKey:
    """A key that systemd hands over (``LoadCredential=``)."""
    return GivenKey(f"credential {name}", lambda _: read_credential(name))


def read_credential(name: str) -> bytes:
    """A file under $CREDENTIALS_DIRECTORY; raises VaultError naming it."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        raise VaultError(
            "$CREDENTIALS_DIRECTORY is not set: systemd hands out credentials to services alone",
            place=f"credential {name}",
        )
    try:
        return (Path(folder) / name).read_bytes()[:_MOST_OUTPUT]
    except OSError as error:
        raise VaultError(
            f"the credential cannot be read: {error.strerror}", place=f"credential {name}"
        ) from None


def command_key(words: Sequence[str], seconds: float, folder: Path | None = None) -> GivenKey:
    """A key that a command prints: how an HSM or a cloud KMS unwraps one.

    No shell; what it prints is never shown, neither is what it complains of; it is ended after
    ``seconds``.  It finds the id of the key wanted in $EXCHANGE_KEY_ID, and runs in ``folder``,
    the working folder, wherever somebody types a command.
    """
    place = f"key command {words[0]}"

    def give(key_id: str) -> bytes:
        try:
            # A session of its own: what it starts can be ended with it.
            running = subprocess.Popen(  # noqa: S603 - the words stand in the configuration
                list(words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**clean_environment(), KEY_ID_VARIABLE: key_id},
                cwd=folder,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or "it cannot be run"
            raise VaultError(f"it cannot be run: {said}", place=place) from None
        with running:
            try:
                printed, _ = running.communicate(timeout=seconds)
            except BaseException as error:  # an interrupt must not leave it running either
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
        if len(printed) > _MOST_OUTPUT:
            raise VaultError("it printed more than a key", place=place)
        return printed

    return GivenKey(place, give)


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A key made of a passphrase; ``give`` returns it."""

    give: Callable[[], str] = field(repr=False)
    _made: dict[bytes, WrappingKey] = field(default_factory=dict, repr=False)

    def key_for(self, lock: Lock) -> WrappingKey:
        """The passphrase's key by the recipe of the lock."""
        if not lock.recipe:
            raise WrongKey(
                f"the vault is locked by a key (id {lock.key_id}), not by a passphrase",
                hint="name the key in [keys], or in [keys.old] to change over",
            )
        return self._by(lock.recipe)

    def fresh(self) -> WrappingKey:
        """The passphrase's key under a new salt."""
        return self._by(_RECIPE.pack(_ARGON2ID, _PASSES, _LANES, _KIB, os.urandom(16)))

    def _by(self, recipe: bytes) -> WrappingKey:
        made = self._made.get(recipe)
        if made is None:
            made = self._made[recipe] = _stretched(self.give(), recipe)
        return made


def _stretched(passphrase: str, recipe: bytes) -> WrappingKey:
    if len(passphrase) < _SHORTEST:
        raise VaultError(f"a passphrase has at least {_SHORTEST} characters", place="passphrase")
    damaged = VaultDamaged("what the head of the vault says of the passphrase is damaged")
    if len(recipe) != _RECIPE.size:
        raise damaged
    version, passes, lanes, kib, salt = _RECIPE.unpack(recipe)
    # Whoever can write the database shall not make us spend all memory or an hour.
    if version != _ARGON2ID or not (1 <= passes <= 16 and 1 <= lanes <= 16):
        raise damaged
    if not 8 * lanes <= kib <= _MOST_KIB:
        raise damaged
    stretched = Argon2id(
        salt=salt, length=SECRET_BYTES, iterations=passes, lanes=lanes, memory_cost=kib
    )
    return WrappingKey(stretched.derive(passphrase.encode()), recipe)


@dataclass(frozen=True, slots=True)
class Either:
    """The present source of the key, and the one before: whichever opens the lock."""

    now: KeyProvider
    before: KeyProvider

    def key_for(self, lock: Lock) -> WrappingKey:
        """The present key where it opens the lock, else the one before."""
        try:
            found = self.now.key_for(lock)
        except VaultError:
            return self.before.key_for(lock)
        return found if found.key_id == lock.key_id else self.before.key_for(lock)
