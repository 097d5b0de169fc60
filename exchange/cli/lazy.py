"""Import a command only when it is run, so that ``exchange --help`` answers at once.

A group lists its commands from a table of names and help lines (`Entry`). The module of a command
is imported when that command is run, or when its own help is shown. The modules that do the work
are imported when the work begins (`exchange/later.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from exchange.cli.early_options import add_folder, check_folder, complete_for, say_in_words
from exchange.cli.help.examples import add_examples
from exchange.cli.help.help_words import plain_options, put_in_words


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: the module and name of its function or group, and its line in the list."""

    name: str
    module: str  # below exchange.cli
    what: str  # the attribute: a function, or a Typer with commands of its own
    help: str

    def load(self) -> Any:
        """Import the command."""
        found = getattr(import_module(f"exchange.cli.{self.module}"), self.what)
        if isinstance(found, typer.Typer):
            command = get_command(found)
            command.help = self.help
            add_folder(command)
        else:
            command = _alone(self.name, found)
        command.name = self.name
        put_in_words(command)
        add_examples(command, self.name)
        return command


def _alone(name: str, function: Callable[..., Any]) -> Any:
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name)(function)
    return get_command(single)


def group_of(entries: Sequence[Entry]) -> type[TyperGroup]:
    """Return the class of a group with these commands, in this order."""
    by_name = {one.name: one for one in entries}

    class Lazy(TyperGroup):
        _listing = False

        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            self._loaded: set[str] = set()
            # Typer suggests the nearest of these for a misspelt one.
            self.commands = {one.name: TyperCommand(one.name, help=one.help) for one in entries}
            add_folder(self)
            put_in_words(self)

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            complete_for(ctx, args)
            return super().parse_args(ctx, args)

        def invoke(self, ctx: Any) -> Any:
            try:
                return super().invoke(ctx)
            except typer.BadParameter as error:
                say_in_words(error)
                raise

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name, command, rest = super().resolve_command(ctx, args)
            check_folder(ctx, command)
            return name, command, rest

        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's
            return list(by_name)

        def get_command(
            self,
            ctx: Any,  # noqa: ARG002 - click's
            cmd_name: str,
        ) -> Any:
            entry = by_name.get(cmd_name)
            if entry is None:
                return None
            if not self._listing and entry.name not in self._loaded:
                self.commands[entry.name] = entry.load()
                self._loaded.add(entry.name)
            return self.commands[entry.name]

        def format_help(self, ctx: Any, formatter: Any) -> None:
            plain_options(self)  # typer has added some since
            with self._only_listed():
                super().format_help(ctx, formatter)

        def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
            with self._only_listed():
                return super().shell_complete(ctx, incomplete)

        @contextmanager
        def _only_listed(self) -> Iterator[None]:
            self._listing = True
            try:
                yield
            finally:
                self._listing = False

    return Lazy
