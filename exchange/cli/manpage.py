"""Write the man page: every command with its options and examples, from the texts of ``--help``.

``python -m exchange.cli.manpage [FILE]`` writes it to a file or to standard output (man(7) macros).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exchange import __version__
from exchange.cli.help.examples import EXAMPLES
from exchange.cli.main import whole


def page() -> str:
    """Return the man page as roff."""
    group = whole()
    summary = _roff(group.help).rstrip(".")
    lines = [
        f'.TH EXCHANGE 1 "" "exchange {_roff(__version__)}" "MP121 exchange"',
        ".SH NAME",
        f"exchange \\- {summary[0].lower()}{summary[1:]}",
        ".SH SYNOPSIS",
        ".B exchange",
        "[OPTION]... COMMAND [OPTION]... [ARGUMENT]...",
        ".SH OPTIONS",
    ]
    for option in group.params:
        lines += [".TP", _option(option), _roff(" ".join((option.help or "").split()))]
    lines += [".SH COMMANDS"]
    for path, command in commands(group):
        lines += _section(path, command)
    lines += [
        ".SH EXIT STATUS",
        "0: done; 1: refused or failed; 2: wrong usage.",
        ".SH ENVIRONMENT",
        ".TP",
        ".B EXCHANGE_FOLDER",
        "The working folder, where \\-\\-folder does not name it.",
    ]
    return "\n".join(lines) + "\n"


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command below a group with its path, such as ``codes import``."""
    for name, command in group.commands.items():
        inner = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, inner)
        else:
            yield inner, command


def _section(path: str, command: Any) -> Iterator[str]:
    shown = [one for one in command.params if not getattr(one, "hidden", False)]
    arguments = [one for one in shown if one.param_type_name == "argument"]
    synopsis = " ".join([f"exchange {path}", *(_argument(one) for one in arguments)])
    yield f'.SS "{_roff(synopsis)}"'
    for number, paragraph in enumerate((command.help or "").split("\n\n")):
        if number:
            yield ".PP"
        yield _roff(" ".join(paragraph.split()))
    for one in sorted(shown, key=lambda one: one.param_type_name):
        text = " ".join((getattr(one, "help", "") or "").split())
        if one.param_type_name == "option":
            yield ".TP"
            yield _option(one)
            yield _roff(text) or "\\&"
        elif text:
            yield ".TP"
            yield f"\\fI{_roff(_name(one))}\\fR"
            yield _roff(text)
    yield ".PP"
    yield "Examples:" if len(EXAMPLES[path]) > 1 else "Example:"
    yield ".PP"
    yield ".nf"
    yield from (f"    {_roff(line)}" for line in EXAMPLES[path])
    yield ".fi"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _argument(argument: Any) -> str:
    name = _name(argument)
    if argument.nargs == -1 and not name.endswith("..."):
        name += "..."
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    names = ", ".join(f"\\fB{_roff(name)}\\fR" for name in option.opts)
    if option.is_flag:
        return names
    value = option.metavar or option.opts[0].lstrip("-").upper()
    return f"{names} \\fI{_roff(value)}\\fR"


def _roff(text: str) -> str:
    """Escape what roff would take for a command of its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    escaped = escaped.replace("'", "\\(aq")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


def main(words: list[str]) -> None:
    """Write the page to the file named first, else to standard output."""
    if words:
        Path(words[0]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main(sys.argv[1:])
