"""Check the configuration, our own party, and the passwords it points to."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from exchange.config import (
    CONFIG_PATH,
    Credential,
    OurParty,
    Settings,
    load_settings,
    read_toml,
)
from exchange.credentials import password_of
from exchange.doctor.check import Check, failed, faults, ok, warning
from exchange.domain.party import parse_address
from exchange.errors import BadInput, ConfigError
from exchange.rendering.shipped import shipped_folder
from exchange.services.letters.digest import team_address

_CORRECT: Final = f"correct {CONFIG_PATH}; `exchange init` in an empty folder shows every option"
# Replaces sections that cannot be used, so that the others can be.
_STAND_INS: Final[Mapping[str, Any]] = {
    "party": {"signifier": "UNKNOWN", "name": "unknown", "address": "unknown@unknown.example"},
    "mailbox": [{"host": "unknown.example", "username": "unknown"}],
    "smtp": {"host": "unknown.example"},
}


@dataclass(frozen=True, slots=True)
class UsableSettings:
    """The settings as far as they can be used; ``faulty`` sections hold defaults."""

    settings: Settings
    faulty: frozenset[str] = frozenset()

    def has(self, section: str) -> bool:
        """Return whether the section has the values of the file."""
        return section not in self.faulty


def configuration(folder: Path) -> tuple[list[Check], UsableSettings | None]:
    """Check that the file loads; settings are None if there is no file."""
    path = folder / CONFIG_PATH
    try:
        settings = load_settings(folder)
    except BadInput as error:
        known = _salvaged(path) if os.path.exists(path) else None  # noqa: PTH110 - raises nothing
        return faults("configuration", error, _CORRECT), known
    return [ok("configuration", str(path))], UsableSettings(settings)


def _salvaged(path: Path) -> UsableSettings:
    """Return the sections that are valid by themselves."""
    try:
        table = read_toml(path)
    except ConfigError:
        table = {}
    usable: dict[str, Any] = {}
    for name, content in table.items():
        try:
            Settings.model_validate({**_STAND_INS, name: content})
        except ValidationError:
            continue
        usable[name] = content
    sections = frozenset(Settings.model_fields)
    # An optional section that is not in the file has its defaults, which is what it says.
    faulty = {name for name in sections & table.keys() | _STAND_INS.keys() if name not in usable}
    return UsableSettings(Settings.model_validate({**_STAND_INS, **usable}), frozenset(faulty))


def our_party(known: UsableSettings) -> list[Check]:
    """Check that our own party is configured."""
    what = "our party"
    if not known.has("party"):
        return [failed(what, "not known: [party] has faults", _CORRECT)]
    party = known.settings.party
    text = f"{party.name} ({party.signifier}), {party.address}"
    try:
        parse_address(party.address)
        parse_address(party.compliance_address or party.address)
    except BadInput as error:
        return faults(what, error, "correct party.address or party.compliance_address")
    if party.address == _sample_address():
        return [
            warning(
                what, f"{text}: this is still the sample", f"enter our own party in {CONFIG_PATH}"
            )
        ]
    if not party.mpids:
        return [
            warning(
                what,
                f"{text}; no MPID",
                "add party.mpids, so that lists naming us by MPID are understood",
            )
        ]
    return [ok(what, f"{text}; MPIDs {' '.join(party.mpids)}"), _warned(party)]


def _warned(party: OurParty) -> Check:
    what = "alerts"
    if to := team_address(party):
        return ok(what, f"of answers of ours that are nearly due or late: to {to}")
    return warning(
        what,
        "nobody is warned by mail of answers of ours that are nearly due or late",
        "enter party.alerts_to: the address of the team that works on what waits",
    )


def _sample_address() -> str:
    try:
        sample = read_toml(shipped_folder("config") / "exchange.toml")
        return str(sample["party"]["address"])
    except (ConfigError, KeyError, TypeError):
        return ""


def check_passwords(folder: Path, known: UsableSettings) -> tuple[list[Check], dict[str, str]]:
    """Check that each password can be read; return them by ``mailbox NAME`` and ``smtp``.

    The password of a login without one is empty.
    """
    checks: list[Check] = []
    found: dict[str, str] = {}
    settings = known.settings
    wanted: list[tuple[str, Credential]] = []
    if known.has("mailbox"):
        wanted += [(f"mailbox {one.name}", one) for one in settings.mailbox]
    if known.has("smtp"):
        if settings.smtp.username:
            wanted.append(("smtp", settings.smtp))
        else:
            found["smtp"] = ""
    for section, credential in wanted:
        what = f"password of {section}"
        try:
            password = password_of(credential, folder, f"{CONFIG_PATH} > {section}")
        except ConfigError as error:
            checks += faults(what, error, "write the password there, readable only by its owner")
            continue
        found[section] = password
        checks.append(_privacy(what, folder, credential))
    return checks, found


def _source(credential: Credential) -> str:
    if credential.password_file:
        return str(credential.password_file)
    if credential.password_env:
        return f"${credential.password_env}"
    return f"the credential {credential.password_credential}"


def _privacy(what: str, folder: Path, credential: Credential) -> Check:
    if credential.password_file and os.name == "posix":
        path = folder / credential.password_file
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            return warning(
                what,
                f"{path} is accessible to other users (mode {mode:04o})",
                f"chmod 600 {path}",
            )
    return ok(what, f"from {_source(credential)}")
