"""Check for ``exchange doctor`` whether the daemon has all it needs, and say what to do if not.

Every check is reported, also if it passed, and goes as far as it can if an earlier one failed.
Nothing is changed: no mail is sent or moved, no folder is made.  No result contains passwords,
keys or codes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from exchange.doctor.check import Check, failed
from exchange.doctor.configuration import check_passwords, configuration, our_party
from exchange.doctor.files import files, user
from exchange.doctor.mail import look_at_courier, look_at_mailbox
from exchange.doctor.registers import (
    calendar,
    check_installed_register,
    clock,
    clock_stopped,
    contacts,
    registered_addresses,
    return_address,
)
from exchange.doctor.smime import mail_keys
from exchange.doctor.storage import check_running, database, key_file, vault
from exchange.doctor.templates import templates

__all__ = ["Check", "examine"]


def examine(folder: Path) -> list[Check]:
    """Check the working folder, its database and its mail servers.

    Takes as long as the slowest mail server, at most some 20 seconds.  Whatever is wrong there is
    reported, not raised.
    """
    checks, known = configuration(folder)
    if known is None:
        return [*checks, *clock(None)]
    password_checks, secrets = check_passwords(folder, known)
    checks += [*our_party(known), *password_checks]
    # The servers answer while the rest is checked.
    settings = known.settings
    registered: set[str] = set()
    mailboxes = [
        look_at_mailbox(folder, one, secrets.get(f"mailbox {one.name}"), lambda: registered)
        for one in (settings.mailbox if known.has("mailbox") else ())
    ]
    courier = look_at_courier(folder, settings, secrets.get("smtp")) if known.has("smtp") else None

    checks += _border("mail keys", lambda: mail_keys(folder, settings))
    said_of_user, ours = user(folder, settings)
    checks += [*said_of_user, *files(folder, settings)]
    said_of_key, key = key_file(folder, settings)
    # If another user opened it, files owned by that user would remain.
    said_of_database, store = database(folder, settings) if ours else ([], None)
    checks += [*said_of_key, *said_of_database]
    try:
        newest = None
        if store is not None:
            said_of_vault, newest = vault(store, key)
            checks += [
                *said_of_vault,
                *check_installed_register(store, settings),
                *contacts(store, settings),
            ]
            registered |= registered_addresses(store)
        checks += [*_border("calendar", lambda: calendar(folder, settings)), *clock(newest)]
        checks += clock_stopped(store) if store is not None else []
        for mailbox in mailboxes:
            checks += mailbox()
        if courier is not None:
            checks += courier()
        checks += return_address(store, settings) if store is not None else []
        checks += _border("templates", lambda: templates(folder))
        if store is not None:
            checks += check_running(store, folder)
    finally:
        if store is not None:
            store.dispose()
    return checks


def _border(what: str, look: Callable[[], list[Check]]) -> list[Check]:
    """Run one check; an error of the file system fails only this check."""
    try:
        return look()
    except OSError as error:
        found = f"{error.filename or what} cannot be read: {error.strerror}"
        return [failed(what, found, "check its folder: owner and mode")]
