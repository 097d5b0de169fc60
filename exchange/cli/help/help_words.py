"""What ``--help`` shows of options and paragraphs, in words that people use.

Typer shows the types of Python (``<bool>``, ``<int range> [1<=x<=1000000000]``) and keeps the line
breaks of the source in all paragraphs but the first.
"""

from __future__ import annotations

import inspect
from typing import Any, Final

from exchange.cli.common import HIGHEST_NUMBER

_WORDS: Final = {"int": "NUMBER", "float": "NUMBER", "Path": "PATH"}
_TEXT: Final = "TEXT"


def put_in_words(command: Any) -> None:
    """Show the options of a command, and of those below it, in plain words."""
    command.help = join_lines(command.help or "")
    plain_options(command)
    usual = command.get_help_option

    def help_option(context: Any) -> Any:
        if (found := usual(context)) is not None:
            _plain(found)
        return found

    command.get_help_option = help_option
    for inner in getattr(command, "commands", {}).values():
        put_in_words(inner)


def plain_options(command: Any) -> None:
    """Show the options of a command alone in plain words."""
    for one in command.params:
        _plain(one)


def join_lines(text: str) -> str:
    """Return a text with each paragraph on one line, for the terminal to break."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(one.split()) for one in paragraphs)


def _plain(param: Any) -> None:
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    narrow = low is not None and high is not None and high < HIGHEST_NUMBER
    bounds = f"{low} to {high}" if narrow else ""
    param._get_number_range_help_str = lambda: bounds
    if param.param_type_name == "argument":
        param.metavar = param.metavar or param.name.upper()
        param.display_type = lambda ctx: ""  # noqa: ARG005 - the name says what it is
    elif param.is_flag:
        param.metavar = ""
    elif param.metavar is None:
        described = getattr(param, "type_descriptor", None)
        param.metavar = _word(str(getattr(described, "annotation", "")))


def _word(annotation: str) -> str:
    return next((word for name, word in _WORDS.items() if name in annotation), _TEXT)
