"""Imports that import-linter cannot see keep to the rooms too, and no room grows past its size."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
HOUSE = ROOT / "exchange"
MODULES = sorted(HOUSE.rglob("*.py"))
# These import a module by its name: the helper itself, and the table of commands.
BY_NAME = {"later.py", "cli/lazy.py", "cli/main.py"}
DOORS = {"reading", "sheets", "identifiers"}
# Rooms that decision 0012 leaves undivided have a few modules more.
MOST_MODULES, MOST_LINES = 18, 400


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the names of imported modules, and of what is imported from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def unseen(source: str, path: str) -> list[str]:
    """Return the imports of a module's source that import-linter does not see."""
    tree = ast.parse(source)
    imported = set(_imported(tree))
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called in ("__import__", "import_module") and path not in BY_NAME:
            found.append(f"{path}:{node.lineno} calls {called}")
        if called == "Later":
            names = [one.value for one in node.args if isinstance(one, ast.Constant)]
            name = str(names[0]) if names else "what is not named in plain words"
            if name not in imported:
                found.append(f"{path}:{node.lineno} has no import of {name} for type checkers")
    if path.startswith("parsing/") and "exchange.later" in imported:
        found.append(f"{path} loads something later")
    if path.startswith(("parsing/", "domain/")):
        known = {"urllib.parse", "urllib.parse.unquote_to_bytes"}
        others = [one for one in imported - known if one.split(".")[0] == "urllib"]
        found += [f"{path} imports {one}" for one in others]
    return found


def test_import_linter_sees_every_import() -> None:
    assert len(MODULES) > 300
    found = [
        one
        for path in MODULES
        for one in unseen(path.read_text(encoding="utf-8"), str(path.relative_to(HOUSE)))
    ]
    assert not found, "; ".join(found)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("import importlib\nx = importlib.import_module('exchange.store.db')", "vault/merge.py"),
        ("x = __import__('exchange.store.db')", "domain/inbound.py"),
        ("from exchange.later import Later\ndb = Later('exchange.store.db')", "domain/inbound.py"),
        ("from exchange.later import Later", "parsing/text/lines.py"),
        ("import urllib.request", "domain/inbound.py"),
        ("from urllib import request", "parsing/text/lines.py"),
    ],
)
def test_an_import_that_would_be_missed_is_found(source: str, path: str) -> None:
    assert unseen(source, path)


def _contracts() -> dict[str, dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {one["name"]: one for one in settings["tool"]["importlinter"]["contracts"]}


def test_each_room_of_parsing_is_a_door_or_closed() -> None:
    contracts = _contracts()
    closed = {one.split(".")[-1] for one in contracts["doors of parsing"]["protected_modules"]}
    assert closed | DOORS == set(contracts["rooms of parsing"]["layers"])
    assert not closed & DOORS


def test_a_new_package_or_module_needs_a_place_in_each_list_of_rooms() -> None:
    lists = [one for one in _contracts().values() if one["type"] == "layers"]
    assert len(lists) >= 5
    assert [one["name"] for one in lists if not one.get("exhaustive")] == []


def test_rooms_and_modules_stay_small() -> None:
    rooms: dict[Path, int] = {}
    for path in MODULES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= MOST_LINES, f"{path.relative_to(ROOT)} has {lines} lines"
        rooms[path.parent] = rooms.get(path.parent, 0) + (path.name != "__init__.py")
    large = {str(room.relative_to(ROOT)): number for room, number in rooms.items()}
    assert {room: number for room, number in large.items() if number > MOST_MODULES} == {}
