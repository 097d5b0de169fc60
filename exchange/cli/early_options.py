"""What a person writes before the command, and what is said of a value that no option takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.main import get_group

_SHELLS: Final = ("bash", "zsh", "fish", "powershell", "pwsh")
_VARIABLE: Final = "EXCHANGE_FOLDER"
_HIGHEST: Final = 10**9  # as ``common.HIGHEST``: no bound that a person would meet


def _take(context: typer.Context, folder: Path | None) -> None:
    """Let the command that follows find the folder where the variable would name it."""
    if folder is None:
        return
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = context.meta[_VARIABLE] = str(folder)

    def restore() -> None:
        if before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = before

    context.call_on_close(restore)


def add_folder(group: Any) -> None:
    """Let a group, and those below it, take ``--folder`` before its command as well as after."""
    donor = typer.Typer()

    @donor.callback()
    def _early(
        folder: Annotated[
            Path | None,
            typer.Option(
                "--folder",
                "-C",
                help="The working folder, here or after the command.",
                show_default=False,
                expose_value=False,
                callback=_take,
            ),
        ] = None,
    ) -> None: ...

    group.params.append(get_group(donor).params[0])
    for inner in getattr(group, "commands", {}).values():
        if hasattr(inner, "commands"):
            add_folder(inner)


def named_early(context: typer.Context) -> bool:
    """Return whether a folder was named before the command."""
    return _VARIABLE in context.meta


def check_folder(context: typer.Context, command: Any) -> None:
    """Refuse a folder before a command that would not use it."""
    if _VARIABLE not in context.meta or hasattr(command, "commands"):
        return
    own = [one for one in command.params if "--folder" in one.opts]
    if not own:
        context.fail(f"{command.name} works in no folder: leave out --folder (-C)")
    if not any(one.envvar for one in own):
        context.fail(f"write --folder (-C) after {command.name}")


def complete_for(context: Any, words: list[str]) -> None:
    """Print or install completion for the shell named after the option, instead of the present one.

    Typer only asks which shell it runs in, and would take no notice of the word.
    """
    for option in ("--show-completion", "--install-completion"):
        name = words[words.index(option) + 1 :][:1] if option in words else []
        if not name or context.parent is not None:
            continue
        if name[0] not in _SHELLS:
            context.fail(
                f"{option}: there is no completion for {name[0]} (for {', '.join(_SHELLS)})"
            )
        from typer.completion import install_callback, show_callback

        act: Any = show_callback if option == "--show-completion" else install_callback
        act(context, None, name[0])  # ends the program


def say_in_words(error: typer.BadParameter) -> None:
    """Replace what a library says of a number by what the option takes."""
    described = getattr(error.param, "type_descriptor", None)
    if error.__cause__ is None or described is None or described.annotation is not int:
        return
    low, high = described.parameter_info.min, described.parameter_info.max
    error.message = "must be a whole number"
    if low is not None and high is not None and high < _HIGHEST:
        error.message += f" from {low} to {high}"
    elif low is not None:
        error.message += f", {low} or more"
