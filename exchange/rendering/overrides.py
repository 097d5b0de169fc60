"""Compare the user's own templates with the shipped ones: what they lack, and what is gone.

The first line of a template says which version it was made from; a copy of a shipped one keeps
that line.  ``templates/versions.toml`` says what has changed since.
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


def _name_set(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


_CHASED: Final = _name_set(
    "us them ref sent due sla_days outstanding asked rows days_left days_late level note history"
)
CONTEXT_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "answer": _name_set(
        "us them ref their_ref received due counts repeated left_out rows held unreadable files"
        " file part"
    ),
    "list": _name_set("us them ref received lack"),
    "request": _name_set("us them ref due sla_days count rows"),
    "query": _name_set("us them ref received due days_late asked outstanding reasons rows"),
    **dict.fromkeys(("reminder", "breach", "escalation", "evidence"), _CHASED),
    "alert": _name_set("us ref near past items more"),
}
"""The names that each mail may use; templates/README.md says what they mean."""

VERSIONS_FILE: Final = "versions.toml"
_MADE_FROM: Final = re.compile(r"\{#-?\s*templates, version (\d+)(?:; without ([\w, ]+?))?\s*-?#\}")


@dataclass(frozen=True, slots=True)
class TemplateRemark:
    """A remark on one of the user's own templates."""

    file: str  # answer/body.txt
    grave: bool  # the mail cannot be written, or lacks something it must say
    text: str


@dataclass(frozen=True, slots=True)
class _TemplateNames:
    """What one template uses and defines, with those it includes."""

    names: frozenset[str]
    blocks: frozenset[str]
    offers: Mapping[str, tuple[str, ...]]  # macros with their parameters; values that it sets
    parent: str


def check_overrides(own: Path, shipped: Path | None = None) -> list[TemplateRemark]:
    """Return the findings on the templates in ``own``, except those that Jinja cannot parse.

    Rendering finds those.
    """
    shipped = shipped or shipped_folder("templates")
    theirs, ours = environment([shipped]), environment([own, shipped])
    version, changes = _versions(shipped)
    found: list[TemplateRemark] = []
    for file in _overridden(own, shipped):
        made_from, left_out = read_version_line((own / file).read_text("utf-8", errors="replace"))
        since = "".join(
            f"; version {number}: {words}"
            for number, about, words in changes
            if about == file and (made_from is None or number > made_from)
        )
        try:
            before, now = _names_of(theirs, file), _names_of(ours, file)
            faults = [*_missing(before, now, left_out), *_orphan_blocks(ours, file, now)]
            faults += _unknown_names(ours, file, before, now)
        except (TemplateError, UnicodeError, RecursionError):
            continue
        by = f"made from version {made_from}, this is {version}" if made_from else (
            f"it does not say which version it was made from, this is {version}"
        )  # fmt: skip
        found += [TemplateRemark(file, grave, f"{text} ({by}{since})") for grave, text in faults]
        if made_from and made_from != version and not faults:
            found.append(TemplateRemark(file, False, f"nothing is missing in it ({by}{since})"))
    return found


def read_version_line(text: str) -> tuple[int | None, frozenset[str]]:
    """Return the version a file was made from, and the names it leaves out on purpose."""
    found = _MADE_FROM.search(text.partition("\n")[0])
    if found is None:
        return None, frozenset()
    return int(found[1]), _name_set(found[2] or "")


def _versions(shipped: Path) -> tuple[int, list[tuple[int, str, str]]]:
    table = tomllib.loads((shipped / VERSIONS_FILE).read_text(encoding="utf-8"))
    return table["version"], [
        (one["version"], one["file"], one["words"]) for one in table.get("change", [])
    ]


def _overridden(own: Path, shipped: Path) -> list[str]:
    """Return the shipped templates that the user's folder overrides."""
    files = (path.relative_to(shipped).as_posix() for path in sorted(shipped.rglob("*.*")))
    wanted = [file for file in files if file.endswith((".txt", ".html"))]
    # Path.is_file raises where access is denied.
    return [file for file in wanted if os.path.isfile(own / file)]  # noqa: PTH113


def _missing(
    before: _TemplateNames, now: _TemplateNames, left_out: frozenset[str]
) -> Iterator[tuple[bool, str]]:
    if unused := before.names - now.names - left_out:
        yield False, f"it does not use {_listed(unused)}, which the shipped one does"
    # If the frame lacks a block, what a mail puts there is lost; if a mail lacks one, the frame's
    # own text remains.
    for name in sorted(before.blocks - now.blocks - left_out):
        text = f"it has no block `{name}`, which the shipped one has"
        yield not before.parent, text if before.parent else f"{text}: what mails put there is lost"
    if undefined := before.offers.keys() - now.offers.keys():
        yield True, f"it does not define {_listed(undefined)}, which other templates use"
    for name, parameters in sorted(before.offers.items()):
        if name not in now.offers:
            continue
        if missing := [one for one in parameters if one not in now.offers[name]]:
            yield True, f"its macro `{name}` does not take `{', '.join(missing)}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _orphan_blocks(ours: Environment, file: str, now: _TemplateNames) -> Iterator[tuple[bool, str]]:
    """Find blocks of a template that none of its parents has."""
    if not now.parent:
        return
    known: set[str] = set()
    parent, seen = now.parent, {file}
    while parent and parent not in seen:
        seen.add(parent)
        names = _names_of(ours, parent)
        known |= names.blocks
        parent = names.parent
    for name in sorted(now.blocks - known):
        yield True, f"its block `{name}` is not in {now.parent}: its text is never sent"


def _unknown_names(
    ours: Environment, file: str, before: _TemplateNames, now: _TemplateNames
) -> Iterator[tuple[bool, str]]:
    """Find names that the mail does not have."""
    mail = file.partition("/")[0]
    if mail in CONTEXT_NAMES:
        users = {file: CONTEXT_NAMES[mail]}
    else:  # a piece of several mails, or the report
        users = {one: CONTEXT_NAMES[one.partition("/")[0]] for one in _users(ours, file)}
    allowed = frozenset.intersection(*users.values()) if users else before.names | now.names
    if file.startswith("report/"):
        allowed = before.names
    if unknown := now.names - allowed:
        yield True, f"it uses {_listed(unknown)}, which the mail does not have"


def _users(ours: Environment, piece: str) -> list[str]:
    """Return the mail templates that include or extend a piece."""
    return [
        f"{mail}/{file}"
        for mail in CONTEXT_NAMES
        for file in ("subject.txt", "body.txt", "body.html")
        if piece in _closure(ours, f"{mail}/{file}")
    ]


def _closure(where: Environment, file: str) -> set[str]:
    """Return a template with all that it includes and extends: they share its context."""
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
    """Return the template names it may be; none if computed while rendering."""
    if isinstance(template, nodes.Const):
        return [str(template.value)]
    return [str(node.value) for node in template.find_all(nodes.Const)]


def _names_of(where: Environment, file: str) -> _TemplateNames:
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
    return _TemplateNames(frozenset(names), blocks, offers, parents[0] if parents else "")


def _extended(tree: nodes.Template, file: str) -> bool:
    """Return whether ``tree`` extends ``file``, the frame, whose text is not the mail's own."""
    return any(file in _targets(node.template) for node in tree.find_all(nodes.Extends))


def _own_names(tree: nodes.Template) -> set[str]:
    # Jinja reports imported names as undeclared within a block.
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
