"""Where the files that travel with the program lie: templates and the sample configuration."""

from __future__ import annotations

from pathlib import Path

import exchange
from exchange.errors import ConfigError


def shipped_folder(name: str) -> Path:
    """The shipped folder ``name`` (``templates`` or ``config``).

    A wheel carries it inside the package, under ``_shipped``; a source tree has it beside the
    package.  Raises ConfigError when neither is there, which means a damaged installation.
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
