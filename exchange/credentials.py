"""Read the passwords that the configuration points to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from exchange.config import Credential
from exchange.errors import ConfigError

_LONGEST: Final = 10_000  # tokens of some services have a few thousand characters


def has_password(credential: Credential) -> bool:
    """Return whether ``credential`` points to any password."""
    return bool(
        credential.password_file or credential.password_env or credential.password_credential
    )


def password_of(credential: Credential, folder: Path, what: str) -> str:
    """Return the password that ``credential`` points to; raises ConfigError naming the source."""
    if credential.password_file:
        path = folder / credential.password_file
        try:
            return _filled(_read(path), f"{what} > {path}")
        except (OSError, UnicodeDecodeError):
            raise ConfigError(
                "the password file cannot be read", place=f"{what} > {path}"
            ) from None
    if credential.password_env:
        value = os.environ.get(credential.password_env, "")
        if not value:
            raise ConfigError(f"${credential.password_env} is not set", place=what)
        return value
    if credential.password_credential:
        directory = os.environ.get("CREDENTIALS_DIRECTORY", "")
        try:
            found = _read(Path(directory) / credential.password_credential)
            return _filled(found, f"{what} > {credential.password_credential}")
        except (OSError, UnicodeDecodeError):
            raise ConfigError(
                f"the credential {credential.password_credential} cannot be read", place=what
            ) from None
    raise ConfigError("no password is configured", place=what, hint="name a password_file")


def _read(path: Path) -> str:
    """Return the text of a file; a pipe is not waited for, and a mark of an editor is left out."""
    if path.exists() and not path.is_file():
        raise OSError
    with path.open(encoding="utf-8-sig") as file:
        return file.read(_LONGEST + 1)


def _filled(text: str, place: str) -> str:
    """Return a password; refuse what cannot be one: logging in with it may lock the account."""
    password = text.strip()
    if not password:
        raise ConfigError("the password is empty", place=place, hint="write the password there")
    if len(text) > _LONGEST:
        raise ConfigError("this is too long for a password", place=place)
    if any(ord(one) < ord(" ") for one in password):
        raise ConfigError(
            "there is more than one line, or a control character",
            place=place,
            hint="write only the password there",
        )
    return password
