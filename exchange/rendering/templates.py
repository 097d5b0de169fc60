"""Render the texts we send from Jinja templates: the user's folder first, then the shipped one."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping, Sequence
from math import inf
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Final

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)

from exchange.domain.device import mask_codes
from exchange.errors import ConfigError
from exchange.rendering.shipped import shipped_folder
from exchange.rendering.wording import FILTERS, OutcomeWord

_LOOK_SECONDS: Final = 1.0
GLOBALS: Final = {"outcomes": OutcomeWord}  # available in every template


class _Environment(Environment):
    """An environment whose globals are final: each context copies them, and a dict is quicker."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template, with those in ``d``."""
        return {**self.globals, **(d or {})}


def environment(folders: Sequence[Path]) -> Environment:
    """Return a Jinja environment that takes each file from the first folder that has it."""
    made = _Environment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(GLOBALS)
    return made


class Templates:
    """Templates from ``folders``, in that order, and last from the shipped folder.

    A user's folder may hold a single file (``answer/body.txt``); everything else is taken from
    the shipped one.  A changed file is read again within a second.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = (*folders, shipped_folder("templates"))
        self._environment = environment(self._folders)
        self._looked: dict[str, float] = {}

    def render(self, name: str, context: Mapping[str, object]) -> str:
        """Return the text of template ``name`` (``answer/body.txt``).

        Raises ConfigError naming the template's file and line when it is missing, broken, or
        uses something that ``context`` does not have.  The message never repeats a value.
        """
        # Each check reads the times of the template's files and of all its pieces.
        now = monotonic()
        self._environment.auto_reload = now - self._looked.get(name, -inf) >= _LOOK_SECONDS
        if self._environment.auto_reload:
            self._looked[name] = now
            for folder in self._folders:
                _check_readable(folder)
        try:
            return self._environment.get_template(name).render(context)
        except TemplateNotFound as error:
            raise ConfigError(
                f"there is no template {error.name or name}",
                place=" or ".join(str(folder) for folder in self._folders),
            ) from None
        except TemplateSyntaxError as error:
            self._looked.clear()
            place = f"{error.filename or error.name or name} line {error.lineno}"
            raise ConfigError(f"the template is broken: {error.message}", place=place) from None
        # A template is the user's own code and may raise anything.
        except Exception as error:
            self._looked.clear()  # a corrected file is read at once
            reason = mask_codes(str(error)) or type(error).__name__
            raise ConfigError(
                f"the template cannot be filled in: {reason}",
                place=self._place(error.__traceback__, name),
            ) from None

    def _place(self, traceback: TracebackType | None, name: str) -> str:
        """Return the innermost template line in the traceback."""
        place = name
        while traceback is not None:
            code = traceback.tb_frame.f_code
            path = Path(code.co_filename)
            if any(path.is_relative_to(folder) for folder in self._folders):
                place = f"{path} line {traceback.tb_lineno}"
            traceback = traceback.tb_next
        return place


def _check_readable(folder: Path) -> None:
    """Raise ConfigError if a folder of templates exists and cannot be read.

    Else its templates would be silently ignored, and the mails go out in the shipped wording.
    """
    if os.path.lexists(folder) and not os.access(folder, os.R_OK | os.X_OK):
        raise ConfigError(
            "the folder of templates cannot be read",
            place=str(folder),
            hint=f"`chmod -R u+rX {folder}`, as its owner",
        )
