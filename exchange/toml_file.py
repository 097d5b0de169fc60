"""A TOML file that knows the line of each of its values."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from exchange.errors import ConfigError

Keys: TypeAlias = tuple[int | str, ...]  # "mailbox", 0, "port": positions count from 0

_AT: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_QUOTES: Final = 'text is written in quotes: name = "Our Energy"'
# What the reader of TOML says, what we say, and a hint.
_SAID: Final = (
    (r"Cannot overwrite a value", "this option or table is there twice", ""),
    (r"Cannot declare \('(.+?)',\) twice", r"the table [\1] is there twice", ""),
    (r"Invalid value|Illegal character '\\n'", "the value is not valid TOML", _QUOTES),
    (r"Unescaped '\\'", "a backslash in quotes is written twice", "or the text in single quotes"),
)


@dataclass(frozen=True, slots=True)
class TomlFile:
    """The content of one file; ``place`` describes where a value is, for people."""

    path: str
    text: str = field(repr=False)
    table: dict[str, Any] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> TomlFile:
        """Read a file; raises ConfigError naming file and line."""
        try:
            if path.exists() and not path.is_file():
                raise ConfigError("is not a file", place=str(path))  # reading a pipe would block
            raw = path.read_bytes()
            # Editors for Windows begin a file with a mark and end its lines in their own way.
            text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except FileNotFoundError:
            raise ConfigError(
                "there is no such file",
                place=str(path),
                hint="`exchange init` makes a working folder",
            ) from None
        except OSError as error:
            raise ConfigError(
                error.strerror or "cannot be read", place=str(path), hint="check owner and mode"
            ) from None
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise ConfigError(
                "is not UTF-8 text", place=f"{path} line {line}", hint="save it as UTF-8"
            ) from None
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: str, path: str) -> TomlFile:
        """Parse the text of the file at ``path``; raises ConfigError naming file and line."""
        try:
            return cls(path, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise _not_toml(str(error), path) from None
        except RecursionError:
            raise ConfigError("is not valid TOML: too many brackets", place=path) from None

    def place(self, keys: Keys) -> str:
        """Return file, line and key; if the key is missing, the line of its table."""
        line = self.line_of(keys)
        place = f"{self.path} line {line}" if line else self.path
        named = ".".join(str(one + 1) if isinstance(one, int) else one for one in keys)
        return f"{place} > {named}" if named else place

    def line_of(self, keys: Keys) -> int:
        """Return the line on which a value begins, or its table, or 0 if neither is there.

        The text is parsed again with one line more each time until the value is there, so that
        every way of writing TOML is understood; this slow search runs only for faulty files.
        """
        while keys and not _has(self.table, keys):
            keys = keys[:-1]
        if not keys:
            return 0
        read, begins = "", 1
        for number, line in enumerate(self.text.split("\n"), 1):
            read += line + "\n"
            try:
                table = tomllib.loads(read)
            except tomllib.TOMLDecodeError:
                continue  # in the middle of a multi-line value
            if _has(table, keys):
                return begins
            begins = number + 1
        return 0


def _not_toml(said: str, path: str) -> ConfigError:
    """Return what the reader of TOML says, with file and line as in every other fault."""
    at = _AT.search(said)
    message = said[: at.start()] if at else said
    place = f"{path} line {at[1]}" if at and at[1] else path
    for pattern, words, hint in _SAID:
        if found := re.match(pattern, message):
            return ConfigError(found.expand(words), place=place, hint=hint)
    return ConfigError(f"is not valid TOML: {message}", place=place)


def _has(value: Any, keys: Keys) -> bool:
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True
