"""The key file: the one secret outside the database.

Its key wraps only the data keys, which are stored in the vault header (datakeys.py): after a
change of the key file only these are wrapped again, not everything sealed again.

The file is text, four lines, at most 1,024 bytes::

    mp121-exchange key file, version 1
    key-id: 16 hex digits
    key: 64 hex digits
    checksum: 16 hex digits

The key id is derived from the key (HKDF), so it is not secret and names the key wherever something
is sealed under it.  The checksum is the start of SHA-256 over the three lines above it: it tells a
damaged file from one that belongs to another vault.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from exchange.errors import BadInput, VaultError
from exchange.files import make_file
from exchange.later import Later

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf import hkdf
else:
    hashes = Later("cryptography.hazmat.primitives.hashes")
    hkdf = Later("cryptography.hazmat.primitives.kdf.hkdf")

SECRET_BYTES: Final = 32
KEY_ID_BYTES: Final = 8

_TITLE: Final = "mp121-exchange key file, version 1"
_TITLE_START: Final = "mp121-exchange key file, version "
MAX_KEY_FILE_BYTES: Final = 1024
_FORM: Final = re.compile(
    r"(?P<sealed>[^\n]+\nkey-id: (?P<key_id>[0-9a-f]{16})\nkey: (?P<key>[0-9a-f]{64})\n)"
    r"checksum: (?P<checksum>[0-9a-f]{16})\n"
)
_RESTORE: Final = "restore the key file from its backup; without it the codes cannot be read"


def derive(secret: bytes, label: str, length: int = SECRET_BYTES) -> bytes:
    """Derive a sub-key of ``secret`` for one use: HKDF-SHA256 (RFC 5869), ``label`` as its info."""
    info = f"mp121-exchange {label}".encode()
    algorithm = hashes.SHA256()
    return hkdf.HKDF(algorithm=algorithm, length=length, salt=None, info=info).derive(secret)


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """The key that wraps the data keys: 32 secret bytes, and the public id derived from them.

    Every source of keys returns one of these.  ``recipe`` (public) says how this key is derived
    from a passphrase; empty for a key that comes from no passphrase.
    """

    secret: bytes = field(repr=False)
    recipe: bytes = field(default=b"", repr=False)
    key_id: str = field(init=False)  # 16 hex digits

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise VaultError(f"a key has {SECRET_BYTES} bytes, not {len(self.secret)}")
        object.__setattr__(self, "key_id", derive(self.secret, "key id", KEY_ID_BYTES).hex())

    @classmethod
    def generate(cls) -> WrappingKey:
        """Return a new random key."""
        return cls(os.urandom(SECRET_BYTES))

    def key_for(self, lock: VaultLock) -> WrappingKey:  # noqa: ARG002 - always the same key
        """Return this key: a key is its own provider."""
        return self


@dataclass(frozen=True, slots=True)
class VaultLock:
    """What the vault header says about the key that opens it."""

    key_id: str
    recipe: bytes = b""


class KeyProvider(Protocol):
    """Where the wrapping key comes from."""

    def key_for(self, lock: VaultLock) -> WrappingKey:
        """Return the key that should open ``lock``; the caller checks that it does.

        Raises VaultError when there is no key, WrongKey when the lock needs another kind.
        """


def create_key_file(path: Path) -> None:
    """Write a new random key to ``path``, readable by its owner only (0600).

    Makes missing folders (0700).  Raises BadInput when ``path`` exists already (it is never
    overwritten: it may be the only key to a vault), VaultError when it cannot be written.
    """
    write_key_file(path, WrappingKey.generate())


def write_key_file(path: Path, key: WrappingKey) -> None:
    """Write ``key`` to ``path``, whole or not at all; raises as ``create_key_file`` does."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise VaultError(
            f"the folder of the key file cannot be made: {error.strerror}", place=str(path)
        ) from None
    try:
        make_file(path, key_text(key), tidy=False)  # it may be a key that somebody needs
    except FileExistsError:
        raise BadInput(
            "there is a key file already; it is never overwritten",
            place=str(path),
            hint="name another file, or keep this one",
        ) from None
    except OSError as error:
        raise VaultError(
            f"the key file cannot be written: {error.strerror}",
            place=str(path),
            hint="check its folder: owner, mode and free space",
        ) from None


def load_key_file(path: Path) -> WrappingKey:
    """Read the key file.

    Raises VaultError when it is missing, accessible to other users, of an unknown version, or
    damaged; the message never contains any of its content.
    """
    try:
        # O_NONBLOCK: a named pipe in its place must not block us.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            check_private(path, os.fstat(descriptor))
            content = file.read(MAX_KEY_FILE_BYTES + 1)
    except FileNotFoundError:
        raise VaultError(
            "there is no key file",
            place=str(path),
            hint="`exchange init` makes one for a new folder; for an existing vault " + _RESTORE,
        ) from None
    except OSError as error:
        raise VaultError(
            f"the key file cannot be read: {error.strerror}", place=str(path)
        ) from None
    return parse_key_file(str(path), content)


def key_text(key: WrappingKey) -> bytes:
    """Return the content of a key file."""
    sealed = f"{_TITLE}\nkey-id: {key.key_id}\nkey: {key.secret.hex()}\n"
    return f"{sealed}checksum: {_checksum(sealed)}\n".encode("ascii")


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


def check_private(path: Path, status: os.stat_result, what: str = "the key file") -> None:
    """Raise VaultError unless ``what`` is an ordinary file that only its owner can access."""
    if not stat.S_ISREG(status.st_mode):
        raise VaultError(f"{what} is not an ordinary file", place=str(path))
    mode = stat.S_IMODE(status.st_mode)
    if os.name == "posix" and mode & 0o077:
        raise VaultError(
            f"{what} is accessible to other users (mode {mode:04o})",
            place=str(path),
            hint=f"chmod 600 {path}",
        )


def parse_key_file(place: str, content: bytes) -> WrappingKey:
    """Read the key in the text of a key file; raises VaultError without any of its content."""

    def refused(what: str) -> VaultError:
        return VaultError(what, place=place, hint=_RESTORE)

    if len(content) > MAX_KEY_FILE_BYTES:
        raise refused(f"this is not a key file: it is longer than {MAX_KEY_FILE_BYTES:,} bytes")
    try:
        # An editor, a mail or another system may have changed line ends, added a BOM or spaces.
        lines = (line.strip(" \t") for line in re.split("\r?\n", content.decode("utf-8-sig")))
        text = "".join(f"{line}\n" for line in lines if line)
        text.encode("ascii")
    except UnicodeError:
        raise refused("this is no key file, or it is damaged") from None
    title = text.partition("\n")[0]
    if title != _TITLE:
        version = title.removeprefix(_TITLE_START)
        if title.startswith(_TITLE_START) and version.isdigit() and len(version) < 4:
            raise refused(f"the key file has version {version}; this program reads version 1")
        raise refused("this is no key file, or it is damaged")
    form = _FORM.fullmatch(text)
    if form is None or _checksum(form["sealed"]) != form["checksum"]:
        raise refused("the key file is damaged")
    key = WrappingKey(bytes.fromhex(form["key"]))
    if key.key_id != form["key_id"]:
        raise refused("the key file is damaged: its key id belongs to another key")
    return key
