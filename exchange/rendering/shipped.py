"""Find the files shipped with the program: templates and the sample configuration."""

from __future__ import annotations

from pathlib import Path

import exchange
from exchange.errors import ConfigError


def shipped_folder(name: str) -> Path:
    """Return the shipped folder ``name`` (``templates`` or ``config``).

    A wheel carries it inside the package, under ``_shipped``; a source tree has it next to
    the package.  Raises ConfigError if neither exists: the installation is damaged.
    """
    package = Path(exchange.__file__).resolve().parent
    for folder in (package / "_shipped" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise ConfigError(
        f"the folder {name} that travels with the program is missing",
        place=str(package),
        hint="install the program again",
    )
