"""Wordings of one's own against those of this version: what they lack, and what is gone.

A file says in its first line which version of the templates it was made from, as every shipped one
does: a copy brings the line along.  ``templates/versions.toml`` says what changed since.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, TemplateError, TemplateNotFound, meta, nodes

from exchange.rendering.shipped import shipped_folder
from exchange.rendering.templates import GLOBALS, environment


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


_CHASED: Final = _words(
    "us them ref sent due sla_days outstanding asked rows days_left days_late level note history"
)
KNOWS: Final[Mapping[str, frozenset[str]]] = {
    "answer": _words("us them ref their_ref received due counts rows held unreadable file part"),
    "request": _words("us them ref due sla_days count rows"),
    "query": _words("us them ref received due days_late asked outstanding reasons rows"),
    **dict.fromkeys(("reminder", "breach", "escalation", "evidence"), _CHASED),
}
"""The names that each mail has; templates/README.md says what they mean."""

VERSIONS: Final = "versions.toml"
_MADE_FROM: Final = re.compile(r"\{#-?\s*templates, version (\d+)(?:; without ([\w, ]+?))?\s*-?#\}")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one file of one's own."""

    file: str  # answer/body.txt
    grave: bool  # a mail cannot be written with it, or leaves without what it has to say
    said: str


@dataclass(frozen=True, slots=True)
class _Says:
    """What one file uses and offers, with the files that it includes."""

    names: frozenset[str]
    blocks: frozenset[str]
    offers: Mapping[str, tuple[str, ...]]  # macros with their parameters; values that it sets
    parent: str


def examine(own: Path, shipped: Path | None = None) -> list[Finding]:
    """What is to be said of the files in ``own``; nothing of those that Jinja cannot read.

    Those are found where they are filled in.
    """
    shipped = shipped or shipped_folder("templates")
    theirs, ours = environment([shipped]), environment([own, shipped])
    version, changes = _versions(shipped)
    found: list[Finding] = []
    for file in _overridden(own, shipped):
        made_from, left_out = made_with((own / file).read_text("utf-8", errors="replace"))
        since = "".join(
            f"; version {number}: {words}"
            for number, about, words in changes
            if about == file and (made_from is None or number > made_from)
        )
        try:
            before, now = _says(theirs, file), _says(ours, file)
            faults = [*_lacking(before, now, left_out), *_lost(ours, file, now)]
            faults += _not_known(ours, file, before, now)
        except (TemplateError, UnicodeError, RecursionError):
            continue
        by = f"made from version {made_from}, this is {version}" if made_from else (
            f"it does not say which version it was made from, this is {version}"
        )  # fmt: skip
        found += [Finding(file, grave, f"{said} ({by}{since})") for grave, said in faults]
        if made_from and made_from != version and not faults:
            found.append(Finding(file, False, f"nothing is missing in it ({by}{since})"))
    return found


def made_with(text: str) -> tuple[int | None, frozenset[str]]:
    """The version that a file says it was made from, and what it leaves out on purpose."""
    said = _MADE_FROM.search(text.partition("\n")[0])
    if said is None:
        return None, frozenset()
    return int(said[1]), _words(said[2] or "")


def _versions(shipped: Path) -> tuple[int, list[tuple[int, str, str]]]:
    table = tomllib.loads((shipped / VERSIONS).read_text(encoding="utf-8"))
    return table["version"], [
        (one["version"], one["file"], one["words"]) for one in table.get("change", [])
    ]


def _overridden(own: Path, shipped: Path) -> list[str]:
    """The shipped templates that have a file of one's own in their place."""
    files = (path.relative_to(shipped).as_posix() for path in sorted(shipped.rglob("*.*")))
    wanted = [file for file in files if file.endswith((".txt", ".html"))]
    # is_file raises where it may not look.
    return [file for file in wanted if os.path.isfile(own / file)]  # noqa: PTH113


def _lacking(before: _Says, now: _Says, left_out: frozenset[str]) -> Iterator[tuple[bool, str]]:
    if unused := before.names - now.names - left_out:
        yield False, f"it does not use {_listed(unused)}, which the shipped one does"
    # What stands in a block of a mail has no place where the frame lacks it; where a mail lacks
    # one, the frame's own words stand.
    for name in sorted(before.blocks - now.blocks - left_out):
        said = f"it has no block `{name}`, which the shipped one has"
        yield not before.parent, said if before.parent else f"{said}: what mails put there is lost"
    if undefined := before.offers.keys() - now.offers.keys():
        yield True, f"it does not define {_listed(undefined)}, which other templates use"
    for name, parameters in sorted(before.offers.items()):
        if name not in now.offers:
            continue
        if missing := [one for one in parameters if one not in now.offers[name]]:
            yield True, f"its macro `{name}` does not take `{', '.join(missing)}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _lost(ours: Environment, file: str, now: _Says) -> Iterator[tuple[bool, str]]:
    """Blocks of a file that nothing which it extends has."""
    if not now.parent:
        return
    known: set[str] = set()
    parent, seen = now.parent, {file}
    while parent and parent not in seen:
        seen.add(parent)
        says = _says(ours, parent)
        known |= says.blocks
        parent = says.parent
    for name in sorted(now.blocks - known):
        yield True, f"its block `{name}` is not in {now.parent}: what stands in it is never sent"


def _not_known(
    ours: Environment, file: str, before: _Says, now: _Says
) -> Iterator[tuple[bool, str]]:
    """Names that a mail does not have."""
    mail = file.partition("/")[0]
    if mail in KNOWS:
        users = {file: KNOWS[mail]}
    else:  # a piece of several mails, or the report
        users = {one: KNOWS[one.partition("/")[0]] for one in _users(ours, file)}
    allowed = frozenset.intersection(*users.values()) if users else before.names | now.names
    if file.startswith("report/"):
        allowed = before.names
    if unknown := now.names - allowed:
        yield True, f"it uses {_listed(unknown)}, which the mail does not have"


def _users(ours: Environment, piece: str) -> list[str]:
    """The files of mails that a piece is included in or extended by."""
    return [
        f"{mail}/{file}"
        for mail in KNOWS
        for file in ("subject.txt", "body.txt", "body.html")
        if piece in _closure(ours, f"{mail}/{file}")
    ]


def _closure(where: Environment, file: str) -> set[str]:
    """A file with all that shares its context: what it includes and what it extends."""
    found: set[str] = set()
    ahead = [file]
    while ahead:
        one = ahead.pop()
        if one in found:
            continue
        found.add(one)
        tree = _tree(where, one)
        for node in tree.find_all((nodes.Include, nodes.Extends)):
            ahead += _targets(node.template)  # type: ignore[attr-defined]
    return found


def _targets(template: nodes.Node) -> list[str]:
    """The names of the files that one may be: none where it is worked out as it is filled in."""
    if isinstance(template, nodes.Const):
        return [str(template.value)]
    return [str(node.value) for node in template.find_all(nodes.Const)]


def _says(where: Environment, file: str) -> _Says:
    tree = _tree(where, file)
    names: set[str] = set()
    for one in _closure(where, file):
        if one == file or not _extended(tree, one):
            names |= _own_names(_tree(where, one))
    offers: dict[str, tuple[str, ...]] = {
        macro.name: tuple(str(one.name) for one in macro.args)
        for macro in tree.find_all(nodes.Macro)
    }
    piece = file.startswith("_") and not tree.find(nodes.Extends)
    for node in tree.body if piece else ():
        if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            offers[node.target.name] = ()
    parents = [name for node in tree.find_all(nodes.Extends) for name in _targets(node.template)]
    blocks = frozenset(block.name for block in tree.find_all(nodes.Block))
    return _Says(frozenset(names), blocks, offers, parents[0] if parents else "")


def _extended(tree: nodes.Template, file: str) -> bool:
    """Whether ``file`` is the frame of a mail, whose words are not the mail's own."""
    return any(file in _targets(node.template) for node in tree.find_all(nodes.Extends))


def _own_names(tree: nodes.Template) -> set[str]:
    # What is imported counts as undeclared within a block.
    macros: set[str] = set()
    for found in tree.find_all(nodes.FromImport):
        macros |= {name if isinstance(name, str) else name[1] for name in found.names}
    macros |= {node.target for node in tree.find_all(nodes.Import)}
    macros |= {"super", "self", "caller", "loop"}
    return meta.find_undeclared_variables(tree) - macros - _globals()


@cache
def _globals() -> frozenset[str]:
    return frozenset(Environment(autoescape=True).globals) | GLOBALS.keys()


def _tree(where: Environment, file: str) -> nodes.Template:
    if where.loader is None:
        raise TemplateNotFound(file)
    return where.parse(where.loader.get_source(where, file)[0])
