"""Read the passwords that the configuration points to."""

from __future__ import annotations

import os
from pathlib import Path

from exchange.config import Credential
from exchange.errors import ConfigError


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
            return _filled(path.read_text(encoding="utf-8"), f"{what} > {path}")
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
            found = (Path(directory) / credential.password_credential).read_text("utf-8")
            return _filled(found, f"{what} > {credential.password_credential}")
        except (OSError, UnicodeDecodeError):
            raise ConfigError(
                f"the credential {credential.password_credential} cannot be read", place=what
            ) from None
    raise ConfigError("no password is configured", place=what, hint="name a password_file")


def _filled(text: str, place: str) -> str:
    """Return a password; refuse an empty one: logging in with it may lock the account."""
    if not text.strip():
        raise ConfigError("the password is empty", place=place, hint="write the password there")
    return text.strip()
